/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "support/test.h"

static DemoOrg *org;
static char *token;

static int group_setup(void **state)
{
    client_setup(state);
    org = *state;
    token = client_access(org, USER_ADMIN);
    static const char *const leads[] = {
        "{\"LastName\":\"Alpha\",\"Company\":\"One\",\"City\":\"Berlin\",\"NumberOfEmployees\":5}",
        "{\"LastName\":\"Beta\",\"Company\":\"Two\",\"City\":\"Bonn\",\"NumberOfEmployees\":50}",
        "{\"LastName\":\"O'Hara\",\"Company\":\"Three\",\"NumberOfEmployees\":500}"};
    for (gsize i = 0; i < G_N_ELEMENTS(leads); i++)
        g_free(client_insert(org, token, "Lead", leads[i]));
    return 0;
}

static int group_teardown(void **state)
{
    g_free(token);
    return client_teardown(state);
}

/* LastName (or else Name) of every record, separated by blanks. */
static void expect_names(const char *soql, const char *wanted)
{
    g_autoptr(Fetched) answer = client_query(org, token, soql);
    if (answer->status != 200)
        fail_msg("%s: %s", soql, answer->body);
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    g_autoptr(GString) names = g_string_new(NULL);
    JSON_FOREACH(record, json_get(json, "records"))
    g_string_append_printf(names, "%s%s", names->len > 0 ? " " : "",
                           json_get_string(record, "LastName"));
    assert_string_equal(names->str, wanted);
    assert_int_equal(json_get_int(json, "totalSize", -1), json_size(json_get(json, "records")));
}

static void where__compares(void **state)
{
    (void)state;
    expect_names("SELECT LastName FROM Lead", "Alpha Beta O'Hara");
    expect_names("select lastname from lead where city = 'berlin'", "Alpha");
    expect_names("SELECT LastName FROM Lead WHERE LastName = 'O\\'Hara'", "O'Hara");
    expect_names("SELECT LastName FROM Lead WHERE City = null", "O'Hara");
    expect_names("SELECT LastName FROM Lead WHERE City != null AND NumberOfEmployees >= 50",
                 "Beta");
    expect_names("SELECT LastName FROM Lead WHERE City LIKE 'B%n' OR NumberOfEmployees > 100",
                 "Alpha Beta O'Hara");
    expect_names("SELECT LastName FROM Lead WHERE NOT (City IN ('Berlin', 'Bonn'))", "O'Hara");
    expect_names("SELECT LastName FROM Lead WHERE City NOT IN ('Berlin')", "Beta O'Hara");
    expect_names("SELECT LastName FROM Lead WHERE IsConverted = false AND "
                 "(City = 'Bonn' OR City = 'Berlin')",
                 "Alpha Beta");
    expect_names("SELECT LastName FROM Lead WHERE CreatedDate = TODAY", "Alpha Beta O'Hara");
    expect_names("SELECT LastName FROM Lead WHERE CreatedDate < LAST_N_DAYS:7", "");
    expect_names("SELECT LastName FROM Lead WHERE Owner.Profile.Name = 'System Administrator'",
                 "Alpha Beta O'Hara");
}

/* As Salesforce's CLI asks for the caller's profile (sf org display user). */
static void where__inner_select(void **state)
{
    (void)state;
    g_autoptr(Fetched) profile =
        client_query(org, token,
                     "SELECT name FROM Profile WHERE Id IN (SELECT ProfileId FROM User WHERE "
                     "username='" USER_READER "')");
    assert_contains(profile->body, "{\"totalSize\":1,");
    assert_contains(profile->body, "\"Name\":\"Lead reader\"}]}");
    expect_names("SELECT LastName FROM Lead WHERE OwnerId IN (SELECT Id FROM User WHERE "
                 "Username = '" USER_ADMIN "') AND City = 'Bonn'",
                 "Beta");
    expect_names("SELECT LastName FROM Lead WHERE OwnerId IN (SELECT Id FROM User WHERE "
                 "Username = '" USER_READER "')",
                 "");
    expect_names("SELECT LastName FROM Lead WHERE OwnerId NOT IN (SELECT Id FROM User WHERE "
                 "Username = '" USER_READER "' LIMIT 1) ORDER BY LastName LIMIT 1",
                 "Alpha");
    static const struct {
        const char *inner, *reason;
    } wrong[] = {
        {"SELECT Id, Name FROM User", "must have one field"},
        {"SELECT Nope FROM User", "No such column 'Nope' on entity 'User'"},
        {"SELECT Id FROM Nope", "sObject type 'Nope' is not supported"},
        {"SELECT Id FROM User", "unexpected token: '<EOF>'"},
        {"SELECT Id FROM User WHERE Id IN (SELECT Id FROM User)", "unexpected token: 'SELECT'"}};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *soql = g_strdup_printf("SELECT Id FROM Lead WHERE OwnerId IN (%s%s",
                                                wrong[i].inner, i == 3 ? "" : ")");
        g_autoptr(Fetched) answer = client_query(org, token, soql);
        assert_int_equal(answer->status, 400);
        assert_contains(answer->body, wrong[i].reason);
    }
}

static void order_limit_offset(void **state)
{
    (void)state;
    expect_names("SELECT LastName FROM Lead ORDER BY NumberOfEmployees DESC", "O'Hara Beta Alpha");
    expect_names("SELECT LastName FROM Lead ORDER BY City", "O'Hara Alpha Beta");
    expect_names("SELECT LastName FROM Lead ORDER BY City NULLS LAST, LastName",
                 "Alpha Beta O'Hara");
    expect_names("SELECT LastName FROM Lead ORDER BY LastName LIMIT 1 OFFSET 1", "Beta");
}

static void expect_body(const char *soql, long status, const char *body)
{
    client_expect(client_query(org, token, soql), status, body);
}

static void count__and_aggregate(void **state)
{
    (void)state;
    expect_body("SELECT count() FROM Lead WHERE City != null", 200,
                "{\"totalSize\":2,\"done\":true,\"records\":[]}");
    expect_body("SELECT COUNT(City) towns FROM Lead", 200,
                "{\"totalSize\":1,\"done\":true,\"records\":[{\"attributes\":{\"type\":"
                "\"AggregateResult\"},\"towns\":2}]}");
    static const char *const mixed[] = {
        "SELECT Id, COUNT() FROM Lead", "SELECT COUNT(), Id FROM Lead",
        "SELECT COUNT(City), Id FROM Lead", "SELECT Id, COUNT(City) FROM Lead"};
    for (gsize i = 0; i < G_N_ELEMENTS(mixed); i++) {
        g_autoptr(Fetched) answer = client_query(org, token, mixed[i]);
        assert_int_equal(answer->status, 400);
        assert_contains(answer->body, "Field must be grouped or aggregated: Id");
    }
    g_autoptr(Fetched) dotted = client_query(org, token, "SELECT Id, COUNT.() FROM Lead");
    assert_int_equal(dotted->status, 400);
}

static void permission_questions(void **state)
{
    (void)state;
    expect_body("SELECT PermissionsApiEnabled FROM UserPermissionAccess LIMIT 1", 200,
                "{\"totalSize\":1,\"done\":true,\"records\":[{\"attributes\":{\"type\":"
                "\"UserPermissionAccess\",\"url\":\"/services/data/v68.0/sobjects/"
                "UserPermissionAccess/000000000000000AAA\"},\"PermissionsApiEnabled\":true}]}");
    g_autoptr(Fetched) org_row = client_query(
        org, token,
        "SELECT OrganizationType, IsSandbox, InstanceName, TrialExpirationDate FROM Organization");
    assert_contains(org_row->body, "\"OrganizationType\":\"Developer Edition\",\"IsSandbox\":false,"
                                   "\"InstanceName\":\"DEMO1\",\"TrialExpirationDate\":null}]}");
    g_autoptr(Fetched) user = client_query(
        org, token,
        "SELECT Id, IsActive, UserType, Profile.Name, Profile.PermissionsApiEnabled FROM User "
        "WHERE Username = '" USER_NO_API "'");
    assert_contains(user->body, "\"IsActive\":true,\"UserType\":\"Standard\",\"Profile\":{"
                                "\"attributes\":{\"type\":\"Profile\",\"url\":");
    assert_contains(user->body, "},\"Name\":\"Sales without API\",\"PermissionsApiEnabled\":false}"
                                "}]}");
    g_autoptr(Fetched) logins =
        client_query(org, token,
                     "SELECT LoginTime, Status, LoginType, SourceIp FROM LoginHistory WHERE "
                     "LoginTime = LAST_N_DAYS:1 ORDER BY LoginTime DESC LIMIT 20");
    assert_contains(logins->body, "\"Status\":\"Success\"");
    g_autoptr(Fetched) tokens =
        client_query(org, token, "SELECT AppName, AppMenuItemId, UseCount FROM OauthToken");
    assert_contains(tokens->body, "\"AppName\":\"Bird Integration\",\"AppMenuItemId\":\"0xI");
}

static void errors__are_byte_for_byte(void **state)
{
    (void)state;
    expect_body("SELECT Id, Nope FROM Lead", 400,
                "[{\"message\":\"\\nSELECT Id, Nope FROM Lead\\n           ^\\nERROR at "
                "Row:1:Column:12\\nNo such column 'Nope' on entity 'Lead'. If you are attempting "
                "to use a custom field, be sure to append the '__c' after the custom field name. "
                "Please reference your WSDL or the describe call for the appropriate names.\","
                "\"errorCode\":\"INVALID_FIELD\"}]");
    expect_body("select count() from XYZZY", 400,
                "[{\"message\":\"\\nselect count() from XYZZY\\n                    ^\\nERROR at "
                "Row:1:Column:21\\nsObject type 'XYZZY' is not supported. If you are attempting to "
                "use a custom object, be sure to append the '__c' after the entity name. Please "
                "reference your WSDL or the describe call for the appropriate names.\","
                "\"errorCode\":\"INVALID_TYPE\"}]");
    expect_body("invalid query", 400,
                "[{\"message\":\"unexpected token: 'invalid'\",\"errorCode\":"
                "\"MALFORMED_QUERY\"}]");
    expect_body(" ", 400,
                "[{\"message\":\"SOQL statements cannot be empty or null\",\"errorCode\":"
                "\"MALFORMED_QUERY\"}]");
    expect_body("SELECT Id FROM Lead WHERE", 400,
                "[{\"message\":\"\\nSELECT Id FROM Lead WHERE\\n                         ^\\nERROR "
                "at Row:1:Column:26\\nunexpected token: '<EOF>'\",\"errorCode\":"
                "\"MALFORMED_QUERY\"}]");
    g_autoptr(Fetched) filter =
        client_query(org, token, "SELECT Id FROM Lead WHERE Description = 'x'");
    assert_contains(filter->body, "field 'Description' can not be filtered in a query call");
    g_autoptr(Fetched) parent = client_query(org, token, "SELECT Foo.Name FROM Lead");
    assert_contains(parent->body, "Didn't understand relationship 'Foo' in field path.");
    client_expect(client_call(org, "GET", "/services/data/v68.0/query", token, NULL), 400,
                  "[{\"message\":\"A query string has to be specified\",\"errorCode\":"
                  "\"MALFORMED_QUERY\"}]");
}

/* Nothing that a person pastes may end the org. */
static void nonsense__is_survived(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "SELECT", "FROM", "WHERE", "Id",   "Lead",  "(",     ")", ",", "'x", "'y'",     "=",
        "AND",    "NOT",  "IN",    "LIKE", "LIMIT", "COUNT", ".", "%", "9",  "ORDER BY"};
    const guint32 seed = g_random_int();
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    for (int i = 0; i < 150; i++) {
        g_autoptr(GString) soql = g_string_new("SELECT ");
        for (int n = g_rand_int_range(random, 0, 14); n > 0; n--)
            g_string_append_printf(soql, "%s ",
                                   parts[g_rand_int_range(random, 0, (gint32)G_N_ELEMENTS(parts))]);
        g_autoptr(Fetched) answer = client_query(org, token, soql->str);
        if (answer->status != 400 && answer->status != 200)
            fail_msg("seed %u: %s: %ld", seed, soql->str, answer->status);
    }
}

static void columns__describe_the_query(void **state)
{
    (void)state;
    g_autoptr(Fetched) answer = client_call(
        org, "GET", "/services/data/v68.0/query?q=SELECT+Id,Owner.Name+FROM+Lead&columns=true",
        token, NULL);
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    const Json *columns = json_get(json, "columnMetadata");
    assert_int_equal(json_size(columns), 2);
    assert_true(json_get_bool(json, "idSelected", false));
    const Json *owner = json_next(json_first(columns));
    assert_string_equal(json_get_string(owner, "columnName"), "Owner");
    assert_string_equal(json_get_string(json_first(json_get(owner, "joinColumns")), "columnName"),
                        "Name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where__compares),       cmocka_unit_test(where__inner_select),
        cmocka_unit_test(order_limit_offset),    cmocka_unit_test(count__and_aggregate),
        cmocka_unit_test(permission_questions),  cmocka_unit_test(errors__are_byte_for_byte),
        cmocka_unit_test(nonsense__is_survived), cmocka_unit_test(columns__describe_the_query),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
