/* SPDX-License-Identifier: MIT */

/* perch explain and the key e of the wizard, as an administrator uses them: what was found in a
 * log, a console, a letter or an address bar goes in as it is. */

#include <stdio.h>
#include <string.h>

#include "e2e/walk.h"

#define SECRET "5Aep861CANARY_explain_refresh_token_0123456789"

/* ---- what is pasted ---- */

static const struct pasted {
    const char *name, *text, *cause, *fix, *page;
    int code;
} pasted[] = {
    {"lines of a flow's log",
     "Flow run 8812 · step 2 \"Create the lead\" · failed\n"
     "Request: POST https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead\n"
     "Authorization: Bearer 00D000000000001!CANARY.aaaaaaaaaaaaaaaaaaaaaaaa\n"
     "Response status: 400\n"
     "Response body: [{\"message\":\"Required fields are missing: [Company, Branch__c]\","
     "\"errorCode\":\"REQUIRED_FIELD_MISSING\",\"fields\":[\"Company\",\"Branch__c\"]}]\n",
     "required-field", "Give Company, Branch__c a value",
     "https://acme.lightning.force.com/lightning/setup/ObjectManager/Lead/", 7},
    /* The login went well, and the way back did not: a code in the address is no success. */
    {"the code's address, and the browser's page about it",
     "http://localhost:1717/OauthRedirect?code=aPrxFAKE_0123456789abcdef%3D%3D&state=0123\n\n"
     "This page isn’t working\nlocalhost didn’t send any data.\nERR_EMPTY_RESPONSE\n",
     "connect-failed", "Start it again in the program", NULL, 8},
    /* What Fetch variables knows: the fields of its form, and the answer. */
    {"Fetch variables, getting the token",
     "Fetch variables: Get a token\nURL: https://acme.my.salesforce.com/services/oauth2/token\n"
     "Method: POST\nBody: grant_type=refresh_token&client_id=3MVG9.key&refresh_token=" SECRET "\n"
     "Set Content-Type header: application/x-www-form-urlencoded\nStatus: 400\nResponse: "
     "{\"error\":"
     "\"invalid_grant\",\"error_description\":\"expired access/refresh token\"}\n",
     "authorization-revoked", "perch reauthorize", NULL, 4},
    {"Fetch variables, a message that broke the body",
     "{\"action\":\"fetchVariables\",\"options\":{\"label\":\"Create the Lead\",\"method\":"
     "\"POST\",\"url\":\"https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead\","
     "\"headers\":{\"Authorization\":\"Bearer 00D000000000001!CANARY.aaaaaaaaaaaaaaaaaaaaaaaa\"},"
     "\"contentType\":\"application/json\",\"body\":\"{\\\"Description\\\":\\\"He said "
     "\\\"hi\\\"\\\"}\"},\"status\":400,\"response\":\"[{\\\"message\\\":\\\"Unexpected "
     "character ('h' (code 104)): was expecting comma\\\",\\\"errorCode\\\":"
     "\\\"JSON_PARSER_ERROR\\\"}]\"}\n",
     "request-malformed", "Escape quotation marks", NULL, 1},
    {"Fetch variables, a header with single braces",
     "Fetch variables: Create the Lead\n"
     "URL: https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead\n"
     "Headers: Authorization Bearer {access_token}\nStatus: 401\nResponse: [{\"message\":"
     "\"Session expired or invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]\n",
     "session-expired", "in double braces", NULL, 4},
    {"a line with the body in quotes",
     "{\"step\":{\"type\":\"http-request\"},\"error\":{\"code\":\"HTTP_ERROR\",\"message\":"
     "\"Request "
     "failed with status code 401\",\"details\":{\"statusCode\":401,\"body\":\"[{\\\"message\\\":"
     "\\\"This session is not valid for use with the REST API\\\",\\\"errorCode\\\":"
     "\\\"INVALID_SESSION_ID\\\"}]\"}}}\n",
     "session-not-for-api", "OAuth Scopes", NULL, 6},
    {"a body of the record step for a Case",
     "POST /services/data/v68.0/sobjects/Case 400\n[{\"message\":\"Origin: bad value for "
     "restricted "
     "picklist field: Viber\",\"errorCode\":\"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST\","
     "\"fields\":[\"Origin\"]}]",
     "picklist-value", "\"Viber\" is not a value of Origin", NULL, 7},
    {"cURL, verbose",
     "* Connected to acme.my.salesforce.com (192.0.2.1) port 443 (#0)\n"
     "> POST /services/oauth2/token HTTP/2\n> Host: acme.my.salesforce.com\n>\n"
     "} [5 bytes data]\ngrant_type=refresh_token&refresh_token=" SECRET "\n"
     "< HTTP/2 400\n< content-type: application/json;charset=UTF-8\n<\n"
     "{\"error\":\"invalid_grant\",\"error_description\":\"expired access/refresh token\"}\n",
     "authorization-revoked", "perch reauthorize",
     "https://acme.lightning.force.com/lightning/setup/ManageExternalClientApplication/home", 4},
    {"a redirect",
     "http://localhost:1717/OauthRedirect?error=OAUTH_APP_ACCESS_DENIED&error_description="
     "user+is+not+admin+approved+to+access+this+app&state=x\n",
     "user-not-approved", "Permitted Users", NULL, 5},
    {"Salesforce's error page",
     "https://acme.my.salesforce.com/setup/secur/RemoteAccessErrorPage.apexp?error=invalid_client"
     "&error_description=app+must+be+installed+into+org",
     "app-not-installed", "press Install",
     "https://acme.lightning.force.com/lightning/setup/ConnectedAppsUsage/home", 5},
    {"the page of a bad callback",
     "<html><body><pre>error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20"
     "configuration</pre></body></html>",
     "callback-mismatch", "Callback URL", NULL, 5},
    {"a maintenance page",
     "<!DOCTYPE html><html><body><h1>We are down for maintenance.</h1></body></html>",
     "salesforce-unavailable", "status.salesforce.com", NULL, 10},
    {"a company's filter",
     "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html>Blocked by policy 17</html>",
     "proxy-failed", "proxy", NULL, 8},
    {"Postman's console",
     "▶ POST https://acme--uat.sandbox.my.salesforce.com/services/data/v68.0/sobjects/Lead\n"
     "403 Forbidden\n▼ Response Body\n{\n  \"message\": \"insufficient access rights on object "
     "id\",\n  \"errorCode\": \"INSUFFICIENT_ACCESS_OR_READONLY\",\n  \"fields\": []\n}\n",
     "record-access", "Object Settings",
     "https://acme--uat.sandbox.lightning.force.com/lightning/setup/EnhancedProfiles/home", 7},
    {"an exception of a Python program",
     "simple.Malformed: https://acme.my.salesforce.com/services/data/v59.0/sobjects/Lead/. "
     "Response "
     "content: [{'message': 'Email: invalid email address: x', 'errorCode': "
     "'INVALID_EMAIL_ADDRESS', 'fields': ['Email']}]",
     "value-invalid", "value of Email", NULL, 7},
    {"a data loader's column",
     "STRING_TOO_LONG:Last Name: data value too large: Aaaaaaaaaaaa (max length=80):LastName --",
     "value-too-long", "Last Name takes at most 80 characters", NULL, 7},
    {"a letter",
     "From: Anna <anna@example.com>\nSubject: Fwd: no leads\n\n> Hello,\n> since today:\n"
     ">   403 Forbidden [{\"message\":\"The REST API is not enabled for this\n"
     "> Organization.\",\"errorCode\":\"API_DISABLED_FOR_ORG\"}]\n> Can you help?\n",
     "api-disabled-user", "tick API Enabled", NULL, 6},
    {"a certificate", "curl: (60) SSL certificate problem: certificate has expired", "tls-failed",
     "The certificate has expired", NULL, 8},
    {"a row of Login History", "2026-11-23 08:00,Remote Access 2.0,Failed: Not approved for access",
     "user-not-approved", "Permitted Users", NULL, 5},
    {"a word", "Bad_OAuth_Token", "session-expired", "refresh token", NULL, 4},
    {"a code that nobody knows", "[{\"errorCode\":\"BRAND_NEW_CODE\",\"message\":\"Ganz neu.\"}]",
     "unknown", NULL, NULL, 1},
};

static const Json *first_diagnosis(const Json *result)
{
    return json_get(json_check(result, "pasted"), "diagnosis");
}

static void check_pasted(Rig *rig, const struct pasted *row, const char *input, const char *file)
{
    const char *words[] = {"explain", "--json", file, NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, input, false);
    if (child_code(child) != row->code)
        fail_msg("%s: exit code %d", row->name, child_code(child));
    g_autoptr(Json) json = child_json(child);
    const Json *diagnosis = first_diagnosis(json);
    const char *cause = json_get_string(diagnosis, "cause");
    if (g_strcmp0(cause, row->cause) != 0)
        fail_msg("%s: %s", row->name, cause);
    g_autoptr(WipedText) fix = json_print(json_get(diagnosis, "fix"));
    g_autofree char *plain = g_strcompress(fix);
    if (row->fix != NULL)
        assert_contains(plain, row->fix);
    if (row->page != NULL)
        assert_contains(json_get_string(diagnosis, "page"), row->page);
    assert_int_equal(json_get_int(json, "exit", -1), row->code);
}

/* From standard input, and from a file as an editor on Windows saves it. */
static void pasted__each__has_its_cause_fix_page_and_code(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    canary_add(rig->canary, SECRET);
    canary_add(rig->canary, "CANARY.aaaa");
    g_autofree char *file = g_build_filename(rig->home->home, "pasted.txt", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(pasted); i++) {
        gsize length = 0;
        g_autofree char *wide =
            g_convert(pasted[i].text, -1, "UTF-16", "UTF-8", NULL, &length, NULL);
        check_pasted(rig, &pasted[i], pasted[i].text, NULL);
        assert_true(g_file_set_contents(file, wide, (gssize)length, NULL));
        check_pasted(rig, &pasted[i], NULL, file);
        remove(file);
    }
}

static void stage_and_status__decide_where_the_text_does_not(void **state)
{
    static const struct {
        const char *stage, *status, *text, *cause;
    } rows[] = {
        {"token", "400", "{\"error\":\"invalid_request\"}", "pkce-mismatch"},
        {"authorize", "400", "{\"error\":\"invalid_request\"}", "request-malformed"},
        {"token", "400", "{\"error\":\"invalid_token\"}", "authorization-revoked"},
        {"rest", "401", "{\"error\":\"invalid_token\"}", "session-expired"},
        {"rest", "503", "no words that say anything", "salesforce-unavailable"},
        {"insert", "403", "<html>x</html>", "answer-unreadable"},
        {"rest", "403", " \n", "answer-unreadable"},
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *words[] = {"explain",      "--stage", rows[i].stage, "--status",
                               rows[i].status, "--json",  "-",           NULL};
        g_autoptr(Child) child = rig_perch_input(rig, words, rows[i].text, false);
        g_autoptr(Json) json = child_json(child);
        assert_string_equal(json_get_string(first_diagnosis(json), "cause"), rows[i].cause);
        const Json *evidence = json_get(json_check(json, "pasted"), "evidence");
        assert_string_equal(json_get_string(evidence, "stage"), rows[i].stage);
    }
}

/* What is in no list can be reported: what was seen, without secrets. */
static void unknown__is_reported_without_secrets(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child = rig_perch_input(
        rig, (const char *const[]){"explain", "--status", "418", "-", NULL},
        "it did not work, token 00D5g000004ABCD!AQ8AQLzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n", false);
    assert_contains(child->output->str, "Only the HTTP status 418 was recognized.");
    assert_contains(child->output->str, "To report it, paste these lines into an issue");
    assert_contains(child->output->str,
                    "\n    code: -\n    seen: {\"status\":418}\n    text: 418 it");
    assert_null(strstr(child->output->str, "AQ8AQL"));
    g_autoptr(Child) known = rig_perch_input(rig, (const char *const[]){"explain", "-", NULL},
                                             "{\"error\":\"invalid_client_id\"}", false);
    assert_null(strstr(known->output->str, "To report it"));
}

static void text__says_what_happened_what_to_do_and_what_was_said(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    const char *words[] = {"explain", NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, pasted[0].text, false);
    assert_code(child, 7);
    assert_contains(child->output->str,
                    "  !!  What was pasted: A required field has no value.\n"
                    "        REQUIRED_FIELD_MISSING: Required fields are missing: [Company, "
                    "Branch__c]\n");
    assert_contains(child->output->str, "To fix\n          1. Give Company, Branch__c a value");
    assert_contains(child->output->str, "Page: Setup › Object Manager › Lead › Fields");
    assert_null(strstr(child->output->str, "The answer was")); /* it is said above */
    assert_contains(child->output->str, "cause \"required-field\" of perch-causes(7)");
}

static void success_and_nothing__are_no_failures(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    const char *words[] = {"explain", NULL};
    g_autoptr(Child) success = rig_perch_input(
        rig, words, "{\"id\":\"00Q000000000001AAA\",\"success\":true,\"errors\":[]}", false);
    assert_code(success, 0);
    assert_contains(success->output->str, "nothing in it failed");
    g_autoptr(Child) code = rig_perch_input(
        rig, words, "http://localhost:1717/OauthRedirect?code=aPrx0123456789&state=x", false);
    assert_code(code, 0);
    assert_contains(code->output->str, "this address holds the authorization code");
    g_autoptr(Child) nothing = rig_perch_input(rig, words, " \n", false);
    assert_code(nothing, 2);
    assert_string_equal(nothing->output->str, "");
    g_autoptr(Child) packed = rig_perch_input(rig, words, "\x1F\x8B\x08INVALID_SESSION_ID", false);
    assert_code(packed, 2);
    assert_contains(packed->errors->str, "gzip data, not text");
    static const char *const wrong[][4] = {
        {"explain", "/nowhere", NULL},
        {"explain", "--stage", "nowhere", NULL},
        {"explain", "--status", "99", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(Child) child = rig_perch_input(rig, wrong[i], "x", false);
        assert_code(child, 2);
    }
}

/* Nothing of a long log is dropped in silence: its first line counts, or it is refused. */
static void long_log__is_read_whole_or_refused(void **state)
{
    static const struct {
        gsize megabytes;
        int code;
        const char *said;
    } rows[] = {{3, 6, "API_DISABLED_FOR_ORG"}, {17, 2, "longer than 16 MB"}};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) log =
            g_string_new("POST 403 [{\"errorCode\":\"API_DISABLED_FOR_ORG\"}]\n");
        while (log->len < rows[i].megabytes * 1024 * 1024)
            g_string_append(log, "2026-11-23 08:00:00 INFO a lead was made in 97 ms\n");
        g_autofree char *path = tmphome_write(rig->home, "long.log", log->str);
        const char *words[] = {"explain", path, NULL};
        g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
        assert_code(child, rows[i].code);
        assert_contains(i == 0 ? child->output->str : child->errors->str, rows[i].said);
    }
}

/* ---- on a terminal ---- */

static void terminal__paste_and_an_empty_line__explains_without_echo(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    canary_add(rig->canary, SECRET);
    g_autoptr(Walk) walk = walk_start(rig, "explain", NULL);
    see(walk, "Paste the error");
    type(walk, "refresh_token=" SECRET "\r{\"error\":\"inactive_user\"}\r\r");
    see(walk, "This user is deactivated or frozen.");
    pty_expect_exit(walk->pty, 4);
}

static void wizard__e__explains_copies_and_opens_the_page(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    canary_add(rig->canary, SECRET);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_preflight(walk);
    press(walk, "E");
    see(walk, "Explain an error");
    paste(walk,
          "refresh_token=" SECRET
          " [{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"This session is not valid for "
          "use with the REST API\"}]");
    see(walk, "session-not-for-api");
    see(walk, "The login is valid, but not for the REST API.");
    see_key(walk, "o open Setup page  c copy fix");
    walk_browser(walk, "nothing");
    press(walk, "o");
    see(walk, "Opened in the browser:");
    see(walk, "/lightning/setup/ManageExternalClientApplication/home");
    press(walk, "c");
    see(walk, "Sent to the terminal");
    paste(walk, "INVALID_EMAIL_ADDRESS"); /* the next one */
    see(walk, "value-invalid");
    press(walk, "Esc");
    see(walk, "Before we start");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pasted__each__has_its_cause_fix_page_and_code),
        cmocka_unit_test(stage_and_status__decide_where_the_text_does_not),
        cmocka_unit_test(unknown__is_reported_without_secrets),
        cmocka_unit_test(text__says_what_happened_what_to_do_and_what_was_said),
        cmocka_unit_test(success_and_nothing__are_no_failures),
        cmocka_unit_test(long_log__is_read_whole_or_refused),
        cmocka_unit_test(terminal__paste_and_an_empty_line__explains_without_echo),
        cmocka_unit_test(wizard__e__explains_copies_and_opens_the_page),
    };
    return cmocka_run_group_tests_name("perch explain", tests, NULL, NULL);
}
