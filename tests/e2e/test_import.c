/* SPDX-License-Identifier: MIT */

/* Logins that go between perch and Salesforce's CLI. */

#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

/* The auth URL of a connection, as perch writes it; checked for its form. */
static char *auth_url(Rig *rig, const char *name)
{
    g_autoptr(Child) child = rig_perch_secret(rig, "handoff", name, "--format", "sfdx-url", NULL);
    assert_code(child, 0);
    g_autofree char *form =
        g_strdup_printf("\\Aforce://%s:[A-Za-z0-9._-]+:5Aep[A-Za-z0-9._-]+@localhost:%u\\n\\z",
                        rig->org->client_id, rig->org->port);
    assert_true(g_regex_match_simple(form, child->output->str, 0, 0));
    return g_strdup(child->output->str);
}

static Child *import(Rig *rig, const char *name, const char *input)
{
    const char *words[] = {"import", "--from", "sf", name, NULL};
    return rig_perch_input(rig, words, input, false);
}

static bool exists(Rig *rig, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".json", NULL);
    g_autofree char *path = rig_settings_path(rig, file);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void assert_nothing_left(Rig *rig, const char *name)
{
    assert_false(exists(rig, name));
    assert_int_equal(session_bus_count(rig->home, "connection", name), 0);
}

static void import__proves_and_stores(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *url = auth_url(rig, "acme");
    guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    g_autoptr(Child) child = import(rig, "copy", url);
    assert_code(child, 0);
    assert_non_null(strstr(child->output->str, "copy is now a perch connection."));
    assert_non_null(strstr(child->output->str, rig->org->username));
    assert_int_equal(demo_org_requests(rig->org, "POST", TOKEN_PATH), before + 1);
    assert_true(exists(rig, "copy"));
    assert_int_equal(session_bus_count(rig->home, "connection", "copy"), 1);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "copy", "--fresh", NULL);
    assert_code(token, 0);
    tokens_assert_work(rig, token->output->str);
    g_autoptr(Child) status = rig_perch(rig, "status", "copy", NULL);
    assert_code(status, 0);
    /* And back, unchanged. */
    g_autofree char *again = auth_url(rig, "copy");
    assert_string_equal(again, url);
}

/* No test record was ever inserted: the rail does not say so. */
static void import__opened__is_not_called_tested(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *url = auth_url(rig, "acme");
    g_autoptr(Child) child = import(rig, "copy", url);
    assert_code(child, 0);
    g_autoptr(Walk) tested = walk_start(rig, "setup", "acme", NULL);
    see(tested, "✔ 7 Test");
    g_autoptr(Walk) walk = walk_start(rig, "setup", "copy", NULL);
    see(walk, "✔ 6 Prove");
    see(walk, "○ 7 Test");
    see_no(walk, "✔ 7 Test");
}

/* The CLI's own app, which has no secret, and its JSON. */
static void import__of_the_cli_itself__as_json(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'grants': {'*': {'app': 'PlatformCLI'}}}");
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    g_autofree char *input = g_strdup_printf(
        "{\"status\":0,\"result\":{\"sfdxAuthUrl\":\"force://PlatformCLI::%s@localhost:%u\"},"
        "\"warnings\":[\"This command exposes an SFDX Auth URL.\"]}\n",
        secret_peek(secrets.refresh_token), rig->org->port);
    secrets_clear(&secrets);
    const char *words[] = {"import", "cli", "--from=sf", "--json", NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, input, false);
    assert_code(child, 0);
    g_autoptr(Json) json = child_json(child);
    assert_string_equal(json_get_string(json, "command"), "import");
    assert_string_equal(json_get_string(json, "connection"), "cli");
    assert_string_equal(json_get_string(json_check(json, "refreshed"), "status"), "ok");
    assert_string_equal(json_get_string(json_check(json, "who"), "status"), "ok");
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "cli", "--fresh", NULL);
    assert_code(token, 0);
}

static void import__rotating_app__says_what_the_cli_lost(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *url = auth_url(rig, "acme");
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'rotation': true}}}");
    g_autoptr(Child) child = import(rig, "copy", url);
    assert_code(child, 0);
    assert_non_null(strstr(child->output->str, "invalidated the CLI"));
    assert_true(tokens_stored_alive(rig, "copy"));
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "copy", "--fresh", NULL);
    assert_code(token, 0);
    /* A token that dies at its next use is not handed over. */
    g_autoptr(Child) refused = rig_perch(rig, "handoff", "copy", "--format", "sfdx-url", NULL);
    assert_code(refused, 5);
}

static void import__of_what_cannot_be_refreshed__keeps_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *url = auth_url(rig, "acme");
    demo_org_patch(rig->org, "{'grants': {'*': null}}");
    g_autoptr(Child) dead = import(rig, "copy", url);
    assert_code(dead, 4);
    assert_non_null(strstr(dead->errors->str, "Nothing was imported"));
    assert_nothing_left(rig, "copy");
    /* Nobody there. */
    g_autoptr(Child) nobody = import(rig, "copy", "force://a:b:c@localhost:1");
    assert_code(nobody, 8);
    assert_nothing_left(rig, "copy");
}

static void import__keyring_locked__spends_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *url = auth_url(rig, "acme");
    session_bus_lock(rig->bus);
    guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    const char *words[] = {"import", "copy", "--from", "sf", "--no-input", NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, url, false);
    assert_code(child, 9);
    assert_int_equal(demo_org_requests(rig->org, "POST", TOKEN_PATH), before);
    assert_false(exists(rig, "copy"));
}

static void import__name_taken__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *url = auth_url(rig, "acme");
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *before = rig_settings(rig, "acme.json");
    g_autofree char *after = NULL;
    guint posts = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    g_autoptr(Child) child = import(rig, "acme", url);
    assert_code(child, 2);
    assert_non_null(strstr(child->errors->str, "There is already a connection named acme"));
    assert_int_equal(demo_org_requests(rig->org, "POST", TOKEN_PATH), posts);
    assert_true(g_file_get_contents(path, &after, NULL, NULL));
    assert_string_equal(before, after);
    /* A damaged file is somebody's, too. */
    assert_true(g_file_set_contents(path, "{", -1, NULL));
    g_autoptr(Child) damaged = import(rig, "acme", url);
    assert_code(damaged, 2);
    g_clear_pointer(&after, g_free);
    assert_true(g_file_get_contents(path, &after, NULL, NULL));
    assert_string_equal(after, "{");
}

static void import__of_what_is_no_such_url__is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *input, *reason;
    } cases[] = {
        {"", "force://"},
        {"force://a:b:c@192.0.2.1", "not a Salesforce host"},
        {"force://a:b:c@acme.my.salesforce.com.evil.example", "not a Salesforce host"},
        {"force://a:b:c@https://acme.my.salesforce.com", "https://"},
        {"force://a:b:c@login.salesforce.com", "Give the connection a name"},
        {"force://a:b:c@na139.salesforce.com", "instead of your org"},
        {"force://a:b%3D:c@acme.my.salesforce.com", "consumer secret"},
        {"force://c@acme.my.salesforce.com", "three parts"},
        {"{\"result\":{\"sfdxAuthUrl\":\"[REDACTED]\"}}", "redacted"},
    };
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Child) child = import(rig, NULL, cases[i].input);
        assert_code(child, 2);
        if (strstr(child->errors->str, cases[i].reason) == NULL)
            fail_msg("%s: %s", cases[i].input, child->errors->str);
    }
    assert_false(exists(rig, "acme"));
    g_autoptr(Child) nothing = rig_perch(rig, "import", NULL);
    assert_code(nothing, 2);
    g_autoptr(Child) elsewhere = rig_perch(rig, "import", "--from", "postman", NULL);
    assert_code(elsewhere, 2);
}

/* The answer that holds the only token from now on, and a kill behind it: the rescue stores it, and
 * the connection is there to go on with. */
static void import__killed_after_the_answer__loses_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *url = auth_url(rig, "acme");
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'rotation': true}},"
                             " 'faults': {'/services/oauth2/userinfo': {'delay_ms': 4000}}}");
    const char *argv[] = {g_getenv("PERCH"), "import", "copy", "--from", "sf", NULL};
    g_autoptr(Child) child = child_start(argv, rig->home->env);
    child_send(child, url);
    child_close_input(child);
    assert_true(child_wait_output(child, "Refreshed once", 30000));
    child_free(g_steal_pointer(&child)); /* kills it */
    wait_for_lock(rig, "copy");
    assert_true(exists(rig, "copy"));
    assert_true(tokens_stored_alive(rig, "copy"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__proves_and_stores),
        cmocka_unit_test(import__opened__is_not_called_tested),
        cmocka_unit_test(import__of_the_cli_itself__as_json),
        cmocka_unit_test(import__rotating_app__says_what_the_cli_lost),
        cmocka_unit_test(import__of_what_cannot_be_refreshed__keeps_nothing),
        cmocka_unit_test(import__keyring_locked__spends_nothing),
        cmocka_unit_test(import__name_taken__is_refused),
        cmocka_unit_test(import__of_what_is_no_such_url__is_refused),
        cmocka_unit_test(import__killed_after_the_answer__loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
