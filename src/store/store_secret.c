/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "ahead.h"
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "steps.h"

/* The Secret Service kind of store. Each function below is one step of a call (call.h); a step
 * starts an operation and names the next step. */

/* A search found nothing. Some services hide the items of a locked collection, so this is only
 * certain if the default collection is open. */
static void found_nothing(Call *call)
{
    if (call->collection_locked) {
        steps_unlock_collection_then(call, call->begin);
    } else if (call->erases) {
        call_succeed(call);
    } else {
        g_autofree char *sentence = g_strdup_printf(_("Nothing is stored for %s."), call->name);
        call_fail(call, PERCH_ERROR_NOT_FOUND, sentence);
    }
}

/* ---- load: search → (unlock → again) → the newest one's secret ---- */

static void load_begin(Call *call);

static void on_secret(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) value =
        secret_service_get_secret_for_dbus_path_finish(SECRET_SERVICE(source), result, &error);
    bool gone = call_not_there(call, error);
    if (call_is_over(call, gone ? NULL : error))
        return;
    if (value != NULL) {
        call_succeed_with(call, value);
    } else if (!call->retried) {
        /* Another program deleted or replaced the item meanwhile, or its bytes cannot be decrypted
         * in this session (one in 256 of KWallet 5's): retry once. */
        call->retried = true;
        call_reopen(call);
    } else {
        call_fail(call, PERCH_ERROR_STORE_FAILED,
                  _("The keyring has the item but does not return its contents."));
    }
}

static void load_newest(Call *call)
{
    g_autofree char *path = steps_take_newest(call);
    call_expect_service(call);
    secret_service_get_secret_for_dbus_path(call->link->service, path, call->cancellable, on_secret,
                                            call_ref(call));
}

static void on_load_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    if (steps_take_items(call, source, result))
        return;
    if (call->items->len > 0)
        steps_sort_then(call, load_newest);
    else if (steps_has_locked(call))
        steps_unlock_items_then(call, load_begin);
    else
        steps_look_up_collection_then(call, found_nothing);
}

static void load_begin(Call *call)
{
    steps_search(call, on_load_found);
}

/* ---- the provider's name ---- */

static const struct {
    const char *process;
    const char *name;
} providers[] = {
    {"gnome-keyring", "gnome-keyring"},
    {"keepassxc", "KeePassXC"},
    {"kwalletd", "KWallet"},
    {"ksecretd", "KWallet"},
    {"oo7", "oo7"},
};

static void on_provider(GObject *source, GAsyncResult *result, gpointer user)
{
    Store *store = user;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    g_autofree char *command = NULL;
    if (reply != NULL) {
        guint32 pid;
        g_variant_get(reply, "(u)", &pid);
        g_autofree char *path = g_strdup_printf("/proc/%u/comm", pid);
        g_file_get_contents(path, &command, NULL, NULL);
    }
    for (gsize i = 0; command != NULL && i < G_N_ELEMENTS(providers); i++) {
        if (g_str_has_prefix(command, providers[i].process)) {
            g_free(store->provider);
            store->provider = g_strdup(providers[i].name);
        }
    }
    store_unref(store);
}

/* Runs in parallel with the call. The bus itself answers, so this is known before the service
 * answers. */
static void ask_provider(Call *call)
{
    g_dbus_connection_call(call->link->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                           g_variant_new("(s)", link_service_name), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, call->cancellable, on_provider,
                           store_ref(call->store));
}

/* ---- erase: search → (unlock → again) → delete each ---- */

static void erase_begin(Call *call);
static void erase_next(Call *call);

static void delete_item(Call *call, const char *path, GAsyncReadyCallback done)
{
    call_expect_service(call);
    secret_service_delete_item_dbus_path(call->link->service, path, call->cancellable, done,
                                         call_ref(call));
}

static void on_erased(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    secret_service_delete_item_dbus_path_finish(SECRET_SERVICE(source), result, &error);
    /* Somebody else deleted it first: fine, too. */
    if (!call_is_over(call, call_not_there(call, error) ? NULL : error))
        erase_next(call);
}

static void erase_next(Call *call)
{
    g_autofree char *path = steps_take_newest(call);
    if (path == NULL)
        call_succeed(call);
    else
        delete_item(call, path, on_erased);
}

static void on_erase_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    if (steps_take_items(call, source, result))
        return;
    if (steps_has_locked(call))
        steps_unlock_items_then(call, erase_begin);
    else if (call->items->len == 0)
        steps_look_up_collection_then(call, found_nothing);
    else
        erase_next(call);
}

static void erase_begin(Call *call)
{
    ask_provider(call);
    steps_search(call, on_erase_found);
}

/* ---- save: default collection → (create or unlock it) → create item with replace → leave only one
 * ---- */

static void save_tidy(Call *call);

static void on_tidied(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    /* An item that could not be deleted is older than the new one and never read again. */
    secret_service_delete_item_dbus_path_finish(SECRET_SERVICE(source), result, NULL);
    if (!call_is_over(call, NULL))
        save_tidy(call);
}

/* Deletes other matching items, except newer ones, which another process saved later. */
static void save_tidy(Call *call)
{
    guint64 written = 0;
    for (guint i = 0; i < call->items->len; i++) {
        const struct item *item = call->items->pdata[i];
        if (strcmp(item->path, call->kept) == 0)
            written = item->modified;
    }
    for (guint i = call->items->len; i > 0; i--) {
        const struct item *item = call->items->pdata[i - 1];
        if (strcmp(item->path, call->kept) == 0 || item->modified > written)
            continue;
        delete_item(call, item->path, on_tidied);
        g_ptr_array_remove_index(call->items, i - 1);
        return;
    }
    call_succeed(call);
}

static void on_saved_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    if (!steps_take_items(call, source, result))
        steps_sort_then(call, save_tidy);
}

/* Takes ownership of the path of the item just written. */
static void save_look(Call *call, char *path)
{
    call->kept = path;
    steps_search(call, on_saved_found);
}

static void on_created(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    char *path =
        secret_service_create_item_dbus_path_finish(SECRET_SERVICE(source), result, &error);
    if (call_is_over(call, error))
        g_free(path);
    else
        save_look(call, path);
}

static GHashTable *new_properties(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_variant_unref);
}

static void put(GHashTable *properties, const char *name, GVariant *value)
{
    g_hash_table_insert(properties, (gpointer)(guintptr)name, g_variant_ref_sink(value));
}

static GVariant *public_attributes(const Call *call)
{
    GVariantBuilder builder;
    GHashTableIter each;
    gpointer name, value;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    g_hash_table_iter_init(&each, call->attributes);
    while (g_hash_table_iter_next(&each, &name, &value))
        g_variant_builder_add(&builder, "{ss}", name, value);
    g_variant_builder_add(&builder, "{ss}", "xdg:schema", call_schema.name);
    return g_variant_builder_end(&builder);
}

static void save_create(Call *call)
{
    g_autofree char *label = g_strconcat("perch: ", call->name, NULL);
    g_autoptr(GHashTable) properties = new_properties();
    put(properties, "org.freedesktop.Secret.Item.Label", g_variant_new_string(label));
    put(properties, "org.freedesktop.Secret.Item.Attributes", public_attributes(call));
    call_expect_service(call);
    secret_service_create_item_dbus_path(call->link->service, call->collection, properties,
                                         call->item, SECRET_ITEM_CREATE_REPLACE, call->cancellable,
                                         on_created, call_ref(call));
}

static void on_changed(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (!call_is_over(call, error))
        steps_search(call, on_saved_found);
}

static void save_change(Call *call)
{
    call->kept = steps_take_newest(call);
    steps_ask(call, call->kept, steps_item_interface, "SetSecret",
              g_variant_new("(@(oayays))",
                            secret_service_encode_dbus_secret(call->link->service, call->item)),
              "()", on_changed, call_ref(call));
}

static void on_old_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    if (steps_take_items(call, source, result))
        return;
    if (call->items->len == 0)
        save_create(call);
    else
        steps_sort_then(call, save_change);
}

/* If replacing prompts the person each time, changes the existing item instead. */
static void save_write(Call *call)
{
    if (call_prompts_always(call))
        steps_search(call, on_old_found);
    else
        save_create(call);
}

static void on_made(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    call->collection =
        secret_service_create_collection_dbus_path_finish(SECRET_SERVICE(source), result, &error);
    if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED))
        call_fail(call, PERCH_ERROR_STORE_NO_COLLECTION,
                  _("There is no default keyring yet, and none was created when asked."));
    else if (!call_is_over(call, error))
        save_write(call);
}

static void make_collection(Call *call)
{
    g_autoptr(GHashTable) properties = new_properties();
    put(properties, "org.freedesktop.Secret.Collection.Label",
        g_variant_new_string(_("Default keyring")));
    call_expect_service(call);
    /* The service asks the person for the new keyring's password. */
    secret_service_create_collection_dbus_path(
        call->link->service, properties, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_CREATE_NONE,
        call->cancellable, on_made, call_ref(call));
}

static void save_into(Call *call)
{
    if (call->collection != NULL && call->collection_locked)
        steps_unlock_collection_then(call, save_write);
    else if (call->collection != NULL)
        save_write(call);
    else if (call->unlock)
        make_collection(call);
    else
        call_fail(call, PERCH_ERROR_STORE_NO_COLLECTION, _("There is no default keyring yet."));
}

static void save_begin(Call *call)
{
    ask_provider(call);
    steps_look_up_collection_then(call, save_into);
}

/* ---- the kind ---- */

static void secret_save(Store *store, const char *name, Secret *item, bool unlock, GTask *task)
{
    ahead_drop(store, name);
    Call *call = call_open(store, name, unlock, task);
    call->item = secret_ref(item);
    call_start(call, save_begin);
}

static void secret_load(Store *store, const char *name, bool unlock, bool fresh, GTask *task)
{
    Call *call = call_open(store, name, unlock, task);
    call->fresh = fresh;
    if (fresh || !ahead_serves(call, load_begin))
        call_start(call, load_begin);
}

static void secret_erase(Store *store, const char *name, bool unlock, GTask *task)
{
    ahead_drop(store, name);
    Call *call = call_open(store, name, unlock, task);
    call->erases = true;
    call_start(call, erase_begin);
}

const struct store_ops store_secret_ops = {.save = secret_save,
                                           .load = secret_load,
                                           .erase = secret_erase,
                                           .read_ahead = ahead_start,
                                           .clear = ahead_clear};
