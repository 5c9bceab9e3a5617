/* SPDX-License-Identifier: MIT */
#include "support/http_client.h"

#include <glib/gstdio.h>
#include <string.h>

void got_clear(struct got *got)
{
    g_free(got->body);
    g_free(got->detail);
    g_free(got->server);
    memset(got, 0, sizeof *got);
}

void got_fill(const struct http_response *response, gpointer user)
{
    struct got *got = user;
    got->calls++;
    if (got->calls > 1)
        return;
    got->end = response->end;
    got->status = response->status;
    got->body = g_strdup(response->body);
    got->body_length = response->body_length;
    got->detail = g_strdup(response->detail);
    got->server = g_strdup(http_response_header(response, "SERVER"));
    got->timing = response->timing;
    got->tls = response->tls;
    memcpy(got->ip, response->ip, sizeof got->ip);
    got->sent_ms = response->sent_ms;
    got->received_ms = response->received_ms;
    http_free(got->free_then);
}

static gboolean on_too_late(gpointer user)
{
    (void)user;
    g_error("nothing happened for ten seconds");
    return G_SOURCE_REMOVE;
}

void wait_for_count(const int *flag, int wanted)
{
    guint deadline = g_timeout_add_seconds(10, on_too_late, NULL);
    while (*flag < wanted)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

struct got http_run(Http *http, HttpRequest *request)
{
    struct got got = {0};
    http_send(http, request, NULL, got_fill, &got);
    g_assert_cmpint(got.calls, ==, 0);
    wait_for_count(&got.calls, 1);
    return got;
}

struct got http_get(Http *http, const char *url)
{
    return http_run(http, http_request_new("GET", url));
}

char *local_url(guint16 port, const char *path)
{
    return g_strdup_printf("http://127.0.0.1:%u%s", port, path);
}

/* Bound, but nobody listens. NULL: the machine has no such address. */
static GSocket *bound_to(GInetAddress *address)
{
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(address, 0);
    g_autoptr(GSocket) socket = g_socket_new(g_inet_address_get_family(address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_object_unref(address);
    return socket != NULL && g_socket_bind(socket, any, FALSE, NULL) ? g_steal_pointer(&socket)
                                                                     : NULL;
}

static guint16 port_of(GSocket *socket)
{
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(socket, NULL);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

guint16 unused_port(void)
{
    g_autoptr(GSocket) socket = bound_to(g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4));
    if (socket == NULL)
        g_error("no free port");
    return port_of(socket);
}

guint16 closed_port(void)
{
    static GSocket *kept; /* on all addresses of both families, where there are two */
    if (kept == NULL)
        kept = bound_to(g_inet_address_new_any(G_SOCKET_FAMILY_IPV6));
    if (kept == NULL)
        kept = bound_to(g_inet_address_new_any(G_SOCKET_FAMILY_IPV4));
    if (kept == NULL)
        g_error("no free port");
    return port_of(kept);
}

void write_network_json(const char *contents)
{
    g_autofree char *folder = g_build_filename(g_getenv("XDG_CONFIG_HOME"), "perch", NULL);
    g_autofree char *path = g_build_filename(folder, "network.json", NULL);
    g_mkdir_with_parents(folder, 0700);
    g_unlink(path);
    if (contents != NULL &&
        !g_file_set_contents_full(path, contents, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
        g_error("cannot write %s", path);
}

char *private_home(void)
{
    static const char *const unset[] = {
        "http_proxy",    "https_proxy",    "HTTPS_PROXY", "all_proxy",   "ALL_PROXY",
        "no_proxy",      "NO_PROXY",       "BROWSER",     "DISPLAY",     "WAYLAND_DISPLAY",
        "SSH_TTY",       "SSH_CONNECTION", "container",   "WSL_INTEROP", "WSL_DISTRO_NAME",
        "SSL_CERT_FILE", "SSL_CERT_DIR",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(unset); i++)
        g_unsetenv(unset[i]);
    g_autoptr(GError) error = NULL;
    char *home = g_dir_make_tmp("perch-test-XXXXXX", &error);
    if (home == NULL)
        g_error("%s", error->message);
    g_autofree char *config = g_build_filename(home, "config", NULL);
    g_setenv("HOME", home, TRUE);
    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    g_setenv("XDG_RUNTIME_DIR", home, TRUE);
    return home;
}

void remove_tree(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        remove_tree(inside);
    }
    g_remove(path);
}
