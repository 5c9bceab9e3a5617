/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard-private.h"

/* An error from anywhere, pasted: Bird's flow log, a page, an address, cURL's output. */

static void explain_text(struct wizard *w)
{
    struct failure failure;
    const char *text = secret_peek(w->error_text);
    g_clear_pointer(&w->explained, diagnosis_free);
    if (*text == '\0')
        return;
    if (explain_paste(&failure, text, strlen(text), STAGE_ANY, 0))
        w->explained = explain(&failure);
    else
        wizard_notice(w, _("What you pasted shows a success, and nothing that failed."));
    failure_clear(&failure);
}

static void set_text(struct wizard *w, const char *text)
{
    g_autoptr(Secret) secret = *text == '\0' ? NULL : secret_new(text);
    secret_set(&w->error_text, secret);
}

void wizard_open_explain(struct wizard *w)
{
    w->explaining = true;
    w->screen++;
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
        w->explaining = false;
        w->screen++;
        secret_set(&w->error_text, NULL);
        g_clear_pointer(&w->explained, diagnosis_free);
    } else if (is_action(event, ACTION_COPY) && w->explained != NULL) {
        g_autoptr(Secret) text = diagnosis_text(w->explained, NULL);
        effect_secret(out, EFFECT_COPY, text);
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
    view->focus = ITEM_ERROR;
    view_blank(view);
    if (w->explained != NULL) {
        struct check_result result = {.id = "explained",
                                      .title = cause_name(w->explained->cause),
                                      .status = CHECK_FAILED,
                                      .milliseconds = -1,
                                      .summary = w->explained->code,
                                      .diagnosis = w->explained};
        check_result_view(&result, view, ITEM_CHECK, true);
        view_key(view, ACTION_COPY, _("copy fix"));
    }
    view_key(view, ACTION_NEXT, _("explain it"));
    view_key(view, ACTION_BACK, _("back"));
}
