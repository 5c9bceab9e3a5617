/* SPDX-License-Identifier: MIT */
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "store_private.h"

/* Keeps the same item texts as the keyring would, in wiped memory, as long as the Store lives. */

static bool ended(Store *store, GTask *task)
{
    if (!g_cancellable_is_cancelled(store->closing) &&
        !g_cancellable_is_cancelled(g_task_get_cancellable(task)))
        return false;
    g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_CANCELLED, "%s", _("Cancelled."));
    return true;
}

static void memory_save(Store *store, const char *name, Secret *item, bool unlock, GTask *task)
{
    (void)unlock;
    if (!ended(store, task)) {
        g_hash_table_replace(store->own, g_strdup(name), secret_ref(item));
        g_task_return_boolean(task, TRUE);
    }
    g_object_unref(task);
}

static void unref_item(gpointer item)
{
    secret_unref(item);
}

static void memory_load(Store *store, const char *name, bool unlock, bool fresh, GTask *task)
{
    (void)unlock, (void)fresh;
    if (!ended(store, task)) {
        Secret *item = g_hash_table_lookup(store->own, name);
        if (item != NULL)
            g_task_return_pointer(task, secret_ref(item), unref_item);
        else
            g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_NOT_FOUND,
                                    _("Nothing is stored for %s."), name);
    }
    g_object_unref(task);
}

static void memory_erase(Store *store, const char *name, bool unlock, GTask *task)
{
    (void)unlock;
    if (!ended(store, task)) {
        g_hash_table_remove(store->own, name);
        g_task_return_boolean(task, TRUE);
    }
    g_object_unref(task);
}

static void memory_open(Store *store)
{
    store->own = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_item);
}

static void memory_clear(Store *store)
{
    g_hash_table_unref(store->own);
}

const struct store_ops store_memory_ops = {.open = memory_open,
                                           .save = memory_save,
                                           .load = memory_load,
                                           .erase = memory_erase,
                                           .clear = memory_clear};
