/* SPDX-License-Identifier: MIT */
#include "ui_private.h"

#define WHEEL_LINES 3

/*
 * While a program watches the mouse, the terminal no longer selects text with it. So clicks are
 * only enabled on screens without anything to copy, where selecting is of no use.
 */
static bool may_watch(const Ui *ui)
{
    static const enum view_kind copied[] = {VIEW_ADDRESS, VIEW_SETTING, VIEW_PAIR};
    if (ui->frame.too_small || ui->help)
        return false;
    for (guint i = 0; i < ui->view->items->len; i++) {
        const struct view_item *item = ui->view->items->pdata[i];
        for (gsize k = 0; k < G_N_ELEMENTS(copied); k++)
            if (item->kind == copied[k])
                return false;
    }
    return true;
}

void ui_mouse_update(Ui *ui)
{
    ui_term_set_mouse(ui->term, may_watch(ui));
}

/* A click moves the focus; it also toggles or chooses the item. */
static void click_line(Ui *ui, const struct ui_line *line)
{
    const struct view_item *item = ui->view->items->pdata[line->item];
    int id = item->id;
    enum view_kind kind = item->kind;
    bool ticked = item->ticked;
    if (!view_item_can_focus(item))
        return;
    ui_set_focus(ui, id);
    if (kind == VIEW_CHOICE && line->option >= 0) {
        ui->option = line->option;
        ui_select(ui, line->option);
    } else if (kind == VIEW_TOGGLE) {
        ui_select(ui, !ticked);
    }
}

static void click_bar(Ui *ui, int column)
{
    ui_act(ui, ui_bar_action_at(ui, column));
}

void ui_handle_mouse(Ui *ui)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return;
    int line = ui_line_at(ui, event.y);
    if ((event.bstate & BUTTON4_PRESSED) != 0)
        ui_scroll_lines(ui, -WHEEL_LINES);
    else if ((event.bstate & BUTTON5_PRESSED) != 0)
        ui_scroll_lines(ui, WHEEL_LINES);
    else if ((event.bstate & BUTTON1_PRESSED) == 0)
        return;
    else if (event.y == ui->frame.rows - 1)
        click_bar(ui, event.x);
    else if (event.x < ui->frame.rail && event.y - ui->frame.top < (int)ui->view->rail->len)
        ui_send(ui, (struct view_event){.kind = VIEW_EVENT_STEP, .index = event.y - ui->frame.top});
    else if (line >= 0 && event.x >= ui->frame.left - 1)
        click_line(ui, ui->layout->lines->pdata[line]);
}
