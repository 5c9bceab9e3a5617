/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"
#include "ui_private.h"

#define CTRL(letter) ((letter)&0x1f)
#define ESC 27
#define DEL 127
#define BREAKS "\n\t"

/* Keys that edit the field with the focus. */
static const struct {
    enum key_kind kind;
    guint code;
    enum line_edit_key key;
} edit_keys[] = {
    {KEY_KIND_CODE, KEY_LEFT, EDIT_LEFT},
    {KEY_KIND_CODE, KEY_RIGHT, EDIT_RIGHT},
    {KEY_KIND_CODE, KEY_HOME, EDIT_HOME},
    {KEY_KIND_CODE, KEY_END, EDIT_END},
    {KEY_KIND_CODE, KEY_BACKSPACE, EDIT_BACKSPACE},
    {KEY_KIND_CODE, KEY_DC, EDIT_DELETE},
    {KEY_KIND_CODE, KEY_CODE_WORD_LEFT, EDIT_WORD_LEFT},
    {KEY_KIND_CODE, KEY_CODE_WORD_RIGHT, EDIT_WORD_RIGHT},
    {KEY_KIND_CHAR, DEL, EDIT_BACKSPACE},
    {KEY_KIND_CHAR, CTRL('H'), EDIT_BACKSPACE},
    {KEY_KIND_CHAR, CTRL('D'), EDIT_DELETE},
    {KEY_KIND_CHAR, CTRL('A'), EDIT_HOME},
    {KEY_KIND_CHAR, CTRL('E'), EDIT_END},
    {KEY_KIND_CHAR, CTRL('B'), EDIT_LEFT},
    {KEY_KIND_CHAR, CTRL('F'), EDIT_RIGHT},
    {KEY_KIND_CHAR, CTRL('U'), EDIT_KILL_ALL},
    {KEY_KIND_CHAR, CTRL('W'), EDIT_KILL_WORD},
    {KEY_KIND_CHAR, CTRL('K'), EDIT_KILL_END},
};

/* ---- inside a field ---- */

static void input_changed(Ui *ui, LineEdit *edit, bool changed)
{
    ui->scrolled = false;
    if (changed)
        ui_send(ui, (struct view_event){
                        .kind = VIEW_EVENT_INPUT, .id = ui->focus, .text = line_edit_text(edit)});
    ui_redraw(ui);
}

/* A secret that nobody can see, and of which an error says that it is wrong, is worth nothing. */
static bool is_refused(const Ui *ui, const LineEdit *edit)
{
    const struct view_item *item = ui_focused(ui);
    return line_edit_is_secret(edit) && item != NULL && item->error != NULL && *item->error != '\0';
}

static void type(Ui *ui, LineEdit *edit, guint code)
{
    char utf8[8];
    int length = g_unichar_to_utf8(g_unichar_validate(code) ? code : 0xFFFD, utf8);
    const bool anew = is_refused(ui, edit) && !ui_field_is_typed(ui, ui->focus);
    ui_field_mark(ui, ui->focus, UI_TYPED);
    if (anew)
        line_edit_set(edit, "");
    input_changed(ui, edit, line_edit_insert(edit, utf8, (gsize)length));
    wipe(utf8, sizeof utf8);
}

static void edit_text(Ui *ui, LineEdit *edit, enum line_edit_key key)
{
    ui_field_mark(ui, ui->focus, (int)key);
    input_changed(ui, edit, line_edit_press(edit, key));
}

/* One stray key must not replace a secret that nobody can see or type again. Ctrl-U is no
 * accident, and neither is a paste. */
static bool ask_first(Ui *ui, const LineEdit *edit, const struct key *key)
{
    if (!line_edit_is_held(edit) || is_refused(ui, edit))
        return false;
    ui->asked = *key;
    ui_stale(ui);
    return true;
}

void ui_ask(Ui *ui)
{
    if (ui->view->dialog != NULL)
        ui->asked.code = 0;
    if (ui->asked.code == 0)
        return;
    view_dialog(ui->view, _("A secret is stored here. Replace it with what you type?"));
    view_dialog_key(ui->view, ACTION_YES, _("replace it"));
    view_dialog_key(ui->view, ACTION_BACK, _("keep it"));
}

static bool edit_key(Ui *ui, const struct key *key)
{
    LineEdit *edit = ui_focused_edit(ui);
    bool is_char = key->kind == KEY_KIND_CHAR;
    if (edit == NULL)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(edit_keys); i++) {
        if (edit_keys[i].kind != key->kind || edit_keys[i].code != key->code)
            continue;
        if (edit_keys[i].key != EDIT_BACKSPACE || !ask_first(ui, edit, key))
            edit_text(ui, edit, edit_keys[i].key);
        return true;
    }
    if (is_char && key->code == ESC)
        return ui_field_restore(ui);
    if (is_char && key->code == CTRL('_'))
        ui_field_undo(ui);
    else if (!is_char || key->code < ' ')
        return false;
    else if (!ask_first(ui, edit, key))
        type(ui, edit, key->code);
    return true;
}

/* The answer to the question: the key counts, or nothing happens. */
static void answer(Ui *ui, enum action action)
{
    struct key key = ui->asked;
    LineEdit *edit = ui_focused_edit(ui);
    ui->asked.code = 0;
    ui_stale(ui);
    if (action != ACTION_YES || edit == NULL)
        return;
    ui_field_mark(ui, ui->focus, UI_TYPED);
    line_edit_set(edit, "");
    if (key.kind == KEY_KIND_CHAR && key.code >= ' ' && key.code != DEL)
        type(ui, edit, key.code);
    else
        input_changed(ui, edit, true);
}

/* A text of several lines or columns, in which the host finds the value that the field then shows.
 */
static void paste_whole(Ui *ui, LineEdit *edit, const char *text)
{
    ui_field_mark(ui, ui->focus, 0);
    line_edit_set(edit, text);
    ui_field_yields(ui, ui->focus);
    ui->scrolled = false;
    ui_send(ui, (struct view_event){.kind = VIEW_EVENT_INPUT, .id = ui->focus, .text = text});
    ui_redraw(ui);
}

/* Replaces what is there, unless somebody is composing it. */
static void paste(Ui *ui, const struct key *key)
{
    const struct view_item *target = view_find(ui->view, ui->view->paste);
    const struct view_item *focused = ui_focused(ui);
    const bool finds = target != NULL || (focused != NULL && focused->finds);
    g_autoptr(WipedText) clean = line_edit_clean(key->text, key->length, finds ? BREAKS : "");
    if (target != NULL) {
        LineEdit *edit = ui_field(ui, target->id);
        ui_field_mark(ui, target->id, 0);
        if (edit != NULL)
            line_edit_set(edit, clean);
        ui->scrolled = ui->reading = false;
        ui->unseen = true;
        ui_send(ui, (struct view_event){.kind = VIEW_EVENT_PASTE, .id = target->id, .text = clean});
        return;
    }
    LineEdit *edit = ui_focused_edit(ui);
    const char *start = clean + strspn(clean, BREAKS), *inside = strpbrk(start, BREAKS);
    if (edit == NULL || *start == '\0')
        return;
    if (inside != NULL && inside[strspn(inside, BREAKS)] != '\0') {
        paste_whole(ui, edit, clean);
        return;
    }
    bool inserts = ui_field_is_typed(ui, ui->focus) && !line_edit_is_secret(edit);
    ui_field_mark(ui, ui->focus, 0);
    if (!inserts)
        line_edit_set(edit, "");
    line_edit_insert(edit, clean, strlen(clean));
    input_changed(ui, edit, true);
}

/* ---- moving ---- */

static void move_focus(Ui *ui, int direction, bool wrap)
{
    if (!ui_focus_move(ui, direction, wrap))
        ui_scroll_lines(ui, direction);
}

static bool move_code(Ui *ui, guint code)
{
    switch (code) {
    case KEY_UP:
    case KEY_DOWN:
        move_focus(ui, code == KEY_UP ? -1 : 1, false);
        return true;
    case KEY_BTAB:
        move_focus(ui, -1, true);
        return true;
    case KEY_PPAGE:
    case KEY_NPAGE:
        ui_scroll_page(ui, code == KEY_PPAGE ? -1 : 1);
        return true;
    case KEY_HOME:
    case KEY_END:
        ui_focus_end(ui, code == KEY_HOME ? -1 : 1);
        if (ui->focus == 0)
            ui_scroll_lines(ui, code == KEY_HOME ? -ui->scroll : (int)ui->layout->lines->len);
        return true;
    case KEY_MOUSE:
        ui_handle_mouse(ui);
        return true;
    default:
        return false;
    }
}

/* Space: tick, switch or choose what has the focus. */
static bool press_space(Ui *ui)
{
    const struct view_item *item = ui_focused(ui);
    if (item == NULL)
        return false;
    if (item->kind == VIEW_TOGGLE || item->kind == VIEW_SETTING)
        ui_select(ui, !item->ticked);
    else if (item->kind == VIEW_CHOICE && ui->option >= 0)
        ui_select(ui, ui->option);
    else
        return false;
    return true;
}

/* ---- commands ---- */

/* The key's code in actions.def: a character, or a small code for an arrow. */
static int action_code(const struct key *key)
{
    if (key->kind == KEY_KIND_CODE)
        return key->code == KEY_LEFT    ? 1
               : key->code == KEY_RIGHT ? 2
               : key->code == KEY_ENTER ? '\r'
                                        : 0;
    if (key->code == '\n')
        return '\r';
    return key->code == 1 || key->code == 2 ? 0 : (int)key->code;
}

static enum action find_action(Ui *ui, int code)
{
    for (int action = 0; code != 0 && action < ACTION_COUNT; action++)
        if (action_key((enum action)action) == code && ui_action_works(ui, (enum action)action))
            return (enum action)action;
    return ACTION_COUNT;
}

static void dialog_key(Ui *ui, const struct key *key)
{
    int code = action_code(key);
    const GArray *keys = ui->view->dialog->keys;
    for (guint i = 0; i < keys->len; i++) {
        enum action action = g_array_index(keys, struct view_key, i).action;
        int own = action_key(action);
        /* No is 'N' to differ from New, but nobody presses Shift to say no. */
        bool same =
            own == code || (action == ACTION_YES && code == 'y') ||
            (code > 0 && code < 128 && own > ' ' && g_ascii_tolower((char)own) == (char)code);
        if (same && ui->asked.code != 0) {
            answer(ui, action);
            return;
        }
        if (same) {
            ui_send_action(ui, action);
            return;
        }
    }
    if (code == action_key(ACTION_INTERRUPT)) {
        ui->asked.code = 0;
        ui_send_action(ui, ACTION_INTERRUPT);
    }
}

static void help_key(Ui *ui, const struct key *key)
{
    const bool closes = key->kind == KEY_KIND_CHAR &&
                        (key->code == 'q' || key->code == ESC || key->code == CTRL('C'));
    if (++ui->help_page >= ui->help_pages || closes)
        ui->help = false;
    ui_redraw(ui);
}

/* A step's number goes to the step; in a field, where digits are text, with Alt. */
static bool step_key(Ui *ui, const struct key *key)
{
    bool alt = key->kind == KEY_KIND_CODE && key->code > KEY_CODE_ALT;
    int index = (int)key->code - (alt ? KEY_CODE_ALT : 0) - '1';
    if (index < 0 || index >= (int)ui->view->rail->len || (!alt && ui_focus_on_input(ui)) ||
        (!alt && key->kind != KEY_KIND_CHAR))
        return false;
    ui_send(ui, (struct view_event){.kind = VIEW_EVENT_STEP, .index = index});
    return true;
}

static void command_key(Ui *ui, const struct key *key)
{
    bool is_char = key->kind == KEY_KIND_CHAR;
    if (step_key(ui, key) || edit_key(ui, key) || (!is_char && move_code(ui, key->code)))
        return;
    if (is_char && key->code == '\t') {
        move_focus(ui, 1, true);
        return;
    }
    if (is_char && key->code == ' ' && press_space(ui))
        return;
    ui_act(ui, find_action(ui, action_code(key)));
}

/* Keys that work on every screen. */
static bool common_key(Ui *ui, const struct key *key)
{
    if (key->kind != KEY_KIND_CHAR)
        return false;
    if (key->code == CTRL('Z'))
        ui_term_suspend(ui->term);
    else if (key->code == CTRL('L'))
        clearok(curscr, TRUE);
    else
        return false;
    g_clear_pointer(&ui->linked, g_free);
    ui_redraw(ui);
    return true;
}

static bool asks_for_help(const Ui *ui, const struct key *key)
{
    return key->kind == KEY_KIND_CODE
               ? key->code == KEY_F(1)
               : key->kind == KEY_KIND_CHAR && key->code == '?' && ui->view->dialog != NULL;
}

void ui_handle_key(const struct key *key, gpointer data)
{
    Ui *ui = data;
    ui_refresh(ui);
    if (key->kind != KEY_KIND_PASTE && common_key(ui, key))
        return;
    if (ui->frame.too_small) {
        if (key->kind == KEY_KIND_CHAR && key->code == CTRL('C'))
            ui_send_action(ui, ACTION_INTERRUPT);
        return;
    }
    if (ui->code) {
        ui->code = false;
        ui_redraw(ui);
        if (key->kind != KEY_KIND_PASTE)
            return;
    }
    if (ui->help) {
        help_key(ui, key);
        return;
    }
    ui->touched = true;
    ui->unseen = false;
    if (asks_for_help(ui, key)) {
        ui_act(ui, ACTION_KEYS);
    } else if (ui->view->dialog != NULL) {
        if (key->kind != KEY_KIND_PASTE)
            dialog_key(ui, key);
    } else if (key->kind == KEY_KIND_PASTE) {
        paste(ui, key);
    } else {
        command_key(ui, key);
    }
}
