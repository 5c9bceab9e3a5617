#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# All that `make check` runs once the packages are there: the quick things first, then every suite
# on the release build, then every suite again under ASan and UBSan. Prints "N passed, N failed"
# as its last line, once, over everything.
set -u

cd "$(dirname "$0")/../.." || exit 1
make=${MAKE:-make}
unset MAKEFLAGS MFLAGS MAKELEVEL
cores=$(nproc 2>/dev/null || echo 2)
summary=$(mktemp) || exit 1
failures=$(mktemp) || exit 1
besides=$(mktemp -d) || exit 1
trap 'rm -rf "$summary" "$failures" "$besides"' EXIT
# What runs beside ends with this.
trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM
export SUMMARY=$summary FAILURES=$failures

# outcome NAME RESULT SECONDS, with the output on stdin: how a thing ended that passes or fails as a
# whole.
outcome() {
    local output
    output=$(cat)
    printf '== %s\n' "$1"
    if [ "$2" = 0 ]; then
        echo "1 0 $1" >>"$summary"
        printf 'ok   %s (%d s)\n' "$1" "$3"
        printf '%s\n' "$output" | grep -a '^skipped' | sed 's/^/     /'
    else
        echo "0 1 $1" >>"$summary"
        printf '%s\n' "$output" | sed 's/^/  | /'
        printf 'FAIL %s (%d s)\n' "$1" "$3"
        printf '%s:\n%s\n' "$1" "$(tail -n 40 <<<"$output" | sed 's/^/  | /')" >>"$failures"
    fi
    return 0
}

# stage NAME COMMAND...
stage() {
    local name=$1 began=$SECONDS output result=0
    shift
    output=$("$@" 2>&1) || result=$?
    outcome "$name" "$result" $((SECONDS - began)) <<<"$output"
}

# beside NAME COMMAND...: begins a stage that runs under the suites, with what they leave of the
# cores, since tests wait a third of their time. joined NAME waits for it.
beside() {
    local name=$1
    shift
    (
        result=0
        renice -n 19 "$BASHPID" >/dev/null
        "$@" >"$besides/$name" 2>&1 </dev/null || result=$?
        echo "$result $SECONDS" >"$besides/$name.end"
    ) &
    echo "$! $SECONDS" >"$besides/$name.began"
}
joined() {
    local pid began result ended
    read -r pid began <"$besides/$1.began"
    wait "$pid"
    read -r result ended <"$besides/$1.end"
    outcome "$1" "$result" $((ended - began)) <"$besides/$1"
}

# suites BUILD NAME...: test suites, which add their own counts.
suites() {
    local suite rows
    for suite in "${@:2}"; do
        rows=$(wc -l <"$summary")
        # shellcheck disable=SC2086  # words
        "$make" --no-print-directory $1 "check-$suite" 2>&1
        # A suite that could not even be built has added nothing.
        if [ "$(wc -l <"$summary")" = "$rows" ]; then
            echo "0 1 $suite" >>"$summary"
            printf 'FAIL check-%s did not get as far as running\n' "$suite"
        fi
    done
}

# only_with PROGRAM COMMAND...: skips what needs a tool that `make dev-deps` installs.
only_with() {
    if command -v "$1" >/dev/null 2>&1; then
        "${@:2}"
    else
        echo "skipped: $1 is not here (make dev-deps)"
    fi
}

release="BUILD=build/release"
asan="BUILD=build/asan SANITIZE=1 CFLAGS=-O1"

stage lint "$make" --no-print-directory lint
stage man-lint "$make" --no-print-directory man-lint
stage format only_with clang-format-14 "$make" --no-print-directory format-check
stage cppcheck only_with cppcheck "$make" --no-print-directory $release WERROR=1 cppcheck
stage build "$make" --no-print-directory -j"$cores" $release WERROR=1 tests
# shellcheck disable=SC2086  # words
beside asan-build "$make" --no-print-directory -j"$cores" $asan tests
suites "$release WERROR=1" all
stage install tests/support/check_install.sh $release WERROR=1
joined asan-build
beside tidy only_with clang-tidy-14 "$make" --no-print-directory $release WERROR=1 tidy
beside clang only_with clang-14 "$make" --no-print-directory clang
beside fuzz-smoke only_with clang-14 "$make" --no-print-directory fuzz-smoke
suites "$asan" all
joined tidy
joined clang
if command -v clang-14 >/dev/null 2>&1; then
    suites "BUILD=build/clang CC=/usr/bin/clang-14 WERROR=1" unit screen
fi
joined fuzz-smoke

passed=0 failed=0
while read -r ok bad _; do
    passed=$((passed + ok))
    failed=$((failed + bad))
done <"$summary"
# Once more at the end, where it is looked for: the middle of so long an output is easily lost.
cat "$failures"
grep -av '^[0-9]* 0 ' "$summary" | sed 's/^\([0-9]*\) \([0-9]*\) \(.*\)/FAILED: \3 (\2)/'
# make says a line of its own after a failure; .ci/run wants ours to be the last.
if [ -n "${CLOSING_LINE:-}" ]; then
    echo "$passed passed, $failed failed" >"$CLOSING_LINE"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ]
