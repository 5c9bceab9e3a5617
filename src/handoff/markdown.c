/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/* The sheet as Markdown: for a wiki page or a ticket that only the right people read. */

/* Text outside of code: what Markdown could take for its own marks is escaped. */
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

/* One value: what the form calls it, and the value alone on its line, to be copied whole. */
static bool add_item(SecretBuf *out, const struct handoff_item *item, GError **error)
{
    const char *value = secret_peek(item->value);
    if (flow_has_controls(value)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("The value of %s holds control characters and cannot be printed. Use "
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
    const char *heading = flow_group_heading(group, source->channel->object);
    g_autoptr(GPtrArray) items = flow_collect(source, SHOW_FORM);
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        if (strcmp(item->group, heading) == 0 && !add_item(out, item, error))
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

static bool add_channel(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autofree char *heading =
        g_strdup_printf(_("Step 2 for %s, Fetch variables: create the %s"), source->channel->name,
                        object_name(source->channel->object));
    add_paragraph(out, "## ", heading);
    add_mapping(source->channel, out);
    return add_group(source, GROUP_CREATE, out, error);
}

bool write_markdown(const struct flow_source *source, SecretBuf *out, GError **error)
{
    const GPtrArray *channels = source->connection->channels;
    g_autofree char *title =
        g_strdup_printf(_("Salesforce connection %s in Flow Builder"), source->connection->name);
    add_paragraph(out, "# ", title);
    add_paragraph(out, "> ",
                  _("This page holds secrets. Whoever reads it can act in the org as the user who "
                    "authorized the connection."));
    add_paragraph(out, "## ", flow_group_heading(GROUP_TOKEN, source->channel->object));
    if (!add_group(source, GROUP_TOKEN, out, error))
        return false;
    for (guint i = 0; i < channels->len; i++) {
        const struct flow_source one = {source->connection, source->secrets, channels->pdata[i]};
        if (!add_channel(&one, out, error))
            return false;
    }
    add_paragraph(out, "## ", flow_group_heading(GROUP_FORM, source->channel->object));
    if (!add_group(source, GROUP_FORM, out, error))
        return false;
    add_paragraph(out, "## ", _("Texts in the body"));
    for (const char *const *advice = flow_text_advice(); *advice != NULL; advice++)
        add_paragraph(out, "", *advice);
    return true;
}
