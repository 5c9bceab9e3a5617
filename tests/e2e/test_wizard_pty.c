/* SPDX-License-Identifier: MIT */

/* The wizard on a real terminal, from an empty home to a Lead, with the keys of a person. */

#include <string.h>

#include "e2e/walk.h"

#define LAST_NAME "Ünïcode \"quoted\" \\ Name"

/* ---- all eight steps ---- */

/* Addresses that are none of an org, each refused with its reason, then the right one. */
static void type_org(Walk *walk)
{
    static const struct {
        const char *address, *sentence;
    } refused[] = {
        {"https://acme-salesforce.com/services", "acme-salesforce.com is not a Salesforce host."},
        {"https://acme.lightning.force.com.example.com/lightning/setup",
         "is not a Salesforce host."},
        {"http://192.168.1.2:8080/", "192.168.1.2 is not a Salesforce host."},
        {"ftp://acme.my.salesforce.com/", "The address must begin with https://."},
        {"admin@acme.com", "This looks like a username."},
        {"https://help.salesforce.com/s/", "This is Salesforce Help, not your org."},
    };
    see(walk, "Which Salesforce org");
    type(walk, "acme");
    press(walk, "Tab Tab");
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        type(walk, refused[i].address);
        press(walk, "Enter");
        see_sentence(walk, refused[i].sentence);
        see(walk, "▸ 1 Org");
        press(walk, "C-u");
        pty_expect_gone(walk->pty, "✖");
    }
    see(walk, "(•) Production");
    type(walk, "https://acme--uat.sandbox.lightning.force.com/lightning/setup/Home");
    see(walk, "→ acme--uat.sandbox.my.salesforce.com");
    see(walk, "(•) Sandbox");
    press(walk, "C-u");
    type(walk, "acme.my.salesforce.com");
    see(walk, "(•) Production");
    press(walk, "C-u");
    type(walk, walk->rig->org->url);
    see(walk, "→ localhost");
    see(walk, "(•) Demo org");
    press(walk, "Enter");
}

static void pass_preflight(Walk *walk)
{
    see(walk, "✔ Salesforce      answers; newest API is v68.0");
    see_key(walk, "Enter go on");
    see(walk, "✔ Keyring         gnome-keyring; wrote, read back, deleted");
    press(walk, "Enter");
}

/* What the terminal was told to put into the clipboard (OSC 52). */
static bool was_copied(Walk *walk, const char *text)
{
    const GByteArray *raw = pty_raw(walk->pty);
    g_autofree char *base64 = g_base64_encode((const guchar *)text, strlen(text));
    g_autofree char *sequence = g_strdup_printf("\033]52;c;%s\a", base64);
    return memmem(raw->data, raw->len, sequence, strlen(sequence)) != NULL;
}

static void tick_and_copy(Walk *walk)
{
    g_autofree char *callbacks =
        g_strdup_printf("http://localhost:%u/OauthRedirect\nhttps://login.salesforce.com/",
                        walk->rig->org->callback_ports[0]);
    see(walk, "▸○ External Client App Name");
    press(walk, "Space Down c");
    see(walk, "✔ External Client App Name");
    see(walk, "Sent to the terminal");
    assert_true(was_copied(walk, "Bird_Integration"));
    press(walk, "Down Down Down Down");
    see(walk, "▸○ Callback URL");
    press(walk, "c Space");
    see(walk, "✔ Callback URL");
    assert_true(was_copied(walk, callbacks));
    press(walk, "Enter");
}

static void give_keys(Walk *walk)
{
    g_autofree char *secret = g_strconcat(walk->rig->org->client_secret, "\r\n", NULL);
    see(walk, "Consumer key and secret");
    type(walk, walk->rig->org->client_id);
    press(walk, "Tab");
    paste(walk, secret);
    see(walk, "64 characters");
    see(walk, "••••••••••");
}

/* Back to the first step, forward again: what was typed, ticked and pasted is still there. */
static void go_back_and_forth(Walk *walk)
{
    press(walk, "Esc");
    see(walk, "App settings");
    press(walk, "Esc");
    see(walk, "Before we start");
    press(walk, "Esc");
    see(walk, "Which Salesforce org");
    see(walk, "acme");
    see(walk, walk->rig->org->url);
    press(walk, "Enter");
    see_key(walk, "Enter go on");
    press(walk, "Enter");
    see(walk, "✔ External Client App Name");
    press(walk, "End Home Enter");
    see(walk, "64 characters");
    g_autofree char *begin = g_strndup(walk->rig->org->client_id, 20);
    see(walk, begin);
}

/* Larger, too small, and back: the same step with the same contents. */
static void resize(Walk *walk, const char *contents)
{
    g_autofree char *before = pty_dump(walk->pty);
    pty_resize(walk->pty, 120, 40);
    pty_expect(walk->pty, contents);
    pty_resize(walk->pty, 50, 12);
    see(walk, "perch needs 60x16; this window is 50x12.");
    see_no(walk, contents);
    type(walk, "xyz"); /* goes nowhere */
    pty_resize(walk->pty, 80, 24);
    see(walk, contents);
    see_no(walk, "perch needs");
    g_autofree char *after = pty_dump(walk->pty);
    assert_string_equal(after, before);
}

static void probe(Walk *walk)
{
    press(walk, "Enter");
    see(walk, "✔ Consumer key      known to localhost");
    see(walk, "✔ Callback          http://localhost:");
    see(walk, "✔ All callbacks     1 more, accepted");
    see(walk, "✔ PKCE              matches step 3: ticked");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
}

static void log_in(Walk *walk)
{
    see(walk, "Listening on http://localhost:");
    see(walk, "/services/oauth2/authorize?response_type=code");
    pty_resize(walk->pty, 120, 40);
    see(walk, "Stuck on a Salesforce error page");
    pty_resize(walk->pty, 80, 24);
    see(walk, "Stuck on a Salesforce error page");
    press(walk, "Esc");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    see(walk, "Listening on http://localhost:");
    walk_browser(walk, "allow");
    press(walk, "r");
}

static void prove(Walk *walk)
{
    static const char *const rows[] = {"✔ Code exchanged   access and refresh token",
                                       "✔ Signature        signed with this app's secret",
                                       "✔ Scopes           ",
                                       "✔ User             ",
                                       "✔ Stored           gnome-keyring, read back, identical",
                                       "✔ Refreshed once   new access token, stored",
                                       "✔ Rotation         off"};
    see(walk, "Proving the connection");
    see_key(walk, "Enter test record");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        see(walk, rows[i]);
    assert_int_equal(session_bus_count(walk->rig->home, "connection", "acme"), 1);
    press(walk, "Enter");
}

/* What the one POST to Lead held. */
static Json *inserted_lead(Walk *walk)
{
    g_autoptr(Json) log = demo_org_control(walk->rig->org, "GET", "log", NULL);
    JSON_FOREACH(entry, log)
    {
        const char *body = json_get_string(entry, "body");
        if (strcmp(json_get_string(entry, "method"), "POST") == 0 &&
            g_str_has_suffix(json_get_string(entry, "target"), "/sobjects/Lead"))
            return json_parse(body, strlen(body), NULL);
    }
    fail_msg("no Lead was inserted");
    return NULL;
}

static void insert(Walk *walk)
{
    see_key(walk, "Enter insert Lead");
    see(walk, "▸ Last Name *");
    press(walk, "e");
    see(walk, "LastName · string · 80 characters · required");
    press(walk, "Tab C-u");
    type(walk, LAST_NAME);
    see(walk, LAST_NAME);
    press(walk, "Enter");
    see(walk, "▸ Last Name *");
    see(walk, LAST_NAME);
    press(walk, "Enter");
    see_key(walk, "Enter hand-off");
    see(walk, "✔ Deleted     nothing left behind");
    g_autofree char *screen = pty_dump(walk->pty);
    assert_true(
        g_regex_match_simple("✔ Inserted +00Q[A-Za-z0-9]{15}, assignment rules off", screen, 0, 0));
    assert_null(strstr(screen, "/lightning/r/")); /* the record is gone */
    g_autoptr(Json) lead = inserted_lead(walk);
    assert_string_equal(json_get_string(lead, "LastName"), LAST_NAME);
    press(walk, "Enter");
}

static void hand_off(Walk *walk)
{
    see(walk, "Into Flow Builder");
    see(walk, "/services/oauth2/token");
    see_sentence(walk, "Rehearsed perch ran both steps using only these values; the org answered "
                       "201, id 00Q");
    walk_done(walk);
    see_end(walk, 0, "acme is ready. An access token for a script: perch token acme");
}

static void setup__with_keys__through_all_eight_steps(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *port = g_strdup_printf("%u", rig->org->callback_ports[0]);
    demo_org_use_browser(rig->org, rig->home, "stop-at-login");
    g_autoptr(Walk) walk = walk_start(rig, "setup", "--callback-port", port, NULL);
    type_org(walk);
    pass_preflight(walk);
    tick_and_copy(walk);
    give_keys(walk);
    resize(walk, "64 characters");
    go_back_and_forth(walk);
    probe(walk);
    log_in(walk);
    prove(walk);
    insert(walk);
    hand_off(walk);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(token, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__with_keys__through_all_eight_steps),
    };
    return cmocka_run_group_tests_name("the wizard on a terminal", tests, NULL, NULL);
}
