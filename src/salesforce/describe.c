/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

static void field_free(gpointer data)
{
    struct field *field = data;
    g_free(field->name);
    g_free(field->label);
    g_free(field->type);
    if (field->values != NULL)
        g_ptr_array_unref(field->values);
    g_free(field);
}

static GPtrArray *parse_values(const Json *list)
{
    if (!json_is_array(list) || json_size(list) == 0)
        return NULL;
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    JSON_FOREACH(item, list)
    {
        const char *value = json_get_string(item, "value");
        if (value != NULL && json_get_bool(item, "active", true))
            g_ptr_array_add(values, text_told(value, TOLD_LIST));
    }
    return values;
}

static struct field *parse_field(const Json *json)
{
    const char *name = json_get_string(json, "name");
    if (name == NULL)
        return NULL;
    const char *label = json_get_string(json, "label");
    const char *type = json_get_string(json, "type");
    struct field *field = g_new0(struct field, 1);
    field->name = text_told(name, TOLD_NAME);
    field->label = text_told(label == NULL ? name : label, TOLD_NAME);
    field->type = text_told(type == NULL ? "string" : type, TOLD_NAME);
    field->length = json_get_int(json, "length", 0);
    field->createable = json_get_bool(json, "createable", false);
    field->nillable = json_get_bool(json, "nillable", true);
    field->defaulted = json_get_bool(json, "defaultedOnCreate", false);
    field->external_id = json_get_bool(json, "externalId", false);
    field->restricted = json_get_bool(json, "restrictedPicklist", false);
    field->values = parse_values(json_get(json, "picklistValues"));
    return field;
}

bool field_is_required(const struct field *field)
{
    return field->createable && !field->nillable && !field->defaulted;
}

bool describe_parse(struct describe *ret_describe, const Json *json, GError **error)
{
    const char *name = json_get_string(json, "name");
    const Json *list = json_get(json, "fields");
    if (name == NULL || !json_is_array(list)) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("The answer does not describe an object. Try again."));
        return false;
    }
    const char *label = json_get_string(json, "label");
    GPtrArray *fields = g_ptr_array_new_with_free_func(field_free);
    JSON_FOREACH(item, list)
    {
        struct field *field = parse_field(item);
        if (field != NULL)
            g_ptr_array_add(fields, field);
    }
    *ret_describe = (struct describe){
        .object = text_told(name, TOLD_NAME),
        .label = text_told(label == NULL ? name : label, TOLD_NAME),
        .createable = json_get_bool(json, "createable", false),
        .fields = fields,
    };
    return true;
}

void describe_clear(struct describe *describe)
{
    g_free(describe->object);
    g_free(describe->label);
    if (describe->fields != NULL)
        g_ptr_array_unref(describe->fields);
    *describe = (struct describe){0};
}

/* API names are case-insensitive. */
const struct field *describe_field(const struct describe *describe, const char *name)
{
    for (guint i = 0; describe->fields != NULL && i < describe->fields->len; i++) {
        const struct field *field = g_ptr_array_index(describe->fields, i);
        if (g_ascii_strcasecmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

guint describe_createable_count(const struct describe *describe)
{
    guint count = 0;
    for (guint i = 0; describe->fields != NULL && i < describe->fields->len; i++) {
        const struct field *field = g_ptr_array_index(describe->fields, i);
        count += field->createable;
    }
    return count;
}
