/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <stdlib.h>

#include "perch/base/error.h"
#include "perch/base/text.h"

const char link_service_name[] = "org.freedesktop.secrets";

/* How long the exit of the process waits for a link that is opening. */
enum { EXIT_WAIT_MS = 1000 };

Link *link_ref(Link *link)
{
    link->references++;
    return link;
}

void link_unref(Link *link)
{
    if (link == NULL || --link->references > 0)
        return;
    g_clear_object(&link->service);
    g_clear_object(&link->bus);
    g_free(link->address);
    g_free(link->owner);
    g_free(link);
}

bool link_lost_service(const Link *link)
{
    g_autofree char *now = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(link->service));
    return g_strcmp0(now, link->owner) != 0;
}

/* Asks the socket, since GDBus notices its end a little later. */
static bool is_lost(GDBusConnection *bus)
{
    GIOStream *stream = g_dbus_connection_get_stream(bus);
    return g_dbus_connection_is_closed(bus) ||
           (G_IS_SOCKET_CONNECTION(stream) &&
            g_socket_condition_check(g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream)),
                                     G_IO_HUP | G_IO_ERR) != 0);
}

/* ---- opening ---- */

struct opening {
    char *address;
    GPtrArray *waiting;   /* GTask */
    GDBusConnection *bus; /* NULL until connected */
};

static Link *shared;                /* NULL before the first, and after a loss */
static struct opening *next_shared; /* the future shared link, while it opens */
static GPtrArray *openings;

/* Services answer in order: once this call is answered, the session is open. */
static void wait_for_openings(void)
{
    for (guint i = 0; i < openings->len; i++) {
        const struct opening *opening = openings->pdata[i];
        g_autoptr(GVariant) answer =
            opening->bus == NULL ? NULL
                                 : g_dbus_connection_call_sync(
                                       opening->bus, link_service_name, "/org/freedesktop/secrets",
                                       "org.freedesktop.Secret.Service", "ReadAlias",
                                       g_variant_new("(s)", SECRET_COLLECTION_DEFAULT), NULL,
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START, EXIT_WAIT_MS, NULL, NULL);
    }
}

static void unref_link(gpointer link)
{
    link_unref(link);
}

/* Answers all who wait; either link or error is NULL. */
static void end_opening(struct opening *opening, Link *link, const GError *error)
{
    g_ptr_array_remove_fast(openings, opening);
    if (opening == next_shared) {
        next_shared = NULL;
        g_clear_pointer(&shared, link_unref);
        shared = link == NULL ? NULL : link_ref(link);
    }
    for (guint i = 0; i < opening->waiting->len; i++) {
        GTask *task = opening->waiting->pdata[i];
        if (link != NULL)
            g_task_return_pointer(task, link_ref(link), unref_link);
        else
            g_task_return_error(task, g_error_copy(error));
    }
    g_ptr_array_unref(opening->waiting);
    g_clear_object(&opening->bus);
    g_free(opening->address);
    g_free(opening);
}

static void on_session(GObject *source, GAsyncResult *result, gpointer user)
{
    struct opening *opening = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(Link) link = NULL;
    GObject *service = g_async_initable_new_finish(G_ASYNC_INITABLE(source), result, &error);
    if (service != NULL) {
        link = g_new0(Link, 1);
        link->references = 1;
        link->bus = g_object_ref(opening->bus);
        link->service = SECRET_SERVICE(service);
        link->address = g_strdup(opening->address);
        link->owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(service));
    }
    end_opening(opening, link, error);
}

/* libsecret 0.20 assumes that the answer to OpenSession is a byte array; for any other type it uses
 * an uninitialised length. Such answers are replaced by an empty array, which it rejects. Runs in
 * GDBus's thread. */
static GDBusMessage *only_bytes(GDBusConnection *bus, GDBusMessage *message, gboolean incoming,
                                gpointer user)
{
    (void)bus, (void)user;
    GVariant *body = incoming ? g_dbus_message_get_body(message) : NULL;
    if (body == NULL || !g_variant_is_of_type(body, G_VARIANT_TYPE("(vo)")))
        return message;
    g_autoptr(GVariant) value = NULL;
    g_autofree char *path = NULL;
    g_variant_get(body, "(vo)", &value, &path);
    GDBusMessage *changed = g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING)
                                ? NULL
                                : g_dbus_message_copy(message, NULL);
    if (changed == NULL)
        return message;
    g_object_unref(message);
    g_dbus_message_set_body(changed, g_variant_new_parsed("(<@ay []>, %o)", path));
    return changed;
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    struct opening *opening = user;
    opening->bus = g_dbus_connection_new_for_address_finish(result, NULL);
    if (opening->bus == NULL || is_lost(opening->bus)) {
        g_autoptr(GError) error =
            g_error_new_literal(PERCH_ERROR, PERCH_ERROR_STORE_ABSENT,
                                _("The session bus does not answer, so there is no keyring."));
        end_opening(opening, NULL, error);
        return;
    }
    g_dbus_connection_set_exit_on_close(opening->bus, FALSE);
    g_dbus_connection_add_filter(opening->bus, only_bytes, NULL, NULL);
    g_async_initable_new_async(link_service_type(), G_PRIORITY_DEFAULT, NULL, on_session, opening,
                               "flags", SECRET_SERVICE_OPEN_SESSION, "g-connection", opening->bus,
                               NULL);
}

static struct opening *start_opening(const char *address)
{
    struct opening *opening = g_new0(struct opening, 1);
    if (openings == NULL) {
        openings = g_ptr_array_new();
        atexit(wait_for_openings);
    }
    g_ptr_array_add(openings, opening);
    opening->address = g_strdup(address);
    opening->waiting = g_ptr_array_new_with_free_func(g_object_unref);
    g_dbus_connection_new_for_address(address,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                      NULL, NULL, on_bus, opening);
    return opening;
}

Link *link_shared(const char *address)
{
    bool good = shared != NULL && !shared->broken && g_str_equal(shared->address, address) &&
                !is_lost(shared->bus) && !link_lost_service(shared);
    return good ? link_ref(shared) : NULL;
}

void link_open(const char *address, bool fresh, GAsyncReadyCallback done, gpointer user)
{
    struct opening *opening = fresh ? NULL : next_shared;
    if (opening == NULL || !g_str_equal(opening->address, address))
        opening = start_opening(address);
    if (!fresh)
        next_shared = opening;
    g_ptr_array_add(opening->waiting, g_task_new(NULL, NULL, done, user));
}

Link *link_open_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
