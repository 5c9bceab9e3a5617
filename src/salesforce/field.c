/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "field_types.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

static bool is_id(const char *text)
{
    return salesforce_id_is_valid(text);
}

static bool is_email(const char *text)
{
    return g_regex_match_simple("^[^@\\s,;<>\"]+@[^@\\s.]+(\\.[^@\\s.]+)+$", text, 0, 0);
}

static bool is_boolean(const char *text)
{
    return g_str_equal(text, "true") || g_str_equal(text, "false");
}

static bool is_integer(const char *text)
{
    gint64 number;
    return g_ascii_string_to_signed(text, 10, G_MININT32, G_MAXINT32, &number, NULL);
}

static bool is_long(const char *text)
{
    gint64 number;
    return g_ascii_string_to_signed(text, 10, -999999999999999, 999999999999999, &number, NULL);
}

static bool is_number(const char *text)
{
    return g_regex_match_simple("^[+-]?([0-9]{1,18}(\\.[0-9]{0,18})?|\\.[0-9]{1,18})"
                                "([eE][+-]?[0-9]{1,2})?$",
                                text, G_REGEX_DOLLAR_ENDONLY, 0);
}

static bool is_datetime(const char *text)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, NULL);
    return date != NULL;
}

static bool is_date(const char *text)
{
    if (!g_regex_match_simple("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", text, G_REGEX_DOLLAR_ENDONLY, 0))
        return false;
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    return is_datetime(midnight);
}

static bool is_time(const char *text)
{
    return g_regex_match_simple("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,3})?)?Z?$",
                                text, G_REGEX_DOLLAR_ENDONLY, 0);
}

static const struct field_type types[] = {
    {"string", FIELD_TEXT, true, NULL, NULL, NULL},
    {"textarea", FIELD_TEXT, true, NULL, NULL, NULL},
    {"encryptedstring", FIELD_TEXT, true, NULL, NULL, NULL},
    {"combobox", FIELD_TEXT, true, NULL, NULL, NULL},
    {"phone", FIELD_TEXT, true, "+1 202 555 0100", NULL, NULL},
    {"url", FIELD_TEXT, true, "https://example.com/", NULL, NULL},
    {"email", FIELD_TEXT, true, "perch.test@example.com", is_email,
     N_("This is not an e-mail address. One looks like name@company.com.")},
    {"picklist", FIELD_PICKLIST, true, NULL, NULL, NULL},
    {"multipicklist", FIELD_PICKLIST, false, NULL, NULL, NULL},
    {"boolean", FIELD_BOOLEAN, false, "false", is_boolean, N_("Write true or false.")},
    {"int", FIELD_NUMBER, false, "1", is_integer, N_("This is not a whole number.")},
    {"long", FIELD_NUMBER, false, "1", is_long, N_("This is not a whole number.")},
    {"double", FIELD_NUMBER, false, "1", is_number,
     N_("This is not a number. Write it with digits and a decimal point, such as 12.5.")},
    {"currency", FIELD_NUMBER, false, "1", is_number,
     N_("This is not a number. Write it with digits and a decimal point, such as 12.5.")},
    {"percent", FIELD_NUMBER, false, "1", is_number,
     N_("This is not a number. Write it with digits and a decimal point, such as 12.5.")},
    {"date", FIELD_TEXT, false, "2026-01-01", is_date,
     N_("This is not a date, such as 2026-11-23.")},
    {"datetime", FIELD_TEXT, false, "2026-01-01T12:00:00Z", is_datetime,
     N_("This is not a date and time, such as 2026-11-23T08:00:00Z.")},
    {"time", FIELD_TEXT, false, "12:00:00.000Z", is_time,
     N_("This is not a time of day, such as 08:00:00.000Z.")},
    {"reference", FIELD_REFERENCE, false, NULL, is_id,
     N_("This is not a record's id: 15 or 18 letters and digits, in the address of its page.")},
    {"id", FIELD_REFERENCE, false, NULL, is_id,
     N_("This is not a record's id: 15 or 18 letters and digits, in the address of its page.")},
    {"base64", FIELD_TEXT, false, "cGVyY2g=", NULL, NULL},
    /* Compound fields, and types that a single text cannot fill. */
    {"address", FIELD_OPAQUE, false, NULL, NULL, NULL},
    {"location", FIELD_OPAQUE, false, NULL, NULL, NULL},
    {"anyType", FIELD_OPAQUE, false, NULL, NULL, NULL},
    {"complexvalue", FIELD_OPAQUE, false, NULL, NULL, NULL},
};

const struct field_type *field_type_of(const struct field *field)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(types[i].name, field->type))
            return &types[i];
    return &types[0];
}

static bool is_value(const struct field *field, const char *text)
{
    for (guint i = 0; i < field->values->len; i++)
        if (g_str_equal(g_ptr_array_index(field->values, i), text))
            return true;
    return false;
}

/* A multi-select picklist takes several values, separated by semicolons. */
static char *picklist_problem(const struct field *field, const char *text)
{
    if (!field->restricted || field->values == NULL)
        return NULL;
    bool several = g_str_equal(field->type, "multipicklist");
    g_auto(GStrv) chosen = g_strsplit(text, ";", several ? -1 : 1);
    for (char **value = chosen; *value != NULL; value++)
        if (!is_value(field, *value))
            return g_strdup_printf(_("“%s” is not a value of this picklist."), *value);
    return NULL;
}

static char *length_problem(const struct field *field, const char *text)
{
    glong over = text_utf16_length(text) - (glong)field->length;
    if (field->length <= 0 || over <= 0)
        return NULL;
    return g_strdup_printf(ngettext("Too long by %ld character; this field takes %d.",
                                    "Too long by %ld characters; this field takes %d.",
                                    (gulong)over),
                           over, (int)field->length);
}

char *field_problem(const struct field *field, const char *text)
{
    const struct field_type *type = field_type_of(field);
    if (!field->createable || type->kind == FIELD_OPAQUE)
        return g_strdup(_("This field cannot be written here."));
    if (!g_utf8_validate(text, -1, NULL))
        return g_strdup(_("This text is not valid UTF-8."));
    if (text[strspn(text, " \t\r\n")] == '\0')
        return field_is_required(field) ? g_strdup(_("This field is required.")) : NULL;
    if (type->has_length) {
        char *problem = length_problem(field, text);
        if (problem != NULL)
            return problem;
    }
    if (type->fits != NULL && !type->fits(text))
        return g_strdup(_(type->problem));
    return type->kind == FIELD_PICKLIST ? picklist_problem(field, text) : NULL;
}

/* JSON does not allow "+1", ".5" or "007". */
static Json *number_value(const char *text)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_dtostr(digits, sizeof digits, g_ascii_strtod(text, NULL));
    Json *json = json_parse(digits, strlen(digits), NULL);
    return json == NULL ? json_string_new(text) : json;
}

Json *field_value(const struct field *field, const char *text)
{
    const struct field_type *type = field_type_of(field);
    if (*text == '\0')
        return json_null_new();
    if (type->fits != NULL && !type->fits(text))
        return json_string_new(text); /* Salesforce will say what is wrong with it */
    if (type->kind == FIELD_BOOLEAN)
        return json_bool_new(g_str_equal(text, "true"));
    if (type->kind == FIELD_NUMBER)
        return number_value(text);
    return json_string_new(text);
}
