/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "perch/base/clock.h"

static void http_date__three_forms__give_the_same_moment(void **state)
{
    static const struct {
        const char *text;
        gint64 ms;
    } rows[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777000},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777000},
        {"Sun Nov  6 08:49:37 1994", 784111777000},
        {"Mon, 23 Nov 2026 08:14:00 GMT", 1795421640000},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Monday, 23-Nov-26 08:14:00 GMT", 1795421640000},
        {"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199000},
        {"Thu, 30 Feb 2024 23:59:59 GMT", -1},
        {"Mon, 23 Nov 2026 25:14:00 GMT", -1},
        {"Mon, 23 Foo 2026 08:14:00 GMT", -1},
        {"Mon, 23 Nov 2026", -1},
        {"2026-11-23T08:14:00Z", -1},
        {"now", -1},
        {"", -1},
        {NULL, -1},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (clock_parse_http_date(rows[i].text) != rows[i].ms)
            fail_msg("%s gives %" G_GINT64_FORMAT, rows[i].text,
                     clock_parse_http_date(rows[i].text));
}

static void moment__written_and_read__is_the_same(void **state)
{
    static const gint64 moments[] = {0, 1000, 1795421640000, 4102444799000};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(moments); i++) {
        g_autofree char *text = clock_format(moments[i]);
        assert_int_equal(clock_parse(text), moments[i]);
    }
    g_autofree char *text = clock_format(1795421640123);
    assert_string_equal(text, "2026-11-23T08:14:00Z");
    assert_int_equal(clock_parse("2026-11-23T09:14:00+01:00"), 1795421640000);
}

static void moment__bad_text__is_minus_one(void **state)
{
    static const char *const bad[] = {
        "", "now", "2026-11-23", "2026-11-23T08:14:00", "2026-13-23T08:14:00Z", "23.11.2026 08:14"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_int_equal(clock_parse(bad[i]), -1);
    assert_int_equal(clock_parse(NULL), -1);
}

static void clocks__run_forward_and_near_the_present(void **state)
{
    (void)state;
    gint64 before = clock_monotonic_ms();
    for (int i = 0; i < 1000; i++) {
        gint64 now = clock_monotonic_ms();
        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_wall_ms() > 1700000000000);
    assert_true(clock_wall_ms() / 1000 - g_get_real_time() / 1000000 <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_date__three_forms__give_the_same_moment),
        cmocka_unit_test(moment__written_and_read__is_the_same),
        cmocka_unit_test(moment__bad_text__is_minus_one),
        cmocka_unit_test(clocks__run_forward_and_near_the_present),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
