/* SPDX-License-Identifier: MIT */

/* Every command with standard input, output or error closed, on a terminal and without one: it
 * ends by itself, says why in a sentence, and no file gets what was meant for the screen. */

#include <string.h>
#include <sys/wait.h>

#include "e2e/tokens.h"
#include "support/pty.h"

/* words: of a shell, after $P, for the command; "" is perch alone. code: the exit code when it has
 * no input. */
static const struct row {
    const char *command, *words;
    int code;
} rows[] = {
    {"", "", 0},
    {"setup", "setup fresh", 3},
    {"setup", "setup", 3},
    {"setup", "setup fresh --plain", 3},
    {"setup", "setup fresh --client-secret-file -", 2},
    {"reauthorize", "reauthorize acme", 0},
    {"token", "token acme", 0},
    {"credential", "credential get", 2},
    {"credential", "credential get acme", 0},
    {"test", "test acme", 0},
    {"list", "list", 0},
    {"status", "status", 0},
    {"refresh", "refresh", 0},
    {"doctor", "doctor acme", 0},
    {"explain", "explain", 2},
    {"handoff", "handoff acme", 0},
    {"handoff", "handoff acme --webhook-file -", 2},
    {"import", "import copy --from sf", 2},
    {"app", "app acme", 0},
    {"app", "app acme --create", 2},
    {"demo", "demo --list", 0},
    {"help", "help", 0},
    {"forget", "forget acme", 2},
};

static const char *const closings[] = {"<&-",     "</dev/null", ">&-",         "2>&-",
                                       "<&- >&-", "<&- 2>&-",   "<&- >&- 2>&-"};

static void assert_every_command_is_here(void)
{
#define COMMAND(name, usage, summary)                             \
    {                                                             \
        bool found = false;                                       \
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)            \
            found = found || strcmp(rows[i].command, #name) == 0; \
        assert_true(found);                                       \
    }
#include "perch/commands/commands.def"
#undef COMMAND
}

static void assert_settings_whole(Rig *rig, const char *script)
{
    g_autofree char *text = rig_settings(rig, "acme.json");
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    if (json == NULL)
        fail_msg("%s left in the settings:\n%s", script, text);
}

static void assert_ended(const struct row *row, const char *closing, int code, const char *said)
{
    const bool output = *closing != '>' && strstr(closing, " >&-") == NULL;
    if (code < 0 || code > 10 || (output && *closing == '<' && code != row->code))
        fail_msg("perch %s %s: exit code %d\n%s", row->words, closing, code, said);
    if (code != 0 && strstr(closing, "2>&-") == NULL && strstr(said, "perch") == NULL)
        fail_msg("perch %s %s: exit code %d, and no sentence:\n%s", row->words, closing, code,
                 said);
}

static void without_a_terminal__each_ends(void **state)
{
    (void)state;
    assert_every_command_is_here();
    g_autoptr(Rig) rig = tokens_rig(false);
    tmphome_set(rig->home, "P", g_getenv("PERCH"));
    for (gsize c = 0; c < G_N_ELEMENTS(closings); c++) {
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
            g_autofree char *script =
                g_strdup_printf("exec \"$P\" %s %s", rows[i].words, closings[c]);
            const char *const argv[] = {"/bin/sh", "-c", script, NULL};
            g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
            assert_ended(&rows[i], closings[c], child_code(child), child->errors->str);
            assert_settings_whole(rig, script);
        }
    }
}

static void on_a_terminal__no_input_or_output__each_ends(void **state)
{
    static const char *const on_terminals[] = {"<&-", ">&-", "<&- >&-", "<&- 2>&-"};
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    tmphome_set(rig->home, "P", g_getenv("PERCH"));
    for (gsize c = 0; c < G_N_ELEMENTS(on_terminals); c++) {
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
            g_autofree char *script =
                g_strdup_printf("exec \"$P\" %s %s", rows[i].words, on_terminals[c]);
            const char *const argv[] = {"/bin/sh", "-c", script, NULL};
            g_autoptr(Pty) pty = pty_start(argv, rig->home->env, 80, 24);
            int status = 0;
            bool ended = pty_wait_exit(pty, 60000, &status);
            g_autofree char *screen = pty_dump(pty);
            if (!ended)
                fail_msg("%s hangs:\n%s", script, screen);
            assert_ended(&rows[i], on_terminals[c], WEXITSTATUS(status), screen);
            assert_settings_whole(rig, script);
        }
    }
}

/* Messages and questions go to the terminal, then. */
static void on_a_terminal__no_errors__questions_are_seen(void **state)
{
    static const char *const asking[][3] = {{"setup fresh", "Which Salesforce org?", "C-c"},
                                            {"setup fresh --plain", "Number, Enter for 1:", "C-c"},
                                            {"forget acme", "Forget acme? [y/N]", "n Enter"}};
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    tmphome_set(rig->home, "P", g_getenv("PERCH"));
    for (gsize i = 0; i < G_N_ELEMENTS(asking); i++) {
        g_autofree char *script = g_strdup_printf("exec \"$P\" %s 2>&-", asking[i][0]);
        const char *const argv[] = {"/bin/sh", "-c", script, NULL};
        g_autoptr(Pty) pty = pty_start(argv, rig->home->env, 80, 24);
        pty_expect(pty, asking[i][1]);
        pty_keys(pty, asking[i][2]);
        pty_expect_exit(pty, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_terminal__each_ends),
        cmocka_unit_test(on_a_terminal__no_input_or_output__each_ends),
        cmocka_unit_test(on_a_terminal__no_errors__questions_are_seen),
    };
    return cmocka_run_group_tests_name("closed descriptors", tests, NULL, NULL);
}
