/* SPDX-License-Identifier: MIT */
#include "perch/base/error.h"
#include "perch/base/source.h"
#include "perch/base/text.h"
#include "tokens_private.h"

/* The door to a connection's item. Within this process one visit at a time; between processes the
 * lock ensures that. */

enum { LOCK_MS = 60000, TELL_MS = 1000 };

struct visit {
    Tokens *tokens;
    char *name;
    struct visit_terms terms;
    tokens_entered entered;
    gpointer user;
    GCancellable *lock_wait; /* cancelled with cancellable, or when the wait takes too long */
    GSource *stop, *tell;
};

static GPtrArray *visits; /* struct visit *, all open ones; NULL = none */

static void visit_free(struct visit *visit)
{
    g_ptr_array_remove_fast(visits, visit);
    if (visits->len == 0)
        g_clear_pointer(&visits, g_ptr_array_unref);
    source_drop(&visit->stop);
    source_drop(&visit->tell);
    g_object_unref(visit->terms.cancellable);
    g_object_unref(visit->lock_wait);
    g_free(visit->name);
    g_free(visit);
}

/* ---- entering ---- */

static void enter_next(Tokens *tokens);

static void entered(struct visit *visit, const GError *error)
{
    g_autoptr(GError) gone = NULL;
    if (error == NULL && visit->tokens->closed)
        g_set_error_literal(&gone, PERCH_ERROR, PERCH_ERROR_CANCELLED, _("Cancelled."));
    visit->entered(visit->tokens, error != NULL ? error : gone, visit->user);
}

static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct visit *visit = user;
    struct secrets stored = {0};
    g_autoptr(GError) error = NULL;
    (void)source;
    if (store_load_finish(visit->tokens->store, result, &stored, &error))
        tokens_see(visit->tokens, &stored);
    else
        secrets_clear(&visit->tokens->kept);
    entered(visit, error);
}

static void look(struct visit *visit)
{
    Tokens *tokens = visit->tokens;
    if (g_strcmp0(tokens->name, visit->name) != 0) {
        secrets_clear(&tokens->kept);
        g_free(tokens->name);
        tokens->name = g_strdup(visit->name);
    }
    if (tokens->memory_only || !(visit->terms.kind & VISIT_READS))
        entered(visit, NULL);
    else
        store_load(tokens->store, visit->name, tokens->ask, visit->terms.cancellable, loaded,
                   visit);
}

static void locked(GObject *source, GAsyncResult *result, gpointer user)
{
    struct visit *visit = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    visit->tokens->lock = store_lock_take_finish(result, &error);
    source_drop(&visit->stop);
    source_drop(&visit->tell);
    if (visit->tokens->lock != NULL) {
        look(visit);
        return;
    }
    if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_CANCELLED) &&
        !g_cancellable_is_cancelled(visit->terms.cancellable)) {
        g_clear_error(&error);
        g_set_error_literal(&error, PERCH_ERROR, PERCH_ERROR_BUSY,
                            _("Another perch process has held this connection's lock for a "
                              "minute."));
    }
    entered(visit, error);
}

static gboolean on_cancelled(GCancellable *cancellable, gpointer user)
{
    const struct visit *visit = user;
    (void)cancellable;
    g_cancellable_cancel(visit->lock_wait);
    return G_SOURCE_REMOVE;
}

static gboolean on_too_long(gpointer user)
{
    const struct visit *visit = user;
    g_cancellable_cancel(visit->lock_wait);
    return G_SOURCE_REMOVE;
}

static gboolean on_wait(gpointer user)
{
    struct visit *visit = user;
    source_drop(&visit->tell);
    if (visit->terms.waiting != NULL)
        visit->terms.waiting(visit->user);
    visit->tell = source_attach(g_timeout_source_new(LOCK_MS - TELL_MS),
                                g_main_context_get_thread_default(), on_too_long, visit);
    return G_SOURCE_REMOVE;
}

static gboolean begin(gpointer user)
{
    struct visit *visit = user;
    Tokens *tokens = visit->tokens;
    source_drop(&visit->tell);
    if (tokens->lock != NULL || !(visit->terms.kind & VISIT_LOCKS)) {
        look(visit);
        return G_SOURCE_REMOVE;
    }
    visit->tell = source_attach(g_timeout_source_new(TELL_MS), g_main_context_get_thread_default(),
                                on_wait, visit);
    visit->stop =
        source_attach(g_cancellable_source_new(visit->terms.cancellable),
                      g_main_context_get_thread_default(), G_SOURCE_FUNC(on_cancelled), visit);
    store_lock_take(tokens->config_dir, visit->name, visit->lock_wait, locked, visit);
    return G_SOURCE_REMOVE;
}

static void enter_next(Tokens *tokens)
{
    tokens->visit = g_queue_pop_head(&tokens->waiting);
    if (tokens->visit != NULL)
        tokens->visit->tell = source_attach(
            g_idle_source_new(), g_main_context_get_thread_default(), begin, tokens->visit);
}

void tokens_enter(Tokens *tokens, const char *name, const struct visit_terms *terms,
                  tokens_entered on_entered, gpointer user)
{
    struct visit *visit = g_new0(struct visit, 1);
    *visit = (struct visit){.tokens = tokens_ref(tokens),
                            .name = g_strdup(name),
                            .terms = *terms,
                            .entered = on_entered,
                            .user = user,
                            .lock_wait = g_cancellable_new()};
    visit->terms.cancellable =
        terms->cancellable == NULL ? g_cancellable_new() : g_object_ref(terms->cancellable);
    if (visits == NULL)
        visits = g_ptr_array_new();
    g_ptr_array_add(visits, visit);
    g_queue_push_tail(&tokens->waiting, visit);
    if (tokens->visit == NULL)
        enter_next(tokens);
}

void tokens_leave(Tokens *tokens)
{
    g_clear_pointer(&tokens->visit, visit_free);
    if (!tokens->keeps_lock)
        tokens_let_go(tokens);
    enter_next(tokens);
    tokens_unref(tokens);
}

void tokens_settle(void)
{
    for (guint i = 0; visits != NULL && i < visits->len; i++) {
        const struct visit *visit = visits->pdata[i];
        g_cancellable_cancel(visit->terms.cancellable);
    }
    while (visits != NULL)
        g_main_context_iteration(NULL, TRUE);
}

/* ---- writing ---- */

struct put {
    Tokens *tokens;
    struct secrets item;
    guint parts;
    GCancellable *cancellable;
    tokens_put_done done;
    gpointer user;
};

static void end_put(struct put *put, const GError *error)
{
    put->done(put->tokens, error, put->user);
    secrets_clear(&put->item);
    g_clear_object(&put->cancellable);
    g_free(put);
}

/* The item was written and read back: it is now the known content of the keyring, and the tokens in
 * memory are safe. */
static void settle_put(struct put *put)
{
    Tokens *tokens = put->tokens;
    secrets_clear(&tokens->kept);
    secrets_copy(&tokens->kept, &put->item);
    if (!(put->parts & SECRETS_TOKENS))
        return;
    if (tokens->state == TOKENS_WON &&
        secret_equal(tokens->secrets.refresh_token, put->item.refresh_token))
        tokens->state = TOKENS_STORED;
    rescue_done(tokens->rescue);
    store_lock_note(tokens->lock, NULL);
    tokens->keeps_lock = false;
    if (tokens->guards_secrets &&
        secret_equal(tokens->secrets.refresh_token, put->item.refresh_token) &&
        !rescue_ends_former(tokens->guard, tokens->former))
        tokens_unguard(tokens);
}

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct put *put = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (store_save_finish(put->tokens->store, result, &error))
        settle_put(put);
    end_put(put, error);
}

static struct put *put_new(Tokens *tokens, GCancellable *cancellable, tokens_put_done done,
                           gpointer user)
{
    struct put *put = g_new0(struct put, 1);
    *put = (struct put){.tokens = tokens,
                        .cancellable = cancellable == NULL ? NULL : g_object_ref(cancellable),
                        .done = done,
                        .user = user};
    return put;
}

void tokens_put(Tokens *tokens, const struct secrets *from, guint parts, bool ask,
                GCancellable *cancellable, tokens_put_done done, gpointer user)
{
    struct put *put = put_new(tokens, cancellable, done, user);
    put->parts = parts;
    secrets_copy(&put->item, &tokens->kept);
    secrets_merge(&put->item, from, parts);
    if (tokens->memory_only)
        end_put(put, NULL);
    else
        store_save(tokens->store, tokens->name, &put->item, ask, cancellable, saved, put);
}

/* ---- removing ---- */

static void is_gone(GObject *source, GAsyncResult *result, gpointer user)
{
    struct put *put = user;
    Tokens *tokens = put->tokens;
    struct secrets stored = {0};
    g_autoptr(GError) error = NULL;
    (void)source;
    if (store_load_finish(tokens->store, result, &stored, &error)) {
        secrets_clear(&stored);
        g_set_error_literal(&error, PERCH_ERROR, PERCH_ERROR_STORE_FAILED,
                            _("The keyring says that the item is deleted, but still returns it."));
    } else if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND)) {
        g_clear_error(&error);
        secrets_clear(&tokens->secrets);
        secrets_clear(&tokens->kept);
        tokens->state = TOKENS_NONE;
        store_lock_note(tokens->lock, NULL);
    }
    end_put(put, error);
}

static void erased(GObject *source, GAsyncResult *result, gpointer user)
{
    struct put *put = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (store_erase_finish(put->tokens->store, result, &error))
        store_load(put->tokens->store, put->tokens->name, false, put->cancellable, is_gone, put);
    else
        end_put(put, error);
}

void tokens_remove(Tokens *tokens, GCancellable *cancellable, tokens_put_done done, gpointer user)
{
    struct put *put = put_new(tokens, cancellable, done, user);
    store_erase(tokens->store, tokens->name, cancellable, erased, put);
}

/* ---- public functions ---- */

struct call {
    Tokens *tokens;
    guint parts;
};

static char call_tag;

static void call_free(gpointer data)
{
    struct call *call = data;
    tokens_unref(call->tokens);
    g_free(call);
}

static void end_call(GTask *task, const GError *error)
{
    const struct call *call = g_task_get_task_data(task);
    tokens_leave(call->tokens);
    if (error == NULL)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, g_error_copy(error));
    g_object_unref(task);
}

static void open_door(Tokens *tokens, const char *name, guint kind, guint parts,
                      GCancellable *cancellable, tokens_entered on_entered,
                      GAsyncReadyCallback done, gpointer user)
{
    GTask *task = g_task_new(NULL, cancellable, done, user);
    struct call *call = g_new0(struct call, 1);
    *call = (struct call){tokens_ref(tokens), parts};
    g_task_set_source_tag(task, &call_tag);
    g_task_set_check_cancellable(task, FALSE);
    g_task_set_task_data(task, call, call_free);
    tokens_enter(tokens, name, &(struct visit_terms){.kind = kind, .cancellable = cancellable},
                 on_entered, task);
}

bool tokens_finish(GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_async_result_is_tagged(result, &call_tag), false);
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void has_ended(Tokens *tokens, const GError *error, gpointer user)
{
    (void)tokens;
    end_call(user, error);
}

void tokens_load(Tokens *tokens, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user)
{
    open_door(tokens, name, VISIT_READS, 0, cancellable, has_ended, done, user);
}

static void has_locked(Tokens *tokens, const GError *error, gpointer user)
{
    tokens->keeps_lock = tokens->lock != NULL;
    end_call(user, error);
}

void tokens_hold(Tokens *tokens, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user)
{
    open_door(tokens, name, VISIT_LOCKS | VISIT_READS, 0, cancellable, has_locked, done, user);
}

static void to_change(Tokens *tokens, const GError *error, gpointer user)
{
    const struct call *call = g_task_get_task_data(user);
    bool replaces = call->parts == SECRETS_ALL &&
                    g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_DAMAGED);
    if (tokens->lock == NULL ||
        (error != NULL && !replaces && !g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND)))
        end_call(user, error);
    else
        tokens_put(tokens, &tokens->secrets, call->parts, tokens->ask, g_task_get_cancellable(user),
                   has_ended, user);
}

void tokens_change(Tokens *tokens, const char *name, guint parts, GCancellable *cancellable,
                   GAsyncReadyCallback done, gpointer user)
{
    open_door(tokens, name, VISIT_LOCKS | VISIT_READS, parts, cancellable, to_change, done, user);
}

static void to_erase(Tokens *tokens, const GError *error, gpointer user)
{
    if (error != NULL)
        end_call(user, error);
    else
        tokens_remove(tokens, g_task_get_cancellable(user), has_ended, user);
}

void tokens_erase(Tokens *tokens, const char *name, GCancellable *cancellable,
                  GAsyncReadyCallback done, gpointer user)
{
    open_door(tokens, name, VISIT_LOCKS, 0, cancellable, to_erase, done, user);
}
