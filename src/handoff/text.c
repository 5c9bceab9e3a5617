/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/* The sheet as plain text, for a person who types it into Flow Builder; and the env file. */

static bool refuse_controls(const struct handoff_item *item, GError **error)
{
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                _("The value of %s holds control characters and cannot be printed. Use "
                  "--format json."),
                item->id);
    return false;
}

static bool add_group(const struct flow_source *source, enum flow_group group, const char *heading,
                      SecretBuf *out, GError **error)
{
    const char *wanted = flow_group_heading(group, source->channel->object);
    g_autoptr(GPtrArray) items = flow_collect(source, SHOW_FORM);
    secret_buf_add(out, out->length == 0 ? "" : "\n");
    secret_buf_add(out, heading != NULL ? heading : wanted);
    secret_buf_add(out, "\n");
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        if (strcmp(item->group, wanted) != 0)
            continue;
        if (flow_has_controls(secret_peek(item->value)))
            return refuse_controls(item, error);
        secret_buf_add(out, "  ");
        secret_buf_add(out, item->label);
        secret_buf_add(out, ": ");
        secret_buf_add(out, secret_peek(item->value));
        secret_buf_add(out, "\n");
    }
    return true;
}

static bool add_channels(const struct flow_source *source, SecretBuf *out, GError **error)
{
    const GPtrArray *channels = source->connection->channels;
    for (guint i = 0; i < channels->len; i++) {
        const struct flow_source one = {source->connection, source->secrets, channels->pdata[i]};
        g_autofree char *name = text_clean(one.channel->name);
        g_autofree char *heading =
            channels->len == 1 ? NULL
                               : g_strdup_printf(_("Step 2 for %s, Fetch variables: create the %s"),
                                                 name, object_name(one.channel->object));
        if (!add_group(&one, GROUP_CREATE, heading, out, error))
            return false;
    }
    return true;
}

bool write_text(const struct flow_source *source, SecretBuf *out, GError **error)
{
    if (!add_group(source, GROUP_TOKEN, NULL, out, error) || !add_channels(source, out, error) ||
        !add_group(source, GROUP_FORM, NULL, out, error))
        return false;
    secret_buf_add(out, "\n");
    secret_buf_add(out, _("Texts in the body"));
    secret_buf_add(out, "\n");
    for (const char *const *advice = flow_text_advice(); *advice != NULL; advice++) {
        g_autoptr(GPtrArray) lines = text_wrap(*advice, 76);
        for (guint i = 0; i < lines->len; i++) {
            secret_buf_add(out, "  ");
            secret_buf_add(out, lines->pdata[i]);
            secret_buf_add(out, "\n");
        }
    }
    return true;
}

/* What sh, systemd and the dotenv parsers do not read alike inside single quotes. */
static bool env_cannot_hold(const char *value)
{
    return strpbrk(value, "'\\") != NULL || strstr(value, "${") != NULL || flow_has_controls(value);
}

bool write_env(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autoptr(GPtrArray) items = flow_collect(source, SHOW_VALUE);
    secret_buf_add(out, "# Secrets of a Salesforce connection. For a shell: set -a; . ./FILE; "
                        "set +a\n");
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        g_autofree char *key = flow_env_key(item->id);
        if (env_cannot_hold(secret_peek(item->value))) {
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                        _("The value of %s holds a quote, a backslash, ${ or a control character, "
                          "which programs read differently from an env file. Use --format json."),
                        key);
            return false;
        }
        secret_buf_add(out, key);
        secret_buf_add(out, "='");
        secret_buf_add(out, secret_peek(item->value));
        secret_buf_add(out, "'\n");
    }
    return true;
}
