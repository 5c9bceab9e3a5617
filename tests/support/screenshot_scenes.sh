# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The pictures of the README, in the order in which a person would see them. Sourced by
# screenshot.sh, whose functions it uses.
: "${build:?}" "${ORG_URL:=}" "${CLIENT_ID:=}" "${CLIENT_SECRET:=}"

start_keyring
start_org
# The first browser only looks at the login page, so that there is something to wait for.
use_browser stop-at-login
start_terminal 100 32 "$build/perch" setup acme

wait_for "Which Salesforce org"
type_text "$ORG_URL"
wait_for "→ localhost"
shot 1-org

keys Enter
wait_for "Enter go on"
shot 2-preflight

keys Enter
wait_for "App settings"
for _ in 1 2 3 4 5; do
    keys Space Down
done
wait_for "▸ ○ Callback URL"
shot 3-app

keys Enter
wait_for "Consumer key"
type_text "$CLIENT_ID"
keys Tab
type_text "$CLIENT_SECRET"
keys Enter
wait_for "Enter open browser"
shot 4-keys

keys Enter
wait_for "Listening"
shot 5-authorize

use_browser allow
keys r
wait_for "Enter test record"
shot 6-prove

keys Enter
wait_for "Enter insert Lead"
keys Enter
wait_for "nothing left behind"
shot 7-test

# The mapping editor: a field is looked for, then filled.
keys a
wait_for "that you can write"
type_text "st"
wait_for "Status"
shot 7-fields
keys Escape
wait_for "Enter hand-off"
keys Down e
wait_for "Company · string"
keys C-u
type_text "{{senderName}} by WhatsApp"
wait_for "{{senderName}} by WhatsApp"
shot 7-mapping
keys Escape
wait_for "Enter hand-off"

keys Enter
wait_for "Rehearsed"
wait_for "Enter done"
shot 8-handoff
keys P
wait_for "Start the flow itself"
shot 8-webhook
keys Escape
wait_for "Enter done"

# Three diagnoses and Home.
start_terminal 100 36 "$build/perch" setup wrong --login-url "$ORG_URL"
wait_for "Which Salesforce org"
keys Enter
wait_for "Enter go on"
keys Enter
wait_for "App settings"
keys Enter
wait_for "Consumer key"
type_text "3MVG9AnotherOrgsKeyAnotherOrgsKey"
keys Enter
wait_for "perch asks again"
shot diagnosis-key

patch_org '{"profiles":{"*":{"api_enabled":false}}}' >/dev/null
start_terminal 100 36 "$build/perch"
wait_for "API off"
shot 9-home
keys Enter
wait_for "1 failed"
shot diagnosis-api

patch_org '{"profiles":{"*":{"api_enabled":true,"create":["Case"]}}}' >/dev/null
start_terminal 100 36 "$build/perch"
wait_for "working"
keys t
wait_for "Enter insert Lead"
keys Enter
wait_for "To fix"
shot diagnosis-insert
