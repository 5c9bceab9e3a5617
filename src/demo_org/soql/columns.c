/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/soql/soql.h"

/* The answer to query?columns=true: the query's columns instead of its rows. Salesforce's CLI
 * builds its tables from it. */

static Json *column_new(const char *name, const struct field *field, bool aggregate)
{
    const bool number =
        field != NULL && (field_is_type(field, "int") || field_is_type(field, "double") ||
                          field_is_type(field, "currency"));
    const bool boolean = field != NULL && field_is_type(field, "boolean");
    Json *column = json_object();
    json_set_bool(column, "aggregate", aggregate);
    json_set_string(column, "apexType", NULL);
    json_set_bool(column, "booleanType", boolean);
    json_set_string(column, "columnName", name);
    json_set_bool(column, "custom", field != NULL && field->custom != NULL);
    json_set_string(column, "displayName", name);
    json_set_string(column, "foreignKeyName", NULL);
    json_set_bool(column, "insertable", field != NULL && field_is(field, FIELD_CREATEABLE));
    json_set(column, "joinColumns", json_array());
    json_set_bool(column, "numberType", number || aggregate);
    json_set_bool(column, "textType", !number && !boolean && !aggregate);
    json_set_bool(column, "updatable", field != NULL && field_is(field, FIELD_UPDATEABLE));
    return column;
}

/* The column of a parent among columns, created if missing. */
static Json *parent_column(Json *columns, const char *name)
{
    JSON_FOREACH(column, columns)
    if (g_strcmp0(json_get_string(column, "columnName"), name) == 0)
        return (Json *)(guintptr)column;
    Json *column = column_new(name, NULL, false);
    json_append(columns, column);
    return column;
}

static void add_path(const struct state *state, const struct object *object,
                     const struct soql_path *path, Json *columns)
{
    g_autoptr(GArray) fields = object_fields(state, object);
    for (char **part = path->parts;; part++) {
        if (part[1] == NULL) {
            const struct field *field = part == path->parts ? fields_find(fields, *part) : NULL;
            json_append(columns, column_new(field != NULL ? field->name : *part, field, false));
            return;
        }
        const Json *parent = parent_column(columns, *part);
        columns = (Json *)(guintptr)json_get(parent, "joinColumns");
    }
}

Json *soql_columns(const struct state *state, const struct soql *query)
{
    const struct object *object = object_find(query->object);
    Json *columns = json_array();
    guint unnamed = 0;
    bool id = false;
    for (guint i = 0; i < query->selected->len; i++) {
        const struct soql_selected *item = &g_array_index(query->selected, struct soql_selected, i);
        g_autofree char *name = NULL;
        if (item->item == SOQL_FIELD) {
            add_path(state, object, &item->path, columns);
            id |= item->path.parts[1] == NULL && g_ascii_strcasecmp(item->path.parts[0], "Id") == 0;
        } else if (item->item == SOQL_COUNT_FIELD) {
            name =
                item->alias != NULL ? g_strdup(item->alias) : g_strdup_printf("expr%u", unnamed++);
            json_append(columns, column_new(name, NULL, true));
        } else if (item->item == SOQL_FIELDS_ALL) {
            for (gsize at = 0; at < object->field_count; at++)
                json_append(columns,
                            column_new(object->fields[at].name, &object->fields[at], false));
        }
    }
    Json *body = json_object();
    json_set(body, "columnMetadata", columns);
    json_set_string(body, "entityName", object->name);
    json_set_bool(body, "groupBy", false);
    json_set_bool(body, "idSelected", id);
    json_set_string(body, "keyPrefix", object->prefix);
    return body;
}
