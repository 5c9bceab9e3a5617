/* SPDX-License-Identifier: MIT */
#include "support/locale.h"
#include "support/test.h"

#include <stdbool.h>
#include <string.h>

#include "perch/salesforce/setup_pages.h"

#define ORG "https://acme.my.salesforce.com"
#define LIGHTNING "https://acme.lightning.force.com"

static const char *const links[SETUP_PAGE_COUNT] = {
#define SETUP_PAGE(id, name, path, link, source) [SETUP_PAGE_##id] = link,
#include "perch/salesforce/setup_pages.def"
#undef SETUP_PAGE
};

static const char *const sources[SETUP_PAGE_COUNT] = {
#define SETUP_PAGE(id, name, path, link, source) [SETUP_PAGE_##id] = source,
#include "perch/salesforce/setup_pages.def"
#undef SETUP_PAGE
};

static void pages__each__has_name_path_link_and_source(void **state)
{
    (void)state;
    for (int i = SETUP_PAGE_NONE + 1; i < SETUP_PAGE_COUNT; i++) {
        assert_true(strlen(setup_page_name((enum setup_page)i)) > 3);
        assert_true(g_str_has_prefix(setup_page_path((enum setup_page)i), "Setup › "));
        assert_true(g_str_has_prefix(links[i], "/lightning/setup/"));
        assert_true(*sources[i] != '\0');
    }
    assert_string_equal(setup_page_name(SETUP_PAGE_LOGIN_HISTORY), "Login History");
    assert_string_equal(setup_page_path(SETUP_PAGE_LOGIN_HISTORY),
                        "Setup › Identity › Login History");
    assert_string_equal(setup_page_name(SETUP_PAGE_NONE), "");
    assert_string_equal(setup_page_name(SETUP_PAGE_COUNT), "");
}

/* Without any id there is still a page to link to, and no place is left unfilled. */
static void pages__each__links_without_ids(void **state)
{
    (void)state;
    for (int i = SETUP_PAGE_NONE + 1; i < SETUP_PAGE_COUNT; i++) {
        g_autofree char *url = setup_page_url((enum setup_page)i, ORG, NULL);
        if (url == NULL)
            fail_msg("%s has no link", setup_page_name((enum setup_page)i));
        assert_true(g_str_has_prefix(url, LIGHTNING "/lightning/setup/"));
        assert_null(strpbrk(url, "{} "));
    }
}

static void pages__ids__are_filled_in(void **state)
{
    static const struct setup_ids all = {.user_id = "005000000000001AAA",
                                         .profile_id = "00e000000000001AAA",
                                         .app_id = "0xI000000000001AAA"};
    static const struct {
        enum setup_page page;
        const char *with, *without;
    } rows[] = {
        {SETUP_PAGE_USER,
         "/lightning/setup/ManageUsers/page?address=%2F005000000000001AAA%3Fnoredirect%3D1%26"
         "isUserEntityOverride%3D1",
         "/lightning/setup/ManageUsers/home"},
        {SETUP_PAGE_PROFILE, "/lightning/setup/EnhancedProfiles/page?address=%2F00e000000000001AAA",
         "/lightning/setup/EnhancedProfiles/home"},
        {SETUP_PAGE_EXTERNAL_CLIENT_APP,
         "/lightning/setup/ManageExternalClientApplication/0xI000000000001/detail",
         "/lightning/setup/ManageExternalClientApplication/home"},
        {SETUP_PAGE_PERMISSION_SET_ASSIGN,
         "/lightning/setup/PermSets/page?address=%2Fudd%2FPermissionSet%2FassignPermissionSet.apexp"
         "%3FuserId%3D005000000000001AAA",
         "/lightning/setup/PermSets/home"},
        {SETUP_PAGE_SESSION_SETTINGS, "/lightning/setup/SecuritySession/home",
         "/lightning/setup/SecuritySession/home"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *with = setup_page_url(rows[i].page, ORG, &all);
        g_autofree char *without = setup_page_url(rows[i].page, ORG, &(struct setup_ids){0});
        g_autofree char *wanted_with = g_strconcat(LIGHTNING, rows[i].with, NULL);
        g_autofree char *wanted_without = g_strconcat(LIGHTNING, rows[i].without, NULL);
        assert_string_equal(with, wanted_with);
        assert_string_equal(without, wanted_without);
    }
}

static void pages__odd_ids__never_reach_an_address(void **state)
{
    static const char *const odd[] = {"", "005", "005000000000001&x=", "../../../../etc", "{user}"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autofree char *url =
            setup_page_url(SETUP_PAGE_USER, ORG, &(struct setup_ids){.user_id = odd[i]});
        assert_string_equal(url, LIGHTNING "/lightning/setup/ManageUsers/home");
    }
}

static void pages__hosts__decide_whether_there_is_a_link(void **state)
{
    (void)state;
    g_autofree char *local =
        setup_page_url(SETUP_PAGE_LOGIN_HISTORY, "http://localhost:8080", NULL);
    assert_string_equal(local, "http://localhost:8080/lightning/setup/OrgLoginHistory/home");
    assert_null(setup_page_url(SETUP_PAGE_LOGIN_HISTORY, "https://login.salesforce.com", NULL));
    assert_null(setup_page_url(SETUP_PAGE_LOGIN_HISTORY, "https://na44.salesforce.com", NULL));
    assert_null(setup_page_url(SETUP_PAGE_LOGIN_HISTORY, NULL, NULL));
    assert_null(setup_page_url(SETUP_PAGE_NONE, ORG, NULL));
}

/* A click path of named places; a link with an id always has one without behind it. */
static void pages__paths_and_links__have_their_shape(void **state)
{
    (void)state;
    for (int i = SETUP_PAGE_NONE + 1; i < SETUP_PAGE_COUNT; i++) {
        g_auto(GStrv) parts = g_strsplit(setup_page_path((enum setup_page)i), " › ", -1);
        const char *name = setup_page_name((enum setup_page)i);
        for (gsize k = 0; parts[k] != NULL; k++)
            if (*parts[k] == '\0' || *parts[k] == ' ')
                fail_msg("%s: %s", name, setup_page_path((enum setup_page)i));
        g_auto(GStrv) places = g_strsplit(links[i], " ", -1);
        for (gsize k = 0; places[k] != NULL; k++) {
            bool last = places[k + 1] == NULL;
            bool has_id = strchr(places[k], '{') != NULL;
            if (!g_regex_match_simple("^/lightning/setup/[A-Z]\\w+/[\\w/{}=%?&.]+$", places[k], 0,
                                      0) ||
                has_id == last)
                fail_msg("%s: %s", name, places[k]);
        }
    }
}

/* Names stay Salesforce's; what stands for a name is the reader's language. */
static void pages__in_polish__no_english_placeholders(void **state)
{
    (void)state;
    assert_string_equal(setup_page_path(SETUP_PAGE_NONE), "");
    if (!locale_speak("pl_PL"))
        skip(); /* a C library without locales */
    assert_string_equal(setup_page_path(SETUP_PAGE_NONE), "");
    for (int i = SETUP_PAGE_NONE + 1; i < SETUP_PAGE_COUNT; i++)
        assert_null(strstr(setup_page_path((enum setup_page)i), "(the "));
    locale_speak_english();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages__each__has_name_path_link_and_source),
        cmocka_unit_test(pages__each__links_without_ids),
        cmocka_unit_test(pages__paths_and_links__have_their_shape),
        cmocka_unit_test(pages__ids__are_filled_in),
        cmocka_unit_test(pages__odd_ids__never_reach_an_address),
        cmocka_unit_test(pages__hosts__decide_whether_there_is_a_link),
        cmocka_unit_test(pages__in_polish__no_english_placeholders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
