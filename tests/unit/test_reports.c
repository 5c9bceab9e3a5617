/* SPDX-License-Identifier: MIT */
/* Salesforce's lists, and what people paste: nothing of the first is unknown, and of the second
 * nothing is certain and wrong. */
#include "support/test.h"

#include <string.h>

#include "perch/explain/explain.h"

/* ---- the lists ---- */

static const char *const codes[] = {
#define CODE(name) name,
#define LOGIN(name, text)
#include "salesforce_lists.def"
#undef CODE
#undef LOGIN
};

static const struct login {
    const char *name, *text;
} logins[] = {
#define CODE(name)
#define LOGIN(name, text) {name, text},
#include "salesforce_lists.def"
#undef CODE
#undef LOGIN
};

enum { LISTED_CODES = 449, LISTED_LOGINS = 119, LISTED_TEXTS = 90 };

static enum cause pasted_cause(const char *text, enum certainty *ret_certainty)
{
    struct failure failure;
    *ret_certainty = CERTAINTY_UNKNOWN;
    if (!explain_paste(&failure, text, strlen(text), STAGE_ANY, 0))
        return CAUSE_COUNT; /* a success */
    enum cause cause = explain_cause(&failure, ret_certainty);
    failure_clear(&failure);
    return cause;
}

/* As the answer of each shape that carries a code, and pasted alone. */
static void check_code(const char *code)
{
    static const char *const shapes[] = {
        "[{\"message\":\"Une phrase.\",\"errorCode\":\"%s\"}]",
        "[{\"success\":false,\"errors\":[{\"statusCode\":\"%s\",\"message\":\"x\"}]}]",
        "<soapenv:Envelope xmlns:soapenv=\"u\"><soapenv:Body><soapenv:Fault><faultcode>sf:%s"
        "</faultcode><faultstring>x</faultstring></soapenv:Fault></soapenv:Body></"
        "soapenv:Envelope>",
        "%s",
        "System.DmlException: Insert failed. First exception on row 0; first error: %s, x: []",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autoptr(GString) text = g_string_new(shapes[i]);
        enum certainty certainty;
        g_string_replace(text, "%s", code, 0);
        if (pasted_cause(text->str, &certainty) == CAUSE_UNKNOWN)
            fail_msg("unknown: %s", text->str);
    }
    /* Known by itself, not only as one of a family. */
    struct failure failure = {.code = g_strdup(code)};
    g_autoptr(Diagnosis) diagnosis = explain(&failure);
    if (strstr(diagnosis->happened, "does not know") != NULL)
        fail_msg("only guessed: %s", code);
    failure_clear(&failure);
}

static void lists__each_code__has_a_cause(void **state)
{
    (void)state;
    assert_int_equal(G_N_ELEMENTS(codes), LISTED_CODES);
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        check_code(codes[i]);
}

static void lists__each_login_status__has_a_cause(void **state)
{
    guint texts = 0;
    (void)state;
    assert_int_equal(G_N_ELEMENTS(logins), LISTED_LOGINS);
    for (gsize i = 0; i < G_N_ELEMENTS(logins); i++) {
        enum certainty certainty;
        enum cause cause = pasted_cause(logins[i].name, &certainty);
        bool success = strcmp(logins[i].name, "LOGIN_NO_ERROR") == 0;
        if (success != (cause == CAUSE_COUNT) || cause == CAUSE_UNKNOWN)
            fail_msg("%s: %s", logins[i].name, cause_name(cause));
        if (logins[i].text == NULL)
            continue;
        g_autofree char *row = g_strdup_printf(
            "11/23/2026, 8:14:02 AM GMT\tRemote Access 2.0\t%s\tperch", logins[i].text);
        texts++;
        if (pasted_cause(logins[i].text, &certainty) == CAUSE_UNKNOWN ||
            pasted_cause(row, &certainty) == CAUSE_UNKNOWN)
            fail_msg("%s: unknown: %s", logins[i].name, logins[i].text);
    }
    assert_int_equal(texts, LISTED_TEXTS);
}

/* A new code of a family that is known: likely, and it is said that the code is not known. */
static void families__a_new_code__is_likely(void **state)
{
    static const struct {
        const char *code;
        enum cause cause;
    } rows[] = {
        {"MAX_WIDGETS_PER_LEAD", CAUSE_LIMIT_REACHED},
        {"WIDGET_LIMIT_EXCEEDED", CAUSE_LIMIT_REACHED},
        {"LIMIT_OF_WIDGETS", CAUSE_LIMIT_REACHED},
        {"CANNOT_PAINT_WIDGET", CAUSE_OTHER_REQUEST},
        {"EMAIL_WIDGET_MISSING", CAUSE_EMAIL_FAILED},
        {"LOGIN_SAML_INVALID_WIDGET", CAUSE_SSO_FAILED},
        {"TXN_SECURITY_WIDGET", CAUSE_POLICY_BLOCKED},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct failure failure = {.code = g_strdup(rows[i].code), .stage = STAGE_INSERT};
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        assert_int_equal(diagnosis->cause, rows[i].cause);
        assert_int_equal(diagnosis->certainty, CERTAINTY_LIKELY);
        assert_contains(diagnosis->happened, "does not know this code");
        failure_clear(&failure);
    }
    enum certainty certainty;
    assert_int_equal(pasted_cause("EXCEEDED_WIDGET_RATE The client sent too much.", &certainty),
                     CAUSE_LIMIT_REACHED);
    assert_int_equal(certainty, CERTAINTY_LIKELY);
    assert_int_equal(pasted_cause("MAX_RETRIES=3\nLOGIN_URL here", &certainty), CAUSE_UNKNOWN);
    struct failure known = {.code = g_strdup("MAX_RULES_EXCEEDED")};
    g_autoptr(Diagnosis) diagnosis = explain(&known);
    assert_null(strstr(diagnosis->happened, "does not know"));
    failure_clear(&known);
}

/* A stage that the person gives decides between causes; it takes none away. */
static void codes__at_each_stage__have_a_cause(void **state)
{
    static const struct {
        const char *code;
        bool always; /* said by the other side, with any status */
    } rows[] = {
#define FAILURE(stage, status, code, text, cause, certainty, source) \
    {code, status == 0 && sizeof source != sizeof "own"},
#include "perch/explain/failures.def"
#undef FAILURE
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        for (int stage = STAGE_ANY; stage <= STAGE_INSERT; stage++) {
            struct failure failure = {.code = g_strdup(rows[i].code), .stage = (enum stage)stage};
            enum certainty certainty;
            if (rows[i].always && rows[i].code != NULL &&
                explain_cause(&failure, &certainty) == CAUSE_UNKNOWN && stage != STAGE_MACHINE)
                fail_msg("unknown: %s at stage %d", rows[i].code, stage);
            failure_clear(&failure);
        }
}

/* Codes as programs and people spoil them are likely what they were. */
static void codes__spoilt__are_likely(void **state)
{
    static const struct {
        const char *text, *cause;
    } rows[] = {
        {"INVALIDJOBSTATE", "request-malformed"},
        {"the error code `INVALIDJOB` is new", "request-malformed"},
        {"导出期间出错:PI_LIMIT_EXCEEDED", "api-limit"},
        {"INVALID_CROSS_REFERENCE_KE", "reference-invalid"},
        {"QualifiedREQUIRED_FIELD_MISSING, id=1", "required-field"},
        {"REQUIRED_FIELD_MISSINGRequired things", "required-field"},
        {"XINVALID_CROSS_REFERENCE_KEYS of mine", "unknown"},
        {"MAGNIFICENT weather", "unknown"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        enum certainty certainty;
        const char *cause = cause_name(pasted_cause(rows[i].text, &certainty));
        if (strcmp(cause, rows[i].cause) != 0)
            fail_msg("%s: %s", rows[i].text, cause);
    }
}

/* ---- what people paste ---- */

enum { ANY_CERTAINTY = -1 }; /* nobody judged how sure perch may be */

static const struct report {
    const char *where, *causes, *text;
    int certainty;
} reports[] =
    {
#define REPORT(where, causes, certainty, text) {where, causes, text, CERTAINTY_##certainty},
#define CAUSE_OF(where, causes, text) {where, causes, text, ANY_CERTAINTY},
#include "reports.def"
#include "reports_apps.def"
#include "reports_asked.def"
#include "reports_blind.def"
#include "reports_kinds.def"
#include "reports_more.def"
#include "reports_noise.def"
#include "reports_read.def"
#include "reports_said.def"
#include "reports_seen.def"
},
  held[] = {
#include "reports_held.def"
#include "reports_held2.def"
#include "reports_held3.def"
#include "reports_held4.def"
#include "reports_held5.def"
#undef REPORT
#undef CAUSE_OF
};

/* ---- phrases ---- */

enum { WIRE, SAID, WORDS, NAMED, PAGE, ADDRESS, MUTE };

static const struct phrase {
    int kind;
    const char *words, *code, *who;
} phrases[] = {
#define PHRASE(kind, words, code, who) {kind, words, code, who},
#include "perch/explain/phrases.def"
#undef PHRASE
};

/* What anybody may say for a cause is no proof of it. */
static void check_likely_at_most(const struct phrase *phrase)
{
    struct failure failure = {0};
    enum certainty certainty;
    failure_say_own(&failure, phrase->code, phrase->words);
    if (explain_cause(&failure, &certainty) == CAUSE_UNKNOWN || certainty != CERTAINTY_LIKELY)
        fail_msg("%s: %s", phrase->words, certainty_name(certainty));
    failure_clear(&failure);
}

static void phrases__in_anybodys_words__are_likely_at_most(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(phrases); i++)
        if (phrases[i].kind == WORDS)
            check_likely_at_most(&phrases[i]);
}

static bool is_reported(const char *words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(reports) + G_N_ELEMENTS(held); i++) {
        const struct report *report =
            i < G_N_ELEMENTS(reports) ? &reports[i] : &held[i - G_N_ELEMENTS(reports)];
        g_autofree char *lower = g_utf8_strdown(report->text, -1);
        g_auto(GStrv) parts = g_strsplit_set(lower, " \n\r\t", -1);
        g_autoptr(GString) line = g_string_new(NULL);
        for (char **part = parts; *part != NULL; part++)
            if (**part != '\0')
                g_string_append_printf(line, "%s ", *part);
        if (strstr(line->str, words) != NULL)
            return true;
    }
    return false;
}

static bool program_has_source(const char *who)
{
    static const char *const programs[] = {
#define SOURCE(who, source) who,
#include "perch/explain/phrase_sources.def"
#undef SOURCE
    };
    g_autofree char *first = g_strndup(who, strcspn(who, ",;"));
    for (gsize i = 0; i < G_N_ELEMENTS(programs); i++)
        if (strcmp(programs[i], first) == 0)
            return true;
    return false;
}

enum { UNCHECKED_PHRASES = 4 }; /* no more, except on purpose */

/* What has no source is nothing but everyday words, or is marked as looked for in vain. A sentence
 * of another language names its page in languages.def. */
static void phrases__each_row__has_a_source(void **state)
{
    gsize unchecked = 0;
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(phrases); i++) {
        const struct phrase *phrase = &phrases[i];
        if (g_str_has_suffix(phrase->who, "reports")) {
            if (!is_reported(phrase->words))
                fail_msg("in no report: %s", phrase->words);
        } else if (phrase->kind == MUTE && g_str_has_prefix(phrase->who, "anybody")) {
            assert_null(phrase->code); /* says nothing */
        } else if (g_str_has_prefix(phrase->who, "anybody")) {
            check_likely_at_most(phrase);
        } else if (g_str_has_prefix(phrase->who, "unchecked: ")) {
            unchecked++;
            check_likely_at_most(phrase);
        } else if (!g_regex_match_simple("/|[a-z]\\.(com|io)\\b|^(measure|marketo) [a-z]{2}-[A-Z]",
                                         phrase->who, 0, 0) &&
                   !program_has_source(phrase->who)) {
            fail_msg("%s: no source: %s", phrase->words, phrase->who);
        }
    }
    assert_int_equal(unchecked, UNCHECKED_PHRASES);
}

/* A topic and what is wrong with it, in any order and language: likely, and only where a failure is
 * told. */
static void topics__close_together__are_likely_at_most(void **state)
{
    static const char *const codes_said[] = {
#define TOPIC(name, stems)
#define SAYS(a, b, c, code) code,
#include "perch/explain/topics.def"
#undef TOPIC
#undef SAYS
    };
    static const struct {
        const char *text, *cause;
    } rows[] = {
        {"El conexión caducada", "authorization-revoked"},
        {"Anmeldung fehlgeschlagen", "login-refused"},
        {"El token ha caducado", "session-expired"},
        {"invalidClientSecret", "consumer-secret-wrong"},
        {"ERR_CLIENT_IDENTIFIER_INVALID", "consumer-key-unknown"},
        {"the given callback does not match any on file", "callback-mismatch"},
        {"Blocked: this IP is outside of what is trusted", "ip-restricted"},
        {"the organisation was suspended last week", "org-inactive"},
        {"could not reach the network", "connect-failed"},
        {"parsing the response body failed", "answer-unreadable"},
        {"ユーザ名とパスワードを確認してください。それでも", "login-refused"},
        {"会话已过期", "session-expired"},
        {"Le nom distant n'a pas pu être résolu", "dns-failed"},
        {"Der Remoteserver hat einen Fehler zurückgegeben: (503) Nicht verfügbar.",
         "salesforce-unavailable"},
        {"invalid_grant: utente inattivo", "user-inactive"},
        {"Fout: invalid_grant\nCategorie: verificatie\nBericht: ip beperkt", "ip-restricted"},
        {"invalid_grant: something about a picklist value", "login-refused"},
        {"POST /services/oauth2/token\nAccess permission is missing", "user-not-approved"},
        {"GET /services/data/v60.0/sobjects/Lead/describe: 404 Not Found", "object-hidden"},
        {"Unable to connect to API. HTTP 400 Bad Request", "unknown"},
        {"see https://acme.example/token/invalid", "unknown"},
        {"ModuleNotFoundError: No module named 'simple_salesforce'", "unknown"},
        {"Salesforceに接続できませんでした", "connect-failed"},
        {"良い天気です。パスワード。確認", "unknown"},
        {"Token. Nobody knows. Invalid moon", "unknown"}, /* not in one sentence */
        {"a token of love and of the many good days that we had here is not invalid", "unknown"},
        {"the session began and the token is fine", "unknown"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(codes_said); i++) {
        struct failure failure = {0};
        enum certainty certainty;
        failure_say_own(&failure, codes_said[i], "x");
        if (explain_cause(&failure, &certainty) == CAUSE_UNKNOWN || certainty != CERTAINTY_LIKELY)
            fail_msg("%s: %s", codes_said[i], certainty_name(certainty));
        failure_clear(&failure);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        enum certainty certainty;
        const char *cause = cause_name(pasted_cause(rows[i].text, &certainty));
        if (strcmp(cause, rows[i].cause) != 0 || certainty == CERTAINTY_CERTAIN)
            fail_msg("%s: %s, %s", rows[i].text, cause, certainty_name(certainty));
    }
    enum certainty certainty;
    assert_int_equal(
        pasted_cause("{\"access_token\":\"00D\"} no error, token not expired", &certainty),
        CAUSE_COUNT);
}

/* What a program wraps around an answer counts where nothing else is pasted, and never before the
 * answer itself; each program that people use has a row. */
static void clients__what_they_wrap__comes_after_the_answer(void **state)
{
    static const struct {
        const char *text, *cause;
        enum certainty certainty;
    } rows[] = {
        {"NodeApiError: Authorization failed - please check your credentials", "session-expired",
         CERTAINTY_LIKELY},
        {"NodeApiError: Forbidden - perhaps check your credentials?", "record-access",
         CERTAINTY_LIKELY},
        {"NodeApiError: Forbidden - perhaps check your credentials?\n403 - "
         "[{\"message\":\"x\",\"errorCode\":\"API_CURRENTLY_DISABLED\"}]",
         "api-disabled-user", CERTAINTY_LIKELY},
        {"[400] AccountValidationError: refused", "login-refused", CERTAINTY_LIKELY},
        {"AccountValidationError: Failed to verify connection 'Salesforce'. expired access/refresh "
         "token",
         "authorization-revoked", CERTAINTY_CERTAIN},
        {"ExpiredAuthError", "authorization-revoked", CERTAINTY_LIKELY},
        {"org.mule.runtime.api.connection.ConnectionException: Failed establishing connection with "
         "salesforce",
         "login-refused", CERTAINTY_LIKELY},
        {"Salesforce.Common.ForceAuthException: inactive user", "user-inactive", CERTAINTY_LIKELY},
        {"Salesforce.Common.ForceAuthException", "login-refused", CERTAINTY_LIKELY},
        {"Could not refresh the access token. The access token response returned an unsuccessful "
         "status [400]",
         "authorization-revoked", CERTAINTY_LIKELY},
        {"PHP Fatal error: Uncaught SoapFault exception: [sf:INVALID_SESSION_ID] x",
         "session-expired", CERTAINTY_LIKELY},
        {"403 Forbidden error", "record-access", CERTAINTY_LIKELY},
        {"NodeApiError: The resource you are requesting could not be found", "object-hidden",
         CERTAINTY_LIKELY},
        {"Bad gateway - the service failed to handle your request", "salesforce-unavailable",
         CERTAINTY_LIKELY},
        {"The service was not able to process your request", "salesforce-error", CERTAINTY_LIKELY},
        {"SALESFORCE:CONNECTIVITY", "connect-failed", CERTAINTY_LIKELY},
        {"SALESFORCE:INVALID_INPUT", "value-invalid", CERTAINTY_LIKELY},
        {"SALESFORCE:INSUFFICIENT_PERMISSIONS", "record-access", CERTAINTY_LIKELY},
        {"SALESFORCE:NOT_FOUND", "object-hidden", CERTAINTY_LIKELY},
        {"SALESFORCE:TIMEOUT", "timeout", CERTAINTY_LIKELY},
        {"Throttled by Zapier! Max 10 runs per 1 seconds.", "limit-reached", CERTAINTY_LIKELY},
        {"{\"status\":400,\"message\":\"INVALID_SESSION_ID: Session expired or invalid\\r\\n"
         "inner exception: x\\r\\nclientRequestId: "
         "0\",\"source\":\"salesforce-weu.azconn.example\"}",
         "session-expired", CERTAINTY_CERTAIN},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        enum certainty certainty;
        enum cause cause = pasted_cause(rows[i].text, &certainty);
        if (strcmp(cause_name(cause), rows[i].cause) != 0 || certainty != rows[i].certainty)
            fail_msg("%s: %s, %s", rows[i].text, cause_name(cause), certainty_name(certainty));
    }
}

/* A page that nobody knows is named as one, with its status and what it shows. */
static void page__that_nobody_knows__is_named(void **state)
{
    static const char text[] = "HTTP/1.1 418 odd\nContent-Type: text/html\n\n"
                               "<html><head><title>Teapot</title></head><body>Short</body></html>";
    struct failure failure;
    (void)state;
    assert_true(explain_paste(&failure, text, strlen(text), STAGE_ANY, 0));
    g_autoptr(Diagnosis) diagnosis = explain(&failure);
    assert_int_equal(diagnosis->certainty, CERTAINTY_LIKELY);
    assert_contains(diagnosis->happened, "A page");
    assert_string_equal(diagnosis->message, "418 Teapot Short");
    failure_clear(&failure);
}

/* What a program logs of a success is none of the causes, where nothing beside it failed. */
static void successes__in_a_log__are_no_failure(void **state)
{
    static const struct {
        const char *text;
        bool success;
    } rows[] = {
        {"[INFO] Token refreshed, next refresh in 7140 s\n[INFO] Lead 00Q000000000001AAA created",
         true},
        {"[INFO] Connected to Salesforce org 00D000000000001 as integration@example.com", true},
        {"Successfully authorized ops@example.com with org ID 00D000000000001", true},
        {"Login successful. Access token received.", true},
        {"POST https://acme.my.salesforce.com/services/oauth2/token 200 OK", true},
        {"Successfully connected, but the lead is missing", false},
        {"Login successful\nThe lead was not created", false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        enum certainty certainty;
        if ((pasted_cause(rows[i].text, &certainty) == CAUSE_COUNT) != rows[i].success)
            fail_msg("%s", rows[i].text);
    }
}

/* ---- what people paste: their causes ---- */

static bool is_right(const struct report *report, enum cause cause)
{
    g_auto(GStrv) right = g_strsplit(report->causes, " ", -1);
    return cause != CAUSE_COUNT && g_strv_contains((const char *const *)right, cause_name(cause));
}

static guint count_right(const struct report *list, gsize count)
{
    guint right = 0;
    for (gsize i = 0; i < count; i++) {
        enum certainty certainty;
        enum cause cause = pasted_cause(list[i].text, &certainty);
        if (is_right(&list[i], cause)) {
            right++;
            if (list[i].certainty != ANY_CERTAINTY && (int)certainty != list[i].certainty)
                fail_msg("%s: %s %s", list[i].where, certainty_name(certainty), cause_name(cause));
        } else if (certainty == CERTAINTY_CERTAIN)
            fail_msg("%s: certainly %s", list[i].where, cause_name(cause));
        else
            print_message("%s: %s instead of %s\n", list[i].where,
                          cause == CAUSE_COUNT ? "a success" : cause_name(cause), list[i].causes);
    }
    return right;
}

static void reports__each__has_its_cause(void **state)
{
    (void)state;
    assert_int_equal(count_right(reports, G_N_ELEMENTS(reports)), G_N_ELEMENTS(reports));
    assert_true(G_N_ELEMENTS(reports) + G_N_ELEMENTS(held) >= 150);
}

static void reports__kept_aside__have_their_cause(void **state)
{
    (void)state;
    assert_true(count_right(held, G_N_ELEMENTS(held)) * 100 >= G_N_ELEMENTS(held) * 95);
}

/* The same words tell another cause where the connection stands elsewhere. */
static void stages__the_same_words__have_their_own_cause(void **state)
{
    static const struct {
        enum stage stage;
        const char *text, *cause;
    } rows[] = {
        {STAGE_AUTHORIZE, "Insufficient Privileges", "approval-failed"},
        {STAGE_TOKEN, "Insufficient Privileges", "approval-failed"},
        {STAGE_REST, "Insufficient Privileges", "record-access"},
        {STAGE_INSERT, "Insufficient Privileges", "record-access"},
        {STAGE_TOKEN, "the required field client_id is missing", "unknown"},
        {STAGE_INSERT, "the required field client_id is missing", "required-field"},
        {STAGE_INSERT, "Anmeldung fehlgeschlagen", "unknown"},
        {STAGE_TOKEN, "Anmeldung fehlgeschlagen", "login-refused"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct failure failure;
        enum certainty certainty;
        assert_true(explain_paste(&failure, rows[i].text, strlen(rows[i].text), rows[i].stage, 0));
        const char *cause = cause_name(explain_cause(&failure, &certainty));
        if (strcmp(cause, rows[i].cause) != 0)
            fail_msg("stage %d: %s: %s", rows[i].stage, rows[i].text, cause);
        failure_clear(&failure);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists__each_code__has_a_cause),
        cmocka_unit_test(lists__each_login_status__has_a_cause),
        cmocka_unit_test(families__a_new_code__is_likely),
        cmocka_unit_test(codes__at_each_stage__have_a_cause),
        cmocka_unit_test(codes__spoilt__are_likely),
        cmocka_unit_test(phrases__in_anybodys_words__are_likely_at_most),
        cmocka_unit_test(phrases__each_row__has_a_source),
        cmocka_unit_test(topics__close_together__are_likely_at_most),
        cmocka_unit_test(page__that_nobody_knows__is_named),
        cmocka_unit_test(clients__what_they_wrap__comes_after_the_answer),
        cmocka_unit_test(successes__in_a_log__are_no_failure),
        cmocka_unit_test(stages__the_same_words__have_their_own_cause),
        cmocka_unit_test(reports__each__has_its_cause),
        cmocka_unit_test(reports__kept_aside__have_their_cause),
    };
    return cmocka_run_group_tests_name("lists and reports", tests, NULL, NULL);
}
