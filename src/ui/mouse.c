/* SPDX-License-Identifier: MIT */
#include "ui_private.h"

#define WHEEL_LINES 3

/* While a program watches the mouse, terminals select text with Shift held. */
void ui_mouse_update(Ui *ui)
{
    ui_term_set_mouse(ui->term, !ui->frame.too_small);
}

/* A click moves the focus; it also toggles or chooses the item: one whose value may be copied, too,
 * only on its mark. column: of the pane. */
static void click_line(Ui *ui, const struct ui_line *line, int column)
{
    enum { BOX = 2 };
    const struct view_item *item = ui->view->items->pdata[line->item];
    int id = item->id;
    enum view_kind kind = item->kind;
    bool ticked = item->ticked, on_box = column < item->indent + BOX;
    if (!view_item_can_focus(item))
        return;
    ui_set_focus(ui, id);
    if (kind == VIEW_CHOICE && line->option >= 0) {
        ui->option = line->option;
        ui_select(ui, line->option);
    } else if (kind == VIEW_TOGGLE || (kind == VIEW_SETTING && on_box)) {
        ui_select(ui, !ticked);
    }
}

static void click_bar(Ui *ui, int column)
{
    ui_act(ui, ui_bar_action_at(ui, column));
}

static void handle(Ui *ui, const MEVENT *event)
{
    int line = ui_line_at(ui, event->y);
    if ((event->bstate & BUTTON4_PRESSED) != 0)
        ui_scroll_lines(ui, -WHEEL_LINES);
    else if ((event->bstate & BUTTON5_PRESSED) != 0)
        ui_scroll_lines(ui, WHEEL_LINES);
    else if ((event->bstate & BUTTON1_PRESSED) == 0)
        return;
    else if (event->y == ui->frame.rows - 1)
        click_bar(ui, event->x);
    else if (event->x < ui->frame.rail && event->y - ui->frame.top < (int)ui->view->rail->len)
        ui_send(ui,
                (struct view_event){.kind = VIEW_EVENT_STEP, .index = event->y - ui->frame.top});
    else if (line >= 0 && event->x >= ui->frame.left - 1)
        click_line(ui, ui->layout->lines->pdata[line], event->x - ui->frame.left);
}

/* Curses gives the newest event first, which may be the release: all that there are are taken. */
void ui_handle_mouse(Ui *ui)
{
    MEVENT event;
    while (getmouse(&event) == OK) {
        ui_refresh(ui);
        if (!ui->frame.too_small && ui->view->dialog == NULL)
            handle(ui, &event);
    }
}
