/* SPDX-License-Identifier: MIT */
#include "ui_private.h"

int ui_scroll_room(const Ui *ui)
{
    return MAX(1, ui->frame.height - ui->frame.sticky - ui->frame.foot);
}

static int limit(const Ui *ui)
{
    return MAX(0, (int)ui->layout->lines->len - ui->frame.sticky - ui_scroll_room(ui));
}

static struct ui_extent extent(const Ui *ui, guint item)
{
    return g_array_index(ui->layout->extents, struct ui_extent, item);
}

static bool focusable(const Ui *ui, guint item)
{
    return view_item_can_focus(ui->view->items->pdata[item]);
}

/* The lines to keep visible with the focus: the item, one line before it and its notes after it;
 * for the first item, everything above it. */
static void wanted_lines(const Ui *ui, guint item, int *ret_from, int *ret_to)
{
    const GPtrArray *items = ui->view->items;
    bool first = true;
    guint after = item + 1;
    for (guint i = 0; i < item; i++)
        first = first && !focusable(ui, i);
    while (after < items->len && !focusable(ui, after))
        after++;
    *ret_from = first ? 0 : extent(ui, item).first - 1;
    *ret_to = after < items->len ? extent(ui, after).first : (int)ui->layout->lines->len;
}

static void follow_focus(Ui *ui)
{
    int room = ui_scroll_room(ui), sticky = ui->frame.sticky, from, to;
    for (guint i = 0; i < ui->view->items->len; i++) {
        const struct view_item *item = ui->view->items->pdata[i];
        if (item->id != ui->focus || ui->focus == 0)
            continue;
        wanted_lines(ui, i, &from, &to);
        int start = extent(ui, i).first - sticky, cursor = ui->layout->cursor_line - sticky;
        ui->scroll = MAX(ui->scroll, to - sticky - room);
        ui->scroll = MIN(ui->scroll, MAX(from - sticky, to - sticky - room));
        ui->scroll = MIN(ui->scroll, start);
        if (cursor >= ui->scroll + room)
            ui->scroll = cursor - room + 1;
        return;
    }
}

/* ---- what just happened ---- */

static enum mark mark_before(const struct view *before, const struct view_item *row)
{
    for (guint i = 0; before != NULL && i < before->items->len; i++) {
        const struct view_item *item = before->items->pdata[i];
        if (item->kind == VIEW_CHECK && item->id == row->id &&
            g_strcmp0(item->label, row->label) == 0)
            return item->mark;
    }
    return MARK_NONE;
}

/* The field that says what is wrong with what was just pasted, or -1. */
static int refused_paste(const struct view *view)
{
    for (guint i = 0; view->paste > 0 && i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        if (item->id == view->paste)
            return item->error != NULL ? (int)i : -1;
    }
    return -1;
}

/* The first failure, if it is new or unseen and no paste was refused after it; without one the row
 * that settled last, else the first one that works. */
int ui_scroll_news(const struct view *before, const struct view *now, bool unseen)
{
    int settled = -1, works = -1, refused = unseen ? refused_paste(now) : -1;
    for (guint i = 0; i < now->items->len; i++) {
        const struct view_item *item = now->items->pdata[i];
        if (item->kind != VIEW_CHECK || item->mark == MARK_NONE || item->mark == MARK_OPEN)
            continue;
        bool is_new = mark_before(before, item) != item->mark;
        if (item->mark == MARK_FAILED)
            return is_new || (unseen && refused < 0) ? (int)i : refused;
        if ((is_new || unseen) && item->mark != MARK_WORKING)
            settled = (int)i;
        else if (is_new && works < 0)
            works = (int)i;
    }
    return refused >= 0 ? refused : settled >= 0 ? settled : works;
}

/* Moves as little as shows the row, or as much of a failure and its diagnosis as fits. The focus
 * stays where it is, and the next key that moves it scrolls back. */
static void show_news(Ui *ui, guint row)
{
    const GPtrArray *items = ui->view->items;
    int sticky = ui->frame.sticky, room = ui_scroll_room(ui);
    const struct view_item *item = items->pdata[row];
    bool failed = item->mark == MARK_FAILED || item->error != NULL;
    guint after = row + 1;
    while (after < items->len && ((struct view_item *)items->pdata[after])->kind == VIEW_TEXT)
        after++;
    int from = extent(ui, row).first - sticky;
    int to = after < items->len ? extent(ui, after).first : (int)ui->layout->lines->len;
    int scroll = MIN(from, MAX(ui->scroll, to - sticky - room));
    ui->unseen = true;
    int field = ui->layout->cursor_line - sticky;
    if (ui_focus_on_input(ui) && field <= from && from - field < room)
        scroll = MIN(scroll, field); /* who types there goes on seeing it */
    /* Rows of a list settle in any order: only a failure is worth going up for. */
    if (!failed && scroll <= ui->scroll)
        return;
    ui->scroll = MAX(0, scroll);
    ui->scrolled = true;
}

void ui_scroll_clamp(Ui *ui)
{
    if (ui->news >= 0 && !ui->reading)
        show_news(ui, (guint)ui->news);
    ui->news = -1;
    if (!ui->scrolled)
        follow_focus(ui);
    ui->scroll = CLAMP(ui->scroll, 0, limit(ui));
}

void ui_scroll_lines(Ui *ui, int lines)
{
    int before = ui->scroll;
    ui->scroll = CLAMP(ui->scroll + lines, 0, limit(ui));
    ui->scrolled = ui->scrolled || ui->scroll != before;
    ui->reading = ui->reading || ui->scroll != before;
    ui_redraw(ui);
}

/* Whether the item's first line is visible. */
static bool in_sight(const Ui *ui, guint item)
{
    int line = extent(ui, item).first - ui->frame.sticky;
    return line >= ui->scroll && line < ui->scroll + ui_scroll_room(ui);
}

void ui_scroll_page(Ui *ui, int direction)
{
    int before = ui->scroll, id = 0;
    ui_scroll_lines(ui, direction * MAX(1, ui_scroll_room(ui) - 1));
    if (ui->scroll == before) {
        ui_focus_end(ui, direction);
        return;
    }
    /* The focus follows, to the first visible row, unless it is visible. */
    for (guint i = 0; i < ui->view->items->len; i++) {
        const struct view_item *item = ui->view->items->pdata[i];
        if (!view_item_can_focus(item) || !in_sight(ui, i))
            continue;
        if (item->id == ui->focus)
            return;
        id = id == 0 ? item->id : id;
    }
    if (id != 0 && ui->focus != 0) {
        ui_set_focus(ui, id);
        ui->scrolled = true;
    }
}

int ui_line_at(const Ui *ui, int row)
{
    int at = row - ui->frame.top, line;
    if (at < 0 || at >= ui->frame.height - ui->frame.foot)
        return -1;
    line = at < ui->frame.sticky ? at : at + ui->scroll;
    return line < (int)ui->layout->lines->len ? line : -1;
}
