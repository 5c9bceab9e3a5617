/* SPDX-License-Identifier: MIT */
#include "perch/plain/plain.h"

#include <string.h>
#include <unistd.h>

#include "perch/base/source.h"
#include "perch/base/text.h"
#include "plain_private.h"

/* More than any screen needs: stop instead of looping. */
enum { NEXTS_MAX = 4 };

static void turn(Plain *plain);

static gboolean on_turn(gpointer user)
{
    Plain *plain = user;
    g_clear_pointer(&plain->turn, g_source_unref);
    turn(plain);
    return G_SOURCE_REMOVE;
}

void plain_soon(Plain *plain)
{
    if (plain->turn != NULL || plain->ended)
        return;
    plain->turn = source_attach(g_idle_source_new(), plain->context, on_turn, plain);
}

struct view *plain_look(Plain *plain)
{
    return plain->host.view(plain->focus, plain->host.user);
}

void plain_send(Plain *plain, enum view_event_kind kind, int id, const char *text, int index)
{
    const struct view_event event = {.kind = kind, .id = id, .text = text, .index = index};
    plain->host.event(&event, plain->host.user);
    plain_soon(plain);
}

void plain_action(Plain *plain, enum action action)
{
    const struct view_event event = {
        .kind = VIEW_EVENT_ACTION, .id = plain->focus, .action = action};
    /* Repeat a remark if it results from what the person just did. */
    g_clear_pointer(&plain->notice, g_free);
    if (action == ACTION_RETRY)
        printer_forget_bad(&plain->printer);
    plain->went_back = action == ACTION_BACK || action == ACTION_FORGET ||
                       (plain->went_back && action != ACTION_NEXT);
    plain->host.event(&event, plain->host.user);
    plain_soon(plain);
}

/* ---- the open question ---- */

static void close_question(Plain *plain)
{
    echo_restore();
    plain->ask = (struct ask){0};
}

/* Asks the question, or repeats it if something was printed after it. */
static void open_question(Plain *plain, const struct view *view, struct ask ask)
{
    bool same = plain->ask.kind == ask.kind && plain->ask.id == ask.id;
    if (plain->ended)
        return;
    if (!same) {
        print_end(&plain->printer);
        echo_restore();
    }
    plain->ask = ask;
    if (ask.kind == ASK_NOTHING || (same && plain->printer.in_prompt))
        return;
    const struct view_item *item = view_find(view, ask.id);
    const bool field = ask.kind == ASK_INPUT || ask.kind == ASK_CHOICE || ask.kind == ASK_TOGGLE;
    if (field && !plain->told) /* the other questions name their keys */
        print_aside(&plain->printer, _("At every question: ? explains it, - goes back."));
    plain->told = plain->told || field;
    if (item != NULL && item->error != NULL && ask.kind != ASK_PASTE)
        print_bad(&plain->printer, item->label, item->error);
    if (ask.secret)
        echo_off();
    plain->early = lines_early(&plain->lines);
    g_autofree char *text = ask_text(view, &ask);
    print_prompt(&plain->printer, text);
}

/* ---- what to do with a view ---- */

static void hang_up(Plain *plain)
{
    plain_stop(plain);
    plain->host.hangup(plain->host.user);
}

/* Nobody can be asked, and nothing is running. */
static void give_up(Plain *plain, const struct view *view)
{
    if (plain->quitting)
        return;
    plain->quitting = true;
    for (guint i = 0; i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        if (item->error != NULL)
            print_bad(&plain->printer, item->label, item->error);
    }
    plain_action(plain, ACTION_QUIT);
}

static void sum_text(GChecksum *sum, const char *text)
{
    /* Includes the NUL, so that texts do not run into each other. */
    g_checksum_update(sum, (const guchar *)(text == NULL ? "" : text),
                      text == NULL ? 1 : (gssize)strlen(text) + 1);
}

/* A checksum of everything that NEXT could change, without times and messages. */
static char *view_print(const struct view *view)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *screen = g_strdup_printf("%d", view->screen);
    sum_text(sum, screen);
    sum_text(sum, view->dialog == NULL ? NULL : view->dialog->text);
    for (guint i = 0; i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        g_autofree char *state =
            g_strdup_printf("%d %d %d %d %d %zu", (int)item->kind, item->id, (int)item->mark,
                            item->ticked, item->selected, item->length);
        sum_text(sum, state);
        sum_text(sum, item->label);
        sum_text(sum, item->value);
    }
    for (guint i = 0; i < view->keys->len; i++) {
        const struct view_key *key = &g_array_index(view->keys, struct view_key, i);
        sum_text(sum, action_id(key->action));
        sum_text(sum, key->label);
    }
    return g_strdup(g_checksum_get_string(sum));
}

static bool has_key(const struct view *view, enum action action)
{
    for (guint i = 0; i < view->keys->len; i++)
        if (g_array_index(view->keys, struct view_key, i).action == action)
            return true;
    return false;
}

void plain_next(Plain *plain, const struct view *view)
{
    g_free(plain->next_print);
    plain->next_print = view_print(view);
    plain_action(plain, ACTION_NEXT);
}

/* Sends NEXT unless it is not offered or changed nothing the last time. */
static bool go_on(Plain *plain, const struct view *view)
{
    g_autofree char *sum = view_print(view);
    if (!has_key(view, ACTION_NEXT) || plain->nexts >= NEXTS_MAX ||
        g_strcmp0(sum, plain->next_print) == 0)
        return false;
    plain->nexts++;
    plain_next(plain, view);
    return true;
}

static struct ask ask_about(const struct view_item *item)
{
    static const enum ask_kind kinds[] = {
        [VIEW_INPUT] = ASK_INPUT, [VIEW_CHOICE] = ASK_CHOICE, [VIEW_TOGGLE] = ASK_TOGGLE};
    enum ask_kind kind = item->kind < G_N_ELEMENTS(kinds) ? kinds[item->kind] : ASK_NOTHING;
    return kind == ASK_NOTHING ? (struct ask){0}
                               : (struct ask){.kind = kind, .id = item->id, .secret = item->secret};
}

/* The first item without an answer, or with a wrong one. */
static struct ask first_open(const Plain *plain, const struct view *view)
{
    const struct view_item *forced = view_find(view, plain->forced);
    if (forced != NULL)
        return ask_about(forced);
    for (guint i = 0; i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        struct ask ask = ask_about(item);
        bool answered = item->settled || view->failed ||
                        g_hash_table_contains(plain->printer.asked, GINT_TO_POINTER(item->id));
        if (item_has_number(view, item) && ask.kind != ASK_NOTHING &&
            (!answered || item->error != NULL))
            return ask;
    }
    return (struct ask){0};
}

static void without_a_person(Plain *plain, const struct view *view)
{
    if (view->dialog != NULL) {
        const GArray *keys = view->dialog->keys;
        enum action action =
            keys->len > 0 ? g_array_index(keys, struct view_key, 0).action : ACTION_YES;
        for (guint i = 0; i < keys->len; i++)
            if (g_array_index(keys, struct view_key, i).action == ACTION_YES)
                action = ACTION_YES;
        g_autofree char *sum = view_print(view);
        /* The same question after an answer: this answer will never settle it. */
        if (g_strcmp0(sum, plain->next_print) == 0) {
            if (plain->quitting)
                hang_up(plain);
            else
                give_up(plain, view);
            return;
        }
        g_free(plain->next_print);
        plain->next_print = g_steal_pointer(&sum);
        print_aside(&plain->printer, view->dialog->text);
        plain_action(plain, action);
    } else if (!plain->quitting && !view->busy && (view->failed || !go_on(plain, view))) {
        give_up(plain, view);
    }
}

static void with_a_person(Plain *plain, const struct view *view)
{
    struct ask ask = {0};
    const struct view_item *paste = view_find(view, view->paste);
    if (view->dialog != NULL) {
        ask.kind = ASK_DIALOG;
    } else if (paste != NULL && !item_has_number(view, paste)) {
        ask = (struct ask){.kind = ASK_PASTE, .id = paste->id, .secret = paste->secret};
    } else if (!view->busy) {
        ask = first_open(plain, view);
        bool by_itself = ask.kind == ASK_NOTHING && !view->failed && !view->asks &&
                         !plain->went_back && item_first(view) == NULL;
        if (ask.kind == ASK_NOTHING && !(by_itself && go_on(plain, view)))
            ask.kind = ASK_KEYS;
    }
    if (ask.kind == ASK_INPUT || ask.kind == ASK_CHOICE || ask.kind == ASK_TOGGLE)
        plain->focus = ask.id;
    open_question(plain, view, ask);
}

/* ---- a turn: look, say what is new, ask or go on ---- */

static void enter_screen(Plain *plain, const struct view *view)
{
    plain->started = true;
    plain->screen = view->screen;
    plain->focus = view->focus;
    plain->forced = plain->nexts = 0;
    g_clear_pointer(&plain->part, wipe_free);
    g_clear_pointer(&plain->next_print, g_free);
    g_clear_pointer(&plain->notice, g_free);
    g_clear_pointer(&plain->paste_error, g_free);
    printer_forget(&plain->printer, view);
    print_header(&plain->printer, view);
}

/* Remarks outside the items: what the last key did, what is wrong with the last paste. */
static void print_remarks(Plain *plain, const struct view *view)
{
    if (view->notice != NULL && g_strcmp0(view->notice, plain->notice) != 0) {
        g_free(plain->notice);
        plain->notice = g_strdup(view->notice);
        print_notice(&plain->printer, view->notice);
    }
    const struct view_item *paste = view_find(view, view->paste);
    const char *error = paste == NULL ? NULL : paste->error;
    if (error != NULL && g_strcmp0(error, plain->paste_error) != 0)
        print_bad(&plain->printer, NULL, error);
    g_free(plain->paste_error);
    plain->paste_error = g_strdup(error);
}

/* Piped input that came before its question does not count as a pasted address, which may have
 * words around it. */
static bool is_a_paste(const char *line)
{
    enum { SHORTEST = 8 };
    return strlen(line) >= SHORTEST &&
           (strpbrk(line, " \t") == NULL || strstr(line, "code=") != NULL);
}

/* Answers the open question from the lines read so far. */
static void take_answer(Plain *plain, const struct view *view)
{
    bool is_terminal = isatty(STDIN_FILENO);
    bool lazy = plain->ask.kind == ASK_PASTE && view->busy && !is_terminal;
    WipedText *line = NULL;
    enum line_state state = lines_take(&plain->lines, lazy ? is_a_paste : NULL, &line);
    if (state == LINE_NONE) {
        lines_listen(&plain->lines, true);
    } else if (state == LINE_END) {
        if (!lazy) { /* the browser may still deliver what can no longer be pasted */
            print_bad(&plain->printer, NULL,
                      _("The input ended at this question. With --no-input, perch says what is "
                        "missing."));
            hang_up(plain);
        }
    } else if (state != LINE_KEPT) {
        /* No line break was echoed if the line came before the prompt. */
        if (!is_terminal || plain->early)
            print_end(&plain->printer);
        plain->printer.in_prompt = false;
        if (state == LINE_TEXT)
            ask_answer(plain, view, line);
        else
            print_bad(&plain->printer, NULL,
                      state == LINE_TOO_LONG ? _("That line is too long: 64 KiB at most.")
                                             : _("That line is not UTF-8 text."));
        plain_soon(plain);
    }
    wipe_free(line);
}

static void turn(Plain *plain)
{
    if (plain->ended)
        return;
    g_autoptr(View) view = plain_look(plain);
    if (!plain->started || view->screen != plain->screen)
        enter_screen(plain, view);
    if (plain->part != NULL) { /* nothing is said in the middle of an answer */
        take_answer(plain, view);
        return;
    }
    print_facts(&plain->printer, view, &(struct look){plain->host.view, plain->host.user});
    print_remarks(plain, view);
    if (plain->no_input) {
        without_a_person(plain, view);
        return;
    }
    with_a_person(plain, view);
    if (plain->ended)
        return;
    if (plain->ask.kind == ASK_NOTHING)
        lines_listen(&plain->lines, false);
    else
        take_answer(plain, view);
}

/* ---- */

static void on_line(gpointer user)
{
    plain_soon(user);
}

Plain *plain_new(const struct view_host *host, const struct plain_options *options)
{
    Plain *plain = g_new0(Plain, 1);
    plain->host = *host;
    plain->no_input = options->no_input;
    plain->context = g_main_context_ref_thread_default();
    printer_init(&plain->printer, options);
    lines_init(&plain->lines, on_line, plain);
    plain_soon(plain);
    return plain;
}

void plain_changed(Plain *plain)
{
    plain_soon(plain);
}

void plain_stop(Plain *plain)
{
    plain->ended = true;
    close_question(plain);
    print_end(&plain->printer);
    lines_listen(&plain->lines, false);
}

void plain_free(Plain *plain)
{
    if (plain == NULL)
        return;
    plain_stop(plain);
    source_drop(&plain->turn);
    lines_clear(&plain->lines);
    printer_clear(&plain->printer);
    g_free(plain->next_print);
    g_free(plain->notice);
    g_free(plain->paste_error);
    wipe_free(plain->part);
    g_main_context_unref(plain->context);
    g_free(plain);
}
