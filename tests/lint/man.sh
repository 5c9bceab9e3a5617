#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The man pages by mandoc.
source "$(dirname "$0")/lib.sh"

pages=(man/*.[1-8] man/*/*.[1-8])
[ -f "${pages[0]}" ] || exit 0
if command -v mandoc >/dev/null 2>&1; then
    mandoc -Tlint -Wwarning "${pages[@]}" || complain "mandoc"
else
    echo "skipped: mandoc is not here"
fi
verdict
