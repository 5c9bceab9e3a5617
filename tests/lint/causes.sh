#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# perch-causes(7) is made from the tables of causes, failures and advice. Without arguments: is it
# the same? With --write: write it. And every word of perch's own that src/ fails with has a row.
source "$(dirname "$0")/lib.sh"

page=man/perch-causes.7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! "${CC:-cc}" -std=c17 -Wall -Wextra -Werror -Iinclude -o "$work/causes_man" \
    tests/lint/causes_man.c || ! "$work/causes_man" >"$work/page"; then
    complain "tests/lint/causes_man.c:1: does not make a page"
elif [ "${1:-}" = --write ]; then
    cat "$work/page" >"$page"
elif ! diff -u "$page" "$work/page" | head -n 40 || ! cmp -s "$page" "$work/page"; then
    complain "$page:1: not what the tables say; tests/lint/causes.sh --write puts it there"
fi

# Unknown on purpose: perch's own mistake, no failure at all, what a flow of Bird's does, and what a
# store of secrets says, which has nothing to do with Salesforce.
while IFS= read -r word; do
    case $word in internal | cancelled | webhook | not-arrived | vault) continue ;; esac
    grep -qE "^FAILURE\(STAGE_[A-Z]+, 0, \"$word\", NULL, .*\"own\"\)" include/perch/explain/failures.def ||
        complain "include/perch/explain/failures.def:1: no row for perch's own word \"$word\""
done < <({
    grep -rhoE '(check_fail_own|failure_own)\([^;"]*"[a-z-]+"' src --include='*.c'
    sed -n '/ends\[HTTP_END_COUNT\]/,/};/p; /codes\[\] = {/,/};/p' src/checks/runner.c
} | grep -oE '"[a-z-]+"' | tr -d '"' | sort -u)
verdict
