/* SPDX-License-Identifier: MIT */

/* perch to somebody who reads Polish: line by line, in commands, in numbers; and who gets it. */

#include <string.h>

#include "e2e/rig.h"
#include "support/locale.h"

/* A person whose terminal asks for Polish, on a machine that has this one locale. */
static Rig *rig_with(const char *locale)
{
    g_autofree char *folder = locale_make(locale, "UTF-8");
    if (folder == NULL)
        return NULL;
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    tmphome_set(rig->home, "LC_ALL", NULL);
    tmphome_set(rig->home, "LOCPATH", folder);
    tmphome_set(rig->home, "LANG", "pl_PL.UTF-8");
    return rig;
}

static void assert_polish(const char *text)
{
    static const char *const english[] = {" the ", " of ", "Step ", "not "};
    for (gsize i = 0; i < G_N_ELEMENTS(english); i++)
        if (strstr(text, english[i]) != NULL)
            fail_msg("\"%s\" is in:\n%s", english[i], text);
}

/* As over SSH from Poland: the locale that LANG names is not here. */
static void setup__a_locale_that_is_not_here__polish_from_end_to_end(void **state)
{
    static const char *const lines[] = {
        "Krok 1 z 8: Org\n",
        "Krok 2 z 8: Kontrola\n",
        "Krok 3 z 8: Aplikacja\n",
        "Krok 4 z 8: Klucze\n",
        "Krok 5 z 8: Logowanie\n",
        "Krok 6 z 8: Dowód\n",
        "Krok 7 z 8: Test\n",
        "Krok 8 z 8: Wartości\n",
        "Consumer secret: 64 znaki\n",
        "(64 znaki)",
        "gnome-keyring, odczytano, identyczne",
        "bez reguł przypisania",
        "Access token: ważny: 24 godziny\n",
    };
    (void)state;
    g_autoptr(Rig) rig = rig_with("en_US");
    if (rig == NULL)
        skip(); /* a C library without locales */
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_autoptr(Child) setup = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(setup, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_contains(setup->output->str, lines[i]);
    assert_polish(setup->output->str);

    static const char *const commands[] = {"status", "doctor", "test", "handoff", NULL};
    for (int i = 0; commands[i] != NULL; i++) {
        g_autoptr(Child) child = rig_perch_secret(rig, commands[i], "acme", NULL);
        assert_code(child, 0);
        assert_polish(child->output->str);
    }
}

static void doctor__polish_locale__numbers_of_its_own_but_not_in_json(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with("pl_PL");
    if (rig == NULL)
        skip(); /* a C library without locales */
    rig_setup(rig, "acme");
    g_autoptr(Child) told = rig_perch(rig, "doctor", "acme", NULL);
    assert_code(told, 0);
    assert_true(g_regex_match_simple(", [0-9]+,[0-9] s\\n", told->output->str, 0, 0));
    g_autoptr(Child) child = rig_perch(rig, "doctor", "acme", "--json", NULL);
    g_autoptr(Json) json = child_json(child);
    assert_string_equal(json_get_string(json, "status"), "ok");
    assert_string_equal(json_get_string(json_check(json, "lookup"), "title"), "Nazwa hosta");
}

static void language__c_or_posix__english(void **state)
{
    static const struct {
        const char *variable, *value, *said;
    } rows[] = {
        {"LANG", "pl_PL.UTF-8", "Nie ma polecenia flip."},
        {"LC_MESSAGES", "pl", "Nie ma polecenia flip."},
        {"LC_ALL", "C", "There is no command flip."},
        {"LC_ALL", "POSIX", "There is no command flip."},
        {"LC_ALL", "C.UTF-8", "There is no command flip."},
        {"LANG", "xx_XX.UTF-8", "There is no command flip."},
    };
    (void)state;
    g_autoptr(Rig) rig = rig_with("en_US");
    if (rig == NULL)
        skip(); /* a C library without locales */
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        tmphome_set(rig->home, rows[i].variable, rows[i].value);
        g_autoptr(Child) child = rig_perch(rig, "flip", NULL);
        assert_code(child, 2);
        assert_contains(child->errors->str, rows[i].said);
        tmphome_set(rig->home, rows[i].variable, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__a_locale_that_is_not_here__polish_from_end_to_end),
        cmocka_unit_test(doctor__polish_locale__numbers_of_its_own_but_not_in_json),
        cmocka_unit_test(language__c_or_posix__english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
