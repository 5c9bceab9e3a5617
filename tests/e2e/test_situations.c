/* SPDX-License-Identifier: MIT */

/* Sixteen situations in which a login at Salesforce fails, or looks as if it had not, played from
 * end to end: what perch calls them, what it says to do, and the exit code. */

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "e2e/walk.h"
#include "support/browser_login.h"

/* perch setup acme --json with more words. goes_on: until an answer is refused. */
static Json *set_up_until(Rig *rig, int code, const char *const *more, bool goes_on)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (gpointer)(guintptr) "--json");
    for (int i = 0; more != NULL && more[i] != NULL; i++)
        g_ptr_array_add(words, (gpointer)(guintptr)more[i]);
    g_ptr_array_add(words, NULL);
    g_autoptr(GPtrArray) all = rig_setup_words(rig, "acme", (const char *const *)words->pdata);
    const char *const *argv = (const char *const *)all->pdata;
    g_autoptr(Child) child =
        goes_on ? rig_perch_login(rig, argv) : rig_perch_input(rig, argv, NULL, false);
    assert_code(child, code);
    return child_json(child);
}

static Json *set_up(Rig *rig, int code, const char *const *more)
{
    return set_up_until(rig, code, more, false);
}

/* The row has that cause and a fix in whole sentences; with the words "fix", if not NULL. */
static void assert_cause(const Json *result, const char *id, const char *cause, const char *fix)
{
    const Json *diagnosis = json_get(json_check(result, id), "diagnosis");
    g_autoptr(GString) steps = g_string_new(NULL);
    if (g_strcmp0(json_get_string(diagnosis, "cause"), cause) != 0)
        fail_msg("%s: %s, not %s", id, json_get_string(diagnosis, "cause"), cause);
    JSON_FOREACH(step, json_get(diagnosis, "fix"))
    {
        assert_true(g_str_has_suffix(json_string(step), "."));
        g_string_append_printf(steps, "%s\n", json_string(step));
    }
    assert_true(steps->len > 0);
    if (fix != NULL)
        assert_contains(steps->str, fix);
}

static void assert_page(const Json *result, const char *id, const char *part)
{
    const char *page = json_get_string(json_get(json_check(result, id), "diagnosis"), "page");
    assert_non_null(page);
    assert_contains(page, part);
}

static guint logins(Rig *rig)
{
    return demo_org_requests(rig->org, "GET", "/services/oauth2/authorize");
}

/* The same org under Salesforce's own name. */
static void use_tls(Rig *rig, enum demo_org_certificate certificate)
{
    static const char host[] = "acme.my.salesforce.com";
    demo_org_stop(rig->org);
    rig->org = demo_org_start_tls(rig->home, host, host, certificate, NULL);
    canary_add(rig->canary, rig->org->client_secret);
    demo_org_use_browser(rig->org, rig->home, "allow");
}

/* ---- the machine ---- */

static int take_port(guint16 port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1; /* a login that has just ended leaves its port waiting */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static void port_taken__names_who_has_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *owner = g_strdup_printf("test_situations (pid %d)", (int)getpid());
    int fd = take_port(rig->org->callback_ports[0]);
    g_autoptr(Json) json = set_up(rig, 8, NULL);
    assert_cause(json, "callback-port", "port-taken", "End the program that uses the port");
    const Json *diagnosis = json_get(json_check(json, "callback-port"), "diagnosis");
    assert_contains(json_get_string(diagnosis, "message"), owner);
    assert_int_equal(logins(rig), 0); /* before anything is opened */
    close(fd);
    json_free(set_up(rig, 0, NULL));
}

/* There is no Preflight before an authorization again. */
static void port_taken__at_a_login_again__is_told_at_once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    guint before = logins(rig);
    int fd = take_port(rig->org->callback_ports[0]);
    g_autoptr(Child) child = rig_perch(rig, "reauthorize", "acme", "--no-input", "--json", NULL);
    assert_code(child, 8);
    g_autoptr(Json) json = child_json(child);
    assert_cause(json, "login", "port-taken", "End the program that uses the port");
    assert_int_equal(logins(rig), before);
    close(fd);
    g_autoptr(Child) again = rig_perch(rig, "reauthorize", "acme", "--no-input", "--json", NULL);
    assert_code(again, 0);
}

static void port_taken__a_person_goes_on_and_pastes(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    int fd = take_port(rig->org->callback_ports[0]);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_preflight(walk);
    see(walk, "✖ Callback port");
    press(walk, "Enter");
    see(walk, "App settings");
    press(walk, "Enter");
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    see(walk, "Log in, and press Allow");
    g_autofree char *redirect = walk_redirect(walk);
    paste(walk, redirect);
    walk_home(walk, "acme");
    close(fd);
}

/* Over SSH, in a container, or with nothing that could show a page. */
static const struct {
    const char *name, *value, *told;
} browserless[] = {
    {"SSH_CONNECTION", "192.0.2.7 50022 192.0.2.9 2222", "ssh -p 2222 -L "},
    {"container", "podman", "Open the address on any computer"},
};

static void no_browser__is_told_before_and_after(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(browserless); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        tmphome_set(rig->home, "BROWSER", NULL);
        tmphome_set(rig->home, browserless[i].name, browserless[i].value);
        g_autoptr(Json) json = set_up(rig, 4, (const char *const[]){"--timeout", "1", NULL});
        assert_string_equal(json_get_string(json_check(json, "browser"), "status"), "warning");
        assert_cause(json, "browser", "no-browser", "paste the address");
        const Json *evidence = json_get(json_check(json, "browser"), "evidence");
        const char *forward = json_get_string(evidence, "forward");
        assert_contains(forward != NULL ? forward : json_get_string(evidence, "summary"),
                        browserless[i].told);
        assert_cause(json, "login", "no-browser", "open it in a browser on any computer");
    }
}

static void no_browser__a_pasted_address_ends_the_login(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(browserless); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        tmphome_set(rig->home, "BROWSER", NULL);
        tmphome_set(rig->home, browserless[i].name, browserless[i].value);
        g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
        walk_to_probed(walk);
        press(walk, "Enter");
        see(walk, "/services/oauth2/authorize?"); /* the address itself */
        g_autofree char *redirect = walk_redirect(walk);
        paste(walk, redirect);
        walk_home(walk, "acme");
    }
}

/* Set by hand: the person is told that it cannot be run. */
static void browser_variable__cannot_be_run__is_told(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    tmphome_set(rig->home, "BROWSER", "no-such-browser %s");
    g_autoptr(Json) json = set_up(rig, 4, (const char *const[]){"--timeout", "1", NULL});
    assert_string_equal(json_get_string(json_check(json, "browser"), "status"), "warning");
    assert_cause(json, "browser", "no-browser", NULL);
    const Json *evidence = json_get(json_check(json, "browser"), "evidence");
    assert_contains(json_get_string(evidence, "summary"),
                    "BROWSER is set to no-such-browser %s, which cannot be run here");
}

static void proxy__nobody_there__is_not_ok(void **state)
{
    (void)state;
    guint16 ports[3];
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    free_ports(ports);
    g_autofree char *proxy = g_strdup_printf("http://127.0.0.1:%u", ports[0]);
    tmphome_set(rig->home, "https_proxy", proxy);
    g_autoptr(Json) json = set_up(
        rig, 8, (const char *const[]){"--login-url", "https://acme.my.salesforce.com", NULL});
    assert_cause(json, "proxy", "proxy-failed", "https_proxy");
    const Json *diagnosis = json_get(json_check(json, "proxy"), "diagnosis");
    assert_contains(json_get_string(diagnosis, "message"), proxy);
    assert_contains(json_get_string(diagnosis, "message"), "Connection refused");
    assert_cause(json, "connection", "proxy-failed", NULL);
}

static void host_down__is_found_before_the_browser(void **state)
{
    (void)state;
    guint16 ports[3];
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    free_ports(ports);
    g_autofree char *url = g_strdup_printf("http://localhost:%u", ports[0]);
    g_autoptr(Json) json = set_up(rig, 8, (const char *const[]){"--login-url", url, NULL});
    assert_cause(json, "connection", "connect-failed", NULL);
    assert_int_equal(logins(rig), 0);
}

static void certificate__is_told_from_a_host_that_is_down(void **state)
{
    static const struct {
        enum demo_org_certificate certificate;
        const char *advice;
    } rows[] = {{DEMO_ORG_EXPIRED, "The certificate has expired"},
                {DEMO_ORG_UNTRUSTED, "does not know the authority"}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        use_tls(rig, rows[i].certificate);
        g_autoptr(Json) json = set_up(rig, 8, NULL);
        assert_cause(json, "connection", "tls-failed", rows[i].advice);
    }
}

static void keyring_unusable__is_no_success(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    g_autoptr(Json) json = set_up(rig, 9, NULL);
    assert_string_equal(json_get_string(json, "status"), "failed");
    assert_cause(json, "keyring", "keyring-absent", "gnome-keyring");
    assert_int_equal(logins(rig), 0);
}

/* ---- the way back from the browser ---- */

static long ask_listener(Rig *rig, const char *method, const char *target)
{
    g_autofree char *url =
        g_strdup_printf("http://localhost:%u%s", rig->org->callback_ports[0], target);
    g_autoptr(Fetched) answer = fetch(url, &(struct fetch_options){.method = method});
    return answer->status;
}

/* The browser, in a process of its own: its last tab waits for the end of perch's work. */
static Child *open_browser(Rig *rig, const char *address)
{
    const char *argv[] = {g_environ_getenv(rig->home->env, "BROWSER"), address, NULL};
    return child_start(argv, rig->home->env);
}

static void stray_requests_and_wrong_state__the_real_answer_still_counts(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    g_autofree char *address = walk_address(walk);
    assert_int_equal(ask_listener(rig, "GET", "/robots.txt"), 404);
    assert_int_equal(ask_listener(rig, "GET", "/favicon.ico"), 404);
    assert_int_equal(ask_listener(rig, "OPTIONS", "/OauthRedirect"), 204);
    assert_int_equal(ask_listener(rig, "GET", "/OauthRedirect?code=1&state=of-another-login"), 400);
    assert_int_equal(ask_listener(rig, "GET", "/OauthRedirect?error=access_denied"), 400);
    see(walk, "Listening on");
    walk_browser(walk, "allow");
    g_autoptr(Child) browser = open_browser(rig, address);
    walk_home(walk, "acme");
    assert_true(child_wait_end(browser, 20000)); /* its tab was answered */
}

static void wrong_state__and_nothing_else__is_state_mismatch(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--timeout", "15", NULL});
    g_ptr_array_insert(words, 0, g_strdup(g_getenv("PERCH")));
    g_autoptr(Child) child = child_start((const char *const *)words->pdata, rig->home->env);
    child_close_input(child);
    assert_true(child_wait_output(child, "code_challenge_method=", 60000));
    assert_int_equal(ask_listener(rig, "GET", "/OauthRedirect?code=1&state=of-another-login"), 400);
    assert_true(child_wait_end(child, 60000));
    assert_code(child, 4);
    assert_contains(child->output->str, "This answer belongs to another authorization.");
    assert_contains(child->output->str, "Close browser tabs left over from earlier attempts.");
}

/* ---- what Salesforce answers ---- */

static const struct {
    const char *situation, *patch, *browser, *check, *cause, *fix, *page;
    int code;
} refusals[] = {
    {"the code is too old", "{'org':{'code_seconds':0}}", "allow", "login", "code-expired",
     "Authorize again", NULL, 4},
    {"the token endpoint is down", "{'faults':{'/services/oauth2/token':{'kind':'unavailable'}}}",
     "allow", "exchange", "salesforce-unavailable", "status.salesforce.com", NULL, 10},
    {"the secret is another one",
     "{'apps':{'Bird_Integration':{'secret':'43414E41525900000000000000000000'}}}", "allow",
     "exchange", "consumer-secret-wrong", "Consumer Key and Secret",
     "/lightning/setup/ManageExternalClientApplication/", 5},
    {"the user may not use the API", "{'profiles':{'*':{'api_enabled':false}}}", "allow",
     "describe", "api-disabled-user", "API Enabled", "/lightning/setup/ManageUsers/", 6},
    {"the org has no API", "{'org':{'edition':'Professional Edition'}}", "allow", "describe",
     "api-disabled", "API", "/lightning/setup/CompanyProfileInfo/home", 6},
    {"the app is not in this org", "{'apps':{'Bird_Integration':{'in_org':false}}}", "allow",
     "login", "app-not-in-org", "External Client App Manager",
     "/lightning/setup/ExternalClientApplicationOauthUsage/home", 5},
    {"Deny was pressed", "{}", "deny", "login", "user-denied", "press Allow", NULL, 4},
};

static void refusals__each__has_its_cause_fix_page_and_code(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        print_message("# %s\n", refusals[i].situation);
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        demo_org_use_browser(rig->org, rig->home, refusals[i].browser);
        demo_org_patch(rig->org, refusals[i].patch);
        g_autoptr(Json) json =
            set_up_until(rig, refusals[i].code, NULL, g_str_equal(refusals[i].check, "login"));
        assert_cause(json, refusals[i].check, refusals[i].cause, refusals[i].fix);
        if (refusals[i].page != NULL)
            assert_page(json, refusals[i].check, refusals[i].page);
        assert_int_equal(json_get_int(json, "exit", -1), refusals[i].code);
    }
}

/* Other tools look for the user's name with a query and give up where field security hides it. */
static void hidden_username__does_not_matter(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, "{'profiles':{'*':{'hidden_fields':['User.Username']}}}");
    g_autoptr(Json) json = set_up(rig, 0, NULL);
    const char *who = json_get_string(json_get(json_check(json, "who"), "evidence"), "summary");
    assert_contains(who, rig->org->username);
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    JSON_FOREACH(entry, log)
    {
        const char *target = json_get_string(entry, "target");
        if (strstr(target, "/query") != NULL && strstr(target, "Username") != NULL)
            fail_msg("asked for the name: %s", target);
    }
}

static void revoked__is_no_success(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'grants':{'*':null}}");
    g_autoptr(Child) child = rig_perch(rig, "status", "acme", "--json", NULL);
    assert_code(child, 4);
    assert_contains(child->output->str, "\"cause\":\"authorization-revoked\"");
    assert_contains(child->output->str, "perch reauthorize");
    g_autoptr(Child) text = rig_perch(rig, "status", "acme", NULL);
    assert_code(text, 4);
    assert_contains(text->output->str, "no longer accepts the refresh token");
}

/* ---- the address ---- */

static void lightning_address__becomes_my_domain(void **state)
{
    static const char *const addresses[] = {
        "https://acme.lightning.force.com/lightning/setup/SetupOneHome/home",
        "https://acme.my.salesforce-setup.com/lightning/setup/ManageUsers/home", NULL};
    (void)state;
    for (int i = 0; addresses[i] != NULL; i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        use_tls(rig, DEMO_ORG_VALID);
        g_autoptr(Json) json =
            set_up(rig, 0, (const char *const[]){"--login-url", addresses[i], NULL});
        const Json *evidence = json_get(json_check(json, "lookup"), "evidence");
        assert_string_equal(json_get_string(evidence, "host"), "acme.my.salesforce.com");
    }
}

static void no_salesforce_host__is_refused_with_the_reason(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(GPtrArray) words = rig_setup_words(
        rig, "acme",
        (const char *const[]){"--login-url", "https://www.salesforce.com.example.com/", NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 2);
    g_autofree char *said = g_strconcat(child->output->str, child->errors->str, NULL);
    assert_contains(said, "Salesforce");
    assert_contains(said, "example.com");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(port_taken__names_who_has_it),
        cmocka_unit_test(port_taken__at_a_login_again__is_told_at_once),
        cmocka_unit_test(port_taken__a_person_goes_on_and_pastes),
        cmocka_unit_test(no_browser__is_told_before_and_after),
        cmocka_unit_test(browser_variable__cannot_be_run__is_told),
        cmocka_unit_test(proxy__nobody_there__is_not_ok),
        cmocka_unit_test(no_browser__a_pasted_address_ends_the_login),
        cmocka_unit_test(host_down__is_found_before_the_browser),
        cmocka_unit_test(certificate__is_told_from_a_host_that_is_down),
        cmocka_unit_test(keyring_unusable__is_no_success),
        cmocka_unit_test(stray_requests_and_wrong_state__the_real_answer_still_counts),
        cmocka_unit_test(wrong_state__and_nothing_else__is_state_mismatch),
        cmocka_unit_test(refusals__each__has_its_cause_fix_page_and_code),
        cmocka_unit_test(hidden_username__does_not_matter),
        cmocka_unit_test(revoked__is_no_success),
        cmocka_unit_test(lightning_address__becomes_my_domain),
        cmocka_unit_test(no_salesforce_host__is_refused_with_the_reason),
    };
    return cmocka_run_group_tests_name("situations", tests, NULL, NULL);
}
