/* SPDX-License-Identifier: MIT */

/* The auth URL of Salesforce's CLI: what its own parser takes and refuses, and what perch refuses
 * besides (a host that the CLI would read wrongly). */

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/sfdx_url.h"
#include "support/test.h"

static void taken__each_part_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *client_id, *secret, *token, *host;
    } cases[] = {
        {"force://PlatformCLI::5Aep861.t_k-n@acme.my.salesforce.com", "PlatformCLI", NULL,
         "5Aep861.t_k-n", "acme.my.salesforce.com"},
        {"force://3MVG9.a_b-c:1234ABCD:5Aep==@acme--uat.sandbox.my.salesforce.com:443\n",
         "3MVG9.a_b-c", "1234ABCD", "5Aep==", "acme--uat.sandbox.my.salesforce.com:443"},
        {"force://a=:b==:c=@h/path?query", "a=", "b==", "c=", "h"},
        {"{\"status\":0,\"result\":{\"sfdxAuthUrl\":\"force://a:b:c@h\"},\"warnings\":[]}", "a",
         "b", "c", "h"},
        {"{\"sfdxAuthUrl\":\"force://a::c@h\"}\n", "a", NULL, "c", "h"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct sfdx_url url;
        g_autoptr(GError) error = NULL;
        if (!sfdx_url_parse(&url, cases[i].text, &error))
            fail_msg("%s: %s", cases[i].text, error->message);
        assert_string_equal(url.client_id, cases[i].client_id);
        assert_string_equal(secret_peek(url.refresh_token), cases[i].token);
        assert_string_equal(url.host, cases[i].host);
        assert_int_equal(url.client_secret == NULL, cases[i].secret == NULL);
        if (cases[i].secret != NULL)
            assert_string_equal(secret_peek(url.client_secret), cases[i].secret);
        sfdx_url_clear(&url);
    }
}

static void refused__with_the_reason_and_without_the_value(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", "force://"},
        {" force://a:b:c5Aep861secret@h", "force://"},
        {"\xEF\xBB\xBF"
         "force://a:b:c5Aep861secret@h",
         "force://"},
        {"https://acme.my.salesforce.com", "force://"},
        {"force://tok5Aep861secret@h", "three parts"},
        {"force://:tok5Aep861secret@h", "consumer key is missing"},
        {"force://::tok5Aep861secret@h", "consumer key is missing"},
        {"force://a:b:@h", "refresh token is missing"},
        {"force://a:b:c:5Aep861secret@h", "three parts"},
        {"force://a:b:5Aep861secret", "no @"},
        {"force://a:b:5Aep861secret%3D@h", "refresh token has a character"},
        {"force://a:b:5Aep861secret!@h", "refresh token has a character"},
        {"force://a:b:5Aep861secret+@h", "refresh token has a character"},
        {"force://a:b:5Aep861/secret@h", "refresh token has a character"},
        {"force://a:b:5Aep861secret===@h", "refresh token has a character"},
        {"force://a:b:5Aep=861secret@h", "refresh token has a character"},
        {"force://a:b!:5Aep861secret@h", "consumer secret has a character"},
        {"force://a+:b:5Aep861secret@h", "consumer key has a character"},
        {"force://a:b:5Aep861secret@", "host is missing"},
        {"force://a:b:5Aep861secret@h@i", "host has a character"},
        {"force://a:b:5Aep861secret@https://acme.my.salesforce.com", "https://"},
        {"force://a:b:5Aep861secret@http://acme.my.salesforce.com", "https://"},
        {"{\"result\":", "JSON"},
        {"{\"status\":1,\"message\":\"5Aep861secret\"}", "report of an error"},
        {"{\"name\":\"NamedOrgNotFoundError\",\"exitCode\":2,\"code\":"
         "\"NamedOrgNotFoundError\",\"status\":2}",
         "report of an error"},
        {"{\"status\":0,\"result\":{}}", "sfdxAuthUrl"},
        {"{\"result\":{\"sfdxAuthUrl\":\"[REDACTED] Use 'sf org auth show-sfdx-auth-url' to "
         "view\"}}",
         "redacted"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct sfdx_url url;
        g_autoptr(GError) error = NULL;
        assert_false(sfdx_url_parse(&url, cases[i].text, &error));
        assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_INPUT));
        if (strstr(error->message, cases[i].reason) == NULL)
            fail_msg("%s: %s", cases[i].text, error->message);
        assert_null(strstr(error->message, "5Aep861"));
        assert_non_null(strstr(error->message, "sf org auth show-sfdx-auth-url"));
    }
}

static void write__reads_back__or_is_refused(void **state)
{
    (void)state;
    g_autoptr(Secret) token = secret_new("5Aep861.t_k-n");
    g_autoptr(Secret) strange = secret_new("5Aep861!x");
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) text =
        sfdx_url_write("PlatformCLI", NULL, token, "acme.my.salesforce.com", &error);
    assert_string_equal(secret_peek(text),
                        "force://PlatformCLI::5Aep861.t_k-n@acme.my.salesforce.com");
    struct sfdx_url url;
    assert_true(sfdx_url_parse(&url, secret_peek(text), NULL));
    assert_true(secret_equal(url.refresh_token, token));
    sfdx_url_clear(&url);
    assert_null(sfdx_url_write("PlatformCLI", strange, token, "h", &error));
    assert_non_null(strstr(error->message, "consumer secret"));
    assert_null(strstr(error->message, "5Aep861"));
    assert_null(sfdx_url_write("", NULL, token, "h", NULL));
    assert_null(sfdx_url_write("a", NULL, NULL, "h", NULL));
    assert_null(sfdx_url_write("a", NULL, strange, "h", NULL));
    assert_null(sfdx_url_write("a", NULL, token, "https://h", NULL));
    assert_null(sfdx_url_write("a", NULL, token, "", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken__each_part_is_found),
        cmocka_unit_test(refused__with_the_reason_and_without_the_value),
        cmocka_unit_test(write__reads_back__or_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
