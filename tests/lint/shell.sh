#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The shell scripts by shellcheck, the spelling by codespell, where they are there.
source "$(dirname "$0")/lib.sh"

if command -v shellcheck >/dev/null 2>&1; then
    mapfile -t scripts < <(grep -rlE '^#!.*(ba)?sh' .ci .make .packaging tests src/completions 2>/dev/null;
        echo .packaging/PKGBUILD)
    [ ${#scripts[@]} = 0 ] || shellcheck -x -P SCRIPTDIR "${scripts[@]}" || complain "shellcheck"
else
    echo "skipped: shellcheck is not here (make dev-deps)"
fi
if command -v codespell >/dev/null 2>&1; then
    # "createable" is how Salesforce writes it; the tables quote others, who write as they do.
    codespell --skip='*.png,*/corpus/*,*/golden/*,*.po,*/man/pl/*,man/pl/*,*/reports*.def,*/phrases*.def,*/topics.def,*/languages.def,*/secret_names.def' \
        -L 'createable,cant,fo,te,nd,iff,inout' \
        src include tests man .make .packaging README.md Makefile .github || complain "codespell"
else
    echo "skipped: codespell is not here (make dev-deps)"
fi
verdict
