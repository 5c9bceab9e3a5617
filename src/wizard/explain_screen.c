/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard_private.h"

/* Explains a pasted error from anywhere: Bird's flow log, a page, an address, cURL's output. */

/* The pasted error may come from another org than this connection's. */
static void take_failure(struct wizard *w, const struct failure *failure, const char *text)
{
    g_autofree char *named = paste_org(text, strlen(text));
    const char *own = w->connection->instance_url != NULL ? w->connection->instance_url
                                                          : w->connection->login_url;
    w->explained = failure_result(w, "explained", NULL, failure, named != NULL ? named : own);
    w->screen++; /* so that the focus goes to the findings, where o and c are keys */
}

static void explain_text(struct wizard *w)
{
    struct failure failure;
    const char *text = secret_peek(w->error_text);
    g_clear_pointer(&w->explained, check_result_free);
    wizard_notice(w, NULL);
    if (*text == '\0')
        return;
    g_autofree char *success =
        g_strdup_printf(_("What you pasted shows a success: %s."), explain_success(text));
    if (explain_paste(&failure, text, strlen(text), STAGE_ANY, 0))
        take_failure(w, &failure, text);
    else
        wizard_notice(w, success);
    failure_clear(&failure);
}

static void set_text(struct wizard *w, const char *text)
{
    g_autoptr(Secret) secret = *text == '\0' ? NULL : secret_new(text);
    secret_set(&w->error_text, secret);
}

void explain_screen_open(struct wizard *w)
{
    screen_open(w, SCREEN_EXPLAIN);
    wizard_notice(w, NULL);
}

void explain_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_PASTE) {
        set_text(w, event->text);
        explain_text(w);
    } else if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_ERROR) {
        set_text(w, event->text);
    } else if (is_action(event, ACTION_NEXT)) {
        explain_text(w);
    } else if (is_action(event, ACTION_BACK)) {
        screen_close(w);
        secret_set(&w->error_text, NULL);
        g_clear_pointer(&w->explained, check_result_free);
    } else if (w->explained != NULL) {
        result_action(w->explained, event, out);
    }
}

void explain_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    view_heading(view, _("Explain an error"), NULL);
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              _("Paste what you have: a line of Bird's flow log, the address of an error page, a "
                "page, cURL's output. It stays on this computer and is not shown."));
    view_blank(view);
    struct view_item *item = secret_view(w, view, ITEM_ERROR, _("Error"), w->error_text, NULL);
    item->settled = true;
    view->paste = ITEM_ERROR;
    view->focus = w->explained == NULL ? ITEM_ERROR : ITEM_CHECK;
    view_blank(view);
    if (w->explained != NULL) {
        g_autofree char *name = g_strdup_printf(_("This is the cause \"%s\" of perch-causes(7)."),
                                                cause_name(w->explained->diagnosis->cause));
        check_result_view(w->explained, view, ITEM_CHECK, true);
        view_text(view, ROLE_DIM, 2, name);
        result_keys(w->explained, view);
    }
    view_key(view, ACTION_NEXT, _("explain it"));
    view_key(view, ACTION_BACK, _("back"));
}
