/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <curses.h>
#include <string.h>

#include "screen.h"
#include "views.h"

/* ---- golden screens ---- */

static void screen__golden__every_kind(void **state)
{
    static const struct {
        const char *name;
        struct view *(*make)(void);
    } views[] = {
        {"org", views_org},         {"preflight", views_preflight}, {"settings", views_settings},
        {"keys", views_keys},       {"authorize", views_authorize}, {"prove", views_prove},
        {"handoff", views_handoff}, {"wide", views_wide},
    };
    static const int sizes[][2] = {{80, 24}, {120, 40}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(views); i++) {
        for (gsize s = 0; s < G_N_ELEMENTS(sizes); s++) {
            g_autoptr(View) view = views[i].make();
            screen_assert_golden(view, views[i].name, sizes[s][0], sizes[s][1]);
        }
    }
}

static void screen__golden__narrow_and_too_small(void **state)
{
    (void)state;
    g_autoptr(View) view = views_org();
    screen_assert_golden(view, "org", 60, 16);
    screen_assert_golden(view, "too-small", 59, 16);
    screen_assert_golden(view, "too-small", 80, 15);
    screen_assert_golden(view, "too-small", 20, 3);
}

static void screen__golden__home(void **state)
{
    (void)state;
    g_autoptr(View) few = views_home(4);
    g_autoptr(View) many = views_home(54);
    screen_assert_golden(few, "home", 80, 24);
    screen_assert_golden(few, "home", 120, 40);
    screen_assert_golden(many, "home-54", 80, 24);
    screen_assert_golden(many, "home-54", 60, 16);
}

static void screen__golden__ascii(void **state)
{
    (void)state;
    g_autoptr(View) view = views_preflight();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_use_ascii(screen);
    screen_press(screen, KEY_DOWN);
    screen_assert(screen, "preflight-ascii");
}

static void screen__golden__no_colour(void **state)
{
    (void)state;
    g_autoptr(View) view = views_prove();
    g_setenv("NO_COLOR", "1", TRUE);
    screen_assert_golden(view, "prove-no-colour", 80, 24);
    g_unsetenv("NO_COLOR");
}

static void screen__golden__dialog_and_help(void **state)
{
    (void)state;
    g_autoptr(View) view = views_settings();
    {
        g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
        screen_type(screen, "?");
        screen_assert(screen, "help");
    }
    view_dialog(view, "Keep the draft and quit? What you typed is kept; perch setup acme goes on.");
    view_dialog_key(view, ACTION_NEXT, "keep and quit");
    view_dialog_key(view, ACTION_BACK, "stay");
    screen_assert_golden(view, "dialog", 80, 24);
    screen_assert_golden(view, "dialog", 120, 40);
}

static long corner_row(Screen *screen)
{
    g_autofree char *text = screen_text(screen);
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
    for (long i = 0; rows[i] != NULL; i++)
        if (strstr(rows[i], "└") != NULL)
            return i;
    return -1;
}

static void screen__help__pages_of_one_height(void **state)
{
    (void)state;
    g_autoptr(View) view = views_settings();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 16);
    screen_type(screen, "?");
    screen_assert_shows(screen, "Any key shows more, q closes this.");
    const long first = corner_row(screen);
    screen_type(screen, " ");
    screen_assert_shows(screen, "Any key closes this.");
    assert_true(first > 0);
    assert_int_equal(corner_row(screen), first);
}

/* ---- keys and events ---- */

static void assert_events(Screen *screen, const char *wanted)
{
    g_autofree char *events = screen_events(screen);
    assert_string_equal(events, wanted);
}

static void screen__keys__letters_are_text_in_a_field(void **state)
{
    (void)state;
    g_autoptr(View) view = views_keys();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_assert_shows(screen, "Tab → o open the app");
    screen_type(screen, "\x15ov?"); /* Ctrl-U: a letter alone would ask */
    assert_events(screen, "input 5 \ninput 5 o\ninput 5 ov\ninput 5 ov?\n");
    screen_press(screen, KEY_DOWN); /* out of the last field: nothing has the focus */
    screen_assert_shows(screen, "o open the app");
    screen_assert_hides(screen, "Tab → o");
    screen_type(screen, "ov");
    assert_events(screen, "leave 5\nopen 0\nshow 0\n");
}

static void screen__keys__only_listed_letters_act(void **state)
{
    (void)state;
    g_autoptr(View) view = views_handoff();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_type(screen, "xckn\r\033q\003");
    assert_events(screen, "copy 100\ngo-on 100\nback 100\nquit 100\ninterrupt 100\n");
}

static void screen__keys__field_keeps_enter_esc_and_interrupt(void **state)
{
    (void)state;
    g_autoptr(View) view = views_org();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_type(screen, "\r\033\003");
    assert_events(screen, "go-on 1\nback 1\ninterrupt 1\n");
}

static void screen__focus__arrows_go_through_options(void **state)
{
    (void)state;
    g_autoptr(View) view = views_org();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_press(screen, KEY_DOWN);
    assert_events(screen, "leave 1\n");
    screen_press(screen, KEY_DOWN);
    assert_events(screen, ""); /* going past an option does not choose it */
    screen_type(screen, " ");
    assert_events(screen, "select 2 1\n");
    screen_press(screen, KEY_DOWN);
    assert_events(screen, "");
    screen_press(screen, KEY_DOWN);
    screen_type(screen, "x");
    assert_events(screen, "input 3 https://acme.lightning.force.com/lightning/setupx\n");
    screen_press(screen, KEY_BTAB);
    screen_type(screen, "\t\t");
    assert_events(screen, "leave 3\nleave 3\n");
    screen_type(screen, "y");
    assert_events(screen, "input 1 acmey\n");
}

static void screen__focus__space_switches(void **state)
{
    (void)state;
    g_autoptr(View) view = views_settings();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_type(screen, " ");
    screen_press(screen, KEY_END);
    screen_type(screen, " ");
    assert_events(screen, "select 100 0\nselect 112 1\n");
}

static void screen__focus__goes_to_what_is_wrong(void **state)
{
    (void)state;
    g_autoptr(View) view = views_keys();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_press(screen, KEY_UP);
    screen_type(screen, "\r\x15x");
    assert_events(screen, "leave 5\ngo-on 4\nleave 4\ninput 5 \ninput 5 x\n");
}

static void screen__dialog__has_the_keys(void **state)
{
    (void)state;
    g_autoptr(View) view = views_settings();
    view_dialog(view, "Delete the record?");
    view_dialog_key(view, ACTION_YES, "delete");
    view_dialog_key(view, ACTION_NO, "keep");
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_type(screen, "c \r?q");
    assert_events(screen, "");
    screen_type(screen, "nNyY");
    assert_events(screen, "no 100\nno 100\nyes 100\n");
}

static void screen__help__any_key_closes(void **state)
{
    (void)state;
    g_autoptr(View) view = views_settings();
    static const char *const closing[] = {"q", "\033", "\003"};
    g_autoptr(Screen) screen = screen_new_fixed(view, 60, 16); /* more than one page of help */
    for (gsize i = 0; i < G_N_ELEMENTS(closing); i++) {
        screen_type(screen, "?");
        screen_assert_shows(screen, "Any key shows more, q closes this.");
        screen_type(screen, closing[i]);
        screen_assert_hides(screen, "this.");
    }
    assert_events(screen, "");
}

/* ---- typing and pasting ---- */

static void screen__secret__never_shows(void **state)
{
    (void)state;
    g_autoptr(View) view = views_keys();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_paste(screen, "S3cretCANARY\r\n");
    assert_events(screen, "input 5 S3cretCANARY\n");
    screen_assert_hides(screen, "S3cret");
    screen_assert_shows(screen, "Consumer secret   ••••••••••••      ");
    screen_press(screen, KEY_UP);
    screen_assert_hides(screen, "CANARY");
}

static void screen__paste__goes_to_its_field(void **state)
{
    (void)state;
    g_autoptr(View) view = views_authorize();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_paste(screen, "http://localhost:1718/OauthRedirect?code=a\nPrx\n");
    assert_events(screen, "paste 6 http://localhost:1718/OauthRedirect?code=a\nPrx\n\n");
    screen_type(screen, "c");
    assert_events(screen, "copy 0\n");
}

static void screen__paste__of_lines_comes_whole_where_a_value_is_found(void **state)
{
    (void)state;
    g_autoptr(View) view = views_org();
    struct view_item *item = (struct view_item *)(guintptr)view_find(view, 1);
    item->finds = true;
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_type(screen, "x");
    assert_events(screen, "input 1 acmex\n");
    screen_paste(screen, "> glo\r> bex\tInc\r");
    assert_events(screen, "input 1 > glo\n> bex\tInc\n\n");
    screen_assert_shows(screen, "▸Connection   acme"); /* the host's value */
    screen_assert_hides(screen, "glo");
    screen_paste(screen, "\r"); /* nothing */
    screen_paste(screen, "one\r");
    assert_events(screen, "input 1 one\n");
}

static void screen__paste__burst_is_a_paste(void **state)
{
    (void)state;
    g_autoptr(View) view = views_authorize();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_burst(screen, "crwaPrxCode\n");
    assert_events(screen, "paste 6 crwaPrxCode\n\n");
    screen_burst(screen, "cr");
    assert_events(screen, "copy 0\nagain 0\n");
}

static void screen__paste__inserts_where_the_cursor_is(void **state)
{
    (void)state;
    g_autoptr(View) view = views_org();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_press(screen, KEY_HOME);
    screen_paste(screen, "my\x01\n-");
    assert_events(screen, "input 1 my-acme\n");
}

/* ---- scrolling and size ---- */

static void screen__scroll__focus_stays_in_sight(void **state)
{
    (void)state;
    g_autoptr(View) view = views_home(54);
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    for (int i = 0; i < 30; i++)
        screen_press(screen, KEY_DOWN);
    screen_assert_shows(screen, "▸ acme-31");
    screen_assert_shows(screen, "31 of 55 ↑ ↓");
    screen_resize(screen, 60, 16);
    screen_assert_shows(screen, "▸ acme-31");
    screen_resize(screen, 40, 12);
    screen_assert_shows(screen, "60x16");
    screen_resize(screen, 200, 60);
    screen_assert_shows(screen, "▸ acme-31");
    screen_press(screen, KEY_END);
    screen_assert_shows(screen, "▸ + New connection");
    screen_press(screen, KEY_HOME);
    screen_assert_shows(screen, "▸ acme-01");
}

static void screen__scroll__pages_reach_everything(void **state)
{
    (void)state;
    g_autoptr(View) view = views_home(54);
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    for (int i = 0; i < 54; i++) {
        g_autofree char *name = g_strdup_printf("acme-%02d ", i + 1), *shown = screen_text(screen);
        if (strstr(shown, name) == NULL) {
            screen_press(screen, KEY_NPAGE);
            screen_assert_shows(screen, name);
            screen_assert_shows(screen, "▸");
        }
    }
    for (int i = 0; i < 6; i++)
        screen_press(screen, KEY_NPAGE);
    screen_assert_shows(screen, "55 of 55 ↑");
    for (int i = 0; i < 6; i++)
        screen_press(screen, KEY_PPAGE);
    screen_assert_shows(screen, "▸ acme-01");
}

static void screen__scroll__text_below_the_last_row(void **state)
{
    (void)state;
    g_autoptr(View) view = views_org();
    for (int i = 0; i < 30; i++)
        view_text(view, ROLE_PLAIN, 0, i == 29 ? "the end" : "more");
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_press(screen, KEY_END); /* of the field */
    screen_type(screen, "\t\t");
    for (int i = 0; i < 30; i++)
        screen_press(screen, KEY_DOWN);
    screen_assert_shows(screen, "the end");
    screen_assert_shows(screen, "Which Salesforce org?"); /* the heading stays */
    screen_type(screen, "x");
    screen_assert_shows(screen, "setupx"); /* typing brings the field back */
}

struct list {
    enum mark marks[30]; /* of rows below each other */
};

static struct view *view_list(int focus, gpointer user)
{
    const struct list *list = user;
    struct view *view = view_new();
    (void)focus;
    view->screen = 1;
    view_heading(view, "Checks", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(list->marks); i++) {
        g_autofree char *label = g_strdup_printf("row %02u.", i + 1);
        view_add(view, VIEW_CHECK, 0, label)->mark = list->marks[i];
    }
    return view;
}

static void ignore_event(const struct view_event *event, gpointer user)
{
    (void)event;
    (void)user;
}

static void set_mark(Screen *screen, struct list *list, guint row, enum mark mark)
{
    list->marks[row - 1] = mark;
    screen_changed(screen);
}

static void screen__news__comes_into_sight(void **state)
{
    (void)state;
    struct list list = {{0}};
    const struct view_host host = {view_list, ignore_event, NULL, &list};
    g_autoptr(Screen) screen = screen_new(&host, 60, 16);
    screen_assert_hides(screen, "row 20.");
    set_mark(screen, &list, 20, MARK_WORKING);
    screen_assert_shows(screen, "row 20.");
    set_mark(screen, &list, 25, MARK_OK);
    screen_assert_shows(screen, "row 25.");
    set_mark(screen, &list, 2, MARK_OK); /* only a failure is worth going up for */
    screen_assert_shows(screen, "row 25.");
    set_mark(screen, &list, 3, MARK_FAILED);
    screen_assert_shows(screen, "row 03.");
    set_mark(screen, &list, 26, MARK_OK); /* the failure stays */
    screen_assert_shows(screen, "row 03.");
}

static void screen__news__never_moves_the_page_of_a_reader(void **state)
{
    (void)state;
    struct list list = {{0}};
    const struct view_host host = {view_list, ignore_event, NULL, &list};
    g_autoptr(Screen) screen = screen_new(&host, 60, 16);
    screen_press(screen, KEY_NPAGE);
    screen_assert_hides(screen, "row 01.");
    set_mark(screen, &list, 30, MARK_OK);
    set_mark(screen, &list, 1, MARK_FAILED);
    screen_assert_hides(screen, "row 01.");
    screen_assert_hides(screen, "row 30.");
    screen_type(screen, "\r"); /* a command: what it does is wanted */
    set_mark(screen, &list, 1, MARK_WORKING);
    set_mark(screen, &list, 1, MARK_FAILED);
    screen_assert_shows(screen, "row 01.");
}

static void screen__resize__keeps_what_was_typed(void **state)
{
    (void)state;
    g_autoptr(View) view = views_org();
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_type(screen, "-uat");
    screen_resize(screen, 30, 5);
    screen_type(screen, "lost");
    screen_resize(screen, 100, 30);
    screen_assert_shows(screen, "acme-uat");
    screen_assert_hides(screen, "lost");
}

static void screen__resize__every_size_is_safe(void **state)
{
    static struct view *(*const make[])(void) = {views_org,  views_preflight, views_settings,
                                                 views_keys, views_authorize, views_wide};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(make); i++) {
        g_autoptr(View) view = make[i]();
        g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
        for (int size = 1; size < 140; size += 7) {
            screen_resize(screen, size, 1 + size / 3);
            screen_press(screen, size % 2 ? KEY_DOWN : KEY_NPAGE);
            screen_type(screen, "\t");
            screen_resize(screen, 140 - size, 60 - size / 3);
        }
    }
}

/* ---- the address ---- */

static void screen__address__stands_alone(void **state)
{
    (void)state;
    g_autoptr(View) view = views_authorize();
    const struct view_item *address = NULL;
    for (guint i = 0; i < view->items->len; i++)
        if (((struct view_item *)view->items->pdata[i])->kind == VIEW_ADDRESS)
            address = view->items->pdata[i];
    for (int columns = 60; columns < 200; columns += 35) {
        g_autoptr(Screen) screen = screen_new_fixed(view, columns, 40);
        g_autofree char *text = screen_text(screen);
        g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
        g_autoptr(GString) joined = g_string_new(NULL);
        int row = 0;
        while (!g_str_has_prefix(rows[row], "https://"))
            row++;
        for (; *rows[row] != '\0' && *rows[row] != ' '; row++)
            g_string_append(joined, rows[row]);
        assert_string_equal(joined->str, address->value);
    }
}

/* Over SSH it is copied by hand: all of it is there. */
static void screen__notice__holds_the_address_of_a_page(void **state)
{
    (void)state;
    g_autoptr(View) view = views_handoff();
    g_free(view->notice);
    view->notice = g_strdup("There is no browser here. Open: https://acme.my.salesforce.com/"
                            "lightning/setup/ManageUsers/page?address=%2F0050000000000001AAA"
                            "%3Fnoredirect%3D1%26isUserEntityOverride%3D1%26end");
    g_autoptr(Screen) screen = screen_new_fixed(view, 80, 24);
    screen_assert_shows(screen, "%26end");
    g_autofree char *rows = screen_text(screen);
    assert_non_null(strstr(rows,
                           "\nhttps://acme.my.salesforce.com/lightning/setup/ManageUsers/page?"
                           "address=%2F00500\n00000000001AAA%3Fnor"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screen__golden__every_kind),
        cmocka_unit_test(screen__golden__narrow_and_too_small),
        cmocka_unit_test(screen__golden__home),
        cmocka_unit_test(screen__golden__ascii),
        cmocka_unit_test(screen__golden__no_colour),
        cmocka_unit_test(screen__golden__dialog_and_help),
        cmocka_unit_test(screen__help__pages_of_one_height),
        cmocka_unit_test(screen__keys__letters_are_text_in_a_field),
        cmocka_unit_test(screen__keys__only_listed_letters_act),
        cmocka_unit_test(screen__keys__field_keeps_enter_esc_and_interrupt),
        cmocka_unit_test(screen__focus__arrows_go_through_options),
        cmocka_unit_test(screen__focus__space_switches),
        cmocka_unit_test(screen__focus__goes_to_what_is_wrong),
        cmocka_unit_test(screen__dialog__has_the_keys),
        cmocka_unit_test(screen__help__any_key_closes),
        cmocka_unit_test(screen__secret__never_shows),
        cmocka_unit_test(screen__paste__goes_to_its_field),
        cmocka_unit_test(screen__paste__of_lines_comes_whole_where_a_value_is_found),
        cmocka_unit_test(screen__paste__burst_is_a_paste),
        cmocka_unit_test(screen__paste__inserts_where_the_cursor_is),
        cmocka_unit_test(screen__scroll__focus_stays_in_sight),
        cmocka_unit_test(screen__scroll__pages_reach_everything),
        cmocka_unit_test(screen__news__comes_into_sight),
        cmocka_unit_test(screen__news__never_moves_the_page_of_a_reader),
        cmocka_unit_test(screen__scroll__text_below_the_last_row),
        cmocka_unit_test(screen__resize__keeps_what_was_typed),
        cmocka_unit_test(screen__resize__every_size_is_safe),
        cmocka_unit_test(screen__address__stands_alone),
        cmocka_unit_test(screen__notice__holds_the_address_of_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
