/* SPDX-License-Identifier: MIT */
/* Hosts, addresses, versions, limits and ids. */
#include "support/test.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/salesforce/salesforce.h"
#include "rest/urls.h"

/* ---- hosts ---- */

static void trust__only_salesforce_and_loopback(void **state)
{
    static const struct {
        const char *url;
        bool trusted;
    } rows[] = {
        {"https://acme.my.salesforce.com", true},
        {"https://acme.my.salesforce.com/services", true},
        {"https://acme.my.salesforce.com:443", true},
        {"https://api.salesforce.com", true},
        {"https://acme.lightning.force.com", true},
        {"http://127.0.0.1:80", true},
        {"http://localhost", true},
        {"https://acme.my.salesforce.com:8443", false},
        {"http://acme.my.salesforce.com", false},
        {"https://salesforce.com.evil.example", false},
        {"https://evilsalesforce.com", false},
        {"https://acme.my.site.com", false},
        {"https://acme.secure.force.com", false},
        {"https://a@acme.my.salesforce.com", false},
        {"https://evil.example\\@acme.my.salesforce.com", false},
        {"https://evil.example/.my.salesforce.com", false},
        {"https://.salesforce.com", false},
        {"ftp://localhost", false},
        {"http://localhost.evil.example", false},
        {"http://127.0.0.1.evil.example", false},
        {"localhost", false},
        {"", false},
        {NULL, false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (salesforce_url_is_trusted(rows[i].url) != rows[i].trusted)
            fail_msg("%s", rows[i].url);
}

static void lightning__host__is_known_for_my_domain_only(void **state)
{
    static const struct {
        const char *org, *lightning;
    } rows[] = {
        {"https://acme.my.salesforce.com", "https://acme.lightning.force.com"},
        {"https://ACME.my.salesforce.com/x", "https://acme.lightning.force.com"},
        {"https://acme--uat.sandbox.my.salesforce.com",
         "https://acme--uat.sandbox.lightning.force.com"},
        {"https://acme.cs42.my.salesforce.com", "https://acme.lightning.force.com"},
        {"https://acme.my.salesforce.mil", "https://acme.lightning.crmforce.mil"},
        {"https://acme.my.sfcrmproducts.cn", "https://acme.lightning.sfcrmapps.cn"},
        {"https://acme.my-salesforce.com", "https://acme.my-lightning.com"},
        {"https://acme.lightning.force.com", "https://acme.lightning.force.com"},
        {"https://acme.my.salesforce-setup.com", "https://acme.lightning.force.com"},
        {"http://localhost:8080", "http://localhost:8080"},
        {"http://[::1]:8080/x", "http://[::1]:8080"},
        {"https://login.salesforce.com", NULL},
        {"https://test.salesforce.com", NULL},
        {"https://na44.salesforce.com", NULL},
        {"nonsense", NULL},
        {NULL, NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *url = lightning_url(rows[i].org);
        if (g_strcmp0(url, rows[i].lightning) != 0)
            fail_msg("%s gives %s", rows[i].org, url);
    }
}

static void record_url__falls_back_to_the_instance(void **state)
{
    (void)state;
    g_autofree char *lightning =
        record_url("https://acme.my.salesforce.com", "Lead", "00Q5g00000ABCDE");
    g_autofree char *plain = record_url("https://na44.salesforce.com", "Lead", "00Q5g00000ABCDE");
    assert_string_equal(lightning,
                        "https://acme.lightning.force.com/lightning/r/Lead/00Q5g00000ABCDE/view");
    assert_string_equal(plain, "https://na44.salesforce.com/00Q5g00000ABCDE");
}

/* ---- ids and addresses ---- */

static void id__short__gets_its_check(void **state)
{
    static const char *const rows[][2] = {
        {"00D000000000001", "00D000000000001EAA"},
        {"005000000000001", "005000000000001AAA"},
        {"00Q5g00000ABCDe", "00Q5g00000ABCDeEAP"},
        {"00Q5g00000ABCDeEAP", "00Q5g00000ABCDeEAP"},
    };
    static const char *const bad[] = {
        "", "00Q", "00Q5g00000ABCD!", "00Q5g00000ABCDe ", "00Q5g00000ABCDeEA", "00Q5g00000ABCDé"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *id = salesforce_id_long(rows[i][0]);
        assert_string_equal(id, rows[i][1]);
        assert_true(salesforce_id_is_valid(rows[i][0]));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(salesforce_id_is_valid(bad[i]));
}

static void rest__paths__are_escaped(void **state)
{
    (void)state;
    g_autoptr(Json) fields = json_object();
    json_set_string(fields, "LastName", "x");
    json_set_string(fields, "My Field__c", "y");
    g_autofree char *url = rest_url("https://a.my.salesforce.com", "68.0", "limits");
    g_autofree char *read = record_read_path("Lead", "00Q5g00000ABCDE", fields);
    g_autofree char *all = record_read_path("Lead", "00Q5g00000ABCDE", NULL);
    g_autofree char *query = query_path("SELECT Id FROM Lead WHERE Name='a&b+c%'");
    assert_string_equal(url, "https://a.my.salesforce.com/services/data/v68.0/limits");
    assert_string_equal(read, "sobjects/Lead/00Q5g00000ABCDE?fields=LastName,My%20Field__c");
    assert_string_equal(all, "sobjects/Lead/00Q5g00000ABCDE");
    assert_string_equal(query, "query?q=SELECT%20Id%20FROM%20Lead%20WHERE%20Name%3D%27a%26b%2Bc"
                               "%25%27");
}

/* ---- small answers ---- */

static void versions__newest__wins_in_any_order(void **state)
{
    static const char body[] =
        "[{\"label\":\"Spring ’18\",\"url\":\"/services/data/v42.0\",\"version\":\"42.0\"},"
        "{\"label\":\"Winter '27\",\"url\":\"/services/data/v68.0\",\"version\":\"68.0\"},"
        "{\"label\":\"Old\",\"version\":\"9.0\"},{\"label\":\"x\",\"version\":\"999\"},"
        "{\"label\":\"y\",\"version\":\"70.0x\"},{\"label\":\"z\"},7,\"99.0\"]";
    char *label = NULL;
    (void)state;
    g_autoptr(Json) json = json_parse(body, strlen(body), NULL);
    g_autofree char *version = versions_newest(json, &label, NULL);
    assert_string_equal(version, "68.0");
    assert_string_equal(label, "Winter '27");
    g_free(label);
}

static void versions__no_list__is_refused(void **state)
{
    static const char *const bodies[] = {
        "", "[]", "{}", "<html>", "[{\"version\":68}]", "{\"version\":\"68.0\"}"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Json) json = json_parse(bodies[i], strlen(bodies[i]), NULL);
        assert_null(versions_newest(json, NULL, &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    }
}

static void limits__header__tells_use_and_allowance(void **state)
{
    static const struct {
        const char *header;
        gint64 used, allowed; /* allowed 0 = not told */
    } rows[] = {
        {"api-usage=18/5000", 18, 5000},
        {"api-usage=37968/5000000", 37968, 5000000},
        {"api-usage=25/5000; per-app-api-usage=17/250(appName=x)", 25, 5000},
        {"per-app-api-usage=17/250(appName=x); api-usage=25/5000", 25, 5000},
        {"per-app-api-usage=17/250(appName=x)", 0, 0},
        {"api-usage=/5000", 0, 0},
        {"api-usage=5", 0, 0},
        {"api-usage=5/", 0, 0},
        {"api-usage=5/0", 0, 0},
        {"api-usage=-5/100", 0, 0},
        {"", 0, 0},
        {NULL, 0, 0},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 used = 0, allowed = 0;
        bool told = limit_info_parse(rows[i].header, &used, &allowed);
        if (told != (rows[i].allowed != 0) || used != rows[i].used || allowed != rows[i].allowed)
            fail_msg("%s", rows[i].header);
    }
}

static void created__id__is_taken_from_a_success_only(void **state)
{
    static const char *const good[] = {
        "{\"id\":\"00Q5g00000ABCDEEA4\",\"success\":true,\"errors\":[]}",
        "{\"id\":\"00Q5g00000ABCDEEA4\",\"success\":true,\"errors\":[],\"warnings\":[]}",
    };
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"id\":\"\",\"success\":true}",
        "{\"id\":\"../../../etc\",\"success\":true}",
        "{\"id\":\"00Q5g00000ABCDEEA4\",\"success\":false,\"errors\":[{}]}",
        "{\"id\":7}"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(Json) json = json_parse(good[i], strlen(good[i]), NULL);
        g_autofree char *id = record_created_id(json, NULL);
        assert_string_equal(id, "00Q5g00000ABCDEEA4");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Json) json = json_parse(bad[i], strlen(bad[i]), NULL);
        assert_null(record_created_id(json, &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    }
}

/* Names that may be a company's own are asked; Salesforce's, and what comes close, are not. */
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trust__only_salesforce_and_loopback),
        cmocka_unit_test(lightning__host__is_known_for_my_domain_only),
        cmocka_unit_test(record_url__falls_back_to_the_instance),
        cmocka_unit_test(id__short__gets_its_check),
        cmocka_unit_test(rest__paths__are_escaped),
        cmocka_unit_test(versions__newest__wins_in_any_order),
        cmocka_unit_test(versions__no_list__is_refused),
        cmocka_unit_test(limits__header__tells_use_and_allowance),
        cmocka_unit_test(created__id__is_taken_from_a_success_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
