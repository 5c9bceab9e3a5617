#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What every file has (licence line, guard, last newline) and no file has (tabs, blanks at the end
# of a line, names of machines); and what may stand at the top of the repository.
source "$(dirname "$0")/lib.sh"

allowed=' src include tests man Makefile README.md screenshots LICENSE build '
for entry in *; do
    case $allowed in *" $entry "*) ;; *) complain "$entry:1: not at the top level" ;; esac
done

while IFS= read -r name; do
    [ -e "tests/e2e/$name.c" ] || complain "tests/sanitized:1: no such test: $name"
done <tests/sanitized

# Text files; what a program has written is not held to the rules for blanks.
mapfile -t files < <(git ls-files --cached --others --exclude-standard 2>/dev/null |
    grep -vE '^LICENSE$|\.png$|^tests/fuzz/corpus/' |
    while IFS= read -r file; do [ ! -s "$file" ] || echo "$file"; done)
while IFS= read -r finding; do
    complain "$finding"
done < <(awk '
    function ended() {
        if (!licensed)
            print file ":1: no SPDX line"
        if (file ~ /\.h$/ && !(guard != "" && guarded))
            print file ":2: no include guard"
    }
    FNR == 1 {
        if (file != "")
            ended()
        file = FILENAME
        licensed = file !~ /\.(c|h|def|sh)$|^Makefile$|^tests\/run$|^\.ci\/run$|\/debian\/rules$/
        guard = ""; guarded = 0
        free = file ~ /^Makefile$|\/debian\/rules$|\.tsv$|^tests\/[^\/]*\/golden\//
    }
    !licensed && (file ~ /\.(c|h|def)$/ ? FNR == 1 && $0 == "/* SPDX-License-Identifier: MIT */" : \
                                          FNR <= 3 && /SPDX-License-Identifier: MIT/) { licensed = 1 }
    guard == "" && /^#ifndef [A-Z_0-9]*_H$/ { guard = $2 }
    guard != "" && $0 == "#define " guard { guarded = 1 }
    !free && /\t/ { print file ":" FNR ": a tab: " $0 }
    !free && / $/ { print file ":" FNR ": blanks at the end of the line: " $0 }
    END { ended() }' "${files[@]}"
    grep -PzL '\n\z' "${files[@]}" | sed 's/$/:1: no newline at the end/')
verdict
