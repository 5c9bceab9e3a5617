#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check_install.sh [MAKE-ARGUMENT...]: installs what was built with these arguments into a new prefix
# and into a DESTDIR, runs it, uninstalls, and looks whether anything is left.
set -eu

cd "$(dirname "$0")/../.."
unset MAKEFLAGS MFLAGS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arguments=("$@")

run_make() {
    make --no-print-directory "${arguments[@]}" "$@" >/dev/null
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
    "$work/prefix/share/man/man7/perch-causes.7" \
    "$work/prefix/share/man/man7/perch-handoff.7" \
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
run_make all # the folders of the default prefix again
