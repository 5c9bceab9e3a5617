/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "perch/base/xml.h"
#include "perch/sheet/sheet.h"
#include "sheet_fields.h"

/* The app as the org has it, and the sheet: what differs, and both together. */

static bool is_list(const struct sheet_field *field)
{
    return field->form == FORM_LIST || field->form == FORM_TOKENS || field->form == FORM_SET;
}

/* A field whose text the sheet decides. How the app is named is the org's matter. */
static bool decides(const struct sheet_field *field)
{
    return field->component != COMPONENT_APP && field->setting != SETTING_COUNT &&
           field->form != FORM_SELF && field->form != FORM_OWNER;
}

static GStrv words_of(const struct sheet_field *field, const char *text)
{
    g_autofree char *plain = g_strdup(text);
    char **words =
        g_strsplit(g_strdelimit(plain, "\r", ' '), field->form == FORM_LIST ? "\n" : ",", -1);
    for (char **word = words; *word != NULL; word++)
        g_strstrip(*word);
    return words;
}

/* The org's list and whatever of the sheet's is missing there; owned by the caller. */
static char *united(const struct sheet_field *field, const char *theirs, const char *ours)
{
    g_auto(GStrv) there = words_of(field, theirs);
    g_auto(GStrv) wanted = words_of(field, ours);
    GString *all = g_string_new(theirs);
    for (char **word = wanted; *word != NULL; word++)
        if (!g_strv_contains((const char *const *)there, *word))
            g_string_append_printf(all, "%s%s",
                                   all->len == 0              ? ""
                                   : field->form == FORM_LIST ? "\n"
                                                              : ", ",
                                   *word);
    return g_string_free(all, FALSE);
}

/* What the component should say; NULL: the sheet leaves that to the org. Owned by the caller. */
static char *wanted_text(const Connection *connection, const struct sheet_field *field,
                         const char *theirs, const char *set)
{
    char *ours = decides(field) ? sheet_field_text(connection, field, "", set) : NULL;
    if (ours == NULL || !is_list(field) || theirs == NULL)
        return ours;
    char *both = united(field, theirs, ours);
    g_free(ours);
    return both;
}

G_STATIC_ASSERT((int)COMPONENT_GLOBAL == (int)SHEET_PART_GLOBAL);
G_STATIC_ASSERT((int)COMPONENT_CONNECTED == (int)SHEET_PARTS);

/* ---- what differs ---- */

static char *told(const struct sheet_field *field, const char *theirs)
{
    const bool box = strcmp(theirs, "true") == 0 || strcmp(theirs, "false") == 0;
    if (box)
        return g_strdup(sheet_value_text((strcmp(theirs, "true") == 0) != (field->form == FORM_NOT)
                                             ? VALUE_TICKED
                                             : VALUE_UNTICKED));
    if (field->form == FORM_CERTIFICATE)
        return g_strdup(_("another certificate"));
    g_autofree char *line = text_clean(*theirs != '\0' ? theirs : _("nothing"));
    return g_steal_pointer(&line);
}

static void found_free(gpointer data)
{
    struct sheet_found *found = data;
    g_free(found->found);
    g_free(found);
}

GPtrArray *sheet_compare(const Connection *connection, const Json *const *parts)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(found_free);
    for (int setting = 0; setting < SETTING_COUNT; setting++)
        for (gsize i = 0; i < sheet_field_count; i++) {
            const struct sheet_field *field = &sheet_fields[i];
            if (field->setting != (enum setting)setting || (int)field->component >= SHEET_PARTS ||
                parts[field->component] == NULL)
                continue;
            const char *shown = xml_text(parts[field->component], field->element);
            const bool word =
                field->form == FORM_WORD || field->form == FORM_NOT || field->form == FORM_SHOWN;
            const char *theirs = shown == NULL && !word ? "" : shown;
            g_autofree char *want = wanted_text(connection, field, theirs, NULL);
            if (want == NULL || theirs == NULL)
                continue;
            struct sheet_found *found = g_new0(struct sheet_found, 1);
            found->setting = field->setting;
            found->found = told(field, theirs);
            found->same = strcmp(want, theirs) == 0;
            g_ptr_array_add(all, found);
        }
    return all;
}

/* ---- both together ---- */

/* Elements that a read gives and a deploy may not contain, or not next to the sheet's. */
static bool is_dropped(const char *name)
{
    static const char *const dropped[] = {"fullName",
                                          "consumerSecret",
                                          "oauthLink",
                                          "isDPopEnabled",
                                          "isEnforceRefreshTokenTTL",
                                          "refreshTokenValidityPeriod",
                                          "refreshTokenValidityUnit",
                                          NULL};
    return g_strv_contains(dropped, name);
}

static void set_element(Json *children, const char *name, const char *text)
{
    JSON_FOREACH(child, children)
    {
        if (strcmp(xml_name(child), name) != 0)
            continue;
        json_set_string((Json *)(guintptr)child, "text", text);
        return;
    }
    Json *element = json_object();
    json_set_string(element, "name", name);
    json_set_string(element, "text", text);
    json_set(element, "children", json_array());
    json_append(children, element);
}

static Json *merged(const Connection *connection, enum sheet_component part, const Json *theirs,
                    const char *set)
{
    Json *children = json_array();
    const bool forever = sheet_has(connection, SETTING_REFRESH);
    JSON_FOREACH(child, xml_children(theirs))
    {
        const bool period = g_str_has_prefix(xml_name(child), "refreshTokenValidity");
        if (!is_dropped(xml_name(child)) || (period && !forever))
            json_append(children, json_copy(child));
    }
    for (gsize i = 0; i < sheet_field_count; i++) {
        const struct sheet_field *field = &sheet_fields[i];
        if (field->component != part || field->form == FORM_SHOWN)
            continue;
        g_autofree char *text =
            wanted_text(connection, field, xml_text(theirs, field->element), set);
        if (text != NULL)
            set_element(children, field->element, text);
    }
    return children;
}

GPtrArray *sheet_merge(const Connection *connection, const Json *const *parts,
                       const struct sheet_access *access)
{
    const char *names[SHEET_PARTS] = {NULL};
    GPtrArray *files = sheet_files_new();
    g_autofree char *set = access == NULL ? NULL : sheet_access_name(connection);
    for (guint i = 0; parts != NULL && i < SHEET_PARTS; i++)
        names[i] = xml_text(parts[i], "fullName");
    sheet_add_manifest(files, connection, parts != NULL, names, set);
    for (guint i = 0; parts != NULL && i < SHEET_PARTS; i++) {
        g_autoptr(Json) children =
            names[i] == NULL ? NULL : merged(connection, (enum sheet_component)i, parts[i], set);
        sheet_add_component(files, connection, i, names[i], children, set);
    }
    if (access != NULL)
        sheet_add_access(files, connection, set, access);
    return files;
}
