/* SPDX-License-Identifier: MIT */

/* perch makes the app that logs in by itself, and the permission set of its user: from an org in
 * which the user may do nothing to a Lead, without Setup; and takes it all away. */

#include <string.h>

#include "e2e/maker.h"
#include "e2e/walk.h"

#define USER "integration@bird-demo.example"
#define SET MAKER_APP "_access"
#define ASSIGN "/services/data/v68.0/sobjects/PermissionSetAssignment"
#define PSL "SalesforceAPIIntegrationPsl"

static const char *const make_words[] = {
    "app",      "flow", "--create",         "--values",      "client-credentials",
    "--run-as", USER,   "--permission-set", "--read-secret", "--json",
    NULL};
static const char *const remove_words[] = {"app", "flow", "--remove", "--yes", "--json", NULL};

/* The user has nothing but its profile. */
static Rig *rig(void)
{
    Rig *rig = maker_rig();
    demo_org_patch(rig->org, "{'users': {'" USER "': {'permission_sets': [], 'licenses': []}}}");
    return rig;
}

static Json *state_part(Rig *rig, const char *part, const char *name)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    return json_copy(json_get(json_get(state, part), name));
}

static char *state_text(Rig *rig, const char *part, const char *name)
{
    g_autoptr(Json) json = state_part(rig, part, name);
    return json == NULL ? NULL : json_print(json);
}

static Json *run(Rig *rig, const char *const *words, int code)
{
    g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
    assert_code(child, code);
    return child_json(child);
}

static Json *run_with(Rig *rig, int code, const char *more)
{
    const char *words[G_N_ELEMENTS(make_words) + 1] = {NULL};
    memcpy(words, make_words, sizeof make_words);
    words[G_N_ELEMENTS(make_words) - 1] = more;
    return run(rig, words, code);
}

static void assert_status(const Json *result, const char *id, const char *status)
{
    const char *is = json_get_string(json_check(result, id), "status");
    if (strcmp(is, status) != 0)
        fail_msg("%s is %s", id, is);
}

static void assert_user(Rig *rig, const char *sets, const char *licenses)
{
    g_autoptr(Json) user = state_part(rig, "users", USER);
    g_autofree char *is_sets = json_print(json_get(user, "permission_sets"));
    g_autofree char *is_licenses = json_print(json_get(user, "licenses"));
    assert_string_equal(is_sets, sets);
    assert_string_equal(is_licenses, licenses);
}

static void assert_made(Rig *rig)
{
    assert_user(rig, "[\"" SET "\"]", "[\"" PSL "\"]");
    g_autofree char *set = state_text(rig, "permission_sets", SET);
    assert_contains(set, "\"license\":\"" PSL "\"");
    assert_contains(set, "\"api_enabled\":true");
    assert_contains(set, "\"read\":[\"Lead\",\"Case\"],\"create\":[\"Lead\",\"Case\"],\"edit\":[]");
    assert_contains(set, "Lead.Phone");
    assert_null(strstr(set, "Lead.LastName")); /* everybody has it */
}

static void assert_removed(Rig *rig)
{
    g_autofree char *set = state_text(rig, "permission_sets", SET);
    g_autofree char *app = state_text(rig, "apps", MAKER_APP);
    assert_null(set);
    assert_null(app);
    assert_user(rig, "[]", "[]");
}

/* ---- made ---- */

static void make__from_nothing__ends_with_a_lead(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Json) json = run(r, make_words, 0);
    assert_string_equal(json_get_string(json, "permission_set"), SET);
    assert_status(json, "license", "ok");
    assert_status(json, "licensed", "ok");
    assert_status(json, "assigned", "ok");
    assert_status(json, "run-as-back", "ok");
    assert_made(r);
    tmphome_set(r->home, "BROWSER", NULL);
    g_autoptr(Child) setup = rig_perch(r, "setup", "flow", "--plain", "--no-input", NULL);
    assert_code(setup, 0);
    assert_contains(setup->output->str, USER);
    assert_contains(setup->output->str, "Inserted: 00Q");
    g_autoptr(Child) doctor = rig_perch(r, "doctor", "flow", NULL);
    assert_code(doctor, 0);
    /* Nothing but the set gives the right: without it, what Salesforce says of a user without. */
    demo_org_patch(r->org, "{'users': {'" USER "': {'permission_sets': []}}}");
    g_autoptr(Child) without = rig_perch(r, "test", "flow", NULL);
    assert_code(without, 7);
    assert_contains(without->output->str, "NOT_FOUND");
}

static void make__again__finds_everything(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Json) first = run(r, make_words, 0);
    g_autoptr(Json) again = run(r, make_words, 0);
    assert_contains(json_get_string(json_get(json_check(again, "assigned"), "evidence"), "summary"),
                    "as before");
    assert_made(r);
    /* What perch made is known by itself: the connection's file says nothing about it. */
    g_autoptr(Json) removed = run(r, remove_words, 0);
    assert_status(removed, "access-removed", "ok");
    assert_removed(r);
}

static const char *const missing[] = {
    "{'permission_sets': {'" SET "': null}, 'users': {'" USER "': {'permission_sets': []}}}",
    "{'users': {'" USER "': {'permission_sets': []}}}",
    "{'users': {'" USER "': {'permission_sets': [], 'licenses': []}}}",
    "{'permission_sets': {'" SET "': {'editable_fields': []}}}",
};

/* Taken apart in Setup: the same command puts it together again. */
static void make__what_is_missing__is_made(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Json) first = run(r, make_words, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(missing); i++) {
        demo_org_patch(r->org, missing[i]);
        g_autoptr(Json) again = run(r, make_words, 0);
        assert_made(r);
    }
}

static void dry_run__changes_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autofree char *settings = rig_settings(r, "flow.json");
    g_autoptr(Json) json = run_with(r, 0, "--dry-run");
    assert_status(json, "license", "ok");
    assert_status(json, "access", "ok");
    assert_status(json, "validated", "ok");
    assert_removed(r);
    g_autofree char *now = rig_settings(r, "flow.json");
    assert_string_equal(settings, now);
    g_autoptr(Json) made = run(r, make_words, 0);
    const char *words[] = {"app", "flow", "--remove", "--dry-run", NULL};
    g_autoptr(Child) tried = rig_perch_input(r, words, NULL, false);
    assert_code(tried, 0);
    assert_made(r);
}

/* A user with a license of its own needs no other, and keeps what it had. */
static void make__user_with_a_full_license__gets_the_set_alone(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    const char *words[] = {"app",      "flow",
                           "--create", "--values=client-credentials",
                           "--run-as", "standard@bird-demo.example",
                           "--json",   "--permission-set",
                           NULL};
    g_autoptr(Json) json = run(r, words, 0);
    assert_status(json, "assigned", "ok");
    g_autofree char *set = state_text(r, "permission_sets", SET);
    assert_contains(set, "\"license\":\"\"");
    g_autofree char *user = state_text(r, "users", "standard@bird-demo.example");
    assert_contains(user, "\"permission_sets\":[\"" SET "\"],\"licenses\":[]");
    g_autoptr(Json) removed = run(r, remove_words, 0);
    assert_removed(r);
}

/* ---- on the App step ---- */

/* The draft's app logs in by itself, and the org shows its secret. */
static Rig *rig_of_the_way(void)
{
    Rig *r = rig();
    g_autofree char *settings = rig_settings(r, "flow.json");
    g_autofree char *path = rig_settings_path(r, "flow.json");
    g_autoptr(Json) json = json_parse(settings, strlen(settings), NULL);
    json_set_string(json, "app_values", "client-credentials");
    json_set_string(json, "run_as", USER);
    g_autofree char *text = json_print(json);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    demo_org_patch(r->org, "{'org': {'secrets_by_rest': true}}");
    return r;
}

static void wizard__one_tick__ends_with_a_lead(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig_of_the_way();
    g_autoptr(Walk) walk = walk_start(r, "setup", "flow", NULL);
    see_key(walk, "C make it");
    press(walk, "C");
    see_key(walk, "Enter make the app");
    see_sentence(walk, "[ ] make a permission set for " USER " and assign it, too");
    press(walk, "End Space");
    see_sentence(walk, "perch also makes the permission set " SET);
    press(walk, "Enter");
    see_key(walk, "Enter insert");
    assert_made(r);
    press(walk, "Enter");
    see(walk, "✔ Inserted");
}

/* The assignment fails: the screen says what exists, and Enter goes on from there. */
static void wizard__not_assigned__tries_again(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig_of_the_way();
    demo_org_patch(r->org, "{'faults': {'" ASSIGN "': {'kind': 'error', 'times': 1}}}");
    g_autoptr(Walk) walk = walk_start(r, "setup", "flow", NULL);
    see_key(walk, "C make it");
    press(walk, "C");
    see_key(walk, "Enter make the app");
    press(walk, "End Space");
    see_sentence(walk, "perch also makes the permission set " SET);
    press(walk, "Enter");
    see_key(walk, "Enter try again");
    press(walk, "End");
    see_sentence(walk, "The app and its permission set are there; the set is not assigned.");
    press(walk, "Enter");
    see_key(walk, "Enter insert");
    assert_made(r);
}

static void plain__one_question__gives_the_set(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig_of_the_way();
    const char *words[] = {"setup", "flow", "--plain", NULL};
    g_autoptr(Child) child = rig_perch_input(r, words, "C\n\ny\n\n\n\n\n", false);
    assert_contains(child->errors->str, "make a permission set for " USER " and assign it, too (y "
                                        "or n, Enter for n): ");
    assert_contains(child->output->str, "ok  Permission set assigned: to " USER);
    assert_made(r);
}

/* ---- refused ---- */

/* Each with its cause and its page; nothing was made. */
static void make__what_stands_against_it__is_told_first(void **state)
{
    static const struct {
        const char *patch, *row, *cause, *page;
    } cases[] = {
        {"{'org': {'integration_licenses': 0}}", "license", "license-missing",
         "CompanyProfileInfo"},
        {"{'org': {'integration_licenses': 1}, 'users': {'service@bird-demo.example': "
         "{'licenses': ['" PSL "']}}}",
         "license", "license-missing", "CompanyProfileInfo"},
        {"{'users': {'" USER "': {'active': false}}}", "user", "user-inactive", "ManageUsers"},
        {"{'users': {'" USER "': {'user_type': 'CspLitePortal'}}}", "user", "license-missing",
         "ManageUsers"},
        {"{'permission_sets': {'" SET "': {'label': 'Another'}}}", "access", "deploy-refused",
         "PermSets"},
        {"{'users': {'" USER "': null}}", "user", "flow-disabled", "ManageUsers"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Rig) r = rig();
        demo_org_patch(r->org, cases[i].patch);
        g_autoptr(Child) child = rig_perch_input(r, make_words, NULL, false);
        g_autoptr(Json) json = child_json(child);
        const Json *diagnosis = json_get(json_check(json, cases[i].row), "diagnosis");
        assert_string_equal(json_get_string(diagnosis, "cause"), cases[i].cause);
        assert_contains(json_get_string(diagnosis, "page"), cases[i].page);
        assert_status(json, "deployed", "skipped");
        assert_false(json_get_bool(json, "changed", true));
        g_autofree char *app = state_text(r, "apps", MAKER_APP);
        assert_null(app);
    }
}

/* The app is there, a later row fails: it says what exists and how to go on, and going on works. */
static void make__later_row_fails__says_what_exists(void **state)
{
    static const struct {
        const char *path, *row;
    } cases[] = {
        {ASSIGN, "!!  Permission set assigned: "},
        {"/services/data/v68.0/sobjects/PermissionSetLicenseAssign", "!!  License assigned: "},
    };
    (void)state;
    const char *words[G_N_ELEMENTS(make_words)] = {NULL};
    memcpy(words, make_words, sizeof words);
    words[G_N_ELEMENTS(make_words) - 2] = NULL; /* not as JSON */
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Rig) r = rig();
        g_autofree char *fault =
            g_strdup_printf("{'faults': {'%s': {'kind': 'error', 'times': 1}}}", cases[i].path);
        demo_org_patch(r->org, fault);
        g_autoptr(Child) child = rig_perch_input(r, words, NULL, false);
        assert_int_not_equal(child_code(child), 0);
        assert_contains(child->output->str, "ok  Deployed");
        assert_contains(child->output->str, cases[i].row);
        assert_contains(child->errors->str,
                        "The app and its permission set are there; the set is not assigned. To go "
                        "on, run the same command again. To remove both: perch app flow --remove");
        g_autoptr(Json) again = run(r, make_words, 0);
        assert_made(r);
    }
}

/* The app was made, and what comes then fails: it says what exists and how to go on, and that
 * works. */
static void make__row_behind_the_deploy_fails__says_what_exists(void **state)
{
    static const struct {
        const char *path;
        int skip, code;
        const char *row;
    } cases[] = {
        {"/services/data/v68.0/query", 2, 0, "App: "},
        {"/services/Soap/m/68.0", 0, 0, "Settings read back: "},
        {"/services/data/v68.0/apps/oauth/credentials", 0, 0, "Secret read back: "},
        {"/services/oauth2/authorize", 0, 10, "Known to the login host: "},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Rig) made = rig();
        g_autofree char *fault =
            g_strdup_printf("{'faults': {'%s': {'kind': 'error', 'skip': %d, 'times': 1}}}",
                            cases[i].path, cases[i].skip);
        demo_org_patch(made->org, fault);
        g_autoptr(Child) child = rig_perch(made, "app", "flow", "--create", NULL);
        assert_code(child, cases[i].code);
        assert_contains(child->output->str, "ok  Deployed: ");
        assert_contains(child->output->str, cases[i].row);
        const char *end = cases[i].code == 0 ? child->output->str : child->errors->str;
        assert_contains(end, "The app is there. To ");
        assert_contains(end, "perch setup flow");
        assert_true(cases[i].code == 0 || strstr(end, "perch app flow --remove") != NULL);
        const char *words[] = {"app", "flow", "--create", "--json", NULL};
        g_autoptr(Json) again = run(made, words, 0);
        assert_status(again, "deployed", "ok");
        g_autoptr(Json) removed = run(made, remove_words, 0);
        assert_removed(made);
    }
}

static void permission_set__without_such_a_user__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) attended = rig_perch(r, "app", "flow", "--create", "--permission-set", NULL);
    assert_code(attended, 2);
    assert_contains(attended->errors->str, "--values client-credentials and --run-as USERNAME");
    g_autoptr(Child) alone = rig_perch(r, "app", "flow", "--permission-set", NULL);
    assert_code(alone, 2);
    assert_contains(alone->errors->str, "--permission-set goes with --create or --repair.");
}

/* ---- repaired ---- */

static const char *const repair_words[] = {"app",   "flow",   "--repair", "--permission-set",
                                           "--yes", "--json", NULL};

/* Somebody chose another user in Setup: the comparison names both, and the repair puts it right. */
static void repair__run_as_changed_in_setup__is_named_and_mended(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Json) made = run(r, make_words, 0);
    demo_org_patch(r->org, "{'apps': {'" MAKER_APP "': {'run_as': 'admin@bird-demo.example'}}}");
    const char *dry[] = {"app", "flow", "--repair", "--dry-run", NULL};
    g_autoptr(Child) tried = rig_perch_input(r, dry, NULL, false);
    assert_code(tried, 0);
    assert_contains(tried->output->str, "To have perch make and assign them, too, add "
                                        "--permission-set.");
    assert_contains(tried->output->str, "Run As (Username): admin@bird-demo.example");
    g_autoptr(Json) mended = run(r, repair_words, 0);
    assert_status(mended, "compared", "ok");
    assert_int_equal(json_get_int(mended, "differences", 0), 1);
    g_autoptr(Json) app = state_part(r, "apps", MAKER_APP);
    assert_string_equal(json_get_string(app, "run_as"), USER);
    /* On the person's word another user is the right one, and the connection knows that. */
    const char *other[] = {"app",
                           "flow",
                           "--repair",
                           "--permission-set",
                           "--yes",
                           "--run-as",
                           "second@bird-demo.example",
                           NULL};
    demo_org_patch(r->org, "{'users': {'second@bird-demo.example': {'profile': 'Minimum Access - "
                           "API Only Integrations'}}}");
    g_autoptr(Child) changed = rig_perch_input(r, other, NULL, false);
    assert_code(changed, 0);
    g_autofree char *settings = rig_settings(r, "flow.json");
    assert_contains(settings, "second@bird-demo.example");
    g_autofree char *user = state_text(r, "users", "second@bird-demo.example");
    assert_contains(user, SET);
}

/* What was taken apart in Setup around an app that is as it should be. */
static void repair__permission_set__is_mended_where_asked(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Json) made = run(r, make_words, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(missing); i++) {
        demo_org_patch(r->org, missing[i]);
        const char *words[] = {"app", "flow", "--repair", "--yes", "--json", NULL};
        g_autoptr(Json) alone = run(r, words, 0);
        assert_false(json_get_bool(alone, "changed", true));
        g_autoptr(Json) mended = run(r, repair_words, 0);
        assert_status(mended, "assigned", "ok");
        assert_true(json_get_bool(mended, "changed", false));
        assert_made(r);
    }
    demo_org_patch(r->org, "{'users': {'" USER "': {'permission_sets': []}}, 'faults': {'" ASSIGN
                           "': {'kind': 'error', 'times': 1}}}");
    const char *told[] = {"app", "flow", "--repair", "--permission-set", "--yes", NULL};
    g_autoptr(Child) failed = rig_perch_input(r, told, NULL, false);
    assert_int_not_equal(child_code(failed), 0);
    assert_contains(failed->errors->str, "its permission set is not assigned. To go on, run the "
                                         "same command again.");
    g_autoptr(Child) again = rig_perch_input(r, told, NULL, false);
    assert_code(again, 0);
    assert_made(r);
}

/* ---- with a private key ---- */

/* The set approves its user for the app, which nobody else can do before the first login. */
static void jwt__permission_set__approves_the_user(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Child) draft = rig_perch(r, "setup", "flow", "--plain", "--no-input", "--login",
                                       "jwt-bearer", "--username", USER, NULL);
    const char *words[] = {"app", "flow", "--create", "--permission-set", "--json", NULL};
    g_autoptr(Json) made = run(r, words, 0);
    assert_status(made, "assigned", "ok");
    assert_user(r, "[\"" SET "\"]", "[\"" PSL "\"]");
    g_autofree char *app = state_text(r, "apps", MAKER_APP);
    assert_contains(app, "\"permission_sets\":[\"" SET "\"]");
    g_autoptr(Child) setup = rig_perch(r, "setup", "flow", "--plain", "--no-input", NULL);
    assert_code(setup, 0);
    assert_contains(setup->output->str, "Inserted: 00Q");
    /* Taken off the app in Setup, nobody is approved; the repair puts it back. */
    demo_org_patch(r->org, "{'apps': {'" MAKER_APP "': {'permission_sets': []}}}");
    g_autoptr(Child) without = rig_perch_secret(r, "token", "flow", "--fresh", NULL);
    assert_int_not_equal(child_code(without), 0);
    g_autoptr(Json) mended = run(r, repair_words, 0);
    g_autoptr(Child) with = rig_perch_secret(r, "token", "flow", "--fresh", NULL);
    assert_code(with, 0);
    g_autoptr(Json) removed = run(r, remove_words, 0);
    assert_removed(r);
}

/* ---- removed ---- */

/* A set that somebody else made stays, and so does a license that the user had before. */
static void remove__what_is_not_perchs__stays(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    demo_org_patch(r->org, "{'users': {'" USER "': {'licenses': ['" PSL "']}}}");
    g_autoptr(Json) made = run(r, make_words, 0);
    assert_made(r);
    const char *words[] = {"app", "flow", "--remove", "--yes", NULL};
    g_autoptr(Child) removed = rig_perch_input(r, words, NULL, false);
    assert_code(removed, 0);
    assert_contains(removed->output->str, "The app is removed. To make it again: perch app flow");
    assert_user(r, "[]", "[\"" PSL "\"]");
    g_autoptr(Json) again = run(r, make_words, 0);
    demo_org_patch(r->org, "{'permission_sets': {'" SET "': {'description': 'Hers'}}}");
    g_autoptr(Json) partly = run(r, remove_words, 0);
    assert_status(partly, "access-removed", "skipped");
    g_autofree char *set = state_text(r, "permission_sets", SET);
    assert_contains(set, "Hers");
}

/* ---- killed ---- */

enum { WAIT_MS = 60000 };

/* FALSE: it came to its end. */
static bool is_killed(Rig *r, const char *const *words, int when)
{
    g_autofree char *log = g_build_filename(r->home->root, "trace", NULL);
    g_autofree char *inject = g_strdup_printf("--inject=sendto:signal=KILL:when=%d", when);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *trace[] = {"strace", "-o", log, "-s", "0", "-e", "signal=none", inject};
    for (gsize i = 0; i < G_N_ELEMENTS(trace); i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)trace[i]);
    g_ptr_array_add(argv, (gpointer)(guintptr)g_getenv("PERCH"));
    for (; *words != NULL; words++)
        g_ptr_array_add(argv, (gpointer)(guintptr)*words);
    g_ptr_array_add(argv, NULL);
    g_auto(GStrv) env = child_env_without_leak_check(r->home->env);
    g_autoptr(Child) child = child_start((const char *const *)argv->pdata, env);
    child_close_input(child);
    assert_true(child_wait_end(child, WAIT_MS));
    return child_code(child) == 137;
}

/* As somebody might in Setup: what the repair puts together again. */
static void take_apart(Rig *r)
{
    demo_org_patch(r->org,
                   "{'apps': {'" MAKER_APP "': {'ip_relaxation': 'enforce'}}, 'users': {'" USER
                   "': {'permission_sets': []}}}");
}

static void assert_app_whole(Rig *r)
{
    g_autofree char *app = state_text(r, "apps", MAKER_APP);
    assert_null(strstr(app, "\"enforce\""));
}

static void killed__at_any_request__is_gone_on_with(void **state)
{
    (void)state;
    if (!rig_may_trace())
        skip();
    const int stride = maker_stride();
    g_autoptr(Rig) r = rig();
    int killed = 0;
    for (int when = stride; is_killed(r, make_words, when); when += stride, killed++) {
        g_autoptr(Json) made = run(r, make_words, 0);
        assert_made(r);
        g_autoptr(Json) removed = run(r, remove_words, 0);
        assert_removed(r);
    }
    print_message("# %d kills\n", killed);
    assert_true(killed > 2);
    assert_made(r);
    const int making = killed;
    for (int when = stride; take_apart(r), is_killed(r, repair_words, when); when += stride) {
        g_autoptr(Json) mended = run(r, repair_words, 0);
        assert_made(r);
        assert_app_whole(r);
        killed++;
    }
    assert_app_whole(r);
    assert_true(killed > making + 2);
    for (int when = stride; is_killed(r, remove_words, when); when += stride, killed++) {
        g_autoptr(Json) removed = run(r, remove_words, 0);
        assert_removed(r);
        g_autoptr(Json) made = run(r, make_words, 0);
        assert_made(r);
    }
    assert_removed(r);
    print_message("# %d kills\n", killed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(make__from_nothing__ends_with_a_lead),
        cmocka_unit_test(make__again__finds_everything),
        cmocka_unit_test(make__what_is_missing__is_made),
        cmocka_unit_test(dry_run__changes_nothing),
        cmocka_unit_test(make__user_with_a_full_license__gets_the_set_alone),
        cmocka_unit_test(wizard__one_tick__ends_with_a_lead),
        cmocka_unit_test(wizard__not_assigned__tries_again),
        cmocka_unit_test(plain__one_question__gives_the_set),
        cmocka_unit_test(make__what_stands_against_it__is_told_first),
        cmocka_unit_test(make__later_row_fails__says_what_exists),
        cmocka_unit_test(make__row_behind_the_deploy_fails__says_what_exists),
        cmocka_unit_test(permission_set__without_such_a_user__is_refused),
        cmocka_unit_test(repair__run_as_changed_in_setup__is_named_and_mended),
        cmocka_unit_test(repair__permission_set__is_mended_where_asked),
        cmocka_unit_test(jwt__permission_set__approves_the_user),
        cmocka_unit_test(remove__what_is_not_perchs__stays),
        cmocka_unit_test(killed__at_any_request__is_gone_on_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
