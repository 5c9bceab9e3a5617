/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/oauth/jwt.h"
#include "demo_org/oauth/oauth.h"
#include "demo_org/org/scopes.h"
#include "demo_org/org/sobject_rows.h"
#include "perch/base/clock.h"
#include "perch/base/secret.h"

/* A session is alive until its timeout, and while its app, its user and its approval exist. */
static bool session_alive(const struct state *state, const struct session *session)
{
    return session != NULL && state_find_app(state, session->app) != NULL &&
           state_find_user(state, session->user) != NULL &&
           (*session->grant == '\0' || state_find_grant(state, session->grant) != NULL) &&
           state_now(state) < session->expires_ms;
}

struct session *oauth_session(struct state *state, const char *token)
{
    struct session *session = state_find_session(state, token);
    if (!session_alive(state, session))
        return NULL;
    const struct app *app = state_find_app(state, session->app);
    const gint64 minutes =
        app->session_minutes > 0 ? app->session_minutes : state->org->session_minutes;
    session->expires_ms = MAX(session->expires_ms, state_now(state) + minutes * 60000);
    return session;
}

const char *oauth_bearer(const struct request *request)
{
    static const char *const schemes[] = {"Bearer ", "OAuth "};
    const char *header = request_header(request, "Authorization");
    for (gsize i = 0; header != NULL && i < G_N_ELEMENTS(schemes); i++)
        if (g_ascii_strncasecmp(header, schemes[i], strlen(schemes[i])) == 0)
            return header + strlen(schemes[i]);
    const char *token = request_field(request, "access_token");
    return token != NULL ? token : request_field(request, "oauth_token");
}

static struct grant *grant_of_token(const struct state *state, const char *token)
{
    STATE_EACH(grant, grant, state)
    if (token != NULL && *token != '\0' && strcmp(grant->token, token) == 0)
        return grant;
    return NULL;
}

/* Revoking a refresh token also ends its sessions; revoking an access token ends only itself. */
void oauth_revoke(struct state *state, struct request *request, struct response *response)
{
    const char *token = request_field(request, "token");
    struct grant *grant = grant_of_token(state, token);
    const struct session *session = oauth_session(state, token);
    response_header(response, "Content-Type", "text/html;charset=UTF-8");
    if (grant != NULL) {
        oauth_end_grant(state, grant);
        return;
    }
    if (session != NULL) {
        state_remove(state, KIND_session, session->name);
        return;
    }
    /* This endpoint's errors are url-encoded, even for clients that ask for JSON. */
    const bool shaped =
        token != NULL && (strchr(token, '!') != NULL || g_str_has_prefix(token, "5Aep"));
    response_text(response, 400, "application/x-www-form-urlencoded",
                  shaped ? "error=invalid_token&error_description=invalid%20token"
                         : "error=unsupported_token_type&error_description="
                           "this%20token%20type%20is%20not%20supported");
}

static void introspect_details(const struct state *state, const char *user_name,
                               const char *app_name, const GPtrArray *scopes, Json *body)
{
    const struct user *user = state_find_user(state, user_name);
    const struct app *app = state_find_app(state, app_name);
    g_autofree char *scope = scope_text(scopes);
    g_autofree char *sub = oauth_identity_url(state, user);
    json_set_bool(body, "active", true);
    json_set_string(body, "scope", scope);
    json_set_string(body, "client_id", app->key);
    json_set_string(body, "username", user->name);
    json_set_string(body, "sub", sub);
}

static void introspect_times(Json *body, const char *type, gint64 created_ms, gint64 expires_ms)
{
    json_set_string(body, "token_type", type);
    if (expires_ms > 0)
        json_set_int(body, "exp", expires_ms / 1000);
    json_set_int(body, "iat", created_ms / 1000);
    json_set_int(body, "nbf", created_ms / 1000);
}

void oauth_introspect(struct state *state, struct request *request, struct response *response)
{
    const struct app *app = oauth_client(state, request, response, true);
    if (app == NULL)
        return;
    const char *token = request_field(request, "token");
    const struct session *session = state_find_session(state, token);
    const struct grant *grant = grant_of_token(state, token);
    Json *body = json_object();
    json_set_bool(body, "active", false);
    if (session_alive(state, session) &&
        (app->introspect_all || strcmp(session->app, app->name) == 0)) {
        introspect_details(state, session->user, session->app, session->scopes, body);
        introspect_times(body, "access_token", session->created_ms, session->expires_ms);
    } else if (grant != NULL && oauth_grant_alive(state, grant) &&
               state_find_user(state, grant->user) != NULL &&
               (app->introspect_all || strcmp(grant->app, app->name) == 0)) {
        introspect_details(state, grant->user, grant->app, grant->scopes, body);
        introspect_times(body, "refresh_token", grant->created_ms, 0);
    }
    response_json(response, 200, body);
}

/* A dead or missing token is answered with a bare word. */
static const struct user *caller(struct state *state, const struct request *request,
                                 struct response *response)
{
    const char *token = oauth_bearer(request);
    if (token == NULL) {
        response_text(response, 403, "text/html;charset=UTF-8", "Missing_OAuth_Token");
        return NULL;
    }
    const struct session *session = oauth_session(state, token);
    const struct user *user = session == NULL ? NULL : state_find_user(state, session->user);
    if (user == NULL || !user->active || user->frozen || !state->org->active) {
        response_text(response, 403, "text/html;charset=UTF-8", "Bad_OAuth_Token");
        return NULL;
    }
    return user;
}

static char *display_name(const struct user *user)
{
    return g_strdup_printf("%s %s", user->first_name, user->last_name);
}

static void add_photos(const struct state *state, Json *body)
{
    Json *photos = json_object();
    g_autofree char *picture = g_strconcat(state->instance_url, "/profilephoto/005/F", NULL);
    g_autofree char *thumbnail = g_strconcat(state->instance_url, "/profilephoto/005/T", NULL);
    json_set_string(photos, "picture", picture);
    json_set_string(photos, "thumbnail", thumbnail);
    json_set(body, "photos", photos);
}

/* Fills in {version} if a version was requested. */
static void add_urls(const struct state *state, const struct user *user, const char *version,
                     Json *body)
{
    static const struct {
        const char *name, *path;
        bool with_org;
    } urls[] = {{"enterprise", "/services/Soap/c/{version}/", true},
                {"metadata", "/services/Soap/m/{version}/", true},
                {"partner", "/services/Soap/u/{version}/", true},
                {"rest", "/services/data/v{version}/", false},
                {"sobjects", "/services/data/v{version}/sobjects/", false},
                {"search", "/services/data/v{version}/search/", false},
                {"query", "/services/data/v{version}/query/", false},
                {"recent", "/services/data/v{version}/recent/", false},
                {"tooling_soap", "/services/Soap/T/{version}/", true},
                {"tooling_rest", "/services/data/v{version}/tooling/", false},
                {"feeds", "/services/data/v{version}/chatter/feeds", false},
                {"groups", "/services/data/v{version}/chatter/groups", false},
                {"users", "/services/data/v{version}/chatter/users", false},
                {"feed_items", "/services/data/v{version}/chatter/feed-items", false}};
    Json *object = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_auto(GStrv) parts = g_strsplit(urls[i].path, "{version}", 2);
        g_autofree char *path = g_strjoinv(version != NULL ? version : "{version}", parts);
        g_autofree char *url = g_strdup_printf("%s%s%.15s", state->instance_url, path,
                                               urls[i].with_org ? state->org->id : "");
        json_set_string(object, urls[i].name, url);
    }
    g_autofree char *id = id_18(user->id);
    g_autofree char *profile = g_strdup_printf("%s/%s", state->instance_url, id);
    json_set_string(object, "profile", profile);
    json_set_string(object, "custom_domain", state->instance_url);
    json_set(body, "urls", object);
}

void oauth_userinfo(struct state *state, struct request *request, struct response *response)
{
    const struct user *user = caller(state, request, response);
    if (user == NULL)
        return;
    g_autofree char *sub = oauth_identity_url(state, user);
    g_autofree char *user_id = id_18(user->id);
    g_autofree char *org_id = id_18(state->org->id);
    g_autofree char *name = display_name(user);
    g_autofree char *profile = g_strdup_printf("%s/%s", state->instance_url, user_id);
    g_autofree char *picture = g_strconcat(state->instance_url, "/profilephoto/005/F", NULL);
    g_autofree char *updated = rows_time(state_now(state));
    Json *body = json_object();
    json_set_string(body, "sub", sub);
    json_set_string(body, "user_id", user_id);
    json_set_string(body, "organization_id", org_id);
    json_set_string(body, "preferred_username", user->name);
    json_set_string(body, "nickname", user->first_name);
    json_set_string(body, "name", name);
    json_set_string(body, "email", user->email);
    json_set_bool(body, "email_verified", true);
    json_set_string(body, "given_name", user->first_name);
    json_set_string(body, "family_name", user->last_name);
    json_set_string(body, "zoneinfo", "Europe/Berlin");
    add_photos(state, body);
    json_set_string(body, "profile", profile);
    json_set_string(body, "picture", picture);
    Json *address = json_object();
    json_set_string(address, "country", "DE");
    json_set(body, "address", address);
    add_urls(state, user, NULL, body);
    json_set_bool(body, "active", true);
    json_set_string(body, "user_type", "STANDARD");
    json_set_string(body, "language", state->org->language);
    json_set_string(body, "locale", state->org->language);
    json_set_int(body, "utcOffset", 3600000);
    json_set_string(body, "updated_at", updated);
    json_set_bool(body, "is_app_installed", true);
    response_json(response, 200, body);
}

static void identity_body(const struct state *state, const struct user *user, const char *version,
                          Json *body)
{
    g_autofree char *id = oauth_identity_url(state, user);
    g_autofree char *user_id = id_18(user->id);
    g_autofree char *org_id = id_18(state->org->id);
    g_autofree char *name = display_name(user);
    g_autofree char *modified = rows_time(state_now(state));
    json_set_string(body, "id", id);
    json_set_bool(body, "asserted_user", true);
    json_set_string(body, "user_id", user_id);
    json_set_string(body, "organization_id", org_id);
    json_set_string(body, "username", user->name);
    json_set_string(body, "nick_name", user->first_name);
    json_set_string(body, "display_name", name);
    json_set_string(body, "email", user->email);
    json_set_bool(body, "email_verified", true);
    json_set_string(body, "first_name", user->first_name);
    json_set_string(body, "last_name", user->last_name);
    json_set_string(body, "timezone", "Europe/Berlin");
    add_photos(state, body);
    static const char *const blank[] = {"addr_street", "addr_city", "addr_state"};
    for (gsize i = 0; i < G_N_ELEMENTS(blank); i++)
        json_set_string(body, blank[i], NULL);
    json_set_string(body, "addr_country", "DE");
    json_set_string(body, "addr_zip", NULL);
    json_set_string(body, "mobile_phone", NULL);
    json_set_bool(body, "mobile_phone_verified", false);
    Json *status = json_object();
    json_set_string(status, "created_date", NULL);
    json_set_string(status, "body", NULL);
    json_set(body, "status", status);
    add_urls(state, user, version, body);
    json_set_bool(body, "active", true);
    json_set_string(body, "user_type", "STANDARD");
    json_set_string(body, "language", state->org->language);
    json_set_string(body, "locale", state->org->language);
    json_set_int(body, "utcOffset", 3600000);
    json_set_string(body, "last_modified_date", modified);
    json_set_bool(body, "is_app_installed", true);
}

void oauth_identity(struct state *state, struct request *request, struct response *response)
{
    const struct user *asking = caller(state, request, response);
    if (asking == NULL)
        return;
    const struct user *user = state_find_user_id(state, request->args[1]);
    if (!id_same(request->args[0], state->org->id)) {
        response_text(response, 403, "text/html;charset=UTF-8", "Wrong_Org");
        return;
    }
    if (user == NULL) {
        response_text(response, 404, "text/html;charset=UTF-8", "Bad_Id");
        return;
    }
    const char *version = request_param(request, "version");
    Json *body = json_object();
    identity_body(state, user, g_strcmp0(version, "latest") == 0 ? "68.0" : version, body);
    response_json(response, 200, body);
}

static void add_strings(Json *body, const char *key, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    Json *array = json_array();
    for (char **part = parts; *part != NULL; part++)
        json_append(array, json_string_new(*part));
    json_set(body, key, array);
}

void oauth_metadata(struct state *state, struct request *request, struct response *response)
{
    static const struct {
        const char *key, *path;
    } endpoints[] = {{"authorization_endpoint", "/services/oauth2/authorize"},
                     {"token_endpoint", "/services/oauth2/token"},
                     {"revocation_endpoint", "/services/oauth2/revoke"},
                     {"userinfo_endpoint", "/services/oauth2/userinfo"},
                     {"jwks_uri", "/id/keys"},
                     {"registration_endpoint", "/services/oauth2/register"},
                     {"introspection_endpoint", "/services/oauth2/introspect"}};
    (void)request;
    Json *body = json_object();
    json_set_string(body, "issuer", state->public_url);
    for (gsize i = 0; i < G_N_ELEMENTS(endpoints); i++) {
        g_autofree char *url = g_strconcat(state->public_url, endpoints[i].path, NULL);
        json_set_string(body, endpoints[i].key, url);
    }
    g_autoptr(GPtrArray) scopes = g_ptr_array_new();
    for (guint i = 0; scope_name(i) != NULL; i++)
        g_ptr_array_add(scopes, (gpointer)(guintptr)scope_name(i));
    g_ptr_array_add(scopes, (gpointer)(guintptr) "offline_access");
    g_autofree char *scope_words = scope_text(scopes);
    add_strings(body, "scopes_supported", scope_words);
    add_strings(body, "response_types_supported", "code token");
    json_append((Json *)(guintptr)json_get(body, "response_types_supported"),
                json_string_new("token id_token"));
    add_strings(body, "subject_types_supported", "public");
    add_strings(body, "id_token_signing_alg_values_supported", "RS256");
    add_strings(body, "display_values_supported", "page popup touch");
    add_strings(body, "token_endpoint_auth_methods_supported",
                "client_secret_post client_secret_basic private_key_jwt");
    response_json(response, 200, body);
}

/* Dynamic client registration needs an initial access token, which nobody has here. */
void oauth_register(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    oauth_error(response, 401, "invalid_client", "invalid client credentials");
}

void oauth_keys(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    Json *keys = json_array();
    json_append(keys, jwt_public_key());
    Json *body = json_object();
    json_set(body, "keys", keys);
    response_json(response, 200, body);
}

void oauth_pkce_generator(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    g_autoptr(Secret) verifier = secret_new_random(32);
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) sha = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sha, (const guchar *)secret_peek(verifier), -1);
    g_checksum_get_digest(sha, digest, &length);
    g_autofree char *challenge = g_base64_encode(digest, length);
    g_strdelimit(challenge, "+", '-');
    g_strdelimit(challenge, "/", '_');
    *strchrnul(challenge, '=') = '\0';
    Json *body = json_object();
    json_set_string(body, "code_verifier", secret_peek(verifier));
    json_set_string(body, "code_challenge", challenge);
    response_json(response, 200, body);
}
