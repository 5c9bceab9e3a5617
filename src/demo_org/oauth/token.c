/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/oauth/jwt.h"
#include "demo_org/oauth/token.h"
#include "demo_org/org/scopes.h"
#include "perch/base/secret.h"
#include "perch/base/typed.h"

#define CLIENT_ASSERTION "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

enum { ACCESS_LENGTH = 112, REFRESH_LENGTH = 87, ID_TOKEN_SECONDS = 120 };

static const gint64 day_ms = 86400000, idle_limit_ms = 30 * G_GINT64_CONSTANT(86400000);

void oauth_error(struct response *response, unsigned status, const char *error,
                 const char *description)
{
    Json *body = json_object();
    json_set_string(body, "error", error);
    json_set_string(body, "error_description", description);
    response_json(response, status, body);
}

/* Splits "Basic base64(id:secret)". */
static bool basic_credentials(const struct request *request, char **ret_id, char **ret_secret)
{
    const char *header = request_header(request, "Authorization");
    if (header == NULL || g_ascii_strncasecmp(header, "Basic ", 6) != 0)
        return false;
    g_autoptr(WipedText) text = typed_base64(header + 6);
    char *colon = text == NULL ? NULL : strchr(text, ':');
    if (colon == NULL)
        return false;
    *colon = '\0';
    *ret_id = g_strdup(text);
    *ret_secret = g_strdup(colon + 1);
    return true;
}

struct app *oauth_client(struct state *state, const struct request *request,
                         struct response *response, bool secret_needed)
{
    g_autofree char *id = NULL;
    g_autofree char *secret = NULL;
    const char *assertion = request_field(request, "client_assertion");
    const char *kind = request_field(request, "client_assertion_type");
    if (!basic_credentials(request, &id, &secret)) {
        id = g_strdup(request_field(request, "client_id"));
        secret = g_strdup(request_field(request, "client_secret"));
    }
    struct app *app = state_find_key(state, id);
    if (app == NULL || state_now(state) < app->known_from_ms) {
        oauth_error(response, 400, "invalid_client_id", "client identifier invalid");
        return NULL;
    }
    const bool sent = secret != NULL && *secret != '\0';
    g_autoptr(Secret) right = secret_new(app->secret);
    g_autoptr(Secret) before = secret_new(app->old_secret);
    /* For a while after a rotation, some servers still accept the old one. */
    const bool old = *app->old_secret != '\0' && state_now(state) < app->old_secret_until_ms &&
                     sent && secret_equal_text(before, secret);
    /* A secret that is sent is checked even if none is required. */
    if (assertion != NULL
            ? g_strcmp0(kind, CLIENT_ASSERTION) != 0 || !token_client_signed(state, app, assertion)
            : (secret_needed && !sent) || (sent && !old && !secret_equal_text(right, secret))) {
        oauth_error(response, 400, "invalid_client", "invalid client credentials");
        return NULL;
    }
    return app;
}

char *oauth_identity_url(const struct state *state, const struct user *user)
{
    g_autofree char *org = id_18(state->org->id);
    g_autofree char *id = id_18(user->id);
    return g_strdup_printf("%s/id/%s/%s", state->public_url, org, id);
}

/* Scopes that have since been removed from the app are not granted any more. */
static void add_scopes(GPtrArray *to, const GPtrArray *granted, const struct app *app)
{
    for (guint i = 0; i < granted->len; i++) {
        const char *scope = g_ptr_array_index(granted, i);
        if (list_has(app->scopes, scope) || list_has(app->scopes, "full"))
            list_add(to, scope);
    }
}

struct session *token_session(struct state *state, const struct app *app, const struct user *user,
                              const struct grant *grant, const GPtrArray *scopes)
{
    g_autofree char *start = g_strdup_printf("%.15s!AQ", state->org->id);
    g_autofree char *token = token_make(start, ACCESS_LENGTH);
    struct session *session = state_add_session(state, token);
    text_set(&session->user, user->name);
    text_set(&session->app, app->name);
    if (grant != NULL)
        text_set(&session->grant, grant->name);
    add_scopes(session->scopes, scopes, app);
    const gint64 minutes =
        app->session_minutes > 0 ? app->session_minutes : state->org->session_minutes;
    session->created_ms = state_now(state);
    session->expires_ms = session->created_ms + minutes * 60000;
    return session;
}

/* base64(HMAC-SHA256(consumer secret, id + issued_at)). For an app without a secret, the org's own
 * key is used, so nobody can verify the signature. */
static char *sign(const struct app *app, const char *id, const char *issued_at)
{
    const char *key = *app->secret != '\0' ? app->secret : app->key;
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)key, strlen(key));
    g_hmac_update(hmac, (const guchar *)id, -1);
    g_hmac_update(hmac, (const guchar *)issued_at, -1);
    g_hmac_get_digest(hmac, digest, &length);
    return g_base64_encode(digest, length);
}

/* OpenID Connect: tells an app with scope openid who has logged in. */
static char *id_token(const struct state *state, const struct session *session, const char *id,
                      const char *nonce)
{
    const gint64 now = session->created_ms / 1000;
    g_autofree char *hash = jwt_half_hash(session->name);
    g_autoptr(Json) claims = json_object();
    json_set_string(claims, "at_hash", hash);
    json_set_string(claims, "sub", id);
    json_set_string(claims, "aud", state_find_app(state, session->app)->key);
    json_set_string(claims, "iss", state->public_url);
    json_set_int(claims, "exp", now + ID_TOKEN_SECONDS);
    json_set_int(claims, "iat", now);
    if (*nonce != '\0')
        json_set_string(claims, "nonce", nonce);
    return jwt_sign(claims);
}

void token_answer(const struct state *state, const struct session *session,
                  const struct token_extras *extras, struct response *response)
{
    const struct app *app = state_find_app(state, session->app);
    g_autofree char *id = oauth_identity_url(state, state_find_user(state, session->user));
    g_autofree char *issued_at = g_strdup_printf("%" G_GINT64_FORMAT, session->created_ms);
    g_autofree char *signature = sign(app, id, issued_at);
    g_autofree char *scope = scope_text(session->scopes);
    Json *body = json_object();
    json_set_string(body, "access_token", session->name);
    if (extras->refresh_token != NULL && *extras->refresh_token != '\0')
        json_set_string(body, "refresh_token", extras->refresh_token);
    if (extras->sealed)
        json_set_string(body, "signature", signature);
    json_set_string(body, "scope", scope);
    if (extras->nonce != NULL && list_has(session->scopes, "openid")) {
        g_autofree char *token = id_token(state, session, id, extras->nonce);
        json_set_string(body, "id_token", token);
    }
    json_set_string(body, "instance_url", state->instance_url);
    json_set_string(body, "id", id);
    json_set_string(body, "token_type", "Bearer");
    if (extras->sealed)
        json_set_string(body, "issued_at", issued_at);
    response_json(response, 200, body);
}

void oauth_end_grant(struct state *state, struct grant *grant)
{
    GPtrArray *sessions = state->sets[KIND_session];
    for (guint i = sessions->len; i > 0; i--) {
        const struct session *session = g_ptr_array_index(sessions, i - 1);
        if (strcmp(session->grant, grant->name) == 0)
            state_remove(state, KIND_session, session->name);
    }
    state_remove(state, KIND_grant, grant->name);
}

/* A user may approve an app five times; one more silently ends the oldest. */
static void drop_oldest_approvals(struct state *state, const char *user, const char *app)
{
    gint64 count = 0;
    STATE_EACH(grant, grant, state)
    if (strcmp(grant->user, user) == 0 && strcmp(grant->app, app) == 0)
        count++;
    for (; count > state->org->approval_limit; count--)
        oauth_end_grant(state, policy_approval(state, user, app));
}

static struct grant *new_grant(struct state *state, const struct code *code, const struct app *app)
{
    g_autofree char *name = id_make(state, "0CQ");
    struct grant *grant = state_add_grant(state, name);
    text_set(&grant->user, code->user);
    text_set(&grant->app, code->app);
    add_scopes(grant->scopes, code->scopes, app);
    if (list_has(grant->scopes, "refresh_token") || list_has(grant->scopes, "full")) {
        g_free(grant->token);
        grant->token = token_make("5Aep861", REFRESH_LENGTH);
    }
    grant->created_ms = grant->used_ms = state_now(state) - state->org->idle_days * day_ms;
    grant->uses = 1;
    drop_oldest_approvals(state, code->user, code->app);
    return grant;
}

/* '~' is refused, although RFC 7636 allows it. */
static bool verifier_matches(const char *challenge, const char *verifier)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) sha = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sha, (const guchar *)verifier, -1);
    g_checksum_get_digest(sha, digest, &length);
    g_autofree char *text = g_base64_encode(digest, length);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    *strchrnul(text, '=') = '\0';
    return strchr(verifier, '~') == NULL && strcmp(text, challenge) == 0;
}

/* NULL, with an answer, unless this request may exchange the code. */
static struct code *take_code(struct state *state, const struct request *request,
                              const struct app *app, struct response *response)
{
    struct code *code = state_find_code(state, request_field(request, "code"));
    const char *verifier = request_field(request, "code_verifier");
    if (code == NULL || strcmp(code->app, app->name) != 0) {
        oauth_error(response, 400, "invalid_grant", "invalid authorization code");
        return NULL;
    }
    if (code->used || state_now(state) >= code->created_ms + state->org->code_seconds * 1000) {
        oauth_error(response, 400, "invalid_grant", "expired authorization code");
        return NULL;
    }
    if (g_strcmp0(code->redirect_uri, request_field(request, "redirect_uri")) != 0) {
        oauth_error(response, 400, "redirect_uri_mismatch",
                    "redirect_uri must match configuration");
        return NULL;
    }
    const bool challenged = *code->challenge != '\0';
    if (challenged && (verifier == NULL || *verifier == '\0')) {
        oauth_error(response, 400, "invalid_grant", "invalid code verifier");
        return NULL;
    }
    code->used = true;
    if (challenged && !verifier_matches(code->challenge, verifier)) {
        oauth_error(response, 400, "invalid_grant", "invalid code verifier");
        return NULL;
    }
    return code;
}

bool token_refused(struct state *state, const struct subject *subject,
                   const struct refusal *refusal, struct response *response)
{
    if (subject->user != NULL)
        state_log_login(state, subject->user, subject->app->label, "Remote Access 2.0",
                        refusal == NULL ? "Success" : policy_history(subject), subject->remote);
    if (refusal != NULL)
        oauth_error(response, refusal->status, refusal->code, refusal->text);
    return refusal != NULL;
}

static void exchange_code(struct state *state, struct request *request, struct response *response)
{
    const struct app *named = state_find_key(state, request_field(request, "client_id"));
    struct app *app =
        oauth_client(state, request, response, named != NULL && named->secret_required);
    if (app == NULL)
        return;
    const struct code *code = take_code(state, request, app, response);
    if (code == NULL)
        return;
    struct user *user = state_find_user(state, code->user);
    if (user == NULL) {
        oauth_error(response, 400, "invalid_grant", "invalid authorization code");
        return;
    }
    const struct subject subject = {state, app, user, code->scopes, request->remote};
    state_count_login(state, user);
    if (token_refused(state, &subject, policy_exchange(&subject), response))
        return;
    const struct grant *grant = new_grant(state, code, app);
    const struct token_extras extras = {grant->token, code->nonce, true};
    token_answer(state, token_session(state, app, user, grant, grant->scopes), &extras, response);
}

bool oauth_grant_alive(const struct state *state, const struct grant *grant)
{
    const struct app *app = state_find_app(state, grant->app);
    if (app == NULL || *grant->token == '\0' || strcmp(app->refresh_policy, "zero") == 0)
        return false;
    const gint64 period = app->refresh_hours * 3600000;
    /* Whatever the policy says. */
    if (app->idle_limit && state_now(state) >= grant->used_ms + idle_limit_ms)
        return false;
    if (strcmp(app->refresh_policy, "lifetime") == 0)
        return state_now(state) < grant->created_ms + period;
    if (strcmp(app->refresh_policy, "inactivity") == 0)
        return state_now(state) < grant->used_ms + period;
    return true;
}

/* The grant of a refresh token. A token that was already replaced ends its whole family. */
static struct grant *find_grant(struct state *state, const char *token, const struct app *app)
{
    struct grant *stolen = NULL;
    if (token == NULL || *token == '\0')
        return NULL;
    STATE_EACH(grant, grant, state)
    {
        if (strcmp(grant->app, app->name) != 0)
            continue;
        if (strcmp(grant->token, token) == 0)
            return grant;
        if (list_has(grant->rotated_out, token))
            stolen = grant;
    }
    if (stolen != NULL)
        oauth_end_grant(state, stolen);
    return NULL;
}

static void refresh(struct state *state, struct request *request, struct response *response)
{
    const struct app *named = state_find_key(state, request_field(request, "client_id"));
    struct app *app =
        oauth_client(state, request, response, named != NULL && named->refresh_secret_required);
    if (app == NULL)
        return;
    struct grant *grant = find_grant(state, request_field(request, "refresh_token"), app);
    if (grant == NULL || !oauth_grant_alive(state, grant) ||
        state_find_user(state, grant->user) == NULL) {
        oauth_error(response, 400, "invalid_grant", "expired access/refresh token");
        return;
    }
    const gint64 now = state_now(state);
    struct user *user = state_find_user(state, grant->user);
    if (now < grant->busy_until_ms) {
        state_log_login(state, user, app->label, "Remote Access 2.0",
                        "Failed: Token request is already being processed", request->remote);
        oauth_error(response, 400, "invalid_grant", "token request is already being processed");
        return;
    }
    const struct subject subject = {state, app, user, grant->scopes, request->remote};
    state_count_login(state, user);
    if (token_refused(state, &subject, policy_refresh(&subject), response))
        return;
    grant->busy_until_ms = now + state->org->refresh_hold_ms;
    response->delay_ms = (guint)state->org->refresh_hold_ms;
    if (app->rotation) {
        list_add(grant->rotated_out, grant->token);
        g_free(grant->token);
        grant->token = token_make("5Aep861", REFRESH_LENGTH);
    }
    grant->used_ms = now;
    grant->uses++;
    const struct token_extras extras = {app->rotation ? grant->token : NULL, NULL, true};
    token_answer(state, token_session(state, app, user, grant, grant->scopes), &extras, response);
}

static void run_grant(struct state *state, struct request *request, struct response *response)
{
    static const struct {
        const char *name;
        handler run;
    } grants[] = {{"authorization_code", exchange_code},
                  {"refresh_token", refresh},
                  {"client_credentials", token_client_credentials},
                  {"urn:ietf:params:oauth:grant-type:jwt-bearer", token_jwt_bearer}};
    const char *type = request_field(request, "grant_type");
    if (type == NULL) {
        oauth_error(response, 400, "invalid_request", "missing required parameter: grant_type");
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(grants); i++) {
        if (strcmp(grants[i].name, type) == 0) {
            grants[i].run(state, request, response);
            return;
        }
    }
    oauth_error(response, 400, "unsupported_grant_type", "grant type not supported");
}

void oauth_token(struct state *state, struct request *request, struct response *response)
{
    run_grant(state, request, response);
    oauth_format(request, response);
}
