#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The recipes of perch(1) for machines without a desktop: systemd takes the units as they stand
# there, and says nothing about them.
set -u

cd "${TEST_SOURCE:-$(dirname "$0")/../..}" || exit 1
if ! command -v systemd-analyze >/dev/null; then
    echo "1..1"
    echo "ok 1 # SKIP there is no systemd-analyze here"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# Each literal block that begins with [Service], with the program where it is here.
awk -v folder="$work" -v perch="${PERCH:-$PWD/build/release/perch}" '
    /^\.Bd -literal/ { inside = 1; text = ""; next }
    /^\.Ed/ { if (text ~ /^\[Service\]/) printf "%s", text >(folder "/perch-" ++n ".service"); inside = 0 }
    inside { sub(/^ExecStart=perch /, "ExecStart=" perch " "); text = text $0 "\n" }' man/perch.1
passed=0 failed=0
for unit in "$work"/*.service; do
    if said=$(systemd-analyze verify --man=no "$unit" 2>&1) && [ -z "$said" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not ok: %s\n%s\n' "$(cat "$unit")" "$said"
    fi
done
[ $((passed + failed)) = 2 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ $failed = 0 ]
