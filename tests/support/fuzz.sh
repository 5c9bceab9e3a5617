#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds every tests/fuzz/fuzz_*.c with clang's libFuzzer, ASan and UBSan and runs them, one on each
# core, for FUZZ_SECONDS (5) from the corpus in tests/fuzz/corpus/NAME. ONLY=NAME runs one; new
# inputs go to build/fuzz/NAME, crashes beside it. tests/fuzz/dict/NAME.dict has the words
# of a format.
set -eu

cd "$(dirname "$0")/../.."
unset MAKEFLAGS MFLAGS
clang=$(command -v clang-14 || command -v clang || true)
if [ -z "$clang" ] || ! echo 'int LLVMFuzzerTestOneInput(void);
int LLVMFuzzerTestOneInput(void) { return 0; }' |
    "$clang" -x c - -fsanitize=fuzzer -o /dev/null 2>/dev/null; then
    echo "skipped: clang's libFuzzer is not here (make dev-deps)"
    exit 0
fi

build=build/asan corpora=build/fuzz
names=()
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    [ -n "${ONLY:-}" ] && [ "fuzz_$ONLY" != "$name" ] || names+=("$name")
done
cores=$(nproc 2>/dev/null || echo 2)
make --no-print-directory -j"$cores" BUILD=$build SANITIZE=1 CFLAGS=-O1 WERROR=1 \
    "${names[@]/#/$build/tests/fuzz/}" >/dev/null

# fuzz NAME: runs it; says how many inputs it saw, or what it found.
fuzz() {
    local name=$1 output words=tests/fuzz/dict/${1#fuzz_}.dict
    mkdir -p "$corpora/$name"
    [ -e "$words" ] && words=(-dict="$words") || words=()
    if output=$(LC_ALL=C.UTF-8 "$build/tests/fuzz/$name" -max_total_time="${FUZZ_SECONDS:-5}" \
        -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 "${words[@]}" \
        -artifact_prefix="$corpora/$name-" "$corpora/$name" \
        "tests/fuzz/corpus/${name#fuzz_}" 2>&1); then
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' <<<"$output") inputs"
    else
        printf '%s\n' "$(tail -n 60 <<<"$output")" "$name: failed; the input is beside $corpora/$name-*"
        return 1
    fi
}

export -f fuzz
export build
# shellcheck disable=SC2016  # for the shell in there
printf '%s\0' "${names[@]}" | xargs -0 -n 1 -P "$cores" bash -c 'fuzz "$1"' bash
