/* SPDX-License-Identifier: MIT */

/* perch makes the app: from a session with the rights to an app that logs in; and takes it away. */

#include <string.h>
#include <unistd.h>

#include "e2e/maker.h"
#include "e2e/tokens.h"
#include "e2e/walk.h"

#define DEPLOYS "/services/data/v68.0/metadata/deployRequest"

static Json *state_part(Rig *rig, const char *part, const char *name)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    const Json *json = json_get(state, part);
    return json_copy(name == NULL ? json : json_get(json, name));
}

static bool app_exists(Rig *rig)
{
    g_autoptr(Json) app = state_part(rig, "apps", MAKER_APP);
    return app != NULL;
}

static void assert_status(const Json *result, const char *id, const char *status)
{
    const char *is = json_get_string(json_check(result, id), "status");
    if (strcmp(is, status) != 0)
        fail_msg("%s is %s", id, is);
}

static void assert_cause(const Json *result, const char *id, const char *cause)
{
    const Json *diagnosis = json_get(json_check(result, id), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), cause);
}

static Json *app_json(Rig *rig, int code, const char *what, const char *more, const char *last)
{
    g_autoptr(Child) child = rig_perch(rig, "app", "flow", "--json", what, more, last, NULL);
    assert_code(child, code);
    return child_json(child);
}

static bool has_check(const Json *result, const char *id)
{
    JSON_FOREACH(check, json_get(result, "checks"))
    {
        if (g_strcmp0(json_get_string(check, "id"), id) == 0)
            return true;
    }
    return false;
}

static void set_draft(Rig *rig, const char *key, const char *value)
{
    g_autofree char *settings = rig_settings(rig, "flow.json");
    g_autoptr(Json) json = json_parse(settings, strlen(settings), NULL);
    json_set_string(json, key, value);
    g_autofree char *text = json_print(json);
    g_autofree char *path = rig_settings_path(rig, "flow.json");
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* ---- made ---- */

static void make__app_without_secret__logs_in_at_once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Child) child =
        rig_perch(rig, "app", "flow", "--create", "--values", "no-secret", NULL);
    assert_code(child, 0);
    assert_contains(child->output->str, "Session: the connection acme");
    assert_contains(child->output->str, "ok  Deployed: done: 5 components");
    assert_contains(child->output->str, "ok  Known to the login host");
    g_autoptr(Json) app = state_part(rig, "apps", MAKER_APP);
    g_autofree char *settings = rig_settings(rig, "flow.json");
    assert_contains(settings, json_get_string(app, "key"));
    g_autoptr(Child) setup = rig_perch(rig, "setup", "flow", "--plain", "--no-input", NULL);
    assert_code(setup, 0);
    g_autoptr(Child) test = rig_perch(rig, "test", "flow", NULL);
    assert_code(test, 0);
}

static void make__secret_that_the_org_shows__is_kept(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'secrets_by_rest': true}}");
    g_autoptr(Json) json = app_json(rig, 0, "--create", NULL, NULL);
    assert_status(json, "secret-back", "ok");
    assert_status(json, "secret-kept", "ok");
    assert_status(json, "web-secret", "ok");
    assert_true(json_get_bool(json, "changed", false));
    g_autoptr(Child) setup = rig_perch(rig, "setup", "flow", "--plain", "--no-input", NULL);
    assert_code(setup, 0);
}

static void make__secret_that_is_hidden__is_asked_for(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Json) json = app_json(rig, 0, "--create", NULL, NULL);
    assert_status(json, "secret-back", "warning");
    assert_cause(json, "secret-back", "secret-hidden");
    g_autofree char *text = json_print(json);
    assert_contains(text, "perch app flow --create --read-secret");
    assert_null(strstr(text, "NAME"));
    assert_string_equal(json_get_string(json, "status"), "warning");
    g_autofree char *settings = rig_settings(rig, "flow.json");
    g_autoptr(Json) draft = json_parse(settings, strlen(settings), NULL);
    assert_string_equal(json_get_string(draft, "draft_step"), "keys");
}

static void make__app_that_is_not_known_yet__is_waited_for(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'app_delay_ms': 3000, 'deploy_ms': 1500}}");
    g_autoptr(Json) json = app_json(rig, 0, "--create", "--values", "no-secret");
    assert_int_not_equal(
        json_get_int(json_get(json_check(json, "known"), "evidence"), "waited_seconds", 0), 0);
}

static void dry_run__changes_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Json) before = state_part(rig, "apps", NULL);
    g_autofree char *settings = rig_settings(rig, "flow.json");
    g_autoptr(Child) child = rig_perch(rig, "app", "flow", "--create", "--dry-run", NULL);
    assert_code(child, 0);
    assert_contains(child->output->str, "The org would accept this. Nothing was changed.");
    g_autoptr(Json) after = state_part(rig, "apps", NULL);
    g_autofree char *was = json_print(before), *is = json_print(after);
    g_autofree char *now = rig_settings(rig, "flow.json");
    assert_string_equal(was, is);
    assert_string_equal(settings, now);
}

/* ---- other sessions ---- */

static void make__with_a_token_on_standard_input(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *token = maker_token(rig);
    const char *words[] = {"app", "flow", "--create", "--with=-", "--values=no-secret", NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, token, false);
    assert_code(child, 0);
    assert_true(app_exists(rig));
    const char *again[] = {"app", "flow", "--remove", "--yes", "--with=-", NULL};
    g_autoptr(Child) garbage = rig_perch_input(rig, again, "no token", false);
    assert_code(garbage, 2);
    assert_contains(garbage->errors->str, "That is not an access token");
    assert_true(app_exists(rig));
}

static void make__with_the_login_of_salesforces_cli(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *token = g_strchomp(maker_token(rig));
    g_autofree char *secret_file = tmphome_write(rig->home, "token", token);
    g_autofree char *shown = g_strdup_printf(
        "printf '{\"status\":0,\"result\":{\"accessToken\":\"%%s\"}}' \"$(cat '%s')\"",
        secret_file);
    g_autofree char *older = g_strdup_printf(
        "printf '{\"status\":0,\"result\":{\"instanceUrl\":\"%s\",\"accessToken\":\"%%s\"}}' "
        "\"$(cat '%s')\"",
        rig->org->url, secret_file);
    g_autofree char *newer = g_strdup_printf(
        "echo '{\"status\":0,\"result\":{\"instanceUrl\":\"%s\",\"accessToken\":\"[REDACTED]\"}}'",
        rig->org->url);
    const struct {
        const char *token, *display;
    } versions[] = {{shown, newer}, {"exit 2", older}};
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autofree char *path = maker_cli(rig, versions[i].token, versions[i].display);
        tmphome_set(rig->home, "PATH", path);
        g_autoptr(Json) made = app_json(rig, 0, "--create", "--with", "sf");
        assert_true(app_exists(rig));
        g_autoptr(Json) removed = app_json(rig, 0, "--remove", "--yes", "--with=sf");
        assert_false(app_exists(rig));
    }
    unlink(secret_file); /* the rig looks for secrets */
    g_autofree char *none = maker_cli(rig, "exit 1", "exit 1");
    g_autoptr(Child) logged_out = rig_perch(rig, "app", "flow", "--create", "--with", "sf", NULL);
    assert_code(logged_out, 2);
    assert_contains(logged_out->errors->str, "sf org login web");
}

/* ---- refused ---- */

static void make__name_that_is_taken__changes_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'apps': {'" MAKER_APP "': {'label': 'Other', 'key': 'other'}}}");
    g_autoptr(Json) json = app_json(rig, 5, "--create", NULL, NULL);
    assert_cause(json, "name", "app-exists");
    assert_false(json_get_bool(json, "changed", true));
    g_autoptr(Json) app = state_part(rig, "apps", MAKER_APP);
    assert_string_equal(json_get_string(app, "key"), "other");
    g_autoptr(Json) taken = app_json(rig, 0, "--repair", "--yes", NULL); /* as it advises */
    assert_true(json_get_bool(taken, "changed", false));
}

static void make__user_without_the_rights__is_told_which(void **state)
{
    (void)state;
    static const struct {
        const char *patch, *row;
    } cases[] = {
        {"{'profiles': {'System Administrator': {'manage_apps': false}}}", "validated"},
        {"{'profiles': {'System Administrator': {'modify_metadata': false}}}", "rights"},
    };
    g_autoptr(Rig) rig = maker_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        demo_org_patch(rig->org, cases[i].patch);
        g_autoptr(Json) json = app_json(rig, 6, "--create", NULL, NULL);
        assert_cause(json, cases[i].row, "deploy-not-permitted");
        assert_cause(json, "validated", "deploy-not-permitted");
        assert_false(app_exists(rig));
    }
}

static void make__setting_that_the_org_refuses__is_named(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    const char *words[] = {"app",
                           "flow",
                           "--create",
                           "--values",
                           "client-credentials",
                           "--run-as",
                           "nobody@bird-demo.example",
                           NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
    assert_code(child, 5);
    assert_contains(child->output->str, "Enter a valid execution user");
    assert_contains(child->output->str, "Set Run As in the app's policies to the username");
    assert_contains(child->errors->str, "Nothing was changed in the org.");
    assert_false(app_exists(rig));
}

/* Two parts with a fault each: two rows, each with its setting and its page. */
static void make__several_faults_of_one_deploy__have_a_row_each(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    set_draft(rig, "app_key", "KEYINUSE");
    set_draft(rig, "client_id", "KEYINUSE");
    demo_org_patch(rig->org, "{'apps': {'Other': {'key': 'KEYINUSE'}}}");
    const char *words[] = {"app",      "flow",
                           "--create", "--values=client-credentials",
                           "--run-as", "nobody@bird-demo.example",
                           "--json",   NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
    assert_code(child, 5);
    g_autoptr(Json) json = child_json(child);
    assert_cause(json, "validated", "deploy-refused");
    assert_cause(json, "validated-2", "flow-disabled");
    const Json *key = json_get(json_check(json, "validated"), "diagnosis");
    const Json *user = json_get(json_check(json, "validated-2"), "diagnosis");
    assert_contains(json_get_string(key, "message"), "ConsumerKey is already in use");
    assert_null(strstr(json_get_string(key, "message"), "execution user"));
    assert_contains(json_get_string(user, "message"), "execution user");
    assert_contains(json_get_string(key, "page"), "ManageExternalClientApplication");
    assert_contains(json_get_string(user, "page"), "ManageExternalClientApplication");
    assert_false(has_check(json, "validated-3"));
    /* The same of every part is said once. */
    demo_org_patch(rig->org, "{'profiles': {'System Administrator': {'manage_apps': false}}, "
                             "'apps': {'Other': null}}");
    g_autoptr(Json) once = app_json(rig, 6, "--create", NULL, NULL);
    assert_cause(once, "validated", "deploy-not-permitted");
    assert_cause(once, "validated-2", "flow-disabled"); /* the user, which the draft keeps */
    assert_false(has_check(once, "validated-3"));
}

static void make__in_another_org__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    set_draft(rig, "org_id", "00D000000000001EAA");
    g_autoptr(Json) result = app_json(rig, 2, "--create", "--with", "acme");
    assert_cause(result, "session", "session-elsewhere");
    assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), 0);
}

/* ---- what is seen ---- */

static void make__deploy_that_takes_its_time__shows_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'deploy_ms': 3000}}");
    g_autoptr(Walk) walk =
        walk_start(rig, "app", "flow", "--create", "--values", "no-secret", NULL);
    see(walk, "..  Validated: the org says: InProgress  0:02");
    see(walk, "..  Deployed: the org says: InProgress  0:01");
    see(walk, "ok  Known to the login host");
    pty_expect_exit(walk->pty, 0);
    see_no(walk, "InProgress");
}

/* ---- removed ---- */

static void remove__takes_the_app_away(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Child) foreign = rig_perch(rig, "app", "acme", "--remove", "--yes", NULL);
    assert_code(foreign, 2);
    g_autoptr(Json) made = app_json(rig, 0, "--create", "--values", "no-secret");
    g_autoptr(Json) tried = app_json(rig, 0, "--remove", "--dry-run", NULL);
    assert_true(app_exists(rig));
    g_autoptr(Child) unasked = rig_perch(rig, "app", "flow", "--remove", NULL);
    assert_code(unasked, 2);
    assert_contains(unasked->errors->str, "To go ahead, add --yes.");
    g_autoptr(Walk) walk = walk_start(rig, "app", "flow", "--remove", NULL);
    see(walk, "and with it every login");
    see(walk, "Remove the app? [y/N]");
    press(walk, "Enter");
    see(walk, "perch: Nothing was changed.");
    pty_expect_exit(walk->pty, 3);
    assert_true(app_exists(rig));
    g_autoptr(Json) removed = app_json(rig, 0, "--remove", "--yes", NULL);
    assert_status(removed, "removed", "ok");
    assert_false(app_exists(rig));
    g_autoptr(Child) twice = rig_perch(rig, "app", "flow", "--remove", "--yes", NULL);
    assert_code(twice, 0);
    assert_contains(twice->output->str, "there is nothing to remove");
    g_autoptr(Json) again = app_json(rig, 0, "--create", NULL, NULL);
    assert_true(app_exists(rig));
}

/* ---- repaired ---- */

static void add_differing_app(Rig *rig)
{
    demo_org_patch(
        rig->org, "{'apps': {'" MAKER_APP "': {'label': 'By hand', 'key': 'KEYBYHAND', 'secret': "
                  "'CANARYbyhand', 'callbacks': ['https://other.example/'], 'contact_email': "
                  "'her@acme.com', 'rotation': true, 'ip_relaxation': 'enforce', 'scopes': ['api', "
                  "'refresh_token', 'web', 'chatter_api']}}}");
}

static void repair__app_made_in_setup__keeps_its_names(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    add_differing_app(rig);
    demo_org_patch(rig->org, "{'org': {'secrets_by_rest': true}}");
    g_autoptr(Json) before = state_part(rig, "apps", NULL);
    g_autoptr(Json) tried = app_json(rig, 0, "--repair", "--dry-run", NULL);
    assert_cause(tried, "org-rotation", "rotation-on");
    assert_status(tried, "org-callbacks", "warning");
    assert_false(has_check(tried, "org-scopes"));
    assert_status(tried, "validated", "ok");
    assert_int_equal(json_get_int(tried, "differences", 0), 4);
    g_autoptr(Json) after = state_part(rig, "apps", NULL);
    g_autofree char *was = json_print(before), *is = json_print(after);
    assert_string_equal(was, is);

    g_autoptr(Child) unasked = rig_perch(rig, "app", "flow", "--repair", NULL);
    assert_code(unasked, 2);
    assert_contains(unasked->errors->str, "To go ahead, add --yes.");
    g_autoptr(Json) json = app_json(rig, 0, "--repair", "--yes", NULL);
    assert_status(json, "compared", "ok");
    assert_status(json, "secret-back", "ok");
    assert_false(has_check(json, "org-rotation"));
    g_autoptr(Json) app = state_part(rig, "apps", MAKER_APP);
    g_autofree char *text = json_print(app);
    assert_contains(text, "https://other.example/"); /* nobody else's way in is lost */
    assert_contains(text, "http://localhost:");
    assert_contains(text, "chatter_api");
    assert_contains(text, "\"label\":\"By hand\"");
    assert_contains(text, "her@acme.com");
    assert_contains(text, "\"key\":\"KEYBYHAND\"");
    assert_contains(text, "\"parts\":[]"); /* Setup's names */
    assert_false(json_get_bool(app, "rotation", true));
    assert_string_equal(json_get_string(app, "refresh_policy"), "infinite");
    g_autofree char *settings = rig_settings(rig, "flow.json");
    assert_contains(settings, "KEYBYHAND");
    g_autoptr(Json) again = app_json(rig, 0, "--repair", "--yes", NULL);
    assert_false(json_get_bool(again, "changed", true));
}

static void repair__asked_and_declined__changes_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    add_differing_app(rig);
    g_autoptr(Walk) walk = walk_start(rig, "app", "flow", "--repair", NULL);
    see(walk, "Change these settings in the org? [y/N]");
    press(walk, "Enter");
    see(walk, "perch: Nothing was changed.");
    pty_expect_exit(walk->pty, 3);
    g_autoptr(Json) app = state_part(rig, "apps", MAKER_APP);
    assert_true(json_get_bool(app, "rotation", false));
}

static void repair__another_app_of_that_name__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Json) made = app_json(rig, 0, "--create", NULL, NULL);
    g_autoptr(Json) gone = state_part(rig, "apps", MAKER_APP);
    demo_org_patch(rig->org, "{'apps': {'" MAKER_APP "': {'key': 'OTHER'}}}");
    g_autoptr(Json) json = app_json(rig, 5, "--repair", "--yes", NULL);
    assert_cause(json, "parts", "app-exists");
}

static void make__settings_that_the_org_keeps__are_told(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'lock_new_apps': true}}");
    g_autoptr(Json) json = app_json(rig, 0, "--create", "--values", "no-secret");
    assert_cause(json, "org-rotation", "rotation-on");
    assert_cause(json, "org-idle", "authorization-revoked");
    assert_string_equal(json_get_string(json, "status"), "warning");
}

/* ---- the switch ---- */

static bool switch_is_on(Rig *rig)
{
    g_autoptr(Json) org = state_part(rig, "org", NULL);
    return json_get_bool(org, "secrets_by_rest", false);
}

static void read_secret__switch_is_on_for_that_moment_only(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Json) json = app_json(rig, 0, "--create", "--read-secret", NULL);
    assert_status(json, "switch-on", "ok");
    assert_status(json, "secret-back", "ok");
    assert_status(json, "switch-off", "ok");
    assert_status(json, "secret-kept", "ok");
    assert_false(switch_is_on(rig));
    g_autoptr(Child) setup = rig_perch(rig, "setup", "flow", "--plain", "--no-input", NULL);
    assert_code(setup, 0);
    assert_null(strstr(setup->errors->str, "switch"));
}

static void read_secret__switch_of_the_org__stays_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'secrets_by_rest': true}}");
    g_autoptr(Json) json = app_json(rig, 0, "--create", "--read-secret", NULL);
    assert_false(has_check(json, "switch-on"));
    assert_true(switch_is_on(rig));
}

static void read_secret__asked_on_a_terminal(void **state)
{
    (void)state;
    for (int yes = 0; yes < 2; yes++) {
        g_autoptr(Rig) rig = maker_rig();
        g_autoptr(Walk) walk = walk_start(rig, "app", "flow", "--create", NULL);
        see_sentence(walk, "and turn it off again? [y/N]");
        assert_false(switch_is_on(rig));
        if (yes)
            type(walk, "y");
        press(walk, "Enter");
        see(walk, yes ? "Switch turned off again" : "Consumer secret (Enter alone: later):");
        if (!yes)
            press(walk, "Enter");
        pty_expect_exit(walk->pty, 0);
        assert_false(switch_is_on(rig));
    }
}

/* What cannot be read is asked for, with the app's page opened. */
static void make__secret_that_is_hidden__is_pasted_on_a_terminal(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Walk) walk = walk_start(rig, "app", "flow", "--create", NULL);
    see_sentence(walk, "and turn it off again? [y/N]");
    walk_browser(walk, "note");
    press(walk, "Enter");
    see_sentence(walk, "Consumer Key and Secret:");
    see(walk, "Consumer secret (Enter alone: later):");
    g_autofree char *page = walk_noted(walk, "Enter");
    assert_contains(page, "/lightning/setup/ManageExternalClientApplication/0xI");
    g_autoptr(Json) app = state_part(rig, "apps", MAKER_APP);
    paste(walk, json_get_string(app, "secret"));
    press(walk, "Enter");
    see(walk, "ok  Secret kept: stored and read back");
    pty_expect_exit(walk->pty, 0);
    walk_browser(walk, "allow");
    g_autoptr(Child) setup = rig_perch(rig, "setup", "flow", "--plain", "--no-input", NULL);
    assert_code(setup, 0);
}

/* ---- a switch that was left on ---- */

static void leave_on(Rig *rig, const char *source)
{
    g_autofree char *note = g_strdup_printf("%s\n%s\n", source, rig->org->url);
    demo_org_patch(rig->org, "{'org': {'secrets_by_rest': true}}");
    g_free(tmphome_write(rig->home, "home/.config/perch/switched-on/gone", note));
}

static void put_back__connection_that_was_deleted__needs_none(void **state)
{
    (void)state;
    static const char *const sources[] = {"acme", "-", "gone-too"};
    g_autoptr(Rig) rig = maker_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
        leave_on(rig, sources[i]);
        g_autoptr(Child) child = rig_perch(rig, "app", "flow", NULL);
        assert_contains(child->errors->str, "It is off again.");
        assert_false(switch_is_on(rig));
        g_autoptr(Child) next = rig_perch(rig, "app", "flow", NULL);
        assert_null(strstr(next->errors->str, "switch"));
    }
}

/* Without any session the note says how it ends, and that is true. */
static void put_back__without_a_session__says_how_it_ends(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *acme = rig_settings_path(rig, "acme.json");
    unlink(acme);
    leave_on(rig, "acme");
    g_autoptr(Child) child = rig_perch(rig, "app", "flow", NULL);
    assert_contains(child->errors->str, "and perch cannot turn it off now");
    const char *path = strstr(child->errors->str, "and delete ");
    assert_non_null(path);
    g_autofree char *file = g_strndup(path + 11, strcspn(path + 11, "\n") - 1);
    assert_int_equal(unlink(file), 0);
    g_autoptr(Child) next = rig_perch(rig, "app", "flow", NULL);
    assert_null(strstr(next->errors->str, "switch"));
}

/* ---- whose session ---- */

static void assert_session(Rig *rig, int code, const char *whose)
{
    g_autoptr(Child) child = rig_perch(rig, "app", "flow", "--create", "--dry-run", NULL);
    assert_code(child, code);
    assert_contains(child->output->str, whose);
}

static void make__first_connection_without_rights__is_passed_over(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'users': {'admin@bird-demo.example': {'profile': 'Standard User'}, "
                             "'standard@bird-demo.example': {'profile': 'System Administrator'}}}");
    assert_session(rig, 6, "Session: the connection acme");
    g_free(tmphome_write(rig->home, "home/.fake-browser.json",
                         "{\"username\": \"standard@bird-demo.example\", \"password\": "
                         "\"bird-demo-1\", \"action\": \"allow\"}"));
    rig_setup(rig, "zeta");
    assert_session(rig, 0, "Session: the connection zeta");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(make__app_without_secret__logs_in_at_once),
        cmocka_unit_test(make__secret_that_the_org_shows__is_kept),
        cmocka_unit_test(make__secret_that_is_hidden__is_asked_for),
        cmocka_unit_test(make__app_that_is_not_known_yet__is_waited_for),
        cmocka_unit_test(dry_run__changes_nothing),
        cmocka_unit_test(make__with_a_token_on_standard_input),
        cmocka_unit_test(make__with_the_login_of_salesforces_cli),
        cmocka_unit_test(make__name_that_is_taken__changes_nothing),
        cmocka_unit_test(make__user_without_the_rights__is_told_which),
        cmocka_unit_test(make__setting_that_the_org_refuses__is_named),
        cmocka_unit_test(make__several_faults_of_one_deploy__have_a_row_each),
        cmocka_unit_test(make__in_another_org__is_refused),
        cmocka_unit_test(make__deploy_that_takes_its_time__shows_it),
        cmocka_unit_test(remove__takes_the_app_away),
        cmocka_unit_test(repair__app_made_in_setup__keeps_its_names),
        cmocka_unit_test(repair__asked_and_declined__changes_nothing),
        cmocka_unit_test(repair__another_app_of_that_name__is_refused),
        cmocka_unit_test(make__settings_that_the_org_keeps__are_told),
        cmocka_unit_test(read_secret__switch_is_on_for_that_moment_only),
        cmocka_unit_test(read_secret__switch_of_the_org__stays_on),
        cmocka_unit_test(read_secret__asked_on_a_terminal),
        cmocka_unit_test(make__secret_that_is_hidden__is_pasted_on_a_terminal),
        cmocka_unit_test(put_back__connection_that_was_deleted__needs_none),
        cmocka_unit_test(put_back__without_a_session__says_how_it_ends),
        cmocka_unit_test(make__first_connection_without_rights__is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
