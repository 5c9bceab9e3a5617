/* SPDX-License-Identifier: MIT */

/* Every state that a keyring can be in, as a person and a script meet it: which sentence, which
 * exit code, and that nothing hangs and nothing is lost. */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"
#include "support/keyring.h"

enum { WAIT_MS = 30000 };

#define NO_BUS "There is no session bus here, so there is no keyring."
#define BUS_GONE "The session bus does not answer, so there is no keyring."
#define NO_SERVICE "No keyring service (Secret Service) is running on this machine."
#define LOCKED "The keyring is locked."
#define STILL_LOCKED "The keyring is still locked: nobody unlocked it when it asked."
#define NO_COLLECTION "There is no default keyring yet, and none was created when asked."
#define SERVICE_ENDED "The keyring service stopped before it answered. Try again."
#define BUS_LOST "The session bus was lost before the keyring answered. Log in again."

/* ---- the states ---- */

static void unset_bus(Rig *rig)
{
    tmphome_set(rig->home, "DBUS_SESSION_BUS_ADDRESS", NULL);
}

static void end_bus(Rig *rig)
{
    assert_true(child_stop(rig->bus->bus, WAIT_MS));
}

static void end_service(Rig *rig)
{
    session_bus_change(rig->bus, rig->home, SESSION_NO_KEYRING);
}

static void lock(Rig *rig)
{
    session_bus_lock(rig->bus);
}

static void empty(Rig *rig)
{
    session_bus_change(rig->bus, rig->home, SESSION_KEYRING_EMPTY);
}

static const struct state {
    const char *name;
    void (*enter)(Rig *rig);
    const char *token, *setup; /* what perch token and perch setup say */
    const char *cause;
    int exit; /* of perch token */
} states[] = {
    {"no bus", unset_bus, NO_BUS, NO_BUS, "keyring-absent", 9},
    {"bus ended", end_bus, BUS_GONE, BUS_GONE, "keyring-absent", 9},
    {"no service", end_service, NO_SERVICE, NO_SERVICE, "keyring-absent", 9},
    {"locked, nobody asks", lock, LOCKED, STILL_LOCKED, "keyring-locked", 9},
    /* Nothing is stored there: once there is a keyring, a new login helps. */
    {"no keyring yet", empty, "The keyring has no token for this connection.", NO_COLLECTION,
     "keyring-failed", 4},
};

static void token__says_which_state_it_is(void **state)
{
    (void)state;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        rig_setup(rig, "acme");
        guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
        states[i].enter(rig);
        g_autoptr(Child) child = rig_perch(rig, "token", "acme", NULL);
        assert_code(child, states[i].exit);
        assert_string_equal(child->output->str, "");
        assert_contains(child->errors->str, states[i].token);
        assert_true(g_hash_table_add(seen, (gpointer)(guintptr)states[i].token));
        g_autoptr(Child) json = rig_perch(rig, "token", "acme", "--json", NULL);
        assert_code(json, states[i].exit);
        g_autoptr(Json) result = child_json(json);
        const Json *diagnosis = json_get(json_check(result, "token"), "diagnosis");
        if (states[i].exit == 9)
            assert_string_equal(json_get_string(diagnosis, "cause"), states[i].cause);
        g_autoptr(Child) status = rig_perch(rig, "status", NULL);
        assert_code(status, states[i].exit);
        /* Nobody asked Salesforce for anything. */
        assert_int_equal(demo_org_requests(rig->org, "POST", TOKEN_PATH), before);
    }
}

/* A script is told at Preflight, before a browser opens. */
static void setup__plain__says_which_state_it_is(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        states[i].enter(rig);
        g_autoptr(GPtrArray) words =
            rig_setup_words(rig, "acme", (const char *const[]){"--json", NULL});
        g_autoptr(Child) child =
            rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
        assert_code(child, 9);
        g_autoptr(Json) result = child_json(child);
        const Json *check = json_check(result, "keyring");
        assert_string_equal(json_get_string(json_get(check, "diagnosis"), "cause"),
                            states[i].cause);
        /* --no-input: nobody is asked, so nobody did not answer. */
        const char *sentence =
            strcmp(states[i].setup, STILL_LOCKED) == 0 ? LOCKED : states[i].setup;
        const char *message = json_get_string(json_get(check, "diagnosis"), "message");
        if (strcmp(sentence, NO_COLLECTION) != 0)
            assert_contains(message, sentence);
        assert_int_equal(demo_org_requests(rig->org, "GET", "/services/oauth2/authorize"), 0);
    }
}

/* A person sees it in Preflight and can go on. */
static void setup__wizard__says_which_state_it_is_and_goes_on(void **state)
{
    (void)state;
    for (gsize i = 0; i < 2; i++) { /* the others: test_keyring_pty.c */
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        states[i].enter(rig);
        g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
        walk_to_preflight(walk);
        see(walk, "✖ Keyring");
        see_sentence(walk, states[i].setup);
        press(walk, "Enter");
        see(walk, "App settings");
    }
}

/* ---- a service that prompts ---- */

static Child *start_fake(Rig *rig, const char *item, const char *first, const char *second)
{
    g_autofree char *program = test_build_path("tests/support/fake_keyring");
    const char *argv[] = {program, first, second, NULL};
    session_bus_change(rig->bus, rig->home, SESSION_NO_KEYRING);
    Child *child = child_start(argv, rig->home->env);
    if (item != NULL)
        child_send(child, item);
    child_close_input(child);
    assert_true(child_wait_output(child, "ready", WAIT_MS));
    return child;
}

/* A connection whose item the fake service has; gnome-keyring is gone. */
static Rig *rig_with_fake(const char *first, const char *second, Child **ret_fake)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    assert_non_null(item);
    *ret_fake = start_fake(rig, item, first, second);
    return rig;
}

/* A script never opens a window on somebody's screen, so it cannot wait for one. */
static void token__locked_with_a_prompter__does_not_ask(void **state)
{
    (void)state;
    g_autoptr(Child) fake = NULL;
    g_autoptr(Rig) rig = rig_with_fake("locked", "holds", &fake);
    g_autoptr(Child) child = rig_perch(rig, "token", "acme", NULL);
    assert_code(child, 9);
    assert_contains(child->errors->str, LOCKED);
    assert_false(child_wait_output(fake, "prompted", 0));
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "beta", NULL);
    g_autoptr(Child) setup = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(setup, 9);
    assert_false(child_wait_output(fake, "prompted", 0));
}

/* The wizard waits as long as the person wishes, says for what, and goes on when it is unlocked. */
static void setup__prompt__is_waited_for_and_accepted(void **state)
{
    (void)state;
    g_autoptr(Child) fake = NULL;
    g_autoptr(Rig) rig = rig_with_fake("locked", "holds", &fake);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
    see_sentence(walk, "waiting for it; it may be asking for a password elsewhere");
    see_key(walk, "Esc continue without it");
    assert_true(child_wait_output(fake, "prompted", WAIT_MS));
    kill(fake->pid, SIGUSR1);
    see(walk, "Into Flow Builder");
    see_key(walk, "Enter done");
    press(walk, "Enter");
    pty_expect_exit(walk->pty, 0);
}

static void setup__prompt__can_be_left(void **state)
{
    (void)state;
    g_autoptr(Child) fake = NULL;
    g_autoptr(Rig) rig = rig_with_fake("locked", "holds", &fake);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
    see_key(walk, "Esc continue without it");
    assert_true(child_wait_output(fake, "prompted", WAIT_MS));
    press(walk, "Esc");
    see(walk, "Into Flow Builder");
    assert_true(child_wait_output(fake, "dismissed", WAIT_MS));
    press(walk, "C-c");
    pty_expect_exit(walk->pty, 0);
}

static void preflight__prompt__is_named_and_can_be_left(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    g_autoptr(Child) fake = start_fake(rig, NULL, "locked", "holds");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    see(walk, "Which Salesforce org");
    press(walk, "Enter");
    see_sentence(walk, "waiting for it; it may be asking for a password elsewhere");
    assert_true(child_wait_output(fake, "prompted", WAIT_MS));
    press(walk, "Esc");
    see(walk, "Which Salesforce org");
    assert_true(child_wait_output(fake, "dismissed", WAIT_MS));
}

static void preflight__prompt_dismissed__is_said(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    g_autoptr(Child) fake = start_fake(rig, NULL, "locked", "dismisses");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_preflight(walk);
    see(walk, "✖ Keyring");
    see_sentence(walk, STILL_LOCKED);
}

static void preflight__prompt_accepted__is_green(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    g_autoptr(Child) fake = start_fake(rig, NULL, "locked", "accepts");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_preflight(walk);
    see(walk, "✔ Keyring");
}

/* ---- killed in the middle ---- */

/* The service is there and has stopped answering; perch says what it waits for. */
static Child *token_that_waits(Rig *rig)
{
    const char *argv[] = {g_getenv("PERCH"), "token", "acme", NULL};
    kill(rig->bus->keyring->pid, SIGSTOP);
    Child *child = child_start(argv, rig->home->env);
    child_close_input(child);
    assert_true(child_wait_errors(child, "Waiting for the keyring.", WAIT_MS));
    return child;
}

/* The same, line by line, of the set-up that begins with it; it can be gone on without. */
static void setup__keyring_stopped__says_what_it_waits_for(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    kill(rig->bus->keyring->pid, SIGSTOP);
    const char *argv[] = {g_getenv("PERCH"), "setup", "acme", "--plain", NULL};
    g_autoptr(Child) child = child_start(argv, rig->home->env);
    assert_true(child_wait_output(child, "Waiting for the keyring.", WAIT_MS));
    assert_true(child_stop(child, WAIT_MS));
    kill(rig->bus->keyring->pid, SIGCONT);
}

static void assert_failed_with(Child *child, const char *sentence)
{
    assert_true(child_wait_end(child, WAIT_MS));
    assert_code(child, 9);
    assert_string_equal(child->output->str, "");
    assert_contains(child->errors->str, sentence);
}

static void killed__service_in_the_middle(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) child = token_that_waits(rig);
    kill(rig->bus->keyring->pid, SIGKILL);
    assert_failed_with(child, SERVICE_ENDED);
    /* Nothing is lost by it. */
    assert_true(child_wait_end(rig->bus->keyring, WAIT_MS));
    child_free(g_steal_pointer(&rig->bus->keyring));
    session_bus_add_keyring(rig->bus, rig->home);
    g_autoptr(Child) next = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(next, 0);
}

static void killed__bus_in_the_middle(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) child = token_that_waits(rig);
    end_bus(rig);
    assert_failed_with(child, BUS_LOST);
    kill(rig->bus->keyring->pid, SIGCONT);
}

static bool code_is_sent(Rig *rig)
{
    g_autoptr(Json) now = demo_org_control(rig->org, "GET", "state", NULL);
    return json_get_int(json_get(json_get(now, "faults"), TOKEN_PATH), "hits", 0) > 0;
}

static bool has_grants(Rig *rig)
{
    g_autoptr(Json) now = demo_org_control(rig->org, "GET", "state", NULL);
    return json_first(json_get(now, "grants")) != NULL;
}

/* The service goes while Salesforce makes the tokens: the script ends with 9, and the login that
 * nobody could keep is given back; by a rescue where the revocation gets lost. */
static void killed__service_while_a_script_sets_up(void **state)
{
    static const struct {
        bool lost;
        const char *text;
    } rows[] = {{false, "perch revoked them"}, {true, "could not be revoked"}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        demo_org_patch(rig->org, "{'faults': {'" TOKEN_PATH "': {'delay_ms': 2000}}}");
        if (rows[i].lost)
            demo_org_patch(rig->org, "{'faults': {'/services/oauth2/revoke': {'kind': 'close', "
                                     "'times': 2}}}");
        g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
        g_ptr_array_insert(words, 0, g_strdup(g_getenv("PERCH")));
        g_autoptr(Child) child = child_start((const char *const *)words->pdata, rig->home->env);
        child_close_input(child);
        while (!code_is_sent(rig))
            assert_false(child_wait_end(child, 20));
        end_service(rig);
        assert_true(child_wait_end(child, WAIT_MS));
        assert_code(child, 9);
        assert_contains(child->output->str, NO_SERVICE);
        assert_contains(child->errors->str, rows[i].text);
        const gint64 until = g_get_monotonic_time() + (rows[i].lost ? WAIT_MS * 1000 : 0);
        while (has_grants(rig))
            assert_true(g_get_monotonic_time() < until);
    }
}

static void stuck__is_said_and_can_be_stopped(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) child = token_that_waits(rig);
    kill(child->pid, SIGINT);
    assert_true(child_wait_end(child, WAIT_MS));
    assert_int_not_equal(child_code(child), 0);
    g_autoptr(Child) late = rig_perch(rig, "token", "acme", "--timeout", "1", NULL);
    assert_code(late, 8);
    assert_contains(late->errors->str, "No token in time.");
    g_autoptr(Child) limit = rig_perch(rig, "token", "acme", NULL);
    assert_failed_with(limit,
                       "The keyring service does not answer. Restart it, or log out and in.");
    kill(rig->bus->keyring->pid, SIGCONT);
}

/* ---- other programs at the same item ---- */

static void other__changed_item__is_said(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    tokens_store_text(rig, "not json", NULL);
    g_autoptr(Child) child = rig_perch(rig, "token", "acme", NULL);
    assert_code(child, 9);
    assert_contains(child->errors->str, "acme");
    assert_null(strstr(child->errors->str, "not json"));
    tokens_store_text(rig, "{\"version\":2}", NULL);
    g_autoptr(Child) newer = rig_perch(rig, "token", "acme", NULL);
    assert_code(newer, 9);
    assert_contains(newer->errors->str, "newer");
}

static void other__damaged_item__is_forgotten_on_request(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    tokens_store_text(rig, "not json", NULL);
    g_autoptr(Child) plain = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(plain, 9);
    assert_contains(plain->output->str, "--keep-grant");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
    g_autoptr(Child) child = rig_perch(rig, "forget", "acme", "--yes", "--keep-grant", NULL);
    assert_code(child, 0);
    assert_contains(child->output->str, "the item cannot be read");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
}

/* Neither by a new login nor by forget. */
static void other__item_of_a_newer_perch__is_not_replaced(void **state)
{
    static const char item[] = "{\"version\":2}";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    tokens_store_text(rig, item, NULL);
    g_autoptr(Child) forget = rig_perch(rig, "forget", "acme", "--yes", "--keep-grant", NULL);
    assert_code(forget, 9);
    assert_contains(forget->output->str, "Update perch");
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_autoptr(Child) login = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(login, 9);
    assert_contains(login->output->str, "newer perch");
    g_autofree char *kept = session_bus_lookup(rig->home, "connection", "acme");
    assert_string_equal(kept, item);
}

static void other__deleted_item__leads_to_a_new_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    const char *argv[] = {"secret-tool", "clear", "connection", "acme", NULL};
    g_autoptr(Child) tool = child_run(argv, rig->home->env, NULL);
    assert_int_equal(child_code(tool), 0);
    g_autoptr(Child) child = rig_perch(rig, "token", "acme", NULL);
    assert_code(child, 4);
    assert_contains(child->errors->str, "The keyring has no token for this connection.");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
}

/* The newer one counts, and the next write leaves one. */
static void other__two_items__the_newer_one_counts(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) before = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(before, 0);
    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    tokens_store_text(rig, item, "extra");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 2);
    tokens_expire(rig, "acme"); /* a write: one is left */
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
    tokens_store_text(rig, item, "extra");
    g_autoptr(Child) fresh = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(fresh, 0);
    tokens_assert_work(rig, fresh->output->str);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
    g_autoptr(Child) after = rig_perch_secret(rig, "token", "acme", NULL);
    assert_string_equal(after->output->str, fresh->output->str);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token__says_which_state_it_is),
        cmocka_unit_test(setup__plain__says_which_state_it_is),
        cmocka_unit_test(setup__wizard__says_which_state_it_is_and_goes_on),
        cmocka_unit_test(token__locked_with_a_prompter__does_not_ask),
        cmocka_unit_test(setup__prompt__is_waited_for_and_accepted),
        cmocka_unit_test(setup__prompt__can_be_left),
        cmocka_unit_test(preflight__prompt__is_named_and_can_be_left),
        cmocka_unit_test(preflight__prompt_dismissed__is_said),
        cmocka_unit_test(preflight__prompt_accepted__is_green),
        cmocka_unit_test(setup__keyring_stopped__says_what_it_waits_for),
        cmocka_unit_test(killed__service_in_the_middle),
        cmocka_unit_test(killed__bus_in_the_middle),
        cmocka_unit_test(killed__service_while_a_script_sets_up),
        cmocka_unit_test(stuck__is_said_and_can_be_stopped),
        cmocka_unit_test(other__changed_item__is_said),
        cmocka_unit_test(other__damaged_item__is_forgotten_on_request),
        cmocka_unit_test(other__item_of_a_newer_perch__is_not_replaced),
        cmocka_unit_test(other__deleted_item__leads_to_a_new_login),
        cmocka_unit_test(other__two_items__the_newer_one_counts),
    };
    return cmocka_run_group_tests_name("states of the keyring", tests, NULL, NULL);
}
