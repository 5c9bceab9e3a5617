# fish completion for perch
# SPDX-License-Identifier: MIT

# The connections that are set up: one file each, no secret in it.
function __perch_connections
    set -l config $XDG_CONFIG_HOME
    test -n "$config"; or set config $HOME/.config
    for file in $config/perch/connections/*.json
        basename $file .json
    end
end

# The channels of the connection that stands on the line: the first word of each line.
function __perch_channels
    for word in (commandline -opc)[3..-1]
        perch list -- $word 2>/dev/null | sed 's/ .*//'
    end
end

set -l named setup reauthorize token credential test list status refresh doctor handoff forget app

complete -c perch -f
complete -c perch -n __fish_use_subcommand -a setup -d 'Set up a connection, step by step'
complete -c perch -n __fish_use_subcommand -a reauthorize \
    -d 'Log in again and keep everything else'
complete -c perch -n __fish_use_subcommand -a token -d 'Print a valid access token'
complete -c perch -n __fish_use_subcommand -a test -d 'Insert a test record'
complete -c perch -n __fish_use_subcommand -a credential -d 'Give a program the token for a host'
complete -c perch -n __fish_use_subcommand -a list -d 'List the connections'
complete -c perch -n __fish_use_subcommand -a status -d 'Show which connections work'
complete -c perch -n __fish_use_subcommand -a refresh -d 'Refresh every login'
complete -c perch -n __fish_use_subcommand -a doctor -d 'Run every check and explain what failed'
complete -c perch -n __fish_use_subcommand -a explain -d 'Explain an error from anywhere'
complete -c perch -n __fish_use_subcommand -a handoff -d 'Print the values for Flow Builder'
complete -c perch -n __fish_use_subcommand -a import -d 'Import a login from the Salesforce CLI'
complete -c perch -n __fish_use_subcommand -a forget -d 'Revoke the login and delete the connection'
complete -c perch -n __fish_use_subcommand -a app \
    -d 'Print the settings of the app, or write files that deploy it'
complete -c perch -n __fish_use_subcommand -a demo -d 'Try everything, or rehearse a failure, on the demo org'
complete -c perch -n __fish_use_subcommand -a help -d 'Show help for a command'
complete -c perch -n __fish_use_subcommand -l version -d 'Show the version'
complete -c perch -n "__fish_seen_subcommand_from $named" -a '(__perch_connections)'
complete -c perch -n '__fish_seen_subcommand_from help' -a 'setup reauthorize token credential test list status refresh doctor explain handoff app import forget demo'
complete -c perch -l help -d 'Show help'
complete -c perch -l json -d 'One JSON object on standard output'
complete -c perch -l no-input -d 'Never ask'
complete -c perch -l plain -d 'Line by line'
complete -c perch -l quiet -d 'Only what failed'
complete -c perch -l timeout -x -d 'How long to wait, in seconds'
complete -c perch -n '__fish_seen_subcommand_from setup' -l login-url -x -d 'Address of the org'
complete -c perch -n '__fish_seen_subcommand_from setup' -l client-id -x -d 'Consumer key'
complete -c perch -n '__fish_seen_subcommand_from setup' -l client-secret-file -r -F \
    -d 'File with the consumer secret'
complete -c perch -n '__fish_seen_subcommand_from setup' -l login -x \
    -a 'refresh-token client-credentials jwt-bearer' -d 'How the flow logs in'
complete -c perch -n '__fish_seen_subcommand_from setup' -l new-key \
    -d 'Make another private key and certificate'
complete -c perch -n '__fish_seen_subcommand_from setup' -l username -x \
    -d 'The user that jwt-bearer logs in as'
complete -c perch -n '__fish_seen_subcommand_from setup reauthorize' -l callback-port -x \
    -d 'Registered callback port'
complete -c perch -n '__fish_seen_subcommand_from token' -l fresh -d 'Refresh even if the token is still valid'
complete -c perch -n '__fish_seen_subcommand_from test' -l object -x -a 'Lead Case' \
    -d 'What to insert'
complete -c perch -n '__fish_seen_subcommand_from test' -l set -x -d 'FIELD=VALUE'
complete -c perch -n '__fish_seen_subcommand_from test' -l keep -d 'Keep the record in the org'
complete -c perch -n '__fish_seen_subcommand_from test' -l dry-run -d 'Write nothing'
complete -c perch -n '__fish_seen_subcommand_from doctor' -l all -d 'Every connection'
complete -c perch -n '__fish_seen_subcommand_from help' -l all -s a -d 'Every command with its options'
complete -c perch -n '__fish_seen_subcommand_from credential' -a get
complete -c perch -n '__fish_seen_subcommand_from status' -l watch -d 'Look again and again'
complete -c perch -n '__fish_seen_subcommand_from status' -l interval -x \
    -d 'How long to wait between two looks'
complete -c perch -n '__fish_seen_subcommand_from explain' -F
complete -c perch -n '__fish_seen_subcommand_from explain' -l stage -x \
    -a 'authorize token rest insert' -d 'Where it occurred'
complete -c perch -n '__fish_seen_subcommand_from explain' -l status -x -d 'HTTP status'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l format -x \
    -a "(perch handoff --list 2>/dev/null | sed 's/ .*//')" -d 'Format of the values'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l like -r -F \
    -d 'An export as the pattern'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l list -d 'List the formats'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l check -r -F \
    -d 'What is wrong with an exported flow'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l platform -x \
    -a 'flow-builder bird-flows other' -d 'Where the flow runs'
complete -c perch -n '__fish_seen_subcommand_from test handoff' -l channel -x \
    -a '(__perch_channels)' -d 'Only this channel'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l rehearse -d 'Run the calls of the flow'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l keep \
    -d 'Keep the record of the flow in the org'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l webhook-file -r -F \
    -d 'File with the address that starts the flow'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l vault-path -x -d 'Where in the store'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l vault-mount -x \
    -d 'The mount, if it has slashes'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l vault-token-file -r -F \
    -d 'File with the token of the store'
complete -c perch -n '__fish_seen_subcommand_from handoff' -l output -r -F -d 'A new file'
complete -c perch -n '__fish_seen_subcommand_from import' -l from -x -a sf \
    -d 'Where the login comes from'
complete -c perch -n '__fish_seen_subcommand_from forget' -l keep-grant \
    -d 'Do not revoke the login at Salesforce'
complete -c perch -n '__fish_seen_subcommand_from forget' -l yes -d 'Do not ask'
complete -c perch -n '__fish_seen_subcommand_from app' -l kind -x -a 'eca connected' \
    -d 'Kind of app'
complete -c perch -n '__fish_seen_subcommand_from app' -l values -x \
    -a 'perch guide no-secret client-credentials jwt-bearer' -d 'Which values'
complete -c perch -n '__fish_seen_subcommand_from app' -l format -x -a 'text markdown metadata' \
    -d 'Format of the sheet'
complete -c perch -n '__fish_seen_subcommand_from app' -l output -r -F -d 'A new file or folder'
complete -c perch -n '__fish_seen_subcommand_from app' -l contact-email -x -d 'Contact of the app'
complete -c perch -n '__fish_seen_subcommand_from app' -l run-as -x -d 'The user it runs as'
complete -c perch -n '__fish_seen_subcommand_from app' -l no-key \
    -d 'Let Salesforce generate the consumer key'
complete -c perch -n '__fish_seen_subcommand_from app' -l create -d 'Make the app in the org'
complete -c perch -n '__fish_seen_subcommand_from app' -l permission-set \
    -d 'Make a permission set for that user'
complete -c perch -n '__fish_seen_subcommand_from app' -l remove \
    -d 'Remove the app that perch made'
complete -c perch -n '__fish_seen_subcommand_from app' -l repair \
    -d 'Change what differs in the org'
complete -c perch -n '__fish_seen_subcommand_from app' -l read-secret \
    -d 'Turn the switch for reading the secret on, and off again'
complete -c perch -n '__fish_seen_subcommand_from app' -l with -x -a 'sf (__perch_connections)' \
    -d 'Whose session'
complete -c perch -n '__fish_seen_subcommand_from app' -l dry-run \
    -d 'Only ask whether the org would accept it'
complete -c perch -n '__fish_seen_subcommand_from app' -l yes -d 'Change or remove without a question'
complete -c perch -n '__fish_seen_subcommand_from demo' -l list -d 'List the rehearsals'
complete -c perch -n '__fish_seen_subcommand_from demo' -x \
    -a "(perch demo --list 2>/dev/null | sed -n '/^[a-z]/p')"
