/* SPDX-License-Identifier: MIT */
#include "registry.h"

/* A REST call with a second try: an access token may have been revoked early, and one refresh
 * distinguishes that from a dead connection. */
struct rest_call {
    struct check_run *run;
    HttpRequest *(*build)(struct session *session);
    check_judge judge;
};

/* How long to retry a keyring that refuses new tokens while a person watches the list. */
enum { SAVE_MS = 1000 };

void check_refresh(struct check_run *run, const struct check_asker *asker, refresh_done done,
                   gpointer user)
{
    struct session *session = run->session;
    struct refresh_options options = {.save_ms = SAVE_MS};
    if (asker != NULL) {
        options.request = asker->request;
        options.answered = asker->answered;
        options.user = run;
    }
    tokens_refresh(session->tokens, session->http, session->connection, &options, run->cancellable,
                   done, user);
}

void check_fail_tokens(struct check_run *run, const GError *error)
{
    struct failure failure;
    tokens_failure(&failure, error);
    check_fail(run, &failure);
}

bool check_tokens_done(struct check_run *run, GAsyncResult *async)
{
    g_autoptr(GError) error = NULL;
    if (!check_run_is_alive(run))
        return false;
    if (tokens_finish(async, &error))
        return true;
    check_fail_tokens(run, error);
    return false;
}

void check_fail_refresh(struct check_run *run, struct refresh_result *result)
{
    if (result->ok) {
        g_autofree char *text = refresh_unstored_text(result, run->session->connection->name);
        failure_add(&result->failure, text);
    }
    check_fail(run, &result->failure);
}

static void refreshed(struct refresh_result *result, gpointer user)
{
    g_autofree struct rest_call *call = user;
    struct check_run *run = call->run;
    if (!check_run_is_alive(run))
        return;
    session_refreshed(run->session, result);
    /* Never use an access token whose refresh token may be lost. */
    if (!result->ok || (result->rotated && result->unstored))
        check_fail_refresh(run, result);
    else
        check_http(run, call->build(run->session), call->judge);
}

static void judge_first(struct check_run *run, const struct http_response *response)
{
    g_autofree struct rest_call *call = g_steal_pointer(&run->call);
    if (response->end != HTTP_ANSWERED) {
        check_fail_response(run, STAGE_MACHINE, FAILURE_OF_ANYTHING, NULL, response);
    } else if (response->status == 401 && session_can_renew(run->session)) {
        check_refresh(run, NULL, refreshed, g_steal_pointer(&call));
    } else {
        call->judge(run, response);
    }
}

void check_rest(struct check_run *run, HttpRequest *(*build)(struct session *session),
                check_judge judge)
{
    struct rest_call *call = g_new0(struct rest_call, 1);
    call->run = run;
    call->build = build;
    call->judge = judge;
    run->call = call;
    check_http_any(run, build(run->session), judge_first);
}
