/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"
#include "ui_private.h"

/* ---- the focus ---- */

const struct view_item *ui_focused(const Ui *ui)
{
    return ui->view == NULL ? NULL : view_find(ui->view, ui->focus);
}

bool ui_focus_on_input(const Ui *ui)
{
    const struct view_item *item = ui_focused(ui);
    return item != NULL && item->kind == VIEW_INPUT;
}

LineEdit *ui_focused_edit(const Ui *ui)
{
    return ui_focus_on_input(ui) ? ui_field(ui, ui->focus) : NULL;
}

static bool can_focus(const Ui *ui, int id)
{
    const struct view_item *item = view_find(ui->view, id);
    return item != NULL && view_item_can_focus(item);
}

static void place_option(Ui *ui)
{
    const struct view_item *item = ui_focused(ui);
    ui->option = item != NULL && item->kind == VIEW_CHOICE ? item->selected : -1;
}

/* After a new view: a new screen says where to start; on the same screen, the item may be gone. */
void ui_adopt_focus(Ui *ui, bool new_screen)
{
    bool wanted = can_focus(ui, ui->view->focus);
    int before = ui->focus;
    if (new_screen)
        ui->focus = wanted ? ui->view->focus : 0;
    else if (wanted && (!ui->touched || (ui->focus != 0 && !can_focus(ui, ui->focus))))
        ui->focus = ui->view->focus;
    else if (ui->focus != 0 && !can_focus(ui, ui->focus))
        ui->focus = 0;
    if (new_screen || ui->focus != before)
        place_option(ui);
}

void ui_set_focus(Ui *ui, int id)
{
    int before = ui->focus;
    ui->scrolled = false;
    ui_redraw(ui); /* the same row may have been out of sight */
    if (id == before)
        return;
    if (ui_focus_on_input(ui))
        ui_send(ui, (struct view_event){.kind = VIEW_EVENT_LEAVE, .id = before});
    ui->focus = id;
    place_option(ui);
    ui_stale(ui);
}

/* ---- moving ---- */

/* Ids of items that can have the focus, top to bottom. */
static GArray *stops(const Ui *ui)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(int));
    for (guint i = 0; i < ui->view->items->len; i++) {
        const struct view_item *item = ui->view->items->pdata[i];
        if (view_item_can_focus(item))
            g_array_append_val(ids, item->id);
    }
    return ids;
}

static int position(const GArray *ids, int id)
{
    for (guint i = 0; i < ids->len; i++)
        if (g_array_index(ids, int, i) == id)
            return (int)i;
    return -1;
}

int ui_focus_stops(const Ui *ui, int *ret_position)
{
    g_autoptr(GArray) ids = stops(ui);
    *ret_position = position(ids, ui->focus) + 1;
    return (int)ids->len;
}

/* Whether no item at all may have the focus: if the screen starts that way, or if letters are
 * commands but every row is an input that would take them as text. */
static bool can_rest(const Ui *ui)
{
    if (!can_focus(ui, ui->view->focus))
        return true;
    for (guint i = 0; i < ui->view->items->len; i++) {
        const struct view_item *item = ui->view->items->pdata[i];
        if (view_item_can_focus(item) && item->kind != VIEW_INPUT)
            return false;
    }
    for (guint i = 0; i < ui->view->keys->len; i++) {
        int key = action_key(g_array_index(ui->view->keys, struct view_key, i).action);
        if (key > ' ' && key != '?')
            return true;
    }
    return false;
}

/* Arrows move through the options of a choice; Space chooses, as does Enter, which also goes on. */
static bool move_option(Ui *ui, int direction)
{
    const struct view_item *item = ui_focused(ui);
    int next = ui->option + direction;
    if (item == NULL || item->kind != VIEW_CHOICE || item->options == NULL || next < 0 ||
        next >= (int)item->options->len)
        return false;
    ui->option = next;
    ui->scrolled = false;
    ui_stale(ui);
    return true;
}

/* Arrows enter a choice at the near end, so that they pass every option. */
static void enter_choice(Ui *ui, int direction)
{
    const struct view_item *item = ui_focused(ui);
    if (item != NULL && item->kind == VIEW_CHOICE && item->options != NULL)
        ui->option = direction > 0 ? 0 : (int)item->options->len - 1;
}

bool ui_choice_waits(const Ui *ui)
{
    const struct view_item *item = ui_focused(ui);
    return item != NULL && item->kind == VIEW_CHOICE && item->stays && ui->option >= 0 &&
           ui->option != item->selected;
}

/* Going on with the cursor on another option chooses it. True: that is all, as the answer changes
 * what there is to read. */
static bool choose_option(Ui *ui)
{
    const struct view_item *item = ui_focused(ui);
    if (item == NULL || item->kind != VIEW_CHOICE || ui->option < 0 || ui->option == item->selected)
        return false;
    const bool stays = ui_choice_waits(ui);
    ui_select(ui, ui->option);
    return stays;
}

bool ui_focus_move(Ui *ui, int direction, bool wrap)
{
    g_autoptr(GArray) ids = stops(ui);
    int count = (int)ids->len, at = position(ids, ui->focus), next = at + direction;
    if (!wrap && move_option(ui, direction))
        return true;
    if (count == 0)
        return false;
    if (at < 0)
        next = direction > 0 ? 0 : count - 1;
    if (next >= 0 && next < count) {
        ui_set_focus(ui, g_array_index(ids, int, next));
        if (!wrap)
            enter_choice(ui, direction);
        return true;
    }
    if (can_rest(ui) && (wrap || ui_focus_on_input(ui)))
        ui_set_focus(ui, 0);
    else if (wrap)
        ui_set_focus(ui, g_array_index(ids, int, direction > 0 ? 0 : count - 1));
    else
        return false;
    return true;
}

bool ui_focus_leaves(const Ui *ui, int direction)
{
    g_autoptr(GArray) ids = stops(ui);
    int count = (int)ids->len, next = position(ids, ui->focus) + direction;
    if ((next < 0 || next >= count) && can_rest(ui))
        return true;
    int id = count == 0 ? 0 : g_array_index(ids, int, (next + count) % count);
    const struct view_item *item = view_find(ui->view, id);
    return item != NULL && item->kind != VIEW_INPUT;
}

const char *ui_tick_label(const Ui *ui)
{
    const struct view_item *item = ui_focused(ui);
    return item == NULL                 ? NULL
           : item->kind == VIEW_CHOICE  ? _("choose")
           : item->kind == VIEW_SETTING ? _("done")
           : item->kind == VIEW_TOGGLE  ? _("tick")
                                        : NULL;
}

void ui_focus_end(Ui *ui, int direction)
{
    g_autoptr(GArray) ids = stops(ui);
    if (ids->len > 0)
        ui_set_focus(ui, g_array_index(ids, int, direction < 0 ? 0 : ids->len - 1));
}

/* If Enter did not go on, moves to the first input or row with an error. */
void ui_focus_first_bad(Ui *ui)
{
    for (guint i = 0; i < ui->view->items->len; i++) {
        const struct view_item *item = ui->view->items->pdata[i];
        bool bad = item->wanted || (item->error != NULL && *item->error != '\0');
        bool asks = item->kind == VIEW_INPUT || item->kind == VIEW_CHOICE || item->kind == VIEW_ROW;
        if (bad && asks && view_item_can_focus(item)) {
            ui_set_focus(ui, item->id);
            return;
        }
    }
}

/* ---- telling the host ---- */

void ui_send(Ui *ui, struct view_event event)
{
    ui_stale(ui);
    ui->host.event(&event, ui->host.user);
}

void ui_send_action(Ui *ui, enum action action)
{
    int screen = ui->screen;
    ui->reading = false;
    if (action == ACTION_NEXT && choose_option(ui))
        return;
    ui_send(ui, (struct view_event){.kind = VIEW_EVENT_ACTION, .action = action, .id = ui->focus});
    if (action != ACTION_NEXT)
        return;
    ui_refresh(ui);
    if (ui->screen == screen && ui->view->dialog == NULL)
        ui_focus_first_bad(ui);
}

void ui_act(Ui *ui, enum action action)
{
    if (action == ACTION_KEYS) {
        ui->help = true;
        ui->help_page = 0;
        ui_redraw(ui);
    } else if (action == ACTION_CODE) {
        ui->code = true;
        ui_redraw(ui);
    } else if (action != ACTION_COUNT) {
        ui_send_action(ui, action);
    }
}

void ui_select(Ui *ui, int index)
{
    ui_send(ui, (struct view_event){.kind = VIEW_EVENT_SELECT, .id = ui->focus, .index = index});
}
