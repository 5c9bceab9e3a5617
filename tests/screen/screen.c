/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "support/test.h"
#include "ui/ui_private.h"

struct Screen {
    Ui *ui;
    struct view *view; /* of a fixed screen */
    GString *events;
};

/* ---- a host with one view ---- */

static GPtrArray *copy_strings(const GPtrArray *strings)
{
    if (strings == NULL)
        return NULL;
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < strings->len; i++)
        g_ptr_array_add(copy, g_strdup(strings->pdata[i]));
    return copy;
}

struct view *view_copy(const struct view *view)
{
    struct view *copy = view_new(), empty = *copy;
    *copy = *view;
    copy->rail = empty.rail;
    copy->items = empty.items;
    copy->keys = empty.keys;
    copy->dialog = NULL;
    copy->title = g_strdup(view->title);
    copy->right = g_strdup(view->right);
    copy->notice = g_strdup(view->notice);
    for (guint i = 0; i < view->rail->len; i++) {
        const struct view_rail *rail = view->rail->pdata[i];
        view_rail(copy, rail->title, rail->mark, rail->here);
    }
    for (guint i = 0; i < view->items->len; i++) {
        const struct view_item *from = view->items->pdata[i];
        struct view_item *to = view_add(copy, from->kind, from->id, NULL);
        *to = *from;
        to->label = g_strdup(from->label);
        to->value = g_strdup(from->value);
        to->right = g_strdup(from->right);
        to->note = g_strdup(from->note);
        to->error = g_strdup(from->error);
        to->options = copy_strings(from->options);
        to->columns = copy_strings(from->columns);
    }
    for (guint i = 0; i < view->keys->len; i++) {
        const struct view_key *key = &g_array_index(view->keys, struct view_key, i);
        view_key(copy, key->action, key->label);
    }
    if (view->dialog != NULL)
        view_dialog(copy, view->dialog->text);
    for (guint i = 0; view->dialog != NULL && i < view->dialog->keys->len; i++) {
        const struct view_key *key = &g_array_index(view->dialog->keys, struct view_key, i);
        view_dialog_key(copy, key->action, key->label);
    }
    return copy;
}

static struct view *fixed_view(int focus, gpointer user)
{
    Screen *screen = user;
    (void)focus;
    return view_copy(screen->view);
}

static void fixed_event(const struct view_event *event, gpointer user)
{
    Screen *screen = user;
    switch (event->kind) {
    case VIEW_EVENT_INPUT:
        g_string_append_printf(screen->events, "input %d %s\n", event->id, event->text);
        break;
    case VIEW_EVENT_LEAVE:
        g_string_append_printf(screen->events, "leave %d\n", event->id);
        break;
    case VIEW_EVENT_SELECT:
        g_string_append_printf(screen->events, "select %d %d\n", event->id, event->index);
        break;
    case VIEW_EVENT_ACTION:
        g_string_append_printf(screen->events, "%s %d\n", action_id(event->action), event->id);
        break;
    case VIEW_EVENT_PASTE:
        g_string_append_printf(screen->events, "paste %d %s\n", event->id, event->text);
        break;
    case VIEW_EVENT_STEP:
        g_string_append_printf(screen->events, "step %d\n", event->index);
        break;
    }
}

static void fixed_hangup(gpointer user)
{
    Screen *screen = user;
    g_string_append(screen->events, "hangup\n");
}

/* ---- life ---- */

static void start(Screen *screen, const struct view_host *host, int columns, int rows)
{
    if (!g_get_charset(NULL)) /* else a test has set its own */
        setlocale(LC_ALL, "C.UTF-8");
    screen->ui = ui_new_on(ui_term_new_null(columns, rows), host);
    ui_draw(screen->ui);
}

Screen *screen_new(const struct view_host *host, int columns, int rows)
{
    Screen *screen = g_new0(Screen, 1);
    screen->events = g_string_new(NULL);
    start(screen, host, columns, rows);
    return screen;
}

Screen *screen_new_fixed(const struct view *view, int columns, int rows)
{
    Screen *screen = g_new0(Screen, 1);
    struct view_host host = {fixed_view, fixed_event, fixed_hangup, screen};
    screen->events = g_string_new(NULL);
    screen->view = view_copy(view);
    start(screen, &host, columns, rows);
    return screen;
}

void screen_free(Screen *screen)
{
    if (screen == NULL)
        return;
    ui_free(screen->ui);
    view_free(screen->view);
    g_string_free(screen->events, TRUE);
    g_free(screen);
}

void screen_use_ascii(Screen *screen)
{
    screen->ui->ascii = true;
    screen_changed(screen);
}

/* ---- keys ---- */

void screen_type(Screen *screen, const char *text)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        keys_feed(screen->ui->keys, g_utf8_get_char(p), false);
        keys_timeout(screen->ui->keys);
    }
    ui_draw(screen->ui);
}

void screen_burst(Screen *screen, const char *text)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        keys_feed(screen->ui->keys, g_utf8_get_char(p), false);
    keys_timeout(screen->ui->keys);
    ui_draw(screen->ui);
}

void screen_press(Screen *screen, int code)
{
    keys_feed(screen->ui->keys, (guint)code, true);
    ui_draw(screen->ui);
}

void screen_paste(Screen *screen, const char *text)
{
    keys_feed(screen->ui->keys, KEY_CODE_PASTE_BEGIN, true);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        keys_feed(screen->ui->keys, g_utf8_get_char(p), false);
    keys_feed(screen->ui->keys, KEY_CODE_PASTE_END, true);
    ui_draw(screen->ui);
}

void screen_resize(Screen *screen, int columns, int rows)
{
    resizeterm(rows, columns);
    ui_stale(screen->ui);
    ui_draw(screen->ui);
}

void screen_changed(Screen *screen)
{
    ui_changed(screen->ui);
    ui_draw(screen->ui);
}

/* ---- what is seen ---- */

static void trim(GString *text)
{
    while (text->len > 0 && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    g_string_append_c(text, '\n');
}

static char attribute_letter(attr_t attributes, short pair)
{
    static const char letters[] = {
        [STYLE_ACCENT] = 'a', [STYLE_OK] = 'g', [STYLE_WARN] = 'y', [STYLE_FAIL] = 'r'};
    if (attributes & A_REVERSE)
        return 'R';
    if (pair > 0)
        return letters[pair - 1];
    return attributes & A_BOLD        ? 'B'
           : attributes & A_UNDERLINE ? 'U'
           : attributes & A_DIM       ? 'D'
                                      : ' ';
}

static void dump_row(int row, GString *text, GString *letters)
{
    for (int column = 0; column < getmaxx(curscr); column++) {
        cchar_t cell;
        wchar_t characters[CCHARW_MAX + 1] = {0};
        attr_t attributes;
        short pair;
        mvwin_wch(curscr, row, column, &cell);
        getcchar(&cell, characters, &attributes, &pair, NULL);
        for (int i = 0; characters[i] != L'\0'; i++)
            g_string_append_unichar(text, (gunichar)characters[i]);
        char letter = attribute_letter(attributes, pair);
        g_string_append_c(letters, letter);
        for (int width = wcwidth(characters[0]); width > 1; width--, column++)
            g_string_append_c(letters, letter);
    }
}

static char *dump(bool with_attributes)
{
    GString *text = g_string_new(NULL), *letters = g_string_new(NULL);
    int row, column;
    getyx(curscr, row, column);
    for (int i = 0; i < getmaxy(curscr); i++) {
        g_autoptr(GString) text_row = g_string_new(NULL), letters_row = g_string_new(NULL);
        dump_row(i, text_row, letters_row);
        trim(text_row);
        trim(letters_row);
        g_string_append(text, text_row->str);
        g_string_append(letters, letters_row->str);
    }
    if (with_attributes) {
        int visible = curs_set(0);
        curs_set(visible);
        g_string_append_printf(text, "---\n%scursor %d,%d %s\n", letters->str, row, column,
                               visible > 0 ? "shown" : "hidden");
    }
    g_string_free(letters, TRUE);
    return g_string_free(text, FALSE);
}

char *screen_text(Screen *screen)
{
    (void)screen;
    return dump(false);
}

char *screen_events(Screen *screen)
{
    char *events = g_strdup(screen->events->str);
    g_string_truncate(screen->events, 0);
    return events;
}

void screen_assert_shows(Screen *screen, const char *text)
{
    g_autofree char *shown = screen_text(screen);
    if (strstr(shown, text) == NULL)
        fail_msg("\"%s\" is not on the screen:\n%s", text, shown);
}

void screen_assert_hides(Screen *screen, const char *text)
{
    g_autofree char *shown = screen_text(screen);
    if (strstr(shown, text) != NULL)
        fail_msg("\"%s\" is on the screen:\n%s", text, shown);
}

/* ---- golden files ---- */

static void fail_with_difference(const char *path, const char *wanted, const char *shown)
{
    g_auto(GStrv) a = g_strsplit(wanted, "\n", -1), b = g_strsplit(shown, "\n", -1);
    guint line = 0;
    while (a[line] != NULL && b[line] != NULL && strcmp(a[line], b[line]) == 0)
        line++;
    fail_msg("%s: line %u differs (REGEN=1 rewrites)\nwanted: %s\n shown: %s\n%s", path, line + 1,
             a[line] == NULL ? "(end)" : a[line], b[line] == NULL ? "(end)" : b[line], shown);
}

void screen_assert(Screen *screen, const char *name)
{
    (void)screen;
    g_autofree char *shown = dump(true);
    g_autofree char *file =
        g_strdup_printf("tests/screen/golden/%s@%dx%d.txt", name, getmaxx(curscr), getmaxy(curscr));
    g_autofree char *path = test_source_path(file), *wanted = NULL;
    g_autoptr(GError) error = NULL;
    if (g_getenv("REGEN") != NULL) {
        g_file_set_contents(path, shown, -1, &error);
        assert_no_error(error);
        return;
    }
    g_file_get_contents(path, &wanted, NULL, &error);
    assert_no_error(error);
    if (strcmp(wanted, shown) != 0)
        fail_with_difference(file, wanted, shown);
}

void screen_assert_golden(const struct view *view, const char *name, int columns, int rows)
{
    g_autoptr(Screen) screen = screen_new_fixed(view, columns, rows);
    screen_assert(screen, name);
}
