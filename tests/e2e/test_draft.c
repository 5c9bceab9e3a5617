/* SPDX-License-Identifier: MIT */

/* Leaving in the middle: nothing that was typed is lost, whatever ends perch. */

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "e2e/walk.h"

#define KEPT "The draft is kept. To continue: perch setup acme"

/* Up to Keys with key and secret typed, nothing given on the command line but the port. */
static Walk *type_keys(Rig *rig)
{
    g_autofree char *port = g_strdup_printf("%u", rig->org->callback_ports[0]);
    Walk *walk = walk_start(rig, "setup", "--callback-port", port, NULL);
    see(walk, "Which Salesforce org");
    type(walk, "acme");
    press(walk, "Tab Tab");
    type(walk, rig->org->url);
    press(walk, "Enter");
    see_key(walk, "Enter go on");
    press(walk, "Enter");
    see(walk, "▸○ External Client App Name");
    press(walk, "Space");
    see(walk, "▸✔ External Client App Name");
    press(walk, "Enter");
    see(walk, "Consumer key and secret");
    type(walk, rig->org->client_id);
    see(walk, "85 characters");
    press(walk, "Tab");
    type(walk, rig->org->client_secret);
    see(walk, "64 characters");
    return walk;
}

/* perch setup acme in the same home: at Keys, everything there, and on to the end. */
static void resume_and_finish(Rig *rig)
{
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
    g_autofree char *begin = g_strndup(rig->org->client_id, 20);
    see(walk, "Consumer key and secret");
    see(walk, begin);
    see(walk, "64 characters");
    press(walk, "Esc");
    see(walk, "✔ External Client App Name");
    press(walk, "Esc");
    see_key(walk, "Enter go on");
    press(walk, "Esc");
    see(walk, rig->org->url);
    press(walk, "Enter");
    see_key(walk, "Enter go on");
    press(walk, "Enter");
    see(walk, "App settings");
    press(walk, "Enter");
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    walk_home(walk, "acme");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
}

static void assert_draft_file(Rig *rig)
{
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *text = NULL;
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_null(strstr(text, rig->org->client_secret));
}

static void quit__at_keys__keeps_the_draft_with_the_secret(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = type_keys(rig);
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, KEPT);
    assert_draft_file(rig);
    assert_int_equal(demo_org_requests(rig->org, "GET", "/services/oauth2/authorize"), 0);
    resume_and_finish(rig);
}

/* x at the same question: settings and secret are gone, and the name is free. */
static void quit__discard__leaves_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autoptr(Walk) walk = type_keys(rig);
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, KEPT);
    assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
    see(again, "64 characters");
    press(again, "C-c");
    see(again, "x discard and quit");
    press(again, "x");
    see_end(again, 3, "The draft is deleted.");
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
}

/* Whatever the screen shows: who quits has cancelled. And a proven login is no draft to discard. */
static void quit__with_a_failed_row__is_cancelled(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig->org->client_id = "3MVG9noSuchKeyIsKnownInThisOrg";
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    press(walk, "Enter");
    see(walk, "✖ Consumer key");
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, KEPT);
}

static void quit__with_a_login__cannot_discard(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    press(walk, "Enter");
    see_key(walk, "Enter test record");
    press(walk, "q");
    see(walk, "Keep the draft and quit?");
    see_no(walk, "discard");
    press(walk, "x Enter");
    see_end(walk, 3, KEPT);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
}

/* What the keyring has is kept, whether or not it was typed this time. */
static void quit__a_resumed_draft__still_has_the_secret(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = type_keys(rig);
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, KEPT);
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
    see(again, "Consumer key and secret");
    press(again, "C-c");
    see(again, "Keep the draft and quit?");
    press(again, "Enter");
    see_end(again, 3, KEPT);
    resume_and_finish(rig);
}

/* The draft's file with its step as the text says, in the place of what it has. */
static void set_step(Rig *rig, int version, const char *step)
{
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *text = rig_settings(rig, "acme.json");
    g_autofree char *fresh = NULL;
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    g_autoptr(Json) value = json_parse(step, strlen(step), NULL);
    json_set_int(json, "version", version);
    json_set(json, "draft_step", g_steal_pointer(&value));
    fresh = json_print(json);
    assert_true(g_file_set_contents(path, fresh, -1, NULL));
}

/* A draft of an older perch has the number of its step, one of a newer perch perhaps a step that
 * this one does not have. */
static void resume__of_other_versions__goes_on_at_the_step_meant(void **state)
{
    static const struct {
        int version;
        const char *step, *seen;
    } rows[] = {{3, "\"app\"", "App settings"},
                {2, "4", "Consumer key and secret"},
                {3, "\"deploy\"", "Which Salesforce org"}};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = type_keys(rig);
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, KEPT);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        set_step(rig, rows[i].version, rows[i].step);
        g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
        see(again, rows[i].seen);
    }
}

/* Inside a field, after Esc has said "stay", the letters are still there. */
static void interrupt__in_a_field__asks_first(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start(rig, "setup", NULL);
    see(walk, "Which Salesforce org");
    type(walk, "acme");
    see(walk, "Connection   acme");
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    type(walk, "zzz"); /* no answer */
    press(walk, "Esc");
    pty_expect_gone(walk->pty, "Keep the draft");
    type(walk, "-two");
    see(walk, "Connection   acme-two");
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "C-c");
    see_end(walk, 3, "The draft is kept. To continue: perch setup acme-two");
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme-two", NULL);
    see(again, "Which Salesforce org");
    see(again, "acme-two");
}

/* Only an address was typed: the draft is named after its host. */
static void interrupt__without_a_name__names_the_draft(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start(rig, "setup", NULL);
    see(walk, "Which Salesforce org");
    press(walk, "Tab Tab");
    type(walk, "acme.lightning.force.com");
    see(walk, "→ acme.my.salesforce.com");
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, KEPT);
}

/* A draft cannot be stored under the name of another connection. */
static void interrupt__with_a_taken_name__leaves_the_other_alone(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *before = rig_settings(rig, "acme.json");
    g_autofree char *after = NULL;
    g_autoptr(Walk) walk = walk_start(rig, "setup", NULL);
    see(walk, "Which Salesforce org");
    type(walk, "acme");
    see(walk, "Connection   acme");
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    pty_expect_exit(walk->pty, 3);
    assert_true(g_file_get_contents(path, &after, NULL, NULL));
    assert_string_equal(after, before);
}

static void interrupt__with_nothing_typed__just_ends(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start(rig, "setup", NULL);
    see(walk, "Which Salesforce org");
    press(walk, "C-c");
    pty_expect_exit(walk->pty, 3);
    assert_false(pty_alternate_screen(walk->pty));
    g_autofree char *files = tmphome_list(rig->home);
    assert_null(strstr(files, "connections/"));
}

static void signal__at_keys__keeps_the_draft_with_the_secret(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        g_autoptr(Walk) walk = type_keys(rig);
        kill(pty_pid(walk->pty), signals[i]);
        pty_expect_exit(walk->pty, 3);
        assert_false(pty_alternate_screen(walk->pty));
        assert_draft_file(rig);
        resume_and_finish(rig);
    }
}

static void signal__at_org__keeps_what_was_typed(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start(rig, "setup", NULL);
    see(walk, "Which Salesforce org");
    type(walk, "acme");
    press(walk, "Tab Tab");
    type(walk, rig->org->url);
    see(walk, "→ localhost");
    kill(pty_pid(walk->pty), SIGTERM);
    pty_expect_exit(walk->pty, 3);
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
    see(again, "Which Salesforce org");
    see(again, rig->org->url);
}

/* A draft that goes on at Keys keeps another secret too: no preflight has run there. */
static void quit__after_a_second_secret__keeps_the_second(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    {
        g_autoptr(Walk) walk = type_keys(rig);
        press(walk, "C-u");
        type(walk, "a-first-consumer-secret");
        see(walk, "23 characters");
        press(walk, "C-c");
        see(walk, "Keep the draft and quit?");
        press(walk, "Enter");
        see_end(walk, 3, KEPT);
    }
    {
        g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
        see(walk, "23 characters");
        press(walk, "C-u");
        paste(walk, rig->org->client_secret);
        see(walk, "64 characters");
        press(walk, "C-c");
        see(walk, "Keep the draft and quit?");
        press(walk, "Enter");
        see_end(walk, 3, KEPT);
    }
    { /* looked at and left */
        g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
        see(walk, "64 characters");
        press(walk, "C-c");
        see(walk, "Keep the draft and quit?");
        press(walk, "Enter");
        see_end(walk, 3, KEPT);
    }
    resume_and_finish(rig);
}

/* Without a keyring the secret is lost, and perch does not claim otherwise. */
static void quit__without_a_keyring__says_what_is_not_kept(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    g_autoptr(Walk) walk = type_keys(rig);
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3,
            "Kept without the consumer secret (no keyring). To continue: perch setup acme");
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
    see(again, "Consumer key and secret");
    see(again, "85 characters");
    see_no(again, "64 characters");
}

/* A waiting login does not keep perch from ending; its browser then finds nobody listening. */
static void signal__while_the_login_waits__keeps_the_draft(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    kill(pty_pid(walk->pty), SIGTERM);
    pty_expect_exit(walk->pty, 3);
    assert_draft_file(rig);
    walk_browser(walk, "allow");
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
    see(again, "Nobody has logged in yet");
    press(again, "Esc");
    see(again, "Consumer key and secret");
    see(again, "64 characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quit__at_keys__keeps_the_draft_with_the_secret),
        cmocka_unit_test(quit__discard__leaves_nothing),
        cmocka_unit_test(quit__with_a_failed_row__is_cancelled),
        cmocka_unit_test(quit__with_a_login__cannot_discard),
        cmocka_unit_test(quit__a_resumed_draft__still_has_the_secret),
        cmocka_unit_test(resume__of_other_versions__goes_on_at_the_step_meant),
        cmocka_unit_test(interrupt__in_a_field__asks_first),
        cmocka_unit_test(interrupt__without_a_name__names_the_draft),
        cmocka_unit_test(interrupt__with_a_taken_name__leaves_the_other_alone),
        cmocka_unit_test(interrupt__with_nothing_typed__just_ends),
        cmocka_unit_test(signal__at_keys__keeps_the_draft_with_the_secret),
        cmocka_unit_test(signal__at_org__keeps_what_was_typed),
        cmocka_unit_test(quit__after_a_second_secret__keeps_the_second),
        cmocka_unit_test(quit__without_a_keyring__says_what_is_not_kept),
        cmocka_unit_test(signal__while_the_login_waits__keeps_the_draft),
    };
    return cmocka_run_group_tests_name("drafts", tests, NULL, NULL);
}
