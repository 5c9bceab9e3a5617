/* SPDX-License-Identifier: MIT */
/* What Salesforce is known to answer, line by line, and what it means: errors of the authorize and
 * token endpoints, codes of REST and of records, states of Login History, pages, bare words. */
#include "support/test.h"

#include <string.h>

#include "perch/explain/explain.h"

struct answer {
    const char *code, *text, *cause;
};

/* ---- OAuth ---- */

static const struct answer authorize[] = {
    {"invalid_client_id", "client identifier invalid", "consumer-key-unknown"},
    {"redirect_uri_mismatch", "redirect_uri must match configuration", "callback-mismatch"},
    {"redirect_uri_missing", "redirect_uri not provided", "request-malformed"},
    {"invalid_request", "missing required code challenge", "pkce-required"},
    {"invalid_request", "https required", "request-malformed"},
    {"invalid_request", "must use HTTP GET", "request-malformed"},
    {"invalid_request", "out-of-band not supported", "request-malformed"},
    {"unsupported_response_type", "response type is not supported", "flow-disabled"},
    {"invalid_scope", "requested scope is invalid, unknown, or malformed", "scope-refused"},
    {"access_denied", "end-user denied authorization", "user-denied"},
    {"access-denied", "end-user denied authorization", "user-denied"},
    {"invalid_client", "app must be installed into org", "app-not-installed"},
    {"OAUTH_APP_BLOCKED", "this app is blocked by admin", "app-blocked"},
    {"OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app",
     "user-not-approved"},
    {"OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org",
     "app-not-in-org"},
    {"OAUTH_APPROVAL_ERROR_GENERIC",
     "An unexpected error has occurred during authentication. Please try again.",
     "approval-failed"},
    {"immediate_unsuccessful", "immediate unsuccessful", "request-malformed"},
    {"inactive_user", "user is inactive", "user-inactive"},
    {"inactive_org", "org is locked, closed, or suspended", "org-inactive"},
    {"rate_limit_exceeded", "number of logins exceeded", "login-rate"},
    {"invalid_grant", "invalid user credentials", "login-refused"},
    {"invalid_grant", "IP restricted or invalid login hours", "ip-restricted"},
    {"invalid_grant", "user hasn't approved this consumer", "user-not-approved"},
    {"invalid_grant", "user is not admin approved to access this app", "user-not-approved"},
};

static const struct answer token[] = {
    {"invalid_grant", "expired authorization code", "code-expired"},
    {"invalid_grant", "invalid authorization code", "code-invalid"},
    {"invalid_grant", "authentication failure", "login-refused"},
    {"invalid_grant", "authentication failure - Invalid Password", "login-refused"},
    {"invalid_grant", "expired access/refresh token", "authorization-revoked"},
    {"invalid_grant", "token request is already being processed", "refresh-in-progress"},
    {"invalid_grant", "ip restricted", "ip-restricted"},
    {"invalid_grant", "inactive user", "user-inactive"},
    {"invalid_grant", "inactive organization", "org-inactive"},
    {"invalid_grant", "user hasn't approved this consumer", "user-not-approved"},
    {"invalid_grant", "no client credentials user enabled", "flow-disabled"},
    {"invalid_grant", "client credentials flow not enabled", "flow-disabled"},
    {"invalid_grant", "request not supported on this domain", "wrong-instance"},
    {"invalid_grant", "invalid assertion", "certificate-wrong"},
    {"DUPLICATE_VALUE",
     "duplicate value found: ExternalClientApplicationId duplicates value on Bird_oauthPlcy",
     "app-exists"},
    {"DUPLICATE_VALUE", "ExtlClntAppOauthSettingsId duplicates value on Bird_oauth_defaultPolicy",
     "app-exists"},
    {"invalid_grant", "audience validation failed", "wrong-instance"},
    {"invalid_grant", "audience is invalid", "wrong-instance"},
    {"invalid_grant", "invalid code verifier", "pkce-mismatch"},
    {"invalid_grant", "login rate exceeded", "login-rate"},
    {"invalid_app_access", "user is not admin approved to access this app", "user-not-approved"},
    {"invalid_client_id", "client identifier invalid", "consumer-key-unknown"},
    {"invalid_client", "invalid client credentials", "consumer-secret-wrong"},
    {"invalid_client_credentials", "client secret invalid", "consumer-secret-wrong"},
    {"invalid_client", "app must be installed into org", "app-not-installed"},
    {"redirect_uri_mismatch", "redirect_uri must match configuration", "callback-mismatch"},
    {"invalid_request", "", "pkce-mismatch"},
    {"invalid_request", "missing required parameter: grant_type", "request-malformed"},
    {"invalid_request",
     "refresh_token scope is required or the connected app should be installed and preauthorized",
     "scope-missing"},
    {"unsupported_grant_type", "grant type not supported", "request-malformed"},
    {"invalid_scope", "", "scope-refused"},
    {"unknown_error", "retry your request", "salesforce-error"},
    {"LOGIN_RATE_EXCEEDED", "login rate exceeded", "login-rate"},
    {"app_blocked", "", "app-blocked"},
    {"fail_close_app_blocked", "", "app-blocked"},
    {"app_not_found", "", "app-not-in-org"},
    {"ecapp_policy_not_found", "", "app-not-in-org"},
    {"invalid_distribution_state", "", "app-not-in-org"},
    {"oauth_flow_disabled", "", "flow-disabled"},
    {"invalid_session_level", "", "session-not-for-api"},
    {"system_down", "", "salesforce-unavailable"},
    {"service_unavailable", "", "salesforce-unavailable"},
    {"server_error", "", "salesforce-error"},
};

/* Of the revoke endpoint and of the identity services. */
static const struct answer others[] = {
    {"unsupported_token_type", "this token type is not supported", "request-malformed"},
    {"invalid_token", "invalid token", "authorization-revoked"},
    {"Invalid_Scope", "", "scope-missing"},
};

static void check(const struct answer *answer, enum stage stage, long status, const char *body)
{
    struct failure failure;
    failure_parse(&failure, stage, status, body, strlen(body));
    g_autoptr(Diagnosis) diagnosis = explain(&failure);
    if (strcmp(cause_name(diagnosis->cause), answer->cause) != 0)
        fail_msg("%s is %s, not %s", body, cause_name(diagnosis->cause), answer->cause);
    assert_true(diagnosis->fix->len > 0);
    failure_clear(&failure);
}

static void check_oauth(const struct answer *answers, gsize count, enum stage stage, long status)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *escaped = g_uri_escape_string(answers[i].text, NULL, FALSE);
        g_autofree char *json = g_strdup_printf("{\"error\":\"%s\",\"error_description\":\"%s\"}",
                                                answers[i].code, answers[i].text);
        g_autofree char *query =
            g_strdup_printf("http://localhost:1717/OauthRedirect?error=%s&error_description=%s"
                            "&state=x",
                            answers[i].code, escaped);
        g_autofree char *bare = g_strdup_printf("<html><pre>error=%s&error_description=%s</pre>",
                                                answers[i].code, escaped);
        check(&answers[i], stage, status, json);
        check(&answers[i], stage, 0, query);
        check(&answers[i], stage, 400, bare);
    }
}

static void oauth__each_known_error__has_its_cause(void **state)
{
    (void)state;
    check_oauth(authorize, G_N_ELEMENTS(authorize), STAGE_AUTHORIZE, 400);
    check_oauth(token, G_N_ELEMENTS(token), STAGE_TOKEN, 400);
    check_oauth(token, G_N_ELEMENTS(token), STAGE_TOKEN, 401);
    check_oauth(others, G_N_ELEMENTS(others), STAGE_TOKEN, 400);
}

/* ---- REST ---- */

static const struct answer rest[] = {
    {"INVALID_SESSION_ID", "Session expired or invalid", "session-expired"},
    {"INVALID_SESSION_ID", "This session is not valid for use with the REST API",
     "session-not-for-api"},
    {"INVALID_SESSION_ID", "Connected app is not attached to Agent", "session-not-for-api"},
    {"INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", "request-malformed"},
    {"API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.",
     "api-disabled-user"},
    {"API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner", "api-disabled"},
    {"API_CURRENTLY_DISABLED", "API is disabled for this User", "api-disabled-user"},
    {"REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "api-limit"},
    {"REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", "concurrency-limit"},
    {"REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
     "concurrency-limit"},
    {"CLIENT_NOT_ACCESSIBLE_FOR_USER", "current user lacks permission for this client",
     "user-not-approved"},
    {"TXN_SECURITY_NO_ACCESS", "The operation you requested isn't allowed.", "policy-blocked"},
    {"TXN_SECURITY_TWO_FA_REQUIRED", "", "policy-blocked"},
    {"TXN_SECURITY_END_A_SESSION", "", "policy-blocked"},
    {"TXN_SECURITY_FAIL_CLOSE", "", "policy-blocked"},
    {"TXN_SECURITY_METERING_ERROR", "", "policy-blocked"},
    {"TXN_SECURITY_RUNTIME_ERROR", "", "policy-blocked"},
    {"TXN_SECURITY_APEX_ERROR", "", "policy-blocked"},
    {"URL_NOT_RESET", "Destination URL not reset. The URL returned from login must be set",
     "wrong-instance"},
    {"NOT_FOUND", "The requested resource does not exist", "object-hidden"},
    {"NOT_FOUND", "Provided external ID field does not exist or is not accessible: x",
     "field-unknown"},
    {"UNSUPPORTED_API_VERSION", "", "request-malformed"},
    {"METHOD_NOT_ALLOWED", "HTTP Method 'DELETE' not allowed. Allowed are HEAD,GET,PATCH",
     "request-malformed"},
    {"UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type", "request-malformed"},
    {"LOGIN_DURING_RESTRICTED_DOMAIN", "", "ip-restricted"},
    {"LOGIN_DURING_RESTRICTED_TIME", "", "login-hours"},
    {"INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "", "password-expired"},
    {"TRIAL_EXPIRED", "", "org-inactive"},
    {"ORG_LOCKED", "", "org-inactive"},
    {"ORG_IN_MAINTENANCE", "", "salesforce-unavailable"},
    {"ORG_NOT_OWNED_BY_INSTANCE", "", "wrong-instance"},
    {"FUNCTIONALITY_NOT_ENABLED", "", "object-hidden"},
    {"FUNCTIONALITY_TEMPORARILY_UNAVAILABLE", "", "salesforce-unavailable"},
    {"SERVER_UNAVAILABLE", "server too busy", "salesforce-unavailable"},
    {"UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId",
     "salesforce-error"},
    {"REQUEST_RUNNING_TOO_LONG", "Your query request was running for too long.",
     "salesforce-unavailable"},
    {"QUERY_TIMEOUT", "Your query request was running for too long.", "timeout"},
    {"LIMIT_EXCEEDED", "", "limit-reached"},
    {"EXCEEDED_ID_LIMIT", "", "limit-reached"},
    /* records */
    {"REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]", "required-field"},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", "Bitte eine Telefonnummer angeben.", "validation-rule"},
    {"INVALID_FIELD", "No such column 'Foo__c' on sobject of type Lead", "field-unknown"},
    {"INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Name.",
     "field-not-writable"},
    {"INVALID_TYPE", "sObject type 'Lead' is not supported.", "object-hidden"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: Lead",
     "create-not-permitted"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
     "My_Trigger: execution of BeforeInsert caused by: System.NullPointerException: x",
     "automation-failed"},
    {"CANNOT_EXECUTE_FLOW_TRIGGER",
     "We can't save this record because the \\\"X\\\" process failed", "automation-failed"},
    {"INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", "record-access"},
    {"INSUFFICIENT_ACCESS", "insufficient access rights on object id", "record-access"},
    {"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
     "insufficient access rights on cross-reference id: 001000000000001", "reference-invalid"},
    {"INVALID_CROSS_REFERENCE_KEY",
     "Record Type ID: this ID value isn't valid for the user: 012000000000001",
     "reference-invalid"},
    {"INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "reference-invalid"},
    {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
     "Status: bad value for restricted picklist field: Foo", "picklist-value"},
    {"FIELD_INTEGRITY_EXCEPTION",
     "The existing country/territory doesn't recognize the state value for field: "
     "State/Province Code",
     "value-invalid"},
    {"STRING_TOO_LONG", "Name: data value too large: Some very long name (max length=80)",
     "value-too-long"},
    {"INVALID_EMAIL_ADDRESS", "Email: invalid email address: not-an-email", "value-invalid"},
    {"NUMBER_OUTSIDE_VALID_RANGE", "Score__c: value outside of valid range on numeric field: 1000",
     "value-invalid"},
    {"MALFORMED_ID", "malformed id abc123", "reference-invalid"},
    {"JSON_PARSER_ERROR",
     "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
     "request-malformed"},
    {"DUPLICATES_DETECTED", "Use one of these records?", "duplicate-record"},
    {"DUPLICATE_VALUE",
     "duplicate value found: External_Id__c duplicates value on record with id: a01000000000001",
     "duplicate-value"},
    {"STORAGE_LIMIT_EXCEEDED", "storage limit exceeded", "storage-full"},
    {"UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", "record-locked"},
    {"INACTIVE_OWNER_OR_USER",
     "operation performed with inactive user [005000000000001] as owner of lead",
     "reference-invalid"},
    {"INVALID_ASSIGNMENT_RULE", "", "request-malformed"},
    {"ENTITY_IS_DELETED", "entity is deleted", "record-not-found"},
    {"ENTITY_IS_LOCKED", "entity is locked for editing", "record-locked"},
    {"CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", "record-access"},
    {"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "", "salesforce-unavailable"},
    {"APEX_DATA_ACCESS_RESTRICTION", "", "automation-failed"},
    {"LICENSE_LIMIT_EXCEEDED", "", "limit-reached"},
    {"INVALID_READ_ONLY_USER_DML", "", "salesforce-unavailable"},
    {"UNAVAILABLE_RECORDTYPE_EXCEPTION", "", "reference-invalid"},
    {"MIXED_DML_OPERATION", "", "automation-failed"},
    {"FLOW_EXCEPTION", "", "automation-failed"},
    {"CUSTOM_APEX_ERROR", "", "automation-failed"},
    {"PROCESSING_HALTED", "", "rolled-back"},
    {"ALL_OR_NONE_OPERATION_ROLLED_BACK", "", "rolled-back"},
};

/* Sources disagree about the status of several of them, so it must not matter. */
static void rest__each_known_code__has_its_cause_at_any_status(void **state)
{
    static const long statuses[] = {0, 200, 400, 401, 403, 404, 500, 503};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rest); i++)
        for (gsize k = 0; k < G_N_ELEMENTS(statuses); k++) {
            g_autofree char *array = g_strdup_printf("[{\"message\":\"%s\",\"errorCode\":\"%s\"}]",
                                                     rest[i].text, rest[i].code);
            g_autofree char *result = g_strdup_printf(
                "{\"id\":null,\"success\":false,\"errors\":[{\"statusCode\":\"%s\",\"message\":"
                "\"%s\",\"fields\":[]}]}",
                rest[i].code, rest[i].text);
            check(&rest[i], STAGE_REST, statuses[k], array);
            check(&rest[i], STAGE_INSERT, statuses[k], array);
            check(&rest[i], STAGE_INSERT, statuses[k], result);
        }
}

static void rest__not_found__depends_on_what_was_asked_for(void **state)
{
    static const struct {
        enum failure_target target;
        enum cause cause;
    } rows[] = {
        {FAILURE_OF_ANYTHING, CAUSE_OBJECT_HIDDEN},
        {FAILURE_OF_OBJECT, CAUSE_OBJECT_HIDDEN},
        {FAILURE_OF_RECORD, CAUSE_RECORD_NOT_FOUND},
        {FAILURE_OF_SERVICE, CAUSE_REQUEST_MALFORMED},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct failure failure = {.stage = STAGE_REST,
                                  .status = 404,
                                  .code = (char[]){"NOT_FOUND"},
                                  .target = rows[i].target};
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        assert_int_equal(diagnosis->cause, rows[i].cause);
    }
}

/* ---- answers without a code ---- */

static const struct {
    long status;
    const char *body, *cause;
} plain[] = {
    {403, "Bad_OAuth_Token", "session-expired"},
    {403, "Missing_OAuth_Token", "request-malformed"},
    {403, "Wrong_Org", "wrong-instance"},
    {403, "Bad_Id", "request-malformed"},
    {403, "Inactive", "user-inactive"},
    {403, "No_Access", "user-not-approved"},
    {300, "[\"/services/data/v62.0/sobjects/Lead/00Q000000000001\",\"/services/data/v62.0/x\"]",
     "duplicate-value"},
    {503, "<html><body><center>We are down for maintenance.</center></body></html>",
     "salesforce-unavailable"},
    {503,
     "<!DOCTYPE HTML><html><p>We are down for maintenance.</p><p>Sorry for the inconvenience."
     " We'll be back shortly.</p></html>",
     "salesforce-unavailable"},
    {200, "<html><head><title>Maintenance</title></head></html>", "salesforce-unavailable"},
    {503, "<HTML><HEAD><TITLE>Service Not Available</TITLE></HEAD></HTML>",
     "salesforce-unavailable"},
    {503, "Service Not Available", "salesforce-unavailable"},
    {502, "<html><h1>502 Bad Gateway</h1></html>", "salesforce-unavailable"},
    {420, "", "salesforce-unavailable"},
    {404, "<html><title>404 Not Found</title><h1>Not Found</h1>nginx</html>", "answer-unreadable"},
    {404, "<html><title>URL No Longer Exists</title></html>", "answer-unreadable"},
    {403, "<html>Blocked</html>", "proxy-failed"},
    {403, "<html>Forbidden</html>", "answer-unreadable"},
    {403, "", "answer-unreadable"},
    {429, "Too many requests", "salesforce-unavailable"},
    {404, "", "record-not-found"},
    {401, "", "session-expired"},
    {405, "not allowed", "request-malformed"},
    {409, "conflict", "request-malformed"},
    {410, "gone", "request-malformed"},
    {412, "precondition", "request-malformed"},
    {414, "too long", "request-malformed"},
    {415, "content type", "request-malformed"},
    {428, "precondition", "request-malformed"},
    {431, "too long", "request-malformed"},
    {500, "", "salesforce-error"},
    {400, "Login Rate Exceeded", "login-rate"},
    {400, "Enter a valid execution user for the OAuth client credentials flow.", "flow-disabled"},
};

static void plain__each_known_answer__has_its_cause(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(plain); i++)
        check(&(struct answer){NULL, NULL, plain[i].cause}, STAGE_REST, plain[i].status,
              plain[i].body);
}

/* ---- Login History and the log of identity providers ---- */

static const struct answer history[] = {
    {NULL, "Failed: Not approved for access", "user-not-approved"},
    {NULL, "Failed: Token request is already being processed", "refresh-in-progress"},
    {NULL, "Failed: Missing Consumer Key Parameter", "request-malformed"},
    {NULL, "Failed: Invalid Nonce", "code-invalid"},
    {NULL, "Login Rate Exceeded", "login-rate"},
    {NULL, "Username-Password Flow Disabled", "flow-disabled"},
    {NULL, "Failed: Computer activation required", "login-refused"},
    {NULL, "Failed: API security token required", "login-refused"},
    {NULL, "Password Lockout", "login-refused"},
    {NULL, "User is Inactive", "user-inactive"},
    {NULL, "User Is Frozen", "user-inactive"},
    {NULL, "Invalid Password", "login-refused"},
    {NULL, "Restricted IP", "ip-restricted"},
    {NULL, "AppAccessDenied", "user-not-approved"},
    {NULL, "AppBlocked", "app-blocked"},
    {NULL, "ClientUnapproved", "user-not-approved"},
    {NULL, "CodeExpired", "code-expired"},
    {NULL, "InvalidClientCredentials", "consumer-secret-wrong"},
    {NULL, "InvalidCode", "code-invalid"},
    {NULL, "InvalidScope", "scope-refused"},
    {NULL, "InvalidSessionLevel", "session-not-for-api"},
    {NULL, "OauthError", "approval-failed"},
};

static void history__each_known_state__has_its_cause(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(history); i++) {
        struct failure failure;
        assert_true(
            explain_paste(&failure, history[i].text, strlen(history[i].text), STAGE_ANY, 0));
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        if (strcmp(cause_name(diagnosis->cause), history[i].cause) != 0)
            fail_msg("%s is %s", history[i].text, cause_name(diagnosis->cause));
        failure_clear(&failure);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oauth__each_known_error__has_its_cause),
        cmocka_unit_test(rest__each_known_code__has_its_cause_at_any_status),
        cmocka_unit_test(rest__not_found__depends_on_what_was_asked_for),
        cmocka_unit_test(plain__each_known_answer__has_its_cause),
        cmocka_unit_test(history__each_known_state__has_its_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
