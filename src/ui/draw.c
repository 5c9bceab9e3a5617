/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "ui_private.h"

#define HEAD_ROWS 2  /* title and rule */
#define FOOT_ROWS 2  /* rule and keys */
#define NOTICE_MAX 5 /* the address of a page is whole at 80 columns */
#define TALL 32      /* rows from which on sections have air even if the pane scrolls */

/* ---- geometry ---- */

static int rail_width(const Ui *ui, int cols)
{
    int widest = 0;
    if (ui->view->rail->len == 0)
        return 0;
    for (guint i = 0; i < ui->view->rail->len; i++) {
        const struct view_rail *rail = ui->view->rail->pdata[i];
        widest = MAX(widest, text_width(rail->title));
    }
    if (cols < 70)
        return 6; /* marks and numbers */
    return CLAMP(widest + 4, 15, cols >= 100 ? 24 : 15) + (cols >= 100 ? 2 : 0);
}

/* The notice in lines; those of an address, to be copied as it is, from *ret_address on. */
static GPtrArray *notice_lines(const Ui *ui, guint *ret_address)
{
    const char *notice = ui->view->notice == NULL ? "" : ui->view->notice;
    const char *address = text_last_address(notice);
    const gsize length = address == NULL ? strlen(notice) : (gsize)(address - notice);
    g_autofree char *said = g_strchomp(g_strndup(notice, length));
    GPtrArray *lines = text_wrap(said, MAX(1, ui->frame.width));
    if (*said == '\0')
        g_ptr_array_set_size(lines, 0);
    *ret_address = lines->len;
    const gsize cols = (gsize)MAX(1, ui->frame.cols);
    for (gsize left = address == NULL ? 0 : strlen(address); left > 0; left -= MIN(left, cols)) {
        g_ptr_array_add(lines, g_strndup(address, cols));
        address += MIN(left, cols);
    }
    return lines;
}

static int notice_rows(const Ui *ui)
{
    guint address;
    g_autoptr(GPtrArray) lines = notice_lines(ui, &address);
    return MIN((int)lines->len, NOTICE_MAX);
}

static LineEdit *field_of(int id, gpointer ui)
{
    return ui_field(ui, id);
}

static struct ui_layout *lay_out(Ui *ui, bool air)
{
    const struct view_item *item = ui_focused(ui);
    struct ui_look look = {
        .view = ui->view,
        .width = ui->frame.width,
        .screen = ui->frame.cols,
        .focus = item == NULL ? 0 : ui->focus,
        .option = ui->option,
        .ascii = ui->ascii,
        .air = air,
        .edit = field_of,
        .user = ui,
    };
    return ui_layout_new(&look);
}

/* Rows at the bottom for a note of so many rows, and the notice. */
static int foot_rows(const Ui *ui, int note)
{
    int height = ui->frame.height, most = MAX(height / 2, height - 8);
    return notice_rows(ui) + (note > 0 ? MIN(note + 1, most) : 0);
}

static void keep_foot(Ui *ui)
{
    struct ui_frame *frame = &ui->frame;
    frame->foot = foot_rows(ui, ui->layout->foot == NULL ? 0 : (int)ui->layout->foot->len);
    frame->sticky = 0; /* The heading of the screen or its table does not scroll. */
    const struct view_item *first = ui->view->items->len > 0 ? ui->view->items->pdata[0] : NULL;
    if (first != NULL && first->id == 0 &&
        (first->kind == VIEW_HEADING || first->kind == VIEW_ROW) &&
        (int)ui->layout->lines->len > frame->height - frame->foot)
        frame->sticky = MIN(g_array_index(ui->layout->extents, struct ui_extent, 0).count, 2);
}

void ui_measure(Ui *ui)
{
    struct ui_frame *frame = &ui->frame;
    getmaxyx(stdscr, frame->rows, frame->cols);
    frame->too_small = frame->cols < MIN_COLUMNS || frame->rows < MIN_ROWS;
    frame->rail = rail_width(ui, frame->cols);
    frame->left = frame->rail == 0 ? 1 : frame->rail + (frame->cols >= 100 ? 3 : 2);
    frame->width = MAX(1, frame->cols - frame->left - 1);
    frame->top = HEAD_ROWS;
    frame->height = MAX(1, frame->rows - HEAD_ROWS - FOOT_ROWS);
    g_clear_pointer(&ui->layout, ui_layout_free);
    ui->layout = lay_out(ui, true);
    int room = frame->height - foot_rows(ui, ui->layout->foot_rows);
    if (frame->rows < TALL && (int)ui->layout->lines->len > room) {
        ui_layout_free(ui->layout);
        ui->layout = lay_out(ui, false);
    }
    keep_foot(ui);
    ui_scroll_clamp(ui);
}

/* ---- drawing ---- */

/* For a terminal without these characters: the nearest ASCII ones of the same width. */
static char *in_ascii(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        g_autofree char *one = g_strndup(p, (gsize)(g_utf8_next_char(p) - p));
        g_autofree char *near = strcmp(one, "·") == 0 ? g_strdup("-") : g_str_to_ascii(one, NULL);
        for (int i = 0; i < text_width(one); i++)
            g_string_append_c(out, i < (int)strlen(near) ? near[i] : '?');
    }
    return g_string_free(out, FALSE);
}

int ui_put(WINDOW *window, int row, int column, enum ui_style style, bool selected,
           const char *text)
{
    int room = getmaxx(window) - column;
    if (room <= 0 || column < 0 || row < 0 || row >= getmaxy(window))
        return column;
    gsize bytes = text_fit(text, room);
    g_autofree char *fitting = g_strndup(text, bytes);
    g_autofree char *shown = text_is_unicode() ? NULL : in_ascii(fitting);
    ui_style_set(window, style, selected);
    mvwaddstr(window, row, column, shown != NULL ? shown : fitting);
    ui_style_set(window, STYLE_PLAIN, false);
    return column + MIN(room, text_width(text));
}

static void draw_rule(const Ui *ui, int row, const char *joint)
{
    const char *line = ui->ascii ? "-" : "─";
    GString *rule = g_string_new(NULL);
    for (int i = 0; i < ui->frame.cols; i++)
        g_string_append(rule, ui->frame.rail > 0 && i == ui->frame.rail ? joint : line);
    ui_put(stdscr, row, 0, STYLE_DIM, false, rule->str);
    g_string_free(rule, TRUE);
}

static void draw_header(const Ui *ui)
{
    const char *title = ui->view->title;
    int column = ui_put(stdscr, 0, 1, STYLE_TITLE, false, "perch");
    if (title != NULL && *title != '\0' && strcmp(title, "perch") != 0) {
        g_autofree char *fitting = text_truncate(title, ui->frame.cols - column - 4);
        column = ui_put(stdscr, 0, column + 2, STYLE_PLAIN, false, fitting);
    }
    if (ui->view->right != NULL) {
        g_autofree char *right = text_truncate(ui->view->right, ui->frame.cols - column - 4);
        ui_put(stdscr, 0, ui->frame.cols - 1 - text_width(right), STYLE_PLAIN, false, right);
    }
    draw_rule(ui, 1, ui->ascii ? "+" : "┬");
}

static void draw_rail(const Ui *ui, int at, int row)
{
    const struct ui_frame *frame = &ui->frame;
    if (frame->rail == 0)
        return;
    ui_put(stdscr, row, frame->rail, STYLE_DIM, false, ui->ascii ? "|" : "│");
    if (at >= (int)ui->view->rail->len)
        return;
    const struct view_rail *rail = ui->view->rail->pdata[at];
    const char *mark =
        rail->here ? ui_marker(ui->ascii) : ui_mark(rail->mark, ui->view->now_ms, ui->ascii);
    enum ui_style style = rail->here ? STYLE_ACCENT : ui_mark_style(rail->mark);
    ui_put(stdscr, row, ui->ascii ? 0 : 1, style, false, mark);
    gsize number = strcspn(rail->title, " ");
    g_autofree char *shown = frame->cols < 70 ? g_strndup(rail->title, number)
                                              : text_truncate(rail->title, frame->rail - 4);
    bool later = !rail->here && rail->mark == MARK_NONE;
    ui_put(stdscr, row, 3,
           rail->here ? STYLE_TITLE
           : later    ? STYLE_DIM
                      : STYLE_PLAIN,
           false, shown);
}

static void draw_line(const Ui *ui, const struct ui_line *line, int row)
{
    const struct ui_frame *frame = &ui->frame;
    const struct view_item *item = ui->view->items->pdata[line->item];
    int width = item->kind == VIEW_ROW ? frame->width : MIN(frame->width, UI_BODY_MAX);
    int left = line->address ? 0 : frame->left, end = frame->left + width;
    if (line->selected >= 0) {
        ui_style_set(stdscr, STYLE_SELECTED, true);
        mvwhline(stdscr, row, left + line->selected, ' ' | A_REVERSE,
                 MAX(0, end - left - line->selected));
    }
    if (line->marker != MARKER_NONE)
        ui_put(stdscr, row, left + line->marker - (line->marker < 0 && frame->cols >= 100),
               STYLE_ACCENT, false, ui_marker(ui->ascii));
    for (guint i = 0; i < line->spans->len; i++) {
        const struct ui_span *span = &g_array_index(line->spans, struct ui_span, i);
        bool selected = line->selected >= 0 && span->column >= line->selected;
        ui_put(stdscr, row, left + span->column, span->style, selected, span->text);
    }
}

static void draw_foot(const Ui *ui)
{
    const struct ui_frame *frame = &ui->frame;
    int notice = notice_rows(ui), row = frame->top + frame->height - frame->foot;
    const GPtrArray *note = ui->layout->foot;
    const int shown = frame->foot - notice - 1;
    for (int i = 0; note != NULL && i < MIN((int)note->len, shown); i++) {
        bool cut = i + 1 == shown && (int)note->len > shown;
        g_autofree char *line = g_strconcat(note->pdata[i], cut ? " …" : "", NULL);
        g_autofree char *fitting = text_truncate(line, frame->width);
        ui_put(stdscr, row + 1 + i, frame->left, STYLE_PLAIN, false, fitting);
    }
    if (notice == 0)
        return;
    guint address;
    g_autoptr(GPtrArray) lines = notice_lines(ui, &address);
    row = frame->top + frame->height - notice;
    for (guint i = 0; i < (guint)notice; i++) {
        ui_style_set(stdscr, STYLE_PLAIN, false);
        if (i >= address)
            mvwhline(stdscr, row + (int)i, 0, ' ', frame->cols);
        ui_put(stdscr, row + (int)i, i < address ? frame->left : 0, STYLE_TITLE, false,
               lines->pdata[i]);
    }
}

static void draw_pane(const Ui *ui)
{
    const struct ui_frame *frame = &ui->frame;
    for (int i = 0; i < frame->height; i++) {
        int index = ui_line_at(ui, frame->top + i);
        const struct ui_line *line = index < 0 ? NULL : ui->layout->lines->pdata[index];
        if (line == NULL || !line->address)
            draw_rail(ui, i, frame->top + i);
        if (line != NULL)
            draw_line(ui, line, frame->top + i);
    }
    draw_foot(ui);
}

/* "12 of 54 ↓": which of the rows that can have the focus, and where there is more. */
static void draw_position(const Ui *ui)
{
    int at, room = ui_scroll_room(ui), total = (int)ui->layout->lines->len - ui->frame.sticky;
    if (total <= room)
        return;
    int count = ui_focus_stops(ui, &at);
    const char *up = ui->ascii ? " ^" : " ↑", *down = ui->ascii ? " v" : " ↓";
    g_autofree char *where = g_strdup_printf(_("%d of %d"), at, count);
    g_autofree char *text =
        g_strdup_printf("%s%s%s%s ", at > 0 ? " " : "", at > 0 ? where : "",
                        ui->scroll > 0 ? up : "", ui->scroll + room < total ? down : "");
    ui_put(stdscr, ui->frame.rows - FOOT_ROWS, ui->frame.cols - 2 - text_width(text), STYLE_PLAIN,
           false, text);
}

static void draw_too_small(const Ui *ui)
{
    g_autofree char *text = g_strdup_printf(
        _("perch needs %dx%d; this window is %dx%d. Make it larger: nothing is lost."), MIN_COLUMNS,
        MIN_ROWS, ui->frame.cols, ui->frame.rows);
    g_autoptr(GPtrArray) lines = text_wrap(text, MAX(1, ui->frame.cols));
    for (int i = 0; i < MIN((int)lines->len, ui->frame.rows); i++)
        ui_put(stdscr, i, 0, STYLE_PLAIN, false, lines->pdata[i]);
    wmove(stdscr, 0, 0);
}

/* Puts the cursor where typed text goes, or else (for screen readers) on the row with the focus. */
static void place_cursor(const Ui *ui)
{
    const struct ui_frame *frame = &ui->frame;
    int row = -1, line = ui->layout->cursor_line;
    for (int i = 0; line >= 0 && i < frame->height && row < 0; i++)
        if (ui_line_at(ui, frame->top + i) == line)
            row = frame->top + i;
    bool typing = row >= 0 && ui_focus_on_input(ui);
    int column = frame->left + ui->layout->cursor_column;
    if (row < 0)
        wmove(stdscr, frame->top, frame->left);
    else
        wmove(stdscr, row, MIN(column, frame->cols - 1));
    curs_set(typing);
}

/* ---- links ---- */

static bool is_link(const struct view_item *item)
{
    if (item->kind != VIEW_ADDRESS || item->value == NULL)
        return false;
    for (const char *p = item->value; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~')
            return false;
    return g_str_has_prefix(item->value, "https://") || g_str_has_prefix(item->value, "http://");
}

/*
 * Curses does not support links: the address is written again over itself, inside OSC 8, with
 * cursor and attributes saved and restored, so that curses' model of the screen stays correct. This
 * is done once: curses leaves unchanged cells alone.
 */
static void draw_links(Ui *ui)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bool covered = ui->code || ui->help || ui->view->dialog != NULL || ui->frame.too_small;
    for (int i = 0; ui->links && !covered && i < ui->frame.height; i++) {
        int index = ui_line_at(ui, ui->frame.top + i);
        const struct ui_line *line = index < 0 ? NULL : ui->layout->lines->pdata[index];
        if (line == NULL || !line->address || line->spans->len == 0)
            continue;
        const struct view_item *item = ui->view->items->pdata[line->item];
        const char *text = g_array_index(line->spans, struct ui_span, 0).text;
        if (is_link(item))
            g_string_append_printf(out, "\033[%d;1H\033]8;id=perch%d;%s\033\\%s\033]8;;\033\\",
                                   ui->frame.top + i + 1, line->item, item->value, text);
    }
    if (out->len > 0 && g_strcmp0(out->str, ui->linked) != 0) {
        g_autofree char *bytes = g_strconcat("\0337\033[m", out->str, "\0338", NULL);
        ui_term_write(ui->term, bytes, strlen(bytes));
    }
    g_free(ui->linked);
    ui->linked = g_strdup(out->str);
}

/* ---- the window's title ---- */

static void draw_title(Ui *ui)
{
    const char *alert = ui->view->alert, *right = ui->view->right;
    g_autofree char *title = g_strdup_printf("perch: %s", alert != NULL   ? alert
                                                          : right != NULL ? right
                                                                          : "");
    if (alert != NULL && !ui->alerted)
        ui_term_write(ui->term, "\a", 1);
    ui->alerted = alert != NULL;
    if (g_strcmp0(title, ui->titled) == 0)
        return;
    ui_term_title(ui->term, title);
    g_free(ui->titled);
    ui->titled = g_steal_pointer(&title);
}

/* ---- the whole screen ---- */

/* A frame is shown at once, where the terminal knows this mode; others ignore it. */
static const char frame_begins[] = "\033[?2026h", frame_ends[] = "\033[?2026l";

void ui_draw(Ui *ui)
{
    ui_refresh(ui);
    werase(stdscr);
    if (ui->frame.too_small) {
        draw_too_small(ui);
        curs_set(0);
    } else {
        draw_header(ui);
        draw_pane(ui);
        draw_rule(ui, ui->frame.rows - FOOT_ROWS, ui->ascii ? "+" : "┴");
        draw_position(ui);
        ui_bar_draw(ui, stdscr, ui->frame.rows - 1);
        place_cursor(ui);
        if (ui->code)
            ui_draw_code(ui);
        else if (ui->help)
            ui_draw_help(ui);
        else if (ui->view->dialog != NULL)
            ui_draw_dialog(ui);
    }
    ui_mouse_update(ui);
    wnoutrefresh(stdscr);
    ui_term_write(ui->term, frame_begins, strlen(frame_begins));
    doupdate();
    draw_links(ui);
    draw_title(ui);
    ui_term_write(ui->term, frame_ends, strlen(frame_ends));
}
