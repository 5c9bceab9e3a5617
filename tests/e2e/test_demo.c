/* SPDX-License-Identifier: MIT */

/* perch demo on a terminal: through all eight steps, apart from the person's own connections, and
 * nothing is left of it. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "e2e/admin.h"
#include "e2e/walk.h"

#define GONE "That was the demo; its org, settings and keyring are gone."

/* ---- what is the person's own ---- */

/* Somebody with a connection of the demo's own name, and no browser. */
static Rig *person_new(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "demo");
    tmphome_set(rig->home, "BROWSER", NULL);
    return rig;
}

/* The names of all files, and what is in the connection's file and in its keyring item. */
static char *belongings(Rig *rig)
{
    g_autofree char *all = tmphome_list(rig->home);
    g_autofree char *connection = rig_settings(rig, "demo.json");
    /* The browser that logged in for the person writes its log when it has ended: any time now. */
    g_autoptr(GRegex) log = g_regex_new("home/\\.fake-browser\\.log\n", 0, 0, NULL);
    g_autofree char *files = g_regex_replace_literal(log, all, -1, 0, "", 0, NULL);
    g_autofree char *item = session_bus_lookup(rig->home, "connection", "demo");
    assert_non_null(item);
    return g_strdup_printf("%s\n%s\n%s", files, connection, item);
}

static void assert_untouched(Rig *rig, const char *before)
{
    g_autofree char *after = belongings(rig);
    assert_string_equal(after, before);
    assert_int_equal(session_bus_count(rig->home, "connection", "demo"), 1);
}

/* ---- the clipboard ---- */

/* What the terminal was told last to put there (OSC 52); owned by the caller. */
static char *clipboard(Walk *walk)
{
    static const char begin[] = "\033]52;c;";
    const GByteArray *raw = pty_raw(walk->pty);
    g_autofree char *text = g_strndup((const char *)raw->data, raw->len);
    const char *last = g_strrstr(text, begin);
    if (last == NULL)
        return g_strdup("");
    g_autofree char *base64 = g_strndup(last + strlen(begin), strcspn(last + strlen(begin), "\a"));
    gsize length = 0;
    guchar *bytes = g_base64_decode(base64, &length);
    char *copied = g_strndup((const char *)bytes, length);
    g_free(bytes);
    return copied;
}

struct copied {
    Walk *walk;
    const char *pattern;
};

static bool was_copied(gpointer data)
{
    const struct copied *copied = data;
    g_autofree char *text = clipboard(copied->walk);
    return g_regex_match_simple(copied->pattern, text, 0, 0);
}

/* The row of the pane that has the focus; "" while it is being drawn. */
static char *focused(const Walk *walk)
{
    static const char here[] = "│▸";
    int row = pty_find(walk->pty, here, NULL);
    return row < 0 ? g_strdup("") : pty_row(walk->pty, row);
}

struct moved {
    Walk *walk;
    char *before;
};

static bool has_moved(gpointer data)
{
    const struct moved *moved = data;
    g_autofree char *now = focused(moved->walk);
    return *now != '\0' && strcmp(now, moved->before) != 0;
}

/* Any other change of the screen, and the next key would be pressed too early. */
static void move_down(Walk *walk)
{
    g_autofree char *before = focused(walk);
    struct moved moved = {walk, before};
    press(walk, "Down");
    pty_wait_until(walk->pty, has_moved, &moved, 2000);
}

/* Each value of the hand-off by its row, masked on the screen or not. */
static void copy_values(Walk *walk)
{
    static const struct {
        const char *row, *pattern;
    } rows[] = {
        {"▸  URL", "\\Ahttp://localhost:[0-9]+/services/oauth2/token\\z"},
        {"▸  Body", "\\Agrant_type=refresh_token&client_id=3MVG9.*&refresh_token=5Aep"},
        {"▸  SALESFORCE_CLIENT_SECRET", "\\A[0-9A-F]{64}\\z"},
        {"▸  SALESFORCE_REFRESH_TOKEN", "\\A5Aep[A-Za-z0-9._]+\\z"},
    };
    see_key(walk, "Enter done");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct copied copied = {walk, rows[i].pattern};
        for (int step = 0; step < 30 && !pty_has(walk->pty, rows[i].row); step++)
            move_down(walk);
        see(walk, rows[i].row);
        press(walk, "c");
        if (!pty_wait_until(walk->pty, was_copied, &copied, PTY_WAIT_MS))
            fail_msg("not copied: %s", rows[i].row);
    }
}

/* ---- the walk ---- */

/* Nothing but what the person had written, and that is said to be there. */
static void demo__to_the_end__leaves_nothing_behind(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = person_new();
    g_autofree char *before = belongings(rig), *here = g_get_current_dir();
    g_autofree char *export = g_build_filename(rig->home->home, "demo.js", NULL);
    assert_int_equal(chdir(rig->home->home), 0);
    g_autoptr(Walk) walk = walk_start(rig, "demo", NULL);
    assert_int_equal(chdir(here), 0);
    walk_to_probed(walk);
    press(walk, "Enter");
    see_key(walk, "Enter test record");
    see(walk, "✔ Stored");
    press(walk, "Enter");
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    see_key(walk, "Enter hand-off");
    press(walk, "Enter");
    copy_values(walk);
    press(walk, "w");
    see(walk, "Export the values");
    press(walk, "Enter");
    see_sentence(walk, "Written, readable only by you:");
    see_key(walk, "Enter done");
    press(walk, "Enter");
    see(walk, "Not done yet:");
    see_no(walk, "No value has been copied");
    press(walk, "Enter");
    pty_expect(walk->pty, GONE);
    see_sentence(walk, "What you exported is still there:");
    see(walk, "demo.js");
    pty_expect_exit(walk->pty, 0);
    assert_int_equal(unlink(export), 0);
    assert_untouched(rig, before);
}

/* Where the org is, how to log in, and what to do; and no page is said to be open that nobody sees.
 */
static void demo__introduces_itself__on_the_screen(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = person_new();
    g_autoptr(Walk) walk = walk_start(rig, "demo", "api-disabled-user", NULL);
    see_sentence(walk, "The demo org listens on http://localhost:");
    see_sentence(walk, "Log in there as admin@bird-demo.example with the password bird-demo-1.");
    see_sentence(walk, "Rehearsal api-disabled-user: something is wrong with this org.");
    see_sentence(walk, "There is no browser here: a scripted one logs in.");
    walk_to_app(walk);
    press(walk, "o");
    see_sentence(walk, "Open this address: http://localhost:");
    press(walk, "C-c");
    see(walk, "End the demo and quit?");
    press(walk, "Enter");
    pty_expect_exit(walk->pty, 3);
    see(walk, "user › the profile: tick API Enabled."); /* no word is cut */

    g_autoptr(Walk) frozen = walk_start(rig, "demo", "user-inactive", NULL);
    see_sentence(frozen, "Log in there as frozen@bird-demo.example with the password bird-demo-1. "
                         "Setup is open to admin@bird-demo.example, with the same password.");
}

static void copy_program(const char *from, const char *to)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(from, &bytes, &length, NULL));
    assert_true(g_file_set_contents(to, bytes, (gssize)length, NULL));
    assert_int_equal(g_chmod(to, 0700), 0);
}

/* The person's own connections are not touched by a demo that begins in the middle of a set-up. */
static void demo__chosen_on_the_first_step__starts_and_goes_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = person_new();
    g_autofree char *before = belongings(rig);
    g_autoptr(Walk) walk = walk_start(rig, "setup", NULL);
    see(walk, "Which Salesforce org?");
    press(walk, "Tab Down Down Space");
    see(walk, "(•) Demo org");
    see_sentence(walk, "perch comes with an org of its own to practise on;");
    see_key(walk, "Enter start the demo org");
    press(walk, "Enter");
    see(walk, "Before we start");
    see(walk, "demo · localhost");
    see_sentence(walk, "Log in there as admin@bird-demo.example with the password bird-demo-1.");
    see_key(walk, "Enter go on");
    press(walk, "Enter");
    see(walk, "App settings");
    press(walk, "C-c");
    see(walk, "End the demo and quit?");
    press(walk, "Enter");
    pty_expect(walk->pty, GONE);
    pty_expect_exit(walk->pty, 3);
    assert_untouched(rig, before);
}

static void demo__chosen_line_by_line__starts_and_goes_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = person_new();
    g_autofree char *before = belongings(rig);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "--plain", NULL);
    see(walk, "Connection:");
    type(walk, "acme\n");
    see(walk, "Number, Enter for 1:");
    type(walk, "3\n");
    see(walk, "Enter start the demo org,");
    type(walk, "\n");
    see_sentence(walk, "Log in there as admin@bird-demo.example with the password bird-demo-1.");
    see(walk, "Step 2 of 8: Preflight");
    see(walk, "q quit");
    type(walk, "q\n");
    see(walk, "End the demo and quit?");
    type(walk, "\n");
    pty_expect(walk->pty, GONE);
    pty_expect_exit(walk->pty, 3);
    assert_untouched(rig, before);
}

/* Said where it was chosen, and what was typed stays. */
static void demo__not_installed__is_said_on_the_first_step(void **state)
{
    static const char missing[] = "perch-demo-org is not installed beside perch.";
    (void)state;
    g_autoptr(Rig) rig = person_new();
    tmphome_set(rig->home, "PATH", rig->home->home); /* one may be installed on this machine */
    g_autofree char *perch = g_build_filename(rig->home->home, "perch", NULL);
    copy_program(g_getenv("PERCH"), perch);
    g_autoptr(Pty) full = pty_start((const char *[]){perch, "setup", NULL}, rig->home->env, 80, 24);
    pty_expect(full, "Which Salesforce org?");
    pty_keys(full, "a Tab Down Down Space");
    pty_expect(full, "(•) Demo org");
    pty_key(full, "Enter");
    pty_expect(full, missing);
    g_autoptr(Pty) lines =
        pty_start((const char *[]){perch, "setup", "--plain", NULL}, rig->home->env, 80, 24);
    pty_expect(lines, "Connection:");
    pty_send(lines, "a\r3\r\r\r");
    pty_expect(lines, missing);
}

/* Over SSH: nobody sees the page that the scripted browser ends on, and perch explains it all the
 * same; where the org's pages can be seen is said. */
static void demo__login_ends_on_a_page__is_explained_and_cured(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = person_new();
    tmphome_set(rig->home, "SSH_CONNECTION", "203.0.113.7 50000 198.51.100.2 22");
    g_autoptr(Walk) walk = walk_start(rig, "demo", "app-not-installed", NULL);
    see_sentence(walk, "To open the org's pages in your own browser,");
    g_autofree char *words = walk_words(walk);
    g_autoptr(GRegex) regex =
        g_regex_new("listens on (\\S+)\\. .* ssh -L (\\d+):localhost:\\2 ", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    assert_true(g_regex_match(regex, words, 0, &match));
    walk_to_probed(walk);
    press(walk, "Enter");
    see_sentence(walk, "The connected app is not installed in this org.");
    see_sentence(walk, "press Install in the app's row.");
    see_sentence(walk, "The scripted browser ended on a page of Salesforce's.");
    /* in a browser, through the port that was forwarded */
    g_autofree char *url = g_match_info_fetch(match, 1);
    rig->org->url = url;
    g_autoptr(Admin) admin = admin_new(rig);
    admin_fix(admin, &(const struct admin_fix)FIX_PRESS(SETUP_PAGE("ConnectedAppsUsage"),
                                                        "Bird_Integration", "Install"));
    press(walk, "r");
    see_key(walk, "Enter test record");
}

static void demo__ended_in_the_middle__leaves_nothing_behind(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP};
    (void)state;
    g_autoptr(Rig) rig = person_new();
    g_autofree char *before = belongings(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        /* and with no locale at all, then one that is not here, as over SSH */
        tmphome_set(rig->home, "LC_ALL", i == 0 ? NULL : "xx_XX.UTF-8");
        g_autoptr(Walk) walk = walk_start(rig, "demo", NULL);
        walk_to_keys(walk);
        kill(pty_pid(walk->pty), signals[i]);
        pty_expect_exit(walk->pty, 3);
        assert_untouched(rig, before);
    }
}

/* Without a terminal, as in a container: the whole thing on its own. */
static void demo__without_a_terminal__goes_through_on_its_own(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = person_new();
    g_autofree char *before = belongings(rig);
    g_autoptr(Child) child = rig_perch(rig, "demo", NULL);
    assert_code(child, 0);
    assert_contains(child->errors->str, "There is no browser here: a scripted one logs in.");
    assert_contains(child->output->str, "Inserted: 00Q");
    assert_contains(child->output->str, "Step 8 of 8: Hand-off");
    assert_contains(child->errors->str, GONE);
    assert_untouched(rig, before);
}

/* localhost is one address and nothing else, in a user namespace, so that anybody may make it so.
 * False where that cannot be had. */
static bool demo_with(const char *family, const char *free_on)
{
    g_autoptr(Rig) rig = person_new();
    g_autofree char *wrapper = test_build_path("tests/support/one_family");
    const char *argv[] = {"unshare", "--user", "--map-current-user", "--keep-caps", "--net",
                          wrapper,   family,   g_getenv("PERCH"),    "demo",        NULL};
    g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
    if (child_code(child) == 77 || strstr(child->errors->str, "unshare failed") != NULL) {
        print_message("# SKIP: no network of its own may be made here\n");
        return false;
    }
    assert_code(child, 0);
    assert_contains(child->output->str, free_on);
    assert_contains(child->output->str, "Inserted: 00Q");
    assert_contains(child->output->str, "Step 8 of 8: Hand-off");
    return true;
}

static void demo__no_ipv4__goes_through_as_well(void **state)
{
    (void)state;
    if (!demo_with("6", " is free on ::1\n"))
        skip();
}

static void demo__no_ipv6__goes_through_as_well(void **state)
{
    (void)state;
    if (!demo_with("4", " is free on 127.0.0.1\n"))
        skip();
}

/* What keeps the demo org from starting is said, not what perch makes of its silence. */
static void demo__org_does_not_start__says_why(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = person_new();
    g_autofree char *perch = g_build_filename(rig->home->home, "perch", NULL);
    g_autofree char *org = g_build_filename(rig->home->home, "perch-demo-org", NULL);
    copy_program(g_getenv("PERCH"), perch);
    assert_true(g_file_set_contents(org, "#!/bin/sh\necho no port >&2\nexit 8\n", -1, NULL));
    assert_int_equal(g_chmod(org, 0700), 0);
    const char *argv[] = {perch, "demo", NULL};
    g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
    assert_contains(child->errors->str, "no port\n");
    assert_contains(child->errors->str, "The demo org did not start; the line above says why.");
    assert_code(child, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(demo__to_the_end__leaves_nothing_behind),
        cmocka_unit_test(demo__introduces_itself__on_the_screen),
        cmocka_unit_test(demo__chosen_on_the_first_step__starts_and_goes_on),
        cmocka_unit_test(demo__chosen_line_by_line__starts_and_goes_on),
        cmocka_unit_test(demo__not_installed__is_said_on_the_first_step),
        cmocka_unit_test(demo__login_ends_on_a_page__is_explained_and_cured),
        cmocka_unit_test(demo__ended_in_the_middle__leaves_nothing_behind),
        cmocka_unit_test(demo__without_a_terminal__goes_through_on_its_own),
        cmocka_unit_test(demo__no_ipv4__goes_through_as_well),
        cmocka_unit_test(demo__no_ipv6__goes_through_as_well),
        cmocka_unit_test(demo__org_does_not_start__says_why),
    };
    return cmocka_run_group_tests_name("the demo", tests, NULL, NULL);
}
