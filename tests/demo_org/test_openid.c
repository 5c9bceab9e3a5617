/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "support/test.h"

/* Who has logged in (OpenID Connect), and what ends a browser's login. */

#define TOKEN_PATH "/services/oauth2/token"

static Json *claims_of(const char *token)
{
    g_auto(GStrv) parts = g_strsplit(token, ".", -1);
    g_autofree char *padded = g_strconcat(parts[1], &"==="[(strlen(parts[1]) + 3) % 4], NULL);
    g_strdelimit(padded, "-", '+');
    g_strdelimit(padded, "_", '/');
    gsize length;
    g_autofree guchar *text = g_base64_decode(padded, &length);
    Json *json = json_parse((const char *)text, length, NULL);
    assert_non_null(json);
    return json;
}

static void openid__id_token__says_who_and_for_whom(void **state)
{
    DemoOrg *org = *state;
    client_patch_app(org, "'scopes': ['api', 'refresh_token', 'web', 'openid']");
    g_autofree char *url = client_visit(org, USER_ADMIN, "&nonce=n0nce");
    g_autoptr(Fetched) answer = client_exchange(org, url);
    g_autoptr(Json) tokens = client_parse(answer, 200);
    client_expect_keys(tokens,
                       "access_token refresh_token signature scope id_token instance_url id "
                       "token_type issued_at");
    g_autoptr(Json) said = claims_of(json_get_string(tokens, "id_token"));
    assert_string_equal(json_get_string(said, "nonce"), "n0nce");
    assert_string_equal(json_get_string(said, "aud"), org->client_id);
    assert_string_equal(json_get_string(said, "iss"), org->url);
    assert_string_equal(json_get_string(said, "sub"), json_get_string(tokens, "id"));
    assert_int_equal(json_get_int(said, "exp", 0) - json_get_int(said, "iat", 0), 120);
    /* A refresh has none, and neither has an app without the scope. */
    g_autoptr(Fetched) again = client_refresh(org, json_get_string(tokens, "refresh_token"));
    g_autoptr(Json) refreshed = client_parse(again, 200);
    assert_null(json_get(refreshed, "id_token"));
}

/* The signature with OpenSSL, and the key that discovery names. */
static void openid__signature__fits_the_published_key(void **state)
{
    DemoOrg *org = *state;
    client_patch_app(org, "'scopes': ['api', 'refresh_token', 'openid']");
    g_autoptr(Json) tokens = client_tokens(org, USER_ADMIN);
    g_autoptr(Fetched) keys = client_call(org, "GET", "/id/keys", NULL, NULL);
    g_autoptr(Json) set = client_parse(keys, 200);
    const Json *key = json_first(json_get(set, "keys"));
    assert_string_equal(json_get_string(key, "kty"), "RSA");
    g_autofree char *script = g_strdup(
        "const c=require('crypto');const [jwk,t]=require('fs').readFileSync(0,'utf8').split('\\n');"
        "const p=t.split('.');const h=JSON.parse(Buffer.from(p[0],'base64url'));"
        "const k=c.createPublicKey({key:JSON.parse(jwk),format:'jwk'});"
        "console.log(h.alg,h.kid===JSON.parse(jwk).kid,"
        "c.verify('sha256',Buffer.from(p[0]+'.'+p[1]),k,Buffer.from(p[2],'base64url')))");
    g_autofree char *jwk = json_print(key);
    g_autofree char *input = g_strdup_printf("%s\n%s", jwk, json_get_string(tokens, "id_token"));
    const char *const argv[] = {"node", "-e", script, NULL};
    g_autoptr(Child) check = child_run(argv, environ, input);
    assert_string_equal(check->output->str, "RS256 true true\n");
}

static void discovery__is_salesforces(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Fetched) answer =
        client_call(org, "GET", "/.well-known/openid-configuration", NULL, NULL);
    g_autoptr(Json) json = client_parse(answer, 200);
    g_autofree char *keys = g_strconcat(org->url, "/id/keys", NULL);
    assert_string_equal(json_get_string(json, "jwks_uri"), keys);
    g_autofree char *types = json_print(json_get(json, "response_types_supported"));
    assert_string_equal(types, "[\"code\",\"token\",\"token id_token\"]");
    g_autofree char *ways = json_print(json_get(json, "token_endpoint_auth_methods_supported"));
    assert_string_equal(ways,
                        "[\"client_secret_post\",\"client_secret_basic\",\"private_key_jwt\"]");
    g_autofree char *scopes = json_print(json_get(json, "scopes_supported"));
    assert_contains(scopes, "\"offline_access\"");
    assert_null(json_get(json, "code_challenge_methods_supported"));
    g_autofree char *here = g_strconcat(org->url, "/services/oauth2/register", NULL);
    assert_string_equal(json_get_string(json, "registration_endpoint"), here);
    g_autoptr(Fetched) registration = client_post(org, "/services/oauth2/register", NULL);
    assert_int_equal(registration->status, 401);
}

/* ---- the web server flow ---- */

static void verifier__with_a_tilde__is_refused(void **state)
{
    static const char tilde[] = "~BjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    DemoOrg *org = *state;
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, tilde, -1);
    char digest[32];
    for (gsize i = 0; i < sizeof digest; i++)
        digest[i] =
            (char)(g_ascii_xdigit_value(hash[2 * i]) << 4 | g_ascii_xdigit_value(hash[2 * i + 1]));
    g_autofree char *challenge = client_base64url(digest, sizeof digest);
    g_autofree char *url = client_authorize_url(org, NULL);
    memcpy(strstr(url, CHALLENGE), challenge, strlen(challenge));
    g_autofree char *callback = client_callback(org);
    g_autofree char *ended = client_visit_url(org, USER_ADMIN, url);
    g_autofree char *code = client_url_param(ended, "code");
    client_expect(client_post(org, TOKEN_PATH, "grant_type", "authorization_code", "code", code,
                              "client_id", org->client_id, "client_secret", org->client_secret,
                              "redirect_uri", callback, "code_verifier", tilde, NULL),
                  400, REFUSAL("invalid_grant", "invalid code verifier"));
}

static void code_and_credentials__unticked__does_not_matter(void **state)
{
    DemoOrg *org = *state;
    client_patch_app(org, "'code_credentials': false");
    json_free(client_tokens(org, USER_ADMIN));
}

static void idle_limit__thirty_days__whatever_the_policy_reads(void **state)
{
    static const gint64 day = 86400000;
    DemoOrg *org = *state;
    client_patch_app(org, "'idle_limit': true, 'refresh_policy': 'infinite'");
    g_autoptr(Json) tokens = client_tokens(org, USER_ADMIN);
    const char *refresh = json_get_string(tokens, "refresh_token");
    client_advance_clock(org, 29 * day);
    g_autoptr(Fetched) used = client_refresh(org, refresh);
    assert_int_equal(used->status, 200);
    client_advance_clock(org, 29 * day);
    g_autoptr(Fetched) again = client_refresh(org, refresh);
    assert_int_equal(again->status, 200);
    client_advance_clock(org, 30 * day);
    client_expect(client_refresh(org, refresh), 400,
                  REFUSAL("invalid_grant", "expired access/refresh token"));
    client_patch_app(org, "'idle_limit': false");
    g_autoptr(Fetched) without = client_refresh(org, refresh);
    assert_int_equal(without->status, 200);
}

static void ip_allowlist__of_refresh_tokens__is_kept(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Json) tokens = client_tokens(org, USER_ADMIN);
    const char *refresh = json_get_string(tokens, "refresh_token");
    client_patch_app(org, "'ip_allowlist': true, 'allowed_ips': ['192.0.2.0-192.0.2.255']");
    client_expect(client_refresh(org, refresh), 400, REFUSAL("invalid_grant", "ip restricted"));
    client_patch_app(org, "'allowed_ips': ['192.0.2.0-192.0.2.255', '127.0.0.1']");
    g_autoptr(Fetched) allowed = client_refresh(org, refresh);
    assert_int_equal(allowed->status, 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(openid__id_token__says_who_and_for_whom),
        TEST(openid__signature__fits_the_published_key),
        TEST(discovery__is_salesforces),
        TEST(verifier__with_a_tilde__is_refused),
        TEST(code_and_credentials__unticked__does_not_matter),
        TEST(idle_limit__thirty_days__whatever_the_policy_reads),
        TEST(ip_allowlist__of_refresh_tokens__is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
