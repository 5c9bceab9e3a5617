#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Files have at most 600 lines, functions at most 70 (aim: 60). clang-format sees to the columns.
source "$(dirname "$0")/lib.sh"

for file in include/perch/*/*.h src/*.c src/*/*.[ch] src/demo_org/*/*.[ch] tests/*/*.[ch] .make/*.c; do
    [ -f "$file" ] || continue
    lines=$(wc -l <"$file")
    [ "$lines" -le 600 ] || complain "$file:1: $lines lines, more than 600"
    while IFS= read -r finding; do
        complain "$finding"
    done < <(awk -v file="$file" '
        /^\{$/ { start = NR }
        /^\}/ && start {
            if (NR - start - 1 > 70)
                printf "%s:%d: a function of %d lines, more than 70\n", file, start, NR - start - 1
            start = 0
        }' "$file")
done
verdict
