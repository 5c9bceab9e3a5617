#compdef perch
# SPDX-License-Identifier: MIT

# The connections that are set up: one file each, no secret in it.
_perch_connections() {
    local -a names
    names=(${XDG_CONFIG_HOME:-$HOME/.config}/perch/connections/*.json(N:t:r))
    _describe 'connection' names
}

# The channels of the connection that stands on the line: the first word of each line.
_perch_channels() {
    local -a ids
    ids=(${${(f)"$(for word in $words; do perch list -- $word 2>/dev/null; done)"}%% *})
    compadd -a ids
}

_perch() {
    local context state line
    local -a commands common
    commands=(
        'setup:set up a connection, step by step'
        'reauthorize:log in again and keep everything else'
        'token:print a valid access token'
        'test:insert a test record'
        'credential:give a program the token for a host'
        'list:list the connections'
        'status:show which connections work'
        'refresh:refresh every login'
        'doctor:run every check and explain what failed'
        'explain:explain an error pasted from anywhere'
        'handoff:print the values for Flow Builder'
        'import:import a login from the Salesforce CLI'
        'forget:revoke the login and delete the connection'
        'app:print the settings of the app, or write files that deploy it'
        'demo:try everything, or rehearse a failure, on the demo org'
        'help:show help for a command'
    )
    common=(
        '--help[show help]'
        '--json[one JSON object on standard output]'
        '--no-input[never ask]'
        '--plain[line by line]'
        '--quiet[only what failed]'
        '--timeout=[how long to wait]:seconds:'
    )
    _arguments -C '--help[show help]' '--version[show the version]' \
        '1:command:->command' '*::argument:->argument'
    case $state in
    command) _describe 'command' commands ;;
    argument)
        case $line[1] in
        setup)
            _arguments $common '--login-url=[address of the org]:URL:_urls' \
                '--client-id=[consumer key]:key:' \
                '--client-secret-file=[file with the consumer secret]:file:_files' \
                '--login=[how the flow logs in]:way:(refresh-token client-credentials jwt-bearer)' \
                '--new-key[make another private key and certificate]' \
                '--username=[the user that jwt-bearer logs in as]:username:' \
                '--callback-port=[registered callback port]:port:' \
                '--config=[file that answers what setup asks]:file:_files' \
                '--print-config[print such a file]' '1:connection:_perch_connections'
            ;;
        reauthorize)
            _arguments $common '--callback-port=[registered callback port]:port:' \
                '1:connection:_perch_connections'
            ;;
        token)
            _arguments $common '--fresh[refresh even if the token is still valid]' \
                '1:connection:_perch_connections'
            ;;
        test)
            _arguments $common '--channel=[only this channel]:channel:_perch_channels' \
                '--object=[what to insert]:object:(Lead Case)' \
                '*--set=[value of a field]:FIELD=VALUE:' '--keep[keep the record in the org]' \
                '--dry-run[write nothing]' '1:connection:_perch_connections'
            ;;
        credential) _arguments $common '1:action:(get)' '2:connection:_perch_connections' ;;
        list) _arguments $common '1:connection:_perch_connections' ;;
        status)
            _arguments $common '--watch[look again and again]' \
                '--interval=[how long to wait between two looks]:seconds:' \
                '*:connection:_perch_connections'
            ;;
        refresh) _arguments $common '*:connection:_perch_connections' ;;
        doctor)
            _arguments $common '--all[every connection]' '*:connection:_perch_connections'
            ;;
        explain)
            _arguments $common '--stage=[where it occurred]:stage:(authorize token rest insert)' \
                '--status=[HTTP status of the answer]:status:' '1:file:_files'
            ;;
        handoff)
            _arguments $common '--channel=[only this channel]:channel:_perch_channels' \
                '--format=[format of the values]:format:($(perch handoff --list 2>/dev/null | sed "s/ .*//"))' \
                '--check=[what is wrong with an exported flow]:file:_files' \
                '--like=[an export as the pattern]:file:_files' \
                '--list[name the formats]' \
                '--platform=[where the flow runs]:platform:(flow-builder bird-flows other)' \
                '--rehearse[play the flow from the values alone]' \
                '--show[show the secrets on a terminal, too]' \
                "--keep[keep the flow's record in the org]" \
                '--webhook-file=[file with the address that starts the flow]:file:_files' \
                '--vault-path=[where in the store]:mount/path:' \
                '--vault-mount=[the mount, if it has slashes]:mount:' \
                "--vault-token-file=[file with the store's token]:file:_files" \
                '--output=[a new file]:file:_files' '1:connection:_perch_connections'
            ;;
        import) _arguments $common '--from=[where the login comes from]:program:(sf)' '1:name:' ;;
        forget)
            _arguments $common '--keep-grant[do not revoke the login at Salesforce]' \
                '--yes[do not ask]' \
                '1:connection:_perch_connections'
            ;;
        app)
            _arguments $common '--kind=[kind of app]:kind:(eca connected)' \
                '--values=[which values]:values:(perch guide no-secret client-credentials jwt-bearer)' \
                '--format=[format of the sheet]:format:(text markdown metadata)' \
                '--output=[a new file or folder]:path:_files' \
                '--contact-email=[contact of the app]:address:' \
                '--run-as=[the user it runs as]:username:' \
                '--no-key[let Salesforce generate the consumer key]' \
                '--create[make the app in the org]' '--remove[remove the app that perch made]' \
                '--permission-set[make a permission set for that user]' \
                '--repair[change what differs in the org]' \
                '--read-secret[turn the switch for reading the secret on, and off again]' \
                '--with=[whose session]:source:_perch_connections' \
                '--dry-run[only ask whether the org would accept it]' '--yes[change or remove without a question]' \
                '1:connection:_perch_connections'
            ;;
        demo)
            _arguments $common '--list[name the rehearsals]' \
                '1:rehearsal:($(perch demo --list 2>/dev/null | sed -n "/^[a-z]/p"))'
            ;;
        help)
            _arguments '--all[every command with its options]' \
                "1:command:(environment ${commands%%:*})"
            ;;
        esac
        ;;
    esac
}

_perch "$@"
