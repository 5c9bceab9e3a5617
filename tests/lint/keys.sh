#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The table of keys in perch(1) is made from actions.def. Without arguments: is it the same?
# With --write: write it.
source "$(dirname "$0")/lib.sh"

page=man/perch.1
begin='.\" keys: begin (written by tests/lint/keys.sh --write)'
end='.\" keys: end'

# One row ID KEY NAME HELP for each ACTION(...), fields parted by tabs.
rows() {
    { tr '\n' ' ' <include/perch/view/actions.def; echo; } | sed 's/ACTION(/\nACTION(/g' | sed -nE \
        's/^ACTION\(([A-Z]+), *('\''[^'\'']+'\''|[0-9]+), *"([^"]*)", *N_\("(([^"\\]|\\.)*)"\)\).*/\1\t\2\t\3\t\4/p'
}

table() {
    echo '.Bl -tag -width Ds'
    local key help
    while IFS=$'\t' read -r _ key _ help; do
        case $key in
        "'\\r'") key=Enter ;;
        "' '") key=Space ;;
        "'\\t'") key=Tab ;;
        27) key=Esc ;;
        1) key='Left arrow' ;;
        2) key='Right arrow' ;;
        3) key=Ctrl-C ;;
        "'"?"'") key="\\&${key:1:1}" ;;
        *) complain "include/perch/view/actions.def:1: keys.sh has no name for the key $key" >&2 ;;
        esac
        printf '.It Ic %s\n%s\n' "$key" "$help"
    done < <(rows)
    echo '.El'
}

new=$(mktemp)
trap 'rm -f "$new"' EXIT
body=$(table)
# Every ACTION has to be understood: a row that is written otherwise must not get lost.
if [ "$(grep -c '^ACTION(' include/perch/view/actions.def)" != "$(rows | wc -l)" ]; then
    complain "include/perch/view/actions.def:1: keys.sh does not understand every row"
fi
BODY=$body awk -v begin="$begin" -v end="$end" '
    BEGIN { gsub(/^\.\"/, ".\\\"", begin); gsub(/^\.\"/, ".\\\"", end) }
    $0 == begin { print; print ENVIRON["BODY"]; inside = 1; next }
    $0 == end { inside = 0; found = 1 }
    !inside { print }
    END { exit !found }' "$page" >"$new" || complain "$page:1: the marks of the table of keys are gone"

if [ "${1:-}" = --write ] && [ "$complaints" = 0 ]; then
    cat "$new" >"$page"
elif ! diff -u "$page" "$new"; then
    complain "$page:1: not the keys of actions.def; tests/lint/keys.sh --write puts them there"
fi
verdict
