/* SPDX-License-Identifier: MIT */
#include "perch/handoff/handoff.h"
#include "wizard_private.h"

void step_handoff_enter(struct wizard *w, GArray *out)
{
    w->marks[STEP_HANDOFF] = w->handoff_problem == NULL ? MARK_OK : MARK_WARNING;
    /* Coming from a successful test record: rehearse the flow's own calls, too. */
    if (w->tested && !w->dry_run && !w->no_input && w->handoff_problem == NULL &&
        w->lists[CHECKS_REHEARSE].results == NULL)
        wizard_rehearse(w, false, out);
}

void step_handoff_leave(struct wizard *w, GArray *out)
{
    (void)out;
    w->show_secrets = false;
}

void step_handoff_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out)
{
    (void)out;
    if (list == CHECKS_REHEARSE && done)
        w->marks[STEP_HANDOFF] = check_status_mark(check_results_status(w->lists[list].results));
}

static const struct handoff_item *item_of(const struct wizard *w, int id)
{
    if (w->handoff == NULL || id < ITEM_VALUE || id >= ITEM_VALUE + (int)w->handoff->len)
        return NULL;
    return w->handoff->pdata[id - ITEM_VALUE];
}

static void play(struct wizard *w, enum action how, GArray *out)
{
    if (w->handoff_problem != NULL)
        wizard_notice(w, w->handoff_problem);
    else if (!w->lists[CHECKS_REHEARSE].running && how == ACTION_FLOW)
        screen_open(w, SCREEN_FLOW);
    else if (!w->lists[CHECKS_REHEARSE].running)
        wizard_rehearse(w, how == ACTION_RETRY && w->with_flow, out);
}

/* Let a running rehearsal end first: it has a record to delete. */
static void finish(struct wizard *w, GArray *out)
{
    if (w->lists[CHECKS_REHEARSE].running)
        return;
    g_autofree char *undone = wizard_undone(w);
    if (undone == NULL || w->no_input || w->end_asked || wizard_is_unstored(w)) {
        wizard_end(w, out);
        return;
    }
    w->end_asked = true;
    screen_open(w, SCREEN_UNDONE);
}

/* Which row has something to copy, below one that has nothing. Owned by the caller. */
static char *copy_where(const struct wizard *w, int id)
{
    guint at = (guint)(id - ITEM_VALUE) + 1;
    while (at < w->handoff->len && ((const struct handoff_item *)w->handoff->pdata[at])->hint)
        at++;
    return at == w->handoff->len
               ? g_strdup(_("This line has no value: do what it says in the form."))
               : g_strdup_printf(
                     _("This line has no value: do what it says in the form. ↓ leads to "
                       "%s, which c copies."),
                     ((const struct handoff_item *)w->handoff->pdata[at])->label);
}

/* Changes the platform that values are shown, copied and exported for. */
static void step_platform(struct wizard *w, GArray *out)
{
    if (w->lists[CHECKS_REHEARSE].running)
        return;
    w->connection->platform = (enum platform)((w->connection->platform + 1) % PLATFORM_COUNT);
    w->screen++;
    effect_add(out, EFFECT_SAVE);
    effect_add(out, EFFECT_HANDOFF);
}

static void step_channel(struct wizard *w, int by, GArray *out)
{
    if (!w->lists[CHECKS_REHEARSE].running && w->connection->channels->len > 1)
        wizard_turn_channel(w, by, out);
}

void step_handoff_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    const struct handoff_item *item = item_of(w, event->id);
    if (is_action(event, ACTION_COPY) && item != NULL && item->hint) {
        g_autofree char *where = copy_where(w, event->id);
        wizard_notice(w, where);
    } else if (is_action(event, ACTION_COPY) && item != NULL) {
        w->handed = true;
        effect_secret(out, EFFECT_COPY, item->value);
    } else if (is_action(event, ACTION_SHOW))
        w->show_secrets = !w->show_secrets;
    else if (is_action(event, ACTION_WRITE) && w->handoff_problem == NULL)
        screen_open(w, SCREEN_EXPORT);
    else if (is_action(event, ACTION_WRITE))
        wizard_notice(w, w->handoff_problem);
    else if (is_action(event, ACTION_PLAY) || is_action(event, ACTION_RETRY) ||
             is_action(event, ACTION_FLOW))
        play(w, event->action, out);
    else if (is_action(event, ACTION_PREVIOUS) || is_action(event, ACTION_FOLLOWING))
        step_channel(w, is_action(event, ACTION_PREVIOUS) ? -1 : 1, out);
    else if (is_action(event, ACTION_CHECK_FLOW))
        screen_open(w, SCREEN_CHECK_FLOW);
    else if (is_action(event, ACTION_PLATFORM))
        step_platform(w, out);
    else if (is_action(event, ACTION_DOCTOR))
        doctor_screen_open(w, false, out);
    else if (is_action(event, ACTION_TEST))
        wizard_go(w, STEP_TEST, out);
    else if (is_action(event, ACTION_NEXT))
        finish(w, out);
    else
        list_action(w, CHECKS_REHEARSE, event, out);
}

/* Few enough dots for one line on the smallest screen; the length is given in words. */
static char *masked(const struct handoff_item *item)
{
    gsize length = secret_length(item->value);
    return g_strdup_printf(
        ngettext("•••••••• (%zu character)", "•••••••• (%zu characters)", length), length);
}

/* One row if all is well; every call if not, or while the rehearsal runs. */
static void view_rehearsal(const struct wizard *w, struct view *view, int focus)
{
    if (w->lists[CHECKS_REHEARSE].running || list_failed(w, CHECKS_REHEARSE)) {
        list_view(w, CHECKS_REHEARSE, view, focus);
        view_blank(view);
        return;
    }
    if (!list_ok(w, CHECKS_REHEARSE))
        return;
    g_autofree char *create = g_strconcat(connection_channel(w->connection)->id, "-create", NULL);
    const struct check_result *created = list_find(w, CHECKS_REHEARSE, create);
    struct view_item *item = view_add(view, VIEW_CHECK, 0, _("Rehearsed"));
    item->mark = check_status_mark(check_results_status(w->lists[CHECKS_REHEARSE].results));
    item->value = g_strdup_printf(
        _("perch ran both steps using only these values; the org answered %s (deleted again)."),
        created == NULL ? "" : created->summary);
    static const struct {
        const char *part, *title;
    } rows[] = {{"-function", N_("Function")}, {"-arrived", N_("The flow")}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *id =
            g_strconcat(connection_channel(w->connection)->id, rows[i].part, NULL);
        const struct check_result *proof = list_find(w, CHECKS_REHEARSE, id);
        if (proof == NULL)
            continue;
        item = view_add(view, VIEW_CHECK, 0, _(rows[i].title));
        item->mark = check_status_mark(proof->status);
        item->value =
            i == 0 ? g_strdup(proof->summary)
                   : g_strdup_printf(_("Its record arrived: %s (deleted again)."), proof->summary);
    }
    view_blank(view);
}

static void view_values(const struct wizard *w, struct view *view)
{
    const char *group = NULL;
    for (guint i = 0; w->handoff != NULL && i < w->handoff->len; i++) {
        const struct handoff_item *value = w->handoff->pdata[i];
        if (g_strcmp0(group, value->group) != 0) {
            group = value->group;
            view_text(view, ROLE_TITLE, 0, group);
        }
        struct view_item *item = view_add(view, VIEW_PAIR, ITEM_VALUE + (int)i, value->label);
        item->secret = value->secret && !w->show_secrets;
        view_item_take(&item->value,
                       item->secret ? masked(value) : text_clean(secret_peek(value->value)));
        item->indent = 2;
    }
}

static void view_notes(const struct wizard *w, struct view *view)
{
    g_autoptr(GPtrArray) notes = handoff_notes(w->connection);
    for (guint i = 0; i < notes->len; i++) {
        const struct handoff_note *note = notes->pdata[i];
        view_text(view, ROLE_TITLE, 0, note->title);
        view_text(view, ROLE_DIM, 2, note->text);
    }
}

static void view_keys(const struct wizard *w, struct view *view, int focus)
{
    bool running = w->lists[CHECKS_REHEARSE].running;
    if (!running)
        view_key(view, ACTION_NEXT, _("done"));
    view_key(view, ACTION_COPY, _("copy field"));
    view_key(view, ACTION_SHOW, w->show_secrets ? _("hide secrets") : _("show secrets"));
    view_key(view, ACTION_WRITE, _("to file"));
    if (!running && w->handoff_problem == NULL)
        view_key(view, ACTION_PLAY,
                 w->lists[CHECKS_REHEARSE].results == NULL ? _("play the flow") : _("play again"));
    if (!running && w->handoff_problem == NULL)
        view_key(view, ACTION_FLOW, _("webhook"));
    if (list_failed(w, CHECKS_REHEARSE))
        view_key(view, ACTION_RETRY, _("try again"));
    if (!running)
        view_key(view, ACTION_PLATFORM, _("platform"));
    view_key(view, ACTION_CHECK_FLOW, _("check a flow"));
    if (!running)
        channels_keys(w, view);
    list_keys(w, CHECKS_REHEARSE, view, focus);
    view_key(view, ACTION_TEST, _("test"));
    view_key(view, ACTION_DOCTOR, _("doctor"));
    view_key(view, ACTION_BACK, _("back"));
}

void step_handoff_view(const struct wizard *w, struct view *view, int focus)
{
    g_autofree char *channel = channel_heading(w), *untested = channels_untested(w);
    view->focus = ITEM_VALUE;
    view->busy = view->sums = w->lists[CHECKS_REHEARSE].running;
    view->failed = list_failed(w, CHECKS_REHEARSE);
    view_heading(view, handoff_title(w->connection->platform), channel)->settled = true;
    if (w->handoff_problem != NULL) {
        view_blank(view);
        view_text(view, ROLE_FAIL, 0, w->handoff_problem);
    }
    view_blank(view);
    view_rehearsal(w, view, focus);
    if (untested != NULL && !view->busy) {
        view_text(view, ROLE_PLAIN, 0, untested);
        view_blank(view);
    }
    view_values(w, view);
    view_notes(w, view);
    view_keys(w, view, focus);
}
