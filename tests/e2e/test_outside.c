/* SPDX-License-Identifier: MIT */

/* The app as it is seen from outside, against its sheet: each difference is made by the state of
 * the org, is a row, and says how to put it right. */

#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"
#include "perch/base/clock.h"

static Json *doctor(Rig *rig, int code)
{
    g_autoptr(Child) child = rig_perch(rig, "doctor", "acme", "--json", NULL);
    assert_code(child, code);
    return child_json(child);
}

static void patch_app(Rig *rig, const char *members)
{
    g_autofree char *patch = g_strdup_printf("{'apps':{'Bird_Integration':{%s}}}", members);
    demo_org_patch(rig->org, patch);
}

static void assert_status(const Json *result, const char *id, const char *status)
{
    const char *found = json_get_string(json_check(result, id), "status");
    if (g_strcmp0(found, status) != 0)
        fail_msg("%s is %s, not %s", id, found, status);
}

static void assert_differs(const Json *result, const char *id, const char *cause, const char *found,
                           const char *fix)
{
    assert_status(result, id, "warning");
    const Json *check = json_check(result, id);
    const Json *diagnosis = json_get(check, "diagnosis");
    assert_contains(json_get_string(json_get(check, "evidence"), "found"), found);
    assert_string_equal(json_get_string(diagnosis, "cause"), cause);
    assert_string_equal(json_get_string(diagnosis, "certainty"), "certain");
    assert_contains(json_get_string(diagnosis, "page"), "/lightning/setup/");
    const Json *steps = json_get(diagnosis, "fix");
    assert_int_equal(json_size(steps), 2);
    assert_contains(json_string(json_next(json_first(steps))), fix);
}

static void doctor__as_in_the_sheet__says_so(void **state)
{
    static const char *const ids[] = {"callback",
                                      "callbacks",
                                      "pkce",
                                      "web-secret",
                                      "refresh-secret",
                                      "secret",
                                      "scopes",
                                      "rotation",
                                      "app-policies",
                                      "permitted-users",
                                      "ip-relaxation",
                                      "refresh-policy",
                                      "session-timeout",
                                      NULL};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Json) json = doctor(rig, 0);
    for (int i = 0; ids[i] != NULL; i++)
        assert_status(json, ids[i], "ok");
}

/* Each alone, put back by the next line's state. */
static void doctor__each_difference__is_a_row_with_its_fix(void **state)
{
    static const struct {
        const char *members, *back, *id, *cause, *found, *fix;
    } cases[] = {
        {"'pkce_required':false", "'pkce_required':true", "pkce", "unknown", "not ticked",
         "Require Proof Key for Code Exchange"},
        {"'secret_required':false", "'secret_required':true", "web-secret", "unknown", "not ticked",
         "Require secret for Web Server Flow: ticked"},
        {"'refresh_secret_required':false", "'refresh_secret_required':true", "refresh-secret",
         "unknown", "not ticked", "Require secret for Refresh Token Flow: ticked"},
        {"'scopes':['api','refresh_token']", "'scopes':['api','refresh_token','web']", "scopes",
         "scope-missing", "granted:", "OAuth Scopes:"},
        {"'permitted_users':'admin','profiles':['System Administrator']",
         "'permitted_users':'self'", "permitted-users", "user-not-approved",
         "Admin approved users are pre-authorized",
         "Permitted Users: All users can self-authorize"},
        {"'ip_relaxation':'enforce'", "'ip_relaxation':'bypass'", "ip-relaxation", "ip-restricted",
         "Enforce IP restrictions", "IP Relaxation: Relax IP restrictions"},
        {"'refresh_policy':'inactivity','refresh_hours':720", "'refresh_policy':'infinite'",
         "refresh-policy", "authorization-revoked",
         "Expire refresh token if not used for 720 Hours",
         "Refresh Token Policy: Refresh token is valid until revoked"},
        {"'session_minutes':30", "'session_minutes':1440", "session-timeout", "session-expired",
         "30 minutes", "Session Timeout: 24 hours"},
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        patch_app(rig, cases[i].members);
        g_autoptr(Json) json = doctor(rig, 0);
        assert_differs(json, cases[i].id, cases[i].cause, cases[i].found, cases[i].fix);
        patch_app(rig, cases[i].back);
    }
    g_autoptr(Json) json = doctor(rig, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_status(json, cases[i].id, "ok");
}

/* Rotation is seen at the refresh, and has a cause of its own. */
static void doctor__rotation_on__is_a_warning_with_its_fix(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    patch_app(rig, "'rotation':true");
    g_autoptr(Json) json = doctor(rig, 0);
    assert_status(json, "rotation", "warning");
    const Json *diagnosis = json_get(json_check(json, "rotation"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "rotation-on");
    assert_true(json_size(json_get(diagnosis, "fix")) > 0);
}

/* The one in use is there, another one of the sheet is not. */
static void doctor__a_callback_is_missing__is_named(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *callbacks = g_strdup_printf(
        "'callbacks':['http://localhost:%u/OauthRedirect']", rig->org->callback_ports[0]);
    patch_app(rig, callbacks);
    g_autoptr(Json) json = doctor(rig, 0);
    assert_status(json, "callback", "ok");
    assert_differs(json, "callbacks", "callback-mismatch",
                   "not in the app's list: https://login.salesforce.com/", "Callback URL:");
}

static void doctor__secret_wrong__is_told_before_a_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    patch_app(rig, "'secret':'another-one'");
    g_autoptr(Json) json = doctor(rig, 5);
    assert_status(json, "secret", "failed");
    const Json *diagnosis = json_get(json_check(json, "secret"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "consumer-secret-wrong");
}

/* A user who may not see the app's records: nothing is known, nothing is wrong. */
static void doctor__policies_hidden__are_skipped(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'profiles':{'*':{'customize':false,'view_setup':false}}}");
    g_autoptr(Json) json = doctor(rig, 0);
    assert_status(json, "app-policies", "skipped");
    assert_status(json, "permitted-users", "skipped");
    assert_status(json, "session-timeout", "ok"); /* introspection tells it */
    assert_status(json, "pkce", "ok");
}

/* The rows of Keys: told before anybody logs in, with the fix one row away; they do not stop. */
static void keys__difference__is_a_row_of_the_probe(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    patch_app(rig, "'pkce_required':false");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    see(walk, "▲ PKCE              not ticked; the App step says: ticked");
    see(walk, "✔ Login secret      matches step 3: ticked");
    see(walk, "✔ Refresh secret    matches step 3: ticked");
    see(walk, "✔ Consumer secret   accepted so far");
    pty_resize(walk->pty, 100, 48);
    press(walk, "Tab Down Down Down");
    see_sentence(walk, "Under Security: Require Proof Key for Code Exchange (PKCE)");
    press(walk, "Enter");               /* the difference does not stand in the way */
    see_key(walk, "Enter test record"); /* an interrupted login would be kept by a rescue process
                                           for minutes */
}

/* A secret that was refused, and none where one is required: Enter does not go past either. */
static void keys__secret_wrong_or_missing__stops_before_a_login(void **state)
{
    static const char *const entered[] = {"another-one", ""};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    for (gsize i = 0; i < G_N_ELEMENTS(entered); i++) {
        press(walk, "C-u");
        paste(walk, entered[i]);
        see_key(walk, "Enter ask Salesforce");
        press(walk, "Enter");
        see_key(walk, "Enter ask again");
        see(walk, "✖ Consumer secret");
        press(walk, "Enter");
        see_key(walk, "Enter ask again");
        see(walk, "○ 5 Authorize");
    }
    paste(walk, rig->org->client_secret);
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
}

/* ---- what no org shows ---- */

/* As if nobody had refreshed for so long. */
static void rest(Rig *rig, int days)
{
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    secrets.issued_at = clock_wall_ms() - days * CLOCK_DAY_MS;
    secrets.good_until = 1;
    tokens_save(rig, "acme", &secrets);
    secrets_clear(&secrets);
    demo_org_patch(rig->org, "{'grants':{'*':{'used_ms':1}}}");
}

static const char *evidence_of(const Json *result, const char *id, const char *key)
{
    return json_get_string(json_get(json_check(result, id), "evidence"), key);
}

/* A policy that reads Infinite proves nothing; a refresh after 31 days does, and stays known. */
static void doctor__idle_limit__is_proven_by_a_late_refresh(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    rest(rig, 30);
    g_autoptr(Json) unproven = doctor(rig, 0);
    assert_status(unproven, "idle-limit", "skipped");
    assert_status(unproven, "ip-allowlist", "skipped");
    rest(rig, 32);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(token, 0);
    g_autofree char *today = clock_format(clock_wall_ms());
    g_autoptr(Child) child = rig_perch(rig, "doctor", "acme", NULL);
    assert_contains(child->output->str, "Idle limit: off on 20");
    assert_contains(child->output->str, "also where idle tokens are limited to 30 days");
    g_autoptr(Json) proven = doctor(rig, 0);
    assert_status(proven, "idle-limit", "ok");
    assert_true(strncmp(evidence_of(proven, "idle-limit", "proven"), today, 8) == 0);
    assert_true(strncmp(evidence_of(proven, "keyring", "last_token"), today, 8) == 0);
    g_autoptr(Child) status = rig_perch(rig, "status", NULL);
    assert_contains(status->output->str, "; last token 20");
}

/* And where the box is ticked, the refusal says that it may be that. */
static void doctor__idle_limit_reached__is_told_with_its_box(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    rest(rig, 33);
    patch_app(rig, "'idle_limit':true");
    g_autoptr(Json) json = doctor(rig, 4);
    const Json *diagnosis = json_get(json_check(json, "refreshed"), "diagnosis");
    g_autofree char *text = json_print(diagnosis);
    assert_string_equal(json_get_string(diagnosis, "cause"), "authorization-revoked");
    g_autoptr(Child) child = rig_perch(rig, "doctor", "acme", NULL);
    assert_contains(child->output->str, "33 days ago");
    assert_contains(text, "Limit Idle Refresh Token Time-to-Live (TTL) to 30 Days");
    assert_contains(text, "if it is greyed out, let the flow log in without a refresh token");
}

static void connected_app__policies__come_from_connected_application(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    patch_app(rig, "'kind':'connected','permitted_users':'admin',"
                   "'profiles':['System Administrator'],'refresh_policy':'lifetime'");
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *text = rig_settings(rig, "acme.json");
    g_autoptr(Json) stored = json_parse(text, strlen(text), NULL);
    json_set_string(stored, "app_kind", "connected-app");
    g_autofree char *other = json_print(stored);
    assert_true(g_file_set_contents(path, other, -1, NULL));
    g_autoptr(Json) json = doctor(rig, 0);
    assert_differs(json, "permitted-users", "user-not-approved", "Admin approved",
                   "Permitted Users: All users may self-authorize");
    assert_differs(json, "refresh-policy", "authorization-revoked", "Refresh tokens expire",
                   "Refresh Token Policy:");
    assert_status(json, "ip-relaxation", "skipped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doctor__as_in_the_sheet__says_so),
        cmocka_unit_test(doctor__each_difference__is_a_row_with_its_fix),
        cmocka_unit_test(doctor__rotation_on__is_a_warning_with_its_fix),
        cmocka_unit_test(doctor__a_callback_is_missing__is_named),
        cmocka_unit_test(doctor__secret_wrong__is_told_before_a_login),
        cmocka_unit_test(doctor__policies_hidden__are_skipped),
        cmocka_unit_test(keys__difference__is_a_row_of_the_probe),
        cmocka_unit_test(keys__secret_wrong_or_missing__stops_before_a_login),
        cmocka_unit_test(doctor__idle_limit__is_proven_by_a_late_refresh),
        cmocka_unit_test(doctor__idle_limit_reached__is_told_with_its_box),
        cmocka_unit_test(connected_app__policies__come_from_connected_application),
    };
    return cmocka_run_group_tests_name("seen from outside", tests, NULL, NULL);
}
