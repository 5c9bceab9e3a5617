/* SPDX-License-Identifier: MIT */
#include "perch/tokens/refresh.h"
#include "registry.h"

/* A REST call that gets a second chance: a token may have been revoked before its time, and one
 * refresh tells that from a dead connection. */
struct rest_call {
    struct check_run *run;
    HttpRequest *(*build)(struct session *session);
    check_judge judge;
};

void check_fail_refresh(struct check_run *run, struct refresh_result *result)
{
    if (result->ok) {
        g_autofree char *text = refresh_unstored_text(result, run->session->connection->name);
        char *both = g_strdup_printf("%s %s", result->failure.message, text);
        g_free(result->failure.message);
        result->failure.message = both;
    }
    check_fail(run, &result->failure);
}

static void refreshed(struct refresh_result *result, gpointer user)
{
    g_autofree struct rest_call *call = user;
    struct check_run *run = call->run;
    if (!check_run_is_alive(run))
        return;
    /* An access token whose refresh token may be lost is not used. */
    if (!result->ok || (result->rotated && !result->stored && !run->session->memory_only))
        check_fail_refresh(run, result);
    else
        check_http(run, call->build(run->session), call->judge);
}

static void judge_first(struct check_run *run, const struct http_response *response)
{
    g_autofree struct rest_call *call = g_steal_pointer(&run->call);
    if (response->end != HTTP_ANSWERED) {
        check_fail_wire(run, response);
    } else if (response->status == 401 && run->session->secrets.refresh_token != NULL) {
        refresh_run(run->session, run->cancellable, refreshed, g_steal_pointer(&call));
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
