/* SPDX-License-Identifier: MIT */
#include "perch/store/store.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/text.h"
#include "store_private.h"

static const struct {
    const char *name;
    const struct store_ops *ops;
} kinds[] = {
#define STORE_KIND(id, name, ops) [id] = {name, &ops},
#include "perch/store/kinds.def"
#undef STORE_KIND
};

Store *store_open(enum store_kind kind, const char *config_dir)
{
    Store *store = g_new0(Store, 1);
    store->ops = kinds[kind].ops;
    store->references = 1;
    store->closing = g_cancellable_new();
    store->provider = g_strdup(kinds[kind].name);
    store->config_dir = g_canonicalize_filename(config_dir, NULL);
    if (store->ops->open != NULL)
        store->ops->open(store);
    return store;
}

Store *store_ref(Store *store)
{
    store->references++;
    return store;
}

void store_unref(Store *store)
{
    if (--store->references > 0)
        return;
    if (store->ops->clear != NULL)
        store->ops->clear(store);
    g_object_unref(store->closing);
    g_free(store->provider);
    g_free(store->config_dir);
    g_free(store);
}

void store_free(Store *store)
{
    if (store == NULL)
        return;
    g_cancellable_cancel(store->closing);
    store_unref(store);
}

void store_never_ask(Store *store)
{
    store->never_ask = true;
}

const char *store_provider(const Store *store)
{
    return store->provider;
}

/* Distinguish the results of the four calls, and of the parts of save. */
static char save_tag, load_tag, erase_tag, probe_tag, saving_tag;

static GTask *new_task(GCancellable *cancellable, GAsyncReadyCallback done, gpointer user,
                       gpointer tag)
{
    GTask *task = g_task_new(NULL, cancellable, done, user);
    g_task_set_source_tag(task, tag);
    /* The kinds of store turn a cancellation into PERCH_ERROR_CANCELLED themselves. */
    g_task_set_check_cancellable(task, FALSE);
    return task;
}

/* An empty or odd name must never reach a search: an empty pattern matches everything. */
static bool refuse_name(GTask *task, const char *name)
{
    const char *problem = connection_name_problem(name);
    if (problem == NULL)
        return false;
    g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_USAGE, "%s", problem);
    return true;
}

/* The text to store, after a test that it can be parsed again: otherwise a value that JSON cannot
 * represent would be noticed too late. */
static Secret *readable_item(GTask *task, const char *name, const struct secrets *secrets)
{
    g_autoptr(Secret) item = secrets_to_item(secrets, name);
    struct secrets again;
    if (!secrets_from_item(item, &again, NULL)) {
        g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_STORE_FAILED, "%s",
                                _("A value is not plain text. Enter the consumer secret again."));
        return NULL;
    }
    bool same = secrets_equal(secrets, &again);
    secrets_clear(&again);
    if (!same) {
        g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_INTERNAL, "%s",
                                _("The secrets cannot be stored in this form."));
        return NULL;
    }
    return g_steal_pointer(&item);
}

/* ---- save: write, read back, compare ---- */

struct saving {
    Store *store;
    GTask *task;
    char *name;
    Secret *item;
    bool unlock;
    bool fresh; /* reads back like another process */
};

/* Answers and ends. Takes problem; NULL: the item is stored. */
static void saving_end(struct saving *saving, GError *problem)
{
    if (problem != NULL)
        g_task_return_error(saving->task, problem);
    else
        g_task_return_boolean(saving->task, TRUE);
    g_object_unref(saving->task);
    secret_unref(saving->item);
    g_free(saving->name);
    store_unref(saving->store);
    g_free(saving);
}

static void read_back(struct saving *saving);

static void on_read_back(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    struct saving *saving = user;
    GError *problem = NULL;
    g_autoptr(Secret) read = g_task_propagate_pointer(G_TASK(result), &problem);
    if (saving->fresh && g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED)) {
        /* Only locked for others: the service asks the person about each program. */
        g_clear_error(&problem);
        saving->fresh = false;
        read_back(saving);
        return;
    }
    bool gone = g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
    if (gone || (problem == NULL && !secret_equal(read, saving->item))) {
        g_clear_error(&problem);
        g_set_error_literal(&problem, PERCH_ERROR, PERCH_ERROR_STORE_FAILED,
                            _("The keyring returned something different from what was written."));
    }
    saving_end(saving, problem);
}

static void read_back(struct saving *saving)
{
    GTask *task = new_task(g_task_get_cancellable(saving->task), on_read_back, saving, &saving_tag);
    saving->store->ops->load(saving->store, saving->name, saving->unlock && !saving->fresh,
                             saving->fresh, task);
}

static void on_written(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    struct saving *saving = user;
    GError *problem = NULL;
    if (g_task_propagate_boolean(G_TASK(result), &problem))
        read_back(saving);
    else
        saving_end(saving, problem);
}

/* Takes ownership of task. */
static void save_item(Store *store, const char *name, Secret *item, bool unlock, GTask *task)
{
    struct saving *saving = g_new0(struct saving, 1);
    *saving =
        (struct saving){store_ref(store), task, g_strdup(name), secret_ref(item), unlock, true};
    store->ops->save(store, name, item, unlock,
                     new_task(g_task_get_cancellable(task), on_written, saving, &saving_tag));
}

void store_save(Store *store, const char *name, const struct secrets *secrets, bool unlock,
                GCancellable *cancellable, GAsyncReadyCallback done, gpointer user)
{
    g_autoptr(GTask) task = new_task(cancellable, done, user, &save_tag);
    if (refuse_name(task, name))
        return;
    g_autoptr(Secret) item = readable_item(task, name, secrets);
    if (item != NULL)
        save_item(store, name, item, unlock && !store->never_ask, g_steal_pointer(&task));
}

bool store_save_finish(Store *store, GAsyncResult *result, GError **error)
{
    (void)store;
    g_return_val_if_fail(g_async_result_is_tagged(result, &save_tag), false);
    return g_task_propagate_boolean(G_TASK(result), error);
}

void store_load(Store *store, const char *name, bool unlock, GCancellable *cancellable,
                GAsyncReadyCallback done, gpointer user)
{
    g_autoptr(GTask) task = new_task(cancellable, done, user, &load_tag);
    if (!refuse_name(task, name))
        store->ops->load(store, name, unlock && !store->never_ask, /* fresh: */ false,
                         g_steal_pointer(&task));
}

void store_read_ahead(Store *store, const char *const *names)
{
    if (store->ops->read_ahead != NULL && names[0] != NULL && names[1] != NULL)
        store->ops->read_ahead(store, names);
}

bool store_load_finish(Store *store, GAsyncResult *result, struct secrets *ret_secrets,
                       GError **error)
{
    (void)store;
    g_return_val_if_fail(g_async_result_is_tagged(result, &load_tag), false);
    g_autoptr(Secret) item = g_task_propagate_pointer(G_TASK(result), error);
    return item != NULL && secrets_from_item(item, ret_secrets, error);
}

void store_erase(Store *store, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user)
{
    g_autoptr(GTask) task = new_task(cancellable, done, user, &erase_tag);
    if (!refuse_name(task, name))
        store->ops->erase(store, name, !store->never_ask, g_steal_pointer(&task));
}

bool store_erase_finish(Store *store, GAsyncResult *result, GError **error)
{
    (void)store;
    g_return_val_if_fail(g_async_result_is_tagged(result, &erase_tag), false);
    return g_task_propagate_boolean(G_TASK(result), error);
}

/* ---- probe: save and erase under a name that no connection can have ---- */

struct probe {
    Store *store;
    GTask *task;
    char *name;
};

/* Answers and ends. Takes problem; NULL: the probe passed. */
static void probe_end(struct probe *probe, GError *problem)
{
    if (problem != NULL)
        g_task_return_error(probe->task, problem);
    else
        g_task_return_boolean(probe->task, TRUE);
    g_object_unref(probe->task);
    g_free(probe->name);
    store_unref(probe->store);
    g_free(probe);
}

/* Deletes the dummy after a failed or cancelled probe, too, but nobody waits for that. */
static void probe_fail(struct probe *probe, GError *problem)
{
    GTask *task = new_task(NULL, NULL, NULL, &probe_tag);
    probe->store->ops->erase(probe->store, probe->name, false, task);
    probe_end(probe, problem);
}

static void on_probe_erased(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    GError *problem = NULL;
    if (g_task_propagate_boolean(G_TASK(result), &problem))
        probe_end(user, NULL);
    else
        probe_fail(user, problem); /* the erase was cancelled: repeat it to the end */
}

static void on_probe_saved(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    struct probe *probe = user;
    GError *problem = NULL;
    if (!g_task_propagate_boolean(G_TASK(result), &problem)) {
        probe_fail(probe, problem);
        return;
    }
    GTask *task = new_task(g_task_get_cancellable(probe->task), on_probe_erased, probe, &probe_tag);
    probe->store->ops->erase(probe->store, probe->name, !probe->store->never_ask, task);
}

void store_probe(Store *store, GCancellable *cancellable, GAsyncReadyCallback done, gpointer user)
{
    struct probe *probe = g_new0(struct probe, 1);
    g_autoptr(Secret) nonce = secret_new_random(6);
    g_autoptr(Secret) item = secret_new_random(32);
    probe->store = store_ref(store);
    probe->task = new_task(cancellable, done, user, &probe_tag);
    probe->name = g_strconcat(".probe-", secret_peek(nonce), NULL);
    GTask *task = new_task(cancellable, on_probe_saved, probe, &probe_tag);
    save_item(store, probe->name, item, !store->never_ask, task);
}

bool store_probe_finish(Store *store, GAsyncResult *result, GError **error)
{
    (void)store;
    g_return_val_if_fail(g_async_result_is_tagged(result, &probe_tag), false);
    return g_task_propagate_boolean(G_TASK(result), error);
}

/* ---- remedies ---- */

static const struct {
    int code;
    const char *sentence;
} remedies[] = {
    {PERCH_ERROR_STORE_ABSENT, N_("Start perch from your desktop session, or install and start "
                                  "gnome-keyring, then try again.")},
    {PERCH_ERROR_STORE_LOCKED,
     N_("Unlock the keyring, by logging in to the desktop or in its own window, then try again.")},
    {PERCH_ERROR_STORE_NO_COLLECTION,
     N_("Create a default keyring, in Passwords and Keys (seahorse) for example, then try again.")},
    {PERCH_ERROR_STORE_FAILED,
     N_("Try again; if it persists, restart the keyring service or log out and in.")},
    {PERCH_ERROR_STORE_DAMAGED,
     N_("Log in again: perch reauthorize NAME; or delete it: perch forget NAME --keep-grant")},
    {PERCH_ERROR_STORE_NEWER, N_("Update perch, then try again; nothing was changed.")},
};

const char *store_error_remedy(int code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(remedies); i++)
        if (remedies[i].code == code)
            return _(remedies[i].sentence);
    return "";
}
