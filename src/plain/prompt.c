/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "plain_private.h"

static char *input_text(const struct view *view, const struct view_item *item)
{
    (void)view;
    g_autofree char *label = item_label(item);
    bool has_value = item->value != NULL && *item->value != '\0';
    if (item->secret && item->length > 0)
        return g_strdup_printf(_("%s [%zu characters, Enter keeps them]: "), label, item->length);
    if (item->secret)
        return g_strdup_printf(_("%s (not shown while you type): "), label);
    if (!item->secret && has_value)
        return g_strdup_printf("%s [%s]: ", label, item->value);
    return g_strdup_printf("%s: ", label);
}

static char *choice_text(const struct view *view, const struct view_item *item)
{
    (void)view;
    g_autofree char *label = item_label(item);
    GString *text = g_string_new(NULL);
    guint count = item->options == NULL ? 0 : item->options->len;
    g_string_append_printf(text, g_str_has_suffix(label, "?") ? "%s\n" : "%s:\n", label);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(text, "%3u  %s\n", i + 1, (const char *)item->options->pdata[i]);
    g_string_append_printf(text, _("Number, Enter for %d: "), item->selected + 1);
    return g_string_free(text, FALSE);
}

static char *toggle_text(const struct view *view, const struct view_item *item)
{
    (void)view;
    g_autofree char *label = item_label(item);
    return g_strdup_printf(
        item->ticked ? _("%s (y or n, Enter for y): ") : _("%s (y or n, Enter for n): "), label);
}

const char *key_typed(enum action action)
{
    static const struct {
        enum action action;
        const char *typed;
    } others[] = {{ACTION_BACK, "-"}, {ACTION_PREVIOUS, "<"}, {ACTION_FOLLOWING, ">"}};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (others[i].action == action)
            return others[i].typed;
    return action_key_name(action);
}

bool key_can_type(enum action action)
{
    return action != ACTION_INTERRUPT && action != ACTION_TICK && action != ACTION_KEYS;
}

const struct view_key *key_find(const GArray *keys, const char *word)
{
    bool single = *word != '\0' && *g_utf8_next_char((char *)(guintptr)word) == '\0';
    for (int exact = 1; exact >= 0; exact--)
        for (guint i = 0; i < keys->len; i++) {
            const struct view_key *key = &g_array_index(keys, struct view_key, i);
            const char *typed = key_typed(key->action);
            if (key_can_type(key->action) &&
                (strcmp(word, action_id(key->action)) == 0 || strcmp(word, typed) == 0 ||
                 (!exact && single && g_ascii_strcasecmp(word, typed) == 0)))
                return key;
        }
    return NULL;
}

enum keys_use { KEYS_SCREEN, KEYS_PASTE, KEYS_DIALOG };

/* "Previous" and "next" of the same thing are said as one. */
static bool has_pair(const GArray *keys, const struct view_key *key, enum action other)
{
    for (guint i = 0; i < keys->len; i++) {
        const struct view_key *there = &g_array_index(keys, struct view_key, i);
        if (there->action == other && strcmp(there->label, key->label) == 0)
            return true;
    }
    return false;
}

const char *number_help(const struct view *view, enum action *ret_key)
{
    static const struct {
        enum view_kind kind;
        enum action key;
        const char *help;
    } helps[] = {{VIEW_SETTING, ACTION_TICK, N_("a number when a row is done")},
                 {VIEW_PAIR, ACTION_COPY, N_("a number to copy")}};
    for (gsize k = 0; k < G_N_ELEMENTS(helps); k++)
        for (guint i = 0; i < view->items->len; i++) {
            const struct view_item *item = view->items->pdata[i];
            *ret_key = helps[k].key;
            if (item->kind == helps[k].kind && item_has_number(view, item))
                return _(helps[k].help);
        }
    const struct view_item *first = item_first(view);
    const bool edits = key_find(view->keys, action_id(ACTION_EDIT)) != NULL;
    const bool is_row = first != NULL && first->kind == VIEW_ROW;
    *ret_key = is_row && edits ? ACTION_EDIT : ACTION_COUNT;
    return first == NULL      ? NULL
           : is_row && !edits ? _("a number to open")
                              : _("a number to change");
}

/* Whether an earlier key says the same. */
static bool is_again(const GArray *keys, guint index)
{
    const char *label = g_array_index(keys, struct view_key, index).label;
    for (guint i = 0; i < index; i++)
        if (strcmp(g_array_index(keys, struct view_key, i).label, label) == 0)
            return true;
    return false;
}

static bool is_said(const struct view *view, const GArray *keys, guint index, enum keys_use use)
{
    const struct view_key *key = &g_array_index(keys, struct view_key, index);
    const enum action action = key->action;
    if (action == ACTION_NEXT) /* a pasted line needs no other Enter */
        return use != KEYS_PASTE;
    if (action == ACTION_EXPLAIN) /* the same everywhere: ? tells of it */
        return use == KEYS_DIALOG;
    if (action == ACTION_RETRY && view->retries && use == KEYS_SCREEN)
        return false;
    const bool pair = action == ACTION_FOLLOWING && has_pair(keys, key, ACTION_PREVIOUS);
    return key_can_type(action) && (pair || !is_again(keys, index)) &&
           !(action == ACTION_PREVIOUS && has_pair(keys, key, ACTION_FOLLOWING));
}

static char *said_key(const GArray *keys, const struct view_key *key)
{
    bool pair = key->action == ACTION_FOLLOWING && has_pair(keys, key, ACTION_PREVIOUS);
    return pair ? g_strdup_printf(_("< or > %s"), key->label)
                : g_strdup_printf("%s %s", key_typed(key->action), key->label);
}

/* A part of a prompt, the higher the sooner left out where the line is too short. */
enum rank { RANK_STAYS, RANK_NUMBER, RANK_KEY, RANK_QUIT };

struct hint {
    char *text;
    enum rank rank;
};

static void clear_hint(gpointer hint)
{
    g_free(((struct hint *)hint)->text);
}

static void add_hint(GArray *hints, enum rank rank, char *text)
{
    g_array_append_val(hints, ((struct hint){text, rank}));
}

static int hints_width(const GArray *hints)
{
    int width = 0;
    for (guint i = 0; i < hints->len; i++)
        width += text_width(g_array_index(hints, struct hint, i).text) + (int)strlen(", ");
    return width;
}

/* Leaves out the last of the highest rank. */
static bool drop_hint(GArray *hints)
{
    guint drop = 0;
    for (guint i = 1; i < hints->len; i++)
        if (g_array_index(hints, struct hint, i).rank >=
            g_array_index(hints, struct hint, drop).rank)
            drop = i;
    if (g_array_index(hints, struct hint, drop).rank == RANK_STAYS)
        return false;
    g_array_remove_index(hints, drop);
    return true;
}

/* No key is torn from its word. */
static char *join_hints(const GArray *hints, int at, int columns)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < hints->len; i++) {
        const char *hint = g_array_index(hints, struct hint, i).text;
        const int width = text_width(hint) + (int)strlen(", ");
        const bool folds = i > 0 && at + width > columns;
        g_string_append_printf(text, "%s%s", i == 0 ? "" : folds ? ",\n  " : ", ", hint);
        at = (folds ? 2 : at) + width;
    }
    g_string_append(text, ": ");
    return g_string_free(text, FALSE);
}

/* After Enter; what helps with a failure comes before it. */
static void insert_number(GArray *hints, const GArray *keys, bool failed, const char *number)
{
    const bool enter =
        keys->len > 0 && g_array_index(keys, struct view_key, 0).action == ACTION_NEXT;
    const struct hint hint = {g_strdup(number), failed ? RANK_KEY : RANK_NUMBER};
    guint at = failed ? hints->len : enter ? 1 : 0;
    while (failed && at > 0 && g_array_index(hints, struct hint, at - 1).rank == RANK_STAYS)
        at--;
    g_array_insert_val(hints, at, hint);
}

/* The keys of a prompt that begins with a lead of so many columns: one line, ? tells of the rest.
 */
static char *keys_text(const struct view *view, const GArray *keys, int lead, enum keys_use use)
{
    enum { REPLY = 3 }; /* columns for what is typed */
    g_autoptr(GArray) hints = g_array_new(FALSE, FALSE, sizeof(struct hint));
    g_array_set_clear_func(hints, clear_hint);
    enum action same = ACTION_COUNT;
    const char *number = use == KEYS_SCREEN ? number_help(view, &same) : NULL;
    bool has_quit = use == KEYS_DIALOG, dropped = false;
    for (guint i = 0; i < keys->len; i++) {
        const struct view_key *key = &g_array_index(keys, struct view_key, i);
        const bool stays =
            use == KEYS_DIALOG || key->action == ACTION_NEXT || key->action == ACTION_BACK;
        if (is_said(view, keys, i, use) && key->action != same)
            add_hint(hints, stays ? RANK_STAYS : RANK_KEY, said_key(keys, key));
        has_quit |= key->action == ACTION_QUIT;
    }
    if (number != NULL)
        insert_number(hints, keys, view->failed, number);
    if (!has_quit)
        add_hint(hints, RANK_QUIT, g_strdup(_("q quit")));
    add_hint(hints, RANK_STAYS, g_strdup(_("? help")));
    const int columns = print_columns();
    while (lead + hints_width(hints) + REPLY > columns && drop_hint(hints))
        dropped = true;
    if (dropped) {
        g_array_set_size(hints, hints->len - 1);
        add_hint(hints, RANK_STAYS, g_strdup(_("? more")));
    }
    return join_hints(hints, lead, columns);
}

static char *screen_text(const struct view *view, const struct view_item *item)
{
    (void)item;
    return keys_text(view, view->keys, 0, KEYS_SCREEN);
}

static char *paste_text(const struct view *view, const struct view_item *item)
{
    g_autofree char *label = item_label(item);
    g_autofree char *keys =
        keys_text(view, view->keys, text_width(label) + (int)strlen(" ()"), KEYS_PASTE);
    return g_strdup_printf("%s (%.*s): ", label, (int)strlen(keys) - 2, keys);
}

static char *dialog_text(const struct view *view, const struct view_item *item)
{
    (void)item;
    g_autofree char *keys = keys_text(view, view->dialog->keys, 0, KEYS_DIALOG);
    return g_strdup_printf("%s\n%s", view->dialog->text, keys);
}

char *ask_text(const struct view *view, const struct ask *ask)
{
    static char *(*const texts[])(const struct view *view, const struct view_item *item) = {
        [ASK_INPUT] = input_text, [ASK_CHOICE] = choice_text, [ASK_TOGGLE] = toggle_text,
        [ASK_PASTE] = paste_text, [ASK_KEYS] = screen_text,   [ASK_DIALOG] = dialog_text,
    };
    return texts[ask->kind](view, view_find(view, ask->id));
}
