#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every command of commands.def and every option that the commands parse stands in the man page and
# in the completions of each shell; every format of formats.def in the man page, below handoff's
# --format (the completions ask perch handoff --list).
source "$(dirname "$0")/lib.sh"

mapfile -t commands < <(sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' include/perch/commands/commands.def)
mapfile -t options < <(cat src/commands/*.c |
    sed -n 's/^ *{"\([a-z-]*\)", 0, 0, G_OPTION_ARG.*/\1/p' | sort -u)
[ "${#commands[@]}" != 0 ] || complain "include/perch/commands/commands.def:1: no command was found"
[ "${#options[@]}" != 0 ] || complain "src/commands: no option was found"

# wanted FILE WHAT REGEXP
wanted() {
    grep -qE -e "$3" "$1" || complain "$1:1: $2 is not there"
}

for command in "${commands[@]}"; do
    wanted README.md "the command $command" "^\| \`perch ${command}[ \`]"
    wanted man/perch.1 "the command $command" "^\.It Cm $command( |\$)"
    for shell in bash zsh fish; do
        wanted "src/completions/perch.$shell" "the command $command" "[^a-z-]$command([^a-z-]|\$)"
    done
done
for option in "${options[@]}"; do
    wanted man/perch.1 "--$option" "^\.It Fl -$option( |\$)"
    wanted src/completions/perch.bash "--$option" "[ \"]--$option([ \"]|\$)"
    wanted src/completions/perch.zsh "--$option" "[\"'*]--$option=?\["
    wanted src/completions/perch.fish "--$option" " -l $option( |\$)"
done

mapfile -t formats < <(sed -n 's/^FORMAT([A-Z0-9_]*, "\([a-z0-9-]*\)",.*/\1/p' \
    include/perch/handoff/formats.def)
[ "${#formats[@]}" != 0 ] || complain "include/perch/handoff/formats.def:1: no format was found"
told=$(awk '/^\.It Cm handoff /{on=1} /^\.It Cm import /{on=0} on' man/perch.1)
for format in "${formats[@]}"; do
    grep -qE "^\.It Cm $format\$" <<<"$told" || complain "man/perch.1:1: the format $format is not there"
done
while read -r format; do
    case " ${formats[*]} " in
    *" $format "*) ;;
    *) complain "man/perch.1:1: there is no format $format" ;;
    esac
done < <(awk '/^\.It Fl -format /{on=1} /^\.El/{on=0} on && /^\.It Cm/{print $3}' <<<"$told")
for shell in bash zsh fish; do
    grep -q 'perch handoff --list' "src/completions/perch.$shell" ||
        complain "src/completions/perch.$shell:1: does not ask perch handoff --list"
done
verdict
