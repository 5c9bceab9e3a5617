/* SPDX-License-Identifier: MIT */

/* Two processes use one connection's tokens at once: whatever they do, the keyring ends up with the
 * live refresh token, under the connection's name. Rotation is on throughout. */

#include <signal.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"
#include "support/keyring.h"

enum { WAIT_MS = 60000 };

static guint posts(Rig *rig)
{
    return demo_org_requests(rig->org, "POST", TOKEN_PATH);
}

/* The org takes its time over the next token, and does not mind who asked last. */
static void hold(Rig *rig, int milliseconds)
{
    g_autofree char *patch = g_strdup_printf(
        "{'org': {'refresh_hold_ms': %d}, 'grants': {'*': {'busy_until_ms': 0}}}", milliseconds);
    demo_org_patch(rig->org, patch);
}

/* perch with these words, left running, once its request for a token is with the org. */
static Child *start_asking(Rig *rig, const char *const *words)
{
    guint before = posts(rig);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)(guintptr)g_getenv("PERCH"));
    for (gsize i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)words[i]);
    g_ptr_array_add(argv, NULL);
    Child *child = child_start((const char *const *)argv->pdata, rig->home->env);
    child_close_input(child);
    canary_snapshot(rig->canary, child->pid);
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, WAIT_MS));
    return child;
}

static const char *const fresh_token[] = {"token", "acme", "--fresh", NULL};
static const char *const rehearsal[] = {"handoff", "acme", "--rehearse", "--json", NULL};

static void rename__while_a_refresh_is_under_way__takes_the_new_token_along(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "✔ working");
    hold(rig, 1500);
    g_autoptr(Child) child = start_asking(rig, fresh_token);
    press(walk, "m");
    see(walk, "New name");
    press(walk, "C-u");
    type(walk, "beta");
    press(walk, "Enter");
    assert_true(child_wait_end(child, WAIT_MS));
    assert_code(child, 0);
    see(walk, "▸ beta");
    see(walk, "✔ working");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
    assert_true(tokens_stored_alive(rig, "beta"));
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
}

/* A second process refreshes while the wizard is open; then one character is typed at Keys. */
static void wizard__that_saves_a_draft__leaves_anothers_new_token_alone(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    struct secrets before, after;
    tokens_load(rig, "acme", &before);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(Walk) walk = walk_start(rig, "reauthorize", "acme", NULL);
    see(walk, "Listening on");
    press(walk, "Esc");
    see(walk, "Consumer key and secret");
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(child, 0);
    type(walk, "x");
    see(walk, "Replace it with what you type?");
    press(walk, "y");
    see(walk, " 1 character");
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    pty_expect_exit(walk->pty, 3);
    tokens_load(rig, "acme", &after);
    assert_int_equal(secret_length(after.client_secret), 1); /* the draft was saved */
    assert_false(secret_equal(after.refresh_token, before.refresh_token));
    assert_true(tokens_alive(rig, after.refresh_token));
    secrets_clear(&before);
    secrets_clear(&after);
}

/* The rehearsal refreshes as a flow does; what it is given is perch's all the same. */
static void rehearsal__whose_keyring_is_lost__leaves_the_token_to_the_rescue(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'rotation': true}}}");
    hold(rig, 1500);
    g_autoptr(Child) child = start_asking(rig, rehearsal);
    session_bus_lock(rig->bus);
    assert_true(child_wait_end(child, WAIT_MS));
    assert_code(child, 9);
    keyring_restart(rig);
    wait_for_lock(rig, "acme");
    assert_true(tokens_stored_alive(rig, "acme"));
}

static void rehearsal__and_a_refresh__make_one_request(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'rotation': true}}}");
    tokens_expire(rig, "acme");
    guint before = posts(rig);
    hold(rig, 1500);
    g_autoptr(Child) child = start_asking(rig, rehearsal);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(token, 0);
    assert_true(child_wait_end(child, WAIT_MS));
    assert_code(child, 5);
    assert_int_equal(posts(rig), before + 1);
    tokens_assert_work(rig, token->output->str);
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    assert_true(secrets.good_until > 1); /* the next call need not ask again */
    assert_true(tokens_alive(rig, secrets.refresh_token));
    secrets_clear(&secrets);
}

/* Between question and answer; the org rotates, and perch does not know it. */
static void end_at_rehearsal(Rig *rig, bool with_rescue)
{
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'rotation': false}}}");
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(child, 0); /* perch believes that the app does not rotate */
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'rotation': true}}}");
    hold(rig, 3000);
    g_autoptr(Child) killed = start_asking(rig, rehearsal);
    if (with_rescue)
        kill(tokens_rescue_of(killed->pid), SIGKILL);
    kill(killed->pid, SIGKILL);
    assert_true(child_wait_end(killed, WAIT_MS));
    hold(rig, 0);
    wait_for_lock(rig, "acme");
}

static void rehearsal__killed__loses_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    end_at_rehearsal(rig, false);
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* Nobody is left who could get the answer: the next process can tell that from a revocation. */
static void rehearsal__killed_with_its_rescue__leaves_its_note(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    end_at_rehearsal(rig, true);
    g_autoptr(Child) next = rig_perch(rig, "token", "acme", "--fresh", NULL);
    assert_code(next, 4);
    assert_contains(next->errors->str, "was interrupted before its answer was stored");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rename__while_a_refresh_is_under_way__takes_the_new_token_along),
        cmocka_unit_test(wizard__that_saves_a_draft__leaves_anothers_new_token_alone),
        cmocka_unit_test(rehearsal__whose_keyring_is_lost__leaves_the_token_to_the_rescue),
        cmocka_unit_test(rehearsal__and_a_refresh__make_one_request),
        cmocka_unit_test(rehearsal__killed__loses_nothing),
        cmocka_unit_test(rehearsal__killed_with_its_rescue__leaves_its_note),
    };
    return cmocka_run_group_tests_name("token_losses", tests, NULL, NULL);
}
