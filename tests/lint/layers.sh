#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Who may include what. Every folder of src/ has a README.md of three lines: its name, its purpose,
# and "Used by:", the folders that use its headers ("everyone" for the lowest), no more and no less.
# A header belongs to the folder whose path it has; those below include/perch/ are for others too,
# those below src/ are private. What a file reaches through other headers counts as if it included
# it itself, foreign headers too.
source "$(dirname "$0")/lib.sh"

# Foreign headers: pattern, where they may be reached from (paths that start so).
foreign='
curses\.h|ncurses|panel\.h|term\.h$        src/ui/
^curl/                                     src/net/
libsecret/                                 src/store/ src/base/secret.c
[cj]JSON\.h|cjson                          src/base/json.c src/base/secret.c
microhttpd                                 src/demo_org/
gnutls                                     src/demo_org/oauth/jwt.c src/auth/jwt.c src/auth/gnutls.
^zip\.h                                     src/metadata/ src/demo_org/metadata/
'
# The pure folders reach none of these.
pure='view salesforce explain sheet handoff wizard'
impure='^(gio/|unistd\.h|time\.h|sys/|fcntl\.h|stdio\.h|signal\.h|poll\.h|pthread|netdb|socket|glib-unix|dirent|glib/gstdio)'
calls='clock_wall_ms|clock_monotonic_ms|g_get_(real|monotonic)_time|g_date_time_new_now\w*'
calls="$calls|random_bytes|secret_new_random|g_random_\w+|getenv|g_getenv|g_main_\w+"
calls="$calls|g_timeout_add\w*|g_idle_add\w*|g_file_\w+|paths_\w+"

folders=$(find src -mindepth 1 -type d | sort)
for folder in $folders; do
    if [ ! -f "$folder/README.md" ]; then
        # Tables of a folder may lie in a folder below it.
        [ -n "$(find "$folder" -maxdepth 1 -name '*.[ch]' -print -quit)" ] &&
            complain "$folder/README.md:1: there is none"
        continue
    fi
    name=${folder#src/}
    [ "$(head -n 1 "$folder/README.md")" = "# $name" ] ||
        complain "$folder/README.md:1: it begins with: # $name"
    [ "$(wc -l <"$folder/README.md")" = 3 ] || complain "$folder/README.md:1: three lines, no more"
    sed -n 3p "$folder/README.md" | grep -q '^Used by: ' ||
        complain "$folder/README.md:3: who may use it? Used by: ..."
done

readmes=$(find src -name README.md | sort)
sources=$(find src include/perch -name '*.[ch]' -o -name '*.def' | sort)
# shellcheck disable=SC2086  # lists of files
while IFS= read -r finding; do
    complain "$finding"
done < <(awk -v foreign="$foreign" -v pure="$pure" -v impure="$impure" '
    function folder_of(path,    place) {
        place = path
        sub(/^(src|include\/perch)\//, "", place)
        if (place !~ /\//) return place ~ /^main\.c$/ ? "main" : place
        do sub(/\/[^\/]*$/, "", place)
        while (!(place in purpose) && place ~ /\//)
        return place
    }
    function resolve(from, name,    place) {
        place = from; sub(/[^\/]*$/, "", place)
        if ((place name) in exists) return place name
        if (("include/" name) in exists) return "include/" name
        if (("src/" name) in exists) return "src/" name
        return ""
    }
    function may_use(user, used) {
        if (user != used) reached[used, user] = 1
        return user == "main" || user == used || (used, "everyone") in allowed || (used, user) in allowed
    }
    # Complains once for each (file, what it must not reach), with the include that leads there.
    function walk(root, file, via,    i, n, list, name, target, owner, place, parts, rule, j, ok) {
        n = split(includes[file], list, "\n")
        for (i = 1; i < n; i++) {
            split(list[i], place, "\t")
            name = place[2]
            target = resolve(file, name)
            origin = via == "" ? root ":" place[1] ": " : root ":" via
            step = via == "" ? place[1] ": through " name ": " : via
            if (target == "") {
                for (rule in rules) {
                    if (name !~ rule) continue
                    ok = 0
                    for (j = split(rules[rule], parts, " "); j > 0; j--)
                        if (index(root, parts[j]) == 1) ok = 1
                    if (!ok) print origin "not here: " name
                }
                if (is_pure[folder_of(root)] && name ~ impure)
                    print origin "a pure folder reaches " name
                continue
            }
            if (seen[root, target]++) continue
            owner = folder_of(target)
            if (!may_use(folder_of(root), owner))
                print origin folder_of(root) "/ may not use " owner "/: " name
            else if (target ~ /^src\// && owner !~ /^demo_org/ && folder_of(root) != owner)
                print origin "private to " owner "/: " name
            walk(root, target, step)
        }
    }
    BEGIN {
        n = split(foreign, lines, "\n")
        for (i = 1; i <= n; i++) {
            if (split(lines[i], words, /  +/) == 2) rules[words[1]] = words[2]
        }
        n = split(pure, words, " ")
        for (i = 1; i <= n; i++) is_pure[words[i]] = 1
    }
    FILENAME ~ /README\.md$/ {
        place = FILENAME; sub(/^src\//, "", place); sub(/\/README\.md$/, "", place)
        purpose[place] = 1
        if (FNR == 3) {
            sub(/^Used by: /, "")
            for (i = split($0, words, " "); i > 0; i--) allowed[place, words[i]] = 1
        }
        next
    }
    FNR == 1 { exists[FILENAME] = 1 }
    match($0, /^ *# *include *[<"][^>"]*[>"]/) {
        name = substr($0, RSTART, RLENGTH)
        sub(/^ *# *include *[<"]/, "", name); sub(/[>"]$/, "", name)
        includes[FILENAME] = includes[FILENAME] FNR "\t" name "\n"
    }
    END {
        for (file in exists) walk(file, file, "")
        for (pair in allowed) {
            split(pair, parts, SUBSEP)
            if (parts[2] !~ /^(everyone|nobody)$/ && !(pair in reached))
                print "src/" parts[1] "/README.md:3: " parts[2] " does not use it"
        }
        # What A uses may not use A, by however many steps.
        for (a in purpose) for (b in purpose)
            if (a != b && ((b, a) in allowed || ((b, "everyone") in allowed && (b, a) in reached)))
                uses[a, b] = 1
        for (k in purpose) for (a in purpose) for (b in purpose)
            if (uses[a, k] && uses[k, b]) uses[a, b] = 1
        for (a in purpose) if (uses[a, a]) print "src/" a "/README.md:3: a circle of folders"
    }' $readmes $sources | sort)

for folder in $pure; do
    files=("src/$folder"/*.c)
    [ -f "${files[0]}" ] || continue
    search "a pure folder" "\\b($calls)\\(" "${files[@]}"
done
none_of "auth/ builds and judges; the loop is net/'s" \
    '^ *# *include *<(unistd\.h|time\.h|sys/.*|fcntl\.h|stdio\.h|poll\.h)>' -r src/auth
none_of "headers are named by their whole path" '^ *# *include *"\.\./' -r src include \
    --include='*.[ch]'
none_of "a keyring item has one writer: src/tokens" '\bstore_(save|erase)\(' -r src --include='*.c' \
    --exclude-dir=store --exclude-dir=tokens
none_of "the body of an answer is read in src/net: for others it is JSON or a failure" \
    '\bbody_length\b' -r src include --include='*.[ch]' --exclude-dir=net --exclude-dir=demo_org
# perch does not know its demo org.
none_of "perch knows nothing of the demo org" '# *include *"demo_org' -r include \
    src --exclude-dir=demo_org --include='*.[ch]'
verdict
