/* SPDX-License-Identifier: MIT */

#include "support/html_form.h"

#include <string.h>

static void field_free(gpointer data)
{
    struct form_field *field = data;
    g_free(field->type);
    g_free(field->name);
    g_free(field->value);
    g_free(field->label);
    g_free(field);
}

void html_form_free(struct html_form *form)
{
    if (form != NULL) {
        g_free(form->action);
        g_free(form->method);
        g_ptr_array_unref(form->fields);
        g_free(form);
    }
}

static char *unescape(const char *text, gsize length)
{
    static const struct {
        const char *entity;
        char character;
    } entities[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
                    {"&quot;", '"'}, {"&apos;", '\''}, {"&#39;", '\''}};
    GString *plain = g_string_new(NULL);
    for (gsize i = 0; i < length;) {
        gsize step = 1;
        char character = text[i];
        for (gsize j = 0; j < G_N_ELEMENTS(entities); j++) {
            gsize size = strlen(entities[j].entity);
            if (size <= length - i && strncmp(text + i, entities[j].entity, size) == 0) {
                character = entities[j].character;
                step = size;
            }
        }
        g_string_append_c(plain, character);
        i += step;
    }
    return g_string_free(plain, FALSE);
}

/* Value of an attribute in quotes of the tag that ends at end; NULL if it is not there. */
static char *attribute(const char *tag, const char *end, const char *name)
{
    g_autofree char *opening = g_strdup_printf(" %s=\"", name);
    const char *start = g_strstr_len(tag, end - tag, opening);
    if (start == NULL) {
        return NULL;
    }
    start += strlen(opening);
    const char *quote = memchr(start, '"', (gsize)(end - start));
    return quote == NULL ? NULL : unescape(start, (gsize)(quote - start));
}

/* Has the tag that ends at end an attribute without a value? */
static bool has_word(const char *tag, const char *end, const char *word)
{
    const char *found = g_strstr_len(tag, end - tag, word);
    return found != NULL && found[-1] == ' ';
}

static struct form_field *add_field(struct html_form *form, const char *tag, const char *end,
                                    const char *type)
{
    struct form_field *field = g_new0(struct form_field, 1);
    field->type = attribute(tag, end, "type");
    field->name = attribute(tag, end, "name");
    field->value = attribute(tag, end, "value");
    if (field->type == NULL) {
        field->type = g_strdup(type);
    }
    g_ptr_array_add(form->fields, field);
    return field;
}

static void add_input(struct html_form *form, const char *tag, const char *end)
{
    struct form_field *field = add_field(form, tag, end, "text");
    field->label = g_strdup(field->value);
    if (strcmp(field->type, "checkbox") == 0) {
        field->off = !has_word(tag, end, "checked");
        if (field->value == NULL) {
            field->value = g_strdup("on");
        }
    }
}

static void add_button(struct html_form *form, const char *tag, const char *end)
{
    const char *close = strstr(end, "</button>");
    struct form_field *field = add_field(form, tag, end, "submit");
    field->label = unescape(end + 1, close == NULL ? 0 : (gsize)(close - end - 1));
}

/* Its lines end as a browser sends them; a line break right after the tag is not part of the text.
 */
static void add_textarea(struct html_form *form, const char *tag, const char *end)
{
    const char *close = strstr(end, "</textarea>");
    struct form_field *field = add_field(form, tag, end, "textarea");
    const char *text = end[1] == '\n' ? end + 2 : end + 1;
    g_autofree char *plain = unescape(text, close == NULL ? 0 : (gsize)(close - text));
    g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);
    field->value = g_strjoinv("\r\n", lines);
}

/* The selected option, or the first. */
static void add_select(struct html_form *form, const char *tag, const char *end)
{
    const char *close = strstr(end, "</select>");
    struct form_field *field = add_field(form, tag, end, "select");
    for (const char *option = strstr(end, "<option"); option != NULL && option < close;
         option = strstr(option + 1, "<option")) {
        const char *option_end = strchr(option, '>');
        bool selected = option_end != NULL && has_word(option, option_end, "selected");
        if (option_end != NULL && (selected || field->value == NULL)) {
            g_free(field->value);
            field->value = attribute(option, option_end, "value");
        }
    }
}

/* The form that starts at tag; *ret_end is where it ends. */
static struct html_form *parse_at(const char *tag, const char **ret_end)
{
    static const struct {
        const char *start;
        void (*add)(struct html_form *form, const char *tag, const char *end);
    } elements[] = {{"<input ", add_input},
                    {"<button", add_button},
                    {"<textarea ", add_textarea},
                    {"<select ", add_select}};
    const char *end = strchr(tag, '>');
    if (end == NULL) {
        return NULL;
    }
    struct html_form *form = g_new0(struct html_form, 1);
    form->fields = g_ptr_array_new_with_free_func(field_free);
    form->action = attribute(tag, end, "action");
    g_autofree char *method = attribute(tag, end, "method");
    form->method = g_ascii_strdown(method != NULL ? method : "get", -1);
    const char *form_end = strstr(end, "</form>");
    form_end = form_end != NULL ? form_end : end + strlen(end);
    for (tag = strchr(end, '<'); tag != NULL && tag < form_end; tag = strchr(end, '<')) {
        end = strchr(tag, '>');
        if (end == NULL) {
            break;
        }
        for (gsize i = 0; i < G_N_ELEMENTS(elements); i++) {
            if (g_str_has_prefix(tag, elements[i].start)) {
                elements[i].add(form, tag, end);
            }
        }
    }
    *ret_end = form_end;
    return form;
}

struct html_form *html_form_parse_with(const char *page, const char *text)
{
    for (const char *tag = strstr(page, "<form"); tag != NULL; tag = strstr(tag + 1, "<form")) {
        const char *end = tag;
        struct html_form *form = parse_at(tag, &end);
        if (form != NULL && g_strstr_len(tag, end - tag, text) != NULL) {
            return form;
        }
        html_form_free(form);
    }
    return NULL;
}

struct html_form *html_form_parse(const char *page)
{
    return html_form_parse_with(page, "");
}

struct form_field *html_form_field(const struct html_form *form, const char *name)
{
    for (guint i = 0; i < form->fields->len; i++) {
        struct form_field *field = g_ptr_array_index(form->fields, i);
        if (g_strcmp0(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

struct form_field *html_form_by_type(const struct html_form *form, const char *type)
{
    for (guint i = 0; i < form->fields->len; i++) {
        struct form_field *field = g_ptr_array_index(form->fields, i);
        if (strcmp(field->type, type) == 0) {
            return field;
        }
    }
    return NULL;
}

struct form_field *html_form_button(const struct html_form *form, const char *text)
{
    for (guint i = 0; i < form->fields->len; i++) {
        struct form_field *field = g_ptr_array_index(form->fields, i);
        if (strcmp(field->type, "submit") == 0 &&
            (text == NULL || (field->label != NULL && strstr(field->label, text) != NULL))) {
            return field;
        }
    }
    return NULL;
}

char *html_form_encode(const struct html_form *form, const struct form_field *button)
{
    GString *body = g_string_new(NULL);
    for (guint i = 0; i < form->fields->len; i++) {
        const struct form_field *field = g_ptr_array_index(form->fields, i);
        if (field->name == NULL || field->off ||
            (strcmp(field->type, "submit") == 0 && field != button)) {
            continue;
        }
        g_autofree char *name = g_uri_escape_string(field->name, NULL, FALSE);
        g_autofree char *value =
            g_uri_escape_string(field->value != NULL ? field->value : "", NULL, FALSE);
        g_string_append_printf(body, "%s%s=%s", body->len > 0 ? "&" : "", name, value);
    }
    return g_string_free(body, FALSE);
}
