/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/oauth/oauth.h"
#include "demo_org/org/policy.h"
#include "demo_org/org/scopes.h"
#include "demo_org/server/pages.h"

enum { CHALLENGE_LENGTH = 43, PENDING_MINUTES = 60 };

#define APPROVAL_PAGE "/setup/secur/RemoteAccessAuthorizationPage.apexp"

/* Pages that do not lead back to the program. */
static const char *const pages[] = {
    [AT_ERROR_PAGE] = "/setup/secur/RemoteAccessErrorPage.apexp",
    [AT_VERIFICATION] = PAGE_VERIFICATION,
    [AT_SAML_ERROR] = PAGE_SSO_ERROR,
};

/* Before login the callback cannot be trusted: answers one line on Salesforce's own host, without a
 * content type. */
static void bare_error(struct response *response, const char *error, const char *description)
{
    g_autofree char *encoded = url_encode(description);
    g_autofree char *line = g_strdup_printf("error=%s&error_description=%s", error, encoded);
    response_text(response, 400, NULL, line);
}

static bool is_known(const struct state *state, const struct app *app)
{
    return app != NULL && state_now(state) >= app->known_from_ms;
}

static bool challenge_valid(const char *challenge)
{
    return strlen(challenge) == CHALLENGE_LENGTH &&
           strspn(challenge, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               CHALLENGE_LENGTH;
}

/* All of Salesforce's checks before the login page. */
static bool refuse_bare(const struct state *state, const struct request *request,
                        const struct app *app, struct response *response)
{
    const char *redirect_uri = request_param(request, "redirect_uri");
    const char *challenge = request_param(request, "code_challenge");
    const char *method = request_param(request, "code_challenge_method");
    if (strcmp(request->method, "POST") == 0)
        bare_error(response, "invalid_request", "must use HTTP GET");
    else if (!is_known(state, app))
        bare_error(response, "invalid_client_id", "client identifier invalid");
    else if (redirect_uri == NULL || *redirect_uri == '\0')
        bare_error(response, "redirect_uri_missing", "redirect_uri not provided");
    else if (!list_has(app->callbacks, redirect_uri))
        bare_error(response, "redirect_uri_mismatch", "redirect_uri must match configuration");
    else if (g_strcmp0(request_param(request, "response_type"), "code") != 0 || !app->oauth_enabled)
        bare_error(response, "unsupported_response_type", "response type is not supported");
    else if ((challenge == NULL || *challenge == '\0') &&
             (app->pkce_required || state->org->pkce_required))
        bare_error(response, "invalid_request", "missing required code challenge");
    else if (challenge != NULL && *challenge != '\0' &&
             ((method != NULL && strcmp(method, "S256") != 0) || !challenge_valid(challenge)))
        bare_error(response, "invalid_request", "invalid code challenge");
    else
        return false;
    return true;
}

static void forget_old_pending(struct state *state)
{
    GPtrArray *set = state->sets[KIND_pending];
    while (set->len > 0) {
        const struct pending *oldest = g_ptr_array_index(set, 0);
        if (state_now(state) - oldest->created_ms < PENDING_MINUTES * 60000)
            return;
        state_remove(state, KIND_pending, oldest->name);
    }
}

static bool has_word(const char *words, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(words != NULL ? words : "", " ", -1);
    return g_strv_contains((const char *const *)parts, word);
}

static struct pending *remember(struct state *state, const struct request *request,
                                const struct app *app)
{
    forget_old_pending(state);
    g_autofree char *source = token_make("CAAAA", 64);
    struct pending *pending = state_add_pending(state, source);
    const struct {
        char **member;
        const char *param;
    } copies[] = {{&pending->redirect_uri, "redirect_uri"},
                  {&pending->state, "state"},
                  {&pending->challenge, "code_challenge"},
                  {&pending->nonce, "nonce"},
                  {&pending->scope, "scope"},
                  {&pending->login_hint, "login_hint"}};
    text_set(&pending->app, app->name);
    for (gsize i = 0; i < G_N_ELEMENTS(copies); i++)
        if (request_param(request, copies[i].param) != NULL)
            text_set(copies[i].member, request_param(request, copies[i].param));
    pending->has_state = request_param(request, "state") != NULL;
    pending->has_scope = request_param(request, "scope") != NULL && *pending->scope != '\0';
    pending->ask_login = has_word(request_param(request, "prompt"), "login") ||
                         has_word(request_param(request, "prompt"), "select_account");
    pending->ask_consent = has_word(request_param(request, "prompt"), "consent");
    pending->immediate = g_strcmp0(request_param(request, "immediate"), "true") == 0;
    pending->created_ms = state_now(state);
    return pending;
}

void oauth_authorize(struct state *state, struct request *request, struct response *response)
{
    const struct app *app = state_find_key(state, request_param(request, "client_id"));
    if (refuse_bare(state, request, app, response))
        return;
    const struct pending *pending = remember(state, request, app);
    g_autoptr(GString) url = g_string_new(APPROVAL_PAGE);
    url_add_param(url, "source", pending->name);
    response_redirect(response, url->str);
}

/* Salesforce writes blanks in a callback's query as '+'. */
static void add_plus_param(GString *url, const char *name, const char *value)
{
    g_autofree char *encoded = url_encode(value);
    g_auto(GStrv) words = g_strsplit(encoded, "%20", -1);
    g_autofree char *joined = g_strjoinv("+", words);
    g_string_append_printf(url, "%c%s=%s", strchr(url->str, '?') == NULL ? '?' : '&', name, joined);
}

/* Redirects to the callback (or Salesforce's own error page) with an error; ends the pending
 * authorization. */
static void finish_refused(struct state *state, struct pending *pending, enum refusal_place place,
                           const char *error, const char *description, struct response *response)
{
    const bool callback = place == AT_CALLBACK;
    g_autoptr(GString) url = g_string_new(callback ? pending->redirect_uri : pages[place]);
    if (error != NULL) {
        add_plus_param(url, "error", error);
        add_plus_param(url, "error_description", description);
    }
    if (callback && pending->has_state)
        url_add_param(url, "state", pending->state);
    response_redirect(response, url->str);
    state_remove(state, KIND_pending, pending->name);
}

static GPtrArray *wanted_scopes(const struct app *app, const struct pending *pending)
{
    if (pending->has_scope)
        return scope_parse(pending->scope);
    g_autofree char *all = scope_text(app->scopes);
    return scope_parse(all);
}

static void finish_code(struct state *state, const struct user *user, struct pending *pending,
                        GPtrArray *scopes, struct response *response)
{
    g_autofree char *random = token_make("aPrx", 74);
    g_autofree char *value = g_strconcat(random, "==", NULL);
    struct code *code = state_add_code(state, value);
    text_set(&code->user, user->name);
    text_set(&code->app, pending->app);
    text_set(&code->redirect_uri, pending->redirect_uri);
    text_set(&code->challenge, pending->challenge);
    text_set(&code->nonce, pending->nonce);
    for (guint i = 0; i < scopes->len; i++)
        list_add(code->scopes, g_ptr_array_index(scopes, i));
    code->created_ms = state_now(state);
    g_autoptr(GString) url = g_string_new(pending->redirect_uri);
    url_add_param(url, "code", code->name);
    if (pending->has_state)
        url_add_param(url, "state", pending->state);
    response_redirect(response, url->str);
    state_remove(state, KIND_pending, pending->name);
}

static bool covers(const GPtrArray *granted, const GPtrArray *wanted)
{
    for (guint i = 0; i < wanted->len; i++)
        if (!list_has(granted, g_ptr_array_index(wanted, i)))
            return false;
    return true;
}

static bool approved_before(const struct state *state, const struct user *user,
                            const struct app *app, const GPtrArray *scopes)
{
    if (strcmp(app->permitted_users, "admin") == 0)
        return true;
    STATE_EACH(grant, grant, state)
    if (strcmp(grant->user, user->name) == 0 && strcmp(grant->app, app->name) == 0 &&
        covers(grant->scopes, scopes))
        return true;
    return false;
}

/* Finds the pending authorization, logged-in user and app of a request to the approval page. false
 * when it has answered instead. */
static bool approval_begin(struct state *state, struct request *request, struct response *response,
                           struct pending **ret_pending, struct browser **ret_browser)
{
    struct pending *pending = state_find_pending(state, request_field(request, "source"));
    if (pending == NULL || state_find_app(state, pending->app) == NULL) {
        page_message(response, 400, "This request is no longer valid",
                     "Go back to the program that you came from and start again.");
        return false;
    }
    struct browser *browser = page_browser(state, request);
    if (browser != NULL && pending->ask_login && browser->created_ms < pending->created_ms)
        browser = NULL;
    if (browser == NULL && pending->immediate) {
        finish_refused(state, pending, AT_CALLBACK, "immediate_unsuccessful",
                       "immediate unsuccessful", response);
        return false;
    }
    if (browser == NULL) {
        g_autoptr(GString) here = g_string_new(APPROVAL_PAGE);
        url_add_param(here, "source", pending->name);
        page_ask_login(response, here->str, pending->login_hint);
        return false;
    }
    *ret_pending = pending;
    *ret_browser = browser;
    return true;
}

/* Whether the state of the org forbids the login; then it has been answered. */
static bool refused(struct state *state, struct pending *pending, const struct subject *subject,
                    struct response *response)
{
    const struct refusal *refusal = policy_authorize(subject);
    if (refusal == NULL)
        return false;
    state_log_login(state, subject->user, subject->app->label, "Remote Access 2.0",
                    policy_history(subject), subject->remote);
    finish_refused(state, pending, refusal->place, refusal->code, refusal->text, response);
    return true;
}

void oauth_approval_page(struct state *state, struct request *request, struct response *response)
{
    struct pending *pending;
    struct browser *browser;
    if (!approval_begin(state, request, response, &pending, &browser))
        return;
    const struct user *user = state_find_user(state, browser->user);
    const struct app *app = state_find_app(state, pending->app);
    g_autoptr(GPtrArray) scopes = wanted_scopes(app, pending);
    const struct subject subject = {state, app, user, scopes, request->remote};
    if (refused(state, pending, &subject, response))
        return;
    if (approved_before(state, user, app, scopes) && !pending->ask_consent)
        finish_code(state, user, pending, scopes, response);
    else if (pending->immediate)
        finish_refused(state, pending, AT_CALLBACK, "immediate_unsuccessful",
                       "immediate unsuccessful", response);
    else
        page_consent(state, browser, app, pending, scopes, response);
}

void oauth_approval_decision(struct state *state, struct request *request,
                             struct response *response)
{
    struct pending *pending;
    struct browser *browser;
    if (!approval_begin(state, request, response, &pending, &browser) ||
        !page_confirmed(browser, request, response))
        return;
    const struct user *user = state_find_user(state, browser->user);
    const struct app *app = state_find_app(state, pending->app);
    g_autoptr(GPtrArray) scopes = wanted_scopes(app, pending);
    const struct subject subject = {state, app, user, scopes, request->remote};
    if (refused(state, pending, &subject, response))
        return;
    if (g_strcmp0(pairs_get(request->form, "decision"), "approve") == 0)
        finish_code(state, user, pending, scopes, response);
    else
        finish_refused(state, pending, AT_CALLBACK, "access_denied",
                       "end-user denied authorization", response);
}
