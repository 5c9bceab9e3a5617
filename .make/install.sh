#!/bin/sh
# SPDX-License-Identifier: MIT
#
# install.sh install|uninstall, called by make, which sets BUILD DESTDIR bindir datadir mandir
# localedir. What install put where, and which folders it had to make, stands in
# $datadir/perch/installed, so that uninstall leaves the machine as it was found, even where the
# folders of a prefix were all new. Below a DESTDIR there is no such list (it belongs to whoever
# makes the package); uninstall then removes every folder that is empty.
set -eu

: "${BUILD:?}" "${catalogues?}" "${bindir:?}" "${datadir:?}" "${mandir:?}" "${localedir:?}" "${DESTDIR?}"
list=$datadir/perch/installed
umask 022

# The folders on the way to $1 that are not there yet, the deepest first.
missing_folders() {
    folder=$1
    while [ ! -d "$DESTDIR$folder" ] && [ "$folder" != / ] && [ "$folder" != . ]; do
        printf '%s\n' "$folder"
        folder=$(dirname "$folder")
    done
}

# put MODE SOURCE TARGET: copies, and notes what uninstall has to undo.
put() {
    missing_folders "$(dirname "$3")" >>"$notes"
    mkdir -p "$DESTDIR$(dirname "$3")"
    install -m "$1" "$2" "$DESTDIR$3"
    printf '%s\n' "$3" >>"$notes"
}

do_install() {
    notes=$(mktemp)
    trap 'rm -f "$notes"' EXIT
    # An earlier install made the folders; what it noted is still true.
    if [ -f "$DESTDIR$list" ]; then
        cat "$DESTDIR$list" >>"$notes"
    fi
    for program in perch perch-demo-org; do
        if [ -f "$BUILD/$program" ]; then
            put 755 "$BUILD/$program" "$bindir/$program"
        fi
    done
    # man/pl/perch.1 is the page in that language.
    for page in man/*.[1-8] man/*/*.[1-8]; do
        if [ -f "$page" ]; then
            folder=$(dirname "$page")
            put 644 "$page" "$mandir${folder#man}/man${page##*.}/$(basename "$page")"
        fi
    done
    put_if src/completions/perch.bash "$datadir/bash-completion/completions/perch"
    put_if src/completions/perch.zsh "$datadir/zsh/site-functions/_perch"
    put_if src/completions/perch.fish "$datadir/fish/vendor_completions.d/perch.fish"
    put_if "$BUILD/perch.metainfo.xml" "$datadir/metainfo/invalid.perch.perch.metainfo.xml"
    put_if src/commands/output.schema.json "$datadir/perch/output.schema.json"
    put_if "$BUILD/perch-refresh.service" "$datadir/systemd/user/perch-refresh.service"
    put_if "$BUILD/perch-refresh.timer" "$datadir/systemd/user/perch-refresh.timer"
    # shellcheck disable=SC2154  # from the Makefile: those of the languages that are there now
    for catalogue in $catalogues; do
        put_if "$catalogue" "$localedir/${catalogue#"$BUILD/po/"}"
    done
    if [ -z "$DESTDIR" ]; then
        missing_folders "$datadir/perch" >>"$notes"
        mkdir -p "$datadir/perch"
        printf '%s\n' "$list" >>"$notes"
        LC_ALL=C sort -u "$notes" >"$list"
        chmod 644 "$list"
    fi
}

put_if() {
    if [ -f "$1" ]; then
        put 644 "$1" "$2"
    fi
}

# Everything that an install could have put there, for when no list tells.
do_uninstall_by_name() {
    rm -f "$DESTDIR$bindir/perch" "$DESTDIR$bindir/perch-demo-org" \
        "$DESTDIR$mandir"/man1/perch.1 "$DESTDIR$mandir"/man1/perch-demo-org.1 \
        "$DESTDIR$mandir"/man7/perch-*.7 \
        "$DESTDIR$mandir"/*/man1/perch.1 "$DESTDIR$mandir"/*/man1/perch-demo-org.1 \
        "$DESTDIR$mandir"/*/man7/perch-*.7 \
        "$DESTDIR$datadir/bash-completion/completions/perch" \
        "$DESTDIR$datadir/zsh/site-functions/_perch" \
        "$DESTDIR$datadir/fish/vendor_completions.d/perch.fish" \
        "$DESTDIR$datadir"/systemd/user/perch-refresh.* "$DESTDIR$datadir/perch/output.schema.json" \
        "$DESTDIR$datadir/metainfo/invalid.perch.perch.metainfo.xml" "$DESTDIR$localedir"/*/LC_MESSAGES/perch.mo
    if [ -n "$DESTDIR" ] && [ -d "$DESTDIR" ]; then
        find "$DESTDIR" -mindepth 1 -depth -type d -empty -delete
    fi
}

do_uninstall() {
    if [ -n "$DESTDIR" ] || [ ! -f "$list" ]; then
        do_uninstall_by_name
        return
    fi
    # Sorted backwards, what is in a folder comes before the folder.
    lines=$(LC_ALL=C sort -r "$list")
    printf '%s\n' "$lines" | while IFS= read -r path; do
        if [ -d "$path" ] && [ ! -L "$path" ]; then
            rmdir "$path" 2>/dev/null || true
        else
            rm -f "$path"
        fi
    done
}

case $1 in
install) do_install ;;
uninstall) do_uninstall ;;
*)
    echo "usage: install.sh install|uninstall" >&2
    exit 2
    ;;
esac
