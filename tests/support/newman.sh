#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Puts newman, which runs Postman collections, below build/node. It comes from npm; where that is not
# to be had, the test that wants it says so and is skipped.
set -eu

version=6.2.1
cd "$(dirname "$0")/../.."
folder=build/node
if [ -x "$folder/node_modules/.bin/newman" ]; then
    echo "  here     newman                   runs the Postman collection"
    exit 0
fi
if ! command -v npm >/dev/null 2>&1; then
    tests/support/deps.sh npm || true
fi
if ! command -v npm >/dev/null 2>&1; then
    echo "newman: there is no npm here; its test will be skipped."
    exit 0
fi
echo "Installing: newman $version into $folder"
mkdir -p "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" "newman@$version" ||
    echo "newman: npm could not install it; its test will be skipped."
