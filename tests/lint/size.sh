#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Files have at most 600 lines, functions at most 70 (aim: 60). clang-format sees to the columns.
source "$(dirname "$0")/lib.sh"

shopt -s nullglob
while IFS= read -r finding; do
    complain "$finding"
done < <(awk '
    function ended() {
        if (lines > 600)
            printf "%s:1: %d lines, more than 600\n", file, lines
    }
    FNR == 1 { ended(); file = FILENAME; start = 0 }
    { lines = FNR }
    /^\{$/ { start = FNR }
    /^\}/ && start {
        if (FNR - start - 1 > 70)
            printf "%s:%d: a function of %d lines, more than 70\n", file, start, FNR - start - 1
        start = 0
    }
    END { ended() }' include/perch/*/*.h src/*.c src/*/*.[ch] src/demo_org/*/*.[ch] \
    tests/*/*.[ch] .make/*.c)
verdict
