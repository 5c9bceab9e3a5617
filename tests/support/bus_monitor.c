/* SPDX-License-Identifier: MIT */
#include "support/bus_monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEADLINE_S = 30 };

struct BusMonitor {
    GDBusConnection *bus;
    guint filter;
    GMutex mutex;        /* the filter runs in GDBus' own thread */
    GHashTable *methods; /* how often each was called */
    GByteArray *bytes;
};

static void give_up(const char *what, const GError *error)
{
    fprintf(stderr, "bus monitor: %s: %s\n", what, error == NULL ? "not seen" : error->message);
    abort();
}

static GDBusMessage *on_message(GDBusConnection *bus, GDBusMessage *message, gboolean incoming,
                                gpointer user)
{
    (void)bus;
    if (!incoming)
        return message;
    BusMonitor *monitor = user;
    gsize length;
    guchar *blob =
        g_dbus_message_to_blob(message, &length, G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING, NULL);
    g_mutex_lock(&monitor->mutex);
    if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL) {
        const char *method = g_dbus_message_get_member(message);
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(monitor->methods, method));
        g_hash_table_replace(monitor->methods, g_strdup(method), GUINT_TO_POINTER(count + 1));
    }
    if (blob != NULL)
        g_byte_array_append(monitor->bytes, blob, (guint)length);
    g_mutex_unlock(&monitor->mutex);
    g_free(blob);
    g_main_context_wakeup(NULL);
    g_object_unref(message);
    return NULL;
}

BusMonitor *bus_monitor_new(const char *address)
{
    GError *error = NULL;
    BusMonitor *monitor = g_new0(BusMonitor, 1);
    g_mutex_init(&monitor->mutex);
    monitor->methods = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    monitor->bytes = g_byte_array_new();
    monitor->bus =
        g_dbus_connection_new_for_address_sync(address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    if (monitor->bus == NULL)
        give_up(address, error);
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        monitor->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
        "org.freedesktop.DBus.Monitoring", "BecomeMonitor", g_variant_new_parsed("(@as [], @u 0)"),
        NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    if (reply == NULL)
        give_up("BecomeMonitor", error);
    monitor->filter = g_dbus_connection_add_filter(monitor->bus, on_message, monitor, NULL);
    return monitor;
}

void bus_monitor_free(BusMonitor *monitor)
{
    g_dbus_connection_close_sync(monitor->bus, NULL, NULL);
    g_dbus_connection_remove_filter(monitor->bus, monitor->filter);
    g_object_unref(monitor->bus);
    g_hash_table_unref(monitor->methods);
    g_byte_array_unref(monitor->bytes);
    g_mutex_clear(&monitor->mutex);
    g_free(monitor);
}

guint bus_monitor_count(BusMonitor *monitor, const char *method)
{
    g_mutex_lock(&monitor->mutex);
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(monitor->methods, method));
    g_mutex_unlock(&monitor->mutex);
    return count;
}

bool bus_monitor_saw(BusMonitor *monitor, const char *method)
{
    return bus_monitor_count(monitor, method) > 0;
}

bool bus_monitor_saw_text(BusMonitor *monitor, const char *text)
{
    g_mutex_lock(&monitor->mutex);
    bool saw = memmem(monitor->bytes->data, monitor->bytes->len, text, strlen(text)) != NULL;
    g_mutex_unlock(&monitor->mutex);
    return saw;
}

static gboolean on_deadline(gpointer method)
{
    give_up(method, NULL);
    return G_SOURCE_REMOVE;
}

void bus_monitor_wait_count(BusMonitor *monitor, const char *method, guint count)
{
    guint deadline = g_timeout_add_seconds(DEADLINE_S, on_deadline, (gpointer)(guintptr)method);
    while (bus_monitor_count(monitor, method) < count)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

void bus_monitor_wait(BusMonitor *monitor, const char *method)
{
    bus_monitor_wait_count(monitor, method, 1);
}
