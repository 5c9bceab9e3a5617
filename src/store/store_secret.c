/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "call.h"
#include "perch/base/error.h"
#include "perch/base/text.h"

/* The Secret Service kind of store. Each function below is one step of a call (call.h); a step
 * starts something and names the next one. */

static void unref_object(gpointer object)
{
    g_object_unref(object);
}

/* ---- searching ---- */

/* Newest first. Times are whole seconds, so among equals the longer, then the greater path wins:
 * services number their items. */
static gint newer_first(gconstpointer a, gconstpointer b)
{
    SecretItem *one = (SecretItem *)(guintptr)a;
    SecretItem *two = (SecretItem *)(guintptr)b;
    guint64 when_one = secret_item_get_modified(one);
    guint64 when_two = secret_item_get_modified(two);
    if (when_one != when_two)
        return when_one < when_two ? 1 : -1;
    const char *path_one = g_dbus_proxy_get_object_path(G_DBUS_PROXY(one));
    const char *path_two = g_dbus_proxy_get_object_path(G_DBUS_PROXY(two));
    size_t length_one = strlen(path_one);
    size_t length_two = strlen(path_two);
    if (length_one != length_two)
        return length_one < length_two ? 1 : -1;
    return strcmp(path_two, path_one);
}

/* Takes the answer of a search into call->items; true when the call is over. An item that another
 * program deleted between the search and the look at it fails the whole search: once more, then. */
static bool take_items(Call *call, GObject *source, GAsyncResult *result, call_step again)
{
    g_autoptr(GError) error = NULL;
    GList *items = secret_service_search_finish(SECRET_SERVICE(source), result, &error);
    g_list_free_full(call->items, unref_object);
    call->items = g_list_sort(items, newer_first);
    if (call->task != NULL && !call->retried &&
        g_error_matches(error, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT)) {
        call->retried = true;
        again(call);
        return true;
    }
    return call_is_over(call, error);
}

/* Always without UNLOCK: libsecret hides whether an item is locked or not there when nobody can be
 * asked. Attributes are never empty here, so this never matches what is not ours. */
static void search(Call *call, SecretSearchFlags flags, GAsyncReadyCallback done)
{
    call_expect_service(call);
    secret_service_search(call->service, &call_schema, call->attributes, SECRET_SEARCH_ALL | flags,
                          call->cancellable, done, call_ref(call));
}

/* The newest item that can be read, else NULL. */
static SecretItem *newest_unlocked(const Call *call)
{
    for (GList *i = call->items; i != NULL; i = i->next)
        if (!secret_item_get_locked(i->data))
            return i->data;
    return NULL;
}

/* ---- unlocking ---- */

static void on_unlocked(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    gint count = secret_service_unlock_finish(SECRET_SERVICE(source), result, NULL, &error);
    bool dismissed = g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED);
    if (call_is_over(call, dismissed ? NULL : error))
        return;
    if (dismissed || count <= 0) {
        call_fail(call, PERCH_ERROR_STORE_LOCKED,
                  _("The keyring is still locked: nobody unlocked it when it asked."));
        return;
    }
    call->unlock = false; /* asked once; a service that lies does not make a loop */
    call->after(call);
}

/* Goes on with after once objects are unlocked, or answers "locked" when nobody may be asked. */
static void unlock_then(Call *call, GList *objects, call_step after)
{
    if (!call->unlock) {
        call_fail(call, PERCH_ERROR_STORE_LOCKED, _("The keyring is locked."));
        return;
    }
    call->after = after;
    call_expect_service(call);
    secret_service_unlock(call->service, objects, call->cancellable, on_unlocked, call_ref(call));
}

/* ---- the default collection ---- */

/* Whether the object asked for does not exist, which some services say in D-Bus' own words. */
static bool means_not_there(const Call *call, const GError *error)
{
    return !call_lost_service(call) &&
           (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT) ||
            g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
            g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD));
}

/* Takes the answer into call->collection, NULL for none; true when the call is over. */
static bool take_collection(Call *call, GAsyncResult *result)
{
    g_autoptr(GError) error = NULL;
    SecretCollection *collection = secret_collection_for_alias_finish(result, &error);
    g_clear_object(&call->collection);
    call->collection = collection;
    return call_is_over(call, means_not_there(call, error) ? NULL : error);
}

static void look_up_collection(Call *call, GAsyncReadyCallback done)
{
    call_expect_service(call);
    secret_collection_for_alias(call->service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE,
                                call->cancellable, done, call_ref(call));
}

static void unlock_collection_then(Call *call, call_step after)
{
    GList only = {.data = call->collection};
    unlock_then(call, &only, after);
}

/* A search found nothing. Some services hide the items of a locked collection, so this is sure
 * only when the default one is open. */
static void on_empty_checked(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    g_autoptr(Call) call = user;
    if (take_collection(call, result))
        return;
    if (call->collection != NULL && secret_collection_get_locked(call->collection)) {
        unlock_collection_then(call, call->begin);
    } else if (call->erases) {
        call_succeed(call);
    } else {
        g_autofree char *sentence = g_strdup_printf(_("Nothing is stored for %s."), call->name);
        call_fail(call, PERCH_ERROR_NOT_FOUND, sentence);
    }
}

/* ---- load: search with secrets → (unlock → again) ---- */

static void load_begin(Call *call);

static void on_load_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    if (take_items(call, source, result, load_begin))
        return;
    SecretItem *item = newest_unlocked(call);
    if (call->items == NULL) {
        look_up_collection(call, on_empty_checked);
    } else if (item == NULL) {
        unlock_then(call, call->items, load_begin);
    } else {
        g_autoptr(Secret) value = secret_item_get_secret(item);
        if (value != NULL)
            call_succeed_with(call, value);
        else
            call_fail(call, PERCH_ERROR_STORE_FAILED,
                      _("The keyring has the item but does not give out what is in it."));
    }
}

static void load_begin(Call *call)
{
    search(call, SECRET_SEARCH_LOAD_SECRETS, on_load_found);
}

/* ---- who serves? ---- */

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

/* Runs beside the call. The bus itself answers, so it is known before the service has. */
static void ask_provider(Call *call)
{
    g_dbus_connection_call(call->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                           g_variant_new("(s)", call_service_name), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, call->cancellable, on_provider,
                           store_ref(call->store));
}

/* ---- erase: search → (unlock → again) → delete each ---- */

static void erase_begin(Call *call);
static void erase_next(Call *call);

static void on_erased(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    secret_item_delete_finish(SECRET_ITEM(source), result, &error);
    /* Somebody else deleted it first: as good. */
    if (!call_is_over(call, means_not_there(call, error) ? NULL : error))
        erase_next(call);
}

static void erase_next(Call *call)
{
    if (call->items == NULL) {
        call_succeed(call);
        return;
    }
    g_autoptr(SecretItem) item = call->items->data;
    call->items = g_list_delete_link(call->items, call->items);
    call_expect_service(call);
    secret_item_delete(item, call->cancellable, on_erased, call_ref(call));
}

static void on_erase_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    if (take_items(call, source, result, erase_begin))
        return;
    GList *locked = NULL;
    for (GList *i = call->items; i != NULL; i = i->next)
        if (secret_item_get_locked(i->data))
            locked = g_list_prepend(locked, i->data);
    if (call->items == NULL)
        look_up_collection(call, on_empty_checked);
    else if (locked != NULL)
        unlock_then(call, locked, erase_begin);
    else
        erase_next(call);
    g_list_free(locked);
}

static void erase_begin(Call *call)
{
    ask_provider(call);
    search(call, SECRET_SEARCH_NONE, on_erase_found);
}

/* ---- save: default collection → (make or unlock it) → create with replace → only one left ---- */

static void save_write(Call *call);
static void save_tidy(Call *call);

static void on_tidied(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    /* What could not be deleted is older than what was just written, and never read again. */
    secret_item_delete_finish(SECRET_ITEM(source), result, NULL);
    if (!call_is_over(call, NULL))
        save_tidy(call);
}

/* Deletes what else matches and is not newer than what was written; a newer one is another
 * process' later save. */
static void save_tidy(Call *call)
{
    while (call->items != NULL) {
        g_autoptr(SecretItem) item = call->items->data;
        call->items = g_list_delete_link(call->items, call->items);
        if (secret_item_get_locked(item) || secret_item_get_modified(item) > call->kept_modified ||
            strcmp(g_dbus_proxy_get_object_path(G_DBUS_PROXY(item)), call->kept) == 0)
            continue;
        call_expect_service(call);
        secret_item_delete(item, call->cancellable, on_tidied, call_ref(call));
        return;
    }
    call_succeed(call);
}

static void save_look(Call *call);

static void on_saved_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    if (!take_items(call, source, result, save_look))
        save_tidy(call);
}

static void save_look(Call *call)
{
    search(call, SECRET_SEARCH_NONE, on_saved_found);
}

static void on_written(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(SecretItem) item = secret_item_create_finish(result, &error);
    if (call_is_over(call, error))
        return;
    call->kept = g_strdup(g_dbus_proxy_get_object_path(G_DBUS_PROXY(item)));
    call->kept_modified = secret_item_get_modified(item);
    save_look(call);
}

static void save_create(Call *call)
{
    g_autofree char *label = g_strconcat("perch: ", call->name, NULL);
    call_expect_service(call);
    secret_item_create(call->collection, &call_schema, call->attributes, label, call->item,
                       SECRET_ITEM_CREATE_REPLACE, call->cancellable, on_written, call_ref(call));
}

static void on_changed(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    secret_item_set_secret_finish(SECRET_ITEM(source), result, &error);
    if (call_is_over(call, error))
        return;
    call->kept = g_strdup(g_dbus_proxy_get_object_path(G_DBUS_PROXY(source)));
    call->kept_modified = secret_item_get_modified(SECRET_ITEM(source));
    save_look(call);
}

static void save_write(Call *call);

static void on_old_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    if (take_items(call, source, result, save_write))
        return;
    SecretItem *item = newest_unlocked(call);
    if (item == NULL) {
        save_create(call);
        return;
    }
    call_expect_service(call);
    secret_item_set_secret(item, call->item, call->cancellable, on_changed, call_ref(call));
}

/* Where replacing asks the person each time, what is there is changed instead. */
static void save_write(Call *call)
{
    if (call_prompts_for_form(call))
        search(call, SECRET_SEARCH_NONE, on_old_found);
    else
        save_create(call);
}

static void on_made(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    call->collection = secret_collection_create_finish(result, &error);
    if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED))
        call_fail(call, PERCH_ERROR_STORE_NO_COLLECTION,
                  _("There is no default keyring yet, and nobody made one when asked."));
    else if (!call_is_over(call, error))
        save_write(call);
}

static void on_save_collection(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    g_autoptr(Call) call = user;
    if (take_collection(call, result))
        return;
    if (call->collection != NULL && secret_collection_get_locked(call->collection)) {
        unlock_collection_then(call, save_write);
    } else if (call->collection != NULL) {
        save_write(call);
    } else if (call->unlock) {
        /* The service asks the person for the new keyring's password. */
        call_expect_service(call);
        secret_collection_create(call->service, _("Default keyring"), SECRET_COLLECTION_DEFAULT,
                                 SECRET_COLLECTION_CREATE_NONE, call->cancellable, on_made,
                                 call_ref(call));
    } else {
        call_fail(call, PERCH_ERROR_STORE_NO_COLLECTION, _("There is no default keyring yet."));
    }
}

static void save_begin(Call *call)
{
    ask_provider(call);
    look_up_collection(call, on_save_collection);
}

/* ---- the kind ---- */

static void secret_save(Store *store, const char *name, Secret *item, bool unlock, GTask *task)
{
    Call *call = call_open(store, name, unlock, task);
    call->item = secret_ref(item);
    call_start(call, save_begin);
}

static void secret_load(Store *store, const char *name, bool unlock, GTask *task)
{
    call_start(call_open(store, name, unlock, task), load_begin);
}

static void secret_erase(Store *store, const char *name, bool unlock, GTask *task)
{
    Call *call = call_open(store, name, unlock, task);
    call->erases = true;
    call_start(call, erase_begin);
}

Store *store_secret_new(const char *config_dir)
{
    static const struct store_ops ops = {
        .save = secret_save, .load = secret_load, .erase = secret_erase};
    Store *store = store_new(&ops, "Secret Service");
    store->config_dir = g_canonicalize_filename(config_dir, NULL);
    return store;
}
