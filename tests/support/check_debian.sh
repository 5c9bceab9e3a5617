#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check_debian.sh RELEASE [CASE...]: what the README promises for a fresh machine, tried on one.
# debootstrap makes a minimal RELEASE (bookworm, trixie, sid) with git and make and nothing else,
# once; each case has a copy of it and of this working tree, no locale, and a namespace of its own,
# with which its mounts and processes go.
#
#   bare    plain make, before anything is installed, names make deps
#   barred  a user without sudo, and one whom sudo refuses, get the line for apt-get
#   root    make demo, on a terminal and without one, make check and check-more, as root
#   sudo    the same as a user with sudo
#
#   DEBIAN_ROOT=FOLDER   where the systems are kept (build/debian)
#   MIRROR=URL           Debian's mirror (the one that apt uses here)
#   KEEP=1               leaves the copies
#   jobs=N               as for tests/run
#   COMMANDS="demo check" these only, not check-more
# Needs root, debootstrap and 8 GB. Ends with "N passed, N failed".
set -eu

release=$1
shift
[ $# -gt 0 ] || set -- bare barred root sudo
cd "$(dirname "$0")/../.."
keep=$(mkdir -p "${DEBIAN_ROOT:-build/debian}" && cd "${DEBIAN_ROOT:-build/debian}" && pwd)
base=$keep/$release
# shellcheck disable=SC2016  # apt-get's own
mirror=${MIRROR:-$(apt-get indextargets --format '$(SITE) $(RELEASE) $(REPO_URI)' |
    awk '$3 ~ /\/debian\/?$/ { print $3; exit }')}
# What stands between this machine and the mirror stands between the copy and the mirror too.
proxies=$(apt-config dump | grep -E '^Acquire::(https?::Proxy|Retries|Check-Valid-Until)' || true)
npm=$(npm config get registry 2>/dev/null || true)
authorities=/etc/ssl/machine.pem

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    echo "check-debian: needs root, and debootstrap (apt-get install debootstrap)." >&2
    exit 1
fi
if [ ! -e "$base/.whole" ]; then
    rm -rf "$base"
    debootstrap --variant=minbase --include=git,make "$release" "$base" "$mirror"
    printf '%s\n' "$proxies" >"$base/etc/apt/apt.conf.d/90mirror"
    touch "$base/.whole"
fi

# What is run in the namespace of a case, with its folder: mounts what a machine has, and enters,
# not by chroot, in which nobody may make a user namespace.
# shellcheck disable=SC2016  # for the shell in there
enter='
set -eu
root=$1
shift
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sys "$root/sys"
mount -t tmpfs -o mode=755 dev "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620 pts "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
for device in "null 3" "zero 5" "full 7" "random 8" "urandom 9"; do
    mknod -m 666 "$root/dev/${device% *}" c 1 "${device#* }"
done
mknod -m 666 "$root/dev/tty" c 5 0
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for n in "0 stdin" "1 stdout" "2 stderr"; do ln -s "fd/${n% *}" "$root/dev/${n#* }"; done
cp /etc/resolv.conf "$root/etc/"
pivot_root . .
umount -l .
exec "$@"
'

# inside CASE USER SHELL-COMMAND: in the copy of CASE, in the repository.
inside() {
    local home=/root
    [ "$2" = root ] || home=/home/$2
    unshare --mount --pid --fork --kill-child sh -c "$enter" sh "$keep/$release-$1" \
        setpriv --reuid="$2" --regid="$2" --clear-groups --inh-caps=-all \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME="$home" TERM=dumb ${npm:+npm_config_registry=$npm} \
        ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=$authorities} ${jobs:+jobs=$jobs} \
        sh -c "cd /srv/perch && $3" </dev/null
}

# A copy for CASE with the working tree, which belongs to USER.
new_copy() {
    local root=$keep/$release-$1
    rm -rf "$root"
    cp -a "$base" "$root"
    mkdir -p "$root/srv/perch" "$root/home/person" "$root/etc/ssl"
    [ -z "${NODE_EXTRA_CA_CERTS:-}" ] || cp "$NODE_EXTRA_CA_CERTS" "$root$authorities"
    echo 'person:*:1000:1000::/home/person:/bin/bash' >>"$root/etc/passwd"
    echo 'person:*:20000:0:99999:7:::' >>"$root/etc/shadow"
    echo 'person:x:1000:' >>"$root/etc/group"
    chown 1000:1000 "$root/home/person"
    git ls-files -co --exclude-standard -z | tar --null --files-from=- --ignore-failed-read -cf - |
        tar -C "$root/srv/perch" -xf -
    chown -R "$(id -u root):0" "$root/srv/perch"
    [ "$2" = root ] || chown -R 1000:1000 "$root/srv/perch"
    inside "$1" "$2" 'git init -q && git add -A && git -c user.name=x -c user.email=x@x.example \
        commit -qm "the working tree"'
}

passed=0 failed=0
# outcome CASE WHAT RESULT
outcome() {
    if [ "$3" = 0 ]; then
        passed=$((passed + 1))
        printf 'ok   %s, %s: %s\n' "$release" "$1" "$2"
    else
        failed=$((failed + 1))
        printf 'FAIL %s, %s: %s\n' "$release" "$1" "$2"
    fi
}

# The demo on a terminal: Enter on its first screen and, when Preflight is through, Ctrl-C and Enter. A
# screen has escape sequences for line breaks.
# shellcheck disable=SC2016  # for the shell in there
on_terminal='
mkfifo /tmp/keys /tmp/painted
: >/tmp/screen
shown() {
    tail -n +1 -F --pid="$demo" /tmp/screen >/tmp/painted 2>/dev/null &
    stdbuf -o0 tr "\033" "\n" </tmp/painted | { grep -qm 1 "$1"; kill $!; }
}
TERM=xterm-256color script -qefc "stty rows 24 cols 80; make demo" /tmp/screen </tmp/keys >/dev/null &
demo=$!
exec 3>/tmp/keys
shown "1 Org"
printf "\r" >&3
shown "read back"
printf "\003" >&3
shown "quit?"
printf "\r" >&3
wait
grep -q "▸" /tmp/screen && grep -q "That was the demo" /tmp/screen
'

# both CASE USER: the two commands of the README.
both() {
    local command result=0
    inside "$1" "$2" "$on_terminal" || result=$?
    outcome "$1" "make demo on a terminal ($keep/$release-$1/tmp/screen)" "$result"
    for command in ${COMMANDS:-demo check check-more}; do
        result=0
        inside "$1" "$2" "make $command" >"$keep/$release-$1-$command.log" 2>&1 || result=$?
        tail -n 3 "$keep/$release-$1-$command.log"
        outcome "$1" "make $command ($keep/$release-$1-$command.log)" "$result"
    done
}

# says CASE USER COMMAND PATTERN: it fails, and says what to do.
says() {
    local said
    if said=$(inside "$1" "$2" "$3" 2>&1) || ! printf '%s\n' "$said" | grep -qE -- "$4"; then
        printf '%s\n' "$said"
        outcome "$1" "$3 says: $4" 1
    else
        outcome "$1" "$3 says: $4" 0
    fi
}

with_sudo() {
    inside "$1" root 'apt-get update -q && apt-get install -qy --no-install-recommends sudo' \
        >/dev/null 2>&1
}

case_bare() {
    new_copy bare root
    says bare root "make" "make deps"
}
case_barred() {
    new_copy barred person
    says barred person "make deps" "apt-get install -y --no-install-recommends gcc "
    with_sudo barred
    says barred person "make deps" "apt-get install -y --no-install-recommends gcc "
}
case_root() {
    new_copy root root
    both root root
}
case_sudo() {
    new_copy sudo person
    with_sudo sudo
    echo 'person ALL=(ALL) NOPASSWD: ALL' >"$keep/$release-sudo/etc/sudoers.d/person"
    both sudo person
}

for case in "$@"; do
    "case_$case"
    [ -n "${KEEP:-}" ] || rm -rf "${keep:?}/$release-$case"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
