/* SPDX-License-Identifier: MIT */
#include "demo_org/rest/rest.h"

#include <string.h>

#include "demo_org/oauth/oauth.h"
#include "demo_org/org/objects.h"
#include "demo_org/org/policy.h"

static const struct {
    const char *version, *label;
} versions[] = {
#define VERSION(version, label) {version, label},
#include "demo_org/rest/versions.def"
#undef VERSION
};

static const struct {
    const char *name;
    gint64 maximum;
} limits[] = {
#define LIMIT(name, maximum) {name, maximum},
#include "demo_org/rest/limits.def"
#undef LIMIT
};

/* REST began with Winter '11. */
enum { FIRST_VERSION = 20 };

static void send_error(struct response *response, unsigned status, Json *error)
{
    Json *array = json_array();
    json_append(array, error);
    response_json(response, status, array);
}

void rest_error_fields(struct response *response, unsigned status, const char *code,
                       const char *message, const char *const *fields)
{
    Json *error = json_object();
    json_set_string(error, "message", message);
    json_set_string(error, "errorCode", code);
    if (fields != NULL) {
        Json *array = json_array();
        for (; *fields != NULL; fields++)
            json_append(array, json_string_new(*fields));
        json_set(error, "fields", array);
    }
    send_error(response, status, error);
}

void rest_error(struct response *response, unsigned status, const char *code, const char *message)
{
    rest_error_fields(response, status, code, message, NULL);
}

void rest_error_code_first(struct response *response, unsigned status, const char *code,
                           const char *message)
{
    Json *error = json_object();
    json_set_string(error, "errorCode", code);
    json_set_string(error, "message", message);
    send_error(response, status, error);
}

void rest_not_found(struct response *response)
{
    rest_error_code_first(response, 404, "NOT_FOUND", "The requested resource does not exist");
}

static bool version_served(const char *version)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        if (strcmp(versions[i].version, version) == 0)
            return true;
    return false;
}

/* Versions older than the oldest served are retired; other unknown ones never existed. */
static void answer_version(const char *version, struct response *response)
{
    g_autofree char *text = g_strdup_printf("API version %s is no longer supported", version);
    if (g_ascii_strtod(version, NULL) >= FIRST_VERSION &&
        g_ascii_strtod(version, NULL) < g_ascii_strtod(versions[0].version, NULL))
        rest_error_code_first(response, 410, "UNSUPPORTED_API_VERSION", text);
    else
        rest_not_found(response);
}

/* "host:port" of a URL. */
static const char *authority(const char *url)
{
    const char *slashes = strstr(url, "://");
    return slashes != NULL ? slashes + 3 : url;
}

/* Whether a data call went to the login host although the org has another host. */
static bool wrong_host(const struct state *state, const struct request *request)
{
    const char *host = request_header(request, "Host");
    return strcmp(state->public_url, state->instance_url) != 0 && host != NULL &&
           g_ascii_strcasecmp(host, authority(state->public_url)) == 0;
}

static bool find_caller(struct state *state, struct request *request, struct response *response)
{
    const char *header = request_header(request, "Authorization");
    const char *token = oauth_bearer(request);
    if (header != NULL && token == NULL) {
        rest_error(response, 401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE");
        return false;
    }
    request->session = oauth_session(state, token);
    if (request->session == NULL) {
        rest_error(response, 401, "INVALID_SESSION_ID", "Session expired or invalid");
        return false;
    }
    request->user = state_find_user(state, request->session->user);
    request->profile = state_profile_of(state, request->user);
    return true;
}

bool rest_begin(struct state *state, struct request *request, struct response *response)
{
    bool allowed = false;
    if (wrong_host(state, request)) {
        rest_error(response, 404, "URL_NOT_RESET",
                   "Destination URL not reset. The URL returned from login must be set");
        return false;
    }
    if (find_caller(state, request, response)) {
        const struct subject subject = {state, state_find_app(state, request->session->app),
                                        request->user, request->session->scopes, request->remote};
        const struct refusal *refusal = policy_rest(&subject);
        allowed = refusal == NULL;
        if (!allowed)
            rest_error(response, refusal->status, refusal->code, refusal->text);
    }
    if (response->status == 401) {
        response_header(response, "WWW-Authenticate", "Token");
        return false;
    }
    if (allowed)
        state->org->api_used++;
    response_header_take(response, "Sforce-Limit-Info",
                         g_strdup_printf("api-usage=%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                                         state->org->api_used, state->org->api_limit));
    if (allowed && !version_served(request->args[0])) {
        answer_version(request->args[0], response);
        return false;
    }
    return allowed;
}

void rest_versions(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    Json *array = json_array();
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        Json *version = json_object();
        g_autofree char *url = g_strconcat("/services/data/v", versions[i].version, NULL);
        json_set_string(version, "label", versions[i].label);
        json_set_string(version, "url", url);
        json_set_string(version, "version", versions[i].version);
        json_append(array, version);
    }
    response_json(response, 200, array);
}

void rest_resources(struct state *state, struct request *request, struct response *response)
{
    static const char *const names[] = {"limits", "sobjects", "query",     "queryAll",
                                        "search", "recent",   "composite", "tooling"};
    Json *body = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *url = g_strdup_printf("/services/data/v%s/%s", request->args[0], names[i]);
        json_set_string(body, names[i], url);
    }
    g_autofree char *identity = oauth_identity_url(state, request->user);
    json_set_string(body, "identity", identity);
    response_json(response, 200, body);
}

static void add_limit(Json *body, const char *name, gint64 maximum, gint64 remaining)
{
    Json *limit = json_object();
    json_set_int(limit, "Max", maximum);
    json_set_int(limit, "Remaining", remaining);
    json_set(body, name, limit);
}

void rest_limits(struct state *state, struct request *request, struct response *response)
{
    const struct org *org = state->org;
    Json *body = json_object();
    bool own_done = false;
    (void)request;
    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
        if (!own_done && strcmp(limits[i].name, "DailyApiRequests") > 0) {
            add_limit(body, "DailyApiRequests", org->api_limit, org->api_limit - org->api_used);
            own_done = true;
        }
        const bool full = org->storage_full && strcmp(limits[i].name, "DataStorageMB") == 0;
        add_limit(body, limits[i].name, limits[i].maximum, full ? 0 : limits[i].maximum);
    }
    response_json(response, 200, body);
}
