/* SPDX-License-Identifier: MIT */

/* The login in a real browser: perch hands an address over, a person clicks, the tab comes back. */

#include <glib/gstdio.h>
#include <string.h>

#include "e2e/walk.h"
#include "support/webdriver.h"

/* For $BROWSER: leaves the address where the test finds it, whole at once. */
static const char hook[] = "#!/bin/sh\nprintf %s \"$1\" >\"$HOME/address.new\"\n"
                           "mv \"$HOME/address.new\" \"$HOME/address\"\n";

struct desk {
    Rig *rig;
    TmpHome *profile; /* the browser's own: what it remembers is no business of the canary */
    WebDriver *driver;
    char *address; /* the file */
    guint asked;   /* token requests before the login: what the app asks for, seen from outside */
};

static struct desk *desk_new(Rig *rig)
{
    struct desk *desk = g_new0(struct desk, 1);
    const struct webdriver_options options = {.host_rules = rig->org->host_rules,
                                              .trusted_key = rig->org->trusted_key};
    desk->rig = rig;
    desk->profile = tmphome_new();
    desk->driver = webdriver_start(desk->profile, &options);
    desk->address = g_build_filename(rig->home->home, "address", NULL);
    g_autofree char *program = tmphome_write(rig->home, "home/browser", hook);
    assert_int_equal(g_chmod(program, 0700), 0);
    tmphome_set(rig->home, "BROWSER", program);
    return desk;
}

static void desk_free(struct desk *desk)
{
    webdriver_stop(desk->driver);
    tmphome_free(desk->profile);
    rig_free(desk->rig);
    g_free(desk->address);
    g_free(desk);
}
typedef struct desk Desk;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_free)

static guint token_posts(Rig *rig)
{
    return demo_org_requests(rig->org, "POST", "/services/oauth2/token");
}

static bool was_handed_over(gpointer data)
{
    return g_file_test(data, G_FILE_TEST_EXISTS);
}

/* What perch gave to the browser since the last time; owned by the caller. */
static char *take_address(Desk *desk, Walk *walk)
{
    char *address = NULL;
    assert_true(pty_wait_until(walk->pty, was_handed_over, desk->address, PTY_WAIT_MS));
    assert_true(g_file_get_contents(desk->address, &address, NULL, NULL));
    assert_int_equal(remove(desk->address), 0);
    desk->asked = token_posts(desk->rig);
    return address;
}

static void log_in(Desk *desk)
{
    webdriver_type(desk->driver, "#username", desk->rig->org->username);
    webdriver_type(desk->driver, "#password", desk->rig->org->password);
    webdriver_click(desk->driver, "#Login");
    webdriver_wait_text(desk->driver, "Bird Integration is asking to:");
}

/* The tab stands on perch's own page, under the address that Salesforce sent it to. */
static void see_tab(Desk *desk, const char *headline)
{
    g_autofree char *callback =
        g_strdup_printf("http://localhost:%u/OauthRedirect?", desk->rig->org->callback_ports[0]);
    webdriver_wait_text(desk->driver, headline);
    webdriver_wait_url(desk->driver, callback);
    g_autofree char *title = webdriver_title(desk->driver);
    assert_string_equal(title, headline);
}

/* Token requests since the browser was opened. */
static guint exchanges(const Desk *desk)
{
    return token_posts(desk->rig) - desk->asked;
}

/* ---- Log in and Allow, under Salesforce's own name ---- */

static void allow__over_tls_as_login_salesforce_com__ends_with_a_lead(void **state)
{
    (void)state;
    g_autoptr(Desk) desk =
        desk_new(rig_new_tls("login.salesforce.com", "acme.my.salesforce.com", DEMO_ORG_VALID));
    Rig *rig = desk->rig;
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    g_autofree char *address = take_address(desk, walk);
    assert_true(g_str_has_prefix(address, "http://127.0.0.1:"));
    webdriver_open(desk->driver, address);
    webdriver_wait_url(desk->driver, "https://login.salesforce.com/");
    log_in(desk);
    assert_int_equal(exchanges(desk), 0);
    webdriver_click(desk->driver, "#oaapprove");
    see_tab(desk, "perch is connected");
    see(walk, "✔ Code exchanged");
    see(walk, "acme · acme.my.salesforce.com"); /* no longer the login host */
    walk_home(walk, "acme");
    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    assert_contains(item, "\"instance_url\":\"https://acme.my.salesforce.com\"");
    /* The test record, and the one of the hand-off's rehearsal. */
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/data/v68.0/sobjects/Lead"), 2);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
}

/* ---- Deny, and again ---- */

static void deny__says_so_in_tab_and_terminal__and_allow_goes_on(void **state)
{
    (void)state;
    g_autoptr(Desk) desk = desk_new(rig_new(SESSION_KEYRING_OPEN, NULL));
    g_autoptr(Walk) walk = walk_start_filled(desk->rig, "acme");
    walk_to_authorize(walk);
    g_autofree char *address = take_address(desk, walk);
    webdriver_open(desk->driver, address);
    log_in(desk);
    webdriver_click(desk->driver, "#oadeny");
    see_tab(desk, "perch keeps waiting");
    see(walk, "access_denied");
    see_sentence(walk, "end-user denied authorization");
    see(walk, "To fix");
    assert_int_equal(exchanges(desk), 0);
    webdriver_open(desk->driver, address);
    webdriver_wait_text(desk->driver, "Bird Integration is asking to:");
    webdriver_click(desk->driver, "#oaapprove");
    see_tab(desk, "perch is connected");
    walk_home(walk, "acme");
}

/* ---- what else a browser asks for ---- */

static void see_unmoved(Desk *desk, Walk *walk)
{
    pty_pump(walk->pty);
    see(walk, "Listening on");
    assert_int_equal(exchanges(desk), 0);
}

/* Pages of the listener in a tab, none of which is the answer to this login. */
static void visit_wrong_addresses(Desk *desk, Walk *walk)
{
    static const struct {
        const char *target, *headline;
    } rows[] = {
        {"/", "There is nothing here"},
        {"/favicon.ico", "There is nothing here"},
        {"/OauthRedirect", "perch did not understand this"},
        {"/OauthRedirect?code=aPrxEvilCode&state=EvilState", "This answer is from another login"},
        {"/OauthRedirect?error=access_denied&error_description=%3Ch1%3EEvil%3C/h1%3E&state=Evil",
         "This answer is from another login"},
        {"/Evil/../OauthRedirect/?code=Evil", "There is nothing here"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *url = g_strdup_printf("http://localhost:%u%s",
                                               desk->rig->org->callback_ports[0], rows[i].target);
        webdriver_open_tab(desk->driver, url);
        webdriver_wait_text(desk->driver, rows[i].headline);
        g_autofree char *text = webdriver_text(desk->driver, "body");
        if (strstr(text, "Evil") != NULL)
            fail_msg("the page of %s repeats the request: %s", rows[i].target, text);
        see_unmoved(desk, walk);
    }
}

/* What a page on the web makes a browser send, and what a scanner tries. */
static void knock(Desk *desk, Walk *walk)
{
    static const struct {
        const char *method, *header;
        long status;
    } rows[] = {
        {"OPTIONS", "Origin: https://login.salesforce.com", 204},
        {"GET", "Host: evil.example:80", 421},
        {"POST", "Content-Type: text/plain", 405},
        {"HEAD", "Accept: */*", 400},
    };
    g_autofree char *url = g_strdup_printf("http://localhost:%u/OauthRedirect?code=x&state=y",
                                           desk->rig->org->callback_ports[0]);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct fetch_options options = {.method = rows[i].method,
                                        .headers = (const char *const[]){rows[i].header, NULL}};
        g_autoptr(Fetched) answer = fetch(url, &options);
        if (answer->status != rows[i].status)
            fail_msg("%s %s: %ld", rows[i].method, rows[i].header, answer->status);
        see_unmoved(desk, walk);
    }
}

static void other_requests__while_the_login_waits__change_nothing(void **state)
{
    (void)state;
    g_autoptr(Desk) desk = desk_new(rig_new(SESSION_KEYRING_OPEN, NULL));
    g_autoptr(Walk) walk = walk_start_filled(desk->rig, "acme");
    walk_to_authorize(walk);
    g_autofree char *address = take_address(desk, walk);
    webdriver_open(desk->driver, address);
    log_in(desk);
    visit_wrong_addresses(desk, walk);
    knock(desk, walk);
    webdriver_open(desk->driver, address); /* still logged in */
    webdriver_click(desk->driver, "#oaapprove");
    see_tab(desk, "perch is connected");
    assert_int_equal(exchanges(desk), 1 + 1); /* the code, and one refresh */
    walk_home(walk, "acme");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allow__over_tls_as_login_salesforce_com__ends_with_a_lead),
        cmocka_unit_test(deny__says_so_in_tab_and_terminal__and_allow_goes_on),
        cmocka_unit_test(other_requests__while_the_login_waits__change_nothing),
    };
    return cmocka_run_group_tests_name("a real browser", tests, NULL, NULL);
}
