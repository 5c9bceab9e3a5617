/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "support/browser_login.h"
#include "support/canary.h"
#include "support/demo_org_proc.h"
#include "support/test.h"
#include "support/webdriver.h"

/* An authorize address as perch would make it; the challenge is RFC 7636's example. */
static char *authorize_url(const DemoOrg *org)
{
    g_autofree char *callback =
        g_strdup_printf("http://localhost:%u/OauthRedirect", org->callback_ports[0]);
    g_autofree char *escaped = g_uri_escape_string(callback, NULL, FALSE);
    return g_strdup_printf(
        "%s/services/oauth2/authorize?response_type=code&client_id=%s&redirect_uri=%s&state=xyz"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
        org->url, org->client_id, escaped);
}

static void demo_org__starts__and_logs_in(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    DemoOrg *org = demo_org_start(home, NULL);
    g_autofree char *url = authorize_url(org);
    struct browser_options options = {
        .username = org->username, .password = org->password, .action = BROWSER_STOP_AT_CODE};
    g_autoptr(BrowserVisit) allowed = browser_login(url, &options);
    g_autofree char *start =
        g_strdup_printf("http://localhost:%u/OauthRedirect?code=", org->callback_ports[0]);
    assert_true(g_str_has_prefix(allowed->url, start));
    assert_contains(allowed->url, "&state=xyz");

    options.password = "wrong";
    g_autoptr(BrowserVisit) refused = browser_login(url, &options);
    assert_contains(refused->body, "check your username and password");

    assert_int_equal(demo_org_requests(org, "GET", "/services/oauth2/authorize"), 2);
    assert_true(demo_org_wait_requests(org, "POST", "/", 3, 5000));
    assert_false(demo_org_wait_requests(org, "POST", "/nowhere", 1, 50));
    demo_org_patch(org, "{'org': {'name': 'Patched Ltd'}}");
    g_autoptr(Json) state_now = demo_org_control(org, "GET", "state", NULL);
    assert_string_equal(json_get_string(json_get(state_now, "org"), "name"), "Patched Ltd");
    demo_org_stop(org);
}

static void demo_org__secrets__hold_the_canary(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(DemoOrg) org = demo_org_start(home, NULL);
    g_autoptr(Canary) canary = canary_new();
    canary_search(canary, "client_secret", org->client_secret, -1);
    assert_int_equal(canary_found(canary), 1);
    canary_search(canary, "client_id", org->client_id, -1);
    assert_int_equal(canary_found(canary), 1);
}

static void fake_browser__denies__when_told(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(DemoOrg) org = demo_org_start(home, NULL);
    demo_org_use_browser(org, home, "deny");
    g_autofree char *url = authorize_url(org);
    const char *argv[] = {g_environ_getenv(home->env, "BROWSER"), url, NULL};
    g_autoptr(Child) browser = child_run(argv, home->env, NULL);
    /* Nobody listens on the callback port: the browser has nowhere to go. */
    assert_int_equal(child_code(browser), 1);
    g_autofree char *path = g_build_filename(home->home, ".fake-browser.log", NULL);
    g_autofree char *log = NULL;
    assert_true(g_file_get_contents(path, &log, NULL, NULL));
    assert_contains(log, "0 /OauthRedirect\n");
    assert_null(strstr(log, "error="));
}

static void demo_org__tls__under_its_real_name(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(DemoOrg) org = demo_org_start_tls(home, "login.salesforce.com",
                                                "demo.my.salesforce.com", DEMO_ORG_VALID, NULL);
    assert_string_equal(org->url, "https://login.salesforce.com");
    struct fetch_options options = {.ca_file = org->ca_file,
                                    .connect_to = (const char *const *)org->connect_to};
    g_autoptr(Fetched) page = fetch("https://demo.my.salesforce.com/services/data", &options);
    assert_int_equal(page->status, 200);
    options.ca_file = NULL;
    g_autoptr(Fetched) untrusted = fetch("https://login.salesforce.com/", &options);
    assert_int_equal(untrusted->status, 0);
    g_autoptr(Json) log = demo_org_control(org, "GET", "log", NULL);
    assert_true(json_size(log) >= 1);

    struct webdriver_options chromium = {.host_rules = org->host_rules,
                                         .trusted_key = org->trusted_key};
    g_autoptr(WebDriver) driver = webdriver_start(home, &chromium);
    webdriver_open(driver, "https://login.salesforce.com/");
    g_autofree char *button = webdriver_text(driver, "h1");
    assert_string_equal(button, "Log In");
    g_autofree char *url = webdriver_url(driver);
    assert_string_equal(url, "https://login.salesforce.com/");
}

static void demo_org__expired_certificate__is_refused(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(DemoOrg) org = demo_org_start_tls(home, "login.salesforce.com",
                                                "login.salesforce.com", DEMO_ORG_EXPIRED, NULL);
    struct fetch_options options = {.ca_file = org->ca_file,
                                    .connect_to = (const char *const *)org->connect_to};
    g_autoptr(Fetched) page = fetch("https://login.salesforce.com/", &options);
    assert_int_equal(page->status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(demo_org__starts__and_logs_in),
        cmocka_unit_test(demo_org__secrets__hold_the_canary),
        cmocka_unit_test(fake_browser__denies__when_told),
        cmocka_unit_test(demo_org__tls__under_its_real_name),
        cmocka_unit_test(demo_org__expired_certificate__is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
