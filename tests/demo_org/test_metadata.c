/* SPDX-License-Identifier: MIT */

/* The demo org's Metadata API: what a deploy makes of an app, and what it refuses. */

#include <string.h>

#include "client.h"
#include "perch/auth/jwt.h"
#include "perch/base/clock.h"
#include "perch/metadata/metadata.h"
#include "support/test.h"

#define API "/services/data/v68.0"
#define DEPLOYS API "/metadata/deployRequest"
#define KEY "5e1fc0de5e1fc0de5e1fc0de5e1fc0de5e1fc0de5e1fc0de5e1fc0de5e1fc0de"

/* ---- packages ---- */

/* The tree that perch writes for a new app. */
static GPtrArray *tree_of(enum app_values values)
{
    g_autoptr(Connection) connection = connection_new("acme");
    sheet_choose(connection, values, APP_EXTERNAL_CLIENT);
    sheet_edit(connection, SETTING_NAME, "Made by perch");
    sheet_edit(connection, SETTING_EMAIL, "it@acme.com");
    sheet_edit(connection, SETTING_RUN_AS, USER_INTEGRATION);
    sheet_take_key(connection, KEY);
    if (sheet_has(connection, SETTING_CERTIFICATE)) {
        g_autoptr(Secret) private_key = NULL;
        assert_true(
            key_pair_make("acme", clock_wall_ms(), &private_key, &connection->certificate, NULL));
    }
    GPtrArray *files = sheet_as_metadata(connection, NULL);
    assert_non_null(files);
    return files;
}

/* Replaces from by to in the file whose path has part in it, path included. */
static void edit(GPtrArray *files, const char *part, const char *from, const char *to)
{
    guint found = 0;
    for (guint i = 0; i < files->len; i++) {
        struct sheet_file *file = files->pdata[i];
        if (strstr(file->path, part) == NULL)
            continue;
        char **const texts[] = {&file->path, &file->text};
        for (gsize k = 0; k < G_N_ELEMENTS(texts); k++) {
            g_auto(GStrv) pieces = g_strsplit(*texts[k], from, -1);
            found += g_strv_length(pieces) - 1;
            g_free(*texts[k]);
            *texts[k] = g_strjoinv(to, pieces);
        }
    }
    assert_int_not_equal(found, 0);
}

static Fetched *send_package(DemoOrg *org, const char *token, const Secret *zip, bool check_only)
{
    g_autofree char *url = g_strconcat(org->url, DEPLOYS, NULL);
    g_autofree char *bearer = g_strdup_printf("Authorization: Bearer %s", token);
    const char *headers[] = {"Content-Type: multipart/form-data; boundary=B", bearer, NULL};
    GString *body = g_string_new("--B\r\nContent-Disposition: form-data; name=\"json\"\r\n"
                                 "Content-Type: application/json\r\n\r\n");
    g_string_append_printf(body, "{\"deployOptions\":{\"checkOnly\":%s}}\r\n",
                           check_only ? "true" : "false");
    g_string_append(body, "--B\r\nContent-Disposition: form-data; name=\"file\"; "
                          "filename=\"d.zip\"\r\nContent-Type: application/zip\r\n\r\n");
    g_string_append_len(body, secret_peek(zip), (gssize)secret_length(zip));
    g_string_append(body, "\r\n--B--\r\n");
    Fetched *answer = fetch(
        url, &(struct fetch_options){
                 .method = "POST", .body = body->str, .length = body->len, .headers = headers});
    g_string_free(body, TRUE);
    return answer;
}

/* The id of an accepted deploy; owned by the caller. */
static char *deploy_id(DemoOrg *org, const char *token, const Secret *zip, bool check_only)
{
    g_autoptr(Fetched) answer = send_package(org, token, zip, check_only);
    g_autoptr(Json) json = client_parse(answer, 201);
    return g_strdup(json_get_string(json, "id"));
}

static Json *status_of(DemoOrg *org, const char *token, const char *id)
{
    g_autofree char *path = g_strdup_printf(DEPLOYS "/%s?includeDetails=true", id);
    g_autoptr(Fetched) answer = client_call(org, "GET", path, token, NULL);
    return client_parse(answer, 200);
}

/* Deploys to the end: the report. */
static void deploy(DemoOrg *org, const char *token, const GPtrArray *files, bool check_only,
                   struct deploy_report *ret_report)
{
    g_autoptr(Secret) zip = metadata_package(files);
    g_autofree char *id = deploy_id(org, token, zip, check_only);
    g_autoptr(Json) json = status_of(org, token, id);
    deploy_report_read(ret_report, json);
    assert_true(ret_report->done);
}

static void deploy_well(DemoOrg *org, const char *token, const GPtrArray *files, bool check_only)
{
    struct deploy_report report;
    deploy(org, token, files, check_only, &report);
    if (!report.success)
        fail_msg("%s", ((const struct deploy_problem *)report.problems->pdata[0])->text);
    deploy_report_clear(&report);
}

static Json *app_of(DemoOrg *org, const char *name)
{
    g_autoptr(Json) state = demo_org_control(org, "GET", "state", NULL);
    return json_copy(json_get(json_get(state, "apps"), name));
}

/* ---- an app ---- */

static void deploy__what_the_sheet_says__is_the_app(void **state)
{
    DemoOrg *org = *state;
    static const char *const as_perch_advises[][2] = {
        {"label", "\"Made by perch\""},
        {"contact_email", "\"it@acme.com\""},
        {"kind", "\"eca\""},
        {"key", "\"" KEY "\""},
        {"pkce_required", "true"},
        {"rotation", "false"},
        {"secret_required", "true"},
        {"refresh_secret_required", "true"},
        {"oauth_enabled", "true"},
        {"permitted_users", "\"self\""},
        {"ip_relaxation", "\"bypass\""},
        {"refresh_policy", "\"infinite\""},
        {"session_level", "\"standard\""},
        {"client_credentials", "false"},
        {"scopes", "[\"api\",\"refresh_token\",\"web\"]"},
    };
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
    deploy_well(org, token, files, false);
    g_autoptr(Json) app = app_of(org, "Made_by_perch");
    assert_non_null(app);
    for (gsize i = 0; i < G_N_ELEMENTS(as_perch_advises); i++) {
        g_autofree char *text = json_print(json_get(app, as_perch_advises[i][0]));
        if (strcmp(text, as_perch_advises[i][1]) != 0)
            fail_msg("%s is %s", as_perch_advises[i][0], text);
    }
    assert_int_equal(json_size(json_get(app, "callbacks")), 4);
    /* Setup shows it, and a second deploy of the same changes nothing. */
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autofree char *page = g_strdup_printf(
        "/lightning/setup/ManageExternalClientApplication/%s/detail", json_get_string(app, "id"));
    g_autoptr(Fetched) shown = client_browse(org, page, cookie, NULL);
    assert_contains(shown->body, KEY);
    deploy_well(org, token, files, false);
    g_autoptr(Json) again = app_of(org, "Made_by_perch");
    g_autofree char *before = json_print(app), *after = json_print(again);
    assert_string_equal(before, after);
}

static void deploy__every_set_of_values__is_accepted(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    for (int values = 0; values < APP_VALUES_COUNT; values++) {
        g_autoptr(GPtrArray) files = tree_of((enum app_values)values);
        deploy_well(org, token, files, false);
    }
    g_autoptr(Json) app = app_of(org, "Made_by_perch");
    assert_non_null(app);
}

static void validate__changes_nothing(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
    g_autoptr(Json) before = demo_org_control(org, "GET", "state", NULL);
    deploy_well(org, token, files, true);
    g_autoptr(Json) after = demo_org_control(org, "GET", "state", NULL);
    g_autofree char *was = json_print(json_get(before, "apps"));
    g_autofree char *is = json_print(json_get(after, "apps"));
    assert_string_equal(was, is);
}

static void deploy__a_part__falls_back_where_it_says_nothing(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
    deploy_well(org, token, files, false);
    edit(files, "Plcy-meta", "<refreshTokenPolicyType>Infinite</refreshTokenPolicyType>", "");
    deploy_well(org, token, files, false);
    g_autoptr(Json) app = app_of(org, "Made_by_perch");
    assert_string_equal(json_get_string(app, "refresh_policy"), "lifetime");
    assert_string_equal(json_get_string(app, "key"), KEY);
}

static void deploy__security_that_is_locked__stays_on(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
    deploy_well(org, token, files, false);
    demo_org_patch(org, "{'apps': {'Made_by_perch': {'security_locked': true}}}");
    deploy_well(org, token, files, false);
    g_autoptr(Json) app = app_of(org, "Made_by_perch");
    assert_true(json_get_bool(app, "rotation", false));
}

/* ---- refusals ---- */

static void deploy__each_fault__has_salesforces_words(void **state)
{
    DemoOrg *org = *state;
    static const struct {
        const char *part, *from, *to, *type, *text;
    } faults[] = {
        {"ecaOauth-meta", "<externalClientApplication>Made_by_perch",
         "<externalClientApplication>No", "ExtlClntAppOauthSettings",
         "In field: externalClientApplication - no ExternalClientApplication named No found"},
        {"ecaOauth-meta", "Api, ", "api, ", "ExtlClntAppOauthSettings",
         "'api' is not a valid OAuth scope"},
        {"ecaOauthPlcy", ">Bypass<", ">Relaxed<", "ExtlClntAppOauthConfigurablePolicies",
         "'Relaxed' is not a valid value for the enum 'ipRelaxationPolicyType'"},
        {"ecaGlblOauth", "<isPkceRequired>true", "<isPkceRequired>yes",
         "ExtlClntAppGlobalOauthSettings", "'yes' is not a valid value for the type xsd:boolean"},
        {"ecaGlblOauth", "isPkceRequired>", "isPkceWanted>", "ExtlClntAppGlobalOauthSettings",
         "isPkceWanted invalid at this location in type ExtlClntAppGlobalOauthSettings"},
        {"ecaGlblOauth-meta", "externalClientApplication>", "owner>",
         "ExtlClntAppGlobalOauthSettings", "Required field is missing: externalClientApplication"},
        {"ecaPlcy", "force-app", "elsewhere", "ExtlClntAppConfigurablePolicies",
         "was named in package.xml, but was not found in zipped directory"},
        {"package.xml", "<members>Made_by_perch_oauth</members>", "",
         "ExtlClntAppGlobalOauthSettings",
         "The external client app configured in your global OAuth Settings doesn't have a valid "
         "OAuth settings configuration."},
    };
    g_autofree char *token = client_access(org, USER_ADMIN);
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
        struct deploy_report report;
        bool found = false;
        edit(files, faults[i].part, faults[i].from, faults[i].to);
        deploy(org, token, files, false, &report);
        assert_false(report.success);
        assert_string_equal(report.status, "Failed");
        for (guint k = 0; k < report.problems->len; k++) {
            const struct deploy_problem *problem = report.problems->pdata[k];
            found |= strcmp(problem->type, faults[i].type) == 0 &&
                     strstr(problem->text, faults[i].text) != NULL;
        }
        if (!found)
            fail_msg("not among %u problems: %s", report.problems->len, faults[i].text);
        deploy_report_clear(&report);
        g_autoptr(Json) app = app_of(org, "Made_by_perch");
        assert_null(app);
    }
}

static void deploy__the_run_as_user__has_to_exist(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_CLIENT_CREDENTIALS);
    struct deploy_report report;
    edit(files, "ecaOauthPlcy", USER_INTEGRATION, "nobody@bird-demo.example");
    deploy(org, token, files, true, &report);
    assert_int_equal(report.problems->len, 1);
    assert_string_equal(((const struct deploy_problem *)report.problems->pdata[0])->text,
                        "Enter a valid execution user for the OAuth client credentials flow.");
    deploy_report_clear(&report);
}

static void deploy__an_app_made_in_setup__keeps_its_names(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
    struct deploy_report report;
    /* Setup's own app: no names were ever deployed. */
    deploy_well(org, token, files, false);
    edit(files, "Plcy", "_oauthPlcy", "_otherPlcy");
    edit(files, "package.xml", "_oauthPlcy", "_otherPlcy");
    deploy(org, token, files, false, &report);
    assert_false(report.success);
    assert_contains(((const struct deploy_problem *)report.problems->pdata[0])->text,
                    "duplicate value found: ExternalClientApplicationId duplicates value");
    deploy_report_clear(&report);
}

static void deploy__rights__are_asked_for(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
    g_autoptr(Secret) zip = metadata_package(files);
    struct deploy_report report;
    demo_org_patch(org, "{'profiles': {'System Administrator': {'manage_apps': false}}}");
    deploy(org, token, files, false, &report);
    assert_contains(((const struct deploy_problem *)report.problems->pdata[0])->text,
                    "You do not have the proper permissions");
    deploy_report_clear(&report);
    demo_org_patch(org, "{'profiles': {'System Administrator': {'modify_metadata': false}}}");
    client_expect(send_package(org, token, zip, false), 403,
                  "[{\"message\":\"INSUFFICIENT_ACCESS: use of the Metadata API requires a user "
                  "with the ModifyAllData or ModifyMetadata permissions\","
                  "\"errorCode\":\"INSUFFICIENT_ACCESS\"}]");
}

static void deploy__no_zip__is_said(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Secret) garbage = secret_new("PK, but not really a zip");
    g_autofree char *id = deploy_id(org, token, garbage, false);
    g_autoptr(Json) json = status_of(org, token, id);
    const Json *result = json_get(json, "deployResult");
    assert_string_equal(json_get_string(result, "status"), "Failed");
    assert_string_equal(json_get_string(result, "errorMessage"), "The zip file is invalid");
    g_autoptr(Fetched) plain = client_call(org, "POST", DEPLOYS, token, "{}");
    assert_int_equal(plain->status, 400);
}

/* ---- in time ---- */

static void deploy__takes_its_time__and_can_be_cancelled(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
    g_autoptr(Secret) zip = metadata_package(files);
    demo_org_patch(org, "{'org': {'deploy_ms': 60000}}");
    g_autofree char *first = deploy_id(org, token, zip, false);
    g_autoptr(Json) running = status_of(org, token, first);
    assert_string_equal(json_get_string(json_get(running, "deployResult"), "status"), "InProgress");
    g_autofree char *path = g_strconcat(DEPLOYS "/", first, NULL);
    g_autoptr(Fetched) cancelled =
        client_call(org, "PATCH", path, token, "{\"deployResult\":{\"status\":\"Canceling\"}}");
    assert_int_equal(cancelled->status, 202);
    client_advance_clock(org, 61000);
    g_autoptr(Json) ended = status_of(org, token, first);
    assert_string_equal(json_get_string(json_get(ended, "deployResult"), "status"), "Canceled");
    g_autoptr(Json) none = app_of(org, "Made_by_perch");
    assert_null(none);
    /* Another one goes on although nobody asks. */
    g_autofree char *second = deploy_id(org, token, zip, false);
    client_advance_clock(org, 61000);
    g_autoptr(Json) app = app_of(org, "Made_by_perch");
    assert_non_null(app);
    assert_non_null(second);
}

static void deploy__what_is_removed__is_gone(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree_of(APP_VALUES_PERCH);
    g_autoptr(Secret) removal = metadata_removal(files);
    deploy_well(org, token, files, false);
    g_autofree char *id = deploy_id(org, token, removal, false);
    g_autoptr(Json) done = status_of(org, token, id);
    assert_true(json_get_bool(json_get(done, "deployResult"), "success", false));
    g_autoptr(Json) app = app_of(org, "Made_by_perch");
    assert_null(app);
}

/* ---- credentials ---- */

static void credentials__are_shown__when_the_org_allows_it(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(Fetched) usage = client_call(org, "GET", API "/apps/oauth/usage", token, NULL);
    g_autoptr(Json) apps = client_parse(usage, 200);
    const Json *first = json_first(json_get(apps, "apps"));
    assert_string_equal(json_get_string(first, "developerName"), "Bird_Integration");
    g_autofree char *path =
        g_strdup_printf(API "/apps/oauth/credentials/%s", json_get_string(first, "identifier"));
    g_autoptr(Fetched) off = client_call(org, "GET", path, token, NULL);
    assert_int_equal(off->status, 403);
    assert_contains(off->body, "not currently enabled");
    demo_org_patch(org, "{'org': {'secrets_by_rest': true}}");
    g_autoptr(Fetched) on = client_call(org, "GET", path, token, NULL);
    g_autoptr(Json) list = client_parse(on, 200);
    const Json *consumer = json_first(json_get(list, "consumers"));
    assert_true(g_str_has_prefix(json_get_string(consumer, "id"), "888"));
    g_autofree char *both =
        g_strdup_printf("%s/%s?part=keyandsecret", path, json_get_string(consumer, "id"));
    g_autoptr(Fetched) shown = client_call(org, "GET", both, token, NULL);
    g_autoptr(Json) pair = client_parse(shown, 200);
    assert_string_equal(json_get_string(pair, "key"), org->client_id);
    assert_string_equal(json_get_string(pair, "secret"), org->client_secret);
    demo_org_patch(org, "{'profiles': {'System Administrator': {'view_secrets': false}}}");
    g_autoptr(Fetched) refused = client_call(org, "GET", both, token, NULL);
    assert_int_equal(refused->status, 403);
    assert_contains(refused->body, "INSUFFICIENT_ACCESS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(deploy__what_the_sheet_says__is_the_app, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(deploy__every_set_of_values__is_accepted, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(validate__changes_nothing, client_setup, client_teardown),
        cmocka_unit_test_setup_teardown(deploy__a_part__falls_back_where_it_says_nothing,
                                        client_setup, client_teardown),
        cmocka_unit_test_setup_teardown(deploy__security_that_is_locked__stays_on, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(deploy__each_fault__has_salesforces_words, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(deploy__the_run_as_user__has_to_exist, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(deploy__an_app_made_in_setup__keeps_its_names, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(deploy__rights__are_asked_for, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(deploy__no_zip__is_said, client_setup, client_teardown),
        cmocka_unit_test_setup_teardown(deploy__takes_its_time__and_can_be_cancelled, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(deploy__what_is_removed__is_gone, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(credentials__are_shown__when_the_org_allows_it,
                                        client_setup, client_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
