#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Who may include what. Libraries live in one folder each; the pure folders do no I/O; arrows
# between our own folders point downwards only. A header of include/perch belongs to the folder
# that has a .c file of the same name, or to the one named in the table below.
source "$(dirname "$0")/lib.sh"

# Foreign headers: pattern, where they may be included (paths that start so), and its short name.
foreign=(
    'curses\.h|ncurses|panel\.h|term\.h|src/ui/ tests/'
    'curl/|src/net/ tests/'
    'libsecret/|src/store/ src/base/secret.c tests/'
    'cJSON\.h|cjson|src/base/json.c src/base/secret.c tests/unit/test_json.c'
    'microhttpd|src/demo_org/ tests/'
)
for rule in "${foreign[@]}"; do
    pattern=${rule%|*}
    allowed=${rule##*|}
    while IFS=: read -r file line text; do
        ok=
        for place in $allowed; do
            case $file in "$place"*) ok=1 ;; esac
        done
        [ -n "$ok" ] || complain "$file:$line: not here: $text"
    done < <(grep -rnE "^ *# *include *[<\"][^>\"]*($pattern)" src include --include='*.c' \
        --include='*.h' --include='*.def')
done

# The pure folders: no I/O, no clock, no threads, no loop.
impure='gio/|unistd\.h|time\.h|sys/|fcntl\.h|stdio\.h|signal\.h|poll\.h|pthread|netdb|socket'
impure="$impure|glib-unix|dirent|glib/gstdio"
calls='clock_wall_ms|clock_monotonic_ms|g_get_(real|monotonic)_time|g_date_time_new_now\w*'
calls="$calls|random_bytes|secret_new_random|g_random_\w+|getenv|g_getenv|g_main_\w+"
calls="$calls|g_timeout_add\w*|g_idle_add\w*|g_file_\w+|paths_\w+"
for folder in src/wizard src/explain; do
    files=("$folder"/*.c)
    [ -f "${files[0]}" ] || continue
    none_of "a pure folder" "^ *# *include *[<\"][^>\"]*($impure)" -r "$folder" \
        --include='*.c' --include='*.h'
    search "a pure folder" "\\b($calls)\\(" "${files[@]}"
done
if [ -d src/auth ]; then
    none_of "auth/ builds and judges; the loop is net/'s" \
        '^ *# *include *<(unistd\.h|time\.h|sys/.*|fcntl\.h|stdio\.h|poll\.h)>' -r src/auth
fi

# Our own folders, the lowest first. A folder includes headers of itself and of those on a lower
# line, and of the same line only where the table says so.
declare -A level=(
    [base]=0 [explain]=1 [handoff]=2 [wizard]=2 [net]=2 [store]=2 [auth]=3 [salesforce]=3
    [checks]=4 [ui]=4 [plain]=4 [app]=5 [commands]=6
)
# Headers that several folders implement or that only declare data: as low as their users need.
declare -A owner=(
    [view]=base [actions]=base [steps]=base [causes]=explain [config]=base [check_result]=base
    [setup_pages]=base [app]=app [check]=checks [desktop]=net [explain]=explain [oauth]=auth
    [salesforce]=salesforce [ui]=ui
)
for source in src/*/*.c; do
    [ -f "$source" ] || continue
    folder=$(basename "$(dirname "$source")")
    name=$(basename "$source" .c)
    before=${owner[$name]:-}
    if [ "$folder" = demo_org ] || [ ! -f "include/perch/$name.h" ]; then
        continue
    fi
    # A command may have a file of the same name: the lowest folder owns the header.
    if [ -z "$before" ] || [ "${level[$folder]:-9}" -lt "${level[$before]:-9}" ]; then
        owner[$name]=$folder
    fi
done
while IFS=: read -r file line text; do
    folder=${file#src/}
    folder=${folder%%/*}
    header=${text#*perch/}
    header=${header%%.*}
    of=${owner[$header]:-}
    [ -n "$of" ] || continue
    if [ "$folder" = demo_org ]; then
        [ "$of" = base ] || complain "$file:$line: the demo org knows base/ only: $text"
    elif [ -n "${level[$folder]:-}" ] && [ -n "${level[$of]:-}" ] && [ "$of" != "$folder" ] &&
        [ "${level[$of]}" -gt "${level[$folder]}" ]; then
        complain "$file:$line: $folder/ is below $of/: $text"
    fi
done < <(grep -rnE '^ *# *include *"perch/' src --include='*.c' --include='*.h' | grep -v '^src/main.c')

# Private headers stay in their folder.
while IFS=: read -r file line text; do
    complain "$file:$line: another folder's private header: $text"
done < <(grep -rnE '^ *# *include *"\.\./' src --include='*.c' --include='*.h')

# perch does not know its demo org, and the demo org's name stands nowhere outside of `perch demo`.
none_of "perch knows nothing of the demo org" '# *include *"(demo_org|\.\./demo_org)' -r src \
    --include='*.c' --include='*.h'
verdict
