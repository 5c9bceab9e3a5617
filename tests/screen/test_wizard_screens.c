/* SPDX-License-Identifier: MIT */
#include <curses.h>
#include <string.h>

#include "play.h"
#include "support/locale.h"
#include "support/test.h"

/* The eight steps as the wizard itself shows them: golden screens, and what a resize, a paste or a
 * person in a hurry does to them. */

/* ---- golden screens of every step ---- */

static void nothing_yet(Play *play)
{
    screen_type(play->screen, "");
}

static void address_refused(Play *play)
{
    screen_type(play->screen, "acme\t\thttps://acme-salesforce.com/services\r");
}

static void address_taken(Play *play)
{
    play_to(play, STEP_ORG);
}

static void preflight_runs(Play *play)
{
    static const struct ended rows[] = {
        {"lookup", CHECK_OK, 12, "acme.my.salesforce.com: 3 addresses", 0, NULL},
        {"connection", CHECK_RUNNING, -1, NULL, 0, NULL},
        {"proxy", CHECK_SKIPPED, -1, "none set", 0, NULL},
        {"keyring", CHECK_RUNNING, -1, NULL, 0, NULL},
        {NULL, 0, 0, NULL, 0, NULL},
    };
    play_to(play, STEP_PREFLIGHT);
    play_answer(play, CHECKS_PREFLIGHT, rows, false);
}

static void preflight_fine(Play *play)
{
    play_to(play, STEP_PREFLIGHT);
    play_answer(play, CHECKS_PREFLIGHT, play_preflight, true);
}

static void preflight_blocked(Play *play)
{
    static const struct ended rows[] = {
        {"lookup", CHECK_OK, 12, "acme.my.salesforce.com: 3 addresses", 0, NULL},
        {"connection", CHECK_FAILED, 48, "SSL certificate problem: unable to get local issuer",
         STAGE_MACHINE, "tls"},
        {"keyring", CHECK_FAILED, -1, "The keyring is locked.", STAGE_MACHINE, "locked"},
        {NULL, 0, 0, NULL, 0, NULL},
    };
    play_to(play, STEP_PREFLIGHT);
    play_answer(play, CHECKS_PREFLIGHT, rows, true);
}

static void settings_ticked(Play *play)
{
    play_to(play, STEP_APP);
    screen_type(play->screen, " ");
    screen_press(play->screen, KEY_DOWN);
    screen_type(play->screen, " ");
    screen_press(play->screen, KEY_DOWN);
    screen_press(play->screen, KEY_DOWN);
    screen_press(play->screen, KEY_DOWN);
    screen_press(play->screen, KEY_DOWN);
}

/* The CLI has a login; the app has no contact e-mail yet. */
static void make_asked(Play *play)
{
    g_autoptr(GPtrArray) sources = g_ptr_array_new();
    g_autoptr(Connection) cli = connection_new(NULL);
    connection_set(&cli->login_url, "https://acme.my.salesforce.com");
    connection_set(&cli->username, "admin@acme.com");
    g_ptr_array_add(sources, (gpointer)(guintptr)DEPLOYER_CLI);
    g_ptr_array_add(sources, (gpointer)(guintptr)DEPLOYER_TOKEN);
    play_to(play, STEP_APP);
    screen_type(play->screen, "C");
    play_event(play, (struct wizard_event){.kind = WIZARD_DEPLOYER, .items = sources});
    play_event(play, (struct wizard_event){.kind = WIZARD_DEPLOYER,
                                           .done = true,
                                           .text = "Salesforce's CLI, admin@acme.com",
                                           .connection = cli});
}

static void keys_unknown(Play *play)
{
    static const struct ended rows[] = {
        {"consumer-key", CHECK_FAILED, 96, "client identifier invalid", STAGE_AUTHORIZE,
         "invalid_client_id"},
        {NULL, 0, 0, NULL, 0, NULL},
    };
    play_to(play, STEP_KEYS);
    screen_type(play->screen, "3MVG9wt4IL4O5wvKxTHISISNOTAREALKEY\t");
    screen_paste(play->screen, "0123456789ABCDEF0123456789ABCDEF\r\n");
    screen_type(play->screen, "\r\r"); /* both are short, and meant */
    play_answer(play, CHECKS_PROBE, rows, true);
    play->now += 2000;
    screen_changed(play->screen);
}

static void login_waits(Play *play)
{
    play_to(play, STEP_AUTHORIZE);
}

static void prove_runs(Play *play)
{
    static const struct ended rows[] = {
        {"exchange", CHECK_OK, 182, "access and refresh token", 0, NULL},
        {"signature", CHECK_OK, -1, "signed with this app's secret", 0, NULL},
        {"who", CHECK_RUNNING, -1, NULL, 0, NULL},
        {"session", CHECK_RUNNING, -1, NULL, 0, NULL},
        {NULL, 0, 0, NULL, 0, NULL},
    };
    play_to(play, STEP_PROVE);
    play_answer(play, CHECKS_PROVE, rows, false);
}

static void prove_fine(Play *play)
{
    play_to(play, STEP_PROVE);
    play_answer(play, CHECKS_PROVE, play_prove, true);
}

static void prove_failed(Play *play)
{
    static const struct ended rows[] = {
        {"exchange", CHECK_OK, 182, "access and refresh token", 0, NULL},
        {"stored", CHECK_FAILED, -1, "The keyring is locked.", STAGE_MACHINE, "locked"},
        {"refreshed", CHECK_SKIPPED, -1, "not run (needs: Stored)", 0, NULL},
        {NULL, 0, 0, NULL, 0, NULL},
    };
    play_to(play, STEP_PROVE);
    play_answer(play, CHECKS_PROVE, rows, true);
}

static void test_filled(Play *play)
{
    play_to(play, STEP_TEST);
}

static void test_inserted(Play *play)
{
    play_to(play, STEP_TEST);
    screen_type(play->screen, "\r");
    play_answer(play, CHECKS_INSERT, play_insert, true);
}

static void test_refused(Play *play)
{
    static const struct ended rows[] = {
        {"inserted", CHECK_FAILED, 240, "The REST API is not enabled for this Organization.",
         STAGE_REST, "API_DISABLED_FOR_ORG"},
        {"read-back", CHECK_SKIPPED, -1, "not run (needs: Inserted)", 0, NULL},
        {"deleted", CHECK_SKIPPED, -1, "not run (needs: Inserted)", 0, NULL},
        {NULL, 0, 0, NULL, 0, NULL},
    };
    play_to(play, STEP_TEST);
    screen_type(play->screen, "\r");
    play_answer(play, CHECKS_INSERT, rows, true);
}

static void values_masked(Play *play)
{
    static const struct ended rows[] = {
        {"token", CHECK_OK, 120, "new access token", 0, NULL},
        {"whatsapp-create", CHECK_OK, 210, "201, id 00Q5g00000ABCDFEA1", 0, NULL},
        {NULL, 0, 0, NULL, 0, NULL},
    };
    play_to(play, STEP_HANDOFF);
    play_answer(play, CHECKS_REHEARSE, rows, true);
}

static void quit_asked(Play *play)
{
    play_to(play, STEP_KEYS);
    screen_type(play->screen, "3MVG9\003");
}

static const struct {
    const char *name;
    void (*show)(Play *play);
} screens[] = {
    {"wizard-1-org", nothing_yet},
    {"wizard-1-org-refused", address_refused},
    {"wizard-1-org-filled", address_taken},
    {"wizard-2-preflight-runs", preflight_runs},
    {"wizard-2-preflight", preflight_fine},
    {"wizard-2-preflight-blocked", preflight_blocked},
    {"wizard-3-app", settings_ticked},
    {"wizard-3-make", make_asked},
    {"wizard-4-keys-unknown", keys_unknown},
    {"wizard-5-authorize", login_waits},
    {"wizard-6-prove-runs", prove_runs},
    {"wizard-6-prove", prove_fine},
    {"wizard-6-prove-locked", prove_failed},
    {"wizard-7-test", test_filled},
    {"wizard-7-test-inserted", test_inserted},
    {"wizard-7-test-refused", test_refused},
    {"wizard-8-handoff", values_masked},
    {"wizard-quit", quit_asked},
};

static void steps__golden__at_two_sizes(void **state)
{
    static const int sizes[][2] = {{80, 24}, {120, 40}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
        for (gsize s = 0; s < G_N_ELEMENTS(sizes); s++) {
            g_autoptr(Play) play = play_new(sizes[s][0], sizes[s][1]);
            screens[i].show(play);
            screen_assert(play->screen, screens[i].name);
        }
    }
}

/* The smallest size that must look right, in languages whose words are longer. */
static void steps__golden__in_polish(void **state)
{
    (void)state;
    if (!locale_speak("pl_PL"))
        skip(); /* a C library without locales */
    for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_autoptr(Play) play = play_new(80, 24);
        g_autofree char *name = g_strdup_printf("pl/%s", screens[i].name);
        screens[i].show(play);
        screen_assert(play->screen, name);
    }
    locale_speak_english();
}

/* How many texts of a screen, without its row of keys, end in an ellipsis for want of room. */
static guint cut_in(char *text)
{
    guint cut = 0;
    g_strchomp(text);
    *strrchr(text, '\n') = '\0';
    for (const char *at = text; (at = strstr(at, "…")) != NULL; at += strlen("…"))
        cut++;
    return cut;
}

static void steps__other_languages__nothing_more_is_cut_off(void **state)
{
    static const char *const languages[] = {NULL, "pl_PL", "de_DE"};
    guint english[G_N_ELEMENTS(screens)];
    (void)state;
    for (gsize l = 0; l < G_N_ELEMENTS(languages); l++) {
        if (languages[l] != NULL && !locale_speak(languages[l]))
            skip(); /* a C library without locales */
        for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
            g_autoptr(Play) play = play_new(80, 24);
            screens[i].show(play);
            g_autofree char *text = screen_text(play->screen);
            if (languages[l] == NULL)
                english[i] = cut_in(text);
            else if (cut_in(text) > english[i])
                fail_msg("%s cuts off more in %s:\n%s", screens[i].name, languages[l], text);
        }
    }
    locale_speak_english();
}

/* ---- keys ---- */

static void actions__keys__one_meaning_each(void **state)
{
    (void)state;
    for (int a = 0; a < ACTION_COUNT; a++)
        for (int b = 0; b < a; b++) {
            assert_int_not_equal(action_key((enum action)a), action_key((enum action)b));
            assert_string_not_equal(action_help((enum action)a), action_help((enum action)b));
        }
}

/* The entries of the last row: "Enter go on", "c copy". Owned by the caller. */
static GStrv hints(Screen *screen)
{
    g_autofree char *text = screen_text(screen);
    g_strchomp(text);
    return g_strsplit(g_strstrip(strrchr(text, '\n') + 1), "  ", -1);
}

static void steps__keys__no_action_twice_and_help_everywhere(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_autoptr(Play) play = play_new(300, 60);
        screens[i].show(play);
        g_auto(GStrv) all = hints(play->screen);
        guint count = g_strv_length(all);
        assert_true(g_str_has_prefix(all[count - 1], "F1"));
        for (guint a = 0; a < count; a++)
            for (guint b = 0; b < a; b++)
                if (strcmp(strchr(all[a], ' '), strchr(all[b], ' ')) == 0)
                    fail_msg("%s: %s, and %s", screens[i].name, all[a], all[b]);
        screen_press(play->screen, KEY_F(1));
        screen_assert_shows(play->screen, "PgUp PgDn");
        screen_type(play->screen, "q");
        screen_assert_hides(play->screen, "PgUp PgDn");
    }
}

/* What is left out is said to be left out. */
static void steps__keys__no_room__ends_in_an_ellipsis(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_autoptr(Play) play = play_new(300, 60);
        screens[i].show(play);
        g_auto(GStrv) all = hints(play->screen);
        assert_false(g_strv_contains((const char *const *)all, "…"));
        screen_resize(play->screen, 60, 16);
        g_auto(GStrv) some = hints(play->screen);
        bool marked = g_strv_contains((const char *const *)some, "…");
        assert_int_equal(marked, g_strv_length(some) - marked < g_strv_length(all));
    }
}

/* ---- sizes ---- */

/* The row with the focus, else nothing: where a list is scrolled to may change. */
static char *lasting(Screen *screen)
{
    g_autofree char *text = screen_text(screen);
    if (strstr(text, "↑ ──") == NULL && strstr(text, "↓ ──") == NULL)
        return g_steal_pointer(&text);
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
    for (int i = 0; rows[i] != NULL; i++)
        if (strstr(rows[i], "│▸") != NULL)
            return g_strdup(strstr(rows[i], "│▸"));
    return g_strdup("");
}

/* Through every kind of size and back: what was there is there again. */
static void steps__resize__come_back_the_same(void **state)
{
    static const int sizes[][2] = {{200, 60}, {60, 16}, {40, 12}, {1, 1}, {80, 24}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_autoptr(Play) play = play_new(80, 24);
        screens[i].show(play);
        g_autofree char *before = lasting(play->screen);
        for (gsize s = 0; s < G_N_ELEMENTS(sizes); s++) {
            screen_resize(play->screen, sizes[s][0], sizes[s][1]);
            if (sizes[s][0] == 40)
                screen_assert_shows(play->screen, "60x16");
        }
        g_autofree char *after = lasting(play->screen);
        if (!g_str_equal(before, after))
            fail_msg("%s is another after resizing:\n%s\n%s", screens[i].name, before, after);
    }
}

/* ---- secrets ---- */

static void steps__secrets__on_no_screen(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_autoptr(Play) play = play_new(120, 40);
        screens[i].show(play);
        screen_assert_hides(play->screen, "0123456789ABCDEF0");
        screen_assert_hides(play->screen, "NotARefreshToken");
        screen_assert_hides(play->screen, "NotAnAccessToken");
    }
}

/* ---- a person in a hurry ---- */

/* Enter again and again: no step is left out, and nothing starts twice. */
static void steps__enter_in_a_hurry__starts_nothing_twice(void **state)
{
    (void)state;
    g_autoptr(Play) play = play_new(80, 24);
    play_to(play, STEP_PREFLIGHT);
    guint serial = play->wizard->lists[CHECKS_PREFLIGHT].serial;
    screen_type(play->screen, "\r\r\r");
    assert_int_equal(play->wizard->step, STEP_PREFLIGHT);
    assert_int_equal(play->wizard->lists[CHECKS_PREFLIGHT].serial, serial);
    g_autoptr(Play) proving = play_new(80, 24);
    play_to(proving, STEP_PROVE);
    serial = proving->wizard->lists[CHECKS_PROVE].serial;
    screen_type(proving->screen, "\rr\rr");
    assert_int_equal(proving->wizard->step, STEP_PROVE);
    assert_int_equal(proving->wizard->lists[CHECKS_PROVE].serial, serial);
}

/* Esc on every step goes back to the one before; Enter comes forward to what was there. */
static void steps__esc__goes_back_and_loses_nothing(void **state)
{
    (void)state;
    g_autoptr(Play) play = play_new(80, 24);
    play_to(play, STEP_KEYS);
    screen_type(play->screen, "PerchAcmeWt4IL4O5wvKx\t");
    screen_paste(play->screen, "0123456789ABCDEF");
    screen_type(play->screen, "\033");
    assert_int_equal(play->wizard->step, STEP_APP);
    screen_type(play->screen, "\033");
    assert_int_equal(play->wizard->step, STEP_PREFLIGHT);
    screen_type(play->screen, "\033");
    assert_int_equal(play->wizard->step, STEP_ORG);
    screen_assert_shows(play->screen, "acme.lightning.force.com/lightning/setup/Home");
    screen_type(play->screen, "\r\r\r"); /* what was ok is not asked again */
    assert_int_equal(play->wizard->step, STEP_KEYS);
    screen_assert_shows(play->screen, "PerchAcmeWt4IL4O5wvKx");
    screen_assert_shows(play->screen, "16 characters");
}

/* Text of any script, as typed and as pasted: shown as it is, broken nowhere. */
static void steps__utf8__stays_whole(void **state)
{
    (void)state;
    g_autoptr(Play) play = play_new(80, 24);
    play_to(play, STEP_TEST);
    screen_type(play->screen, "e\t");
    screen_type(play->screen, "\025"); /* Ctrl-U */
    screen_paste(play->screen, "Zoë 山田太郎 👋\n");
    screen_assert_shows(play->screen, "Zoë 山田太郎");
    screen_type(play->screen, "\r");
    screen_assert_shows(play->screen, "Zoë 山田太郎");
    screen_assert(play->screen, "wizard-7-test-utf8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps__golden__at_two_sizes),
        cmocka_unit_test(steps__golden__in_polish),
        cmocka_unit_test(steps__other_languages__nothing_more_is_cut_off),
        cmocka_unit_test(actions__keys__one_meaning_each),
        cmocka_unit_test(steps__keys__no_action_twice_and_help_everywhere),
        cmocka_unit_test(steps__keys__no_room__ends_in_an_ellipsis),
        cmocka_unit_test(steps__resize__come_back_the_same),
        cmocka_unit_test(steps__secrets__on_no_screen),
        cmocka_unit_test(steps__enter_in_a_hurry__starts_nothing_twice),
        cmocka_unit_test(steps__esc__goes_back_and_loses_nothing),
        cmocka_unit_test(steps__utf8__stays_whole),
    };
    return cmocka_run_group_tests_name("the wizard's screens", tests, NULL, NULL);
}
