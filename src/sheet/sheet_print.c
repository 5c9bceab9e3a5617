/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "perch/sheet/sheet.h"

/* The sheet for reading: text, Markdown, JSON. */

enum { MOST_COLUMNS = 78 };

static const char *kind_name(const Connection *connection)
{
    return connection->app_kind == APP_CONNECTED ? _("Connected App") : _("External Client App");
}

static char *page_url(const Connection *connection, enum setup_page page)
{
    return connection->login_url == NULL ? NULL : setup_page_url(page, connection->login_url, NULL);
}

static char *title(const Connection *connection)
{
    const char *values = sheet_values_title(connection->app_values);
    return connection->name == NULL
               ? g_strdup_printf("%s, %s", kind_name(connection), values)
               : g_strdup_printf("%s, %s (%s)", kind_name(connection), values, connection->name);
}

static const char *intro(const Connection *connection)
{
    return connection->app_kind == APP_CONNECTED
               ? _("In App Manager, open your Connected App (View, then Edit) and compare these "
                   "settings. Most orgs no longer allow new Connected Apps.")
               : _("In External Client App Manager, press New External Client App and enter these "
                   "settings.");
}

/* ---- text ---- */

static void add_wrapped(GString *out, int columns, int indent, const char *text)
{
    g_autoptr(GPtrArray) lines = text_wrap(text, columns - indent);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(out, "%*s%s\n", indent, "", (const char *)lines->pdata[i]);
}

static void add_page(GString *out, const Connection *connection, enum setup_page page)
{
    g_autofree char *url = page_url(connection, page);
    g_string_append_printf(out, "  %s\n", setup_page_path(page));
    if (url != NULL)
        g_string_append_printf(out, "  %s\n", url);
}

static void add_row(GString *out, int columns, const Connection *connection, enum setting setting)
{
    g_autofree char *value = sheet_value(connection, setting);
    g_string_append_printf(out, "  %s:", sheet_label(connection, setting));
    if (strchr(value, '\n') == NULL) {
        g_string_append_printf(out, " %s\n", value);
    } else {
        g_auto(GStrv) lines = g_strsplit(value, "\n", -1);
        g_string_append_c(out, '\n');
        for (gsize i = 0; lines[i] != NULL; i++)
            g_string_append_printf(out, "    %s\n", lines[i]);
    }
    add_wrapped(out, columns, 6, sheet_why(connection, setting));
    add_wrapped(out, columns, 6, sheet_without(connection, setting));
    if (sheet_differs(connection, setting) != NULL)
        add_wrapped(out, columns, 6, sheet_differs(connection, setting));
}

char *sheet_as_text(const Connection *connection, int columns)
{
    columns = columns == 0 ? MOST_COLUMNS : CLAMP(columns, 20, MOST_COLUMNS);
    GString *out = g_string_new(NULL);
    g_autofree char *heading = title(connection);
    enum setup_page page = SETUP_PAGE_NONE;
    g_string_append_printf(out, "%s\n", heading);
    add_wrapped(out, columns, 0, intro(connection));
    for (int i = 0; i < SETTING_COUNT; i++) {
        enum setting setting = (enum setting)i;
        if (!sheet_has(connection, setting))
            continue;
        const char *group = sheet_group(connection, setting);
        if (group != NULL)
            g_string_append_printf(out, "\n%s\n", group);
        if (sheet_page(connection, setting) != page) {
            page = sheet_page(connection, setting);
            add_page(out, connection, page);
        }
        add_row(out, columns, connection, setting);
    }
    return g_string_free(out, FALSE);
}

/* ---- Markdown ---- */

/* Escapes Markdown's special characters. */
static char *escape(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\n') {
            g_string_append(out, "<br>");
            continue;
        }
        if (strchr("\\`*_{}[]<>#|", *p) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

/* Each line of a value as code of its own, ready to copy; names contain no backquotes. */
static char *code_lines(const char *value)
{
    g_auto(GStrv) lines = g_strsplit(value, "\n", -1);
    GString *out = g_string_new(NULL);
    for (gsize i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(lines[i], "`", -1);
        g_autofree char *plain = g_strjoinv("'", parts);
        g_auto(GStrv) cells = g_strsplit(plain, "|", -1);
        g_autofree char *safe = g_strjoinv("\\|", cells);
        g_string_append_printf(out, "%s`%s`", i == 0 ? "" : "<br>", safe);
    }
    return g_string_free(out, FALSE);
}

static void add_cells(GString *out, const Connection *connection, enum setting setting)
{
    g_autofree char *value = sheet_value(connection, setting);
    g_autofree char *code = code_lines(value);
    g_autofree char *label = escape(sheet_label(connection, setting));
    g_autofree char *why = escape(sheet_why(connection, setting));
    g_autofree char *without = escape(sheet_without(connection, setting));
    g_autofree char *differs = sheet_differs(connection, setting) == NULL
                                   ? NULL
                                   : escape(sheet_differs(connection, setting));
    g_string_append_printf(out, "| %s | %s | %s %s%s%s |\n", label, code, why, without,
                           differs == NULL ? "" : " ", differs == NULL ? "" : differs);
}

static void add_group(GString *out, const Connection *connection, enum setting setting,
                      const char *group)
{
    enum setup_page page = sheet_page(connection, setting);
    g_autofree char *url = page_url(connection, page);
    g_string_append_printf(out, "\n## %s\n\n", group);
    if (url != NULL)
        g_string_append_printf(out, "[%s](%s)\n\n", setup_page_path(page), url);
    else
        g_string_append_printf(out, "%s\n\n", setup_page_path(page));
    g_string_append_printf(out, "| %s | %s | %s |\n|---|---|---|\n", _("Setting"), _("Value"),
                           _("Why"));
}

char *sheet_as_markdown(const Connection *connection)
{
    GString *out = g_string_new(NULL);
    g_autofree char *heading = title(connection);
    g_autofree char *safe = escape(heading);
    g_string_append_printf(out, "# %s\n\n%s\n", safe, intro(connection));
    for (int i = 0; i < SETTING_COUNT; i++) {
        enum setting setting = (enum setting)i;
        if (!sheet_has(connection, setting))
            continue;
        const char *group = sheet_group(connection, setting);
        if (group != NULL)
            add_group(out, connection, setting, group);
        add_cells(out, connection, setting);
    }
    return g_string_free(out, FALSE);
}

/* ---- JSON ---- */

Json *sheet_as_json(const Connection *connection)
{
    Json *all = json_array();
    for (int i = 0; i < SETTING_COUNT; i++) {
        enum setting setting = (enum setting)i;
        if (!sheet_has(connection, setting))
            continue;
        g_autofree char *value = sheet_value(connection, setting);
        g_autofree char *url = page_url(connection, sheet_page(connection, setting));
        Json *row = json_object();
        json_set_string(row, "id", sheet_id(setting));
        json_set_string(row, "label", sheet_label(connection, setting));
        json_set_string(row, "value", value);
        json_set_string(row, "why", sheet_why(connection, setting));
        json_set_string(row, "without", sheet_without(connection, setting));
        json_set_string(row, "differs", sheet_differs(connection, setting));
        json_set_string(row, "check", sheet_check(setting));
        json_set_string(row, "path", setup_page_path(sheet_page(connection, setting)));
        json_set_string(row, "page", url);
        json_set_bool(row, "ticked", sheet_is_ticked(connection, setting));
        json_append(all, row);
    }
    return all;
}
