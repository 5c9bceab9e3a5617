/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/oauth/jwt.h"
#include "demo_org/oauth/token.h"

/* Logins without a person: client credentials and JWT bearer. Neither returns a refresh token. */

enum { ASSERTION_SECONDS = 180 };

/* Salesforce's CLI gives the end of its assertion in milliseconds, which orgs accept. */
static const gint64 first_milliseconds = 100000000000;

/* ---- the host ---- */

static bool is_login_host(const char *host)
{
    return strcmp(host, "login.salesforce.com") == 0 || strcmp(host, "test.salesforce.com") == 0;
}

static bool is_setup_host(const char *host)
{
    return g_str_has_suffix(host, ".salesforce-setup.com");
}

static bool is_force_host(const char *host)
{
    return g_str_has_suffix(host, ".force.com");
}

/* The request's host without port, in lower case. Owned by the caller. */
static char *host_of(const struct request *request)
{
    const char *header = request_header(request, "Host");
    char *host = g_ascii_strdown(header != NULL ? header : "", -1);
    *strchrnul(host, ':') = '\0';
    return host;
}

/* Client credentials require the My Domain host; refuses any other. */
static bool wrong_host(const struct request *request, struct response *response)
{
    static const struct {
        bool (*is)(const char *host);
        const char *error, *text;
    } hosts[] = {{is_login_host, "invalid_grant", "request not supported on this domain"},
                 {is_setup_host, "invalid_grant", "request not supported on this domain"},
                 {is_force_host, "unsupported_grant_type", "grant type not supported"}};
    g_autofree char *host = host_of(request);
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++)
        if (hosts[i].is(host)) {
            oauth_error(response, 400, hosts[i].error, hosts[i].text);
            return true;
        }
    return false;
}

/* ---- client credentials ---- */

static GPtrArray *scopes_without(const struct app *app, const char *const *left_out)
{
    GPtrArray *scopes = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < app->scopes->len; i++)
        if (!g_strv_contains(left_out, g_ptr_array_index(app->scopes, i)))
            list_add(scopes, g_ptr_array_index(app->scopes, i));
    return scopes;
}

void token_client_credentials(struct state *state, struct request *request,
                              struct response *response)
{
    static const char *const left_out[] = {"full", "web", "refresh_token", NULL};
    if (wrong_host(request, response))
        return;
    const struct app *app = oauth_client(state, request, response, true);
    if (app == NULL)
        return;
    if (request_field(request, "scope") != NULL) {
        oauth_error(response, 400, "invalid_request", "scope parameter not supported");
        return;
    }
    g_autoptr(GPtrArray) scopes = scopes_without(app, left_out);
    struct user *user = state_find_user(state, app->run_as);
    const struct subject subject = {state, app, user, scopes, request->remote};
    if (user != NULL)
        state_count_login(state, user);
    if (token_refused(state, &subject, policy_client_credentials(&subject), response))
        return;
    const struct token_extras extras = {.sealed = true};
    token_answer(state, token_session(state, app, user, NULL, scopes), &extras, response);
}

/* ---- JWT bearer ---- */

static bool is_own_address(const struct state *state, const char *audience)
{
    return g_strcmp0(audience, state->instance_url) == 0 ||
           g_strcmp0(audience, state->public_url) == 0;
}

static bool is_login_address(const char *audience)
{
    return audience != NULL && g_str_has_prefix(audience, "https://") &&
           is_login_host(audience + strlen("https://"));
}

/* Since 2026 External Client Apps are only found through My Domain, as audience and as host. */
static bool wrong_audience(const struct state *state, const struct request *request,
                           const struct app *app, const char *audience, struct response *response)
{
    g_autofree char *host = host_of(request);
    const bool generic = is_login_address(audience);
    if (strcmp(app->kind, "eca") == 0 && (generic || is_login_host(host))) {
        oauth_error(response, 400, "app_not_found",
                    "External client app is not installed in this org");
        return true;
    }
    if (generic || is_own_address(state, audience))
        return false;
    oauth_error(response, 400, "invalid_grant", "audience is invalid");
    return true;
}

static bool in_time(const struct state *state, const Json *claims)
{
    const gint64 ends = json_get_int(claims, "exp", 0), now = state_now(state) / 1000;
    return ends > now && (ends <= now + ASSERTION_SECONDS || ends >= first_milliseconds);
}

bool token_client_signed(const struct state *state, const struct app *app, const char *assertion)
{
    g_autoptr(Json) claims = jwt_claims(assertion);
    g_autofree char *endpoint = g_strconcat(state->public_url, "/services/oauth2/token", NULL);
    const char *audience = json_get_string(claims, "aud");
    return app->jwt_bearer && g_strcmp0(json_get_string(claims, "iss"), app->key) == 0 &&
           g_strcmp0(json_get_string(claims, "sub"), app->key) == 0 &&
           (is_own_address(state, audience) || g_strcmp0(audience, endpoint) == 0) &&
           in_time(state, claims) && jwt_signed_by(assertion, app->certificate);
}

/* The app of a valid assertion; NULL, with an answer, for an invalid one. */
static const struct app *app_of(const struct state *state, const struct request *request,
                                const Json *claims, struct response *response)
{
    const char *assertion = request_field(request, "assertion");
    const struct app *app = state_find_key(state, json_get_string(claims, "iss"));
    if (claims == NULL) {
        oauth_error(response, 400, "invalid_grant", "invalid assertion");
        return NULL;
    }
    if (app == NULL || state_now(state) < app->known_from_ms) {
        oauth_error(response, 400, "invalid_client_id", "client identifier invalid");
        return NULL;
    }
    if (wrong_audience(state, request, app, json_get_string(claims, "aud"), response))
        return NULL;
    if (!app->jwt_bearer || !jwt_signed_by(assertion, app->certificate)) {
        oauth_error(response, 400, "invalid_grant", "invalid assertion");
        return NULL;
    }
    if (!in_time(state, claims)) {
        oauth_error(response, 400, "invalid_grant", "expired authorization code");
        return NULL;
    }
    return app;
}

void token_jwt_bearer(struct state *state, struct request *request, struct response *response)
{
    static const char *const left_out[] = {"refresh_token", NULL};
    g_autoptr(Json) claims = jwt_claims(request_field(request, "assertion"));
    const struct app *app = app_of(state, request, claims, response);
    if (app == NULL)
        return;
    const char *older = json_get_string(claims, "prn");
    struct user *user =
        state_find_user(state, older != NULL ? older : json_get_string(claims, "sub"));
    g_autoptr(GPtrArray) scopes = scopes_without(app, left_out);
    const struct subject subject = {state, app, user, scopes, request->remote};
    if (user != NULL)
        state_count_login(state, user);
    if (token_refused(state, &subject, policy_jwt(&subject), response))
        return;
    const struct token_extras extras = {0};
    token_answer(state, token_session(state, app, user, NULL, scopes), &extras, response);
}
