/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

void step_preflight_enter(struct wizard *w, GArray *out)
{
    if (!list_ok(w, CHECKS_PREFLIGHT))
        list_start(w, CHECKS_PREFLIGHT, false, out);
}

void step_preflight_leave(struct wizard *w, GArray *out)
{
    list_cancel(w, CHECKS_PREFLIGHT, out);
}

/* What a host that is not Salesforce's own said of the org behind it. */
static void take_host(struct wizard *w, const GPtrArray *results)
{
    for (guint i = 0; results != NULL && i < results->len; i++) {
        const struct check_result *result = results->pdata[i];
        const char *url = json_get_string(result->evidence, "login_url");
        if (url == NULL)
            continue;
        connection_set(&w->connection->login_url, url);
        connection_set(&w->connection->address, url);
        connection_set(&w->address, url);
    }
}

void step_preflight_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out)
{
    (void)out;
    if (list != CHECKS_PREFLIGHT)
        return;
    take_host(w, w->lists[list].results);
    enum check_status status = check_results_status(w->lists[list].results);
    w->marks[STEP_PREFLIGHT] = !done ? MARK_WORKING : check_status_mark(status);
}

void step_preflight_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (list_action(w, CHECKS_PREFLIGHT, event, out))
        return;
    if (is_action(event, ACTION_KEYRING) && keyring_is_offered(w, CHECKS_PREFLIGHT, "keyring"))
        screen_open(w, SCREEN_KEYRING);
    else if (is_action(event, ACTION_RETRY))
        list_start(w, CHECKS_PREFLIGHT, false, out);
    else if (is_action(event, ACTION_NEXT) && list_ok(w, CHECKS_PREFLIGHT))
        wizard_go(w, STEP_APP, out);
    else if (is_action(event, ACTION_NEXT) && list_failed(w, CHECKS_PREFLIGHT))
        list_start(w, CHECKS_PREFLIGHT, true, out);
    else
        forward_action(w, event, out);
}

/* Once all have ended, what failed comes first: the page need not be scrolled to it. */
static void view_rows(const struct wizard *w, struct view *view, int focus)
{
    const GPtrArray *results = w->lists[CHECKS_PREFLIGHT].results;
    for (guint i = 0; results != NULL && i < 2 * results->len; i++) {
        const guint at = i % results->len;
        const struct check_result *result = results->pdata[at];
        const bool failed = result->status == CHECK_FAILED && !w->lists[CHECKS_PREFLIGHT].running;
        if (failed == (i < results->len))
            check_result_view(result, view, ITEM_CHECK + (int)at,
                              failed || focus == ITEM_CHECK + (int)at);
    }
}

void step_preflight_view(const struct wizard *w, struct view *view, int focus)
{
    const GPtrArray *results = w->lists[CHECKS_PREFLIGHT].results;
    g_autofree char *count = NULL;
    if (results != NULL)
        count = g_strdup_printf(ngettext("%u check", "%u checks", results->len), results->len);
    view_heading(view, _("Before we start"), count);
    view_blank(view);
    view_rows(w, view, focus);
    if (w->introduction != NULL) {
        view_blank(view);
        view_lines(view, ROLE_ACCENT, w->introduction);
    }
    view->busy = w->lists[CHECKS_PREFLIGHT].running;
    const struct check_result *keyring = list_find(w, CHECKS_PREFLIGHT, "keyring");
    bool no_keyring = keyring != NULL && keyring->status == CHECK_FAILED;
    bool offered = keyring_is_offered(w, CHECKS_PREFLIGHT, "keyring");
    view->failed = list_failed(w, CHECKS_PREFLIGHT) || offered; /* there is something to decide */
    if (list_ok(w, CHECKS_PREFLIGHT))
        view_key(view, ACTION_NEXT, no_keyring ? _("go on without a keyring") : _("go on"));
    if (offered)
        view_key(view, ACTION_KEYRING, keyring_key_label(w));
    view_key(view, ACTION_RETRY, _("again"));
    forward_keys(w, view);
    list_keys(w, CHECKS_PREFLIGHT, view, focus);
    view_key(view, ACTION_BACK, _("back"));
}
