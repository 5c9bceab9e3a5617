/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard_private.h"

/* Checks an exported flow: its problems, row by row. */

static void set_text(struct wizard *w, const char *text)
{
    g_autoptr(WipedText) trimmed = g_strdup(text);
    g_strstrip(trimmed);
    g_autoptr(Secret) secret = *trimmed == '\0' ? NULL : secret_new(trimmed);
    secret_set(&w->flow_text, secret);
    wizard_error(w, ITEM_FLOW, NULL);
}

static void check(struct wizard *w, GArray *out)
{
    if (w->flow_text == NULL)
        wizard_error(w, ITEM_FLOW, _("Paste the exported flow, or type the path of its file."));
    else
        effect_secret(out, EFFECT_CHECK_FLOW, w->flow_text);
}

void flow_checked(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    g_clear_pointer(&w->findings, g_ptr_array_unref);
    w->findings = event->items == NULL ? NULL : g_ptr_array_ref(event->items);
    wizard_error(w, ITEM_FLOW, event->text);
}

static void close_screen(struct wizard *w)
{
    wizard_error(w, ITEM_FLOW, NULL);
    secret_set(&w->flow_text, NULL);
    g_clear_pointer(&w->findings, g_ptr_array_unref);
    screen_close(w);
}

void check_flow_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_PASTE) {
        set_text(w, event->text);
        check(w, out);
    } else if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_FLOW) {
        set_text(w, event->text);
    } else if (is_action(event, ACTION_NEXT)) {
        check(w, out);
    } else if (is_action(event, ACTION_BACK)) {
        close_screen(w);
    }
}

void check_flow_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    view_heading(view, _("Check a flow"), NULL);
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              _("Export the flow and paste the file here, or type its path. You can also paste a "
                "function. It stays on this computer and is not shown, because it may contain "
                "secrets."));
    view_blank(view);
    struct view_item *item = secret_view(w, view, ITEM_FLOW, _("Flow"), w->flow_text, NULL);
    item->settled = true;
    view_blank(view);
    for (guint i = 0; w->findings != NULL && i < w->findings->len; i++) {
        const struct check_result *finding = w->findings->pdata[i];
        struct view_item *row = view_add(view, VIEW_CHECK, ITEM_CHECK + (int)i, finding->title);
        row->mark = check_status_mark(finding->status);
        view_text(view, ROLE_PLAIN, 2, finding->summary);
    }
    view->paste = ITEM_FLOW;
    view->focus = ITEM_FLOW;
    view_key(view, ACTION_NEXT, _("check it"));
    view_key(view, ACTION_BACK, _("back"));
}
