/* SPDX-License-Identifier: MIT */

/* Logging in again: what is kept, what is revoked when, and who may not log in. */

#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"
#include "support/keyring.h"

#define REVOKE_PATH "/services/oauth2/revoke"

enum { WAIT_MS = 30000 };

static Rig *connected(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

static Secret *stored(Rig *rig)
{
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    Secret *token = secret_ref(secrets.refresh_token);
    secrets_clear(&secrets);
    return token;
}

static guint grants(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    return json_size(json_get(state, "grants"));
}

/* The browser logs in as the org's second user from now on. */
static void as_somebody_else(Rig *rig)
{
    const Json *user = json_next(json_first(json_get(rig->org->ready, "users")));
    rig->org->username = json_get_string(user, "name");
    rig->org->password = json_get_string(user, "password");
    demo_org_use_browser(rig->org, rig->home, "allow");
}

static Child *reauthorize(Rig *rig, const char *more)
{
    return rig_perch(rig, "reauthorize", "acme", "--plain", "--no-input", more, NULL);
}

/* Places in the org's log of what happened in which order; -1 = did not. */
static int place(Rig *rig, const char *path, const char *in_body)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    int index = 0, found = -1;
    JSON_FOREACH(entry, log)
    {
        index++;
        if (strcmp(json_get_string(entry, "method"), "POST") == 0 &&
            g_str_has_prefix(json_get_string(entry, "target"), path) &&
            strstr(json_get_string(entry, "body"), in_body) != NULL)
            found = index;
    }
    return found;
}

/* ---- the same org and user ---- */

static bool is_time_of_login(const char *key)
{
    return strcmp(key, "proven_at") == 0 || strcmp(key, "logged_in_at") == 0;
}

static void assert_kept(const char *before_text, const char *after_text, guint more)
{
    g_autoptr(Json) before = json_parse(before_text, strlen(before_text), NULL);
    g_autoptr(Json) after = json_parse(after_text, strlen(after_text), NULL);
    assert_int_equal(json_size(before) + more, json_size(after));
    JSON_FOREACH(member, before)
    {
        const char *key = json_key(member);
        g_autofree char *was = json_print(member), *is = json_print(json_get(after, key));
        if (!is_time_of_login(key) && strcmp(was, is) != 0)
            fail_msg("%s: %s became %s", key, was, is);
    }
}

static void dead_login__is_replaced_and_everything_else_kept(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autofree char *before = rig_settings(rig, "acme.json");
    demo_org_patch(rig->org, "{'grants': {'*': null}}");
    g_autoptr(Child) dead = rig_perch(rig, "token", "acme", "--fresh", NULL);
    assert_code(dead, 4);
    g_autoptr(Child) child = reauthorize(rig, NULL);
    assert_code(child, 0);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
    tokens_assert_work(rig, token->output->str);
    assert_int_equal(grants(rig), 1);
    g_autofree char *after = rig_settings(rig, "acme.json");
    assert_kept(before, after, 0);
}

static void login_hint__names_the_user(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Child) child = reauthorize(rig, NULL);
    assert_code(child, 0);
    g_autofree char *escaped = g_uri_escape_string(rig->org->username, NULL, false);
    g_autofree char *hint = g_strconcat("login_hint=", escaped, NULL);
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    const char *last = NULL;
    JSON_FOREACH(entry, log)
    if (g_str_has_prefix(json_get_string(entry, "target"), "/services/oauth2/authorize"))
        last = json_get_string(entry, "target");
    assert_non_null(last);
    assert_non_null(strstr(last, hint));
}

static void live_login__is_revoked_after_the_new_one_is_proven(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Secret) old = stored(rig);
    for (int i = 0; i < 7; i++) { /* more than the five approvals that there are */
        g_autoptr(Child) child = reauthorize(rig, NULL);
        assert_code(child, 0);
        assert_int_equal(grants(rig), 1);
        assert_true(tokens_stored_alive(rig, "acme"));
    }
    assert_int_equal(demo_org_requests(rig->org, "POST", REVOKE_PATH), 7);
    assert_false(tokens_alive(rig, old));
    /* In the last round: exchange, refresh, then the revocation. */
    int exchange = place(rig, TOKEN_PATH, "grant_type=authorization_code");
    int refresh = place(rig, TOKEN_PATH, "grant_type=refresh_token");
    int revoke = place(rig, REVOKE_PATH, "token=");
    assert_true(exchange < refresh && refresh < revoke);
}

/* The new one has no right to what the connection is for: the old one stays. */
static void new_login_is_worse__the_old_one_stays(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Secret) old = stored(rig);
    g_autofree char *before = rig_settings(rig, "acme.json");
    demo_org_patch(rig->org,
                   "{'apps': {'Bird_Integration': {'scopes': ['refresh_token', 'web']}}}");
    g_autoptr(Child) child = rig_perch_login(
        rig, (const char *const[]){"reauthorize", "acme", "--plain", "--no-input", NULL});
    assert_true(child_code(child) > 0);
    g_autoptr(Secret) now = stored(rig);
    assert_true(secret_equal(old, now));
    assert_true(tokens_alive(rig, old));
    g_autofree char *after = rig_settings(rig, "acme.json");
    assert_kept(before, after, 1); /* the app's id, which the org told when it was asked why */
}

/* ---- another org, another user ---- */

static void assert_guarded(Rig *rig, const char *before, const Secret *old)
{
    g_autoptr(Secret) now = stored(rig);
    g_autofree char *after = rig_settings(rig, "acme.json");
    assert_true(secret_equal(old, now));
    assert_true(tokens_alive(rig, old));
    assert_string_equal(before, after);
    assert_int_equal(grants(rig), 1); /* what was won by mistake is given back */
}

static void other_user__stops_and_leaves_everything(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autofree char *before = rig_settings(rig, "acme.json");
    g_autofree char *user = g_strdup(rig->org->username);
    g_autoptr(Secret) old = stored(rig);
    as_somebody_else(rig);
    g_autoptr(Child) child = reauthorize(rig, "--json");
    assert_code(child, 4);
    g_autoptr(Json) json = child_json(child);
    const Json *same = json_check(json, "same-org");
    assert_string_equal(json_get_string(same, "status"), "failed");
    assert_string_equal(json_get_string(json_get(same, "diagnosis"), "cause"), "wrong-org");
    assert_string_equal(json_get_string(json_check(json, "stored"), "status"), "skipped");
    assert_non_null(strstr(child->output->str, user));
    assert_non_null(strstr(child->output->str, rig->org->username));
    assert_guarded(rig, before, old);
}

static void other_org__stops_and_leaves_everything(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autofree char *before = rig_settings(rig, "acme.json");
    g_autoptr(Secret) old = stored(rig);
    demo_org_patch(rig->org, "{'org': {'id': '00DDn00000Zz9Zz'}}");
    g_autoptr(Child) child = reauthorize(rig, NULL);
    assert_code(child, 4);
    assert_non_null(strstr(child->output->str, "00DDn00000Zz9Zz"));
    assert_guarded(rig, before, old);
}

/* The connection is the other user's now. */
static void assert_taken(Rig *rig, const Secret *old)
{
    g_autofree char *after = rig_settings(rig, "acme.json");
    g_autoptr(Json) json = json_parse(after, strlen(after), NULL);
    assert_string_equal(json_get_string(json, "username"), rig->org->username);
    g_autoptr(Secret) now = stored(rig);
    assert_false(secret_equal(old, now));
    assert_true(tokens_alive(rig, now));
    assert_false(tokens_alive(rig, old));
}

static void other_user__meant__on_the_screen(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Secret) old = stored(rig);
    g_autofree char *before = rig_settings(rig, "acme.json");
    as_somebody_else(rig);
    g_autoptr(Walk) walk = walk_start(rig, "reauthorize", "acme", NULL);
    see(walk, "✖ Same org");
    see_key(walk, "yes, use this org");
    /* Until then nothing has changed. */
    g_autofree char *meanwhile = rig_settings(rig, "acme.json");
    assert_string_equal(before, meanwhile);
    press(walk, "k");
    see_key(walk, "Enter done");
    press(walk, "Enter");
    see_end(walk, 0, "acme is ready. An access token for a script: perch token acme");
    assert_taken(rig, old);
}

static void other_user__not_meant__on_the_screen(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Secret) old = stored(rig);
    g_autofree char *before = rig_settings(rig, "acme.json");
    as_somebody_else(rig);
    g_autoptr(Walk) walk = walk_start(rig, "reauthorize", "acme", NULL);
    see(walk, "✖ Same org");
    press(walk, "q");
    see_sentence(walk, "revokes it at Salesforce");
    press(walk, "q");
    pty_expect_exit(walk->pty, 3);
    assert_guarded(rig, before, old);
}

/* The right one logs in after all: the other's login goes. */
static void other_user__not_meant__the_right_one_logs_in(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autofree char *right = g_strdup(rig->org->username);
    as_somebody_else(rig);
    g_autoptr(Walk) walk = walk_start(rig, "reauthorize", "acme", NULL);
    see(walk, "✖ Same org");
    rig->org->username = right;
    demo_org_use_browser(rig->org, rig->home, "allow");
    press(walk, "r");
    see_key(walk, "Enter done");
    press(walk, "Enter");
    see_end(walk, 0, "acme is ready. An access token for a script: perch token acme");
    gint64 until = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    while (grants(rig) != 1) /* a rescue sees to the other's */
        assert_true(g_get_monotonic_time() < until);
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* Whoever reauthorizes logs in only when the login can succeed. */
static void consumer_secret__gone__is_asked_for_before_the_login(void **state)
{
    static const char told[] = "The keyring no longer has the consumer secret of acme.";
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    g_autoptr(Secret) secret = secret_ref(secrets.client_secret);
    secret_set(&secrets.client_secret, NULL);
    tokens_save(rig, "acme", &secrets);
    secrets_clear(&secrets);
    guint logins = demo_org_requests(rig->org, "POST", "/login");
    static const char *const ways[][6] = {{"reauthorize", "acme", "--plain", "--no-input"},
                                          {"reauthorize", "acme", "--json", "--no-input"}};
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autoptr(Child) child = rig_perch_input(rig, ways[i], NULL, false);
        assert_code(child, 4);
        assert_contains(child->errors->str, told);
    }
    g_autoptr(Walk) walk = walk_start(rig, "reauthorize", "acme", NULL);
    see_sentence(walk, told);
    see(walk, "Consumer secret");
    assert_int_equal(demo_org_requests(rig->org, "POST", "/login"), logins);
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* ---- a first login ---- */

static void first_login__wrong_user__is_given_back(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *right = g_strdup(rig->org->username);
    as_somebody_else(rig);
    g_autofree char *named = g_strdup_printf("works as %s", rig->org->username);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    see_sentence(walk, named);
    see_key(walk, "Enter test record");
    assert_int_equal(grants(rig), 1);
    press(walk, "f");
    see_sentence(walk, "That login is revoked.");
    see(walk, "Nobody has logged in yet.");
    assert_int_equal(grants(rig), 0);
    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    assert_true(item == NULL || strstr(item, "refresh_token") == NULL);
    rig->org->username = right;
    demo_org_use_browser(rig->org, rig->home, "allow");
    press(walk, "Enter");
    walk_home(walk, "acme");
    g_autofree char *after = rig_settings(rig, "acme.json");
    g_autoptr(Json) json = json_parse(after, strlen(after), NULL);
    assert_string_equal(json_get_string(json, "username"), right);
    assert_int_equal(grants(rig), 1);
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* Neither back nor another step leaves half of it: a revoked login that the keyring still has. */
static void first_login__wrong_user__is_given_back_whole(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    as_somebody_else(rig);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    see_key(walk, "f wrong user");
    demo_org_patch(rig->org, "{'faults':{'/services/oauth2/revoke':{'delay_ms':1500}}}");
    press(walk, "f");
    see(walk, "Ending this login");
    press(walk, "Esc");
    see_sentence(walk, "This login is being revoked; that takes a moment.");
    see_sentence(walk, "That login is revoked.");
    see(walk, "Nobody has logged in yet.");
    assert_int_equal(grants(rig), 0);
    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    assert_true(item == NULL || strstr(item, "refresh_token") == NULL);
}

/* The rows name the user before anything is done, and the person is asked. */
static void first_login__wrong_user__line_by_line(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    as_somebody_else(rig);
    g_autofree char *named = g_strdup_printf("works as %s", rig->org->username);
    static const char *const line_by_line[] = {"--plain", NULL};
    g_autoptr(GPtrArray) argv = rig_filled_words(rig, "acme", line_by_line);
    g_ptr_array_insert(argv, 0, g_strdup(g_getenv("PERCH")));
    g_autoptr(Child) child = child_start((const char *const *)argv->pdata, rig->home->env);
    child_send(child, "\n\n\n\n"); /* up to the browser */
    assert_true(child_wait_output(child, named, WAIT_MS));
    child_send(child, "f\n");
    assert_true(child_wait_output(child, "That login is revoked.", WAIT_MS));
    child_send(child, "q\n\n");
    child_close_input(child);
    assert_true(child_wait_end(child, WAIT_MS));
    assert_int_equal(grants(rig), 0);
}

static void other_user__meant__line_by_line(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Secret) old = stored(rig);
    as_somebody_else(rig);
    const char *argv[] = {g_getenv("PERCH"), "reauthorize", "acme", "--plain", NULL};
    g_autoptr(Child) child = child_start(argv, rig->home->env);
    assert_true(
        child_wait_errors(child, "yes, use this org", WAIT_MS)); /* questions are asked there */
    child_send(child, "k\n");
    assert_true(child_wait_output(child, "Previous login", WAIT_MS));
    child_send(child, "\n");
    child_close_input(child);
    assert_true(child_wait_end(child, WAIT_MS));
    assert_code(child, 0);
    assert_taken(rig, old);
}

/* ---- refused by the org, which still takes the token of before ---- */

static Json *refused(Rig *rig)
{
    g_autoptr(Child) child = rig_perch_login(
        rig, (const char *const[]){"reauthorize", "acme", "--no-input", "--json", NULL});
    assert_int_not_equal(child_code(child), 0);
    return child_json(child);
}

static bool sends_to_history(const Json *diagnosis)
{
    g_autofree char *text = json_print(diagnosis);
    return strstr(text, "Open Login History") != NULL;
}

/* What the browser is told is the same each time; Login History knows more, and a person is sent
 * there only when perch cannot read it. */
static void refused_login__login_history_says_why(void **state)
{
    static const struct {
        const char *patch, *cause, *history;
        bool sends;
    } rows[] = {
        {"{'profiles': {'System Administrator': {'api_only': true}}}", "api-only-user",
         "Failed: API-only user", false},
        {"{'profiles': {'System Administrator': {'api_only': false}}, "
         "'apps': {'Bird_Integration': {'scopes': ['api']}}}",
         "approval-failed", NULL, false},
        {"{'apps': {'Bird_Integration': {'scopes': ['api', 'refresh_token', 'web']}}, "
         "'users': {'admin@bird-demo.example': {'user_type': 'CspLitePortal'}}}",
         "site-user", "No Experience Cloud site access", false},
        {"{'sessions': {'*': null}}", "site-user", "No Experience Cloud site access", false},
        {"{'sessions': {'*': null}, 'grants': {'*': null}}", "approval-failed", NULL, true},
    };
    (void)state;
    g_autoptr(Rig) rig = connected();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        demo_org_patch(rig->org, rows[i].patch);
        g_autoptr(Json) json = refused(rig);
        const Json *check = json_check(json, "login");
        const Json *diagnosis = json_get(check, "diagnosis");
        const char *history =
            json_get_string(json_get(json_get(check, "evidence"), "org"), "login_history");
        assert_string_equal(json_get_string(diagnosis, "cause"), rows[i].cause);
        assert_string_equal(json_get_string(diagnosis, "certainty"), "likely");
        assert_int_equal(history != NULL, rows[i].history != NULL);
        if (history != NULL)
            assert_contains(history, rows[i].history);
        assert_int_equal(sends_to_history(diagnosis), rows[i].sends);
        demo_org_patch(rig->org, "{'logins': {'*': null}}");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_login__login_history_says_why),
        cmocka_unit_test(dead_login__is_replaced_and_everything_else_kept),
        cmocka_unit_test(login_hint__names_the_user),
        cmocka_unit_test(live_login__is_revoked_after_the_new_one_is_proven),
        cmocka_unit_test(new_login_is_worse__the_old_one_stays),
        cmocka_unit_test(other_user__stops_and_leaves_everything),
        cmocka_unit_test(other_org__stops_and_leaves_everything),
        cmocka_unit_test(other_user__meant__on_the_screen),
        cmocka_unit_test(other_user__not_meant__on_the_screen),
        cmocka_unit_test(other_user__not_meant__the_right_one_logs_in),
        cmocka_unit_test(first_login__wrong_user__is_given_back),
        cmocka_unit_test(first_login__wrong_user__is_given_back_whole),
        cmocka_unit_test(consumer_secret__gone__is_asked_for_before_the_login),
        cmocka_unit_test(first_login__wrong_user__line_by_line),
        cmocka_unit_test(other_user__meant__line_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
