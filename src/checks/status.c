/* SPDX-License-Identifier: MIT */
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/rest/rest.h"
#include "registry.h"

/* Is a stored connection alive? The keyring, a token, one REST call. */

static void loaded(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    (void)source;
    if (!check_tokens_done(run, async))
        return;
    const char *provider = store_provider(tokens_store(run->session->tokens));
    const gint64 issued_at = session_secrets(run->session)->issued_at;
    if (issued_at <= 0) {
        check_ok(run, _("%s; one item, complete"), provider);
        return;
    }
    g_autofree char *when = clock_format(issued_at);
    check_evidence(run, "last_token", when);
    check_ok(run, _("%s; one item, complete; last token %.10s"), provider, when);
}

void check_item(struct check_run *run)
{
    check_waits_for_keyring(run);
    tokens_load(run->session->tokens, run->session->connection->name, run->cancellable, loaded,
                run);
}

static void refreshed(struct refresh_result *result, gpointer user)
{
    struct check_run *run = user;
    if (!check_run_is_alive(run))
        return;
    run->result->milliseconds = result->milliseconds;
    session_refreshed(run->session, result);
    if (!result->ok || result->unstored)
        check_fail_refresh(run, result);
    else
        check_ok(run, result->sent ? _("refreshed just now") : _("refreshed by another process"));
}

static void check_token(struct check_run *run)
{
    const struct secrets *secrets = session_secrets(run->session);
    gint64 now_ms = clock_wall_ms();
    if (secrets_are_good(secrets, now_ms))
        check_ok(run, _("valid for %lld minutes or more"),
                 (long long)((secrets->good_until - now_ms) / 60000));
    else
        check_refresh(run, NULL, refreshed, run);
}

/* Warn near the daily allowance, before a flow fails. */
enum { ALLOWANCE_WARN_PERCENT = 80 };

static void judge_limits(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    if (response->status != 200) {
        check_fail_response(run, STAGE_REST, FAILURE_OF_SERVICE, NULL, response);
        return;
    }
    if (session->api_allowed <= 0) {
        check_ok(run, _("answers"));
        return;
    }
    g_autofree char *used = text_number(session->api_used);
    g_autofree char *allowed = text_number(session->api_allowed);
    check_evidence_int(run, "api_used", session->api_used);
    check_evidence_int(run, "api_allowed", session->api_allowed);
    const gint64 percent = session->api_used * 100 / session->api_allowed;
    if (percent < ALLOWANCE_WARN_PERCENT)
        check_ok(run, _("answers; %s of %s API calls used today (%d%%)"), used, allowed,
                 (int)percent);
    else
        check_warn(run, NULL,
                   _("answers; %s of %s API calls used today (%d%%): at the limit every call is "
                     "refused, the flow's included"),
                   used, allowed, (int)percent);
}

static HttpRequest *limits_request(struct session *session)
{
    return rest_request("GET", session_base(session), session_version(session), "limits",
                        session_secrets(session)->access_token);
}

void check_api(struct check_run *run)
{
    check_rest(run, limits_request, judge_limits);
}

static void check_fresh_token(struct check_run *run)
{
    check_refresh(run, NULL, refreshed, run);
}

/* Nobody waits for it: an idle limit counts from the last refresh, and a login that is no longer
 * accepted is told before a flow needs it. */
static const struct check_def refresh[] = {
    {"keyring", N_("Keyring"), true, {NULL}, check_item},
    {"token", N_("Token"), true, {"keyring"}, check_fresh_token},
};
CHECK_LIST(refresh_checks, refresh);

/* Salesforce is said to accept expired certificates, or not: replaced before, it does not matter.
 */
void check_certificate(struct check_run *run)
{
    enum { WARN_DAYS = 60 };
    const Connection *connection = run->session->connection;
    const gint64 left = connection->certificate_ends - clock_wall_ms();
    g_autofree char *day = connection_certificate_end(connection);
    check_evidence(run, "ends", day);
    if (left > WARN_DAYS * G_GINT64_CONSTANT(86400000))
        check_ok(run, _("until %s"), day);
    else
        check_warn(run, NULL,
                   left > 0 ? _("ends on %s: make another with perch setup %s --new-key")
                            : _("ended on %s: make another with perch setup %s --new-key"),
                   day, connection->name);
}

/* ---- when the login ends, by a policy that was read ---- */

enum { SOON_DAYS = 14 };

static gint64 ends_at(const Connection *connection)
{
    return connection->ends_seconds > 0 && connection->logged_in_at > 0
               ? connection->logged_in_at + connection->ends_seconds * 1000
               : 0;
}

static void check_login_end(struct check_run *run)
{
    const Connection *connection = run->session->connection;
    const gint64 at = ends_at(connection), used = session_secrets(run->session)->issued_at;
    const gint64 end = at != 0 ? at : used + connection->idle_seconds * 1000;
    g_autofree char *when = clock_format(end);
    check_evidence(run, "ends", when);
    if (at == 0)
        check_ok(run, _("%.10s, unless it is used before"), when);
    else if (at - clock_wall_ms() > SOON_DAYS * CLOCK_DAY_MS)
        check_ok(run, _("%.10s at the latest"), when);
    else
        check_warn(run, NULL, _("%.10s at the latest; before that: perch reauthorize %s"), when,
                   connection->name);
}

static const struct check_def login_end[] = {
    {"login-end", N_("Login ends"), false, {"token"}, check_login_end},
};

static const struct check_def status[] = {
    {"keyring", N_("Keyring"), true, {NULL}, check_item},
    {"certificate", N_("Certificate"), false, {NULL}, check_certificate},
    {"token", N_("Token"), true, {"keyring"}, check_token},
};
static const struct check_def api[] = {
    {"api", N_("API access"), true, {"token"}, check_api},
};

static void build(const struct session *session, GArray *checks)
{
    const Connection *connection = session->connection;
    check_rows_add(checks, session, status, G_N_ELEMENTS(status));
    if (ends_at(connection) != 0 || connection->idle_seconds > 0)
        check_rows_add(checks, session, login_end, G_N_ELEMENTS(login_end));
    check_rows_add(checks, session, api, G_N_ELEMENTS(api));
}

const struct check_list_def status_checks = {.build = build};
