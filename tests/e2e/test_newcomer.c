/* SPDX-License-Identifier: MIT */

/* Where somebody who has never seen perch came to a stop: each screen says what to press, and is
 * where that is pressed. */

#include <string.h>

#include "e2e/admin.h"
#include "e2e/walk.h"

#define SSH "192.0.2.7 50022 192.0.2.9 22"

static Walk *on_org(Rig *rig, const char *rehearsal)
{
    g_autofree char *option = g_strdup_printf("--rehearsal=%s", rehearsal);
    demo_org_stop(g_steal_pointer(&rig->org));
    rig->org = demo_org_start(rig->home, (const char *const[]){option, NULL});
    demo_org_use_browser(rig->org, rig->home, "allow");
    return walk_start_filled(rig, "acme");
}

static void to_test(Walk *walk)
{
    walk_to_probed(walk);
    press(walk, "Enter");
    see_key(walk, "Enter test record");
    press(walk, "Enter");
    see(walk, "Insert a test record");
}

static void to_tested(Walk *walk)
{
    to_test(walk);
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    see_key(walk, "Enter hand-off");
}

/* What w wrote. Owned by the caller. */
static char *written(Walk *walk)
{
    g_autofree char *path = g_build_filename(walk->rig->home->state, "perch", "address.txt", NULL);
    char *text = NULL;
    press(walk, "w");
    see(walk, "Written to");
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return g_strchomp(text);
}

static bool has_visited(gpointer walk)
{
    return walk_visited(walk);
}

static void mfa__first_step__can_be_done_where_the_screen_leads(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = on_org(rig, "mfa-required");
    walk_to_authorize(walk);
    assert_true(pty_wait_until(walk->pty, has_visited, walk, PTY_WAIT_MS));
    g_autofree char *login = walk_address(walk);
    g_autoptr(Admin) admin = admin_new(rig);
    admin_open(admin, login); /* logs in as the user */
    assert_contains(admin_page(admin), "Register a Verification Method");
    g_autofree char *ended = g_strconcat(
        rig->org->url, "/_ui/identity/verification/method/ToopherRegistrationFinishUi/e", NULL);
    paste(walk, ended);
    see_sentence(walk, "register a verification method");
    see_key(walk, "r fixed: open again  Enter go on waiting");
    g_autofree char *page = walk_opened(walk, "o");
    g_autoptr(Admin) other = admin_new(rig);
    admin_open(other, page);
    admin_press(other, "Register"); /* which Salesforce asks for before it shows any page */
    admin_open(other, page);
    assert_contains(admin_page(other), "<h1>Users</h1>");
    assert_contains(admin_page(other), "no-api@bird-demo.example</a> Sales without API");
    press(walk, "r");
    see_key(walk, "Enter test record");
}

static void owner__only_an_id__is_found_in_users_and_written(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = on_org(rig, "inactive-owner");
    to_test(walk);
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    see(walk, "INACTIVE_OWNER_OR_USER");
    g_autofree char *words = walk_words(walk);
    g_autofree char *id =
        g_strndup(strstr(words, "inactive user (") + strlen("inactive user ("), 15);
    g_autofree char *address = written(walk);
    assert_contains(address, id);
    g_autoptr(Admin) admin = admin_new(rig);
    admin_open(admin, SETUP_USERS);
    assert_contains(admin_page(admin), id);
    admin_open(admin, address);
    assert_contains(admin_page(admin), "gone@bird-demo.example");
}

static void rotation__question__is_answered_and_followed(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = on_org(rig, "rotation-locked");
    to_tested(walk);
    press(walk, "8");
    see(walk, "✔ 7 Test");
    see_sentence(walk, "choose client credentials or JWT bearer in step 3");
    press(walk, "End");
    see(walk, "perch handoff acme");
    see_no(walk, "NAME");
    press(walk, "6");
    see_key(walk, "Enter test record  Space choose");
    press(walk, "Down Enter"); /* the answer is read first */
    see_sentence(walk, "Then press r to log in again.");
    see_key(walk, "r log in again");
    press(walk, "Down Enter");
    see(walk, "App settings");
    see_sentence(walk, "Not chosen yet: move to client credentials with ↓, then press Space.");
    see_key(walk, "Space choose");
    see(walk, "✔ 7 Test");
    press(walk, "Down Space");
    see(walk, "(•) client credentials");
    see(walk, "○ 7 Test");
    press(walk, "7");
    see(walk, "Log in first");
}

static void end__what_is_left__is_said_once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    to_tested(walk);
    press(walk, "Enter");
    see_key(walk, "Enter done");
    see(walk, "▸  senderName");
    press(walk, "c");
    see_sentence(walk, "↓ leads to URL, which c copies.");
    press(walk, "Enter");
    see(walk, "No value has been copied (c)");
    see(walk, "Not yet: Viber → Case");
    press(walk, "Esc");
    pty_expect_gone(walk->pty, "Not done yet:");
    press(walk, "Enter");
    see_end(walk, 0, "acme is ready. An access token for a script: perch token acme");
}

static bool is_alone(gpointer walk)
{
    g_autofree char *screen = pty_dump(((Walk *)walk)->pty);
    return g_regex_match_simple("\nssh -L \\d+:localhost:\\d+ \\S+@192\\.0\\.2\\.9\n", screen, 0,
                                0);
}

static void assert_alone(Walk *walk)
{
    if (!pty_wait_until(walk->pty, is_alone, walk, PTY_WAIT_MS))
        see(walk, "\nssh -L");
}

static void ssh__line__stands_alone_and_is_copied(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    tmphome_set(rig->home, "BROWSER", NULL);
    tmphome_set(rig->home, "SSH_CONNECTION", SSH);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_preflight(walk);
    assert_alone(walk);
    see_key(walk, "c copy ssh line");
    g_autofree char *line = written(walk);
    assert_true(g_str_has_prefix(line, "ssh -L "));
    press(walk, "c");
    see(walk, "Sent to the terminal");
    press(walk, "Enter");
    see(walk, "App settings");
    press(walk, "Enter");
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    see_sentence(walk, "Then open this address in a browser there");
    assert_alone(walk);

    g_autoptr(Walk) demo = walk_start(rig, "demo", NULL);
    assert_alone(demo);
    see_key(demo, "Shift-Tab → c copy ssh line");
    press(demo, "BackTab c");
    see(demo, "Sent to the terminal");
}

static void field__with_the_cursor__keys_are_said_with_what_leads_to_them(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    walk_browser(&(Walk){.rig = rig}, "deny");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    see_key(walk, "Enter ask Salesforce");
    press(walk, "C-u");
    type(walk, "not-the-secret-of-any-app");
    see(walk, "25 characters");
    press(walk, "Enter");
    see_sentence(walk, "Salesforce did not accept this. Copy it again and paste it here");
    see_key(walk,
            "Enter ask again  Tab → o open Setup page"); /* the cursor is where it is mended */
    press(walk, "Enter");
    see(walk, "Tried again: still the same.");
    press(walk, "Tab"); /* to a row that is fine: the keys are those that were said */
    see_key(walk, "g correct the value  o open Setup page");
    press(walk, "g");
    see(walk, "▸Consumer secret");
    press(walk, "C-u");
    paste(walk, rig->org->client_secret);
    see(walk, "64 characters");
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    see_key(walk, "r fixed: open again  Enter go on waiting");
    press(walk, "Down Down"); /* the row, then the field */
    see(walk, "▸Paste");
    see_key(walk, "Tab → r fixed: open again");
    walk_browser(walk, "allow");
    press(walk, "Tab r");
    see_key(walk, "Enter test record");
}

static void required_field__the_cursor_is_there(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = on_org(rig, "required-field");
    to_test(walk);
    see(walk, "▸ Sales Rep *");
    see_key(walk, "Enter fill it");
    press(walk, "Up");
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    see(walk, "Fill in the marked fields first.");
    see(walk, "▸ Sales Rep *");
}

static void channels__results__come_back(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    to_tested(walk);
    see(walk, "nothing left behind");
    press(walk, "Right");
    see_key(walk, "Enter insert Case");
    see(walk, "1 of 2 channels tested. Not yet: this one.");
    see_no(walk, "nothing left behind");
    press(walk, "Left");
    see_key(walk, "Enter hand-off");
    see(walk, "nothing left behind");
    see_key(walk, "Enter hand-off");
    press(walk, "Enter");
    see_key(walk, "Enter done");
    press(walk, "7");
    see(walk, "✔ 8 Hand-off");
    press(walk, "Right");
    see_key(walk, "Enter insert Case");
    see(walk, "○ 8 Hand-off"); /* that was of the other channel */
    press(walk, "Left");
    see_key(walk, "Enter hand-off");
    see(walk, "33 in this org");
    press(walk, "a");
    see(walk, "that you can write");
    see(walk, "picklist(6)");
    see(walk, "string(128)");
}

static void nothing_typed__keyring_first_and_no_draft(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    see(walk, "Which Salesforce org");
    press(walk, "Enter");
    see_key(walk, "Enter go on without a keyring");
    assert_true(pty_find(walk->pty, "✖ Keyring", NULL) == 4); /* the first row */
    press(walk, "u");
    see(walk, "at least 8 characters, 4 of them different");

    g_autoptr(Walk) empty = walk_start(rig, "setup", NULL);
    see_key(empty, "Enter check this computer");
    press(empty, "Enter");
    see(empty, "salesforce · login.salesforce.com");
    press(empty, "Esc");
    see(empty, "Which Salesforce org");
    press(empty, "Esc");
    pty_expect_exit(empty->pty, 3);
    g_autofree char *draft = rig_settings_path(rig, "salesforce.json");
    assert_false(g_file_test(draft, G_FILE_TEST_EXISTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mfa__first_step__can_be_done_where_the_screen_leads),
        cmocka_unit_test(owner__only_an_id__is_found_in_users_and_written),
        cmocka_unit_test(rotation__question__is_answered_and_followed),
        cmocka_unit_test(end__what_is_left__is_said_once),
        cmocka_unit_test(ssh__line__stands_alone_and_is_copied),
        cmocka_unit_test(field__with_the_cursor__keys_are_said_with_what_leads_to_them),
        cmocka_unit_test(required_field__the_cursor_is_there),
        cmocka_unit_test(channels__results__come_back),
        cmocka_unit_test(nothing_typed__keyring_first_and_no_draft),
    };
    return cmocka_run_group_tests_name("a newcomer", tests, NULL, NULL);
}
