/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "http_private.h"
#include "perch/base/text.h"

/* libcurl's own parser, so that the URL checked is the URL used. */
typedef CURLU ParsedUrl;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParsedUrl, curl_url_cleanup)
typedef char CurlText;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CurlText, curl_free)

static char *part(CURLU *url, CURLUPart which)
{
    char *text = NULL;
    return curl_url_get(url, which, &text, 0) == CURLUE_OK ? text : NULL;
}

char *http_url_check(const char *url, char **ret_host)
{
    g_autoptr(ParsedUrl) parsed = curl_url();
    if (url == NULL || curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) != CURLUE_OK)
        return NULL;
    g_autoptr(CurlText) scheme = part(parsed, CURLUPART_SCHEME);
    g_autoptr(CurlText) host = part(parsed, CURLUPART_HOST);
    g_autoptr(CurlText) normal = part(parsed, CURLUPART_URL);
    if (scheme == NULL || host == NULL || *host == '\0' || normal == NULL)
        return NULL;
    gsize length = strlen(host);
    g_autofree char *plain =
        *host == '[' && length > 2 ? g_strndup(host + 1, length - 2) : g_strdup(host);
    bool allowed =
        strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && host_is_loopback(plain));
    if (!allowed)
        return NULL;
    if (ret_host != NULL)
        *ret_host = g_steal_pointer(&plain);
    return g_strdup(normal);
}
