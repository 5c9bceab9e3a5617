#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The languages of src/po: formats, plurals and line ends agree with the English, nothing is marked
# fuzzy. A held language has every string; that another is behind the English is a remark. A folder
# man/LL has every page of man/, with its sections and options.
source "$(dirname "$0")/lib.sh"

held=' de pl '
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

# What a page must keep of the English: how its sections follow each other, and every option.
skeleton() {
    sed -nE -e 's/^\.(S[hs]) .*/\1/p' -e 's/^\.It (Fl -?[a-z-]+)( .*)?$/\1/p' "$1"
}
for page in man/*.[1-8]; do
    for folder in man/*/; do
        other=$folder${page#man/}
        if [ ! -f "$other" ]; then
            complain "$other:1: is missing"
        elif ! differ=$(diff <(skeleton "$page") <(skeleton "$other")); then
            complain "$other:1: sections or options differ from $page: ${differ//$'\n'/ }"
        fi
    done
done
verdict
