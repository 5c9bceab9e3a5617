#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The recipes of perch(1) for machines without a desktop. The line for cron and the unit with a
# credential do what they are there for, with stand-ins for perch and the program; systemd, where it
# is, takes the units as they stand there, and says nothing about them.
set -u

cd "${TEST_SOURCE:-$(dirname "$0")/../..}" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# check WHAT COMMAND...
check() {
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok: $1"
    fi
}

# Each literal block of the section goes into a file; a program stands where it is here.
awk -v folder="$work" -v perch="${PERCH:-$PWD/build/release/perch}" '
    /^\.Sh/ { wanted = /WITHOUT A DESKTOP/ }
    /^\.Bd -literal/ { inside = wanted; text = ""; next }
    /^\.Ed/ && inside {
        name = text ~ /^\*/ ? "cron" : text ~ /^17 / ? "weekly-" ++m : "other"
        if (text ~ /^\[Service\]/) name = "perch-" ++n ".service"
        printf "%s", text >(folder "/" name); inside = 0 }
    inside { sub(/^ExecStart=perch /, "ExecStart=" perch " "); text = text $0 "\n" }' man/perch.1

mkdir "$work/bin" "$work/home"
# shellcheck disable=SC2016  # for the programs
printf '#!/bin/sh\necho "$@" >>"$HOME/words"\necho TOKEN\n' >"$work/bin/perch"
# shellcheck disable=SC2016
printf '#!/bin/sh\necho curl "$@" >>"$HOME/words"\n' >"$work/bin/curl"
# shellcheck disable=SC2016  # for the program
printf '#!/bin/sh\nprintenv SALESFORCE_USERNAME >"$HOME/seen"\n' >"$work/bin/program"
chmod +x "$work/bin/"*
printf "SALESFORCE_USERNAME='a b'\n" >"$work/acme"

# done_by LINE: as cron or systemd starts it.
done_by() {
    (umask 022 && PATH=$work/bin:$PATH HOME=$work/home CREDENTIALS_DIRECTORY=$work sh -c "$1")
}
check "the line for cron works" done_by "$(cut -d ' ' -f 6- "$work/cron")"
check "it leaves the token" grep -qx TOKEN "$work/home/token"
check "for the person alone" test "$(stat -c %a "$work/home/token")" = 600
check "the weekly line for perch works" done_by "$(cut -d ' ' -f 6- "$work/weekly-1")"
check "it refreshes" grep -qx "refresh --no-input" "$work/home/words"
check "the weekly line for curl works" done_by "$(cut -d ' ' -f 6- "$work/weekly-2")"
check "it takes the written file" grep -q "^curl .*--config $work/home/acme.curl$" "$work/home/words"
check "the unit's program starts" \
    done_by "$(sed -n 's/^ExecStart=\(sh .*\)/\1/p' "$work"/*.service)"
check "it has the values in its environment" grep -qx "a b" "$work/home/seen"

sed "s|/usr/bin/perch|${PERCH:-$PWD/build/release/perch}|" .packaging/perch-refresh.service \
    >"$work/perch-refresh.service"
cp .packaging/perch-refresh.timer "$work"
if command -v systemd-analyze >/dev/null; then
    for unit in "$work"/perch-1.service "$work"/perch-2.service "$work"/perch-refresh.*; do
        said=$(XDG_RUNTIME_DIR=$work systemd-analyze verify --user --man=no "$unit" 2>&1)
        check "systemd reads: $(cat "$unit"): $said" test "$?$said" = 0
    done
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
