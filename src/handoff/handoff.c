/* SPDX-License-Identifier: MIT */
#include "perch/handoff.h"

#include <string.h>

#include "flow.h"
#include "perch/error.h"
#include "perch/text.h"

static void item_free(gpointer data)
{
    struct handoff_item *item = data;
    secret_unref(item->value);
    g_free(item);
}

/* The known values of the rows that show in one of the places. */
static GPtrArray *collect(const Connection *connection, const struct secrets *secrets, int show)
{
    const struct flow_source source = {connection, secrets};
    GPtrArray *items = g_ptr_array_new_with_free_func(item_free);
    for (gsize i = 0; i < flow_row_count; i++) {
        const struct flow_row *row = &flow_rows[i];
        Secret *value = row->show & show ? row->value(&source) : NULL;
        if (value == NULL)
            continue;
        struct handoff_item *item = g_new0(struct handoff_item, 1);
        item->id = row->id;
        item->group = flow_group_heading(row->group, connection);
        item->label = row->label == NULL ? row->id : _(row->label);
        item->secret = row->secret;
        item->value = value;
        g_ptr_array_add(items, item);
    }
    return items;
}

GPtrArray *handoff_items(const Connection *connection, const struct secrets *secrets)
{
    return collect(connection, secrets, SHOW_FORM);
}

const char *handoff_problem(const Connection *connection, const struct secrets *secrets)
{
    if (connection->login_url == NULL || connection->client_id == NULL)
        return _("This connection has no org and no consumer key yet. Finish it with perch setup.");
    if (secret_length(secrets->refresh_token) == 0)
        return _("There is no refresh token to hand over. Authorize the connection with perch "
                 "setup.");
    if (secrets->instance_url == NULL && connection->instance_url == NULL)
        return _("The instance URL of the org is not known. Authorize the connection again with "
                 "perch setup.");
    if (connection->api_version == NULL)
        return _("The API version of the org is not known. Finish the connection with perch "
                 "setup.");
    return NULL;
}

/* ---- formats ---- */

static bool has_controls(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return true;
    return !g_utf8_validate(text, -1, NULL);
}

static bool write_text(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autoptr(GPtrArray) items = collect(source->connection, source->secrets, SHOW_FORM);
    const char *group = NULL;
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        const char *value = secret_peek(item->value);
        if (has_controls(value)) {
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                        _("The value of %s holds control characters and cannot be printed. Use "
                          "--format json."),
                        item->id);
            return false;
        }
        if (g_strcmp0(group, item->group) != 0) {
            secret_buf_add(out, group == NULL ? "" : "\n");
            secret_buf_add(out, item->group);
            secret_buf_add(out, "\n");
        }
        group = item->group;
        secret_buf_add(out, "  ");
        secret_buf_add(out, item->label);
        secret_buf_add(out, ": ");
        secret_buf_add(out, value);
        secret_buf_add(out, "\n");
    }
    return true;
}

/* What sh, systemd and the dotenv parsers do not read alike inside single quotes. */
static bool env_cannot_hold(const char *value)
{
    return strpbrk(value, "'\\") != NULL || strstr(value, "${") != NULL || has_controls(value);
}

static bool write_env(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autoptr(GPtrArray) items = collect(source->connection, source->secrets, SHOW_VALUE);
    secret_buf_add(out, "# Secrets of a Salesforce connection. For a shell: set -a; . ./FILE; "
                        "set +a\n");
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        g_autofree char *upper = g_ascii_strup(item->id, -1);
        g_autofree char *key = g_strconcat("SALESFORCE_", upper, NULL);
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

static Json *step(const char *name, const GPtrArray *items, const char *prefix)
{
    Json *json = json_object(), *headers = json_object();
    json_set_string(json, "name", name);
    static const struct {
        const char *id, *key, *header;
    } parts[] = {
        {"method", "method", NULL},
        {"url", "url", NULL},
        {"authorization", NULL, "Authorization"},
        {"content_type", NULL, "Content-Type"},
        {"body", "body", NULL},
        {"variable", "variable", NULL},
    };
    json_set(json, "method", json_null_new()); /* keeps the order of the keys */
    json_set(json, "url", json_null_new());
    json_set(json, "headers", headers);
    for (gsize p = 0; p < G_N_ELEMENTS(parts); p++) {
        g_autofree char *id = g_strconcat(prefix, parts[p].id, NULL);
        for (guint i = 0; i < items->len; i++) {
            const struct handoff_item *item = items->pdata[i];
            if (strcmp(item->id, id) != 0)
                continue;
            if (parts[p].header != NULL)
                json_set_string(headers, parts[p].header, secret_peek(item->value));
            else
                json_set_string(json, parts[p].key, secret_peek(item->value));
        }
    }
    return json;
}

static bool write_json(const struct flow_source *source, SecretBuf *out, GError **error)
{
    (void)error;
    const Connection *connection = source->connection;
    g_autoptr(Json) json = json_object();
    json_set_int(json, "perch", 1);
    json_set_string(json, "command", "handoff");
    json_set_string(json, "connection", connection->name);
    json_set_string(json, "status", "ok");
    json_set_int(json, "exit", PERCH_EXIT_OK);
    json_set(json, "checks", json_array());
    /* Every key is always there; what an app does not have (a client secret) is null. */
    for (gsize i = 0; i < flow_row_count; i++) {
        if (!(flow_rows[i].show & SHOW_VALUE))
            continue;
        g_autoptr(Secret) value = flow_rows[i].value(source);
        json_set_string(json, flow_rows[i].id, value == NULL ? NULL : secret_peek(value));
    }
    g_autoptr(GPtrArray) items = collect(connection, source->secrets, SHOW_FORM);
    Json *steps = json_array();
    json_append(steps, step("Get a token", items, "token_"));
    Json *create = step("Create the record", items, "create_");
    json_set(create, "body", flow_record(connection));
    json_append(steps, create);
    json_set(json, "steps", steps);
    char *printed = json_print_pretty(json);
    secret_buf_add(out, printed);
    secret_buf_add(out, "\n");
    wipe_free(printed);
    return true;
}

static const struct {
    const char *name;
    bool (*write)(const struct flow_source *source, SecretBuf *out, GError **error);
} formats[] = {
    [HANDOFF_TEXT] = {"text", write_text},
    [HANDOFF_ENV] = {"env", write_env},
    [HANDOFF_JSON] = {"json", write_json},
};
G_STATIC_ASSERT(G_N_ELEMENTS(formats) == HANDOFF_FORMAT_COUNT);

int handoff_format_from_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        if (g_strcmp0(name, formats[i].name) == 0)
            return (int)i;
    return -1;
}

const char *handoff_format_name(enum handoff_format format)
{
    return formats[format].name;
}

Secret *handoff_export(const Connection *connection, const struct secrets *secrets,
                       enum handoff_format format, GError **error)
{
    const char *problem = handoff_problem(connection, secrets);
    if (problem != NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT, problem);
        return NULL;
    }
    const struct flow_source source = {connection, secrets};
    g_autoptr(SecretBuf) out = secret_buf_new();
    if (!formats[format].write(&source, out, error))
        return NULL;
    return secret_buf_to_secret(out);
}
