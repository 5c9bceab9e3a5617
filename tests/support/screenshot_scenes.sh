# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The pictures of the README, in the order in which a person would see them. Sourced by
# screenshot.sh, whose functions it uses.
: "${build:?}"

start_keyring
start_org
use_browser allow
start_terminal 100 30 "$build/perch" setup acme
wait_for "Which Salesforce org"
shot 1-org
