/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"

/* Everything, for programs: the values, and the flow's requests as in the forms of its steps. */

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
        const char *value = flow_value(items, id);
        if (*value != '\0' && parts[p].header != NULL)
            json_set_string(headers, parts[p].header, value);
        else if (*value != '\0')
            json_set_string(json, parts[p].key, value);
    }
    return json;
}

static Json *create_step(const struct flow_source *source)
{
    g_autoptr(GPtrArray) items = flow_forms(source);
    Json *create = step("Create the record", items, "create_");
    json_set(create, "body", flow_template(source));
    return create;
}

static Json *fields(const struct channel *channel)
{
    Json *list = json_array();
    for (guint i = 0; i < channel->mappings->len; i++) {
        const struct mapping *mapping = channel->mappings->pdata[i];
        Json *json = json_object();
        json_set_string(json, "field", mapping->field);
        json_set_string(json, "label", mapping->label);
        json_set_string(json, "type", mapping->type);
        json_set_string(json, "text", mapping->text);
        json_append(list, json);
    }
    return list;
}

static Json *variables(const struct channel *channel)
{
    Json *json = json_object();
    for (guint i = 0; i < channel->variables->len; i++) {
        const struct variable *variable = channel->variables->pdata[i];
        json_set_string(json, variable->name, variable->sample);
    }
    return json;
}

static Json *channels(const struct flow_source *source)
{
    Json *list = json_array();
    for (guint i = 0; i < source->connection->channels->len; i++) {
        const struct channel *channel = source->connection->channels->pdata[i];
        const struct flow_source one = {source->connection, source->secrets, channel};
        Json *json = json_object();
        json_set_string(json, "id", channel->id);
        json_set_string(json, "name", channel->name);
        json_set_string(json, "object", object_name(channel->object));
        json_set(json, "fields", fields(channel));
        json_set(json, "variables", variables(channel));
        json_set(json, "step", create_step(&one));
        json_append(list, json);
    }
    return list;
}

/* The values of {{env.NAME}} and context.env.NAME. */
static Json *environment(const struct flow_source *source, const GPtrArray *items)
{
    const char *heading = flow_heading(source, GROUP_ENV);
    Json *json = json_object();
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        if (heading != NULL && item->group == heading)
            json_set_string(json, item->label, secret_peek(item->value));
    }
    return json;
}

bool write_json(const struct flow_source *source, SecretBuf *out, GError **error)
{
    (void)error;
    g_autoptr(Json) json = json_object();
    json_set_int(json, "perch", 1);
    json_set_string(json, "command", "handoff");
    json_set_string(json, "connection", source->connection->name);
    json_set_string(json, "status", "ok");
    json_set_int(json, "exit", PERCH_EXIT_OK);
    json_set(json, "checks", json_array());
    /* Every key is always present; what an app lacks (a consumer secret) is null. */
    for (gsize i = 0; i < flow_named_count; i++) {
        g_autoptr(Secret) value = flow_named[i].value(source);
        json_set_string(json, flow_named[i].id, value == NULL ? NULL : secret_peek(value));
    }
    json_set_string(json, "platform", platform_name(source->connection->platform));
    g_autoptr(GPtrArray) items = flow_forms(source);
    Json *steps = json_array();
    json_append(steps, step("Get a token", items, "token_"));
    json_append(steps, create_step(source));
    json_set(json, "steps", steps);
    json_set(json, "channels", channels(source));
    json_set(json, "environment", environment(source, items));
    g_autoptr(WipedText) printed = json_print_pretty(json);
    secret_buf_add(out, printed);
    secret_buf_add(out, "\n");
    return true;
}

/* The values by id, for a secret store. */
bool write_vault(const struct flow_source *source, SecretBuf *out, GError **error)
{
    (void)error;
    g_autoptr(GPtrArray) items = flow_values(source);
    g_autoptr(Json) json = json_object();
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        json_set_string(json, item->id, secret_peek(item->value));
    }
    g_autoptr(WipedText) printed = json_print(json);
    secret_buf_add(out, printed);
    secret_buf_add(out, "\n");
    return true;
}
