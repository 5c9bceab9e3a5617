/* SPDX-License-Identifier: MIT */
#include "host_slips.h"

#include <string.h>

#include "perch/base/text.h"

char *host_mend_scheme(const char *text)
{
    g_autoptr(GRegex) slips =
        g_regex_new("^(?|view-source:|([htpxs]{3,7})[:;.,]*[/\\\\]+|(https?):+"
                    "|[/\\\\]{2,})+",
                    G_REGEX_CASELESS, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    int end = 0;
    if (!g_regex_match(slips, text, 0, &info) || !g_match_info_fetch_pos(info, 0, NULL, &end))
        return g_strdup(text);
    g_autofree char *scheme = g_match_info_fetch(info, 1);
    const bool plain =
        scheme != NULL && *scheme != '\0' && g_ascii_tolower(scheme[strlen(scheme) - 1]) != 's';
    return g_strconcat(plain ? "http://" : "https://", text + end, NULL);
}

char *host_mend_signs(const char *text)
{
    g_autofree char *dashes = text_replace(text, "[\\x{2013}-\\x{2015}]", "--");
    g_autofree char *hyphens = text_replace(dashes, "[\\x{2010}\\x{2011}]", "-");
    return text_replace(hyphens, " +\\. *| *\\. +|(?<=\\S),(?=\\S)|[\\[({](?i:\\.|dot)[])}]", ".");
}

/* help.salesforce.com: My Domain URL formats, with enhanced domains. */
char *host_of_page(const char *host)
{
#define PARTITION "((?:\\.(?:sandbox|develop|demo|free|patch|scratch|stage|trailblaze))?)"
    static const char *const pages[] = {
        "^([a-z0-9-]+)--[a-z0-9]+" PARTITION "\\.(?:vf\\.force|visualforce|documentforce)\\.com$",
        "^([a-z0-9-]+)" PARTITION "\\.file\\.force\\.com$",
        "^([a-z0-9-]+)()\\.cloudforce\\.com$", /* My Domain of 2011 */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++)
        if (g_regex_match_simple(pages[i], host, 0, 0))
            return text_replace(host, pages[i], "\\1\\2.my.salesforce.com");
    return NULL;
}

char *host_nearest(const char *host)
{
    static const char *const names[] = {"my.salesforce.com", "sandbox.my.salesforce.com",
                                        "develop.my.salesforce.com", NULL};
    const char *dot = strchr(host, '.');
    const bool near = dot != NULL && strstr(dot, "my") != NULL &&
                      (strstr(dot, "sal") != NULL || strstr(dot, "sforce") != NULL);
    const char *nearest = near ? text_nearest(dot + 1, names) : NULL;
    return nearest == NULL ? NULL : g_strdup_printf("%.*s.%s", (int)(dot - host), host, nearest);
}

bool host_is_placeholder(const char *host)
{
    return g_regex_match_simple("^\\W*(?:your[-_]?(?:my)?[-_]?(?:domain|org|company|instance)?"
                                "|my[-_]?domain|(?:domain|org|company|instance)(?=[-_]?name)|x{5,})"
                                "(?:[-_]?name)?(?:--[a-z]+)?\\W*\\.",
                                host, 0, 0);
}

const char *host_stray(const char *text)
{
    static const struct {
        const char *pattern, *problem;
    } strays[] = {
        {"^00D[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$",
         N_("This is the organization's id. Paste the address shown under Setup › Company Settings "
            "› My Domain.")},
        {"^(?:https://)?3MVG9[\\w.]{10}",
         N_("This is a consumer key, which is asked for later. Paste the address of a page of your "
            "org.")},
        {"^https?://(?:[^/]+\\.)?(?:okta(?:preview)?\\.com|(?:microsoftonline|myapps\\.microsoft)"
         "\\.com)(?:/|$)",
         N_("This is your company's sign-on page. Log in there and paste the address that the "
            "browser shows then.")},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(strays); i++)
        if (g_regex_match_simple(strays[i].pattern, text, 0, 0))
            return _(strays[i].problem);
    return NULL;
}
