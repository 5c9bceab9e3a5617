/* SPDX-License-Identifier: MIT */

/* The keyring goes away between Preflight and Prove: a token that was won is not lost by it. */

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

static const struct {
    enum session_keyring keyring;
    const char *row, *title;
} kinds[] = {
    {SESSION_NO_KEYRING, "No keyring service (Secret Service) is running on this machine.",
     "No keyring is running in this session."},
    {SESSION_KEYRING_LOCKED, "The keyring is still locked: nobody unlocked it when it asked.",
     "The keyring is locked."},
    {SESSION_KEYRING_EMPTY, "There is no default keyring yet, and none was created when asked.",
     "Open Passwords and Keys (seahorse) and make sure that there is a default keyring"},
};

/* How often the demo org was asked with that word in the body. */
static guint posts(Rig *rig, const char *target, const char *word)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    guint count = 0;
    JSON_FOREACH(entry, log)
    {
        count += g_str_has_prefix(json_get_string(entry, "target"), target) &&
                 strstr(json_get_string(entry, "body"), word) != NULL;
    }
    return count;
}

/* At Prove with a token in memory and a keyring that does not take it. */
static Walk *fail_to_store(Rig *rig, enum session_keyring keyring)
{
    Walk *walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    session_bus_change(rig->bus, rig->home, keyring);
    press(walk, "Enter");
    see(walk, "✖ Stored");
    see_key(walk, "r again  k continue without storing");
    return walk;
}

/* The failure on the screen may be the one before: r is not taken while perch still tries. */
static void try_until_stored(Walk *walk)
{
    gint64 end = g_get_monotonic_time() + PTY_WAIT_MS * G_TIME_SPAN_MILLISECOND;
    while (!pty_has(walk->pty, "Enter test record") && g_get_monotonic_time() < end) {
        if (pty_has(walk->pty, "r again"))
            press(walk, "r");
        pty_wait_change(walk->pty, 1000);
    }
    see_key(walk, "Enter test record");
}

static void assert_one_exchange(Rig *rig)
{
    assert_int_equal(
        posts(rig, "/services/oauth2/token", "grant_type=authorization_code&code=aPrx"),
        1); /* what Keys asks has no code of the org's */
    assert_int_equal(posts(rig, "/services/oauth2/revoke", "token="), 0);
}

static void preflight__tells_three_keyrings_apart_and_goes_on(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(Rig) rig = rig_new(kinds[i].keyring, NULL);
        g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
        walk_to_preflight(walk);
        see(walk, "✖ Keyring");
        see_sentence(walk, kinds[i].row);
        see_sentence(walk, kinds[i].title); /* and the cure, at once */
        see_key(walk, "Enter go on without a keyring");
        press(walk, "Enter");
        see(walk, "App settings");
    }
}

static void retry__after_the_keyring_is_back__stores_the_same_token(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        g_autoptr(Walk) walk = fail_to_store(rig, kinds[i].keyring);
        see_sentence(walk, kinds[i].row);
        see_sentence(walk, kinds[i].title);
        press(walk, "r"); /* still nothing */
        see_key(walk, "r again  k continue without storing");
        session_bus_change(rig->bus, rig->home, SESSION_KEYRING_OPEN);
        try_until_stored(walk);
        see(walk, "✔ Stored           gnome-keyring, read back, identical");
        assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
        assert_one_exchange(rig);
        walk_home(walk, "acme");
        g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
        assert_code(token, 0);
        assert_one_exchange(rig);
    }
}

static void go_on_without_storing(bool ends)
{
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = fail_to_store(rig, SESSION_NO_KEYRING);
    press(walk, "k");
    see_key(walk, "Enter test record");
    see_sentence(walk, "not stored: the tokens are in memory until perch ends");
    see(walk, "✔ Refreshed once   new access token");
    press(walk, "Enter");
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    see_key(walk, "Enter hand-off");
    press(walk, "Enter");
    see(walk, "Into Flow Builder");
    see_key(walk, "Enter done"); /* not while it rehearses */
    press(walk, "Enter");        /* what stays alive is said, and can be ended */
    see(walk, "valid until it is revoked");
    see(walk, "q revoke it and quit");
    press(walk, ends ? "q" : "k");
    if (ends) {
        pty_expect_exit(walk->pty, 0);
        assert_int_equal(posts(rig, "/services/oauth2/revoke", "token="), 1);
        return;
    }
    see_end(walk, 0,
            "The login of acme is valid, but not stored. To store one: perch "
            "reauthorize acme");
    assert_one_exchange(rig);
}

static void keep__goes_on_without_storing(void **state)
{
    (void)state;
    go_on_without_storing(false);
}

static void keep__leaves__may_end_the_login(void **state)
{
    (void)state;
    go_on_without_storing(true);
}

/* A login that was to be stored nowhere does not live on at Salesforce without a word. */
static void keep__terminal_is_gone__login_is_given_back(void **state)
{
    static const int signals[] = {SIGHUP, SIGTERM};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        g_autoptr(Walk) walk = fail_to_store(rig, SESSION_NO_KEYRING);
        press(walk, "k");
        see_key(walk, "Enter test record");
        kill(pty_pid(walk->pty), signals[i]);
        pty_expect(walk->pty, "so perch revoked them. Log in again");
        pty_expect_exit(walk->pty, 3);
        assert_int_equal(posts(rig, "/services/oauth2/revoke", "token="), 1);
    }
}

/* Nobody could read that it lives on: perch says so when it is started again, once. */
static void keep__terminal_is_gone__what_was_not_revoked_is_said_later(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = fail_to_store(rig, SESSION_NO_KEYRING);
    press(walk, "k");
    see_key(walk, "Enter test record");
    demo_org_patch(rig->org, "{'faults': {'/services/oauth2/revoke': {'kind': 'close'}}}");
    kill(pty_pid(walk->pty), SIGHUP);
    pty_expect_exit(walk->pty, 3);
    g_autoptr(Walk) home = walk_start(rig, NULL, NULL);
    see_sentence(home, "acme: The tokens of this login were not stored and could not be revoked.");
    press(home, "q");
    pty_expect_exit(home->pty, 0);
    g_autoptr(Walk) again = walk_start(rig, NULL, NULL);
    see(again, "acme");
    see_no(again, "could not be revoked");
}

/* Nobody is there to try it again once perch has ended. */
static void keep__revocation_lost__promises_no_further_try(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = fail_to_store(rig, SESSION_NO_KEYRING);
    press(walk, "k");
    see_key(walk, "Enter test record");
    demo_org_patch(rig->org, "{'faults': {'/services/oauth2/token': {'without': 'instance_url'}, "
                             "'/services/oauth2/revoke': {'kind': 'close', 'times': 2}}}");
    press(walk, "Esc");
    see_key(walk, "r log in again");
    press(walk, "r");
    see_sentence(walk, "could not be revoked: end it in Setup");
    see_no(walk, "15 minutes");
}

/* The new one is kept in memory only: the login in the keyring is all that will be left. */
static void keep__former_login__is_not_revoked(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    const guint sent = posts(rig, "/services/oauth2/token", "code=aPrx");
    demo_org_patch(rig->org, "{'faults': {'/services/oauth2/token': {'delay_ms': 1500}}}");
    g_autoptr(Walk) walk = walk_start(rig, "reauthorize", "acme", NULL);
    while (posts(rig, "/services/oauth2/token", "code=aPrx") == sent)
        pty_wait_change(walk->pty, 100);
    session_bus_change(rig->bus, rig->home, SESSION_NO_KEYRING);
    see(walk, "✖ Refreshed once"); /* which stores a login that replaces another */
    see_key(walk, "k continue without storing");
    press(walk, "k");
    see_sentence(walk, "kept, as the new one is not stored");
    see_key(walk, "Enter done");
    press(walk, "Enter");
    see(walk, "k quit and leave it valid");
    press(walk, "k");
    see_end(walk, 0,
            "acme keeps its old login; the new one is valid, not stored: perch doctor acme");
    assert_int_equal(posts(rig, "/services/oauth2/revoke", "token="), 0);
    session_bus_change(rig->bus, rig->home, SESSION_KEYRING_OPEN);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(token, 0);
}

static void wait_for_no_rescue(Walk *walk)
{
    gint64 end = g_get_monotonic_time() + PTY_WAIT_MS * G_TIME_SPAN_MILLISECOND;
    while (tokens_has_rescue(pty_pid(walk->pty))) {
        assert_true(g_get_monotonic_time() < end);
        pty_wait_change(walk->pty, 20);
    }
}

/* Nor does the process that watched over the login store it afterwards, whatever becomes of perch;
 * a login that is not to be stored has none. */
static void keep__leaves_nobody_who_stores(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = fail_to_store(rig, SESSION_NO_KEYRING);
    tokens_rescue_of(pty_pid(walk->pty));
    press(walk, "k");
    see_key(walk, "Enter test record");
    wait_for_no_rescue(walk);
    press(walk, "Esc");
    see_key(walk, "r log in again");
    see_sentence(walk, "This login is proven, but not stored");
    press(walk, "r");
    see_key(walk, "Enter test record");
    wait_for_no_rescue(walk);
}

/* From the last step back, once there is a keyring. */
static void keep__then_store__stores(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = fail_to_store(rig, SESSION_NO_KEYRING);
    press(walk, "k");
    see_key(walk, "Enter test record");
    press(walk, "q");
    see(walk, "valid until it is revoked.");
    session_bus_change(rig->bus, rig->home, SESSION_KEYRING_OPEN);
    press(walk, "r");
    see(walk, "✔ Stored           gnome-keyring, read back, identical");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

static void quit__asks_and_revokes_only_when_told(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = fail_to_store(rig, SESSION_KEYRING_LOCKED);
    for (int i = 0; i < 2; i++) {
        press(walk, i == 0 ? "q" : "C-c");
        see(walk, "The refresh token is not stored yet. Quitting without ");
        see(walk, "storing it revokes it at Salesforce.");
        press(walk, "Enter C-c"); /* no answers */
        see(walk, "The refresh token is not stored yet.");
        press(walk, "Esc");
        pty_expect_gone(walk->pty, "The refresh token is not stored yet.");
    }
    assert_one_exchange(rig);
    press(walk, "q");
    see(walk, "q revoke it and quit");
    press(walk, "q");
    pty_expect_exit(walk->pty, 3);
    assert_false(pty_alternate_screen(walk->pty));
    see_sentence(walk, "perch revoked them");
    assert_int_equal(posts(rig, "/services/oauth2/revoke", "token="), 1);
}

/* w writes the values to a file of one's own; then there is nothing to lose by quitting. */
static void quit__export__keeps_the_token_in_a_file(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *before = g_get_current_dir();
    g_autofree char *file = g_build_filename(rig->home->home, "acme.env", NULL);
    struct stat info;
    assert_int_equal(chdir(rig->home->home), 0);
    g_autoptr(Walk) walk = fail_to_store(rig, SESSION_NO_KEYRING);
    assert_int_equal(chdir(before), 0);
    press(walk, "q");
    see(walk, "w write it to a file");
    press(walk, "w");
    see_sentence(walk, "Written, readable only by you:");
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    press(walk, "q");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    pty_expect_exit(walk->pty, 3);
    assert_one_exchange(rig);
    assert_int_equal(unlink(file), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preflight__tells_three_keyrings_apart_and_goes_on),
        cmocka_unit_test(retry__after_the_keyring_is_back__stores_the_same_token),
        cmocka_unit_test(keep__goes_on_without_storing),
        cmocka_unit_test(keep__leaves__may_end_the_login),
        cmocka_unit_test(keep__terminal_is_gone__login_is_given_back),
        cmocka_unit_test(keep__terminal_is_gone__what_was_not_revoked_is_said_later),
        cmocka_unit_test(keep__revocation_lost__promises_no_further_try),
        cmocka_unit_test(keep__former_login__is_not_revoked),
        cmocka_unit_test(keep__leaves_nobody_who_stores),
        cmocka_unit_test(keep__then_store__stores),
        cmocka_unit_test(quit__asks_and_revokes_only_when_told),
        cmocka_unit_test(quit__export__keeps_the_token_in_a_file),
    };
    return cmocka_run_group_tests_name("the keyring at Prove", tests, NULL, NULL);
}
