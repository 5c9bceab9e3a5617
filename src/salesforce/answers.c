/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

/* "68.0" → 680; 0 if it is not a version. */
static gint64 version_rank(const char *version)
{
    if (version == NULL || !g_ascii_isdigit(*version))
        return 0;
    char *end;
    gint64 major = g_ascii_strtoll(version, &end, 10);
    if (end == version || *end != '.' || !g_ascii_isdigit(end[1]) || end[2] != '\0' || major < 1 ||
        major > 9999)
        return 0;
    return major * 10 + (end[1] - '0');
}

char *versions_newest(const Json *json, char **ret_label, GError **error)
{
    const Json *newest = NULL;
    gint64 best = 0;
    if (json_is_array(json))
        JSON_FOREACH(item, json)
        {
            gint64 rank = version_rank(json_get_string(item, "version"));
            if (rank > best) {
                best = rank;
                newest = item;
            }
        }
    if (newest == NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("The host answers, but not with a list of API versions. Check that "
                              "it is the org's My Domain host."));
        return NULL;
    }
    if (ret_label != NULL)
        *ret_label = text_told(json_get_string(newest, "label"), TOLD_NAME);
    return g_strdup(json_get_string(newest, "version"));
}

/* Also accepts "api-usage=25/5000; per-app-api-usage=17/250(appName=...)". */
bool limit_info_parse(const char *header, gint64 *ret_used, gint64 *ret_allowed)
{
    static const char name[] = "api-usage=";
    const char *p = header;
    while (p != NULL && (p = strstr(p, name)) != NULL && p != header &&
           strchr(" ;,", p[-1]) == NULL)
        p++;
    if (p == NULL)
        return false;
    char *slash, *end;
    p += strlen(name);
    gint64 used = g_ascii_strtoll(p, &slash, 10);
    if (slash == p || *slash != '/' || used < 0)
        return false;
    gint64 allowed = g_ascii_strtoll(slash + 1, &end, 10);
    if (end == slash + 1 || allowed < 1)
        return false;
    *ret_used = used;
    *ret_allowed = allowed;
    return true;
}

char *record_created_id(const Json *json, GError **error)
{
    const char *id = json_get_string(json, "id");
    if (id == NULL || !salesforce_id_is_valid(id) || !json_get_bool(json, "success", true)) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("Salesforce accepted the record, but its answer has no id. Look for "
                              "the record in the org before you try again."));
        return NULL;
    }
    return g_strdup(id);
}
