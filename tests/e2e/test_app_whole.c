/* SPDX-License-Identifier: MIT */

/* perch makes the app: in a sandbox the same way; a dry run changes nothing at all; and without a
 * note the org's switch is not touched. */

#include <string.h>

#include "e2e/maker.h"
#include "e2e/walk.h"

#define SANDBOX "test.salesforce.com"
#define MY_SANDBOX "acme--uat.sandbox.my.salesforce.com"
#define MY_DOMAIN "acme.my.salesforce.com"
#define TOLD "https://" MY_SANDBOX " (sandbox)"
#define DEPLOYS "/services/data/v68.0/metadata/deployRequest"
#define USER "integration@bird-demo.example"

static Json *run(Rig *rig, const char *const *words, int code)
{
    g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
    assert_code(child, code);
    return child_json(child);
}

static const char *status_of(const Json *result, const char *id)
{
    return json_get_string(json_check(result, id), "status");
}

/* ---- a sandbox ---- */

static Rig *tls_rig(const char *login, const char *instance)
{
    Rig *rig = rig_new_tls(login, instance, DEMO_ORG_VALID);
    g_autofree char *address = g_strconcat("https://", login, NULL);
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--login-url", address, NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
    maker_draft(rig, NULL);
    return rig;
}

/* The draft knows no more than test.salesforce.com: the app belongs to the session's org, and a
 * sandbox is called one wherever an org is named. */
static void sandbox__app_is_made__in_the_same_way(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tls_rig(SANDBOX, MY_SANDBOX);
    demo_org_patch(rig->org, "{'org': {'sandbox': true}}");
    const char *hidden[] = {"app", "flow", "--create", "--dry-run", NULL};
    g_autoptr(Child) tried = rig_perch_input(rig, hidden, NULL, false);
    assert_code(tried, 0);
    assert_contains(tried->output->str, " (" MAKER_APP ") in " TOLD ".");
    assert_contains(tried->output->str, "Session: admin@bird-demo.example in " TOLD);
    const char *words[] = {"app", "flow", "--create", "--json", NULL};
    g_autoptr(Json) made = run(rig, words, 0);
    const Json *secret = json_get(json_check(made, "secret-back"), "diagnosis");
    assert_contains(json_get_string(secret, "page"),
                    "https://acme--uat.sandbox.lightning.force.com/lightning/setup/");
    assert_string_equal(status_of(made, "known"), "ok");
    assert_string_equal(status_of(made, "pkce"), "ok");
    const char *remove[] = {"app", "flow", "--remove", "--yes", NULL};
    g_autoptr(Child) removed = rig_perch_input(rig, remove, NULL, false);
    assert_code(removed, 0);
    assert_contains(removed->output->str, " from " TOLD ", and with it every login");
    const char *again[] = {"app", "flow", "--create", "--values=no-secret", "--json", NULL};
    g_autoptr(Json) open = run(rig, again, 0);
    g_autoptr(Child) setup = rig_perch(rig, "setup", "flow", "--plain", "--no-input", NULL);
    assert_code(setup, 0);
    assert_contains(setup->output->str, "Inserted: 00Q");
    /* A connection that has its org keeps its login host. */
    const char *repair[] = {"app", "acme", "--repair", "--yes", "--with=flow", NULL};
    g_autoptr(Child) repaired = rig_perch_input(rig, repair, NULL, false);
    assert_code(repaired, 0);
    g_autofree char *acme = rig_settings(rig, "acme.json");
    g_autoptr(Json) settings = json_parse(acme, strlen(acme), NULL);
    assert_string_equal(json_get_string(settings, "login_url"), "https://" SANDBOX);
}

static void sandbox__on_the_screen__is_named(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tls_rig(SANDBOX, MY_SANDBOX);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "flow", NULL);
    see_key(walk, "C make it");
    press(walk, "C");
    see_key(walk, "Enter make the app");
    see_sentence(walk, "(" MAKER_APP ") in " TOLD ", with the settings of the App step.");
}

/* A draft for a sandbox is never made in production, whosever session is there. */
static void sandbox__session_of_production__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tls_rig(MY_DOMAIN, MY_DOMAIN);
    maker_draft(rig, "https://" SANDBOX);
    const char *words[] = {"app", "flow", "--create", "--with=acme", "--json", NULL};
    g_autoptr(Json) refused = run(rig, words, 2);
    const Json *session = json_get(json_check(refused, "session"), "diagnosis");
    assert_string_equal(json_get_string(session, "cause"), "session-elsewhere");
    assert_contains(json_get_string(session, "message"), "the app belongs in https://" SANDBOX);
    assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), 0);
}

/* ---- dry runs ---- */

/* The whole org and perch's files. Left out is what any request leaves behind: its count, the life
 * of its session, and the validation in Deployment Status. */
static char *everything(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    g_autoptr(Json) records = demo_org_control(rig->org, "GET", "records", NULL);
    g_autofree char *draft = rig_settings(rig, "flow.json"), *acme = rig_settings(rig, "acme.json");
    assert_non_null(json_get(state, "deploys"));
    json_remove(state, "deploys");
    json_remove(state, "sessions");
    json_remove((Json *)(guintptr)json_get(state, "org"), "api_used");
    g_autofree char *org = json_print(state), *rows = json_print(records);
    return g_strjoin("\n", org, rows, draft, acme, NULL);
}

static void dry_run__of_each_kind__changes_nothing(void **state)
{
    static const char *const made[] = {
        "app",      "flow", "--create",         "--values=client-credentials",
        "--run-as", USER,   "--permission-set", "--json",
        NULL};
    static const char *const cases[][10] = {
        {"app", "flow", "--create", "--values=client-credentials", "--run-as", USER,
         "--permission-set", "--read-secret", "--dry-run", NULL},
        {"app", "flow", "--create", "--dry-run", "--json", NULL},
        {"app", "flow", "--remove", "--dry-run", NULL},
        {"app", "flow", "--repair", "--dry-run", NULL},
        {"app", "flow", "--repair", "--permission-set", "--dry-run", NULL},
    };
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'users': {'" USER "': {'permission_sets': [], 'licenses': []}}}");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (i == 2) { /* the others need an app, and one that differs */
            g_autoptr(Json) json = run(rig, made, 0);
            demo_org_patch(rig->org, "{'apps': {'" MAKER_APP "': {'ip_relaxation': 'enforce'}}, "
                                     "'users': {'" USER "': {'permission_sets': []}}}");
        }
        g_autofree char *before = everything(rig);
        const guint deploys = demo_org_requests(rig->org, "POST", DEPLOYS);
        g_autoptr(Child) child = rig_perch_input(rig, cases[i], NULL, false);
        assert_code(child, 0);
        g_autofree char *after = everything(rig);
        assert_string_equal(before, after);
        assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), deploys + 1);
    }
}

/* ---- the session, and what it may read ---- */

/* A session that the org does not take, and what it may not read: each is told with its cause and
 * its page, and nothing is half-made. */
static void refused__each_session__has_its_cause_and_page(void **state)
{
    static const struct {
        const char *patch;
        int code;
        const char *row, *cause, *page, *fix;
    } cases[] = {
        {"{'sessions': {'*': null}}", 4, "session", "session-expired", "/SessionM",
         "Take a new access token"},
        {"{'profiles': {'System Administrator': {'api_enabled': false}}}", 6, "validated",
         "api-disabled-user", "/", "Open the user"},
        {"{'org': {'secrets_by_rest': true}, 'profiles': {'System Administrator': {'view_secrets': "
         "false}}}",
         0, "secret-back", "secret-hidden", "/ManageExternalClientApplication",
         "View Client Secret"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Rig) rig = maker_rig();
        g_autofree char *token = maker_token(rig);
        demo_org_patch(rig->org, cases[i].patch);
        const char *words[] = {"app", "flow", "--create", "--with=-", "--json", NULL};
        g_autoptr(Child) child = rig_perch_input(rig, words, token, false);
        assert_code(child, cases[i].code);
        g_autoptr(Json) json = child_json(child);
        const Json *diagnosis = json_get(json_check(json, cases[i].row), "diagnosis");
        assert_string_equal(json_get_string(diagnosis, "cause"), cases[i].cause);
        assert_contains(json_get_string(diagnosis, "page"), cases[i].page);
        assert_contains(json_string(json_first(json_get(diagnosis, "fix"))), cases[i].fix);
        assert_int_equal(json_get_bool(json, "changed", false), cases[i].code == 0);
    }
}

/* ---- the switch ---- */

/* A file where the folder belongs: even root cannot write there. */
static void block_notes(Rig *rig)
{
    g_free(tmphome_write(rig->home, "home/.config/perch/switched-on", "in the way"));
}

static void assert_switch_is_off(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    assert_false(json_get_bool(json_get(state, "org"), "secrets_by_rest", true));
}

/* Whoever cannot note that it must be put back does not turn it on. */
static void switch__cannot_be_noted__stays_off(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    block_notes(rig);
    const char *words[] = {"app", "flow", "--create", "--read-secret", "--json", NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
    assert_code(child, 5);
    g_autoptr(Json) json = child_json(child);
    const Json *diagnosis = json_get(json_check(json, "switch-on"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "secret-hidden");
    assert_contains(json_get_string(diagnosis, "message"),
                    "The switch stays off, because perch could not note that it must be turned off "
                    "again: ");
    assert_string_equal(status_of(json, "switch-off"), "skipped");
    assert_string_equal(status_of(json, "secret-back"), "warning");
    assert_string_equal(child->errors->str, "");
    assert_switch_is_off(rig);
    g_autoptr(Child) again = rig_perch(rig, "app", "flow", "--create", "--read-secret", NULL);
    assert_code(again, 5);
    assert_contains(again->errors->str, "The app is there. To go on: perch setup flow");
}

static void switch__cannot_be_noted__is_told_on_the_screen(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    block_notes(rig);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "flow", NULL);
    see_key(walk, "C make it");
    press(walk, "C");
    see_key(walk, "Enter make the app");
    press(walk, "End Space");
    see(walk, "[x] to read the secret, turn the org's switch on and off again");
    press(walk, "Enter");
    see_sentence(walk, "The switch stays off, because perch could not note");
    see_key(walk, "Enter go on");
    assert_switch_is_off(rig);
    press(walk, "End");
    see_sentence(walk, "The app is there; Enter goes on with it.");
    press(walk, "Enter");
    see(walk, "▸ 4 Keys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sandbox__app_is_made__in_the_same_way),
        cmocka_unit_test(sandbox__on_the_screen__is_named),
        cmocka_unit_test(sandbox__session_of_production__is_refused),
        cmocka_unit_test(dry_run__of_each_kind__changes_nothing),
        cmocka_unit_test(refused__each_session__has_its_cause_and_page),
        cmocka_unit_test(switch__cannot_be_noted__stays_off),
        cmocka_unit_test(switch__cannot_be_noted__is_told_on_the_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
