#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/lint/layers.sh accepts the tree as it is, and refuses each forbidden include, circle or
# missing README that is put into a copy of it.
set -u

cd "${TEST_SOURCE:-$(dirname "$0")/../..}" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
mkdir "$work/clean" "$work/clean/tests"
cp -R src include "$work/clean/"
cp -R tests/lint "$work/clean/tests/"
rm -r "$work/clean/src/demo_org" # half of the code, and no rule needs it

# verdict WHAT OUTCOME: the lint's output is in $work/said.
verdict() {
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok: $1"
        cat "$work/said"
    fi
}

# refuses WHAT PATTERN COMMAND...: the command spoils a copy; the lint finds just that.
refuses() {
    rm -rf "$work/copy"
    cp -R "$work/clean" "$work/copy"
    (cd "$work/copy" && "${@:3}") || exit 1
    if "$work/copy/tests/lint/layers.sh" >"$work/said" 2>&1; then
        verdict "$1" 1
    else
        grep -qE -- "$2" "$work/said"
        verdict "$1" $?
    fi
}

# file_of FOLDER: any source file of it.
file_of() {
    find "src/$1" -name '*.c' | sort | head -n 1
}

# includes FILE HEADER: adds the include as the file's last line; every line counts.
includes() {
    [ -f "$1" ] && printf '#include %s\n' "$2" >>"$1"
}

# chain FILE OVER HEADER: a file that reaches a header through a header of another folder.
chain() {
    includes "$1" "\"$2\"" && includes "include/$2" "$3"
}

# base, which everyone uses, uses the store and is let in.
circle() {
    sed -i '3s/$/ base/' src/store/README.md
    includes "$(file_of base)" '"perch/store/store.h"'
}

"$work/clean/tests/lint/layers.sh" >"$work/said" 2>&1
verdict "the tree is clean" $?

while read -r folder header; do
    file=$(file_of "$folder") owner=$(basename "$(dirname "$header")")
    refuses "$folder includes $header" "^$file:[0-9]+: $folder/ may not use $owner/: $header\$" \
        includes "$file" "\"$header\""
done <<'ROWS'
ui perch/checks/check.h
wizard perch/net/http.h
wizard perch/store/store.h
wizard perch/auth/oauth.h
net perch/wizard/wizard.h
plain perch/ui/ui.h
store perch/handoff/handoff.h
explain perch/view/view.h
salesforce perch/rest/rest.h
tokens perch/checks/session.h
ROWS
second_writer() {
    echo 'static void again(void) { store_save(); }' >>src/checks/status.c
}
refuses "a second writer of a keyring item" '^src/checks/status.c:[0-9]+:.*one writer' second_writer
file=$(file_of rest)
refuses "a body that is read outside of net" "^$file:[0-9]+: the body of an answer is read in src/net" \
    sed -i '$ a gsize n(struct http_response *r) { return r->body_length; }' "$file"
refuses "a body that a header reads" '^include/perch/rest/rest.h:[0-9]+: the body of an answer' \
    sed -i '$ a // body_length' include/perch/rest/rest.h
refuses "a public header includes" '^include/perch/view/view.h:[0-9]+: view/ may not use wizard/: ' \
    includes include/perch/view/view.h '"perch/wizard/wizard.h"'
file=$(file_of explain)
refuses "a header that includes a header" \
    "^$file:[0-9]+: (through .*: )?explain/ may not use net/: perch/net/http.h\$" \
    chain "$file" perch/salesforce/salesforce.h '"perch/net/http.h"'
file=$(file_of app)
refuses "another folder's private header" "^$file:[0-9]+: private to store/: store/store_private.h\$" \
    includes "$file" '"store/store_private.h"'
refuses "perch knows the demo org" "^$file:[0-9]+: .*demo_org" \
    includes "$file" '"demo_org/server/http.h"'
refuses "a circle of two" 'src/base/README.md:3: a circle of folders' circle
refuses "a circle of more" 'src/plain/README.md:3: a circle of folders' \
    sed -i '3s/$/ plain/' src/commands/README.md
refuses "a folder that does not use what it may" 'src/vault/README.md:3: ui does not use it' \
    sed -i '3s/$/ ui/' src/vault/README.md
file=$(file_of wizard)
refuses "a pure folder that reaches gio" "^$file:[0-9]+: a pure folder reaches gio/gio.h\$" \
    includes "$file" '<gio/gio.h>'
refuses "gio through a header" "^$file:[0-9]+: through .*: a pure folder reaches gio/gio.h\$" \
    chain "$file" perch/view/view.h '<gio/gio.h>'
refuses "a pure folder that asks for the time" "^$file:[0-9]+: a pure folder: " \
    sed -i '$ a long now(void) { return clock_wall_ms(); }' "$file"
file=$(file_of auth)
refuses "curl outside of net" "^$file:[0-9]+: not here: curl/curl.h\$" includes "$file" '<curl/curl.h>'
refuses "a folder without README" '^src/rest/README.md:1: there is none$' rm src/rest/README.md
refuses "a README without users" '^src/rest/README.md:3: who may use it' \
    sed -i '3s/.*/Everybody may./' src/rest/README.md
refuses "a README of four lines" '^src/rest/README.md:1: three lines' \
    sed -i '$ a More.' src/rest/README.md
echo "$passed passed, $failed failed"
[ $failed = 0 ]
