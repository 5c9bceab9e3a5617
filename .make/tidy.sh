#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tidy.sh CLANG-TIDY CHECKS FLAG...: looks at the files whose names it reads. Some by one program,
# which takes longer to start than to look at one of them.
set -u

tidy=$1 checks=$2
flags=("${@:3}")
mapfile -t files
failed=0

look() {
    local said
    said=$("$tidy" --quiet --checks="$checks" --warnings-as-errors='*' "$@" -- "${flags[@]}" 2>&1) ||
        { printf '%s\n' "$said" && return 1; }
}

for ((at = 0; at < ${#files[@]}; at += 12)); do
    [ "$(jobs -rp | wc -l)" -lt "$(nproc)" ] || wait -n || failed=1
    look "${files[@]:at:12}" &
done
while [ -n "$(jobs -p)" ]; do
    wait -n || failed=1
done
exit "$failed"
