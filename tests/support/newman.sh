#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Puts newman, which runs Postman collections, dotenv, which reads env files, and libsodium, which
# opens what gh encrypts, below build/node.
# They come from npm; where that is not to be had, build/node/why says why, and the tests that want it say so and are skipped.
set -eu

version=6.2.1
cd "$(dirname "$0")/../.."
folder=build/node
if [ -x "$folder/node_modules/.bin/newman" ] && [ -d "$folder/node_modules/dotenv" ] &&
    [ -d "$folder/node_modules/libsodium-wrappers" ]; then
    echo "  here     newman, dotenv, libsodium  run the Postman collection, read the env files"
    exit 0
fi
if ! command -v npm >/dev/null 2>&1; then
    .make/deps.sh npm || true
fi
mkdir -p "$folder"
if ! command -v npm >/dev/null 2>&1; then
    why="there is no npm here"
elif echo "Installing: newman $version, dotenv and libsodium into $folder" &&
    npm install --silent --no-audit --no-fund --prefix "$folder" "newman@$version" "dotenv@16.4.5" \
        "libsodium-wrappers@0.7.15"; then
    rm -f "$folder/why"
    exit 0
elif npm ping --silent >/dev/null 2>&1; then
    why="npm has not installed newman $version"
else
    why="npm's registry ($(npm config get registry)) cannot be reached"
fi
echo "$why" >"$folder/why"
echo "newman: $why; its tests will be skipped."
