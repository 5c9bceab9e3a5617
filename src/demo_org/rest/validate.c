/* SPDX-License-Identifier: MIT */
#include "demo_org/rest/validate.h"

#include <string.h>

#include "demo_org/rest/rest.h"
#include "perch/base/text.h"

static bool is_text(const struct field *field)
{
    static const char *const types[] = {"string", "textarea", "picklist", "email", "phone", "url"};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (field_is_type(field, types[i]))
            return true;
    return false;
}

static bool is_numeric(const struct field *field)
{
    return field_is_type(field, "double") || field_is_type(field, "currency") ||
           field_is_type(field, "int");
}

/* Names of JSON tokens as in JSON_PARSER_ERROR. */
static char *token_name(const Json *value)
{
    if (json_is_string(value))
        return g_strdup_printf("VALUE_STRING value %s", json_string(value));
    g_autofree char *text = json_print(value);
    if (json_is_bool(value))
        return g_strdup_printf("VALUE_%s value %s", json_bool(value) ? "TRUE" : "FALSE", text);
    if (json_is_number(value))
        return g_strdup_printf("VALUE_NUMBER_%s value %s",
                               strpbrk(text, ".eE") != NULL ? "FLOAT" : "INT", text);
    return g_strdup(json_is_array(value) ? "START_ARRAY value [" : "START_OBJECT value {");
}

static bool is_date(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    for (gsize i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != shape[i])
            return false;
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autofree char *full = g_strdup_printf("%.10sT00:00:00Z", text);
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(full, utc);
    return date != NULL;
}

static bool is_date_time(const char *text)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);
    return time != NULL || (is_date(text) && text[10] == '\0');
}

static bool is_number_text(const char *text, bool whole)
{
    char *end;
    const double number = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && (!whole || number == (double)(gint64)number);
}

/* Whether the JSON value is compatible with the field's type. */
static bool type_fits(const struct field *field, const Json *value)
{
    if (json_is_null(value))
        return true;
    const char *text = json_string(value);
    const bool whole = field_is_type(field, "int");
    if (field_is_type(field, "boolean"))
        return json_is_bool(value) ||
               (text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0));
    if (is_numeric(field))
        return (text != NULL && is_number_text(text, whole)) ||
               (json_is_number(value) &&
                (!whole || json_number(value) == (double)(gint64)json_number(value)));
    if (text == NULL)
        return false;
    if (field_is_type(field, "date"))
        return is_date(text) && text[10] == '\0';
    return !field_is_type(field, "datetime") || is_date_time(text);
}

static const char *type_name(const struct field *field)
{
    if (is_text(field) || field_is_type(field, "id") || field_is_type(field, "reference"))
        return "string";
    return field_is_type(field, "currency") ? "double" : field->type;
}

static bool check_shape(const struct write *write, struct response *response)
{
    JSON_FOREACH(value, write->sent)
    {
        if (strcmp(json_key(value), "attributes") == 0)
            continue;
        const struct field *field = fields_find(write->fields, json_key(value));
        if (field == NULL) {
            g_autofree char *text = g_strdup_printf("No such column '%s' on sobject of type %s",
                                                    json_key(value), write->object->name);
            rest_error(response, 400, "INVALID_FIELD", text);
            return false;
        }
        if (!type_fits(field, value)) {
            g_autofree char *token = token_name(value);
            g_autofree char *place = scan_place(write->scan, json_key(value));
            g_autofree char *text = g_strdup_printf(
                "Cannot deserialize instance of %s from %s or request may be missing a required "
                "field%s",
                type_name(field), token, place);
            rest_error(response, 400, "JSON_PARSER_ERROR", text);
            return false;
        }
    }
    return true;
}

static bool may_write(const struct write *write, const struct field *field)
{
    return field_is(field, write->id == NULL ? FIELD_CREATEABLE : FIELD_UPDATEABLE) &&
           policy_writes(write->profile, write->object->name, field);
}

/* Field names as "A, B" for a message and NULL-terminated for "fields". */
static void refuse_fields(struct response *response, const char *code, const char *before,
                          const char *after, GPtrArray *names)
{
    g_ptr_array_add(names, NULL);
    const char *const *list = (const char *const *)names->pdata;
    g_autofree char *joined = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *text = g_strconcat(before, joined, after, NULL);
    rest_error_fields(response, 400, code, text, list);
}

static bool check_writable(const struct write *write, struct response *response)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    JSON_FOREACH(value, write->sent)
    {
        const struct field *field = fields_find(write->fields, json_key(value));
        if (field != NULL && !may_write(write, field))
            g_ptr_array_add(names, (gpointer)(guintptr)field->name);
    }
    if (names->len == 0)
        return true;
    refuse_fields(response, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: ",
                  ". Please check the security settings of this field and verify that it is "
                  "read/write for your profile or permission set.",
                  names);
    return false;
}

/* The value as stored by the org: text without blanks at the ends, null instead of empty text. */
static Json *stored_value(const struct field *field, const Json *value)
{
    const char *text = json_string(value);
    if (json_is_null(value))
        return field_is_type(field, "boolean") ? json_bool_new(false) : json_null_new();
    if (field_is_type(field, "boolean"))
        return json_bool_new(json_bool(value) || g_strcmp0(text, "true") == 0);
    if (is_numeric(field) && text != NULL)
        return json_parse(text, strlen(text), NULL);
    if (text == NULL)
        return json_copy(value);
    if (field_is_type(field, "reference")) {
        g_autofree char *id = id_same(text, text) ? id_18(text) : g_strdup(text);
        return json_string_new(*text != '\0' ? id : NULL);
    }
    if (field_is_type(field, "datetime")) {
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);
        g_autoptr(GDateTime) in_utc = time != NULL ? g_date_time_to_utc(time) : NULL;
        g_autofree char *form = in_utc != NULL
                                    ? g_date_time_format(in_utc, "%Y-%m-%dT%H:%M:%S.000+0000")
                                    : g_strdup_printf("%sT00:00:00.000+0000", text);
        return json_string_new(form);
    }
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    return json_string_new(*trimmed != '\0' ? trimmed : NULL);
}

static void take_values(struct write *write)
{
    JSON_FOREACH(value, write->sent)
    {
        const struct field *field = fields_find(write->fields, json_key(value));
        if (field != NULL)
            json_set(write->values, field->name, stored_value(field, value));
    }
}

static bool check_required(const struct write *write, struct response *response)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    /* All fields, even those the user cannot see: the org still requires them. */
    g_autoptr(GArray) fields = object_fields(write->state, write->object);
    for (guint i = 0; i < fields->len; i++) {
        const struct field *field = &g_array_index(fields, struct field, i);
        if (field_is(field, FIELD_CREATEABLE) && !field_is(field, FIELD_NILLABLE) &&
            (!field_is(field, FIELD_DEFAULTED) || json_get(write->sent, field->name) != NULL) &&
            !field_is_type(field, "boolean") && json_is_null(json_get(write->values, field->name)))
            g_ptr_array_add(names, (gpointer)(guintptr)field->name);
    }
    if (names->len == 0)
        return true;
    refuse_fields(response, "REQUIRED_FIELD_MISSING", "Required fields are missing: [", "]", names);
    return false;
}

void validate_add_error(Json *errors, const char *code, const char *message, const char *field)
{
    Json *error = json_object();
    Json *fields = json_array();
    json_set_string(error, "message", message);
    json_set_string(error, "errorCode", code);
    if (field != NULL)
        json_append(fields, json_string_new(field));
    json_set(error, "fields", fields);
    json_append(errors, error);
}

static void add_field_error(Json *errors, const struct field *field, const char *code,
                            const char *middle, const char *value, const char *after)
{
    g_autofree char *text = g_strconcat(field->label, ": ", middle, value, after, NULL);
    validate_add_error(errors, code, text, field->name);
}

/* One '@', something before it, a dot inside what follows, no blanks. */
static bool is_email(const char *text)
{
    const char *at = strchr(text, '@');
    if (at == NULL || at == text || strchr(at + 1, '@') != NULL || strpbrk(text, " \t<>,;") != NULL)
        return false;
    const char *dot = strrchr(at, '.');
    return dot != NULL && dot > at + 1 && dot[1] != '\0' && at[1] != '.' && at[-1] != '.' &&
           strstr(text, "..") == NULL;
}

static void check_text(const struct field *field, const char *text, Json *errors)
{
    if (field->length > 0 && text_utf16_length(text) > field->length) {
        g_autofree char *after = g_strdup_printf(" (max length=%d)", field->length);
        add_field_error(errors, field, "STRING_TOO_LONG", "data value too large: ", text, after);
    } else if (field_is_type(field, "email") && !is_email(text)) {
        add_field_error(errors, field, "INVALID_EMAIL_ADDRESS", "invalid email address: ", text,
                        "");
    } else if (field_is(field, FIELD_RESTRICTED) && !field_has_value(field, text)) {
        add_field_error(errors, field, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                        "bad value for restricted picklist field: ", text, "");
    }
}

static double number_limit(const struct field *field)
{
    if (field_is_type(field, "int"))
        return 1e8;
    if (strcmp(field->name, "Latitude") == 0)
        return 90.0001;
    return strcmp(field->name, "Longitude") == 0 ? 180.0001 : 1e18;
}

static void check_number(const struct field *field, const Json *value, Json *errors)
{
    const double number = json_number(value);
    g_autofree char *text = json_print(value);
    if (number >= number_limit(field) || number <= -number_limit(field))
        add_field_error(errors, field, "NUMBER_OUTSIDE_VALID_RANGE",
                        "value outside of valid range on numeric field: ", text, "");
}

static bool id_exists(const struct state *state, const char *id)
{
    for (guint i = 0; i < state->records->len; i++)
        if (id_same(((struct record *)g_ptr_array_index(state->records, i))->id, id))
            return true;
    return state_find_user_id(state, id) != NULL;
}

static void check_reference(const struct write *write, const struct field *field, const char *id,
                            Json *errors)
{
    if (!id_same(id, id))
        add_field_error(errors, field, "MALFORMED_ID", "id value of incorrect type: ", id, "");
    else if (!id_exists(write->state, id))
        validate_add_error(errors, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id",
                           NULL);
}

/* With state and country picklists on: checks that the pair is valid. */
static void check_state(const struct write *write, Json *errors)
{
    const GPtrArray *pairs = write->state->org->states;
    const char *country = json_get_string(write->values, "Country");
    const char *region = json_get_string(write->values, "State");
    if (pairs->len == 0 || region == NULL || json_get(write->sent, "State") == NULL)
        return;
    g_autofree char *pair = g_strdup_printf("%s=%s", country != NULL ? country : "", region);
    if (!list_has(pairs, pair))
        validate_add_error(errors, "FIELD_INTEGRITY_EXCEPTION",
                           "The existing country/territory doesn't recognize the state value for "
                           "field: State/Province",
                           "State");
}

static Json *check_values(const struct write *write)
{
    Json *errors = json_array();
    JSON_FOREACH(sent, write->sent)
    {
        const struct field *field = fields_find(write->fields, json_key(sent));
        const Json *value = field != NULL ? json_get(write->values, field->name) : NULL;
        const char *text = json_string(value);
        if (field == NULL || json_is_null(value))
            continue;
        if (is_text(field) && text != NULL)
            check_text(field, text, errors);
        else if (is_numeric(field))
            check_number(field, value, errors);
        else if (field_is_type(field, "reference") && text != NULL)
            check_reference(write, field, text, errors);
    }
    check_state(write, errors);
    return errors;
}

bool validate_write(struct write *write, struct response *response)
{
    if (!check_shape(write, response) || !check_writable(write, response))
        return false;
    take_values(write);
    if (!check_required(write, response))
        return false;
    Json *errors = check_values(write);
    if (json_size(errors) > 0) {
        response_json(response, 400, errors);
        return false;
    }
    json_free(errors);
    return rules_allow(write, response);
}
