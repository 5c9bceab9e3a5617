/* SPDX-License-Identifier: MIT */
/* Reading of what people paste: logs, addresses, pages, cURL's output, letters, bare codes. */
#include "support/test.h"

#include <string.h>

#include "perch/explain/explain.h"

#define API_OFF                                             \
    "[{\"message\":\"The REST API is not enabled for this " \
    "Organization.\",\"errorCode\":\"API_DISABLED_FOR_ORG\"}]"

/* ---- what is found ---- */

static const struct row {
    const char *name, *text;
    const char *cause, *code, *message; /* message: what it holds; NULL = not looked at */
    long status;
    enum stage stage;
    const char *object;
} rows[] = {
    {"a body", API_OFF, "api-disabled-user", "API_DISABLED_FOR_ORG", "The REST API", 0, STAGE_ANY,
     NULL},
    {"what Python prints",
     "Content: [{'message': \"Can't\", 'errorCode': 'DUPLICATE_VALUE', 'fields': None}]",
     "duplicate-value", "DUPLICATE_VALUE", NULL, 0, STAGE_ANY, NULL},
    {"Python, with names",
     "[{'message': 'Email: invalid email address: x', 'errorCode': 'INVALID_EMAIL_ADDRESS', "
     "'fields': ['Email']}]",
     "value-invalid", "INVALID_EMAIL_ADDRESS", "Email: invalid email address: x", 0, STAGE_ANY,
     NULL},
    {"a data loader's column",
     "STRING_TOO_LONG:Last Name: data value too large: Aaa (max length=80):LastName --",
     "value-too-long", "STRING_TOO_LONG", "Last Name: data value", 0, STAGE_ANY, NULL},
    {"a status by its words", "403 Forbidden\nAPI_DISABLED_FOR_ORG", "api-disabled-user",
     "API_DISABLED_FOR_ORG", NULL, 403, STAGE_ANY, NULL},
    {"not there: an object",
     "POST /services/data/v68.0/sobjects/Lead -> 404 [{\"errorCode\":\"NOT_FOUND\",\"message\":"
     "\"The requested resource does not exist\"}]",
     "object-hidden", "NOT_FOUND", NULL, 404, STAGE_INSERT, "Lead"},
    {"not there: a record",
     "> GET /services/data/v68.0/sobjects/Lead/00Q000000000001AAA?fields=Name HTTP/1.1\n>\n"
     "< HTTP/1.1 404 Not Found\n<\n[{\"errorCode\":\"NOT_FOUND\",\"message\":\"The requested "
     "resource does not exist\"}]",
     "record-not-found", "NOT_FOUND", NULL, 404, STAGE_REST, "Lead"},
    {"not there: a version",
     "GET https://acme.my.salesforce.com/services/data/v99.0/limits/ 404 Not Found\n"
     "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"The requested resource does not exist\"}]",
     "request-malformed", "NOT_FOUND", NULL, 404, STAGE_REST, NULL},
    {"a bare code", "API_DISABLED_FOR_ORG\n", "api-disabled-user", "API_DISABLED_FOR_ORG", NULL, 0,
     STAGE_ANY, NULL},
    {"a bare word", " Bad_OAuth_Token", "session-expired", "Bad_OAuth_Token", NULL, 0, STAGE_ANY,
     NULL},
    {"a word of IdpEventLog", "AppBlocked", "app-blocked", "AppBlocked", NULL, 0, STAGE_ANY, NULL},
    {"a sentence without its code", "The REST API is not enabled for this Organization.",
     "api-disabled-user", "API_DISABLED_FOR_ORG", "The REST API", 0, STAGE_ANY, NULL},
    {"a line of a flow's log with quoted JSON",
     "2026-11-23T08:14:02.113Z [error] flow=whatsapp-lead run=8812 {\"type\":\"http.response\","
     "\"status\":403,\"body\":\"[{\\\"message\\\":\\\"The REST API is not enabled for this "
     "Organization.\\\",\\\"errorCode\\\":\\\"API_DISABLED_FOR_ORG\\\"}]\"}\n",
     "api-disabled-user", "API_DISABLED_FOR_ORG", "The REST API", 403, STAGE_ANY, NULL},
    {"JSON quoted twice, an outer error that says nothing",
     "{\"level\":\"error\",\"error\":\"Request failed with status code 400\",\"request\":"
     "{\"method\":\"POST\",\"url\":\"https://acme.my.salesforce.com/services/oauth2/token\"},"
     "\"response\":\"{\\\\\\\"error\\\\\\\":\\\\\\\"invalid_grant\\\\\\\","
     "\\\\\\\"error_description\\\\\\\":\\\\\\\"expired access\\\\/refresh token\\\\\\\"}\"}",
     "authorization-revoked", "invalid_grant", "expired access/refresh token", 400, STAGE_TOKEN,
     NULL},
    {"several answers: the one that says why comes first",
     "08:00:01 POST /services/data/v68.0/sobjects/Lead -> 401 [{\"message\":\"Session expired or "
     "invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]\n"
     "08:00:02 POST /services/oauth2/token -> 400 {\"error\":\"invalid_grant\","
     "\"error_description\":\"inactive user\"}\n",
     "user-inactive", "invalid_grant", "inactive user", 400, STAGE_TOKEN, NULL},
    {"a parsed body inside an object",
     "{\"status\":400,\"data\":[{\"errorCode\":\"STRING_TOO_LONG\",\"message\":\"Name: data value "
     "too large: x (max length=80)\",\"fields\":[\"Name\"]}]}",
     "value-too-long", "STRING_TOO_LONG", "max length=80", 400, STAGE_ANY, NULL},
    {"key=value",
     "errorCode=STRING_TOO_LONG message=\"Name: data value too large: x (max "
     "length=80)\" field=Name",
     "value-too-long", "STRING_TOO_LONG", "Name: data value", 0, STAGE_ANY, NULL},
    {"code and message of other programs",
     "{\"code\":\"DUPLICATES_DETECTED\",\"message\":\"Use one of these records?\"}",
     "duplicate-record", "DUPLICATES_DETECTED", "Use one", 0, STAGE_ANY, NULL},
    {"JSON that is cut off",
     "[{\"message\":\"Session expired or invalid\",\"errorCode\":"
     "\"INVALID_SESSION_ID\"",
     "session-expired", "INVALID_SESSION_ID", "Session expired", 0, STAGE_ANY, NULL},
    {"colours of a terminal",
     "\x1B[31m[{\"message\":\"storage limit exceeded\",\"errorCode\":"
     "\"STORAGE_LIMIT_EXCEEDED\"}]\x1B[0m",
     "storage-full", "STORAGE_LIMIT_EXCEEDED", "storage limit", 0, STAGE_ANY, NULL},
    {"perch's own", "  !!  Inserted: No.\n  API_DISABLED_FOR_ORG: The REST API is not enabled.",
     "api-disabled-user", "API_DISABLED_FOR_ORG", "The REST API", 0, STAGE_ANY, NULL},
    {"perch's own JSON",
     "{\"diagnosis\":{\"cause\":\"user-inactive\",\"code\":\"inactive_user\",\"message\":\"user is "
     "inactive\"}}",
     "user-inactive", "inactive_user", "user is inactive", 0, STAGE_ANY, NULL},
    {"Apex in a log",
     "System.DmlException: Insert failed. First exception on row 0; first error: "
     "FIELD_CUSTOM_VALIDATION_EXCEPTION, Phone is needed.: [Phone]",
     "validation-rule", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Phone is needed.", 0, STAGE_ANY,
     NULL},
    {"a letter with quotation marks",
     "From: Ops <ops@acme.example>\n> Since this morning:\n>\n> [{\"message\":\"Lead Source: bad "
     "value for restricted picklist\n> field: WhatsApp\",\n> "
     "\"errorCode\":\"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST\",\n> \"fields\":[\"LeadSource\"]}]\n"
     "> What now?\n",
     "picklist-value", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "picklist field: WhatsApp", 0,
     STAGE_ANY, NULL},
    {"a letter, quoted-printable",
     "{\"error\":\"redirect_uri_mismatch\",\"error_descripti=\non\":\"redirect_uri must match "
     "configuration\"}",
     "callback-mismatch", "redirect_uri_mismatch", NULL, 0, STAGE_ANY, NULL},
    {"JSON in a page",
     "<div>{&quot;error&quot;:&quot;invalid_client&quot;,&quot;error_description&quot;:"
     "&quot;invalid client credentials&quot;}</div>",
     "consumer-secret-wrong", "invalid_client", "invalid client credentials", 0, STAGE_ANY, NULL},
    {"a redirect",
     "http://localhost:1717/OauthRedirect?error=access_denied&error_description=end-user+denied+"
     "authorization&state=9",
     "user-denied", "access_denied", "end-user denied authorization", 0, STAGE_AUTHORIZE, NULL},
    {"an error page",
     "https://acme.my.salesforce.com/setup/secur/RemoteAccessErrorPage.apexp?error=invalid_client&"
     "error_description=app+must+be+installed+into+org",
     "app-not-installed", "invalid_client", "app must be installed", 0, STAGE_AUTHORIZE, NULL},
    {"an address inside an address",
     "https://acme.lightning.force.com/one/one.app?startURL=%2Fsetup%2Fsecur%2FRemoteAccessError"
     "Page.apexp%3Ferror%3DOAUTH_APP_BLOCKED%26error_description%3Dthis%2Bapp",
     "app-blocked", "OAUTH_APP_BLOCKED", NULL, 0, STAGE_AUTHORIZE, NULL},
    {"the text of an error page",
     "OAuth Error\n\n"
     "We can't authorize you because of an OAuth error.\n\n"
     "OAUTH_EC_APP_NOT_FOUND : External client app is not installed in this org",
     "app-not-in-org", "OAUTH_EC_APP_NOT_FOUND", "External client app", 0, STAGE_ANY, NULL},
    {"the page of case A",
     "<html><body><pre>error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match"
     "</pre></body></html>",
     "callback-mismatch", "redirect_uri_mismatch", "redirect_uri must match", 0, STAGE_ANY, NULL},
    {"XML of the token endpoint",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OAuth><error>invalid_grant</error>"
     "<error_description>ip restricted</error_description></OAuth>",
     "ip-restricted", "invalid_grant", "ip restricted", 0, STAGE_ANY, NULL},
    {"curl -v",
     "> POST /services/data/v68.0/sobjects/Lead HTTP/2\n> Host: acme.my.salesforce.com\n> "
     "authorization: Bearer 00D000000000001!CANARYCANARYCANARY\n>\n< HTTP/2 400 \n< content-type: "
     "application/json\n<\n[{\"message\":\"Required fields are missing: [Company]\",\"errorCode\":"
     "\"REQUIRED_FIELD_MISSING\",\"fields\":[\"Company\"]}]* Connection #0 left intact\n",
     "required-field", "REQUIRED_FIELD_MISSING", "[Company]", 400, STAGE_INSERT, "Lead"},
    {"curl -v with a page",
     "< HTTP/1.1 503 Service Unavailable\n< Content-Type: text/html\n<\n<html><body><center>We are "
     "down for maintenance.</center></body></html>\n",
     "salesforce-unavailable", NULL, NULL, 503, STAGE_ANY, NULL},
    {"curl: no name", "curl: (6) Could not resolve host: acme.my.salesforce.com", "dns-failed",
     "dns", "Could not resolve", 0, STAGE_MACHINE, NULL},
    {"curl: refused", "curl: (7) Failed to connect to 10.0.0.1 port 443: Connection refused",
     "connect-failed", "connect", NULL, 0, STAGE_MACHINE, NULL},
    {"curl: time", "curl: (28) Operation timed out after 5000 milliseconds", "timeout", "timeout",
     NULL, 0, STAGE_MACHINE, NULL},
    {"curl: certificate",
     "* SSL certificate problem: unable to get local issuer certificate\n* Closing connection\n"
     "curl: (60) SSL certificate problem: unable to get local issuer certificate\n",
     "tls-failed", "tls", "curl: (60)", 0, STAGE_MACHINE, NULL},
    {"curl: proxy",
     "< HTTP/1.1 407 Proxy Authentication Required\ncurl: (56) CONNECT tunnel failed, response 407",
     "proxy-failed", "proxy", "407", 0, STAGE_MACHINE, NULL},
    {"curl: proxy's name", "curl: (5) Could not resolve proxy: proxy.acme.example", "proxy-failed",
     "proxy", NULL, 0, STAGE_MACHINE, NULL},
    {"curl -f", "curl: (22) The requested URL returned error: 503", "salesforce-unavailable", NULL,
     NULL, 503, STAGE_ANY, NULL},
    {"curl -v alone", "* Could not resolve host: acme.my.salesforce.com\n* Closing connection",
     "dns-failed", "dns", NULL, 0, STAGE_MACHINE, NULL},
    {"Node.js",
     "Error: getaddrinfo ENOTFOUND acme.my.salesforce.com\n    at GetAddrInfoReqWrap {\n"
     "  code: 'ENOTFOUND' }",
     "dns-failed", "dns", NULL, 0, STAGE_MACHINE, NULL},
    {"Go", "Get \"https://acme.my.salesforce.com/\": x509: certificate signed by unknown authority",
     "tls-failed", "tls", NULL, 0, STAGE_MACHINE, NULL},
    {"Python", "requests.exceptions.ReadTimeout: Read timed out. (read timeout=10)", "timeout",
     "timeout", NULL, 0, STAGE_MACHINE, NULL},
    {"a status alone that tells", "Request failed with status code 503", "salesforce-unavailable",
     NULL, NULL, 503, STAGE_ANY, NULL},
    {"a status alone that does not tell", "Request failed with status code 403", "unknown",
     "bare-status", "status code 403", 403, STAGE_ANY, NULL},
    {"Login History: policy", "Failed: Not approved for access", "user-not-approved", NULL, NULL, 0,
     STAGE_ANY, NULL},
    {"Login History: a row of it",
     "11/23/2026, 8:14:02 AM\t203.0.113.9\tRemote Access 2.0\tFailed: Computer activation "
     "required\tChrome",
     "login-refused", NULL, "Computer activation", 0, STAGE_ANY, NULL},
    {"Login History: refresh", "Failed: Token request is already being processed",
     "refresh-in-progress", NULL, NULL, 0, STAGE_ANY, NULL},
    {"Login History: key", "Failed: Missing Consumer Key Parameter", "request-malformed", NULL,
     NULL, 0, STAGE_ANY, NULL},
    {"Login History: nonce", "Failed: Invalid Nonce", "code-invalid", NULL, NULL, 0, STAGE_ANY,
     NULL},
    {"Login History: rate", "Login Rate Exceeded", "login-rate", NULL, NULL, 0, STAGE_ANY, NULL},
    {"Login History: flow", "Username-Password Flow Disabled", "flow-disabled", NULL, NULL, 0,
     STAGE_ANY, NULL},
    {"Login History: token", "Failed: API security token required", "login-refused", NULL, NULL, 0,
     STAGE_ANY, NULL},
    {"Login History: locked", "Password Lockout", "login-refused", NULL, NULL, 0, STAGE_ANY, NULL},
    {"Login History: inactive", "User is Inactive", "user-inactive", NULL, NULL, 0, STAGE_ANY,
     NULL},
    {"Login History: frozen", "User Is Frozen", "user-inactive", NULL, NULL, 0, STAGE_ANY, NULL},
    {"Login History: password", "Invalid Password", "login-refused", NULL, NULL, 0, STAGE_ANY,
     NULL},
    {"Login As", "Insufficient Privileges", "approval-failed", NULL, NULL, 0, STAGE_ANY, NULL},
    {"an unknown code", "[{\"message\":\"We made this up\",\"errorCode\":\"FLUX_MISSING\"}]",
     "unknown", "FLUX_MISSING", "We made this up", 0, STAGE_ANY, NULL},
    {"an unknown text", "The flow did something odd, call 555.", "unknown", NULL,
     "The flow did something odd, call 555.", 0, STAGE_ANY, NULL},
    {"another program's code", "{\"code\":\"ERR_BAD_REQUEST\",\"message\":\"Bad Request\"}",
     "unknown", NULL, NULL, 0, STAGE_ANY, NULL},
    {"a position that is no status",
     "[{\"message\":\"Unexpected character ('}' (code 325)): was expecting\",\"errorCode\":"
     "\"JSON_PARSER_ERROR\"}]",
     "request-malformed", "JSON_PARSER_ERROR", NULL, 0, STAGE_ANY, NULL},
};

static void check_row(const struct row *row)
{
    struct failure failure;
    if (!explain_paste(&failure, row->text, strlen(row->text), STAGE_ANY, 0))
        fail_msg("%s: taken for a success", row->name);
    g_autoptr(Diagnosis) diagnosis = explain(&failure);
    if (strcmp(cause_name(diagnosis->cause), row->cause) != 0 || failure.status != row->status ||
        failure.stage != row->stage || g_strcmp0(failure.object, row->object) != 0 ||
        (row->code != NULL && g_strcmp0(failure.code, row->code) != 0) ||
        (row->message != NULL && strstr(diagnosis->message, row->message) == NULL))
        fail_msg("%s: %s, code %s, status %ld, stage %d, object %s: %s", row->name,
                 cause_name(diagnosis->cause), failure.code, failure.status, (int)failure.stage,
                 failure.object, diagnosis->message);
    failure_clear(&failure);
}

static void paste__each_kind__ends_in_its_cause(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_row(&rows[i]);
}

/* A line begins and ends at the same characters, wherever it is cut out of a text: spinners and
 * progress bars print "\r", old programs "\r" alone, some terminals a form feed. */
static void paste__each_break__ends_and_begins_a_line(void **state)
{
    static const char *const breaks[] = {"\n",  "\r",    "\r\n",           "\n\r",         "\r\r",
                                         "\f",  "\v",    "\xC2\x85",       "\xE2\x80\xA8", "%0D",
                                         "\\r", "%250D", "\\u000d\\u000a", "&#13;"};
    static const struct {
        const char *words, *cause;
    } known[] = {
        {"data value too large", "value-too-long"},
        {"API_DISABLED_FOR_ORG", "api-disabled-user"},
        {"Restricted IP", "ip-restricted"},
        {"curl: (6) Could not resolve host: x", "dns-failed"},
        {"getaddrinfo ENOTFOUND x", "dns-failed"},
        {"HTTP/1.1 503", "salesforce-unavailable"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(breaks); i++)
        for (gsize k = 0; k < G_N_ELEMENTS(known); k++)
            for (int place = 0; place < 4; place++) {
                g_autofree char *text = g_strconcat(
                    place & 1 ? "  " : "", place & 2 ? "[50%]" : "", breaks[i], known[k].words,
                    place & 1 ? breaks[i] : "", place & 2 ? " done" : "", NULL);
                struct failure failure;
                assert_true(explain_paste(&failure, text, strlen(text), STAGE_ANY, 0));
                g_autoptr(Diagnosis) diagnosis = explain(&failure);
                if (strcmp(cause_name(diagnosis->cause), known[k].cause) != 0)
                    fail_msg("%s: %s", text, cause_name(diagnosis->cause));
                failure_clear(&failure);
            }
}

/* What is not known is asked about, and what of it was recognised is said. */
static void paste__unknown__says_what_it_saw(void **state)
{
    static const struct {
        const char *text, *recognised, *question;
    } texts[] = {
        {"[{\"errorCode\":\"WIDGET_GONE\",\"message\":\"x\"}]",
         "WIDGET_GONE looks like a Salesforce code", "the message beside the code"},
        {"Restforce::Odd: it did not work", "restforce (Ruby)", "Salesforce's own answer"},
        {"it did not work", NULL, "Salesforce's own answer"},
        {"HTTP/1.1 418", "Only the HTTP status 418", "what came below that status"},
        {"HTTP/1.1 404", "Only the HTTP status 404", "what came below that status"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct failure failure;
        assert_true(explain_paste(&failure, texts[i].text, strlen(texts[i].text), STAGE_ANY, 0));
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        assert_int_equal(diagnosis->cause, CAUSE_UNKNOWN);
        if (texts[i].recognised != NULL)
            assert_contains(diagnosis->happened, texts[i].recognised);
        assert_contains((const char *)diagnosis->fix->pdata[0], texts[i].question);
        failure_clear(&failure);
    }
}

static void paste__several_failures__are_each_named_once(void **state)
{
    static const struct {
        const char *text, *causes;
    } texts[] = {
        {"run 1: [{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired or "
         "invalid\"}]\n"
         "run 2: [{\"errorCode\":\"STRING_TOO_LONG\",\"message\":\"x\"}]\n"
         "run 3: [{\"errorCode\":\"STRING_TOO_LONG\",\"message\":\"x\"}]\n",
         "value-too-long session-expired"},
        /* a failure of the way is another one, if it surely is one */
        {"10:00:01 ERROR java.net.SocketTimeoutException: Read timed out\n"
         "10:00:02 ERROR 400 [{\"message\":\"x\",\"errorCode\":\"REQUIRED_FIELD_MISSING\"}]\n",
         "required-field timeout"},
        {"[{\"errorCode\":\"REQUIRED_FIELD_MISSING\",\"message\":\"x\"}]\n"
         "grpc: unavailable: io exception",
         "required-field"},
        /* what a page says of itself, or beside an answer, is none */
        {"<html><head><title>403 - Forbidden</title></head><body>You do not have permission to "
         "view "
         "this directory.</body></html>",
         "answer-unreadable"},
        {"<html><body><h1>Odd</h1><p>Connection refused</p></body></html>", "answer-unreadable"},
        {"[{\"errorCode\":\"REQUIRED_FIELD_MISSING\",\"message\":\"x\"}]\nVerify Your Identity",
         "required-field"},
        {"ALL_OR_NONE_OPERATION_ROLLED_BACK: gone\nREQUIRED_FIELD_MISSING: Company",
         "required-field"},
        {"run 1: [{\"errorCode\":\"PROCESSING_HALTED\",\"message\":\"x\"}]\n"
         "run 2: [{\"errorCode\":\"REQUIRED_FIELD_MISSING\",\"message\":\"x\"}]",
         "required-field rolled-back"},
        /* the first one that stands there, unless it was tried once more */
        {"Failed: Not approved for access\nUser is Inactive", "user-not-approved user-inactive"},
        {"User is Inactive\nFailed: Not approved for access", "user-inactive user-not-approved"},
        {"WARN UNABLE_TO_LOCK_ROW, retrying\nERROR REQUIRED_FIELD_MISSING: x",
         "required-field record-locked"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GString) causes = g_string_new(NULL);
        g_autoptr(GPtrArray) all =
            explain_paste_all(texts[i].text, strlen(texts[i].text), STAGE_ANY, 0, NULL);
        for (guint k = 0; k < all->len; k++)
            g_string_append_printf(causes, "%s%s", k == 0 ? "" : " ",
                                   cause_name(explain_cause(all->pdata[k], NULL)));
        if (strcmp(causes->str, texts[i].causes) != 0)
            fail_msg("%s: %s", texts[i].text, causes->str);
    }
}

static void paste__told_stage_and_status__count(void **state)
{
    const char *text = "POST /services/data/v68.0/sobjects/Lead 400 {\"error\":\"invalid_token\"}";
    struct failure failure;
    (void)state;
    assert_true(explain_paste(&failure, text, strlen(text), STAGE_TOKEN, 401));
    g_autoptr(Diagnosis) diagnosis = explain(&failure);
    assert_int_equal(failure.stage, STAGE_TOKEN);
    assert_int_equal(failure.status, 401);
    assert_int_equal(diagnosis->cause, CAUSE_AUTHORIZATION_REVOKED);
    failure_clear(&failure);
    const char *page = "<html><body>Gateway</body></html>";
    assert_true(explain_paste(&failure, page, strlen(page), STAGE_ANY, 502));
    g_autoptr(Diagnosis) gateway = explain(&failure);
    assert_int_equal(gateway->cause, CAUSE_SALESFORCE_UNAVAILABLE);
    failure_clear(&failure);
}

static void paste__success__is_no_failure(void **state)
{
    static const char *const texts[] = {
        "http://localhost:1717/OauthRedirect?code=aPrx0123456789abcdef%3D%3D&state=x",
        "https://login.salesforce.com/services/oauth2/success?code=aPrx0123456789abcdef",
        "{\"id\":\"00Q5g00000ABCDE\",\"success\":true,\"errors\":[]}",
        "HTTP/2 200 \ncontent-type: application/json\n\n{\"access_token\":\"00D!x\"}",
        "Success",
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct failure failure;
        if (explain_paste(&failure, texts[i], strlen(texts[i]), STAGE_ANY, 0))
            fail_msg("%s: %s %s", texts[i], failure.code, failure.message);
        assert_null(failure.message);
    }
}

/* ---- what is never shown ---- */

#define LONG "CANARY0123456789abcdefCANARY"

static void secrets__in_a_paste__are_not_repeated(void **state)
{
    static const char *const texts[] = {
        "access_token=" LONG,
        "\"access_token\": \"" LONG "\\/" LONG "\"",
        "{\\\"refresh_token\\\":\\\"" LONG "\\\"}",
        "{\\\\\\\"client_secret\\\\\\\":\\\\\\\"" LONG "\\\\\\\"}",
        "&quot;client_secret&quot;:&quot;" LONG "&quot;",
        "body%3Dclient_secret%3D" LONG "%26x",
        "%22access_token%22%3A%22" LONG "%22",
        "Authorization: Bearer " LONG,
        "authorization: Basic Q0FOQVJZCANARY==",
        "\"Authorization\":\"OAuth " LONG "\"",
        "Cookie: sid=" LONG "; x=" LONG,
        "set-cookie: " LONG "; path=/",
        "curl -u 3MVG9key:" LONG " https://x",
        "curl --user \"key:" LONG "\" https://x",
        "https_proxy=http://me:CANARYword@proxy.example:3128",
        "grant_type=password&username=a@b.c&password=CANARY,with;odd)signs",
        "\"password\" : \"CANARY with blanks\"",
        "<sessionId>" LONG "</sessionId>",
        "<sf:client_secret>CANARY</sf:client_secret>",
        "http://localhost:1717/OauthRedirect?code=aPrx" LONG "&state=1",
        "?code=" LONG "%3D%3D",
        "token 00D000000000001EAA!AQ" LONG ".x_y",
        "00D000000000001EAA%21AQ" LONG,
        "5Aep861" LONG,
        "eyJhbGciOiJSUzI1NiJ9.CANARY.c2ln",
        "refresh_token=" LONG "=\n" LONG "\nnext",
        "> 00D000000000001!AQ" LONG "\n> " LONG "\n> z\n> z",
        "refresh token: 5Aep861" LONG "\r\nclient_assertion=" LONG,
        "code_verifier=" LONG "\nsecurity_token: " LONG,
        "secret: " LONG,
        "my_client_secret = '" LONG "'",
        "43414E41525943414E41525943414E41525943414E41525943414E4152594341",
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *with = g_strdup_printf("error: odd\n%s\n[{\"errorCode\":\"NEW_ODD_CODE\","
                                                "\"message\":\"m %s\"}]",
                                                texts[i], strchr(texts[i], '"') ? "" : texts[i]);
        const char *const both[] = {texts[i], with};
        for (gsize k = 0; k < G_N_ELEMENTS(both); k++) {
            g_autoptr(GPtrArray) all =
                explain_paste_all(both[k], strlen(both[k]), STAGE_ANY, 0, NULL);
            for (guint n = 0; n < all->len; n++) {
                const struct failure *failure = all->pdata[n];
                g_autoptr(Diagnosis) diagnosis = explain(failure);
                if (strstr(diagnosis->message, "CANARY") != NULL ||
                    strstr(diagnosis->message, "43414E41") != NULL ||
                    (failure->code != NULL && strstr(failure->code, "CANARY") != NULL))
                    fail_msg("%s shows %s", both[k], diagnosis->message);
            }
        }
    }
}

/* {"access_token":"00D..."} in base64, beside something unknown. */
static void secrets__in_base64__are_not_repeated(void **state)
{
    static const char coded[] = "eyJhY2Nlc3NfdG9rZW4iOiIwMEQwMDAwMDAwMDAw"
                                "MDEhQVFhYmNkZWZnaGlqa2xtbm9wIn0=";
    (void)state;
    g_autofree char *text = g_strdup_printf("odd {\"body\":\"%s\"}", coded);
    struct failure failure;
    assert_true(explain_paste(&failure, text, strlen(text), STAGE_ANY, 0));
    assert_contains(failure.message, "odd");
    assert_null(strstr(failure.message, coded));
    failure_clear(&failure);
}

static void secrets__look_alikes__stay(void **state)
{
    static const char *const texts[] = {
        "INVALID_SESSION_ID: Session expired or invalid, 12345678901234567890",
        "Failed: Token request is already being processed",
        "No such column 'Access_Token__c' on sobject of type Lead",
        "code=REQUIRED_FIELD_MISSING message=x",
        "Password Lockout",
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct failure failure;
        assert_true(explain_paste(&failure, texts[i], strlen(texts[i]), STAGE_ANY, 0));
        if ((failure.message != NULL && strstr(failure.message, "…") != NULL))
            fail_msg("%s: %s", texts[i], failure.message);
        failure_clear(&failure);
    }
}

/* ---- whatever comes ---- */

static void check_sound(const struct failure *failure)
{
    g_autoptr(Diagnosis) diagnosis = explain(failure);
    assert_true(diagnosis->cause < CAUSE_COUNT);
    assert_true(diagnosis->fix->len > 0);
    for (const char *p = diagnosis->message; *p != '\0'; p = g_utf8_next_char(p))
        assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
}

static void mutate_all(guint32 seed, int rounds)
{
    static const char signs[] = "{}[]\"\\,:<>&=%\n>";
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    print_message("TEST_SEED=%u\n", seed);
    for (int round = 0; round < rounds; round++) {
        g_autoptr(GString) text =
            g_string_new(rows[g_rand_int_range(rand, 0, G_N_ELEMENTS(rows))].text);
        for (int i = g_rand_int_range(rand, 0, 6); i > 0 && text->len > 0; i--) {
            gssize at = g_rand_int_range(rand, 0, (gint32)text->len);
            if (g_rand_boolean(rand))
                g_string_insert_c(text, at, signs[g_rand_int_range(rand, 0, sizeof signs - 1)]);
            else if (g_rand_boolean(rand))
                text->str[at] = (char)g_rand_int_range(rand, 0, 256);
            else
                g_string_insert(text, at, rows[g_rand_int_range(rand, 0, G_N_ELEMENTS(rows))].text);
        }
        g_autoptr(GPtrArray) all = explain_paste_all(
            text->str, text->len, (enum stage)g_rand_int_range(rand, 0, 6), 0, NULL);
        assert_true(all->len <= 8);
        for (guint i = 0; i < all->len; i++)
            check_sound(all->pdata[i]);
    }
}

/* The same ones every time, and some that nobody has tried yet. */
static void mutated__pastes__always_end_in_a_listed_cause(void **state)
{
    const char *wish = g_getenv("TEST_SEED");
    (void)state;
    for (guint32 seed = 1; seed <= 3; seed++)
        mutate_all(seed, 200);
    mutate_all(wish != NULL ? (guint32)g_ascii_strtoull(wish, NULL, 10) : g_random_int(), 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paste__each_kind__ends_in_its_cause),
        cmocka_unit_test(paste__each_break__ends_and_begins_a_line),
        cmocka_unit_test(paste__unknown__says_what_it_saw),
        cmocka_unit_test(paste__several_failures__are_each_named_once),
        cmocka_unit_test(paste__told_stage_and_status__count),
        cmocka_unit_test(paste__success__is_no_failure),
        cmocka_unit_test(secrets__in_a_paste__are_not_repeated),
        cmocka_unit_test(secrets__in_base64__are_not_repeated),
        cmocka_unit_test(secrets__look_alikes__stay),
        cmocka_unit_test(mutated__pastes__always_end_in_a_listed_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
