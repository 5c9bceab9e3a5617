/* SPDX-License-Identifier: MIT */
#include "urls.h"

char *rest_url(const char *base, const char *version, const char *path)
{
    return g_strdup_printf("%s/services/data/v%s/%s", base, version, path);
}

char *record_path(const char *object, const char *id)
{
    g_autofree char *safe_object = g_uri_escape_string(object, NULL, FALSE);
    g_autofree char *safe_id = g_uri_escape_string(id, NULL, FALSE);
    return g_strconcat("sobjects/", safe_object, "/", safe_id, NULL);
}

char *record_read_path(const char *object, const char *id, const Json *fields)
{
    g_autofree char *path = record_path(object, id);
    GString *out = g_string_new(path);
    const char *separator = "?fields=";
    JSON_FOREACH(value, fields)
    {
        g_autofree char *name = g_uri_escape_string(json_key(value), NULL, FALSE);
        g_string_append(out, separator);
        g_string_append(out, name);
        separator = ",";
    }
    return g_string_free(out, FALSE);
}

char *query_path(const char *soql)
{
    g_autofree char *escaped = g_uri_escape_string(soql, NULL, FALSE);
    return g_strconcat("query?q=", escaped, NULL);
}
