/* SPDX-License-Identifier: MIT */

/* The demo org's Metadata API by SOAP, called as Salesforce's CLI calls it: jsforce's
 * envelope, after an address that ends in a slash. */

#include <string.h>

#include "client.h"
#include "perch/base/xml.h"
#include "perch/metadata/metadata.h"
#include "support/test.h"

#define SOAP "//services/Soap/m/62.0"
#define DEPLOYS "/services/data/v62.0/metadata/deployRequest"
#define APP "Made_by_perch"
#define KEY "5e1fc0de5e1fc0de5e1fc0de5e1fc0de5e1fc0de5e1fc0de5e1fc0de5e1fc0de"

static GPtrArray *tree(void)
{
    g_autoptr(Connection) connection = connection_new("acme");
    sheet_edit(connection, SETTING_NAME, "Made by perch");
    sheet_edit(connection, SETTING_EMAIL, "it@acme.com");
    sheet_take_key(connection, KEY);
    GPtrArray *files = sheet_as_metadata(connection, NULL);
    assert_non_null(files);
    return files;
}

/* The answer's Body. */
static Json *call(DemoOrg *org, const char *token, unsigned status, const char *inside)
{
    g_autofree char *url = g_strconcat(org->url, SOAP, NULL);
    g_autofree char *body = g_strdup_printf(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soapenv:Envelope "
        "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
        "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
        "<soapenv:Header xmlns=\"http://soap.sforce.com/2006/04/metadata\"><SessionHeader>"
        "<sessionId>%s</sessionId></SessionHeader></soapenv:Header>"
        "<soapenv:Body xmlns=\"http://soap.sforce.com/2006/04/metadata\">%s</soapenv:Body>"
        "</soapenv:Envelope>",
        token, inside);
    const char *headers[] = {"Content-Type: text/xml", "SOAPAction: \"\"", NULL};
    g_autoptr(Fetched) answer =
        fetch(url, &(struct fetch_options){
                       .method = "POST", .body = body, .length = strlen(body), .headers = headers});
    assert_int_equal(answer->status, status);
    g_autoptr(Json) envelope = xml_parse(answer->body, strlen(answer->body), NULL);
    assert_non_null(envelope);
    return json_copy(json_first(xml_children(xml_child(envelope, "Body"))));
}

static Json *report_of(DemoOrg *org, const char *token, const char *id)
{
    g_autofree char *asked =
        g_strdup_printf("<checkDeployStatus><asyncProcessId>%s</asyncProcessId><includeDetails>true"
                        "</includeDetails></checkDeployStatus>",
                        id);
    g_autoptr(Json) body = call(org, token, 200, asked);
    return json_copy(xml_child(body, "result"));
}

static Json *deploy(DemoOrg *org, const char *token, const Secret *zip, bool check_only)
{
    g_autofree char *base64 = g_base64_encode((const guchar *)secret_peek(zip), secret_length(zip));
    g_autofree char *inside = g_strdup_printf(
        "<deploy><ZipFile>%s</ZipFile><DeployOptions><rollbackOnError>true</rollbackOnError>"
        "<singlePackage>true</singlePackage><checkOnly>%s</checkOnly></DeployOptions></deploy>",
        base64, check_only ? "true" : "false");
    g_autoptr(Json) body = call(org, token, 200, inside);
    assert_string_equal(xml_name(body), "deployResponse");
    return report_of(org, token, xml_text(xml_child(body, "result"), "id"));
}

/* The app in the org's state, without what is random. Owned by the caller. */
static char *app_text(DemoOrg *org)
{
    g_autoptr(Json) state = demo_org_control(org, "GET", "state", NULL);
    g_autoptr(Json) app = json_copy(json_get(json_get(state, "apps"), APP));
    if (app == NULL)
        return NULL;
    json_remove(app, "id");
    json_remove(app, "secret");
    json_remove(app, "known_from_ms");
    return json_print(app);
}

static void deploy__by_soap__is_byte_by_byte_what_perch_deploys(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree();
    g_autoptr(Secret) zip = metadata_package(files);
    g_autoptr(Json) tried = deploy(org, token, zip, true);
    assert_string_equal(xml_text(tried, "success"), "true");
    assert_null(app_text(org));
    g_autoptr(Json) done = deploy(org, token, zip, false);
    assert_string_equal(xml_text(done, "done"), "true");
    assert_string_equal(xml_text(done, "numberComponentsDeployed"), "5");
    assert_non_null(xml_child(xml_child(done, "details"), "componentSuccesses"));
    g_autofree char *by_soap = app_text(org);

    g_autoptr(Secret) removal = metadata_removal(files);
    g_autoptr(Json) removed = deploy(org, token, removal, false);
    assert_null(app_text(org));
    /* perch's own request */
    GString *body = g_string_new("--B\r\nContent-Disposition: form-data; name=\"json\"\r\n"
                                 "Content-Type: application/json\r\n\r\n"
                                 "{\"deployOptions\":{\"checkOnly\":false}}\r\n"
                                 "--B\r\nContent-Disposition: form-data; name=\"file\"; "
                                 "filename=\"d.zip\"\r\nContent-Type: application/zip\r\n\r\n");
    g_string_append_len(body, secret_peek(zip), (gssize)secret_length(zip));
    g_string_append(body, "\r\n--B--\r\n");
    g_autofree char *url = g_strconcat(org->url, DEPLOYS, NULL);
    g_autofree char *bearer = g_strdup_printf("Authorization: Bearer %s", token);
    const char *headers[] = {"Content-Type: multipart/form-data; boundary=B", bearer, NULL};
    g_autoptr(Fetched) answer = fetch(
        url, &(struct fetch_options){
                 .method = "POST", .body = body->str, .length = body->len, .headers = headers});
    g_string_free(body, TRUE);
    assert_int_equal(answer->status, 201);
    g_autofree char *by_rest = app_text(org);
    assert_string_equal(by_soap, by_rest);
}

static void cancel__ends_a_deploy_that_runs(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree();
    g_autoptr(Secret) zip = metadata_package(files);
    demo_org_patch(org, "{'org': {'deploy_ms': 60000}}");
    g_autoptr(Json) running = deploy(org, token, zip, false);
    g_autofree char *ask = g_strdup_printf("<cancelDeploy><String>%s</String></cancelDeploy>",
                                           xml_text(running, "id"));
    g_autoptr(Json) body = call(org, token, 200, ask);
    assert_string_equal(xml_text(xml_child(body, "result"), "id"), xml_text(running, "id"));
    client_advance_clock(org, 61000);
    g_autoptr(Json) ended = report_of(org, token, xml_text(running, "id"));
    assert_string_equal(xml_text(ended, "status"), "Canceled");
    assert_null(app_text(org));
    g_autoptr(Json) again = call(org, token, 500, ask);
    assert_string_equal(xml_text(again, "faultcode"), "sf:INVALID_ID_FIELD");
}

static void list_read_retrieve__show_what_was_deployed(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autoptr(GPtrArray) files = tree();
    g_autoptr(Secret) zip = metadata_package(files);
    g_autoptr(Json) done = deploy(org, token, zip, false);
    g_autoptr(Json) listed = call(org, token, 200,
                                  "<listMetadata><queries><type>ExtlClntAppGlobalOauthSettings"
                                  "</type></queries><asOfVersion>62.0</asOfVersion>"
                                  "</listMetadata>");
    bool found = false;
    JSON_FOREACH(file, xml_children(listed))
    found |= strcmp(xml_text(file, "fullName"), APP "_glbloauth") == 0;
    assert_true(found);
    g_autoptr(Json) read = call(org, token, 200,
                                "<readMetadata><type>ExtlClntAppGlobalOauthSettings</type>"
                                "<fullNames>" APP "_glbloauth</fullNames>"
                                "<fullNames>Nothing</fullNames></readMetadata>");
    const Json *record = xml_child(xml_child(read, "result"), "records");
    /* Every element that was deployed is shown with the same text. */
    for (guint i = 0; i < files->len; i++) {
        const struct sheet_file *file = files->pdata[i];
        if (strstr(file->path, "ecaGlblOauth") == NULL)
            continue;
        g_autoptr(Json) deployed = xml_parse(file->text, strlen(file->text), NULL);
        JSON_FOREACH(element, xml_children(deployed))
        {
            const char *shown = xml_text(record, xml_name(element));
            if (shown != NULL)
                assert_string_equal(shown, json_get_string(element, "text"));
            else
                assert_true(g_str_has_prefix(xml_name(element), "should") ||
                            g_str_has_prefix(xml_name(element), "isNamedUserJwt"));
        }
    }
    assert_string_equal(xml_text(record, "isEnforceRefreshTokenTTL"), "false");
    assert_null(xml_child(record, "consumerSecret"));

    g_autoptr(Json) begun = call(org, token, 200,
                                 "<retrieve><request><apiVersion>62.0</apiVersion>"
                                 "<unpackaged><types><members>" APP "</members>"
                                 "<name>ExternalClientApplication</name></types>"
                                 "<version>62.0</version></unpackaged></request>"
                                 "</retrieve>");
    g_autofree char *asked =
        g_strdup_printf("<checkRetrieveStatus><asyncProcessId>%s</asyncProcessId><includeZip>true"
                        "</includeZip></checkRetrieveStatus>",
                        xml_text(xml_child(begun, "result"), "id"));
    g_autoptr(Json) ended = call(org, token, 200, asked);
    const Json *result = xml_child(ended, "result");
    assert_string_equal(xml_text(result, "status"), "Succeeded");
    assert_string_equal(xml_text(xml_child(result, "fileProperties"), "fileName"),
                        "unpackaged/externalClientApps/" APP ".eca");
    gsize length;
    g_autofree guchar *archive = g_base64_decode(xml_text(result, "zipFile"), &length);
    assert_true(length > 100 && memcmp(archive, "PK", 2) == 0);
}

static void switch__is_changed_by_settings(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    for (int on = 1; on >= 0; on--) {
        g_autofree char *update = g_strdup_printf(
            "<updateMetadata><metadata xsi:type=\"ExternalClientAppSettings\">"
            "<fullName>ExternalClientApp</fullName><enableClientSecretInRestApiAccess>%s"
            "</enableClientSecretInRestApiAccess></metadata></updateMetadata>",
            on ? "true" : "false");
        g_autoptr(Json) updated = call(org, token, 200, update);
        assert_string_equal(xml_text(xml_child(updated, "result"), "success"), "true");
        g_autoptr(Json) read = call(org, token, 200,
                                    "<readMetadata><type>ExternalClientAppSettings</type>"
                                    "<fullNames>ExternalClientApp</fullNames></readMetadata>");
        assert_string_equal(xml_text(xml_child(xml_child(read, "result"), "records"),
                                     "enableClientSecretInRestApiAccess"),
                            on ? "true" : "false");
    }
    g_autoptr(Json) wrong = call(org, token, 200,
                                 "<updateMetadata><metadata><fullName>ExternalClientApp</fullName>"
                                 "<enableMagic>true</enableMagic></metadata></updateMetadata>");
    assert_string_equal(xml_text(xml_child(wrong, "result"), "success"), "false");
}

static void call__without_session_or_rights__is_a_fault(void **state)
{
    DemoOrg *org = *state;
    static const char describe[] = "<describeMetadata><asOfVersion>62.0</asOfVersion>"
                                   "</describeMetadata>";
    g_autofree char *admin = client_access(org, USER_ADMIN);
    g_autoptr(Json) types = call(org, admin, 200, describe);
    assert_string_equal(
        xml_text(xml_child(xml_child(types, "result"), "metadataObjects"), "suffix"), "eca");
    g_autoptr(Json) dead = call(org, "00D000000000001!dead", 500, describe);
    assert_string_equal(xml_text(dead, "faultcode"), "sf:INVALID_SESSION_ID");
    g_autofree char *standard = client_access(org, "standard@bird-demo.example");
    g_autoptr(Json) refused = call(org, standard, 500, describe);
    assert_string_equal(xml_text(refused, "faultcode"), "sf:INSUFFICIENT_ACCESS");
    g_autoptr(Json) nothing = call(org, admin, 500, "<retrieve><request/></retrieve>");
    assert_string_equal(xml_text(nothing, "faultcode"), "sf:INVALID_FIELD");
    g_autoptr(Json) unknown = call(org, admin, 500, "<renameMetadata/>");
    assert_string_equal(xml_text(unknown, "faultcode"), "sf:UNKNOWN_EXCEPTION");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(deploy__by_soap__is_byte_by_byte_what_perch_deploys,
                                        client_setup, client_teardown),
        cmocka_unit_test_setup_teardown(cancel__ends_a_deploy_that_runs, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(list_read_retrieve__show_what_was_deployed, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(switch__is_changed_by_settings, client_setup,
                                        client_teardown),
        cmocka_unit_test_setup_teardown(call__without_session_or_rights__is_a_fault, client_setup,
                                        client_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
