/* SPDX-License-Identifier: MIT */
#include "support/net_server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct NetServer {
    GSocketService *service;
    const struct net_route *routes;
    GMutex lock;
    GCond changed;
    GPtrArray *requests; /* char *, under lock */
    GPtrArray *open;     /* GSocket *, under lock */
    guint connections;
};

/* Reads one whole request; NULL at the end of the connection. */
static char *read_request(GSocket *socket)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gsize needed = G_MAXSIZE;
    while (text->len < needed) {
        char chunk[4096];
        gssize got = g_socket_receive(socket, chunk, sizeof chunk, NULL, NULL);
        if (got <= 0)
            return NULL;
        g_string_append_len(text, chunk, got);
        const char *end = strstr(text->str, "\r\n\r\n");
        if (end == NULL || needed != G_MAXSIZE)
            continue;
        const char *length = strstr(text->str, "\r\nContent-Length: ");
        needed = (gsize)(end - text->str) + 4;
        if (length != NULL && length < end)
            needed += strtoul(length + strlen("\r\nContent-Length: "), NULL, 10);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean send_all(GSocket *socket, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize sent = g_socket_send(socket, bytes, length, NULL, NULL);
        if (sent <= 0)
            return FALSE;
        bytes += sent;
        length -= (gsize)sent;
    }
    return TRUE;
}

static void wait_for_end(GSocket *socket)
{
    char chunk[4096];
    while (g_socket_receive(socket, chunk, sizeof chunk, NULL, NULL) > 0)
        continue;
}

static void repeat_last_line(GSocket *socket, const char *bytes, gsize length)
{
    gsize start = length - 1;
    while (start > 0 && bytes[start - 1] != '\n')
        start--;
    g_autoptr(GString) chunk = g_string_new(NULL);
    while (chunk->len < 4096)
        g_string_append_len(chunk, bytes + start, (gssize)(length - start));
    while (send_all(socket, chunk->str, chunk->len))
        continue;
}

static const struct net_route *find_route(NetServer *server, const char *request)
{
    const char *target = strchr(request, ' ');
    for (const struct net_route *route = server->routes; route->path != NULL; route++)
        if (target != NULL && g_str_has_prefix(target + 1, route->path))
            return route;
    return NULL;
}

/* Answers one request; FALSE when the connection is to be closed. */
static gboolean answer(NetServer *server, GSocket *socket, const char *request)
{
    const struct net_route *route = find_route(server, request);
    if (route == NULL)
        return FALSE;
    gsize length = route->length != 0 ? route->length : strlen(route->bytes);
    if (!send_all(socket, route->bytes, length))
        return FALSE;
    switch (route->then) {
    case NET_KEEP:
        return TRUE;
    case NET_RESET:
        setsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_LINGER, &(struct linger){1, 0},
                   sizeof(struct linger));
        return FALSE;
    case NET_HANG:
        wait_for_end(socket);
        return FALSE;
    case NET_REPEAT:
        repeat_last_line(socket, route->bytes, length);
        return FALSE;
    case NET_CLOSE:
        break;
    }
    return FALSE;
}

/* Runs on the main context, before the thread of the connection starts. */
static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
                            gpointer user)
{
    (void)service, (void)source;
    NetServer *server = user;
    g_mutex_lock(&server->lock);
    server->connections++;
    g_ptr_array_add(server->open, g_object_ref(g_socket_connection_get_socket(connection)));
    g_mutex_unlock(&server->lock);
    return FALSE;
}

static gboolean on_run(GThreadedSocketService *service, GSocketConnection *connection,
                       GObject *source, gpointer user)
{
    (void)service, (void)source;
    NetServer *server = user;
    GSocket *socket = g_socket_connection_get_socket(connection);
    gboolean more = TRUE;
    while (more) {
        char *request = read_request(socket);
        if (request == NULL)
            break;
        g_mutex_lock(&server->lock);
        g_ptr_array_add(server->requests, request);
        g_mutex_unlock(&server->lock);
        more = answer(server, socket, request);
    }
    g_socket_close(socket, NULL);
    g_mutex_lock(&server->lock);
    g_ptr_array_remove(server->open, socket);
    g_cond_broadcast(&server->changed);
    g_mutex_unlock(&server->lock);
    return TRUE;
}

NetServer *net_server_new(const struct net_route *routes, guint16 *ret_port)
{
    NetServer *server = g_new0(NetServer, 1);
    server->routes = routes;
    server->requests = g_ptr_array_new_with_free_func(g_free);
    server->open = g_ptr_array_new_with_free_func(g_object_unref);
    server->service = g_threaded_socket_service_new(64);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) bound = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(server->service), any,
                                       G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                       &error))
        g_error("no port for the test's server: %s", error->message);
    *ret_port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    g_signal_connect(server->service, "incoming", G_CALLBACK(on_incoming), server);
    g_signal_connect(server->service, "run", G_CALLBACK(on_run), server);
    return server;
}

void net_server_hang_up(NetServer *server)
{
    g_mutex_lock(&server->lock);
    for (guint i = 0; i < server->open->len; i++)
        g_socket_shutdown(server->open->pdata[i], TRUE, TRUE, NULL);
    while (server->open->len > 0)
        g_cond_wait(&server->changed, &server->lock);
    g_mutex_unlock(&server->lock);
}

void net_server_free(NetServer *server)
{
    g_socket_service_stop(server->service);
    g_socket_listener_close(G_SOCKET_LISTENER(server->service));
    /* the cancelled accept has to come home before the listener goes */
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    net_server_hang_up(server);
    g_object_unref(server->service);
    g_ptr_array_unref(server->requests);
    g_ptr_array_unref(server->open);
    g_mutex_clear(&server->lock);
    g_cond_clear(&server->changed);
    g_free(server);
}

guint net_server_connections(NetServer *server)
{
    g_mutex_lock(&server->lock);
    guint connections = server->connections;
    g_mutex_unlock(&server->lock);
    return connections;
}

GPtrArray *net_server_requests(NetServer *server)
{
    GPtrArray *requests = g_ptr_array_new_with_free_func(g_free);
    g_mutex_lock(&server->lock);
    for (guint i = 0; i < server->requests->len; i++)
        g_ptr_array_add(requests, g_strdup(server->requests->pdata[i]));
    g_mutex_unlock(&server->lock);
    return requests;
}
