#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Makes screenshots/*.png from a real run: perch in tmux, on a demo org, with a keyring of its own.
# What is done and shown stands in screenshot_scenes.sh; this is the camera. shot NAME takes the
# screen as it is: tmux capture-pane → aha → HTML → Chromium → PNG.
#
# ONLY=NAME makes just that picture. Needs the packages of `make dev-deps`.
set -eu

cd "$(dirname "$0")/../.."
source=$PWD
build=${BUILD:-build/release}
case $build in /*) ;; *) build=$source/$build ;; esac
work=$(mktemp -d /tmp/ps.XXXXXX)
socket=$work/tmux
pids=()

for tool in tmux aha chromium gnome-keyring-daemon dbus-daemon; do
    command -v "$tool" >/dev/null || {
        echo "screenshots: $tool is missing (make dev-deps)" >&2
        exit 1
    }
done

stop_all() {
    tmux -S "$socket" kill-server 2>/dev/null || true
    # The last one started goes first: the demo org and the keyring need the bus.
    local i
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill "${pids[$i]}" 2>/dev/null || true
        wait "${pids[$i]}" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap stop_all EXIT

mkdir -p "$work/home" "$work/run" "$work/tmp" "$source/screenshots"
chmod 700 "$work/run"
export HOME=$work/home XDG_RUNTIME_DIR=$work/run TMPDIR=$work/tmp LC_ALL=C.UTF-8 TZ=UTC
unset DISPLAY WAYLAND_DISPLAY BROWSER SSH_CONNECTION SSH_TTY NO_COLOR XDG_CONFIG_HOME \
    XDG_STATE_HOME XDG_DATA_HOME XDG_CACHE_HOME DBUS_SESSION_BUS_ADDRESS

# background LOG COMMAND...: starts a helper that stop_all ends, and waits for its first line.
background() {
    local log=$1 line
    shift
    mkfifo "$log"
    "$@" >"$log" 2>"$log.err" </dev/null &
    pids+=($!)
    IFS= read -r line <"$log"
    printf '%s\n' "$line" >"$log.line"
}

start_keyring() {
    cat >"$work/bus.conf" <<CONFIG
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=$work/run</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
CONFIG
    background "$work/bus" dbus-daemon --config-file="$work/bus.conf" --nofork --print-address
    DBUS_SESSION_BUS_ADDRESS=$(cat "$work/bus.line")
    export DBUS_SESSION_BUS_ADDRESS
    echo "a password for pictures" >"$work/password"
    gnome-keyring-daemon --unlock --components=secrets --foreground <"$work/password" \
        >"$work/keyring.log" 2>&1 &
    pids+=($!)
    gdbus wait --session --timeout 20 org.freedesktop.secrets
}

# start_org [OPTION...]: sets ORG_URL CLIENT_ID CLIENT_SECRET USER_NAME USER_PASSWORD CONTROL_TOKEN.
# shellcheck disable=SC2120
start_org() {
    background "$work/org" "$build/perch-demo-org" --port 0 --print-json "$@"
    local json
    json=$(cat "$work/org.line")
    ORG_URL=$(json_text url <<<"$json")
    CLIENT_ID=$(json_text client_id <<<"$json")
    CLIENT_SECRET=$(json_text client_secret <<<"$json")
    USER_NAME=$(json_text name <<<"$json")
    USER_PASSWORD=$(json_text password <<<"$json")
    CONTROL_TOKEN=$(json_text control_token <<<"$json")
    export ORG_URL CLIENT_ID CLIENT_SECRET USER_NAME USER_PASSWORD CONTROL_TOKEN
}

# json_text KEY: the first string under that key of the JSON on standard input.
json_text() {
    sed -n "s/\"$1\":\"/\n/; s/^[^\n]*\n\([^\"]*\)\".*/\1/p"
}

# use_browser ACTION: who logs in when perch opens the browser (see fake_browser.c).
use_browser() {
    printf '{"username":"%s","password":"%s","action":"%s"}\n' "$USER_NAME" "$USER_PASSWORD" "$1" \
        >"$HOME/.fake-browser.json"
    mkdir -p "$work/bin"
    ln -sf "$build/tests/support/fake_browser" "$work/bin/browser"
    PATH=$work/bin:$PATH
    export PATH BROWSER=browser
}

# patch_org JSON: changes the demo org's state.
patch_org() {
    curl -sS -X PATCH -H "X-Demo-Control: $CONTROL_TOKEN" -d "$1" "$ORG_URL/_demo/state"
}

# start_terminal COLUMNS ROWS COMMAND...: the command in a new terminal.
start_terminal() {
    columns=$1 rows=$2
    shift 2
    tmux -S "$socket" -f /dev/null kill-server 2>/dev/null || true
    rm -f "$work/changes"
    mkfifo "$work/changes"
    exec 7<>"$work/changes"
    # The terminal stays when the command ends, so that its last words can be taken.
    tmux -S "$socket" -u -f /dev/null new-session -d -x "$columns" -y "$rows" -s perch \
        "$(printf '%q ' "$@"); exec cat" \; set -g status off \; \
        set -g default-terminal tmux-256color \; set -g escape-time 20 \; \
        pipe-pane -t perch "exec cat >$work/changes"
}

screen() {
    tmux -S "$socket" capture-pane -p -t perch
}

# wait_for TEXT: until the screen holds it; 30 s at most. Looks again whenever something was written.
wait_for() {
    local deadline=$((SECONDS + 30))
    until screen | grep -qF -- "$1"; do
        if [ $SECONDS -ge $deadline ]; then
            echo "screenshots: \"$1\" does not come:" >&2
            screen >&2
            exit 1
        fi
        read -r -t 0.2 -n 4096 -u 7 _ || true
    done
}

# keys KEY...: tmux's names (Enter, Escape, Tab, Up, C-u, ...) or single characters.
keys() {
    tmux -S "$socket" send-keys -t perch "$@"
}

# type_text TEXT: as typed.
type_text() {
    tmux -S "$socket" send-keys -t perch -l "$1"
}

# shot NAME: screenshots/NAME.png of the screen as it is now.
shot() {
    if [ -n "${ONLY:-}" ] && [ "$ONLY" != "$1" ]; then
        return 0
    fi
    local html=$work/$1.html width height
    # DejaVu Sans Mono at 16 px is 9.633 px wide; a row of 18 px leaves no gap
    # in lines that are drawn; 12 px around it all.
    width=$(awk "BEGIN { printf \"%d\", $columns * 9.633 + 25 }")
    height=$((rows * 18 + 24))
    {
        echo '<!DOCTYPE html><meta charset="utf-8"><style>'
        echo 'html,body{margin:0;background:#16181d;overflow:hidden}'
        echo "pre{margin:0;padding:12px;color:#d8dbe0;font:16px/18px 'DejaVu Sans Mono',monospace}"
        echo '</style><pre>'
        # aha knows no faint text: a grey stands for it; and the colours of a quiet theme.
        # -N keeps blanks at the end of a line: they may be an empty field.
        tmux -S "$socket" capture-pane -peN -t perch | sed -E 's/\x1b\[2m/\x1b[38;5;245m/g' |
            aha --no-header --black | sed -e 's/color:red/color:#f2777a/g' \
            -e 's/color:lime/color:#7bd88f/g' -e 's/color:yellow/color:#ffd866/g' \
            -e 's/color:#3333FF/color:#7aa2f7/g' -e 's/color:fuchsia/color:#c792ea/g' \
            -e 's/color:aqua/color:#5ad4e6/g'
        echo '</pre>'
    } >"$html"
    chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --user-data-dir="$work/chromium" --window-size="$width,$height" \
        --screenshot="$source/screenshots/$1.png" "file://$html" >"$work/chromium.log" 2>&1
    echo "screenshots/$1.png"
}

# shellcheck source=tests/support/screenshot_scenes.sh
. "$source/tests/support/screenshot_scenes.sh"
