/* SPDX-License-Identifier: MIT */

#include <string.h>
#include <sys/wait.h>

#include "support/pty.h"
#include "support/test.h"

struct sample {
    TmpHome *home;
    Pty *pty;
};

static int start_sample(void **state)
{
    struct sample *sample = g_new0(struct sample, 1);
    g_autofree char *program = test_build_path("tests/support/sample_tui");
    const char *argv[] = {program, NULL};
    sample->home = tmphome_new();
    sample->pty = pty_start(argv, sample->home->env, 40, 10);
    *state = sample;
    return 0;
}

static int stop_sample(void **state)
{
    struct sample *sample = *state;
    pty_free(sample->pty);
    tmphome_free(sample->home);
    g_free(sample);
    return 0;
}

static void pty__shows__text_and_attributes(void **state)
{
    Pty *pty = ((struct sample *)*state)->pty;
    pty_expect(pty, "size 40x10");
    pty_expect(pty, "bold red");
    g_autofree char *row = pty_row(pty, 1);
    assert_string_equal(row, "bold red reverse 日本 e\xcc\x81 end");

    struct pty_cell bold = pty_cell(pty, 1, 0);
    assert_true(bold.bold);
    assert_int_equal(bold.foreground, 1);
    assert_int_equal(bold.background, -1);
    int column = -1;
    assert_int_equal(pty_find(pty, "reverse", &column), 1);
    assert_int_equal(column, 9);
    assert_true(pty_cell(pty, 1, column).reverse);
    assert_false(pty_cell(pty, 1, 8).reverse);
    assert_int_equal(pty_cell(pty, 1, 17).width, 2);
    assert_int_equal(pty_find(pty, "end", &column), 1);
    assert_int_equal(column, 24);
    assert_int_equal(pty_find(pty, "nowhere", NULL), -1);

    assert_true(pty_alternate_screen(pty));
    assert_false(pty_mouse_on(pty));
    assert_string_equal(pty_title(pty), "sample");
    assert_int_equal(pty_cursor(pty).row, 0);
    assert_int_equal(pty_cursor(pty).column, 10);
}

static void pty__keys__arrive_as_a_terminal_sends_them(void **state)
{
    static const struct {
        const char *key;
        const char *bytes;
    } cases[] = {
        {"Enter", "keys 0d\n"},
        {"Tab", "keys 09\n"},
        {"BackTab", "keys 1b 5b 5a\n"},
        {"Esc", "keys 1b\n"},
        {"Backspace", "keys 7f\n"},
        {"Up", "keys 1b 5b 41\n"},
        {"Delete", "keys 1b 5b 33 7e\n"},
        {"C-c", "keys 03\n"},
        {"a", "keys 61\n"},
        {"é", "keys c3 a9\n"},
        {"F1", "keys 1b 4f 50\n"},
        {"Space", "keys 20\n"},
    };
    Pty *pty = ((struct sample *)*state)->pty;
    pty_expect(pty, "size");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        pty_key(pty, cases[i].key);
        pty_expect(pty, cases[i].bytes);
    }
    pty_resize(pty, 80, 24);
    pty_expect(pty, "size 80x24");
    pty_paste(pty, "xy");
    pty_expect(pty, "keys 1b 5b 32 30 30 7e 78 79 1b");
}

static void pty__resize__reaches_the_program(void **state)
{
    Pty *pty = ((struct sample *)*state)->pty;
    pty_expect(pty, "size 40x10");
    pty_resize(pty, 100, 30);
    pty_expect(pty, "size 100x30");
    pty_expect_gone(pty, "size 40x10");
    pty_resize(pty, 20, 5);
    pty_expect(pty, "size 20x5");
}

static void pty__exit__tells_code_and_last_words(void **state)
{
    Pty *pty = ((struct sample *)*state)->pty;
    pty_expect(pty, "size");
    assert_false(pty_wait_exit(pty, 0, NULL));
    pty_send(pty, "q");
    pty_expect_exit(pty, 7);
    assert_false(pty_alternate_screen(pty));
    assert_true(pty_has(pty, "good bye"));
    assert_false(pty_has(pty, "bold red"));
    assert_non_null(memmem(pty_raw(pty)->data, pty_raw(pty)->len, "\033[?1049l", 8));
}

static void pty__wait__has_an_end(void **state)
{
    Pty *pty = ((struct sample *)*state)->pty;
    pty_expect(pty, "size");
    gint64 began = g_get_monotonic_time();
    assert_false(pty_wait_text(pty, "never", 50));
    assert_true(g_get_monotonic_time() - began >= 50000);
    assert_true(pty_wait_no_text(pty, "never", 0));
    pty_send(pty, "z");
    assert_true(pty_wait_change(pty, PTY_WAIT_MS));
}

static void pty__missing_program__is_an_exit(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    const char *argv[] = {"/nowhere/program", NULL};
    g_autoptr(Pty) pty = pty_start(argv, home->env, 80, 24);
    int status = 0;
    assert_true(pty_wait_exit(pty, PTY_WAIT_MS, &status));
    assert_int_equal(WEXITSTATUS(status), 127);
    assert_true(pty_has(pty, "cannot run /nowhere/program"));
}

static void canary__finds__files_argv_environment_and_bytes(void **state)
{
    struct sample *sample = *state;
    g_autofree char *program = test_build_path("tests/support/sample_tui");
    const char *argv[] = {program, "argument-CANARY-1", NULL};
    g_autoptr(Canary) canary = canary_new();
    canary_add(canary, "typed-secret");
    tmphome_set(sample->home, "LEAK", "typed-secret");
    g_autoptr(Pty) pty = pty_start(argv, sample->home->env, 40, 10);
    pty_watch(pty, canary);
    pty_expect(pty, "argument-CANARY-1");
    canary_search(canary, "screen", (const char *)pty_raw(pty)->data, (gssize)pty_raw(pty)->len);
    assert_int_equal(canary_found(canary), 1);

    g_free(tmphome_write(sample->home, "home/.local/share/keyrings/login.keyring", "CANARY"));
    g_free(tmphome_write(sample->home, "home/.config/perch/a.json", "CANARY"));
    g_free(tmphome_write(sample->home, "home/secret", "typed-secret"));
    const char *except[] = {"home/secret", NULL};
    canary_search_files(canary, sample->home, except);
    assert_int_equal(canary_found(canary), 2);
    canary_search_files(canary, sample->home, NULL);
    assert_int_equal(canary_found(canary), 4);
    canary_snapshot(canary, pty_pid(pty));
    const char *report = canary_report(canary);
    assert_non_null(report);
    assert_contains(report, "/cmdline");
    assert_contains(report, "/environ");
    assert_contains(report, "home/.config/perch/a.json");
    assert_null(strstr(report, "keyrings"));
    assert_null(strstr(report, "CANARY"));
    assert_int_equal(canary_found(canary), 6);

    g_autoptr(Canary) idle = canary_new();
    assert_non_null(canary_report(idle));
    canary_search(idle, "nothing", "nothing at all", -1);
    assert_null(canary_report(idle));
}

/* The shell's own argv holds it in two pieces. */
static void canary__looks__at_children_too(void **state)
{
    struct sample *sample = *state;
    g_autofree char *program = test_build_path("tests/support/sample_tui");
    const char *argv[] = {"sh", "-c", "\"$0\" argument-CANA''RY-1; true", program, NULL};
    g_autoptr(Canary) canary = canary_new();
    g_autoptr(Pty) pty = pty_start(argv, sample->home->env, 40, 10);
    pty_expect(pty, "argument-CANARY-1");
    canary_snapshot(canary, pty_pid(pty));
    assert_non_null(canary_report(canary));
    assert_contains(canary_report(canary), "/cmdline");
}

static void tmphome__is__apart_and_removed(void **state)
{
    (void)state;
    TmpHome *home = tmphome_new();
    g_autofree char *root = g_strdup(home->root);
    assert_string_equal(g_environ_getenv(home->env, "HOME"), home->home);
    assert_null(g_environ_getenv(home->env, "BROWSER"));
    assert_null(g_environ_getenv(home->env, "DBUS_SESSION_BUS_ADDRESS"));
    tmphome_set(home, "BROWSER", "x");
    assert_string_equal(g_environ_getenv(home->env, "BROWSER"), "x");
    g_free(tmphome_write(home, "home/deep/er/file", "1"));
    g_autofree char *list = tmphome_list(home);
    assert_string_equal(list, "home/deep/er/file\n");
    tmphome_free(home);
    assert_false(g_file_test(root, G_FILE_TEST_EXISTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pty__shows__text_and_attributes, start_sample, stop_sample),
        cmocka_unit_test_setup_teardown(pty__keys__arrive_as_a_terminal_sends_them, start_sample,
                                        stop_sample),
        cmocka_unit_test_setup_teardown(pty__resize__reaches_the_program, start_sample,
                                        stop_sample),
        cmocka_unit_test_setup_teardown(pty__exit__tells_code_and_last_words, start_sample,
                                        stop_sample),
        cmocka_unit_test_setup_teardown(pty__wait__has_an_end, start_sample, stop_sample),
        cmocka_unit_test(pty__missing_program__is_an_exit),
        cmocka_unit_test_setup_teardown(canary__finds__files_argv_environment_and_bytes,
                                        start_sample, stop_sample),
        cmocka_unit_test_setup_teardown(canary__looks__at_children_too, start_sample, stop_sample),
        cmocka_unit_test(tmphome__is__apart_and_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
