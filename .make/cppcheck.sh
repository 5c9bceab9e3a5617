#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cppcheck.sh ARGUMENT...: cppcheck with what it has to know of GLib, and without what it is wrong
# about, by name:
#   memleak                 ownership that a function hands on; LeakSanitizer watches every test
#   internalAstError        a compound literal within ?:
exec cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --library=gtk,gnu \
    --enable=warning,performance,portability -Iinclude -Isrc -D_GNU_SOURCE \
    -DG_LOG_DOMAIN='"perch"' -DPERCH_VERSION='"0"' -DGETTEXT_PACKAGE='"perch"' \
    '-DG_DEFINE_QUARK(name,function)=' --suppress=missingInclude --suppress=memleak \
    --suppress=internalAstError "$@"
