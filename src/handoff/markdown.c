/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/* The sheet as Markdown, for a wiki page or a ticket with restricted access. */

/* Text outside code, with Markdown's special characters escaped. */
static void add_plain(SecretBuf *out, const char *text)
{
    g_autofree char *clean = text_clean(text);
    for (const char *p = clean; *p != '\0'; p++) {
        if (strchr("\\`*_[]<>|~&", *p) != NULL || (p == clean && strchr("#+-=", *p) != NULL))
            secret_buf_add(out, "\\");
        secret_buf_add_len(out, p, 1);
    }
}

/* How many backticks a fence needs so that nothing in text ends it. */
static gsize fence_length(const char *text, gsize least)
{
    gsize longest = 0, run = 0;
    for (const char *p = text; *p != '\0'; p++) {
        run = *p == '`' ? run + 1 : 0;
        longest = MAX(longest, run);
    }
    return MAX(least, longest + 1);
}

static void add_block(SecretBuf *out, const char *language, const char *text)
{
    g_autofree char *fence = g_strnfill(fence_length(text, 3), '`');
    secret_buf_add(out, fence);
    secret_buf_add(out, language);
    secret_buf_add(out, "\n");
    secret_buf_add(out, text);
    secret_buf_add(out, "\n");
    secret_buf_add(out, fence);
    secret_buf_add(out, "\n\n");
}

static void add_paragraph(SecretBuf *out, const char *before, const char *text)
{
    secret_buf_add(out, before);
    add_plain(out, text);
    secret_buf_add(out, "\n\n");
}

/* One value: the form's label, then the value alone on its line, to be copied whole. */
static bool add_item(SecretBuf *out, const struct handoff_item *item, GError **error)
{
    const char *value = secret_peek(item->value);
    if (!text_is_clean(value)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("The value of %s contains control characters and cannot be printed. Use "
                      "--format json."),
                    item->id);
        return false;
    }
    add_paragraph(out, "", item->label);
    add_block(out, g_str_has_suffix(item->id, "create_body") ? "json" : "", value);
    return true;
}

static bool add_group(const struct flow_source *source, enum flow_group group, SecretBuf *out,
                      GError **error)
{
    const char *heading = flow_heading(source, group);
    g_autoptr(GPtrArray) items = flow_forms(source);
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        if (item->group == heading && !add_item(out, item, error))
            return false;
    }
    return true;
}

static void add_mapping(const struct channel *channel, SecretBuf *out)
{
    secret_buf_add(out, "| ");
    add_plain(out, _("Field"));
    secret_buf_add(out, " | ");
    add_plain(out, _("API name"));
    secret_buf_add(out, " | ");
    add_plain(out, _("Filled with"));
    secret_buf_add(out, " |\n|---|---|---|\n");
    for (guint i = 0; i < channel->mappings->len; i++) {
        const struct mapping *mapping = channel->mappings->pdata[i];
        secret_buf_add(out, "| ");
        add_plain(out, mapping->label != NULL ? mapping->label : mapping->field);
        secret_buf_add(out, " | ");
        add_plain(out, mapping->field);
        secret_buf_add(out, " | ");
        add_plain(out, mapping->text);
        secret_buf_add(out, " |\n");
    }
    secret_buf_add(out, "\n");
}

/* The items that depend on the channel, once per channel; the mapping precedes the call. */
static bool add_channels(const struct flow_source *source, enum flow_group group, SecretBuf *out,
                         GError **error)
{
    const GPtrArray *channels = source->connection->channels;
    for (guint i = 0; i < channels->len; i++) {
        const struct flow_source one = {source->connection, source->secrets, channels->pdata[i]};
        g_autofree char *heading =
            g_strdup_printf("%s · %s", flow_heading(&one, group), one.channel->name);
        add_paragraph(out, "## ", heading);
        if (group == GROUP_CREATE)
            add_mapping(one.channel, out);
        if (!add_group(&one, group, out, error))
            return false;
    }
    return true;
}

bool write_markdown(const struct flow_source *source, SecretBuf *out, GError **error)
{
    enum platform platform = source->connection->platform;
    g_autoptr(GPtrArray) notes = handoff_notes(source->connection);
    g_autofree char *title = g_strdup_printf(_("Salesforce connection %s in %s"),
                                             source->connection->name, handoff_platform(platform));
    add_paragraph(out, "# ", title);
    add_paragraph(out, "> ",
                  _("This page contains secrets. Whoever reads it can act in the org as the user "
                    "who authorized the connection."));
    for (int i = 0; i < GROUP_COUNT; i++) {
        enum flow_group group = (enum flow_group)i;
        const char *heading = flow_heading(source, group);
        bool each = group == GROUP_NAMES || group == GROUP_CREATE;
        if (heading != NULL && !each)
            add_paragraph(out, "## ", heading);
        if (heading != NULL && !(each ? add_channels(source, group, out, error)
                                      : add_group(source, group, out, error)))
            return false;
    }
    for (guint i = 0; i < notes->len; i++) {
        const struct handoff_note *note = notes->pdata[i];
        add_paragraph(out, "## ", note->title);
        add_paragraph(out, "", note->text);
    }
    return true;
}
