/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/metadata/package.h"
#include "demo_org/org/sobject_rows.h"
#include "perch/base/xml.h"

/*
 * Permission sets as components, by the Metadata API's PermissionSet: a deploy replaces the whole
 * set, and grants no field that everybody has (developer.salesforce.com, metadata-permissionset).
 */

static const struct {
    const char *element, *member, *word;
} rights[] = {{"allowCreate", "create", "Create"},
              {"allowDelete", "remove", "Delete"},
              {"allowEdit", "edit", "Edit"},
              {"allowRead", "read", "Read"}};
static const char *const leaves[] = {"description", "label", "license"};
static const char *const field_lists[] = {"visible_fields", "editable_fields"};

static bool says(const Json *element, const char *name)
{
    return g_strcmp0(xml_text(element, name), "true") == 0;
}

static void add(Json *patch, const char *member, const char *text)
{
    Json *list = json_array();
    JSON_FOREACH(item, json_get(patch, member))
    json_append(list, json_copy(item));
    json_append(list, json_string_new(text));
    json_set(patch, member, list);
}

/* Each takes an element into the patch, and returns what is wrong with it, owned by the caller. */
static char *take_object(const struct state *state, const Json *element, Json *patch)
{
    const char *name = xml_text(element, "object");
    const struct object *object = name == NULL ? NULL : object_find(name);
    (void)state;
    if (object == NULL)
        return g_strdup_printf("In field: field - no CustomObject named %s found", name);
    for (gsize i = 0; i < G_N_ELEMENTS(rights); i++) {
        if (!says(element, rights[i].element))
            continue;
        if (!says(element, "allowRead"))
            return g_strdup_printf("Permission %s %s depends on permission(s): Read %s",
                                   rights[i].word, object->name, object->name);
        add(patch, rights[i].member, object->name);
    }
    return NULL;
}

static char *take_field(const struct state *state, const Json *element, Json *patch)
{
    const char *name = xml_text(element, "field");
    g_auto(GStrv) parts = g_strsplit(name == NULL ? "" : name, ".", 2);
    const struct object *object = parts[0] == NULL ? NULL : object_find(parts[0]);
    g_autoptr(GArray) fields = object == NULL ? NULL : object_fields(state, object);
    const struct field *field =
        fields == NULL || parts[1] == NULL ? NULL : fields_find(fields, parts[1]);
    if (field == NULL)
        return g_strdup_printf("In field: field - no CustomField named %s found", name);
    if (!field_is(field, FIELD_PERMISSIONABLE))
        return g_strdup_printf("You cannot deploy to a required field: %s", name);
    if (says(element, "readable"))
        add(patch, field_lists[says(element, "editable")], name);
    return NULL;
}

static char *take_permission(const struct state *state, const Json *element, Json *patch)
{
    const char *wanted = xml_text(element, "name"), *name, *member;
    (void)state;
    for (gsize i = 0; (member = permission_at(i, &name)) != NULL; i++)
        if (g_strcmp0(name, wanted) == 0) {
            json_set_bool(patch, member, says(element, "enabled"));
            return NULL;
        }
    return g_strdup_printf("Unknown user permission: %s", wanted);
}

static const struct {
    const char *element;
    char *(*take)(const struct state *state, const Json *element, Json *patch);
} parts[] = {{"objectPermissions", take_object},
             {"fieldPermissions", take_field},
             {"userPermissions", take_permission}};

/* A set that the deploy says nothing about. */
static Json *empty_set(void)
{
    const struct kind *kind = &state_kinds[KIND_permission_set];
    struct permission_set *fresh = kind_make(kind, NULL);
    Json *json = kind_to_json(kind, fresh);
    json_remove(json, "name");
    json_remove(json, "id");
    kind_free(kind, fresh);
    return json;
}

/* No source gives Salesforce's text for the last two: they are guesses. */
static const char *wrong_with(const struct state *state, const struct user *user,
                              const struct component *component, const Json *patch)
{
    const struct permission_set *known = state_find_permission_set(state, component->full_name);
    const char *license = json_get_string(patch, "license");
    if (!state_profile_of(state, user)->manage_users)
        return "insufficient access rights on object id";
    if (*json_get_string(patch, "label") == '\0')
        return "Required field is missing: label";
    if (*license != '\0' &&
        (strcmp(license, SET_LICENSE) != 0 || state->org->integration_licenses <= 0))
        return "In field: license - no PermissionSetLicense of that name found";
    if (known != NULL && strcmp(known->license, license) != 0)
        return "The license of an existing permission set can't be changed";
    return NULL;
}

void permission_set_plan(const struct state *state, const struct user *user,
                         struct component *component)
{
    component->patch = empty_set();
    for (gsize i = 0; i < G_N_ELEMENTS(leaves); i++) {
        const char *text = xml_text(component->xml, leaves[i]);
        json_set_string(component->patch, leaves[i], text != NULL ? text : "");
    }
    JSON_FOREACH(element, xml_children(component->xml))
    {
        for (gsize i = 0; component->problem == NULL && i < G_N_ELEMENTS(parts); i++)
            if (strcmp(parts[i].element, xml_name(element)) == 0)
                component->problem = parts[i].take(state, element, component->patch);
    }
    if (component->problem == NULL)
        component->problem = g_strdup(wrong_with(state, user, component, component->patch));
    component->changed = component->problem == NULL;
    component->created = state_find_permission_set(state, component->full_name) == NULL;
}

void permission_set_apply(struct state *state, const struct component *component)
{
    struct permission_set *set = state_find_permission_set(state, component->full_name);
    if (set == NULL)
        set = state_add_permission_set(state, component->full_name);
    kind_patch(&state_kinds[KIND_permission_set], set, component->patch, NULL);
}

/* ---- read ---- */

static void print_fields(GString *xml, const GPtrArray *fields, bool editable)
{
    for (guint i = 0; i < fields->len; i++)
        g_string_append_printf(xml,
                               "    <fieldPermissions><editable>%s</editable><field>%s</field>"
                               "<readable>true</readable></fieldPermissions>\n",
                               editable ? "true" : "false", (const char *)fields->pdata[i]);
}

char *permission_set_xml(const struct permission_set *set)
{
    GString *xml = g_string_new(NULL);
    const GPtrArray *lists[] = {set->create, set->remove, set->edit, set->read};
    g_autoptr(Json) members = kind_to_json(&state_kinds[KIND_permission_set], set);
    const char *name, *member;
    print_fields(xml, set->editable_fields, true);
    print_fields(xml, set->visible_fields, false);
    for (gsize i = 0; i < G_N_ELEMENTS(leaves); i++) {
        g_autofree char *safe = g_markup_escape_text(json_get_string(members, leaves[i]), -1);
        if (*safe != '\0')
            g_string_append_printf(xml, "    <%s>%s</%s>\n", leaves[i], safe, leaves[i]);
    }
    for (guint i = 0; i < set->read->len; i++) {
        const char *object = set->read->pdata[i];
        g_string_append(xml, "    <objectPermissions>");
        for (gsize k = 0; k < G_N_ELEMENTS(rights); k++)
            g_string_append_printf(xml, "<%s>%s</%s>", rights[k].element,
                                   list_has(lists[k], object) ? "true" : "false",
                                   rights[k].element);
        g_string_append_printf(xml, "<object>%s</object></objectPermissions>\n", object);
    }
    for (gsize i = 0; (member = permission_at(i, &name)) != NULL; i++)
        if (json_get_bool(members, member, false))
            g_string_append_printf(xml,
                                   "    <userPermissions><enabled>true</enabled><name>%s</name>"
                                   "</userPermissions>\n",
                                   name);
    return g_string_free(xml, FALSE);
}
