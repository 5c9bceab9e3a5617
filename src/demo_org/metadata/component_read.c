/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/metadata/components.h"
#include "demo_org/metadata/package.h"
#include "demo_org/org/scopes.h"
#include "demo_org/org/sobject_rows.h"

/* Apps as components: what a deploy writes, read back. */

static bool is_external(const struct app *app)
{
    return app->in_org && strcmp(app->kind, "eca") == 0;
}

static char *name_in(const struct app *app, enum component_type type)
{
    return type == TYPE_APP ? g_strdup(app->name)
                            : app_part_name(app, component_name(type), component_tail(type));
}

GPtrArray *components_names(const struct state *state, enum component_type type)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    if (type == TYPE_SETTINGS)
        g_ptr_array_add(names, g_strdup("ExternalClientApp"));
    STATE_EACH(permission_set, set, state)
    {
        if (type == TYPE_PERMISSION_SET)
            g_ptr_array_add(names, g_strdup(set->name));
    }
    STATE_EACH(app, app, state)
    {
        if (type < TYPE_PERMISSION_SET && is_external(app))
            g_ptr_array_add(names, name_in(app, type));
    }
    return names;
}

static char *joined(const Json *list, const char *separator, bool scopes)
{
    GString *text = g_string_new(NULL);
    JSON_FOREACH(item, list)
    {
        const char *word = scopes ? scope_token(json_string(item)) : json_string(item);
        g_string_append_printf(text, "%s%s", text->len > 0 ? separator : "", word);
    }
    return g_string_free(text, FALSE);
}

/* NULL: the element is not shown. Owned by the caller. */
static char *text_of(const struct element *element, const Json *members, const char *owner,
                     const char *self)
{
    const Json *value = json_get(members, element->member);
    const char *text = json_string(value);
    switch (element->form) {
    case FORM_FLAG:
    case FORM_SHOWN:
        return g_strdup(json_bool(value) ? "true" : "false");
    case FORM_NOT:
        return g_strdup(json_bool(value) ? "false" : "true");
    case FORM_NUMBER:
        return json_number(value) > 0 ? g_strdup_printf("%.0f", json_number(value)) : NULL;
    case FORM_LINES:
        return joined(value, "\n", false);
    case FORM_NAMES:
        return json_size(value) == 0 ? NULL : joined(value, ",", false);
    case FORM_SCOPES:
        return joined(value, ", ", true);
    case FORM_WORD:
        return g_strdup(app_word_theirs(element->member, text));
    case FORM_OWNER:
        return g_strdup(owner);
    case FORM_SELF:
        return g_strdup(self);
    case FORM_FIXED:
        return g_strdup(element->member);
    case FORM_TEXT:
    case FORM_USER:
    case FORM_CERTIFICATE:
    case FORM_KEY:
        return text == NULL || *text == '\0' ? NULL : g_strdup(text);
    default:
        return NULL;
    }
}

static char *xml_of(enum component_type type, const Json *members, const char *owner,
                    const char *self)
{
    GString *xml = g_string_new(NULL);
    for (guint i = 0; i < component_element_count; i++) {
        const struct element *element = &component_elements[i];
        g_autofree char *text =
            element->type == type ? text_of(element, members, owner, self) : NULL;
        if (text == NULL)
            continue;
        g_autofree char *safe = g_markup_escape_text(text, -1);
        g_string_append_printf(xml, "    <%s>%s</%s>\n", element->name, safe, element->name);
    }
    return g_string_free(xml, FALSE);
}

char *component_xml(const struct state *state, enum component_type type, const char *full_name)
{
    if (type == TYPE_SETTINGS) {
        g_autoptr(Json) members = kind_to_json(&state_org_kind, state->org);
        return xml_of(type, members, "", full_name);
    }
    if (type == TYPE_PERMISSION_SET) {
        const struct permission_set *set = state_find_permission_set(state, full_name);
        return set == NULL ? g_strdup("") : permission_set_xml(set);
    }
    STATE_EACH(app, app, state)
    {
        g_autofree char *name = name_in(app, type);
        if (!is_external(app) || strcmp(name, full_name) != 0)
            continue;
        g_autoptr(Json) members = kind_to_json(&state_kinds[KIND_app], app);
        return xml_of(type, members, app->name, name);
    }
    return g_strdup("");
}
