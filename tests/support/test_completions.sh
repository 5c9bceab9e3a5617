#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every command of commands.def and every option of src/commands is completed in bash, zsh and
# fish; and bash does complete.
set -u

cd "${TEST_SOURCE:-$(dirname "$0")/../..}" || exit 1
folder=src/completions
passed=0 failed=0

# check WHAT COMMAND...
check() {
    if "${@:2}" >/dev/null 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok: $1"
    fi
}

mapfile -t commands < <(sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' include/perch/commands/commands.def)
mapfile -t options < <(sed -n 's/.*{"\([a-z][a-z-]*\)", [0-9a-z'\''\\]*, *[0A-Z_|]*, *G_OPTION_ARG.*/\1/p' \
    src/commands/*.c | sort -u)
check "commands.def has rows" [ ${#commands[@]} -ge 7 ]
check "src/commands has options" [ ${#options[@]} -ge 10 ]
for command in "${commands[@]}"; do
    check "bash completes $command" grep -qE "^ *local commands=\".*\\b$command\\b" $folder/perch.bash
    check "zsh completes $command" grep -q "^ *'$command:" $folder/perch.zsh
    check "fish completes $command" grep -q -- "__fish_use_subcommand -a $command " $folder/perch.fish
done
for option in "${options[@]}"; do
    check "bash completes --$option" grep -qE -- "--$option\\b" $folder/perch.bash
    check "zsh completes --$option" grep -qE -- "--$option=?\\[" $folder/perch.zsh
    check "fish completes --$option" grep -qE -- "-l $option " $folder/perch.fish
done

# shellcheck source=src/completions/perch.bash
. $folder/perch.bash
mkdir -p "$HOME/.config/perch/connections"
touch "$HOME/.config/perch/connections/acme.json" "$HOME/.config/perch/connections/acme-uat.json"

# completes EXPECTED WORD...: what bash offers for the words.
completes() {
    COMP_WORDS=("${@:2}")
    COMP_CWORD=$(($# - 2))
    _perch
    [ "$(printf '%s ' "${COMPREPLY[@]}")" = "$1 " ]
}
unset XDG_CONFIG_HOME
# shellcheck disable=SC2031  # for the completions that ask perch itself
PATH=$(dirname "${PERCH:-build/release/perch}"):$PATH
check "a command" completes "setup" perch se
check "connections" completes "acme-uat acme" perch token ac
check "an option's values" completes "json" perch handoff acme --format j
check "every format of the table" completes \
    "$(sed -n 's/^FORMAT([A-Z0-9_]*, "\([a-z0-9-]*\)",.*/\1/p' include/perch/handoff/formats.def |
        paste -s -d ' ')" perch handoff acme --format ''
check "another command's values" completes "metadata" perch app acme --format me
check "options of a command" completes "--dry-run" perch test acme --dr
check "the rest of a name that is there twice" completes "acme-uat" perch status acme-

printf '{"version": 5, "name": "acme", "channels": [{"id": "whatsapp", "name": "WhatsApp", "object": "Lead"},
 {"id": "sms-2", "name": "SMS", "object": "Case"}]}' >"$HOME/.config/perch/connections/acme.json"
check "the channels of the connection" completes "whatsapp sms-2" perch test acme --channel ''
check "a channel after =" completes "sms-2" perch handoff acme --channel = s
check "formats right after =" completes "text markdown metadata" perch app acme --format =
check "a format after =" completes "function fish flow" perch handoff acme --format = f
if command -v fish >/dev/null; then
    # offers EXPECTED LINE: what fish offers for the line, its descriptions left out.
    offers() {
        [ "$(XDG_DATA_DIRS='' fish --no-config -c "source $folder/perch.fish; complete -C '$2'" |
            cut -f 1 | paste -s -d ' ')" = "$1" ]
    }
    check "fish: channels" offers "sms-2 whatsapp" "perch test acme --channel "
    check "fish: a format after =" offers "--format=fish --format=flow --format=function" \
        "perch handoff acme --format=f"
fi
if command -v zsh >/dev/null; then
    check "zsh reads its file" zsh -n $folder/perch.zsh
fi
if command -v fish >/dev/null; then
    check "fish reads its file" fish --no-execute $folder/perch.fish
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
