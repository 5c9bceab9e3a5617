#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# make deps: with everything there it names each package and why, and touches nothing; what is
# missing, and only that, goes to apt-get. The package manager is a stand-in.
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
        cat "$work/said" "$work/calls" 2>/dev/null
    fi
}

# All packages that are asked for are here, but those of $MISSING.
cat >"$work/dpkg-query" <<'STUB'
#!/bin/bash
for name in "${@:3}"; do
    case " ${MISSING:-} " in *" $name "*) ;; *) echo "installed $name" ;; esac
done
STUB
cat >"$work/apt-get" <<STUB
#!/bin/bash
echo "apt-get \$*" >>"$work/calls"
STUB
# The release has all but $UNKNOWN.
cat >"$work/apt-cache" <<'STUB'
#!/bin/bash
case " ${UNKNOWN:-} " in
*" $2 "*) ;;
*) printf '%s:\n  Installed: (none)\n  Candidate: 1.0\n' "$2" ;;
esac
STUB
cat >"$work/sudo" <<'STUB'
#!/bin/bash
[ -z "${BARRED:-}" ] || exit 1
exec "$@"
STUB
cat >"$work/id" <<'STUB'
#!/bin/bash
echo "${WHO:-0}"
STUB
cat >"$work/rpm" <<'STUB'
#!/bin/bash
for name in "${@:4}"; do echo "package $name is not installed"; done
exit 1
STUB
chmod +x "$work"/*

# deps MISSING USE...
deps() {
    rm -f "$work/calls"
    MISSING=$1 DEPS_MANAGER=apt PATH=$work:$PATH .make/deps.sh "${@:2}" >"$work/said" 2>&1
}

fails() { ! deps "$@"; }
refuses() {
    ! DEPS_MANAGER=$1 DEPS_DRY=1 PATH=$work:$PATH .make/deps.sh "${@:2}" >"$work/said" 2>&1
}
no_calls() { [ ! -e "$work/calls" ]; }
says() { grep -qE -- "$1" "$work/said"; }
calls() { grep -qxE -- "$1" "$work/calls"; }
names_why() { ! grep -qvE '^  here +[a-z0-9.+-]+ +[^ ].*$' "$work/said"; }

check "nothing is missing" deps "" build demo
check "nothing is touched" no_calls
check "every package is named, and why" names_why
check "the build's libraries are among them" says "here +libsecret-1-dev +[^ ]"
check "one is missing" deps "libcjson-dev" build demo
check "it is said" says "missing +libcjson-dev +[^ ]"
check "the list is fetched first" calls "apt-get update -q"
check "only that one is installed" calls "apt-get install -y --no-install-recommends libcjson-dev"
export UNKNOWN=clang-14
check "a release lacks the first name" deps "clang-14 clang" develop
check "the next one is installed" calls "apt-get install -y --no-install-recommends clang"
export UNKNOWN="clang-14 clang"
check "a release lacks both names" deps "clang-14 clang" develop
check "apt-get tells of the first" calls "apt-get install -y --no-install-recommends clang-14"
unset UNKNOWN
export WHO=1000
check "sudo is asked" deps "libcjson-dev" build demo
check "and does it" calls "apt-get install -y --no-install-recommends libcjson-dev"
export BARRED=1
check "who may not use sudo cannot" fails "libcjson-dev" build demo
check "and gets the line for who can" says "^  apt-get install -y --no-install-recommends libcjson-dev"
check "nothing was installed" no_calls
unset WHO BARRED
check "another manager's command is not run" refuses dnf develop
check "but printed" says "dnf install -y"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
