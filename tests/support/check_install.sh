#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check_install.sh [MAKE-ARGUMENT...]: builds the tarball of `make dist`, which has no tests/, in
# another place; what comes out is, byte for byte, what was built here with these arguments. Installs
# that into a new prefix and into a DESTDIR, runs it, uninstalls, and looks whether anything is left.
set -eu

cd "$(dirname "$0")/../.."
unset MAKEFLAGS MFLAGS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arguments=("$@")

say_and_fail() {
    echo "$1"
    exit 1
}

make --no-print-directory -j"$(nproc)" "${arguments[@]}" all dist >/dev/null
tree=$PWD
tarball=$(echo "$tree"/build/dist/perch-*.tar.gz)
(cd build/dist && sha256sum --quiet -c ./*.sha256)
mkdir "$work/elsewhere"
tar -xzf "$tarball" -C "$work/elsewhere" --strip-components=1
cd "$work/elsewhere"
[ ! -e tests ] || say_and_fail "tests/ is in the tarball"
if grep -rlE '@[A-Z_]+@' .packaging; then
    say_and_fail "a template is not filled"
fi
make --no-print-directory -j"$(nproc)" "${arguments[@]}" all >/dev/null
for program in perch perch-demo-org; do
    cmp "build/release/$program" "$tree/build/release/$program" ||
        say_and_fail "$program depends on the folder that it is built in"
done

run_make() {
    make --no-print-directory -j"$(nproc)" "${arguments[@]}" "$@" >/dev/null
}

# must_be_there FILE...
must_be_there() {
    local file
    for file in "$@"; do
        [ -f "$file" ] || say_and_fail "not installed: $file"
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
    "$work/prefix/share/man/pl/"{man1/{perch,perch-demo-org}.1,man7/{perch-causes,perch-handoff}.7} \
    "$work/prefix/share/locale/"{de,pl}/LC_MESSAGES/perch.mo \
    "$work/prefix/share/man/man7/perch-causes.7" \
    "$work/prefix/share/man/man7/perch-handoff.7" \
    "$work/prefix/share/perch/output.schema.json" \
    "$work/prefix/share/bash-completion/completions/perch"
unit=$work/prefix/share/systemd/user/perch-refresh
must_be_there "$unit.timer"
grep -qxF "ExecStart=$work/prefix/bin/perch refresh --no-input" "$unit.service" ||
    say_and_fail "the unit starts another perch"
"$work/prefix/bin/perch" --version | grep -q '^perch [0-9]'
run_make PREFIX="$work/prefix" uninstall
rm "$work/prefix/bin/other"
rmdir "$work/prefix/bin" "$work/prefix/share/man" "$work/prefix/share"
must_be_empty "$work/prefix"

run_make PREFIX="$work/new" install
must_be_there "$work/new/bin/perch"

# A language is a file more, and nothing else: perch speaks it, and a mistake in it stops the build.
mkdir "$work/po"
cp src/po/*.po "$work/po" 2>/dev/null || true
cat >"$work/po/eo.po" <<'PO'
msgid ""
msgstr ""
"Project-Id-Version: perch\n"
"PO-Revision-Date: 2026-11-27 12:00+0000\n"
"Last-Translator: nobody\n"
"Language-Team: nobody\n"
"Language: eo\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
#, c-format
msgid "There is no command %s."
msgstr "Ne estas ordono %s."
PO
run_make PREFIX="$work/new" po_dir="$work/po" install
must_be_there "$work/new/share/locale/eo/LC_MESSAGES/perch.mo"
# C.UTF-8 speaks no language from glibc 2.39 on, and a machine may have no other locale.
mkdir "$work/locales"
localedef -i en_US -f UTF-8 "$work/locales/en_US.UTF-8"
said=$(LOCPATH=$work/locales LC_ALL=en_US.UTF-8 LANGUAGE=eo \
    "$work/new/bin/perch" flugi 2>&1 || true)
[ "$said" = "perch: Ne estas ordono flugi. perch help lists them." ] ||
    say_and_fail "a new language is not spoken: $said"
sed -i 's/ordono %s/ordono %d/' "$work/po/eo.po"
if run_make PREFIX="$work/new" po_dir="$work/po" install 2>/dev/null; then
    say_and_fail "a wrong translation is built"
fi
run_make PREFIX="$work/new" uninstall
must_be_empty "$work/new"

run_make PREFIX=/usr DESTDIR="$work/stage" install
must_be_there "$work/stage/usr/bin/perch"
# Nothing that was installed may know of the folder that it was staged in.
if grep -rqa "$work" "$work/stage"; then
    say_and_fail "the staging folder is compiled in"
fi
# What the files of a package of it take up without its languages, which are a package of their own
# (folders are there already), and the libraries that it brings along (GnuTLS is libmicrohttpd's).
strip "$work/stage/usr/bin/"*
find "$work/stage/usr/share/man" -type f -exec gzip -9 {} +
size=$(find "$work/stage" -type f -not -path '*/locale/*' -not -path '*/man/pl/*' -printf '%s\n' |
    awk '{ bytes += $1 } END { print bytes }')
[ "$size" -le $((1350 * 1024)) ] || say_and_fail "$size bytes are installed; the limit is 1350 KiB"
extra=$(readelf -d "$work/stage/usr/bin/"* | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' | sort -u |
    grep -vxE 'libc|libcjson|libcurl(-gnutls)?|libg(lib|io|object)-2.0|libgnutls|libmicrohttpd|libncursesw|libpanelw|libsecret-1|libtinfo|libzip' ||
    true)
[ -z "$extra" ] || say_and_fail "linked to more libraries than agreed: $extra"
find "$work/stage/usr/share/man" -type f -exec gunzip {} +
run_make PREFIX=/usr DESTDIR="$work/stage" uninstall
must_be_empty "$work/stage"
