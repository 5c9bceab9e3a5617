/* SPDX-License-Identifier: MIT */

/* From any step to any other: looking costs nothing, and a draft goes on where it was. */

#include <string.h>

#include "e2e/walk.h"

#define WRONG "not-the-secret-of-any-app"

static Rig *new_rig(void)
{
    return rig_new(SESSION_KEYRING_OPEN, NULL);
}

/* Requests that only a login makes. */
static guint logins(Rig *rig)
{
    return demo_org_requests(rig->org, "POST", "/services/oauth2/token");
}

static Walk *to_proven(Rig *rig)
{
    Walk *walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    press(walk, "Enter");
    see_key(walk, "Enter test record");
    return walk;
}

static void esc__from_prove__goes_back_without_a_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_proven(rig);
    guint before = logins(rig);
    press(walk, "Esc");
    see(walk, "✔ Logged in");
    see(walk, rig->org->username);
    press(walk, "Esc");
    see(walk, "Consumer key and secret");
    see_key(walk, "Enter go on");
    press(walk, "Enter");
    see(walk, "✔ Logged in");
    press(walk, "Enter");
    see(walk, "✔ Code exchanged");
    assert_int_equal(logins(rig), before);
    walk_home(walk, "acme");
}

/* What perch demo consumer-secret-wrong is for: the diagnosis leads to the field. */
static void secret__wrong__one_key_leads_to_the_field(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    press(walk, "Tab Tab Tab");
    press(walk, "C-u");
    type(walk, WRONG);
    see(walk, "25 characters");
    press(walk, "Enter");
    see_key(walk, "Enter ask again");
    press(walk, "Tab s"); /* past it all the same */
    see(walk, "Proving the connection");
    see_sentence(walk, "The consumer secret is wrong or missing.");
    see_key(walk, "g correct the value");
    press(walk, "Esc");
    see(walk, "The last login failed its proof");
    press(walk, "Esc");
    see(walk, "Consumer key and secret");
    press(walk, "M-6");
    see_key(walk, "g correct the value");
    press(walk, "g");
    see(walk, "Consumer key and secret");
    press(walk, "C-u");
    type(walk, rig->org->client_secret);
    see(walk, "64 characters");
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    walk_home(walk, "acme");
}

static void number__of_a_step__goes_there(void **state)
{
    static const struct {
        const char *key, *seen;
    } rows[] = {
        {"3", "App settings"},     {"8", "Into Flow Builder"},   {"2", "Before we start"},
        {"7", "Insert a test"},    {"1", "Which Salesforce"},    {"M-6", "✔ Code exchanged"},
        {"4", "Consumer key and"}, {"M-8", "Into Flow Builder"}, {"5", "✔ Logged in"},
    };
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_proven(rig);
    guint before = logins(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        press(walk, rows[i].key);
        see(walk, rows[i].seen);
    }
    assert_int_equal(logins(rig), before);
}

static void number__without_a_login__says_what_comes_first(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_app(walk);
    press(walk, "7");
    see(walk, "Log in first: step 5.");
    press(walk, "5");
    see(walk, "Nobody has logged in yet");
    assert_int_equal(demo_org_requests(rig->org, "GET", "/services/oauth2/authorize"), 0);
}

/* Left at Test, gone on at Test: the login that is stored is used. */
static void resume__after_the_login__goes_on_where_it_was(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_proven(rig);
    guint before = logins(rig);
    press(walk, "Enter");
    see_key(walk, "Enter insert Lead");
    press(walk, "C-c");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, "The draft is kept. To continue: perch setup acme");
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
    see(again, "Insert a test record");
    see(again, "✔ 6 Prove");
    see_key(again, "Enter insert Lead");
    press(again, "6");
    see(again, "This login was proven when it was made");
    assert_int_equal(logins(rig), before);
    walk_home(again, "acme");
}

/* A second channel is not forgotten: what is tested is counted, and the keys lead to the other. */
static void channels__one_tested__names_the_other(void **state)
{
    static const char one[] = "1 of 2 channels tested. Not yet: Viber → Case. Switch to it and "
                              "test it, too.";
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_proven(rig);
    press(walk, "Enter");
    see_key(walk, "Enter insert Lead");
    see_no(walk, "channels tested");
    press(walk, "Enter");
    see_key(walk, "Enter hand-off  ←→ channel");
    see_sentence(walk, one);
    press(walk, "Enter");
    see(walk, "Into Flow Builder");
    see_sentence(walk, one);
    press(walk, "t");
    see_key(walk, "←→ channel");
    press(walk, "Right");
    see_key(walk, "Enter insert Case");
    press(walk, "Enter");
    see_key(walk, "Enter hand-off");
    see_no(walk, "channels tested");
    press(walk, "Left"); /* what was tested stays so */
    see(walk, "WhatsApp → Lead ›  channel 1 of 2");
    see_key(walk, "Enter hand-off");
}

/* The smallest screen: results are below the fields of the record. */
static void small__what_just_happened__scrolls_into_view(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_proven(rig);
    press(walk, "Enter");
    see_key(walk, "Enter insert Lead");
    pty_resize(walk->pty, 60, 16);
    see_key(walk, "Enter insert Lead");
    see_no(walk, "Inserted");
    demo_org_patch(rig->org, "{'org': {'storage_full': true}}");
    press(walk, "Enter");
    see(walk, "✖ Inserted");
    see_key(walk, "Enter insert Lead");
    see(walk, "✖ Inserted"); /* the list has ended, and its rows stand above the fields now */
    demo_org_patch(rig->org, "{'org': {'storage_full': false}}");
    press(walk, "Enter");
    see(walk, "✔ Deleted");
    see_key(walk, "Enter hand-off");
    press(walk, "Home");
    see(walk, "Last Name");
    see_no(walk, "✔ Deleted");
}

/* With the focus in a field, too, which stays in sight. */
static void small__refused_key__is_seen_where_it_is_typed(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    pty_resize(walk->pty, 60, 16);
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Tab Tab C-u");
    type(walk, WRONG);
    see(walk, "25 characters");
    see_no(walk, "✖");
    press(walk, "Enter");
    see(walk, "✖ Consumer key");
    see_key(walk, "Enter ask again");
    see(walk, "✖ Consumer key");
    see(walk, "25 characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(esc__from_prove__goes_back_without_a_login),
        cmocka_unit_test(secret__wrong__one_key_leads_to_the_field),
        cmocka_unit_test(number__of_a_step__goes_there),
        cmocka_unit_test(number__without_a_login__says_what_comes_first),
        cmocka_unit_test(channels__one_tested__names_the_other),
        cmocka_unit_test(small__what_just_happened__scrolls_into_view),
        cmocka_unit_test(small__refused_key__is_seen_where_it_is_typed),
        cmocka_unit_test(resume__after_the_login__goes_on_where_it_was),
    };
    return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
