/* SPDX-License-Identifier: MIT */

/* perch forget: what is removed, in which order, and what stays when Salesforce or the keyring
 * refuses. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"
#include "support/many.h"

#define REVOKE_PATH "/services/oauth2/revoke"

static Rig *connected(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

static guint revocations(Rig *rig)
{
    return demo_org_requests(rig->org, "POST", REVOKE_PATH);
}

static guint grants(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    guint count = 0;
    JSON_FOREACH(grant, json_get(state, "grants"))
    count += grant != NULL;
    return count;
}

static void assert_gone(Rig *rig)
{
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
}

static void assert_here(Rig *rig)
{
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
}

static void unreachable(Rig *rig, const char *kind)
{
    g_autofree char *patch =
        g_strdup_printf("{'faults': {'" REVOKE_PATH "': {'kind': '%s'}}}", kind);
    demo_org_patch(rig->org, patch);
}

static void reachable(Rig *rig)
{
    demo_org_patch(rig->org, "{'faults': {'*': null}}");
}

static void forget__revokes_then_deletes(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    assert_int_equal(grants(rig), 1);
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(child, 0);
    assert_non_null(strstr(child->output->str, "Login: revoked at Salesforce"));
    assert_non_null(strstr(child->output->str, "acme is forgotten."));
    assert_int_equal(revocations(rig), 1);
    assert_int_equal(grants(rig), 0);
    assert_gone(rig);
    g_autoptr(Child) again = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(again, 2);
}

static void keep_grant__leaves_the_login_alive(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", "--keep-grant", NULL);
    assert_code(child, 0);
    assert_non_null(strstr(child->output->str, "not revoked"));
    assert_int_equal(revocations(rig), 0);
    assert_int_equal(grants(rig), 1);
    assert_gone(rig);
}

static void dead_login__is_no_obstacle(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    demo_org_patch(rig->org, "{'grants': {'*': null}}");
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(child, 0);
    assert_non_null(strstr(child->output->str, "already revoked"));
    assert_gone(rig);
}

static void failed_revocation__is_said_and_tried_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    /* The last one answers 200, as a network's login page does. */
    static const char *const kinds[] = {"unavailable", "close", "html"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        unreachable(rig, kinds[i]);
        g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", NULL);
        assert_true(child_code(child) > 0);
        assert_non_null(strstr(child->errors->str, "its login could not be revoked"));
        assert_non_null(strstr(child->errors->str, "perch forget acme --keep-grant"));
        assert_here(rig);
    }
    g_autoptr(Child) status = rig_perch(rig, "status", "--json", NULL);
    assert_code(status, 0);
    g_autoptr(Json) json = child_json(status);
    const Json *row = json_first(json_get(json, "connections"));
    assert_string_equal(json_get_string(row, "status"), "warning");
    assert_non_null(strstr(json_get_string(row, "state"), "perch forget acme"));
    reachable(rig);
    g_autoptr(Child) again = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(again, 0);
    assert_int_equal(grants(rig), 0);
    assert_gone(rig);
}

static void failed_revocation__is_dropped_on_request(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    unreachable(rig, "close");
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(child, 8);
    guint before = revocations(rig);
    g_autoptr(Child) dropped = rig_perch(rig, "forget", "acme", "--yes", "--keep-grant", NULL);
    assert_code(dropped, 0);
    assert_int_equal(revocations(rig), before);
    assert_int_equal(grants(rig), 1);
    assert_gone(rig);
}

static void failed_revocation__a_new_login_ends_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    unreachable(rig, "close");
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(child, 8);
    reachable(rig);
    g_autoptr(Child) login = rig_perch(rig, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_code(login, 0);
    g_autoptr(Child) status = rig_perch(rig, "status", NULL);
    assert_non_null(strstr(status->output->str, "working"));
    assert_here(rig);
}

static void keyring_locked__nothing_is_done(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    session_bus_lock(rig->bus);
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", "--no-input", NULL);
    assert_code(child, 9);
    assert_int_equal(revocations(rig), 0);
    assert_int_equal(grants(rig), 1);
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void damaged_settings__are_forgotten_with_their_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    assert_true(g_file_set_contents(path, "{\"version\":1,", -1, NULL));
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(child, 0);
    assert_int_equal(grants(rig), 0);
    assert_gone(rig);
}

/* A refresh of another process holds the lock while it waits for its answer; the token that it
 * stores then is the one to revoke. */
static void refresh_under_way__is_waited_for(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 1500}}");
    guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    const char *argv[] = {g_getenv("PERCH"), "token", "acme", "--fresh", NULL};
    g_autoptr(Child) token = child_start(argv, rig->home->env);
    child_close_input(token);
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, 30000));
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(child, 0);
    assert_non_null(strstr(child->output->str, "revoked at Salesforce"));
    assert_true(child_wait_end(token, 30000));
    assert_int_equal(grants(rig), 0);
    assert_gone(rig);
}

/* ---- the question ---- */

static void terminal__is_asked(void **state)
{
    static const char *const answers[] = {"Enter", "n Enter", "C-c", "C-d"};
    (void)state;
    g_autoptr(Rig) rig = connected();
    many_connections(rig->home, rig->bus, "acme", 2);
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autoptr(Walk) walk = walk_start(rig, "forget", "acme", NULL);
        see_sentence(walk, "The same login is in use by: acme-000, acme-001. It ends there, too.");
        see(walk, "Forget acme? [y/N]");
        press(walk, answers[i]);
        see(walk, "perch: Nothing was changed.");
        pty_expect_exit(walk->pty, 3);
    }
    assert_here(rig);
    assert_int_equal(grants(rig), 1);
    g_autoptr(Walk) kept = walk_start(rig, "forget", "acme-000", "--keep-grant", NULL);
    see_sentence(kept, "Its login at Salesforce stays alive.");
    see_no(kept, "The same login");
    press(kept, "y Enter");
    pty_expect_exit(kept->pty, 0);
    assert_int_equal(grants(rig), 1);
    g_autoptr(Walk) walk = walk_start(rig, "forget", "acme", NULL);
    see(walk, "The same login is in use by: acme-001. It ends there, too.");
    see(walk, "Forget acme? [y/N]");
    press(walk, "y Enter");
    see(walk, "acme is forgotten.");
    pty_expect_exit(walk->pty, 0);
    assert_gone(rig);
    assert_int_equal(grants(rig), 0);
}

static void nobody_to_ask__needs_yes(void **state)
{
    static const char *const options[] = {"--plain", "--json", "--no-input", "--keep-grant"};
    (void)state;
    g_autoptr(Rig) rig = connected();
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(Child) child = rig_perch(rig, "forget", "acme", options[i], NULL);
        assert_code(child, 2);
        assert_contains(child->errors->str, "To go ahead: perch forget acme --yes");
    }
    g_autoptr(Walk) walk = walk_start(rig, "forget", "acme", "--no-input", NULL);
    see_sentence(walk, "To go ahead: perch forget acme --yes");
    pty_expect_exit(walk->pty, 2);
    assert_here(rig);
    assert_int_equal(grants(rig), 1);
}

static void json__tells_each_step(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    unreachable(rig, "unavailable");
    g_autoptr(Child) failed = rig_perch(rig, "forget", "acme", "--yes", "--json", NULL);
    g_autoptr(Json) before = child_json(failed);
    assert_int_equal(json_get_int(before, "exit", -1), child_code(failed));
    assert_string_equal(json_get_string(json_check(before, "revoked"), "status"), "failed");
    assert_string_equal(json_get_string(json_check(before, "erased"), "status"), "skipped");
    assert_false(json_get_bool(before, "forgotten", true));
    assert_true(json_get_bool(before, "retried", false));
    reachable(rig);
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", "--json", NULL);
    assert_code(child, 0);
    g_autoptr(Json) json = child_json(child);
    static const char *const ids[] = {"found", "revoked", "erased", "deleted"};
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++)
        assert_string_equal(json_get_string(json_check(json, ids[i]), "status"), "ok");
    assert_true(json_get_bool(json, "forgotten", false));
}

/* ---- Home ---- */

static void home__asks_what_goes_and_does_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    rig_setup(rig, "beta");
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "2 connections");
    see(walk, "▸ acme");
    press(walk, "f");
    see_sentence(walk, "Forget acme?");
    see_sentence(walk, "revoked at Salesforce");
    press(walk, "Esc");
    see_key(walk, "n new");
    assert_here(rig);
    press(walk, "f");
    see_sentence(walk, "Forget acme?");
    press(walk, "y");
    see(walk, "1 connection");
    see_no(walk, "acme ");
    assert_gone(rig);
    assert_int_equal(grants(rig), 1);
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* As perch forget NAME does it: what is needed for it is in the keyring. */
static void home__names_those_with_the_same_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    rig_setup(rig, "beta");
    many_connections(rig->home, rig->bus, "acme", 1);
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "3 connections");
    press(walk, "f");
    see(walk, "The same login is in use by:");
    see(walk, "acme-000. It ends there, too.");
    press(walk, "Esc q");
    pty_expect_exit(walk->pty, 0);
}

static void home__forgets_a_damaged_one(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    rig_setup(rig, "beta");
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    assert_true(g_file_set_contents(path, "{\"version\":1,", -1, NULL));
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "✖ file damaged");
    see(walk, "▸ acme");
    press(walk, "f");
    see_sentence(walk, "Forget acme?");
    press(walk, "y");
    see(walk, "1 connection");
    see_no(walk, "acme ");
    assert_gone(rig);
    assert_int_equal(grants(rig), 1);
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* Two ways to fail: with a file that notes the wish to forget, and with an unreadable one. */
static void home__failed__says_why_and_stays(void **state)
{
    static const char *const states[] = {"not revoked", "not forgotten"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autoptr(Rig) rig = connected();
        rig_setup(rig, "beta");
        g_autofree char *path = rig_settings_path(rig, "acme.json");
        if (i == 1)
            assert_true(g_file_set_contents(path, "{\"version\":1,", -1, NULL));
        unreachable(rig, "close");
        g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
        see(walk, "▸ acme");
        press(walk, "f");
        see_sentence(walk, "Forget acme?");
        press(walk, "y");
        see(walk, states[i]);
        see(walk, "2 connections");
        see(walk, "▸ acme");
        see_sentence(walk, "acme is not forgotten; Enter tries again.");
        assert_here(rig);
        reachable(rig);
        see_key(walk, "Enter forget it");
        press(walk, "Enter");
        see(walk, "1 connection");
        assert_gone(rig);
        assert_int_equal(grants(rig), 1);
        press(walk, "q");
        pty_expect_exit(walk->pty, 0);
    }
}

static void home__tries_again_as_it_opens(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    unreachable(rig, "close");
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(child, 8);
    g_autoptr(Walk) still = walk_start(rig, NULL, NULL);
    see(still, "not revoked");
    press(still, "q");
    pty_expect_exit(still->pty, 0);
    reachable(rig);
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "✔ forgotten");
    assert_gone(rig);
    assert_int_equal(grants(rig), 0);
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forget__revokes_then_deletes),
        cmocka_unit_test(keep_grant__leaves_the_login_alive),
        cmocka_unit_test(dead_login__is_no_obstacle),
        cmocka_unit_test(failed_revocation__is_said_and_tried_again),
        cmocka_unit_test(failed_revocation__is_dropped_on_request),
        cmocka_unit_test(failed_revocation__a_new_login_ends_it),
        cmocka_unit_test(keyring_locked__nothing_is_done),
        cmocka_unit_test(damaged_settings__are_forgotten_with_their_login),
        cmocka_unit_test(refresh_under_way__is_waited_for),
        cmocka_unit_test(terminal__is_asked),
        cmocka_unit_test(nobody_to_ask__needs_yes),
        cmocka_unit_test(json__tells_each_step),
        cmocka_unit_test(home__asks_what_goes_and_does_it),
        cmocka_unit_test(home__names_those_with_the_same_login),
        cmocka_unit_test(home__forgets_a_damaged_one),
        cmocka_unit_test(home__failed__says_why_and_stays),
        cmocka_unit_test(home__tries_again_as_it_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
