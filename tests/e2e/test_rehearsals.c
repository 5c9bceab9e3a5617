/* SPDX-License-Identifier: MIT */

/* The failures that perch demo can rehearse: each opens, and perch finds the cause that it names.
 */

#include <stdio.h>
#include <string.h>

#include "e2e/admin.h"
#include "e2e/walk.h"
#include "perch/base/error.h"
#include "support/browser_login.h"

/* Nobody sees what the browser shows in a run without a screen; a test of its own does that. */
static const struct {
    const char *name, *page, *sentence;
} pasted[] = {
    {"app-not-installed", "RemoteAccessErrorPage",
     "The connected app is not installed in this org."},
    {"mfa-required", "/_ui/identity/verification/",
     "Salesforce wants a second factor for this login."},
    {"sso-failed", "/saml/SamlError", "Single sign-on did not let the user in."},
};

static bool needs_paste(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pasted); i++)
        if (strcmp(pasted[i].name, name) == 0)
            return true;
    return false;
}

static Json *list_rehearsals(Rig *rig)
{
    g_autoptr(Child) child = rig_perch(rig, "demo", "--list", "--json", NULL);
    assert_code(child, 0);
    return child_json(child);
}

/* Another org in the place of the rig's, with this failure. */
static void begin(Rig *rig, const char *name)
{
    g_autofree char *option = g_strdup_printf("--rehearsal=%s", name);
    demo_org_stop(g_steal_pointer(&rig->org));
    rig->org = demo_org_start(rig->home, (const char *const[]){option, NULL});
    demo_org_use_browser(rig->org, rig->home, "allow");
}

/* A login that is signed: the app has the certificate of the key that perch has made. */
static void exchange_keys(Rig *rig, const char *name, const char *const *words)
{
    g_autofree char *file = g_strconcat(name, ".crt", NULL);
    g_autoptr(Child) child = rig_perch_login(rig, words);
    g_autofree char *pem = rig_settings(rig, file);
    g_autofree char *lines = g_strescape(pem, NULL);
    g_autofree char *patch =
        g_strdup_printf("{\"apps\":{\"Bird_Integration\":{\"certificate\":\"%s\"}}}", lines);
    json_free(demo_org_control(rig->org, "PATCH", "state", patch));
}

static Json *set_up(Rig *rig, const char *name, const char *login, int *ret_code)
{
    const char *const option = login == NULL ? NULL : "--login";
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, name,
                        (const char *const[]){"--username", "integration@bird-demo.example",
                                              "--json", option, login, NULL});
    if (g_strcmp0(login, "jwt-bearer") == 0)
        exchange_keys(rig, name, (const char *const *)words->pdata);
    g_autoptr(Child) child = rig_perch_login(rig, (const char *const *)words->pdata);
    *ret_code = child_code(child);
    return child_json(child);
}

/* The first check that did not go well; NULL when there is none. */
static const Json *find_diagnosed(const Json *result)
{
    JSON_FOREACH(check, json_get(result, "checks"))
    {
        if (json_get(check, "diagnosis") != NULL)
            return check;
    }
    return NULL;
}

static int exit_of(const char *cause)
{
    static const struct {
        const char *name;
        enum perch_exit exit;
    } causes[] = {
#define CAUSE(id, name, stage, exit, ...) {name, exit},
#include "perch/explain/causes.def"
#undef CAUSE
    };
    for (gsize i = 0; i < G_N_ELEMENTS(causes); i++)
        if (strcmp(causes[i].name, cause) == 0)
            return (int)causes[i].exit;
    fail_msg("%s is no cause", cause);
    return -1;
}

/* The diagnosis names the cause and is not of unknown certainty, and the exit code is the cause's;
 * a mere warning exits with 0. */
static void assert_found(Rig *rig, const char *name, const char *login, const char *cause)
{
    int code;
    begin(rig, name);
    g_autoptr(Json) result = set_up(rig, name, login, &code);
    const Json *check = find_diagnosed(result);
    const Json *diagnosis = json_get(check, "diagnosis");
    const char *found = json_get_string(diagnosis, "cause");
    bool warning = g_strcmp0(json_get_string(check, "status"), "warning") == 0;
    if (g_strcmp0(found, cause) != 0)
        fail_msg("%s: %s, not %s", name, found, cause);
    if (code != (warning ? 0 : exit_of(cause)))
        fail_msg("%s: exit code %d", name, code);
    if (strcmp(json_get_string(diagnosis, "certainty"), "unknown") == 0)
        fail_msg("%s: the certainty is unknown", name);
    if (json_size(json_get(diagnosis, "fix")) == 0)
        fail_msg("%s: no fix", name);
}

static void each__fails_with_the_cause_it_names(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Json) list = list_rehearsals(rig);
    assert_true(json_size(json_get(list, "rehearsals")) > 40);
    JSON_FOREACH(rehearsal, json_get(list, "rehearsals"))
    {
        const char *name = json_get_string(rehearsal, "name");
        if (!needs_paste(name))
            assert_found(rig, name, json_get_string(rehearsal, "login"),
                         json_get_string(rehearsal, "cause"));
    }
}

/* Salesforce shows its own page and the login never comes back: the page's address tells. */
static void page__of_salesforce__its_address_tells(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(pasted); i++) {
        begin(rig, pasted[i].name);
        demo_org_use_browser(rig->org, rig->home, "nothing");
        g_autoptr(Walk) walk = walk_start_filled(rig, pasted[i].name);
        walk_to_authorize(walk);
        g_autofree char *address = walk_address(walk);
        const struct browser_options options = {.username = rig->org->username,
                                                .password = rig->org->password};
        g_autoptr(BrowserVisit) visit = browser_login(address, &options);
        assert_contains(visit->url, pasted[i].page);
        paste(walk, visit->url);
        see_sentence(walk, pasted[i].sentence);
        see_key(walk, "o open Setup page");
    }
}

/* The browser is told the same for every refusal; Login History, copied by a person, tells more. */
static void login_history__copied__tells_the_cause(void **state)
{
    static const char *const names[] = {"api-only-user", "site-user"}; /* and their causes */
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        int code;
        begin(rig, names[i]);
        g_autoptr(Json) result = set_up(rig, names[i], NULL, &code);
        g_autoptr(Admin) admin = admin_new(rig);
        admin_open(admin, SETUP_PAGE("OrgLoginHistory"));
        g_autoptr(Child) child = rig_perch_input(
            rig, (const char *const[]){"explain", "--json", "-", NULL}, admin_page(admin), false);
        g_autoptr(Json) json = child_json(child);
        const Json *diagnosis = json_get(json_first(json_get(json, "checks")), "diagnosis");
        assert_string_equal(json_get_string(diagnosis, "cause"), names[i]);
    }
}

/* ---- perch demo itself ---- */

static void demo__opens_a_rehearsal_and_tells_its_cure(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child =
        rig_perch(rig, "demo", "consumer-key-unknown", "--no-input", "--json", NULL);
    assert_code(child, 5);
    g_autoptr(Json) result = child_json(child);
    const Json *diagnosis = json_get(json_check(result, "consumer-key"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "consumer-key-unknown");
    assert_contains(child->errors->str, "scripted");
    assert_contains(child->errors->str, "Rehearsal consumer-key-unknown: ");
    assert_contains(child->errors->str, "The fix: External Client App Manager");
}

/* Its keys are made for it, and the app has the certificate already. */
static void demo__jwt__has_its_keys(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child =
        rig_perch(rig, "demo", "jwt-not-approved", "--no-input", "--json", NULL);
    assert_code(child, 5);
    g_autoptr(Json) result = child_json(child);
    const Json *diagnosis = json_get(json_check(result, "exchange"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "user-not-approved");
    assert_null(strstr(child->errors->str, "browser"));
}

static void demo__list__is_for_people_too(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child = rig_perch(rig, "demo", "--list", NULL);
    assert_code(child, 0);
    assert_contains(child->output->str, "api-disabled-user\n    The user's profile lacks API Enab");
    g_autoptr(Child) unknown = rig_perch(rig, "demo", "gremlins", "--no-input", NULL);
    assert_code(unknown, 2);
    assert_contains(unknown->errors->str, "There is no rehearsal gremlins.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each__fails_with_the_cause_it_names),
        cmocka_unit_test(page__of_salesforce__its_address_tells),
        cmocka_unit_test(login_history__copied__tells_the_cause),
        cmocka_unit_test(demo__opens_a_rehearsal_and_tells_its_cure),
        cmocka_unit_test(demo__jwt__has_its_keys),
        cmocka_unit_test(demo__list__is_for_people_too),
    };
    return cmocka_run_group_tests_name("rehearsals", tests, NULL, NULL);
}
