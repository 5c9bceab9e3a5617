/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/net/desktop.h"
#include "support/http_client.h"

#define URL "https://login.salesforce.com/a?b=c&d=%20e;touch$IFS/x"

/* A folder of made-up programs, the only one in PATH, and a FIFO through which they tell what they
 * were started with. */
struct fixture {
    char *bin, *fifo;
    int report;
};

static void set_path(const char *value)
{
    g_setenv("PATH", value, TRUE);
}

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->bin = g_dir_make_tmp("perch-bin-XXXXXX", NULL);
    fixture->fifo = g_build_filename(fixture->bin, "report", NULL);
    static const char *const unset[] = {"BROWSER",        "DISPLAY",  "WAYLAND_DISPLAY",
                                        "SSH_CONNECTION", "SSH_TTY",  "WSL_DISTRO_NAME",
                                        "WSL_INTEROP",    "container"};
    for (gsize i = 0; i < G_N_ELEMENTS(unset); i++)
        g_unsetenv(unset[i]);
    set_path(fixture->bin);
    *state = fixture;
    if (mkfifo(fixture->fifo, 0600) != 0)
        return -1;
    fixture->report = open(fixture->fifo, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    return fixture->report < 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    close(fixture->report);
    remove_tree(fixture->bin);
    g_free(fixture->bin);
    g_free(fixture->fifo);
    g_free(fixture);
    return 0;
}

static void install(struct fixture *fixture, const char *name, const char *script)
{
    g_autofree char *path = g_build_filename(fixture->bin, name, NULL);
    g_autofree char *text = g_strdup_printf(
        "#!/bin/sh\nPATH=/usr/bin:/bin\nexec 9>%s\n%s\necho END >&9\n", fixture->fifo, script);
    assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

#define TELL_ARGUMENTS "{ echo \"$(basename \"$0\")\"; for a in \"$@\"; do echo \"$a\"; done; } >&9"
#define TELL_INPUT "{ echo \"$(basename \"$0\") $*\"; cat; echo; } >&9"
#define TELL_STDIO                                                                           \
    "told=$(for i in 0 1 2; do readlink /proc/$$/fd/$i; done; cut -d' ' -f6 /proc/$$/stat; " \
    "echo $$); echo \"$told\" >&9"

/* What a program told, up to its END. */
static char *report(struct fixture *fixture)
{
    g_autoptr(GString) text = g_string_new(NULL);
    while (!g_str_has_suffix(text->str, "END\n")) {
        struct pollfd ready = {fixture->report, POLLIN, 0};
        if (poll(&ready, 1, 10000) != 1)
            fail_msg("no report; so far: %s", text->str);
        char chunk[4096];
        ssize_t got = read(fixture->report, chunk, sizeof chunk);
        if (got > 0)
            g_string_append_len(text, chunk, got);
    }
    g_string_truncate(text, text->len - strlen("END\n"));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

struct browser_case {
    const char *variable, *told; /* told: what the program sees, NULL = no browser at all */
};

static void browser__variable__as_a_list(void **state)
{
    struct fixture *fixture = *state;
    install(fixture, "alpha", TELL_ARGUMENTS);
    install(fixture, "beta", TELL_ARGUMENTS);
    install(fixture, "w3m", TELL_ARGUMENTS);
    static const struct browser_case cases[] = {
        {"alpha", "alpha\n" URL "\n"},
        {"alpha %s", "alpha\n" URL "\n"},
        {"alpha --new %s --end", "alpha\n--new\n" URL "\n--end\n"},
        {"alpha --url=%s", "alpha\n--url=" URL "\n"},
        {"alpha 'two words' \"%s\"", "alpha\ntwo words\n" URL "\n"},
        {"alpha 100%% &", "alpha\n100%\n" URL "\n"},
        {"absent:beta:alpha", "beta\n" URL "\n"},
        {"w3m:alpha", "alpha\n" URL "\n"},
        {"::'unbalanced:beta", "beta\n" URL "\n"},
        {"alpha; touch /tmp/x", NULL},
        {"w3m", NULL},
        {"absent", NULL},
        {"'unbalanced", NULL},
        {"", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_setenv("BROWSER", cases[i].variable, TRUE);
        g_autoptr(Desktop) desktop = desktop_look();
        g_autoptr(GError) error = NULL;
        bool opened = desktop_open(desktop, URL, &error);
        if (cases[i].told == NULL) {
            assert_null(desktop->browser);
            assert_string_equal(desktop->no_browser == NULL ? "" : desktop->no_browser,
                                cases[i].variable);
            assert_false(opened);
            assert_error_code(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
            continue;
        }
        assert_no_error(error);
        assert_null(desktop->no_browser);
        g_autofree char *told = report(fixture);
        assert_string_equal(told, cases[i].told);
    }
}

static void browser__no_variable__by_surroundings(void **state)
{
    struct fixture *fixture = *state;
    install(fixture, "xdg-open", TELL_ARGUMENTS);
    install(fixture, "wslview", TELL_ARGUMENTS);
    static const struct {
        const char *name, *browser;
    } cases[] = {
        {"SSH_TTY", NULL},
        {"DISPLAY", "xdg-open"},
        {"WAYLAND_DISPLAY", "xdg-open"},
        {"WSL_DISTRO_NAME", "wslview"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_setenv(cases[i].name, "x", TRUE);
        g_autoptr(Desktop) desktop = desktop_look();
        g_unsetenv(cases[i].name);
        assert_int_equal(desktop->wsl, strcmp(cases[i].name, "WSL_DISTRO_NAME") == 0);
        if (cases[i].browser == NULL)
            assert_null(desktop->browser);
        else
            assert_string_equal(desktop->browser, cases[i].browser);
    }
}

static void browser__child__own_session_no_stdio(void **state)
{
    struct fixture *fixture = *state;
    install(fixture, "alpha", TELL_STDIO);
    g_setenv("BROWSER", "alpha", TRUE);
    g_autoptr(Desktop) desktop = desktop_look();
    assert_true(desktop_open(desktop, URL, NULL));
    g_autofree char *told = report(fixture);
    g_auto(GStrv) lines = g_strsplit(told, "\n", -1);
    for (int i = 0; i < 3; i++)
        assert_string_equal(lines[i], "/dev/null");
    g_autofree char *own = g_strdup_printf("%d", (int)getsid(0));
    assert_string_not_equal(lines[3], own);
    assert_string_equal(lines[3], lines[4]); /* leads its session */
}

static void browser__not_an_address__refused(void **state)
{
    struct fixture *fixture = *state;
    install(fixture, "alpha", TELL_ARGUMENTS);
    g_setenv("BROWSER", "alpha", TRUE);
    g_autoptr(Desktop) desktop = desktop_look();
    static const char *const urls[] = {"--help", "file:///etc/passwd", "", "javascript:1"};
    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(desktop_open(desktop, urls[i], &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    }
    g_autofree char *path = g_build_filename(fixture->bin, "alpha", NULL);
    g_unlink(path);
    g_autoptr(GError) error = NULL;
    assert_false(desktop_open(desktop, URL, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_FILE);
    assert_contains(error->message, "alpha");
}

static void desktop__ssh__forward_line(void **state)
{
    (void)state;
    g_setenv("SSH_CONNECTION", "10.0.0.7 50123 192.0.2.10 22", TRUE);
    g_autoptr(Desktop) desktop = desktop_look();
    assert_true(desktop->ssh);
    assert_string_equal(desktop->ssh_client, "10.0.0.7");
    g_autofree char *line = desktop_forward_line(desktop, 1718);
    g_autofree char *wanted =
        g_strdup_printf("ssh -L 1718:localhost:1718 %s@192.0.2.10", g_get_user_name());
    assert_string_equal(line, wanted);
    g_setenv("SSH_CONNECTION", "fe80::1%eth0 50123 2001:db8::2 2222", TRUE);
    g_autoptr(Desktop) other = desktop_look();
    g_autofree char *other_line = desktop_forward_line(other, 1717);
    assert_contains(other_line, "ssh -p 2222 -L 1717:localhost:1717 ");
    assert_contains(other_line, "@2001:db8::2");
    g_setenv("SSH_CONNECTION", "nonsense", TRUE);
    g_autoptr(Desktop) third = desktop_look();
    assert_true(third->ssh);
    assert_string_equal(third->ssh_client, "");
    assert_string_equal(third->ssh_host, g_get_host_name());
    g_unsetenv("SSH_CONNECTION");
    g_autoptr(Desktop) none = desktop_look();
    assert_false(none->ssh);
}

static void clipboard__text__through_standard_input(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *variable, *program, *told;
    } cases[] = {
        {"WAYLAND_DISPLAY", "wl-copy", "wl-copy \n"},
        {"DISPLAY", "xclip", "xclip -selection clipboard -in\n"},
        {"WSL_DISTRO_NAME", "clip.exe", "clip.exe \n"},
        {"TMUX", "tmux", "tmux load-buffer -w -\n"},
    };
    GPid pid;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        install(fixture, cases[i].program, TELL_INPUT);
    g_autofree char *text = g_strnfill(300000, 'x'); /* more than a pipe holds */
    memcpy(text, "s3cret $(echo) 'ü", strlen("s3cret $(echo) 'ü"));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_setenv(cases[i].variable, "x", TRUE);
        g_autoptr(Desktop) desktop = desktop_look();
        g_unsetenv(cases[i].variable);
        g_autoptr(GError) error = NULL;
        assert_true(desktop_copy(desktop, text, &pid, &error));
        g_autofree char *told = report(fixture);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        g_autofree char *wanted = g_strdup_printf("%s%s\n", cases[i].told, text);
        assert_string_equal(told, wanted);
    }
    g_autoptr(Desktop) none = desktop_look();
    g_autoptr(GError) error = NULL;
    assert_false(desktop_copy(none, "text", NULL, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
}

int main(void)
{
    g_autofree char *home = private_home();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(browser__variable__as_a_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(browser__no_variable__by_surroundings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(browser__child__own_session_no_stdio, set_up, tear_down),
        cmocka_unit_test_setup_teardown(browser__not_an_address__refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(desktop__ssh__forward_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clipboard__text__through_standard_input, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_tree(home);
    return failed;
}
