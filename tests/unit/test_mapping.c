/* SPDX-License-Identifier: MIT */

/* A channel's mapping against the fields of an org. */

#include "perch/salesforce/mapping.h"

#include <string.h>

#include "support/test.h"

static const char lead[] =
    "{'name':'Lead','label':'Lead','createable':true,'fields':["
    "{'name':'LastName','label':'Last Name','type':'string','length':80,'createable':true,"
    "'nillable':false,'defaultedOnCreate':false},"
    "{'name':'Company','label':'Company','type':'string','length':10,'createable':true,"
    "'nillable':false,'defaultedOnCreate':false},"
    "{'name':'Phone','label':'Phone','type':'phone','length':40,'createable':false},"
    "{'name':'LeadSource','label':'Lead Source','type':'picklist','length':255,'createable':true,"
    "'restrictedPicklist':true,'picklistValues':[{'value':'Web'},{'value':'Partner'}]},"
    "{'name':'Branch__c','label':'Branch','type':'picklist','length':255,'createable':true,"
    "'nillable':false,'defaultedOnCreate':false,'restrictedPicklist':true,"
    "'picklistValues':[{'value':'North'},{'value':'South'}]},"
    "{'name':'Message__c','label':'Message','type':'string','length':80,'createable':true,"
    "'externalId':true},"
    "{'name':'Score__c','label':'Score','type':'double','createable':true}]}";

static struct describe describe;

static int parse(void **state)
{
    (void)state;
    g_autofree char *text = g_strdelimit(g_strdup(lead), "'", '"');
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    return describe_parse(&describe, json, NULL) ? 0 : -1;
}

static int forget(void **state)
{
    (void)state;
    describe_clear(&describe);
    return 0;
}

static void fit__first_time__leaves_out_what_cannot_be(void **state)
{
    (void)state;
    g_autoptr(Channel) channel = channel_new("SMS", TEST_LEAD);
    channel_fit(channel, &describe, NULL);
    assert_null(channel_mapping(channel, "Phone"));       /* may not be written */
    assert_null(channel_mapping(channel, "Description")); /* is not there */
    assert_string_equal(channel_mapping(channel, "LeadSource")->text, "Web");
    assert_string_equal(channel_mapping(channel, "LastName")->label, "Last Name");
    g_autoptr(GPtrArray) missing = channel_missing(channel, &describe);
    assert_int_equal(missing->len, 1);
    assert_string_equal(((const struct field *)missing->pdata[0])->name, "Branch__c");
    assert_false(channel_is_fine(channel, &describe));
}

static void fit__later__keeps_what_the_person_mapped(void **state)
{
    (void)state;
    g_autoptr(Channel) channel = channel_new("SMS", TEST_LEAD);
    channel_fit(channel, &describe, NULL);
    channel_map(channel, "Gone__c", "Gone", "string", "x");
    channel_map(channel, "LeadSource", NULL, NULL, "Nowhere");
    channel_fit(channel, &describe, NULL);
    assert_string_equal(channel_mapping(channel, "LeadSource")->text, "Nowhere");
    g_autofree char *gone =
        mapping_problem(channel, channel_mapping(channel, "Gone__c"), &describe);
    assert_contains(gone, "has no such field");
    g_autofree char *value =
        mapping_problem(channel, channel_mapping(channel, "LeadSource"), &describe);
    assert_contains(value, "Nowhere");
}

static void fit__without_a_person__fills_what_is_required(void **state)
{
    (void)state;
    g_autoptr(Channel) channel = channel_new("SMS", TEST_LEAD);
    channel_fit(channel, &describe, "perch test");
    assert_string_equal(channel_mapping(channel, "Branch__c")->text, "North");
    assert_true(channel_is_fine(channel, &describe));
}

static void problem__length_type_and_emptiness__in_the_filled_text(void **state)
{
    static const struct {
        const char *field, *text, *sample, *problem;
    } rows[] = {
        {"Company", "1234567890", "", NULL},
        {"Company", "12345678901", "", "Too long by 1"},
        {"Company", "{{x}}", "ünïcödé 😀", NULL},
        {"Company", "{{x}}", "ünïcödé 😀😀", "Too long by 2"},
        {"Company", "", "", "required"},
        {"Score__c", "{{x}}", "12.5", NULL},
        {"Score__c", "{{x}}", "many", "not a number"},
        {"Score__c", "", "", NULL},
        {"Branch__c", "{{x}}", "East", "not a value"},
        {"Phone", "1", "", "cannot be written"},
        {"Company", "{{x", "", NULL},
        {"Company", "{{x y}}", "", "is not a variable"},
        {"Company", "{{x|default:\"1234567890\"}}", "", NULL},
        {"Company", "{{x|default:\"12345678901\"}}", "", "Too long by 1"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Channel) channel = channel_new("SMS", TEST_LEAD);
        channel_set_sample(channel, "x", rows[i].sample);
        channel_map(channel, rows[i].field, NULL, NULL, rows[i].text);
        g_autofree char *problem =
            mapping_problem(channel, channel_mapping(channel, rows[i].field), &describe);
        if (rows[i].problem == NULL)
            assert_null(problem);
        else
            assert_contains(problem, rows[i].problem);
    }
}

static void facts__say_type_length_and_duty(void **state)
{
    static const char *const rows[][2] = {
        {"LastName", "string · 80 characters · required"},
        {"LeadSource", "picklist · 2 values"},
        {"Phone", "phone · 40 characters · you cannot write it"},
        {"Message__c", "string · 80 characters · external ID"},
        {"Score__c", "double"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *facts = field_facts(describe_field(&describe, rows[i][0]));
        assert_string_equal(facts, rows[i][1]);
    }
}

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit__first_time__leaves_out_what_cannot_be),
        cmocka_unit_test(fit__later__keeps_what_the_person_mapped),
        cmocka_unit_test(fit__without_a_person__fills_what_is_required),
        cmocka_unit_test(problem__length_type_and_emptiness__in_the_filled_text),
        cmocka_unit_test(facts__say_type_length_and_duty),
    };
    return cmocka_run_group_tests_name("mapping", tests, parse, forget);
}
