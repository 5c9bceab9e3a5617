/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "field_types.h"
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

/* The fields that the Flow Builder guide fills, in its order. text NULL = the marker; an awkward
 * text contains characters that break a template without escaping. */
static const struct guide_field {
    const char *object, *field, *text;
    bool awkward;
} guide[] = {
    {"Lead", "Phone", "+1 202 555 0100", false},
    {"Lead", "LastName", NULL, false},
    {"Lead", "Company", "WhatsApp", false},
    {"Lead", "LeadSource", "Other", false},
    {"Lead", "Description", NULL, true},
    {"Case", "SuppliedPhone", "+1 202 555 0100", false},
    {"Case", "SuppliedName", NULL, false},
    {"Case", "Subject", NULL, false},
    {"Case", "Origin", "Other", false},
    {"Case", "Description", NULL, true},
};

static char *cut(const char *text, gint64 length)
{
    if (length <= 0 || g_utf8_strlen(text, -1) <= (glong)length)
        return g_strdup(text);
    return g_utf8_substring(text, 0, (glong)length);
}

/* "Other" if the list has it: a sample comes neither from the web nor from a partner. */
static char *sample_choice(const struct field *field)
{
    if (field->values == NULL || field->values->len == 0)
        return NULL;
    for (guint i = 0; i < field->values->len; i++)
        if (g_str_equal(g_ptr_array_index(field->values, i), "Other"))
            return g_strdup("Other");
    return g_strdup(g_ptr_array_index(field->values, 0));
}

/* A text that field accepts, or NULL if none can be made up. */
static char *sample_text(const struct field *field, const char *wish)
{
    const struct field_type *type = field_type_of(field);
    if (type->kind == FIELD_PICKLIST)
        return sample_choice(field);
    if (type->kind == FIELD_OPAQUE || type->kind == FIELD_REFERENCE)
        return NULL;
    if (type->sample != NULL)
        return type->has_length ? cut(type->sample, field->length) : g_strdup(type->sample);
    return cut(wish, field->length);
}

static void add_sample(Json *body, const struct field *field, const char *wish)
{
    g_autofree char *text = sample_text(field, wish);
    if (text == NULL)
        return;
    g_autofree char *problem = field_problem(field, text);
    if (problem == NULL)
        json_set(body, field->name, field_value(field, text));
}

Json *record_sample(const struct describe *describe, const char *marker)
{
    Json *body = json_object();
    g_autofree char *awkward = g_strconcat(marker, ": It's \"quoted\" \\ ünïcode", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(guide); i++) {
        if (!g_str_equal(guide[i].object, describe->object))
            continue;
        const struct field *field = describe_field(describe, guide[i].field);
        const char *text = guide[i].awkward ? awkward : guide[i].text;
        if (field != NULL && field->createable)
            add_sample(body, field, text == NULL ? marker : text);
    }
    for (guint i = 0; describe->fields != NULL && i < describe->fields->len; i++) {
        const struct field *field = g_ptr_array_index(describe->fields, i);
        if (field_is_required(field) && json_get(body, field->name) == NULL)
            add_sample(body, field, marker);
    }
    return body;
}

/* Salesforce may spell a field's name in another case. */
static const Json *find_value(const Json *record, const char *name)
{
    JSON_FOREACH(value, record)
    if (g_ascii_strcasecmp(json_key(value), name) == 0)
        return value;
    return NULL;
}

/* Text as Salesforce stores it: no white space at the ends, one kind of line break. */
static char *stored_form(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
    g_autofree char *unix_lines = g_strjoinv("\n", lines);
    g_strdelimit(unix_lines, "\r", '\n');
    return g_strdup(g_strstrip(unix_lines));
}

static bool same_moment(const char *a, const char *b)
{
    g_autoptr(GDateTime) first = g_date_time_new_from_iso8601(a, NULL);
    g_autoptr(GDateTime) second = g_date_time_new_from_iso8601(b, NULL);
    return first != NULL && second != NULL && g_date_time_equal(first, second);
}

static bool same_id(const char *a, const char *b)
{
    if (!salesforce_id_is_valid(a) || !salesforce_id_is_valid(b) || strlen(a) == strlen(b))
        return false;
    return strncmp(a, b, 15) == 0;
}

static bool same_text(const char *sent, const char *read)
{
    g_autofree char *a = stored_form(sent);
    g_autofree char *b = stored_form(read);
    return g_str_equal(a, b) || same_moment(a, b) || same_id(a, b);
}

static bool is_blank(const Json *value)
{
    const char *text = json_string(value);
    return json_is_null(value) || (text != NULL && text[strspn(text, " \t\r\n")] == '\0');
}

static bool as_number(const Json *value, double *ret_number)
{
    const char *text = json_string(value);
    char *end = NULL;
    *ret_number = text == NULL ? json_number(value) : g_ascii_strtod(text, &end);
    return text == NULL ? json_is_number(value) : end != text && *end == '\0';
}

static bool same_value(const Json *sent, const Json *read)
{
    if (is_blank(sent) || is_blank(read))
        return is_blank(sent) && is_blank(read);
    if (json_is_bool(sent) || json_is_bool(read))
        return json_is_bool(sent) && json_is_bool(read) && json_bool(sent) == json_bool(read);
    if (json_is_string(sent) && json_is_string(read))
        return same_text(json_string(sent), json_string(read));
    double a, b;
    return as_number(sent, &a) && as_number(read, &b) && fabs(a - b) <= fabs(a) * 1e-12;
}

static bool has_all(const Json *read, const Json *sent, const char *id)
{
    if (!json_is_object(read))
        return false;
    const Json *own = find_value(read, "Id");
    const char *text = json_string(own);
    if (own != NULL && (text == NULL || (strcmp(text, id) != 0 && !same_id(text, id))))
        return false;
    JSON_FOREACH(value, sent)
    if (find_value(read, json_key(value)) == NULL)
        return false;
    return true;
}

bool record_is_answer(const Json *answer, const Json *sent, const char *id, GError **error)
{
    if (has_all(answer, sent, id))
        return true;
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                        _("The answer is not the record that was asked for."));
    return false;
}

GPtrArray *record_differences(const Json *sent, const Json *read)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    JSON_FOREACH(value, sent)
    {
        if (!same_value(value, find_value(read, json_key(value))))
            g_ptr_array_add(names, g_strdup(json_key(value)));
    }
    return names;
}
