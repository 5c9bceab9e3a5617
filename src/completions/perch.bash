# bash completion for perch                                -*- shell-script -*-
# SPDX-License-Identifier: MIT

# The connections that are set up: one file each, no secret in it.
_perch_connections() {
    local file
    for file in "${XDG_CONFIG_HOME:-$HOME/.config}"/perch/connections/*.json; do
        [[ -f $file ]] && basename "$file" .json
    done
}

# The channels of the connection that stands on the line: the first word of each line.
_perch_channels() {
    local word
    for word in "${COMP_WORDS[@]:2}"; do
        perch list -- "$word" 2>/dev/null | sed 's/ .*//'
    done
}

# What the hand-off can be written as: the first word of each line.
_perch_formats() {
    perch handoff --list 2>/dev/null | sed 's/ .*//'
}

_perch() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' word i
    local commands="setup reauthorize token credential test list status refresh doctor explain handoff app import forget demo help"
    local common="--help --json --no-input --plain --quiet --timeout"
    COMPREPLY=()
    # --format=env arrives as the three words --format, = and env.
    if [[ $cur == = ]]; then
        cur=''
    elif [[ $prev == = ]] && ((COMP_CWORD >= 2)); then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word != -* ]]; then
            command=$word
            break
        fi
    done

    case $prev in
    --client-secret-file | --config | --output | --check | --like | --webhook-file | --vault-token-file)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --stage)
        mapfile -t COMPREPLY < <(compgen -W "authorize token rest insert" -- "$cur")
        return
        ;;
    --format)
        local formats="text markdown metadata"
        [[ $command == handoff ]] && formats=$(_perch_formats)
        mapfile -t COMPREPLY < <(compgen -W "$formats" -- "$cur")
        return
        ;;
    --channel)
        mapfile -t COMPREPLY < <(compgen -W "$(_perch_channels)" -- "$cur")
        return
        ;;
    --with)
        mapfile -t COMPREPLY < <(compgen -W "sf - $(_perch_connections)" -- "$cur")
        return
        ;;
    --from)
        mapfile -t COMPREPLY < <(compgen -W "sf" -- "$cur")
        return
        ;;
    --kind)
        mapfile -t COMPREPLY < <(compgen -W "eca connected" -- "$cur")
        return
        ;;
    --login)
        mapfile -t COMPREPLY < <(compgen -W "refresh-token client-credentials jwt-bearer" -- "$cur")
        return
        ;;
    --values)
        mapfile -t COMPREPLY < <(compgen -W "perch guide no-secret client-credentials jwt-bearer" -- "$cur")
        return
        ;;
    --platform)
        mapfile -t COMPREPLY < <(compgen -W "flow-builder bird-flows other" -- "$cur")
        return
        ;;
    --object)
        mapfile -t COMPREPLY < <(compgen -W "Lead Case" -- "$cur")
        return
        ;;
    --login-url | --client-id | --username | --callback-port | --timeout | --interval | --set | --status | --vault-* | \
        --contact-email | --run-as)
        return
        ;;
    esac

    local words
    case $command in
    '') words="$commands --help --version" ;;
    setup)
        words="$common --login-url --client-id --client-secret-file --login --username --new-key \
            --callback-port --config --print-config"
        words="$words $(_perch_connections)"
        ;;
    reauthorize) words="$common --callback-port $(_perch_connections)" ;;
    token) words="$common --fresh $(_perch_connections)" ;;
    test) words="$common --channel --object --set --keep --dry-run $(_perch_connections)" ;;
    credential) words="$common get $(_perch_connections)" ;;
    list | refresh) words="$common $(_perch_connections)" ;;
    status) words="$common --watch --interval $(_perch_connections)" ;;
    doctor) words="$common --all $(_perch_connections)" ;;
    explain)
        mapfile -t COMPREPLY < <(compgen -W "$common --stage --status" -- "$cur"; compgen -f -- "$cur")
        return
        ;;
    handoff)
        words="$common --channel --check --format --keep --like --list --output --platform --rehearse --show --webhook-file"
        words="$words --vault-path --vault-mount --vault-token-file"
        words="$words $(_perch_connections)"
        ;;
    import) words="$common --from" ;;
    forget) words="$common --keep-grant --yes $(_perch_connections)" ;;
    app)
        words="$common --kind --values --format --output --contact-email --run-as --no-key"
        words="$words --create --permission-set --repair --remove --with --read-secret --dry-run --yes"
        words="$words $(_perch_connections)"
        ;;
    demo) words="$common --list $(perch demo --list 2>/dev/null | sed -n '/^[a-z]/p')" ;;
    help) words="$commands environment --all" ;;
    *) words=$common ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _perch perch
