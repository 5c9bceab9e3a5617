/* SPDX-License-Identifier: MIT */
#include "support/recorder.h"

#include <gio/gio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct Recorder {
    GSocket *listening;
    GSocketAddress *target;
    GCancellable *over;
    GThread *accepting;
    GPtrArray *relays; /* GThread *; the accepting thread's */
    GMutex lock;
    GPtrArray *requests; /* char *, under lock */
    guint connections;   /* under lock */
};

struct relay {
    Recorder *recorder;
    GSocket *client, *server;
    GString *seen; /* of the client, not yet a whole request */
};

/* The length of the whole request at the start of text; 0 = not all there. */
static gsize request_length(const char *text, gsize length)
{
    static const char name[] = "\r\ncontent-length:";
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL)
        return 0;
    gsize head = (gsize)(end - text) + 4, body = 0;
    for (const char *p = text; p < end; p++)
        if (g_ascii_strncasecmp(p, name, strlen(name)) == 0)
            body = strtoul(p + strlen(name), NULL, 10);
    return head + body <= length ? head + body : 0;
}

static void record(struct relay *relay, const char *bytes, gsize length)
{
    g_string_append_len(relay->seen, bytes, (gssize)length);
    gsize whole;
    while ((whole = request_length(relay->seen->str, relay->seen->len)) > 0) {
        g_mutex_lock(&relay->recorder->lock);
        g_ptr_array_add(relay->recorder->requests, g_strndup(relay->seen->str, whole));
        g_mutex_unlock(&relay->recorder->lock);
        g_string_erase(relay->seen, 0, (gssize)whole);
    }
}

/* Passes on what is there. FALSE at the end of from, which is passed on as well. */
static bool pass_on(struct relay *relay, GSocket *from, GSocket *to)
{
    char bytes[16384];
    gssize got = g_socket_receive(from, bytes, sizeof bytes, relay->recorder->over, NULL);
    if (got <= 0) {
        g_socket_shutdown(to, FALSE, TRUE, NULL);
        return false;
    }
    if (from == relay->client) /* before the server can answer */
        record(relay, bytes, (gsize)got);
    for (gssize done = 0; done < got;) {
        gssize sent =
            g_socket_send(to, bytes + done, (gsize)(got - done), relay->recorder->over, NULL);
        if (sent <= 0)
            return false;
        done += sent;
    }
    return true;
}

static gpointer run_relay(gpointer data)
{
    struct relay *relay = data;
    enum { CLIENT, SERVER, OVER, COUNT };
    GPollFD ready[COUNT] = {
        [CLIENT] = {g_socket_get_fd(relay->client), G_IO_IN, 0},
        [SERVER] = {g_socket_get_fd(relay->server), G_IO_IN, 0},
    };
    g_cancellable_make_pollfd(relay->recorder->over, &ready[OVER]);
    if (!g_socket_connect(relay->server, relay->recorder->target, relay->recorder->over, NULL))
        ready[CLIENT].fd = ready[SERVER].fd = -1;
    /* poll leaves negative descriptors out */
    while (ready[CLIENT].fd >= 0 || ready[SERVER].fd >= 0) {
        g_poll(ready, COUNT, -1);
        if (ready[OVER].revents != 0)
            break;
        if (ready[CLIENT].revents != 0 && !pass_on(relay, relay->client, relay->server))
            ready[CLIENT].fd = -1;
        if (ready[SERVER].revents != 0 && !pass_on(relay, relay->server, relay->client))
            ready[SERVER].fd = -1;
    }
    g_cancellable_release_fd(relay->recorder->over);
    g_object_unref(relay->client);
    g_object_unref(relay->server);
    g_string_free(relay->seen, TRUE);
    g_free(relay);
    return NULL;
}

static GSocket *new_socket(void)
{
    return g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
}

static gpointer run_accepting(gpointer data)
{
    Recorder *recorder = data;
    GSocket *client;
    while ((client = g_socket_accept(recorder->listening, recorder->over, NULL)) != NULL) {
        g_mutex_lock(&recorder->lock);
        recorder->connections++;
        g_mutex_unlock(&recorder->lock);
        struct relay *relay = g_new0(struct relay, 1);
        relay->recorder = recorder;
        relay->client = client;
        relay->server = new_socket();
        relay->seen = g_string_new(NULL);
        g_ptr_array_add(recorder->relays, g_thread_new("relay", run_relay, relay));
    }
    for (guint i = 0; i < recorder->relays->len; i++)
        g_thread_join(recorder->relays->pdata[i]);
    return NULL;
}

Recorder *recorder_new(guint16 target_port, guint16 *ret_port)
{
    Recorder *recorder = g_new0(Recorder, 1);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    recorder->target = g_inet_socket_address_new(loopback, target_port);
    recorder->listening = new_socket();
    if (!g_socket_bind(recorder->listening, any, TRUE, NULL) ||
        !g_socket_listen(recorder->listening, NULL))
        g_error("no port for the recorder");
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(recorder->listening, NULL);
    *ret_port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    recorder->over = g_cancellable_new();
    recorder->requests = g_ptr_array_new_with_free_func(g_free);
    recorder->relays = g_ptr_array_new();
    recorder->accepting = g_thread_new("recorder", run_accepting, recorder);
    return recorder;
}

GPtrArray *recorder_requests(Recorder *recorder)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    g_mutex_lock(&recorder->lock);
    for (guint i = 0; i < recorder->requests->len; i++)
        g_ptr_array_add(copy, g_strdup(recorder->requests->pdata[i]));
    g_mutex_unlock(&recorder->lock);
    return copy;
}

guint recorder_connections(Recorder *recorder)
{
    g_mutex_lock(&recorder->lock);
    guint connections = recorder->connections;
    g_mutex_unlock(&recorder->lock);
    return connections;
}

void recorder_free(Recorder *recorder)
{
    if (recorder == NULL)
        return;
    g_cancellable_cancel(recorder->over);
    g_thread_join(recorder->accepting); /* which waits for the relays */
    g_object_unref(recorder->listening);
    g_object_unref(recorder->target);
    g_object_unref(recorder->over);
    g_ptr_array_unref(recorder->relays);
    g_ptr_array_unref(recorder->requests);
    g_mutex_clear(&recorder->lock);
    g_free(recorder);
}
