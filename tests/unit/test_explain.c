/* SPDX-License-Identifier: MIT */
/* The table of failures: every row is reached from an answer as it comes over the wire. */
#include "support/test.h"

#include <string.h>

#include "explain/explain_private.h"

static const struct row {
    enum stage stage;
    long status;
    const char *code, *text;
    enum cause cause;
    enum certainty certainty;
    const char *source;
} rows[] = {
#define FAILURE(stage, status, code, text, cause, certainty, source) \
    {stage, status, code, text, CAUSE_##cause, CERTAINTY_##certainty, source},
#include "perch/explain/failures.def"
#undef FAILURE
};

static void expect(const struct failure *failure, const struct row *row, const char *shape)
{
    g_autoptr(Diagnosis) diagnosis = explain(failure);
    if (diagnosis->cause != row->cause || diagnosis->certainty != row->certainty)
        fail_msg("%s \"%s\" as %s: %s (%s) instead of %s (%s); read as %s \"%s\"", row->code,
                 row->text, shape, cause_name(diagnosis->cause),
                 certainty_name(diagnosis->certainty), cause_name(row->cause),
                 certainty_name(row->certainty), failure->code, failure->message);
}

static void expect_body(const struct row *row, const char *shape, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static void expect_body(const struct row *row, const char *shape, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *body = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    struct failure failure;
    failure_parse(&failure, row->stage, row->status != 0 ? row->status : 400, body, strlen(body));
    expect(&failure, row, shape);
    failure_clear(&failure);
}

static bool starts_with(const char *text, const char *prefix)
{
    return text != NULL && g_str_has_prefix(text, prefix);
}

static bool is_page(const char *code)
{
    return g_strcmp0(code, "html") == 0 || g_strcmp0(code, "maintenance") == 0 ||
           g_strcmp0(code, "empty") == 0;
}

/* The text that decides stands inside a sentence; where none decides, the sentence is localized. */
static char *message_of(const struct row *row)
{
    return row->text == NULL ? g_strdup("Une réponse que Salesforce a traduite.")
                             : g_strdup_printf("Réponse: %s.", row->text);
}

static void check_oauth_shapes(const struct row *row, const char *message)
{
    g_autofree char *escaped = g_uri_escape_string(message, NULL, TRUE);
    expect_body(row, "object", "{\"error\":\"%s\",\"error_description\":\"%s\"}", row->code,
                message);
    expect_body(row, "object, other order",
                "{ \"x\": [1, {}], \"error_description\" : \"%s\",\n \"error\" : \"%s\" }\n",
                message, row->code);
    expect_body(row, "form", "error=%s&error_description=%s&state=abc", row->code, escaped);
    expect_body(row, "address",
                "https://acme.my.salesforce.com/setup/secur/RemoteAccessErrorPage.apexp"
                "?error=%s&error_description=%s",
                row->code, escaped);
    expect_body(row, "pre",
                "<html><body><pre>error=%s&amp;error_description=%s</pre></body></html>", row->code,
                escaped);
    expect_body(row, "XML",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OAuth><error>%s</error>"
                "<error_description>%s</error_description></OAuth>",
                row->code, message);
}

static void check_rest_shapes(const struct row *row, const char *message)
{
    expect_body(row, "array", "[{\"message\":\"%s\",\"errorCode\":\"%s\",\"fields\":[]}]", message,
                row->code);
    expect_body(row, "array, other order",
                "\xEF\xBB\xBF [ {\n \"errorCode\" : \"%s\",\n \"extra\" : {\"errors\":[]},\n"
                " \"message\" : \"%s\"\n} ]\n",
                row->code, message);
    expect_body(row, "object", "{\"errorCode\":\"%s\",\"message\":\"%s\"}", row->code, message);
    expect_body(row, "sub-request",
                "{\"body\":[{\"message\":\"%s\",\"errorCode\":\"%s\"}],\"httpHeaders\":{},"
                "\"httpStatusCode\":400,\"referenceId\":\"L\"}",
                message, row->code);
    expect_body(
        row, "collection",
        "[{\"id\":\"003RM0000068xVCYAY\",\"success\":true,\"errors\":[]},{\"success\":false,"
        "\"errors\":[{\"statusCode\":\"%s\",\"message\":\"%s\",\"fields\":[]}]}]",
        row->code, message);
    expect_body(row, "composite",
                "{\"compositeResponse\":[{\"body\":{\"totalSize\":1,\"records\":[]},"
                "\"httpStatusCode\":200},{\"body\":[{\"errorCode\":\"PROCESSING_HALTED\","
                "\"message\":\"halted\"}],\"httpStatusCode\":400},{\"body\":[{\"errorCode\":\"%s\","
                "\"message\":\"%s\"}],\"httpStatusCode\":400,\"referenceId\":\"L\"}]}",
                row->code, message);
    expect_body(row, "XML",
                "<?xml version=\"1.0\"?><Errors><Error><errorCode>%s</errorCode>"
                "<message>%s</message></Error></Errors>",
                row->code, message);
    expect_body(row, "SOAP",
                "<soapenv:Envelope xmlns:soapenv=\"u\"><soapenv:Body><soapenv:Fault>"
                "<faultcode>sf:%s</faultcode><faultstring>%s</faultstring></soapenv:Fault>"
                "</soapenv:Body></soapenv:Envelope>",
                row->code, message);
    expect_body(row, "log",
                "2026-11-23 08:14:00 WARN step 2 answered 400: "
                "[{\"message\":\"%s\",\"errorCode\":\"%s\"}] (run 17)",
                message, row->code);
    expect_body(row, "quoted log",
                "{\"level\":\"warn\",\"body\":\"[{\\\"message\\\":\\\"%s\\\",\\\"errorCode\\\":"
                "\\\"%s\\\"}]\"",
                message, row->code);
    expect_body(row, "cut off", "[{\"message\":\"%s\",\"errorCode\":\"%s\",\"fie", message,
                row->code);
}

static void check_own(const struct row *row)
{
    struct failure failure;
    failure_own(&failure, row->stage, row->code, "Details for a person.");
    failure.status = row->status;
    expect(&failure, row, "own word");
    failure_clear(&failure);
}

static void check_page(const struct row *row)
{
    if (strcmp(row->code, "empty") == 0)
        expect_body(row, "nothing", "%s", " \r\n ");
    else
        expect_body(row, "page",
                    "<!DOCTYPE html>\n<html><head><script>var error='x';</script></head><body>%s"
                    "</body></html>",
                    strcmp(row->code, "html") == 0 ? "Une page" : "We are down for maintenance.");
}

static void check_row(const struct row *row)
{
    g_autofree char *message = message_of(row);
    if (starts_with(row->source, "own"))
        check_own(row);
    else if (row->code == NULL)
        expect_body(row, "text", "%s", message);
    else if (is_page(row->code))
        check_page(row);
    else if (strpbrk(row->code, "abcdefghijklmnopqrstuvwxyz") == NULL &&
             !starts_with(row->code, "OAUTH_"))
        check_rest_shapes(row, message);
    else if (strpbrk(row->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL &&
             !starts_with(row->code, "OAUTH_"))
        expect_body(row, "word", "%s\n", row->code);
    else
        check_oauth_shapes(row, message);
}

static void failures__each_row__is_reached_from_the_wire(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_row(&rows[i]);
}

enum { UNCHECKED_TEXTS = 3 }; /* no more, except on purpose */

static void failures__each_row__has_a_source_and_a_stage(void **state)
{
    gsize unchecked = 0;
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_true(*rows[i].source != '\0');
        /* match.c knows perch's own words by the length of "own". */
        assert_true(strlen(rows[i].source) != 3 || strcmp(rows[i].source, "own") == 0);
        assert_true(rows[i].certainty != CERTAINTY_UNKNOWN);
        if (strcmp(rows[i].source, "unchecked") == 0) {
            unchecked++;
            assert_int_equal(rows[i].certainty, CERTAINTY_LIKELY);
        }
        for (gsize k = 0; k < i; k++)
            if (rows[i].stage == rows[k].stage && rows[i].status == rows[k].status &&
                g_strcmp0(rows[i].code, rows[k].code) == 0 &&
                g_strcmp0(rows[i].text, rows[k].text) == 0)
                fail_msg("twice: %s \"%s\"", rows[i].code, rows[i].text);
    }
    assert_int_equal(unchecked, UNCHECKED_TEXTS);
}

/* ---- codes that the server can send ---- */

/* OAuthErrorCode of Salesforce's Mobile SDK for Android, whole. */
static const char *const server_codes[] = {
    "access_denied",
    "app_blocked",
    "app_not_found",
    "authorization_pending",
    "bad_jti_claim",
    "app_attest_failed",
    "app_attest_failed_retry",
    "ecapp_policy_not_found",
    "exceeded_registration_limit",
    "fail_close_app_blocked",
    "failed_registration",
    "immediate_unsuccessful",
    "installation_error",
    "invalid_app_access",
    "invalid_assertion_type",
    "invalid_basic_auth_header",
    "invalid_dpop_proof",
    "invalid_client",
    "invalid_client_id",
    "invalid_distribution_state",
    "invalid_expid",
    "invalid_grant",
    "invalid_otp",
    "invalid_request",
    "invalid_scope",
    "invalid_session_level",
    "invalid_token",
    "login_error",
    "oauth_flow_disabled",
    "oauth_policy_not_found",
    "otp_error",
    "redirect_uri_missing",
    "redirect_uri_mismatch",
    "registration_error",
    "server_error",
    "service_unavailable",
    "slow_down",
    "system_down",
    "unknown_error",
    "unsupported_expid",
    "unsupported_grant_type",
    "unsupported_response_type",
    "unsupported_token_type",
    "use_dpop_nonce",
};

static void failures__every_code_of_the_server__is_known_at_every_stage(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(server_codes); i++)
        for (enum stage stage = STAGE_AUTHORIZE; stage <= STAGE_INSERT; stage++) {
            if (strcmp(server_codes[i], "invalid_request") == 0 && stage >= STAGE_REST)
                continue; /* means two things, and neither there */
            struct failure failure = {.stage = stage, .code = g_strdup(server_codes[i])};
            g_autoptr(Diagnosis) diagnosis = explain(&failure);
            if (diagnosis->cause == CAUSE_UNKNOWN)
                fail_msg("%s at stage %d is unknown", server_codes[i], (int)stage);
            failure_clear(&failure);
        }
}

/* ---- messages in other languages ---- */

/* Where the text decides, one that nobody knows is likely at most, and the choices are named. */
static void text__that_nobody_knows__names_the_choices(void **state)
{
    static const struct {
        long status;
        const char *code, *text, *cause;
        const char *choices[3]; /* in the sentences of the diagnosis; none: the text is known */
    } texts[] = {
        {400,
         "invalid_grant",
         "认证失败了",
         "login-refused",
         {"the text beside invalid_grant", "code-expired", "ip-restricted"}},
        {400, "invalid_grant", "Authentifizierungsfehler", "login-refused", {"user-inactive"}},
        {400, "invalid_client", "Ungültig", "consumer-secret-wrong", {"app-not-installed"}},
        {400, "access_denied", "Zugriff verweigert", "user-denied", {"sso-failed"}},
        {400, "invalid_grant", "authentication failure", "login-refused", {NULL}},
        {400, "invalid_grant", NULL, "login-refused", {NULL}},
        {403,
         "API_DISABLED_FOR_ORG",
         "REST-API nicht aktiviert: diese Organisation",
         "api-disabled-user",
         {"an org without API access", "Company Information"}},
        {403, "API_CURRENTLY_DISABLED", "API désactivée", "api-disabled-user", {"edition"}},
        {403, "FORBIDDEN", "Nie wiadomo", "object-hidden", {"this user's rights are missing"}},
        {403, "REQUEST_LIMIT_EXCEEDED", "制限を超えました", "api-limit", {"concurrency-limit"}},
        {401, "INVALID_SESSION_ID", "Esta sesión", "session-expired", {"session-not-for-api"}},
        {400, "INVALID_FIELD", "Falsch geschrieben", "field-unknown", {"value-invalid"}},
        {400, "DUPLICATE_VALUE", "Doppelt", "duplicate-value", {NULL}},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct failure failure = {.status = texts[i].status, .code = g_strdup(texts[i].code)};
        failure.message = g_strdup(texts[i].text);
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        g_autofree char *said = g_strjoin(" ", diagnosis->happened, diagnosis->tell_apart, NULL);
        assert_string_equal(cause_name(diagnosis->cause), texts[i].cause);
        for (gsize k = 0; k < G_N_ELEMENTS(texts[i].choices) && texts[i].choices[k] != NULL; k++)
            assert_contains(said, texts[i].choices[k]);
        if (texts[i].choices[0] == NULL)
            assert_null(strstr(said, "does not know"));
        else
            assert_int_equal(diagnosis->certainty, CERTAINTY_LIKELY);
        failure_clear(&failure);
    }
}

/* ---- which org ---- */

static void org__one_host__is_found(void **state)
{
    static const struct {
        const char *text, *org;
    } cases[] = {
        {"POST https://acme.my.salesforce.com/services/oauth2/token",
         "https://acme.my.salesforce.com"},
        {"Host: Acme--UAT.sandbox.my.salesforce.com\n",
         "https://acme--uat.sandbox.my.salesforce.com"},
        {"https://acme.lightning.force.com/x and https://acme.my.salesforce.com/y",
         "https://acme.lightning.force.com"},
        {"https://acme.my.salesforce.com https://beta.my.salesforce.com", NULL},
        {"https://login.salesforce.com/x", NULL},
        {"https://acme.my.salesforce.com.evil.example/", NULL},
        {"nothing", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *org = paste_org(cases[i].text, strlen(cases[i].text));
        if (g_strcmp0(org, cases[i].org) != 0)
            fail_msg("%s: %s", cases[i].text, org);
    }
}

static void advice__for_a_number__is_for_that_number(void **state)
{
    static const char *const proxies[][2] = {
        {"Failed to connect to 127.0.0.1 port 40712: Couldn't connect to server",
         "no proxy answers"},
        {"CONNECT tunnel failed, response 407", "a user name and password"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(proxies); i++) {
        struct failure failure;
        failure_own(&failure, STAGE_MACHINE, "proxy", proxies[i][0]);
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        assert_contains((const char *)diagnosis->fix->pdata[0], proxies[i][1]);
        failure_clear(&failure);
    }
}

static void message__with_its_status__says_it_once(void **state)
{
    static const char *const says[][2] = {{"403 Forbidden", "403 Forbidden"},
                                          {"Forbidden", "403 Forbidden"},
                                          {"40312 is odd", "403 40312 is odd"},
                                          {"", "403"}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(says); i++) {
        struct failure failure = {.status = 403, .message = g_strdup(says[i][0])};
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        assert_string_equal(diagnosis->message, says[i][1]);
        failure_clear(&failure);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures__each_row__is_reached_from_the_wire),
        cmocka_unit_test(failures__each_row__has_a_source_and_a_stage),
        cmocka_unit_test(failures__every_code_of_the_server__is_known_at_every_stage),
        cmocka_unit_test(text__that_nobody_knows__names_the_choices),
        cmocka_unit_test(advice__for_a_number__is_for_that_number),
        cmocka_unit_test(message__with_its_status__says_it_once),
        cmocka_unit_test(org__one_host__is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
