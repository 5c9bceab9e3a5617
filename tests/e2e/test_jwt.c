/* SPDX-License-Identifier: MIT */

/* An app that logs in with a private key, which perch makes: set up, used, handed over and
 * forgotten, without a browser, a listener, a secret to copy or a refresh token. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "e2e/node.h"
#include "e2e/tokens.h"
#include "e2e/walk.h"

#define RUN_AS "integration@bird-demo.example"
#define APP(settings) "{'apps': {'Bird_Integration': {" settings "}}}"
#define ALLOWED \
    "'jwt_bearer': true, 'permitted_users': 'admin', 'permission_sets': ['Bird_Records']"

static const char *const way[] = {"--login", "jwt-bearer", NULL};

/* Rotation locked, as in a new app of 2026: no flow can hold its refresh token. */
static Rig *rig(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, APP(ALLOWED ", 'rotation': true, 'idle_limit': true, "
                                         "'security_locked': true"));
    tmphome_set(rig->home, "BROWSER", NULL);
    return rig;
}

/* Without a consumer secret. */
static Child *set_up(Rig *rig, const char *name)
{
    const char *const words[] = {"setup",       name,          "--plain",     "--no-input",
                                 "--login-url", rig->org->url, "--client-id", rig->org->client_id,
                                 "--login",     "jwt-bearer",  "--username",  RUN_AS,
                                 NULL};
    return rig_perch_input(rig, words, NULL, false);
}

/* A person uploads the file that perch names. */
static void upload(Rig *rig, const char *file)
{
    g_autofree char *pem = rig_settings(rig, file);
    g_autoptr(Json) app = json_object();
    json_set_string(app, "certificate", pem);
    g_autofree char *text = json_print(app);
    g_autofree char *patch = g_strdup_printf("{\"apps\":{\"Bird_Integration\":%s}}", text);
    json_free(demo_org_control(rig->org, "PATCH", "state", patch));
}

/* From here on each line of the private key is searched for. */
static void know_key(Rig *rig, const char *name)
{
    struct secrets secrets;
    tokens_load(rig, name, &secrets);
    g_auto(GStrv) lines = g_strsplit(secret_peek(secrets.private_key), "\n", -1);
    assert_true(g_strv_length(lines) > 20);
    for (gsize i = 1; i < 20; i++)
        canary_add(rig->canary, lines[i]);
    secrets_clear(&secrets);
}

/* Set up to the end: refused once, as the app has no certificate yet. */
static void set_up_whole(Rig *rig, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".crt", NULL);
    g_autoptr(Child) first = set_up(rig, name);
    assert_code(first, 5);
    know_key(rig, name);
    upload(rig, file);
    g_autoptr(Child) again = rig_perch(rig, "setup", name, "--plain", "--no-input", NULL);
    assert_code(again, 0);
}

static void setup__no_input__needs_no_browser_and_ends_with_a_lead(void **state)
{
    static const char *const absent[] = {"Callback port", "Browser:",       "Rotation",
                                         "efresh",        "onsumer secret", "Signature"};
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) first = set_up(r, "acme");
    assert_code(first, 5);
    assert_contains(first->output->str, "Enable JWT Bearer Flow");
    g_autofree char *file = rig_settings_path(r, "acme.crt");
    assert_contains(first->output->str, file);
    know_key(r, "acme");
    upload(r, "acme.crt");
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
    assert_non_null(secrets.private_key);
    secrets_clear(&secrets);
}

static void token__due__is_fetched_again(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    set_up_whole(r, "acme");
    const guint before = demo_org_requests(r->org, "POST", TOKEN_PATH);
    g_autoptr(Child) first = rig_perch_secret(r, "token", "acme", NULL);
    assert_code(first, 0);
    assert_int_equal(demo_org_requests(r->org, "POST", TOKEN_PATH), before);
    g_autoptr(Child) fresh = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(fresh, 0);
    assert_string_equal(fresh->errors->str, "");
    assert_string_not_equal(fresh->output->str, first->output->str);
    tokens_assert_work(r, fresh->output->str);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__no_input__needs_no_browser_and_ends_with_a_lead),
        cmocka_unit_test(token__due__is_fetched_again),
    };
    (void)way;
    return cmocka_run_group_tests_name("JWT bearer", tests, NULL, NULL);
}
