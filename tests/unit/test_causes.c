/* SPDX-License-Identifier: MIT */
/* The tables of causes and of advice: complete, closed, in the man page, right for both kinds of
 * app. */
#include "support/test.h"

#include <string.h>

#include "explain/explain_private.h"
#include "perch/base/text.h"

static const enum cause failure_causes[] = {
#define FAILURE(stage, status, code, text, cause, ...) CAUSE_##cause,
#include "perch/explain/failures.def"
#undef FAILURE
#define CODES(cause, names) CAUSE_##cause,
#include "perch/explain/codes.def"
#undef CODES
#define STATUS(code, text, cause, certainty) CAUSE_##cause,
#include "perch/explain/login_status.def"
#undef STATUS
};

/* ---- causes ---- */

static bool has_row(enum cause cause)
{
    for (gsize i = 0; i < G_N_ELEMENTS(failure_causes); i++)
        if (failure_causes[i] == cause)
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

/* The vocabulary of --json: programs hold on to it, so it is closed. */
static const char *const vocabulary[] = {
    "port-taken",
    "no-browser",
    "keyring-absent",
    "keyring-locked",
    "keyring-failed",
    "dns-failed",
    "connect-failed",
    "tls-failed",
    "proxy-failed",
    "answer-unreadable",
    "clock-wrong",
    "not-salesforce-host",
    "timeout",
    "consumer-key-unknown",
    "consumer-secret-wrong",
    "callback-mismatch",
    "pkce-required",
    "pkce-mismatch",
    "scope-refused",
    "scope-missing",
    "user-denied",
    "app-not-installed",
    "app-blocked",
    "app-not-in-org",
    "user-not-approved",
    "approval-failed",
    "code-expired",
    "code-invalid",
    "login-refused",
    "mfa-required",
    "sso-failed",
    "api-only-user",
    "site-user",
    "cross-org",
    "authorization-revoked",
    "refresh-in-progress",
    "rotation-on",
    "ip-restricted",
    "login-hours",
    "user-inactive",
    "org-inactive",
    "login-rate",
    "flow-disabled",
    "state-mismatch",
    "signature-wrong",
    "certificate-wrong",
    "wrong-org",
    "session-expired",
    "session-not-for-api",
    "api-disabled",
    "api-disabled-user",
    "api-limit",
    "concurrency-limit",
    "limit-reached",
    "policy-blocked",
    "wrong-instance",
    "password-expired",
    "salesforce-unavailable",
    "salesforce-error",
    "request-malformed",
    "other-request",
    "session-elsewhere",
    "deploy-not-permitted",
    "app-exists",
    "deploy-refused",
    "license-missing",
    "secret-hidden",
    "object-hidden",
    "create-not-permitted",
    "field-unknown",
    "field-not-writable",
    "required-field",
    "validation-rule",
    "automation-failed",
    "email-failed",
    "duplicate-record",
    "duplicate-value",
    "picklist-value",
    "value-too-long",
    "value-invalid",
    "reference-invalid",
    "record-not-found",
    "record-access",
    "storage-full",
    "record-locked",
    "rolled-back",
    "unknown",
};

static void causes__names__are_the_closed_list(void **state)
{
    (void)state;
    assert_int_equal(CAUSE_COUNT, G_N_ELEMENTS(vocabulary));
    for (gsize i = 0; i < G_N_ELEMENTS(vocabulary); i++) {
        bool found = false;
        for (int k = 0; k < CAUSE_COUNT; k++)
            found = found || strcmp(cause_name((enum cause)k), vocabulary[i]) == 0;
        if (!found)
            fail_msg("there is no cause %s", vocabulary[i]);
    }
}

/* Those that are cured on a page of Setup, and by a person there. */
static void causes__with_a_click_path__have_that_page(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_row *row = cause_row((enum cause)i);
        bool names_setup = false;
        for (const struct step *step = row->steps; step->text != NULL; step++)
            names_setup = names_setup || strstr(step->text, " › ") != NULL;
        bool machine = row->stage == STAGE_MACHINE || row->stage == STAGE_ANY;
        if (names_setup && !machine && row->page == SETUP_PAGE_NONE)
            fail_msg("%s names a click path, but has no Setup page", row->name);
    }
}

static void causes__each__has_a_section_of_the_man_page(void **state)
{
    g_autofree char *path = test_source_path("man/perch-causes.7");
    g_autofree char *page = NULL;
    (void)state;
    assert_true(g_file_get_contents(path, &page, NULL, NULL));
    for (int i = 0; i < CAUSE_COUNT; i++) {
        g_autofree char *heading = g_strdup_printf("\n.Ss %s\n", cause_name((enum cause)i));
        const char *section = strstr(page, heading);
        if (section == NULL)
            fail_msg("perch-causes(7) has no section %s", cause_name((enum cause)i));
        const char *end = strstr(section + 1, "\n.Ss ");
        g_autofree char *text =
            end == NULL ? g_strdup(section) : g_strndup(section, (gsize)(end - section));
        assert_contains(text, "To be sure:");
        assert_contains(text, "To fix it:");
        assert_contains(text, ".It Exit status");
        if (cause_row((enum cause)i)->page != SETUP_PAGE_NONE)
            assert_contains(text, ".It Setup page");
    }
}

/* ---- a deploy that is refused ---- */

static const struct {
    const char *text;
    enum cause cause;
    enum setup_page page;
    const char *fix;
} refusals[] = {
    {"Enter a valid execution user for the OAuth client credentials flow.", CAUSE_FLOW_DISABLED,
     SETUP_PAGE_EXTERNAL_CLIENT_APP_POLICIES, "Run As"},
    {"We couldn't find permission sets called Bird.", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_PERMISSION_SETS, "permission set"},
    {"duplicate value found: ExternalClientApplicationId duplicates value on record",
     CAUSE_APP_EXISTS, SETUP_PAGE_EXTERNAL_CLIENT_APPS, "--repair"},
    {"ExtlClntAppOauthSettingsId duplicates value on Bird_oauthPlcy", CAUSE_APP_EXISTS,
     SETUP_PAGE_EXTERNAL_CLIENT_APPS, "--repair"},
    {"'AdminApproved' is not a valid value for the enum 'permittedUsersPolicyType'",
     CAUSE_DEPLOY_REFUSED, SETUP_PAGE_EXTERNAL_CLIENT_APP_POLICIES, "Permitted Users"},
    {"'Never' is not a valid value for the enum 'refreshTokenPolicyType'", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APP_POLICIES, "Refresh Token Policy"},
    {"sessionTimeoutInMinutes: value not in range", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APP_POLICIES, "Session Timeout"},
    {"Unknown type name 'ExternalClientApplication' specified in package.xml", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APP_SETTINGS, "Opt in to External Client Apps"},
    {"The consumer key of an existing app can't be changed", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APPS, "without a consumer key"},
    {"You cannot deploy to a required field: Lead.LastName", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_LEAD_FIELDS, "perch leaves it out"},
    {"In field: field - no CustomField named Lead.X__c found", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_LEAD_FIELDS, "Remove it from the mapping"},
    {"The license of an existing permission set can't be changed", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_PERMISSION_SETS, "Delete the permission set"},
    {"insufficient access rights on object id", CAUSE_DEPLOY_NOT_PERMITTED,
     SETUP_PAGE_PERMISSION_SETS, "Manage Users"},
    {"Required field is missing: contactEmail", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APPS, "Contact Email"},
    {"Required field is missing: label", CAUSE_DEPLOY_REFUSED, SETUP_PAGE_EXTERNAL_CLIENT_APPS,
     "the app's name"},
    {"You do not have the proper permissions to create, edit or delete external client apps.",
     CAUSE_DEPLOY_NOT_PERMITTED, SETUP_PAGE_PERMISSION_SETS, "Give the user both"},
    {"'chatbot_api' is not a valid OAuth scope", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APPS, "scope"},
    {"This type of metadata is not available for this organization", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APP_SETTINGS, "Opt in to External Client Apps"},
    {"duplicate value found: ConsumerKey is already in use", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APPS, "another API name"},
    {"The external client app configured in your global OAuth Settings doesn't have a valid "
     "OAuth settings configuration.",
     CAUSE_DEPLOY_REFUSED, SETUP_PAGE_EXTERNAL_CLIENT_APPS, "Enable OAuth"},
    {"In field: externalClientApplication - no ExternalClientApplication named X found",
     CAUSE_DEPLOY_REFUSED, SETUP_PAGE_EXTERNAL_CLIENT_APPS, "--create"},
    {"'Enforce_RelaxRefresh' is not a valid value for the enum 'ipRelaxationPolicyType'",
     CAUSE_DEPLOY_REFUSED, SETUP_PAGE_EXTERNAL_CLIENT_APP_POLICIES, "IP Relaxation"},
    {"Required field is missing: callbackUrl", CAUSE_DEPLOY_REFUSED,
     SETUP_PAGE_EXTERNAL_CLIENT_APPS, "Callback URLs"},
    {"The certificate is not valid", CAUSE_DEPLOY_REFUSED, SETUP_PAGE_EXTERNAL_CLIENT_APPS,
     "new key and certificate"},
};

static void deploy__each_refusal__has_its_setting_and_page(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        /* as fail_deploy asks */
        struct failure failure = {.stage = STAGE_REST};
        failure_say(&failure, NULL, refusals[i].text);
        if (explain_cause(&failure, NULL) == CAUSE_UNKNOWN)
            failure_say_own(&failure, "deploy", refusals[i].text);
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        failure_clear(&failure);
        if (diagnosis->cause != refusals[i].cause || diagnosis->page != refusals[i].page)
            fail_msg("%s: %s, page %d", refusals[i].text, cause_name(diagnosis->cause),
                     diagnosis->page);
        g_autoptr(GString) fix = g_string_new(NULL);
        for (guint k = 0; k < diagnosis->fix->len; k++)
            g_string_append(fix, diagnosis->fix->pdata[k]);
        assert_contains(fix->str, refusals[i].fix);
    }
}

/* ---- advice ---- */

static const struct {
    const char *code, *text, *step;
} advices[] = {
#define ADVICE(code, text, step) {code, text, step},
#include "perch/explain/advice.def"
#undef ADVICE
};

/* What the steps with a place want in the message. */
static const struct {
    const char *text, *message;
} named[] = {
    {"[005", "operation performed with inactive user [005Dn0000004C9M] as owner of lead"},
    {"missing required parameter", "missing required parameter: grant_type"},
    {"unrecognized field", "Unrecognized field \"Foo\" at [line:2, column:14]"},
    {"unknown field", "Unknown field: Foo.bar at [line:1, column:557]"},
    {"cannot deserialize", "Cannot deserialize instance of date from VALUE_STRING value abc or "
                           "request may be missing a required field"},
};

static void advice__each_row__comes_first_in_a_fix(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(advices); i++) {
        const char *message = advices[i].text == NULL ? "Un texte." : advices[i].text;
        for (gsize k = 0; k < G_N_ELEMENTS(named); k++)
            if (g_strcmp0(advices[i].text, named[k].text) == 0)
                message = named[k].message;
        g_auto(GStrv) fields = g_strsplit("Owner__c", " ", 0);
        struct failure failure = {.code = g_strdup(advices[i].code),
                                  .message = g_strdup(message),
                                  .named = g_strdup("Route_Leads"),
                                  .fields = g_steal_pointer(&fields)};
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        const char *first = diagnosis->fix->pdata[0];
        if (strchr(diagnosis->title, '{') != NULL)
            fail_msg("%s: %s", advices[i].code, diagnosis->title);
        gsize shared = strcspn(advices[i].step, "{");
        if (strncmp(first, advices[i].step, shared) != 0 || strchr(first, '{') != NULL)
            fail_msg("%s \"%s\": the fix begins with \"%s\"", advices[i].code, message, first);
        failure_clear(&failure);
    }
}

/* ---- kinds of app ---- */

static GString *fix_of(const char *code, enum failure_app app, enum setup_page *ret_page)
{
    struct failure failure = {.code = g_strdup(code), .app = app};
    g_autoptr(Diagnosis) diagnosis = explain(&failure);
    GString *fix = g_string_new(NULL);
    for (guint i = 0; i < diagnosis->fix->len; i++)
        g_string_append_printf(fix, "%s\n", (char *)diagnosis->fix->pdata[i]);
    *ret_page = diagnosis->page;
    failure_clear(&failure);
    return fix;
}

static void app_kind__decides_steps_and_page(void **state)
{
    static const struct {
        const char *code, *external, *connected;
        enum setup_page external_page, connected_page;
    } cases[] = {
        {"redirect_uri_mismatch", "OAuth Settings › Callback URL", "Edit › Callback URL",
         SETUP_PAGE_EXTERNAL_CLIENT_APP, SETUP_PAGE_APP_MANAGER},
        {"invalid_app_access", "Policies › Edit", "Manage Connected Apps",
         SETUP_PAGE_EXTERNAL_CLIENT_APP_POLICIES, SETUP_PAGE_CONNECTED_APPS},
        {"app_blocked", "External Client Apps OAuth Usage", "Connected Apps OAuth Usage",
         SETUP_PAGE_EXTERNAL_CLIENT_APP_USAGE, SETUP_PAGE_CONNECTED_APPS_USAGE},
        {"app_not_found", "In External Client App Manager", "In App Manager",
         SETUP_PAGE_EXTERNAL_CLIENT_APPS, SETUP_PAGE_APP_MANAGER},
        {"invalid_client", "Consumer Key and Secret", "Manage Consumer Details",
         SETUP_PAGE_EXTERNAL_CLIENT_APP, SETUP_PAGE_APP_MANAGER},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        enum setup_page page;
        g_autoptr(GString) external = fix_of(cases[i].code, FAILURE_APP_EXTERNAL, &page);
        assert_int_equal(page, cases[i].external_page);
        assert_contains(external->str, cases[i].external);
        assert_null(strstr(external->str, "Connected App:"));
        g_autoptr(GString) connected = fix_of(cases[i].code, FAILURE_APP_CONNECTED, &page);
        assert_int_equal(page, cases[i].connected_page);
        assert_contains(connected->str, cases[i].connected);
        assert_null(strstr(connected->str, cases[i].external));
        g_autoptr(GString) both = fix_of(cases[i].code, FAILURE_APP_UNKNOWN, &page);
        assert_contains(both->str, cases[i].external);
        assert_contains(both->str, cases[i].connected);
        assert_contains(both->str, "External Client App: ");
        assert_contains(both->str, "Connected App: ");
    }
}

static void stages__names__are_those_of_the_option(void **state)
{
    enum stage stage = STAGE_ANY;
    (void)state;
    assert_true(stage_from_name("authorize", &stage) && stage == STAGE_AUTHORIZE);
    assert_true(stage_from_name("token", &stage) && stage == STAGE_TOKEN);
    assert_true(stage_from_name("rest", &stage) && stage == STAGE_REST);
    assert_true(stage_from_name("insert", &stage) && stage == STAGE_INSERT);
    assert_false(stage_from_name("machine", &stage));
    assert_false(stage_from_name("", &stage));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(causes__each__is_complete),
        cmocka_unit_test(causes__what_setup_cures__names_a_page),
        cmocka_unit_test(causes__exit_codes__follow_the_remedy),
        cmocka_unit_test(causes__names__are_the_closed_list),
        cmocka_unit_test(causes__with_a_click_path__have_that_page),
        cmocka_unit_test(causes__each__has_a_section_of_the_man_page),
        cmocka_unit_test(advice__each_row__comes_first_in_a_fix),
        cmocka_unit_test(app_kind__decides_steps_and_page),
        cmocka_unit_test(stages__names__are_those_of_the_option),
        cmocka_unit_test(deploy__each_refusal__has_its_setting_and_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
