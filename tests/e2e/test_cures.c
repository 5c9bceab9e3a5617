/* SPDX-License-Identifier: MIT */

/* Fail, explain, fix on the page that perch opens, retry, green: walked on the screen and by
 * commands, with an administrator at the demo org's Setup. */

#include <string.h>

#include "e2e/admin.h"
#include "e2e/walk.h"

static Rig *rig_with(const char *rehearsal)
{
    g_autofree char *option = g_strdup_printf("--rehearsal=%s", rehearsal);
    return rig_new(SESSION_KEYRING_OPEN, (const char *const[]){option, NULL});
}

/* An administrator at the page that o opens. */
static Admin *at_the_page(Walk *walk)
{
    Admin *admin = admin_new(walk->rig);
    see_key(walk, "o open Setup page");
    g_autofree char *address = walk_opened(walk, "o");
    admin_open(admin, address);
    return admin;
}

static void to_test(Walk *walk)
{
    walk_to_probed(walk);
    press(walk, "Enter");
    see_key(walk, "Enter test record");
    press(walk, "Enter");
}

static void to_the_end(Walk *walk)
{
    see_key(walk, "Enter hand-off");
    press(walk, "Enter");
    see(walk, "Into Flow Builder");
    walk_done(walk);
    see_end(walk, 0, "acme is ready. An access token for a script: perch token acme");
}

/* ---- on the screen ---- */

static void give_api(Admin *admin)
{
    admin_follow(admin, "Integration");
    admin_tick(admin, "api_enabled", true);
    admin_press(admin, "Save");
}

static void screen__api_disabled_user__profile_cures_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("api-disabled-user");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    to_test(walk);
    see_sentence(walk, "This user is not allowed to use the API.");
    see_sentence(walk, "The user is admin@bird-demo.example.");
    g_autoptr(Admin) admin = at_the_page(walk);
    assert_contains(admin_page(admin), rig->org->username);
    give_api(admin);
    press(walk, "r");
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    to_the_end(walk);
}

/* Before the first login nobody knows the app's id, and the link leads to the list of apps. */
static void at_the_app(Admin *admin)
{
    if (strstr(admin_page(admin), "<h1>Bird Integration</h1>") == NULL)
        admin_follow(admin, "Bird Integration");
}

static void put_callback(Admin *admin, Rig *rig)
{
    g_autofree char *callback =
        g_strdup_printf("http://localhost:%u/OauthRedirect", rig->org->callback_ports[0]);
    at_the_app(admin);
    admin_enter(admin, "callbacks", callback);
    admin_press(admin, "Save");
}

static void screen__callback_mismatch__app_cures_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("callback-mismatch");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    press(walk, "Enter");
    see(walk, "✖ Callback");
    see_sentence(walk, "The callback URL is not in the app's list.");
    press(walk, "Tab Tab"); /* out of the fields, where letters are commands */
    g_autoptr(Admin) admin = at_the_page(walk);
    put_callback(admin, rig);
    press(walk, "r");
    see(walk, "✔ Callback");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    see_key(walk, "Enter test record");
}

static void let_all_users_in(Admin *admin)
{
    at_the_app(admin);
    admin_enter(admin, "permitted_users", "self");
    admin_press(admin, "Save");
}

static void screen__user_not_approved__policy_cures_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("user-not-approved");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    press(walk, "Enter");
    see_sentence(walk, "This user is not allowed to use the app.");
    g_autoptr(Admin) admin = at_the_page(walk);
    let_all_users_in(admin);
    press(walk, "r");
    see_key(walk, "Enter test record");
}

static void let_create_leads(Admin *admin)
{
    if (strstr(admin_page(admin), "create.Lead") == NULL)
        admin_follow(admin, "Integration");
    admin_tick(admin, "create.Lead", true);
    admin_press(admin, "Save");
}

static void screen__create_not_permitted__profile_cures_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("create-not-permitted");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    to_test(walk);
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    see_sentence(walk, "This user is not allowed to create");
    g_autoptr(Admin) admin = at_the_page(walk);
    let_create_leads(admin);
    press(walk, "r");
    to_the_end(walk);
}

static void make_optional(Admin *admin)
{
    admin_choose(admin, "Lead.Sales_Rep__c");
    admin_tick(admin, "required", false);
    admin_press(admin, "Save");
}

/* The describe tells before anything is sent; r reads it again. */
static void screen__required_field__field_cures_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("required-field");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    to_test(walk);
    see(walk, "Sales Rep *");
    see_sentence(walk,
                 "This field is required and points to another record. Enter that record's id");
    see_sentence(walk, "or open the field's Setup page and untick Required.");
    g_autoptr(Admin) admin = at_the_page(walk);
    make_optional(admin);
    press(walk, "r");
    pty_expect_gone(walk->pty, "Sales Rep *");
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    to_the_end(walk);
}

/* ---- by commands ---- */

static Json *run(Rig *rig, const char *command, int code)
{
    g_autoptr(Child) child = rig_perch(rig, command, "acme", "--json", NULL);
    assert_code(child, code);
    return child_json(child);
}

/* perch COMMAND fails with the cause, and the administrator opens the page that it names. */
static Admin *fail_and_open(Rig *rig, const char *command, int code, const char *check,
                            const char *cause)
{
    g_autoptr(Json) result = run(rig, command, code);
    const Json *diagnosis = json_get(json_check(result, check), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), cause);
    assert_string_equal(json_get_string(diagnosis, "retry"), "after-fix");
    assert_non_null(json_get_string(diagnosis, "page"));
    Admin *admin = admin_new(rig);
    admin_open(admin, json_get_string(diagnosis, "page"));
    return admin;
}

/* Setup of a working connection, then what goes wrong months later. */
static Rig *rig_broken(const char *patch)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, patch);
    return rig;
}

#define INTEGRATION(rights)                             \
    "{'profiles':{'Integration':{" rights "}},'users':" \
    "{'admin@bird-demo.example':{'profile':'Integration'}}}"

static void doctor__api_disabled_user__green_after_the_fix(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_broken(INTEGRATION("'api_enabled':false"));
    g_autoptr(Admin) admin = fail_and_open(rig, "doctor", 6, "api", "api-disabled-user");
    give_api(admin);
    json_free(run(rig, "doctor", 0));
    json_free(run(rig, "test", 0));
}

static void doctor__callback_mismatch__green_after_the_fix(void **state)
{
    (void)state;
    g_autoptr(Rig) rig =
        rig_broken("{'apps':{'Bird_Integration':{'callbacks':['https://other.example/']}}}");
    g_autoptr(Admin) admin = fail_and_open(rig, "doctor", 5, "callback", "callback-mismatch");
    put_callback(admin, rig);
    json_free(run(rig, "doctor", 0));
}

static void doctor__user_not_approved__green_after_the_fix(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_broken("{'apps':{'Bird_Integration':{'permitted_users':'admin'}}}");
    g_autoptr(Admin) admin = fail_and_open(rig, "doctor", 5, "refreshed", "user-not-approved");
    let_all_users_in(admin);
    json_free(run(rig, "doctor", 0));
}

static void test__create_not_permitted__green_after_the_fix(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_broken(INTEGRATION("'create':['Case']"));
    g_autoptr(Admin) admin = fail_and_open(rig, "test", 7, "inserted", "create-not-permitted");
    let_create_leads(admin);
    json_free(run(rig, "test", 0));
}

static void test__required_field__green_after_the_fix(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_broken("{'custom_fields':{'Lead.Sales_Rep__c':{'label':'Sales Rep',"
                                    "'type':'reference','required':true}}}");
    g_autoptr(Admin) admin = fail_and_open(rig, "test", 7, "inserted", "required-field");
    make_optional(admin);
    json_free(run(rig, "test", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screen__api_disabled_user__profile_cures_it),
        cmocka_unit_test(screen__callback_mismatch__app_cures_it),
        cmocka_unit_test(screen__user_not_approved__policy_cures_it),
        cmocka_unit_test(screen__create_not_permitted__profile_cures_it),
        cmocka_unit_test(screen__required_field__field_cures_it),
        cmocka_unit_test(doctor__api_disabled_user__green_after_the_fix),
        cmocka_unit_test(doctor__callback_mismatch__green_after_the_fix),
        cmocka_unit_test(doctor__user_not_approved__green_after_the_fix),
        cmocka_unit_test(test__create_not_permitted__green_after_the_fix),
        cmocka_unit_test(test__required_field__green_after_the_fix),
    };
    return cmocka_run_group_tests_name("cures", tests, NULL, NULL);
}
