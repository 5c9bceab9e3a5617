/* SPDX-License-Identifier: MIT */
#include "ahead.h"

#include "steps.h"

/* A bus allows 128 unanswered messages per connection; leave room for other calls. Secrets are
 * fetched in portions, so that the service prepares one while this process reads another. */
enum { ASKED_AT_ONCE = 64, PORTION = 50 };

struct entry {
    char *name;
    guint found;  /* how many items have the name; of several, the load finds the newest */
    Secret *item; /* the only one's text; NULL: none, several, or unreadable */
    Call *waiting;
};

/* An item whose text does not say its name: its attributes do. */
typedef struct nameless Nameless;
struct nameless {
    Call *call; /* while they are requested */
    char *path;
    Secret *text; /* NULL: unreadable */
};

struct ahead {
    GPtrArray *names;    /* in the order they are needed */
    GHashTable *entries; /* entries not served yet, by name */
    guint next_item;     /* index of the first of the call's items whose text was not requested */
    GPtrArray *nameless; /* those whose attributes were not requested */
    guint asked;         /* those whose attributes are still unanswered */
    bool complete;       /* the name of every item is known, so no name has a further item */
    bool ended;
};

static void entry_free(gpointer data)
{
    struct entry *entry = data;
    secret_unref(entry->item);
    call_unref(entry->waiting);
    g_free(entry->name);
    g_free(entry);
}

static void nameless_free(gpointer data)
{
    struct nameless *nameless = data;
    call_unref(nameless->call);
    secret_unref(nameless->text);
    g_free(nameless->path);
    g_free(nameless);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Nameless, nameless_free)

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
    if (ahead->ended)
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
    g_ptr_array_unref(ahead->nameless);
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
        if (entry != NULL && !ahead->complete)
            g_clear_pointer(&entry->item, secret_unref);
        if (entry != NULL && entry->waiting != NULL)
            serve(ahead, entry, error);
    }
    store_unref(store);
}

/* ---- items without a name in their text ---- */

static void note_item(struct ahead *ahead, const char *name, Secret *text)
{
    struct entry *entry = g_hash_table_lookup(ahead->entries, name);
    if (entry == NULL)
        return;
    if (entry->found++ == 0)
        entry->item = secret_ref(text);
    else
        g_clear_pointer(&entry->item, secret_unref);
}

static void ask_names(Call *call);

static void on_name(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Nameless) nameless = user;
    Call *call = nameless->call;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) attributes = steps_get_property_finish(source, result, "a{ss}", &error);
    const char *name = NULL;
    if (call_is_over(call, NULL))
        return;
    struct ahead *ahead = call->store->own;
    ahead->asked--;
    if (attributes != NULL && g_variant_lookup(attributes, "connection", "&s", &name))
        note_item(ahead, name, nameless->text);
    if (name == NULL && !call_not_there(call, error))
        call_succeed(call); /* incomplete */
    else
        ask_names(call);
}

static void ask_names(Call *call)
{
    struct ahead *ahead = call->store->own;
    while (ahead->nameless->len > 0 && ahead->asked < ASKED_AT_ONCE) {
        struct nameless *nameless =
            g_ptr_array_steal_index_fast(ahead->nameless, ahead->nameless->len - 1);
        nameless->call = call_ref(call);
        ahead->asked++;
        steps_get_property(call, nameless->path, steps_item_interface, "Attributes", on_name,
                           nameless);
    }
    if (ahead->asked > 0)
        return;
    ahead->complete = true;
    call_succeed(call);
}

/* ---- the texts ---- */

struct portion {
    Call *call;
    guint first, end; /* of the call's items */
};

static void read_item(struct ahead *ahead, const char *path, Secret *text)
{
    g_autofree char *name = text == NULL ? NULL : secrets_item_name(text);
    if (name != NULL) {
        note_item(ahead, name, text);
        return;
    }
    struct nameless *nameless = g_new0(struct nameless, 1);
    *nameless = (struct nameless){.path = g_strdup(path), .text = secret_ref(text)};
    g_ptr_array_add(ahead->nameless, nameless);
}

static bool ask_portion(Call *call);

static void on_portion(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autofree struct portion *portion = user;
    g_autoptr(Call) call = portion->call;
    g_autoptr(GHashTable) texts =
        secret_service_get_secrets_for_dbus_paths_finish(SECRET_SERVICE(source), result, NULL);
    if (call_is_over(call, NULL))
        return;
    bool last = !ask_portion(call);
    for (guint i = portion->first; i < portion->end; i++) {
        const struct item *item = call->items->pdata[i];
        read_item(call->store->own, item->path,
                  texts == NULL ? NULL : g_hash_table_lookup(texts, item->path));
    }
    if (last)
        ask_names(call);
}

/* FALSE: there are no more. */
static bool ask_portion(Call *call)
{
    struct ahead *ahead = call->store->own;
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    struct portion portion = {call, ahead->next_item, ahead->next_item};
    for (; portion.end < call->items->len && paths->len < PORTION; portion.end++) {
        const struct item *item = call->items->pdata[portion.end];
        g_ptr_array_add(paths, item->path);
    }
    ahead->next_item = portion.end;
    if (paths->len == 0)
        return false;
    g_ptr_array_add(paths, NULL);
    call_ref(call);
    call_expect_service(call);
    secret_service_get_secrets_for_dbus_paths(call->link->service, (const char **)paths->pdata,
                                              call->cancellable, on_portion,
                                              g_memdup2(&portion, sizeof portion));
    return true;
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
    else if (!ask_portion(call))
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
    ahead->nameless = g_ptr_array_new_with_free_func(nameless_free);
    ahead->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
    for (gsize i = 0; names[i] != NULL; i++) {
        struct entry *entry = g_new0(struct entry, 1);
        entry->name = g_strdup(names[i]);
        g_ptr_array_add(ahead->names, g_strdup(names[i]));
        g_hash_table_replace(ahead->entries, entry->name, entry); /* also a name given twice */
    }
    store->own = ahead;
    GTask *task = g_task_new(NULL, NULL, on_end, store_ref(store));
    call_start(call_open(store, NULL, false, task), begin);
}
