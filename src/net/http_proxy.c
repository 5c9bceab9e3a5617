/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "http_private.h"
#include "perch/base/error.h"
#include "perch/base/text.h"

/*
 * The choice of proxy is made here and passed to libcurl, so that the preflight shows what really
 * happens. The rules are libcurl's: lower case before upper case, https_proxy before all_proxy,
 * no_proxy overriding both.
 */

static const char *first_set(const char *const *names)
{
    for (; *names != NULL; names++) {
        const char *value = g_getenv(*names);
        if (value != NULL && *value != '\0')
            return value;
    }
    return NULL;
}

/* Whether no_proxy excludes the URL. GIO supports names, addresses and networks in such a list. */
static bool is_excepted(const char *url)
{
    static const char *const names[] = {"no_proxy", "NO_PROXY", NULL};
    const char *value = first_set(names);
    if (value == NULL)
        return false;
    g_auto(GStrv) words = g_strsplit_set(value, ", ", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (char **word = words; *word != NULL; word++) {
        if (strcmp(*word, "*") == 0)
            return true;
        if (**word != '\0')
            g_strv_builder_add(builder, *word);
    }
    g_auto(GStrv) hosts = g_strv_builder_end(builder);
    g_autoptr(GProxyResolver) resolver = g_simple_proxy_resolver_new("http://proxy", hosts);
    g_auto(GStrv) proxies = g_proxy_resolver_lookup(resolver, url, NULL, NULL);
    return proxies != NULL && g_strcmp0(proxies[0], "direct://") == 0;
}

char *http_proxy_full(const struct http_settings *settings, const char *url)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                        NULL};
    g_autofree char *host = NULL;
    g_autofree char *normal = http_url_check(url, &host);
    if (normal == NULL || host_is_loopback(host)) /* so only https remains */
        return NULL;
    const char *proxy = settings->proxy != NULL ? settings->proxy : first_set(names);
    if (proxy == NULL || is_excepted(normal))
        return NULL;
    return strstr(proxy, "://") != NULL ? g_strdup(proxy) : g_strconcat("http://", proxy, NULL);
}

static void on_connected(GObject *source, GAsyncResult *async, gpointer user)
{
    g_autoptr(GTask) task = user;
    GError *error = NULL;
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect_finish(G_SOCKET_CLIENT(source), async, &error);
    if (connection != NULL)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void http_proxy_try(const char *proxy, GCancellable *cancellable, GAsyncReadyCallback done,
                    gpointer user)
{
    enum { SECONDS = 5, HTTPS_PORT = 443, OTHER_PORT = 1080 }; /* libcurl's default ports */
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GUri) uri = g_uri_parse(proxy, G_URI_FLAGS_NON_DNS, NULL);
    const char *host = uri == NULL ? NULL : g_uri_get_host(uri);
    GTask *task = g_task_new(NULL, cancellable, done, user);
    if (host == NULL || *host == '\0') {
        g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_INPUT, "%s", _("It names no host."));
        g_object_unref(task);
        return;
    }
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, SECONDS);
    g_autoptr(GSocketConnectable) place =
        g_network_address_new(host, g_uri_get_port(uri) > 0 ? (guint16)g_uri_get_port(uri)
                                    : g_str_has_prefix(proxy, "https:") ? HTTPS_PORT
                                                                        : OTHER_PORT);
    g_socket_client_connect_async(client, place, cancellable, on_connected, task);
}

bool http_proxy_try_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
