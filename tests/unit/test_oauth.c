/* SPDX-License-Identifier: MIT */
/* PKCE, the authorize address, request bodies, token answers and who the user is. */
#include "support/test.h"

#include <string.h>

#include "auth/bodies.h"
#include "perch/auth/oauth.h"
#include "perch/base/error.h"

#define ORG "00D000000000001EAA"
#define USER "005000000000001AAA"
#define IDENTITY "https://login.salesforce.com/id/" ORG "/" USER
#define LOGIN "https://login.salesforce.com"
#define SECRET "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
/* base64(HMAC-SHA256(SECRET, IDENTITY "1700000000000")), made with another program */
#define SIGNATURE "iZyywartko6DPR84UgHB3aTBzNIYhblcaq9DPcGTFsU="

/* ---- PKCE ---- */

static void pkce__rfc7636_appendix_b__gives_its_challenge(void **state)
{
    (void)state;
    g_autofree char *challenge = pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_string_equal(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void pkce__made__is_new_each_time_and_of_the_right_form(void **state)
{
    struct pkce a = {0}, b = {0};
    (void)state;
    pkce_make(&a);
    pkce_make(&b);
    assert_int_equal(secret_length(a.verifier), 43);
    assert_false(secret_equal(a.verifier, b.verifier));
    assert_int_equal(strlen(a.challenge), 43);
    assert_true(g_regex_match_simple("^[A-Za-z0-9_-]+$", a.challenge, 0, 0));
    g_autofree char *again = pkce_challenge(secret_peek(a.verifier));
    assert_string_equal(a.challenge, again);
    pkce_clear(&a);
    pkce_clear(&b);
    assert_null(a.verifier);
    assert_null(a.challenge);
}

/* ---- authorize ---- */

static void authorize__everything__is_escaped_once_and_in_order(void **state)
{
    (void)state;
    g_autofree char *url = authorize_url(&(struct authorize){
        .login_url = "https://acme.my.salesforce.com",
        .client_id = "3MVG9.key_with/odd+signs",
        .redirect_uri = "http://localhost:1717/OauthRedirect",
        .scopes = "api refresh_token",
        .state = "a&b=c%d",
        .challenge = "E9Melhoa-cM_",
        .login_hint = "admin+test@acme.example",
        .prompt = "login consent",
    });
    assert_string_equal(
        url, "https://acme.my.salesforce.com/services/oauth2/authorize?response_type=code"
             "&client_id=3MVG9.key_with%2Fodd%2Bsigns"
             "&redirect_uri=http%3A%2F%2Flocalhost%3A1717%2FOauthRedirect"
             "&scope=api%20refresh_token&state=a%26b%3Dc%25d&code_challenge=E9Melhoa-cM_"
             "&code_challenge_method=S256&login_hint=admin%2Btest%40acme.example"
             "&prompt=login%20consent");
}

static void authorize__optional_parts_missing__are_left_out(void **state)
{
    (void)state;
    g_autofree char *url = authorize_url(&(struct authorize){
        .login_url = "http://localhost:8080",
        .client_id = "k",
        .redirect_uri = "http://localhost:1/x",
        .state = "s",
        .challenge = "c",
        .login_hint = "",
    });
    assert_string_equal(url, "http://localhost:8080/services/oauth2/authorize?response_type=code"
                             "&client_id=k&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fx&state=s"
                             "&code_challenge=c&code_challenge_method=S256");
}

/* ---- bodies ---- */

static void body__exchange__posts_the_code_encoded_once(void **state)
{
    (void)state;
    g_autoptr(Secret) secret = secret_new("S/+=");
    g_autoptr(Secret) code = secret_new("aPrx.a_b==");
    g_autoptr(Secret) verifier = secret_new("v-1");
    g_autoptr(Secret) body =
        exchange_body("key", secret, "http://localhost:1717/OauthRedirect", code, verifier);
    assert_string_equal(secret_peek(body),
                        "grant_type=authorization_code&code=aPrx.a_b%3D%3D&client_id=key"
                        "&client_secret=S%2F%2B%3D"
                        "&redirect_uri=http%3A%2F%2Flocalhost%3A1717%2FOauthRedirect"
                        "&code_verifier=v-1");
}

static void body__no_secret__is_not_sent(void **state)
{
    (void)state;
    g_autoptr(Secret) code = secret_new("c");
    g_autoptr(Secret) empty = secret_new("");
    g_autoptr(Secret) without = exchange_body("key", NULL, "http://localhost:1/x", code, NULL);
    g_autoptr(Secret) with_empty = token_body("refresh_token", "key", empty, code);
    assert_null(strstr(secret_peek(without), "client_secret"));
    assert_null(strstr(secret_peek(without), "code_verifier"));
    assert_string_equal(secret_peek(with_empty),
                        "grant_type=refresh_token&refresh_token=c&client_id=key");
}

static void body__others__have_their_exact_bytes(void **state)
{
    (void)state;
    g_autoptr(Secret) secret = secret_new("s");
    g_autoptr(Secret) token = secret_new("00D!a.b");
    g_autoptr(Secret) refresh = token_body("refresh_token", "key", secret, token);
    g_autoptr(Secret) revoke = revoke_body(token);
    g_autoptr(Secret) introspect = introspect_body("key", secret, token);
    assert_string_equal(secret_peek(refresh), "grant_type=refresh_token&refresh_token=00D%21a.b"
                                              "&client_id=key&client_secret=s");
    assert_string_equal(secret_peek(revoke), "token=00D%21a.b");
    assert_string_equal(secret_peek(introspect), "token=00D%21a.b&token_type_hint=access_token"
                                                 "&client_id=key&client_secret=s");
}

/* ---- token answers ---- */

static bool parse(struct token_answer *answer, const char *body, const char *login, GError **error)
{
    g_autoptr(Json) json = json_parse(body, strlen(body), NULL);
    return token_answer_parse(answer, json, login, error);
}

static void token__code_exchange__all_fields_are_taken(void **state)
{
    static const char body[] =
        "{\"id\":\"" IDENTITY "\",\"issued_at\":\"1700000000000\","
        "\"scope\":\"api refresh_token web\",\"instance_url\":\"https://acme.my.salesforce.com\","
        "\"token_type\":\"Bearer\",\"refresh_token\":\"5Aep861fake\",\"signature\":\"" SIGNATURE
        "\",\"access_token\":\"00D000000000001!fake.token_x\",\"something_new\":{\"a\":[1]}}";
    struct token_answer answer = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) secret = secret_new(SECRET);
    g_autoptr(Secret) other = secret_new("wrong");
    (void)state;
    assert_true(parse(&answer, body, LOGIN, &error));
    assert_no_error(error);
    assert_string_equal(secret_peek(answer.access_token), "00D000000000001!fake.token_x");
    assert_string_equal(secret_peek(answer.refresh_token), "5Aep861fake");
    assert_string_equal(answer.instance_url, "https://acme.my.salesforce.com");
    assert_string_equal(answer.identity_url, IDENTITY);
    assert_string_equal(answer.org_id, ORG);
    assert_string_equal(answer.user_id, USER);
    assert_string_equal(answer.scope, "api refresh_token web");
    assert_string_equal(answer.issued_at, "1700000000000");
    assert_int_equal(token_signature_check(&answer, secret), SIGNATURE_OK);
    assert_int_equal(token_signature_check(&answer, other), SIGNATURE_WRONG);
    assert_int_equal(token_signature_check(&answer, NULL), SIGNATURE_NO_SECRET);
    token_answer_clear(&answer);
    assert_null(answer.access_token);
}

static void token__refresh_answer__keeps_no_refresh_token(void **state)
{
    static const char body[] =
        "{\"access_token\":\"00D!x\",\"signature\":\"abc\",\"scope\":\"refresh_token api\","
        "\"instance_url\":\"https://acme-dev-ed.develop.my.salesforce.com/\","
        "\"id\":\"" IDENTITY "\",\"token_type\":\"Bearer\",\"issued_at\":1682687484035}";
    struct token_answer answer = {0};
    (void)state;
    assert_true(parse(&answer, body, LOGIN, NULL));
    assert_null(answer.refresh_token);
    assert_string_equal(answer.instance_url, "https://acme-dev-ed.develop.my.salesforce.com");
    assert_string_equal(answer.issued_at, "1682687484035");
    token_answer_clear(&answer);
}

static void token__short_ids__become_long(void **state)
{
    static const char body[] =
        "{\"access_token\":\"t\",\"instance_url\":\"https://a.my.salesforce.com\","
        "\"id\":\"https://login.salesforce.com/id/00D000000000001/005000000000001?x=1\"}";
    struct token_answer answer = {0};
    (void)state;
    assert_true(parse(&answer, body, LOGIN, NULL));
    assert_string_equal(answer.org_id, ORG);
    assert_string_equal(answer.user_id, USER);
    assert_null(answer.scope);
    token_answer_clear(&answer);
}

static void token__odd_identity__is_no_reason_to_lose_the_token(void **state)
{
    static const char *const ids[] = {"\"\"",
                                      "null",
                                      "7",
                                      "\"https://x/id/\"",
                                      "\"https://x/id/00D/005\"",
                                      "\"https://x/id/001000000000001/005000000000001\""};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        struct token_answer answer = {0};
        g_autofree char *body = g_strdup_printf(
            "{\"access_token\":\"t\",\"instance_url\":\"https://a.my.salesforce.com\",\"id\":%s}",
            ids[i]);
        assert_true(parse(&answer, body, LOGIN, NULL));
        assert_null(answer.org_id);
        assert_null(answer.user_id);
        token_answer_clear(&answer);
    }
}

static void token__instance_url__has_to_be_trusted(void **state)
{
    static const struct {
        const char *instance, *login;
        bool trusted;
    } rows[] = {
        {"https://acme.my.salesforce.com", LOGIN, true},
        {"https://na44.salesforce.com", LOGIN, true},
        {"https://acme.my.salesforce.mil", LOGIN, true},
        {"http://localhost:8080", "http://localhost:8080", true},
        {"https://127.0.0.1:8443", "http://localhost:8080", true},
        {"http://[::1]:8080", "http://127.0.0.1:9", true},
        {"http://localhost:8080", LOGIN, false},
        {"https://127.0.0.1", LOGIN, false},
        {"http://acme.my.salesforce.com", LOGIN, false},
        {"https://acme.my.salesforce.com.evil.example", LOGIN, false},
        {"https://evil.example", LOGIN, false},
        {"https://user@acme.my.salesforce.com", LOGIN, false},
        {"https://acme.my.salesforce.com@evil.example", LOGIN, false},
        {"https://acme.my.site.com", LOGIN, false},
        {"acme.my.salesforce.com", LOGIN, false},
        {"", LOGIN, false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct token_answer answer = {0};
        g_autoptr(GError) error = NULL;
        g_autofree char *body = g_strdup_printf(
            "{\"access_token\":\"canary\",\"instance_url\":\"%s\"}", rows[i].instance);
        if (parse(&answer, body, rows[i].login, &error) != rows[i].trusted)
            fail_msg("%s after a login at %s", rows[i].instance, rows[i].login);
        if (!rows[i].trusted) {
            assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
            assert_contains(error->message, "not a Salesforce host");
            assert_null(strstr(error->message, "canary"));
        }
        /* They have to be revoked, or kept. */
        assert_true(secret_equal_text(answer.access_token, "canary"));
        assert_int_equal(answer.instance_url != NULL, rows[i].trusted);
        token_answer_clear(&answer);
    }
}

static void token__without_an_instance_url__is_said_so(void **state)
{
    struct token_answer answer = {0};
    g_autoptr(GError) error = NULL;
    (void)state;
    assert_false(parse(&answer, "{\"access_token\":\"x\",\"refresh_token\":\"y\"}", LOGIN, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    assert_contains(error->message, "names no instance URL");
    assert_true(secret_equal_text(answer.refresh_token, "y"));
    token_answer_clear(&answer);
}

static void signature__absent__is_not_for_want_of_a_secret(void **state)
{
    static const char *const lacks[] = {
        "\"id\":\"https://x/id/00D000000000001AAA/005000000000001AAA\",\"issued_at\":\"1\"",
        "\"id\":\"https://x/id/00D000000000001AAA/005000000000001AAA\",\"signature\":\"s\"",
        "\"issued_at\":\"1\",\"signature\":\"s\"",
    };
    g_autoptr(Secret) secret = secret_new("secret");
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(lacks); i++) {
        struct token_answer answer = {0};
        g_autofree char *body = g_strdup_printf(
            "{\"access_token\":\"t\",\"instance_url\":\"https://a.my.salesforce.com\",%s}",
            lacks[i]);
        assert_true(parse(&answer, body, LOGIN, NULL));
        assert_int_equal(token_signature_check(&answer, secret), SIGNATURE_ABSENT);
        assert_int_equal(token_signature_check(&answer, NULL), SIGNATURE_ABSENT);
        token_answer_clear(&answer);
    }
}

static void token__no_token_answer__is_refused(void **state)
{
    static const char *const bodies[] = {
        "",
        "null",
        "[]",
        "{}",
        "\"00D!x\"",
        "<html></html>",
        "{\"error\":\"invalid_grant\",\"error_description\":\"expired authorization code\"}",
        "{\"access_token\":\"\",\"instance_url\":\"https://a.my.salesforce.com\"}",
        "{\"access_token\":7,\"instance_url\":\"https://a.my.salesforce.com\"}",
        "{\"access_token\":\"x\""};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        struct token_answer answer = {0};
        g_autoptr(GError) error = NULL;
        assert_false(parse(&answer, bodies[i], LOGIN, &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
        assert_null(answer.access_token);
    }
}

/* It goes onto a terminal and into a header as it is. */
static void token__characters_that_no_token_has__are_refused_as_that(void **state)
{
    static const char *const bad[] = {"a\\nb",       "a\\r\\nX: y", "a b",
                                      "\\u001b[31m", "a\\u009bm",   "a\\u202eb",
                                      "\\u00e9",     "a\\u007f",    "a\\tb"};
    (void)state;
    for (gsize i = 0; i < 2 * G_N_ELEMENTS(bad); i++) {
        const char *token = bad[i / 2];
        g_autofree char *body =
            g_strdup_printf("{\"access_token\":\"00D!%s\",\"refresh_token\":\"5Aep%s\","
                            "\"instance_url\":\"https://a.my.salesforce.com\"}",
                            i % 2 == 0 ? token : "", i % 2 == 0 ? "" : token);
        struct token_answer answer = {0};
        g_autoptr(GError) error = NULL;
        assert_false(parse(&answer, body, LOGIN, &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
        assert_contains(error->message, "control characters");
    }
}

/* ---- scopes ---- */

static void scope__granted__covers_what_it_means(void **state)
{
    static const struct {
        const char *granted, *wanted;
        bool covered;
    } rows[] = {
        {"api refresh_token", "api", true},
        {"refresh_token api", "refresh_token", true},
        {"api offline_access", "refresh_token", true},
        {"api refresh_token", "offline_access", true},
        {"full", "api", true},
        {"full", "web", true},
        {"full", "refresh_token", false},
        {"full refresh_token", "api refresh_token web", true},
        {"api", "api refresh_token", false},
        {"chatter_api", "api", false},
        {"api2", "api", false},
        {"", "api", false},
        {NULL, "api", false},
        {"api", "", true},
        {"api", NULL, true},
        {" api  web ", "web", true},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (scope_covers(rows[i].granted, rows[i].wanted) != rows[i].covered)
            fail_msg("\"%s\" for \"%s\"", rows[i].granted, rows[i].wanted);
}

/* ---- who ---- */

static void userinfo__both_endpoints__say_who(void **state)
{
    static const char *const bodies[] = {
        "{\"sub\":\"x\",\"user_id\":\"" USER "\",\"organization_id\":\"" ORG "\","
        "\"preferred_username\":\"admin@acme.example\",\"name\":\"Ada\\u202e Admin\","
        "\"email\":\"ada@acme.example\",\"active\":true}",
        "{\"id\":\"x\",\"user_id\":\"" USER "\",\"organization_id\":\"" ORG "\","
        "\"username\":\"admin@acme.example\",\"display_name\":\"Ada Admin\","
        "\"email\":\"ada@acme.example\"}"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        struct userinfo info = {0};
        g_autoptr(Json) json = json_parse(bodies[i], strlen(bodies[i]), NULL);
        assert_true(userinfo_parse(&info, json, NULL));
        assert_string_equal(info.user_id, USER);
        assert_string_equal(info.org_id, ORG);
        assert_string_equal(info.username, "admin@acme.example");
        assert_string_equal(info.name, "Ada Admin");
        assert_string_equal(info.email, "ada@acme.example");
        assert_true(info.active);
        userinfo_clear(&info);
    }
}

static void userinfo__not_told__is_refused_or_left_empty(void **state)
{
    static const char *const bad[] = {"", "Bad_OAuth_Token", "{}", "{\"user_id\":\"x\"}"};
    static const char hidden[] = "{\"user_id\":\"" USER "\",\"organization_id\":\"" ORG
                                 "\",\"active\":false,\"preferred_username\":null}";
    struct userinfo info = {0};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Json) json = json_parse(bad[i], strlen(bad[i]), NULL);
        assert_false(userinfo_parse(&info, json, &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    }
    g_autoptr(Json) json = json_parse(hidden, strlen(hidden), NULL);
    assert_true(userinfo_parse(&info, json, NULL));
    assert_null(info.username);
    assert_false(info.active);
    userinfo_clear(&info);
}

static void introspect__answers__tell_the_life_left(void **state)
{
    static const struct {
        const char *body;
        gint64 seconds;
        bool active;
    } rows[] = {
        {"{\"active\":true,\"exp\":1700007200}", 7200, true},
        {"{\"active\":true,\"exp\":\"1700007200\"}", 7200, true},
        {"{\"active\":true}", 0, true},
        {"{\"active\":true,\"exp\":1600000000}", 0, true},
        {"{\"active\":false}", 0, false},
        {"{\"active\":false,\"exp\":1700007200}", 0, false},
        {"", 0, false},
        {"[1]", 0, false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        bool active = !rows[i].active;
        g_autoptr(Json) json = json_parse(rows[i].body, strlen(rows[i].body), NULL);
        gint64 seconds = introspect_lifetime(json, G_GINT64_CONSTANT(1700000000000), &active);
        assert_int_equal(seconds, rows[i].seconds);
        assert_int_equal(active, rows[i].active);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pkce__rfc7636_appendix_b__gives_its_challenge),
        cmocka_unit_test(pkce__made__is_new_each_time_and_of_the_right_form),
        cmocka_unit_test(authorize__everything__is_escaped_once_and_in_order),
        cmocka_unit_test(authorize__optional_parts_missing__are_left_out),
        cmocka_unit_test(body__exchange__posts_the_code_encoded_once),
        cmocka_unit_test(body__no_secret__is_not_sent),
        cmocka_unit_test(body__others__have_their_exact_bytes),
        cmocka_unit_test(token__code_exchange__all_fields_are_taken),
        cmocka_unit_test(token__refresh_answer__keeps_no_refresh_token),
        cmocka_unit_test(token__short_ids__become_long),
        cmocka_unit_test(token__odd_identity__is_no_reason_to_lose_the_token),
        cmocka_unit_test(token__instance_url__has_to_be_trusted),
        cmocka_unit_test(token__without_an_instance_url__is_said_so),
        cmocka_unit_test(signature__absent__is_not_for_want_of_a_secret),
        cmocka_unit_test(token__no_token_answer__is_refused),
        cmocka_unit_test(token__characters_that_no_token_has__are_refused_as_that),
        cmocka_unit_test(scope__granted__covers_what_it_means),
        cmocka_unit_test(userinfo__both_endpoints__say_who),
        cmocka_unit_test(userinfo__not_told__is_refused_or_left_empty),
        cmocka_unit_test(introspect__answers__tell_the_life_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
