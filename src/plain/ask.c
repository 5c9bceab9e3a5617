/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "plain_private.h"

/* ---- the text of a question ---- */

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

/* What to type for a key: most are letters already. */
static const char *typed_key(enum action action)
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

/* Whether a typed line can stand for the key: not Ctrl-C, nor Space, as rows have numbers. */
static bool can_type(enum action action)
{
    return action != ACTION_INTERRUPT && action != ACTION_TICK && action != ACTION_KEYS;
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

static const struct view_key *find_key(const GArray *keys, const char *word);

/* What the number of an item does: of the first of the kinds that there is. NULL = there is none.
 * The key that does the same needs no mention. */
static const char *number_help(const struct view *view, enum action *ret_key)
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
    const bool edits = find_key(view->keys, action_id(ACTION_EDIT)) != NULL;
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
    return can_type(action) && (pair || !is_again(keys, index)) &&
           !(action == ACTION_PREVIOUS && has_pair(keys, key, ACTION_FOLLOWING));
}

static char *said_key(const GArray *keys, const struct view_key *key)
{
    bool pair = key->action == ACTION_FOLLOWING && has_pair(keys, key, ACTION_PREVIOUS);
    return pair ? g_strdup_printf(_("< or > %s"), key->label)
                : g_strdup_printf("%s %s", typed_key(key->action), key->label);
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

/* ---- what an answer does ---- */

/* Gives item the focus, by asking the host for its view. */
static void focus(Plain *plain, const struct view_item *item)
{
    if (item != NULL)
        plain->focus = item->id;
}

static const struct view_key *find_key(const GArray *keys, const char *word)
{
    bool single = *word != '\0' && *g_utf8_next_char((char *)(guintptr)word) == '\0';
    for (int exact = 1; exact >= 0; exact--)
        for (guint i = 0; i < keys->len; i++) {
            const struct view_key *key = &g_array_index(keys, struct view_key, i);
            const char *typed = typed_key(key->action);
            if (can_type(key->action) &&
                (strcmp(word, action_id(key->action)) == 0 || strcmp(word, typed) == 0 ||
                 (!exact && single && g_ascii_strcasecmp(word, typed) == 0)))
                return key;
        }
    return NULL;
}

static void not_understood(Plain *plain)
{
    print_bad(&plain->printer, NULL, _("That is not one of the choices. Type ? to see them."));
}

/* A key, optionally with the number of its row: "o", "o 4". */
static bool answer_key(Plain *plain, const struct view *view, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    const struct view_key *key = words[0] == NULL ? NULL : find_key(view->keys, words[0]);
    guint64 number = 0;
    if (key == NULL && strcmp(line, "q") != 0)
        return false;
    if (words[1] != NULL) {
        if (!g_ascii_string_to_unsigned(g_strstrip(words[1]), 10, 1, 999, &number, NULL))
            return false;
        const struct view_item *item = item_by_number(&plain->printer, view, (guint)number);
        if (item == NULL)
            return false;
        focus(plain, item);
    }
    plain_action(plain, key == NULL ? ACTION_QUIT : key->action);
    return true;
}

static bool answer_number(Plain *plain, const struct view *view, const char *line)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(line, 10, 1, 999, &number, NULL))
        return false;
    const struct view_item *item = item_by_number(&plain->printer, view, (guint)number);
    focus(plain, item);
    if (item == NULL)
        not_understood(plain);
    else if (item->kind == VIEW_SETTING)
        plain_send(plain, VIEW_EVENT_SELECT, item->id, NULL, !item->ticked);
    else if (item->kind == VIEW_ROW)
        plain_action(plain, find_key(view->keys, action_id(ACTION_EDIT)) != NULL ? ACTION_EDIT
                                                                                 : ACTION_NEXT);
    else if (item->kind == VIEW_PAIR)
        plain_action(plain, ACTION_COPY);
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
    if (*line == '\0' && find_key(view->keys, action_id(ACTION_NEXT)) != NULL)
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

static void answer_input(Plain *plain, const struct view *view, const struct view_item *item,
                         const char *line)
{
    (void)view;
    const int id = item->id;
    if (*line != '\0')
        plain_send(plain, VIEW_EVENT_INPUT, id, line, 0);
    plain_send(plain, VIEW_EVENT_LEAVE, id, NULL, 0);
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
}

static void answer_dialog(Plain *plain, const struct view *view, const struct view_item *item,
                          const char *line)
{
    (void)item;
    const struct view_key *key =
        find_key(view->dialog->keys, *line == '\0' ? action_id(ACTION_NEXT) : line);
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
    if (!can_type(key->action))
        return;
    bool more = plain->ask.kind != ASK_DIALOG && key->action != ACTION_NEXT;
    g_autofree char *text =
        g_strconcat(key->label, more ? ": " : "", more ? action_help(key->action) : "", NULL);
    explain_line(plain, typed_key(key->action), text);
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
    if (find_key(view->keys, action_id(ACTION_QUIT)) == NULL)
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
    focus(plain, item); /* some hints only exist for the item with the focus */
    g_autoptr(View) closer = plain_look(plain);
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

static const struct {
    char *(*text)(const struct view *view, const struct view_item *item);
    void (*answer)(Plain *plain, const struct view *view, const struct view_item *item,
                   const char *line);
} asks[] = {
    [ASK_INPUT] = {input_text, answer_input},    [ASK_CHOICE] = {choice_text, answer_choice},
    [ASK_TOGGLE] = {toggle_text, answer_toggle}, [ASK_PASTE] = {paste_text, answer_paste},
    [ASK_KEYS] = {screen_text, answer_screen},   [ASK_DIALOG] = {dialog_text, answer_dialog},
};

char *ask_text(const Plain *plain, const struct view *view, const struct ask *ask)
{
    (void)plain;
    return asks[ask->kind].text(view, view_find(view, ask->id));
}

/* '-' goes back at any question; in a dialog it is the answer that changes nothing. */
static void go_back(Plain *plain, const struct view *view)
{
    const GArray *keys = view->dialog == NULL ? NULL : view->dialog->keys;
    const struct view_key *no = keys == NULL ? NULL : find_key(keys, action_id(ACTION_BACK));
    if (keys != NULL && no == NULL)
        no = find_key(keys, action_id(ACTION_NO));
    if (keys != NULL && no == NULL)
        not_understood(plain);
    else
        plain_action(plain, no == NULL ? ACTION_BACK : no->action);
}

void ask_answer(Plain *plain, const struct view *view, const char *line)
{
    const struct view_item *item = view_find(view, plain->ask.id);
    plain->quitting = false;
    if (strcmp(line, "-") == 0)
        go_back(plain, view);
    else if (line[0] == '?' && strspn(line, "? 0123456789") == strlen(line))
        explain(plain, view, item, line);
    else
        asks[plain->ask.kind].answer(plain, view, item, line);
}
