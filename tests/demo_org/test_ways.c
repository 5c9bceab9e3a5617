/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "support/test.h"

/* Logins without a person: what each is refused for, in Salesforce's words, and how Setup allows
 * it. */

#define TOKEN_PATH "/services/oauth2/token"
#define JWT_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"

#define WITH_CLIENT_CREDENTIALS                                       \
    "{'apps': {'Bird_Integration': {'client_credentials': true, "     \
    "'client_credentials_policy': true, 'run_as': '" USER_INTEGRATION \
    "', 'scopes': ['api', 'refresh_token', 'web']}}}"

/* ---- client credentials ---- */

static struct fetched *ask(DemoOrg *org, const char *id, const char *secret)
{
    return client_post(org, TOKEN_PATH, "grant_type", "client_credentials", "client_id", id,
                       "client_secret", secret, NULL);
}

static struct fetched *ask_rightly(DemoOrg *org)
{
    return ask(org, org->client_id, org->client_secret);
}

/* As another host than the one that answers. */
static struct fetched *ask_at(DemoOrg *org, const char *host)
{
    g_autofree char *name = g_strconcat("Host: ", host, NULL);
    g_autofree char *body =
        g_strdup_printf("grant_type=client_credentials&client_id=%s&client_secret=%s",
                        org->client_id, org->client_secret);
    g_autofree char *url = g_strconcat(org->url, TOKEN_PATH, NULL);
    const char *const headers[] = {name, "Content-Type: application/x-www-form-urlencoded", NULL};
    const struct fetch_options options = {.body = body, .headers = headers};
    return fetch(url, &options);
}

static void client_credentials__run_as_the_user_of_the_app(void **state)
{
    DemoOrg *org = *state;
    demo_org_patch(org, WITH_CLIENT_CREDENTIALS);
    g_autoptr(Fetched) answer = ask_rightly(org);
    g_autoptr(Json) tokens = client_parse(answer, 200);
    client_expect_keys(tokens, "access_token signature scope instance_url id token_type issued_at");
    assert_string_equal(json_get_string(tokens, "scope"), "api");
    const char *access = json_get_string(tokens, "access_token");
    g_autoptr(Fetched) who = client_call(org, "GET", "/services/oauth2/userinfo", access, NULL);
    g_autoptr(Json) user = client_parse(who, 200);
    assert_string_equal(json_get_string(user, "preferred_username"), USER_INTEGRATION);
    g_autofree char *lead =
        client_insert(org, access, "Lead", "{\"LastName\":\"A\",\"Company\":\"B\"}");
    assert_true(g_str_has_prefix(lead, "00Q"));
    /* Not with this licence. */
    g_autoptr(Fetched) query = client_query(org, access, "SELECT Id FROM Organization");
    assert_int_equal(query->status, 400);
    assert_contains(query->body, "INVALID_TYPE");
    /* The token goes when it is revoked, and with it nothing else. */
    client_expect(client_post(org, "/services/oauth2/revoke", "token", access, NULL), 200, "");
    client_expect(client_call(org, "GET", "/services/oauth2/userinfo", access, NULL), 403,
                  "Bad_OAuth_Token");
}

static void client_credentials__basic_header__will_do(void **state)
{
    DemoOrg *org = *state;
    demo_org_patch(org, WITH_CLIENT_CREDENTIALS);
    g_autofree char *pair = g_strdup_printf("%s:%s", org->client_id, org->client_secret);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    g_autofree char *header = g_strconcat("Authorization: Basic ", encoded, NULL);
    g_autofree char *url = g_strconcat(org->url, TOKEN_PATH, NULL);
    const char *const headers[] = {header, "Content-Type: application/x-www-form-urlencoded", NULL};
    const struct fetch_options options = {.body = "grant_type=client_credentials",
                                          .headers = headers};
    g_autoptr(Fetched) answer = fetch(url, &options);
    assert_int_equal(answer->status, 200);
}

static void client_credentials__each_setting__has_its_refusal(void **state)
{
    static const struct {
        const char *settings, *answer;
    } cases[] = {
        {"'client_credentials': false",
         REFUSAL("invalid_grant", "client credentials flow not enabled")},
        {"'client_credentials_policy': false",
         REFUSAL("invalid_grant", "no client credentials user enabled")},
        {"'run_as': ''", REFUSAL("invalid_grant", "no client credentials user enabled")},
        {"'run_as': 'it@bird-demo.example'",
         REFUSAL("invalid_grant", "no client credentials user enabled")},
        {"'run_as': '" USER_FROZEN "'", REFUSAL("invalid_grant", "inactive user")},
        {"'permitted_users': 'admin'",
         REFUSAL("invalid_app_access", "user is not admin approved to access this app")},
        {"'run_as': '" USER_OFFICE "', 'ip_relaxation': 'enforce'",
         REFUSAL("invalid_grant", "ip restricted")},
        {"'session_level': 'high'",
         REFUSAL("invalid_session_level", "a high assurance session is required")},
        {"'blocked': true", REFUSAL("app_blocked", "this app is blocked by admin")},
        {"'in_org': false",
         REFUSAL("app_not_found", "External client app is not installed in this org")},
    };
    DemoOrg *org = *state;
    g_autoptr(Json) before = demo_org_control(org, "GET", "state", NULL);
    g_autofree char *app = json_print(json_get(json_get(before, "apps"), "Bird_Integration"));
    g_autofree char *reset = g_strdup_printf("{\"apps\":{\"Bird_Integration\":%s}}", app);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_free(demo_org_control(org, "PATCH", "state", reset));
        demo_org_patch(org, WITH_CLIENT_CREDENTIALS);
        client_patch_app(org, cases[i].settings);
        client_expect(ask_rightly(org), 400, cases[i].answer);
    }
}

static void client_credentials__keys_scope_and_host__are_looked_at(void **state)
{
    static const char here[] = REFUSAL("invalid_grant", "request not supported on this domain");
    DemoOrg *org = *state;
    demo_org_patch(org, WITH_CLIENT_CREDENTIALS);
    client_expect(ask(org, "3MVG9nobody", "x"), 400,
                  REFUSAL("invalid_client_id", "client identifier invalid"));
    client_expect(ask(org, org->client_id, "wrong"), 400,
                  REFUSAL("invalid_client", "invalid client credentials"));
    client_expect(ask(org, org->client_id, ""), 400,
                  REFUSAL("invalid_client", "invalid client credentials"));
    client_expect(client_post(org, TOKEN_PATH, "grant_type", "client_credentials", "client_id",
                              org->client_id, "client_secret", org->client_secret, "scope", "api",
                              NULL),
                  400, REFUSAL("invalid_request", "scope parameter not supported"));
    client_expect(ask_at(org, "login.salesforce.com"), 400, here);
    client_expect(ask_at(org, "Test.Salesforce.com:443"), 400, here);
    client_expect(ask_at(org, "acme.my.salesforce-setup.com"), 400, here);
    client_expect(ask_at(org, "acme.lightning.force.com"), 400,
                  REFUSAL("unsupported_grant_type", "grant type not supported"));
    g_autoptr(Fetched) domain = ask_at(org, "acme.my.salesforce.com");
    assert_int_equal(domain->status, 200);
}

static void client_credentials__token__lives_as_long_as_the_session(void **state)
{
    DemoOrg *org = *state;
    demo_org_patch(org, WITH_CLIENT_CREDENTIALS);
    client_patch_app(org, "'session_minutes': 15");
    g_autoptr(Fetched) answer = ask_rightly(org);
    g_autoptr(Json) tokens = client_parse(answer, 200);
    client_advance_clock(org, 16 * 60000);
    g_autoptr(Fetched) late = client_call(org, "GET", "/services/data/v68.0",
                                          json_get_string(tokens, "access_token"), NULL);
    assert_int_equal(late->status, 401);
}

/* ---- JWT bearer ---- */

struct key {
    char *pem; /* path of the private key */
    char *certificate;
};

/* OpenSSL makes the key and signs: nothing of the demo org's own checks itself. */
static struct key make_key(TmpHome *home, const char *name, const char *kind)
{
    g_autofree char *path = g_strdup_printf("%s/%s.pem", home->root, name);
    const char *const argv[] = {"openssl", "req",   "-x509",     "-newkey", kind, "-noenc", "-days",
                                "2",       "-subj", "/CN=perch", "-keyout", path, NULL};
    g_autoptr(Child) made = child_run(argv, environ, NULL);
    assert_int_equal(child_code(made), 0);
    return (struct key){g_steal_pointer(&path), g_strdup(made->output->str)};
}

static void key_clear(struct key *key)
{
    g_free(key->pem);
    g_free(key->certificate);
}
typedef struct key Key;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Key, key_clear)

static char *sign(const struct key *key, const char *algorithm, const char *claims)
{
    g_autofree char *header = g_strdup_printf("{\"alg\":\"%s\"}", algorithm);
    g_autofree char *head = client_base64url(header, strlen(header));
    g_autofree char *body = client_base64url(claims, strlen(claims));
    g_autofree char *said = g_strdup_printf("%s.%s", head, body);
    const char *const argv[] = {"openssl", "dgst", "-sha256", "-sign", key->pem, NULL};
    g_autoptr(Child) signer = child_run(argv, environ, said);
    assert_int_equal(child_code(signer), 0);
    g_autofree char *seal = client_base64url(signer->output->str, signer->output->len);
    return g_strdup_printf("%s.%s", said, seal);
}

static char *claims(const char *iss, const char *sub, const char *aud, gint64 exp)
{
    return g_strdup_printf("{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"exp\":%" G_GINT64_FORMAT
                           "}",
                           iss, sub, aud, exp);
}

static gint64 in_seconds(gint64 seconds)
{
    return g_get_real_time() / G_TIME_SPAN_SECOND + seconds;
}

static struct fetched *assert_jwt(DemoOrg *org, const struct key *key, const char *sub,
                                  const char *aud, gint64 exp)
{
    g_autofree char *said = claims(org->client_id, sub, aud, exp);
    g_autofree char *token = sign(key, "RS256", said);
    return client_post(org, TOKEN_PATH, "grant_type", JWT_GRANT, "assertion", token, NULL);
}

static struct fetched *assert_rightly(DemoOrg *org, const struct key *key)
{
    return assert_jwt(org, key, USER_INTEGRATION, org->url, in_seconds(170));
}

/* private_key_jwt, which discovery names: the app signs in place of its secret. */
static struct fetched *ask_signed(DemoOrg *org, const struct key *key, const char *sub,
                                  const char *aud, gint64 exp, const char *kind)
{
    g_autofree char *said = claims(org->client_id, sub, aud, exp);
    g_autofree char *token = sign(key, "RS256", said);
    return client_post(org, TOKEN_PATH, "grant_type", "client_credentials", "client_id",
                       org->client_id, "client_assertion_type", kind, "client_assertion", token,
                       NULL);
}

/* The app with the certificate, the integration user approved. */
static void allow_jwt(DemoOrg *org, const struct key *key)
{
    g_autoptr(Json) app = json_object();
    json_set_string(app, "certificate", key->certificate);
    json_set_bool(app, "jwt_bearer", true);
    json_set_string(app, "permitted_users", "admin");
    g_autofree char *text = json_print(app);
    g_autofree char *patch = g_strdup_printf("{\"apps\":{\"Bird_Integration\":%s}}", text);
    json_free(demo_org_control(org, "PATCH", "state", patch));
    client_patch_app(org, "'permission_sets': ['Bird_Records']");
}

static TmpHome *home;
static Key good, other;

static int keys_setup(void **state)
{
    (void)state;
    home = tmphome_new();
    good = make_key(home, "good", "rsa:2048");
    other = make_key(home, "other", "rsa:2048");
    return 0;
}

static int keys_teardown(void **state)
{
    (void)state;
    key_clear(&good);
    key_clear(&other);
    tmphome_free(home);
    return 0;
}

static void jwt__signed_with_the_apps_certificate__logs_in(void **state)
{
    DemoOrg *org = *state;
    allow_jwt(org, &good);
    g_autoptr(Fetched) answer = assert_rightly(org, &good);
    g_autoptr(Json) tokens = client_parse(answer, 200);
    client_expect_keys(tokens, "access_token scope instance_url id token_type");
    assert_string_equal(json_get_string(tokens, "scope"), "api web");
    g_autofree char *lead = client_insert(org, json_get_string(tokens, "access_token"), "Lead",
                                          "{\"LastName\":\"A\",\"Company\":\"B\"}");
    assert_true(g_str_has_prefix(lead, "00Q"));
    /* As Salesforce's CLI writes the end of it. */
    g_autoptr(Fetched) cli = assert_jwt(org, &good, USER_INTEGRATION, org->url,
                                        g_get_real_time() / G_TIME_SPAN_MILLISECOND + 300);
    assert_int_equal(cli->status, 200);
    /* prn wins over sub. */
    g_autofree char *both =
        g_strdup_printf("{\"iss\":\"%s\",\"sub\":\"nobody@x.example\",\"prn\":\"" USER_INTEGRATION
                        "\",\"aud\":\"%s\",\"exp\":%" G_GINT64_FORMAT "}",
                        org->client_id, org->url, in_seconds(60));
    g_autofree char *token = sign(&good, "RS256", both);
    g_autoptr(Fetched) older =
        client_post(org, TOKEN_PATH, "grant_type", JWT_GRANT, "assertion", token, NULL);
    assert_int_equal(older->status, 200);
}

static void jwt__signature__is_really_checked(void **state)
{
    static const char invalid[] = REFUSAL("invalid_grant", "invalid assertion");
    DemoOrg *org = *state;
    allow_jwt(org, &good);
    client_expect(assert_rightly(org, &other), 400, invalid);
    /* One letter of what was said, changed after it was signed. */
    g_autofree char *said = claims(org->client_id, USER_INTEGRATION, org->url, in_seconds(100));
    g_autofree char *token = sign(&good, "RS256", said);
    char *body = strchr(token, '.') + 1;
    g_autofree char *changed = claims(org->client_id, USER_ADMIN, org->url, in_seconds(100));
    g_autofree char *forged_body = client_base64url(changed, strlen(changed));
    g_autofree char *forged =
        g_strdup_printf("%.*s%s%s", (int)(body - token), token, forged_body, strrchr(token, '.'));
    client_expect(client_post(org, TOKEN_PATH, "grant_type", JWT_GRANT, "assertion", forged, NULL),
                  400, invalid);
    g_autofree char *unsigned_one = sign(&good, "none", said);
    const char *const nonsense[] = {unsigned_one, "", "a.b", "a.b.c", "....", good.pem};
    for (gsize i = 0; i < G_N_ELEMENTS(nonsense); i++)
        client_expect(
            client_post(org, TOKEN_PATH, "grant_type", JWT_GRANT, "assertion", nonsense[i], NULL),
            400, invalid);
    client_expect(client_post(org, TOKEN_PATH, "grant_type", JWT_GRANT, NULL), 400, invalid);
    client_patch_app(org, "'jwt_bearer': false");
    client_expect(assert_rightly(org, &good), 400, invalid);
    client_patch_app(org, "'jwt_bearer': true, 'certificate': ''");
    client_expect(assert_rightly(org, &good), 400, invalid);
}

static void jwt__each_claim__is_looked_at(void **state)
{
    static const char not_here[] =
        REFUSAL("app_not_found", "External client app is not installed in this org");
    static const char expired[] = REFUSAL("invalid_grant", "expired authorization code");
    static const char audience[] = REFUSAL("invalid_grant", "audience is invalid");
    DemoOrg *org = *state;
    allow_jwt(org, &good);
    g_autofree char *slash = g_strconcat(org->url, "/", NULL);
    client_expect(assert_jwt(org, &good, USER_INTEGRATION, slash, in_seconds(60)), 400, audience);
    client_expect(
        assert_jwt(org, &good, USER_INTEGRATION, "https://login.salesforce.com", in_seconds(60)),
        400, not_here);
    client_expect(assert_jwt(org, &good, USER_INTEGRATION, org->url, in_seconds(-5)), 400, expired);
    client_expect(assert_jwt(org, &good, USER_INTEGRATION, org->url, in_seconds(900)), 400,
                  expired);
    client_expect(assert_jwt(org, &good, "nobody@x.example", org->url, in_seconds(60)), 400,
                  REFUSAL("invalid_grant", "user hasn't approved this consumer"));
    g_autofree char *said = claims("3MVG9nobody", USER_ADMIN, org->url, in_seconds(60));
    g_autofree char *token = sign(&good, "RS256", said);
    client_expect(client_post(org, TOKEN_PATH, "grant_type", JWT_GRANT, "assertion", token, NULL),
                  400, REFUSAL("invalid_client_id", "client identifier invalid"));
    /* An older Connected App still takes the login host. */
    client_patch_app(org, "'kind': 'connected'");
    g_autoptr(Fetched) connected =
        assert_jwt(org, &good, USER_INTEGRATION, "https://test.salesforce.com", in_seconds(60));
    assert_int_equal(connected->status, 200);
}

static void client_assertion__takes_the_place_of_the_secret(void **state)
{
#define SIGNED "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    static const char wrong[] = REFUSAL("invalid_client", "invalid client credentials");
    DemoOrg *org = *state;
    const char *id = org->client_id;
    g_autofree char *endpoint = g_strconcat(org->url, TOKEN_PATH, NULL);
    allow_jwt(org, &good);
    demo_org_patch(org, WITH_CLIENT_CREDENTIALS);
    const char *const audiences[] = {org->url, endpoint};
    for (gsize i = 0; i < G_N_ELEMENTS(audiences); i++) {
        g_autoptr(Fetched) answer =
            ask_signed(org, &good, id, audiences[i], in_seconds(60), SIGNED);
        g_autoptr(Json) tokens = client_parse(answer, 200);
        assert_non_null(json_get_string(tokens, "access_token"));
    }
    const struct {
        const struct key *key;
        const char *sub, *aud;
        gint64 exp;
        const char *kind;
    } refused[] = {{&other, id, org->url, in_seconds(60), SIGNED},
                   {&good, USER_INTEGRATION, org->url, in_seconds(60), SIGNED},
                   {&good, id, "https://login.salesforce.com", in_seconds(60), SIGNED},
                   {&good, id, org->url, in_seconds(-5), SIGNED},
                   {&good, id, org->url, in_seconds(60), "jwt"}};
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
        client_expect(ask_signed(org, refused[i].key, refused[i].sub, refused[i].aud,
                                 refused[i].exp, refused[i].kind),
                      400, wrong);
    client_patch_app(org, "'jwt_bearer': false");
    client_expect(ask_signed(org, &good, id, org->url, in_seconds(60), SIGNED), 400, wrong);
}

static void jwt__approval__comes_before(void **state)
{
    DemoOrg *org = *state;
    allow_jwt(org, &good);
    client_patch_app(org, "'permission_sets': []");
    client_expect(assert_rightly(org, &good), 400,
                  REFUSAL("invalid_app_access", "user is not admin approved to access this app"));
    client_patch_app(org, "'profiles': ['Minimum Access - API Only Integrations']");
    g_autoptr(Fetched) by_profile = assert_rightly(org, &good);
    assert_int_equal(by_profile->status, 200);
    /* Users who may self-authorize must have done so once, for a refresh token. */
    client_patch_app(org, "'permitted_users': 'self', 'scopes': ['api']");
    client_expect(assert_jwt(org, &good, USER_ADMIN, org->url, in_seconds(60)), 400,
                  REFUSAL("invalid_request", "refresh_token scope is required or the connected app "
                                             "should be installed and preauthorized"));
    client_patch_app(org, "'scopes': ['api', 'refresh_token']");
    client_expect(assert_jwt(org, &good, USER_ADMIN, org->url, in_seconds(60)), 400,
                  REFUSAL("invalid_grant", "user hasn't approved this consumer"));
    json_free(client_tokens(org, USER_ADMIN));
    g_autoptr(Fetched) after = assert_jwt(org, &good, USER_ADMIN, org->url, in_seconds(60));
    assert_int_equal(after->status, 200);
}

/* ---- Setup ---- */

static void new_app__has_salesforces_defaults(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autoptr(Fetched) list =
        client_browse(org, "/lightning/setup/ManageExternalClientApplication/home", cookie, NULL);
    const char *at = strstr(list->body, "name=\"confirmation\" value=\"");
    assert_non_null(at);
    at += strlen("name=\"confirmation\" value=\"");
    g_autofree char *form =
        g_strdup_printf("confirmation=%.*s&label=New&name=New", (int)strcspn(at, "\""), at);
    g_autoptr(Fetched) made =
        client_browse(org, "/lightning/setup/ManageExternalClientApplication/new", cookie, form);
    assert_int_equal(made->status, 302);
    g_autoptr(Json) now = demo_org_control(org, "GET", "state", NULL);
    const Json *app = json_get(json_get(now, "apps"), "New");
    assert_string_equal(json_get_string(app, "permitted_users"), "self");
    assert_string_equal(json_get_string(app, "ip_relaxation"), "enforce");
    assert_string_equal(json_get_string(app, "refresh_policy"), "lifetime");
    assert_int_equal(json_get_int(app, "refresh_hours", 0), 365 * 24);
    assert_string_equal(json_get_string(app, "session_level"), "standard");
    assert_true(json_get_bool(app, "rotation", false));
    assert_true(json_get_bool(app, "pkce_required", false));
}

static void setup__flow_and_run_as__can_be_set(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autofree char *page = client_app_page(org);
    /* Neither e-mail nor a name that nobody has. */
    g_autoptr(Fetched) email =
        client_send_form(org, page, cookie,
                         "client_credentials=on&client_credentials_policy=on&run_as="
                         "it%40bird-demo.example");
    assert_contains(email->body,
                    "Enter a valid execution user for the OAuth client credentials flow.");
    client_expect(ask_rightly(org), 400,
                  REFUSAL("invalid_grant", "client credentials flow not enabled"));
    client_edit_form(org, page, cookie,
                     "client_credentials=on&client_credentials_policy=on&scopes=api&"
                     "oauth_enabled=on&run_as=integration%40bird-demo.example");
    g_autoptr(Fetched) answer = ask_rightly(org);
    assert_int_equal(answer->status, 200);
}

static void setup__certificate__has_to_be_one(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autofree char *page = client_app_page(org);
    g_auto(Key) curve = make_key(home, "curve", "ed25519");
    const char *const wrong[] = {"no certificate", curve.certificate};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *escaped = g_uri_escape_string(wrong[i], NULL, FALSE);
        g_autofree char *form = g_strconcat("jwt_bearer=on&certificate=", escaped, NULL);
        g_autoptr(Fetched) refused = client_send_form(org, page, cookie, form);
        assert_contains(refused->body, "The certificate has to be X.509");
    }
    /* A browser sends the lines of a text with CR and LF. */
    g_auto(GStrv) lines = g_strsplit(good.certificate, "\n", -1);
    g_autofree char *sent = g_strjoinv("\r\n", lines);
    g_autofree char *escaped = g_uri_escape_string(sent, NULL, FALSE);
    g_autofree char *form = g_strdup_printf("jwt_bearer=on&oauth_enabled=on&scopes=api&"
                                            "permitted_users=admin&permission_sets=Bird_Records&"
                                            "certificate=%s",
                                            escaped);
    client_edit_form(org, page, cookie, form);
    g_autoptr(Fetched) answer = assert_rightly(org, &good);
    assert_int_equal(answer->status, 200);
}

static void setup__locked_boxes__stay_ticked(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autofree char *page = client_app_page(org);
    client_patch_app(org, "'security_locked': true, 'rotation': true, 'idle_limit': true");
    g_autoptr(Fetched) shown = client_browse(org, page, cookie, NULL);
    assert_contains(shown->body, "id=\"rotation\" checked disabled>");
    assert_contains(shown->body, "id=\"idle_limit\" checked disabled>");
    assert_contains(shown->body, "id=\"pkce_required\" checked disabled>");
    client_edit_form(org, page, cookie, "oauth_enabled=on");
    g_autoptr(Json) now = demo_org_control(org, "GET", "state", NULL);
    const Json *app = json_get(json_get(now, "apps"), "Bird_Integration");
    assert_true(json_get_bool(app, "rotation", false));
    assert_true(json_get_bool(app, "idle_limit", false));
    assert_true(json_get_bool(app, "pkce_required", false));
    assert_true(json_get_bool(app, "security_locked", false));
    assert_false(json_get_bool(app, "secret_required", true));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(client_credentials__run_as_the_user_of_the_app),
        TEST(client_credentials__basic_header__will_do),
        TEST(client_credentials__each_setting__has_its_refusal),
        TEST(client_credentials__keys_scope_and_host__are_looked_at),
        TEST(client_credentials__token__lives_as_long_as_the_session),
        TEST(jwt__signed_with_the_apps_certificate__logs_in),
        TEST(jwt__signature__is_really_checked),
        TEST(jwt__each_claim__is_looked_at),
        TEST(client_assertion__takes_the_place_of_the_secret),
        TEST(jwt__approval__comes_before),
        TEST(new_app__has_salesforces_defaults),
        TEST(setup__flow_and_run_as__can_be_set),
        TEST(setup__certificate__has_to_be_one),
        TEST(setup__locked_boxes__stay_ticked),
    };
    return cmocka_run_group_tests(tests, keys_setup, keys_teardown);
}
