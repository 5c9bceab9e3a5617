/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/text.h"
#include "tokens_private.h"

/* The item is written under the new name before anything of the old one is deleted, so that any
 * failure leaves a complete connection. */
struct move {
    Tokens *from, *to;
    StoreLock *claims[2]; /* no set-up of either name is open */
    char *from_name, *to_name;
    bool draft;      /* it has no item */
    GError *problem; /* why the move fails; NULL = no problem so far */
    GTask *task;
};

static char move_tag;

static void finish(Tokens *tokens, const GError *error, gpointer user)
{
    struct move *move = user;
    (void)tokens;
    if (move->problem == NULL && error != NULL)
        move->problem = g_error_copy(error);
    tokens_leave(move->from);
    tokens_leave(move->to);
    tokens_close(move->from);
    tokens_close(move->to);
    if (move->problem == NULL)
        g_task_return_boolean(move->task, TRUE);
    else
        g_task_return_error(move->task, move->problem);
    g_object_unref(move->task);
    for (gsize i = 0; i < G_N_ELEMENTS(move->claims); i++)
        store_lock_free(move->claims[i]);
    g_free(move->from_name);
    g_free(move->to_name);
    g_free(move);
}

static void move_settings(struct move *move)
{
    const char *config_dir = move->from->config_dir;
    g_autoptr(Connection) connection =
        connections_load(config_dir, move->from_name, &move->problem);
    if (connection == NULL)
        return;
    connection_set(&connection->name, move->to_name);
    if (connections_save(config_dir, connection, &move->problem))
        connections_delete(config_dir, move->from_name, &move->problem);
}

static void written(Tokens *to, const GError *error, gpointer user)
{
    struct move *move = user;
    if (error == NULL)
        move_settings(move);
    else
        move->problem = g_error_copy(error);
    if (move->problem != NULL) { /* leave no copy of the login where nobody looks for it */
        connections_delete(to->config_dir, move->to_name, NULL);
        tokens_remove(to, NULL, finish, move);
        return;
    }
    /* The note about a request with a lost answer belongs to the token: move it along. */
    g_autofree char *note = store_lock_read_note(move->from->lock);
    store_lock_note(to->lock, note);
    tokens_remove(move->from, NULL, finish, move);
}

static void move_all(struct move *move)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Connection) other = connections_load(move->from->config_dir, move->to_name, &error);
    if (move->problem == NULL && !g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        g_set_error(&move->problem, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("There is already a connection named %s."), move->to_name);
    /* A copy of this login was left by a rename that was killed. */
    if (move->problem == NULL && move->to->kept.refresh_token != NULL &&
        !secret_equal(move->to->kept.refresh_token, move->from->kept.refresh_token))
        g_set_error(&move->problem, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("The keyring already has a login named %s. End it with: perch forget %s"),
                    move->to_name, move->to_name);
    if (move->problem == NULL && move->draft)
        move_settings(move);
    if (move->problem != NULL || move->draft)
        finish(move->from, NULL, move);
    else
        tokens_put(move->to, &move->from->secrets, SECRETS_ALL, true, NULL, written, move);
}

static void entered(Tokens *tokens, const GError *error, gpointer user);

static void enter(struct move *move, Tokens *tokens)
{
    tokens_enter(tokens, tokens == move->from ? move->from_name : move->to_name,
                 &(struct visit_terms){.kind = VISIT_LOCKS | VISIT_READS}, entered, move);
}

/* Takes the locks in the order of the names, so that two moves cannot deadlock. */
static void entered(Tokens *tokens, const GError *error, gpointer user)
{
    struct move *move = user;
    bool none = g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
    if (tokens == move->from)
        move->draft = none;
    if (error != NULL && !none && move->problem == NULL)
        move->problem = g_error_copy(error);
    bool from_first = strcmp(move->from_name, move->to_name) < 0;
    if (from_first == (tokens == move->from))
        enter(move, from_first ? move->to : move->from);
    else
        move_all(move);
}

void tokens_move(Store *store, const char *config_dir, const char *from, const char *to,
                 GAsyncReadyCallback done, gpointer user)
{
    struct move *move = g_new0(struct move, 1);
    move->task = g_task_new(NULL, NULL, done, user);
    g_task_set_source_tag(move->task, &move_tag);
    move->from = tokens_new(config_dir, store);
    move->to = tokens_new(config_dir, store);
    tokens_may_ask(move->from, true);
    tokens_may_ask(move->to, true);
    move->from_name = g_strdup(from);
    move->to_name = g_strdup(to);
    move->claims[0] = store_lock_setup(config_dir, from, &move->problem);
    if (move->problem == NULL)
        move->claims[1] = store_lock_setup(config_dir, to, &move->problem);
    enter(move, strcmp(from, to) < 0 ? move->from : move->to);
}

bool tokens_move_finish(GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_async_result_is_tagged(result, &move_tag), false);
    return g_task_propagate_boolean(G_TASK(result), error);
}
