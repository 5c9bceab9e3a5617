/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/* The sheet as plain text, for a person who types it into Flow Builder. */

static bool refuse_controls(const struct handoff_item *item, GError **error)
{
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                _("The value of %s contains control characters and cannot be printed. Use "
                  "--format json."),
                item->id);
    return false;
}

static bool add_group(const struct flow_source *source, enum flow_group group, const char *channel,
                      SecretBuf *out, GError **error)
{
    const char *heading = flow_heading(source, group);
    g_autoptr(GPtrArray) items = flow_forms(source);
    if (heading == NULL)
        return true;
    secret_buf_add(out, out->length == 0 ? "" : "\n");
    secret_buf_add(out, heading);
    secret_buf_add(out, channel == NULL ? "" : " · ");
    secret_buf_add(out, channel == NULL ? "" : channel);
    secret_buf_add(out, "\n");
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        if (item->group != heading)
            continue;
        if (!text_is_clean(secret_peek(item->value)))
            return refuse_controls(item, error);
        secret_buf_add(out, "  ");
        secret_buf_add(out, item->label);
        secret_buf_add(out, ": ");
        secret_buf_add(out, secret_peek(item->value));
        secret_buf_add(out, "\n");
    }
    return true;
}

/* The items that depend on the channel, once for each channel. */
static bool add_channels(const struct flow_source *source, enum flow_group group, SecretBuf *out,
                         GError **error)
{
    const GPtrArray *channels = source->connection->channels;
    for (guint i = 0; i < channels->len; i++) {
        const struct flow_source one = {source->connection, source->secrets, channels->pdata[i]};
        g_autofree char *name = text_clean(one.channel->name);
        if (!add_group(&one, group, channels->len == 1 ? NULL : name, out, error))
            return false;
    }
    return true;
}

static void add_note(const struct handoff_note *note, SecretBuf *out)
{
    g_autoptr(GPtrArray) lines = text_wrap(note->text, 76);
    secret_buf_add(out, "\n");
    secret_buf_add(out, note->title);
    secret_buf_add(out, "\n");
    for (guint i = 0; i < lines->len; i++) {
        secret_buf_add(out, "  ");
        secret_buf_add(out, lines->pdata[i]);
        secret_buf_add(out, "\n");
    }
}

bool write_text(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autoptr(GPtrArray) notes = handoff_notes(source->connection);
    for (int group = 0; group < GROUP_COUNT; group++) {
        bool each = group == GROUP_NAMES || group == GROUP_CREATE;
        if (!(each ? add_channels(source, (enum flow_group)group, out, error)
                   : add_group(source, (enum flow_group)group, NULL, out, error)))
            return false;
    }
    for (guint i = 0; i < notes->len; i++)
        add_note(notes->pdata[i], out);
    return true;
}
