/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "support/browser_login.h"
#include "support/test.h"

#define TOKEN_PATH "/services/oauth2/token"

static void expect_authorize(DemoOrg *org, const char *query, const char *line)
{
    g_autofree char *path = g_strconcat("/services/oauth2/authorize?", query, NULL);
    client_expect(client_call(org, "GET", path, NULL, NULL), 400, line);
}

static void authorize__bad_request__is_refused_before_login(void **state)
{
    DemoOrg *org = *state;
    const char *key = org->client_id;
    g_autofree char *unknown = g_strdup("response_type=code&client_id=3MVG9nobody&redirect_uri=x");
    g_autofree char *missing = g_strdup_printf("response_type=code&client_id=%s", key);
    g_autofree char *mismatch = g_strdup_printf(
        "response_type=code&client_id=%s&redirect_uri=http%%3A%%2F%%2Flocalhost%%3A1717%%2F", key);
    g_autofree char *no_pkce =
        g_strdup_printf("response_type=code&client_id=%s"
                        "&redirect_uri=http%%3A%%2F%%2Flocalhost%%3A1717%%2FOauthRedirect",
                        key);
    g_autofree char *bad_type =
        g_strdup_printf("response_type=token&client_id=%s"
                        "&redirect_uri=http%%3A%%2F%%2Flocalhost%%3A1717%%2FOauthRedirect",
                        key);
    expect_authorize(org, unknown,
                     "error=invalid_client_id&error_description=client%20identifier%20invalid");
    expect_authorize(org, missing,
                     "error=redirect_uri_missing&error_description=redirect_uri%20not%20provided");
    expect_authorize(org, mismatch,
                     "error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match"
                     "%20configuration");
    expect_authorize(org, no_pkce,
                     "error=invalid_request&error_description=missing%20required%20code"
                     "%20challenge");
    expect_authorize(org, bad_type,
                     "error=unsupported_response_type&error_description=response%20type%20is%20"
                     "not%20supported");
    /* Such an answer has no content type: browsers may download it. */
    g_autoptr(Fetched) answer = client_call(org, "GET", "/services/oauth2/authorize", NULL, NULL);
    assert_string_equal(answer->type, "");
}

static void authorize__new_app__is_not_known_yet(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *patch =
        g_strdup_printf("{'apps': {'Bird_Integration': {'known_from_ms': %" G_GINT64_FORMAT "}}}",
                        g_get_real_time() / 1000 + 120000);
    demo_org_patch(org, patch);
    g_autofree char *url = client_authorize_url(org, NULL);
    g_autoptr(Fetched) early = fetch(url, NULL);
    assert_int_equal(early->status, 400);
    assert_string_equal(early->body,
                        "error=invalid_client_id&error_description=client%20identifier%20invalid");
    client_advance_clock(org, 121000);
    g_autoptr(Fetched) late = fetch(url, NULL);
    assert_int_equal(late->status, 302);
}

static void expect_visit(DemoOrg *org, const char *user, const char *extra, const char *query)
{
    g_autofree char *url = client_visit(org, user, extra);
    const char *mark = strchr(url, '?');
    assert_non_null(mark);
    assert_string_equal(mark + 1, query);
}

static void authorize__after_login__state_decides(void **state)
{
    DemoOrg *org = *state;
    static const char generic[] =
        "error=OAUTH_APPROVAL_ERROR_GENERIC&error_description=An+unexpected+error+has+occurred+"
        "during+authentication.+Please+try+again.&state=st4te";
    expect_visit(org, USER_FROZEN, NULL,
                 "error=inactive_user&error_description=user+is+inactive&state=st4te");
    expect_visit(org, USER_OFFICE, NULL,
                 "error=invalid_grant&error_description=IP+restricted+or+invalid+login+hours"
                 "&state=st4te");
    expect_visit(org, USER_ADMIN, "&scope=api%20nonsense",
                 "error=invalid_scope&error_description=requested+scope+is+invalid%2C+unknown%2C+"
                 "or+malformed&state=st4te");
    expect_visit(org, USER_ADMIN, "&scope=api%20chatter_api", generic);
    demo_org_patch(org, "{'apps': {'Bird_Integration': {'permitted_users': 'admin'}}}");
    expect_visit(org, USER_ADMIN, NULL,
                 "error=OAUTH_APP_ACCESS_DENIED&error_description=user+is+not+admin+approved+to+"
                 "access+this+app&state=st4te");
    demo_org_patch(org, "{'apps': {'Bird_Integration': {'in_org': false}}}");
    expect_visit(org, USER_ADMIN, NULL,
                 "error=OAUTH_EC_APP_NOT_FOUND&error_description=External+client+app+is+not+"
                 "installed+in+this+org&state=st4te");
    demo_org_patch(org, "{'apps': {'Bird_Integration': {'blocked': true}}}");
    expect_visit(org, USER_ADMIN, NULL,
                 "error=OAUTH_APP_BLOCKED&error_description=this+app+is+blocked+by+admin"
                 "&state=st4te");
    demo_org_patch(org, "{'org': {'active': false}}");
    expect_visit(org, USER_ADMIN, NULL,
                 "error=inactive_org&error_description=org+is+locked%2C+closed%2C+or+suspended"
                 "&state=st4te");
}

static void authorize__uninstalled_connected_app__ends_on_salesforces_page(void **state)
{
    DemoOrg *org = *state;
    demo_org_patch(org,
                   "{'apps': {'Bird_Integration': {'kind': 'connected', 'installed': false}}}");
    g_autofree char *url = client_visit(org, "standard@bird-demo.example", NULL);
    assert_contains(url, "/setup/secur/RemoteAccessErrorPage.apexp?error=invalid_client"
                         "&error_description=app+must+be+installed+into+org");
    assert_null(strstr(url, "state="));
    /* A System Administrator may approve uninstalled apps. */
    g_autofree char *admin = client_visit(org, USER_ADMIN, NULL);
    assert_contains(admin, "?code=");
}

static void token__code__works_once(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *url = client_visit(org, USER_ADMIN, NULL);
    assert_true(g_str_has_suffix(url, "%3D%3D&state=st4te"));
    g_autoptr(Fetched) answer = client_exchange(org, url);
    assert_int_equal(answer->status, 200);
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    static const char *const keys[] = {"access_token", "refresh_token", "signature",
                                       "scope",        "instance_url",  "id",
                                       "token_type",   "issued_at"};
    guint at = 0;
    JSON_FOREACH(value, json)
    {
        assert_true(at < G_N_ELEMENTS(keys));
        assert_string_equal(json_key(value), keys[at++]);
        assert_true(json_is_string(value));
    }
    assert_int_equal(at, G_N_ELEMENTS(keys));
    assert_int_equal(strlen(json_get_string(json, "access_token")), 112);
    assert_int_equal(strlen(json_get_string(json, "refresh_token")), 87);
    assert_string_equal(json_get_string(json, "scope"), "api refresh_token web");
    client_expect(client_exchange(org, url), 400,
                  "{\"error\":\"invalid_grant\",\"error_description\":"
                  "\"expired authorization code\"}");
}

static void token__signature__is_hmac_of_id_and_issued_at(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) json = client_tokens(org, USER_ADMIN);
    g_autofree char *message =
        g_strconcat(json_get_string(json, "id"), json_get_string(json, "issued_at"), NULL);
    g_autofree char *hex =
        g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)org->client_secret,
                                  strlen(org->client_secret), message, -1);
    gsize length;
    g_autofree guchar *signature = g_base64_decode(json_get_string(json, "signature"), &length);
    g_autoptr(GString) got = g_string_new(NULL);
    for (gsize i = 0; i < length; i++)
        g_string_append_printf(got, "%02x", signature[i]);
    assert_string_equal(got->str, hex);
}

static void token__code__expires_after_fifteen_minutes(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *early = client_visit(org, USER_ADMIN, NULL);
    g_autofree char *late = client_visit(org, USER_ADMIN, NULL);
    client_advance_clock(org, 890 * 1000);
    g_autoptr(Fetched) in_time = client_exchange(org, early);
    assert_int_equal(in_time->status, 200);
    client_advance_clock(org, 20 * 1000);
    client_expect(client_exchange(org, late), 400,
                  "{\"error\":\"invalid_grant\",\"error_description\":"
                  "\"expired authorization code\"}");
}

static struct fetched *exchange_with(DemoOrg *org, const char *url, const char *secret,
                                     const char *redirect_uri, const char *verifier)
{
    g_autofree char *code = client_url_param(url, "code");
    return client_post(org, TOKEN_PATH, "grant_type", "authorization_code", "code", code,
                       "client_id", org->client_id, "client_secret", secret, "redirect_uri",
                       redirect_uri, "code_verifier", verifier, NULL);
}

static void token__wrong_request__is_refused(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *url = client_visit(org, USER_ADMIN, NULL);
    g_autofree char *callback = client_callback(org);
    client_expect(exchange_with(org, url, "wrong", callback, VERIFIER), 400,
                  "{\"error\":\"invalid_client\",\"error_description\":"
                  "\"invalid client credentials\"}");
    client_expect(exchange_with(org, url, "", callback, VERIFIER), 400,
                  "{\"error\":\"invalid_client\",\"error_description\":"
                  "\"invalid client credentials\"}");
    client_expect(
        exchange_with(org, url, org->client_secret, "https://login.salesforce.com/", VERIFIER), 400,
        "{\"error\":\"redirect_uri_mismatch\",\"error_description\":"
        "\"redirect_uri must match configuration\"}");
    client_expect(exchange_with(org, url, org->client_secret, callback, ""), 400,
                  "{\"error\":\"invalid_grant\",\"error_description\":\"invalid code verifier\"}");
    client_expect(exchange_with(org, url, org->client_secret, callback, VERIFIER "x"), 400,
                  "{\"error\":\"invalid_grant\",\"error_description\":\"invalid code verifier\"}");
    /* A wrong verifier has used the code up. */
    client_expect(client_exchange(org, url), 400,
                  "{\"error\":\"invalid_grant\",\"error_description\":"
                  "\"expired authorization code\"}");
    client_expect(client_post(org, TOKEN_PATH, "grant_type", "authorization_code", "code", "aPrxno",
                              "client_id", org->client_id, "client_secret", org->client_secret,
                              NULL),
                  400,
                  "{\"error\":\"invalid_grant\",\"error_description\":"
                  "\"invalid authorization code\"}");
    client_expect(client_post(org, TOKEN_PATH, "grant_type", "refresh_token", "refresh_token",
                              "INVALID", "client_id", "INVALID", "client_secret", "INVALID", NULL),
                  400,
                  "{\"error\":\"invalid_client_id\",\"error_description\":"
                  "\"client identifier invalid\"}");
    client_expect(client_post(org, TOKEN_PATH, "grant_type", "password", NULL), 400,
                  "{\"error\":\"unsupported_grant_type\",\"error_description\":"
                  "\"grant type not supported\"}");
    client_expect(client_call(org, "POST", TOKEN_PATH, NULL, "{\"grant_type\":\"x\"}"), 400,
                  "{\"error\":\"invalid_request\",\"error_description\":"
                  "\"missing required parameter: grant_type\"}");
}

static void token__app_without_secret__needs_none(void **state)
{
    DemoOrg *org = *state;
    demo_org_patch(org, "{'apps': {'Bird_Integration': {'secret_required': false}}}");
    g_autofree char *callback = client_callback(org);
    g_autofree char *first = client_visit(org, USER_ADMIN, NULL);
    g_autoptr(Fetched) answer = exchange_with(org, first, "", callback, VERIFIER);
    assert_int_equal(answer->status, 200);
    /* One that is sent is checked all the same. */
    g_autofree char *second = client_visit(org, USER_ADMIN, NULL);
    client_expect(exchange_with(org, second, "wrong", callback, VERIFIER), 400,
                  "{\"error\":\"invalid_client\",\"error_description\":"
                  "\"invalid client credentials\"}");
}

static void token__refresh__keeps_the_refresh_token(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) first = client_tokens(org, USER_ADMIN);
    const char *refresh = json_get_string(first, "refresh_token");
    g_autoptr(Fetched) answer = client_refresh(org, refresh);
    assert_int_equal(answer->status, 200);
    g_autoptr(Json) second = json_parse(answer->body, strlen(answer->body), NULL);
    assert_null(json_get(second, "refresh_token"));
    assert_null(json_get(second, "expires_in"));
    assert_string_not_equal(json_get_string(second, "access_token"),
                            json_get_string(first, "access_token"));
    g_autofree char *cache = client_header(answer, "Cache-Control");
    g_autofree char *expires = client_header(answer, "Expires");
    assert_string_equal(cache, "no-cache,must-revalidate,max-age=0,no-store,private");
    assert_string_equal(expires, "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_string_equal(answer->type, "application/json;charset=UTF-8");
}

static void token__rotation__reuse_ends_the_family(void **state)
{
    DemoOrg *org = *state;
    static const char dead[] = "{\"error\":\"invalid_grant\",\"error_description\":"
                               "\"expired access/refresh token\"}";
    demo_org_patch(org, "{'apps': {'Bird_Integration': {'rotation': true}}}");
    g_autoptr(Json) first = client_tokens(org, USER_ADMIN);
    g_autoptr(Fetched) answer = client_refresh(org, json_get_string(first, "refresh_token"));
    g_autoptr(Json) second = json_parse(answer->body, strlen(answer->body), NULL);
    const char *rotated = json_get_string(second, "refresh_token");
    const char *access = json_get_string(second, "access_token");
    assert_non_null(rotated);
    assert_string_not_equal(rotated, json_get_string(first, "refresh_token"));
    g_autoptr(Fetched) before = client_call(org, "GET", "/services/data/v68.0", access, NULL);
    assert_int_equal(before->status, 200);
    client_expect(client_refresh(org, json_get_string(first, "refresh_token")), 400, dead);
    client_expect(client_refresh(org, rotated), 400, dead);
    client_expect(client_call(org, "GET", "/services/data/v68.0", access, NULL), 401,
                  "[{\"message\":\"Session expired or invalid\","
                  "\"errorCode\":\"INVALID_SESSION_ID\"}]");
}

static void token__second_refresh_meanwhile__is_refused(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) tokens = client_tokens(org, USER_ADMIN);
    const char *refresh = json_get_string(tokens, "refresh_token");
    /* The first one's answer waits; org time stands for it here. */
    demo_org_patch(org, "{'org': {'refresh_hold_ms': 300}}");
    const gint64 began = g_get_monotonic_time();
    g_autoptr(Fetched) slow = client_refresh(org, refresh);
    assert_int_equal(slow->status, 200);
    assert_true(g_get_monotonic_time() - began >= 300000);
    demo_org_patch(org, "{'grants': {'*': {'busy_until_ms': 99999999999999}}}");
    client_expect(client_refresh(org, refresh), 400,
                  "{\"error\":\"invalid_grant\",\"error_description\":"
                  "\"token request is already being processed\"}");
}

static void token__sixth_approval__ends_the_oldest(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) first = client_tokens(org, USER_ADMIN);
    g_autoptr(Json) second = client_tokens(org, USER_ADMIN);
    for (int i = 0; i < 4; i++)
        json_free(client_tokens(org, USER_ADMIN));
    client_expect(client_refresh(org, json_get_string(first, "refresh_token")), 400,
                  "{\"error\":\"invalid_grant\",\"error_description\":"
                  "\"expired access/refresh token\"}");
    g_autoptr(Fetched) alive = client_refresh(org, json_get_string(second, "refresh_token"));
    assert_int_equal(alive->status, 200);
}

static void token__refresh_policy__is_kept(void **state)
{
    DemoOrg *org = *state;
    static const char dead[] = "{\"error\":\"invalid_grant\",\"error_description\":"
                               "\"expired access/refresh token\"}";
    g_autoptr(Json) tokens = client_tokens(org, USER_ADMIN);
    const char *refresh = json_get_string(tokens, "refresh_token");
    demo_org_patch(org, "{'apps': {'Bird_Integration': {'refresh_policy': 'inactivity', "
                        "'refresh_hours': 2}}}");
    client_advance_clock(org, 3600000);
    g_autoptr(Fetched) used = client_refresh(org, refresh);
    assert_int_equal(used->status, 200);
    client_advance_clock(org, 3600000 + 1800000);
    g_autoptr(Fetched) again = client_refresh(org, refresh);
    assert_int_equal(again->status, 200);
    client_advance_clock(org, 2 * 3600000 + 1000);
    client_expect(client_refresh(org, refresh), 400, dead);
    demo_org_patch(org, "{'apps': {'Bird_Integration': {'refresh_policy': 'infinite'}}}");
    g_autoptr(Fetched) infinite = client_refresh(org, refresh);
    assert_int_equal(infinite->status, 200);
    demo_org_patch(org, "{'apps': {'Bird_Integration': {'refresh_policy': 'zero'}}}");
    client_expect(client_refresh(org, refresh), 400, dead);
}

static void token__format__is_the_callers_choice(void **state)
{
    DemoOrg *org = *state;
    client_expect(client_post(org, TOKEN_PATH, "grant_type", "x", "format", "urlencoded", NULL),
                  400,
                  "error=unsupported_grant_type&error_description=grant%20type%20not%20supported");
    client_expect(client_post(org, TOKEN_PATH, "grant_type", "x", "format", "xml", NULL), 400,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OAuth><error>unsupported_grant_type"
                  "</error><error_description>grant type not supported</error_description>"
                  "</OAuth>");
}

static void revoke__refresh_token__takes_its_sessions_along(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) tokens = client_tokens(org, USER_ADMIN);
    const char *access = json_get_string(tokens, "access_token");
    const char *refresh = json_get_string(tokens, "refresh_token");
    client_expect(client_post(org, "/services/oauth2/revoke", "token", refresh, NULL), 200, "");
    client_expect(client_call(org, "GET", "/services/oauth2/userinfo", access, NULL), 403,
                  "Bad_OAuth_Token");
    client_expect(client_post(org, "/services/oauth2/revoke", "token", refresh, NULL), 400,
                  "error=invalid_token&error_description=invalid%20token");
    client_expect(client_post(org, "/services/oauth2/revoke", "token", "x", NULL), 400,
                  "error=unsupported_token_type&error_description="
                  "this%20token%20type%20is%20not%20supported");
}

static void revoke__access_token__goes_alone(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) tokens = client_tokens(org, USER_ADMIN);
    const char *access = json_get_string(tokens, "access_token");
    client_expect(client_post(org, "/services/oauth2/revoke", "token", access, NULL), 200, "");
    client_expect(client_call(org, "GET", "/services/oauth2/userinfo", access, NULL), 403,
                  "Bad_OAuth_Token");
    g_autoptr(Fetched) again = client_refresh(org, json_get_string(tokens, "refresh_token"));
    assert_int_equal(again->status, 200);
}

static void introspect__tells_of_living_tokens_only(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) tokens = client_tokens(org, USER_ADMIN);
    const char *access = json_get_string(tokens, "access_token");
    g_autoptr(Fetched) answer =
        client_post(org, "/services/oauth2/introspect", "token", access, "client_id",
                    org->client_id, "client_secret", org->client_secret, NULL);
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    assert_true(json_get_bool(json, "active", false));
    assert_string_equal(json_get_string(json, "username"), USER_ADMIN);
    assert_string_equal(json_get_string(json, "token_type"), "access_token");
    assert_string_equal(json_get_string(json, "sub"), json_get_string(tokens, "id"));
    const gint64 lives = json_get_int(json, "exp", 0) - json_get_int(json, "iat", 0);
    assert_int_equal(lives, 24 * 3600);
    client_advance_clock(org, (24 * 3600 + 1) * 1000);
    client_expect(client_post(org, "/services/oauth2/introspect", "token", access, "client_id",
                              org->client_id, "client_secret", org->client_secret, NULL),
                  200, "{\"active\":false}");
    client_expect(client_post(org, "/services/oauth2/introspect", "token", access, "client_id",
                              org->client_id, NULL),
                  400,
                  "{\"error\":\"invalid_client\",\"error_description\":"
                  "\"invalid client credentials\"}");
}

static void identity__and_userinfo__agree(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) tokens = client_tokens(org, USER_NO_API);
    const char *access = json_get_string(tokens, "access_token");
    const char *id = json_get_string(tokens, "id");
    const char *path = strstr(id, "/id/");
    assert_non_null(path);
    /* Both work for a user whose profile lacks API Enabled. */
    g_autoptr(Fetched) identity = client_call(org, "GET", path, access, NULL);
    g_autoptr(Fetched) userinfo =
        client_call(org, "GET", "/services/oauth2/userinfo", access, NULL);
    g_autoptr(Json) a = json_parse(identity->body, strlen(identity->body), NULL);
    g_autoptr(Json) b = json_parse(userinfo->body, strlen(userinfo->body), NULL);
    assert_string_equal(json_get_string(a, "id"), id);
    assert_string_equal(json_get_string(b, "sub"), id);
    assert_string_equal(json_get_string(a, "username"), USER_NO_API);
    assert_string_equal(json_get_string(b, "preferred_username"), USER_NO_API);
    assert_int_equal(strlen(json_get_string(b, "organization_id")), 18);
    assert_contains(json_get_string(json_get(a, "urls"), "rest"), "/services/data/v{version}/");
    client_expect(client_call(org, "GET", "/services/oauth2/userinfo", NULL, NULL), 403,
                  "Missing_OAuth_Token");
    client_expect(
        client_call(org, "GET", "/id/00Dxx0000000001AAA/005xx0000000001AAA", access, NULL), 403,
        "Wrong_Org");
}

static void metadata__names_the_endpoints(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Fetched) answer =
        client_call(org, "GET", "/.well-known/openid-configuration", NULL, NULL);
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    g_autofree char *token = g_strconcat(org->url, TOKEN_PATH, NULL);
    assert_string_equal(json_get_string(json, "token_endpoint"), token);
    g_autoptr(Fetched) keys = client_call(org, "GET", "/id/keys", NULL, NULL);
    assert_contains(keys->body, "\"kty\":\"RSA\"");
    g_autoptr(Fetched) pair =
        client_call(org, "GET", "/services/oauth2/pkce/generator", NULL, NULL);
    assert_contains(pair->body, "\"code_challenge\"");
}

/* Salesforce's CLI brings an app that every org knows, without a secret. */
static void cli__own_app__is_known(void **state)
{
    static const char callback[] = "http://localhost:1717/OauthRedirect";
    DemoOrg *org = *state;
    struct browser_options options = {
        .username = USER_ADMIN, .password = org->password, .action = BROWSER_STOP_AT_CODE};
    g_autofree char *escaped = g_uri_escape_string(callback, NULL, FALSE);
    g_autofree char *url = g_strdup_printf(
        "%s/services/oauth2/authorize?response_type=code&client_id=PlatformCLI&redirect_uri=%s"
        "&state=st4te&prompt=login&scope=refresh_token%%20api%%20web&code_challenge=" CHALLENGE,
        org->url, escaped);
    g_autoptr(BrowserVisit) visit = browser_login(url, &options);
    assert_true(g_str_has_prefix(visit->url, callback));
    g_autofree char *code = client_url_param(visit->url, "code");
    g_autoptr(Fetched) answer = client_post(
        org, "/services/oauth2/token", "grant_type", "authorization_code", "code", code,
        "client_id", "PlatformCLI", "redirect_uri", callback, "code_verifier", VERIFIER, NULL);
    assert_int_equal(answer->status, 200);
    g_autoptr(Json) tokens = json_parse(answer->body, strlen(answer->body), NULL);
    g_autoptr(Fetched) again =
        client_post(org, "/services/oauth2/token", "grant_type", "refresh_token", "refresh_token",
                    json_get_string(tokens, "refresh_token"), "client_id", "PlatformCLI", NULL);
    assert_int_equal(again->status, 200);
    g_autoptr(Fetched) lead = client_call(org, "GET", LEAD_PATH "/describe",
                                          json_get_string(tokens, "access_token"), NULL);
    assert_int_equal(lead->status, 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(authorize__bad_request__is_refused_before_login),
        TEST(authorize__new_app__is_not_known_yet),
        TEST(authorize__after_login__state_decides),
        TEST(authorize__uninstalled_connected_app__ends_on_salesforces_page),
        TEST(token__code__works_once),
        TEST(token__signature__is_hmac_of_id_and_issued_at),
        TEST(token__code__expires_after_fifteen_minutes),
        TEST(token__wrong_request__is_refused),
        TEST(token__app_without_secret__needs_none),
        TEST(token__refresh__keeps_the_refresh_token),
        TEST(token__rotation__reuse_ends_the_family),
        TEST(token__second_refresh_meanwhile__is_refused),
        TEST(token__sixth_approval__ends_the_oldest),
        TEST(token__refresh_policy__is_kept),
        TEST(token__format__is_the_callers_choice),
        TEST(revoke__refresh_token__takes_its_sessions_along),
        TEST(revoke__access_token__goes_alone),
        TEST(introspect__tells_of_living_tokens_only),
        TEST(identity__and_userinfo__agree),
        TEST(metadata__names_the_endpoints),
        TEST(cli__own_app__is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
