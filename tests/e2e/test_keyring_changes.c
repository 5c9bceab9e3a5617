/* SPDX-License-Identifier: MIT */

/* What other programs, and the person at a prompt, do to the keyring while perch is at work. */

#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

enum { WAIT_MS = 60000 };

static void run(Rig *rig, const char *line)
{
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
    assert_code(child, 0);
}

static void clear_item(Rig *rig)
{
    run(rig, "secret-tool clear connection acme");
}

static void change_item(Rig *rig)
{
    run(rig, "printf %s '{\"version\":1,\"refresh_token\":\"of somebody\"}' | secret-tool store "
             "--label=other xdg:schema io.perch.Connection connection acme config "
             "\"$XDG_CONFIG_HOME/perch\"");
}

static void remove_collection(Rig *rig)
{
    run(rig, "gdbus call --session --dest org.freedesktop.secrets --object-path "
             "/org/freedesktop/secrets/collection/login --method "
             "org.freedesktop.Secret.Collection.Delete >/dev/null");
}

/* perch token --fresh, and what happens to the keyring while Salesforce makes the token. */
static Child *refresh_with(Rig *rig, void (*happens)(Rig *rig))
{
    const char *argv[] = {g_getenv("PERCH"), "token", "acme", "--fresh", NULL};
    guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    demo_org_patch(rig->org, "{'faults': {'" TOKEN_PATH "': {'delay_ms': 1500}}}");
    Child *child = child_start(argv, rig->home->env);
    child_close_input(child);
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, WAIT_MS));
    happens(rig);
    demo_org_patch(rig->org, "{'faults': null}");
    return child;
}

static void assert_token(Rig *rig, Child *child)
{
    assert_true(child_wait_end(child, WAIT_MS));
    assert_code(child, 0);
    tokens_assert_work(rig, child->output->str);
}

/* Between read and write. The new token is the only one that lives, so it is what stays. */
static void item__deleted_or_changed_under_a_refresh__is_written_again(void **state)
{
    static void (*const rows[])(Rig * rig) = {clear_item, change_item};
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Child) child = refresh_with(rig, rows[i]);
        assert_token(rig, child);
        assert_true(tokens_stored_alive(rig, "acme"));
        assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
    }
}

/* The token that came is held until there is a keyring again. */
static void collection__removed_under_a_refresh__token_waits_for_another(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    g_autoptr(Child) child = refresh_with(rig, remove_collection);
    assert_true(child_wait_errors(
        child, "There is no default keyring yet. The new tokens are kept in memory.", WAIT_MS));
    keyring_restart(rig);
    assert_token(rig, child);
    wait_for_lock(rig, "acme");
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* Without rotation, all that was lost is what the collection held: log in again. */
static void collection__removed__leads_to_a_new_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Child) child = refresh_with(rig, remove_collection);
    assert_token(rig, child);
    assert_contains(child->errors->str, "There is no default keyring yet.");
    g_autoptr(Child) next = rig_perch(rig, "token", "acme", NULL);
    assert_code(next, 4);
    assert_contains(next->errors->str, "The keyring has no token for this connection.");
    keyring_restart(rig);
    rig_setup(rig, "acme"); /* with the consumer secret, which went too */
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* ---- a keyring that asks about each write, and a person who closes the question ---- */

static Child *asks_and_is_closed(Rig *rig)
{
    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    g_autofree char *program = test_build_path("tests/support/fake_keyring");
    const char *argv[] = {program, "asks-to-write", "dismisses", NULL};
    session_bus_change(rig->bus, rig->home, SESSION_NO_KEYRING);
    Child *fake = child_start(argv, rig->home->env);
    if (item != NULL)
        child_send(fake, item);
    child_close_input(fake);
    assert_true(child_wait_output(fake, "ready", WAIT_MS));
    return fake;
}

/* Nothing is half deleted: the settings still name the item, and a later forget removes both. */
static void prompt__closed_at_a_delete__keeps_the_settings(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Child) fake = asks_and_is_closed(rig);
    g_autoptr(Child) forget = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(forget, 9);
    assert_contains(forget->output->str, "nobody agreed");
    assert_contains(forget->errors->str, "acme is not forgotten. To try again: perch forget acme");
    assert_true(child_stop(fake, WAIT_MS));
    session_bus_add_keyring(rig->bus, rig->home);
    g_autoptr(Child) again = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(again, 0);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
}

/* Reported at Preflight, before anybody logs in; and at a refresh, which still prints its token. */
static void prompt__closed_at_a_write__is_said(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Child) fake = asks_and_is_closed(rig);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_token(rig, token);
    assert_contains(token->errors->str, "nobody agreed");
    g_autoptr(Walk) walk = walk_start_filled(rig, "beta");
    walk_to_preflight(walk);
    see(walk, "✖ Keyring");
    see_sentence(walk, "The keyring asked whether to allow this, and nobody agreed.");
    press(walk, "C-c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(item__deleted_or_changed_under_a_refresh__is_written_again),
        cmocka_unit_test(collection__removed_under_a_refresh__token_waits_for_another),
        cmocka_unit_test(collection__removed__leads_to_a_new_login),
        cmocka_unit_test(prompt__closed_at_a_delete__keeps_the_settings),
        cmocka_unit_test(prompt__closed_at_a_write__is_said),
    };
    return cmocka_run_group_tests_name("changes of the keyring", tests, NULL, NULL);
}
