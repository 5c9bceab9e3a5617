/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/sobject_rows.h"
#include "demo_org/soql/soql.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* The field that a relationship name belongs to. */
static const struct field *find_relationship(const struct object *object, const char *name)
{
    for (gsize i = 0; i < object->field_count; i++)
        if (*object->fields[i].relationship != '\0' &&
            g_ascii_strcasecmp(object->fields[i].relationship, name) == 0)
            return &object->fields[i];
    return NULL;
}

/* The object that a relationship leads to; if several, the last, which is User for owners. */
static const struct object *target_of(const struct field *field)
{
    const char *blank = strrchr(field->references, ' ');
    return object_find(blank != NULL ? blank + 1 : field->references);
}

static Json *find_row(const struct soql_row *row, const struct object *object, const char *id)
{
    g_autoptr(GPtrArray) rows = object->rows(row->state, object, row->user);
    for (guint i = 0; i < rows->len; i++)
        if (id_same(json_get_string(g_ptr_array_index(rows, i), "Id"), id))
            return json_copy(g_ptr_array_index(rows, i));
    return NULL;
}

static const Json *get_field(const struct object *object, const Json *row, const char *name)
{
    const Json *value = json_get(row, name);
    for (gsize i = 0; value == NULL && i < object->field_count; i++)
        if (g_ascii_strcasecmp(object->fields[i].name, name) == 0)
            value = json_get(row, object->fields[i].name);
    return value;
}

const Json *soql_value(const struct soql_row *row, const struct soql_path *path, Json **ret_owned)
{
    const struct object *object = row->object;
    const Json *at = row->row;
    char **part = path->parts;
    *ret_owned = NULL;
    for (; part[1] != NULL; part++) {
        const struct field *field = find_relationship(object, *part);
        const char *id = field != NULL ? json_get_string(at, field->name) : NULL;
        object = field != NULL ? target_of(field) : NULL;
        Json *found = id != NULL && object != NULL ? find_row(row, object, id) : NULL;
        json_free(*ret_owned);
        *ret_owned = found;
        at = found;
        if (at == NULL)
            return NULL;
    }
    return get_field(object, at, *part);
}

int soql_compare(const Json *a, const Json *b)
{
    if (json_is_number(a) && json_is_number(b))
        return json_number(a) < json_number(b) ? -1 : json_number(a) > json_number(b);
    if (json_is_bool(a) && json_is_bool(b))
        return (int)json_bool(a) - (int)json_bool(b);
    const char *left = json_string(a), *right = json_string(b);
    return g_ascii_strcasecmp(left != NULL ? left : "", right != NULL ? right : "");
}

/* Start of a day in org time, UTC: today plus days. */
static gint64 day_start(const struct state *state, gint64 days)
{
    return (state_now(state) / DAY_MS + days) * DAY_MS;
}

/* TODAY, YESTERDAY, LAST_N_DAYS:n and the like as a range of times. */
static bool date_range(const struct state *state, const char *text, char **ret_from, char **ret_to)
{
    gint64 first = 0, days = 1;
    if (g_ascii_strcasecmp(text, "YESTERDAY") == 0) {
        first = -1;
    } else if (g_ascii_strcasecmp(text, "TOMORROW") == 0) {
        first = 1;
    } else if (g_ascii_strncasecmp(text, "LAST_N_DAYS:", 12) == 0) {
        first = -g_ascii_strtoll(text + 12, NULL, 10);
        days = 1 - first;
    } else if (g_ascii_strncasecmp(text, "NEXT_N_DAYS:", 12) == 0) {
        first = 1;
        days = g_ascii_strtoll(text + 12, NULL, 10);
    } else if (g_ascii_strcasecmp(text, "TODAY") != 0) {
        return false;
    }
    *ret_from = rows_time(day_start(state, first));
    *ret_to = rows_time(day_start(state, first + days));
    return true;
}

static bool like(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '%') {
            for (const char *rest = text;; rest++) {
                if (like(rest, pattern + 1))
                    return true;
                if (*rest == '\0')
                    return false;
            }
        }
        if (*text == '\0' ||
            (*pattern != '_' && g_ascii_tolower(*pattern) != g_ascii_tolower(*text)))
            return false;
        text++;
    }
    return *text == '\0';
}

static bool ordered(int order, enum soql_op op)
{
    switch (op) {
    case OP_EQUAL:
    case OP_IN:
    case OP_LIKE:
        return order == 0;
    case OP_UNEQUAL:
        return order != 0;
    case OP_LESS:
        return order < 0;
    case OP_LESS_EQUAL:
        return order <= 0;
    case OP_MORE:
        return order > 0;
    case OP_MORE_EQUAL:
        return order >= 0;
    }
    return false;
}

/* Compares a time with a range of days: equal means within. */
static int compare_range(const char *value, const char *from, const char *to)
{
    if (strcmp(value, from) < 0)
        return -1;
    return strcmp(value, to) >= 0 ? 1 : 0;
}

static int compare_bare(const struct state *state, const Json *value, const char *text)
{
    if (json_is_bool(value))
        return json_bool(value) == (g_ascii_strcasecmp(text, "true") == 0) ? 0 : 1;
    if (json_is_number(value)) {
        const double number = g_ascii_strtod(text, NULL);
        return json_number(value) < number ? -1 : json_number(value) > number;
    }
    const char *time = json_string(value);
    g_autofree char *from = NULL;
    g_autofree char *to = NULL;
    if (time == NULL)
        return -1;
    if (date_range(state, text, &from, &to))
        return compare_range(time, from, to);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) moment = g_date_time_new_from_iso8601(text, utc);
    if (moment == NULL)
        return strcmp(time, text);
    g_autofree char *form = rows_time(g_date_time_to_unix(moment) * 1000);
    return strcmp(time, form);
}

static bool compare_literal(const struct soql_row *row, const Json *value,
                            const struct soql_literal *literal, enum soql_op op)
{
    if (literal->kind == LITERAL_NULL || json_is_null(value)) {
        const bool both = literal->kind == LITERAL_NULL && json_is_null(value);
        return op == OP_UNEQUAL ? !both : both && op == OP_EQUAL;
    }
    if (literal->kind == LITERAL_BARE)
        return ordered(compare_bare(row->state, value, literal->text), op);
    const char *text = json_string(value);
    if (text == NULL)
        return false;
    if (op == OP_LIKE)
        return like(text, literal->text);
    if (id_same(text, literal->text))
        return ordered(0, op);
    return ordered(g_ascii_strcasecmp(text, literal->text), op);
}

static bool matches_compare(const struct soql_row *row, const struct soql_node *node)
{
    Json *owned;
    const Json *value = soql_value(row, &node->path, &owned);
    bool found = false;
    for (guint i = 0; !found && i < node->literals->len; i++)
        found = compare_literal(row, value, &g_array_index(node->literals, struct soql_literal, i),
                                node->op);
    json_free(owned);
    return found != node->negated;
}

bool soql_matches(const struct soql_row *row, const struct soql_node *node)
{
    if (node == NULL)
        return true;
    switch (node->kind) {
    case SOQL_AND:
        return soql_matches(row, node->left) && soql_matches(row, node->right);
    case SOQL_OR:
        return soql_matches(row, node->left) || soql_matches(row, node->right);
    case SOQL_NOT:
        return !soql_matches(row, node->left);
    case SOQL_COMPARE:
        break;
    }
    return matches_compare(row, node);
}
