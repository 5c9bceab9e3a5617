/* SPDX-License-Identifier: MIT */
#include "steps.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/text.h"

const char steps_item_interface[] = "org.freedesktop.Secret.Item";
static const char collection_interface[] = "org.freedesktop.Secret.Collection";

void steps_ask(Call *call, const char *path, const char *interface, const char *method,
               GVariant *parameters, const char *reply, GAsyncReadyCallback done, gpointer user)
{
    call_expect_service(call);
    g_dbus_connection_call(call->link->bus, call->link->owner, path, interface, method, parameters,
                           reply == NULL ? NULL : G_VARIANT_TYPE(reply),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, call->cancellable, done, user);
}

void steps_get_property(Call *call, const char *path, const char *interface, const char *name,
                        GAsyncReadyCallback done, gpointer user)
{
    steps_ask(call, path, "org.freedesktop.DBus.Properties", "Get",
              g_variant_new("(ss)", interface, name), "(v)", done, user);
}

GVariant *steps_get_property_finish(GObject *source, GAsyncResult *result, const char *type,
                                    GError **error)
{
    g_autoptr(GVariant) value = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, error);
    if (reply != NULL)
        g_variant_get(reply, "(v)", &value);
    return value != NULL && g_variant_is_of_type(value, G_VARIANT_TYPE(type))
               ? g_steal_pointer(&value)
               : NULL;
}

/* ---- searching ---- */

void steps_search(Call *call, GAsyncReadyCallback done)
{
    call_expect_service(call);
    secret_service_search_for_dbus_paths(call->link->service, &call_schema, call->attributes,
                                         call->cancellable, done, call_ref(call));
}

bool steps_take_items(Call *call, GObject *source, GAsyncResult *result)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) found = NULL, locked = NULL;
    secret_service_search_for_dbus_paths_finish(SECRET_SERVICE(source), result, &found, &locked,
                                                &error);
    g_ptr_array_set_size(call->items, 0);
    for (guint i = 0; found != NULL && found[i] != NULL; i++) {
        struct item *item = g_new0(struct item, 1);
        item->path = g_strdup(found[i]);
        g_ptr_array_add(call->items, item);
    }
    g_strfreev(call->locked);
    call->locked = g_steal_pointer(&locked);
    return call_is_over(call, error);
}

bool steps_has_locked(const Call *call)
{
    return call->locked != NULL && call->locked[0] != NULL;
}

/* Newest first. Times are whole seconds, so ties go to the longer, then the greater path: services
 * number their items. */
static gint newer_first(gconstpointer a, gconstpointer b)
{
    const struct item *one = *(struct item *const *)a, *two = *(struct item *const *)b;
    size_t length_one = strlen(one->path), length_two = strlen(two->path);
    if (one->modified != two->modified)
        return one->modified < two->modified ? 1 : -1;
    if (length_one != length_two)
        return length_one < length_two ? 1 : -1;
    return strcmp(two->path, one->path);
}

struct dating {
    Call *call;
    char *path;
};

static void on_dated(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autofree struct dating *dating = user;
    g_autofree char *path = dating->path;
    g_autoptr(Call) call = dating->call;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) date = steps_get_property_finish(source, result, "t", &error);
    if (call_is_over(call, call_not_there(call, error) ? NULL : error))
        return;
    for (guint i = 0; date != NULL && i < call->items->len; i++) {
        struct item *item = call->items->pdata[i];
        if (strcmp(item->path, path) == 0)
            item->modified = g_variant_get_uint64(date);
    }
    if (--call->undated > 0)
        return;
    g_ptr_array_sort(call->items, newer_first);
    call->after(call);
}

/* The date of a single item does not matter. */
void steps_sort_then(Call *call, call_step after)
{
    if (call->items->len < 2) {
        after(call);
        return;
    }
    call->after = after;
    call->undated = call->items->len;
    for (guint i = 0; i < call->items->len; i++) {
        const struct item *item = call->items->pdata[i];
        struct dating *dating = g_new0(struct dating, 1);
        *dating = (struct dating){call_ref(call), g_strdup(item->path)};
        steps_get_property(call, item->path, steps_item_interface, "Modified", on_dated, dating);
    }
}

char *steps_take_newest(Call *call)
{
    if (call->items->len == 0)
        return NULL;
    struct item *item = call->items->pdata[0];
    char *path = g_steal_pointer(&item->path);
    g_ptr_array_remove_index(call->items, 0);
    return path;
}

/* ---- unlocking ---- */

static void on_unlocked(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    gint count =
        secret_service_unlock_dbus_paths_finish(SECRET_SERVICE(source), result, NULL, &error);
    bool dismissed = g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED);
    if (call_is_over(call, dismissed ? NULL : error))
        return;
    if (dismissed || count <= 0) {
        call_fail(call, PERCH_ERROR_STORE_LOCKED,
                  _("The keyring is still locked: nobody unlocked it when it asked."));
        return;
    }
    call->unlock = false; /* asked once, so that a faulty service cannot cause a loop */
    call->after(call);
}

/* Continues with after once objects are unlocked, or answers "locked" if nobody may be asked. */
static void unlock_then(Call *call, const char *const *paths, call_step after)
{
    if (!call->unlock) {
        call_fail(call, PERCH_ERROR_STORE_LOCKED, _("The keyring is locked."));
        return;
    }
    call->after = after;
    call_expect_service(call);
    secret_service_unlock_dbus_paths(call->link->service, (const char **)(guintptr)paths,
                                     call->cancellable, on_unlocked, call_ref(call));
}

void steps_unlock_items_then(Call *call, call_step after)
{
    unlock_then(call, (const char *const *)call->locked, after);
}

void steps_unlock_collection_then(Call *call, call_step after)
{
    const char *const paths[] = {call->collection, NULL};
    unlock_then(call, paths, after);
}

/* ---- the default collection: its path, then whether it is locked ---- */

static void on_collection_seen(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) locked = steps_get_property_finish(source, result, "b", &error);
    bool gone = call_not_there(call, error);
    if (call_is_over(call, gone ? NULL : error))
        return;
    call->collection_locked = locked != NULL && g_variant_get_boolean(locked);
    if (gone)
        g_clear_pointer(&call->collection, g_free);
    call->after(call);
}

static void on_alias(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    char *path = secret_service_read_alias_dbus_path_finish(SECRET_SERVICE(source), result, &error);
    g_free(call->collection);
    call->collection = path;
    if (call_is_over(call, call_not_there(call, error) ? NULL : error))
        return;
    if (path == NULL)
        call->after(call);
    else
        steps_get_property(call, path, collection_interface, "Locked", on_collection_seen,
                           call_ref(call));
}

void steps_look_up_collection_then(Call *call, call_step after)
{
    call->after = after;
    call->collection_locked = false;
    call_expect_service(call);
    secret_service_read_alias_dbus_path(call->link->service, SECRET_COLLECTION_DEFAULT,
                                        call->cancellable, on_alias, call_ref(call));
}
