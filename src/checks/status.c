/* SPDX-License-Identifier: MIT */
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/rest/rest.h"
#include "perch/tokens/refresh.h"
#include "registry.h"

/* Is a stored connection alive? The keyring, a token, one REST call. */

static void loaded(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GError) error = NULL;
    struct secrets secrets = {0};
    (void)source;
    if (!check_run_is_alive(run))
        return;
    if (!store_load_finish(run->session->store, async, &secrets, &error)) {
        if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
            check_fail_own(run, STAGE_TOKEN, "not-authorized",
                           _("The keyring has no token for this connection."));
        else
            check_fail_error(run, STAGE_MACHINE, error);
        return;
    }
    secrets_clear(&run->session->secrets);
    run->session->secrets = secrets;
    run->session->stored = true;
    check_ok(run, _("%s; one item, complete"), store_provider(run->session->store));
}

void check_item(struct check_run *run)
{
    check_waits_for_keyring(run);
    store_load(run->session->store, run->session->connection->name, run->session->interactive,
               run->cancellable, loaded, run);
}

static void refreshed(struct refresh_result *result, gpointer user)
{
    struct check_run *run = user;
    if (!check_run_is_alive(run))
        return;
    run->result->milliseconds = result->milliseconds;
    if (!result->ok || !result->stored)
        check_fail_refresh(run, result);
    else
        check_ok(run, result->sent ? _("refreshed just now") : _("refreshed by another process"));
}

static void check_token(struct check_run *run)
{
    const struct secrets *secrets = &run->session->secrets;
    gint64 now_ms = clock_wall_ms();
    if (secrets_are_good(secrets, now_ms))
        check_ok(run, _("valid for %lld minutes or more"),
                 (long long)((secrets->good_until - now_ms) / 60000));
    else
        refresh_run(run->session, run->cancellable, refreshed, run);
}

/* Who comes near the allowance of a day should know before a flow does. */
enum { ALLOWANCE_WARN_PERCENT = 80 };

static void judge_limits(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    if (response->status != 200) {
        struct failure failure;
        failure_from_response(&failure, STAGE_REST, response);
        failure.target = FAILURE_OF_SERVICE;
        check_fail(run, &failure);
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
                        session->secrets.access_token);
}

void check_api(struct check_run *run)
{
    check_rest(run, limits_request, judge_limits);
}

static const struct check_def status[] = {
    {"keyring", N_("Keyring"), true, {NULL}, check_item},
    {"token", N_("Token"), true, {"keyring"}, check_token},
    {"api", N_("API access"), true, {"token"}, check_api},
};
CHECK_LIST(status_checks, status);
