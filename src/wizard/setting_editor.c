/* SPDX-License-Identifier: MIT */
#include "perch/sheet/sheet.h"
#include "wizard_private.h"

/* A screen over the App step that edits one of the app's names, the e-mail address or more callback
 * URLs. */

static enum setting edited(const struct wizard *w)
{
    return (enum setting)w->setting;
}

void setting_editor_open(struct wizard *w, int setting)
{
    w->setting = (guint)setting;
    editor_open(w, SCREEN_SETTING);
    w->editor.text = g_strdup(sheet_text(w->connection, edited(w)));
}

static void close_editor(struct wizard *w)
{
    wizard_error(w, ITEM_TEXT, NULL);
    editor_close(w);
}

static void keep(struct wizard *w, GArray *out)
{
    g_autofree char *text = g_strstrip(g_strdup(w->editor.text));
    const char *problem = sheet_problem(w->connection, edited(w), text);
    wizard_error(w, ITEM_TEXT, problem);
    if (problem != NULL)
        return;
    sheet_edit(w->connection, edited(w), text);
    w->changed = true;
    list_forget(w, CHECKS_PROBE, out);
    close_editor(w);
}

void setting_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_TEXT) {
        g_free(w->editor.text);
        w->editor.text = g_strdup(event->text);
        wizard_error(w, ITEM_TEXT, NULL);
    } else if (is_action(event, ACTION_NEXT)) {
        keep(w, out);
    } else if (is_action(event, ACTION_BACK)) {
        close_editor(w);
    }
}

void setting_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    enum setting setting = edited(w);
    view_heading(view, sheet_label(w->connection, setting), NULL);
    view_blank(view);
    view_text(view, ROLE_DIM, 0, sheet_why(w->connection, setting));
    if (setting == SETTING_CALLBACKS)
        view_text(view, ROLE_DIM, 0,
                  _("perch's own addresses are always in the list. Add those that another program "
                    "needs, separated by blanks."));
    view_blank(view);
    input_view(w, view, ITEM_TEXT,
               setting == SETTING_CALLBACKS ? _("More") : sheet_label(w->connection, setting),
               w->editor.text, NULL);
    view->focus = ITEM_TEXT;
    view_key(view, ACTION_NEXT, _("keep"));
    view_key(view, ACTION_BACK, _("back"));
}
