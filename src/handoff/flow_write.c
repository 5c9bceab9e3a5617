/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/*
 * A file that Flow Builder may import, modelled on the only known export: a step that names the
 * variables, and the two calls. Import of such a file has never been verified. If the person's own
 * export is given as a pattern, the steps are inserted into it, in the form of its own steps; its
 * trigger, targets and ids stay.
 */

static char *step_id(const char *name)
{
    /* Ids only have to be unique: a hash of the name in the form of a UUID. */
    g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
    return g_strdup_printf("%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15,
                           hex + 18);
}

static Json *step_new(const char *action, const char *label, Json *options)
{
    Json *step = json_object();
    g_autofree char *name = g_strconcat(action, label, NULL);
    g_autofree char *id = step_id(name);
    json_set_string(step, "id", id);
    json_set_string(step, "action", action);
    json_set_string(options, "intent", action);
    if (*label != '\0')
        json_set_string(options, "label", label);
    json_set(step, "options", options);
    return step;
}

static Json *names_step(const struct flow_source *source)
{
    Json *options = json_object(), *set = json_object();
    const GPtrArray *variables = source->channel->variables;
    for (guint i = 0; i < variables->len; i++) {
        const char *name = ((const struct variable *)variables->pdata[i])->name;
        if (strpbrk(name, ".[") == NULL)
            json_set_string(set, name, "");
    }
    json_set(options, "variableSet", set);
    return step_new("setVariables", "Names for the channel's variables", options);
}

/* One element of variableKeys: the name, or the pattern's element with the name inserted. */
static Json *variable_key_of(const Json *pattern, const char *name)
{
    const Json *element = json_first(pattern);
    if (!json_is_object(element))
        return json_string_new(name);
    Json *copy = json_copy(element);
    JSON_FOREACH(member, element)
    {
        if (json_is_string(member) && strcmp(json_key(member), "id") != 0)
            json_set_string(copy, json_key(member), name);
    }
    return copy;
}

static Json *call_step(const GPtrArray *items, const char *label, const char *prefix,
                       const Json *pattern)
{
    static const char *const parts[][2] = {
        {"method", "method"}, {"url", "url"}, {"content_type", "contentType"}, {"body", "body"}};
    Json *options = json_object(), *headers = json_object(), *keys = json_array();
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *id = g_strconcat(prefix, parts[i][0], NULL);
        json_set_string(options, parts[i][1], flow_value(items, id));
    }
    g_autofree char *header = g_strconcat(prefix, "authorization", NULL);
    g_autofree char *variable = g_strconcat(prefix, "variable", NULL);
    if (*flow_value(items, header) != '\0')
        json_set_string(headers, "Authorization", flow_value(items, header));
    json_append(keys, variable_key_of(pattern, flow_value(items, variable)));
    json_set(options, "headers", headers);
    json_set(options, "variableKeys", keys);
    json_set_int(options, "rateLimit", 50);
    return step_new("fetchVariables", label, options);
}

/* ---- the pattern ---- */

/* The first non-empty variableKeys at any depth. */
static const Json *find_keys(const Json *json, int depth)
{
    enum { DEEPEST = 40 };
    const Json *keys = json_get(json, "variableKeys");
    if (json_is_array(keys) && json_first(keys) != NULL)
        return keys;
    JSON_FOREACH(child, json)
    {
        const Json *found = depth < DEEPEST && (json_is_object(child) || json_is_array(child))
                                ? find_keys(child, depth + 1)
                                : NULL;
        if (found != NULL)
            return found;
    }
    return NULL;
}

static Json *plain_flow(const struct flow_source *source)
{
    Json *flow = json_object(), *options = json_object(), *metadata = json_object();
    g_autofree char *id = step_id(source->connection->name);
    g_autofree char *title = g_strdup_printf("Salesforce %s: %s", source->connection->name,
                                             object_name(source->channel->object));
    json_set_string(flow, "id", id);
    json_set_string(flow, "trigger", "onReceivedHttpRequest");
    json_set_string(flow, "title", title);
    json_set(options, "callbacks", json_array());
    json_set(options, "targets", json_array());
    json_set(flow, "options", options);
    json_set_string(metadata, "triggerIntent", "");
    json_set(flow, "metadata", metadata);
    json_set_bool(flow, "published", false);
    return flow;
}

Secret *handoff_flow(const Connection *connection, const struct secrets *secrets, const char *like,
                     GError **error)
{
    g_autoptr(Connection) builder = connection_copy(connection);
    builder->platform = PLATFORM_FLOW_BUILDER;
    const struct flow_source source = {builder, secrets, connection_channel(builder)};
    g_autoptr(GPtrArray) items = flow_forms(&source);
    g_autoptr(Json) pattern = like == NULL ? NULL : json_parse(like, strlen(like), NULL);
    if (!flow_needs_no_signature(&source, error))
        return NULL;
    if (like != NULL && !json_is_array(json_get(pattern, "steps"))) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("The pattern is not a flow exported from Flow Builder."));
        return NULL;
    }
    g_autoptr(Json) flow = pattern != NULL ? json_copy(pattern) : plain_flow(&source);
    const Json *keys = find_keys(pattern, 0);
    Json *steps = json_array();
    g_autofree char *create = g_strdup_printf("Create the %s", object_name(source.channel->object));
    json_append(steps, names_step(&source));
    json_append(steps, call_step(items, "Get a token", "token_", keys));
    json_append(steps, call_step(items, create, "create_", keys));
    json_append(steps, step_new("endFlow", "", json_object()));
    json_set(flow, "steps", steps);
    g_autoptr(WipedText) printed = json_print_pretty(flow);
    g_autoptr(SecretBuf) out = secret_buf_new();
    secret_buf_add(out, printed);
    secret_buf_add(out, "\n");
    return secret_buf_to_secret(out);
}

bool write_flow(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autoptr(Secret) text = handoff_flow(source->connection, source->secrets, NULL, error);
    if (text == NULL)
        return false;
    secret_buf_add(out, secret_peek(text));
    return true;
}
