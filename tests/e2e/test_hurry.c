/* SPDX-License-Identifier: MIT */

/* Somebody impatient at the keyboard: types ahead, goes back in the middle, resizes all the time.
 */

#include <string.h>

#include "e2e/walk.h"

#define TOKEN "/services/oauth2/token"

enum { ASKED = 3 /* requests for a token at Keys, with a code that is made up */ };

/* Requests below that path take their time from now on. */
static void slow_down(Rig *rig, const char *path, guint milliseconds)
{
    g_autofree char *patch =
        g_strdup_printf("{'faults': {'%s': {'delay_ms': %u}}}", path, milliseconds);
    demo_org_patch(rig->org, patch);
}

/* The whole first screen at once, before it is even there. */
static void typed_ahead__before_the_first_screen__lands_in_its_fields(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start(rig, "setup", NULL);
    g_autofree char *keys = g_strdup_printf("acme\t\t%s\r", rig->org->url);
    type(walk, keys);
    see(walk, "Before we start");
    see_key(walk, "Enter go on");
    press(walk, "Esc");
    see(walk, "Connection   acme");
    see(walk, rig->org->url);
}

/* Authorization codes that were exchanged; those that perch makes up to ask do not count. */
static int exchanges(Rig *rig)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    int count = 0;
    JSON_FOREACH(entry, log)
    count += g_str_has_prefix(json_get_string(entry, "target"), TOKEN) &&
             strstr(json_get_string(entry, "body"), "code=aPrx") != NULL;
    return count;
}

/* Enter upon Enter: each does at most one thing, and nothing is asked twice. */
static void enter__again_and_again__skips_no_step(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    see(walk, "Which Salesforce org");
    for (int i = 0; i < 1000 && !pty_has(walk->pty, "Into Flow Builder"); i++) {
        press(walk, "Enter Enter");
        pty_wait_change(walk->pty, 100);
    }
    see(walk, "Into Flow Builder");
    /* The code, the proof, and the rehearsal: one each. An Enter that comes when the last step is
     * there plays it once more. */
    enum { POSTS = ASKED + 3 };
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN, POSTS, PTY_WAIT_MS));
    const guint posts = demo_org_requests(rig->org, "POST", TOKEN);
    assert_true(posts == POSTS || posts == POSTS + 1);
    assert_int_equal(exchanges(rig), 1);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
}

/* An Esc and a resize at the same moment: the Esc still counts, once. */
static void esc__with_a_resize__goes_back_once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_app(walk);
    for (int i = 0; i < 8; i++) {
        type(walk, "\033");
        pty_resize(walk->pty, i % 2 ? 80 : 100, i % 2 ? 24 : 30);
        see(walk, "Before we start");
        see_key(walk, "Enter go on");
        pty_resize(walk->pty, i % 2 ? 90 : 80, 24);
        type(walk, "\r");
        see(walk, "App settings");
    }
}

static void resize__while_it_proves__changes_nothing(void **state)
{
    static const int sizes[][2] = {{120, 40}, {50, 12}, {1, 1}, {200, 60}, {60, 16}, {80, 24}};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    slow_down(rig, "/services/oauth2/", 700);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    press(walk, "Enter"); /* the browser may be back before anybody has read the step */
    see(walk, "Proving the connection");
    for (gsize i = 0; i < 3 * G_N_ELEMENTS(sizes); i++) {
        const int *size = sizes[i % G_N_ELEMENTS(sizes)];
        pty_resize(walk->pty, size[0], size[1]);
        if (size[0] == 50) {
            see(walk, "perch needs 60x16; this window is 50x12.");
            type(walk, "xyz\033\r"); /* goes nowhere */
        }
        if (size[0] == 120)
            see(walk, "Proving the connection");
    }
    slow_down(rig, "/services/oauth2/", 0);
    see(walk, "▸ 6 Prove");
    walk_home(walk, "acme");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
}

/* Back while the code is exchanged: the next login gets the port, the tab of the first is told. */
static void esc__while_it_proves__logs_in_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    slow_down(rig, TOKEN, 12000);
    press(walk, "Enter"); /* the browser may be back before anybody has read the step */
    see(walk, "Proving the connection");
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN, ASKED + 1, PTY_WAIT_MS));
    walk_browser(walk, "nothing");
    press(walk, "Esc");
    see(walk, "step 6 is proving it now");
    press(walk, "r");
    see(walk, "Listening on");
    see_no(walk, "No callback port");
    slow_down(rig, TOKEN, 0);
    walk_browser(walk, "allow");
    press(walk, "r");
    see(walk, "Proving the connection");
    walk_home(walk, "acme");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
    /* the first login, whose code nobody wanted any more */
    assert_true(
        demo_org_wait_requests(rig->org, "POST", "/services/oauth2/revoke", 1, PTY_WAIT_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_ahead__before_the_first_screen__lands_in_its_fields),
        cmocka_unit_test(enter__again_and_again__skips_no_step),
        cmocka_unit_test(esc__with_a_resize__goes_back_once),
        cmocka_unit_test(resize__while_it_proves__changes_nothing),
        cmocka_unit_test(esc__while_it_proves__logs_in_again),
    };
    return cmocka_run_group_tests_name("in a hurry", tests, NULL, NULL);
}
