/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

/* The stack of screens: the top one is shown and gets the keys. */

enum { BESIDE_RAIL = 1, EXPLAINS = 2, OF_STEP = 4, QUESTION = 8, EDITOR = 16 };

static const struct {
    void (*view)(const struct wizard *w, struct view *view, int focus);
    void (*event)(struct wizard *w, const struct view_event *event, GArray *out);
    unsigned how;
} screens[SCREEN_COUNT] = {
#define SCREEN(id, name, how) [SCREEN_##id] = {name##_screen_view, name##_screen_event, how},
#include "perch/wizard/screens.def"
#undef SCREEN
};

enum wizard_screen wizard_screen(const struct wizard *w)
{
    return w->screens[w->depth];
}

static bool is(enum wizard_screen screen, unsigned how)
{
    return (screens[screen].how & how) != 0;
}

void screen_open(struct wizard *w, enum wizard_screen screen)
{
    g_assert(w->depth + 1 < G_N_ELEMENTS(w->screens));
    w->screens[++w->depth] = screen;
    if (!is(screen, QUESTION))
        w->screen++;
}

void screen_close(struct wizard *w)
{
    g_assert(w->depth > 0);
    if (!is(w->screens[w->depth--], QUESTION))
        w->screen++;
}

void screens_leave_step(struct wizard *w)
{
    guint kept = 0;
    for (guint i = 1; i <= w->depth; i++)
        if (!is(w->screens[i], OF_STEP))
            w->screens[++kept] = w->screens[i];
    w->depth = kept;
    w->screen++;
}

void screens_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    enum wizard_screen top = wizard_screen(w);
    if (is(top, QUESTION)) {
        screens[top].event(w, event, out);
        return;
    }
    if (event->kind == VIEW_EVENT_ACTION || event->kind == VIEW_EVENT_SELECT)
        wizard_notice(w, NULL);
    if (is_action(event, ACTION_QUIT) || is_action(event, ACTION_INTERRUPT))
        wizard_ask_quit(w, out);
    else if (is_action(event, ACTION_EXPLAIN) && is(top, EXPLAINS))
        explain_screen_open(w);
    else
        screens[top].event(w, event, out);
}

void screens_view(const struct wizard *w, struct view *view, int focus)
{
    guint depth = w->depth;
    while (is(w->screens[depth], QUESTION))
        depth--;
    enum wizard_screen seen = w->screens[depth];
    if (is(seen, BESIDE_RAIL))
        wizard_rail(w, view);
    view->discards = is(seen, EDITOR);
    screens[seen].view(w, view, focus);
    if (is(seen, EXPLAINS))
        view_key(view, ACTION_EXPLAIN, _("explain an error"));
    view_key(view, ACTION_KEYS, _("keys"));
    if (depth < w->depth)
        screens[wizard_screen(w)].view(w, view, focus);
}
