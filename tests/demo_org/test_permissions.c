/* SPDX-License-Identifier: MIT */

/* Permission sets: deployed, licensed, assigned, and what an integration user may do with them. */

#include <string.h>

#include "client.h"
#include "perch/metadata/metadata.h"
#include "support/test.h"

#define API "/services/data/v68.0"
#define SET_FILE "force-app/main/default/permissionsets/Bird_access.permissionset-meta.xml"
#define RIGHTS(object, create)                                                            \
    "<objectPermissions><allowCreate>" create "</allowCreate><allowRead>true</allowRead>" \
    "<object>" object "</object></objectPermissions>"
#define FIELD(name)                                                      \
    "<fieldPermissions><editable>true</editable><field>" name "</field>" \
    "<readable>true</readable></fieldPermissions>"
#define ENABLED(name) \
    "<userPermissions><enabled>true</enabled><name>" name "</name></userPermissions>"
#define LICENSE "<license>SalesforceAPIIntegrationPsl</license>"
#define WHOLE                                                                       \
    "<label>Bird access</label>" LICENSE RIGHTS("Lead", "true") FIELD("Lead.Phone") \
        ENABLED("ApiEnabled")

static void add_file(GPtrArray *files, const char *path, const char *root, const char *inside)
{
    struct sheet_file *file = g_new0(struct sheet_file, 1);
    file->path = g_strdup(path);
    file->text = g_strdup_printf("<%s xmlns=\"http://soap.sforce.com/2006/04/metadata\">%s</%s>",
                                 root, inside, root);
    g_ptr_array_add(files, file);
}

static void file_free(gpointer data)
{
    struct sheet_file *file = data;
    g_free(file->path);
    g_free(file->text);
    g_free(file);
}

static GPtrArray *tree(const char *inside)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(file_free);
    add_file(files, "manifest/package.xml", "Package",
             "<types><members>Bird_access</members><name>PermissionSet</name></types>");
    add_file(files, SET_FILE, "PermissionSet", inside);
    return files;
}

/* What Salesforce says is wrong; NULL: the deploy was done. Owned by the caller. */
static char *deploy(DemoOrg *org, const char *token, Secret *zip)
{
    struct deploy_report report;
    g_autofree char *bearer = g_strdup_printf("Authorization: Bearer %s", token);
    const char *headers[] = {"Content-Type: multipart/form-data; boundary=B", bearer, NULL};
    GString *body = g_string_new("--B\r\nContent-Disposition: form-data; name=\"json\"\r\n"
                                 "Content-Type: application/json\r\n\r\n{}\r\n"
                                 "--B\r\nContent-Disposition: form-data; name=\"file\"; "
                                 "filename=\"d.zip\"\r\nContent-Type: application/zip\r\n\r\n");
    g_string_append_len(body, secret_peek(zip), (gssize)secret_length(zip));
    g_string_append(body, "\r\n--B--\r\n");
    g_autofree char *url = g_strconcat(org->url, API "/metadata/deployRequest", NULL);
    g_autoptr(Fetched) sent = fetch(
        url, &(struct fetch_options){
                 .method = "POST", .body = body->str, .length = body->len, .headers = headers});
    g_string_free(body, TRUE);
    g_autoptr(Json) begun = client_parse(sent, 201);
    g_autofree char *path = g_strdup_printf(API "/metadata/deployRequest/%s?includeDetails=true",
                                            json_get_string(begun, "id"));
    g_autoptr(Fetched) answer = client_call(org, "GET", path, token, NULL);
    g_autoptr(Json) json = client_parse(answer, 200);
    deploy_report_read(&report, json);
    char *problem =
        report.success ? NULL
                       : g_strdup(((const struct deploy_problem *)report.problems->pdata[0])->text);
    deploy_report_clear(&report);
    return problem;
}

static char *deploy_set(DemoOrg *org, const char *token, const char *inside)
{
    g_autoptr(GPtrArray) files = tree(inside);
    g_autoptr(Secret) zip = metadata_package(files);
    return deploy(org, token, zip);
}

/* The first id that the query finds; NULL: none. Owned by the caller. */
static char *find_id(DemoOrg *org, const char *token, const char *soql)
{
    g_autoptr(Fetched) answer = client_query(org, token, soql);
    g_autoptr(Json) json = client_parse(answer, 200);
    return g_strdup(json_get_string(json_first(json_get(json, "records")), "Id"));
}

#define USER_SOQL "SELECT Id FROM User WHERE Username = '" USER_INTEGRATION "'"
#define SET_SOQL "SELECT Id FROM PermissionSet WHERE Name = 'Bird_access'"
#define LICENSE_SOQL                                                          \
    "SELECT Id, TotalLicenses, UsedLicenses FROM PermissionSetLicense WHERE " \
    "DeveloperName = 'SalesforceAPIIntegrationPsl'"

static Fetched *assign(DemoOrg *org, const char *token, const char *object, const char *target,
                       const char *soql)
{
    g_autofree char *user = find_id(org, token, USER_SOQL), *id = find_id(org, token, soql);
    g_autofree char *path = g_strconcat(API "/sobjects/", object, NULL);
    g_autofree char *body =
        g_strdup_printf("{\"AssigneeId\":\"%s\",\"%s\":\"%s\"}", user, target, id);
    return client_call(org, "POST", path, token, body);
}

static Fetched *assign_set(DemoOrg *org, const char *token)
{
    return assign(org, token, "PermissionSetAssignment", "PermissionSetId", SET_SOQL);
}

static Fetched *assign_license(DemoOrg *org, const char *token)
{
    return assign(org, token, "PermissionSetLicenseAssign", "PermissionSetLicenseId", LICENSE_SOQL);
}

static void take_away(DemoOrg *org)
{
    demo_org_patch(org, "{'users': {'" USER_INTEGRATION "': {'permission_sets': [], 'licenses': "
                        "[]}}, 'apps': {'Bird_Integration': {'client_credentials': true, "
                        "'client_credentials_policy': true, 'run_as': '" USER_INTEGRATION "'}}}");
}

/* As the integration user. */
static Fetched *insert_lead(DemoOrg *org, const char *body)
{
    g_autoptr(Fetched) answer =
        client_post(org, "/services/oauth2/token", "grant_type", "client_credentials", "client_id",
                    org->client_id, "client_secret", org->client_secret, NULL);
    g_autoptr(Json) tokens = client_parse(answer, 200);
    return client_call(org, "POST", LEAD_PATH, json_get_string(tokens, "access_token"), body);
}

#define LEAD "{\"LastName\":\"A\",\"Company\":\"B\"}"
#define LEAD_WITH(field) "{\"LastName\":\"A\",\"Company\":\"B\",\"" field "\":\"1\"}"

/* ---- what a set gives ---- */

static void assigned__gives_its_objects_and_fields_alone(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    take_away(org);
    client_expect(insert_lead(org, LEAD), 404,
                  "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"The requested resource does not "
                  "exist\"}]");
    assert_null(deploy_set(org, token, WHOLE));
    g_autoptr(Fetched) unlicensed = assign_set(org, token);
    assert_int_equal(unlicensed->status, 400);
    assert_contains(unlicensed->body, "FIELD_INTEGRITY_EXCEPTION");
    assert_contains(unlicensed->body, "The user license doesn't allow the permission: Read Lead");
    g_autoptr(Fetched) licensed = assign_license(org, token);
    assert_int_equal(licensed->status, 201);
    g_autoptr(Fetched) assigned = assign_set(org, token);
    g_autoptr(Json) json = client_parse(assigned, 201);
    g_autoptr(Fetched) twice = assign_set(org, token);
    assert_contains(twice->body, "Duplicate PermissionSetAssignment. Assignee: ");
    g_autoptr(Fetched) plain = insert_lead(org, LEAD_WITH("Phone"));
    assert_int_equal(plain->status, 201);
    g_autoptr(Fetched) hidden = insert_lead(org, LEAD_WITH("Fax"));
    assert_contains(hidden->body, "No such column 'Fax' on sobject of type Lead");

    g_autofree char *path =
        g_strconcat(API "/sobjects/PermissionSetAssignment/", json_get_string(json, "id"), NULL);
    client_expect(client_call(org, "DELETE", path, token, NULL), 204, "");
    g_autoptr(Fetched) after = insert_lead(org, LEAD);
    assert_int_equal(after->status, 404);
}

static void deployed_again__replaces_the_whole_set(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    assert_null(deploy_set(org, token, WHOLE));
    assert_null(deploy_set(org, token, "<label>Other</label>" LICENSE RIGHTS("Case", "false")));
    g_autoptr(Json) all = demo_org_control(org, "GET", "state", NULL);
    g_autofree char *text = json_print(json_get(json_get(all, "permission_sets"), "Bird_access"));
    assert_contains(text, "\"read\":[\"Case\"],\"create\":[]");
    assert_contains(text, "\"api_enabled\":false");
    assert_contains(text, "\"editable_fields\":[]");
    assert_contains(text, "\"label\":\"Other\"");
}

/* ---- what is refused ---- */

static void deploy__what_is_wrong__has_salesforces_words(void **state)
{
    static const struct {
        const char *inside, *problem;
    } cases[] = {
        {"<label>A</label>" FIELD("Lead.LastName"), "You cannot deploy to a required field: "
                                                    "Lead.LastName"},
        {"<label>A</label>" FIELD("Lead.Nothing__c"),
         "In field: field - no CustomField named Lead.Nothing__c found"},
        {"<label>A</label>" RIGHTS("Nothing__c", "true"),
         "In field: field - no CustomObject named Nothing__c found"},
        {"<label>A</label><objectPermissions><allowCreate>true</allowCreate><object>Lead</object>"
         "</objectPermissions>",
         "Permission Create Lead depends on permission(s): Read Lead"},
        {"<label>A</label>" ENABLED("Nothing"), "Unknown user permission: Nothing"},
        {RIGHTS("Lead", "true"), "Required field is missing: label"},
    };
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *problem = deploy_set(org, token, cases[i].inside);
        assert_string_equal(problem, cases[i].problem);
        g_autofree char *id = find_id(org, token, SET_SOQL);
        assert_null(id);
    }
}

static void license__used_up_or_absent__is_refused(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    take_away(org);
    demo_org_patch(org, "{'org': {'integration_licenses': 1}, 'users': {'" USER_SERVICE
                        "': {'licenses': ['SalesforceAPIIntegrationPsl']}}}");
    g_autoptr(Fetched) used_up = assign_license(org, token);
    assert_int_equal(used_up->status, 400);
    assert_contains(used_up->body, "LICENSE_LIMIT_EXCEEDED");
    demo_org_patch(org, "{'org': {'integration_licenses': 0}}");
    g_autofree char *id = find_id(org, token, LICENSE_SOQL);
    assert_null(id);
    g_autofree char *problem = deploy_set(org, token, WHOLE);
    assert_contains(problem, "license");
}

static void assigning__needs_the_right(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    assert_null(deploy_set(org, token, WHOLE));
    demo_org_patch(org, "{'profiles': {'System Administrator': {'manage_users': false}}}");
    g_autoptr(Fetched) refused = assign_set(org, token);
    assert_int_equal(refused->status, 403);
    assert_contains(refused->body, "INSUFFICIENT_ACCESS_OR_READONLY");
    g_autofree char *problem = deploy_set(org, token, WHOLE);
    assert_contains(problem, "insufficient access rights");
}

/* ---- removed ---- */

static void removed__only_when_nobody_has_it(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    assert_null(deploy_set(org, token, WHOLE));
    g_autoptr(Fetched) assigned = assign_set(org, token);
    g_autoptr(Json) json = client_parse(assigned, 201);
    g_autoptr(GPtrArray) files = tree("");
    g_autoptr(Secret) removal = metadata_removal(files);
    g_autofree char *problem = deploy(org, token, removal);
    assert_contains(problem, "assigned to users");
    g_autofree char *set = find_id(org, token, SET_SOQL);
    g_autofree char *set_path = g_strconcat(API "/sobjects/PermissionSet/", set, NULL);
    g_autoptr(Fetched) refused = client_call(org, "DELETE", set_path, token, NULL);
    assert_int_equal(refused->status, 400);
    g_autofree char *path =
        g_strconcat(API "/sobjects/PermissionSetAssignment/", json_get_string(json, "id"), NULL);
    client_expect(client_call(org, "DELETE", path, token, NULL), 204, "");
    client_expect(client_call(org, "DELETE", set_path, token, NULL), 204, "");
    g_autofree char *gone = find_id(org, token, SET_SOQL);
    assert_null(gone);
    g_autoptr(Fetched) again = client_call(org, "DELETE", set_path, token, NULL);
    assert_int_equal(again->status, 404);
    assert_null(deploy_set(org, token, WHOLE));
    assert_null(deploy(org, token, removal));
}

/* ---- Setup ---- */

static void setup__shows_what_was_deployed(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    assert_null(deploy_set(org, token, WHOLE));
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autofree char *id = find_id(org, token, SET_SOQL);
    g_autofree char *path = g_strdup_printf("/lightning/setup/PermSets/page?address=%%2F%s", id);
    g_autoptr(Fetched) page = client_browse(org, path, cookie, NULL);
    assert_int_equal(page->status, 200);
    assert_contains(page->body, "SalesforceAPIIntegrationPsl");
    assert_contains(page->body, "Lead.Phone");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(assigned__gives_its_objects_and_fields_alone),
        TEST(deployed_again__replaces_the_whole_set),
        TEST(deploy__what_is_wrong__has_salesforces_words),
        TEST(license__used_up_or_absent__is_refused),
        TEST(assigning__needs_the_right),
        TEST(removed__only_when_nobody_has_it),
        TEST(setup__shows_what_was_deployed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
