/* SPDX-License-Identifier: MIT */

/* Many connections cost few messages to the keyring and few connections to an org. What that is in
 * milliseconds, make bench tells. */

#include <signal.h>
#include <sys/wait.h>

#include "e2e/walk.h"
#include "perch/base/error.h"
#include "support/bus_monitor.h"
#include "support/many.h"
#include "support/measure.h"

/* As src/store/ahead.c and src/net/curl_loop.c have it. */
enum { MANY = 60, PORTION = 50, HOST_CONNECTIONS = 24 };

/* Far more than the second that perch waits, far less than a call of D-Bus may take. */
enum { LEAVE_MS = 10000 };

static Rig *many(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    many_connections(rig->home, rig->bus, "acme", MANY - 1);
    return rig;
}

/* Connections that the org saw since its log had so many entries. */
static guint opened_since(Rig *rig, guint before)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_direct_hash, g_direct_equal);
    guint i = 0;
    JSON_FOREACH(entry, log)
    {
        if (i++ >= before)
            g_hash_table_add(numbers, GINT_TO_POINTER((gint)json_get_int(entry, "connection", 0)));
    }
    assert_true(i >= before + MANY);
    return g_hash_table_size(numbers);
}

static void status__asks_the_keyring_once_for_all(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = many();
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    const guint before = (guint)json_size(log);
    BusMonitor *monitor = bus_monitor_new(rig->bus->address);
    g_autoptr(Child) status = rig_perch(rig, "status", NULL);
    assert_code(status, 0);
    bus_monitor_wait_count(monitor, "GetSecrets", (MANY + PORTION - 1) / PORTION);
    assert_int_equal(bus_monitor_count(monitor, "Hello"), 1);
    assert_int_equal(bus_monitor_count(monitor, "OpenSession"), 1);
    assert_int_equal(bus_monitor_count(monitor, "SearchItems"), 1);
    assert_int_equal(bus_monitor_count(monitor, "Get"), 0);
    assert_int_equal(bus_monitor_count(monitor, "GetSecrets"), (MANY + PORTION - 1) / PORTION);
    bus_monitor_free(monitor);
    assert_true(opened_since(rig, before) <= HOST_CONNECTIONS);
}

/* The list stands before the keyring has said anything, every row of it is there to be walked to,
 * and leaving does not wait longer than it has to for a service that says nothing. */
static void home__stands_while_the_keyring_is_silent(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = many();
    g_autofree char *damaged =
        tmphome_write(rig->home, "home/.config/perch/connections/acme-057.json", "half of a fi");
    assert_non_null(damaged);
    BusMonitor *monitor = bus_monitor_new(rig->bus->address);
    kill(rig->bus->keyring->pid, SIGSTOP);
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "60 connections");
    see(walk, "▸ acme ");
    press(walk, "End Up");
    see(walk, "▸ acme-058");
    see(walk, "asking …"); /* its file was read: a row without is not asked */
    see(walk, "file damaged");
    bus_monitor_wait(monitor, "OpenSession");
    const double began = measure_now_ms();
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
    assert_true(measure_now_ms() - began < LEAVE_MS);
    kill(rig->bus->keyring->pid, SIGCONT);
    bus_monitor_free(monitor);
}

/* ---- leaving while the session of the keyring opens ---- */

/* gnome-keyring 42 aborts when a client goes away while it opens a session for it, so the exit asks
 * something behind it and waits. A keyring that stood still may abort by itself when it goes on (48
 * does, once in some hundred times), so nothing is asked of it afterwards. */
static void expect_wait(Rig *rig, BusMonitor *monitor, pid_t pid)
{
    siginfo_t info = {0};
    bus_monitor_wait(monitor, "ReadAlias");
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
    assert_int_equal(info.si_pid, 0); /* still there */
    kill(rig->bus->keyring->pid, SIGCONT);
}

static BusMonitor *keyring_that_stands_still(Rig *rig)
{
    rig_setup(rig, "acme");
    tmphome_set(rig->home, "G_DEBUG", "fatal-criticals");
    BusMonitor *monitor = bus_monitor_new(rig->bus->address);
    kill(rig->bus->keyring->pid, SIGSTOP);
    return monitor;
}

static void leave_home__while_the_session_opens__waits(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    BusMonitor *monitor = keyring_that_stands_still(rig);
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "▸ acme");
    bus_monitor_wait(monitor, "OpenSession");
    pty_key(walk->pty, "q");
    expect_wait(rig, monitor, pty_pid(walk->pty));
    pty_expect_exit(walk->pty, 0);
    bus_monitor_free(monitor);
}

static void leave_status__while_the_session_opens__waits(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    BusMonitor *monitor = keyring_that_stands_still(rig);
    const char *argv[] = {g_getenv("PERCH"), "status", NULL};
    g_autoptr(Child) child = child_start(argv, rig->home->env);
    bus_monitor_wait(monitor, "OpenSession");
    kill(child->pid, SIGINT);
    expect_wait(rig, monitor, child->pid);
    assert_true(child_wait_end(child, LEAVE_MS));
    assert_null(strstr(child->errors->str, "CRITICAL"));
    assert_int_equal(child_code(child), PERCH_EXIT_CANCELLED);
    bus_monitor_free(monitor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status__asks_the_keyring_once_for_all),
        cmocka_unit_test(home__stands_while_the_keyring_is_silent),
        cmocka_unit_test(leave_home__while_the_session_opens__waits),
        cmocka_unit_test(leave_status__while_the_session_opens__waits),
    };
    return cmocka_run_group_tests_name("many connections", tests, NULL, NULL);
}
