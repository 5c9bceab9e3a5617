/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "plain_stage.h"

/* ---- checks ---- */

static void show_checks(struct stage *stage, struct view *view, int focus)
{
    show_rail(view, 1);
    struct view_item *first = show_check(view, 100, stage->phase == 0 ? MARK_WORKING : MARK_OK,
                                         "Name lookup", "3 addresses");
    first->waits = g_strdup(stage->phase == 0 ? stage->value[1] : NULL);
    show_check(view, 101,
               stage->phase < 2 ? MARK_OPEN
               : stage->flag    ? MARK_OK
                                : MARK_FAILED,
               "Connection", "refused");
    if (stage->phase >= 2 && !stage->flag) {
        view_text(view, ROLE_FAIL, 2, "Nothing listens there.");
        view_text(view, ROLE_PLAIN, 4, "1. Start it.");
    }
    show_check(view, 102, stage->phase < 2 ? MARK_OPEN : MARK_WARNING, "Browser", "none here");
    if (focus == 102) {
        view_text(view, ROLE_WARN, 2, "Forward the port:");
        view_item_set(&view_add(view, VIEW_ADDRESS, 0, NULL)->value, "ssh -L 1718:localhost:1718");
    }
    view_blank(view);
    if (stage->counts) {
        g_autofree char *countdown = g_strdup_printf("Asks again in 0:%02d.", 30 - stage->phase);
        view_text(view, ROLE_DIM, 0, countdown);
    }
    view->busy = stage->phase < 2;
    view->failed = stage->phase >= 2 && !stage->flag;
    if (!view->busy && !view->failed)
        view_key(view, ACTION_NEXT, "go on");
    view_key(view, ACTION_RETRY, "again");
}

static void hear_retry(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_RETRY)
        stage->value[0] = g_strdup("retried");
}

static const char checks_text[] = "Step 2 of 3: Preflight\n"
                                  "  ok  Name lookup: 3 addresses\n"
                                  "  !!  Connection: refused\n"
                                  "      Nothing listens there.\n"
                                  "        1. Start it.\n"
                                  "  !   Browser: none here\n"
                                  "      Forward the port:\n"
                                  "ssh -L 1718:localhost:1718\n";

static void checks__settling__are_said_once_with_their_diagnosis(void **state)
{
    (void)state;
    struct stage stage = {.show = show_checks, .hear = hear_retry, .counts = true};
    stage_begin(&stage, stage_ask);
    for (stage.phase = 1; stage.phase < 5; stage.phase++)
        stage_changed(&stage);
    stage_type(&stage, "r\n");
    assert_string_equal(stage.events->str, "action:again ");
    stage.flag = true;
    stage_changed(&stage);
    stage_end(&stage);
    static const char header[] = "Step 2 of 3: Preflight\n";
    g_autofree char *expected =
        g_strconcat(header, "Asks again in 0:30.\n", checks_text + strlen(header),
                    "r again, q quit, ? help: \n",
                    /* it failed again as before; then it is fine, and all goes on */
                    "  !!  Connection: refused\n  !   Browser: none here\n"
                    "r again, q quit, ? help: \n  ok  Connection: refused\n",
                    "Enter go on, r again, q quit, "
                    "? help: \n",
                    NULL);
    assert_string_equal(stage.said, expected);
    assert_string_equal(stage.events->str, "action:again action:go-on ");
    stage_drop(&stage);
}

/* What takes longer than a moment is said once, and its outcome still comes. */
static void check__that_takes_long__is_said_to_be_waited_for(void **state)
{
    (void)state;
    struct stage stage = {.show = show_checks};
    stage_begin(&stage, stage_ask);
    stage_changed(&stage);
    stage.value[1] = g_strdup("Waiting: Name lookup");
    stage_changed(&stage);
    stage_changed(&stage);
    stage.phase = 1;
    stage_changed(&stage);
    stage_end(&stage);
    assert_string_equal(stage.said, "Step 2 of 3: Preflight\n"
                                    "Waiting: Name lookup\n"
                                    "  ok  Name lookup: 3 addresses\n");
    stage_drop(&stage);
}

static void marks__for_a_screen_reader__are_words(void **state)
{
    (void)state;
    struct stage stage = {.show = show_checks, .phase = 2};
    stage_begin(&stage, (struct plain_options){.no_input = true, .words = true});
    stage_end(&stage);
    assert_contains(stage.said, "  failed  Connection: refused\n");
    assert_contains(stage.said, "  warning  Browser: none here\n");
    assert_null(strchr(stage.said, '!'));
    stage_drop(&stage);
}

static void checks__failed_without_a_person__quit(void **state)
{
    (void)state;
    struct stage stage = {.show = show_checks};
    stage_begin(&stage, stage_silent);
    assert_string_equal(stage.events->str, "");
    stage.phase = 2;
    stage_changed(&stage);
    stage_changed(&stage);
    assert_string_equal(stage.events->str, "action:quit ");
    stage_end(&stage);
    assert_string_equal(stage.said, checks_text);
    stage_drop(&stage);
}

static void quiet__run__says_only_what_is_not_fine(void **state)
{
    (void)state;
    struct stage stage = {.show = show_checks, .phase = 2};
    stage_begin(&stage, (struct plain_options){.no_input = true, .quiet = true});
    stage_end(&stage);
    assert_string_equal(stage.said, "  !!  Connection: refused\n"
                                    "      Nothing listens there.\n"
                                    "        1. Start it.\n"
                                    "  !   Browser: none here\n"
                                    "      Forward the port:\n");
    stage_drop(&stage);
}

static void outputs__told_apart__facts_and_prompts(void **state)
{
    (void)state;
    struct stage stage = {.show = show_checks, .phase = 2};
    stage_begin_apart(&stage, (struct plain_options){.colour = true});
    stage_end(&stage);
    assert_contains(stage.said, "  \033[31m!!\033[0m  Connection: refused\n");
    assert_contains(stage.said, "\nssh -L 1718:localhost:1718\n");
    assert_string_equal(stage.said_apart, "r again, q quit, ? help: \n");
    stage_drop(&stage);

    struct stage json = {.show = show_checks, .phase = 2};
    stage_begin_apart(&json, (struct plain_options){.to_stderr = true, .no_input = true});
    stage_end(&json);
    assert_string_equal(json.said, "");
    assert_string_equal(json.said_apart, checks_text);
    stage_drop(&json);
}

/* ---- a paste while something is under way ---- */

static void show_login(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    view_item_set(&view_add(view, VIEW_ADDRESS, 0, NULL)->value,
                  "https://login.salesforce.com/services/oauth2/authorize?a=b");
    struct view_item *item = show_input(view, 8, "Paste", NULL);
    item->settled = true;
    item->secret = true;
    if (stage->value[1] != NULL)
        view_item_set(&item->error, "There is no code in this.");
    view->busy = stage->phase == 0;
    view->paste = view->busy ? 8 : 0;
    view_key(view, ACTION_RETRY, "open again");
    if (stage->phase == 1) {
        item->fixed = true;
        g_clear_pointer(&item->error, g_free);
        show_input(view, 9, "Name", NULL);
        view_key(view, ACTION_NEXT, "go on");
    }
}

static void hear_paste(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_PASTE && stage->value[1] == NULL)
        stage->value[1] = g_strdup(event->text);
}

static void paste__while_waiting__reaches_the_host(void **state)
{
    (void)state;
    struct stage stage = {.show = show_login, .hear = hear_paste};
    stage_begin_on_terminal(&stage);
    assert_false(stage_echoes());
    stage_type(&stage, "nonsense\n");
    stage_type(&stage, "r\n");
    stage_type(&stage, "http://localhost:1717/OauthRedirect?code=aPrx%3D&state=x\n");
    assert_string_equal(stage.events->str,
                        "paste:8=nonsense action:again "
                        "paste:8=http://localhost:1717/OauthRedirect?code=aPrx%3D&state=x ");
    stage.phase = 1; /* the login is over: the echo comes back with the next question */
    stage_changed(&stage);
    assert_true(stage_echoes());
    stage_end(&stage);
    assert_contains(stage.said, "https://login.salesforce.com/services/oauth2/authorize?a=b\n"
                                "Paste (r open again, q quit, ? help): ");
    assert_contains(stage.said, "  !!  There is no code in this.\nPaste (");
    assert_null(strstr(stage.said, "aPrx"));
    stage_drop(&stage);
}

static void paste__from_a_pipe__leaves_later_answers_alone(void **state)
{
    (void)state;
    struct stage stage = {.show = show_login, .hear = hear_paste};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "Jo\n");
    stage_end_input(&stage);
    assert_string_equal(stage.events->str, "");
    assert_int_equal(stage.hangups, 0); /* the browser can still bring the code */
    stage.phase = 1;
    stage_changed(&stage);
    assert_string_equal(stage.events->str, "input:9=Jo leave:9 ");
    assert_int_equal(stage.hangups, 1);
    stage_end(&stage);
    stage_drop(&stage);
}

/* A screen that is there for a paste, or has such a field among others. */
static void show_explain(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    if (stage->phase == 1)
        view_add(view, VIEW_TOGGLE, 2, "its own switch")->settled = true;
    struct view_item *item = show_input(view, 1, "Error", NULL);
    item->settled = stage->phase == 0;
    view->paste = 1;
    view_key(view, ACTION_NEXT, "explain it");
    view_key(view, ACTION_BACK, "back");
}

static void paste__while_nothing_runs__can_be_typed(void **state)
{
    static const char *const events[] = {"paste:1=invalid_grant: old action:go-on action:back ",
                                         "input:1=invalid_grant: old leave:1 action:go-on "
                                         "action:back "};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct stage stage = {.show = show_explain, .phase = i};
        stage_begin(&stage, stage_ask);
        stage_type(&stage, "invalid_grant: old\n\n-\n");
        assert_string_equal(stage.events->str, events[i]);
        stage_end(&stage);
        assert_contains(stage.said, i == 0 ? "Error (- back, q quit, ? help): \n" : "Error: \n");
        stage_drop(&stage);
    }
}

/* ---- dialogs ---- */

static void show_dialog(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    show_input(view, 1, "Name", NULL);
    if (stage->phase == 0) {
        view_dialog(view, "Really?");
        view_dialog_key(view, ACTION_NO, "no, stay");
        view_dialog_key(view, ACTION_YES, "yes, quit");
    }
}

static void dialog__answered__by_letter_word_or_dash(void **state)
{
    (void)state;
    struct stage stage = {.show = show_dialog};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "x\n\ny\nN\nn\nyes\n-\n");
    stage_end(&stage);
    assert_string_equal(stage.events->str, "action:yes action:no action:no action:yes action:no ");
    assert_true(g_str_has_prefix(stage.said, "Really?\nN no, stay, y yes, quit, ? help: \n"));
    stage_drop(&stage);
}

static void dialog__without_a_person__is_not_answered_for_ever(void **state)
{
    (void)state;
    struct stage stage = {.show = show_dialog};
    stage_begin(&stage, stage_silent);
    assert_string_equal(stage.events->str, "action:yes action:quit ");
    assert_int_equal(stage.hangups, 1);
    stage_end(&stage);
    stage_drop(&stage);
}

static void hear_end(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_ACTION)
        plain_stop(stage->plain);
}

static void stop__while_the_host_still_saves__asks_nothing_more(void **state)
{
    (void)state;
    struct stage stage = {.show = show_dialog, .hear = hear_end};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "y\nN\n");
    stage_changed(&stage);
    stage_end_input(&stage);
    assert_int_equal(stage.hangups, 0);
    stage_end(&stage);
    assert_string_equal(stage.events->str, "action:yes ");
    assert_string_equal(stage.said, "Really?\nN no, stay, y yes, quit, ? help: \n");
    stage_drop(&stage);
}

static void answers__typed_ahead_on_a_terminal__leave_whole_lines(void **state)
{
    (void)state;
    struct stage stage = {.show = show_dialog};
    stage_begin_on_terminal(&stage);
    stage_type(&stage, "x\n?\n");
    stage_end(&stage);
    assert_contains(stage.said, "? help: \n  N       no, stay\n");
    stage_drop(&stage);
}

/* ---- without a person ---- */

static void hear_stuck(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_NEXT)
        stage->flag = true;
}

static void show_stuck(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    struct view_item *item = show_input(view, 1, "Consumer key", NULL);
    if (stage->flag)
        view_item_set(&item->error, "Give the consumer key.");
    view_key(view, ACTION_NEXT, "go on");
}

static void no_input__something_missing__is_named_and_ends(void **state)
{
    (void)state;
    struct stage stage = {.show = show_stuck, .hear = hear_stuck};
    stage_begin_apart(&stage, stage_silent);
    stage_type(&stage, "3MVG9\n"); /* nobody may read this */
    assert_string_equal(stage.events->str, "action:go-on action:quit ");
    char left[16] = "";
    assert_int_equal(read(STDIN_FILENO, left, sizeof left), 6);
    stage_end(&stage);
    assert_string_equal(stage.said_apart, "  !!  Consumer key: Give the consumer key.\n");
    stage_drop(&stage);
}

static void show_endless(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    g_autofree char *value = g_strdup_printf("%d", stage->phase);
    show_check(view, 1, MARK_OK, "Round", value);
    view_key(view, ACTION_NEXT, "go round");
}

static void hear_endless(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_NEXT)
        stage->phase++;
}

static void no_input__a_screen_that_never_ends__is_left(void **state)
{
    (void)state;
    struct stage stage = {.show = show_endless, .hear = hear_endless};
    stage_begin(&stage, stage_silent);
    assert_true(g_str_has_suffix(stage.events->str, "action:go-on action:quit "));
    assert_true(stage.phase <= 8);
    stage_end(&stage);
    stage_drop(&stage);
}

/* ---- prompts ---- */

static void show_many_keys(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    static const struct {
        enum action action;
        const char *label;
    } keys[] = {
        {ACTION_NEXT, "insert Lead"}, {ACTION_RETRY, "again"},    {ACTION_OPEN, "open Setup page"},
        {ACTION_SKIP, "skip"},        {ACTION_EDIT, "edit"},      {ACTION_ADD, "add field"},
        {ACTION_REMOVE, "skip"},      {ACTION_NEW, "new channel"}};
    struct view_item *row = view_add(view, VIEW_ROW, 1, "Last Name");
    row->columns = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(row->columns, g_strdup("Last Name"));
    if (stage->phase == 2)
        view_key(view, ACTION_NEXT, "open the browser of this computer and log in there");
    for (gsize i = stage->phase == 2; i < G_N_ELEMENTS(keys); i++)
        view_key(view, keys[i].action, keys[i].label);
    view_key(view, ACTION_BACK,
             stage->phase == 2 ? "back to where this connection was set up" : "back");
    view->asks = true;
    view->failed = view->retries = stage->phase == 1;
}

/* The most useful keys in one line, each action once; ? tells of the rest. */
static void prompt__of_many_keys__is_one_line(void **state)
{
    static const char *const prompts[] = {
        "Enter insert Lead, a number to change, r again, - back, ? more: \n",
        "Enter insert Lead, o open Setup page, s skip, a add field, - back, ? more: \n",
        ("Enter open the browser of this computer and log in there,\n"
         "  - back to where this connection was set up, ? more: \n")};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct stage stage = {.show = show_many_keys, .hear = hear_retry, .phase = i};
        stage_begin(&stage, stage_ask);
        stage_type(&stage, "?\n");
        stage_type(&stage, "o 2\n"); /* there is no such row */
        assert_string_equal(stage.events->str, "");
        stage_end(&stage);
        g_autofree char *begins = g_strconcat("  1  Last Name\n", prompts[i], NULL);
        assert_contains(stage.said, begins);
        assert_contains(stage.said, "  n       new channel: ");
        assert_contains(stage.said, "  1 2 3   a number to change\n");
        assert_contains(stage.said, "  q       quit: ");
        stage_drop(&stage);
    }
}

static void show_mapping(struct stage *stage, struct view *view, int focus)
{
    (void)stage;
    for (int id = 1; id <= 2; id++) {
        struct view_item *row = view_add(view, VIEW_ROW, id, NULL);
        row->columns = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(row->columns, g_strdup(id == 1 ? "Company" : "+ add a field"));
    }
    view_key(view, ACTION_NEXT, focus == 2 ? "add a field" : "insert Lead");
    view_key(view, ACTION_EDIT, "edit");
    view_key(view, ACTION_OPEN, "open");
    view->focus = 1;
}

static void hear_row(struct stage *stage, const struct view_event *event)
{
    g_string_append_printf(stage->events, "@%d ", event->id);
}

/* A number does what its row is for, and Enter stays what it was. */
static void number__of_a_row__is_that_rows_alone(void **state)
{
    (void)state;
    struct stage stage = {.show = show_mapping, .hear = hear_row};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "1\n2\n? 2\no 2\n\n");
    stage_end(&stage);
    assert_string_equal(stage.events->str,
                        "action:edit @1 action:go-on @2 action:open @2 action:go-on @1 ");
    assert_null(strstr(stage.said, "Enter add a field"));
    stage_drop(&stage);
}

/* ---- what is said while perch works ---- */

static void show_test(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    view->busy = stage->phase == 0;
    view->sums = view->busy && stage->flag;
    view_heading(view, "Insert a test record", NULL);
    view_add(view, VIEW_TOGGLE, 1, "keep it")->settled = true;
    if (view->busy)
        show_check(view, 2, MARK_OK, "Inserted", "00Q");
    show_check(view, 3, stage->phase == 0 ? MARK_WORKING : MARK_OK, "Deleted", "nothing left");
    if (view->busy) /* the record is there for a moment only */
        view_item_set(&view_add(view, VIEW_PAIR, 0, "Record")->value, "https://x/00Q");
    view_blank(view);
    view_text(view, ROLE_TITLE, 0, "Values");
    view_text(view, ROLE_DIM, 2, "What they are for.");
    view_key(view, ACTION_NEXT, "hand-off");
    view_item_set(&view->notice, stage->counts ? "Open this address: https://x/?a=1 2" : NULL);
    if (stage->counts && stage->phase > 0)
        view_item_set(&view->notice, "Open this address: https://x/lightning/setup");
}

static void busy__what_may_change__comes_afterwards_in_order(void **state)
{
    (void)state;
    struct stage stage = {.show = show_test, .hear = hear_retry};
    stage_begin(&stage, stage_ask);
    stage.phase = 1;
    stage_changed(&stage);
    stage_end(&stage);
    assert_string_equal(stage.said, "Insert a test record\n"
                                    "  ok  Inserted: 00Q\n"
                                    "  1  keep it: no\n"
                                    "  ok  Deleted: nothing left\n"
                                    "Values\n"
                                    "  What they are for.\n"
                                    "Enter hand-off, a number to change, q quit, ? help: \n");
    stage_drop(&stage);
}

/* Checks that are summed up are not said twice; an address is alone on its line. */
static void sums__and_an_address__are_said_once_and_whole(void **state)
{
    (void)state;
    struct stage stage = {.show = show_test, .hear = hear_retry, .flag = true, .counts = true};
    stage_begin(&stage, stage_ask);
    stage.phase = 1;
    stage_changed(&stage);
    stage_end(&stage);
    assert_null(strstr(stage.said, "Inserted"));
    assert_contains(stage.said, "  ok  Deleted: nothing left\n");
    assert_contains(stage.said, "Open this address: https://x/?a=1 2\n"); /* not at its end */
    assert_contains(stage.said, "\nOpen this address:\nhttps://x/lightning/setup\n");
    stage_drop(&stage);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        STAGE_TEST(checks__settling__are_said_once_with_their_diagnosis),
        STAGE_TEST(check__that_takes_long__is_said_to_be_waited_for),
        STAGE_TEST(marks__for_a_screen_reader__are_words),
        STAGE_TEST(checks__failed_without_a_person__quit),
        STAGE_TEST(quiet__run__says_only_what_is_not_fine),
        STAGE_TEST(outputs__told_apart__facts_and_prompts),
        STAGE_TEST(paste__while_waiting__reaches_the_host),
        STAGE_TEST(paste__from_a_pipe__leaves_later_answers_alone),
        STAGE_TEST(paste__while_nothing_runs__can_be_typed),
        STAGE_TEST(dialog__answered__by_letter_word_or_dash),
        STAGE_TEST(dialog__without_a_person__is_not_answered_for_ever),
        STAGE_TEST(stop__while_the_host_still_saves__asks_nothing_more),
        STAGE_TEST(answers__typed_ahead_on_a_terminal__leave_whole_lines),
        STAGE_TEST(no_input__something_missing__is_named_and_ends),
        STAGE_TEST(no_input__a_screen_that_never_ends__is_left),
        STAGE_TEST(prompt__of_many_keys__is_one_line),
        STAGE_TEST(number__of_a_row__is_that_rows_alone),
        STAGE_TEST(busy__what_may_change__comes_afterwards_in_order),
        STAGE_TEST(sums__and_an_address__are_said_once_and_whole),
    };
    return cmocka_run_group_tests_name("plain flow", tests, NULL, NULL);
}
