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

static void add_field(struct html_form *form, const char *tag, const char *end, bool button)
{
    struct form_field *field = g_new0(struct form_field, 1);
    field->type = attribute(tag, end, "type");
    field->name = attribute(tag, end, "name");
    field->value = attribute(tag, end, "value");
    if (button) {
        const char *close = strstr(end, "</button>");
        field->label = unescape(end + 1, close == NULL ? 0 : (gsize)(close - end - 1));
    } else {
        field->label = g_strdup(field->value);
    }
    if (field->type == NULL) {
        field->type = g_strdup(button ? "submit" : "text");
    }
    g_ptr_array_add(form->fields, field);
}

struct html_form *html_form_parse(const char *page)
{
    const char *tag = strstr(page, "<form");
    const char *end = tag == NULL ? NULL : strchr(tag, '>');
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
        if (g_str_has_prefix(tag, "<input ")) {
            add_field(form, tag, end, false);
        } else if (g_str_has_prefix(tag, "<button")) {
            add_field(form, tag, end, true);
        }
    }
    return form;
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
        if (field->name == NULL || (strcmp(field->type, "submit") == 0 && field != button)) {
            continue;
        }
        g_autofree char *name = g_uri_escape_string(field->name, NULL, FALSE);
        g_autofree char *value =
            g_uri_escape_string(field->value != NULL ? field->value : "", NULL, FALSE);
        g_string_append_printf(body, "%s%s=%s", body->len > 0 ? "&" : "", name, value);
    }
    return g_string_free(body, FALSE);
}
