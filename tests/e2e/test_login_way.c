/* SPDX-License-Identifier: MIT */

/* Which way a flow logs in: asked where rotation is found on, recommended with the reason, and the
 * user behind it compared with the sheet. */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

#define RUN_AS "integration@bird-demo.example"

/* Rotation locked, as in a new app of 2026, which may also log in by itself. */
static Rig *rig(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'client_credentials': true, "
                             "'client_credentials_policy': true, 'run_as': '" RUN_AS "', "
                             "'rotation': true, 'idle_limit': true, 'security_locked': true}}}");
    return rig;
}

/* From a set-up that finds rotation locked, over a hand-off that is refused, to a flow that runs
 * on, day after day. */
static void flow__a_week_on_the_orgs_clock__runs(void **state)
{
    enum { DAYS = 8 };
    (void)state;
    g_autoptr(Rig) r = rig();
    rig_setup(r, "acme");
    g_autoptr(Child) refused = rig_perch_secret(r, "handoff", "acme", NULL);
    assert_code(refused, 5);
    assert_contains(refused->errors->str, "if it is greyed out there");
    g_autoptr(Child) child = rig_perch(r, "setup", "acme", "--plain", "--no-input", "--login",
                                       "client-credentials", NULL);
    assert_code(child, 0);
    g_autofree char *file = g_build_filename(r->home->home, "flow.sh", NULL);
    g_autoptr(Child) written =
        rig_perch(r, "handoff", "acme", "--format", "curl", "--output", file, NULL);
    assert_code(written, 0);
    for (int day = 0; day < DAYS; day++) {
        const char *argv[] = {"dash", file, NULL};
        json_free(demo_org_control(r->org, "POST", "clock", "{\"advance_ms\":86400000}"));
        g_autoptr(Child) flow = child_run(argv, r->home->env, NULL);
        assert_code(flow, 0);
        g_autoptr(Child) status = rig_perch(r, "status", NULL);
        assert_code(status, 0);
    }
    assert_int_equal(remove(file), 0);
}

/* Where rotation is found on, the proof asks whether the box can be unticked; where it cannot, the
 * App step says what to choose, and why. */
static void prove__rotates__asks_whether_it_can_be_unticked(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(Walk) walk = walk_start_filled(r, "acme");
    walk_to_probed(walk);
    press(walk, "Enter");
    see_key(walk, "Enter test record");
    see(walk, "▸Can you untick it?"); /* the cursor is on the answers */
    pty_resize(walk->pty, 100, 48);
    see_sentence(walk, "Wrong user? f revokes this login.");
    press(walk, "Down Down Space");
    see_sentence(walk, "Recommended: client credentials, because you cannot untick this app's "
                       "refresh token rotation");
    see_sentence(walk, "Developer Edition has free integration users for it.");
    see(walk, "(•) no, it is greyed out");
    g_autofree char *text = rig_settings(r, "acme.json");
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    assert_int_equal(json_get_int(json, "rotation_box", 0), 2);
    /* The question has the focus. */
    press(walk, "Down Space");
    see(walk, "(•) client credentials");
    press(walk, "Enter");
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    see_key(walk, "Enter log in");
    press(walk, "Enter");
    /* The key ends the old login, and nothing else: who the app runs as is chosen in Setup. */
    see_key(walk, "f revoke the old one");
    see_no(walk, "rong user");
    press(walk, "f");
    see_sentence(walk, "The old refresh token is revoked.");
    g_autoptr(Child) token = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
}

/* The user in Policies is compared with the sheet's, and its rights with what the flow fills in:
 * both by that very login. */
static void doctor__the_user_it_runs_as__is_compared(void **state)
{
    (void)state;
    g_autoptr(Rig) r = rig();
    g_autoptr(GPtrArray) words =
        rig_setup_words(r, "acme", (const char *const[]){"--login", "client-credentials", NULL});
    g_autoptr(Child) child = rig_perch_input(r, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
    g_autoptr(Child) as_it_is = rig_perch(r, "doctor", "acme", NULL);
    assert_contains(as_it_is->output->str, "Run As: " RUN_AS);
    assert_contains(as_it_is->output->str,
                    "User license: Salesforce Integration, profile Minimum Access - API Only "
                    "Integrations; has API Enabled");
    assert_null(strstr(as_it_is->output->str, "PKCE"));
    assert_null(strstr(as_it_is->output->str, "Idle limit"));
    g_autofree char *path = rig_settings_path(r, "acme.json");
    g_autofree char *text = rig_settings(r, "acme.json");
    g_autoptr(Json) settings = json_parse(text, strlen(text), NULL);
    json_set_string(settings, "run_as", "another@bird-demo.example");
    g_autofree char *other = json_print(settings);
    assert_true(g_file_set_contents(path, other, -1, NULL));
    demo_org_patch(r->org, "{'profiles': {'Minimum Access - API Only Integrations': "
                           "{'api_only': false, 'read_only_fields': ['Lead.Phone'], "
                           "'hidden_fields': ['Case.Subject']}}, "
                           "'permission_sets': {'Bird_Records': {'editable_fields': []}}}");
    g_autoptr(Child) doctor = rig_perch(r, "doctor", "acme", "--json", NULL);
    g_autoptr(Json) json = child_json(doctor);
    const Json *run_as = json_check(json, "run-as"), *lead = json_check(json, "lead");
    assert_string_equal(json_get_string(run_as, "status"), "warning");
    g_autofree char *fix = json_print(json_get(run_as, "diagnosis"));
    assert_contains(fix, "Run As (Username): another@bird-demo.example");
    const Json *license = json_get(json_check(json, "user-license"), "evidence");
    assert_string_equal(json_get_string(license, "license"), "Salesforce");
    assert_string_equal(json_get_string(lead, "status"), "warning");
    assert_string_equal(json_get_string(json_get(lead, "evidence"), "fields"), "Phone");
    const Json *of_case = json_get(json_check(json, "case"), "evidence");
    assert_string_equal(json_get_string(of_case, "fields"), "Subject");
    assert_string_equal(json_get_string(json_get(lead, "diagnosis"), "cause"),
                        "field-not-writable");
}

/* Stopped at each step of the wizard: the old way stays, and the choice is not forgotten. Killed
 * when the new login is proven: it works, and so does the old refresh token. */
static void change__stopped_at_each_step__is_taken_up_again(void **state)
{
    static const struct {
        const char *way, *chosen, *app;
        const char *stops[3];
    } rows[] = {
        {"client-credentials",
         "(•) client credentials",
         "{'apps': {'Bird_Integration': {'client_credentials': true, "
         "'client_credentials_policy': true, 'run_as': '" RUN_AS "'}}}",
         {"App settings", "Consumer key and secret", "Enter log in"}},
        {"jwt-bearer",
         "(•) JWT bearer",
         "{'apps': {'Bird_Integration': {'jwt_bearer': true, 'permitted_users': 'admin', "
         "'profiles': ['System Administrator'], 'permission_sets': ['Bird_Records']}}}",
         {"App settings", "Consumer key and user", "Enter log in"}},
    };
    (void)state;
    for (gsize row = 0; row < G_N_ELEMENTS(rows); row++) {
        const char *const *stops = rows[row].stops;
        g_autoptr(Rig) r = tokens_rig(false);
        demo_org_patch(r->org, rows[row].app);
        for (gsize i = 0; i <= G_N_ELEMENTS(rows[row].stops); i++) {
            g_autoptr(Walk) walk = walk_start(r, "setup", "acme", "--login", rows[row].way,
                                              "--username", RUN_AS, NULL);
            see(walk, rows[row].chosen);
            for (gsize k = 1; k < G_N_ELEMENTS(rows[row].stops) && k <= i; k++) {
                press(walk, "Enter");
                see(walk, stops[k]);
            }
            if (i == G_N_ELEMENTS(rows[row].stops)) {
                if (strcmp(rows[row].way, "jwt-bearer") == 0)
                    rig_upload(r, "acme.crt");
                press(walk, "Enter");
                see_key(walk, "Enter test record");
                kill(pty_pid(walk->pty), SIGKILL);
                wait_for_lock(r, "acme");
            } else {
                press(walk, "C-c");
                see(walk, "Keep the draft and quit?");
                press(walk, "Enter");
                pty_expect_exit(walk->pty, 3);
            }
            g_autoptr(Child) token = rig_perch_secret(r, "token", "acme", "--fresh", NULL);
            assert_code(token, 0);
            g_autofree char *asked = tokens_last_request(r);
            if (i < G_N_ELEMENTS(rows[row].stops))
                assert_contains(asked, "grant_type=refresh_token");
        }
        assert_true(tokens_stored_alive(r, "acme"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow__a_week_on_the_orgs_clock__runs),
        cmocka_unit_test(prove__rotates__asks_whether_it_can_be_unticked),
        cmocka_unit_test(doctor__the_user_it_runs_as__is_compared),
        cmocka_unit_test(change__stopped_at_each_step__is_taken_up_again),
    };
    return cmocka_run_group_tests_name("the way to log in", tests, NULL, NULL);
}
