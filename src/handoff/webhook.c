/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "perch/handoff/handoff.h"

/* The address that starts a flow. Its path is the secret: only what stands before it is copied. */

static bool is_plain_text(const char *address)
{
    for (const char *p = address; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return false;
    return true;
}

const char *webhook_problem(const char *address)
{
    const char *colon = strstr(address, "://");
    gsize begin = colon == NULL ? 0 : (gsize)(colon - address) + strlen("://");
    g_autoptr(WipedText) origin = g_strndup(address, begin + strcspn(address + begin, "/?#"));
    g_autoptr(GUri) uri = g_uri_parse(origin, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri == NULL ? NULL : g_uri_get_scheme(uri);
    const char *host = uri == NULL ? NULL : g_uri_get_host(uri);
    if (host == NULL || *host == '\0' || !is_plain_text(address))
        return _("This is no address of a webhook. It begins with https:// and stands in the "
                 "webhook step of the flow.");
    if (strcmp(scheme, "https") == 0)
        return NULL;
    bool here = strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 ||
                strcmp(host, "::1") == 0;
    return strcmp(scheme, "http") == 0 && here
               ? NULL
               : _("The address of the webhook has to begin with https://.");
}
