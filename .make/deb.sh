#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb.sh VERSION: Debian packages from the tarball of make dist, in build/deb, checked by lintian
# where it is there. They are not signed.
set -eu

cd "$(dirname "$0")/.."
name=perch-$1
top=$PWD
rm -rf build/deb
mkdir -p build/deb
cp "build/dist/$name.tar.gz" "build/deb/perch_$1.orig.tar.gz"
cd build/deb
tar -xzf "perch_$1.orig.tar.gz"
cp -R "$name/.packaging/debian" "$name/debian"
(cd "$name" && dpkg-buildpackage -us -uc) >build.log 2>&1 || {
    tail -n 40 build.log
    exit 1
}
if grep -n 'warning: ' build.log | grep -v '^[0-9]*:dpkg-'; then
    echo "the compiler warns: $top/build/deb/build.log"
    exit 1
fi
if command -v lintian >/dev/null 2>&1; then
    lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs ./*.changes
else
    echo "skipped: lintian is not here (make dev-deps)"
fi
printf "%s\n" "$top"/build/deb/*.deb
