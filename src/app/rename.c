/* SPDX-License-Identifier: MIT */
#include "rename.h"

#include "perch/base/error.h"

/* The keyring item is written under the new name before anything of the old one goes, so that a
 * failure anywhere leaves a whole connection. */
struct rename_run {
    Store *store;
    char *config_dir, *from, *to;
    struct secrets secrets;
    rename_done done;
    gpointer user;
};

static void finish(struct rename_run *run, const GError *error)
{
    run->done(error, run->user);
    secrets_clear(&run->secrets);
    g_free(run->config_dir);
    g_free(run->from);
    g_free(run->to);
    g_free(run);
}

static void erased(GObject *source, GAsyncResult *result, gpointer user)
{
    struct rename_run *run = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    store_erase_finish(run->store, result, &error);
    finish(run, error);
}

static bool move_file(struct rename_run *run, GError **error)
{
    g_autoptr(Connection) connection = connections_load(run->config_dir, run->from, error);
    if (connection == NULL)
        return false;
    connection_set(&connection->name, run->to);
    return connections_save(run->config_dir, connection, error) &&
           connections_delete(run->config_dir, run->from, error);
}

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct rename_run *run = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (!store_save_finish(run->store, result, &error) || !move_file(run, &error))
        finish(run, error);
    else
        store_erase(run->store, run->from, NULL, erased, run);
}

static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct rename_run *run = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (store_load_finish(run->store, result, &run->secrets, &error)) {
        store_save(run->store, run->to, &run->secrets, true, NULL, saved, run);
        return;
    }
    if (!g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND)) {
        finish(run, error);
        return;
    }
    g_clear_error(&error); /* a draft without secrets */
    move_file(run, &error);
    finish(run, error);
}

void rename_connection(Store *store, const char *config_dir, const char *from, const char *to,
                       rename_done done, gpointer user)
{
    struct rename_run *run = g_new0(struct rename_run, 1);
    run->store = store;
    run->config_dir = g_strdup(config_dir);
    run->from = g_strdup(from);
    run->to = g_strdup(to);
    run->done = done;
    run->user = user;
    store_load(store, from, true, NULL, loaded, run);
}
