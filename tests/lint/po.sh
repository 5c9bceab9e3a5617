#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The languages of src/po: formats, plurals and line ends agree with the English, nothing is marked
# fuzzy. A held language has every string; that another is behind the English is a remark, and so is
# an option of perch(1) that a translation of the page lacks.
source "$(dirname "$0")/lib.sh"

held=' pl '
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# How many entries of a catalogue msgattrib leaves with these options, beside the header.
count() {
    local found
    found=$(msgattrib --no-obsolete --no-wrap "$@" | grep -c '^msgid ' || true)
    echo $((found > 0 ? found - 1 : 0))
}

# behind LANGUAGE TEXT: a translation that the English has left behind.
behind() {
    case $held in
    *" $1 "*) complain "$2" ;;
    *) printf 'po: %s\n' "$2" ;;
    esac
}

make --no-print-directory -s pot BUILD="$work" >/dev/null
pot=$work/po/perch.pot
for po in src/po/*.po; do
    while IFS= read -r line; do
        complain "$line"
    done < <(msgfmt --check -o /dev/null "$po" 2>&1 | grep -v 'fatal error')
    fuzzy=$(count --only-fuzzy "$po")
    [ "$fuzzy" = 0 ] || complain "$po:1: $fuzzy entries are marked fuzzy"
    msgmerge -q --no-fuzzy-matching -o "$work/merged.po" "$po" "$pot"
    missing=$(count --untranslated "$work/merged.po")
    [ "$missing" != 0 ] || continue
    behind "$(basename "$po" .po)" "$po:1: $missing strings are not translated (make pot; msgmerge --no-fuzzy-matching)"
done

for page in man/*/perch.1; do
    while IFS= read -r item; do
        grep -qE -e "^\.It.* $item( |\$)" "$page" || printf 'po: %s\n' "$page:1: $item is not there"
    done < <(sed -nE 's/^\.It ((Cm|Fl) -?[a-z-]+)( .*)?$/\1/p' man/perch.1 | grep '^Fl' | sort -u)
done
verdict
