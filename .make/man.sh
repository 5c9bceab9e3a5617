#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# man.sh FOLDER: writes those man pages into FOLDER that are made from tables, as a whole
# (perch-causes.7) or in part (keys and examples in perch.1), and so in each language that has a folder in
# man/. `make man` writes them into man/; the lint compares.
set -eu

cd "$(dirname "$0")/.."
folder=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The rows {ENGLISH, TRANSLATION}, of a catalogue, as C.
catalogue_rows() {
    msgcat --no-wrap "src/po/$1.po" | awk '
        function row() { if (id != "" && text != "") print "{\"" id "\", \"" text "\"},"; id = text = "" }
        /^msgid "/ { row(); into = "id" }
        /^msgstr "/ { into = "text" }
        /^msg(id_plural|str\[)/ { into = "" }
        /^(msgid |msgstr )?"/ {
            sub(/^[^"]*"/, ""); sub(/"$/, "")
            if (into == "id") id = id $0; else if (into == "text") text = text $0
        }
        END { row() }'
}

# One row ID KEY NAME HELP for each ACTION(...), fields parted by tabs.
actions=include/perch/view/actions.def
rows() {
    { tr '\n' ' ' <$actions; echo; } | sed 's/ACTION(/\nACTION(/g' | sed -nE \
        's/^ACTION\(([A-Z_]+), *('\''[^'\'']+'\''|[0-9]+), *"([^"]*)", *N_\("(([^"\\]|\\.)*)"\)\).*/\1\t\2\t\3\t\4/p'
}

keys() {
    local key help
    echo '.Bl -tag -width Ds'
    while IFS=$'\t' read -r _ key _ help; do
        case $key in
        "'\\r'") key=Enter ;;
        "' '") key=$(in_language Space) ;;
        "'\\t'") key=Tab ;;
        27) key=Esc ;;
        1) key='\(<-' ;;
        2) key='\(->' ;;
        3) key=Ctrl-C ;;
        "'"?"'") key="\\&${key:1:1}" ;;
        *)
            echo "$actions:1: man.sh has no name for the key $key" >&2
            return 1
            ;;
        esac
        printf '.It Ic %s\n%s\n' "$key" "$(in_language "$help")"
    done < <(rows)
    echo '.El'
}

# A row that is written in another way must not get lost.
if [ "$(grep -c '^ACTION(' $actions)" != "$(rows | wc -l)" ]; then
    echo "$actions:1: man.sh does not understand every row" >&2
    exit 1
fi

# in_language TEXT: its translation, else itself.
in_language() {
    local row
    row=$(grep -m 1 -F "{\"$1\", \"" "$work/translations.h" || true)
    row=${row#"{\"$1\", \""}
    row=${row%'"},'}
    printf '%s' "${row:-$1}"
}

examples() {
    "${CC:-cc}" -std=c17 -Iinclude -I"$work" -x c -o "$work/examples" - <<'C'
#include <stdio.h>
#include <string.h>
#define N_(text) text
#define EXAMPLE(command, what, text) {what, text},
static const char *const rows[][2] = {
#include "perch/commands/examples.def"
};
static const char *const translations[][2] = {{"", ""},
#include "translations.h"
};
int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *what = rows[i][0];
        for (size_t t = 0; t < sizeof translations / sizeof *translations; t++)
            if (strcmp(translations[t][0], rows[i][0]) == 0)
                what = translations[t][1];
        printf("%s%s\n.Bd -literal -offset indent\n$ ", i == 0 ? "" : ".Pp\n", what);
        for (const char *p = rows[i][1]; *p != '\0'; p++)
            *p == '\\' ? (void)fputs("\\e", stdout) : (void)putchar(*p);
        puts("\n.Ed");
    }
}
C
    "$work/examples"
}

# between WHAT PAGE <TEXT: the page, TEXT between its marks of WHAT.
between() {
    BODY=$(cat) awk -v what="$1" '
        index($0, ".\\\" " what ": begin") { print; print ENVIRON["BODY"]; inside = 1; next }
        index($0, ".\\\" " what ": end") { inside = 0; found = 1 }
        !inside { print }
        END { exit !found }' "$2" || {
        echo "man/perch.1:1: the marks of $1 are gone" >&2
        return 1
    }
}

# pages FOLDER: those pages of man/ or man/LANGUAGE; translations.h is of that language.
pages() {
    local page
    mkdir -p "$folder${1#man}"
    "${CC:-cc}" -std=c17 -Wall -Wextra -Werror -Wno-format-security -Iinclude -I"$work" \
        -o "$work/causes_man" .make/causes_man.c
    "$work/causes_man" >"$work/perch-causes.7"
    keys >"$work/keys"
    examples >"$work/shown"
    between keys "$1/perch.1" <"$work/keys" >"$work/half"
    between examples "$work/half" <"$work/shown" >"$work/perch.1"
    for page in perch-causes.7 perch.1; do
        cat "$work/$page" >"$folder${1#man}/$page"
    done
}

: >"$work/translations.h"
pages man
for language in man/*/; do
    catalogue_rows "$(basename "$language")" >"$work/translations.h"
    pages "${language%/}"
done
