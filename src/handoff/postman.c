/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/*
 * A Postman collection (v2.1) and its environment. The collection contains no secrets, only names
 * of the environment's variables, so it can be shared. Format: schema.getpostman.com, v2.1.0.
 */

static const char schema[] = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/* The environment's values and the rows they come from. */
static const struct {
    const char *key, *row; /* row NULL: set by the requests */
    bool secret;
} variables[] = {
    {"token_url", "token_url", false},
    {"client_id", "client_id", false},
    {"client_secret", "client_secret", true},
    {"refresh_token", "refresh_token", true},
    {"access_token", NULL, true},
    {"instance_url", "instance_url", false},
    {"api_version", "api_version", false},
};

static void append_pair(Json *list, const char *key, const char *value)
{
    Json *pair = json_object();
    json_set_string(pair, "key", key);
    json_set_string(pair, "value", value);
    json_append(list, pair);
}

static Json *script(const char *const *lines)
{
    Json *events = json_array(), *event = json_object(), *code = json_object();
    Json *exec = json_array();
    for (int i = 0; lines[i] != NULL; i++)
        json_append(exec, json_string_new(lines[i]));
    json_set_string(code, "type", "text/javascript");
    json_set(code, "exec", exec);
    json_set_string(event, "listen", "test");
    json_set(event, "script", code);
    json_append(events, event);
    return events;
}

static Json *item_new(const char *name, const char *const *test, Json *request)
{
    Json *item = json_object();
    json_set_string(item, "name", name);
    json_set(item, "event", script(test));
    json_set(item, "request", request);
    return item;
}

static Json *bearer(void)
{
    Json *auth = json_object(), *list = json_array(), *token = json_object();
    json_set_string(token, "key", "token");
    json_set_string(token, "value", "{{access_token}}");
    json_set_string(token, "type", "string");
    json_append(list, token);
    json_set_string(auth, "type", "bearer");
    json_set(auth, "bearer", list);
    return auth;
}

static Json *request_new(const char *method, const char *url)
{
    Json *request = json_object();
    json_set_string(request, "method", method);
    json_set(request, "header", json_array());
    json_set_string(request, "url", url);
    return request;
}

static Json *token_item(const struct flow_source *source)
{
    static const char *const test[] = {
        "pm.test('Salesforce gives an access token', function () {",
        "    pm.response.to.have.status(200);",
        "    const answer = pm.response.json();",
        "    pm.expect(answer.access_token).to.be.a('string');",
        "    pm.environment.set('access_token', answer.access_token);",
        "    if (answer.refresh_token) {",
        "        pm.environment.set('refresh_token', answer.refresh_token);",
        "    }",
        "});",
        NULL};
    Json *request = request_new("POST", "{{token_url}}");
    Json *auth = json_object(), *body = json_object(), *form = json_array();
    json_set_string(auth, "type", "noauth");
    json_set(request, "auth", auth);
    append_pair(form, "grant_type", connection_way(source->connection)->grant_type);
    append_pair(form, "client_id", "{{client_id}}");
    if (secret_length(source->secrets->client_secret) > 0)
        append_pair(form, "client_secret", "{{client_secret}}");
    if (connection_way(source->connection)->attended)
        append_pair(form, "refresh_token", "{{refresh_token}}");
    json_set_string(body, "mode", "urlencoded");
    json_set(body, "urlencoded", form);
    json_set(request, "body", body);
    return item_new("Get a token", test, request);
}

/* Postman replaces {{name}} in a body, but in the record's texts braces are literal. Double braces
 * only occur in those texts, so a JSON escape protects them. */
static char *raw_body(const struct channel *channel)
{
    g_autoptr(Json) record = channel_record(channel);
    g_autofree char *printed = json_print(record);
    g_auto(GStrv) parts = g_strsplit(printed, "{{", -1);
    return g_strjoinv("{\\u007b", parts);
}

static Json *create_item(const struct channel *channel, const char *url)
{
    g_autofree char *remember = g_strdup_printf(
        "    pm.collectionVariables.set('%s_id', pm.response.json().id);", channel->id);
    const char *const test[] = {"pm.test('The record is created', function () {",
                                "    pm.response.to.have.status(201);", remember, "});", NULL};
    g_autofree char *name = g_strdup_printf("Create the %s", object_name(channel->object));
    Json *request = request_new("POST", url);
    Json *headers = json_array(), *body = json_object(), *options = json_object();
    Json *raw = json_object();
    append_pair(headers, "Content-Type", "application/json");
    append_pair(headers, "Sforce-Auto-Assign", "FALSE");
    json_set(request, "header", headers);
    g_autofree char *text = raw_body(channel);
    json_set_string(body, "mode", "raw");
    json_set_string(body, "raw", text);
    json_set_string(raw, "language", "json");
    json_set(options, "raw", raw);
    json_set(body, "options", options);
    json_set(request, "body", body);
    return item_new(name, test, request);
}

static Json *delete_item(const struct channel *channel, const char *url)
{
    static const char *const test[] = {"pm.test('The record is deleted again', function () {",
                                       "    pm.response.to.have.status(204);", "});", NULL};
    g_autofree char *name = g_strdup_printf("Delete the %s again", object_name(channel->object));
    g_autofree char *one = g_strdup_printf("%s/{{%s_id}}", url, channel->id);
    return item_new(name, test, request_new("DELETE", one));
}

static Json *channel_folder(const struct channel *channel)
{
    g_autofree char *name = text_clean(channel->name);
    g_autofree char *title = g_strdup_printf("%s → %s", name, object_name(channel->object));
    g_autofree char *url =
        g_strdup_printf("{{instance_url}}/services/data/v{{api_version}}/sobjects/%s",
                        object_name(channel->object));
    Json *folder = json_object(), *items = json_array();
    json_set_string(folder, "name", title);
    json_append(items, create_item(channel, url));
    json_append(items, delete_item(channel, url));
    json_set(folder, "item", items);
    return folder;
}

static Json *info(const struct flow_source *source)
{
    Json *json = json_object();
    g_autofree char *name = g_strdup_printf("Salesforce: %s", source->connection->name);
    json_set_string(json, "name", name);
    json_set_string(json, "description",
                    "What a flow does with this connection. Run it with its environment: a token, "
                    "then for each channel a record with sample values, which is "
                    "deleted again.");
    json_set_string(json, "schema", schema);
    return json;
}

static void print_to(const Json *json, SecretBuf *out)
{
    g_autoptr(WipedText) printed = json_print_pretty(json);
    secret_buf_add(out, printed);
    secret_buf_add(out, "\n");
}

bool write_postman(const struct flow_source *source, SecretBuf *out, GError **error)
{
    if (!flow_needs_no_signature(source, error))
        return false;
    g_autoptr(Json) json = json_object();
    Json *items = json_array();
    json_set(json, "info", info(source));
    json_set(json, "auth", bearer());
    json_append(items, token_item(source));
    for (guint i = 0; i < source->connection->channels->len; i++)
        json_append(items, channel_folder(source->connection->channels->pdata[i]));
    json_set(json, "item", items);
    print_to(json, out);
    return true;
}

static bool refuse_braces(const char *key, GError **error)
{
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                _("The value of %s contains {{, which Postman would replace. Use --format json."),
                key);
    return false;
}

bool write_postman_environment(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autoptr(GPtrArray) items = flow_values(source);
    g_autoptr(Json) json = json_object();
    g_autofree char *name = g_strdup_printf("Salesforce: %s", source->connection->name);
    g_autoptr(Json) values = json_array();
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        const char *value = variables[i].row == NULL ? "" : flow_value(items, variables[i].row);
        if (*value == '\0' && variables[i].row != NULL)
            continue;
        if (strstr(value, "{{") != NULL)
            return refuse_braces(variables[i].key, error);
        Json *entry = json_object();
        json_set_string(entry, "key", variables[i].key);
        json_set_string(entry, "value", value);
        json_set_string(entry, "type", variables[i].secret ? "secret" : "default");
        json_set_bool(entry, "enabled", true);
        json_append(values, entry);
    }
    json_set_string(json, "name", name);
    json_set(json, "values", g_steal_pointer(&values));
    json_set_string(json, "_postman_variable_scope", "environment");
    print_to(json, out);
    return true;
}
