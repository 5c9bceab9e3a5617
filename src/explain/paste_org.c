/* SPDX-License-Identifier: MIT */
#include "paste.h"

#include <string.h>

#include "perch/base/secret.h"

static const char *const org_domains[] = {
    ".my.salesforce.com",   ".my.salesforce.mil",      ".my.salesforce-setup.com",
    ".lightning.force.com", ".lightning.crmforce.mil",
};

struct org_search {
    const char *lower;
    char *host; /* the first one found */
    bool several;
};

static bool is_host_character(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '.';
}

/* Compares "acme--uat" of acme--uat.sandbox.my.salesforce.com and its Lightning and Setup hosts. */
static bool same_org(const char *a, const char *b)
{
    gsize length = strcspn(a, ".");
    return length == strcspn(b, ".") && strncmp(a, b, length) == 0;
}

static void take_org(guint domain, gsize at, gpointer user)
{
    struct org_search *search = user;
    const char *end = search->lower + at + strlen(org_domains[domain]);
    const char *start = search->lower + at;
    while (start > search->lower && is_host_character(start[-1]))
        start--;
    while (*start == '-' || *start == '.')
        start++;
    const char *rest = end + strspn(end, "-.");
    if (start >= search->lower + at || g_ascii_isalnum(*rest) || *rest == '_')
        return;
    g_autofree char *host = g_strndup(start, (gsize)(end - start));
    if (search->host == NULL)
        search->host = g_steal_pointer(&host);
    else
        search->several = search->several || !same_org(search->host, host);
}

char *paste_org(const char *text, gsize length)
{
    static struct words *domains;
    if (domains == NULL)
        domains = words_new(org_domains, G_N_ELEMENTS(org_domains));
    g_autoptr(WipedText) plain = paste_plain(text, length);
    g_autoptr(WipedText) lower = g_ascii_strdown(plain, -1);
    struct org_search search = {.lower = lower};
    words_each(domains, lower, strlen(lower), take_org, &search);
    g_autofree char *host = search.host;
    return host == NULL || search.several ? NULL : g_strconcat("https://", host, NULL);
}
