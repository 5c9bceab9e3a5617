/* SPDX-License-Identifier: MIT */

/* The way to log in that perch recommends, and why. */

#include <string.h>

#include "perch/sheet/sheet.h"
#include "support/test.h"

static void advice__what_is_known__decides_and_is_said(void **state)
{
    static const struct {
        int rotation;
        enum rotation_box box;
        gint64 proven_at;
        const char *edition;
        enum platform platform;
        enum login login;
        const char *why, *more; /* more NULL: nothing about edition and platform */
    } cases[] = {
        {0, ROTATION_NOT_SEEN, 0, NULL, PLATFORM_FLOW_BUILDER, LOGIN_REFRESH_TOKEN,
         "ticked and greyed out in your app", NULL},
        {0, ROTATION_NOT_SEEN, 1, "Enterprise Edition", PLATFORM_OTHER, LOGIN_REFRESH_TOKEN,
         "kept it at the last refresh", NULL},
        {1, ROTATION_NOT_SEEN, 1, NULL, PLATFORM_FLOW_BUILDER, LOGIN_CLIENT_CREDENTIALS,
         "replaces its refresh token with each use", NULL},
        {1, ROTATION_FREE, 1, NULL, PLATFORM_FLOW_BUILDER, LOGIN_REFRESH_TOKEN,
         "you can untick this app's rotation", NULL},
        {1, ROTATION_LOCKED, 1, "Enterprise Edition", PLATFORM_BIRD_FLOWS, LOGIN_CLIENT_CREDENTIALS,
         "you cannot untick", "Enterprise Edition has free"},
        {1, ROTATION_LOCKED, 1, "Professional Edition", PLATFORM_BIRD_FLOWS,
         LOGIN_CLIENT_CREDENTIALS, "you cannot untick", "Professional Edition has no integration"},
        {1, ROTATION_LOCKED, 1, NULL, PLATFORM_OTHER, LOGIN_CLIENT_CREDENTIALS, "you cannot untick",
         "make sure that your program can"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Connection) c = connection_new("acme");
        c->rotation = cases[i].rotation;
        c->rotation_box = cases[i].box;
        c->proven_at = cases[i].proven_at;
        c->platform = cases[i].platform;
        connection_set(&c->edition, cases[i].edition);
        g_autofree char *advice = sheet_advice(c);
        assert_int_equal(sheet_recommends(c), cases[i].login);
        assert_contains(advice, cases[i].why);
        if (cases[i].more != NULL)
            assert_contains(advice, cases[i].more);
        else
            assert_true(strstr(advice, "Edition") == NULL &&
                        strstr(advice, "your program") == NULL);
        sheet_choose(c, APP_VALUES_PERCH, APP_CONNECTED);
        assert_int_equal(c->rotation_box, ROTATION_NOT_SEEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advice__what_is_known__decides_and_is_said),
    };
    return cmocka_run_group_tests_name("advice on the way to log in", tests, NULL, NULL);
}
