/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/rest/rest.h"
#include "demo_org/soql/soql.h"

struct run {
    const struct state *state;
    const struct soql *query;
    const struct object *object;
    const struct user *user;
    const struct profile *profile;
    const char *version;
    struct soql_problem *problem;
};

static const struct field *relationship(const GArray *fields, const char *name)
{
    for (guint i = 0; i < fields->len; i++) {
        const struct field *field = &g_array_index(fields, struct field, i);
        if (*field->relationship != '\0' && g_ascii_strcasecmp(field->relationship, name) == 0)
            return field;
    }
    return NULL;
}

static bool no_column(const struct run *run, const struct object *object, const char *name,
                      gsize at)
{
    g_autofree char *text = g_strdup_printf(
        "No such column '%s' on entity '%s'. If you are attempting to use a custom field, be sure "
        "to append the '__c' after the custom field name. Please reference your WSDL or the "
        "describe call for the appropriate names.",
        name, object->name);
    soql_fail(run->problem, "INVALID_FIELD", run->query->text, at, text);
    return false;
}

static bool no_relationship(const struct run *run, const char *name, gsize at)
{
    g_autofree char *text = g_strdup_printf(
        "Didn't understand relationship '%s' in field path. If you are attempting to use a custom "
        "relationship, be sure to append the '__r' after the custom relationship name. Please "
        "reference your WSDL or the describe call for the appropriate names.",
        name);
    soql_fail(run->problem, "INVALID_FIELD", run->query->text, at, text);
    return false;
}

/* Whether the path leads to a field visible to the caller. Parents that the demo org does not have
 * (Account, Contact) may have any field. */
static bool check_path(const struct run *run, const struct soql_path *path)
{
    const struct object *object = run->object;
    for (char **part = path->parts; object != NULL; part++) {
        g_autoptr(GArray) fields = object_visible_fields(run->state, object, run->profile);
        if (part[1] == NULL)
            return fields_find(fields, *part) != NULL || no_column(run, object, *part, path->at);
        const struct field *field = relationship(fields, *part);
        if (field == NULL)
            return no_relationship(run, *part, path->at);
        const char *blank = strrchr(field->references, ' ');
        object = object_find(blank != NULL ? blank + 1 : field->references);
    }
    return true;
}

static bool check_node(const struct run *run, const struct soql_node *node)
{
    if (node == NULL)
        return true;
    if (node->kind != SOQL_COMPARE)
        return check_node(run, node->left) && check_node(run, node->right);
    if (!check_path(run, &node->path))
        return false;
    g_autoptr(GArray) fields = object_visible_fields(run->state, run->object, run->profile);
    const struct field *field =
        node->path.parts[1] == NULL ? fields_find(fields, node->path.parts[0]) : NULL;
    if (field == NULL || (!field_is(field, FIELD_UNFILTERED) &&
                          (!field_is_type(field, "textarea") || field->length <= 255)))
        return true;
    g_autofree char *text =
        g_strdup_printf("field '%s' can not be filtered in a query call", field->name);
    soql_fail(run->problem, "INVALID_FIELD", run->query->text, node->path.at, text);
    return false;
}

static bool is_count(const struct soql_selected *item)
{
    return item->item == SOQL_COUNT || item->item == SOQL_COUNT_FIELD;
}

/* Counts can only be combined with counts of the same form, as there is no GROUP BY. */
static bool check_counts(const struct run *run)
{
    const struct soql_selected *first =
        &g_array_index(run->query->selected, struct soql_selected, 0);
    for (guint i = 1; i < run->query->selected->len; i++) {
        const struct soql_selected *item =
            &g_array_index(run->query->selected, struct soql_selected, i);
        if (item->item == first->item || (!is_count(item) && !is_count(first)))
            continue;
        const struct soql_path *field = is_count(first) ? &item->path : &first->path;
        g_autofree char *name = g_strjoinv(".", field->parts);
        g_autofree char *text = g_strdup_printf("Field must be grouped or aggregated: %s", name);
        soql_fail(run->problem, "MALFORMED_QUERY", run->query->text, field->at, text);
        return false;
    }
    return true;
}

static bool check_query(const struct run *run)
{
    if (!check_counts(run))
        return false;
    for (guint i = 0; i < run->query->selected->len; i++) {
        const struct soql_selected *item =
            &g_array_index(run->query->selected, struct soql_selected, i);
        if ((item->item == SOQL_FIELD || item->item == SOQL_COUNT_FIELD) &&
            !check_path(run, &item->path))
            return false;
    }
    for (guint i = 0; i < run->query->orders->len; i++)
        if (!check_path(run, &g_array_index(run->query->orders, struct soql_order, i).path))
            return false;
    return check_node(run, run->query->where);
}

static int compare_rows(gconstpointer a, gconstpointer b, gpointer data)
{
    const struct run *run = data;
    for (guint i = 0; i < run->query->orders->len; i++) {
        const struct soql_order *order = &g_array_index(run->query->orders, struct soql_order, i);
        const struct soql_row left = {run->state, run->object, run->user, *(Json *const *)a};
        const struct soql_row right = {run->state, run->object, run->user, *(Json *const *)b};
        Json *left_owned, *right_owned;
        const Json *left_value = soql_value(&left, &order->path, &left_owned);
        const Json *right_value = soql_value(&right, &order->path, &right_owned);
        const bool left_null = json_is_null(left_value), right_null = json_is_null(right_value);
        int result;
        if (left_null || right_null)
            result = ((int)right_null - (int)left_null) * (order->nulls_last ? -1 : 1);
        else
            result = soql_compare(left_value, right_value) * (order->descending ? -1 : 1);
        json_free(left_owned);
        json_free(right_owned);
        if (result != 0)
            return result;
    }
    return 0;
}

static GPtrArray *matching_rows(struct run *run)
{
    GPtrArray *rows = run->object->rows(run->state, run->object, run->user);
    for (guint i = rows->len; i > 0; i--) {
        const struct soql_row row = {run->state, run->object, run->user,
                                     g_ptr_array_index(rows, i - 1)};
        if (!soql_matches(&row, run->query->where))
            g_ptr_array_remove_index(rows, i - 1);
    }
    if (run->query->orders->len > 0)
        g_ptr_array_sort_with_data(rows, compare_rows, run);
    const gint64 skipped = MIN(run->query->offset, (gint64)rows->len);
    if (skipped > 0)
        g_ptr_array_remove_range(rows, 0, (guint)skipped);
    if (run->query->limit >= 0 && (gint64)rows->len > run->query->limit)
        g_ptr_array_set_size(rows, (int)run->query->limit);
    return rows;
}

static Json *attributes(const struct run *run, const char *type, const char *id)
{
    Json *json = json_object();
    g_autofree char *url = g_strdup_printf("/services/data/v%s/sobjects/%s/%s", run->version, type,
                                           id != NULL ? id : "000000000000000AAA");
    json_set_string(json, "type", type);
    json_set_string(json, "url", url);
    return json;
}

/* Puts a parent's field into the answer's nested object, creating the object if needed. */
static void put_parent_field(const struct run *run, Json *out, const Json *row,
                             const struct soql_path *path)
{
    const struct soql_row from = {run->state, run->object, run->user, row};
    const struct object *object = run->object;
    Json *into = out;
    guint depth = 0;
    for (; path->parts[depth + 1] != NULL; depth++) {
        g_autoptr(GArray) fields = object_fields(run->state, object);
        const struct field *field = relationship(fields, path->parts[depth]);
        const char *blank = strrchr(field->references, ' ');
        object = object_find(blank != NULL ? blank + 1 : field->references);
        /* Without the parent's id there is no parent. */
        g_autoptr(GStrvBuilder) parts = g_strv_builder_new();
        for (guint i = 0; i <= depth; i++)
            g_strv_builder_add(parts, path->parts[i]);
        g_strv_builder_add(parts, "Id");
        g_auto(GStrv) id_parts = g_strv_builder_end(parts);
        const struct soql_path id_path = {id_parts, path->at};
        Json *owned;
        const char *id = object != NULL ? json_string(soql_value(&from, &id_path, &owned)) : NULL;
        if (id == NULL) {
            if (json_get(into, field->relationship) == NULL)
                json_set(into, field->relationship, json_null_new());
            if (object != NULL)
                json_free(owned);
            return;
        }
        if (!json_is_object(json_get(into, field->relationship))) {
            Json *parent = json_object();
            json_set(parent, "attributes", attributes(run, object->name, id));
            json_set(into, field->relationship, parent);
        }
        into = (Json *)(guintptr)json_get(into, field->relationship);
        json_free(owned);
    }
    Json *owned;
    const Json *value = soql_value(&from, path, &owned);
    g_autoptr(GArray) fields = object_fields(run->state, object);
    const struct field *field = fields_find(fields, path->parts[depth]);
    json_set(into, field != NULL ? field->name : path->parts[depth],
             value != NULL ? json_copy(value) : json_null_new());
    json_free(owned);
}

static void put_all_fields(const struct run *run, Json *out, const Json *row)
{
    g_autoptr(GArray) fields = object_visible_fields(run->state, run->object, run->profile);
    for (guint i = 0; i < fields->len; i++) {
        const char *name = g_array_index(fields, struct field, i).name;
        const Json *value = json_get(row, name);
        json_set(out, name, value != NULL ? json_copy(value) : json_null_new());
    }
}

static Json *result_row(const struct run *run, const Json *row)
{
    Json *out = json_object();
    json_set(out, "attributes", attributes(run, run->object->name, json_get_string(row, "Id")));
    for (guint i = 0; i < run->query->selected->len; i++) {
        const struct soql_selected *item =
            &g_array_index(run->query->selected, struct soql_selected, i);
        if (item->item == SOQL_FIELDS_ALL)
            put_all_fields(run, out, row);
        else
            put_parent_field(run, out, row, &item->path);
    }
    return out;
}

static Json *answer(gint64 total, Json *records)
{
    Json *body = json_object();
    json_set_int(body, "totalSize", total);
    json_set_bool(body, "done", true);
    json_set(body, "records", records);
    return body;
}

/* One row with the counts of COUNT(field). */
static Json *count_fields(const struct run *run, const GPtrArray *rows)
{
    Json *out = json_object();
    Json *about = json_object();
    json_set_string(about, "type", "AggregateResult");
    json_set(out, "attributes", about);
    guint unnamed = 0;
    for (guint i = 0; i < run->query->selected->len; i++) {
        const struct soql_selected *item =
            &g_array_index(run->query->selected, struct soql_selected, i);
        gint64 count = 0;
        for (guint at = 0; at < rows->len; at++) {
            const struct soql_row row = {run->state, run->object, run->user,
                                         g_ptr_array_index(rows, at)};
            Json *owned;
            count += !json_is_null(soql_value(&row, &item->path, &owned));
            json_free(owned);
        }
        g_autofree char *name =
            item->alias != NULL ? g_strdup(item->alias) : g_strdup_printf("expr%u", unnamed++);
        json_set_int(out, name, count);
    }
    Json *records = json_array();
    json_append(records, out);
    return answer(1, records);
}

/* Turns the values of an inner query's only column into the literals of the comparison. */
static bool take_inner(const struct run *run, struct soql_node *node)
{
    const struct soql *inner = node->inner;
    const struct soql_selected *column = &g_array_index(inner->selected, struct soql_selected, 0);
    if (inner->selected->len != 1 || column->item != SOQL_FIELD) {
        soql_fail(run->problem, "MALFORMED_QUERY", inner->text, inner->object_at,
                  "The inner select must have one field");
        return false;
    }
    g_autoptr(Json) body = soql_run(run->state, inner, run->user, run->version, run->problem);
    JSON_FOREACH(record, json_get(body, "records"))
    {
        const Json *value = record;
        /* After the attributes, one level for each parent. */
        for (char **part = column->path.parts; *part != NULL; part++)
            value = json_is_object(value) ? json_next(json_first(value)) : NULL;
        const char *text = json_string(value);
        const struct soql_literal literal = {text != NULL ? LITERAL_TEXT : LITERAL_NULL,
                                             g_strdup(text)};
        g_array_append_val(node->literals, literal);
    }
    return body != NULL;
}

static bool take_inners(const struct run *run, struct soql_node *node)
{
    if (node == NULL)
        return true;
    if (node->kind == SOQL_COMPARE)
        return node->inner == NULL || take_inner(run, node);
    return take_inners(run, node->left) && take_inners(run, node->right);
}

Json *soql_run(const struct state *state, const struct soql *query, const struct user *user,
               const char *version, struct soql_problem *problem)
{
    struct run run = {
        state,   query,  object_find(query->object), user, state_profile_of(state, user),
        version, problem};
    if (run.object == NULL || !object_readable(run.object, run.profile)) {
        g_autofree char *text = g_strdup_printf(
            "sObject type '%s' is not supported. If you are attempting to use a custom object, be "
            "sure to append the '__c' after the entity name. Please reference your WSDL or the "
            "describe call for the appropriate names.",
            query->object);
        soql_fail(problem, "INVALID_TYPE", query->text, query->object_at, text);
        return NULL;
    }
    if (!check_query(&run) || !take_inners(&run, query->where))
        return NULL;
    g_autoptr(GPtrArray) rows = matching_rows(&run);
    const enum soql_item first = g_array_index(query->selected, struct soql_selected, 0).item;
    if (first == SOQL_COUNT)
        return answer(rows->len, json_array());
    if (first == SOQL_COUNT_FIELD)
        return count_fields(&run, rows);
    Json *records = json_array();
    for (guint i = 0; i < rows->len; i++)
        json_append(records, result_row(&run, g_ptr_array_index(rows, i)));
    return answer(rows->len, records);
}

void rest_query(struct state *state, struct request *request, struct response *response)
{
    struct soql_problem problem = {0};
    const char *text = request_param(request, "q");
    if (text == NULL) {
        rest_error(response, 400, "MALFORMED_QUERY", "A query string has to be specified");
        return;
    }
    struct soql *query = soql_parse(text, &problem);
    state->shows_deleted = g_str_has_suffix(request->path, "/queryAll");
    Json *body =
        query != NULL ? soql_run(state, query, request->user, request->args[0], &problem) : NULL;
    state->shows_deleted = false;
    if (body != NULL && g_strcmp0(request_param(request, "columns"), "true") == 0) {
        json_free(body);
        body = soql_columns(state, query);
    }
    if (body != NULL)
        response_json(response, 200, body);
    else
        rest_error(response, 400, problem.code, problem.message);
    g_free(problem.message);
    soql_free(query);
}
