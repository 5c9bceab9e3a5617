/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

/* Troubleshooting: every check of the connection as a row, with a diagnosis if it failed. */

static const struct check_result *first_failed(const struct wizard *w)
{
    const GPtrArray *results = w->lists[CHECKS_DOCTOR].results;
    for (guint i = 0; results != NULL && i < results->len; i++) {
        const struct check_result *result = results->pdata[i];
        if (result->status == CHECK_FAILED)
            return result;
    }
    return NULL;
}

/* Whether a new login is the fix: then one key starts it, and everything else is kept. */
static bool needs_login(const struct wizard *w)
{
    const struct check_result *failed = first_failed(w);
    return failed != NULL && failed->diagnosis != NULL &&
           failed->diagnosis->exit == PERCH_EXIT_AUTHORIZATION;
}

static void close_doctor(struct wizard *w, GArray *out)
{
    list_cancel(w, CHECKS_DOCTOR, out);
    if (w->doctor_only) {
        struct effect *effect = effect_add(out, EFFECT_QUIT);
        effect->code = wizard_exit(w);
        effect->home = true;
        return;
    }
    screen_close(w);
}

void doctor_screen_open(struct wizard *w, bool only, GArray *out)
{
    w->doctor_only = only;
    screen_open(w, SCREEN_DOCTOR);
    wizard_notice(w, NULL);
    list_start(w, CHECKS_DOCTOR, false, out);
}

void doctor_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    bool running = w->lists[CHECKS_DOCTOR].running;
    if (list_action(w, CHECKS_DOCTOR, event, out))
        return;
    if (is_action(event, ACTION_BACK)) {
        close_doctor(w, out);
    } else if (is_action(event, ACTION_NEXT) && !running && needs_login(w)) {
        screen_close(w);
        w->reauthorize = true;
        list_forget(w, CHECKS_DOCTOR, out);
        wizard_log_in(w, out);
    } else if (is_action(event, ACTION_NEXT) && !running && first_failed(w) == NULL) {
        close_doctor(w, out);
    } else if (is_action(event, ACTION_RETRY) || (is_action(event, ACTION_NEXT) && !running)) {
        list_start(w, CHECKS_DOCTOR, false, out);
    }
}

static char *count_checks(const struct wizard *w)
{
    const GPtrArray *results = w->lists[CHECKS_DOCTOR].results;
    guint failed = 0;
    for (guint i = 0; results != NULL && i < results->len; i++)
        failed += ((const struct check_result *)results->pdata[i])->status == CHECK_FAILED;
    return results == NULL ? NULL
                           : g_strdup_printf(_("%u checks, %u failed"), results->len, failed);
}

void doctor_screen_view(const struct wizard *w, struct view *view, int focus)
{
    bool running = w->lists[CHECKS_DOCTOR].running;
    g_autofree char *count = count_checks(w);
    view_heading(view, w->connection->name, count);
    view_blank(view);
    list_view(w, CHECKS_DOCTOR, view, focus);
    view->busy = running;
    view->failed = list_failed(w, CHECKS_DOCTOR);
    view->retries = first_failed(w) != NULL && !needs_login(w);
    if (!running)
        view_key(view, ACTION_NEXT,
                 needs_login(w)            ? _("re-authorize")
                 : first_failed(w) != NULL ? _("check again")
                                           : _("done"));
    view_key(view, ACTION_RETRY, _("again"));
    list_keys(w, CHECKS_DOCTOR, view, focus);
    view_key(view, ACTION_BACK, _("back"));
}
