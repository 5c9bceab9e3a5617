/* SPDX-License-Identifier: MIT */
/* The tables of causes and failures: every row is reached from an answer as it comes over the wire.
 */
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
#include "perch/failures.def"
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
    failure_parse(&failure, row->stage, row->status != 0 ? row->status : 400, NULL, body,
                  strlen(body));
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
                    strcmp(row->code, "html") == 0 ? "Une page" : "Down for Maintenance.");
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

static void failures__each_row__has_a_source_and_a_stage(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_true(*rows[i].source != '\0');
        assert_true(rows[i].certainty != CERTAINTY_UNKNOWN);
        for (gsize k = 0; k < i; k++)
            if (rows[i].stage == rows[k].stage && rows[i].status == rows[k].status &&
                g_strcmp0(rows[i].code, rows[k].code) == 0 &&
                g_strcmp0(rows[i].text, rows[k].text) == 0)
                fail_msg("twice: %s \"%s\"", rows[i].code, rows[i].text);
    }
}

/* ---- causes ---- */

static bool has_row(enum cause cause)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].cause == cause)
            return true;
    return false;
}

static void check_text(const char *name, const char *text)
{
    if (text == NULL || strlen(text) < 20 || strchr(text, '!') != NULL || text[0] == ' ' ||
        strstr(text, "  ") != NULL || !g_utf8_validate(text, -1, NULL))
        fail_msg("%s: %s", name, text);
}

static void check_steps(const struct cause_row *row)
{
    bool last_has_place = false;
    assert_non_null(row->steps[0].text);
    for (const struct step *step = row->steps; step->text != NULL; step++) {
        g_autoptr(GRegex) place =
            g_regex_new("\\{(fields|object|limit|value|named)\\}", 0, 0, NULL);
        g_autofree char *plain = g_regex_replace_literal(place, step->text, -1, 0, "x", 0, NULL);
        if (strchr(plain, '{') != NULL || strchr(plain, '}') != NULL)
            fail_msg("%s: unknown place in \"%s\"", row->name, step->text);
        if (strlen(step->text) < 10 || strchr(step->text, '!') != NULL)
            fail_msg("%s: %s", row->name, step->text);
        /* a step that can be left out has one to stand in, and only such a step has */
        if ((step->kind == STEP_OTHERWISE) != last_has_place)
            fail_msg("%s: OTHERWISE is missing or too much at \"%s\"", row->name, step->text);
        if (step->kind == STEP_CONNECTED && (step == row->steps || step[-1].kind != STEP_PLAIN))
            fail_msg("%s: CONNECTED has no STEP before it at \"%s\"", row->name, step->text);
        last_has_place = strchr(step->text, '{') != NULL;
    }
    assert_false(last_has_place);
}

static void causes__each__is_complete(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_row *row = cause_row((enum cause)i);
        if (!g_regex_match_simple("^[a-z]+(-[a-z]+)*$", row->name, 0, 0))
            fail_msg("cause %d is called %s", i, row->name);
        check_text(row->name, row->title);
        check_text(row->name, row->happened);
        if (row->tell_apart != NULL)
            check_text(row->name, row->tell_apart);
        assert_true(g_str_has_suffix(row->title, "."));
        check_steps(row);
        assert_true(row->exit >= PERCH_EXIT_UNEXPECTED && row->exit <= PERCH_EXIT_BUSY);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(row->name, cause_name((enum cause)k));
        if (i != CAUSE_UNKNOWN && !has_row((enum cause)i))
            fail_msg("nothing leads to %s", row->name);
    }
    assert_string_equal(cause_name((enum cause)CAUSE_COUNT), "unknown");
}

static void causes__what_setup_cures__names_a_page(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_row *row = cause_row((enum cause)i);
        bool in_setup = row->exit == PERCH_EXIT_APP || row->exit == PERCH_EXIT_API;
        if (in_setup && row->retry == RETRY_AFTER_FIX && row->page == SETUP_PAGE_NONE)
            fail_msg("%s has no Setup page", row->name);
    }
}

static void causes__exit_codes__follow_the_remedy(void **state)
{
    static const struct {
        enum cause cause;
        enum perch_exit exit;
    } wanted[] = {
        {CAUSE_UNKNOWN, PERCH_EXIT_UNEXPECTED},
        {CAUSE_NOT_SALESFORCE_HOST, PERCH_EXIT_USAGE},
        {CAUSE_USER_DENIED, PERCH_EXIT_AUTHORIZATION},
        {CAUSE_AUTHORIZATION_REVOKED, PERCH_EXIT_AUTHORIZATION},
        {CAUSE_CALLBACK_MISMATCH, PERCH_EXIT_APP},
        {CAUSE_CONSUMER_SECRET_WRONG, PERCH_EXIT_APP},
        {CAUSE_ROTATION_ON, PERCH_EXIT_APP},
        {CAUSE_API_DISABLED, PERCH_EXIT_API},
        {CAUSE_API_DISABLED_USER, PERCH_EXIT_API},
        {CAUSE_REQUIRED_FIELD, PERCH_EXIT_RECORD},
        {CAUSE_STORAGE_FULL, PERCH_EXIT_RECORD},
        {CAUSE_PORT_TAKEN, PERCH_EXIT_NETWORK},
        {CAUSE_TLS_FAILED, PERCH_EXIT_NETWORK},
        {CAUSE_PROXY_FAILED, PERCH_EXIT_NETWORK},
        {CAUSE_KEYRING_LOCKED, PERCH_EXIT_KEYRING},
        {CAUSE_API_LIMIT, PERCH_EXIT_BUSY},
        {CAUSE_REFRESH_IN_PROGRESS, PERCH_EXIT_BUSY},
        {CAUSE_SALESFORCE_UNAVAILABLE, PERCH_EXIT_BUSY},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
        assert_int_equal(cause_row(wanted[i].cause)->exit, wanted[i].exit);
    for (int i = 0; i < CAUSE_COUNT; i++)
        if (cause_row((enum cause)i)->stage == STAGE_INSERT)
            assert_int_equal(cause_row((enum cause)i)->exit, PERCH_EXIT_RECORD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures__each_row__is_reached_from_the_wire),
        cmocka_unit_test(failures__each_row__has_a_source_and_a_stage),
        cmocka_unit_test(causes__each__is_complete),
        cmocka_unit_test(causes__what_setup_cures__names_a_page),
        cmocka_unit_test(causes__exit_codes__follow_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
