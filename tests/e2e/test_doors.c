/* SPDX-License-Identifier: MIT */

/* The doors of the Authorize step other than the listener: what a person pastes. */

#include <string.h>

#include "e2e/walk.h"
#include "support/browser_login.h"

/* At Authorize, with a browser that does nothing. */
static Walk *wait_for_paste(Rig *rig)
{
    demo_org_use_browser(rig->org, rig->home, "nothing");
    Walk *walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    return walk;
}

/* The code of a redirect address, as it stands there (escaped). */
static char *code_of(const char *redirect)
{
    const char *code = strstr(redirect, "code=") + strlen("code=");
    return g_strndup(code, strcspn(code, "&"));
}

/* Keys asks without and with the secret whether the app wants it: no code, no token. */
enum { ASKED_AT_KEYS = 3 };

static void assert_one_exchange(Rig *rig)
{
    /* The code, the refresh that proves the token, and the rehearsal's: of the flow's steps and,
     * where there is a Node to run it, of the function. */
    g_autofree char *node = g_find_program_in_path("node");
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/oauth2/token"),
                     ASKED_AT_KEYS + 3 + (node != NULL));
}

static void paste__whole_redirect_address__goes_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    g_autofree char *redirect = walk_redirect(walk);
    canary_add(rig->canary, redirect); /* never echoed */
    paste(walk, redirect);
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

/* As copied with the mouse from a terminal: broken into rows. */
static void paste__address_broken_over_rows__goes_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    g_autofree char *redirect = walk_redirect(walk);
    g_autoptr(GString) rows = g_string_new(redirect);
    for (gsize at = 60; at < rows->len; at += 63)
        g_string_insert(rows, (gssize)at, "\r\n ");
    paste(walk, rows->str);
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

static void paste__bare_code__goes_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    g_autofree char *redirect = walk_redirect(walk);
    g_autofree char *code = code_of(redirect);
    g_autofree char *plain = g_uri_unescape_string(code, NULL);
    canary_add(rig->canary, plain);
    paste(walk, plain);
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

/* Without bracketed paste: faster than anybody types, wherever the focus is. */
static void typed__redirect_address_in_one_burst__goes_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    g_autofree char *redirect = walk_redirect(walk);
    type(walk, redirect);
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

/* Typed into the field, slowly; the letters of a code are no commands there. */
static void typed__code_in_the_field__goes_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    g_autofree char *redirect = walk_redirect(walk);
    g_autofree char *code = code_of(redirect);
    press(walk, "Tab");
    see(walk, "▸Paste");
    for (const char *p = code; *p != '\0'; p++) {
        type(walk, (const char[]){*p, '\0'});
        assert_true(pty_wait_change(walk->pty, PTY_WAIT_MS));
    }
    see_key(walk, "Enter use what you pasted");
    press(walk, "Enter");
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

/* Going back would give it up, and end the login. */
static void typed__something_else__is_taken_back_before_the_step_is(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    press(walk, "Tab");
    see(walk, "▸Paste");
    see_key(walk, "Esc back");
    type(walk, "abc");
    see_key(walk, "Esc restore");
    press(walk, "Esc");
    see(walk, "Listening on");
    see_key(walk, "Esc back");
    see_no(walk, "•");
    press(walk, "Esc");
    see_key(walk, "Enter open browser and log in");
}

static void paste__address_of_another_login__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    g_autofree char *first = walk_redirect(walk);
    press(walk, "Esc");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter"); /* a new login: a new state */
    see(walk, "Listening on");
    paste(walk, first);
    see_sentence(walk,
                 "This address belongs to another login. Paste the one that the browser ended up "
                 "on after you opened the address above.");
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/oauth2/token"), ASKED_AT_KEYS);
    see(walk, "▸ 5 Authorize");
    g_autofree char *second = walk_redirect(walk);
    paste(walk, second);
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

static void paste__nothing_of_use__says_what_is_wanted(void **state)
{
    static const char *const texts[] = {"https://www.example.com/", "hello", "https://"};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        paste(walk, texts[i]);
        see(walk, "✖");
        see(walk, "▸ 5 Authorize");
        press(walk, "Tab");
        press(walk, "C-u");
        pty_expect_gone(walk->pty, "✖");
        press(walk, "Tab");
    }
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/oauth2/token"), ASKED_AT_KEYS);
    walk_browser(walk, "allow");
    press(walk, "r");
    walk_home(walk, "acme");
}

/* Salesforce's page for a refusal that never comes back to perch. */
static void paste__error_page__names_the_cause_and_retries(void **state)
{
    static const struct {
        const char *query, *code, *title;
    } rows[] = {
        {"error=OAUTH_EC_APP_NOT_FOUND&error_description=External%20client%20app%20is%20not%20"
         "installed%20in%20this%20org",
         "OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org"},
        {"error=access_denied&error_description=end-user+denied+authorization", "access_denied",
         "end-user denied authorization"},
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *page =
            g_strconcat("https://acme.my.salesforce.com/setup/secur/RemoteAccessErrorPage.apexp?",
                        rows[i].query, NULL);
        paste(walk, page);
        see(walk, rows[i].code);
        see_sentence(walk, rows[i].title);
        see(walk, "To fix");
        /* The habitual Enter: what was explained stays. */
        see_key(walk, "Enter go on waiting");
        press(walk, "Enter");
        see_sentence(walk, "perch is waiting for your login; r opens the browser again.");
        see(walk, rows[i].code);
        press(walk, "r");
        pty_expect_gone(walk->pty, rows[i].code);
        see(walk, "Listening on");
    }
    g_autofree char *redirect = walk_redirect(walk);
    paste(walk, redirect);
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

/* Every user of the computer can read a program's arguments. */
static void browser__gets_an_address_that_tells_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "note");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    g_autofree char *address = walk_noted(walk, "Enter");
    g_autoptr(Fetched) way = fetch(address, NULL);
    assert_true(
        g_regex_match_simple("^http://127\\.0\\.0\\.1:[0-9]+/[A-Za-z0-9_-]{43}$", address, 0, 0));
    g_autofree char *whole = walk_address(walk);
    assert_int_equal(way->status, 302);
    assert_string_equal(way->location, whole);
    walk_browser(walk, "allow");
    press(walk, "r");
    walk_home(walk, "acme");
    assert_one_exchange(rig);
}

/* ---- whoever knows the address ---- */

/* Sends a redirect with the login's own state, as anybody on this computer can who has read it. */
static void send_answer(const char *address, const char *values)
{
    g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_NONE, NULL);
    g_autoptr(GHashTable) query =
        g_uri_parse_params(g_uri_get_query(uri), -1, "&", G_URI_PARAMS_NONE, NULL);
    g_autofree char *url =
        g_strdup_printf("%s?%s&state=%s", (char *)g_hash_table_lookup(query, "redirect_uri"),
                        values, (char *)g_hash_table_lookup(query, "state"));
    g_autoptr(Fetched) page = fetch(url, NULL);
    assert_int_equal(page->status, 200);
    assert_non_null(strstr(page->body, "perch keeps waiting"));
}

static const struct {
    const char *values, *told;
} foreign[] = {
    {"code=aPrxWrong", "The authorization code is damaged"},
    {"code=aPrxOther", "The authorization code is damaged"},
    {"error=access_denied&error_description=end-user+denied+authorization", "Deny was pressed"},
    {"error=OAUTH_APP_BLOCKED&error_description=this+app+is+blocked+by+admin", "blocked this app"},
};

static void foreign_answers__do_not_end_the_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    g_autofree char *address = walk_address(walk);
    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++) {
        send_answer(address, foreign[i].values);
        see_sentence(walk, foreign[i].told);
        see_sentence(walk, "perch goes on waiting for yours");
        see(walk, "▸ 5 Authorize");
        see(walk, "waiting 0:");
    }
    walk_browser(walk, "allow");
    press(walk, "r");
    walk_home(walk, "acme");
}

/* One that lost its last =, or has more than its own, burns no login; the same again is meant. */
static void paste__cut_code__is_asked_for_once_more(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    g_autofree char *redirect = walk_redirect(walk);
    g_autoptr(GString) cut = g_string_new(redirect);
    g_string_replace(cut, "%3D&", "&", 1);
    paste(walk, cut->str);
    see_sentence(walk, "This code does not have the length of Salesforce's codes");
    press(walk, "Enter"); /* the habitual one after a paste */
    see_sentence(walk, "perch is waiting for your login");
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/oauth2/token"), ASKED_AT_KEYS);
    paste(walk, cut->str);
    see_sentence(walk, "perch goes on waiting for yours");
    paste(walk, redirect);
    walk_home(walk, "acme");
}

/* Pasting a wrong code ends no login either. */
static void paste__wrong_code__the_browser_still_counts(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    paste(walk, "aPrxWrongCodeThatNobodyGave0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK==");
    see_sentence(walk, "perch goes on waiting for yours");
    walk_browser(walk, "allow");
    press(walk, "r");
    walk_home(walk, "acme");
}

/* Line by line; and in the JSON of a set-up without a person it is a warning. */
static void foreign_answers__without_a_screen__are_told(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--json", NULL});
    g_ptr_array_insert(words, 0, g_strdup(g_getenv("PERCH")));
    g_autoptr(Child) child = child_start((const char *const *)words->pdata, rig->home->env);
    child_close_input(child);
    assert_true(child_wait_errors(child, "code_challenge_method=S256", 60000));
    const char *from = strstr(child->errors->str, rig->org->url);
    while (!g_str_has_prefix(from + strlen(rig->org->url), "/services/oauth2/authorize"))
        from = strstr(from + 1, rig->org->url);
    g_autofree char *address = g_strndup(from, strcspn(from, " \r\n"));
    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++) {
        send_answer(address, foreign[i].values);
        assert_true(child_wait_errors(child, foreign[i].told, 60000));
    }
    assert_true(child_wait_errors(child, "perch goes on waiting for yours", 60000));
    struct browser_options options = {.username = rig->org->username,
                                      .password = rig->org->password};
    g_autoptr(BrowserVisit) visit = browser_login(address, &options);
    assert_true(child_wait_end(child, 60000));
    assert_code(child, 0);
    g_autoptr(Json) json = child_json(child);
    const Json *login = json_check(json, "login");
    assert_string_equal(json_get_string(login, "status"), "warning");
    assert_string_equal(json_get_string(json_get(login, "diagnosis"), "cause"), "app-blocked");
}

/* Whoever waits in the browser sees and hears it: the window's title, once the bell, and how long
 * there is still time; at the end the title is given back. */
static void title__and_bell__tell_that_the_login_has_come(void **state)
{
    static const char came[] = "\033]2;perch: The login has arrived.\a";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = wait_for_paste(rig);
    see(walk, "waiting 0:0");
    see(walk, " left");
    const GByteArray *raw = pty_raw(walk->pty);
    assert_non_null(memmem(raw->data, raw->len, "\033[22;2t", 7));
    assert_non_null(memmem(raw->data, raw->len, "]2;perch: acme · localhost\a", 28));
    assert_null(memmem(raw->data, raw->len, came, strlen(came)));
    assert_null(memmem(raw->data, raw->len, "\a\033]2;", 5));
    g_autofree char *redirect = walk_redirect(walk);
    canary_add(rig->canary, redirect);
    paste(walk, redirect);
    walk_home(walk, "acme");
    const guchar *first = memmem(raw->data, raw->len, came, strlen(came));
    assert_non_null(first);
    assert_int_equal(first[-1], '\a');
    const gsize rest = raw->len - (gsize)(first + strlen(came) - raw->data);
    assert_null(memmem(first + strlen(came), rest, came, strlen(came)));
    assert_non_null(memmem(first, rest, "\033[23;2t", 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paste__whole_redirect_address__goes_on),
        cmocka_unit_test(paste__address_broken_over_rows__goes_on),
        cmocka_unit_test(paste__bare_code__goes_on),
        cmocka_unit_test(typed__redirect_address_in_one_burst__goes_on),
        cmocka_unit_test(typed__code_in_the_field__goes_on),
        cmocka_unit_test(typed__something_else__is_taken_back_before_the_step_is),
        cmocka_unit_test(paste__address_of_another_login__is_refused),
        cmocka_unit_test(paste__nothing_of_use__says_what_is_wanted),
        cmocka_unit_test(browser__gets_an_address_that_tells_nothing),
        cmocka_unit_test(foreign_answers__do_not_end_the_login),
        cmocka_unit_test(paste__cut_code__is_asked_for_once_more),
        cmocka_unit_test(paste__wrong_code__the_browser_still_counts),
        cmocka_unit_test(foreign_answers__without_a_screen__are_told),
        cmocka_unit_test(title__and_bell__tell_that_the_login_has_come),
        cmocka_unit_test(paste__error_page__names_the_cause_and_retries),
    };
    return cmocka_run_group_tests_name("the doors of Authorize", tests, NULL, NULL);
}
