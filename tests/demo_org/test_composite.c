/* SPDX-License-Identifier: MIT */

/* The demo org as jsforce, node-salesforce and ts-force ask it: several requests in one, search,
 * what is recent, queries by way of Tooling. */

#include <string.h>

#include "client.h"
#include "support/test.h"

#define API "/services/data/v68.0"

static Json *sent(DemoOrg *org, const char *token, const char *method, const char *path,
                  const char *body, long status)
{
    g_autofree char *plain = body == NULL ? NULL : g_strdelimit(g_strdup(body), "'", '"');
    g_autoptr(Fetched) answer = client_call(org, method, path, token, plain);
    return client_parse(answer, status);
}

static guint count_leads(DemoOrg *org, const char *token)
{
    g_autoptr(Fetched) answer = client_query(org, token, "SELECT Id FROM Lead");
    g_autoptr(Json) json = client_parse(answer, 200);
    return (guint)json_get_int(json, "totalSize", -1);
}

static const Json *at(const Json *array, guint index)
{
    const Json *value = json_first(array);
    while (index-- > 0)
        value = json_next(value);
    return value;
}

static const char *code_of(const Json *row)
{
    return json_get_string(json_first(json_get(row, "errors")), "statusCode");
}

/* ---- collections ---- */

#define TWO                                                                       \
    "'records': [{'attributes': {'type': 'Lead'}, 'LastName': 'One', 'Company': " \
    "'A'}, {'attributes': {'type': 'Lead'}, 'Company': 'B'}]}"

static void collection__part_that_fails__leaves_the_rest(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Json) rows =
        sent(org, token, "POST", API "/composite/sobjects", "{'allOrNone': false, " TWO, 200);
    assert_true(json_get_bool(at(rows, 0), "success", false));
    assert_string_equal(code_of(at(rows, 1)), "REQUIRED_FIELD_MISSING");
    assert_int_equal(count_leads(org, token), 1);
}

static void collection__all_or_none__is_rolled_back(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Json) rows =
        sent(org, token, "POST", API "/composite/sobjects", "{'allOrNone': true, " TWO, 200);
    assert_string_equal(code_of(at(rows, 0)), "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert_string_equal(code_of(at(rows, 1)), "REQUIRED_FIELD_MISSING");
    assert_int_equal(count_leads(org, token), 0);
}

static void collection__is_read_changed_and_deleted(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autofree char *id =
        client_insert(org, token, "Lead", "{\"LastName\": \"One\", \"Company\": \"A\"}");
    g_autofree char *change = g_strdup_printf(
        "{'records': [{'id': '%s', 'attributes': {'type': 'Lead'}, 'Company': 'Z'}]}", id);
    g_autoptr(Json) changed = sent(org, token, "PATCH", API "/composite/sobjects", change, 200);
    assert_string_equal(json_get_string(at(changed, 0), "id"), id);
    g_autofree char *ask =
        g_strdup_printf("{'ids': ['%s', '00Q000000000001AAA'], 'fields': ['Id', 'Company']}", id);
    g_autoptr(Json) read = sent(org, token, "POST", API "/composite/sobjects/Lead", ask, 200);
    assert_string_equal(json_get_string(at(read, 0), "Company"), "Z");
    assert_true(json_is_null(at(read, 1)));
    g_autofree char *path =
        g_strconcat(API "/composite/sobjects?ids=", id, ",00Q000000000001AAA", NULL);
    g_autoptr(Json) gone = sent(org, token, "DELETE", path, NULL, 200);
    assert_true(json_get_bool(at(gone, 0), "success", false));
    assert_false(json_get_bool(at(gone, 1), "success", true));
    assert_int_equal(count_leads(org, token), 0);
}

/* An external ID finds the record of the first time; a part that fails leaves the rest. */
static void collection__upsert__finds_by_external_id(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    demo_org_patch(org, "{'custom_fields': {'Lead.Bird_Id__c': {'label': 'Bird', 'unique': true, "
                        "'external_id': true}}}");
    static const char both[] =
        "{'records': [{'attributes': {'type': 'Lead'}, 'Bird_Id__c': 'a', 'LastName': 'One', "
        "'Company': '%s'}, {'attributes': {'type': 'Lead'}, 'Bird_Id__c': 'b', 'Company': 'B'}]}";
    g_autofree char *first = g_strdup_printf(both, "A");
    g_autofree char *second = g_strdup_printf(both, "Z");
    const char *path = API "/composite/sobjects/Lead/Bird_Id__c";
    g_autoptr(Json) made = sent(org, token, "PATCH", path, first, 200);
    assert_true(json_get_bool(at(made, 0), "created", false));
    assert_string_equal(code_of(at(made, 1)), "REQUIRED_FIELD_MISSING");
    g_autoptr(Json) changed = sent(org, token, "PATCH", path, second, 200);
    assert_true(json_get_bool(at(changed, 0), "success", false));
    assert_false(json_get_bool(at(changed, 0), "created", true));
    assert_string_equal(json_get_string(at(changed, 0), "id"), json_get_string(at(made, 0), "id"));
    assert_int_equal(count_leads(org, token), 1);
    g_autoptr(Json) unknown =
        sent(org, token, "PATCH", API "/composite/sobjects/Lead/Company", first, 200);
    assert_string_equal(code_of(at(unknown, 0)), "NOT_FOUND");
}

/* What is too much for one call is refused whole, in Salesforce's words. */
static void limits__are_those_of_salesforce(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    GString *parts = g_string_new("{'compositeRequest': ["),
            *records = g_string_new("{'records': [");
    for (int i = 0; i < 26; i++)
        g_string_append_printf(parts,
                               "%s{'method': 'POST', 'url': '" API
                               "/sobjects/Lead', 'referenceId': "
                               "'r%d', 'body': {'LastName': 'One', 'Company': 'A'}}",
                               i == 0 ? "" : ",", i);
    for (int i = 0; i < 201; i++)
        g_string_append_printf(
            records, "%s{'attributes': {'type': 'Lead'}, 'LastName': 'One', 'Company': 'A'}",
            i == 0 ? "" : ",");
    g_string_append(parts, "]}");
    g_string_append(records, "]}");
    g_autoptr(Json) composite = sent(org, token, "POST", API "/composite", parts->str, 200);
    const Json *rows = json_get(composite, "compositeResponse");
    const Json *error = json_first(json_get(at(rows, 0), "body"));
    assert_int_equal(json_size(rows), 1);
    assert_string_equal(json_get_string(error, "errorCode"), "LIMIT_EXCEEDED");
    assert_string_equal(json_get_string(error, "message"),
                        "The request can’t contain more than 25 operations.");
    g_autoptr(Json) collection =
        sent(org, token, "POST", API "/composite/sobjects", records->str, 400);
    assert_string_equal(json_get_string(json_first(collection), "errorCode"), "EXCEEDED_ID_LIMIT");
    assert_int_equal(count_leads(org, token), 0);
    g_string_free(parts, TRUE);
    g_string_free(records, TRUE);
}

/* A collection as one part of many. */
static void composite__holds_a_collection(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Json) body =
        sent(org, token, "POST", API "/composite",
             "{'compositeRequest': [{'method': 'POST', 'url': '" API
             "/composite/sobjects', 'referenceId': 'C', 'body': {'allOrNone': false, " TWO "}]}",
             200);
    const Json *row = at(json_get(body, "compositeResponse"), 0);
    assert_int_equal(json_get_int(row, "httpStatusCode", 0), 200);
    assert_true(json_get_bool(at(json_get(row, "body"), 0), "success", false));
    assert_string_equal(code_of(at(json_get(row, "body"), 1)), "REQUIRED_FIELD_MISSING");
    assert_int_equal(count_leads(org, token), 1);
}

/* What was deleted is in the recycle bin, which queryAll alone shows. */
static void query_all__shows_what_was_deleted(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_free(client_insert(org, token, "Lead", "{\"LastName\": \"One\", \"Company\": \"A\"}"));
    g_autofree char *id =
        client_insert(org, token, "Lead", "{\"LastName\": \"Two\", \"Company\": \"A\"}");
    g_autofree char *path = g_strconcat(API "/sobjects/Lead/", id, NULL);
    client_expect(client_call(org, "DELETE", path, token, NULL), 204, "");
    g_autoptr(Json) all =
        sent(org, token, "GET",
             API "/queryAll?q=SELECT+Id,LastName,IsDeleted+FROM+Lead+ORDER+BY+LastName", NULL, 200);
    const Json *records = json_get(all, "records");
    assert_int_equal(json_get_int(all, "totalSize", 0), 2);
    assert_false(json_get_bool(at(records, 0), "IsDeleted", true));
    assert_true(json_get_bool(at(records, 1), "IsDeleted", false));
    assert_string_equal(json_get_string(at(records, 1), "Id"), id);
    g_autoptr(Json) bin =
        sent(org, token, "GET", API "/queryAll?q=SELECT+COUNT()+FROM+Lead+WHERE+IsDeleted+=+true",
             NULL, 200);
    assert_int_equal(json_get_int(bin, "totalSize", 0), 1);
    assert_int_equal(count_leads(org, token), 1);
}

/* ---- composite and batch ---- */

static void composite__later_part__names_an_earlier_one(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Json) body = sent(
        org, token, "POST", API "/composite",
        "{'compositeRequest': [{'method': 'POST', 'url': '" API "/sobjects/Lead', 'referenceId': "
        "'L', 'body': {'LastName': 'One', 'Company': 'A'}}, {'method': 'GET', 'url': '" API
        "/sobjects/Lead/@{L.id}?fields=LastName', 'referenceId': 'G'}, {'method': 'GET', 'url': "
        "'@{G.nextRecordsUrl}', 'referenceId': 'N'}]}",
        200);
    const Json *rows = json_get(body, "compositeResponse");
    assert_int_equal(json_get_int(at(rows, 0), "httpStatusCode", 0), 201);
    assert_string_equal(json_get_string(json_get(at(rows, 1), "body"), "LastName"), "One");
    assert_string_equal(json_get_string(json_first(json_get(at(rows, 2), "body")), "errorCode"),
                        "PROCESSING_HALTED");
}

static void composite__all_or_none__is_rolled_back(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Json) body =
        sent(org, token, "POST", API "/composite",
             "{'allOrNone': true, 'compositeRequest': [{'method': 'POST', 'url': '" API
             "/sobjects/Lead', 'referenceId': 'L', 'body': {'LastName': 'One', 'Company': 'A'}}, "
             "{'method': 'POST', 'url': '" API "/sobjects/Lead', 'referenceId': 'M', 'body': {}}]}",
             200);
    const Json *rows = json_get(body, "compositeResponse");
    assert_string_equal(json_get_string(json_first(json_get(at(rows, 0), "body")), "errorCode"),
                        "PROCESSING_HALTED");
    assert_int_equal(json_get_int(at(rows, 0), "httpStatusCode", 0), 400);
    assert_int_equal(count_leads(org, token), 0);
}

static void batch__counts_as_one_call(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    demo_org_patch(org, "{'org': {'api_used': 10}}");
    g_autoptr(Json) body =
        sent(org, token, "POST", API "/composite/batch",
             "{'batchRequests': [{'method': 'GET', 'url': 'v68.0/limits'}, {'method': 'POST', "
             "'url': 'v68.0/sobjects/Lead', 'richInput': {'LastName': 'One'}}, {'method': 'GET', "
             "'url': '../../_demo/state'}]}",
             200);
    const Json *results = json_get(body, "results");
    assert_true(json_get_bool(body, "hasErrors", false));
    assert_int_equal(json_get_int(at(results, 0), "statusCode", 0), 200);
    assert_int_equal(json_get_int(at(results, 1), "statusCode", 0), 400);
    assert_int_equal(json_get_int(at(results, 2), "statusCode", 0), 404);
    g_autoptr(Json) shown = demo_org_control(org, "GET", "state", NULL);
    assert_int_equal(json_get_int(json_get(shown, "org"), "api_used", 0), 11);
}

static void parts__rights_of_the_caller__hold(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_READER);
    g_autoptr(Json) rows = sent(
        org, token, "POST", API "/composite/sobjects",
        "{'records': [{'attributes': {'type': 'Lead'}, 'LastName': 'One', 'Company': 'A'}]}", 200);
    assert_false(json_get_bool(at(rows, 0), "success", true));
}

/* ---- search, recent, tooling ---- */

static Json *search(DemoOrg *org, const char *token, const char *sosl, long status)
{
    g_autofree char *encoded = g_uri_escape_string(sosl, NULL, FALSE);
    g_autofree char *path = g_strconcat(API "/search?q=", encoded, NULL);
    return sent(org, token, "GET", path, NULL, status);
}

static void search__finds_in_any_field(void **state)
{
    DemoOrg *org = *state;
    static const struct {
        const char *sosl;
        guint count;
    } cases[] = {
        {"FIND {smith} IN ALL FIELDS RETURNING Lead(Id, LastName)", 2},
        {"FIND {smith*} RETURNING Lead(Id WHERE Company = 'Two' LIMIT 5), Case(Id, Subject)", 2},
        {"FIND {smith} RETURNING Lead(Id ORDER BY Company LIMIT 1)", 1},
        {"FIND {nobody} RETURNING Lead, Case", 0},
        {"FIND {smith} RETURNING Lead, Case", 3},
    };
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_free(client_insert(org, token, "Lead", "{\"LastName\": \"Smith\", \"Company\": \"One\"}"));
    g_free(client_insert(org, token, "Lead", "{\"LastName\": \"Smithers\", \"Company\": \"Two\"}"));
    g_free(client_insert(org, token, "Case", "{\"Subject\": \"About Mr Smith\"}"));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Json) body = search(org, token, cases[i].sosl, 200);
        const guint count = json_size(json_get(body, "searchRecords"));
        if (count != cases[i].count)
            fail_msg("%s: %u", cases[i].sosl, count);
    }
    g_autoptr(Json) shapeless = search(org, token, "FIND smith", 400);
    assert_string_equal(json_get_string(json_first(shapeless), "errorCode"), "MALFORMED_SEARCH");
    g_autoptr(Json) unknown = search(org, token, "FIND {smith} RETURNING Nothing", 400);
    assert_string_equal(json_get_string(json_first(unknown), "errorCode"), "INVALID_TYPE");
}

static void recent__newest_first(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_free(client_insert(org, token, "Lead", "{\"LastName\": \"One\", \"Company\": \"A\"}"));
    g_autofree char *id =
        client_insert(org, token, "Lead", "{\"LastName\": \"Two\", \"Company\": \"A\"}");
    g_autoptr(Json) items = sent(org, token, "GET", API "/recent?limit=1", NULL, 200);
    assert_int_equal(json_size(items), 1);
    assert_string_equal(json_get_string(at(items, 0), "Id"), id);
    assert_string_equal(json_get_string(at(items, 0), "Name"), "Two");
    g_autoptr(Json) all = sent(org, token, "GET", API "/recent", NULL, 200);
    assert_int_equal(json_size(all), 2);
}

static void tooling__asks_the_same(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    static const char *const paths[] = {API "/tooling/query?q=", API "/queryAll?q="};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *path =
            g_strconcat(paths[i], "SELECT+Id,DeveloperName+FROM+ExternalClientApplication", NULL);
        g_autoptr(Json) body = sent(org, token, "GET", path, NULL, 200);
        assert_int_equal(json_get_int(body, "totalSize", 0), 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(collection__part_that_fails__leaves_the_rest),
        TEST(collection__all_or_none__is_rolled_back),
        TEST(collection__is_read_changed_and_deleted),
        TEST(collection__upsert__finds_by_external_id),
        TEST(limits__are_those_of_salesforce),
        TEST(composite__holds_a_collection),
        TEST(query_all__shows_what_was_deleted),
        TEST(composite__later_part__names_an_earlier_one),
        TEST(composite__all_or_none__is_rolled_back),
        TEST(batch__counts_as_one_call),
        TEST(parts__rights_of_the_caller__hold),
        TEST(search__finds_in_any_field),
        TEST(recent__newest_first),
        TEST(tooling__asks_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
