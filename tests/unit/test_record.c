/* SPDX-License-Identifier: MIT */
/* describe, what a field takes, sample records, and the comparison after reading back. */
#include "support/test.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/salesforce/salesforce.h"

/* clang-format off */
#define FIELD(name, type, length, more) \
    "{\"name\":\"" name "\",\"label\":\"The " name "\",\"type\":\"" type "\",\"length\":" length \
    "," more "}"
#define OPTIONAL "\"createable\":true,\"nillable\":true,\"defaultedOnCreate\":false"
#define REQUIRED "\"createable\":true,\"nillable\":false,\"defaultedOnCreate\":false"
#define DEFAULTED "\"createable\":true,\"nillable\":false,\"defaultedOnCreate\":true"
#define READ_ONLY "\"createable\":false,\"nillable\":false,\"defaultedOnCreate\":false"
#define LIST(restricted, values) \
    ",\"restrictedPicklist\":" restricted ",\"picklistValues\":[" values "]"
#define VALUE(name) "{\"active\":true,\"defaultValue\":false,\"value\":\"" name "\"}"
#define GONE(name) "{\"active\":false,\"value\":\"" name "\"}"

static const char lead_stock[] =
    "{\"actionOverrides\":[],\"createable\":true,\"name\":\"Lead\",\"label\":\"Lead\",\"fields\":["
    FIELD("Id", "id", "18", READ_ONLY) ","
    FIELD("LastName", "string", "80", REQUIRED) ","
    FIELD("FirstName", "string", "40", OPTIONAL) ","
    FIELD("Name", "string", "121", READ_ONLY) ","
    FIELD("Company", "string", "255", REQUIRED) ","
    FIELD("Phone", "phone", "40", OPTIONAL) ","
    FIELD("Email", "email", "80", OPTIONAL) ","
    FIELD("Description", "textarea", "32000", OPTIONAL) ","
    FIELD("LeadSource", "picklist", "255", OPTIONAL
          LIST("false", VALUE("Web") "," VALUE("Other") "," GONE("Old"))) ","
    FIELD("Status", "picklist", "255", DEFAULTED LIST("false", VALUE("Open"))) ","
    FIELD("CleanStatus", "picklist", "40", OPTIONAL
          LIST("true", VALUE("Matched") "," GONE("Gone"))) ","
    FIELD("NumberOfEmployees", "int", "0", OPTIONAL) ","
    FIELD("AnnualRevenue", "currency", "0", OPTIONAL) ","
    FIELD("IsUnreadByOwner", "boolean", "0", DEFAULTED) ","
    FIELD("OwnerId", "reference", "18", DEFAULTED) ","
    FIELD("Address", "address", "0", OPTIONAL) ",";

static const char lead_added[] =
    /* what an administrator may have added, all required */
    FIELD("Short__c", "string", "5", REQUIRED) ","
    FIELD("Mail__c", "email", "80", REQUIRED) ","
    FIELD("Site__c", "url", "255", REQUIRED) ","
    FIELD("Count__c", "double", "0", REQUIRED) ","
    FIELD("Share__c", "percent", "0", REQUIRED) ","
    FIELD("Day__c", "date", "0", REQUIRED) ","
    FIELD("Moment__c", "datetime", "0", REQUIRED) ","
    FIELD("Hour__c", "time", "0", REQUIRED) ","
    FIELD("Agreed__c", "boolean", "0", REQUIRED) ","
    FIELD("Kind__c", "picklist", "255", REQUIRED
          LIST("true", VALUE("One") "," VALUE("Two"))) ","
    FIELD("Kinds__c", "multipicklist", "4099", REQUIRED
          LIST("true", VALUE("A") "," VALUE("B"))) ","
    FIELD("Empty__c", "picklist", "255", REQUIRED LIST("true", "")) ","
    FIELD("Parent__c", "reference", "18", REQUIRED) ","
    FIELD("Odd__c", "somethingnew", "10", REQUIRED) ","
    "{\"label\":\"no name\"}, 7]}";

static const char support_case[] =
    "{\"createable\":false,\"name\":\"Case\",\"label\":\"Vorgang\",\"fields\":["
    FIELD("SuppliedName", "string", "8", OPTIONAL) ","
    FIELD("SuppliedPhone", "string", "40", OPTIONAL) ","
    FIELD("Subject", "string", "255", READ_ONLY) ","
    FIELD("Origin", "picklist", "40", OPTIONAL LIST("false", VALUE("Phone") "," VALUE("Web"))) ","
    FIELD("Description", "textarea", "32000", OPTIONAL) "]}";
/* clang-format on */

static struct describe describe_of(const char *body)
{
    struct describe describe = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) json = json_parse(body, strlen(body), NULL);
    assert_true(describe_parse(&describe, json, &error));
    return describe;
}

static struct describe describe_lead(void)
{
    g_autofree char *body = g_strconcat(lead_stock, lead_added, NULL);
    return describe_of(body);
}

/* ---- describe ---- */

static void describe__lead__has_its_fields(void **state)
{
    struct describe describe = describe_lead();
    (void)state;
    assert_string_equal(describe.object, "Lead");
    assert_true(describe.createable);
    assert_int_equal(describe.fields->len, 30);
    assert_int_equal(describe_createable_count(&describe), 28);
    const struct field *source = describe_field(&describe, "leadsource");
    assert_string_equal(source->label, "The LeadSource");
    assert_int_equal(source->length, 255);
    assert_int_equal(source->values->len, 2); /* the inactive one is not offered */
    assert_false(source->restricted);
    assert_false(field_is_required(source));
    assert_true(field_is_required(describe_field(&describe, "LastName")));
    assert_false(field_is_required(describe_field(&describe, "Status")));
    assert_false(field_is_required(describe_field(&describe, "Name")));
    assert_null(describe_field(&describe, "Nope"));
    assert_null(describe_field(&describe, "LastName")->values);
    describe_clear(&describe);
    assert_null(describe_field(&describe, "LastName"));
    assert_int_equal(describe_createable_count(&describe), 0);
}

static void describe__no_description__is_refused(void **state)
{
    static const char *const bodies[] = {"",
                                         "[]",
                                         "{}",
                                         "{\"name\":\"Lead\"}",
                                         "{\"name\":\"Lead\",\"fields\":{}}",
                                         "[{\"errorCode\":\"NOT_FOUND\"}]"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        struct describe describe = {0};
        g_autoptr(GError) error = NULL;
        g_autoptr(Json) json = json_parse(bodies[i], strlen(bodies[i]), NULL);
        assert_false(describe_parse(&describe, json, &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    }
}

/* ---- what a field takes ---- */

static void field__table__takes_what_its_type_allows(void **state)
{
    static const struct {
        const char *field, *text, *problem; /* problem NULL = fits */
    } rows[] = {
        {"FirstName", "Ada", NULL},
        {"FirstName", "", NULL},
        {"LastName", "", "required"},
        {"LastName", " \t\n", "required"},
        {"Short__c", "12345", NULL},
        {"Short__c", "äöüßé", NULL},
        {"Short__c", "123456", "Too long by 1 character; this field takes 5."},
        {"Short__c", "äöüßéää", "Too long by 2 characters"},
        {"Phone", "+1 202 555 0100", NULL},
        {"Email", "ada@acme.example", NULL},
        {"Email", "ada+x@mail.acme.example", NULL},
        {"Email", "ada", "e-mail"},
        {"Email", "ada@acme", "e-mail"},
        {"Email", "ada@@acme.example", "e-mail"},
        {"Email", "a da@acme.example", "e-mail"},
        {"Email", "ada@acme..example", "e-mail"},
        {"LeadSource", "Other", NULL},
        {"LeadSource", "Anything", NULL}, /* an unrestricted picklist takes new values */
        {"CleanStatus", "Matched", NULL},
        {"CleanStatus", "matched", "“matched” is not a value"},
        {"CleanStatus", "Gone", "not a value"},
        {"Kinds__c", "A;B", NULL},
        {"Kinds__c", "A;C", "“C” is not a value"},
        {"NumberOfEmployees", "42", NULL},
        {"NumberOfEmployees", "-1", NULL},
        {"NumberOfEmployees", "4.2", "whole number"},
        {"NumberOfEmployees", "99999999999", "whole number"},
        {"AnnualRevenue", "12.5", NULL},
        {"AnnualRevenue", "1e6", NULL},
        {"AnnualRevenue", "12,5", "not a number"},
        {"AnnualRevenue", "inf", "not a number"},
        {"AnnualRevenue", "0x10", "not a number"},
        {"AnnualRevenue", ".", "not a number"},
        {"IsUnreadByOwner", "true", NULL},
        {"IsUnreadByOwner", "yes", "true or false"},
        {"Day__c", "2026-02-28", NULL},
        {"Day__c", "2026-02-29", "not a date"},
        {"Day__c", "28.02.2026", "not a date"},
        {"Moment__c", "2026-02-28T10:00:00Z", NULL},
        {"Moment__c", "2026-02-28T10:00:00.000+0100", NULL},
        {"Moment__c", "2026-02-28", "not a date and time"},
        {"Hour__c", "23:59:59.999Z", NULL},
        {"Hour__c", "24:00:00", "time of day"},
        {"OwnerId", "005000000000001", NULL},
        {"OwnerId", "me", "not a record's id"},
        {"Name", "x", "cannot be written"},
        {"Address", "x", "cannot be written"},
        {"LastName", "a\xFF", "UTF-8"},
    };
    struct describe describe = describe_lead();
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *problem =
            field_problem(describe_field(&describe, rows[i].field), rows[i].text);
        if ((problem == NULL) != (rows[i].problem == NULL) ||
            (problem != NULL && strstr(problem, rows[i].problem) == NULL))
            fail_msg("%s takes \"%s\": %s", rows[i].field, rows[i].text, problem);
    }
    describe_clear(&describe);
}

static void field__value__has_the_json_type_of_its_field(void **state)
{
    static const struct {
        const char *field, *text, *json;
    } rows[] = {
        {"LastName", "O\"Neill", "\"O\\\"Neill\""},
        {"LastName", "", "null"},
        {"LastName", "007", "\"007\""},
        {"NumberOfEmployees", "007", "7"},
        {"NumberOfEmployees", "many", "\"many\""},
        {"AnnualRevenue", "+12.50", "12.5"},
        {"AnnualRevenue", ".5", "0.5"},
        {"IsUnreadByOwner", "true", "true"},
        {"IsUnreadByOwner", "false", "false"},
        {"IsUnreadByOwner", "maybe", "\"maybe\""},
        {"Day__c", "2026-02-28", "\"2026-02-28\""},
        {"Odd__c", "12", "\"12\""},
    };
    struct describe describe = describe_lead();
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Json) value = field_value(describe_field(&describe, rows[i].field), rows[i].text);
        g_autofree char *text = json_print(value);
        assert_string_equal(text, rows[i].json);
    }
    describe_clear(&describe);
}

/* ---- samples ---- */

static char *text_of(const Json *value)
{
    return json_is_string(value) ? g_strdup(json_string(value)) : json_print(value);
}

/* Every value of a sample fits its field, and every required field that can be made up is there. */
static void check_sample(const struct describe *describe, const Json *sample)
{
    JSON_FOREACH(value, sample)
    {
        const struct field *field = describe_field(describe, json_key(value));
        g_autofree char *text = text_of(value);
        g_autofree char *problem = field_problem(field, text);
        if (problem != NULL)
            fail_msg("%s = %s: %s", field->name, text, problem);
    }
}

static void sample__lead__is_valid_and_carries_the_marker(void **state)
{
    static const char *const present[] = {"Phone",    "LastName", "Company",   "LeadSource",
                                          "Short__c", "Mail__c",  "Site__c",   "Count__c",
                                          "Share__c", "Day__c",   "Moment__c", "Hour__c",
                                          "Kind__c",  "Kinds__c", "Agreed__c", "Odd__c"};
    static const char *const absent[] = {"Id",      "Name",     "Status",    "OwnerId",
                                         "Address", "Empty__c", "Parent__c", "FirstName"};
    struct describe describe = describe_lead();
    (void)state;
    g_autoptr(Json) sample = record_sample(&describe, "perch test 4f2a");
    check_sample(&describe, sample);
    for (gsize i = 0; i < G_N_ELEMENTS(present); i++)
        if (json_get(sample, present[i]) == NULL)
            fail_msg("%s is missing", present[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(absent); i++)
        if (json_get(sample, absent[i]) != NULL)
            fail_msg("%s is there", absent[i]);
    assert_string_equal(json_get_string(sample, "LastName"), "perch test 4f2a");
    assert_string_equal(json_get_string(sample, "Short__c"), "perch");
    assert_string_equal(json_get_string(sample, "LeadSource"), "Other");
    assert_contains(json_get_string(sample, "Description"), "perch test 4f2a");
    assert_contains(json_get_string(sample, "Description"), "\"quoted\" \\ ");
    assert_string_equal(json_key(json_first(sample)), "Phone"); /* the guide's order */
    describe_clear(&describe);
}

static void sample__case__leaves_out_what_may_not_be_written(void **state)
{
    struct describe describe = describe_of(support_case);
    (void)state;
    assert_false(describe.createable);
    g_autoptr(Json) sample = record_sample(&describe, "perch ünï test");
    check_sample(&describe, sample);
    assert_null(json_get(sample, "Subject"));
    assert_string_equal(json_get_string(sample, "SuppliedName"), "perch ün");
    assert_string_equal(json_get_string(sample, "Origin"), "Phone"); /* there is no Other */
    assert_int_equal(json_size(sample), 4);
    describe_clear(&describe);
}

/* ---- compared after reading back ---- */

static void differences__table__finds_real_ones_only(void **state)
{
    static const struct {
        const char *sent, *read;
        bool same;
    } rows[] = {
        {"\"x\"", "\"x\"", true},
        {"\"x\"", "\"y\"", false},
        {"\" x \\n\"", "\"x\"", true},
        {"\"a\\nb\"", "\"a\\r\\nb\"", true},
        {"\"a\\nb\"", "\"a b\"", false},
        {"\"It's \\\"q\\\" \\\\ ünï\"", "\"It's \\\"q\\\" \\\\ ünï\"", true},
        {"\"ünï\"", "\"uni\"", false},
        {"\"\"", "null", true},
        {"null", "null", true},
        {"\"  \"", "null", true},
        {"\"x\"", "null", false},
        {"null", "\"x\"", false},
        {"1", "1", true},
        {"1", "1.0", true},
        {"\"35\"", "35", true},
        {"1", "2", false},
        {"0.1", "0.1", true},
        {"true", "true", true},
        {"true", "false", false},
        {"true", "\"true\"", false},
        {"false", "null", false},
        {"\"2026-01-01T12:00:00Z\"", "\"2026-01-01T12:00:00.000+0000\"", true},
        {"\"2026-01-01T12:00:00+01:00\"", "\"2026-01-01T11:00:00.000+0000\"", true},
        {"\"2026-01-01T12:00:00Z\"", "\"2026-01-01T13:00:00.000+0000\"", false},
        {"\"2026-01-01\"", "\"2026-01-02\"", false},
        {"\"005000000000001\"", "\"005000000000001AAA\"", true},
        {"\"005000000000001\"", "\"005000000000002AAA\"", false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *sent_text = g_strdup_printf("{\"Field\":%s}", rows[i].sent);
        g_autofree char *read_text =
            g_strdup_printf("{\"attributes\":{},\"Field\":%s}", rows[i].read);
        g_autoptr(Json) sent = json_parse(sent_text, strlen(sent_text), NULL);
        g_autoptr(Json) read = json_parse(read_text, strlen(read_text), NULL);
        g_autoptr(GPtrArray) names = record_differences(sent, read);
        if ((names->len == 0) != rows[i].same)
            fail_msg("sent %s, read %s", rows[i].sent, rows[i].read);
        if (names->len > 0)
            assert_string_equal(names->pdata[0], "Field");
    }
}

static void parse__only_the_record__is_an_answer(void **state)
{
    static const char id[] = "00Q000000000001AAA";
    static const struct {
        const char *body;
        bool fine;
    } rows[] = {
        {"{\"LastName\":\"x\",\"Phone\":null}", true},
        {"{\"Id\":\"00Q000000000001AAA\",\"lastname\":\"y\",\"Phone\":\"1\",\"More\":1}", true},
        {"{\"Id\":\"00Q000000000001\",\"LastName\":\"x\",\"Phone\":null}", true},
        {"{\"Id\":\"00Q000000000002AAA\",\"LastName\":\"x\",\"Phone\":null}", false},
        {"{\"Id\":7,\"LastName\":\"x\",\"Phone\":null}", false},
        {"{\"LastName\":\"x\"}", false},
        {"{}", false},
        {"[]", false},
        {"[1]", false},
        {"1", false},
        {"null", false},
        {"\"x\"", false},
        {"", false},
        {"<html>", false},
    };
    (void)state;
    g_autoptr(Json) sent = json_object();
    json_set_string(sent, "LastName", "x");
    json_set_string(sent, "Phone", "1");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Json) read = json_parse(rows[i].body, strlen(rows[i].body), NULL);
        if (record_is_answer(read, sent, id, &error) != rows[i].fine ||
            (error == NULL) != rows[i].fine)
            fail_msg("%s", rows[i].body);
    }
}

static void differences__names__are_found_in_any_case(void **state)
{
    g_autoptr(Json) sent = json_object();
    g_autoptr(Json) read = json_object();
    (void)state;
    json_set_string(sent, "lastname", "a");
    json_set_string(sent, "Company", "b");
    json_set_string(sent, "Phone", "c");
    json_set_string(read, "LastName", "a");
    json_set_string(read, "Company", "other");
    g_autoptr(GPtrArray) names = record_differences(sent, read);
    assert_int_equal(names->len, 2);
    assert_string_equal(names->pdata[0], "Company");
    assert_string_equal(names->pdata[1], "Phone");
    g_autoptr(GPtrArray) all = record_differences(sent, NULL);
    assert_int_equal(all->len, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describe__lead__has_its_fields),
        cmocka_unit_test(describe__no_description__is_refused),
        cmocka_unit_test(field__table__takes_what_its_type_allows),
        cmocka_unit_test(field__value__has_the_json_type_of_its_field),
        cmocka_unit_test(sample__lead__is_valid_and_carries_the_marker),
        cmocka_unit_test(sample__case__leaves_out_what_may_not_be_written),
        cmocka_unit_test(differences__table__finds_real_ones_only),
        cmocka_unit_test(parse__only_the_record__is_an_answer),
        cmocka_unit_test(differences__names__are_found_in_any_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
