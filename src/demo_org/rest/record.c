/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/record_values.h"
#include "demo_org/org/sobject_rows.h"
#include "demo_org/rest/rest.h"
#include "demo_org/rest/validate.h"

static const struct object *find_writable(const struct request *request, struct response *response)
{
    const struct object *object = object_find(request->args[1]);
    if (object != NULL && object_writable(object) && object_readable(object, request->profile))
        return object;
    rest_not_found(response);
    return NULL;
}

static void no_external_id(const char *name, struct response *response)
{
    g_autofree char *text =
        g_strdup_printf("Provided external ID field does not exist or is not accessible: %s", name);
    rest_error_code_first(response, 404, "NOT_FOUND", text);
}

/* The record in the path; NULL, with an answer, when there is none. */
static struct record *find_record(const struct state *state, const struct request *request,
                                  const struct object *object, struct response *response)
{
    const char *id = request->args[2];
    struct record *record = state_record(state, object->name, id);
    if (record != NULL)
        return record;
    /* Ids begin with a digit; anything else in their place is taken for an external ID field. */
    const bool is_id = id_same(id, id) && g_ascii_isdigit(*id);
    if (is_id && state_is_deleted(state, id) && strcmp(request->method, "GET") != 0) {
        rest_error_code_first(response, 404, "ENTITY_IS_DELETED", "entity is deleted");
    } else if (is_id) {
        rest_not_found(response);
    } else {
        no_external_id(id, response);
    }
    return NULL;
}

static bool body_is_json(const struct request *request, struct scan *scan,
                         struct response *response)
{
    const char *type = request_header(request, "Content-Type");
    if (type != NULL && g_ascii_strncasecmp(type, "application/json", 16) != 0) {
        rest_error(response, 415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type");
        return false;
    }
    if (request->body->len == 0) {
        rest_error(response, 400, "JSON_PARSER_ERROR",
                   "The HTTP entity body is required, but this request has no entity body.");
        return false;
    }
    if (!scan_run(scan, request->body->str, request->body->len)) {
        rest_error(response, 400, "JSON_PARSER_ERROR", scan->problem);
        return false;
    }
    return true;
}

static Json *parse_body(const struct request *request, struct scan *scan, struct response *response)
{
    if (!body_is_json(request, scan, response))
        return NULL;
    Json *body = json_parse(request->body->str, request->body->len, NULL);
    if (json_is_object(body))
        return body;
    json_free(body);
    rest_error(response, 400, "JSON_PARSER_ERROR",
               "Can not deserialize SObject out of START_ARRAY token at [line:1, column:1]");
    return NULL;
}

static bool header_allows_duplicates(const struct request *request)
{
    const char *header = request_header(request, "Sforce-Duplicate-Rule-Header");
    if (header == NULL)
        return false;
    g_autofree char *lower = g_ascii_strdown(header, -1);
    g_auto(GStrv) parts = g_strsplit(lower, " ", -1);
    g_autofree char *joined = g_strjoinv("", parts);
    return strstr(joined, "allowsave=true") != NULL;
}

/* false, with an answer, while nothing can be written at all. */
static bool may_write_now(const struct state *state, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    if (state->org->read_only) {
        rest_error_fields(response, 403, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
                          "Updates can't be made during maintenance.", no_fields);
        return false;
    }
    if (state_now(state) < state->org->rows_locked_until_ms) {
        rest_error_fields(response, 400, "UNABLE_TO_LOCK_ROW",
                          "unable to obtain exclusive access to this record or 1 records: "
                          "00QDn00000Lck1w",
                          no_fields);
        return false;
    }
    return true;
}

static bool may_insert(const struct state *state, const struct request *request,
                       const struct object *object, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    if (!policy_may(request->profile, RIGHT_CREATE, object->name)) {
        g_autofree char *text =
            g_strdup_printf("entity type cannot be inserted: %s", object->label);
        rest_error_fields(response, 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text, no_fields);
        return false;
    }
    if (!may_write_now(state, response))
        return false;
    if (state->org->storage_full) {
        rest_error_fields(response, 403, "STORAGE_LIMIT_EXCEEDED", "storage limit exceeded",
                          no_fields);
        return false;
    }
    return true;
}

static bool is_upsert(const struct request *request)
{
    return request->args[3] != NULL;
}

static void insert(struct state *state, struct request *request, const struct object *object,
                   struct write *write, struct response *response)
{
    g_autoptr(Json) values = json_object();
    record_set_defaults(state, object, values);
    write->values = values;
    if (!validate_write(write, response))
        return;
    struct record *record = state_add_record(state, object->name, object->prefix);
    json_free(record->fields);
    record->fields = g_steal_pointer(&values);
    record_set_created(state, record, request->user);
    record_set_computed(state, object, request->user, record->fields);
    response_header_take(response, "Location",
                         g_strdup_printf("/services/data/v%s/sobjects/%s/%s", request->args[0],
                                         object->name, record->id));
    Json *body = json_object();
    json_set_string(body, "id", record->id);
    json_set_bool(body, "success", true);
    json_set(body, "errors", json_array());
    if (is_upsert(request))
        json_set_bool(body, "created", true);
    response_json(response, 201, body);
}

static void answer_update(const struct request *request, const struct record *record,
                          struct response *response)
{
    if (!is_upsert(request)) {
        response->status = 204;
        return;
    }
    Json *body = json_object();
    json_set_string(body, "id", record->id);
    json_set_bool(body, "success", true);
    json_set(body, "errors", json_array());
    json_set_bool(body, "created", false);
    response_json(response, 200, body);
}

/* The external ID is in the path only. */
static bool take_external_id(const struct request *request, Json *sent, struct response *response)
{
    if (!is_upsert(request))
        return true;
    if (json_get(sent, request->args[2]) == NULL) {
        json_set_string(sent, request->args[2], request->args[3]);
        return true;
    }
    const char *const fields[] = {request->args[2], NULL};
    g_autofree char *text = g_strdup_printf(
        "The %s field should not be specified in the sobject data.", request->args[2]);
    rest_error_fields(response, 400, "INVALID_FIELD", text, fields);
    return false;
}

/* Runs insert or update with the parsed request body and the visible fields. */
static void write_record(struct state *state, struct request *request, const struct object *object,
                         struct record *record, struct response *response)
{
    struct scan scan = {0};
    g_autoptr(GArray) fields = object_visible_fields(state, object, request->profile);
    g_autoptr(Json) sent = parse_body(request, &scan, response);
    if (sent != NULL && take_external_id(request, sent, response)) {
        struct write write = {.state = state,
                              .object = object,
                              .profile = request->profile,
                              .scan = &scan,
                              .fields = fields,
                              .sent = sent,
                              .id = record != NULL ? record->id : NULL,
                              .allow_duplicates = header_allows_duplicates(request),
                              .version = request->args[0],
                              .auto_assign = request_header(request, "Sforce-Auto-Assign")};
        if (record == NULL) {
            insert(state, request, object, &write, response);
        } else {
            g_autoptr(Json) values = json_copy(record->fields);
            write.values = values;
            if (validate_write(&write, response)) {
                record_set_computed(state, object, request->user, values);
                json_free(record->fields);
                record->fields = g_steal_pointer(&values);
                answer_update(request, record, response);
            }
        }
    }
    scan_clear(&scan);
}

void rest_insert(struct state *state, struct request *request, struct response *response)
{
    if (assignments_insert(state, request, response))
        return;
    const struct object *object = find_writable(request, response);
    if (object != NULL && may_insert(state, request, object, response))
        write_record(state, request, object, NULL, response);
}

static bool may(const struct request *request, enum object_right right, const struct object *object,
                struct response *response)
{
    if (policy_may(request->profile, right, object->name))
        return true;
    rest_error(response, 403, "INSUFFICIENT_ACCESS_OR_READONLY",
               "insufficient access rights on object id");
    return false;
}

void rest_update(struct state *state, struct request *request, struct response *response)
{
    const struct object *object = find_writable(request, response);
    struct record *record = object != NULL ? find_record(state, request, object, response) : NULL;
    if (record == NULL || !may(request, RIGHT_EDIT, object, response) ||
        !may_write_now(state, response))
        return;
    if (json_get_bool(record->fields, "IsConverted", false))
        rest_error(response, 400, "CANNOT_UPDATE_CONVERTED_LEAD",
                   "cannot reference converted lead");
    else
        write_record(state, request, object, record, response);
}

static struct record *find_by(const struct state *state, const struct object *object,
                              const char *field, const char *value)
{
    for (guint i = 0; i < state->records->len; i++) {
        struct record *record = state->records->pdata[i];
        const char *held = json_get_string(record->fields, field);
        if (strcmp(record->object, object->name) == 0 && held != NULL &&
            g_ascii_strcasecmp(held, value) == 0)
            return record;
    }
    return NULL;
}

void rest_upsert(struct state *state, struct request *request, struct response *response)
{
    const struct object *object = find_writable(request, response);
    if (object == NULL)
        return;
    g_autoptr(GArray) fields = object_visible_fields(state, object, request->profile);
    const struct field *field = fields_find(fields, request->args[2]);
    if (field == NULL || field->custom == NULL || !field->custom->external_id) {
        no_external_id(request->args[2], response);
        return;
    }
    struct record *record = find_by(state, object, field->name, request->args[3]);
    if (record == NULL
            ? may_insert(state, request, object, response)
            : may(request, RIGHT_EDIT, object, response) && may_write_now(state, response))
        write_record(state, request, object, record, response);
}

void rest_delete(struct state *state, struct request *request, struct response *response)
{
    if (assignments_delete(state, request, response))
        return;
    const struct object *object = find_writable(request, response);
    const struct record *record =
        object != NULL ? find_record(state, request, object, response) : NULL;
    if (record == NULL || !may(request, RIGHT_DELETE, object, response) ||
        !may_write_now(state, response))
        return;
    state_remove_record(state, record);
    response->status = 204;
}

/* A row of any object by its id, including objects built from the state. */
static Json *find_row(const struct state *state, const struct request *request,
                      const struct object *object)
{
    g_autoptr(GPtrArray) rows = object->rows(state, object, request->user);
    for (guint i = 0; i < rows->len; i++)
        if (id_same(json_get_string(g_ptr_array_index(rows, i), "Id"), request->args[2]))
            return json_copy(g_ptr_array_index(rows, i));
    return NULL;
}

static void copy_field(Json *body, const Json *row, const char *name)
{
    const Json *value = json_get(row, name);
    json_set(body, name, value != NULL ? json_copy(value) : json_null_new());
}

/* Copies the named fields; Id comes last if it is not among them. */
static bool copy_named(const struct object *object, const GArray *fields, const char *named,
                       const Json *row, Json *body, struct response *response)
{
    g_auto(GStrv) names = g_strsplit(named, ",", -1);
    for (char **name = names; *name != NULL; name++) {
        const struct field *field = fields_find(fields, g_strstrip(*name));
        if (field == NULL) {
            g_autofree char *text =
                g_strdup_printf("No such column '%s' on sobject of type %s", *name, object->name);
            rest_error(response, 400, "INVALID_FIELD", text);
            return false;
        }
        copy_field(body, row, field->name);
    }
    if (json_get(body, "Id") == NULL)
        copy_field(body, row, "Id");
    return true;
}

/* Answers {"attributes": ...} and the requested fields, else all. */
static void answer_row(const struct state *state, const struct request *request,
                       const struct object *object, const Json *row, struct response *response)
{
    g_autoptr(GArray) fields = object_visible_fields(state, object, request->profile);
    g_autoptr(Json) body = json_object();
    Json *attributes = json_object();
    g_autofree char *url = g_strdup_printf("/services/data/v%s/sobjects/%s/%s", request->args[0],
                                           object->name, json_get_string(row, "Id"));
    json_set_string(attributes, "type", object->name);
    json_set_string(attributes, "url", url);
    json_set(body, "attributes", attributes);
    const char *named = request_param(request, "fields");
    if (named != NULL && !copy_named(object, fields, named, row, body, response))
        return;
    for (guint i = 0; named == NULL && i < fields->len; i++)
        copy_field(body, row, g_array_index(fields, struct field, i).name);
    response_json(response, 200, g_steal_pointer(&body));
}

void rest_get_record(struct state *state, struct request *request, struct response *response)
{
    const struct object *object = object_find(request->args[1]);
    if (object == NULL || !object_readable(object, request->profile)) {
        rest_not_found(response);
        return;
    }
    g_autoptr(Json) row = find_row(state, request, object);
    if (row != NULL)
        answer_row(state, request, object, row, response);
    else
        find_record(state, request, object, response);
}
