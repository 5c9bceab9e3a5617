/* SPDX-License-Identifier: MIT */
#include "ahead.h"

#include "steps.h"

/* A bus allows 128 unanswered messages per connection; leave room for other calls. Secrets are
 * fetched in portions, so that loads of the first can end while the next arrive. */
enum { ASKED_AT_ONCE = 64, PORTION = 50 };

struct entry {
    char *name;
    char *path;   /* path of its item; NULL: not found yet */
    bool several; /* several items have the name: the load finds the newest */
    Secret *item; /* the secret read; NULL: none yet */
    Call *waiting;
};

struct ahead {
    GPtrArray *names;    /* in the order they are needed */
    GHashTable *entries; /* entries not served yet, by name */
    guint next_item;     /* index of the first of the call's items whose name was not requested */
    guint asked;         /* requested names that are still unanswered */
    guint next_name;     /* index of the first name whose secret was not requested */
    bool ended;
};

static void entry_free(gpointer data)
{
    struct entry *entry = data;
    secret_unref(entry->item);
    call_unref(entry->waiting);
    g_free(entry->name);
    g_free(entry->path);
    g_free(entry);
}

/* ---- waiting loads ---- */

/* Ends the waiting load, or lets it begin by itself; the entry is then served. */
static void serve(struct ahead *ahead, struct entry *entry, const GError *error)
{
    Call *call = g_steal_pointer(&entry->waiting);
    if (entry->item != NULL)
        call_succeed_with(call, entry->item);
    else if (error != NULL)
        call_fail(call, error->code, error->message);
    else if (call->task != NULL)
        call_start(call_ref(call), call->begin);
    call_unref(call);
    g_hash_table_remove(ahead->entries, entry->name);
}

bool ahead_serves(Call *call, call_step begin)
{
    struct ahead *ahead = call->store->own;
    struct entry *entry = ahead == NULL ? NULL : g_hash_table_lookup(ahead->entries, call->name);
    if (entry == NULL || entry->waiting != NULL)
        return false;
    if (ahead->ended && entry->item == NULL) {
        g_hash_table_remove(ahead->entries, call->name);
        return false;
    }
    call->begin = begin;
    entry->waiting = call;
    if (entry->item != NULL)
        serve(ahead, entry, NULL);
    return true;
}

void ahead_drop(const Store *store, const char *name)
{
    const struct ahead *ahead = store->own;
    const struct entry *entry = ahead == NULL ? NULL : g_hash_table_lookup(ahead->entries, name);
    if (entry != NULL && entry->waiting == NULL)
        g_hash_table_remove(ahead->entries, name);
}

void ahead_clear(Store *store)
{
    struct ahead *ahead = g_steal_pointer(&store->own);
    if (ahead == NULL)
        return;
    g_ptr_array_unref(ahead->names);
    g_hash_table_unref(ahead->entries);
    g_free(ahead);
}

/* Loads read for themselves what was not read here. Those that already waited for an absent or
 * silent service do not wait for it again. */
static void on_end(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    Store *store = user;
    struct ahead *ahead = store->own;
    g_autoptr(GError) error = NULL;
    g_task_propagate_boolean(G_TASK(result), &error);
    ahead->ended = true;
    for (guint i = 0; i < ahead->names->len; i++) {
        struct entry *entry = g_hash_table_lookup(ahead->entries, ahead->names->pdata[i]);
        if (entry != NULL && entry->waiting != NULL)
            serve(ahead, entry, error);
    }
    store_unref(store);
}

/* ---- the secrets ---- */

static void ask_portion(Call *call);

struct portion {
    Call *call;
    GPtrArray *names; /* names, as the entries may be gone when the answer comes */
};

static void on_portion(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autofree struct portion *portion = user;
    g_autoptr(Call) call = portion->call;
    g_autoptr(GPtrArray) names = portion->names;
    struct ahead *ahead = call->store->own;
    g_autoptr(GHashTable) values =
        secret_service_get_secrets_for_dbus_paths_finish(SECRET_SERVICE(source), result, NULL);
    if (call_is_over(call, NULL))
        return;
    for (guint i = 0; values != NULL && i < names->len; i++) {
        struct entry *entry = g_hash_table_lookup(ahead->entries, names->pdata[i]);
        Secret *value = entry == NULL ? NULL : g_hash_table_lookup(values, entry->path);
        if (value == NULL)
            continue;
        entry->item = secret_ref(value);
        if (entry->waiting != NULL)
            serve(ahead, entry, NULL);
    }
    ask_portion(call);
}

static void ask_portion(Call *call)
{
    struct ahead *ahead = call->store->own;
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    struct portion *portion = g_new0(struct portion, 1);
    portion->names = g_ptr_array_new();
    while (ahead->next_name < ahead->names->len && paths->len < PORTION) {
        const char *name = ahead->names->pdata[ahead->next_name++];
        const struct entry *entry = g_hash_table_lookup(ahead->entries, name);
        if (entry == NULL || entry->path == NULL || entry->several)
            continue;
        g_ptr_array_add(portion->names, (gpointer)(guintptr)name);
        g_ptr_array_add(paths, entry->path);
    }
    if (paths->len == 0) {
        g_ptr_array_unref(portion->names);
        g_free(portion);
        call_succeed(call);
        return;
    }
    g_ptr_array_add(paths, NULL);
    portion->call = call_ref(call);
    call_expect_service(call);
    secret_service_get_secrets_for_dbus_paths(call->link->service, (const char **)paths->pdata,
                                              call->cancellable, on_portion, portion);
}

/* ---- names of the items ---- */

struct asking {
    Call *call;
    char *path;
};

static void ask_names(Call *call);

static void note_name(struct ahead *ahead, GVariant *attributes, const char *path)
{
    const char *name = NULL;
    if (attributes == NULL || !g_variant_lookup(attributes, "connection", "&s", &name))
        return;
    struct entry *entry = g_hash_table_lookup(ahead->entries, name);
    if (entry == NULL)
        return;
    entry->several = entry->path != NULL;
    if (!entry->several)
        entry->path = g_strdup(path);
}

static void on_name(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autofree struct asking *asking = user;
    g_autofree char *path = asking->path;
    g_autoptr(Call) call = asking->call;
    g_autoptr(GVariant) attributes = steps_get_property_finish(source, result, "a{ss}", NULL);
    if (call_is_over(call, NULL))
        return;
    struct ahead *ahead = call->store->own;
    note_name(ahead, attributes, path);
    ahead->asked--;
    ask_names(call);
}

static void ask_names(Call *call)
{
    struct ahead *ahead = call->store->own;
    while (ahead->next_item < call->items->len && ahead->asked < ASKED_AT_ONCE) {
        const struct item *item = call->items->pdata[ahead->next_item++];
        struct asking *asking = g_new0(struct asking, 1);
        *asking = (struct asking){call_ref(call), g_strdup(item->path)};
        ahead->asked++;
        steps_get_property(call, item->path, steps_item_interface, "Attributes", on_name, asking);
    }
    if (ahead->asked == 0)
        ask_portion(call);
}

static void on_found(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Call) call = user;
    const struct ahead *ahead = call->store->own;
    if (steps_take_items(call, source, result))
        return;
    /* For a few names out of many items, single loads are faster. */
    if (call->items->len > 2 * ahead->names->len)
        call_succeed(call);
    else
        ask_names(call);
}

static void begin(Call *call)
{
    steps_search(call, on_found);
}

void ahead_start(Store *store, const char *const *names)
{
    g_return_if_fail(store->own == NULL);
    struct ahead *ahead = g_new0(struct ahead, 1);
    ahead->names = g_ptr_array_new_with_free_func(g_free);
    ahead->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
    for (gsize i = 0; names[i] != NULL; i++) {
        struct entry *entry = g_new0(struct entry, 1);
        entry->name = g_strdup(names[i]);
        g_ptr_array_add(ahead->names, g_strdup(names[i]));
        g_hash_table_insert(ahead->entries, entry->name, entry);
    }
    store->own = ahead;
    GTask *task = g_task_new(NULL, NULL, on_end, store_ref(store));
    call_start(call_open(store, NULL, false, task), begin);
}
