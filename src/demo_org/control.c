/* SPDX-License-Identifier: MIT */
#include "demo_org/control.h"

#include <string.h>

#include "demo_org/server/faults.h"
#include "demo_org/server/log.h"
#include "perch/base/secret.h"

const char *control_token(void)
{
    static Secret *token;
    if (token == NULL)
        token = secret_new_random(24);
    return secret_peek(token);
}

bool control_begin(const struct request *request, struct response *response)
{
    g_autoptr(Secret) right = secret_new(control_token());
    const char *sent = request_header(request, "X-Demo-Control");
    if (sent != NULL && secret_equal_text(right, sent))
        return true;
    response_text(response, 403, "text/plain", "The control token is missing or wrong.\n");
    return false;
}

void control_get_state(struct state *state, struct request *request, struct response *response)
{
    (void)request;
    response_json(response, 200, state_to_json(state));
}

static Json *body_json(const struct request *request, struct response *response)
{
    g_autoptr(GError) error = NULL;
    Json *json = json_parse(request->body->str, request->body->len, &error);
    if (json == NULL)
        response_text(response, 400, "text/plain", error->message);
    return json;
}

void control_patch_state(struct state *state, struct request *request, struct response *response)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) patch = body_json(request, response);
    if (patch == NULL)
        return;
    if (!state_patch(state, patch, &error) || !faults_check(state, &error))
        response_text(response, 400, "text/plain", error->message);
    else
        response->status = 204;
}

void control_get_log(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    const char *after = request_param(request, "after");
    response_json(response, 200, log_to_json(after != NULL ? g_ascii_strtoll(after, NULL, 10) : 0));
}

void control_clear_log(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    log_clear();
    response->status = 204;
}

void control_get_records(struct state *state, struct request *request, struct response *response)
{
    (void)request;
    Json *array = json_array();
    for (guint i = 0; i < state->records->len; i++) {
        const struct record *record = g_ptr_array_index(state->records, i);
        Json *item = json_object();
        json_set_string(item, "id", record->id);
        json_set_string(item, "object", record->object);
        json_set(item, "fields", json_copy(record->fields));
        json_append(array, item);
    }
    response_json(response, 200, array);
}

void control_move_clock(struct state *state, struct request *request, struct response *response)
{
    g_autoptr(Json) body = body_json(request, response);
    if (body == NULL)
        return;
    state->org->clock_offset_ms = json_get_int(body, "offset_ms", state->org->clock_offset_ms) +
                                  json_get_int(body, "advance_ms", 0);
    Json *answer = json_object();
    json_set_int(answer, "now", state_now(state));
    response_json(response, 200, answer);
}
