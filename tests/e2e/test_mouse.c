/* SPDX-License-Identifier: MIT */

/* The wizard with the mouse alone: steps, keys, choices, boxes, and scrolling. */

#include "e2e/walk.h"

/* Clicks on text where it stands now. */
static void click(Walk *walk, const char *text)
{
    int column = 0;
    see(walk, text);
    int row = pty_find(walk->pty, text, &column);
    pty_click(walk->pty, row, column);
}

/* On the last line, once the key is there. */
static void click_key(Walk *walk, const char *text)
{
    see_key(walk, text);
    int column = 0;
    int row = pty_find(walk->pty, text, &column);
    pty_click(walk->pty, row, column);
}

static void wheel(Walk *walk, bool down)
{
    pty_send(walk->pty, down ? "\033[<65;40;10M" : "\033[<64;40;10M");
}

static void mouse__alone__sets_up(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    see(walk, "Which Salesforce org");
    click(walk, "( ) Sandbox");
    see(walk, "(•) Sandbox");
    click(walk, "( ) Demo org");
    see(walk, "(•) Demo org");
    click_key(walk, "Enter check this computer");
    see(walk, "Before we start");
    click_key(walk, "Enter go on");
    click(walk, "○ External Client App Name");
    see(walk, "✔ External Client App Name");
    for (int i = 0; i < 6; i++)
        wheel(walk, true);
    pty_expect_gone(walk->pty, "✔ External Client App Name");
    for (int i = 0; i < 6; i++)
        wheel(walk, false);
    see(walk, "✔ External Client App Name");
    click(walk, "1 Org");
    see(walk, "Which Salesforce org");
    click(walk, "3 App");
    see(walk, "App settings");
    click_key(walk, "Enter next");
    click_key(walk, "Enter ask Salesforce");
    click_key(walk, "Enter open browser and log in");
    click_key(walk, "Enter test record");
    see_key(walk, "Enter insert Lead"); /* from here on the rows stay where they are */
    click(walk, "[ ] keep the test record");
    see(walk, "[x] keep the test record");
    click(walk, "[x] keep the test record");
    see(walk, "[ ] keep the test record");
    click_key(walk, "Enter insert Lead");
    see(walk, "nothing left behind");
    see_no(walk, "/lightning/r/Lead/"); /* the address of a record that is gone */
    see_no(walk, "open in browser");
    click_key(walk, "Enter hand-off");
    click_key(walk, "v show");
    click_key(walk, "v hide");
    click_key(walk, "Enter done");
    see(walk, "Not done yet:");
    press(walk, "Enter");
    see_end(walk, 0, "acme is ready. An access token for a script: perch token acme");
}

/* The help says so, and how to select text all the same. */
static void mouse__is_in_the_help(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_preflight(walk);
    press(walk, "?");
    see(walk, "with Shift held it");
    press(walk, "Esc");
    pty_expect_gone(walk->pty, "with Shift held");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mouse__alone__sets_up),
        cmocka_unit_test(mouse__is_in_the_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
