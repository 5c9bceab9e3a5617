/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/objects.h"
#include "demo_org/rest/rest.h"
#include "demo_org/soql/soql.h"

/* SOSL as programs send it: FIND {text} IN ALL FIELDS RETURNING Lead(Id, Name WHERE ... LIMIT 5).
 * Every field counts as searched. */

enum { RECENT_MOST = 200 };

static bool holds(const Json *row, const char *text)
{
    g_autofree char *wanted = g_utf8_casefold(text, -1);
    JSON_FOREACH(value, row)
    {
        g_autofree char *has =
            json_is_string(value) ? g_utf8_casefold(json_string(value), -1) : NULL;
        if (has != NULL && strstr(has, wanted) != NULL)
            return true;
    }
    return false;
}

/* The ids of the rows that hold the text, as SOQL's list; NULL: none. Owned by the caller. */
static char *found_ids(const struct state *state, const struct request *request,
                       const struct object *object, const char *text)
{
    g_autoptr(GPtrArray) rows = object->rows(state, object, request->user);
    GString *ids = g_string_new(NULL);
    for (guint i = 0; i < rows->len; i++)
        if (holds(rows->pdata[i], text))
            g_string_append_printf(ids, "%s'%s'", ids->len == 0 ? "" : ",",
                                   json_get_string(rows->pdata[i], "Id"));
    return g_string_free(ids, ids->len == 0);
}

/* The rest of RETURNING for one object: fields, then WHERE, then ORDER BY and LIMIT. */
static bool search_object(const struct state *state, const struct request *request,
                          const GMatchInfo *match, const char *text, Json *records,
                          struct soql_problem *problem)
{
    g_autofree char *name = g_match_info_fetch_named(match, "object");
    g_autofree char *fields = g_match_info_fetch_named(match, "fields");
    g_autofree char *where = g_match_info_fetch_named(match, "where");
    g_autofree char *tail = g_match_info_fetch_named(match, "tail");
    const struct object *object = object_find(name);
    if (object == NULL || !object_readable(object, request->profile)) {
        problem->code = "INVALID_TYPE";
        problem->message = g_strdup_printf("sObject type '%s' is not supported.", name);
        return false;
    }
    g_autofree char *ids = found_ids(state, request, object, text);
    if (ids == NULL)
        return true;
    g_autofree char *soql = g_strdup_printf(
        "SELECT %s FROM %s WHERE Id IN (%s)%s%s%s %s", *fields == '\0' ? "Id" : fields, name, ids,
        *where == '\0' ? "" : " AND (", where, *where == '\0' ? "" : ")", tail);
    struct soql *query = soql_parse(soql, problem);
    g_autoptr(Json) body =
        query == NULL ? NULL : soql_run(state, query, request->user, request->args[0], problem);
    soql_free(query);
    JSON_FOREACH(record, json_get(body, "records"))
    json_append(records, json_copy(record));
    return body != NULL;
}

void rest_search(struct state *state, struct request *request, struct response *response)
{
    static const char shape[] = "^\\s*FIND\\s*\\{\\s*[*]?(.+?)[*]?\\s*\\}\\s*(?:IN\\s+\\w+\\s+"
                                "FIELDS\\s*)?RETURNING\\s+(.+?)(?:\\s+LIMIT\\s+\\d+)?\\s*$";
    static const char part[] =
        "\\G\\s*,?\\s*(?<object>\\w+)\\s*(?:\\(\\s*(?<fields>[\\w.,\\s]+?)"
        "(?:\\s+WHERE\\s+(?<where>.+?))?"
        "(?<tail>(?:\\s+(?:ORDER|LIMIT|OFFSET)\\s.*?)?)\\s*\\)(?=\\s*(?:,|$)))?";
    const char *sosl = request_param(request, "q");
    g_autoptr(GRegex) whole = g_regex_new(shape, G_REGEX_CASELESS | G_REGEX_DOTALL, 0, NULL);
    g_autoptr(GRegex) each = g_regex_new(part, G_REGEX_CASELESS | G_REGEX_DOTALL, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL, object = NULL;
    struct soql_problem problem = {"MALFORMED_SEARCH", NULL};
    g_autoptr(Json) records = json_array();
    bool fine = sosl != NULL && g_regex_match(whole, sosl, 0, &match);
    if (!fine)
        problem.message = g_strdup("No search term found. The search term must be enclosed in "
                                   "braces.");
    g_autofree char *text = fine ? g_match_info_fetch(match, 1) : NULL;
    g_autofree char *objects = fine ? g_match_info_fetch(match, 2) : NULL;
    if (fine)
        for (g_regex_match(each, objects, 0, &object); fine && g_match_info_matches(object);
             g_match_info_next(object, NULL))
            fine = search_object(state, request, object, text, records, &problem);
    if (fine) {
        Json *body = json_object();
        json_set(body, "searchRecords", g_steal_pointer(&records));
        response_json(response, 200, body);
    } else {
        rest_error(response, 400, problem.code, problem.message);
    }
    g_free(problem.message);
}

static Json *recent_row(const struct state *state, const struct request *request,
                        const struct record *record)
{
    const struct object *object = object_find(record->object);
    if (object == NULL || !object_readable(object, request->profile))
        return NULL;
    g_autoptr(GArray) fields = object_fields(state, object);
    g_autoptr(GPtrArray) rows = object->rows(state, object, request->user);
    Json *item = json_object(), *attributes = json_object();
    g_autofree char *url = g_strdup_printf("/services/data/v%s/sobjects/%s/%s", request->args[0],
                                           object->name, record->id);
    json_set_string(attributes, "type", object->name);
    json_set_string(attributes, "url", url);
    json_set(item, "attributes", attributes);
    json_set_string(item, "Id", record->id);
    for (guint i = 0; i < rows->len; i++)
        for (guint k = 0; k < fields->len; k++) {
            const struct field *field = &g_array_index(fields, struct field, k);
            if (field_is(field, FIELD_NAME) &&
                g_strcmp0(json_get_string(rows->pdata[i], "Id"), record->id) == 0)
                json_set_string(item, "Name", json_get_string(rows->pdata[i], field->name));
        }
    return item;
}

/* The records made last; what a user looked at in a browser is not known. */
void rest_recent(struct state *state, struct request *request, struct response *response)
{
    const char *limit = request_param(request, "limit");
    gint64 left = limit == NULL ? RECENT_MOST : g_ascii_strtoll(limit, NULL, 10);
    Json *items = json_array();
    for (guint i = state->records->len; i > 0 && left > 0; i--) {
        Json *item = recent_row(state, request, state->records->pdata[i - 1]);
        if (item == NULL)
            continue;
        json_append(items, item);
        left--;
    }
    response_json(response, 200, items);
}
