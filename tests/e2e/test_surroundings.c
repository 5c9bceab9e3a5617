/* SPDX-License-Identifier: MIT */

/* Odd or hostile surroundings: variables, permissions, links where perch writes. */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

static Child *shell(Rig *rig, const char *line)
{
    const char *argv[] = {"/bin/sh", "-c", line, g_getenv("PERCH"), rig->org->url, NULL};
    g_auto(GStrv) env =
        g_environ_setenv(g_strdupv(rig->home->env), "KEY", rig->org->client_id, TRUE);
    return child_run(argv, env, NULL);
}

static bool is_there(Rig *rig, const char *name)
{
    g_autofree char *path = g_build_filename(rig->home->home, name, NULL);
    struct stat info;
    return lstat(path, &info) == 0;
}

/* Settings would be in another place with each folder that perch is started in. */
static void variables__relative_folders__count_as_not_set(void **state)
{
    static const char *const lines[] = {
        "XDG_CONFIG_HOME=here",
        "XDG_CONFIG_HOME=../here",
        "XDG_CONFIG_HOME=",
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) make =
        shell(rig, "cd \"$HOME\" && env -u XDG_CONFIG_HOME \"$0\" setup acme --plain --no-input "
                   "--login-url \"$1\" --client-id $KEY --callback-port 1");
    assert_contains(make->errors->str, "The draft is kept.");
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *line = g_strdup_printf(
            "mkdir -p \"$HOME/there\" && cd \"$HOME/there\" && %s \"$0\" status; %s \"$0\" setup "
            "beta --plain --no-input --login-url \"$1\" --client-id $KEY --callback-port 1",
            lines[i], lines[i]);
        g_autoptr(Child) child = shell(rig, line);
        assert_contains(child->output->str, "acme");
        assert_false(is_there(rig, "here") || is_there(rig, "there/here"));
    }
    assert_true(is_there(rig, ".config/perch/connections/beta.json"));
    /* A HOME that is no folder of anybody's is not made where perch happens to be. */
    g_autoptr(Child) home =
        shell(rig, "cd \"$HOME\" && HOME=mine XDG_STATE_HOME=mine XDG_DATA_HOME=mine "
                   "XDG_RUNTIME_DIR=mine \"$0\" status");
    assert_code(home, 0);
    assert_false(is_there(rig, "mine"));
}

/* With no mask at all, and folders that exist already. */
static void files__umask_of_zero__are_the_persons_alone(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Child) child =
        shell(rig, "cd \"$HOME\" && mkdir files && cd files && umask 0 && "
                   "\"$0\" handoff acme --format env --output out.env >/dev/null && "
                   "\"$0\" handoff acme --format postman --output out >/dev/null && "
                   "\"$0\" app acme --format markdown --output sheet.md && "
                   "\"$0\" app acme --format metadata --contact-email a@b.example --output tree "
                   ">/dev/null && \"$0\" token acme --fresh >/dev/null && find * "
                   "\"$XDG_RUNTIME_DIR/perch\" \"$XDG_CONFIG_HOME/perch\" -perm /077; rm -r *");
    assert_code(child, 0);
    assert_string_equal(child->output->str, "");
}

/* Somebody who may write into a folder of the person's puts links where perch will write. */
static void exports__links_in_their_place__are_not_followed(void **state)
{
    static const char *const lines[] = {
        "ln -s victim out.env && \"$0\" handoff acme --format env --output out.env",
        "ln -s missing out.env && \"$0\" handoff acme --format env --output out.env",
        ("mkdir -p tree/externalClientApps && for d in victim missing; do ln -sf $PWD/$d "
         "tree/package.xml; \"$0\" app acme --format metadata --contact-email a@b.example "
         "--output tree || e=$?; done; exit $e"),
        ("mkdir elsewhere && ln -s elsewhere tree && \"$0\" app acme --format metadata --output "
         "tree"),
    };
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *line =
            g_strconcat("cd \"$HOME\" && rm -rf out.env tree elsewhere && echo mine >victim && ",
                        lines[i], NULL);
        g_autoptr(Child) child = shell(rig, line);
        if (child_code(child) == 0)
            fail_msg("%s: %s", lines[i], child->output->str);
        g_autoptr(Child) after =
            shell(rig, "cd \"$HOME\" && cat victim; ls elsewhere 2>/dev/null; test ! -e missing");
        assert_code(after, 0);
        assert_string_equal(after->output->str, "mine\n");
    }
}

/* The file of a connection, the lock and what replaces them. */
static void settings__links_in_their_place__are_not_written_through(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Child) child =
        shell(rig, "cd \"$XDG_CONFIG_HOME/perch/connections\" && cp acme.json \"$HOME/victim\" && "
                   "ln -sf \"$HOME/victim\" acme.json && cp \"$HOME/victim\" \"$HOME/before\" && "
                   "\"$0\" reauthorize acme --plain --no-input >/dev/null && \"$0\" test acme "
                   "--object Case >/dev/null && cmp \"$HOME/victim\" \"$HOME/before\"");
    assert_code(child, 0);
}

/* Without a byte of memory that may be locked, perch works; libsecret says why it cannot. */
static void memory__may_not_be_locked__works_all_the_same(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autoptr(Child) child = shell(
        rig, "unlock= ; test $(id -u) != 0 || "
             "unlock='setpriv --inh-caps=-ipc_lock --bounding-set=-ipc_lock'; "
             "ulimit -l 0; exec $unlock \"$0\" token acme --fresh 2>\"$HOME/said\" >/dev/null");
    assert_code(child, 0);
    g_autoptr(Child) said = shell(rig, "grep -v \"^couldn't lock [0-9]* bytes of memory\" "
                                       "\"$HOME/said\"; rm \"$HOME/said\"");
    assert_string_equal(said->output->str, "");
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* An answer of the terminal that comes late is no Esc and no keys: the step stays. */
static void terminal__late_answers__press_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_app(walk);
    pty_send(walk->pty, "\033]11;rgb:1e1e/1e1e/1e1e\033\\\033P1$r0 q\033\\\033[?62;22c\033[I\033[O"
                        "\033]52;c;cXFxcQ==\007\033[<0;9;9M\033[<0;9;9m");
    press(walk, "Enter"); /* and this is one */
    see(walk, "Consumer key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables__relative_folders__count_as_not_set),
        cmocka_unit_test(files__umask_of_zero__are_the_persons_alone),
        cmocka_unit_test(exports__links_in_their_place__are_not_followed),
        cmocka_unit_test(settings__links_in_their_place__are_not_written_through),
        cmocka_unit_test(memory__may_not_be_locked__works_all_the_same),
        cmocka_unit_test(terminal__late_answers__press_nothing),
    };
    return cmocka_run_group_tests_name("surroundings", tests, NULL, NULL);
}
