/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
#include "perch/base/text.h"
#include "registry.h"

/*
 * Calls the authorize endpoint without a browser: problems with consumer key or callback come as a
 * bare 400 page before any login (never at the callback). A login page, or a redirect to one, means
 * that both were accepted.
 */

static bool is_one_of(const char *code, const char *const *codes)
{
    return code != NULL && g_strv_contains(codes, code);
}

/* Whether the page looks like Salesforce's login page; a network may answer with one of its own. */
static bool is_login_page(const struct http_response *response)
{
    const char *type = http_response_header(response, "Content-Type");
    return type != NULL && g_str_has_prefix(type, "text/html") &&
           g_regex_match_simple("salesforce|force\\.com|login_form", response->body,
                                G_REGEX_CASELESS, 0);
}

/* Takes what the answer says against consumer key or callback: a refusal in a bare page or in a
 * redirect. TRUE: the answer is a verdict, even one without objection. */
static bool take_word(struct failure *failure, const struct http_response *response)
{
    static const char *const page_codes[] = {"html", "empty", "maintenance", "bad-answer", NULL};
    const char *location = http_response_header(response, "Location");
    const char *query = location == NULL ? NULL : strchr(location, '?');
    if (response->status / 100 == 3 && query != NULL && strstr(query, "error=") != NULL)
        failure_parse(failure, STAGE_AUTHORIZE, 400, query + 1, strlen(query + 1));
    else if (response->status >= 300 || !is_login_page(response))
        failure_from_response(failure, STAGE_AUTHORIZE, response);
    if (g_strcmp0(failure->code, "redirect") == 0) /* to the login page */
        failure_clear(failure);
    if (response->status / 100 == 2)
        return is_login_page(response);
    if (response->status / 100 == 3 || failure->code == NULL)
        return response->status < 400;
    /* Salesforce refuses with 400 and an OAuth error; other answers say nothing about the app. */
    return response->status == 400 && !is_one_of(failure->code, page_codes);
}

enum authorize_word authorize_word(const struct http_response *response,
                                   struct failure *ret_failure)
{
    *ret_failure = (struct failure){.stage = STAGE_AUTHORIZE};
    if (response->end != HTTP_ANSWERED || !take_word(ret_failure, response) ||
        g_strcmp0(ret_failure->code, "redirect-elsewhere") == 0)
        return WORD_NONE;
    return ret_failure->code == NULL ? WORD_ACCEPTED : WORD_REFUSED;
}

static void judge_authorize(struct check_run *run, const struct http_response *response)
{
    static const char *const key_codes[] = {"invalid_client_id", "invalid_client", "app_not_found",
                                            "OAUTH_EC_APP_NOT_FOUND", NULL};
    struct session *session = run->session;
    failure_clear(&session->probe);
    const bool asked = take_word(&session->probe, response);
    g_autoptr(GUri) uri = g_uri_parse(session->connection->login_url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri == NULL ? "" : g_uri_get_host(uri);
    if (!asked && response->status / 100 == 2 && g_strcmp0(session->probe.code, "html") != 0) {
        failure_clear(&session->probe);
        check_fail_own(run, STAGE_AUTHORIZE, "bad-answer",
                       _("The answer is neither a login page nor an error."));
    } else if (!asked || is_one_of(session->probe.code, key_codes)) {
        check_fail(run, &session->probe);
    } else if (g_strcmp0(session->probe.code, "redirect-elsewhere") == 0) {
        /* The org's own single sign-on, or a network's login page. */
        check_warn(run, NULL, _("%s did not say: %s"), host, session->probe.message);
        failure_clear(&session->probe);
    } else {
        check_ok(run, _("known to %s"), host);
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

/* How the app differs from its sheet, for a person who can change it now. In a script nobody reads
 * it; perch doctor reports it later. */
static const struct check_def comparison[] = {
    {"callbacks", N_("All callbacks"), false, {"consumer-key"}, check_other_callbacks},
    {"pkce", N_("PKCE"), false, {"callback"}, check_pkce},
    {"web-secret", N_("Login secret"), false, {"callback"}, check_web_secret},
    {"refresh-secret", N_("Refresh secret"), false, {"consumer-key"}, check_refresh_secret},
    {"secret", N_("Consumer secret"), true, {"callback"}, check_secret},
};

static void build(const struct session *session, GArray *checks)
{
    check_rows_add(checks, session, probe, G_N_ELEMENTS(probe));
    if (tokens_asks(session->tokens))
        check_rows_add(checks, session, comparison, G_N_ELEMENTS(comparison));
}

const struct check_list_def probe_checks = {.build = build};
