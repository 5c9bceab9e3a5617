#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What man pages take from tables and catalogues is what those say; and every word of perch's own
# that src/ fails with has a row.
source "$(dirname "$0")/lib.sh"

new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
if .make/man.sh "$new"; then
    for page in "$new"/*.[1-8] "$new"/*/*.[1-8]; do
        old=man${page#"$new"}
        diff -u "$old" "$page" || complain "$old:1: not what the tables say: make man"
    done
else
    complain ".make/man.sh:1: makes no pages"
fi

# Unknown on purpose: perch's own mistake, no failure at all, what a flow of Bird's does, and what a
# store of secrets says, which has nothing to do with Salesforce.
while IFS= read -r word; do
    case $word in internal | cancelled | webhook | not-arrived | vault | function) continue ;; esac
    grep -qE "^FAILURE\(STAGE_[A-Z]+, 0, \"$word\", NULL, .*\"own\"\)" include/perch/explain/failures.def ||
        complain "include/perch/explain/failures.def:1: no row for perch's own word \"$word\""
done < <({
    grep -rhoE '(check_fail_own|failure_own)\([^;"]*"[a-z-]+"' src --include='*.c'
    sed -n '/ends\[HTTP_END_COUNT\]/,/};/p; /codes\[\] = {/,/};/p' src/checks/runner.c
} | grep -oE '"[a-z-]+"' | tr -d '"' | sort -u)
verdict
