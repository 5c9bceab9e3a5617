/* SPDX-License-Identifier: MIT */
#include "e2e/by_the_screen.h"
#include "support/test.h"

static void rehearsals__part_1__first_step_cures_each(void **state)
{
    (void)state;
    by_the_screen_walk(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rehearsals__part_1__first_step_cures_each),
    };
    return cmocka_run_group_tests_name("by the screen 1", tests, NULL, NULL);
}
