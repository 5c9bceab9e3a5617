/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "http_private.h"
#include "perch/base/text.h"

/*
 * Which proxy a request takes is decided here and told to libcurl, so that what the preflight shows
 * is what happens. The rules are libcurl's: lower case before upper case, https_proxy before
 * all_proxy, no_proxy against both.
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

/* Whether no_proxy takes the URL out. GIO knows names, addresses and networks in such a list. */
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
    if (normal == NULL || host_is_loopback(host)) /* so only https is left */
        return NULL;
    const char *proxy = settings->proxy != NULL ? settings->proxy : first_set(names);
    if (proxy == NULL || is_excepted(normal))
        return NULL;
    return strstr(proxy, "://") != NULL ? g_strdup(proxy) : g_strconcat("http://", proxy, NULL);
}
