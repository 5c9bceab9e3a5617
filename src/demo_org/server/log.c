/* SPDX-License-Identifier: MIT */
#include "demo_org/server/log.h"

static GQueue entries = G_QUEUE_INIT; /* Json objects, oldest first */
static gint64 last_number;

static Json *pairs_to_json(const GArray *pairs)
{
    Json *array = json_array();
    for (guint i = 0; i < pairs->len; i++) {
        const struct pair *pair = &g_array_index(pairs, struct pair, i);
        Json *item = json_array();
        json_append(item, json_string_new(pair->name));
        json_append(item, json_string_new(pair->value));
        json_append(array, item);
    }
    return array;
}

void log_add(const struct state *state, const struct request *request,
             const struct response *response, gint64 connection)
{
    Json *entry = json_object();
    json_set_int(entry, "number", ++last_number);
    json_set_int(entry, "time", state_now(state));
    json_set_int(entry, "connection", connection);
    json_set_string(entry, "method", request->method);
    json_set_string(entry, "target", request->target);
    json_set_string(entry, "version", request->version);
    json_set(entry, "headers", pairs_to_json(request->headers));
    g_autofree char *body = g_utf8_make_valid(request->body->str, (gssize)request->body->len);
    json_set_string(entry, "body", body);
    json_set_int(entry, "status", response->status);
    g_queue_push_tail(&entries, entry);
    if (entries.length > LOG_MAX)
        json_free(g_queue_pop_head(&entries));
}

Json *log_to_json(gint64 after)
{
    Json *array = json_array();
    for (const GList *link = entries.head; link != NULL; link = link->next)
        if (json_get_int(link->data, "number", 0) > after)
            json_append(array, json_copy(link->data));
    return array;
}

void log_clear(void)
{
    Json *entry;
    while ((entry = g_queue_pop_head(&entries)) != NULL)
        json_free(entry);
}
