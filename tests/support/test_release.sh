#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# make release refuses each untruth before it makes anything; make dist gives the same bytes for the
# same tree, and the templates of packages carry the version and the day. make is a stand-in here
# that writes down what it was asked for and fails at what $FAILS names.
set -u

cd "${TEST_SOURCE:-$(dirname "$0")/../..}" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
source=$PWD
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

tree=$work/tree
export HOME=$work GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.invalid
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.invalid
mkdir -p "$tree/tests"
cp -R .make .packaging man Makefile "$tree/"
printf '%s\n' '# Changes' '' '## 7.8.9 (2021-02-03)' '' '* All.' >"$tree/man/CHANGES"
echo secret >"$tree/tests/only_here"
cat >"$work/make" <<STUB
#!/bin/bash
echo "\$*" >>"$work/calls"
for word in \${FAILS:-}; do case " \$* " in *" \$word "*) exit 1 ;; esac; done
case "\$*" in *dist*) .make/dist.sh 7.8.9 ;; esac
case " \$* " in *" check "*) [ -z "\${LITTERS:-}" ] || touch litter ;; esac
STUB
chmod +x "$work/make"
cd "$tree" || exit 1
echo build/ >.gitignore
git init -q . && git add -A && git commit -qm one || exit 1

release() {
    rm -f "$work/calls"
    MAKE=$work/make .make/release.sh 7.8.9 >"$work/said" 2>&1
}
refuses() { ! release && grep -qF -- "release: $1" "$work/said"; }
made_nothing() { [ ! -e build/dist ]; }
commits() { git commit -qam "$1"; }

echo >>Makefile
check "a change that is not committed" refuses "there are changes that are not committed"
git checkout -q Makefile
sed -i 's/^## 7.8.9/## 7.8.8/' man/CHANGES && commits older
check "CHANGES of another version" refuses 'man/CHANGES begins with "7.8.8 (2021-02-03)"'
sed -i 's/^## .*/## 7.8.9/' man/CHANGES && commits undated
check "CHANGES without a day" refuses 'man/CHANGES begins with "7.8.9"'
sed -i 's/^## .*/## 7.8.9 (2021-02-03)/' man/CHANGES && commits dated
git tag v7.8.9 HEAD~1
check "a tag at another commit" refuses "v7.8.9 stands at another commit already"
git tag -f v7.8.9 >/dev/null
check "nothing was asked of make so far" [ ! -e "$work/calls" ]
FAILS=lint check "a lint that complains" refuses "the lint complains"
FAILS=check check "a test that fails" refuses "a test fails"
LITTERS=1 check "tests that change the tree" refuses "the tests have changed the tree"
rm -f litter
check "nothing was made" made_nothing
check "what is true is released" release
check "after every test" grep -qx -- "--no-print-directory check" "$work/calls"
check "with its digest" grep -qE '^[0-9a-f]{64}  perch-7.8.9.tar.gz$' "$work/said"

# The tarball.
mkdir "$work/there"
tar -xzf build/dist/perch-7.8.9.tar.gz -C "$work/there"
there=$work/there/perch-7.8.9
check "the digest is the tarball's" bash -c 'cd build/dist && sha256sum --quiet -c ./*.sha256'
check "no tests" [ ! -e "$there/tests" ]
check "the RPM knows the version" grep -q '^Version: *7.8.9$' "$there/.packaging/perch.spec"
check "and the day" grep -q '^\* Wed Feb 03 2021 ' "$there/.packaging/perch.spec"
check "so does Debian" grep -q '^perch (7.8.9-1) ' "$there/.packaging/debian/changelog"
check "and Arch" grep -q '^pkgver=7.8.9$' "$there/.packaging/PKGBUILD"
check "and AppStream" grep -q 'version="7.8.9" date="2021-02-03"' "$there/.packaging/perch.metainfo.xml"
# Nothing is linked to libcurl, which is loaded when it is needed: packages must name it themselves.
check "Debian's package depends on libcurl" grep -q '^Depends: libcurl' "$there/.packaging/debian/control"
check "so does the RPM" grep -q '^Requires: *libcurl' "$there/.packaging/perch.spec"
check "and Arch's" grep -q '^depends=.*[( ]curl[ )]' "$there/.packaging/PKGBUILD"
cp -R "$there" "$work/again"
touch "$work/again/Makefile"
chmod -R go-rwx "$work/again"
check "a tarball of the tarball" bash -c "cd '$work/again' && .make/dist.sh 7.8.9 >/dev/null"
check "is the same" cmp "$work/again/build/dist/perch-7.8.9.tar.gz" build/dist/perch-7.8.9.tar.gz
if command -v appstreamcli >/dev/null; then
    check "the metadata is valid" bash -c \
        "appstreamcli validate --no-net '$there/.packaging/perch.metainfo.xml' >'$work/said'"
fi
if command -v dpkg-parsechangelog >/dev/null; then
    check "Debian reads its changelog" bash -c "[ \"\$(dpkg-parsechangelog -S Version \
        -l '$there/.packaging/debian/changelog')\" = 7.8.9-1 ]"
fi
cd "$source" || exit 1
# Nothing but the Makefile says which version this is.
version=$(sed -n 's/^VERSION := //p' Makefile)
check "the version stands in one place" [ -z "$(grep -rlF "$version" .packaging .make src include \
    man --include='*' --exclude=CHANGES)" ]
echo "$passed passed, $failed failed"
[ $failed = 0 ]
