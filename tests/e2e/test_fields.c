/* SPDX-License-Identifier: MIT */

/* Fields: what was in them is never lost by one key, and comes back. */

#include <string.h>

#include "e2e/walk.h"
#include "support/locale.h"

#define KEY_LENGTH "85 characters"
#define SECRET_LENGTH "64 characters"

static Rig *new_rig(void)
{
    return rig_new(SESSION_KEYRING_OPEN, NULL);
}

/* Keys, with the focus in the secret. */
static Walk *to_secret(Rig *rig)
{
    Walk *walk = walk_start_filled(rig, "acme");
    walk_to_keys(walk);
    see(walk, SECRET_LENGTH);
    return walk;
}

static void letter__over_a_stored_secret__asks(void **state)
{
    static const char *const strays[] = {"q", "o", "r", "c", "Backspace"};
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_secret(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(strays); i++) {
        press(walk, strays[i]);
        see_sentence(walk, "Replace it with what you type?");
        press(walk, "Esc");
        see_key(walk, "Esc back");
        see(walk, SECRET_LENGTH);
    }
    press(walk, "q");
    see_sentence(walk, "Replace it with what you type?");
    press(walk, "y");
    see(walk, "1 character");
    see_key(walk, "Esc restore");
    press(walk, "Esc");
    see(walk, SECRET_LENGTH);
    see_key(walk, "Esc back");
    press(walk, "C-_");
    see(walk, "1 character");
    press(walk, "C-_");
    see(walk, SECRET_LENGTH);
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
}

/* Nothing is lost by it, and a letter shows what becomes of the dots. */
static void letter__over_a_refused_secret__replaces_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_secret(rig);
    paste(walk, "another-secret");
    press(walk, "Enter");
    see_sentence(walk, "Salesforce did not accept this.");
    type(walk, "x");
    see(walk, "1 character");
    see_key(walk, "Esc restore");
    press(walk, "Esc");
    see(walk, SECRET_LENGTH);
}

/* The word for yes begins with another letter, and who is used to y is not refused. */
static void letter__in_polish__is_answered_in_polish(void **state)
{
    static const char *const letters[] = {"t", "y"};
    (void)state;
    g_autofree char *locales = locale_make("en_US", "UTF-8");
    if (locales == NULL)
        skip(); /* a C library without locales */
    for (gsize i = 0; i < G_N_ELEMENTS(letters); i++) {
        g_autoptr(Rig) rig = new_rig();
        tmphome_set(rig->home, "LOCPATH", locales);
        tmphome_set(rig->home, "LANG", "pl_PL.UTF-8");
        tmphome_set(rig->home, "LC_ALL", NULL);
        rig_setup(rig, "acme");
        g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
        see_key(walk, "Enter");
        press(walk, "M-4");
        see(walk, "64 znaki");
        type(walk, "x");
        see_sentence(walk, "t zastąp");
        press(walk, letters[i]);
        see(walk, "1 znak");
    }
}

static void paste__replaces__and_is_undone(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_secret(rig);
    paste(walk, "another-secret");
    see(walk, "14 characters");
    press(walk, "C-_");
    see(walk, SECRET_LENGTH);
    type(walk, "a-paste-without-brackets");
    see(walk, "24 characters");
    press(walk, "Esc");
    see(walk, SECRET_LENGTH);
    press(walk, "BackTab");
    see(walk, KEY_LENGTH);
    paste(walk, rig->org->client_id);
    see(walk, KEY_LENGTH);
    type(walk, "xyz");
    see(walk, "88 characters");
    press(walk, "C-_");
    see(walk, KEY_LENGTH);
    press(walk, "C-u");
    type(walk, "ab");
    paste(walk, "cd");
    see(walk, "4 characters");
    press(walk, "Esc");
    see(walk, KEY_LENGTH);
}

/* The login that is stored is still good when the secret that it was made with is back. */
static void restored__after_the_login__costs_no_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = new_rig();
    g_autoptr(Walk) walk = to_secret(rig);
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    see_key(walk, "Enter test record");
    guint before = demo_org_requests(rig->org, "POST", "/services/oauth2/token");
    press(walk, "4");
    see(walk, SECRET_LENGTH);
    see_key(walk, "Enter go on");
    paste(walk, "another-secret");
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Esc");
    see_key(walk, "Enter go on");
    press(walk, "M-6");
    see(walk, "This login was proven when it was made");
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/oauth2/token"), before);
    walk_home(walk, "acme");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letter__over_a_stored_secret__asks),
        cmocka_unit_test(letter__over_a_refused_secret__replaces_it),
        cmocka_unit_test(letter__in_polish__is_answered_in_polish),
        cmocka_unit_test(paste__replaces__and_is_undone),
        cmocka_unit_test(restored__after_the_login__costs_no_login),
    };
    return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
