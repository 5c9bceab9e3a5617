/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "support/test.h"

static struct fetched *post_lead(DemoOrg *org, const char *token, const char *body)
{
    return client_call(org, "POST", LEAD_PATH, token, body);
}

static void versions__need_no_login(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Fetched) answer = client_call(org, "GET", "/services/data/", NULL, NULL);
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    assert_int_equal(json_size(json), 38);
    assert_string_equal(json_get_string(json_first(json), "version"), "31.0");
    assert_true(g_str_has_suffix(answer->body, "{\"label\":\"Winter '27\",\"url\":"
                                               "\"/services/data/v68.0\",\"version\":\"68.0\"}]"));
    /* One label really has a typographic apostrophe. */
    assert_contains(answer->body, "Spring \xE2\x80\x99"
                                  "18");
}

static void session__is_checked(void **state)
{
    DemoOrg *org = *state;
    static const char dead[] = "[{\"message\":\"Session expired or invalid\","
                               "\"errorCode\":\"INVALID_SESSION_ID\"}]";
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Fetched) answer = client_call(org, "GET", LEAD_PATH, "00D!nonsense", NULL);
    g_autofree char *authenticate = client_header(answer, "WWW-Authenticate");
    g_autofree char *usage = client_header(answer, "Sforce-Limit-Info");
    assert_int_equal(answer->status, 401);
    assert_string_equal(answer->body, dead);
    assert_string_equal(authenticate, "Token");
    assert_null(usage);
    client_expect(client_call(org, "GET", LEAD_PATH, NULL, NULL), 401, dead);
    client_advance_clock(org, (24 * 3600 + 1) * 1000);
    client_expect(client_call(org, "GET", LEAD_PATH, token, NULL), 401, dead);
}

static void rest__refusals__follow_from_state(void **state)
{
    DemoOrg *org = *state;
    static const char disabled[] =
        "[{\"message\":\"The REST API is not enabled for this Organization.\","
        "\"errorCode\":\"API_DISABLED_FOR_ORG\"}]";
    static const char not_valid[] =
        "[{\"message\":\"This session is not valid for use with the REST API\","
        "\"errorCode\":\"INVALID_SESSION_ID\"}]";
    g_autofree char *no_api = client_access(org, USER_NO_API);
    g_autofree char *admin = client_access(org, USER_ADMIN);
    client_expect(client_call(org, "GET", LEAD_PATH, no_api, NULL), 403, disabled);
    demo_org_patch(org, "{'profiles': {'Sales without API': {'api_enabled': true}}}");
    g_autoptr(Fetched) fixed = client_call(org, "GET", LEAD_PATH, no_api, NULL);
    assert_int_equal(fixed->status, 200);
    demo_org_patch(org, "{'org': {'api_used': 15000}}");
    client_expect(client_call(org, "GET", LEAD_PATH, admin, NULL), 403,
                  "[{\"message\":\"TotalRequests Limit exceeded.\","
                  "\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]");
    demo_org_patch(org, "{'org': {'api_access': false}}");
    client_expect(client_call(org, "GET", LEAD_PATH, admin, NULL), 403, disabled);
    demo_org_patch(org, "{'sessions': {'*': {'scopes': ['web']}}}");
    client_expect(client_call(org, "GET", LEAD_PATH, admin, NULL), 401, not_valid);
    demo_org_patch(org, "{'users': {'" USER_ADMIN "': {'frozen': true}}}");
    client_expect(client_call(org, "GET", LEAD_PATH, admin, NULL), 401,
                  "[{\"message\":\"Session expired or invalid\","
                  "\"errorCode\":\"INVALID_SESSION_ID\"}]");
    demo_org_patch(org, "{'org': {'maintenance': true}}");
    g_autoptr(Fetched) down = client_call(org, "GET", LEAD_PATH, admin, NULL);
    assert_int_equal(down->status, 503);
    assert_contains(down->body, "We are down for maintenance.");
}

static void limits__count_every_request(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    for (int i = 1; i <= 3; i++) {
        g_autoptr(Fetched) answer =
            client_call(org, "GET", "/services/data/v68.0/limits", token, NULL);
        g_autofree char *usage = client_header(answer, "Sforce-Limit-Info");
        g_autofree char *wanted = g_strdup_printf("api-usage=%d/15000", i);
        g_autofree char *remaining =
            g_strdup_printf("\"DailyApiRequests\":{\"Max\":15000,\"Remaining\":%d}", 15000 - i);
        assert_string_equal(usage, wanted);
        assert_contains(answer->body, remaining);
    }
}

static void headers__are_salesforces(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    demo_org_patch(org, "{'org': {'clock_offset_ms': -86400000}}");
    g_autoptr(Fetched) answer = client_call(org, "GET", LEAD_PATH, token, NULL);
    static const struct {
        const char *name, *value;
    } wanted[] = {{"Content-Type", "application/json;charset=UTF-8"},
                  {"Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private"},
                  {"X-Content-Type-Options", "nosniff"},
                  {"X-Robots-Tag", "none"},
                  {"Server", "sfdcedge"},
                  {"Vary", "Accept-Encoding"}};
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *value = client_header(answer, wanted[i].name);
        assert_string_equal(value, wanted[i].value);
    }
    /* The Date header tells the org's time. */
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autoptr(GDateTime) yesterday = g_date_time_add_days(now, -1);
    g_autofree char *day = g_date_time_format(yesterday, ", %d ");
    g_autofree char *date = client_header(answer, "Date");
    assert_contains(date, day);
}

static guint count_fields(const Json *describe, const char *flag)
{
    guint count = 0;
    JSON_FOREACH(field, json_get(describe, "fields"))
    if (flag == NULL || json_get_bool(field, flag, false))
        count++;
    return count;
}

static Json *describe(DemoOrg *org, const char *token, const char *path)
{
    g_autoptr(Fetched) answer = client_call(org, "GET", path, token, NULL);
    assert_int_equal(answer->status, 200);
    return json_parse(answer->body, strlen(answer->body), NULL);
}

static void describe__is_a_stock_orgs(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Json) lead = describe(org, token, LEAD_PATH "/describe");
    g_autoptr(Json) case_ = describe(org, token, CASE_PATH "/describe");
    assert_int_equal(count_fields(lead, NULL), 54);
    assert_int_equal(count_fields(lead, "createable"), 33);
    assert_int_equal(count_fields(lead, "updateable"), 34);
    assert_int_equal(count_fields(case_, NULL), 35);
    assert_int_equal(count_fields(case_, "createable"), 18);
    assert_string_equal(json_get_string(lead, "keyPrefix"), "00Q");
    guint needed = 0;
    JSON_FOREACH(field, json_get(lead, "fields"))
    {
        const char *name = json_get_string(field, "name");
        if (json_get_bool(field, "createable", false) && !json_get_bool(field, "nillable", true) &&
            !json_get_bool(field, "defaultedOnCreate", true)) {
            needed++;
            assert_true(strcmp(name, "LastName") == 0 || strcmp(name, "Company") == 0);
        }
        if (strcmp(name, "Industry") == 0)
            assert_int_equal(json_size(json_get(field, "picklistValues")), 32);
        if (strcmp(name, "Description") == 0)
            assert_int_equal(json_get_int(field, "length", 0), 32000);
    }
    assert_int_equal(needed, 2);
}

static void describe__shows_what_the_user_may(void **state)
{
    DemoOrg *org = *state;
    static const char not_found[] = "[{\"errorCode\":\"NOT_FOUND\",\"message\":"
                                    "\"The requested resource does not exist\"}]";
    g_autofree char *reader = client_access(org, USER_READER);
    g_autofree char *service = client_access(org, USER_SERVICE);
    g_autoptr(Json) lead = describe(org, reader, LEAD_PATH "/describe");
    assert_int_equal(count_fields(lead, NULL), 53); /* AnnualRevenue is hidden */
    assert_false(json_get_bool(lead, "createable", true));
    client_expect(client_call(org, "GET", LEAD_PATH "/describe", service, NULL), 404, not_found);
    client_expect(client_call(org, "POST", LEAD_PATH, service, "{}"), 404, not_found);
    client_expect(client_call(org, "POST", LEAD_PATH, reader, "{}"), 400,
                  "[{\"message\":\"entity type cannot be inserted: Lead\","
                  "\"errorCode\":\"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY\",\"fields\":[]}]");
}

static void insert__errors__are_byte_for_byte(void **state)
{
    DemoOrg *org = *state;
    static const struct {
        const char *body, *answer;
    } cases[] = {
        {"{\"LastName\":\"A\"}", "[{\"message\":\"Required fields are missing: [Company]\","
                                 "\"errorCode\":\"REQUIRED_FIELD_MISSING\",\"fields\":"
                                 "[\"Company\"]}]"},
        {"{}", "[{\"message\":\"Required fields are missing: [LastName, Company]\",\"errorCode\":"
               "\"REQUIRED_FIELD_MISSING\",\"fields\":[\"LastName\",\"Company\"]}]"},
        {"{\"LastName\":\"  \",\"Company\":\"\"}",
         "[{\"message\":\"Required fields are missing: [LastName, Company]\",\"errorCode\":"
         "\"REQUIRED_FIELD_MISSING\",\"fields\":[\"LastName\",\"Company\"]}]"},
        {"{\"LastName\":\"A\",\"Company\":\"B\",\"Status\":null}",
         "[{\"message\":\"Required fields are missing: [Status]\",\"errorCode\":"
         "\"REQUIRED_FIELD_MISSING\",\"fields\":[\"Status\"]}]"},
        {"{\"Foo__c\":1}", "[{\"message\":\"No such column 'Foo__c' on sobject of type Lead\","
                           "\"errorCode\":\"INVALID_FIELD\"}]"},
        {"{\"LastName\":\"A\",\"Company\":\"B\",\"Name\":\"x\",\"IsDeleted\":true}",
         "[{\"message\":\"Unable to create/update fields: Name, IsDeleted. Please check the "
         "security settings of this field and verify that it is read/write for your profile or "
         "permission set.\",\"errorCode\":\"INVALID_FIELD_FOR_INSERT_UPDATE\",\"fields\":"
         "[\"Name\",\"IsDeleted\"]}]"},
        {"{\"LastName\":\"A\",\"Company\":\"B\",\"PostalCode\":\"123456789012345678901\"}",
         "[{\"message\":\"Zip/Postal Code: data value too large: 123456789012345678901 "
         "(max length=20)\",\"errorCode\":\"STRING_TOO_LONG\",\"fields\":[\"PostalCode\"]}]"},
        {"{\"LastName\":\"A\",\"Company\":\"B\",\"Email\":\"not-an-email\"}",
         "[{\"message\":\"Email: invalid email address: not-an-email\",\"errorCode\":"
         "\"INVALID_EMAIL_ADDRESS\",\"fields\":[\"Email\"]}]"},
        {"{\"LastName\":\"A\",\"Company\":\"B\",\"CleanStatus\":\"Foo\"}",
         "[{\"message\":\"Clean Status: bad value for restricted picklist field: Foo\","
         "\"errorCode\":\"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST\",\"fields\":"
         "[\"CleanStatus\"]}]"},
        {"{\"LastName\":\"A\",\"Company\":\"B\",\"NumberOfEmployees\":123456789}",
         "[{\"message\":\"Employees: value outside of valid range on numeric field: 123456789\","
         "\"errorCode\":\"NUMBER_OUTSIDE_VALID_RANGE\",\"fields\":[\"NumberOfEmployees\"]}]"},
        {"{\"LastName\":\"A\",\"Company\":\"B\",\"OwnerId\":\"005000000000001AAB\"}",
         "[{\"message\":\"Owner ID: id value of incorrect type: 005000000000001AAB\","
         "\"errorCode\":\"MALFORMED_ID\",\"fields\":[\"OwnerId\"]}]"},
        {"{\"LastName\":\"A\",\"Company\":\"B\",\"OwnerId\":\"005000000000001\"}",
         "[{\"message\":\"invalid cross reference id\",\"errorCode\":"
         "\"INVALID_CROSS_REFERENCE_KEY\",\"fields\":[]}]"},
        {"{\"LastName\": 5}",
         "[{\"message\":\"Cannot deserialize instance of string from VALUE_NUMBER_INT value 5 or "
         "request may be missing a required field at [line:1, column:14]\",\"errorCode\":"
         "\"JSON_PARSER_ERROR\"}]"},
        {"{\"LastName\":\"A\",\n}",
         "[{\"message\":\"Unexpected character ('}' (code 125)): was expecting double-quote to "
         "start field name\\n at [line:2, column:1]\",\"errorCode\":\"JSON_PARSER_ERROR\"}]"},
        {"", "[{\"message\":\"The HTTP entity body is required, but this request has no entity "
             "body.\",\"errorCode\":\"JSON_PARSER_ERROR\"}]"},
    };
    g_autofree char *token = client_access(org, USER_ADMIN);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        client_expect(post_lead(org, token, cases[i].body), 400, cases[i].answer);
    g_autoptr(Json) records = demo_org_control(org, "GET", "records", NULL);
    assert_int_equal(json_size(records), 0);
}

static void insert__several_field_errors__come_together(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    client_expect(
        post_lead(org, token,
                  "{\"LastName\":\"A\",\"Company\":\"B\",\"Email\":\"a@b\",\"Latitude\":91}"),
        400,
        "[{\"message\":\"Email: invalid email address: a@b\",\"errorCode\":"
        "\"INVALID_EMAIL_ADDRESS\",\"fields\":[\"Email\"]},{\"message\":\"Latitude: value outside "
        "of valid range on numeric field: 91\",\"errorCode\":\"NUMBER_OUTSIDE_VALID_RANGE\","
        "\"fields\":[\"Latitude\"]}]");
}

static void lead__insert_read_update_delete(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Fetched) inserted = post_lead(
        org, token,
        "{\"FirstName\":\"Zo\xC3\xAB\",\"LastName\":\"\xE6\x9D\x8E \xF0\x9F\x98\x80\",\"Company\":"
        "\"Bird\",\"City\":\"K\xC3\xB6ln\",\"Status\":\"Something new\"}");
    assert_int_equal(inserted->status, 201);
    g_autoptr(Json) result = json_parse(inserted->body, strlen(inserted->body), NULL);
    const char *id = json_get_string(result, "id");
    g_autofree char *body = g_strdup_printf("{\"id\":\"%s\",\"success\":true,\"errors\":[]}", id);
    g_autofree char *path = g_strconcat(LEAD_PATH "/", id, NULL);
    g_autofree char *location = client_header(inserted, "Location");
    assert_string_equal(inserted->body, body);
    assert_string_equal(location, path);
    assert_true(g_str_has_prefix(id, "00Q"));
    assert_int_equal(strlen(id), 18);

    g_autoptr(Json) lead = describe(org, token, path);
    assert_string_equal(json_key(json_first(lead)), "attributes");
    assert_string_equal(json_get_string(lead, "Name"), "Zo\xC3\xAB \xE6\x9D\x8E \xF0\x9F\x98\x80");
    assert_string_equal(json_get_string(lead, "Status"), "Something new");
    assert_string_equal(json_get_string(json_get(lead, "Address"), "city"), "K\xC3\xB6ln");
    assert_true(json_is_null(json_get(lead, "Phone")));

    g_autofree char *some = g_strconcat(path, "?fields=City,Company", NULL);
    g_autofree char *named =
        g_strdup_printf("{\"attributes\":{\"type\":\"Lead\",\"url\":\"%s\"},\"City\":\"Bonn\","
                        "\"Company\":\"Bird\",\"Id\":\"%s\"}",
                        path, id);
    client_expect(client_call(org, "PATCH", path, token, "{\"City\":\"Bonn\"}"), 204, "");
    client_expect(client_call(org, "GET", some, token, NULL), 200, named);
    client_expect(client_call(org, "PATCH", path, token, "{\"Company\":null}"), 400,
                  "[{\"message\":\"Required fields are missing: [Company]\",\"errorCode\":"
                  "\"REQUIRED_FIELD_MISSING\",\"fields\":[\"Company\"]}]");
    client_expect(client_call(org, "DELETE", path, token, NULL), 204, "");
    client_expect(client_call(org, "GET", path, token, NULL), 404,
                  "[{\"errorCode\":\"NOT_FOUND\",\"message\":"
                  "\"The requested resource does not exist\"}]");
    client_expect(client_call(org, "DELETE", path, token, NULL), 404,
                  "[{\"errorCode\":\"ENTITY_IS_DELETED\",\"message\":\"entity is deleted\"}]");
}

static void lead__upsert__by_an_external_id(void **state)
{
    DemoOrg *org = *state;
    static const char by_key[] = LEAD_PATH "/Message__c/a%3Fb%20%C3%BC";
    g_autofree char *token = client_access(org, USER_ADMIN);
    client_expect(client_call(org, "PATCH", by_key, token, "{}"), 404,
                  "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"Provided external ID field does not "
                  "exist or is not accessible: Message__c\"}]");
    demo_org_patch(org, "{'custom_fields': {'Lead.Message__c': {'label': 'Message', "
                        "'unique': true, 'external_id': true}}}");
    g_autoptr(Fetched) first =
        client_call(org, "PATCH", by_key, token, "{\"LastName\":\"A\",\"Company\":\"B\"}");
    assert_int_equal(first->status, 201);
    g_autoptr(Json) made = json_parse(first->body, strlen(first->body), NULL);
    assert_true(json_get_bool(made, "created", false));
    const char *id = json_get_string(made, "id");
    g_autofree char *again =
        g_strdup_printf("{\"id\":\"%s\",\"success\":true,\"errors\":[],\"created\":false}", id);
    client_expect(client_call(org, "PATCH", by_key, token, "{\"City\":\"Bonn\"}"), 200, again);
    g_autofree char *path = g_strconcat(LEAD_PATH "/", id, NULL);
    g_autoptr(Json) lead = describe(org, token, path);
    assert_string_equal(json_get_string(lead, "Message__c"), "a?b ü");
    assert_string_equal(json_get_string(lead, "City"), "Bonn");
    client_expect(client_call(org, "PATCH", by_key, token, "{\"Message__c\":\"x\"}"), 400,
                  "[{\"message\":\"The Message__c field should not be specified in the sobject "
                  "data.\",\"errorCode\":\"INVALID_FIELD\",\"fields\":[\"Message__c\"]}]");
}

static void case__has_no_required_field(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_SERVICE);
    g_autofree char *id = client_insert(org, token, "Case", "{\"Origin\":\"Phone\"}");
    g_autofree char *path = g_strconcat(CASE_PATH "/", id, NULL);
    g_autoptr(Json) stored = describe(org, token, path);
    assert_true(g_str_has_prefix(id, "500"));
    assert_string_equal(json_get_string(stored, "CaseNumber"), "00001001");
    assert_string_equal(json_get_string(stored, "Status"), "New");
    assert_string_equal(json_get_string(stored, "Priority"), "Medium");
    client_expect(client_call(org, "DELETE", path, token, NULL), 403,
                  "[{\"message\":\"insufficient access rights on object id\",\"errorCode\":"
                  "\"INSUFFICIENT_ACCESS_OR_READONLY\"}]");
}

static void insert__org_rules__refuse(void **state)
{
    DemoOrg *org = *state;
    static const char lead[] = "{\"LastName\":\"A\",\"Company\":\"B\",\"Email\":\"a@b.example\"}";
    g_autofree char *token = client_access(org, USER_ADMIN);
    demo_org_patch(org, "{'custom_fields': {'Lead.Region__c': {'label': 'Region', 'type': "
                        "'picklist', 'required': true, 'values': ['North', 'South']}}}");
    client_expect(post_lead(org, token, lead), 400,
                  "[{\"message\":\"Required fields are missing: [Region__c]\",\"errorCode\":"
                  "\"REQUIRED_FIELD_MISSING\",\"fields\":[\"Region__c\"]}]");
    client_expect(
        post_lead(org, token, "{\"LastName\":\"A\",\"Company\":\"B\",\"Region__c\":\"West\"}"), 400,
        "[{\"message\":\"Region: bad value for restricted picklist field: West\",\"errorCode\":"
        "\"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST\",\"fields\":[\"Region__c\"]}]");
    demo_org_patch(org, "{'custom_fields': {'*': null}, 'validation_rules': {'Lead.Phone_needed': "
                        "{'field': 'Phone', 'message': 'Give a phone number.'}}}");
    client_expect(post_lead(org, token, lead), 400,
                  "[{\"message\":\"Give a phone number.\",\"errorCode\":"
                  "\"FIELD_CUSTOM_VALIDATION_EXCEPTION\",\"fields\":[\"Phone\"]}]");
    demo_org_patch(org, "{'validation_rules': {'*': null}, 'automations': {'Lead.Route': {}}}");
    client_expect(post_lead(org, token, lead), 400,
                  "[{\"message\":\"Route: execution of BeforeInsert\\n\\ncaused by: "
                  "System.NullPointerException: Attempt to de-reference a null object\\n\\n"
                  "Trigger.Route: line 3, column 1\",\"errorCode\":"
                  "\"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY\",\"fields\":[]}]");
    demo_org_patch(org, "{'automations': {'*': null}, 'org': {'storage_full': true}}");
    client_expect(post_lead(org, token, lead), 403,
                  "[{\"message\":\"storage limit exceeded\",\"errorCode\":"
                  "\"STORAGE_LIMIT_EXCEEDED\",\"fields\":[]}]");
}

static void insert__duplicate_rule__alert_can_be_allowed(void **state)
{
    DemoOrg *org = *state;
    static const char lead[] = "{\"LastName\":\"A\",\"Company\":\"B\",\"Email\":\"a@b.example\"}";
    g_autofree char *token = client_access(org, USER_ADMIN);
    demo_org_patch(org, "{'duplicate_rules': {'Lead.Standard_Lead_Duplicate_Rule': {}}}");
    g_autofree char *id = client_insert(org, token, "Lead", lead);
    g_autoptr(Fetched) refused = post_lead(org, token, lead);
    assert_int_equal(refused->status, 400);
    assert_contains(refused->body, "[{\"duplicateResut\":{\"allowSave\":true,\"duplicateRule\":"
                                   "\"Standard_Lead_Duplicate_Rule\"");
    assert_contains(refused->body, id);
    assert_contains(refused->body, "\"errorCode\":\"DUPLICATES_DETECTED\",\"message\":"
                                   "\"Use one of these records?\"}]");
    g_autofree char *bearer = g_strdup_printf("Authorization: Bearer %s", token);
    const char *const headers[] = {bearer, "Content-Type: application/json",
                                   "Sforce-Duplicate-Rule-Header: allowSave=true", NULL};
    const struct fetch_options allowing = {.body = lead, .headers = headers};
    g_autofree char *url = g_strconcat(org->url, LEAD_PATH, NULL);
    g_autoptr(Fetched) allowed = fetch(url, &allowing);
    assert_int_equal(allowed->status, 201);
    demo_org_patch(org, "{'duplicate_rules': {'*': {'block': true}}}");
    g_autoptr(Fetched) blocked = fetch(url, &allowing);
    assert_int_equal(blocked->status, 400);
    assert_contains(blocked->body, "\"allowSave\":false");
}

static void rest__wrong_path_or_method(void **state)
{
    DemoOrg *org = *state;
    static const char not_found[] = "[{\"errorCode\":\"NOT_FOUND\",\"message\":"
                                    "\"The requested resource does not exist\"}]";
    g_autofree char *token = client_access(org, USER_ADMIN);
    client_expect(client_call(org, "PUT", LEAD_PATH "/00Q", token, "{}"), 405,
                  "[{\"errorCode\":\"METHOD_NOT_ALLOWED\",\"message\":"
                  "\"HTTP Method 'PUT' not allowed. Allowed are HEAD,GET,PATCH,DELETE\"}]");
    client_expect(client_call(org, "GET", "/services/data/v68.0/nothing", token, NULL), 404,
                  not_found);
    client_expect(client_call(org, "GET", "/services/data/v12.0/limits", token, NULL), 404,
                  not_found);
    client_expect(
        client_call(org, "GET", "/services/data/v68.0/sobjects/Nope/describe", token, NULL), 404,
        not_found);
    client_expect(client_call(org, "GET", LEAD_PATH "/TestNotExisting", token, NULL), 404,
                  "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"Provided external ID field does not "
                  "exist or is not accessible: TestNotExisting\"}]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(versions__need_no_login),
        TEST(session__is_checked),
        TEST(rest__refusals__follow_from_state),
        TEST(limits__count_every_request),
        TEST(headers__are_salesforces),
        TEST(describe__is_a_stock_orgs),
        TEST(describe__shows_what_the_user_may),
        TEST(insert__errors__are_byte_for_byte),
        TEST(insert__several_field_errors__come_together),
        TEST(lead__insert_read_update_delete),
        TEST(lead__upsert__by_an_external_id),
        TEST(case__has_no_required_field),
        TEST(insert__org_rules__refuse),
        TEST(insert__duplicate_rule__alert_can_be_allowed),
        TEST(rest__wrong_path_or_method),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
