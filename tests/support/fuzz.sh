#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds every tests/fuzz/fuzz_*.c with clang's libFuzzer, ASan and UBSan and runs each for
# FUZZ_SECONDS (10) from the corpus in tests/fuzz/corpus/NAME. ONLY=NAME runs one; new inputs go to
# build/fuzz/corpus/NAME, crashes to build/fuzz. tests/fuzz/dict/NAME.dict has the words of a format.
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

build=build/fuzz
names=()
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    [ -n "${ONLY:-}" ] && [ "fuzz_$ONLY" != "$name" ] || names+=("$name")
done
make --no-print-directory BUILD=$build CC="$clang" SANITIZE=1 \
    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' "${names[@]/#/$build/tests/fuzz/}" >/dev/null

for name in "${names[@]}"; do
    mkdir -p "$build/corpus/$name"
    words=tests/fuzz/dict/${name#fuzz_}.dict
    [ -e "$words" ] && words=(-dict="$words") || words=()
    if ! output=$(LC_ALL=C.UTF-8 "$build/tests/fuzz/$name" -max_total_time="${FUZZ_SECONDS:-10}" \
        -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 "${words[@]}" \
        -artifact_prefix="$build/$name-" "$build/corpus/$name" \
        "tests/fuzz/corpus/${name#fuzz_}" 2>&1); then
        printf '%s\n' "$output" | tail -n 60
        echo "$name: failed; the input is beside $build/$name-*"
        exit 1
    fi
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' <<<"$output") inputs"
done
