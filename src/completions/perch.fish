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

# __perch_of COMMANDS OPTION...: complete, after one of these commands.
function __perch_of
    complete -c perch -n "__fish_seen_subcommand_from $argv[1]" $argv[2..-1]
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
__perch_of help -a 'setup reauthorize token credential test list status refresh doctor explain handoff app import forget demo'
complete -c perch -l help -d 'Show help'
complete -c perch -l json -d 'One JSON object on standard output'
complete -c perch -l no-input -d 'Never ask'
complete -c perch -l plain -d 'Line by line'
complete -c perch -l quiet -d 'Only what failed'
complete -c perch -l timeout -x -d 'How long to wait, in seconds'
__perch_of setup -l login-url -x -d 'Address of the org'
__perch_of setup -l client-id -x -d 'Consumer key'
__perch_of setup -l client-secret-file -r -F -d 'File with the consumer secret'
__perch_of setup -l login -x \
    -a 'refresh-token client-credentials jwt-bearer' -d 'How the flow logs in'
__perch_of setup -l new-key -d 'Make another private key and certificate'
__perch_of setup -l config -r -F -d 'File that answers what setup asks'
__perch_of setup -l print-config -d 'Print such a file'
__perch_of help -a environment
__perch_of setup -l username -x -d 'The user that jwt-bearer logs in as'
__perch_of 'setup reauthorize' -l callback-port -x -d 'Registered callback port'
__perch_of token -l fresh -d 'Refresh even if the token is still valid'
__perch_of test -l object -x -a 'Lead Case' -d 'What to insert'
__perch_of test -l set -x -d 'FIELD=VALUE'
__perch_of test -l keep -d 'Keep the record in the org'
__perch_of test -l dry-run -d 'Write nothing'
__perch_of doctor -l all -d 'Every connection'
__perch_of help -l all -s a -d 'Every command with its options'
__perch_of credential -a get
__perch_of status -l watch -d 'Look again and again'
__perch_of status -l interval -x -d 'How long to wait between two looks'
__perch_of explain -F
__perch_of explain -l stage -x -a 'authorize token rest insert' -d 'Where it occurred'
__perch_of explain -l status -x -d 'HTTP status'
__perch_of handoff -l format -x \
    -a "(perch handoff --list 2>/dev/null | sed 's/ .*//')" -d 'Format of the values'
__perch_of handoff -l like -r -F -d 'An export as the pattern'
__perch_of handoff -l list -d 'List the formats'
__perch_of handoff -l check -r -F -d 'What is wrong with an exported flow'
__perch_of handoff -l platform -x -a 'flow-builder bird-flows other' -d 'Where the flow runs'
__perch_of 'test handoff' -l channel -x -a '(__perch_channels)' -d 'Only this channel'
__perch_of handoff -l rehearse -d 'Run the calls of the flow'
__perch_of handoff -l show -d 'Show the secrets on a terminal, too'
__perch_of handoff -l keep -d 'Keep the record of the flow in the org'
__perch_of handoff -l webhook-file -r -F -d 'File with the address that starts the flow'
__perch_of handoff -l vault-path -x -d 'Where in the store'
__perch_of handoff -l vault-mount -x -d 'The mount, if it has slashes'
__perch_of handoff -l vault-token-file -r -F -d 'File with the token of the store'
__perch_of handoff -l output -r -F -d 'A new file'
__perch_of import -l from -x -a sf -d 'Where the login comes from'
__perch_of forget -l keep-grant -d 'Do not revoke the login at Salesforce'
__perch_of forget -l yes -d 'Do not ask'
__perch_of app -l kind -x -a 'eca connected' -d 'Kind of app'
__perch_of app -l values -x \
    -a 'perch guide no-secret client-credentials jwt-bearer' -d 'Which values'
__perch_of app -l format -x -a 'text markdown metadata' -d 'Format of the sheet'
__perch_of app -l output -r -F -d 'A new file or folder'
__perch_of app -l contact-email -x -d 'Contact of the app'
__perch_of app -l run-as -x -d 'The user it runs as'
__perch_of app -l no-key -d 'Let Salesforce generate the consumer key'
__perch_of app -l create -d 'Make the app in the org'
__perch_of app -l permission-set -d 'Make a permission set for that user'
__perch_of app -l remove -d 'Remove the app that perch made'
__perch_of app -l repair -d 'Change what differs in the org'
__perch_of app -l read-secret -d 'Turn the switch for reading the secret on, and off again'
__perch_of app -l with -x -a 'sf (__perch_connections)' -d 'Whose session'
__perch_of app -l dry-run -d 'Only ask whether the org would accept it'
__perch_of app -l yes -d 'Change or remove without a question'
__perch_of demo -l list -d 'List the rehearsals'
__perch_of demo -x -a "(perch demo --list 2>/dev/null | sed -n '/^[a-z]/p')"
