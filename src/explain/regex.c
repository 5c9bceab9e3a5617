/* SPDX-License-Identifier: MIT */
#include "explain_private.h"

const GRegex *regex_of(const char *pattern)
{
    static GHashTable *made;
    if (made == NULL)
        made = g_hash_table_new(g_direct_hash, g_direct_equal);
    GRegex *regex = g_hash_table_lookup(made, pattern);
    if (regex == NULL) {
        regex = g_regex_new(pattern, G_REGEX_MULTILINE | G_REGEX_NEWLINE_LF | G_REGEX_OPTIMIZE, 0,
                            NULL);
        g_hash_table_insert(made, (gpointer)(guintptr)pattern, regex);
    }
    return regex;
}

bool regex_fits(const char *pattern, const char *text)
{
    return g_regex_match(regex_of(pattern), text, 0, NULL);
}
