/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/objects.h"
#include "demo_org/org/state_fields.h"
#include "demo_org/rest/rest.h"

/* Several requests in one: each part runs like a request of its own, and all count as one. */

enum { COLLECTION_MOST = 200, PARTS_MOST = 25 };

static struct response *run_part(struct state *state, const struct request *whole,
                                 const char *method, const char *url, const Json *body)
{
    struct request *part = request_new(url);
    struct response *answer = response_new();
    part->method = g_strdup(method);
    part->version = g_strdup(whole->version);
    part->remote = g_strdup(whole->remote);
    part->tls = whole->tls;
    for (guint i = 0; i < whole->headers->len; i++) {
        const struct pair *pair = &g_array_index(whole->headers, struct pair, i);
        if (g_ascii_strncasecmp(pair->name, "Content-", 8) != 0)
            request_add_header(part, pair->name, pair->value);
    }
    if (body != NULL) {
        g_autofree char *text = json_print(body);
        request_add_header(part, "Content-Type", "application/json");
        g_string_append(part->body, text);
    }
    request_complete(part);
    if (g_str_has_prefix(part->path, "/services/data/v")) {
        route_request(state, part, answer);
        state->org->api_used--;
    } else {
        rest_not_found(answer);
    }
    request_free(part);
    return answer;
}

static Json *body_of(const struct response *answer)
{
    return json_parse(answer->body->str, answer->body->len, NULL);
}

static bool is_well(const struct response *answer)
{
    return answer->status / 100 == 2;
}

static Json *read_body(const struct request *request, const char *member, struct response *response)
{
    Json *body = json_parse(request->body->str, request->body->len, NULL);
    if (json_is_array(json_get(body, member)))
        return body;
    json_free(body);
    g_autofree char *text = g_strdup_printf("%s is missing", member);
    rest_error(response, 400, "JSON_PARSER_ERROR", text);
    return NULL;
}

/* ---- all or none ---- */

struct before {
    GPtrArray *records, *deleted;
};

static void copy_records(GPtrArray *to, const GPtrArray *from)
{
    g_ptr_array_set_size(to, 0);
    for (guint i = 0; i < from->len; i++) {
        const struct record *record = from->pdata[i];
        struct record *copy = g_new(struct record, 1);
        *copy = (struct record){g_strdup(record->id), record->object, json_copy(record->fields)};
        g_ptr_array_add(to, copy);
    }
}

static void free_record(gpointer data)
{
    struct record *record = data;
    g_free(record->id);
    json_free(record->fields);
    g_free(record);
}

static struct before before_new(const struct state *state)
{
    struct before before = {g_ptr_array_new_with_free_func(free_record),
                            g_ptr_array_new_with_free_func(free_record)};
    copy_records(before.records, state->records);
    copy_records(before.deleted, state->deleted);
    return before;
}

/* The records as they were then, if that is wanted. */
static void before_end(struct before *before, struct state *state, bool restore)
{
    if (restore) {
        copy_records(state->records, before->records);
        copy_records(state->deleted, before->deleted);
    }
    g_ptr_array_unref(before->records);
    g_ptr_array_unref(before->deleted);
}

/* ---- composite ---- */

/* @{reference.member}, from the answers so far; it stays where it names nothing. */
static gboolean fill_in(const GMatchInfo *match, GString *out, gpointer data)
{
    g_autofree char *whole = g_match_info_fetch(match, 0);
    g_autofree char *reference = g_match_info_fetch(match, 1);
    g_autofree char *member = g_match_info_fetch(match, 2);
    const char *value = NULL;
    JSON_FOREACH(done, (const Json *)data)
    if (g_strcmp0(json_get_string(done, "referenceId"), reference) == 0)
        value = json_get_string(json_get(done, "body"), member);
    g_string_append(out, value != NULL ? value : whole);
    return FALSE;
}

/* NULL: a reference names nothing. Owned by the caller. */
static char *filled_in(const char *text, const Json *done)
{
    g_autoptr(GRegex) regex = g_regex_new("@\\{(\\w+)\\.(\\w+)\\}", 0, 0, NULL);
    char *result =
        g_regex_replace_eval(regex, text, -1, 0, 0, fill_in, (gpointer)(guintptr)done, NULL);
    if (g_regex_match(regex, result, 0, NULL))
        g_clear_pointer(&result, g_free);
    return result;
}

static struct response *run_composite_part(struct state *state, const struct request *request,
                                           const Json *part, const Json *done)
{
    const char *url = json_get_string(part, "url"), *method = json_get_string(part, "method");
    const Json *body = json_get(part, "body");
    g_autofree char *printed = body == NULL ? g_strdup("") : json_print(body);
    g_autofree char *real_url = filled_in(url == NULL ? "" : url, done);
    g_autofree char *real_text = filled_in(printed, done);
    if (real_url == NULL || real_text == NULL) {
        struct response *answer = response_new();
        rest_error_code_first(answer, 400, "PROCESSING_HALTED",
                              "Invalid reference specified. No value for it was found");
        return answer;
    }
    g_autoptr(Json) real = json_parse(real_text, strlen(real_text), NULL);
    return run_part(state, request, method == NULL ? "GET" : method, real_url, real);
}

static Json *composite_row(const Json *part, const struct response *answer)
{
    Json *row = json_object(), *headers = json_object();
    Json *body = body_of(answer);
    const char *location = pairs_get(answer->headers, "Location");
    if (location != NULL)
        json_set_string(headers, "Location", location);
    json_set(row, "body", body != NULL ? body : json_null_new());
    json_set(row, "httpHeaders", headers);
    json_set_int(row, "httpStatusCode", answer->status);
    json_set_string(row, "referenceId", json_get_string(part, "referenceId"));
    return row;
}

/* The rows of what went well, once everything is rolled back. */
static Json *halted(const Json *rows)
{
    Json *all = json_array();
    JSON_FOREACH(row, rows)
    {
        Json *copy = json_copy(row);
        if (json_get_int(row, "httpStatusCode", 0) / 100 == 2) {
            struct response *answer = response_new();
            rest_error_code_first(answer, 400, "PROCESSING_HALTED",
                                  "The transaction was rolled back since another operation in the "
                                  "same transaction failed.");
            json_set(copy, "body", body_of(answer));
            json_set(copy, "httpHeaders", json_object());
            json_set_int(copy, "httpStatusCode", answer->status);
            response_free(answer);
        }
        json_append(all, copy);
    }
    return all;
}

static Json *composite_too_much(void)
{
    struct response *answer = response_new();
    Json *rows = json_array();
    rest_error_code_first(answer, 400, "LIMIT_EXCEEDED",
                          "The request can’t contain more than 25 operations.");
    json_append(rows, composite_row(NULL, answer));
    response_free(answer);
    return rows;
}

void rest_composite(struct state *state, struct request *request, struct response *response)
{
    g_autoptr(Json) sent = read_body(request, "compositeRequest", response);
    if (sent == NULL)
        return;
    Json *body = json_object();
    if (json_size(json_get(sent, "compositeRequest")) > PARTS_MOST) {
        json_set(body, "compositeResponse", composite_too_much());
        response_json(response, 200, body);
        return;
    }
    const bool all = json_get_bool(sent, "allOrNone", false);
    struct before before = before_new(state);
    Json *rows = json_array();
    bool well = true;
    JSON_FOREACH(part, json_get(sent, "compositeRequest"))
    {
        struct response *answer = run_composite_part(state, request, part, rows);
        json_append(rows, composite_row(part, answer));
        well &= is_well(answer);
        response_free(answer);
    }
    before_end(&before, state, all && !well);
    json_set(body, "compositeResponse", all && !well ? halted(rows) : json_copy(rows));
    json_free(rows);
    response_json(response, 200, body);
}

void rest_batch(struct state *state, struct request *request, struct response *response)
{
    g_autoptr(Json) sent = read_body(request, "batchRequests", response);
    if (sent == NULL)
        return;
    Json *body = json_object(), *results = json_array();
    bool well = true;
    JSON_FOREACH(part, json_get(sent, "batchRequests"))
    {
        const char *url = json_get_string(part, "url"), *method = json_get_string(part, "method");
        g_autofree char *whole = g_strconcat("/services/data/", url, NULL);
        struct response *answer = run_part(state, request, method == NULL ? "GET" : method, whole,
                                           json_get(part, "richInput"));
        Json *result = json_object(), *told = body_of(answer);
        json_set_int(result, "statusCode", answer->status);
        json_set(result, "result", told != NULL ? told : json_null_new());
        json_append(results, result);
        well &= is_well(answer);
        response_free(answer);
    }
    json_set_bool(body, "hasErrors", !well);
    json_set(body, "results", results);
    response_json(response, 200, body);
}

/* ---- collections ---- */

static Json *refusals(const struct response *answer)
{
    g_autoptr(Json) told = body_of(answer);
    Json *errors = json_array();
    JSON_FOREACH(one, told)
    {
        const Json *fields = json_get(one, "fields");
        Json *error = json_object();
        json_set_string(error, "statusCode", json_get_string(one, "errorCode"));
        json_set_string(error, "message", json_get_string(one, "message"));
        json_set(error, "fields", fields != NULL ? json_copy(fields) : json_array());
        json_append(errors, error);
    }
    return errors;
}

/* {"id", "success", "errors"} of one record; id: of a request that names it, else NULL. */
static Json *outcome(const struct response *answer, const char *id)
{
    Json *told = body_of(answer);
    if (is_well(answer) && told != NULL)
        return told; /* of an insert, or of an upsert */
    json_free(told);
    Json *row = json_object();
    if (id != NULL && is_well(answer))
        json_set_string(row, "id", id);
    json_set_bool(row, "success", is_well(answer));
    json_set(row, "errors", refusals(answer));
    return row;
}

static struct response *rolled_back(void)
{
    struct response *answer = response_new();
    rest_error(answer, 400, "ALL_OR_NONE_OPERATION_ROLLED_BACK",
               "Record rolled back because not all records were valid and the request was using "
               "AllOrNone header");
    return answer;
}

struct collection {
    struct state *state;
    const struct request *request;
    Json *rows;
    bool well;
};

static void add_outcome(struct collection *collection, const char *method, const char *url,
                        const Json *body, const char *id)
{
    struct response *answer = run_part(collection->state, collection->request, method, url, body);
    json_append(collection->rows, outcome(answer, id));
    collection->well &= is_well(answer);
    response_free(answer);
}

/* A record as sent, without what its address says. */
static void add_record(struct collection *collection, const Json *record)
{
    const struct request *request = collection->request;
    const char *type = json_get_string(json_get(record, "attributes"), "type");
    const char *key = request->args[2] != NULL         ? request->args[2]
                      : json_get(record, "id") != NULL ? "id"
                                                       : "Id";
    const char *value = strcmp(request->method, "POST") == 0 ? NULL : json_get_string(record, key);
    g_autoptr(Json) fields = json_copy(record);
    g_autoptr(GString) url = g_string_new(NULL);
    g_string_printf(url, "/services/data/v%s/sobjects/%s", request->args[0],
                    type != NULL ? type : "");
    json_remove(fields, "attributes");
    if (value != NULL) {
        g_autofree char *encoded = url_encode(value);
        g_string_append_printf(url, "/%s%s%s", request->args[2] == NULL ? "" : key,
                               request->args[2] == NULL ? "" : "/", encoded);
        json_remove(fields, key);
    }
    add_outcome(collection, request->method, url->str, fields,
                request->args[2] == NULL ? value : NULL);
}

static void add_deletion(struct collection *collection, const char *id)
{
    const struct object *object = object_at(0);
    for (guint i = 1;
         object != NULL && (object->prefix == NULL || !g_str_has_prefix(id, object->prefix)); i++)
        object = object_at(i);
    g_autofree char *url =
        g_strdup_printf("/services/data/v%s/sobjects/%s/%s", collection->request->args[0],
                        object == NULL ? "Lead" : object->name, id);
    add_outcome(collection, "DELETE", url, NULL, id);
}

static void end_collection(struct collection *collection, struct before *before, bool all,
                           struct response *response)
{
    const bool undo = all && !collection->well;
    before_end(before, collection->state, undo);
    Json *rows = json_array();
    JSON_FOREACH(row, collection->rows)
    {
        struct response *answer = rolled_back();
        json_append(rows, undo && json_get_bool(row, "success", false) ? outcome(answer, NULL)
                                                                       : json_copy(row));
        response_free(answer);
    }
    json_free(collection->rows);
    response_json(response, 200, rows);
}

static bool is_too_much(guint count, struct response *response)
{
    if (count > COLLECTION_MOST)
        rest_error(response, 400, "EXCEEDED_ID_LIMIT",
                   "record limit reached. cannot submit more than 200 records in this request");
    return count > COLLECTION_MOST;
}

void rest_collection(struct state *state, struct request *request, struct response *response)
{
    g_autoptr(Json) sent = read_body(request, "records", response);
    if (sent == NULL || is_too_much(json_size(json_get(sent, "records")), response))
        return;
    struct before before = before_new(state);
    struct collection collection = {state, request, json_array(), true};
    JSON_FOREACH(record, json_get(sent, "records"))
    add_record(&collection, record);
    end_collection(&collection, &before, json_get_bool(sent, "allOrNone", false), response);
}

void rest_collection_delete(struct state *state, struct request *request, struct response *response)
{
    const char *ids = request_param(request, "ids");
    g_auto(GStrv) each = g_strsplit(ids == NULL ? "" : ids, ",", -1);
    if (is_too_much(g_strv_length(each), response))
        return;
    struct before before = before_new(state);
    struct collection collection = {state, request, json_array(), true};
    for (char **id = each; *id != NULL; id++)
        add_deletion(&collection, *id);
    end_collection(&collection, &before,
                   g_strcmp0(request_param(request, "allOrNone"), "true") == 0, response);
}

/* Records by id, null for those that are not there. */
void rest_collection_get(struct state *state, struct request *request, struct response *response)
{
    g_autoptr(Json) sent = read_body(request, "ids", response);
    if (sent == NULL || is_too_much(json_size(json_get(sent, "ids")), response))
        return;
    Json *rows = json_array();
    g_autoptr(GString) fields = g_string_new("Id");
    JSON_FOREACH(field, json_get(sent, "fields"))
    if (json_is_string(field) && strcmp(json_string(field), "Id") != 0)
        g_string_append_printf(fields, ",%s", json_string(field));
    g_autofree char *encoded = url_encode(fields->str);
    JSON_FOREACH(id, json_get(sent, "ids"))
    {
        g_autofree char *url =
            g_strdup_printf("/services/data/v%s/sobjects/%s/%s?fields=%s", request->args[0],
                            request->args[1], json_is_string(id) ? json_string(id) : "", encoded);
        struct response *answer = run_part(state, request, "GET", url, NULL);
        json_append(rows, is_well(answer) ? body_of(answer) : json_null_new());
        response_free(answer);
    }
    response_json(response, 200, rows);
}
