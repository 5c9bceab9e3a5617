#!/bin/sh
# What the flow does, to be tried from here. It holds secrets: keep it to yourself.
#   sh THIS-FILE [CHANNEL...]   creates a record with sample values for each channel (all of
#                               them when none is named), prints its id and deletes it again
#   KEEP=1 sh THIS-FILE         leaves the records in the org
set -eu

# Both print the answer's body; an error's too, and then they fail.
post_form() { # URL, the body on standard input
    curl -sS --fail-with-body -X POST -H 'Content-Type: application/x-www-form-urlencoded' \
        --data @- "$1"
}
call() { # METHOD URL [BODY]
    method=$1 url=$2
    shift 2
    [ $# = 0 ] || set -- --data-binary "$1"
    printf 'Authorization: Bearer %s\n' "$access_token" |
        curl -sS --fail-with-body -X "$method" -H @- -H 'Content-Type: application/json' \
            -H 'Sforce-Auto-Assign: FALSE' "$@" "$url"
}
value() { # KEY of a JSON answer on standard input
    sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"
}
give_up() { # TEXT ANSWER
    printf '%s\n%s\n' "$1" "$2" >&2
    exit 1
}
create() { # CHANNEL OBJECT URL BODY
    answer=$(call POST "$3" "$4") || give_up "$1: no $2 was created" "$answer"
    id=$(printf '%s\n' "$answer" | value id)
    printf '%s: %s %s created\n' "$1" "$2" "$id"
    [ -z "${KEEP:-}" ] || return 0
    answer=$(call DELETE "$3/$id") || give_up "$1: $id was not deleted" "$answer"
    printf '%s: %s %s deleted again\n' "$1" "$2" "$id"
}
channels=" $* "
wanted() {
    case $channels in '  ' | *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# Step 1: get a token
answer=$(
    post_form 'https://acme.my.salesforce.com/services/oauth2/token' <<'END'
grant_type=refresh_token&client_id=3MVG9.key&client_secret=S3cr3t.x&refresh_token=5Aep861.KIw%3D%3D
END
) || give_up 'no token' "$answer"
access_token=$(printf '%s\n' "$answer" | value access_token)

# Step 2: WhatsApp, create the Lead
if wanted whatsapp; then
    create whatsapp Lead 'https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead' \
        '{"LastName":"perch test","Company":"WhatsApp","Phone":"+1 202 555 0100","LeadSource":"Other","Description":"perch test: It'\''s \"quoted\" \\ ünïcode"}'
fi
