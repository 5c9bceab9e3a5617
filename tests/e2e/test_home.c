/* SPDX-License-Identifier: MIT */

/* Home on a terminal: what it says about each connection, and where its keys lead. */

#include <signal.h>
#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"
#include "support/keyring.h"
#include "support/many.h"

enum { MANY = 200, WAIT_MS = 30000 };

/* One connection that works. */
static Rig *connected(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

static Walk *open_home(Rig *rig)
{
    return walk_start(rig, NULL, NULL);
}

static guint logins(Rig *rig)
{
    return demo_org_requests(rig->org, "GET", "/services/oauth2/authorize");
}

/* What the variables say is for what is set up anew, and for nothing else. */
static void variables__of_setup__count_for_a_new_connection(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    tmphome_set(rig->home, "PERCH_SETUP_LOGIN_URL", rig->org->url);
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "Which Salesforce org?");
    see(walk, rig->org->url);
    press(walk, "C-c");
    pty_expect_exit(walk->pty, 3);
    rig_setup(rig, "acme");
    tmphome_set(rig->home, "PERCH_SETUP_LOGIN_URL", "https://other.my.salesforce.com");
    g_autoptr(Walk) again = open_home(rig);
    see_key(again, "Enter open");
    press(again, "Enter");
    see(again, "Into Flow Builder");
    press(again, "Esc");
    see_key(again, "Enter open");
    press(again, "n");
    see(again, "https://other.my.salesforce.com");
}

/* ---- states ---- */

/* A request that waits for its answer is not in the org's log yet. */
static bool ten_have_asked(gpointer data)
{
    const Rig *rig = data;
    g_autoptr(Json) now = demo_org_control(rig->org, "GET", "state", NULL);
    return json_get_int(json_get(json_get(now, "faults"), "/services/data"), "hits", 0) == 10;
}

/* Ten connections ask, none is answered: each has sent its question all the same, and every key
 * does what it does at other times. */
static void states__are_asked_in_parallel_and_block_no_key(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    many_connections(rig->home, rig->bus, "acme", 9);
    demo_org_patch(rig->org, "{'faults': {'/services/data': {'delay_ms': 600000}}}");
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "10 connections");
    assert_true(pty_wait_until(walk->pty, ten_have_asked, rig, WAIT_MS));
    see(walk, "asking …");
    see_no(walk, "working");
    press(walk, "Down Down m");
    see(walk, "New name");
    press(walk, "Esc");
    see_key(walk, "Enter open");
    press(walk, "f");
    see_sentence(walk, "Forget acme-001?");
    press(walk, "Esc");
    pty_expect_gone(walk->pty, "Forget acme-001?");
    press(walk, "/");
    see_key(walk, "Esc show all");
    type(walk, "acme-00");
    see(walk, "9 of 10 connections");
    press(walk, "Esc");
    see(walk, "10 connections");
    press(walk, "n");
    see(walk, "Which Salesforce org");
    press(walk, "Esc");
    see(walk, "10 connections");
    press(walk, "h");
    see(walk, "Into Flow Builder");
    press(walk, "Esc");
    see(walk, "asking …");
    press(walk, "t");
    see(walk, "Insert a test record");
    press(walk, "Esc");
    see(walk, "asking …");
    press(walk, "d");
    see(walk, "✔ Keyring");
    press(walk, "Esc");
    see(walk, "asking …");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

static void states__each_is_told_and_status_says_the_same(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    many_connections(rig->home, rig->bus, "acme", 2);
    /* One that has no token here, a draft, and a file that nobody can read. */
    g_autofree char *folder = g_build_filename(rig->home->config, "perch", NULL);
    g_autoptr(Store) store = store_open(STORE_SECRET_SERVICE, folder);
    g_autoptr(Connection) draft = connection_new("draft");
    assert_int_equal(call_erase(store, "acme-000"), CALL_OK);
    assert_true(connections_save(folder, draft, NULL));
    g_free(tmphome_write(rig->home, "home/.config/perch/connections/rotten.json", "{no"));
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "✔ working");
    see(walk, "✖ no token");
    see(walk, "○ unfinished");
    see(walk, "✖ file damaged");
    g_autoptr(Child) text = rig_perch(rig, "status", NULL);
    assert_code(text, 4);
    assert_contains(text->output->str, "ok  acme ");
    assert_contains(text->output->str, "!!  acme-000");
    assert_contains(text->output->str, ".   draft");
    assert_contains(text->output->str, "!!  rotten");
    g_autoptr(Child) child = rig_perch(rig, "status", "--json", NULL);
    assert_code(child, 4);
    g_autoptr(Json) json = child_json(child);
    static const struct {
        const char *name, *status;
        int exit;
    } rows[] = {{"acme", "ok", 0},
                {"acme-000", "failed", 4},
                {"acme-001", "ok", 0},
                {"draft", "skipped", 0},
                {"rotten", "failed", 2}};
    gsize i = 0;
    JSON_FOREACH(one, json_get(json, "connections"))
    {
        assert_true(i < G_N_ELEMENTS(rows));
        assert_string_equal(json_get_string(one, "connection"), rows[i].name);
        assert_string_equal(json_get_string(one, "status"), rows[i].status);
        assert_int_equal(json_get_int(one, "exit", -1), rows[i].exit);
        i++;
    }
    assert_int_equal(i, G_N_ELEMENTS(rows));
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

static bool row_works(Walk *walk, int row)
{
    g_autofree char *text = pty_row(walk->pty, row);
    return strstr(text, "✔ working") != NULL;
}

static void wait_until_four_work(Walk *walk)
{
    see(walk, "4 connections");
    for (int row = 3; row <= 6; row++)
        while (!row_works(walk, row))
            assert_true(pty_wait_change(walk->pty, WAIT_MS));
}

/* Who comes back sees what was answered before; only the connection that was opened is asked. */
static void states__after_a_return__are_not_asked_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    many_connections(rig->home, rig->bus, "acme", 3);
    g_autoptr(Walk) walk = open_home(rig);
    wait_until_four_work(walk);
    guint before = demo_org_requests(rig->org, "GET", "/services/data/");
    press(walk, "h");
    see(walk, "Into Flow Builder");
    press(walk, "Esc");
    wait_until_four_work(walk);
    guint after = demo_org_requests(rig->org, "GET", "/services/data/");
    press(walk, "f");
    see(walk, "The same login is in use");
    press(walk, "Esc q");
    pty_expect_exit(walk->pty, 0);
    assert_true(after == before + 1 || after == before + 2);
}

/* ---- where Enter leads ---- */

/* Leads stopped: the token was revoked. One key from Home to the browser, and on to proven. */
static void enter__on_a_revoked_one__logs_in_again_and_proves(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    demo_org_patch(rig->org, "{'grants': {'*': null}}");
    guint before = logins(rig);
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "✖ revoked");
    see_key(walk, "Enter re-authorize");
    assert_int_equal(logins(rig), before);
    press(walk, "Enter");
    assert_true(
        demo_org_wait_requests(rig->org, "GET", "/services/oauth2/authorize", before + 1, WAIT_MS));
    see(walk, "✔ Stored");
    see(walk, "✔ Refreshed once");
    see_key(walk, "Enter done");
    press(walk, "Enter");
    see(walk, "✔ working");
    see(walk, "1 connection");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(token, 0);
    tokens_assert_work(rig, token->output->str);
}

static void enter__on_api_off__shows_what_is_wrong_and_turns_green(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    demo_org_patch(rig->org, "{'profiles': {'*': {'api_enabled': false}}}");
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "✖ API off");
    see_key(walk, "Enter troubleshoot");
    press(walk, "Enter");
    see(walk, "✖ API access");
    demo_org_patch(rig->org, "{'profiles': {'*': {'api_enabled': true}}}");
    press(walk, "r");
    see_key(walk, "Enter done"); /* the row itself may be above the fold by then */
    see(walk, "checks, 0 failed");
    press(walk, "Esc");
    see(walk, "✔ working");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* As perch setup NAME does it: the values are entered again, the damaged file is kept. */
static void enter__on_a_damaged_file__sets_up_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *aside = g_strconcat(path, ".damaged-1", NULL);
    assert_true(g_file_set_contents(path, "{\"version\":1,", -1, NULL));
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "✖ file damaged");
    see_sentence(walk, "Enter sets it up again; the damaged file is kept.");
    see_key(walk, "Enter set up again");
    press(walk, "Enter");
    see(walk, "Which Salesforce org");
    see_sentence(walk, "The settings of acme are damaged");
    assert_false(g_file_test(aside, G_FILE_TEST_EXISTS)); /* nothing is replaced yet */
    press(walk, "Esc");
    see(walk, "1 connection");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* ---- the other keys ---- */

static void keys__lead_where_they_say(void **state)
{
    static const struct {
        const char *key, *text;
    } keys[] = {{"t", "Insert a test record"},
                {"d", "✔ Keyring"},
                {"h", "Into Flow Builder"},
                {"n", "Which Salesforce org"},
                {"Enter", "Into Flow Builder"}};
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Walk) walk = open_home(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        see(walk, "✔ working");
        press(walk, keys[i].key);
        see(walk, keys[i].text);
        press(walk, "Esc");
    }
    see(walk, "✔ working");
    /* r logs in again also where nothing is broken. */
    guint before = logins(rig);
    press(walk, "r");
    see_key(walk, "Enter done");
    assert_int_equal(logins(rig), before + 1);
    press(walk, "Enter");
    see(walk, "✔ working");
    press(walk, "C-c");
    pty_expect_exit(walk->pty, 0);
}

static void rename__moves_settings_and_keyring_item(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "✔ working");
    press(walk, "m");
    see(walk, "New name");
    press(walk, "C-u");
    type(walk, "../x");
    press(walk, "Enter");
    see_key(walk, "Enter rename"); /* still here */
    press(walk, "C-u");
    type(walk, "be ta");
    press(walk, "Enter");
    see(walk, "▸ be-ta");
    see(walk, "✔ working");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
    assert_int_equal(session_bus_count(rig->home, "connection", "be-ta"), 1);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "be-ta", NULL);
    assert_code(token, 0);
}

/* The name is typed while Home still reads the files of hundreds of others. */
static void rename__before_the_states_are_asked__is_not_lost(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autofree char *settings = rig_settings(rig, "acme.json");
    for (int i = 0; i < 600; i++) {
        g_autofree char *file =
            g_strdup_printf("%s/perch/connections/b-%04d.json", rig->home->config, i);
        assert_true(
            g_file_set_contents_full(file, settings, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "601 connections");
    assert_int_equal(kill(pty_pid(walk->pty), SIGSTOP), 0);
    press(walk, "m C-u");
    type(walk, "aaa");
    press(walk, "Enter");
    assert_int_equal(kill(pty_pid(walk->pty), SIGCONT), 0);
    see(walk, "▸ aaa");
    press(walk, "C-c");
    pty_expect_exit(walk->pty, 0);
    assert_int_equal(session_bus_count(rig->home, "connection", "aaa"), 1);
}

/* ---- 200 connections ---- */

static void many__scroll_and_filter(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    many_connections(rig->home, rig->bus, "acme", MANY - 1);
    g_autoptr(Walk) walk = open_home(rig);
    see(walk, "200 connections");
    see(walk, "1 of 201");
    press(walk, "End");
    see(walk, "201 of 201");
    see(walk, "▸ + New connection");
    press(walk, "Up");
    see(walk, "▸ acme-198");
    see(walk, "Connection"); /* the head of the table stays */
    press(walk, "PageUp Home");
    see(walk, "▸ acme ");
    press(walk, "/");
    see_key(walk, "Esc show all");
    type(walk, "acme-12");
    see(walk, "10 of 200 connections");
    see_no(walk, "acme-130");
    press(walk, "Down Down");
    see(walk, "▸ acme-121");
    pty_resize(walk->pty, 120, 40);
    see(walk, "▸ acme-121");
    pty_resize(walk->pty, 80, 24);
    see(walk, "✔ working");
    press(walk, "Esc");
    see(walk, "200 connections");
    /* All of them are asked, sooner or later. */
    press(walk, "End Up");
    see(walk, "▸ acme-198");
    see(walk, "✔ working");
    press(walk, "/");
    type(walk, "asking");
    see(walk, "0 of 200 connections");
    press(walk, "C-u");
    type(walk, "working");
    see(walk, "200 of 200 connections");
    press(walk, "C-c");
    pty_expect_exit(walk->pty, 0);
    /* And in one go, on a bus that takes 64 newcomers at a time. */
    g_autoptr(Child) child = rig_perch(rig, "status", "--json", NULL);
    assert_code(child, 0);
    g_autoptr(Json) json = child_json(child);
    int count = 0;
    JSON_FOREACH(one, json_get(json, "connections"))
    count += g_strcmp0(json_get_string(one, "status"), "ok") == 0;
    assert_int_equal(count, MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables__of_setup__count_for_a_new_connection),
        cmocka_unit_test(states__are_asked_in_parallel_and_block_no_key),
        cmocka_unit_test(states__each_is_told_and_status_says_the_same),
        cmocka_unit_test(states__after_a_return__are_not_asked_again),
        cmocka_unit_test(enter__on_a_revoked_one__logs_in_again_and_proves),
        cmocka_unit_test(enter__on_api_off__shows_what_is_wrong_and_turns_green),
        cmocka_unit_test(enter__on_a_damaged_file__sets_up_again),
        cmocka_unit_test(keys__lead_where_they_say),
        cmocka_unit_test(rename__moves_settings_and_keyring_item),
        cmocka_unit_test(rename__before_the_states_are_asked__is_not_lost),
        cmocka_unit_test(many__scroll_and_filter),
    };
    return cmocka_run_group_tests_name("Home", tests, NULL, NULL);
}
