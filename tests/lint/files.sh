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

while IFS= read -r file; do
    case $file in
    *.c | *.h | *.def)
        [ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: MIT */' ] ||
            complain "$file:1: no SPDX line"
        ;;
    *.sh | Makefile | tests/run | .ci/run | */debian/rules)
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
            complain "$file:1: no SPDX line"
        ;;
    esac
    case $file in
    *.h)
        guard=$(sed -n 's/^#ifndef \([A-Z_0-9]*_H\)$/\1/p' "$file" | head -n 1)
        if [ -z "$guard" ] || ! grep -q "^#define $guard\$" "$file"; then
            complain "$file:2: no include guard"
        fi
        ;;
    esac
    case $file in
    Makefile | */debian/rules | *.tsv | *.png | tests/screen/golden/* | tests/*/golden/* | tests/fuzz/corpus/*) ;;
    *)
        none_of "a tab" $'\t' "$file"
        none_of "blanks at the end of the line" ' +$' "$file"
        ;;
    esac
    case $file in
    *.png | tests/fuzz/corpus/*) ;;
    *)
        if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then
            complain "$file:1: no newline at the end"
        fi
        ;;
    esac
done < <(git ls-files --cached --others --exclude-standard 2>/dev/null | grep -v '^LICENSE$' |
    while IFS= read -r file; do [ -f "$file" ] && echo "$file"; done)
verdict
