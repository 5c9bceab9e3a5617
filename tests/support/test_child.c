/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "support/child.h"
#include "support/fetch.h"
#include "support/test.h"
#include "support/tmphome.h"

static void child__run__gives_output_errors_and_code(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    const char *argv[] = {"sh", "-c", "read -r line; echo \"got $line\"; echo oops >&2; exit 5",
                          NULL};
    g_autoptr(Child) child = child_run(argv, home->env, "hello\n");
    assert_string_equal(child->output->str, "got hello\n");
    assert_string_equal(child->errors->str, "oops\n");
    assert_int_equal(child_code(child), 5);
}

static void child__line_by_line__and_stop(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    const char *argv[] = {"cat", NULL};
    g_autoptr(Child) child = child_start(argv, home->env);
    child_send(child, "one\n");
    assert_true(child_wait_output(child, "one\n", 10000));
    assert_false(child_wait_output(child, "two\n", 20));
    assert_int_equal(child_code(child), -1);
    child_send(child, "two\n");
    assert_true(child_wait_output(child, "two\n", 10000));
    assert_true(child_stop(child, 10000));
    assert_int_equal(child_code(child), 128 + 15);
}

static void child__end_without_text__does_not_wait(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    const char *argv[] = {"true", NULL};
    g_autoptr(Child) child = child_start(argv, home->env);
    gint64 began = g_get_monotonic_time();
    assert_false(child_wait_output(child, "never", 30000));
    assert_true(g_get_monotonic_time() - began < 10 * G_USEC_PER_SEC);
}

static void fetch__no_server__is_status_0(void **state)
{
    (void)state;
    g_autoptr(Fetched) answer = fetch("http://127.0.0.1:1/", NULL);
    assert_int_equal(answer->status, 0);
    assert_true(strlen(answer->body) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(child__run__gives_output_errors_and_code),
        cmocka_unit_test(child__line_by_line__and_stop),
        cmocka_unit_test(child__end_without_text__does_not_wait),
        cmocka_unit_test(fetch__no_server__is_status_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
