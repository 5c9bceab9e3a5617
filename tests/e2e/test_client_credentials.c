/* SPDX-License-Identifier: MIT */

/* An app that logs in by itself, with key and secret: set up, used, handed over and forgotten,
 * without a browser, a listener or a refresh token. */

#include <stdio.h>
#include <string.h>

#include "e2e/node.h"
#include "e2e/tokens.h"
#include "e2e/walk.h"

#define RUN_AS "integration@bird-demo.example"
#define APP_MEMBERS(settings) "'apps': {'Bird_Integration': {" settings "}}"
#define APP(settings) "{" APP_MEMBERS(settings) "}"
#define ALLOWED \
    "'client_credentials': true, 'client_credentials_policy': true, 'run_as': '" RUN_AS "'"

static const char *const way[] = {"--login", "client-credentials", NULL};

/* Rotation locked, as in a new app of 2026: no flow can hold its refresh token. */
static Rig *rig(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, APP(ALLOWED ", 'rotation': true, 'idle_limit': true, "
                                         "'security_locked': true"));
    tmphome_set(rig->home, "BROWSER", NULL);
    return rig;
}

static Child *set_up(Rig *rig, const char *name)
{
    g_autoptr(GPtrArray) words = rig_setup_words(rig, name, way);
    return rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
}

static Json *stored(Rig *rig, const char *name)
{
    g_autofree char *item = session_bus_lookup(rig->home, "connection", name);
    return json_parse(item, strlen(item), NULL);
}

static void setup__no_input__needs_no_browser_and_ends_with_a_lead(void **state)
{
    static const char *const absent[] = {"Callback port", "Browser:", "Rotation", "efresh"};
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    assert_contains(child->output->str, "Logged in: access token");
    assert_contains(child->output->str, RUN_AS);
    assert_contains(child->output->str, "Scopes: api");
    assert_contains(child->output->str, "Inserted: 00Q");
    for (gsize i = 0; i < G_N_ELEMENTS(absent); i++)
        if (strstr(child->output->str, absent[i]) != NULL)
            fail_msg("%s:\n%s", absent[i], child->output->str);
    g_autoptr(Json) secrets = stored(r, "acme");
    assert_null(json_get_string(secrets, "refresh_token"));
    assert_non_null(json_get_string(secrets, "access_token"));
    assert_non_null(json_get_string(secrets, "client_secret"));
    assert_int_equal(demo_org_requests(r->org, "GET", "/services/oauth2/authorize"), 1);
}

static void token__due__is_fetched_again(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    const guint before = demo_org_requests(r->org, "POST", TOKEN_PATH);
    g_autoptr(Child) first = rig_perch_secret(r, "token", "acme", NULL);
    assert_code(first, 0);
    assert_int_equal(demo_org_requests(r->org, "POST", TOKEN_PATH), before);
    g_autoptr(Child) fresh = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(fresh, 0);
    assert_string_equal(fresh->errors->str, "");
    assert_string_not_equal(fresh->output->str, first->output->str);
    g_autoptr(Json) secrets = stored(r, "acme");
    g_autofree char *kept = g_strconcat(json_get_string(secrets, "access_token"), "\n", NULL);
    assert_string_equal(kept, fresh->output->str);
}

static void token__many_at_once__ask_one_after_another(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);

    tokens_assert_one_asks(r, "acme");
    g_autoptr(Json) secrets = stored(r, "acme");
    assert_non_null(json_get_string(secrets, "client_secret"));
}

/* No refresh token can be in a lost answer: it is told so, nobody guards it, and the next try
 * works.
 */
static void token__answer_lost__is_asked_for_again(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    demo_org_patch(r->org, "{'faults': {'" TOKEN_PATH "': {'kind': 'lose', 'times': 2}}}");
    g_autoptr(Child) lost = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(lost, 8);
    assert_contains(lost->errors->str, "Nothing is lost.");
    assert_string_equal(lost->output->str, "");
    g_autoptr(Child) again = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(again, 0);
    tokens_assert_work(r, again->output->str);
}

static void commands__each__knows_the_way(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    g_autoptr(Child) status = rig_perch(r, "status", NULL);
    assert_code(status, 0);
    assert_contains(status->output->str, "working");
    g_autoptr(Child) doctor = rig_perch(r, "doctor", "acme", "--json", NULL);
    assert_code(doctor, 0);
    g_autoptr(Json) checks = child_json(doctor);
    assert_string_equal(json_get_string(json_check(checks, "refreshed"), "title"), "New token");
    assert_string_equal(json_get_string(json_check(checks, "lead"), "status"), "ok");
    assert_null(strstr(doctor->output->str, "\"rotation\""));
    g_autoptr(Child) test = rig_perch(r, "test", "acme", NULL);
    assert_code(test, 0);
    g_autoptr(Child) again = rig_perch(r, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_code(again, 0);
    assert_contains(again->output->str, "the same org and user as before");
}

/* A token that somebody ended, or that ran out, costs nothing. */
static void status__token_revoked__logs_in_again(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    g_autoptr(Json) secrets = stored(r, "acme");
    g_autofree char *url = g_strconcat(r->org->url, "/services/oauth2/revoke", NULL);
    g_autofree char *body = g_strconcat("token=", json_get_string(secrets, "access_token"), NULL);
    g_autoptr(Fetched) revoked = fetch(url, &(struct fetch_options){.body = body});
    assert_int_equal(revoked->status, 200);
    g_autoptr(Child) status = rig_perch(r, "status", NULL);
    assert_code(status, 0);
    assert_contains(status->output->str, "working");
}

static void handoff__holds_no_refresh_token_and_plays(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    g_autoptr(Child) text = rig_perch_secret(r, "handoff", "acme", "--format", "text", NULL);
    assert_code(text, 0);
    assert_contains(text->output->str, "grant_type=client_credentials&client_id=");
    assert_null(strstr(text->output->str, "efresh"));
    assert_null(strstr(text->output->str, "OAuth integration"));
    g_autoptr(Child) json = rig_perch_secret(r, "handoff", "acme", "--json", NULL);
    assert_code(json, 0);
    g_autoptr(Json) values = child_json(json);
    assert_true(json_is_null(json_get(values, "refresh_token")));
    assert_true(json_is_null(json_get(values, "authorize_url")));
    g_autoptr(Child) played = rig_perch(r, "handoff", "acme", "--rehearse", NULL);
    assert_code(played, 0);
    assert_contains(played->output->str, "201, id 00Q");
    g_autoptr(Child) url = rig_perch_secret(r, "handoff", "acme", "--format", "sfdx-url", NULL);
    assert_code(url, 2);
    assert_contains(url->errors->str, "this connection has none");
}

/* The script and the function, as they are. */
static void handoff__script_and_function__create_records(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    g_autofree char *file = g_build_filename(r->home->home, "flow.sh", NULL);
    g_autoptr(Child) written =
        rig_perch(r, "handoff", "acme", "--format", "curl", "--output", file, NULL);
    assert_code(written, 0);
    const char *argv[] = {"dash", file, NULL};
    g_autoptr(Child) script = child_run(argv, r->home->env, NULL);
    assert_code(script, 0);
    assert_contains(script->output->str, "viber: Case 500");
    assert_int_equal(remove(file), 0); /* it holds the secret, as it should */
    g_autoptr(Node) node = node_start(r, "whatsapp");
    g_autoptr(Json) made =
        node_call_text(node, "{'senderName':'Z','senderNumber':'1','message':'x'}");
    assert_true(json_get_bool(made, "success", false));
    demo_org_patch(r->org, "{'sessions': {'*': null}, " APP_MEMBERS("'run_as': ''") "}");
    g_autoptr(Json) refused =
        node_call_text(node, "{'senderName':'Z','senderNumber':'1','message':'x'}");
    assert_string_equal(json_get_string(refused, "cause"), "flow-disabled");
}

static void forget__ends_the_token_and_leaves_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    g_autoptr(Json) secrets = stored(r, "acme");
    g_autoptr(Child) forget = rig_perch(r, "forget", "acme", "--yes", NULL);
    assert_code(forget, 0);
    assert_contains(forget->output->str, "whoever has the app's key and secret can go on");
    assert_int_equal(session_bus_count(r->home, "connection", "acme"), 0);
    g_autofree char *bearer =
        g_strconcat("Authorization: Bearer ", json_get_string(secrets, "access_token"), NULL);
    g_autofree char *url = g_strconcat(r->org->url, "/services/oauth2/userinfo", NULL);
    g_autoptr(Fetched) user =
        fetch(url, &(struct fetch_options){.headers = (const char *const[]){bearer, NULL}});
    assert_int_equal(user->status, 403);
}

/* ---- refusals ---- */

static void refusals__each__has_its_cause(void **state)
{
    static const struct {
        const char *settings, *cause, *page; /* page NULL: not looked at */
        int code;
    } cases[] = {
        {"'client_credentials': false", "flow-disabled", "ManageExternalClientApplication", 5},
        {"'client_credentials_policy': false", "flow-disabled", "ManageExternalClientApplication",
         5},
        {"'run_as': ''", "flow-disabled", "ManageExternalClientApplication", 5},
        {"'run_as': 'it@bird-demo.example'", "flow-disabled", NULL, 5},
        {"'run_as': 'frozen@bird-demo.example'", "user-inactive", NULL, 4},
        {"'permitted_users': 'admin'", "user-not-approved", NULL, 5},
        {"'run_as': 'office@bird-demo.example', 'ip_relaxation': 'enforce'", "ip-restricted", NULL,
         5},
        {"'blocked': true", "app-blocked", NULL, 5},
        {"'secret': 'another'", "consumer-secret-wrong", NULL, 5},
    };
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Json) before = demo_org_control(r->org, "GET", "state", NULL);
    g_autofree char *app = json_print(json_get(json_get(before, "apps"), "Bird_Integration"));
    g_autofree char *reset = g_strdup_printf("{\"apps\":{\"Bird_Integration\":%s}}", app);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *patch = g_strdup_printf(APP("%s"), cases[i].settings);
        g_autofree char *name = g_strdup_printf("c%zu", i);
        json_free(demo_org_control(r->org, "PATCH", "state", reset));
        demo_org_patch(r->org, patch);
        g_autoptr(GPtrArray) words = rig_setup_words(
            r, name, (const char *const[]){"--login", "client-credentials", "--json", NULL});
        g_autoptr(Child) child = rig_perch_input(r, (const char *const *)words->pdata, NULL, false);
        tokens_assert_refused(child, cases[i].settings, cases[i].cause, cases[i].code,
                              cases[i].page);
    }
}

static void login_host__is_refused_with_the_way_out(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) child =
        rig_perch(r, "setup", "acme", "--plain", "--no-input", "--login-url",
                  "login.salesforce.com", "--client-id", r->org->client_id, "--client-secret-file",
                  r->org->secret_file, "--login", "client-credentials", NULL);
    assert_code(child, 2);
    assert_contains(child->errors->str, "Setup › My Domain");
    g_autoptr(Child) other = rig_perch(r, "setup", "acme", "--login", "smoke-signals", NULL);
    assert_code(other, 2);
    assert_contains(other->errors->str, "refresh-token, client-credentials");
}

/* Nothing is lost by choosing another way: the refresh token of the first one stays. */
static void setup__other_way__keeps_the_refresh_token(void **state)
{
    (void)state;
    g_autoptr(Rig) r = tokens_rig(false);
    demo_org_patch(r->org, APP(ALLOWED));
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 0);
    assert_contains(child->output->str, "its refresh token is kept");
    assert_true(tokens_stored_alive(r, "acme"));
    g_autoptr(Child) token = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
    assert_true(tokens_stored_alive(r, "acme"));
    g_autofree char *asked = tokens_last_request(r);
    assert_null(strstr(asked, "refresh_token"));
    assert_contains(asked, "grant_type=client_credentials");
    g_autoptr(Child) forget = rig_perch(r, "forget", "acme", "--yes", NULL);
    assert_code(forget, 0);
    assert_contains(forget->output->str, "revoked at Salesforce");
}

/* A change that fails, or is given up, leaves what works: the flow's refresh token, its hand-off,
 * its access token. The next set-up goes on where this one stopped. */
static void change__given_up__leaves_what_works(void **state)
{
    (void)state;
    g_autoptr(Rig) r = tokens_rig(false);
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 5);
    g_autoptr(Child) text = rig_perch_secret(r, "handoff", "acme", "--format", "text", NULL);
    assert_code(text, 0);
    assert_contains(text->output->str, "grant_type=refresh_token");
    g_autoptr(Child) token = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
    assert_true(tokens_stored_alive(r, "acme"));
    demo_org_patch(r->org, APP(ALLOWED));
    g_autoptr(Child) again = rig_perch(r, "setup", "acme", "--plain", "--no-input", NULL);
    assert_code(again, 0);
    assert_contains(again->output->str, "Logged in: access token");
    g_autoptr(Child) now = rig_perch_secret(r, "handoff", "acme", "--format", "text", NULL);
    assert_contains(now->output->str, "grant_type=client_credentials");
}

/* From Home in one go: what is not ticked is what to change; the old login ends on a word. */
static void home__rotates__is_moved_over(void **state)
{
    (void)state;
    g_autoptr(Rig) r = tokens_rig(true);
    demo_org_patch(r->org, APP(ALLOWED ", 'security_locked': true"));
    g_autoptr(Child) rotated = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(rotated, 0);
    g_autoptr(Walk) walk = walk_start(r, NULL, NULL);
    see(walk, "✔ working");
    see_sentence(walk, "l: client credentials");
    pty_resize(walk->pty, 80, 48);
    press(walk, "e");
    see_sentence(walk, "What is not marked as done below differs from what the app had.");
    see(walk, "✔ API Name");
    see(walk, "○ Run As (Username)");
    press(walk, "Enter");
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    see_key(walk, "Enter log in");
    press(walk, "Enter");
    see_sentence(walk, "The old refresh token still works");
    assert_true(tokens_stored_alive(r, "acme"));
    struct secrets secrets;
    tokens_load(r, "acme", &secrets);
    press(walk, "f");
    see_sentence(walk, "The old refresh token is revoked.");
    assert_false(tokens_alive(r, secrets.refresh_token));
    secrets_clear(&secrets);
    tokens_load(r, "acme", &secrets);
    assert_null(secrets.refresh_token);
    assert_non_null(secrets.client_secret);
    secrets_clear(&secrets);
    see_no(walk, "revoke the old one");
    see_key(walk, "Enter test record");
    g_autoptr(Child) token = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
}

static void user__refused_by_a_network__is_not_taken_for_a_missing_scope(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    demo_org_patch(r->org,
                   "{'faults': {'/services/oauth2/userinfo': {'kind': 'html', 'status': 403}}}");
    g_autoptr(Child) child = set_up(r, "acme");
    assert_code(child, 8);
}

/* ---- on the screen ---- */

/* The question of the App step, the login at once, and the end of it. */
static void wizard__chosen_in_the_app_step__logs_in_at_once(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Walk) walk = walk_start_filled(r, "acme");
    walk_to_app(walk);
    see(walk, "How should the flow log in?");
    see_sentence(walk,
                 "client credentials if Enable Refresh Token Rotation is ticked and greyed out");
    press(walk, "Home Down Space");
    see_sentence(walk, "The flow holds no refresh token");
    see(walk, "(•) client credentials");
    see(walk, "○ 5 Log in");
    see_no(walk, "Authorize");
    press(walk, "Enter");
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    see_key(walk, "Enter log in");
    press(walk, "Enter");
    see(walk, "New token");
    see_key(walk, "Enter test record");
    see_no(walk, "Rotation");
    press(walk, "Esc");
    see(walk, "Log in as the integration user");
    see(walk, RUN_AS);
    press(walk, "Enter");
    walk_home(walk, "acme");
}

/* Line by line, the question is the first row. */
static void plain__way__is_chosen_by_number(void **state)
{
    static const char input[] = "\n1\n2\nq\n\n";
    (void)state;
    g_autoptr(Rig) r = rig();
    const char *const words[] = {"setup", "acme", "--plain", "--login-url", r->org->url, NULL};
    g_autoptr(Child) child = rig_perch_input(r, words, input, false);
    assert_code(child, 3);
    assert_contains(child->output->str, "The app logs in by itself");
    g_autofree char *text = rig_settings(r, "acme.json");
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    assert_string_equal(json_get_string(json, "app_values"), "client-credentials");
    assert_string_equal(json_get_string(json, "scopes"), "api");
}

/* Refused, cured in Setup, tried again where it stands. */
static void wizard__refused__goes_on_after_the_cure(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    demo_org_patch(r->org, APP("'run_as': ''"));
    g_autoptr(Walk) walk = walk_start_filled(r, "acme");
    walk_to_app(walk);
    press(walk, "Home Down Space");
    see(walk, "(•) client credentials");
    press(walk, "Enter");
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    see_key(walk, "Enter log in");
    press(walk, "Enter");
    see_sentence(walk, "set Run As to the username, not the e-mail address");
    see_key(walk, "r log in again");
    demo_org_patch(r->org, APP(ALLOWED));
    press(walk, "r");
    see_key(walk, "Enter test record");
}

/* The org's own address is asked for before any key is. */
static void wizard__login_host__asks_for_my_domain(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Walk) walk = walk_start(r, "setup", "acme", "--login", "client-credentials", NULL);
    see(walk, "Which Salesforce org?");
    press(walk, "Enter");
    see_sentence(walk, "Client credentials work at the org's own address only");
    see(walk, "Which Salesforce org?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__no_input__needs_no_browser_and_ends_with_a_lead),
        cmocka_unit_test(token__due__is_fetched_again),
        cmocka_unit_test(token__many_at_once__ask_one_after_another),
        cmocka_unit_test(token__answer_lost__is_asked_for_again),
        cmocka_unit_test(commands__each__knows_the_way),
        cmocka_unit_test(status__token_revoked__logs_in_again),
        cmocka_unit_test(handoff__holds_no_refresh_token_and_plays),
        cmocka_unit_test(handoff__script_and_function__create_records),
        cmocka_unit_test(forget__ends_the_token_and_leaves_nothing),
        cmocka_unit_test(refusals__each__has_its_cause),
        cmocka_unit_test(user__refused_by_a_network__is_not_taken_for_a_missing_scope),
        cmocka_unit_test(login_host__is_refused_with_the_way_out),
        cmocka_unit_test(setup__other_way__keeps_the_refresh_token),
        cmocka_unit_test(change__given_up__leaves_what_works),
        cmocka_unit_test(home__rotates__is_moved_over),
        cmocka_unit_test(wizard__chosen_in_the_app_step__logs_in_at_once),
        cmocka_unit_test(plain__way__is_chosen_by_number),
        cmocka_unit_test(wizard__refused__goes_on_after_the_cure),
        cmocka_unit_test(wizard__login_host__asks_for_my_domain),
    };
    return cmocka_run_group_tests_name("client credentials", tests, NULL, NULL);
}
