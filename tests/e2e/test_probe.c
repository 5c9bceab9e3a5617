/* SPDX-License-Identifier: MIT */

/* The authorize endpoint asked from outside, before any browser opens. */

#include <string.h>

#include "e2e/walk.h"
#include "e2e/wire.h"

#define AUTHORIZE "/services/oauth2/authorize"

enum { COUNTDOWN_MS = 60000 }; /* perch asks again after half a minute */

static Rig *rig_with(const char *rehearsal)
{
    g_autofree char *option = g_strdup_printf("--rehearsal=%s", rehearsal);
    return rig_new(SESSION_KEYRING_OPEN, (const char *const[]){option, NULL});
}

/* What was answered at Keys, with nobody logged in. */
static Walk *ask(Rig *rig)
{
    Walk *walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    return walk;
}

static void assert_no_browser(Rig *rig)
{
    assert_int_equal(demo_org_requests(rig->org, "POST", "/?"), 0);
    assert_int_equal(demo_org_requests(rig->org, "GET", "/?"), 0);
    g_autofree char *log = g_build_filename(rig->home->home, ".fake-browser.log", NULL);
    assert_false(g_file_test(log, G_FILE_TEST_EXISTS));
}

static void wrong_key__is_told_and_counted_down(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("consumer-key-unknown");
    g_autoptr(Walk) walk = ask(rig);
    see(walk, "✖ Consumer key");
    see(walk, "invalid_client_id: client"); /* the row wraps where the time is long */
    see_sentence(walk, "Salesforce does not know this consumer key.");
    see_sentence(walk, "perch asks again in 0:");
    assert_no_browser(rig);
}

/* Known from a minute and a half on, by the org's clock; perch asks again by itself. */
static void not_known_yet__asks_again_by_itself(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("app-too-new");
    g_autoptr(Walk) walk = ask(rig);
    see(walk, "✖ Consumer key");
    see_sentence(walk, "A new app takes effect after 2 to 10 minutes.");
    see_sentence(walk, "perch asks again in 0:2");
    const guint asked = demo_org_requests(rig->org, "GET", AUTHORIZE);
    json_free(demo_org_control(rig->org, "POST", "clock", "{\"advance_ms\":120000}"));
    if (!pty_wait_text(walk->pty, "✔ Consumer key", COUNTDOWN_MS))
        see(walk, "✔ Consumer key");
    see(walk, "✔ Callback");
    assert_true(demo_org_requests(rig->org, "GET", AUTHORIZE) > asked);
    assert_no_browser(rig);
    see_key(walk, "Enter open browser and log in");
}

/* Whoever does not want to wait asks at once. */
static void not_known_yet__enter_asks_at_once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("app-too-new");
    g_autoptr(Walk) walk = ask(rig);
    see(walk, "✖ Consumer key");
    json_free(demo_org_control(rig->org, "POST", "clock", "{\"advance_ms\":120000}"));
    see_key(walk, "Enter ask again");
    press(walk, "Enter");
    see(walk, "✔ Consumer key");
    assert_no_browser(rig);
}

static void callback__mismatch__names_the_address(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("callback-mismatch");
    g_autofree char *address =
        g_strdup_printf("http://localhost:%u/OauthRedirect", rig->org->callback_ports[0]);
    g_autoptr(Walk) walk = ask(rig);
    see(walk, "✔ Consumer key");
    see(walk, "✖ Callback");
    see(walk, address);
    see_sentence(walk, "The callback URL is not in the app's list.");
    assert_no_browser(rig);
}

static const char *const doctor[] = {"doctor", "acme", "--json", NULL};

/* perch always sends a challenge; something between may drop it. */
static void pkce__missing__is_told_from_the_redirect(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    g_autofree char *location = g_strdup_printf(
        "'kind':'redirect','location':'http://localhost:%u/OauthRedirect?error=invalid_request&"
        "error_description=missing%%20required%%20code%%20challenge&state=x'",
        rig->org->callback_ports[0]);
    wire_fault(rig, AUTHORIZE, location);
    wire_assert_ends(rig, doctor, "PKCE", "callback", "pkce-required", 5);
    wire_heal(rig);
    wire_assert_ends(rig, doctor, "healed", NULL, NULL, 0);
}

/* A login host that the org has closed knows nothing of its local app; this one is the org's own.
 */
static void login_host__closed__is_app_not_in_org(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    g_autofree char *location = g_strdup_printf(
        "'kind':'redirect','location':'http://localhost:%u/OauthRedirect?error="
        "OAUTH_EC_APP_NOT_FOUND&error_description=External%%20client%%20app%%20is%%20not%%20"
        "installed%%20in%%20this%%20org'",
        rig->org->callback_ports[0]);
    wire_fault(rig, AUTHORIZE, location);
    g_autoptr(Child) child = rig_perch(rig, "doctor", "acme", NULL);
    assert_code(child, 5);
    assert_contains(child->output->str, "\n        OAUTH_EC_APP_NOT_FOUND: External client app");
    assert_contains(child->output->str, "check that the app is listed");
    assert_null(strstr(child->output->str, "use the My Domain address"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_key__is_told_and_counted_down),
        cmocka_unit_test(not_known_yet__asks_again_by_itself),
        cmocka_unit_test(not_known_yet__enter_asks_at_once),
        cmocka_unit_test(callback__mismatch__names_the_address),
        cmocka_unit_test(pkce__missing__is_told_from_the_redirect),
        cmocka_unit_test(login_host__closed__is_app_not_in_org),
    };
    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
