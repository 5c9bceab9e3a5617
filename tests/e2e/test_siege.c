/* SPDX-License-Identifier: MIT */

/*
 * A campaign against perch on this machine, loopback only: the listener under hostile requests
 * during a login, ends by any signal at any moment, storms of signals, answers of a hostile wire, a
 * silent keyring and full disks. What has to hold after each: the login that is stored is alive,
 * and the connection works. Bounded: a few seconds for each, with EVERY=1 (make siege) two minutes
 * in all. Prints what was tried and what survived.
 */

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"
#include "e2e/wire.h"
#include "support/raw_client.h"

enum { SHORT_MS = 4000, LONG_MS = 18000 };

static gint64 slice_end(void)
{
    return g_get_monotonic_time() / 1000 + (g_getenv("EVERY") != NULL ? LONG_MS : SHORT_MS);
}

static bool over(gint64 end)
{
    return g_get_monotonic_time() / 1000 >= end;
}

static void tell(const char *what, guint tried, guint survived)
{
    print_message("# siege: %-28s %5u tried, %5u survived\n", what, tried, survived);
    assert_int_equal(tried, survived);
    assert_true(tried > 0);
}

static bool is_intact(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    return json_size(json_get(state, "grants")) == 1 && tokens_stored_alive(rig, "acme");
}

/* At once, or when the rescue of what was ended has seen to it. */
static bool is_settled(Rig *rig)
{
    for (gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC; !is_intact(rig);)
        if (g_get_monotonic_time() > end)
            return false;
    return true;
}

/* ---- the listener ---- */

static const char *const requests[] = {
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /OauthRedirect?code=evil&state=evil HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
    "GET /OauthRedirect?code=evil HTTP/1.1\r\nHost: evil.example:%u\r\n\r\n",
    "GET /OauthRedirect?error=access_denied&state= HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
    "POST /OauthRedirect HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 999999\r\n\r\n",
    "GET /OauthRedirect?state=%%00&code=%%ff HTTP/1.1\r\nHost: localhost:%u\r\nHost: x\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET /../../OauthRedirect\r\n",
    "\r\n\r\n\r\n",
    "OPTIONS /OauthRedirect HTTP/1.1\r\nHost: localhost:%u\r\nOrigin: https://evil\r\n\r\n",
    "G",
};

static void listener__under_hostile_requests__takes_the_right_one(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see(walk, "Listening on");
    guint16 port = rig->org->callback_ports[0];
    guint tried = 0;
    for (gint64 end = slice_end(); !over(end); tried++) {
        const char *format = requests[tried % G_N_ELEMENTS(requests)];
        g_auto(GStrv) parts = g_strsplit(format, "%u", -1);
        g_autofree char *number = g_strdup_printf("%u", port);
        g_autofree char *text = g_strjoinv(number, parts);
        struct client *client =
            client_new(port, tried % 2 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
        client_send(client, text, strlen(text));
        client_free(client);
        if (tried % 64 == 0)
            pty_pump(walk->pty);
    }
    see(walk, "Listening on");
    walk_browser(walk, "allow");
    press(walk, "r");
    walk_home(walk, "acme");
    tell("requests to the listener", tried, is_intact(rig) ? tried : 0);
}

/* ---- ends: those of a login at chosen places are in test_exchange_end.c ---- */

static Child *start(Rig *rig, const char *const *words)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)(guintptr)g_getenv("PERCH"));
    for (int i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)words[i]);
    g_ptr_array_add(argv, NULL);
    Child *child = child_start((const char *const *)argv->pdata, rig->home->env);
    child_close_input(child);
    return child;
}

/* The signal after a while that differs; whether perch was still there to get it does not matter.
 */
static void end_somewhere(Rig *rig, const char *const *words, int number, int milliseconds)
{
    g_autoptr(Child) child = start(rig, words);
    if (!child_wait_end(child, milliseconds))
        kill(child->pid, number);
    assert_true(child_wait_end(child, 60000));
}

static void ends__anywhere__leave_a_stored_login_that_is_alive(void **state)
{
    static const int numbers[] = {SIGKILL, SIGTERM, SIGHUP, SIGKILL, SIGINT};
    static const char *const commands[][6] = {
        {"token", "acme", "--fresh"},
        {"status", "acme"},
        {"handoff", "acme", "--rehearse"},
        {"reauthorize", "acme", "--plain", "--no-input"},
    };
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    guint tried = 0, survived = 0;
    for (gint64 end = slice_end(); !over(end); tried++) {
        end_somewhere(rig, commands[tried % G_N_ELEMENTS(commands)],
                      numbers[tried % G_N_ELEMENTS(numbers)], (int)(tried * 37 % 1600));
        wait_for_lock(rig, "acme");
        survived += is_settled(rig);
    }
    wire_assert_works(rig);
    tell("kills and signals", tried, survived);
}

/* ---- the wire ---- */

static void wire__hostile__costs_nothing(void **state)
{
    static const char *const kinds[] = {"close",      "lose",        "cut-head", "cut-body",
                                        "garbage",    "huge-head",   "html",     "malformed-json",
                                        "other-json", "bad-gateway", "empty",    "bad-gzip"};
    static const char *const commands[][6] = {
        {"status", "acme"},
        {"test", "acme"},
        {"handoff", "acme", "--rehearse"},
        {"reauthorize", "acme", "--plain", "--no-input"},
    };
    static const char *const paths[] = {"/services/data/", "/services/oauth2/userinfo"};
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    guint tried = 0, survived = 0;
    for (gint64 end = slice_end(); !over(end); tried++) {
        g_autofree char *fault = g_strdup_printf("'kind':'%s'", kinds[tried % G_N_ELEMENTS(kinds)]);
        wire_fault(rig, paths[tried % G_N_ELEMENTS(paths)], fault);
        g_autoptr(Child) child =
            rig_perch_input(rig, commands[tried / 2 % G_N_ELEMENTS(commands)], NULL, false);
        bool said = child_code(child) >= 0 && child_code(child) <= 10;
        wire_heal(rig);
        survived += said && tokens_stored_alive(rig, "acme");
    }
    wire_assert_works(rig);
    tell("attacks on the wire", tried, survived);
}

/* ---- this machine ---- */

/* Signals in turn to a process that may end meanwhile: each interrupts whatever system call it is
 * in. */
struct storm {
    int process;        /* a pidfd: no other process is ever hit */
    const int *numbers; /* 0 at the end */
    struct timespec pause;
    guint sent;
    GThread *thread;
};

static gpointer rage(gpointer user)
{
    struct storm *storm = user;
    struct pollfd ended = {.fd = storm->process, .events = POLLIN};
    for (const int *at = storm->numbers; ppoll(&ended, 1, &storm->pause, NULL) == 0; at++) {
        if (*at == 0)
            at = storm->numbers;
        storm->sent += syscall(SYS_pidfd_send_signal, storm->process, *at, NULL, 0) == 0;
    }
    return NULL;
}

static void storm_begin(struct storm *storm, pid_t pid, const int *numbers, long pause_us)
{
    *storm = (struct storm){.process = (int)syscall(SYS_pidfd_open, pid, 0),
                            .numbers = numbers,
                            .pause.tv_nsec = pause_us * 1000};
    assert_true(storm->process >= 0);
    storm->thread = g_thread_new("storm", rage, storm);
}

/* After the end of the process. */
static guint storm_end(struct storm *storm)
{
    g_thread_join(storm->thread);
    close(storm->process);
    return storm->sent;
}

/* At the end of a process LeakSanitizer stops it by ptrace, which signals keep from ever happening.
 */
static void no_leak_check(Rig *rig)
{
    char **env = child_env_without_leak_check(rig->home->env);
    g_strfreev(rig->home->env);
    rig->home->env = env;
}

static void storms__of_signals__change_nothing(void **state)
{
    static const char *const commands[][6] = {
        {"handoff", "acme", "--rehearse"},
        {"token", "acme", "--fresh"},
        {"reauthorize", "acme", "--plain", "--no-input"},
        {"test", "acme"},
    };
    static const int numbers[] = {SIGWINCH, SIGCONT, SIGCHLD, 0};
    (void)state;
    /* A rotated token is lost with any answer that is; it is not handed off either. */
    g_autoptr(Rig) rotating = tokens_rig(true);
    g_autoptr(Rig) steady = tokens_rig(false);
    guint tried = 0, survived = 0, sent = 0;
    no_leak_check(rotating);
    no_leak_check(steady);
    for (gint64 end = slice_end(); !over(end); tried++) {
        static struct storm storm; /* outlives a failure of this test */
        gsize row = tried % G_N_ELEMENTS(commands);
        Rig *rig = row == 0 ? steady : rotating;
        g_autoptr(Child) child = start(rig, commands[row]);
        storm_begin(&storm, child->pid, numbers, 200);
        assert_true(child_wait_end(child, 60000));
        sent += storm_end(&storm);
        survived += child_code(child) == 0 && is_intact(rig);
    }
    wire_assert_works(rotating);
    assert_true(sent > tried);
    tell("commands in signal storms", tried, survived);
    tell("signals in them", sent, sent);
}

static void storm__on_the_wizard__changes_nothing(void **state)
{
    /* SIGCONT paints the whole screen anew, as it has to. */
    static const int numbers[] = {SIGWINCH, SIGCHLD, 0};
    (void)state;
    struct storm storm;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    storm_begin(&storm, pty_pid(walk->pty), numbers, 1000);
    walk_to_probed(walk);
    press(walk, "Enter");
    walk_home(walk, "acme");
    guint sent = storm_end(&storm);
    tell("signals to the wizard", sent, is_intact(rig) ? sent : 0);
}

/* A keyring that is silent, a full standard output, and no file that may grow. */
static void machine__silent_or_full__is_said_and_over(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int code;
    } rows[] = {
        {"exec \"$0\" status >/dev/full", 1},
        {"ulimit -f 0; exec \"$0\" token acme --fresh >/dev/null", 0},
        {"ulimit -f 0; exec \"$0\" app --output \"$HOME/sheet.md\"", 1},
        {"ulimit -l 0; exec \"$0\" token acme >/dev/null", 0},
    };
    g_autoptr(Rig) rig = tokens_rig(true);
    guint tried = 0, survived = 0;
    for (gint64 end = slice_end(); !over(end); tried++) {
        gsize row = tried % (G_N_ELEMENTS(rows) + 1);
        if (row == G_N_ELEMENTS(rows)) {
            assert_int_equal(kill(rig->bus->keyring->pid, SIGSTOP), 0);
            g_autoptr(Child) silent = rig_perch(rig, "token", "acme", "--timeout", "1", NULL);
            assert_int_equal(kill(rig->bus->keyring->pid, SIGCONT), 0);
            survived += child_code(silent) == 8;
            continue;
        }
        const char *const argv[] = {"/bin/sh", "-c", rows[row].line, g_getenv("PERCH"), NULL};
        g_autoptr(Child) full = child_run(argv, rig->home->env, NULL);
        if (child_code(full) != rows[row].code)
            print_message("# %s: %d %s\n", rows[row].line, child_code(full), full->errors->str);
        survived += child_code(full) == rows[row].code && is_intact(rig);
    }
    wire_assert_works(rig);
    tell("silent keyrings, full disks", tried, survived);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listener__under_hostile_requests__takes_the_right_one),
        cmocka_unit_test(ends__anywhere__leave_a_stored_login_that_is_alive),
        cmocka_unit_test(wire__hostile__costs_nothing),
        cmocka_unit_test(storms__of_signals__change_nothing),
        cmocka_unit_test(storm__on_the_wizard__changes_nothing),
        cmocka_unit_test(machine__silent_or_full__is_said_and_over),
    };
    return cmocka_run_group_tests_name("siege", tests, NULL, NULL);
}
