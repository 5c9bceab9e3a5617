/* SPDX-License-Identifier: MIT */

/* Many connections cost few messages to the keyring and few connections to an org. What that is in
 * milliseconds, make bench tells. */

#include <signal.h>

#include "e2e/walk.h"
#include "perch/base/error.h"
#include "support/bus_monitor.h"
#include "support/many.h"
#include "support/measure.h"

/* As src/store/ahead.c and src/net/curl_loop.c have it. */
enum { MANY = 60, PORTION = 50, HOST_CONNECTIONS = 24 };

/* Far more than the second that perch waits, far less than a call of D-Bus may take. */
enum { LEAVE_MS = 10000, LEAVING_MS = 10000, LEAVES = 200 };

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

/* The keyring has the message that opens the session and has not looked at it yet. The exit asks
 * something behind it; with that on the bus, the keyring goes on. */
static void wait_for_exit(Rig *rig, BusMonitor *monitor, guint count)
{
    bus_monitor_wait_count(monitor, "ReadAlias", count);
    kill(rig->bus->keyring->pid, SIGCONT);
}

static void leave_home(Rig *rig, BusMonitor *monitor, guint count)
{
    kill(rig->bus->keyring->pid, SIGSTOP);
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "▸ acme");
    bus_monitor_wait_count(monitor, "OpenSession", count);
    pty_key(walk->pty, "q");
    wait_for_exit(rig, monitor, count);
    pty_expect_exit(walk->pty, 0);
}

static void leave_status(Rig *rig, BusMonitor *monitor, guint count)
{
    const char *argv[] = {g_getenv("PERCH"), "status", NULL};
    kill(rig->bus->keyring->pid, SIGSTOP);
    g_autoptr(Child) child = child_start(argv, rig->home->env);
    bus_monitor_wait_count(monitor, "OpenSession", count);
    kill(child->pid, SIGINT);
    wait_for_exit(rig, monitor, count);
    assert_true(child_wait_end(child, LEAVE_MS));
    assert_null(strstr(child->errors->str, "CRITICAL"));
    assert_int_equal(child_code(child), PERCH_EXIT_CANCELLED);
}

/* gnome-keyring 42 aborts when a client goes away while it opens a session for it. Each of these
 * goes at that moment, as often as it can in the time. */
static void leave__at_once__the_keyring_lives(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    tmphome_set(rig->home, "G_DEBUG", "fatal-criticals");
    BusMonitor *monitor = bus_monitor_new(rig->bus->address);
    const double began = measure_now_ms();
    guint count = 0;
    while (measure_now_ms() - began < LEAVING_MS && count < LEAVES) {
        leave_home(rig, monitor, ++count);
        leave_status(rig, monitor, ++count);
    }
    bus_monitor_free(monitor);
    print_message("left %u times\n", count);
    g_autoptr(Child) status = rig_perch(rig, "status", NULL);
    assert_code(status, 0);
    assert_false(child_wait_end(rig->bus->keyring, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status__asks_the_keyring_once_for_all),
        cmocka_unit_test(home__stands_while_the_keyring_is_silent),
        cmocka_unit_test(leave__at_once__the_keyring_lives),
    };
    return cmocka_run_group_tests_name("many connections", tests, NULL, NULL);
}
