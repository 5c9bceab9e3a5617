/* SPDX-License-Identifier: MIT */
#include "support/locale.h"
#include "support/test.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "support/pty.h"

/* How the terminal is taken and given back: the demonstration program on a real pty. */

static Pty *start(const char *const *extra)
{
    g_autofree char *program = test_build_path("tests/support/ui_demo");
    g_auto(GStrv) env = g_get_environ();
    for (; extra != NULL && *extra != NULL; extra += 2)
        env = g_environ_setenv(env, extra[0], extra[1], TRUE);
    return pty_start((const char *const[]){program, NULL}, env, 80, 24);
}

/* All that the program wrote after its last word on the alternate screen. */
static char *after_screen(const Pty *pty)
{
    const GByteArray *raw = pty_raw(pty);
    g_autofree char *text = g_strndup((const char *)raw->data, raw->len);
    const char *end = g_strrstr(text, "\033[?1049l");
    assert_non_null(end);
    return g_strdup(end);
}

static void assert_restored(const Pty *pty)
{
    const GByteArray *raw = pty_raw(pty);
    g_autofree char *text = g_strndup((const char *)raw->data, raw->len);
    const char *paste_on = g_strrstr(text, "\033[?2004h"),
               *paste_off = g_strrstr(text, "\033[?2004l");
    const char *hidden = g_strrstr(text, "\033[?25l"), *shown = g_strrstr(text, "\033[?25h");
    const char *frame_begins = g_strrstr(text, "\033[?2026h"),
               *frame_ends = g_strrstr(text, "\033[?2026l");
    assert_non_null(frame_begins);
    assert_true(frame_ends > frame_begins);
    assert_false(pty_alternate_screen(pty));
    assert_true(paste_off > paste_on);
    assert_true(hidden == NULL || shown > hidden);
}

static void terminal__quit__restores_and_prints_what_was_kept(void **state)
{
    (void)state;
    g_autoptr(Pty) pty = start(NULL);
    pty_expect(pty, "Which Salesforce org?");
    assert_true(pty_alternate_screen(pty));
    pty_send(pty, "acme");
    pty_expect(pty, "acme ");
    pty_key(pty, "Enter");
    pty_expect(pty, "Before we start");
    pty_key(pty, "k");
    pty_expect(pty, "action keep");
    assert_false(pty_has(pty, "grumbles"));
    pty_key(pty, "C-c");
    pty_expect(pty, "Keep the draft and quit?");
    pty_key(pty, "Enter");
    pty_expect_exit(pty, 0);
    assert_restored(pty);
    g_autofree char *rest = after_screen(pty);
    assert_contains(rest, "a library grumbles");
    assert_contains(rest, "perch setup acme");
}

static void terminal__signal__ends_in_order(void **state)
{
    (void)state;
    const int signals[] = {SIGTERM, SIGHUP};
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autoptr(Pty) pty = start(NULL);
        pty_expect(pty, "Which Salesforce org?");
        kill(pty_pid(pty), signals[i]);
        pty_expect_exit(pty, 0);
        assert_restored(pty);
    }
}

static void terminal__crash__restores(void **state)
{
    (void)state;
    const char *const quiet[] = {"ASAN_OPTIONS", "handle_abort=0:detect_leaks=0", NULL};
    g_autoptr(Pty) pty = start(quiet);
    int status = 0;
    pty_expect(pty, "Which Salesforce org?");
    kill(pty_pid(pty), SIGABRT);
    assert_true(pty_wait_exit(pty, PTY_WAIT_MS, &status));
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_restored(pty);
}

static bool has_stopped(gpointer data)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pty_pid(data), &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

/* Nobody would continue an orphaned group, so the kernel lets it run on: the screen comes back. */
static void terminal__suspend__comes_back(void **state)
{
    (void)state;
    g_autoptr(Pty) pty = start(NULL);
    pty_expect(pty, "Which Salesforce org?");
    pty_send(pty, "acme");
    pty_expect(pty, "acme");
    pty_key(pty, "C-z");
    if (pty_wait_until(pty, has_stopped, pty, 500)) {
        assert_false(pty_alternate_screen(pty));
        kill(pty_pid(pty), SIGCONT);
    }
    pty_send(pty, "-uat");
    pty_expect(pty, "acme-uat");
    assert_true(pty_alternate_screen(pty));
    pty_key(pty, "C-c");
    pty_expect(pty, "Keep the draft");
    pty_key(pty, "Enter");
    pty_expect_exit(pty, 0);
    assert_restored(pty);
}

static void terminal__resize__at_once(void **state)
{
    (void)state;
    g_autoptr(Pty) pty = start(NULL);
    pty_expect(pty, "Which Salesforce org?");
    pty_send(pty, "acme");
    pty_resize(pty, 50, 10);
    pty_expect(pty, "this window is 50x10");
    pty_resize(pty, 132, 43);
    pty_expect(pty, "acme");
    pty_expect(pty, "F1 keys");
    g_autofree char *row = pty_row(pty, 42);
    assert_contains(row, "Enter go on");
    assert_int_equal(pty_cursor(pty).row, 4);
    assert_true(pty_cursor(pty).visible);
}

static void terminal__paste__bracketed_secret_never_shows(void **state)
{
    (void)state;
    g_autoptr(Pty) pty = start(NULL);
    pty_expect(pty, "Which Salesforce org?");
    pty_send(pty, "acme");
    pty_expect(pty, "acme");
    for (int i = 0; i < 3; i++) {
        pty_key(pty, "Enter");
        pty_expect(pty, i == 0   ? "Before we start"
                        : i == 1 ? "App settings"
                                 : "Consumer key and secret");
    }
    pty_key(pty, "Tab");
    pty_paste(pty, "topsecretCANARY\n");
    pty_expect(pty, "15 characters");
    const GByteArray *raw = pty_raw(pty);
    assert_null(memmem(raw->data, raw->len, "CANARY", 6));
    assert_null(memmem(raw->data, raw->len, "topse", 5));
}

static void assert_copies(bool wrapped)
{
    const char *const in_screen[] = {"STY", "1.pts", NULL};
    g_autoptr(Pty) pty = start(wrapped ? in_screen : NULL);
    pty_expect(pty, "Which Salesforce org?");
    pty_send(pty, "acme");
    pty_expect(pty, "acme");
    pty_key(pty, "Enter");
    pty_expect(pty, "Before we start");
    pty_key(pty, "Enter");
    pty_expect(pty, "App settings");
    pty_key(pty, "c");
    pty_expect(pty, "action copy on 100");
    const GByteArray *raw = pty_raw(pty);
    const char begin[] = "\033P\033]52;c;aHR0cHM6Ly9hY21l", end[] = "\a\033\\";
    assert_non_null(memmem(raw->data, raw->len, begin + (wrapped ? 0 : 2), wrapped ? 15 : 13));
    assert_int_equal(memmem(raw->data, raw->len, begin, 15) != NULL, wrapped);
    assert_int_equal(memmem(raw->data, raw->len, end, 3) != NULL, wrapped);
}

static void terminal__copy__is_osc_52(void **state)
{
    (void)state;
    assert_copies(false);
    assert_copies(true);
}

static void terminal__unknown__says_what_to_do(void **state)
{
    (void)state;
    g_autoptr(Pty) pty = start((const char *const[]){"TERM", "no-such-terminal", NULL});
    pty_expect(pty, "no-such-terminal");
    assert_true(pty_has(pty, "--plain"));
    pty_expect_exit(pty, 2);
}

/* No locale, the one without characters, and one that this machine lacks: the terminal is taken to
 * show what every terminal shows. */
static void terminal__no_locale__utf8(void **state)
{
    (void)state;
    static const char *const locales[] = {NULL, "", "C", "POSIX", "xx_XX.UTF-8", "xx_XX"};
    g_autofree char *program = test_build_path("tests/support/ui_demo");
    for (gsize i = 0; i < G_N_ELEMENTS(locales); i++) {
        g_auto(GStrv) env = g_environ_unsetenv(g_get_environ(), "LC_ALL");
        if (locales[i] != NULL)
            env = g_environ_setenv(env, i % 2 == 0 ? "LC_ALL" : "LANG", locales[i], TRUE);
        g_autoptr(Pty) pty = pty_start((const char *const[]){program, NULL}, env, 80, 24);
        pty_expect(pty, "Which Salesforce org?");
        pty_expect(pty, "▸");
        pty_send(pty, "zażółć");
        pty_expect(pty, "zażółć");
    }
}

/* A locale that has no UTF-8, and is really here: nothing but ASCII is written, each sign as wide
 * as the one that it stands for. */
static void terminal__other_characters__ascii(void **state)
{
    (void)state;
    g_autofree char *folder = locale_make("en_US", "ISO-8859-1");
    if (folder == NULL)
        skip(); /* a C library without locales */
    g_autoptr(Pty) pty =
        start((const char *const[]){"LC_ALL", "en_US.ISO-8859-1", "LOCPATH", folder, NULL});
    pty_expect(pty, "Which Salesforce org?");
    pty_expect(pty, "Address");
    const GByteArray *raw = pty_raw(pty);
    for (guint i = 0; i < raw->len; i++)
        assert_true(raw->data[i] < 0x80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminal__quit__restores_and_prints_what_was_kept),
        cmocka_unit_test(terminal__signal__ends_in_order),
        cmocka_unit_test(terminal__crash__restores),
        cmocka_unit_test(terminal__suspend__comes_back),
        cmocka_unit_test(terminal__resize__at_once),
        cmocka_unit_test(terminal__paste__bracketed_secret_never_shows),
        cmocka_unit_test(terminal__copy__is_osc_52),
        cmocka_unit_test(terminal__unknown__says_what_to_do),
        cmocka_unit_test(terminal__no_locale__utf8),
        cmocka_unit_test(terminal__other_characters__ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
