/* SPDX-License-Identifier: MIT */
#include "loopback_private.h"
#include "perch/base/text.h"

enum { BACKLOG = 128 }; /* a burst of junk connections must not keep the browser out */

/*
 * A listening socket on the loopback address of one family, or NULL. SO_REUSEADDR allows binding
 * while old connections are in TIME_WAIT; on Linux it never takes a port away from a socket that
 * listens on this address or on all.
 */
static GSocket *listen_on(GSocketFamily family, guint16 port, GError **error)
{
    g_autoptr(GSocket) socket =
        g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(family);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, port);
    if (socket == NULL || !g_socket_bind(socket, address, TRUE, error))
        return NULL;
    g_socket_set_blocking(socket, FALSE);
    g_socket_set_listen_backlog(socket, BACKLOG);
    return g_socket_listen(socket, error) ? g_steal_pointer(&socket) : NULL;
}

/* Whether the machine supports the family: tries any port. */
static bool has_family(GSocketFamily family)
{
    g_autoptr(GSocket) socket = listen_on(family, 0, NULL);
    return socket != NULL;
}

bool loopback_bind(guint16 port, struct loopback_sockets *ret_sockets)
{
    struct loopback_sockets sockets = {
        .ipv4 = listen_on(G_SOCKET_FAMILY_IPV4, port, NULL),
        .ipv6 = listen_on(G_SOCKET_FAMILY_IPV6, port, NULL),
    };
    /* One family alone is not enough: the browser chooses the address of localhost. */
    bool ipv4 = sockets.ipv4 != NULL || !has_family(G_SOCKET_FAMILY_IPV4);
    bool ipv6 = sockets.ipv6 != NULL || !has_family(G_SOCKET_FAMILY_IPV6);
    if (ipv4 && ipv6 && (sockets.ipv4 != NULL || sockets.ipv6 != NULL)) {
        *ret_sockets = sockets;
        return true;
    }
    loopback_sockets_close(&sockets);
    return false;
}

static guint16 port_of(GSocket *socket)
{
    g_autoptr(GSocketAddress) address = g_socket_get_local_address(socket, NULL);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address));
}

guint16 loopback_bind_any(struct loopback_sockets *ret_sockets)
{
    *ret_sockets = (struct loopback_sockets){.ipv4 = listen_on(G_SOCKET_FAMILY_IPV4, 0, NULL)};
    if (ret_sockets->ipv4 != NULL)
        return port_of(ret_sockets->ipv4);
    ret_sockets->ipv6 = listen_on(G_SOCKET_FAMILY_IPV6, 0, NULL);
    return ret_sockets->ipv6 == NULL ? 0 : port_of(ret_sockets->ipv6);
}

void loopback_sockets_close(struct loopback_sockets *sockets)
{
    GSocket **all[] = {&sockets->ipv4, &sockets->ipv6};
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        if (*all[i] == NULL)
            continue;
        g_socket_close(*all[i], NULL);
        g_clear_object(all[i]);
    }
}

const char *loopback_sockets_addresses(const struct loopback_sockets *sockets)
{
    return sockets->ipv6 == NULL ? "127.0.0.1"
                                 : (sockets->ipv4 == NULL ? "::1" : _("127.0.0.1 and ::1"));
}

const char *loopback_port_is_free(guint16 port, char **ret_owner)
{
    struct loopback_sockets sockets = {0};
    const char *addresses =
        loopback_bind(port, &sockets) ? loopback_sockets_addresses(&sockets) : NULL;
    loopback_sockets_close(&sockets);
    if (ret_owner != NULL)
        *ret_owner = addresses != NULL ? NULL : port_owner(port);
    return addresses;
}

bool loopback_port_is_forbidden(guint16 port)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocket) socket = listen_on(G_SOCKET_FAMILY_IPV4, port, &error);
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}
