/* SPDX-License-Identifier: MIT */
#include "demo_org/setup/setup_form.h"

#include <string.h>

#include "demo_org/server/pages.h"

enum widget { HEAD, TICK, SHOWN, LINE, AMOUNT, LINES, FILE, WORDS, CHOICE, MEMBER };

static const struct row {
    enum setup_form form;
    enum widget widget;
    const char *label, *member, *option;
} rows[] = {
#define SETUP(form, widget, label, member, option) {form, widget, label, member, option},
#include "demo_org/setup/setup.def"
#undef SETUP
};

static gpointer member_of(const struct kind *kind, gconstpointer thing, const char *name)
{
    for (gsize i = 0; name != NULL && i < kind->state_field_count; i++)
        if (strcmp(kind->state_fields[i].name, name) == 0)
            return (char *)(guintptr)thing + kind->state_fields[i].offset;
    g_assert(name == NULL);
    return NULL;
}

/* Name of the input; for members of a list it contains the option. */
static char *input_name(const struct row *row)
{
    return row->widget == MEMBER ? g_strdup_printf("%s.%s", row->member, row->option)
                                 : g_strdup(row->member);
}

/* id: the element's; name: the form field's. */
static void show_tick(GString *page, const struct row *row, const char *id, const char *name,
                      bool on, bool locked)
{
    page_add(page, "<label class=\"tick\"><input type=\"checkbox\" name=\"%s\" id=\"%s\"", name,
             id);
    g_string_append(page, on ? " checked" : "");
    g_string_append(page, locked ? " disabled>" : ">");
    page_add(page, " %s</label>\n", row->label);
}

static void show_choice(GString *page, const struct row *row, const char *id, const char *value)
{
    page_add(page, "<label for=\"%s\">%s</label>\n<select name=\"%s\" id=\"%s\">\n", id, row->label,
             row->member, id);
    g_auto(GStrv) options = g_strsplit(row->option, "|", -1);
    for (char **option = options; *option != NULL; option++) {
        char *label = strchr(*option, '=');
        *label++ = '\0';
        page_add(page, "<option value=\"%s\"", *option);
        g_string_append(page, strcmp(*option, value) == 0 ? " selected>" : ">");
        page_add(page, "%s</option>\n", label);
    }
    g_string_append(page, "</select>\n");
}

static void show_line(GString *page, const struct row *row, const char *id, const char *name,
                      const char *value)
{
    page_add(page,
             "<label for=\"%s\">%s</label>\n<input type=\"text\" name=\"%s\" id=\"%s\" "
             "value=\"%s\">\n",
             id, row->label, name, id, value);
}

static char *join_list(GPtrArray *list, const char *between)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : between,
                               (const char *)g_ptr_array_index(list, i));
    return g_string_free(text, FALSE);
}

/* A multi-line text: label and content. */
static void show_text(GString *page, const struct row *row, const char *id, const char *name,
                      const char *text)
{
    page_add(page,
             "<label for=\"%s\">%s</label>\n<textarea name=\"%s\" id=\"%s\" rows=\"4\">\n"
             "%s</textarea>\n",
             id, row->label, name, id, text);
}

/* Whether it is read-only because another flag of the thing is on. */
static bool is_locked(const struct row *row, const struct kind *kind, gconstpointer thing)
{
    return row->widget == TICK && row->option != NULL &&
           *(const bool *)member_of(kind, thing, row->option);
}

static void show_row(GString *page, const struct row *row, const char *prefix, gconstpointer member,
                     bool locked)
{
    g_autofree char *name = input_name(row);
    g_autofree char *id = g_strconcat(prefix, name, NULL);
    g_autofree char *text = NULL;
    switch (row->widget) {
    case HEAD:
        page_add(page, "<h2>%s</h2>\n", row->label);
        break;
    case TICK:
        show_tick(page, row, id, name, *(const bool *)member, locked);
        break;
    case MEMBER:
        show_tick(page, row, id, name, list_has(*(GPtrArray *const *)member, row->option), false);
        break;
    case SHOWN:
        page_add(page, "<p>%s<br><code id=\"%s\">%s</code></p>\n", row->label, id,
                 *(char *const *)member);
        break;
    case LINE:
        show_line(page, row, id, name, *(char *const *)member);
        break;
    case AMOUNT:
        text = g_strdup_printf("%" G_GINT64_FORMAT, *(const gint64 *)member);
        show_line(page, row, id, name, text);
        break;
    case LINES:
    case WORDS:
        text = join_list(*(GPtrArray *const *)member, row->widget == LINES ? "\n" : " ");
        show_text(page, row, id, name, text);
        break;
    case FILE:
        show_text(page, row, id, name, *(char *const *)member);
        break;
    case CHOICE:
        show_choice(page, row, id, *(char *const *)member);
        break;
    }
}

void form_show(GString *page, enum setup_form form, const char *prefix, const struct kind *kind,
               gconstpointer thing)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].form == form)
            show_row(page, &rows[i], prefix, member_of(kind, thing, rows[i].member),
                     is_locked(&rows[i], kind, thing));
}

static void take_list(GPtrArray *list, const char *text, const char *separators)
{
    g_ptr_array_set_size(list, 0);
    g_auto(GStrv) parts = g_strsplit_set(text, separators, -1);
    for (char **part = parts; *part != NULL; part++)
        if (*g_strstrip(*part) != '\0')
            list_add(list, *part);
}

static void take_member(GPtrArray *list, const char *item, bool on)
{
    guint at;
    if (on)
        list_add(list, item);
    else if (g_ptr_array_find_with_equal_func(list, item, g_str_equal, &at))
        g_ptr_array_remove_index(list, at);
}

static void take_row(const struct row *row, const char *sent, gpointer member)
{
    switch (row->widget) {
    case TICK:
        *(bool *)member = sent != NULL;
        break;
    case MEMBER:
        take_member(*(GPtrArray **)member, row->option, sent != NULL);
        break;
    case LINES:
        take_list(*(GPtrArray **)member, sent != NULL ? sent : "", "\r\n");
        break;
    case WORDS:
        take_list(*(GPtrArray **)member, sent != NULL ? sent : "", " \r\n");
        break;
    case LINE:
    case FILE:
    case CHOICE:
        if (sent != NULL)
            text_set(member, sent);
        break;
    case AMOUNT:
        if (sent != NULL)
            *(gint64 *)member = g_ascii_strtoll(sent, NULL, 10);
        break;
    case HEAD:
    case SHOWN:
        break;
    }
}

void form_take(const GArray *sent, enum setup_form form, const struct kind *kind, gpointer thing)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        /* Browsers omit disabled boxes, as if they were not ticked. */
        if (rows[i].form != form || rows[i].member == NULL || is_locked(&rows[i], kind, thing))
            continue;
        g_autofree char *name = input_name(&rows[i]);
        take_row(&rows[i], pairs_get(sent, name), member_of(kind, thing, rows[i].member));
    }
}
