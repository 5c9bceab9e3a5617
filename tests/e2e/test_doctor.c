/* SPDX-License-Identifier: MIT */

/* perch doctor: every check, and the org's own word on what failed. */

#include <string.h>

#include "e2e/rig.h"

static Json *doctor(Rig *rig, int code)
{
    g_autoptr(Child) child = rig_perch(rig, "doctor", "acme", "--json", NULL);
    assert_code(child, code);
    return child_json(child);
}

static void assert_status(const Json *result, const char *id, const char *status)
{
    const char *found = json_get_string(json_check(result, id), "status");
    if (strcmp(found, status) != 0)
        fail_msg("%s is %s, not %s", id, found, status);
}

static void assert_diagnosis(const Json *result, const char *id, const char *cause,
                             const char *certainty)
{
    const Json *diagnosis = json_get(json_check(result, id), "diagnosis");
    assert_non_null(diagnosis);
    assert_string_equal(json_get_string(diagnosis, "cause"), cause);
    assert_string_equal(json_get_string(diagnosis, "certainty"), certainty);
}

static void doctor__healthy__every_check_is_ok(void **state)
{
    static const char *const ids[] = {"lookup",   "connection",   "salesforce", "clock",
                                      "keyring",  "consumer-key", "callback",   "refreshed",
                                      "rotation", "who",          "scopes",     "api",
                                      "lead",     "case",         "approvals",  NULL};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Json) json = doctor(rig, 0);
    for (int i = 0; ids[i] != NULL; i++)
        assert_status(json, ids[i], "ok");
    const Json *evidence = json_get(json_check(json, "api"), "evidence");
    assert_true(json_get_int(evidence, "api_allowed", 0) > 0);
}

static void doctor__api_off__edition_tells_user_from_org(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'profiles':{'*':{'api_enabled':false}}}");
    g_autoptr(Json) user = doctor(rig, 6);
    assert_diagnosis(user, "api", "api-disabled-user", "likely");
    assert_status(user, "lead", "skipped");
    const char *page = json_get_string(json_get(json_check(user, "api"), "diagnosis"), "page");
    assert_true(g_str_has_prefix(page, rig->org->url));
    assert_contains(page, "ManageUsers");
}

static void doctor__api_off__an_edition_without_api_is_the_org(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, "{'org':{'edition':'Professional Edition'}}");
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--json", NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 6); /* the login works all the same */
    g_autoptr(Json) json = child_json(child);
    assert_diagnosis(json, "describe", "api-disabled", "likely");
}

static void doctor__revoked__exits_4(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'grants':{'*':null}}");
    g_autoptr(Json) json = doctor(rig, 4);
    assert_diagnosis(json, "refreshed", "authorization-revoked", "certain");
    assert_status(json, "who", "skipped");
    assert_status(json, "consumer-key", "ok"); /* what does not need the token is still checked */
}

static void doctor__no_create_right__is_certain_by_describe(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'profiles':{'*':{'create':['Case']}}}");
    g_autoptr(Json) json = doctor(rig, 0); /* the object may not be the one in use: no block */
    assert_diagnosis(json, "lead", "create-not-permitted", "certain");
    assert_status(json, "case", "ok");
    const Json *org = json_get(json_get(json_check(json, "lead"), "evidence"), "org");
    assert_false(json_get_bool(org, "createable", true));
}

static void doctor__questions_that_may_not_be_asked__do_no_harm(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'profiles':{'*':{'view_setup':false,'manage_users':false,"
                             "'customize':false,'create':['Case']}}}");
    g_autoptr(Json) json = doctor(rig, 0);
    assert_diagnosis(json, "lead", "create-not-permitted", "certain");
}

static void doctor__many__all_at_once_and_gravest_exit(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    rig_setup(rig, "beta");
    g_autoptr(Child) fine = rig_perch(rig, "doctor", "--all", NULL);
    assert_code(fine, 0);
    assert_contains(fine->output->str, "acme: ");
    assert_contains(fine->output->str, "beta: ");
    g_autoptr(Child) json_child = rig_perch(rig, "doctor", "--json", NULL);
    g_autoptr(Json) json = child_json(json_child);
    assert_int_equal(json_size(json_get(json, "connections")), 2);
    g_autoptr(Child) nobody = rig_perch(rig, "doctor", "nobody", NULL);
    assert_code(nobody, 2);
}

static void doctor__callback_gone__is_callback_mismatch(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'apps':{'Bird_Integration':{'callbacks':['https://other.example/']"
                             "}}}");
    g_autoptr(Json) json = doctor(rig, 5);
    assert_diagnosis(json, "callback", "callback-mismatch", "certain");
    assert_status(json, "refreshed", "ok"); /* the token still works */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doctor__healthy__every_check_is_ok),
        cmocka_unit_test(doctor__api_off__edition_tells_user_from_org),
        cmocka_unit_test(doctor__api_off__an_edition_without_api_is_the_org),
        cmocka_unit_test(doctor__revoked__exits_4),
        cmocka_unit_test(doctor__no_create_right__is_certain_by_describe),
        cmocka_unit_test(doctor__questions_that_may_not_be_asked__do_no_harm),
        cmocka_unit_test(doctor__many__all_at_once_and_gravest_exit),
        cmocka_unit_test(doctor__callback_gone__is_callback_mismatch),
    };
    return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
