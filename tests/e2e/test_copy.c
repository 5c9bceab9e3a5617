/* SPDX-License-Identifier: MIT */

/* "Copied." is said only where something was. */

#include <glib/gstdio.h>

#include "e2e/walk.h"

/* A tmux that keeps what it is given, and ends with that code. */
static void install_tmux(Rig *rig, int code)
{
    g_autofree char *folder = g_build_filename(rig->home->home, "bin", NULL);
    g_autofree char *path = g_build_filename(folder, "tmux", NULL);
    g_autofree char *script = g_strdup_printf(
        "#!/bin/sh\necho \"$*\" >\"$HOME/buffer\"\ncat >>\"$HOME/buffer\"\nexit %d\n", code);
    g_autofree char *search =
        g_strconcat(folder, ":", g_environ_getenv(rig->home->env, "PATH"), NULL);
    assert_int_equal(g_mkdir(folder, 0700), 0);
    assert_true(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    rig->home->env = g_environ_setenv(rig->home->env, "PATH", search, TRUE);
    rig->home->env = g_environ_setenv(rig->home->env, "TMUX", "/nowhere,1,0", TRUE);
}

static void copy__in_tmux__fills_its_buffer(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    install_tmux(rig, 0);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_app(walk);
    press(walk, "c");
    see(walk, "Copied.");
    g_autofree char *path = g_build_filename(rig->home->home, "buffer", NULL);
    g_autofree char *buffer = NULL;
    assert_true(g_file_get_contents(path, &buffer, NULL, NULL));
    assert_string_equal(buffer, "load-buffer -w -\nBird Integration");
}

static void copy__by_a_program_that_fails__is_not_called_copied(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    install_tmux(rig, 1);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_app(walk);
    press(walk, "c");
    see(walk, "Sent to the terminal; not there? Hold Shift and select it.");
}

static void copy__of_the_address__names_the_file(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see(walk, "Listening on");
    press(walk, "c");
    see(walk, "Sent to the terminal; not there? w writes it to a file.");
    press(walk, "w");
    see(walk, "Written to");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copy__in_tmux__fills_its_buffer),
        cmocka_unit_test(copy__by_a_program_that_fails__is_not_called_copied),
        cmocka_unit_test(copy__of_the_address__names_the_file),
    };
    return cmocka_run_group_tests_name("copying", tests, NULL, NULL);
}
