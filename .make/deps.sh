#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deps.sh USE...: names the packages that are needed for build, demo, test or develop and why,
# and installs what is missing with apt-get, as root or through sudo. With nothing missing it only
# asks the package manager's list of what is installed. Other package managers: it prints the
# command. DEPS_MANAGER=apt|dnf|pacman|apk|brew overrides what it found; DEPS_DRY=1 never installs.
set -eu

table=$(dirname "$0")/deps.tsv
tab=$(printf '\t')

manager=${DEPS_MANAGER:-}
if [ -z "$manager" ]; then
    for candidate in apt-get dnf pacman apk brew; do
        if command -v $candidate >/dev/null 2>&1; then
            manager=${candidate%-get}
            break
        fi
    done
fi
case $manager in
apt) column=2 install="apt-get install -y --no-install-recommends" ;;
dnf) column=3 install="dnf install -y" ;;
pacman) column=4 install="pacman -S --needed --noconfirm" ;;
apk) column=5 install="apk add" ;;
brew) column=6 install="brew install" ;;
*)
    echo "deps: no package manager that perch knows (apt-get, dnf, pacman, apk, brew)." >&2
    echo "Install these libraries by hand, with their headers:" >&2
    sed -n "s/^build$tab\([^$tab]*\)$tab.*$tab\(.*\)/  \1  (\2)/p" "$table" >&2
    exit 1
    ;;
esac

# The names of what is installed among "$@", one a line.
installed() {
    # shellcheck disable=SC2016  # the fields are dpkg-query's
    case $manager in
    apt) dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^installed //p' ;;
    dnf) rpm -q --qf '%{NAME}\n' "$@" 2>/dev/null | grep -v ' ' ;; # "package x is not installed"
    pacman) pacman -Qq "$@" 2>/dev/null ;;
    apk) apk info -e "$@" 2>/dev/null ;;
    brew) brew list --formula -1 2>/dev/null ;;
    esac || true
}

# Rows "names<TAB>why" of the uses asked for.
rows=$(for use in "$@"; do
    awk -F '\t' -v use="$use" -v column=$column \
        '$1 == use && $column != "-" { print $column "\t" $7 }' "$table"
done)
names=$(printf '%s\n' "$rows" | cut -f1 | tr '|' '\n')
# shellcheck disable=SC2086  # one word a package
have=" $(installed $names | tr '\n' ' ') "

missing=
while IFS=$tab read -r choice why; do
    state=missing
    shown=${choice%%|*}
    for name in $(echo "$choice" | tr '|' ' '); do
        case $have in *" $name "*)
            state=here
            shown=$name
            break
            ;;
        esac
    done
    printf '  %-8s %-24s %s\n' "$state" "$shown" "$why"
    if [ $state = missing ]; then
        missing="$missing $choice"
    fi
done <<ROWS
$rows
ROWS

if [ -z "$missing" ]; then
    exit 0
fi
# Each missing one by the first of its names that this release has, as far as apt's lists are here.
wanted() {
    for choice in $missing; do
        found=
        for name in $(echo "$choice" | tr '|' ' '); do
            if [ -z "$found" ] && [ "$manager" = apt ] && [ "$name" != "$choice" ]; then
                found=$(apt-cache policy "$name" | sed -n "s/^ *Candidate: [^(].*/$name/p")
            fi
        done
        printf ' %s' "${found:-${choice%%|*}}"
    done
}
# Elsewhere the libraries may well be here under names that this table does not know.
if [ "$manager" != apt ] && [ "$*" = "build demo" ] && command -v cc >/dev/null 2>&1 &&
    pkg-config --exists gio-unix-2.0 libsecret-1 libcurl libcjson ncursesw panelw libmicrohttpd libzip libqrencode \
        2>/dev/null; then
    echo "Not all packages are known here, but a compiler and all libraries are: going on."
    exit 0
fi
if [ "$manager" != apt ] || [ -n "${DEPS_DRY:-}" ]; then
    echo "Install what is missing with:"
    echo "  $install$(wanted)"
    exit 1
fi
refused() {
    echo "deps: $1 As root, run:" >&2
    echo "  $install$(wanted)" >&2
    exit 1
}
as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || refused "not root and no sudo here."
    as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
result=0
$as_root apt-get update -q || result=$?
# What apt-get itself does not manage ends with 100.
if [ -n "$as_root" ] && [ $result = 1 ]; then
    refused "sudo refused."
fi
[ $result = 0 ] || exit $result
missing=$(wanted)
echo "Installing:$missing"
# shellcheck disable=SC2086  # one word a package
$as_root env DEBIAN_FRONTEND=noninteractive $install $missing
