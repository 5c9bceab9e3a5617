#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fill.sh VERSION FILE: prints a template of .packaging/ with the version and the day of its release.
# Both stand in one place each: the version in the Makefile, the day in man/CHANGES.
set -eu
day=$(sed -n 's/^## .*(\([0-9-]*\))$/\1/p' "$(dirname "$0")/../man/CHANGES" | head -n 1)
LC_ALL=C
export LC_ALL
sed -e "s/@VERSION@/$1/g" -e "s/@DATE@/$day/g" -e "s/@RFC_DATE@/$(date -u -d "$day" -R)/g" \
    -e "s/@RPM_DATE@/$(date -u -d "$day" '+%a %b %d %Y')/g" "$2"
