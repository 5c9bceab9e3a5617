/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "support/test.h"
#include "support/webdriver.h"

/* The pages in a real browser: what a person does, and nothing else. */

static void log_in(WebDriver *driver, const DemoOrg *org, const char *user)
{
    webdriver_type(driver, "#username", user);
    webdriver_type(driver, "#password", org->password);
    webdriver_click(driver, "#Login");
}

static void authorize__login_and_allow__reaches_the_callback(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(WebDriver) driver = webdriver_start(home, NULL);
    /* A callback that somebody answers: Salesforce's own page for copying the code. */
    g_autofree char *success = g_strconcat(org->url, "/services/oauth2/success", NULL);
    g_autofree char *patch =
        g_strdup_printf("{'apps': {'Bird_Integration': {'callbacks': ['%s']}}}", success);
    demo_org_patch(org, patch);
    g_autofree char *escaped = g_uri_escape_string(success, NULL, FALSE);
    g_autofree char *url = g_strdup_printf(
        "%s/services/oauth2/authorize?response_type=code&client_id=%s&redirect_uri=%s"
        "&state=a%%20b%%26c&code_challenge=" CHALLENGE,
        org->url, org->client_id, escaped);
    webdriver_open(driver, url);
    log_in(driver, org, USER_ADMIN);
    webdriver_wait_text(driver, "Bird Integration is asking to:");
    webdriver_wait_text(driver, "Perform requests at any time");
    webdriver_click(driver, "#oaapprove");
    webdriver_wait_url(driver, success);
    g_autofree char *reached = webdriver_url(driver);
    g_autofree char *echoed = client_url_param(reached, "state");
    g_autofree char *code = client_url_param(reached, "code");
    assert_string_equal(echoed, "a b&c");
    g_autoptr(Fetched) answer =
        client_post(org, "/services/oauth2/token", "grant_type", "authorization_code", "code", code,
                    "client_id", org->client_id, "client_secret", org->client_secret,
                    "redirect_uri", success, "code_verifier", VERIFIER, NULL);
    assert_int_equal(answer->status, 200);
    /* The browser is logged in and the app approved: the second time nothing is asked. */
    webdriver_open(driver, url);
    webdriver_wait_url(driver, success);
}

static void setup__tick_and_save(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autofree char *token = client_access(org, USER_NO_API);
    g_autoptr(Json) now = demo_org_control(org, "GET", "state", NULL);
    const char *id =
        json_get_string(json_get(json_get(now, "profiles"), "Sales without API"), "id");
    g_autofree char *page =
        g_strdup_printf("%s/lightning/setup/EnhancedProfiles/page?address=%%2F%s", org->url, id);
    g_autoptr(WebDriver) driver = webdriver_start(home, NULL);
    webdriver_open(driver, page);
    log_in(driver, org, USER_ADMIN);
    webdriver_click(driver, "#api_enabled");
    webdriver_click(driver, "#save");
    webdriver_wait_text(driver, "Saved.");
    g_autoptr(Fetched) answer = client_call(org, "GET", LEAD_PATH, token, NULL);
    assert_int_equal(answer->status, 200);
    /* The browser sent everything else of the form back as it was. */
    g_autoptr(Json) after = demo_org_control(org, "GET", "state", NULL);
    Json *was = (Json *)(guintptr)json_get(json_get(now, "profiles"), "Sales without API");
    json_set_bool(was, "api_enabled", true);
    g_autofree char *wanted = json_print(was);
    g_autofree char *got = json_print(json_get(json_get(after, "profiles"), "Sales without API"));
    assert_string_equal(got, wanted);
}

static void app_page__keeps_what_it_shows(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(Json) now = demo_org_control(org, "GET", "state", NULL);
    const Json *was = json_get(json_get(now, "apps"), "Bird_Integration");
    g_autofree char *page =
        g_strdup_printf("%s/lightning/setup/ManageExternalClientApplication/%s/detail", org->url,
                        json_get_string(was, "id"));
    g_autoptr(WebDriver) driver = webdriver_start(home, NULL);
    webdriver_open(driver, page);
    log_in(driver, org, USER_ADMIN);
    g_autofree char *key = webdriver_text(driver, "#key");
    assert_string_equal(key, org->client_id);
    webdriver_click(driver, "#save");
    webdriver_wait_text(driver, "Saved.");
    g_autoptr(Json) after = demo_org_control(org, "GET", "state", NULL);
    g_autofree char *wanted = json_print(was);
    g_autofree char *got = json_print(json_get(json_get(after, "apps"), "Bird_Integration"));
    assert_string_equal(got, wanted);
}

static void authorize__bare_error__is_shown(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(WebDriver) driver = webdriver_start(home, NULL);
    g_autofree char *url = g_strconcat(org->url, "/services/oauth2/authorize?client_id=no", NULL);
    webdriver_open(driver, url);
    webdriver_wait_text(driver, "error=invalid_client_id");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(authorize__login_and_allow__reaches_the_callback),
        TEST(setup__tick_and_save),
        TEST(app_page__keeps_what_it_shows),
        TEST(authorize__bare_error__is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
