/* SPDX-License-Identifier: MIT */

/* Refreshing with everything in the way: other processes, signals, a keyring that refuses. */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "e2e/tokens.h"

enum { STORM = 30, WAIT_MS = 60000 };

static guint posts(Rig *rig)
{
    return demo_org_requests(rig->org, "POST", TOKEN_PATH);
}

/* perch token acme with more words, left running. */
static Child *start_token(Rig *rig, const char *more)
{
    const char *argv[] = {g_getenv("PERCH"), "token", "acme", more, NULL};
    Child *child = child_start(argv, rig->home->env);
    child_close_input(child);
    canary_snapshot(rig->canary, child->pid);
    return child;
}

static void end(Rig *rig, Child *child)
{
    assert_true(child_wait_end(child, WAIT_MS));
    canary_search(rig->canary, "standard error", child->errors->str, -1);
}

static void storm__thirty_processes_make_one_request(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    tokens_expire(rig, "acme");
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 300}}");
    guint before = posts(rig);
    Child *children[STORM];
    for (int i = 0; i < STORM; i++)
        children[i] = start_token(rig, NULL);
    for (int i = 0; i < STORM; i++) {
        end(rig, children[i]);
        assert_code(children[i], 0);
        assert_string_equal(children[i]->output->str, children[0]->output->str);
    }
    tokens_assert_work(rig, children[0]->output->str);
    assert_int_equal(posts(rig), before + 1);
    assert_true(tokens_stored_alive(rig, "acme"));
    for (int i = 0; i < STORM; i++)
        child_free(children[i]);
}

static void rotation__every_refresh_keeps_the_connection(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    for (int i = 0; i < 3; i++) {
        g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
        assert_code(child, 0);
        assert_string_equal(child->errors->str, "");
        tokens_assert_work(rig, child->output->str);
        assert_true(tokens_stored_alive(rig, "acme"));
    }
}

/* ---- Salesforce is at it already ---- */

static void busy__is_waited_out(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 1500}}");
    guint before = posts(rig);
    /* Somebody else, who knows nothing of perch's lock, uses the same token. */
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    g_autofree char *url = g_strconcat(rig->org->url, TOKEN_PATH, NULL);
    g_autofree char *body = g_strdup_printf(
        "grant_type=refresh_token&client_id=%s&client_secret=%s&refresh_token=%s",
        rig->org->client_id, rig->org->client_secret, secret_peek(secrets.refresh_token));
    secrets_clear(&secrets);
    const char *argv[] = {"sh", "-c", "exec curl -s -d @- \"$0\" >/dev/null", url, NULL};
    g_autoptr(Child) other = child_start(argv, rig->home->env);
    child_send(other, body);
    child_close_input(other);
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, WAIT_MS));
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(child, 0);
    assert_contains(child->errors->str, "already refreshing the same token");
    tokens_assert_work(rig, child->output->str);
    assert_true(child_wait_end(other, WAIT_MS));
}

/* ---- being told to end ---- */

static void interrupt__waits_for_the_answer_and_stores_it(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    g_autoptr(Rig) rig = tokens_rig(true);
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 800}}");
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        guint before = posts(rig);
        g_autoptr(Child) child = start_token(rig, "--fresh");
        assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, WAIT_MS));
        kill(child->pid, signals[i]);
        end(rig, child);
        assert_code(child, 0);
        assert_contains(child->errors->str, "quit without it");
        assert_true(tokens_stored_alive(rig, "acme"));
    }
}

/* As if the clock had been set back since. */
static void date_item_ahead(Rig *rig)
{
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    secrets.issued_at += 24 * 3600 * 1000;
    tokens_save(rig, "acme", &secrets);
    secrets_clear(&secrets);
}

static void interrupt__twice_leaves_and_the_answer_is_stored(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    date_item_ahead(rig);
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 3000}}");
    guint before = posts(rig);
    g_autoptr(Child) child = start_token(rig, "--fresh");
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, WAIT_MS));
    kill(child->pid, SIGTERM);
    assert_true(child_wait_errors(child, "quit without it", WAIT_MS));
    kill(child->pid, SIGTERM);
    end(rig, child);
    assert_code(child, 3);
    assert_contains(child->errors->str, "its answer did not arrive");
    /* The org had replaced the token: the rescue waits for the new one. */
    demo_org_patch(rig->org,
                   "{'org': {'refresh_hold_ms': 0}, 'grants': {'*': {'busy_until_ms': 0}}}");
    g_autoptr(Child) next = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(next, 0);
}

/* The token stays the same and the keyring is gone: nothing can be lost, and nobody waits. */
static void killed__without_rotation_and_keyring__leaves_no_process(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 1000}}");
    guint before = posts(rig);
    g_autoptr(Child) child = start_token(rig, "--fresh");
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, WAIT_MS));
    const pid_t rescue = tokens_rescue_of(child->pid);
    assert_true(child_stop(rig->bus->keyring, 10000));
    kill(child->pid, SIGKILL);
    assert_true(child_wait_end(child, WAIT_MS));
    for (gint64 until = g_get_monotonic_time() + 15 * G_USEC_PER_SEC; kill(rescue, 0) == 0;)
        if (g_get_monotonic_time() > until)
            fail_msg("the rescue lives on");
}

static void timeout__is_kept_to(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 20000}}");
    g_autoptr(Child) child = start_token(rig, "--timeout=1");
    end(rig, child);
    assert_code(child, 0); /* the token is good: nothing was asked */
    tokens_expire(rig, "acme");
    gint64 began = g_get_monotonic_time();
    g_autoptr(Child) late = start_token(rig, "--timeout=1");
    end(rig, late);
    assert_code(late, 8);
    assert_true(g_get_monotonic_time() - began < 8 * G_USEC_PER_SEC);
    assert_contains(late->errors->str, "No token in time");
}

/* ---- the keyring refuses ---- */

static Child *token_with_lost_keyring(Rig *rig)
{
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 1000}}");
    guint before = posts(rig);
    Child *child = start_token(rig, "--fresh");
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, WAIT_MS));
    session_bus_lock(rig->bus);
    return child;
}

/* The rows end within --timeout, but the answer that holds the only token is awaited. */
static void timeout__does_not_end_a_refresh_that_rotates(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    tokens_expire(rig, "acme");
    demo_org_patch(rig->org, "{'org': {'refresh_hold_ms': 3000}}");
    g_autoptr(Child) child = rig_perch(rig, "doctor", "acme", "--json", "--timeout=1", NULL);
    assert_int_not_equal(child_code(child), 0);
    wait_for_lock(rig, "acme");
    assert_true(tokens_stored_alive(rig, "acme"));
}

static void keyring__locked_before__costs_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    guint before = posts(rig);
    session_bus_lock(rig->bus);
    g_autoptr(Child) child = rig_perch(rig, "token", "acme", "--fresh", NULL);
    assert_code(child, 9);
    assert_int_equal(posts(rig), before);
    keyring_restart(rig);
    assert_true(tokens_stored_alive(rig, "acme"));
}

static void keyring__lost_for_a_moment__is_tried_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    g_autoptr(Child) child = token_with_lost_keyring(rig);
    assert_true(child_wait_errors(child, "kept in memory", WAIT_MS));
    keyring_restart(rig);
    end(rig, child);
    assert_code(child, 0);
    tokens_assert_work(rig, child->output->str);
    assert_true(tokens_stored_alive(rig, "acme"));
}

static void keyring__lost_for_good__the_token_outlives_the_command(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    g_autoptr(Child) child = token_with_lost_keyring(rig);
    end(rig, child);
    assert_code(child, 9);
    assert_string_equal(child->output->str, "");
    assert_contains(child->errors->str, "stores it as soon as the keyring accepts it");
    assert_contains(child->errors->str, "perch reauthorize acme");
    keyring_restart(rig);
    wait_for_lock(rig, "acme");
    assert_true(tokens_stored_alive(rig, "acme"));
    demo_org_patch(rig->org,
                   "{'org': {'refresh_hold_ms': 0}, 'grants': {'*': {'busy_until_ms': 0}}}");
    g_autoptr(Child) next = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(next, 0);
}

/* Every command that refreshes, not perch token alone. */
static void keyring__lost_for_good__during_status_and_test(void **state)
{
    (void)state;
    static const char *const verbs[] = {"status", "test"};
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        /* Rotation was switched on since: perch has not seen it yet. */
        g_autoptr(Rig) rig = tokens_rig(false);
        demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'rotation': true}},"
                                 " 'org': {'refresh_hold_ms': 1000}}");
        tokens_expire(rig, "acme");
        guint before = posts(rig);
        const char *argv[] = {g_getenv("PERCH"), verbs[i], "acme", "--json", NULL};
        g_autoptr(Child) child = child_start(argv, rig->home->env);
        assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, WAIT_MS));
        session_bus_lock(rig->bus);
        end(rig, child);
        assert_code(child, 9);
        assert_contains(child->output->str, "stores it as soon as the keyring accepts it");
        assert_contains(child->output->str, "perch reauthorize acme");
        keyring_restart(rig);
        wait_for_lock(rig, "acme");
        assert_true(tokens_stored_alive(rig, "acme"));
    }
}

static void keyring__lost_without_rotation__the_token_is_given(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Child) child = token_with_lost_keyring(rig);
    end(rig, child);
    assert_code(child, 0);
    tokens_assert_work(rig, child->output->str);
    assert_contains(child->errors->str, "did not accept the new access token");
    keyring_restart(rig);
    wait_for_lock(rig, "acme");
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* ---- the object for programs ---- */

static void json__holds_the_token_or_the_diagnosis(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Child) fine = rig_perch_secret(rig, "token", "acme", "--json", NULL);
    assert_code(fine, 0);
    g_autoptr(Json) json = child_json(fine);
    assert_string_equal(json_get_string(json, "status"), "ok");
    g_autofree char *line = g_strconcat(json_get_string(json, "access_token"), "\n", NULL);
    tokens_assert_work(rig, line);
    assert_string_equal(json_get_string(json, "instance_url"), rig->org->url);

    demo_org_patch(rig->org, "{'grants': {'*': null}}");
    g_autoptr(Child) dead = rig_perch(rig, "token", "acme", "--fresh", "--json", NULL);
    assert_code(dead, 4);
    g_autoptr(Json) second = child_json(dead);
    assert_int_equal(json_get_int(second, "exit", 0), 4);
    const Json *diagnosis = json_get(json_check(second, "token"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "authorization-revoked");
    assert_null(json_get_string(second, "access_token"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(storm__thirty_processes_make_one_request),
        cmocka_unit_test(rotation__every_refresh_keeps_the_connection),
        cmocka_unit_test(busy__is_waited_out),
        cmocka_unit_test(interrupt__waits_for_the_answer_and_stores_it),
        cmocka_unit_test(interrupt__twice_leaves_and_the_answer_is_stored),
        cmocka_unit_test(killed__without_rotation_and_keyring__leaves_no_process),
        cmocka_unit_test(timeout__is_kept_to),
        cmocka_unit_test(timeout__does_not_end_a_refresh_that_rotates),
        cmocka_unit_test(keyring__locked_before__costs_nothing),
        cmocka_unit_test(keyring__lost_for_a_moment__is_tried_again),
        cmocka_unit_test(keyring__lost_for_good__the_token_outlives_the_command),
        cmocka_unit_test(keyring__lost_for_good__during_status_and_test),
        cmocka_unit_test(keyring__lost_without_rotation__the_token_is_given),
        cmocka_unit_test(json__holds_the_token_or_the_diagnosis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
