/* SPDX-License-Identifier: MIT */
/* The runner of check lists: what starts when, and what becomes of it when the time is over. */
#include "perch/checks/check.h"
#include "support/test.h"

static struct check_run *open_run;

static void start_well(struct check_run *run)
{
    check_ok(run, "fine");
}

static void start_badly(struct check_run *run)
{
    check_fail_own(run, STAGE_MACHINE, "failed", "refused");
}

static void start_and_stay(struct check_run *run)
{
    open_run = run;
}

static const struct check_def rows[] = {
    {"well", "Well", true, {NULL}, start_well},
    {"stays", "Stays", true, {NULL}, start_and_stay},
    {"later", "Later", true, {"stays"}, start_well},
    {"never", "Never", true, {"badly"}, start_well},
    {"badly", "Badly", true, {NULL}, start_badly},
};
static const struct check_list_def def = {.checks = rows, .count = G_N_ELEMENTS(rows)};

struct heard {
    guint settled;
    bool done;
};

static void on_result(const struct check_result *result, gpointer user)
{
    struct heard *heard = user;
    heard->settled += result->status != CHECK_RUNNING;
}

static void on_done(gpointer user)
{
    struct heard *heard = user;
    heard->done = true;
}

static const struct check_result *row(const CheckList *list, guint index)
{
    return check_list_results(list)->pdata[index];
}

/* Also of a row that can never start, and was not looked at since that is so. */
static void expire__leaves_no_row_open(void **state)
{
    (void)state;
    struct heard heard = {0};
    g_autoptr(Session) session = session_new(connection_new("acme"), "/", NULL, NULL);
    g_autoptr(CheckList) list = check_list_start(
        &def, session, NULL, &(struct check_list_listener){on_result, on_done, &heard});
    while (row(list, 4)->status == CHECK_WAITING)
        g_main_context_iteration(NULL, TRUE);
    assert_int_equal(row(list, 3)->status, CHECK_WAITING);
    check_list_expire(list);
    assert_int_equal(row(list, 0)->status, CHECK_OK);
    assert_int_equal(row(list, 1)->status, CHECK_FAILED);
    assert_string_equal(row(list, 1)->summary, "no answer in time");
    assert_int_equal(row(list, 2)->status, CHECK_SKIPPED);
    assert_int_equal(row(list, 3)->status, CHECK_SKIPPED);
    assert_string_equal(row(list, 3)->summary, "not run (needs: Badly)");
    assert_int_equal(heard.settled, G_N_ELEMENTS(rows));
    assert_false(check_run_is_alive(open_run));
    assert_false(heard.done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expire__leaves_no_row_open),
    };
    return cmocka_run_group_tests_name("runner", tests, NULL, NULL);
}
