#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Functions that perch does without: unbounded copies, hidden state, waits for time instead of for
# a condition, and ways around GLib and the main loop; and one name for two functions.
source "$(dirname "$0")/lib.sh"

unsafe='sprintf|vsprintf|strcpy|stpcpy|strcat|strncpy|strncat|strtok|gets|atoi|atol|atoll|atof'
unsafe="$unsafe|localtime|gmtime|asctime|ctime|alloca|g_alloca|g_newa|tmpnam|mktemp|tempnam|system|popen"
waiting='sleep|usleep|nanosleep|g_usleep|napms|thrd_sleep'
threads='pthread_create|g_thread_new|g_thread_try_new|g_task_run_in_thread\w*|g_main_loop_run|v?fork'
memory='malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf'

call() {
    printf '%s' "(^|[^A-Za-z0-9_>.])($1) *\\("
}

# File names have no blanks here.
mapfile -t everything < <(find include src tests -name '*.c' -o -name '*.h')
mapfile -t ours < <(find src -name '*.c' -o -name '*.h')
# Who runs a whole command may run the loop; what is done before there is a loop may wait.
mapfile -t looped < <(printf '%s\n' "${ours[@]}" | grep -vE \
    '^src/(demo_org|app|commands|main\.c|net/desktop|store/private_service\.c)')
mapfile -t managed < <(printf '%s\n' "${ours[@]}" | grep -v '^src/base/secret\.c')

search "banned" "$(call "$unsafe")" "${everything[@]}"
search "wait for a condition with a deadline, not for time" "$(call "$waiting")" "${everything[@]}"
search "one thread and one loop" "$(call "$threads")" "${looped[@]}"
search "GLib's allocators (or the wiping ones)" "$(call "$memory")" "${managed[@]}"
none_of "wait for a condition with a deadline, not for time" \
    '(^|[;&|({[:space:]])sleep +[0-9.$]' -r tests --include='*.sh' --include=run

# Programs of their own have a main each; all else is one name is one function.
mapfile -t bodies < <(printf '%s\n' "${ours[@]}" | grep 'c$')
while read -r name places; do
    [ "$name" = main ] || complain "${places%% *}: $name is defined twice: $places"
done < <(awk '
    /^[a-z].*\(/ && !/^static/ && !/[;:]$/ {
        name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); place = FILENAME ":" FNR
    }
    /^\{$/ && name != "" { where[name] = where[name] " " place; count[name]++ }
    /^[{}]$/ || /;$/ { name = "" }
    END { for (n in count) if (n ~ /^[a-z]/ && count[n] > 1) print n where[n] }' "${bodies[@]}")
verdict
