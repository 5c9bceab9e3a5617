/* SPDX-License-Identifier: MIT */

/* Many connections cost few messages to the keyring and few connections to an org. What that is in
 * milliseconds, make bench tells. */

#include "e2e/rig.h"
#include "support/bus_monitor.h"
#include "support/many.h"

/* As src/store/ahead.c and src/net/curl_loop.c have it. */
enum { MANY = 60, PORTION = 50, HOST_CONNECTIONS = 24 };

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
    assert_int_equal(bus_monitor_count(monitor, "Get"), MANY);
    assert_int_equal(bus_monitor_count(monitor, "GetSecrets"), (MANY + PORTION - 1) / PORTION);
    bus_monitor_free(monitor);
    assert_true(opened_since(rig, before) <= HOST_CONNECTIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status__asks_the_keyring_once_for_all),
    };
    return cmocka_run_group_tests_name("many connections", tests, NULL, NULL);
}
