/* SPDX-License-Identifier: MIT */

/* Answers that lead to no login: the listener goes on. */

#include "unit/loopback_rig.h"

/* One that knows the state answers first, in crowds: each is judged, and the right one too. */
static void listener__refused__the_next_answer_is_told(void **state)
{
    enum { FOREIGN = 20 };
    struct fixture *fixture = *state;
    struct client *foreign[FOREIGN], *again;
    for (int i = 0; i < FOREIGN; i++) {
        g_autofree char *target =
            g_strdup_printf("/OauthRedirect?%s=wrong-%d&state=" STATE, i % 2 ? "error" : "code", i);
        foreign[i] = visit(fixture, "GET", target);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
    }
    wait_for_count(&fixture->calls, 1);
    again = visit(fixture, "GET", "/OauthRedirect?code=wrong-18&state=" STATE);
    struct client *right = visit(fixture, "GET", GOOD);
    for (int i = 0; i < FOREIGN; i++) {
        assert_int_equal(fixture->calls, i + 1); /* one at a time */
        g_autofree char *value = g_strdup_printf("wrong-%d", i);
        assert_string_equal(i % 2 ? fixture->error : fixture->code, value);
        if (i + 1 == FOREIGN)
            assert_int_equal(right->answer->len, 0);
        loopback_go_on(fixture->loopback);
        wait_for_count(&foreign[i]->ended, 1);
        /* The oldest made room for those after them. */
        if (foreign[i]->answer->len > 0) {
            check_answer(foreign[i]->answer->str, 200, true);
            assert_contains(foreign[i]->answer->str, "perch keeps waiting");
        }
        client_free(foreign[i]);
        wait_for_count(&fixture->calls, i + 2 > FOREIGN ? FOREIGN : i + 2);
    }
    wait_for_count(&fixture->calls, FOREIGN + 1);
    assert_string_equal(fixture->code, "aPrx.x==");
    wait_for_count(&again->ended, 1);
    assert_contains(again->answer->str,
                    "perch keeps waiting"); /* the same answer: not told twice */
    loopback_finish(fixture->loopback, true);
    wait_for_count(&right->ended, 1);
    assert_contains(right->answer->str, "perch is connected");
    client_free(right);
    client_free(again);
}

/* While a pasted code is tried, what comes to the listener waits. */
static void listener__held__tells_when_it_goes_on(void **state)
{
    struct fixture *fixture = *state;
    loopback_hold(fixture->loopback);
    struct client *client = visit(fixture, "GET", GOOD);
    struct client *icon = visit(fixture, "GET", "/favicon.ico");
    wait_for_count(&icon->ended, 1);
    assert_int_equal(fixture->calls, 0);
    loopback_go_on(fixture->loopback);
    assert_int_equal(fixture->calls, 1);
    assert_string_equal(fixture->code, "aPrx.x==");
    client_free(client);
    client_free(icon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(listener__refused__the_next_answer_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(listener__held__tells_when_it_goes_on, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("refused answers", tests, NULL, NULL);
}
