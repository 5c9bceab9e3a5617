/* SPDX-License-Identifier: MIT */
#include "demo_org/org/objects.h"

#include <string.h>

#include "demo_org/org/sobject_rows.h"

#define FIELD(name, label, type, length, flags, references, relationship, compound, extra, \
              initial, values)                                                             \
    {name,         label,    type,  length,  flags,  references,                           \
     relationship, compound, extra, initial, values, NULL},
static const struct field case_fields[] = {
#include "demo_org/org/fields/case.def"
};
static const struct field connected_application_fields[] = {
#include "demo_org/org/fields/connected_application.def"
};
static const struct field lead_fields[] = {
#include "demo_org/org/fields/lead.def"
};
static const struct field login_history_fields[] = {
#include "demo_org/org/fields/login_history.def"
};
static const struct field oauth_token_fields[] = {
#include "demo_org/org/fields/oauth_token.def"
};
static const struct field organization_fields[] = {
#include "demo_org/org/fields/organization.def"
};
static const struct field profile_fields[] = {
#include "demo_org/org/fields/profile.def"
};
static const struct field user_fields[] = {
#include "demo_org/org/fields/user.def"
};
static const struct field user_license_fields[] = {
#include "demo_org/org/fields/user_license.def"
};
static const struct field user_permission_access_fields[] = {
#include "demo_org/org/fields/user_permission_access.def"
};
static const struct field app_menu_item_fields[] = {
#include "demo_org/org/fields/app_menu_item.def"
};
static const struct field external_client_application_fields[] = {
#include "demo_org/org/fields/external_client_application.def"
};
static const struct field extl_clnt_app_oauth_plcy_cnfg_fields[] = {
#include "demo_org/org/fields/extl_clnt_app_oauth_plcy_cnfg.def"
};
static const struct field extl_clnt_app_oauth_settings_fields[] = {
#include "demo_org/org/fields/extl_clnt_app_oauth_settings.def"
};
static const struct field permission_set_fields[] = {
#include "demo_org/org/fields/permission_set.def"
};
static const struct field permission_set_assignment_fields[] = {
#include "demo_org/org/fields/permission_set_assignment.def"
};
static const struct field permission_set_license_fields[] = {
#include "demo_org/org/fields/permission_set_license.def"
};
static const struct field permission_set_license_assign_fields[] = {
#include "demo_org/org/fields/permission_set_license_assign.def"
};
static const struct field setup_entity_access_fields[] = {
#include "demo_org/org/fields/setup_entity_access.def"
};
#undef FIELD

static const struct object objects[] = {
#define OBJECT(name, label, plural, prefix, fields, rows, flags) \
    {name, label, plural, prefix, fields, G_N_ELEMENTS(fields), rows, flags},
#include "demo_org/org/objects.def"
#undef OBJECT
};

bool field_is(const struct field *field, enum field_flag flag)
{
    return strchr(field->flags, (int)flag) != NULL;
}

bool field_is_type(const struct field *field, const char *type)
{
    return strcmp(field->type, type) == 0;
}

bool object_writable(const struct object *object)
{
    return strchr(object->flags, 'W') != NULL;
}

const struct object *object_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(objects); i++)
        if (g_ascii_strcasecmp(objects[i].name, name) == 0)
            return &objects[i];
    return NULL;
}

const struct object *object_at(guint index)
{
    return index < G_N_ELEMENTS(objects) ? &objects[index] : NULL;
}

static struct field from_custom(const struct object *object, const struct custom_field *custom)
{
    static const struct {
        const char *type;
        bool has_length;
    } types[] = {{"string", true}, {"textarea", true}, {"picklist", true},
                 {"email", true},  {"phone", true},    {"url", true}};
    struct field field = {.name = custom->name + strlen(object->name) + 1,
                          .label = custom->label,
                          .type = custom->type,
                          .references = "",
                          .relationship = "",
                          .compound = "",
                          .extra = "",
                          .initial = "",
                          .values = "",
                          .custom = custom};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].has_length && strcmp(types[i].type, custom->type) == 0)
            field.length = (int)custom->length;
    if (strcmp(custom->type, "reference") == 0) {
        field.length = 18;
        field.references = "User";
    }
    const bool restricted = custom->restricted && strcmp(custom->type, "picklist") == 0;
    if (strcmp(custom->type, "boolean") == 0)
        field.flags = "CUDP";
    else if (custom->required)
        field.flags = restricted ? "CUR" : "CU";
    else
        field.flags = restricted ? "CUNRP" : "CUNP";
    return field;
}

GArray *object_fields(const struct state *state, const struct object *object)
{
    GArray *fields = g_array_new(FALSE, FALSE, sizeof(struct field));
    g_array_append_vals(fields, object->fields, (guint)object->field_count);
    g_autofree char *start = g_strconcat(object->name, ".", NULL);
    STATE_EACH(custom_field, custom, state)
    {
        if (!g_str_has_prefix(custom->name, start))
            continue;
        struct field field = from_custom(object, custom);
        g_array_append_val(fields, field);
    }
    return fields;
}

GArray *object_visible_fields(const struct state *state, const struct object *object,
                              const struct profile *profile)
{
    GArray *fields = object_fields(state, object);
    for (guint i = fields->len; i > 0; i--) {
        const struct field *field = &g_array_index(fields, struct field, i - 1);
        if (!policy_sees(profile, object->name, field))
            g_array_remove_index(fields, i - 1);
    }
    return fields;
}

const struct field *fields_find(const GArray *fields, const char *name)
{
    for (guint i = 0; i < fields->len; i++) {
        const struct field *field = &g_array_index(fields, struct field, i);
        if (g_ascii_strcasecmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

void field_each_value(const struct field *field, value_visitor visit, gpointer data)
{
    if (field->custom != NULL) {
        const GPtrArray *values = field->custom->values;
        for (guint i = 0; i < values->len; i++)
            visit(data, g_ptr_array_index(values, i), g_ptr_array_index(values, i));
        return;
    }
    g_auto(GStrv) values = g_strsplit(field->values, "|", -1);
    for (char **value = values; *value != NULL; value++) {
        char *label = strchr(*value, '=');
        if (label != NULL)
            *label++ = '\0';
        visit(data, *value, label != NULL ? label : *value);
    }
}

struct search {
    const char *wanted;
    bool found;
};

static void compare_value(gpointer data, const char *value, const char *label)
{
    struct search *search = data;
    (void)label;
    if (strcmp(value, search->wanted) == 0)
        search->found = true;
}

bool field_has_value(const struct field *field, const char *value)
{
    struct search search = {value, false};
    field_each_value(field, compare_value, &search);
    return search.found;
}

bool object_readable(const struct object *object, const struct profile *profile)
{
    if (object_writable(object))
        return policy_may(profile, RIGHT_READ, object->name);
    if (strchr(object->flags, 'F') != NULL && profile->api_only)
        return false;
    return strchr(object->flags, 'E') != NULL || profile->customize;
}
