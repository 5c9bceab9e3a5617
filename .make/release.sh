#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# release.sh VERSION: makes the tarball of a release, and refuses when something that the tree says
# of itself is not true: changes that are not committed, a version or a day that CHANGES does not
# have, a tag that stands elsewhere, man pages that differ from their tables, a test that fails.
set -eu

cd "$(dirname "$0")/.."
version=$1
make=${MAKE:-make}
unset MAKEFLAGS MFLAGS MAKELEVEL

refuse() {
    echo "release: $1" >&2
    exit 1
}

[ -z "$(git status --porcelain)" ] || refuse "there are changes that are not committed"
newest=$(sed -n 's/^## //p' man/CHANGES | head -n 1)
[[ $newest =~ ^"$version"\ \([0-9]{4}-[0-9]{2}-[0-9]{2}\)$ ]] ||
    refuse "man/CHANGES begins with \"$newest\", not with \"$version (YYYY-MM-DD)\""
if tagged=$(git rev-parse -q --verify "refs/tags/v$version^{commit}"); then
    [ "$tagged" = "$(git rev-parse HEAD)" ] || refuse "v$version stands at another commit already"
fi
"$make" --no-print-directory lint man-lint || refuse "the lint complains"
"$make" --no-print-directory check || refuse "a test fails"
[ -z "$(git status --porcelain)" ] || refuse "the tests have changed the tree"
"$make" --no-print-directory dist
first=$(cat "build/dist/perch-$version.tar.gz.sha256")
"$make" --no-print-directory dist >/dev/null
[ "$first" = "$(cat "build/dist/perch-$version.tar.gz.sha256")" ] ||
    refuse "two tarballs of one tree differ"
printf '%s\n' "$first" "Now: git tag v$version"
