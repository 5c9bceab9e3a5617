/* SPDX-License-Identifier: MIT */

/* Two who want one name at once: the second is told who has it, and overwrites nothing. */

#include <signal.h>
#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

static char *holder(Walk *walk)
{
    return g_strdup_printf("Another perch (process %d) has acme open since 2",
                           (int)pty_pid(walk->pty));
}

static void assert_refused(const Child *child, Walk *by)
{
    g_autofree char *text = holder(by);
    assert_code(child, 10);
    assert_contains(child->errors->str, text);
    assert_contains(child->errors->str, "Finish or quit it there");
}

static void commands__while_a_setup_is_open__are_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autofree char *before = rig_settings(rig, "acme.json");
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
    see(walk, "Into Flow Builder");
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_autoptr(Child) setup = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_refused(setup, walk);
    g_autoptr(Child) again = rig_perch(rig, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_refused(again, walk);
    g_autoptr(Child) forget = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_refused(forget, walk);
    static const char *const import_words[] = {"import", "acme", "--from", "sf", NULL};
    g_autoptr(Child) import = rig_perch_input(
        rig, import_words, "force://PlatformCLI::5Aep861abcdefghij@acme.my.salesforce.com\n", true);
    assert_refused(import, walk);
    g_autofree char *after = rig_settings(rig, "acme.json");
    assert_string_equal(before, after);
    assert_true(tokens_stored_alive(rig, "acme"));
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(token, 0); /* what writes nothing is not refused */
}

/* No room for the note of who has the name: the name is taken nonetheless, and nobody is named. */
static void note__cannot_be_written__the_name_is_taken_nonetheless(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    const char *const argv[] = {"strace",
                                "-f",
                                "-o",
                                "/dev/null",
                                "-e",
                                "signal=none",
                                "-e",
                                "inject=pwrite64:error=ENOSPC",
                                g_getenv("PERCH"),
                                "reauthorize",
                                "acme",
                                "--plain",
                                NULL};
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_auto(GStrv) env = child_env_without_leak_check(rig->home->env);
    g_autoptr(Child) first = child_start(argv, env);
    if (!child_wait_output(first, "Your browser should show", 60000)) {
        print_message("# SKIP: strace may not trace here\n");
        return;
    }
    g_autoptr(Child) second = rig_perch(rig, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_code(second, 10);
    assert_contains(second->errors->str,
                    "Another perch has acme open. Finish or quit it there, then try again.");
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* However the first one ends: the rescue process that waits for its answer does not hold the name.
 */
static void setup__killed__frees_the_name(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    const char *const argv[] = {g_getenv("PERCH"), "reauthorize", "acme",
                                "--plain",         "--no-input",  NULL};
    const guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    demo_org_patch(rig->org, "{'faults': {'" TOKEN_PATH "': {'delay_ms': 8000, 'times': 1}}}");
    g_autoptr(Child) first = child_start(argv, rig->home->env);
    child_close_input(first);
    assert_true(demo_org_wait_requests(rig->org, "POST", TOKEN_PATH, before + 1, 60000));
    const pid_t rescue = tokens_rescue_of(first->pid);
    assert_int_equal(kill(first->pid, SIGKILL), 0);
    assert_true(child_wait_end(first, 60000));
    g_autoptr(Child) again =
        rig_perch(rig, "reauthorize", "acme", "--plain", "--no-input", "--timeout", "1", NULL);
    assert_int_equal(kill(rescue, SIGKILL), 0);
    assert_null(strstr(again->errors->str, "Another perch"));
}

static void home__while_a_setup_is_open__says_so(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Walk) first = walk_start(rig, "setup", "acme", NULL);
    see(first, "Into Flow Builder");
    g_autofree char *text = holder(first);
    g_autoptr(Walk) home = walk_start(rig, NULL, NULL);
    see(home, "✔ working");
    press(home, "Enter");
    see_sentence(home, text);
    press(home, "m");
    see(home, "New name");
    press(home, "C-u");
    type(home, "beta");
    press(home, "Enter");
    see_sentence(home, text);
    press(home, "Esc");
    press(home, "q");
    pty_expect_exit(home->pty, 0);
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* Both think that the name is free; whoever goes on first has it. */
static void name__typed_twice__is_the_first_ones(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) first = walk_start(rig, "setup", NULL);
    g_autoptr(Walk) second = walk_start(rig, "setup", NULL);
    Walk *walks[] = {first, second};
    for (gsize i = 0; i < G_N_ELEMENTS(walks); i++) {
        see(walks[i], "Which Salesforce org?");
        type(walks[i], "acme");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(walks); i++) {
        press(walks[i], "Down");
        press(walks[i], "Down");
        press(walks[i], "Down");
        press(walks[i], "Down");
        type(walks[i], rig->org->url);
        press(walks[i], "Enter");
        if (i == 0)
            see(walks[i], "Before we start");
    }
    g_autofree char *text = holder(first);
    see_sentence(second, text);
    see(second, "Which Salesforce org?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands__while_a_setup_is_open__are_refused),
        cmocka_unit_test(note__cannot_be_written__the_name_is_taken_nonetheless),
        cmocka_unit_test(setup__killed__frees_the_name),
        cmocka_unit_test(home__while_a_setup_is_open__says_so),
        cmocka_unit_test(name__typed_twice__is_the_first_ones),
    };
    return cmocka_run_group_tests_name("two set-ups of one name", tests, NULL, NULL);
}
