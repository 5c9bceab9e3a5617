/* SPDX-License-Identifier: MIT */
#include "demo_org/metadata/package.h"

#include <string.h>
#include <zip.h>

#include "demo_org/server/http.h"
#include "perch/base/xml.h"

/* The zip of a deploy, read through libzip, and its XML. */

void component_free(gpointer data)
{
    struct component *component = data;
    g_free(component->full_name);
    g_free(component->file);
    g_free(component->problem);
    g_array_unref(component->elements);
    json_free(component->xml);
    json_free(component->patch);
    g_free(component);
}

struct component *component_new(enum component_type type, const char *full_name)
{
    struct component *component = g_new0(struct component, 1);
    component->type = type;
    component->full_name = g_strdup(full_name);
    component->file = component_path(type, full_name);
    component->elements = pairs_new();
    return component;
}

/* ---- XML ---- */

static Json *read_xml(const GString *xml, char **ret_problem)
{
    g_autoptr(GError) error = NULL;
    Json *root = xml_parse(xml->str, xml->len, &error);
    if (root == NULL)
        *ret_problem = g_strdup_printf("Error parsing file: %s", error->message);
    return root;
}

/* ---- the zip ---- */

/* A member's content, NULL when there is none. */
static GString *read_member(zip_t *zip, const char *name)
{
    enum { MEMBER_MAX = 1 << 20 };
    zip_stat_t stat;
    if (zip_stat(zip, name, 0, &stat) != 0 || stat.size > MEMBER_MAX)
        return NULL;
    zip_file_t *file = zip_fopen(zip, name, 0);
    if (file == NULL)
        return NULL;
    GString *text = g_string_sized_new(stat.size + 1);
    const zip_int64_t got = zip_fread(file, text->str, stat.size);
    zip_fclose(file);
    g_string_set_size(text, got < 0 ? 0 : (gsize)got);
    return text;
}

/* With the name of the source tree, "-meta.xml", too. */
static GString *read_component_file(zip_t *zip, struct component *component)
{
    GString *text = read_member(zip, component->file);
    if (text != NULL)
        return text;
    g_autofree char *longer = g_strconcat(component->file, "-meta.xml", NULL);
    return read_member(zip, longer);
}

static void read_component(zip_t *zip, struct component *component)
{
    GString *xml = read_component_file(zip, component);
    if (xml == NULL) {
        component->problem = g_strdup_printf("An object '%s' of type %s was named in package.xml, "
                                             "but was not found in zipped directory",
                                             component->full_name, component_name(component->type));
        return;
    }
    g_autoptr(Json) root = read_xml(xml, &component->problem);
    JSON_FOREACH(element, xml_children(root))
    pairs_add(component->elements, xml_name(element), json_get_string(element, "text"));
    component->xml = g_steal_pointer(&root);
    g_string_free(xml, TRUE);
}

/* The members of one type. */
static void read_type(const Json *types, bool removed, GPtrArray *components, char **ret_problem)
{
    const char *name = xml_text(types, "name");
    const enum component_type type = component_by_name(name != NULL ? name : "");
    if (type == TYPE_COUNT) {
        *ret_problem = g_strdup_printf("Unknown type name '%s' specified in package.xml", name);
        return;
    }
    JSON_FOREACH(leaf, xml_children(types))
    {
        if (strcmp(xml_name(leaf), "members") != 0)
            continue;
        struct component *component = component_new(type, json_get_string(leaf, "text"));
        component->removed = removed;
        if (removed)
            text_set(&component->file, "");
        g_ptr_array_add(components, component);
    }
}

/* The members of package.xml or destructiveChanges.xml. FALSE: *ret_problem. */
static bool read_manifest(zip_t *zip, const char *name, bool removed, GPtrArray *components,
                          char **ret_problem)
{
    GString *xml = read_member(zip, name);
    if (xml == NULL) {
        if (!removed)
            *ret_problem = g_strdup("No package.xml found");
        return removed;
    }
    g_autoptr(Json) root = read_xml(xml, ret_problem);
    g_string_free(xml, TRUE);
    JSON_FOREACH(types, xml_children(root))
    {
        if (*ret_problem == NULL && strcmp(xml_name(types), "types") == 0)
            read_type(types, removed, components, ret_problem);
    }
    return *ret_problem == NULL;
}

GPtrArray *package_read(const guint8 *bytes, gsize length, char **ret_problem)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes, length, 0, &error);
    zip_t *zip =
        source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    zip_error_fini(&error);
    if (zip == NULL) {
        zip_source_free(source);
        *ret_problem = g_strdup("The zip file is invalid");
        return NULL;
    }
    g_autoptr(GPtrArray) components = g_ptr_array_new_with_free_func(component_free);
    const bool fine = read_manifest(zip, "package.xml", false, components, ret_problem) &&
                      read_manifest(zip, "destructiveChanges.xml", true, components, ret_problem);
    for (guint i = 0; fine && i < components->len; i++) {
        struct component *component = components->pdata[i];
        if (!component->removed)
            read_component(zip, component);
    }
    zip_discard(zip);
    return fine ? g_steal_pointer(&components) : NULL;
}
