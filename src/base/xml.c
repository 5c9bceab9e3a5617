/* SPDX-License-Identifier: MIT */
#include "perch/base/xml.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/text.h"

enum { DEPTH_MAX = 30 };

/* The elements that are open, outermost first. All are owned by the root. */
struct reader {
    Json *root, *open[DEPTH_MAX];
    GString *text;
    int depth;
};

static void on_start(GMarkupParseContext *context, const char *name, const char **keys,
                     const char **values, gpointer user, GError **error)
{
    struct reader *reader = user;
    const char *colon = strrchr(name, ':');
    (void)context;
    (void)keys;
    (void)values;
    if (reader->depth == DEPTH_MAX) {
        g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                            _("The XML is nested too deep."));
        return;
    }
    Json *element = json_object();
    json_set_string(element, "name", colon != NULL ? colon + 1 : name);
    json_set(element, "children", json_array());
    if (reader->depth == 0)
        reader->root = element;
    else
        json_append((Json *)(guintptr)xml_children(reader->open[reader->depth - 1]), element);
    reader->open[reader->depth++] = element;
    g_string_truncate(reader->text, 0);
}

static void on_end(GMarkupParseContext *context, const char *name, gpointer user, GError **error)
{
    struct reader *reader = user;
    Json *element = reader->open[--reader->depth];
    (void)context;
    (void)name;
    (void)error;
    json_set_string(element, "text",
                    json_size(xml_children(element)) == 0 ? reader->text->str : "");
    g_string_truncate(reader->text, 0);
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer user,
                    GError **error)
{
    (void)context;
    (void)error;
    g_string_append_len(((struct reader *)user)->text, text, (gssize)length);
}

Json *xml_parse(const char *text, gsize length, GError **error)
{
    static const GMarkupParser parser = {
        .start_element = on_start, .end_element = on_end, .text = on_text};
    struct reader reader = {.text = g_string_new(NULL)};
    g_autoptr(GError) local = NULL;
    g_autoptr(GMarkupParseContext) context =
        g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
    if (!g_markup_parse_context_parse(context, text, (gssize)length, &local) ||
        !g_markup_parse_context_end_parse(context, &local)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT, "%s", local->message);
        g_clear_pointer(&reader.root, json_free);
    }
    g_string_free(reader.text, TRUE);
    return reader.root;
}

const Json *xml_children(const Json *element)
{
    return json_get(element, "children");
}

const char *xml_name(const Json *element)
{
    return json_get_string(element, "name");
}

const Json *xml_child(const Json *element, const char *name)
{
    JSON_FOREACH(child, xml_children(element))
    {
        if (strcmp(xml_name(child), name) == 0)
            return child;
    }
    return NULL;
}

const char *xml_text(const Json *element, const char *name)
{
    return json_get_string(xml_child(element, name), "text");
}

void xml_print(GString *out, const Json *element, int depth)
{
    const char *name = xml_name(element);
    const bool parent = json_size(xml_children(element)) > 0;
    g_autofree char *text = g_markup_escape_text(json_get_string(element, "text"), -1);
    g_string_append_printf(out, "%*s<%s>%s", 4 * depth, "", name, parent ? "\n" : text);
    JSON_FOREACH(child, xml_children(element))
    xml_print(out, child, depth + 1);
    g_string_append_printf(out, "%*s</%s>\n", parent ? 4 * depth : 0, "", name);
}
