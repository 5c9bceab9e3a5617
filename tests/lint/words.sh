#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Strings that people read: no exclamation marks, no glue, no shouting, nothing about the place
# where this was written. And they are marked for translation.
source "$(dirname "$0")/lib.sh"

# What people stumbled over, and what was said better since.
stumbled='\((certain|likely)\)|[^a-z]stands (in|between)|an address of yours|another way in'
stumbled+='|rights only|as in the sheet|none of the answers|record points to another|perch played'
stumbled+="|^Take the .* out|(sec|[^a-z]s) off Salesforce|perch's values|not refused|waits for: "

# Translated strings, one per line as FILE:LINE: TEXT (adjacent literals joined).
translated() {
    find src include \( -name '*.[ch]' -o -name '*.def' \) ! -path 'src/demo_org/*' | sort |
        while IFS= read -r file; do
        awk -v file="$file" '
        { text = text $0 "\n" }
        END {
            line = 1
            while (match(text, /(^|[^A-Za-z0-9_])N?_\(("([^"\\]|\\.)*"[ \n]*)+/)) {
                before = substr(text, 1, RSTART)
                found = substr(text, RSTART, RLENGTH)
                line += gsub(/\n/, "\n", before)
                shown = found
                lines = gsub(/\n/, "", shown)
                gsub(/" *"/, "", shown)
                sub(/^[^"]*"/, "", shown); sub(/" *$/, "", shown)
                printf "%s:%d: %s\n", file, line, shown
                text = substr(text, RSTART + RLENGTH)
                line += lines
            }
        }' "$file"
    done
}

while IFS= read -r row; do
    place=${row%%: *}
    text=${row#*: }
    case $text in
    *'!'*) complain "$place: an exclamation mark: $text" ;;
    esac
    # A prompt ends in ": "; anything else with blanks at an end is glued to something.
    case $text in
    *': ') ;;
    ' '* | *' ') complain "$place: blanks at an end: sentences are not glued: $text" ;;
    esac
    # Other languages order words otherwise, so a sentence is one string.
    if [[ $text =~ %[0-9.]*(ll|l|z)?[sdu]%[0-9.]*(ll|l|z)?[sdu] ]]; then
        complain "$place: two values without a word between them: glue them first: $text"
    fi
    if [[ $text =~ ^[,\;.\)] || $text =~ ^(is|are|was|were|has|have|had|belongs)\  ||
        $text =~ ^(it|its|there|the|this|but|which|because)\ .*\.$ ]]; then
        complain "$place: the end of a sentence that begins elsewhere: $text"
    fi
    if [[ ${text,,} =~ (^|[^a-z])(oops|please|sorry|simply|successfully|abort|aborted|illegal)([^a-z]|$) ]]
    then
        complain "$place: a word that helps nobody: $text"
    fi
    if [[ $text =~ $stumbled ]]; then
        complain "$place: \"${BASH_REMATCH[0]}\" was not understood: $text"
    fi
    # What is printed as a command runs as it is, but for the name.
    if [[ ${text//--list/} =~ perch\ (token|test|doctor|reauthorize|handoff|forget)\ -- ]]; then
        complain "$place: a command that lacks its connection: $text"
    fi
    # In a synopsis, after a bracket or before one, it means "any number of these".
    if [[ $text =~ [A-Za-z0-9\ ]\.\.\.([^]]|$) ]]; then
        complain "$place: three dots instead of an ellipsis: $text"
    fi
done < <(translated)

# A sentence made of two translated strings, whose order is not every language's.
while IFS= read -r file; do
    complain "$file:1: two translated strings are glued: one string with %s in it is a sentence"
done < <(grep -rlzP 'g_str(concat|join)\([^;]*_\("[^;]*_\("' src --include='*.c' | grep -v '^src/demo_org/')

# Error texts that never pass through gettext.
while IFS=: read -r file line text; do
    complain "$file:$line: not translated: ${text#"${text%%[![:space:]]*}"}"
done < <(grep -rnE \
    'g_(set_error|set_error_literal|error_new|error_new_literal|prefix_error)\([^"]*"' src \
    --include='*.c' | grep -v '^src/demo_org/' | grep -vE '_\("|"%s|"%s: %s"|" *,? *$')

# Places that nobody who reads this has.
mapfile -t files < <(git ls-files -co --exclude-standard |
    grep -vE '^tests/lint/|\.png$' | while IFS= read -r file; do [ -f "$file" ] && echo "$file"; done)
none_of "a place that readers do not have" \
    '(^|[^A-Za-z0-9.~-])/(root|Users|mnt|home/[a-z]+)/[a-z]' -I "${files[@]}"
verdict
