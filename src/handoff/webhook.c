/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "perch/handoff/handoff.h"

/* The address that starts a flow. Its path is secret: only the part before it is copied. */

static bool is_plain_text(const char *address)
{
    for (const char *p = address; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return false;
    return true;
}

/* Whether the address resumes a waiting run; it looks much like one that starts a flow. */
static bool resumes(const char *address)
{
    return strstr(address, "/flows/invocations/webhooks/") != NULL;
}

static const char *address_problem(const char *address)
{
    const char *colon = strstr(address, "://");
    gsize begin = colon == NULL ? 0 : (gsize)(colon - address) + strlen("://");
    g_autoptr(WipedText) origin = g_strndup(address, begin + strcspn(address + begin, "/?#"));
    g_autoptr(GUri) uri = g_uri_parse(origin, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri == NULL ? NULL : g_uri_get_scheme(uri);
    const char *host = uri == NULL ? NULL : g_uri_get_host(uri);
    if (host == NULL || *host == '\0' || !is_plain_text(address))
        return _("This is not a webhook address. It begins with https:// and is shown in the "
                 "webhook step of the flow.");
    if (resumes(address))
        return _("This address resumes a waiting run; it cannot start one. Copy the address of "
                 "the flow's trigger.");
    if (strcmp(scheme, "https") == 0)
        return NULL;
    bool here = strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 ||
                strcmp(host, "::1") == 0;
    return strcmp(scheme, "http") == 0 && here
               ? NULL
               : _("The webhook's address must begin with https://.");
}

static bool is_header_name(const char *name)
{
    for (const char *p = name; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && strchr("-_", *p) == NULL)
            return false;
    return true;
}

const char *webhook_problem(const char *text)
{
    struct webhook webhook;
    webhook_read(text, &webhook);
    const char *problem = address_problem(webhook.address);
    if (problem == NULL && !is_plain_text(webhook.key))
        problem =
            _("The webhook's key contains spaces or characters that a header cannot contain.");
    if (problem == NULL &&
        (!is_header_name(webhook.header) || (*webhook.header != '\0' && *webhook.key == '\0')))
        problem = _("The signature header's name can have only letters, digits and dashes, and a "
                    "signature needs a key.");
    webhook_clear(&webhook);
    return problem;
}

void webhook_read(const char *text, struct webhook *ret)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", 4);
    guint count = g_strv_length(lines);
    char **places[] = {&ret->address, &ret->key, &ret->header};
    for (guint i = 0; i < G_N_ELEMENTS(places); i++)
        *places[i] = g_strdup(i < count ? g_strstrip(lines[i]) : "");
    for (guint i = 0; i < count; i++)
        wipe(lines[i], strlen(lines[i]));
}

void webhook_clear(struct webhook *webhook)
{
    wipe_free(webhook->address);
    wipe_free(webhook->key);
    g_free(webhook->header);
    *webhook = (struct webhook){0};
}

char *webhook_signature(const struct webhook *webhook, const char *body)
{
    g_autofree char *digest = g_compute_hmac_for_string(
        G_CHECKSUM_SHA256, (const guchar *)webhook->key, strlen(webhook->key), body, -1);
    return g_strconcat("sha256=", digest, NULL);
}
