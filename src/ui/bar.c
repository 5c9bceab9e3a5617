/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "ui_private.h"

/* Actions that work even if the screen does not list them. */
static bool always_works(enum action action)
{
    return action == ACTION_NEXT || action == ACTION_BACK || action == ACTION_QUIT ||
           action == ACTION_INTERRUPT || action == ACTION_KEYS;
}

static bool listed(const Ui *ui, enum action action)
{
    for (guint i = 0; i < ui->view->keys->len; i++)
        if (g_array_index(ui->view->keys, struct view_key, i).action == action)
            return true;
    return false;
}

/* In a field, characters are text, and Left and Right move the cursor. */
static bool is_typing(const Ui *ui, enum action action)
{
    int key = action_key(action);
    return ui_focus_on_input(ui) && (key >= ' ' || key == 1 || key == 2);
}

/* Where a letter is text, it is a key after this one. Who types has no use for the explainer and
 * the search. NULL = the letter is a key already, or it takes more. */
static const char *lead_of(const Ui *ui, enum action action)
{
    if (!is_typing(ui, action) || action_key(action) <= ' ' || action == ACTION_EXPLAIN ||
        action == ACTION_FIND || !listed(ui, action))
        return NULL;
    const bool next = ui_focus_leaves(ui, 1);
    if (!next && !ui_focus_leaves(ui, -1))
        return NULL;
    return ui->ascii ? (next ? "Tab -> " : "Shift-Tab -> ") : next ? "Tab → " : "Shift-Tab → ";
}

bool ui_action_works(const Ui *ui, enum action action)
{
    return !is_typing(ui, action) && (always_works(action) || listed(ui, action));
}

const char *ui_key_name(const Ui *ui, enum action action)
{
    if (action == ACTION_KEYS)
        return ui_focus_on_input(ui) ? "F1" : "F1/?";
    if (ui->ascii && (action == ACTION_PREVIOUS || action == ACTION_FOLLOWING))
        return action == ACTION_PREVIOUS ? "<-" : "->";
    return action_key_name(action);
}

static bool comes_last(enum action action)
{
    return action == ACTION_BACK || action == ACTION_QUIT || action == ACTION_INTERRUPT ||
           action == ACTION_KEYS;
}

/* If two keys do the same, there is a hint for the first. */
static bool is_said(const GArray *keys, const char *label)
{
    for (guint i = 0; i < keys->len; i++)
        if (strcmp(g_array_index(keys, struct ui_bar_key, i).label, label) == 0)
            return true;
    return false;
}

static void add_key(GArray *keys, struct ui_bar_key key)
{
    if (!is_said(keys, key.label))
        g_array_append_val(keys, key);
}

static void add_arrows(const Ui *ui, GArray *keys)
{
    int at, count = ui_focus_stops(ui, &at);
    const struct view_item *item = ui_focused(ui);
    bool options = item != NULL && item->kind == VIEW_CHOICE;
    if (count > 1 || (count == 1 && at == 0) || options)
        add_key(keys,
                (struct ui_bar_key){ACTION_COUNT, "", ui->ascii ? "Up/Down" : "↑↓", _("move")});
}

GArray *ui_bar_keys(const Ui *ui)
{
    GArray *keys = g_array_new(FALSE, FALSE, sizeof(struct ui_bar_key));
    bool both = listed(ui, ACTION_PREVIOUS) && listed(ui, ACTION_FOLLOWING);
    const char *tick = ui_tick_label(ui);
    bool moved = false;
    for (guint i = 0; i < ui->view->keys->len; i++) {
        const struct view_key *key = &g_array_index(ui->view->keys, struct view_key, i);
        if (!moved && comes_last(key->action)) {
            add_arrows(ui, keys);
            moved = true;
        }
        const char *lead = lead_of(ui, key->action);
        if (key->action == ACTION_KEYS || key->action == ACTION_TICK ||
            (lead == NULL && !ui_action_works(ui, key->action)))
            continue;
        const char *name = ui_key_name(ui, key->action);
        if ((key->action == ACTION_PREVIOUS || key->action == ACTION_FOLLOWING) && both)
            name = ui->ascii ? "<- ->" : "←→";
        const char *label = key->label != NULL ? key->label : action_id(key->action);
        if (key->action == ACTION_NEXT && tick != NULL && ui_choice_waits(ui))
            label = tick;
        bool restores = key->action == ACTION_BACK && ui_field_is_changed(ui);
        add_key(keys, (struct ui_bar_key){key->action, lead != NULL ? lead : "", name,
                                          restores ? _("restore") : label});
        if (tick != NULL && i == 0)
            add_key(keys, (struct ui_bar_key){ACTION_TICK, "", action_key_name(ACTION_TICK), tick});
    }
    if (!moved)
        add_arrows(ui, keys);
    add_key(keys, (struct ui_bar_key){ACTION_KEYS, "", ui_key_name(ui, ACTION_KEYS), _("keys")});
    return keys;
}

static int bar_key_width(const struct ui_bar_key *key)
{
    return text_width(key->lead) + text_width(key->name) + (*key->label != '\0') +
           text_width(key->label) + 2;
}

/* The key to do without first: the arrows, which everybody tries anyway, then those after Tab, then
 * the least useful one. The last key, which shows all the others, stays. */
static guint least_useful(const GArray *keys)
{
    guint after = keys->len;
    for (guint i = 0; i < keys->len; i++) {
        const struct ui_bar_key *key = &g_array_index(keys, struct ui_bar_key, i);
        if (key->action == ACTION_COUNT)
            return i;
        after = *key->lead != '\0' ? i : after;
    }
    return after < keys->len ? after : keys->len - 2;
}

/* Drops what does not fit, and puts a mark that there are more before the last key. */
static void make_fit(const Ui *ui, GArray *keys, int room)
{
    const struct ui_bar_key more = {ACTION_KEYS, "", ui->ascii ? "..." : "…", ""};
    int width = 0;
    for (guint i = 0; i < keys->len; i++)
        width += bar_key_width(&g_array_index(keys, struct ui_bar_key, i));
    const bool fits = width <= room;
    if (!fits)
        width += bar_key_width(&more);
    while (width > room && keys->len > 1) {
        guint drop = least_useful(keys);
        width -= bar_key_width(&g_array_index(keys, struct ui_bar_key, drop));
        g_array_remove_index(keys, drop);
    }
    if (!fits)
        g_array_insert_val(keys, keys->len - 1, more);
}

/* Calls back for each key that fits, with its column. */
static void walk(Ui *ui, void (*visit)(const struct ui_bar_key *, int column, gpointer),
                 gpointer user)
{
    g_autoptr(GArray) keys = ui_bar_keys(ui);
    int column = 1;
    make_fit(ui, keys, ui->frame.cols); /* the last gap equals the two margins */
    for (guint i = 0; i < keys->len; i++) {
        const struct ui_bar_key *key = &g_array_index(keys, struct ui_bar_key, i);
        visit(key, column, user);
        column += bar_key_width(key);
    }
}

struct drawing {
    WINDOW *window;
    int row;
};

static void draw_key(const struct ui_bar_key *key, int column, gpointer user)
{
    const struct drawing *to = user;
    int at = ui_put(to->window, to->row, column, STYLE_TITLE, false, key->lead);
    at = ui_put(to->window, to->row, at, STYLE_TITLE, false, key->name);
    ui_put(to->window, to->row, at + 1, STYLE_PLAIN, false, key->label);
}

void ui_bar_draw(Ui *ui, WINDOW *window, int row)
{
    walk(ui, draw_key, &(struct drawing){window, row});
}

struct pointing {
    int column;
    enum action action;
};

static void point_key(const struct ui_bar_key *key, int column, gpointer user)
{
    struct pointing *at = user;
    if (at->column >= column && at->column < column + bar_key_width(key) - 2)
        at->action = key->action;
}

enum action ui_bar_action_at(Ui *ui, int column)
{
    struct pointing at = {column, ACTION_COUNT};
    walk(ui, point_key, &at);
    return at.action;
}
