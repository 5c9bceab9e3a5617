/* SPDX-License-Identifier: MIT */

/* perch doctor: every check, and the org's own word on what failed. */

#include <string.h>

#include "e2e/rig.h"
#include "perch/base/connection.h"
#include "perch/store/store.h"
#include "support/many.h"

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

/* ---- what it tells besides right and wrong ---- */

static void doctor__allowance__is_told_and_warned_about(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'org':{'api_used':6000}}");
    g_autoptr(Child) child = rig_perch(rig, "doctor", "acme", NULL);
    assert_code(child, 0);
    assert_contains(child->output->str, "of 15,000 API calls used today (40%)");
    demo_org_patch(rig->org, "{'org':{'api_used':13500}}");
    g_autoptr(Json) near = doctor(rig, 0);
    assert_status(near, "api", "warning");
    assert_status(near, "lead", "ok");
    assert_contains(json_get_string(json_get(json_check(near, "api"), "evidence"), "summary"),
                    "(90%)");
}

static void doctor__four_of_five_approvals__is_a_warning(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    static const char *const names[] = {"acme", "beta", "gamma", "delta"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        rig_setup(rig, names[i]);
    g_autoptr(Json) json = doctor(rig, 0);
    assert_status(json, "approvals", "warning");
    const Json *evidence = json_get(json_check(json, "approvals"), "evidence");
    assert_int_equal(json_get_int(evidence, "approvals", 0), 4);
    assert_contains(json_get_string(evidence, "summary"), "4 of 5 used by this user");
}

static void doctor__rotation_and_clock__are_told(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'apps':{'Bird_Integration':{'rotation':true}}}");
    g_autoptr(Json) rotates = doctor(rig, 0);
    assert_diagnosis(rotates, "rotation", "rotation-on", "certain");
    demo_org_patch(rig->org, "{'org':{'clock_offset_ms':600000}}");
    g_autoptr(Json) late = doctor(rig, 8);
    assert_diagnosis(late, "clock", "clock-wrong", "certain");
    assert_status(late, "refreshed", "ok");
}

/* Its clock would be compared with Salesforce's. */
static void doctor__another_server_on_loopback__is_no_clock(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) here = rig_perch(rig, "doctor", "acme", NULL);
    assert_contains(here->output->str, "s of the server's");
    assert_null(strstr(here->output->str, "of Salesforce's"));
    demo_org_patch(rig->org, "{'org':{'clock_offset_ms':600000},"
                             "'faults':{'/services/data':{'kind':'html'}}}");
    g_autoptr(Json) json = doctor(rig, 8);
    assert_status(json, "clock", "skipped");
    assert_status(json, "salesforce", "failed");
}

/* ---- at the same time ---- */

static gint64 held(Rig *rig, const char *path)
{
    g_autoptr(Json) now = demo_org_control(rig->org, "GET", "state", NULL);
    return json_get_int(json_get(json_get(now, "faults"), path), "hits", 0);
}

struct in_flight {
    Rig *rig;
    Child *child;
    const char *path;
    gint64 wanted;
};

/* Until the org holds so many requests, and answers none of them. */
static void wait_held(const struct in_flight *in_flight)
{
    const gint64 deadline = g_get_monotonic_time() + 30 * G_TIME_SPAN_SECOND;
    while (held(in_flight->rig, in_flight->path) < in_flight->wanted)
        if (g_get_monotonic_time() > deadline || child_wait_end(in_flight->child, 20))
            fail_msg("%s: %d under way", in_flight->path,
                     (int)held(in_flight->rig, in_flight->path));
}

static Child *start_doctor(Rig *rig)
{
    const char *const argv[] = {g_getenv("PERCH"), "doctor", "--json", NULL};
    return child_start(argv, rig->home->env);
}

/* The rights on both objects are asked for while the probe of the app has no answer yet. */
static void doctor__independent_checks__are_under_way_together(void **state)
{
    static const char objects[] = "/services/data/v68.0/sobjects";
    static const char authorize[] = "/services/oauth2/authorize";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'faults':{'/services/data/v68.0/sobjects':{'delay_ms':600000},"
                             "'/services/oauth2/authorize':{'delay_ms':600000}}}");
    g_autoptr(Child) child = start_doctor(rig);
    wait_held(&(struct in_flight){rig, child, objects, 2});
    assert_int_equal(held(rig, authorize), 1);
    assert_true(child_stop(child, 20000));
}

static void doctor__many_connections__are_under_way_together(void **state)
{
    static const char token[] = "/services/oauth2/token";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    many_connections(rig->home, rig->bus, "acme", 4);
    demo_org_patch(rig->org, "{'faults':{'/services/oauth2/authorize':{'delay_ms':600000}}}");
    g_autoptr(Child) child = start_doctor(rig);
    wait_held(&(struct in_flight){rig, child, "/services/oauth2/authorize", 5});
    assert_true(demo_org_wait_requests(rig->org, "POST", token, 5, 30000));
    assert_true(child_stop(child, 20000));
}

/* The one that only a person can put right counts, wherever it stands in the list. */
static void doctor__several_failures__exit_of_the_gravest(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *folder = g_build_filename(rig->home->config, "perch", NULL);
    g_autoptr(Connection) lost = connection_new("beta");
    g_autoptr(Connection) acme = connections_load(folder, "acme", NULL);
    connection_set(&lost->login_url, acme->login_url);
    connection_set(&lost->client_id, acme->client_id);
    connection_set(&lost->draft_step, NULL);
    assert_true(connections_save(folder, lost, NULL));
    demo_org_patch(rig->org, "{'org':{'api_used':15000}}");
    json_free(doctor(rig, 10)); /* busy, alone */
    g_autoptr(Child) child = rig_perch(rig, "doctor", "--all", NULL);
    assert_code(child, 4);
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
        cmocka_unit_test(doctor__allowance__is_told_and_warned_about),
        cmocka_unit_test(doctor__four_of_five_approvals__is_a_warning),
        cmocka_unit_test(doctor__rotation_and_clock__are_told),
        cmocka_unit_test(doctor__another_server_on_loopback__is_no_clock),
        cmocka_unit_test(doctor__independent_checks__are_under_way_together),
        cmocka_unit_test(doctor__many_connections__are_under_way_together),
        cmocka_unit_test(doctor__several_failures__exit_of_the_gravest),
    };
    return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
