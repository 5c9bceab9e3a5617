/* SPDX-License-Identifier: MIT */

/* Whatever ends perch between the exchange of a code and its last row: the login is stored, or
 * given back to Salesforce. None stays alive where nobody finds it. */

#include <signal.h>
#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

#define USERINFO "/services/oauth2/userinfo"
#define REVOKE "/services/oauth2/revoke"
#define POLL_MS 20000

static const int ends[] = {SIGHUP, SIGTERM, SIGINT, SIGKILL};

static guint grants(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    return json_size(json_get(state, "grants"));
}

/* The refresh token of the item is one that the org takes. */
static bool is_stored(Rig *rig)
{
    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    g_autoptr(Json) json = item == NULL ? NULL : json_parse(item, strlen(item), NULL);
    g_autoptr(Secret) token = secret_new(json_get_string(json, "refresh_token"));
    return token != NULL && tokens_alive(rig, token);
}

/* One login at the org, and it is the stored one: at once, or when a rescue has seen to it. */
static void assert_settled(Rig *rig, const char *what)
{
    gint64 until = g_get_monotonic_time() + POLL_MS * 1000;
    while (grants(rig) != 1 || !is_stored(rig))
        if (g_get_monotonic_time() > until)
            fail_msg("%s: %u logins, %sstored", what, grants(rig), is_stored(rig) ? "" : "not ");
    wait_for_lock(rig, "acme"); /* the rescue reads back what it has stored */
}

/* Where perch is ended: while this request waits for the org's answer. */
struct place {
    const char *method, *path;
    const char *fault;
};

static const struct place at_userinfo = {"GET", USERINFO, "'delay_ms': 60000"};
static const struct place at_token = {"POST", TOKEN_PATH, "'delay_ms': 1500"};
/* The org does not do it. */
static const struct place at_revoke = {"POST", REVOKE, "'kind': 'close', 'delay_ms': 1500"};

/* perch with these words until it is there; then the signal. */
static void end_there(Rig *rig, const GPtrArray *words, const struct place *place, int number)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)(guintptr)g_getenv("PERCH"));
    for (guint i = 0; i < words->len; i++)
        g_ptr_array_add(argv, words->pdata[i]);
    guint before = demo_org_requests(rig->org, place->method, place->path);
    g_autofree char *fault = g_strdup_printf("{'faults': {'%s': {%s}}}", place->path, place->fault);
    demo_org_patch(rig->org, fault);
    g_autoptr(Child) child = child_start((const char *const *)argv->pdata, rig->home->env);
    child_close_input(child);
    assert_true(demo_org_wait_requests(rig->org, place->method, place->path, before + 1, 60000));
    assert_int_equal(kill(child->pid, number), 0);
    assert_true(child_wait_end(child, 60000));
    assert_int_not_equal(child_code(child), 0);
    demo_org_patch(rig->org, "{'faults': {'*': null}}");
}

static GPtrArray *login_again_words(void)
{
    static const char *const command[] = {"reauthorize", "acme", "--plain", "--no-input", NULL};
    GPtrArray *words = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(command); i++)
        g_ptr_array_add(words, (gpointer)(guintptr)command[i]);
    return words;
}

static void first_login__ended_by_any_signal__is_stored(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
        end_there(rig, words, &at_userinfo, ends[i]);
        assert_settled(rig, strsignal(ends[i]));
        g_autoptr(Child) forget = rig_perch(rig, "forget", "acme", "--yes", NULL);
        assert_code(forget, 0);
        assert_contains(forget->output->str, "revoked at Salesforce");
        assert_int_equal(grants(rig), 0);
    }
}

/* The former login stays and works; the one that was not proven is revoked. */
static void login_again__ended_by_any_signal__is_given_back(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(GPtrArray) words = login_again_words();
    struct secrets before, after;
    tokens_load(rig, "acme", &before);
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        end_there(rig, words, &at_userinfo, ends[i]);
        assert_settled(rig, strsignal(ends[i]));
    }
    tokens_load(rig, "acme", &after);
    assert_true(secret_equal(before.refresh_token, after.refresh_token));
    secrets_clear(&before);
    secrets_clear(&after);
}

/* The org has the code and has made a login of it; no byte of that has reached anybody. */
static void first_login__killed_before_the_answer__is_stored(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    end_there(rig, words, &at_token, SIGKILL);
    assert_settled(rig, "killed before the answer");
}

/* A damaged item is replaced, as any login does. */
static void first_login__killed_over_a_damaged_item__is_stored(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    tokens_store_text(rig, "not json", NULL);
    end_there(rig, words, &at_token, SIGKILL);
    assert_settled(rig, "a damaged item");
}

/* An item of a newer perch is never replaced: the login is revoked at once, and no process remains.
 */
static void first_login__killed_over_a_newer_item__is_given_back(void **state)
{
    static const char item[] = "{\"version\":2}";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    tokens_store_text(rig, item, NULL);
    const guint before = demo_org_requests(rig->org, "POST", REVOKE);
    end_there(rig, words, &at_token, SIGKILL);
    assert_true(demo_org_wait_requests(rig->org, "POST", REVOKE, before + 1, POLL_MS));
    wait_for_lock(rig, "acme");
    assert_int_equal(grants(rig), 0);
    g_autofree char *kept = session_bus_lookup(rig->home, "connection", "acme");
    assert_string_equal(kept, item);
}

/* A user has five approvals for an app: each abandoned login would bring the stored one, the
 * oldest, nearer to its end. */
static void login_again__killed_before_the_answer__does_not_end_the_stored_one(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(GPtrArray) words = login_again_words();
    for (int i = 0; i < 6; i++) {
        end_there(rig, words, &at_token, SIGKILL);
        assert_settled(rig, "killed before the answer");
    }
}

static void login_again__killed_before_the_former_one_is_revoked__revokes_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(GPtrArray) words = login_again_words();
    struct secrets before, after;
    tokens_load(rig, "acme", &before);
    end_there(rig, words, &at_revoke, SIGKILL);
    assert_settled(rig, "killed before the former login was revoked");
    tokens_load(rig, "acme", &after);
    assert_false(secret_equal(before.refresh_token, after.refresh_token));
    secrets_clear(&before);
    secrets_clear(&after);
}

/* Salesforce cannot be reached when the former login is to be revoked, but can later. */
static void login_again__whose_revocation_is_lost__is_tried_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'faults': {'" REVOKE "': {'kind': 'close', 'times': 2}}}");
    g_autoptr(Child) child = rig_perch(rig, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_code(child, 0);
    assert_contains(child->output->str, "could not be revoked");
    assert_settled(rig, "a lost revocation");
}

/* The login before the first stays as long as its revocation is lost. Whoever logs in once more
 * ends that one: the one in the keyring is not replaced yet. */
static void login_again__twice__keeps_the_stored_one(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'faults': {'" REVOKE "': {'kind': 'close', 'times': 2}}}");
    g_autoptr(Walk) walk = walk_start(rig, "reauthorize", "acme", NULL);
    see(walk, "could not be revoked");
    see_key(walk, "Enter done");
    struct secrets before, after;
    tokens_load(rig, "acme", &before);
    press(walk, "Esc");
    see_key(walk, "r log in again");
    const guint posts = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    demo_org_patch(rig->org, "{'faults': {'" TOKEN_PATH "': {'delay_ms': 1500}}}");
    press(walk, "r");
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, posts + 1, POLL_MS));
    assert_int_equal(kill(pty_pid(walk->pty), SIGKILL), 0);
    assert_settled(rig, "killed during the second login");
    tokens_load(rig, "acme", &after);
    assert_true(secret_equal(before.refresh_token, after.refresh_token));
    secrets_clear(&before);
    secrets_clear(&after);
}

/* ---- answers that are not Salesforce's ---- */

#define WITHOUT(member) "{'faults': {'" TOKEN_PATH "': {'without': '" member "'}}}"

static Child *set_up(Rig *rig)
{
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    return rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
}

static void first_login__without_an_instance_url__is_given_back(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, WITHOUT("instance_url"));
    g_autoptr(Child) child = set_up(rig);
    assert_code(child, 8);
    assert_contains(child->output->str, "The answer is not one from Salesforce's API.");
    assert_contains(child->output->str, "names no instance URL");
    assert_contains(child->output->str, "The login in that answer is revoked.");
    assert_int_equal(grants(rig), 0);
}

static void assert_given_back(Rig *rig)
{
    gint64 until = g_get_monotonic_time() + POLL_MS * 1000;
    while (grants(rig) != 0)
        assert_true(g_get_monotonic_time() < until);
}

/* The org cannot be told at once, or perch is killed before it is: the rescue tells it. */
static void first_login__without_an_instance_url__is_given_back_in_the_end(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, WITHOUT("instance_url"));
    demo_org_patch(rig->org, "{'faults': {'" REVOKE "': {'kind': 'close', 'times': 1}}}");
    g_autoptr(Child) child = set_up(rig);
    assert_code(child, 8);
    assert_contains(child->output->str, "could not be revoked yet");
    assert_given_back(rig);
    demo_org_patch(rig->org, "{'faults': {'" REVOKE "': null}}");
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    end_there(rig, words, &at_revoke, SIGKILL);
    assert_given_back(rig);
}

/* Its refresh token is the only one that works: it is kept. */
static void refresh__without_an_instance_url__keeps_a_rotated_token(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    demo_org_patch(rig->org, WITHOUT("instance_url"));
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(child, 0);
    tokens_assert_work(rig, child->output->str);
    assert_true(tokens_stored_alive(rig, "acme"));
    g_autoptr(Child) test = rig_perch(rig, "test", "acme", NULL);
    assert_code(test, 0);
}

static void first_login__without_a_signature__is_said_so(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, WITHOUT("signature"));
    g_autoptr(Child) child = set_up(rig);
    assert_code(child, 0);
    assert_contains(child->output->str, "Signature: the answer has none");
}

/* Killed while the keyring has not answered: nobody but the rescue has the token. */
static void first_login__killed_before_it_is_stored__is_stored(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see(walk, "Listening on");
    g_autofree char *redirect = walk_redirect(walk);
    guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    assert_int_equal(kill(rig->bus->keyring->pid, SIGSTOP), 0);
    paste(walk, redirect);
    see(walk, "Proving the connection");
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, 20000));
    see(walk, "waiting for it");
    assert_int_equal(kill(pty_pid(walk->pty), SIGKILL), 0);
    assert_int_equal(kill(rig->bus->keyring->pid, SIGCONT), 0);
    assert_settled(rig, "killed");
}

/* Back while the first login waits for the keyring, and a second one: what ends the visit of the
 * first must not give the second one's tokens back. */
static void second_login__asked_for_while_the_first_is_stored__is_alive(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    const guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see(walk, "Listening on");
    g_autofree char *first = walk_redirect(walk);
    assert_int_equal(kill(rig->bus->keyring->pid, SIGSTOP), 0);
    paste(walk, first);
    see(walk, "waiting for it");
    press(walk, "Esc");
    see(walk, "step 6 is proving it now");
    press(walk, "r");
    see(walk, "Listening on");
    demo_org_patch(rig->org, "{'faults': {'" TOKEN_PATH "': {'delay_ms': 3000, 'times': 1}}}");
    g_autofree char *second = walk_redirect(walk);
    paste(walk, second);
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 2, 20000));
    assert_int_equal(kill(rig->bus->keyring->pid, SIGCONT), 0);
    see_key(walk, "Enter test record");
    assert_true(tokens_stored_alive(rig, "acme"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_login__ended_by_any_signal__is_stored),
        cmocka_unit_test(login_again__ended_by_any_signal__is_given_back),
        cmocka_unit_test(first_login__killed_before_it_is_stored__is_stored),
        cmocka_unit_test(first_login__killed_before_the_answer__is_stored),
        cmocka_unit_test(first_login__killed_over_a_damaged_item__is_stored),
        cmocka_unit_test(first_login__killed_over_a_newer_item__is_given_back),
        cmocka_unit_test(login_again__killed_before_the_answer__does_not_end_the_stored_one),
        cmocka_unit_test(login_again__killed_before_the_former_one_is_revoked__revokes_it),
        cmocka_unit_test(login_again__whose_revocation_is_lost__is_tried_again),
        cmocka_unit_test(login_again__twice__keeps_the_stored_one),
        cmocka_unit_test(first_login__without_an_instance_url__is_given_back),
        cmocka_unit_test(first_login__without_an_instance_url__is_given_back_in_the_end),
        cmocka_unit_test(refresh__without_an_instance_url__keeps_a_rotated_token),
        cmocka_unit_test(first_login__without_a_signature__is_said_so),
        cmocka_unit_test(second_login__asked_for_while_the_first_is_stored__is_alive),
    };
    return cmocka_run_group_tests_name("the end of an exchange", tests, NULL, NULL);
}
