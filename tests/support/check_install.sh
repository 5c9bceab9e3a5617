#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Installs into a new prefix and into a DESTDIR, runs what was installed, uninstalls, and looks
# whether anything is left.
set -eu

cd "$(dirname "$0")/../.."
unset MAKEFLAGS MFLAGS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build=build/install

run_make() {
    make --no-print-directory BUILD=$build "$@" >/dev/null
}

# must_be_there FILE...
must_be_there() {
    local file
    for file in "$@"; do
        if [ ! -f "$file" ]; then
            echo "not installed: $file"
            exit 1
        fi
    done
}

# must_be_empty FOLDER
must_be_empty() {
    if [ -e "$1" ] && [ -n "$(find "$1" -mindepth 1)" ]; then
        echo "left behind by uninstall:"
        find "$1" -mindepth 1
        exit 1
    fi
}

# A prefix whose folders are there before keeps them, and what others put into it.
mkdir -p "$work/prefix/bin" "$work/prefix/share/man"
echo other >"$work/prefix/bin/other"
run_make PREFIX="$work/prefix" install
run_make PREFIX="$work/prefix" install # twice is the same
must_be_there "$work/prefix/bin/perch" "$work/prefix/bin/perch-demo-org" \
    "$work/prefix/share/man/man1/perch.1" \
    "$work/prefix/share/bash-completion/completions/perch"
"$work/prefix/bin/perch" --version | grep -q '^perch [0-9]'
run_make PREFIX="$work/prefix" uninstall
rm "$work/prefix/bin/other"
rmdir "$work/prefix/bin" "$work/prefix/share/man" "$work/prefix/share"
must_be_empty "$work/prefix"

run_make PREFIX="$work/new" install
run_make PREFIX="$work/new" uninstall
must_be_empty "$work/new"

run_make PREFIX=/usr DESTDIR="$work/stage" install
must_be_there "$work/stage/usr/bin/perch"
# Nothing that was installed may know of the folder that it was staged in.
if grep -rqa "$work" "$work/stage"; then
    echo "the staging folder is compiled in"
    exit 1
fi
run_make PREFIX=/usr DESTDIR="$work/stage" uninstall
must_be_empty "$work/stage"
rm -rf $build
