/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "plain_stage.h"
#include "support/locale.h"

static void show_org(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    show_rail(view, stage->screen);
    if (stage->screen == 0) {
        view_heading(view, "Which Salesforce org?", NULL);
        show_input(view, 1, "Connection", stage->value[1]);
        struct view_item *item = show_input(view, 2, "Address", stage->value[2]);
        if (g_strcmp0(stage->value[2], "bad") == 0)
            view_item_set(&item->error, "This is not a Salesforce host.");
        else if (stage->value[2] != NULL)
            view_item_set(&item->note, "→ acme.my.salesforce.com");
        view_text(view, ROLE_DIM, 0, "Paste any address.");
        view_key(view, ACTION_NEXT, "check this computer");
    } else {
        show_check(view, 100, MARK_OK, "Name lookup", "3 addresses");
        view_key(view, ACTION_NEXT, "go on");
    }
    view_key(view, ACTION_BACK, "back");
}

static void hear_org(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_INPUT) {
        g_free(stage->value[event->id]);
        stage->value[event->id] = g_strdup(event->text);
    } else if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_NEXT) {
        stage->screen = 1;
    } else if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_BACK) {
        stage->screen = 0;
    }
}

static void inputs__answered__become_a_transcript(void **state)
{
    (void)state;
    struct stage stage = {.show = show_org, .hear = hear_org};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "acme\n");
    stage_type(&stage, "  acme.lightning.force.com\r\n");
    stage_type(&stage, "\n");
    stage_end(&stage);
    /* The second screen goes on by itself; when that changes nothing, the person is asked. */
    assert_string_equal(stage.said,
                        "Step 1 of 3: Org\n"
                        "Which Salesforce org?\n"
                        "Paste any address.\n"
                        "At every question: ? explains it, - goes back.\n"
                        "Connection: \n"
                        "Address: \n"
                        "  ok  Address: acme.my.salesforce.com\n"
                        "Enter check this computer, a number to change, - back, q quit, ? help: \n"
                        "Step 2 of 3: Preflight\n"
                        "  ok  Name lookup: 3 addresses\n"
                        "Enter go on, - back, q quit, ? help: \n");
    assert_string_equal(stage.events->str,
                        "input:1=acme leave:1 input:2=acme.lightning.force.com leave:2 "
                        "action:go-on action:go-on ");
    stage_drop(&stage);
}

static void inputs__all_at_once_through_a_pipe__reach_their_questions(void **state)
{
    (void)state;
    struct stage stage = {.show = show_org, .hear = hear_org};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "acme\nacme.my.salesforce.com\n\n-\n\n\n");
    stage_end(&stage);
    assert_string_equal(stage.events->str,
                        "input:1=acme leave:1 input:2=acme.my.salesforce.com leave:2 "
                        "action:go-on action:go-on action:back leave:1 leave:2 ");
    assert_contains(stage.said, "Connection [acme]: \n");
    stage_drop(&stage);
}

static void inputs__wrong__are_asked_again_with_the_reason(void **state)
{
    (void)state;
    struct stage stage = {.show = show_org, .hear = hear_org};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "acme\nbad\n");
    assert_string_equal(stage.events->str, "input:1=acme leave:1 input:2=bad leave:2 ");
    stage_type(&stage, "acme.my.salesforce.com\n");
    stage_end(&stage);
    assert_contains(stage.said, "  !!  Address: This is not a Salesforce host.\n"
                                "Address [bad]: \n"
                                "  ok  Address: acme.my.salesforce.com\n");
    stage_drop(&stage);
}

static void hear_back(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_BACK)
        stage->screen = 1;
}

static void back__to_a_screen_without_questions__waits_there(void **state)
{
    (void)state;
    struct stage stage = {.show = show_org, .hear = hear_back, .screen = 2};
    stage_begin(&stage, stage_ask);
    assert_string_equal(stage.events->str, "action:go-on ");
    stage_type(&stage, "-\n");
    assert_string_equal(stage.events->str, "action:go-on action:back ");
    stage_type(&stage, "\n");
    assert_string_equal(stage.events->str, "action:go-on action:back action:go-on ");
    stage_end(&stage);
    stage_drop(&stage);
}

/* ---- lines ---- */

static void line__too_long_or_no_text__is_refused_and_asked_again(void **state)
{
    (void)state;
    struct stage stage = {.show = show_org, .hear = hear_org};
    stage_begin(&stage, stage_ask);
    g_autofree char *longest = g_strnfill(64 * 1024, 'x');
    for (int i = 0; i < 32; i++) /* in parts: a pipe holds no more */
        stage_type(&stage, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                           "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                           "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                           "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    for (int i = 0; i < 4; i++) {
        g_autofree char *part = g_strndup(longest, 16 * 1024);
        stage_type(&stage, part);
    }
    stage_type(&stage, "\n");
    stage_type(&stage, "caf\xe9\n");
    assert_string_equal(stage.events->str, "");
    for (int i = 0; i < 4; i++) {
        g_autofree char *part = g_strndup(longest, 16 * 1024);
        stage_type(&stage, part);
    }
    stage_type(&stage, "\n");
    g_autofree char *expected = g_strdup_printf("input:1=%s leave:1 ", longest);
    bool equal = strcmp(stage.events->str, expected) == 0;
    stage_end(&stage);
    assert_true(equal);
    assert_contains(stage.said, "  !!  That line is too long: 64 KiB at most.\nConnection: ");
    assert_contains(stage.said, "  !!  That line is not UTF-8 text.\nConnection: ");
    stage_drop(&stage);
}

static void end_of_input__at_a_question__hangs_up_once(void **state)
{
    (void)state;
    struct stage stage = {.show = show_org, .hear = hear_org};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "acme"); /* the last line has no end */
    assert_string_equal(stage.events->str, "");
    stage_end_input(&stage);
    assert_string_equal(stage.events->str, "input:1=acme leave:1 ");
    assert_int_equal(stage.hangups, 1);
    stage_changed(&stage);
    assert_int_equal(stage.hangups, 1);
    stage_end(&stage);
    stage_drop(&stage);
}

/* ---- secrets ---- */

static void show_secret(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    struct view_item *item = show_input(view, 1, "Consumer secret", NULL);
    item->secret = true;
    item->length = stage->value[1] == NULL ? 0 : strlen(stage->value[1]);
    view_key(view, ACTION_NEXT, "go on");
    if (stage->flag) {
        view_dialog(view, "Keep the draft and quit?");
        view_dialog_key(view, ACTION_NEXT, "keep and quit");
        view_dialog_key(view, ACTION_BACK, "stay");
    }
}

static void secret__typed_on_a_terminal__never_echoes(void **state)
{
    (void)state;
    struct stage stage = {.show = show_secret, .hear = hear_org};
    stage_begin_on_terminal(&stage);
    assert_false(stage_echoes());
    stage.flag = true; /* Ctrl-C: the host asks something else meanwhile */
    stage_changed(&stage);
    assert_true(stage_echoes());
    stage.flag = false;
    stage_changed(&stage);
    assert_false(stage_echoes());
    stage_type(&stage, "S3cr3t\n");
    assert_true(stage_echoes());
    assert_string_equal(stage.events->str, "input:1=S3cr3t leave:1 ");
    char seen[64] = "";
    assert_true(read(stage.input, seen, sizeof seen - 1) > 0); /* the line break alone */
    assert_null(strstr(seen, "S3cr3t"));
    stage_end(&stage);
    assert_null(strstr(stage.said, "S3cr3t"));
    stage_drop(&stage);
}

static void secret__freed_while_asking__gives_the_echo_back(void **state)
{
    (void)state;
    struct stage stage = {.show = show_secret, .hear = hear_org};
    stage.value[1] = g_strdup("old");
    stage_begin_on_terminal(&stage);
    assert_false(stage_echoes());
    g_clear_pointer(&stage.plain, plain_free);
    assert_true(stage_echoes());
    stage_end(&stage);
    assert_contains(stage.said, "Consumer secret [3 characters, Enter keeps them]: \n");
    stage_drop(&stage);
}

static void secret__end_of_file_on_a_terminal__gives_the_echo_back(void **state)
{
    (void)state;
    struct stage stage = {.show = show_secret, .hear = hear_org};
    stage_begin_on_terminal(&stage);
    stage_type(&stage, "\x04");
    assert_int_equal(stage.hangups, 1);
    assert_true(stage_echoes());
    stage_end(&stage);
    stage_drop(&stage);
}

/* ---- choices, toggles, settings ---- */

static void show_choices(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    struct view_item *item = view_add(view, VIEW_CHOICE, 1, "Org");
    item->options = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->options, g_strdup("Production"));
    g_ptr_array_add(item->options, g_strdup("Sandbox"));
    item->selected = stage->phase;
    item = view_add(view, VIEW_TOGGLE, 2, "delete it afterwards");
    item->ticked = true;
    item = view_add(view, VIEW_SETTING, 3, "Name");
    view_item_set(&item->value, "Bird Integration");
    view_item_set(&item->note, "Why: users see it.");
    item->ticked = stage->flag;
    item = show_input(view, 4, "Email", "a@example.com");
    item->settled = true;
    view_key(view, ACTION_NEXT, "go on");
    view_key(view, ACTION_OPEN, "open in browser");
}

static void hear_choices(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_SELECT && event->id == 1)
        stage->phase = event->index;
    if (event->kind == VIEW_EVENT_SELECT && event->id == 3)
        stage->flag = event->index != 0;
}

static void choices__answered_by_number_and_letter__send_selections(void **state)
{
    (void)state;
    struct stage stage = {.show = show_choices, .hear = hear_choices};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "7\n2\nmaybe\nn\n");
    assert_string_equal(stage.events->str, "select:1=1 select:2=0 ");
    stage_type(&stage, "3\n"); /* ticks the setting */
    stage_type(&stage, "o 3\n");
    stage_type(&stage, "4\nb@example.com\n\n");
    assert_string_equal(stage.events->str,
                        "select:1=1 select:2=0 select:3=1 action:open input:4=b@example.com "
                        "leave:4 action:go-on ");
    stage_end(&stage);
    assert_contains(stage.said, "Org:\n  1  Production\n  2  Sandbox\n"
                                "Number, Enter for "
                                "1: \n");
    assert_contains(stage.said, "That is not one of the choices. Type ? to see them.");
    assert_contains(stage.said, "delete it afterwards (y or n, Enter for y): ");
    assert_contains(stage.said, "  3  to do  Name: Bird Integration\n");
    assert_contains(stage.said, "  3  done   Name: Bird Integration\n");
    assert_contains(stage.said, "  4  Email: a@example.com\n"); /* settled: shown, not asked */
    assert_null(strstr(stage.said, "Why:"));
    stage_drop(&stage);
}

static void question_mark__anywhere__explains_and_asks_again(void **state)
{
    (void)state;
    struct stage stage = {.show = show_choices, .hear = hear_choices};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "?\n\n\n?\n? 3\n");
    stage_end(&stage);
    assert_string_equal(stage.events->str, "");
    assert_contains(stage.said, "Type the answer and press Enter. - goes back.\n"
                                "Org:\n");
    assert_contains(stage.said, "  3  to do  Name: Bird Integration\n  4  Email"); /* ? */
    assert_contains(stage.said, "  3  to do  Name: Bird Integration\n       Why: users see it.\n");
    assert_contains(stage.said, "  o       open in browser: Open the Setup page");
    stage_drop(&stage);
}

/* ---- values and rows ---- */

static void show_values(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    if (stage->phase == 0) {
        view_item_set(&view_add(view, VIEW_PAIR, 5, "URL")->value, "https://x");
        view_item_set(&view_add(view, VIEW_PAIR, 6, "Body")->value, "••••  4 characters");
        view_key(view, ACTION_NEXT, "done");
        view_key(view, ACTION_COPY, "copy field");
    } else {
        view->title = g_strdup("perch");
        struct view_item *row = view_add(view, VIEW_ROW, 7, NULL);
        row->columns = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(row->columns, g_strdup("acme"));
        g_ptr_array_add(row->columns, g_strdup("working"));
        view_key(view, ACTION_NEW, "new");
    }
    view_item_set(&view->notice, stage->phase == 0 ? stage->value[1] : NULL);
}

static void hear_copy(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_COPY) {
        g_free(stage->value[1]);
        stage->value[1] = g_strdup_printf("Copied %d.", event->id);
    }
}

static void values__numbered__are_copied_and_opened(void **state)
{
    (void)state;
    struct stage stage = {.show = show_values, .hear = hear_copy};
    stage_begin(&stage, stage_ask);
    assert_string_equal(stage.events->str, ""); /* a person wants to see the values */
    stage_type(&stage, "2\nc 1\n");
    stage.phase = 1;
    stage.screen = 1;
    stage_changed(&stage);
    stage_type(&stage, "1\n");
    stage_end(&stage);
    assert_string_equal(stage.events->str, "action:copy action:copy action:go-on ");
    assert_contains(stage.said, "  1  URL: https://x\n  2  Body: 4 characters\n"
                                "Enter done, a number to copy, q quit, ? help: \nCopied 6.\n");
    assert_contains(stage.said, "Copied 5.\n");
    assert_contains(stage.said, "  1  acme  working\na number to open, n new, ");
    stage_drop(&stage);
}

/* ---- what is said of a screen ---- */

static void show_sheet(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    show_rail(view, 1);
    view_heading(view, "App settings", "‹ the guide's ›")->settled = true;
    struct view_item *item = view_add(view, VIEW_CHOICE, 1, "Can you untick it?");
    item->options = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->options, g_strdup("not yet"));
    item->settled = true;
    item = view_add(view, VIEW_SETTING, 2, "Callback URL");
    view_item_set(&item->value, "http://localhost:1717\nhttps://login.salesforce.com/");
    view_add(view, VIEW_TOGGLE, 3, "keep it")->settled = true;
    item = view_add(view, VIEW_ROW, 4, NULL);
    item->columns = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->columns, g_strdup(stage->phase == 0 ? "Last Name" : "Last Name *"));
    view->busy = stage->phase == 0;
    view_key(view, ACTION_NEXT, "next");
    view_key(view, ACTION_FOLLOWING, "values");
    view_key(view, ACTION_PREVIOUS, "values");
    view_key(view, ACTION_EXPLAIN, "explain an error");
}

/* Nothing is broken off its label or said twice, no box contradicts a value, and ? tells what can
 * be typed, nothing of a screen that is not there. */
static void sheet__line_by_line__reads_as_it_is_meant(void **state)
{
    (void)state;
    struct stage stage = {.show = show_sheet, .hear = hear_choices};
    stage_begin(&stage, stage_ask);
    stage.phase = 1;
    stage_changed(&stage);
    stage_type(&stage, "?\n");
    stage_end(&stage);
    assert_true(g_str_has_prefix(stage.said,
                                 "Step 2 of 3: Preflight\n"
                                 "App settings: the guide's\n"
                                 "  1  Can you untick it? not yet\n"
                                 "  2  to do  Callback URL:\n"
                                 "            http://localhost:1717\n"
                                 "            https://login.salesforce.com/\n"
                                 "  3  keep it: no\n"
                                 "  4  Last Name *\n"
                                 "Enter next, a number when a row is done, < or > values, q quit, "
                                 "? help: "));
    assert_contains(stage.said, "  Enter   next\n  >       values: The next choice");
    assert_contains(stage.said, "  E       explain an error: ");
    assert_contains(stage.said, "  step 3  go to step 3\n");
    assert_contains(stage.said, "  q       quit: ");
    assert_null(strstr(stage.said, "bottom line"));
    stage_drop(&stage);
}

/* A screen without a heading, as Home's list: its numbers are the same when it comes back. */
static void show_list(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    if (stage->screen == 1)
        view_heading(view, "Rename", NULL);
    for (int i = stage->phase; stage->screen == 0 && i < 3; i++) {
        struct view_item *row = view_add(view, VIEW_ROW, 10 + i, NULL);
        row->columns = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(row->columns, g_strdup_printf("row %d", i));
    }
    view_key(view, ACTION_NEXT, "open");
}

static void rows__without_a_heading__keep_their_numbers(void **state)
{
    (void)state;
    struct stage stage = {.show = show_list, .hear = hear_choices};
    stage_begin(&stage, stage_ask);
    stage.screen = 1;
    stage_changed(&stage);
    stage.screen = 0;
    stage.phase = 1; /* the first one is gone, or does not match what is searched for */
    stage_changed(&stage);
    stage_end(&stage);
    assert_contains(g_strrstr(stage.said, "Rename"), "  2  row 1\n  3  row 2\n");
    stage_drop(&stage);
}

static void toggle__answered_in_another_language__is_understood(void **state)
{
    (void)state;
    struct stage stage = {.show = show_choices, .hear = hear_choices};
    if (!locale_speak("pl_PL"))
        skip();
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "\nx\nNie\n");
    assert_string_equal(stage.events->str, "select:2=0 ");
    stage_end(&stage);
    locale_speak_english();
    assert_contains(stage.said, "Tego nie ma wśród opcji.");
    stage_drop(&stage);
}

/* A row before them all that comes later, and one that goes: nobody else's number changes. */
static void show_fields(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    view_heading(view, stage->screen == 1 ? "Values" : "Fields", NULL);
    static const char *const names[] = {"added", "Last Name", "Company", "keep"};
    for (int i = stage->phase == 0; i < 4; i++) {
        if (stage->phase == 2 && i == 1)
            continue;
        struct view_item *row = view_add(view, VIEW_ROW, 10 + i, names[i]);
        row->columns = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(row->columns, g_strdup(names[i]));
        g_ptr_array_add(row->columns, g_strdup_printf("%d", stage->phase));
    }
    view_key(view, ACTION_NEXT, "insert");
    view_key(view, ACTION_OPEN, "open");
}

static void hear_company(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_NEXT)
        stage->flag = event->id == 12; /* Company */
}

static void rows__that_come_and_go__leave_the_others_their_numbers(void **state)
{
    (void)state;
    struct stage stage = {.show = show_fields, .hear = hear_company};
    stage_begin(&stage, stage_ask);
    stage.phase = 1;
    stage_changed(&stage);
    stage.phase = 2;
    stage_changed(&stage);
    stage_type(&stage, "2\no 4\n");
    stage_type(&stage, "1\n");
    stage.phase = 1;
    stage.screen = 1; /* another screen counts for itself */
    stage_changed(&stage);
    stage.screen = 2; /* and the first one is back */
    stage_changed(&stage);
    stage_end(&stage);
    const char *back = g_strrstr(stage.said, "Fields\n");
    assert_non_null(back);
    assert_true(g_str_has_prefix(
        back, "Fields\n  4  added  1\n  1  Last Name  1\n  2  Company  1\n  3  keep  1\n"));
    assert_contains(stage.said, "  1  Last Name  0\n  2  Company  0\n  3  keep  0\n");
    assert_contains(stage.said,
                    "  4  added  1\n  1  Last Name  1\n  2  Company  1\n  3  keep  1\n");
    assert_contains(stage.said,
                    "  1  added  1\n  2  Last Name  1\n  3  Company  1\n  4  keep  1\n");
    assert_contains(stage.said, "  4  added  2\n  2  Company  2\n  3  keep  2\n");
    assert_contains(stage.said, "That is not one of the choices."); /* 1 is gone */
    assert_null(strstr(stage.said, "Name: "));
    assert_string_equal(stage.events->str, "action:go-on action:open ");
    assert_int_equal(stage.flag, true);
    stage_drop(&stage);
}

/* Only an answer of two lines is right. */
static void hear_part(struct stage *stage, const struct view_event *event)
{
    if (event->kind == VIEW_EVENT_INPUT || event->kind == VIEW_EVENT_PASTE)
        stage->flag = strchr(event->text, '\n') == NULL;
}

static void show_part(struct stage *stage, struct view *view, int focus)
{
    (void)focus;
    struct view_item *item = show_input(view, 1, "Address", NULL);
    item->finds = true;
    view->paste = stage->counts ? 1 : 0;
    if (stage->flag)
        view_item_set(&item->error, "Cut off.");
    view_key(view, ACTION_NEXT, "go on");
}

#define BOTH "input:1=> one leave:1 input:1=> one\n> two leave:1 "

static void answer__pasted_over_lines__is_one_when_the_first_is_refused(void **state)
{
    static const struct {
        const char *pasted, *typed, *events;
    } cases[] = {
        {"> one\n> two\n", NULL, BOTH},
        {"> one\n> two", "\n", BOTH}, /* what Enter has not ended */
        {"> one\n> t", "wo\n", BOTH},
        {"> one\n", "> two\n", "input:1=> one leave:1 input:1=> two leave:1 "},
        {"> one\n> two", "\n", "paste:1=> one paste:1=> one\n> two "},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct stage stage = {
            .show = show_part, .hear = hear_part, .counts = *cases[i].events == 'p'};
        stage_begin_on_terminal(&stage);
        stage_type(&stage, cases[i].pasted);
        if (cases[i].typed != NULL)
            stage_type(&stage, cases[i].typed);
        stage_end(&stage);
        assert_string_equal(stage.events->str, cases[i].events);
        assert_int_equal(strstr(stage.said, "Cut off.") == NULL,
                         strstr(stage.events->str, "one\n> two") != NULL);
        stage_drop(&stage);
    }
}

static void answer__piped_in_lines__is_one_each(void **state)
{
    (void)state;
    struct stage stage = {.show = show_part, .hear = hear_part};
    stage_begin(&stage, stage_ask);
    stage_type(&stage, "> one\n> two\n");
    stage_end(&stage);
    assert_string_equal(stage.events->str, "input:1=> one leave:1 input:1=> two leave:1 ");
    stage_drop(&stage);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        STAGE_TEST(inputs__answered__become_a_transcript),
        STAGE_TEST(inputs__all_at_once_through_a_pipe__reach_their_questions),
        STAGE_TEST(inputs__wrong__are_asked_again_with_the_reason),
        STAGE_TEST(back__to_a_screen_without_questions__waits_there),
        STAGE_TEST(line__too_long_or_no_text__is_refused_and_asked_again),
        STAGE_TEST(end_of_input__at_a_question__hangs_up_once),
        STAGE_TEST(secret__typed_on_a_terminal__never_echoes),
        STAGE_TEST(secret__freed_while_asking__gives_the_echo_back),
        STAGE_TEST(secret__end_of_file_on_a_terminal__gives_the_echo_back),
        STAGE_TEST(choices__answered_by_number_and_letter__send_selections),
        STAGE_TEST(question_mark__anywhere__explains_and_asks_again),
        STAGE_TEST(values__numbered__are_copied_and_opened),
        STAGE_TEST(rows__that_come_and_go__leave_the_others_their_numbers),
        STAGE_TEST(sheet__line_by_line__reads_as_it_is_meant),
        STAGE_TEST(rows__without_a_heading__keep_their_numbers),
        STAGE_TEST(toggle__answered_in_another_language__is_understood),
        STAGE_TEST(answer__pasted_over_lines__is_one_when_the_first_is_refused),
        STAGE_TEST(answer__piped_in_lines__is_one_each),
    };
    return cmocka_run_group_tests_name("plain", tests, NULL, NULL);
}
