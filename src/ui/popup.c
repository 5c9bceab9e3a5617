/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"
#include "ui_private.h"

/* Boxes over the screen. They are drawn last, over the screen, which is redrawn each time; curses
 * only sends the differences. */

struct box {
    int row, column, height, width; /* inside the border and its margin */
};

static void draw_edge(const Ui *ui, int row, const struct box *box, bool top)
{
    static const char *const unicode[][2] = {{"┌", "┐"}, {"└", "┘"}};
    GString *edge = g_string_new(ui->ascii ? "+" : unicode[!top][0]);
    for (int i = 0; i < box->width + 2; i++)
        g_string_append(edge, ui->ascii ? "-" : "─");
    g_string_append(edge, ui->ascii ? "+" : unicode[!top][1]);
    ui_put(stdscr, row, box->column - 2, STYLE_PLAIN, false, edge->str);
    g_string_free(edge, TRUE);
}

/* Draws an empty box of this size in the middle of the screen. */
static struct box open_box(const Ui *ui, int width, int height)
{
    const char *side = ui->ascii ? "|" : "│";
    struct box box = {.width = MIN(width, ui->frame.cols - 6),
                      .height = MIN(height, ui->frame.rows - 4)};
    g_autofree char *blanks = g_strnfill((gsize)box.width + 2, ' ');
    box.column = (ui->frame.cols - box.width) / 2;
    box.row = (ui->frame.rows - box.height) / 2;
    draw_edge(ui, box.row - 1, &box, true);
    for (int i = 0; i < box.height; i++) {
        ui_put(stdscr, box.row + i, box.column - 2, STYLE_PLAIN, false, side);
        ui_put(stdscr, box.row + i, box.column - 1, STYLE_PLAIN, false, blanks);
        ui_put(stdscr, box.row + i, box.column + box.width + 1, STYLE_PLAIN, false, side);
    }
    draw_edge(ui, box.row + box.height, &box, false);
    curs_set(0);
    return box;
}

/* ---- the dialog ---- */

static int answers_width(const struct view_dialog *dialog)
{
    int width = -2;
    for (guint i = 0; i < dialog->keys->len; i++) {
        const struct view_key *key = &g_array_index(dialog->keys, struct view_key, i);
        width += 3 + text_width(action_key_name(key->action)) + text_width(key->label);
    }
    return width;
}

void ui_draw_dialog(Ui *ui)
{
    const struct view_dialog *dialog = ui->view->dialog;
    int widest = ui->frame.cols - 10, answers = answers_width(dialog);
    bool below = answers > widest; /* too many for one row: one per row */
    g_autoptr(GPtrArray) lines = text_wrap(dialog->text, MIN(60, widest));
    int width = below ? 0 : answers;
    for (guint i = 0; i < lines->len; i++)
        width = MAX(width, text_width(lines->pdata[i]));
    int keys = below ? (int)dialog->keys->len : 1;
    struct box box = open_box(ui, below ? widest : width, (int)lines->len + 1 + keys);
    for (guint i = 0; i < lines->len; i++)
        ui_put(stdscr, box.row + (int)i, box.column, STYLE_PLAIN, false, lines->pdata[i]);
    int row = box.row + (int)lines->len + 1, column = box.column;
    for (guint i = 0; i < dialog->keys->len; i++) {
        const struct view_key *key = &g_array_index(dialog->keys, struct view_key, i);
        column = ui_put(stdscr, row, column, STYLE_TITLE, false, ui_key_name(ui, key->action));
        column = 2 + ui_put(stdscr, row, column + 1, STYLE_PLAIN, false, key->label);
        if (below) {
            row++;
            column = box.column;
        }
    }
    wmove(stdscr, box.row, box.column);
}

/* ---- help ---- */

struct help_row {
    char *key;
    char *text;
};

static void help_row_clear(gpointer data)
{
    struct help_row *row = data;
    g_free(row->key);
    g_free(row->text);
}

static void add_help(GArray *rows, const char *key, const char *text)
{
    struct help_row row = {g_strdup(key), g_strdup(text)};
    g_array_append_val(rows, row);
}

/* What the screen's keys do; separately, those that are text while a field has the focus. */
static GArray *help_rows(const Ui *ui)
{
    static const struct {
        const char *unicode, *ascii, *text;
        enum { ALWAYS, TYPING, STEPS } when; /* only inside a field; only beside the rail */
    } moves[] = {
        {"↑ ↓ Tab", "Up Down Tab", N_("Move between fields, rows and choices."), ALWAYS},
        {"PgUp PgDn", "PgUp PgDn", N_("A page up or down."), ALWAYS},
        {NULL, NULL, N_("Go to that step; with Alt from inside a field."), STEPS},
        {"Home End", "Home End", N_("The first or the last row; in a field, its ends."), ALWAYS},
        {"Ctrl-U", "Ctrl-U", N_("Clear the field."), TYPING},
        {"Ctrl-_", "Ctrl-_", N_("Undo the last change; Esc brings back what the field contained."),
         TYPING},
        {"Ctrl-W", "Ctrl-W", N_("Delete the word before the cursor."), TYPING},
        {N_("Mouse"), N_("Mouse"),
         N_("Click a step, a key, a row or a choice; with Shift held it selects text."), ALWAYS},
        {"Ctrl-L", "Ctrl-L", N_("Draw the screen again."), ALWAYS},
        {"Ctrl-Z", "Ctrl-Z", N_("Suspend perch; fg resumes it."), ALWAYS},
    };
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct help_row));
    g_array_set_clear_func(rows, help_row_clear);
    const struct view_dialog *dialog = ui->view->dialog;
    const GArray *keys = dialog != NULL ? dialog->keys : ui->view->keys;
    const guint count = dialog != NULL ? 0 : ui->view->rail->len;
    g_autofree char *steps = g_strdup_printf(ui->ascii ? "1 .. %u" : "1 … %u", count);
    bool quits = false;
    for (guint i = 0; i < keys->len; i++) {
        const struct view_key *key = &g_array_index(keys, struct view_key, i);
        quits = quits || key->action == ACTION_INTERRUPT;
        if (key->action == ACTION_KEYS || key->action == ACTION_TICK)
            continue;
        g_autofree char *text = (key->action == ACTION_NEXT || dialog != NULL) && key->label != NULL
                                    ? g_strdup_printf(_("Here: %s."), key->label)
                                    : g_strdup(action_help(key->action));
        add_help(rows, ui_key_name(ui, key->action), text);
    }
    if (dialog == NULL && ui_tick_label(ui) != NULL)
        add_help(rows, action_key_name(ACTION_TICK), action_help(ACTION_TICK));
    for (gsize i = 0; i < G_N_ELEMENTS(moves); i++)
        if (moves[i].when == ALWAYS || (moves[i].when == TYPING && ui_focus_on_input(ui)) ||
            (moves[i].when == STEPS && count > 0))
            add_help(rows,
                     moves[i].when == STEPS ? steps
                                            : _(ui->ascii ? moves[i].ascii : moves[i].unicode),
                     _(moves[i].text));
    if (!quits)
        add_help(rows, action_key_name(ACTION_INTERRUPT), action_help(ACTION_INTERRUPT));
    if (ui_focus_on_input(ui))
        add_help(rows, "",
                 _("In a field letters are text: leave it with Tab or the arrows to use "
                   "them as keys."));
    return rows;
}

/* The rows as lines: the key, a gap, the wrapped sentence. */
static GPtrArray *help_lines(const GArray *rows, int widest)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    int keys = 0;
    for (guint i = 0; i < rows->len; i++)
        keys = MAX(keys, text_width(g_array_index(rows, struct help_row, i).key));
    for (guint i = 0; i < rows->len; i++) {
        const struct help_row *row = &g_array_index(rows, struct help_row, i);
        int indent = *row->key == '\0' ? 0 : keys + 3;
        g_autoptr(GPtrArray) text = text_wrap(row->text, widest - indent);
        if (indent == 0)
            g_ptr_array_add(lines, g_strdup(""));
        for (guint l = 0; l < text->len; l++) {
            const char *key = l == 0 ? row->key : "";
            g_autofree char *gap = g_strnfill((gsize)MAX(0, indent - text_width(key)), ' ');
            g_ptr_array_add(lines, g_strconcat(key, gap, text->pdata[l], NULL));
        }
    }
    return lines;
}

void ui_draw_help(Ui *ui)
{
    g_autoptr(GArray) rows = help_rows(ui);
    int room = ui->frame.rows - 6, widest = MIN(ui->frame.cols - 8, 72), width = 30;
    g_autoptr(GPtrArray) lines = help_lines(rows, widest);
    for (guint i = 0; i < lines->len; i++)
        width = MAX(width, text_width(lines->pdata[i]));
    ui->help_pages = MAX(1, ((int)lines->len + room - 1) / room);
    ui->help_page = CLAMP(ui->help_page, 0, ui->help_pages - 1);
    int first = ui->help_page * room, shown = MIN(room, (int)lines->len - first);
    const int height = ui->help_pages > 1 ? room : shown; /* no page smaller than another */
    struct box box = open_box(ui, width, height + 2);
    for (int i = 0; i < shown; i++)
        ui_put(stdscr, box.row + i, box.column, STYLE_PLAIN, false, lines->pdata[first + i]);
    bool more = ui->help_page + 1 < ui->help_pages;
    ui_put(stdscr, box.row + height + 1, box.column, STYLE_DIM, false,
           more ? _("Any key shows more, q closes this.") : _("Any key closes this."));
    wmove(stdscr, box.row, box.column);
}
