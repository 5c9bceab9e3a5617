#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check.sh: what `make check` runs once the packages are there: the quick things first, then every
# suite on gcc's release build.
# check.sh more: what `make check-more` runs after it: analysis, an installation, the suites on clang's
# build under ASan and UBSan, end to end those of tests/sanitized, with EVERY=1 all; the fuzzers.
# Prints "N passed, N failed" as its last line, once, over everything.
set -u

cd "$(dirname "$0")/../.." || exit 1
make=${MAKE:-make}
unset MAKEFLAGS MFLAGS MAKELEVEL
cores=$(nproc 2>/dev/null || echo 2)
summary=$(mktemp) || exit 1
failures=$(mktemp) || exit 1
trap 'rm -f "$summary" "$failures"' EXIT
export SUMMARY=$summary FAILURES=$failures

# stage NAME COMMAND...: one thing that passes or fails as a whole.
stage() {
    local name=$1 began=$SECONDS output
    shift
    printf '== %s\n' "$name"
    if output=$("$@" 2>&1); then
        echo "1 0 $name" >>"$summary"
        printf 'ok   %s (%d s)\n' "$name" $((SECONDS - began))
        printf '%s\n' "$output" | grep -a '^skipped' | sed 's/^/     /'
    else
        echo "0 1 $name" >>"$summary"
        printf '%s\n' "$output" | sed 's/^/  | /'
        printf 'FAIL %s (%d s)\n' "$name" $((SECONDS - began))
        printf '%s:\n%s\n' "$name" "$(tail -n 40 <<<"$output" | sed 's/^/  | /')" >>"$failures"
    fi
    return 0
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

fewer=FEWER=1
[ -z "${EVERY:-}" ] || fewer=FEWER=
release="BUILD=build/release WERROR=1"
asan="BUILD=build/asan SANITIZE=1 CFLAGS=-O1 WERROR=1"

check() {
    stage lint "$make" --no-print-directory lint
    stage man-lint "$make" --no-print-directory man-lint
    stage format only_with clang-format-14 "$make" --no-print-directory format-check
    # shellcheck disable=SC2086  # words
    stage build "$make" --no-print-directory -j"$cores" $release tests
    suites "$release" all
}

more() {
    # shellcheck disable=SC2086  # words
    {
        stage cppcheck only_with cppcheck "$make" --no-print-directory $release cppcheck
        stage install tests/support/check_install.sh $release
        stage tidy only_with clang-tidy-14 "$make" --no-print-directory -j"$cores" $release \
            tidy tidy-tests
        stage asan-build "$make" --no-print-directory -j"$cores" $asan tests
        suites "$asan $fewer" all
        stage fuzz-smoke only_with clang-14 "$make" --no-print-directory fuzz-smoke
    }
}

"${1:-check}"

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
