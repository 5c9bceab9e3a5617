#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dist.sh VERSION: build/dist/perch-VERSION.tar.gz and its SHA-256, from the files as they are here.
# The tarball builds and installs; tests/ and .ci/ are not in it. The same tree gives the same bytes.
# In it the templates of .packaging/ are filled.
set -eu

cd "$(dirname "$0")/.."
version=$1
name=perch-$version
out=build/dist
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The time of everything in it is the newest release's in CHANGES, so that it is not today's.
day=$(sed -n 's/^## .*(\([0-9-]*\))$/\1/p' man/CHANGES | head -n 1)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -u -d "$day" +%s)}

if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard
else
    find . -path ./build -prune -o -type f -print | sed 's,^\./,,'
fi | grep -vE '^(tests|\.ci)/' | while IFS= read -r file; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
done | LC_ALL=C sort >"$work/files"
mkdir "$work/$name"
tar -cf - -T "$work/files" | tar -xf - -C "$work/$name"
grep -rlE '@(VERSION|(RFC_|RPM_)?DATE)@' "$work/$name/.packaging" | while IFS= read -r file; do
    .make/fill.sh "$version" "$file" >"$work/filled"
    cat "$work/filled" >"$file"
done

mkdir -p "$out"
tar -cf - -C "$work" --format=ustar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 \
    --numeric-owner --mode=a+rX,u+w,go-w "$name" | gzip -n9 >"$out/$name.tar.gz"
cd "$out"
sha256sum "$name.tar.gz" >"$name.tar.gz.sha256"
echo "$out/$name.tar.gz"
