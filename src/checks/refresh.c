/* SPDX-License-Identifier: MIT */
#include "perch/refresh.h"

#include <string.h>

#include "perch/check.h"
#include "perch/text.h"

struct refresh {
    struct session *session;
    GCancellable *cancellable;
    refresh_done done;
    gpointer user;
    StoreLock *lock;
    struct refresh_result result;
};

static void finish(struct refresh *refresh)
{
    store_lock_free(refresh->lock);
    refresh->done(&refresh->result, refresh->user);
    failure_clear(&refresh->result.failure);
    g_clear_object(&refresh->cancellable);
    g_free(refresh);
}

static void fail_error(struct refresh *refresh, const GError *error)
{
    failure_from_error(&refresh->result.failure, STAGE_TOKEN, error);
    finish(refresh);
}

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct refresh *refresh = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    refresh->result.ok = true;
    refresh->result.stored = store_save_finish(refresh->session->store, result, &error);
    if (error != NULL)
        failure_from_error(&refresh->result.failure, STAGE_MACHINE, error);
    else
        refresh->session->stored = true;
    finish(refresh);
}

static void answered(const struct http_response *response, gpointer user)
{
    struct refresh *refresh = user;
    struct session *session = refresh->session;
    struct token_answer answer;
    g_autoptr(GError) error = NULL;
    refresh->result.milliseconds = response->timing.total_ms;
    refresh->result.sent = true;
    if (response->end != HTTP_ANSWERED || response->status != 200) {
        failure_from_response(&refresh->result.failure, STAGE_TOKEN, response);
        finish(refresh);
        return;
    }
    if (!token_answer_parse(&answer, response->body, response->body_length,
                            session->connection->login_url, &error)) {
        fail_error(refresh, error);
        return;
    }
    session_take_answer(session, &answer, &refresh->result.rotated);
    if (session->memory_only) {
        refresh->result.ok = true;
        finish(refresh);
        return;
    }
    store_save(session->store, session->connection->name, &session->secrets, session->interactive,
               NULL, saved, refresh);
}

static void post(struct refresh *refresh)
{
    struct session *session = refresh->session;
    const Connection *connection = session->connection;
    if (session->secrets.refresh_token == NULL) {
        failure_own(&refresh->result.failure, STAGE_TOKEN, "no-refresh-token",
                    _("There is no refresh token for this connection."));
        finish(refresh);
        return;
    }
    http_send(session->http,
              token_refresh_request(connection->login_url, connection->client_id,
                                    session->secrets.client_secret, session->secrets.refresh_token),
              refresh->cancellable, answered, refresh);
}

/* What the keyring has now counts, unless this session holds newer tokens that it did not take. */
static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct refresh *refresh = user;
    struct session *session = refresh->session;
    struct secrets fresh = {0};
    g_autoptr(GError) error = NULL;
    (void)source;
    if (!store_load_finish(session->store, result, &fresh, &error)) {
        if (session->token_won && !session->stored) /* still only here: go on with it */
            post(refresh);
        else
            fail_error(refresh, error);
        return;
    }
    bool changed = session->secrets.access_token != NULL &&
                   !secret_equal(fresh.access_token, session->secrets.access_token);
    if (session->stored || session->secrets.refresh_token == NULL || !session->token_won) {
        secrets_clear(&session->secrets);
        session->secrets = fresh;
        if (changed) { /* somebody else refreshed while we waited for the lock */
            refresh->result.ok = refresh->result.stored = true;
            finish(refresh);
            return;
        }
    } else {
        secrets_clear(&fresh);
    }
    post(refresh);
}

static void locked(GObject *source, GAsyncResult *result, gpointer user)
{
    struct refresh *refresh = user;
    struct session *session = refresh->session;
    g_autoptr(GError) error = NULL;
    (void)source;
    refresh->lock = store_lock_take_finish(result, &error);
    if (refresh->lock == NULL) {
        fail_error(refresh, error);
        return;
    }
    if (session->memory_only)
        post(refresh);
    else
        store_load(session->store, session->connection->name, session->interactive,
                   refresh->cancellable, loaded, refresh);
}

void refresh_run(struct session *session, GCancellable *cancellable, refresh_done done,
                 gpointer user)
{
    struct refresh *refresh = g_new0(struct refresh, 1);
    refresh->session = session;
    refresh->cancellable = cancellable == NULL ? NULL : g_object_ref(cancellable);
    refresh->done = done;
    refresh->user = user;
    refresh->result.milliseconds = -1;
    store_lock_take(session->config_dir, session->connection->name, cancellable, locked, refresh);
}
