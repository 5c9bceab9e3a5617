/* SPDX-License-Identifier: MIT */

#include "support/canary.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"

struct Canary {
    GPtrArray *secrets;
    GHashTable *snapshots; /* texts of /proc/PID/cmdline and environ, each once: bytes → where */
    GString *report;
    guint found;
    guint looked;
};

Canary *canary_new(void)
{
    Canary *canary = g_new0(Canary, 1);
    canary->secrets = g_ptr_array_new_with_free_func(g_free);
    canary->snapshots =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
    canary->report = g_string_new(NULL);
    g_ptr_array_add(canary->secrets, g_strdup(CANARY_MARKER));
    g_ptr_array_add(canary->secrets, g_strdup(CANARY_MARKER_HEX));
    return canary;
}

void canary_free(Canary *canary)
{
    if (canary != NULL) {
        g_ptr_array_unref(canary->secrets);
        g_hash_table_unref(canary->snapshots);
        g_string_free(canary->report, TRUE);
        g_free(canary);
    }
}

void canary_add(Canary *canary, const char *secret)
{
    assert_true(strlen(secret) >= 8);
    g_ptr_array_add(canary->secrets, g_strdup(secret));
}

static void remember(Canary *canary, pid_t pid, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, name);
    char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, NULL)) {
        return;
    }
    GBytes *bytes = g_bytes_new_take(text, length);
    if (g_hash_table_contains(canary->snapshots, bytes)) {
        g_bytes_unref(bytes);
    } else {
        g_hash_table_insert(canary->snapshots, bytes, g_steal_pointer(&path));
    }
}

/* Downwards, not through all of /proc: a terminal's test comes here with each screenful. */
void canary_snapshot(Canary *canary, pid_t pid)
{
    g_autofree char *tasks = g_strdup_printf("/proc/%d/task", (int)pid);
    g_autoptr(GDir) dir = g_dir_open(tasks, 0, NULL);
    const char *task;
    remember(canary, pid, "cmdline");
    remember(canary, pid, "environ");
    while (dir != NULL && (task = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(tasks, task, "children", NULL);
        g_autofree char *text = NULL;
        if (!g_file_get_contents(path, &text, NULL, NULL))
            continue;
        g_auto(GStrv) children = g_strsplit(g_strstrip(text), " ", -1);
        for (gsize i = 0; children[i] != NULL; i++)
            canary_snapshot(canary, (pid_t)strtol(children[i], NULL, 10));
    }
}

void canary_search(Canary *canary, const char *where, const char *bytes, gssize length)
{
    gsize size = length < 0 ? strlen(bytes) : (gsize)length;
    canary->looked++;
    for (guint i = 0; i < canary->secrets->len; i++) {
        const char *secret = g_ptr_array_index(canary->secrets, i);
        const char *hit = memmem(bytes, size, secret, strlen(secret));
        if (hit != NULL) {
            canary->found++;
            g_string_append_printf(canary->report, "secret %u at byte %zu of %s\n", i,
                                   (gsize)(hit - bytes), where);
        }
    }
}

void canary_search_files(Canary *canary, const TmpHome *home, const char *const *except)
{
    static const char *const keyring = "home/.local/share/keyrings/";
    g_autofree char *list = tmphome_list(home);
    g_auto(GStrv) paths = g_strsplit(list, "\n", -1);
    for (gsize i = 0; paths[i] != NULL; i++) {
        bool skip = paths[i][0] == '\0' || g_str_has_prefix(paths[i], keyring);
        for (gsize j = 0; except != NULL && except[j] != NULL; j++) {
            skip = skip || g_str_has_prefix(paths[i], except[j]);
        }
        g_autofree char *path = g_build_filename(home->root, paths[i], NULL);
        g_autofree char *text = NULL;
        gsize length = 0;
        if (!skip && g_file_get_contents(path, &text, &length, NULL)) {
            canary_search(canary, paths[i], text, (gssize)length);
        }
    }
}

const char *canary_report(Canary *canary)
{
    GHashTableIter iter;
    gpointer bytes;
    gpointer where;
    g_hash_table_iter_init(&iter, canary->snapshots);
    while (g_hash_table_iter_next(&iter, &bytes, &where)) {
        gsize length = 0;
        const char *text = g_bytes_get_data(bytes, &length);
        canary_search(canary, where, text, (gssize)length);
        g_hash_table_iter_remove(&iter);
    }
    if (canary->looked == 0) {
        return "the canary has not looked at anything";
    }
    return canary->found > 0 ? canary->report->str : NULL;
}

void canary_assert_clean(Canary *canary)
{
    const char *report = canary_report(canary);
    if (report != NULL) {
        fail_msg("secrets where none may be:\n%s", report);
    }
}

guint canary_found(const Canary *canary)
{
    return canary->found;
}
