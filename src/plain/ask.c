/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "plain_private.h"

/* ---- what an answer does ---- */

/* Gives item the focus, by asking the host for its view. */
static void focus(Plain *plain, const struct view_item *item)
{
    if (item != NULL)
        plain->focus = item->id;
}

/* Acts on item alone: the next key is about the screen again. */
static void act_on(Plain *plain, const struct view_item *item, enum action action)
{
    const int before = plain->focus;
    focus(plain, item);
    plain_action(plain, action);
    plain->focus = before;
}

static char *enter_at(Plain *plain, int focus)
{
    g_autoptr(View) view = plain->host.view(focus, plain->host.user);
    const struct view_key *enter = key_find(view->keys, action_id(ACTION_NEXT));
    return g_strdup(enter == NULL ? NULL : enter->label);
}

/* What the number of a row does: that for which Enter has a word of its own there, else edit it. */
static enum action row_action(Plain *plain, const struct view *view, const struct view_item *row)
{
    g_autofree char *there = enter_at(plain, row->id), *elsewhere = enter_at(plain, 0);
    const bool edits = key_find(view->keys, action_id(ACTION_EDIT)) != NULL;
    return edits && g_strcmp0(there, elsewhere) == 0 ? ACTION_EDIT : ACTION_NEXT;
}

static void not_understood(Plain *plain)
{
    print_bad(&plain->printer, NULL, _("That is not one of the choices. Type ? to see them."));
}

/* A key, optionally with the number of its row: "o", "o 4". */
static bool answer_key(Plain *plain, const struct view *view, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    const struct view_key *key = words[0] == NULL ? NULL : key_find(view->keys, words[0]);
    const struct view_item *item = view_find(view, plain->focus);
    guint64 number = 0;
    if (key == NULL && strcmp(line, "q") != 0)
        return false;
    if (words[1] != NULL) {
        if (!g_ascii_string_to_unsigned(g_strstrip(words[1]), 10, 1, 999, &number, NULL))
            return false;
        item = item_by_number(&plain->printer, view, (guint)number);
        if (item == NULL)
            return false;
    }
    act_on(plain, item, key == NULL ? ACTION_QUIT : key->action);
    return true;
}

static bool answer_number(Plain *plain, const struct view *view, const char *line)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(line, 10, 1, 999, &number, NULL))
        return false;
    const struct view_item *item = item_by_number(&plain->printer, view, (guint)number);
    if (item == NULL)
        not_understood(plain);
    else if (item->kind == VIEW_SETTING)
        plain_send(plain, VIEW_EVENT_SELECT, item->id, NULL, !item->ticked);
    else if (item->kind == VIEW_ROW || item->kind == VIEW_PAIR)
        act_on(plain, item, item->kind == VIEW_PAIR ? ACTION_COPY : row_action(plain, view, item));
    else
        plain->forced = item->id;
    return true;
}

/* "step 4" */
static bool answer_step(Plain *plain, const struct view *view, const char *line)
{
    guint64 number = 0;
    const char *digits = line + strlen("step ");
    if (!g_str_has_prefix(line, "step ") ||
        !g_ascii_string_to_unsigned(digits, 10, 1, MAX(view->rail->len, 1), &number, NULL) ||
        view->rail->len == 0)
        return false;
    plain_send(plain, VIEW_EVENT_STEP, 0, NULL, (int)number - 1);
    return true;
}

static void answer_screen(Plain *plain, const struct view *view, const struct view_item *item,
                          const char *line)
{
    (void)item;
    if (*line == '\0' && key_find(view->keys, action_id(ACTION_NEXT)) != NULL)
        plain_next(plain, view);
    else if (!answer_step(plain, view, line) && !answer_number(plain, view, line) &&
             !answer_key(plain, view, line))
        not_understood(plain);
}

static void answered(Plain *plain, int id)
{
    plain->forced = 0;
    g_hash_table_add(plain->printer.asked, GINT_TO_POINTER(id));
}

/* Whether the answer to item was refused and is only the first part of what was pasted: then the
 * rest comes before anything is said about it. */
static bool goes_on(Plain *plain, int id, const char *answer)
{
    g_autoptr(View) view = plain_look(plain);
    const struct view_item *item = view_find(view, id);
    if (item == NULL || !item->finds || item->error == NULL || !lines_follow(&plain->lines))
        return false;
    plain->part = g_strdup(answer);
    return true;
}

static void answer_input(Plain *plain, const struct view *view, const struct view_item *item,
                         const char *line)
{
    (void)view;
    const int id = item->id;
    if (*line != '\0')
        plain_send(plain, VIEW_EVENT_INPUT, id, line, 0);
    plain_send(plain, VIEW_EVENT_LEAVE, id, NULL, 0);
    if (goes_on(plain, id, line))
        return;
    answered(plain, id);
    /* What perch turned the answer into, if anything. */
    g_autoptr(View) after = plain_look(plain);
    const struct view_item *now = view_find(after, id);
    if (now == NULL || now->error != NULL || now->note == NULL || *now->note == '\0' ||
        g_strcmp0(now->note, item->note) == 0)
        return;
    const char *note = g_str_has_prefix(now->note, "→ ") ? now->note + strlen("→ ") : now->note;
    g_autofree char *label = item_label(item);
    print_ok(&plain->printer, label, note);
}

static void answer_choice(Plain *plain, const struct view *view, const struct view_item *item,
                          const char *line)
{
    (void)view;
    guint64 number = (guint64)item->selected + 1;
    guint count = item->options == NULL ? 0 : item->options->len;
    if (*line != '\0' && !g_ascii_string_to_unsigned(line, 10, 1, count, &number, NULL)) {
        not_understood(plain);
        return;
    }
    answered(plain, item->id);
    if ((int)number != item->selected + 1)
        plain_send(plain, VIEW_EVENT_SELECT, item->id, NULL, (int)number - 1);
}

static void answer_toggle(Plain *plain, const struct view *view, const struct view_item *item,
                          const char *line)
{
    (void)view;
    const struct {
        const char *word;
        bool value;
    } words[] = {{"yes", true}, {"no", false}, {_("yes"), true}, {_("no"), false}};
    bool value = item->ticked, known = *line == '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(words) && !known; i++)
        if (g_ascii_strcasecmp(line, words[i].word) == 0 ||
            (line[1] == '\0' && g_ascii_tolower(*line) == *words[i].word)) {
            value = words[i].value;
            known = true;
        }
    if (!known) {
        not_understood(plain);
        return;
    }
    answered(plain, item->id);
    if (value != item->ticked)
        plain_send(plain, VIEW_EVENT_SELECT, item->id, NULL, value);
}

static void answer_paste(Plain *plain, const struct view *view, const struct view_item *item,
                         const char *line)
{
    if (*line == '\0' && !view->busy)
        plain_next(plain, view);
    if (*line == '\0' || answer_key(plain, view, line))
        return;
    g_clear_pointer(&plain->paste_error, g_free); /* so that the same mistake is reported again */
    plain_send(plain, VIEW_EVENT_PASTE, item->id, line, 0);
    goes_on(plain, item->id, line);
}

static void answer_dialog(Plain *plain, const struct view *view, const struct view_item *item,
                          const char *line)
{
    (void)item;
    const struct view_key *key =
        key_find(view->dialog->keys, *line == '\0' ? action_id(ACTION_NEXT) : line);
    if (key != NULL)
        plain_action(plain, key->action);
    else
        not_understood(plain);
}

/* ---- '?' ---- */

static void explain_line(Plain *plain, const char *typed, const char *text)
{
    g_autofree char *line = g_strdup_printf("  %-6s  %s", typed, text);
    print_aside(&plain->printer, line);
}

/* Enter, and the answers to a question, are what their labels say. */
static void explain_key(Plain *plain, const struct view_key *key)
{
    if (!key_can_type(key->action))
        return;
    bool more = plain->ask.kind != ASK_DIALOG && key->action != ACTION_NEXT;
    g_autofree char *text =
        g_strconcat(key->label, more ? ": " : "", more ? action_help(key->action) : "", NULL);
    explain_line(plain, key_typed(key->action), text);
}

static void explain_keys(Plain *plain, const GArray *keys)
{
    for (guint i = 0; i < keys->len; i++)
        explain_key(plain, &g_array_index(keys, struct view_key, i));
}

/* The keys, and what can be typed and is no key of the full screen. */
static void explain_typed(Plain *plain, const struct view *view)
{
    enum action same;
    explain_keys(plain, view->keys);
    if (item_first(view) != NULL)
        explain_line(plain, "1 2 3", number_help(view, &same));
    if (item_first(view) != NULL)
        explain_line(plain, "? 3",
                     _("more about number 3; a letter and a number, such as o 3: "
                       "the letter for that row"));
    if (view->rail->len > 0)
        explain_line(plain, "step 3", _("go to step 3"));
    if (key_find(view->keys, action_id(ACTION_QUIT)) == NULL)
        explain_key(plain, &(struct view_key){ACTION_QUIT, _("quit")});
}

/* Prints a numbered item with its value and, if it is the one asked about, why it matters. */
static void explain_item(Plain *plain, guint number, const struct view_item *item, bool why)
{
    const char *value = item->kind == VIEW_CHOICE   ? item_option(item)
                        : item->kind == VIEW_TOGGLE ? item_yes(item)
                                                    : item->value;
    g_autofree char *secret =
        item->secret ? g_strdup_printf(ngettext("%zu character", "%zu characters", item->length),
                                       item->length)
                     : NULL;
    g_autofree char *line = item_line(item, number,
                                      secret != NULL  ? secret
                                      : value == NULL ? ""
                                                      : value);
    print_aside(&plain->printer, line);
    if (why && item->note != NULL && *item->note != '\0') {
        g_autofree char *note = g_strdup_printf("       %s", item->note);
        print_aside(&plain->printer, note);
    }
}

static void explain_one(Plain *plain, const struct view *view, guint number)
{
    const struct view_item *item = item_by_number(&plain->printer, view, number);
    if (item == NULL) {
        not_understood(plain);
        return;
    }
    /* some hints only exist for the item with the focus */
    g_autoptr(View) closer = plain->host.view(item->id, plain->host.user);
    const struct view_item *there = view_find(closer, item->id);
    explain_item(plain, number, there == NULL ? item : there, true);
}

static void explain_screen(Plain *plain, const struct view *view)
{
    for (guint i = 0; i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        guint number = item_number(&plain->printer, view, item);
        if (number > 0 && item->kind != VIEW_ROW && item->kind != VIEW_PAIR)
            explain_item(plain, number, item, false);
    }
    explain_typed(plain, view);
}

static void explain_question(Plain *plain, const struct view_item *item)
{
    const char *note = item->note != NULL && *item->note != '\0' ? item->note : NULL;
    if (note != NULL)
        print_aside(&plain->printer, note);
    print_aside(&plain->printer, item->kind != VIEW_INPUT
                                     ? _("Type the answer and press Enter. - goes back.")
                                 : item->length > 0 || *(item->value == NULL ? "" : item->value)
                                     ? _("Type the value and press Enter; Enter alone keeps what "
                                         "is in brackets. - goes back.")
                                     : _("Type the value and press Enter; Enter alone leaves it "
                                         "empty. - goes back."));
}

static void explain(Plain *plain, const struct view *view, const struct view_item *item,
                    const char *line)
{
    guint64 number = 0;
    g_ascii_string_to_unsigned(line + 1 + strspn(line + 1, " "), 10, 1, 999, &number, NULL);
    if (plain->ask.kind == ASK_DIALOG)
        explain_keys(plain, view->dialog->keys);
    else if (plain->ask.kind == ASK_KEYS && number > 0)
        explain_one(plain, view, (guint)number);
    else if (plain->ask.kind == ASK_KEYS)
        explain_screen(plain, view);
    else if (plain->ask.kind == ASK_PASTE)
        explain_typed(plain, view);
    else if (item != NULL)
        explain_question(plain, item);
}

/* ---- kinds of questions ---- */

static void (*const answers[])(Plain *plain, const struct view *view, const struct view_item *item,
                               const char *line) = {
    [ASK_INPUT] = answer_input, [ASK_CHOICE] = answer_choice, [ASK_TOGGLE] = answer_toggle,
    [ASK_PASTE] = answer_paste, [ASK_KEYS] = answer_screen,   [ASK_DIALOG] = answer_dialog,
};

/* '-' goes back at any question; in a dialog it is the answer that changes nothing. */
static void go_back(Plain *plain, const struct view *view)
{
    const GArray *keys = view->dialog == NULL ? NULL : view->dialog->keys;
    const struct view_key *no = keys == NULL ? NULL : key_find(keys, action_id(ACTION_BACK));
    if (keys != NULL && no == NULL)
        no = key_find(keys, action_id(ACTION_NO));
    if (keys != NULL && no == NULL)
        not_understood(plain);
    else
        plain_action(plain, no == NULL ? ACTION_BACK : no->action);
}

void ask_answer(Plain *plain, const struct view *view, const char *line)
{
    const struct view_item *item = view_find(view, plain->ask.id);
    g_autoptr(WipedText) part = g_steal_pointer(&plain->part);
    g_autoptr(WipedText) whole = part == NULL ? NULL : g_strconcat(part, "\n", line, NULL);
    plain->quitting = false;
    if (whole != NULL)
        answers[plain->ask.kind](plain, view, item, whole);
    else if (strcmp(line, "-") == 0)
        go_back(plain, view);
    else if (line[0] == '?' && strspn(line, "? 0123456789") == strlen(line))
        explain(plain, view, item, line);
    else
        answers[plain->ask.kind](plain, view, item, line);
}
