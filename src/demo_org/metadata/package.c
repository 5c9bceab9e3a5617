/* SPDX-License-Identifier: MIT */
#include "demo_org/metadata/package.h"

#include <string.h>
#include <zip.h>

#include "demo_org/server/http.h"

/* The zip of a deploy, read through libzip, and its XML. */

static void component_free(gpointer data)
{
    struct component *component = data;
    g_free(component->full_name);
    g_free(component->file);
    g_free(component->problem);
    g_array_unref(component->elements);
    g_free(component);
}

/* ---- XML ---- */

/* The texts of one depth, in their order. */
struct leaves {
    GArray *pairs;
    guint depth, wanted;
    GString *text;
};

static void on_start(GMarkupParseContext *context, const char *name, const char **keys,
                     const char **values, gpointer user, GError **error)
{
    struct leaves *leaves = user;
    (void)context;
    (void)name;
    (void)keys;
    (void)values;
    (void)error;
    if (++leaves->depth <= leaves->wanted)
        g_string_truncate(leaves->text, 0);
}

static void on_end(GMarkupParseContext *context, const char *name, gpointer user, GError **error)
{
    struct leaves *leaves = user;
    (void)context;
    (void)error;
    if (leaves->depth-- == leaves->wanted)
        pairs_add(leaves->pairs, name, leaves->text->str);
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer user,
                    GError **error)
{
    struct leaves *leaves = user;
    (void)context;
    (void)error;
    if (leaves->depth == leaves->wanted)
        g_string_append_len(leaves->text, text, (gssize)length);
}

static GArray *read_leaves(const GString *xml, guint depth, char **ret_problem)
{
    static const GMarkupParser parser = {
        .start_element = on_start, .end_element = on_end, .text = on_text};
    struct leaves leaves = {pairs_new(), 0, depth, g_string_new(NULL)};
    g_autoptr(GError) error = NULL;
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, &leaves, NULL);
    if (!g_markup_parse_context_parse(context, xml->str, (gssize)xml->len, &error) ||
        !g_markup_parse_context_end_parse(context, &error)) {
        *ret_problem = g_strdup_printf("Error parsing file: %s", error->message);
        g_clear_pointer(&leaves.pairs, g_array_unref);
    }
    g_markup_parse_context_free(context);
    g_string_free(leaves.text, TRUE);
    return leaves.pairs;
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
    GArray *elements = read_leaves(xml, 2, &component->problem);
    if (elements != NULL) {
        g_array_unref(component->elements);
        component->elements = elements;
    }
    g_string_free(xml, TRUE);
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
    g_autoptr(GArray) leaves = read_leaves(xml, 3, ret_problem);
    g_string_free(xml, TRUE);
    const guint first = components->len;
    guint of_type = first;
    for (guint i = 0; leaves != NULL && *ret_problem == NULL && i < leaves->len; i++) {
        const struct pair *leaf = &g_array_index(leaves, struct pair, i);
        if (strcmp(leaf->name, "members") == 0) {
            struct component *component = g_new0(struct component, 1);
            component->full_name = g_strdup(leaf->value);
            component->elements = pairs_new();
            component->removed = removed;
            g_ptr_array_add(components, component);
        } else if (strcmp(leaf->name, "name") == 0) {
            const enum component_type type = component_by_name(leaf->value);
            if (type == TYPE_COUNT)
                *ret_problem =
                    g_strdup_printf("Unknown type name '%s' specified in package.xml", leaf->value);
            for (; type != TYPE_COUNT && of_type < components->len; of_type++) {
                struct component *component = components->pdata[of_type];
                component->type = type;
                component->file =
                    removed ? g_strdup("") : component_path(type, component->full_name);
            }
        }
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
