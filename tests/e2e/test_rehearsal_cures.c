/* SPDX-License-Identifier: MIT */

/* Every failure that can be rehearsed is cured: in the demo org's Setup, with a browser's forms, or
 * by waiting; then the same set-up ends well. */

#include <string.h>

#include "e2e/admin.h"

#define RUN_AS "integration@bird-demo.example"

/* What cures it; a text of NULL is the callback URL of this run. */
static const struct cure {
    const char *name;
    struct admin_fix fix;
} cures[] = {
    {"callback-mismatch", FIX_ENTER(SETUP_APPS, "Bird Integration", "", "callbacks", NULL)},
    {"approval-failed",
     FIX_ENTER(SETUP_APPS, "Bird Integration", "", "scopes", "api refresh_token web")},
    {"flow-disabled", FIX_TICK(SETUP_APPS, "Bird Integration", "", "oauth_enabled")},
    {"app-not-installed",
     FIX_PRESS(SETUP_PAGE("ConnectedAppsUsage"), "Bird_Integration", "Install")},
    {"app-blocked",
     FIX_PRESS(SETUP_PAGE("ExternalClientApplicationOauthUsage"), "Bird_Integration", "Unblock")},
    {"api-access-control",
     FIX_PRESS(SETUP_PAGE("ConnectedAppsUsage"), "Bird_Integration", "Install")},
    {"app-not-in-org",
     FIX_PRESS(SETUP_PAGE("ExternalClientApplicationOauthUsage"), "Bird_Integration", "Install")},
    {"cross-org", FIX_UNTICK(SETUP_APPS, "Bird Integration", "", "of_other_org")},
    {"user-not-approved",
     FIX_ENTER(SETUP_APPS, "Bird Integration", "", "profiles", "System Administrator")},
    {"rotation-on", FIX_UNTICK(SETUP_APPS, "Bird Integration", "", "rotation")},
    {"new-app", FIX_UNTICK(SETUP_APPS, "Bird Integration", "", "rotation")},
    {"new-app", FIX_ENTER(SETUP_APPS, "Bird Integration", "", "ip_relaxation", "bypass")},
    {"new-app", FIX_ENTER(SETUP_APPS, "Bird Integration", "", "refresh_policy", "infinite")},
    {"idle-limit", FIX_UNTICK(SETUP_APPS, "Bird Integration", "", "idle_limit")},
    {"client-flow-off", FIX_TICK(SETUP_APPS, "Bird Integration", "", "client_credentials")},
    {"integration-user", FIX_TICK(SETUP_PROFILES, "API Only", "", "read.Lead")},
    {"integration-user", FIX_TICK(SETUP_PROFILES, "API Only", "", "create.Lead")},
    {"rotation-locked", FIX_TICK(SETUP_APPS, "Bird Integration", "", "client_credentials")},
    {"rotation-locked", FIX_TICK(SETUP_APPS, "Bird Integration", "", "client_credentials_policy")},
    {"rotation-locked", FIX_ENTER(SETUP_APPS, "Bird Integration", "", "run_as", RUN_AS)},
    {"client-credentials",
     FIX_TICK(SETUP_APPS, "Bird Integration", "", "client_credentials_policy")},
    {"client-credentials", FIX_ENTER(SETUP_APPS, "Bird Integration", "", "run_as", RUN_AS)},
    {"jwt-flow-off", FIX_TICK(SETUP_APPS, "Bird Integration", "", "jwt_bearer")},
    {"jwt-self-authorize",
     FIX_ENTER(SETUP_APPS, "Bird Integration", "", "permitted_users", "admin")},
    {"jwt-self-authorize",
     FIX_ENTER(SETUP_APPS, "Bird Integration", "", "permission_sets", "Bird_Records")},
    {"jwt-not-approved",
     FIX_ENTER(SETUP_APPS, "Bird Integration", "", "permission_sets", "Bird_Records")},
    {"authorization-revoked",
     FIX_ENTER(SETUP_APPS, "Bird Integration", "", "refresh_policy", "infinite")},
    {"login-refused", FIX_UNTICK(SETUP_USERS, ADMIN_NAME, "", "login_flow_pending")},
    {"mfa-required", FIX_PRESS(SETUP_USERS, "", "Register")},
    {"sso-failed", FIX_ENTER(SETUP_USERS, ADMIN_NAME, "", "federation_id", "ada")},
    {"api-only-user", FIX_UNTICK(SETUP_PROFILES, "API Only", "", "api_only")},
    {"site-user", FIX_ENTER(SETUP_USERS, "site@bird-demo.example", "", "user_type", "Standard")},
    {"ip-restricted", FIX_ENTER(SETUP_PROFILES, "Integration", "", "ip_ranges", "")},
    {"ip-allowlist", FIX_UNTICK(SETUP_APPS, "Bird Integration", "", "ip_allowlist")},
    {"user-inactive", FIX_UNTICK(SETUP_USERS, "frozen@bird-demo.example", "", "frozen")},
    {"org-inactive", FIX_ENTER(SETUP_PAGE("CompanyProfileInfo"), NULL, "", "trial_expires", "")},
    {"login-rate", FIX_ENTER(SETUP_USERS, ADMIN_NAME, "", "logins", "0")},
    {"api-disabled-user", FIX_TICK(SETUP_PROFILES, "Integration", "", "api_enabled")},
    {"api-disabled", FIX_TICK(SETUP_PAGE("CompanyProfileInfo"), NULL, "", "api_add_on")},
    {"session-not-for-api", FIX_UNTICK(SETUP_PROFILES, "Integration", "", "high_assurance")},
    {"policy-blocked",
     FIX_UNTICK(SETUP_PAGE("TransactionSecurityNew"), NULL, "Block API calls", "active")},
    {"api-limit", FIX_ENTER(SETUP_PAGE("CompanyProfileInfo"), NULL, "", "api_used", "0")},
    {"concurrency-limit", FIX_ENTER(SETUP_PAGE("SystemOverview"), NULL, "", "long_requests", "0")},
    {"object-hidden", FIX_TICK(SETUP_PROFILES, "Integration", "", "read.Lead")},
    {"object-hidden", FIX_TICK(SETUP_PROFILES, "Integration", "", "create.Lead")},
    {"create-not-permitted", FIX_TICK(SETUP_PROFILES, "Integration", "", "create.Lead")},
    {"required-field",
     FIX_UNTICK(SETUP_LEAD "FieldsAndRelationships/view", NULL, "Lead.Sales_Rep__c", "required")},
    {"validation-rule",
     FIX_UNTICK(SETUP_LEAD "ValidationRules/view", NULL, "Lead.Email_needed", "active")},
    {"trigger-failed",
     FIX_UNTICK(SETUP_LEAD "ApexTriggers/view", NULL, "Lead.Route_Leads", "active")},
    {"flow-failed", FIX_UNTICK(SETUP_PAGE("Flows"), NULL, "Lead.Welcome_Lead", "active")},
    {"inactive-owner", FIX_TICK(SETUP_USERS, "gone@bird-demo.example", "", "active")},
    {"duplicate-record",
     FIX_UNTICK(SETUP_PAGE("DuplicateRules"), NULL, "Lead.Same_Company", "block")},
    {"storage-full", FIX_UNTICK(SETUP_PAGE("CompanyResourceDisk"), NULL, "", "storage_full")},
    {"read-only", FIX_UNTICK(SETUP_PAGE("SystemOverview"), NULL, "", "read_only")},
    {"clock-wrong", FIX_ENTER(SETUP_PAGE("SystemOverview"), NULL, "", "clock_offset_ms", "0")},
};

/* What the first thing to do has to name. */
static const struct {
    const char *name, *words;
} firsts[] = {
    {"approval-failed", "OAuth Scopes. Select every scope"},
    {"flow-disabled", "tick Enable OAuth"},
    {"app-blocked", "press Unblock"},
    {"api-access-control", "or Install"},
    {"app-not-in-org", "Install button"},
    {"idle-limit", "untick \"Limit Idle Refresh Token Time-to-Live"},
    {"authorization-revoked", "set Refresh Token Policy"},
    {"login-refused", "Open the user who logged in"},
    {"ip-restricted", "Login IP Ranges"},
    {"ip-allowlist", "Enforce Refresh Token IP Allowlist"},
    {"user-inactive", "Open the user"},
    {"login-rate", "Wait an hour"},
    {"session-not-for-api", "High Assurance"},
    {"required-field", "Sales_Rep__c"},
    {"trigger-failed", "Open the trigger Route_Leads"},
    {"inactive-owner", "Open the user 005"},
    {"guest-network", "Open the org in this computer's browser"},
};

/* Not cured in Setup, or ending on a page of Salesforce's that only a person could paste; or
 * refused without a reason, and the usual one is tried first. */
static const char *const elsewhere[] = {
    "api-only-user", "site-user",  "login-rate",        "org-inactive",  "read-only", "clock-wrong",
    "mfa-required",  "sso-failed", "app-not-installed", "ip-restricted", NULL};

/* Salesforce's own doing: minutes until it is over, or so many tries. */
static const struct {
    const char *name;
    int minutes, tries;
} waits[] = {
    {"app-too-new", 2, 0},      {"record-locked", 1, 0}, {"maintenance", 1, 0},
    {"salesforce-error", 0, 2}, {"guest-network", 0, 2}, {"answer-unreadable", 0, 2},
};

/* The same keys as before are of no use: what Setup shows is copied. */
static const char *const copied[] = {"consumer-key-unknown", "consumer-secret-wrong",
                                     "signature-wrong"};

static void begin(Rig *rig, const char *name)
{
    g_autofree char *option = g_strdup_printf("--rehearsal=%s", name);
    demo_org_stop(g_steal_pointer(&rig->org));
    rig->org = demo_org_start(rig->home, (const char *const[]){option, NULL});
    demo_org_use_browser(rig->org, rig->home, "allow");
}

/* Cured by letting the app log in by itself. */
static const char *const by_itself[] = {"rotation-locked", "client-credentials", "client-flow-off",
                                        "integration-user", NULL};

/* A login that is signed: the certificate of the key that perch has made is uploaded first. */
static void upload(Rig *rig, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".crt", NULL);
    g_autofree char *path = rig_settings_path(rig, file);
    g_autofree char *pem = NULL;
    if (!g_file_get_contents(path, &pem, NULL, NULL))
        return;
    g_autoptr(Admin) admin = admin_new(rig);
    admin_fix(admin, &(const struct admin_fix)FIX_ENTER(SETUP_APPS, "Bird Integration", "",
                                                        "certificate", pem));
}

/* Its exit code; *ret_result, owned by the caller, may be NULL. */
static int set_up(Rig *rig, const char *name, Json **ret_result)
{
    const bool signs = g_str_has_prefix(name, "jwt-");
    const char *const login = signs || g_strv_contains(by_itself, name) ? "--login" : NULL;
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, name,
                        (const char *const[]){"--username", RUN_AS, "--json", login,
                                              signs ? "jwt-bearer" : "client-credentials", NULL});
    if (signs)
        upload(rig, name);
    g_autoptr(Child) child = rig_perch_login(rig, (const char *const *)words->pdata);
    if (ret_result != NULL)
        *ret_result = child_json(child);
    return child_code(child);
}

/* As if a Connected App had been chosen in the App step. */
static void choose_connected(Rig *rig, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".json", NULL);
    g_autofree char *path = rig_settings_path(rig, file);
    set_up(rig, name, NULL);
    g_autofree char *text = rig_settings(rig, file);
    g_autoptr(Json) stored = json_parse(text, strlen(text), NULL);
    json_set_string(stored, "app_kind", "connected-app");
    g_autofree char *changed = json_print(stored);
    assert_true(g_file_set_contents(path, changed, -1, NULL));
}

/* The failed check's, else a warning's; with what has to be done first. */
static const Json *find_diagnosed(const char *name, const Json *result)
{
    const Json *found = NULL;
    JSON_FOREACH(check, json_get(result, "checks"))
    {
        bool failed = g_strcmp0(json_get_string(check, "status"), "failed") == 0;
        if (json_get(check, "diagnosis") != NULL && (found == NULL || failed))
            found = check;
    }
    const Json *diagnosis = json_get(found, "diagnosis");
    const char *first = json_string(json_first(json_get(diagnosis, "fix")));
    for (gsize i = 0; i < G_N_ELEMENTS(firsts); i++)
        if (strcmp(firsts[i].name, name) == 0 &&
            (first == NULL || strstr(first, firsts[i].words) == NULL))
            fail_msg("%s: the first step is \"%s\"", name, first);
    return diagnosis;
}

/* From the page that perch names, which has the cure; what else has to be changed is elsewhere. */
static void apply(Rig *rig, Admin *admin, const struct cure *cure, const char *page, bool first)
{
    g_autofree char *callback =
        g_strdup_printf("http://localhost:%u/OauthRedirect", rig->org->callback_ports[0]);
    struct admin_fix fix = cure->fix;
    if (fix.how == ADMIN_ENTER && fix.text == NULL)
        fix.text = callback;
    const bool here = page != NULL && !g_strv_contains(elsewhere, cure->name);
    if (here && admin_fix_from(admin, page, &fix))
        return;
    if (here && first)
        fail_msg("%s is not cured on %s", cure->name, page);
    admin_fix(admin, &fix);
}

/* Cures by the table; false when the failure is not in it. */
static bool cure(Rig *rig, const char *name, const char *page)
{
    g_autoptr(Admin) admin = admin_new(rig);
    bool found = false;
    for (gsize i = 0; i < G_N_ELEMENTS(cures); i++) {
        if (strcmp(cures[i].name, name) != 0)
            continue;
        apply(rig, admin, &cures[i], page, !found);
        found = true;
    }
    return found;
}

static void setup__each_fix__can_be_made_in_the_browser(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cures); i++) {
        const char *name = cures[i].name;
        if (i > 0 && strcmp(name, cures[i - 1].name) == 0)
            continue;
        begin(rig, name);
        g_autoptr(Json) result = NULL;
        /* Nobody can paste the page that a login ends up on; what blocks it is cured all the same.
         */
        static const char *const unseen[] = {"app-not-installed", "mfa-required", "sso-failed",
                                             NULL};
        static const char *const warned[] = {"rotation-on", "new-app", NULL};
        const char *page = NULL;
        if (strcmp(name, "api-access-control") == 0)
            choose_connected(rig, name);
        if (g_str_has_prefix(name, "jwt-"))
            set_up(rig, name, NULL); /* has no certificate yet */
        if (!g_strv_contains(unseen, name)) {
            assert_int_equal(set_up(rig, name, &result) != 0, !g_strv_contains(warned, name));
            page = json_get_string(find_diagnosed(name, result), "page");
            assert_true(page != NULL || g_strv_contains(elsewhere, name));
        }
        assert_true(cure(rig, name, page));
        int code = set_up(rig, name, NULL);
        if (code != 0)
            fail_msg("%s is not cured: exit code %d", name, code);
    }
}

static void wait__what_salesforce_does__is_over(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(waits); i++) {
        begin(rig, waits[i].name);
        for (int again = 0; again < MAX(waits[i].tries, 1); again++) {
            g_autoptr(Json) result = NULL;
            assert_int_not_equal(set_up(rig, waits[i].name, &result), 0);
            find_diagnosed(waits[i].name, result);
        }
        if (waits[i].minutes > 0) {
            g_autofree char *body =
                g_strdup_printf("{\"advance_ms\":%d}", waits[i].minutes * 60000);
            json_free(demo_org_control(rig->org, "POST", "clock", body));
        }
        int code = set_up(rig, waits[i].name, NULL);
        if (code != 0)
            fail_msg("%s is not over: exit code %d", waits[i].name, code);
    }
}

static void keys__copied_from_setup__are_the_right_ones(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(copied); i++) {
        begin(rig, copied[i]);
        assert_int_equal(set_up(rig, copied[i], NULL), 5);
        g_autoptr(Admin) admin = admin_new(rig);
        admin_open(admin, SETUP_APPS);
        admin_follow(admin, "Bird Integration");
        g_autofree char *key = admin_shown(admin, "key");
        g_autofree char *secret = admin_shown(admin, "secret");
        canary_add(rig->canary, secret);
        g_free(tmphome_write(rig->home, "home/client-secret", secret));
        rig->org->client_id = key;
        assert_int_equal(set_up(rig, copied[i], NULL), 0);
    }
}

static void password__expired__a_new_one_helps(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    begin(rig, "password-expired");
    assert_int_equal(set_up(rig, "acme", NULL), 4);
    g_autoptr(Admin) admin = admin_new(rig);
    admin_open(admin, SETUP_USERS); /* the login leads to where a new one is wanted */
    admin_enter(admin, "newpassword", rig->org->password);
    admin_press_quietly(admin, "Change Password");
    assert_int_equal(set_up(rig, "acme", NULL), 0);
}

/* No rehearsal without its cure here. */
static void each__rehearsal__has_a_cure(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child = rig_perch(rig, "demo", "--list", "--json", NULL);
    g_autoptr(Json) list = child_json(child);
    JSON_FOREACH(rehearsal, json_get(list, "rehearsals"))
    {
        const char *name = json_get_string(rehearsal, "name");
        bool found = strcmp(name, "password-expired") == 0;
        for (gsize i = 0; i < G_N_ELEMENTS(cures); i++)
            found |= strcmp(name, cures[i].name) == 0;
        for (gsize i = 0; i < G_N_ELEMENTS(waits); i++)
            found |= strcmp(name, waits[i].name) == 0;
        for (gsize i = 0; i < G_N_ELEMENTS(copied); i++)
            found |= strcmp(name, copied[i]) == 0;
        if (!found)
            fail_msg("%s has no cure", name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__each_fix__can_be_made_in_the_browser),
        cmocka_unit_test(wait__what_salesforce_does__is_over),
        cmocka_unit_test(keys__copied_from_setup__are_the_right_ones),
        cmocka_unit_test(password__expired__a_new_one_helps),
        cmocka_unit_test(each__rehearsal__has_a_cure),
    };
    return cmocka_run_group_tests_name("cures of rehearsals", tests, NULL, NULL);
}
