/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <string.h>

#include "client.h"
#include "support/browser_login.h"
#include "support/test.h"

/* The program itself: options, addresses, pages, the control endpoints. */

static const char *program(void)
{
    const char *path = g_getenv("PERCH_DEMO_ORG");
    return path != NULL ? path : "build/release/perch-demo-org";
}

static void listens_on_both_loopbacks_only(void **state)
{
    DemoOrg *org = *state;
    static const char *const hosts[] = {"127.0.0.1", "[::1]"};
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autofree char *url = g_strdup_printf("http://%s:%u/services/data", hosts[i], org->port);
        g_autoptr(Fetched) answer = fetch(url, NULL);
        assert_int_equal(answer->status, 200);
    }
    g_autofree char *elsewhere = g_strdup_printf("http://127.0.0.2:%u/services/data", org->port);
    g_autoptr(Fetched) refused = fetch(elsewhere, NULL);
    assert_int_equal(refused->status, 0);
}

static void port__taken__is_said(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *port = g_strdup_printf("--port=%u", org->port);
    const char *const argv[] = {program(), port, NULL};
    g_autoptr(Child) second = child_run(argv, environ, NULL);
    assert_int_equal(child_code(second), 8);
    assert_contains(second->errors->str, "Choose another --port.");
}

static void options__wrong__exit_2(void **state)
{
    (void)state;
    static const char *const wrong[] = {"--port=70000", "--callback-port=x", "--tls-cert=x",
                                        "--nothing", "word"};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const char *const argv[] = {program(), wrong[i], NULL};
        g_autoptr(Child) child = child_run(argv, environ, NULL);
        assert_int_equal(child_code(child), 2);
        assert_int_not_equal(child->errors->len, 0);
        assert_int_equal(child->output->len, 0);
    }
}

static void list_state__names_every_piece(void **state)
{
    (void)state;
    const char *const argv[] = {program(), "--list-state", NULL};
    g_autoptr(Child) child = child_run(argv, environ, NULL);
    assert_int_equal(child_code(child), 0);
    assert_contains(child->output->str, "profiles\tapi_enabled\tflag\ttrue\tAPI Enabled\n");
    assert_contains(child->output->str, "apps\tcallbacks\tlist\t\tcallback URLs\n");
}

static void state_file__changes_the_stock_org(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autofree char *good =
        tmphome_write(home, "home/state.json", "{\"org\":{\"name\":\"Acme \\u00e9\"}}");
    g_autofree char *option = g_strconcat("--state=", good, NULL);
    const char *const arguments[] = {option, NULL};
    DemoOrg *org = demo_org_start(home, arguments);
    g_autoptr(Json) now = demo_org_control(org, "GET", "state", NULL);
    assert_string_equal(json_get_string(json_get(now, "org"), "name"), "Acme \xC3\xA9");
    demo_org_stop(org);
    g_autofree char *bad = tmphome_write(home, "home/bad.json", "{\"org\":{\"title\":1}}");
    g_autofree char *bad_option = g_strconcat("--state=", bad, NULL);
    const char *const argv[] = {program(), bad_option, NULL};
    g_autoptr(Child) child = child_run(argv, environ, NULL);
    assert_int_equal(child_code(child), 2);
    assert_contains(child->errors->str, "org has no \"title\"");
}

static void other_names__data_calls_go_to_the_instance(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--public-url=https://login.salesforce.com",
                                            "--instance-url=https://demo.my.salesforce.com", NULL};
    static const struct {
        const char *host;
        long status;
        const char *body;
    } calls[] = {{"Host: login.salesforce.com", 404,
                  "[{\"message\":\"Destination URL not reset. The URL returned from login must be "
                  "set\",\"errorCode\":\"URL_NOT_RESET\"}]"},
                 {"Host: demo.my.salesforce.com", 401,
                  "[{\"message\":\"Session expired or invalid\",\"errorCode\":"
                  "\"INVALID_SESSION_ID\"}]"}};
    g_autoptr(TmpHome) home = tmphome_new();
    DemoOrg *org = demo_org_start(home, arguments);
    assert_string_equal(org->url, "https://login.salesforce.com");
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u" LEAD_PATH, org->port);
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        const char *const headers[] = {calls[i].host, NULL};
        const struct fetch_options options = {.headers = headers};
        client_expect(fetch(url, &options), calls[i].status, calls[i].body);
    }
    demo_org_stop(org);
}

static void dies_with_its_parent(void **state)
{
    (void)state;
    /* A shell starts it, says its pid, and goes when its input ends. */
    g_autofree char *script = g_strdup_printf(
        "'%s' --port 0 --print-json --die-with-parent & echo $!; read -r _", program());
    const char *const argv[] = {"sh", "-c", script, NULL};
    g_autoptr(Child) shell = child_start(argv, environ);
    assert_true(child_wait_output(shell, "\"port\"", 10000));
    const pid_t pid = (pid_t)g_ascii_strtoll(shell->output->str, NULL, 10);
    assert_int_equal(kill(pid, 0), 0);
    child_close_input(shell);
    assert_true(child_wait_end(shell, 10000));
    const gint64 deadline = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
    while (kill(pid, 0) == 0 && g_get_monotonic_time() < deadline)
        g_thread_yield();
    assert_int_not_equal(kill(pid, 0), 0);
}

static void control__needs_the_token(void **state)
{
    DemoOrg *org = *state;
    static const char *const paths[] = {"/_demo/state", "/_demo/log", "/_demo/records"};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++)
        client_expect(client_call(org, "GET", paths[i], NULL, NULL), 403,
                      "The control token is missing or wrong.\n");
    client_expect(client_call(org, "PATCH", "/_demo/state", NULL, "{}"), 403,
                  "The control token is missing or wrong.\n");
}

static void log__holds_requests_as_they_came(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Fetched) answer =
        client_post(org, "/services/oauth2/token?x=%41", "a", "\xC3\xA9 b", NULL);
    assert_int_equal(answer->status, 400);
    g_autoptr(Json) log = demo_org_control(org, "GET", "log", NULL);
    assert_int_equal(json_size(log), 1);
    const Json *entry = json_first(log);
    assert_string_equal(json_get_string(entry, "method"), "POST");
    assert_string_equal(json_get_string(entry, "target"), "/services/oauth2/token?x=%41");
    assert_string_equal(json_get_string(entry, "version"), "HTTP/1.1");
    assert_string_equal(json_get_string(entry, "body"), "a=%C3%A9%20b");
    assert_int_equal(json_get_int(entry, "status", 0), 400);
    const Json *host = json_first(json_first(json_get(entry, "headers")));
    assert_string_equal(json_string(host), "Host");
    assert_string_equal(json_string(json_next(host)), org->url + strlen("http://"));
    json_free(demo_org_control(org, "DELETE", "log", NULL));
    g_autoptr(Json) empty = demo_org_control(org, "GET", "log", NULL);
    assert_int_equal(json_size(empty), 0);
}

static void login_page__is_plain_and_safe(void **state)
{
    DemoOrg *org = *state;
    g_autoptr(Fetched) page =
        client_call(org, "GET", "/?un=%22%3E%3Cscript%3E&startURL=//evil.example/", NULL, NULL);
    assert_int_equal(page->status, 200);
    assert_null(strstr(page->body, "<script"));
    assert_null(strstr(page->body, "evil.example"));
    assert_contains(page->body, "value=\"&quot;&gt;&lt;script&gt;\"");
    assert_contains(page->body, "<label for=\"username\">");
    assert_contains(page->body, "id=\"Login\"");
    g_autofree char *policy = client_header(page, "Content-Security-Policy");
    assert_contains(policy, "default-src 'none'");
    assert_null(strstr(policy, "form-action"));
    g_autoptr(Fetched) wrong =
        client_post(org, "/", "username", USER_ADMIN, "password", "wrong", NULL);
    assert_int_equal(wrong->status, 200);
    assert_contains(wrong->body, "Please check your username and password.");
}

static void consent__deny_and_second_time(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *url = client_authorize_url(org, "&login_hint=reader%40bird-demo.example");
    const struct browser_options deny = {
        .username = USER_READER, .password = org->password, .action = BROWSER_DENY};
    g_autoptr(BrowserVisit) denied = browser_login(url, &deny);
    g_autofree char *wanted = client_callback(org);
    g_autofree char *error = client_url_param(denied->url, "error");
    assert_true(g_str_has_prefix(denied->url, wanted));
    assert_string_equal(error, "access_denied");
    const struct browser_options hint = {
        .username = USER_READER, .password = org->password, .action = BROWSER_STOP_AT_LOGIN};
    g_autoptr(BrowserVisit) login = browser_login(url, &hint);
    assert_contains(login->body, "value=\"reader@bird-demo.example\"");
    /* Once approved, Salesforce does not ask again, unless told to. */
    json_free(client_tokens(org, USER_READER));
    const struct browser_options refuse = {
        .username = USER_READER, .password = org->password, .action = BROWSER_DENY};
    g_autoptr(BrowserVisit) again = browser_login(url, &refuse);
    assert_contains(again->url, "?code=");
    g_autofree char *ask = client_authorize_url(org, "&prompt=consent");
    g_autoptr(BrowserVisit) asked = browser_login(ask, &refuse);
    assert_contains(asked->url, "?error=access_denied");
}

static void setup__api_enabled__cures_the_call(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_NO_API);
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autoptr(Json) now = demo_org_control(org, "GET", "state", NULL);
    const char *id =
        json_get_string(json_get(json_get(now, "profiles"), "Sales without API"), "id");
    g_autofree char *path =
        g_strdup_printf("/lightning/setup/EnhancedProfiles/page?address=%%2F%s", id);
    g_autoptr(Fetched) before = client_call(org, "GET", LEAD_PATH, token, NULL);
    assert_int_equal(before->status, 403);
    client_edit_form(org, path, cookie, "api_enabled=on&read.Lead=on&create.Lead=on");
    g_autoptr(Fetched) after = client_call(org, "GET", LEAD_PATH, token, NULL);
    assert_int_equal(after->status, 200);
}

static void setup__callback__cures_authorize(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *url =
        g_strdup_printf("%s/services/oauth2/authorize?response_type=code&client_id=%s"
                        "&redirect_uri=http%%3A%%2F%%2Flocalhost%%3A9%%2FOauthRedirect"
                        "&code_challenge=" CHALLENGE,
                        org->url, org->client_id);
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autofree char *path = client_app_page(org);
    g_autoptr(Fetched) page = client_browse(org, path, cookie, NULL);
    assert_contains(page->body, org->client_id);
    assert_contains(page->body, org->client_secret);
    g_autoptr(Fetched) before = fetch(url, NULL);
    assert_int_equal(before->status, 400);
    client_edit_form(
        org, path, cookie,
        "callbacks=http%3A%2F%2Flocalhost%3A9%2FOauthRedirect%0D%0Ahttps%3A%2F%2Fx.example%2F"
        "&scopes=api&pkce_required=on&oauth_enabled=on");
    g_autoptr(Fetched) after = fetch(url, NULL);
    assert_int_equal(after->status, 302);
}

static void setup__is_closed_to_others(void **state)
{
    DemoOrg *org = *state;
    static const char path[] = "/lightning/setup/ManageUsers/home";
    g_autoptr(Fetched) nobody = client_call(org, "GET", path, NULL, NULL);
    assert_int_equal(nobody->status, 302);
    assert_string_equal(nobody->location + strlen(org->url),
                        "/?ec=302&startURL=%2Flightning%2Fsetup%2FManageUsers%2Fhome");
    g_autofree char *cookie = client_cookie(org, USER_READER);
    g_autoptr(Fetched) reader = client_browse(org, path, cookie, NULL);
    assert_contains(reader->body, "Insufficient Privileges");
    /* A form that does not carry the session's own token changes nothing. */
    g_autofree char *admin = client_cookie(org, USER_ADMIN);
    g_autoptr(Fetched) forged = client_browse(
        org, "/lightning/setup/ManageExternalClientApplication/new", admin, "name=X&label=X");
    assert_int_equal(forged->status, 403);
}

static void record__has_a_page(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    g_autofree char *cookie = client_cookie(org, USER_ADMIN);
    g_autofree char *id =
        client_insert(org, token, "Lead", "{\"LastName\":\"<b>Bold</b>\",\"Company\":\"C\"}");
    g_autofree char *path = g_strdup_printf("/lightning/r/Lead/%s/view", id);
    g_autoptr(Fetched) page = client_browse(org, path, cookie, NULL);
    assert_contains(page->body, "&lt;b&gt;Bold&lt;/b&gt;");
    assert_null(strstr(page->body, "<b>Bold"));
    g_autofree char *brief = g_strconcat("/", id, NULL);
    g_autoptr(Fetched) same = client_browse(org, brief, cookie, NULL);
    assert_string_equal(same->body, page->body);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(listens_on_both_loopbacks_only),
        TEST(port__taken__is_said),
        cmocka_unit_test(options__wrong__exit_2),
        cmocka_unit_test(list_state__names_every_piece),
        cmocka_unit_test(state_file__changes_the_stock_org),
        cmocka_unit_test(other_names__data_calls_go_to_the_instance),
        cmocka_unit_test(dies_with_its_parent),
        TEST(control__needs_the_token),
        TEST(log__holds_requests_as_they_came),
        TEST(login_page__is_plain_and_safe),
        TEST(consent__deny_and_second_time),
        TEST(setup__api_enabled__cures_the_call),
        TEST(setup__callback__cures_authorize),
        TEST(setup__is_closed_to_others),
        TEST(record__has_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
