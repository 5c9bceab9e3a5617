/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lists.h"
#include "perch/text.h"

/*
 * The authorize endpoint asked without a browser: problems of key and callback come as a bare 400
 * page before any login (never at the callback), a login page or a redirect to one means that both
 * were accepted.
 */

static bool is_one_of(const char *code, const char *const *codes)
{
    return code != NULL && g_strv_contains(codes, code);
}

static void judge_authorize(struct check_run *run, const struct http_response *response)
{
    static const char *const key_codes[] = {"invalid_client_id", "invalid_client", "app_not_found",
                                            "OAUTH_EC_APP_NOT_FOUND", NULL};
    struct session *session = run->session;
    const char *location = http_response_header(response, "Location");
    const char *query = location == NULL ? NULL : strchr(location, '?');
    failure_clear(&session->probe);
    if (response->status >= 400)
        failure_from_response(&session->probe, STAGE_AUTHORIZE, response);
    else if (query != NULL && strstr(query, "error=") != NULL)
        failure_parse(&session->probe, STAGE_AUTHORIZE, 400, "application/x-www-form-urlencoded",
                      query + 1, strlen(query + 1));
    if (response->status >= 400 && session->probe.code == NULL) {
        check_fail(run, &session->probe);
    } else if (is_one_of(session->probe.code, key_codes)) {
        check_fail(run, &session->probe);
    } else {
        g_autoptr(GUri) uri = g_uri_parse(session->connection->login_url, G_URI_FLAGS_NONE, NULL);
        check_ok(run, _("known to %s"), uri == NULL ? "" : g_uri_get_host(uri));
    }
}

void check_key(struct check_run *run)
{
    struct session *session = run->session;
    session_begin_login(session,
                        session->port != 0 ? session->port : session->connection->ports[0]);
    g_autofree char *url = session_authorize_url(session);
    check_http(run, http_request_new("GET", url), judge_authorize);
}

void check_callback(struct check_run *run)
{
    struct session *session = run->session;
    check_evidence(run, "callback", session->redirect_uri);
    if (session->probe.code == NULL) {
        check_ok(run, "%s", session->redirect_uri);
        return;
    }
    if (strcmp(session->probe.code, "redirect_uri_mismatch") == 0) {
        g_free(session->probe.message);
        session->probe.message =
            g_strdup_printf(_("%s is not in the app's list"), session->redirect_uri);
    }
    check_fail(run, &session->probe);
}

static const struct check_def probe[] = {
    {"consumer-key", N_("Consumer key"), true, {NULL}, check_key},
    {"callback", N_("Callback"), true, {"consumer-key"}, check_callback},
};
CHECK_LIST(probe_checks, probe);
