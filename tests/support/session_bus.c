/* SPDX-License-Identifier: MIT */

#include "support/session_bus.h"

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/test.h"

enum { START_MS = 20000, STOP_MS = 10000 };

static const char bus_config[] =
    "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
    " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
    "<busconfig>\n"
    "  <type>session</type>\n"
    "  <listen>unix:dir=%s</listen>\n"
    "  <auth>EXTERNAL</auth>\n"
    "  <policy context=\"default\">\n"
    "    <allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
    "    <allow eavesdrop=\"true\"/>\n"
    "    <allow own=\"*\"/>\n"
    "  </policy>\n"
    "</busconfig>\n";

static void start_bus(SessionBus *bus, TmpHome *home)
{
    g_autofree char *config = g_strdup_printf(bus_config, home->runtime);
    g_autofree char *path = tmphome_write(home, "run/bus.conf", config);
    g_autofree char *option = g_strdup_printf("--config-file=%s", path);
    const char *argv[] = {"dbus-daemon", option, "--nofork", "--print-address", NULL};
    bus->bus = child_start(argv, home->env);
    if (!child_wait_output(bus->bus, "\n", START_MS)) {
        fail_msg("dbus-daemon does not start: %s", bus->bus->errors->str);
    }
    bus->address = g_strstrip(g_strdup(bus->bus->output->str));
    tmphome_set(home, "DBUS_SESSION_BUS_ADDRESS", bus->address);
}

static GDBusConnection *connect_to(const SessionBus *bus)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection =
        g_dbus_connection_new_for_address_sync(bus->address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    assert_no_error(error);
    g_dbus_connection_set_exit_on_close(connection, FALSE);
    return connection;
}

static void on_name(GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
    (void)connection;
    (void)name;
    (void)owner;
    *(bool *)data = true;
}

static gboolean on_deadline(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

/* Until the Secret Service has its name. The watch asks the bus first, so nothing is missed. */
static bool wait_service(GDBusConnection *connection)
{
    bool there = false;
    bool late = false;
    guint watch =
        g_bus_watch_name_on_connection(connection, "org.freedesktop.secrets",
                                       G_BUS_NAME_WATCHER_FLAGS_NONE, on_name, NULL, &there, NULL);
    guint deadline = g_timeout_add(START_MS, on_deadline, &late);
    while (!there && !late) {
        g_main_context_iteration(NULL, TRUE);
    }
    g_bus_unwatch_name(watch);
    if (!late) {
        g_source_remove(deadline);
    }
    return there;
}

static void lock_login(GDBusConnection *connection)
{
    g_autoptr(GError) error = NULL;
    const char *const login[] = {"/org/freedesktop/secrets/collection/login", NULL};
    g_autoptr(GVariant) answer = g_dbus_connection_call_sync(
        connection, "org.freedesktop.secrets", "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service", "Lock", g_variant_new("(^ao)", login), NULL,
        G_DBUS_CALL_FLAGS_NONE, START_MS, NULL, &error);
    assert_no_error(error);
    assert_non_null(answer);
}

static void remove_keyrings(TmpHome *home)
{
    g_autofree char *folder = g_build_filename(home->home, ".local", "share", "keyrings", NULL);
    const char *argv[] = {"rm", "-rf", folder, NULL};
    g_autoptr(Child) child = child_run(argv, home->env, NULL);
    assert_int_equal(child_code(child), 0);
}

static void start_keyring(SessionBus *bus, TmpHome *home, enum session_keyring kind)
{
    const char *argv[] = {"gnome-keyring-daemon", "--components=secrets", "--foreground",
                          kind == SESSION_KEYRING_EMPTY ? NULL : "--unlock", NULL};
    /* Its own critical warnings (when many clients come and go) do not concern this test. */
    g_auto(GStrv) env = g_environ_unsetenv(g_strdupv(home->env), "G_DEBUG");
    bus->keyring = child_start(argv, env);
    child_send(bus->keyring, "a test's password");
    child_close_input(bus->keyring);
    g_autoptr(GDBusConnection) connection = connect_to(bus);
    if (!wait_service(connection)) {
        child_wait_end(bus->keyring, 0);
        fail_msg("gnome-keyring-daemon does not start: %s", bus->keyring->errors->str);
    }
    if (kind == SESSION_KEYRING_LOCKED) {
        lock_login(connection);
    }
    g_dbus_connection_close_sync(connection, NULL, NULL);
}

SessionBus *session_bus_start(TmpHome *home, enum session_keyring keyring)
{
    SessionBus *bus = g_new0(SessionBus, 1);
    start_bus(bus, home);
    if (keyring != SESSION_NO_KEYRING) {
        start_keyring(bus, home, keyring);
    }
    return bus;
}

void session_bus_lock(SessionBus *bus)
{
    bus->changed = true;
    g_autoptr(GDBusConnection) connection = connect_to(bus);
    lock_login(connection);
    g_dbus_connection_close_sync(connection, NULL, NULL);
}

void session_bus_add_keyring(SessionBus *bus, TmpHome *home)
{
    bus->changed = true;
    start_keyring(bus, bus->home != NULL ? bus->home : home, SESSION_KEYRING_OPEN);
}

void session_bus_change(SessionBus *bus, TmpHome *home, enum session_keyring keyring)
{
    bus->changed = true;
    home = bus->home != NULL ? bus->home : home;
    if (bus->keyring != NULL) {
        assert_true(child_stop(bus->keyring, STOP_MS));
    }
    g_clear_pointer(&bus->keyring, child_free);
    if (keyring == SESSION_KEYRING_EMPTY) {
        remove_keyrings(home);
    }
    if (keyring != SESSION_NO_KEYRING) {
        start_keyring(bus, home, keyring);
    }
}

void session_bus_stop(SessionBus *bus)
{
    if (bus == NULL) {
        return;
    }
    if (bus->keyring != NULL) {
        child_stop(bus->keyring, STOP_MS);
    }
    child_stop(bus->bus, STOP_MS);
    child_free(bus->keyring);
    child_free(bus->bus);
    tmphome_free(bus->home);
    g_free(bus->address);
    g_free(bus);
}

/* ---- lent again and again ---- */

static SessionBus *spare, *lent;
static pid_t lender;

static bool has_ended(const SessionBus *bus)
{
    return !bus->changed && bus->keyring != NULL && child_wait_end(bus->keyring, 0);
}

/* It crashes at times, as any program: tests/run looks for these words, and tries again. Only what
 * a test that failed has not returned is still lent. */
static void tell_of_a_crash(void)
{
    if (lent != NULL && has_ended(lent))
        fprintf(stderr, "gnome-keyring-daemon has ended: %s\n", lent->keyring->errors->str);
    lent = NULL;
}

static void stop_spare(void)
{
    if (getpid() != lender)
        return;
    tell_of_a_crash();
    session_bus_stop(g_steal_pointer(&spare));
}

SessionBus *session_bus_borrow(TmpHome *home)
{
    SessionBus *bus = g_steal_pointer(&spare);
    tell_of_a_crash();
    if (bus == NULL) {
        TmpHome *own = tmphome_new();
        bus = session_bus_start(own, SESSION_KEYRING_OPEN);
        bus->home = own;
    }
    if (lender == 0 && atexit(stop_spare) == 0)
        lender = getpid();
    tmphome_set(home, "DBUS_SESSION_BUS_ADDRESS", bus->address);
    lent = bus;
    return bus;
}

static GVariant *call(GDBusConnection *connection, const char *name, const char *path,
                      const char *method, GVariant *parameters)
{
    const char *dot = strrchr(method, '.');
    g_autofree char *interface = g_strndup(method, (gsize)(dot - method));
    return g_dbus_connection_call_sync(connection, name, path, interface, dot + 1, parameters, NULL,
                                       G_DBUS_CALL_FLAGS_NONE, STOP_MS, NULL, NULL);
}

/* The keyring and this process, each with the bus's own name for it. */
static bool is_alone(GDBusConnection *connection)
{
    g_autoptr(GVariant) answer =
        call(connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames", NULL);
    g_auto(GStrv) names = NULL;
    guint unique = 0;
    if (answer == NULL)
        return false;
    g_variant_get(answer, "(^as)", &names);
    for (gsize i = 0; names[i] != NULL; i++)
        unique += names[i][0] == ':' ? 1 : 0;
    return unique == 2;
}

static bool delete_items(GDBusConnection *connection)
{
    static const char service[] = "org.freedesktop.secrets";
    static const char search[] = "org.freedesktop.Secret.Service.SearchItems";
    g_autoptr(GVariant) found = call(connection, service, "/org/freedesktop/secrets", search,
                                     g_variant_new_parsed("(@a{ss} {},)"));
    g_auto(GStrv) items = NULL, locked = NULL;
    if (found == NULL)
        return false;
    g_variant_get(found, "(^ao^ao)", &items, &locked);
    for (gsize i = 0; items[i] != NULL; i++) {
        g_autoptr(GVariant) deleted =
            call(connection, service, items[i], "org.freedesktop.Secret.Item.Delete", NULL);
        if (deleted == NULL)
            return false;
    }
    return locked[0] == NULL;
}

/* There is the login keyring, open, and no other but the one that lasts as long as the service. */
static bool is_as_new(GDBusConnection *connection)
{
    g_autoptr(GVariant) answer =
        call(connection, "org.freedesktop.secrets", "/org/freedesktop/secrets",
             "org.freedesktop.DBus.Properties.Get",
             g_variant_new("(ss)", "org.freedesktop.Secret.Service", "Collections"));
    g_autoptr(GVariant) locked =
        call(connection, "org.freedesktop.secrets", "/org/freedesktop/secrets/collection/login",
             "org.freedesktop.DBus.Properties.Get",
             g_variant_new("(ss)", "org.freedesktop.Secret.Collection", "Locked"));
    if (answer == NULL || locked == NULL)
        return false;
    g_autoptr(GVariant) paths = NULL, is_locked = NULL;
    g_variant_get(answer, "(v)", &paths);
    g_variant_get(locked, "(v)", &is_locked);
    return g_variant_n_children(paths) == 2 && !g_variant_get_boolean(is_locked);
}

static bool can_be_lent(const SessionBus *bus)
{
    if (bus->home == NULL || bus->changed || bus->keyring == NULL || spare != NULL)
        return false;
    if (has_ended(bus) || child_wait_end(bus->bus, 0))
        return false;
    g_autoptr(GDBusConnection) connection = connect_to(bus);
    bool fit = is_alone(connection) && delete_items(connection) && is_as_new(connection);
    g_dbus_connection_close_sync(connection, NULL, NULL);
    return fit;
}

void session_bus_return(SessionBus *bus)
{
    lent = NULL;
    if (bus != NULL && can_be_lent(bus))
        spare = bus;
    else
        session_bus_stop(bus);
}

char *session_bus_lookup(TmpHome *home, const char *attribute, const char *value)
{
    const char *argv[] = {"secret-tool", "lookup", attribute, value, NULL};
    g_autoptr(Child) tool = child_run(argv, home->env, NULL);
    return child_code(tool) == 0 && tool->output->len > 0 ? g_strdup(tool->output->str) : NULL;
}

guint session_bus_count(TmpHome *home, const char *attribute, const char *value)
{
    const char *argv[] = {"secret-tool", "search", "--all", attribute, value, NULL};
    g_autoptr(Child) tool = child_run(argv, home->env, NULL);
    guint count = 0;
    for (const char *at = tool->output->str; (at = strstr(at, "secret = ")) != NULL; at++) {
        count++;
    }
    return count;
}
