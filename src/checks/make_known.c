/* SPDX-License-Identifier: MIT */
#include "compare.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/checks/making.h"
#include "registry.h"

/* ---- the app is there ---- */

/* Salesforce knows a new app everywhere after 2 to 10 minutes, at times after 30. */
enum { KNOWN_MS = 30 * 60 * 1000, ASK_FIRST_MS = 2000, ASK_MOST_MS = 15000 };

static void ask_login_host(struct check_run *run);

static gboolean ask_again(gpointer user)
{
    struct check_run *run = user;
    if (check_run_is_alive(run))
        ask_login_host(run);
    return G_SOURCE_REMOVE;
}

static void judge_known(struct check_run *run, const struct http_response *response)
{
    struct failure failure;
    const gint64 waited_ms = clock_monotonic_ms() - run->result->started_ms;
    const enum authorize_word word = authorize_word(response, &failure);
    g_autofree char *waited = text_duration(waited_ms / 1000);
    if (word == WORD_ACCEPTED) {
        check_evidence_int(run, "waited_seconds", waited_ms / 1000);
        check_ok(run, waited_ms < ASK_FIRST_MS ? _("at once") : _("after %s"), waited);
        failure_clear(&failure);
    } else if (word == WORD_REFUSED && waited_ms < KNOWN_MS &&
               explain_cause(&failure, NULL) == CAUSE_CONSUMER_KEY_UNKNOWN) {
        failure_clear(&failure);
        check_waits(run, "%s", _("not yet; it takes 2 to 10 minutes"));
        g_timeout_add((guint)CLAMP(waited_ms / 4, ASK_FIRST_MS, ASK_MOST_MS), ask_again, run);
    } else if (word == WORD_REFUSED) {
        check_fail(run, &failure);
    } else {
        failure_clear(&failure);
        check_fail_response(run, STAGE_AUTHORIZE, FAILURE_OF_ANYTHING, NULL, response);
    }
}

static void ask_login_host(struct check_run *run)
{
    struct session *session = run->session;
    session_begin_login(session, session->connection->ports[0]);
    g_autofree char *url = session_authorize_url(session);
    check_http(run, http_request_new("GET", url), judge_known);
}

static void stored(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    (void)source;
    if (check_tokens_done(run, async))
        check_ok(run, _("stored and read back"));
}

static void check_secret_kept(struct check_run *run)
{
    check_waits_for_keyring(run);
    tokens_change(run->session->tokens, run->session->connection->name, SECRETS_APP,
                  run->cancellable, stored, run);
}

static const struct check_def made[] = {
    {"secret-kept", N_("Secret kept"), true, {NULL}, check_secret_kept},
    {"known", N_("Known to the login host"), true, {NULL}, ask_login_host},
    {"callbacks", N_("All callbacks"), false, {"known"}, check_other_callbacks},
    {"pkce", N_("PKCE"), false, {"known"}, check_pkce},
    {"web-secret", N_("Login secret"), false, {"known"}, check_web_secret},
    {"refresh-secret", N_("Refresh secret"), false, {"known"}, check_refresh_secret},
};

static void build_made(const struct session *session, GArray *checks)
{
    const bool kept = session_secrets(session)->client_secret != NULL;
    check_rows_add(checks, session, made + (kept ? 0 : 1), G_N_ELEMENTS(made) - (kept ? 0 : 1));
}

const struct check_list_def made_checks = {.build = build_made};
