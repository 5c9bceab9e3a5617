/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <stdarg.h>
#include <string.h>

#include "support/browser_login.h"
#include "support/html_form.h"
#include "support/test.h"

static TmpHome *home;

int client_setup(void **state)
{
    home = tmphome_new();
    *state = demo_org_start(home, NULL);
    return 0;
}

int client_teardown(void **state)
{
    demo_org_stop(*state);
    tmphome_free(home);
    return 0;
}

char *client_callback(const DemoOrg *org)
{
    return g_strdup_printf("http://localhost:%u/OauthRedirect", org->callback_ports[0]);
}

char *client_authorize_url(const DemoOrg *org, const char *extra)
{
    g_autofree char *callback = client_callback(org);
    g_autofree char *escaped = g_uri_escape_string(callback, NULL, FALSE);
    return g_strdup_printf("%s/services/oauth2/authorize?response_type=code&client_id=%s"
                           "&redirect_uri=%s&state=st4te&code_challenge=" CHALLENGE "%s",
                           org->url, org->client_id, escaped, extra != NULL ? extra : "");
}

char *client_visit(DemoOrg *org, const char *user, const char *extra)
{
    g_autofree char *url = client_authorize_url(org, extra);
    return client_visit_url(org, user, url);
}

char *client_visit_url(DemoOrg *org, const char *user, const char *url)
{
    const struct browser_options options = {
        .username = user, .password = org->password, .action = BROWSER_STOP_AT_CODE};
    g_autoptr(BrowserVisit) visit = browser_login(url, &options);
    return g_strdup(visit->url);
}

char *client_url_param(const char *url, const char *name)
{
    const char *query = strchr(url, '?');
    GUriParamsIter iter;
    char *key, *value;
    if (query == NULL)
        return NULL;
    g_uri_params_iter_init(&iter, query + 1, -1, "&", G_URI_PARAMS_WWW_FORM);
    while (g_uri_params_iter_next(&iter, &key, &value, NULL)) {
        const bool found = strcmp(key, name) == 0;
        g_free(key);
        if (found)
            return value;
        g_free(value);
    }
    return NULL;
}

struct fetched *client_post(DemoOrg *org, const char *path, ...)
{
    g_autoptr(GString) body = g_string_new(NULL);
    va_list args;
    va_start(args, path);
    for (const char *name; (name = va_arg(args, const char *)) != NULL;) {
        g_autofree char *value = g_uri_escape_string(va_arg(args, const char *), NULL, FALSE);
        g_string_append_printf(body, "%s%s=%s", body->len > 0 ? "&" : "", name, value);
    }
    va_end(args);
    g_autofree char *url = g_strconcat(org->url, path, NULL);
    const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    const struct fetch_options options = {.method = "POST", .body = body->str, .headers = headers};
    return fetch(url, &options);
}

struct fetched *client_call(DemoOrg *org, const char *method, const char *path, const char *token,
                            const char *body)
{
    g_autofree char *url = g_strconcat(org->url, path, NULL);
    g_autofree char *bearer = g_strdup_printf("Authorization: Bearer %s", token);
    const char *const with_token[] = {"Content-Type: application/json", bearer, NULL};
    const char *const without[] = {"Content-Type: application/json", NULL};
    const struct fetch_options options = {
        .method = method, .body = body, .headers = token != NULL ? with_token : without};
    return fetch(url, &options);
}

struct fetched *client_query(DemoOrg *org, const char *token, const char *soql)
{
    g_autofree char *escaped = g_uri_escape_string(soql, NULL, FALSE);
    g_autofree char *path = g_strconcat("/services/data/v68.0/query?q=", escaped, NULL);
    return client_call(org, "GET", path, token, NULL);
}

struct fetched *client_exchange(DemoOrg *org, const char *url)
{
    g_autofree char *callback = client_callback(org);
    g_autofree char *code = client_url_param(url, "code");
    if (code == NULL)
        fail_msg("no code in %s", url);
    return client_post(org, "/services/oauth2/token", "grant_type", "authorization_code", "code",
                       code, "client_id", org->client_id, "client_secret", org->client_secret,
                       "redirect_uri", callback, "code_verifier", VERIFIER, NULL);
}

struct fetched *client_refresh(DemoOrg *org, const char *refresh_token)
{
    return client_post(org, "/services/oauth2/token", "grant_type", "refresh_token",
                       "refresh_token", refresh_token, "client_id", org->client_id, "client_secret",
                       org->client_secret, NULL);
}

Json *client_tokens(DemoOrg *org, const char *user)
{
    g_autofree char *url = client_visit(org, user, NULL);
    g_autoptr(Fetched) answer = client_exchange(org, url);
    assert_int_equal(answer->status, 200);
    Json *tokens = json_parse(answer->body, strlen(answer->body), NULL);
    assert_non_null(json_get_string(tokens, "access_token"));
    return tokens;
}

char *client_access(DemoOrg *org, const char *user)
{
    g_autoptr(Json) tokens = client_tokens(org, user);
    return g_strdup(json_get_string(tokens, "access_token"));
}

char *client_insert(DemoOrg *org, const char *token, const char *object, const char *body)
{
    g_autofree char *path = g_strconcat("/services/data/v68.0/sobjects/", object, NULL);
    g_autoptr(Fetched) answer = client_call(org, "POST", path, token, body);
    if (answer->status != 201)
        fail_msg("%ld %s", answer->status, answer->body);
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    return g_strdup(json_get_string(json, "id"));
}

void client_expect(struct fetched *answer, long status, const char *body)
{
    g_autoptr(Fetched) owned = answer;
    if (owned->status != status)
        fail_msg("%ld instead of %ld: %s", owned->status, status, owned->body);
    assert_string_equal(owned->body, body);
}

char *client_header(const struct fetched *answer, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(answer->headers, "\r\n", -1);
    const gsize length = strlen(name);
    for (char **line = lines; *line != NULL; line++)
        if (g_ascii_strncasecmp(*line, name, length) == 0 && (*line)[length] == ':')
            return g_strstrip(g_strdup(*line + length + 1));
    return NULL;
}

void client_advance_clock(DemoOrg *org, gint64 milliseconds)
{
    g_autofree char *body = g_strdup_printf("{\"advance_ms\": %" G_GINT64_FORMAT "}", milliseconds);
    json_free(demo_org_control(org, "POST", "clock", body));
}

char *client_cookie(DemoOrg *org, const char *user)
{
    g_autoptr(Fetched) answer = client_post(org, "/", "username", user, "password", "bird-demo-1",
                                            "startURL", "/lightning/setup", NULL);
    assert_int_equal(answer->status, 302);
    g_autofree char *header = client_header(answer, "Set-Cookie");
    assert_true(g_str_has_suffix(header, "; Path=/; HttpOnly; SameSite=Lax"));
    return g_strdup_printf("Cookie: %.*s", (int)strcspn(header, ";"), header);
}

struct fetched *client_browse(DemoOrg *org, const char *path, const char *cookie, const char *body)
{
    const char *const headers[] = {cookie, "Content-Type: application/x-www-form-urlencoded", NULL};
    const struct fetch_options options = {.body = body, .headers = headers};
    g_autofree char *url = g_strconcat(org->url, path, NULL);
    return fetch(url, &options);
}

struct fetched *client_send_form(DemoOrg *org, const char *path, const char *cookie,
                                 const char *values)
{
    g_autoptr(Fetched) page = client_browse(org, path, cookie, NULL);
    assert_int_equal(page->status, 200);
    g_autoptr(HtmlForm) form = html_form_parse(page->body);
    const struct form_field *hidden = html_form_by_type(form, "hidden");
    assert_string_equal(hidden->name, "confirmation");
    g_autofree char *body = g_strdup_printf("confirmation=%s&%s", hidden->value, values);
    return client_browse(org, path, cookie, body);
}

void client_edit_form(DemoOrg *org, const char *path, const char *cookie, const char *values)
{
    g_autoptr(Fetched) saved = client_send_form(org, path, cookie, values);
    assert_contains(saved->body, "Saved.");
}

char *client_app_page(DemoOrg *org)
{
    g_autoptr(Json) now = demo_org_control(org, "GET", "state", NULL);
    return g_strdup_printf(
        "/lightning/setup/ManageExternalClientApplication/%s/detail",
        json_get_string(json_get(json_get(now, "apps"), "Bird_Integration"), "id"));
}

void client_patch_app(DemoOrg *org, const char *settings)
{
    g_autofree char *patch = g_strdup_printf("{'apps': {'Bird_Integration': {%s}}}", settings);
    demo_org_patch(org, patch);
}

Json *client_parse(const struct fetched *answer, long status)
{
    if (answer->status != status)
        fail_msg("%ld instead of %ld: %s", answer->status, status, answer->body);
    Json *json = json_parse(answer->body, strlen(answer->body), NULL);
    assert_non_null(json);
    return json;
}

void client_expect_keys(const Json *object, const char *keys)
{
    g_autoptr(GString) got = g_string_new(NULL);
    JSON_FOREACH(value, object)
    g_string_append_printf(got, "%s%s", got->len > 0 ? " " : "", json_key(value));
    assert_string_equal(got->str, keys);
}

char *client_base64url(const char *bytes, gsize length)
{
    char *text = g_base64_encode((const guchar *)bytes, length);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    *strchrnul(text, '=') = '\0';
    return text;
}
