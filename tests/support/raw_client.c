/* SPDX-License-Identifier: MIT */
#include "support/raw_client.h"

#include "support/test.h"

static gboolean on_answer(GSocket *socket, GIOCondition condition, gpointer user)
{
    (void)condition;
    struct client *client = user;
    char chunk[4096];
    gssize got = g_socket_receive(socket, chunk, sizeof chunk, NULL, NULL);
    if (got > 0) {
        g_string_append_len(client->answer, chunk, got);
        return G_SOURCE_CONTINUE;
    }
    client->ended = 1;
    return G_SOURCE_REMOVE;
}

struct client *client_new(guint16 port, GSocketFamily family)
{
    struct client *client = g_new0(struct client, 1);
    client->socket = g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(family);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, port);
    if (!g_socket_connect(client->socket, address, NULL, NULL))
        fail_msg("no connection to port %u", port);
    client->answer = g_string_new(NULL);
    client->source = g_socket_create_source(client->socket, G_IO_IN, NULL);
    g_source_set_callback(client->source, G_SOURCE_FUNC(on_answer), client, NULL);
    g_source_attach(client->source, NULL);
    return client;
}

void client_send(struct client *client, const char *bytes, gsize length)
{
    g_socket_send(client->socket, bytes, length, NULL, NULL);
}

void client_free(struct client *client)
{
    g_source_destroy(client->source);
    g_source_unref(client->source);
    g_socket_close(client->socket, NULL);
    g_object_unref(client->socket);
    g_string_free(client->answer, TRUE);
    g_free(client);
}
