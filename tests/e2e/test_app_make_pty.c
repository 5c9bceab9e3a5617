/* SPDX-License-Identifier: MIT */

/* C on the App step: perch makes the app, from the wizard on a real terminal. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "e2e/maker.h"
#include "e2e/walk.h"

#define DEPLOYS "/services/data/v68.0/metadata/deployRequest"
#define QUERY "/services/data/v68.0/query"
#define CREDENTIALS "/services/data/v68.0/apps/oauth/credentials/"

/* Changes the settings of the draft flow: member NULL removes it. */
static void draft_set(Rig *rig, const char *member, const char *value)
{
    g_autofree char *settings = rig_settings(rig, "flow.json");
    g_autofree char *path = rig_settings_path(rig, "flow.json");
    g_autoptr(Json) json = json_parse(settings, strlen(settings), NULL);
    if (value == NULL)
        json_remove(json, member);
    else
        json_set_string(json, member, value);
    g_autofree char *text = json_print(json);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *draft_get(Rig *rig, const char *member)
{
    g_autofree char *settings = rig_settings(rig, "flow.json");
    g_autoptr(Json) json = json_parse(settings, strlen(settings), NULL);
    return g_strdup(json_get_string(json, member));
}

/* Salesforce's CLI with a login of an administrator; what it prints first waits for that command.
 */
static char *log_cli_in(Rig *rig, const char *first)
{
    g_autofree char *token = g_strchomp(maker_token(rig));
    char *file = tmphome_write(rig->home, "token", token);
    g_autofree char *show = g_strdup_printf(
        "%s; printf '{\"result\":{\"accessToken\":\"%%s\"}}' \"$(cat '%s')\"", first, file);
    g_autofree char *display = g_strdup_printf(
        "echo '{\"result\":{\"instanceUrl\":\"%s\",\"username\":\"admin@bird-demo.example\"}}'",
        rig->org->url);
    g_autofree char *path = maker_cli(rig, show, display);
    tmphome_set(rig->home, "PATH", path);
    return file;
}

static void forget_acme(Rig *rig)
{
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    assert_int_equal(g_unlink(path), 0);
}

static Walk *walk_to_question(Rig *rig)
{
    Walk *walk = walk_start(rig, "setup", "flow", NULL);
    see_key(walk, "C make it");
    press(walk, "C");
    see(walk, "Make the app");
    return walk;
}

/* ---- made ---- */

/* The draft has nothing but its org and the values; the CLI's login does the rest. */
static void make__with_the_clis_login__is_three_keys_from_a_lead(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *token = log_cli_in(rig, "true");
    forget_acme(rig);
    draft_set(rig, "contact_email", NULL);
    draft_set(rig, "app_values", "no-secret");
    g_autoptr(Walk) walk = walk_to_question(rig);
    see_sentence(walk, "perch makes the External Client App Bird made by perch");
    see(walk, "✔ As whom   Salesforce's CLI, admin@bird-demo.example");
    see(walk, "Contact e-mail   admin@bird-demo.example");
    see_key(walk, "Enter make the app");
    assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), 0);
    unlink(token); /* the rig looks for secrets */
    press(walk, "Enter");
    see_key(walk, "Enter insert");
    see(walk, "✔ 6 Prove");
    press(walk, "Enter");
    see(walk, "✔ Inserted");
    press(walk, "q Enter");
    g_autofree char *key = draft_get(rig, "client_id");
    g_autoptr(Json) shown = demo_org_control(rig->org, "GET", "state", NULL);
    const Json *app = json_get(json_get(shown, "apps"), MAKER_APP);
    assert_string_equal(json_get_string(app, "key"), key);
}

static void make__secret_that_the_org_shows__stands_in_keys(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'secrets_by_rest': true, 'app_delay_ms': 2000}}");
    g_autoptr(Walk) walk = walk_to_question(rig);
    see(walk, "✔ As whom   the connection acme, admin@bird-demo.example");
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see_sentence(walk, "perch asks again in 0:");
    see(walk, "64 characters");
    see(walk, "••••••");
    see_sentence(walk, "asks again in 0:26"); /* by now Salesforce knows the app */
    press(walk, "Enter");
    see(walk, "Log in, and press Allow");
}

static void make__secret_that_is_hidden__is_asked_for(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Walk) walk = walk_to_question(rig);
    see_key(walk, "Enter make the app");
    walk_browser(walk, "note");
    press(walk, "Enter");
    see_sentence(walk, "The app is there, but the org does not show its secret to programs.");
    see(walk, "▸ 4 Keys");
    g_autofree char *page = walk_noted(walk, "Enter");
    assert_contains(page, "/lightning/setup/ManageExternalClientApplication/0xI");
}

static bool switch_is_on(Rig *rig)
{
    g_autoptr(Json) shown = demo_org_control(rig->org, "GET", "state", NULL);
    return json_get_bool(json_get(shown, "org"), "secrets_by_rest", false);
}

static void tick_switch(Walk *walk)
{
    see_key(walk, "Enter make the app");
    see(walk, "[ ] to read the secret");
    press(walk, "End Space");
    see(walk, "[x] to read the secret, turn the org's switch on and off again");
}

/* The org's switch, on the person's word. */
static void make__secret_by_the_switch__stands_in_keys(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'app_delay_ms': 600000}}");
    g_autoptr(Walk) walk = walk_to_question(rig);
    tick_switch(walk);
    press(walk, "Enter");
    see(walk, "▸ 4 Keys");
    see(walk, "64 characters");
    assert_false(switch_is_on(rig));
}

/* Whoever stops it, or kills perch, while the switch is on, finds it off again. */
static void make__switch_is_on__is_put_back(void **state)
{
    (void)state;
    for (int kill_it = 0; kill_it < 2; kill_it++) {
        g_autoptr(Rig) rig = maker_rig();
        g_autoptr(Walk) walk = walk_to_question(rig);
        tick_switch(walk);
        demo_org_patch(rig->org,
                       "{'faults': {'" CREDENTIALS "': {'skip': 1, 'delay_ms': 600000}}}");
        press(walk, "Enter");
        see(walk, "✔ Switch turned on");
        assert_true(switch_is_on(rig));
        if (kill_it) {
            int status;
            kill(pty_pid(walk->pty), SIGKILL);
            assert_true(pty_wait_exit(walk->pty, PTY_WAIT_MS, &status));
            g_autoptr(Child) child = rig_perch(rig, "app", "flow", NULL);
            assert_contains(child->errors->str, "It is off again.");
        } else {
            press(walk, "Esc");
            see(walk, "▸ 4 Keys");
        }
        assert_false(switch_is_on(rig));
    }
}

static void make__with_a_pasted_token(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *token = g_strchomp(maker_token(rig));
    forget_acme(rig);
    draft_set(rig, "app_values", "no-secret");
    g_autoptr(Walk) walk = walk_to_question(rig);
    see(walk, "Access token");
    press(walk, "Enter");
    see(walk, "Paste an access token.");
    paste(walk, "no token");
    press(walk, "Enter");
    see_sentence(walk, "That is not an access token of Salesforce");
    press(walk, "C-u");
    g_autofree char *broken = g_strdup_printf("%.40s\r\n  %s\n", token, token + 40);
    paste(walk, broken); /* as copied from a narrow terminal */
    see(walk, "•••");
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see(walk, "Log in, and press Allow");
}

/* ---- refused ---- */

static void make__what_is_refused__is_on_the_screen(void **state)
{
    (void)state;
    static const struct {
        const char *patch, *seen;
    } cases[] = {
        {"{'profiles': {'System Administrator': {'manage_apps': false}}}",
         "This user is not allowed to make the app."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Rig) rig = maker_rig();
        demo_org_patch(rig->org, cases[i].patch);
        g_autoptr(Walk) walk = walk_to_question(rig);
        see_key(walk, "Enter make the app");
        press(walk, "Enter");
        see_key(walk, "Enter try again");
        see_sentence(walk, cases[i].seen);
        press(walk, "End");
        see_sentence(walk, "Nothing was changed in the org.");
        press(walk, "Esc");
        see(walk, "▸ 3 App");
        g_autofree char *key = draft_get(rig, "client_id");
        press(walk, "q Enter");
        pty_expect_exit(walk->pty, 3);
        g_autofree char *kept = draft_get(rig, "client_id");
        assert_null(kept);
    }
}

/* A connection whose user may not is there to choose, but it is not what is offered. */
static void make__connection_without_the_rights__is_passed_over(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *token = log_cli_in(rig, "true");
    demo_org_patch(rig->org, "{'profiles': {'System Administrator': {'modify_metadata': false}}}");
    g_autoptr(Walk) walk = walk_to_question(rig);
    see(walk, "As whom   Salesforce's CLI, admin@bird-demo.example");
    unlink(token); /* the rig looks for secrets */
    see(walk, "( ) the connection acme, which may not do this");
    see(walk, "(•) Salesforce's CLI");
    assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), 0);
    press(walk, "Up Space");
    see(walk, "As whom   the connection acme, admin@bird-demo.example");
    press(walk, "Enter");
    see_key(walk, "Enter try again");
    see_sentence(walk, "This user is not allowed to make the app.");
}

/* Its default org first, then the one that the person names. */
static void make__with_an_org_of_the_cli(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *token = log_cli_in(rig, "true");
    forget_acme(rig);
    draft_set(rig, "app_values", "no-secret");
    g_autoptr(Walk) walk = walk_to_question(rig);
    see(walk, "✔ As whom   Salesforce's CLI");
    press(walk, "Tab");
    type(walk, "uat");
    see(walk, "Org in it   uat");
    see_no(walk, "As whom");
    press(walk, "Enter");
    see(walk, "✔ As whom   Salesforce's CLI");
    unlink(token);
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see(walk, "Log in, and press Allow");
    g_autofree char *calls = NULL;
    g_autofree char *file = g_build_filename(rig->home->root, "cli", "calls", NULL);
    assert_true(g_file_get_contents(file, &calls, NULL, NULL));
    assert_contains(calls, "org auth show-access-token --json\n");
    assert_contains(calls, "org auth show-access-token --json --target-org uat\n");
    assert_contains(calls, "org display --verbose --json --target-org uat\n");
}

static void make__without_a_login_of_the_cli__says_how(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    forget_acme(rig);
    g_autofree char *path = maker_cli(rig, "exit 1", "exit 1");
    tmphome_set(rig->home, "PATH", path);
    g_autoptr(Walk) walk = walk_to_question(rig);
    see_sentence(walk, "Log in with: sf org login web --set-default");
    assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), 0);
}

static void make__connection_with_a_key__has_its_app(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    draft_set(rig, "client_id", "3MVG9kdhfgkajhsdfkjahsdfkjahsdkfjhaskdjfhakjsdhf");
    g_autoptr(Walk) walk = walk_start(rig, "setup", "flow", NULL);
    see_key(walk, "C make it");
    press(walk, "C");
    see_sentence(walk, "so its app exists already");
}

/* Another's app of that name is compared, and changed on the person's word only. */
static void make__name_that_is_taken__shows_what_differs(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Child) first = rig_perch(rig, "app", "flow", "--create", "--values", "guide", NULL);
    assert_code(first, 0);
    draft_set(rig, "app_key", NULL);
    draft_set(rig, "client_id", NULL);
    draft_set(rig, "draft_step", "app");
    draft_set(rig, "app_values", "no-secret");
    const guint before = demo_org_requests(rig->org, "POST", DEPLOYS);
    g_autoptr(Walk) walk = walk_to_question(rig);
    see_key(walk, "Enter make the app");
    press(walk, "Enter");
    see_key(walk, "Enter change them");
    see_sentence(walk, "The org has an app named " MAKER_APP " already");
    see(walk, "▲ ");
    assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), before);
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see(walk, "Log in, and press Allow");
    assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), before + 2);
}

/* ---- Esc ---- */

/* The CLI never answers; nobody waits for it. */
static void esc__while_the_cli_is_asked__goes_back(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *token = log_cli_in(rig, "exec tail -f /dev/null");
    unlink(token);
    forget_acme(rig);
    g_autoptr(Walk) walk = walk_to_question(rig);
    see(walk, "As whom   asking");
    press(walk, "Esc");
    see(walk, "App settings");
    press(walk, "q Enter");
    pty_expect_exit(walk->pty, 3);
}

static void esc__while_the_deploy_runs__says_what_is_not_known(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'deploy_ms': 2000}}");
    g_autoptr(Walk) walk = walk_to_question(rig);
    see_key(walk, "Enter make the app");
    press(walk, "Enter");
    see(walk, "the org says: InProgress");
    press(walk, "Esc");
    see_key(walk, "Enter make the app");
    see_no(walk, "Deployment Status");
    press(walk, "Enter");
    see(walk, "✔ Validated");
    see(walk, "the org says: ");
    press(walk, "Esc");
    see_sentence(walk, "The org was asked to change the app, and its success was not seen. Look at "
                       "Setup › Deployment Status before you try again.");
    press(walk, "Esc q Enter");
    pty_expect_exit(walk->pty, 3);
    g_autofree char *key = draft_get(rig, "client_id");
    assert_non_null(key);
}

/* Whose session it is, is still being asked: nothing was begun. */
static void esc__while_the_rights_are_asked__goes_back(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'faults': {'" QUERY "': {'delay_ms': 600000}}}");
    const guint before = demo_org_requests(rig->org, "GET", QUERY);
    g_autoptr(Walk) walk = walk_to_question(rig);
    see(walk, "As whom   asking");
    assert_true(demo_org_wait_requests(rig->org, "GET", QUERY, before + 1, PTY_WAIT_MS));
    press(walk, "Esc");
    see(walk, "App settings");
    press(walk, "q Enter");
    pty_expect_exit(walk->pty, 3);
    assert_int_equal(demo_org_requests(rig->org, "POST", DEPLOYS), 0);
    g_autofree char *key = draft_get(rig, "client_id");
    assert_null(key);
}

/* The app is there, and what comes after is given up: it says so, and goes on from there. */
static void esc__after_the_deploy__says_what_exists(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    draft_set(rig, "app_values", "no-secret");
    g_autoptr(Walk) walk = walk_to_question(rig);
    see_key(walk, "Enter make the app");
    demo_org_patch(rig->org, "{'faults': {'/services/Soap/m/68.0': {'delay_ms': 600000}}}");
    press(walk, "Enter");
    see(walk, "✔ Deployed");
    press(walk, "Esc");
    see_key(walk, "Enter go on");
    see_sentence(walk, "The app is there; Enter goes on with it. To remove it: perch app flow "
                       "--remove");
    demo_org_patch(rig->org, "{'faults': {'*': null}}");
    press(walk, "Enter");
    see_sentence(walk, "The connection works as admin@bird-demo.example.");
}

/* The same of the command, while the login host does not know the app. */
static void stopped__while_the_app_is_not_known__says_what_exists(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    demo_org_patch(rig->org, "{'org': {'app_delay_ms': 600000}}");
    g_autoptr(Walk) walk =
        walk_start(rig, "app", "flow", "--create", "--values", "no-secret", NULL);
    see(walk, "..  Known to the login host: not yet; it takes 2 to 10 minutes");
    press(walk, "C-c");
    see_sentence(walk, "The app is there. To go on: perch setup flow");
    see(walk, "To remove it: perch app flow --remove");
    pty_expect_exit(walk->pty, 3);
}

/* In words nobody is told to do what perch does next. */
static void read_secret__in_words__once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    g_autoptr(Child) made = rig_perch(rig, "app", "flow", "--create", "--read-secret", NULL);
    assert_code(made, 0);
    assert_contains(made->output->str, "Secret read back: read\n");
    assert_null(strstr(made->output->str, "Secret read back: not shown"));
}

/* ---- line by line ---- */

static void make__line_by_line(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    draft_set(rig, "app_values", "no-secret");
    const char *words[] = {"setup", "flow", "--plain", NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, "C\n1\n\n\n-\n-\nq\n\n", false);
    assert_contains(child->errors->str, "C make it");
    assert_contains(child->output->str, "As whom: the connection acme, admin@bird-demo.example");
    assert_contains(child->output->str, "Deployed: done: 5 components");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_secret__in_words__once),
        cmocka_unit_test(make__with_the_clis_login__is_three_keys_from_a_lead),
        cmocka_unit_test(make__secret_that_the_org_shows__stands_in_keys),
        cmocka_unit_test(make__secret_that_is_hidden__is_asked_for),
        cmocka_unit_test(make__secret_by_the_switch__stands_in_keys),
        cmocka_unit_test(make__switch_is_on__is_put_back),
        cmocka_unit_test(make__with_a_pasted_token),
        cmocka_unit_test(make__what_is_refused__is_on_the_screen),
        cmocka_unit_test(make__name_that_is_taken__shows_what_differs),
        cmocka_unit_test(make__connection_without_the_rights__is_passed_over),
        cmocka_unit_test(make__with_an_org_of_the_cli),
        cmocka_unit_test(make__without_a_login_of_the_cli__says_how),
        cmocka_unit_test(make__connection_with_a_key__has_its_app),
        cmocka_unit_test(esc__while_the_cli_is_asked__goes_back),
        cmocka_unit_test(esc__while_the_deploy_runs__says_what_is_not_known),
        cmocka_unit_test(esc__while_the_rights_are_asked__goes_back),
        cmocka_unit_test(esc__after_the_deploy__says_what_exists),
        cmocka_unit_test(stopped__while_the_app_is_not_known__says_what_exists),
        cmocka_unit_test(make__line_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
