#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every check of this folder; all of them run, then the verdict.
set -u
cd "$(dirname "$0")" || exit 1
failed=0
for script in layers banned size files words shell tables commands po; do
    "./$script.sh" || failed=1
done
exit $failed
