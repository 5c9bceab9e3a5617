/* SPDX-License-Identifier: MIT */

/* An app that logs in with a private key, which perch makes: set up, used, handed over and
 * forgotten, without a browser, a listener, a secret to copy or a refresh token. */

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "e2e/jwt.h"
#include "e2e/tokens.h"
#include "e2e/walk.h"

/* Rotation locked, as in a new app of 2026: no flow can hold its refresh token. */
static Rig *rig(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, APP(ALLOWED ", 'rotation': true, 'idle_limit': true, "
                                         "'security_locked': true"));
    tmphome_set(rig->home, "BROWSER", NULL);
    return rig;
}

static char *openssl(Rig *rig, const char *const *words, const char *input)
{
    g_autoptr(Child) child = child_run(words, rig->home->env, input);
    if (child_code(child) != 0)
        fail_msg("openssl %s: %s", words[1], child->errors->str);
    return g_strdup(child->output->str);
}

static void setup__no_input__needs_no_browser_and_ends_with_a_lead(void **state)
{
    static const char *const absent[] = {"Callback port", "Browser:",       "Rotation",
                                         "efresh token",  "onsumer secret", "Signature"};
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) first = jwt_set_up(r, "acme");
    g_autofree char *file = rig_settings_path(r, "acme.crt");
    assert_code(first, 5);
    assert_contains(first->output->str, "tick Enable JWT Bearer Flow");
    jwt_know_key(r, "acme");
    rig_upload(r, "acme.crt");
    g_autoptr(Child) child = rig_perch(r, "setup", "acme", "--plain", "--no-input", NULL);
    assert_code(child, 0);
    assert_contains(child->output->str, "Logged in: access token");
    assert_contains(child->output->str, RUN_AS);
    assert_contains(child->output->str, "Scopes: api");
    assert_contains(child->output->str, "Inserted: 00Q");
    for (gsize i = 0; i < G_N_ELEMENTS(absent); i++)
        if (strstr(child->output->str, absent[i]) != NULL)
            fail_msg("%s:\n%s", absent[i], child->output->str);
    struct secrets secrets;
    tokens_load(r, "acme", &secrets);
    assert_null(secrets.refresh_token);
    assert_null(secrets.client_secret);
    assert_non_null(secrets.access_token);
    /* The certificate is what OpenSSL takes, and that of this key. */
    const char *const verify[] = {"openssl", "verify", "-CAfile", file, file, NULL};
    const char *const certified[] = {"openssl", "x509", "-noout", "-pubkey", "-in", file, NULL};
    const char *const public[] = {"openssl", "pkey", "-pubout", NULL};
    g_autofree char *verified = openssl(r, verify, NULL);
    g_autofree char *one = openssl(r, certified, NULL);
    g_autofree char *other = openssl(r, public, secret_peek(secrets.private_key));
    assert_contains(verified, ": OK");
    assert_string_equal(one, other);
    secrets_clear(&secrets);
}

static void token__due__is_fetched_one_after_another(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    const guint before = demo_org_requests(r->org, "POST", TOKEN_PATH);
    g_autoptr(Child) first = rig_perch_secret(r, "token", "acme", NULL);
    assert_code(first, 0);
    assert_int_equal(demo_org_requests(r->org, "POST", TOKEN_PATH), before);
    g_autoptr(Child) fresh = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(fresh, 0);
    assert_string_equal(fresh->errors->str, "");
    assert_string_not_equal(fresh->output->str, first->output->str);
    tokens_assert_work(r, fresh->output->str);

    tokens_assert_one_asks(r, "acme");
}

static void commands__each__knows_the_way(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    g_autofree char *file = rig_settings_path(r, "acme.crt");
    g_autofree char *pem = rig_settings(r, "acme.crt");
    g_autoptr(Child) status = rig_perch(r, "status", NULL);
    assert_code(status, 0);
    assert_contains(status->output->str, "working");
    g_autoptr(Child) doctor = rig_perch(r, "doctor", "acme", "--json", NULL);
    assert_code(doctor, 0);
    g_autoptr(Json) checks = child_json(doctor);
    assert_string_equal(json_get_string(json_check(checks, "refreshed"), "title"), "New token");
    assert_string_equal(json_get_string(json_check(checks, "certificate"), "status"), "ok");
    assert_string_equal(json_get_string(json_check(checks, "lead"), "status"), "ok");
    assert_string_equal(json_get_string(json_check(checks, "username"), "status"), "ok");
    const Json *license = json_get(json_check(checks, "user-license"), "evidence");
    assert_string_equal(json_get_string(license, "license"), "Salesforce Integration");
    assert_null(strstr(doctor->output->str, "\"run-as\""));
    assert_null(strstr(doctor->output->str, "\"rotation\""));
    g_autoptr(Child) test = rig_perch(r, "test", "acme", NULL);
    assert_code(test, 0);
    g_autoptr(Child) again = rig_perch(r, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_code(again, 0);
    assert_contains(again->output->str, "the same org and user as before");
    g_autoptr(Child) sheet = rig_perch(r, "app", "acme", NULL);
    assert_code(sheet, 0);
    assert_contains(sheet->output->str, file);
    assert_contains(sheet->output->str, "Admin approved users are pre-authorized");
    g_autofree char *folder = g_build_filename(r->home->home, "tree", NULL);
    g_autoptr(Child) tree = rig_perch(r, "app", "acme", "--format", "metadata", "--contact-email",
                                      "it@bird-demo.example", "--output", folder, NULL);
    assert_code(tree, 0);
    g_autofree char *global =
        g_build_filename(folder, "force-app/main/default/extlClntAppGlobalOauthSets",
                         "Bird_Integration_glbloauth.ecaGlblOauth-meta.xml", NULL);
    g_autofree char *xml = NULL;
    assert_true(g_file_get_contents(global, &xml, NULL, NULL));
    g_autofree char *element = g_strdup_printf("<certificate>%s</certificate>", pem);
    assert_contains(xml, element);
}

static void status__certificate_ends_soon__warns(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    g_autofree char *path = rig_settings_path(r, "acme.json");
    g_autofree char *text = rig_settings(r, "acme.json");
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    json_set_int(json, "certificate_ends",
                 g_get_real_time() / 1000 + 10 * G_GINT64_CONSTANT(86400000));
    g_autofree char *changed = json_print(json);
    assert_true(g_file_set_contents(path, changed, -1, NULL));
    g_autoptr(Child) doctor = rig_perch(r, "doctor", "acme", "--json", NULL);
    g_autoptr(Json) checks = child_json(doctor);
    assert_string_equal(json_get_string(json_check(checks, "certificate"), "status"), "warning");
}

static void handoff__holds_the_key_and_plays(void **state)
{
    static const char *const cannot[] = {"curl", "curl-config", "postman", "flow", "sfdx-url"};
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    g_autoptr(Child) json = rig_perch_secret(r, "handoff", "acme", "--json", NULL);
    assert_code(json, 0);
    g_autoptr(Json) values = child_json(json);
    struct secrets secrets;
    tokens_load(r, "acme", &secrets);
    assert_string_equal(json_get_string(values, "private_key"), secret_peek(secrets.private_key));
    secrets_clear(&secrets);
    assert_true(json_is_null(json_get(values, "client_secret")));
    assert_true(json_is_null(json_get(values, "refresh_token")));
    assert_string_equal(json_get_string(values, "username"), RUN_AS);
    assert_string_equal(json_get_string(values, "audience"), r->org->url);
    g_autoptr(Child) played = rig_perch(r, "handoff", "acme", "--rehearse", NULL);
    assert_code(played, 0);
    assert_contains(played->output->str, "201, id 00Q");
    for (gsize i = 0; i < G_N_ELEMENTS(cannot); i++) {
        g_autoptr(Child) refused = rig_perch(r, "handoff", "acme", "--format", cannot[i], NULL);
        assert_code(refused, 2);
        assert_contains(refused->errors->str, "json");
    }
    g_autofree char *file = g_build_filename(r->home->home, "acme.env", NULL);
    g_autoptr(Child) env =
        rig_perch(r, "handoff", "acme", "--format", "env", "--output", file, NULL);
    assert_code(env, 0);
    GStatBuf info;
    assert_int_equal(g_stat(file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(remove(file), 0); /* it holds the key, as it should */
}

static void forget__ends_the_token_and_leaves_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    g_autofree char *file = rig_settings_path(r, "acme.crt");
    struct secrets secrets;
    tokens_load(r, "acme", &secrets);
    g_autoptr(Child) forget = rig_perch(r, "forget", "acme", "--yes", NULL);
    assert_code(forget, 0);
    assert_contains(forget->output->str, "remove the certificate from the app");
    assert_int_equal(session_bus_count(r->home, "connection", "acme"), 0);
    assert_int_not_equal(access(file, F_OK), 0);
    g_autofree char *bearer =
        g_strconcat("Authorization: Bearer ", secret_peek(secrets.access_token), NULL);
    g_autofree char *url = g_strconcat(r->org->url, "/services/oauth2/userinfo", NULL);
    g_autoptr(Fetched) user =
        fetch(url, &(struct fetch_options){.headers = (const char *const[]){bearer, NULL}});
    assert_int_equal(user->status, 403);
    secrets_clear(&secrets);
}

/* ---- refusals ---- */

static void refusals__each__has_its_cause(void **state)
{
    static const struct {
        const char *settings, *cause, *page; /* page NULL: not looked at */
        int code;
    } cases[] = {
        {APP("'jwt_bearer': false"), "certificate-wrong", "ManageExternalClientApplication", 5},
        {APP("'certificate': ''"), "certificate-wrong", "ManageExternalClientApplication", 5},
        {APP("'permission_sets': []"), "user-not-approved", "ManageExternalClientApplication", 5},
        {APP("'permitted_users': 'self'"), "user-not-approved", "ManageExternalClientApplication",
         5},
        {APP("'permitted_users': 'self', 'scopes': ['api']"), "scope-missing", NULL, 5},
        {APP("'key': '3MVG9anotherKeyThanTheOneThatPerchHas'"), "consumer-key-unknown", NULL, 5},
        {APP("'in_org': false"), "app-not-in-org", NULL, 5},
        {APP("'blocked': true"), "app-blocked", NULL, 5},
        {"{'users': {'" RUN_AS "': {'frozen': true}}}", "user-inactive", NULL, 4},
    };
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    g_autoptr(Json) before = demo_org_control(r->org, "GET", "state", NULL);
    g_autofree char *app = json_print(json_get(json_get(before, "apps"), "Bird_Integration"));
    g_autofree char *reset = g_strdup_printf("{\"apps\":{\"Bird_Integration\":%s}}", app);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_free(demo_org_control(r->org, "PATCH", "state", reset));
        demo_org_patch(r->org, cases[i].settings);
        g_autoptr(Child) child = rig_perch(r, "reauthorize", "acme", "--json", "--no-input", NULL);
        tokens_assert_refused(child, cases[i].settings, cases[i].cause, cases[i].code,
                              cases[i].page);
    }
}

/* Salesforce calls what came too late a code: perch knows that it was the clock. */
static void clock__wrong__is_blamed(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    json_free(demo_org_control(r->org, "POST", "clock", "{\"advance_ms\":600000}"));
    g_autoptr(Child) child = rig_perch(r, "reauthorize", "acme", "--json", "--no-input", NULL);
    g_autoptr(Json) result = child_json(child);
    const Json *diagnosis = json_get(json_check(result, "exchange"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "clock-wrong");
    g_autoptr(Child) token = rig_perch(r, "token", "acme", "--fresh", "--json", NULL);
    assert_contains(token->errors->str, "clock");
}

static void login_host__is_refused_with_the_way_out(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = rig_perch(r, "setup", "acme", "--plain", "--no-input", "--login-url",
                                       "login.salesforce.com", "--client-id", r->org->client_id,
                                       "--login", "jwt-bearer", "--username", RUN_AS, NULL);
    assert_code(child, 2);
    assert_contains(child->errors->str, "Setup › My Domain");
    g_autoptr(Child) nobody =
        rig_perch(r, "setup", "other", "--plain", "--no-input", "--login-url", r->org->url,
                  "--client-id", r->org->client_id, "--login", "jwt-bearer", NULL);
    assert_code(nobody, 2);
    assert_contains(nobody->errors->str, "sername");
}

/* ---- changing ---- */

/* A working refresh token stays until the new way is proven, and after it until it is revoked. */
static void change__given_up_and_taken_up__loses_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) r = tokens_rig(false);
    demo_org_patch(r->org, APP(ALLOWED ", 'profiles': ['System Administrator']"));
    g_autoptr(Child) child = jwt_set_up(r, "acme");
    assert_code(child, 5);
    jwt_know_key(r, "acme");
    g_autoptr(Child) token = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
    assert_true(tokens_stored_alive(r, "acme"));
    rig_upload(r, "acme.crt");
    g_autoptr(Child) again = rig_perch(r, "setup", "acme", "--plain", "--no-input", NULL);
    assert_code(again, 0);
    assert_contains(again->output->str, "Logged in: access token");
    assert_contains(again->output->str, "its refresh token is kept");
    assert_true(tokens_stored_alive(r, "acme"));
    g_autoptr(Child) json = rig_perch_secret(r, "handoff", "acme", "--json", NULL);
    g_autoptr(Json) values = child_json(json);
    assert_true(json_is_null(json_get(values, "client_secret")));
    assert_true(json_is_null(json_get(values, "refresh_token")));
    assert_non_null(json_get_string(values, "private_key"));
}

/* A key that the keyring has lost cannot come back: perch makes a pair anew and says so. */
static void key__lost__is_made_anew(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    g_autofree char *before = rig_settings(r, "acme.crt");
    struct secrets secrets;
    tokens_load(r, "acme", &secrets);
    g_clear_pointer(&secrets.private_key, secret_unref);
    g_clear_pointer(&secrets.access_token, secret_unref);
    tokens_save(r, "acme", &secrets);
    secrets_clear(&secrets);
    g_autoptr(Child) token = rig_perch(r, "token", "acme", NULL);
    assert_code(token, 4);
    assert_contains(token->errors->str, "step Keys");
    g_autoptr(Child) login = rig_perch(r, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_code(login, 4);
    assert_contains(login->errors->str, "no longer has the private key");
    g_autoptr(Walk) walk = walk_start(r, "setup", "acme", NULL);
    see_sentence(walk, "perch has made a new pair");
    g_autofree char *after = rig_settings(r, "acme.crt");
    assert_string_not_equal(before, after);
}

/* Before the old certificate ends: another pair, refused until its certificate is there. */
static void key__renewed__needs_another_upload(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    jwt_set_up_whole(r, "acme");
    g_autofree char *before = rig_settings(r, "acme.crt");
    g_autoptr(Child) renewed =
        rig_perch(r, "setup", "acme", "--plain", "--no-input", "--new-key", NULL);
    assert_code(renewed, 5);
    jwt_know_key(r, "acme");
    g_autofree char *after = rig_settings(r, "acme.crt");
    assert_string_not_equal(before, after);
    rig_upload(r, "acme.crt");
    g_autoptr(Child) again = rig_perch(r, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_code(again, 0);
}

/* ---- on the screen ---- */

/* The question of the App step, the user, the login at once; refused, cured, tried again. */
static void wizard__chosen_in_the_app_step__logs_in_after_the_upload(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Walk) walk = walk_start_filled(r, "acme");
    walk_to_app(walk);
    see(walk, "How should the flow log in?");
    press(walk, "Home Down Down Space");
    see(walk, "(•) JWT bearer");
    see_sentence(walk, "No secret is shared");
    press(walk, "Enter");
    see(walk, "Consumer key and user");
    see(walk, "acme.crt");
    type(walk, RUN_AS);
    press(walk, "Enter");
    see_key(walk, "Enter log in");
    press(walk, "Enter");
    see_sentence(walk, "The app does not accept the signature of this login");
    see_key(walk, "r log in again");
    rig_upload(r, "acme.crt");
    press(walk, "r");
    see_key(walk, "Enter test record");
    jwt_know_key(r, "acme"); /* stored by now; what was written before is searched at the end */
    see_no(walk, "Rotation");
    press(walk, "Esc");
    see(walk, "Log in with the private key");
    press(walk, "Enter");
    walk_home(walk, "acme");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__no_input__needs_no_browser_and_ends_with_a_lead),
        cmocka_unit_test(token__due__is_fetched_one_after_another),
        cmocka_unit_test(commands__each__knows_the_way),
        cmocka_unit_test(status__certificate_ends_soon__warns),
        cmocka_unit_test(handoff__holds_the_key_and_plays),
        cmocka_unit_test(forget__ends_the_token_and_leaves_nothing),
        cmocka_unit_test(refusals__each__has_its_cause),
        cmocka_unit_test(clock__wrong__is_blamed),
        cmocka_unit_test(login_host__is_refused_with_the_way_out),
        cmocka_unit_test(change__given_up_and_taken_up__loses_nothing),
        cmocka_unit_test(key__lost__is_made_anew),
        cmocka_unit_test(key__renewed__needs_another_upload),
        cmocka_unit_test(wizard__chosen_in_the_app_step__logs_in_after_the_upload),
    };
    return cmocka_run_group_tests_name("JWT bearer", tests, NULL, NULL);
}
