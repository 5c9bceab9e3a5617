/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

static void begin(struct wizard *w, GArray *out)
{
    if (!wizard_is_attended(w)) { /* the app logs in by itself, and the proof begins with that */
        wizard_forget_login(w, out);
        w->code_new = true;
        wizard_go(w, STEP_PROVE, out);
        return;
    }
    w->login_begun = true;
    list_clear(w, CHECKS_LOGIN);
    g_clear_pointer(&w->login_url, g_free);
    secret_set(&w->paste, NULL);
    wizard_error(w, ITEM_PASTE, NULL);
    w->marks[STEP_AUTHORIZE] = MARK_WORKING;
    effect_add(out, EFFECT_LOGIN);
}

/* Merely visiting this step begins no login: the proven one stays. */
void step_authorize_enter(struct wizard *w, GArray *out)
{
    list_clear(w, CHECKS_LOGIN);
    w->login_begun = false;
    const bool wanted = w->login_wanted;
    w->login_wanted = false;
    if (wanted)
        begin(w, out);
}

void step_authorize_leave(struct wizard *w, GArray *out)
{
    w->login_waiting = false;
    if (w->marks[STEP_AUTHORIZE] == MARK_WORKING)
        w->marks[STEP_AUTHORIZE] = MARK_OPEN;
    effect_add(out, EFFECT_LOGIN_STOP);
}

enum { REFUSED_MOST = 50 };

/* Whether no login is running and none has failed. */
static bool is_idle(const struct wizard *w)
{
    return !w->login_begun && !list_failed(w, CHECKS_LOGIN);
}

/* The content of the paste field; it may contain a code, so it is a secret. */
static void set_paste(struct wizard *w, const char *text)
{
    g_autoptr(Secret) secret = *text == '\0' ? NULL : secret_new(text);
    secret_set(&w->paste, secret);
    wizard_error(w, ITEM_PASTE, NULL);
}

static void use_paste(struct wizard *w, GArray *out)
{
    if (w->paste != NULL && w->login_url != NULL)
        effect_secret(out, EFFECT_PASTE, w->paste);
}

static void again(struct wizard *w, GArray *out)
{
    if (!w->login_waiting) {
        begin(w, out);
        return;
    }
    list_clear(w, CHECKS_LOGIN);
    effect_add(out, EFFECT_BROWSER);
}

void step_authorize_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_PASTE) {
        set_paste(w, event->text);
        use_paste(w, out);
    } else if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_PASTE)
        set_paste(w, event->text);
    else if (is_action(event, ACTION_NEXT) && w->login_waiting && w->paste != NULL)
        use_paste(w, out);
    else if (is_action(event, ACTION_NEXT) && is_idle(w) &&
             (w->logged_in || w->lists[CHECKS_PROVE].running))
        wizard_go(w, STEP_PROVE, out);
    else if (is_action(event, ACTION_NEXT) && w->login_waiting)
        /* An impatient Enter would end the address that a slow browser just got, and one after a
         * paste would hide what the paste was told. */
        wizard_notice(w, _("perch is waiting for your login; r opens the browser again."));
    else if (is_action(event, ACTION_RETRY) || is_action(event, ACTION_NEXT))
        again(w, out);
    else if (is_action(event, ACTION_COPY) && event->id != ITEM_CHECK && w->login_waiting) {
        g_autoptr(Secret) text = secret_new(w->login_url);
        effect_secret(out, EFFECT_COPY, text);
    } else if (is_action(event, ACTION_WRITE) && event->id != ITEM_CHECK && w->login_waiting)
        effect_text(out, EFFECT_WRITE, w->login_url);
    else if (list_failed(w, CHECKS_LOGIN))
        list_action(w, CHECKS_LOGIN, event, out);
}

/* ---- progress of the login ---- */

static void end(struct wizard *w, GArray *out)
{
    if (w->login_waiting)
        effect_add(out, EFFECT_LOGIN_STOP);
    w->login_begun = w->login_waiting = false;
    w->marks[STEP_AUTHORIZE] = MARK_FAILED;
}

/* Shows the step's single row; takes ownership of result. */
static void show(struct wizard *w, struct check_result *result)
{
    list_clear(w, CHECKS_LOGIN);
    w->lists[CHECKS_LOGIN].results =
        g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    g_ptr_array_add(w->lists[CHECKS_LOGIN].results, result);
}

static void show_failure(struct wizard *w, const struct failure *failure)
{
    show(w, failure_result(w, "login", _("Login"), failure, w->connection->login_url));
}

/* An answer led to no login. Anybody who knows the address can send one, so only very many of them
 * end the login. */
static void refuse(struct wizard *w, GArray *out)
{
    secret_set(&w->paste, NULL);
    if (++w->login_refused >= REFUSED_MOST)
        end(w, out);
}

void login_failed(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    if (event->items != NULL)
        show(w, check_result_copy(event->items->pdata[0]));
    else
        show_failure(w, event->failure);
    if (w->login_waiting)
        refuse(w, out);
    else
        end(w, out);
}

/* Whether Salesforce accepted the app but not this code: another code may be the right one. */
static bool is_refused_code(const struct check_result *exchange)
{
    static const enum cause of_app[] = {CAUSE_CONSUMER_KEY_UNKNOWN, CAUSE_CONSUMER_SECRET_WRONG};
    if (exchange == NULL || exchange->status != CHECK_FAILED || exchange->diagnosis == NULL)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(of_app); i++)
        if (exchange->diagnosis->cause == of_app[i])
            return false;
    return exchange->diagnosis->exit == PERCH_EXIT_AUTHORIZATION ||
           exchange->diagnosis->exit == PERCH_EXIT_APP;
}

void login_unproven(struct wizard *w, GArray *out)
{
    const struct check_result *exchange = list_find(w, CHECKS_PROVE, "exchange");
    bool here = w->step == STEP_PROVE || w->step == STEP_AUTHORIZE;
    bool goes_on = here && wizard_is_attended(w) && is_refused_code(exchange);
    if (goes_on) {
        struct check_result *row = check_result_copy(exchange);
        row->id = "login";
        row->title = _("Login");
        wizard_forget_login(w, out);
        if (w->step == STEP_PROVE)
            wizard_go(w, STEP_AUTHORIZE, out);
        show(w, row);
        w->login_begun = w->login_waiting = true;
        w->marks[STEP_AUTHORIZE] = MARK_WORKING;
    }
    effect_add(out, EFFECT_LOGIN_FAILED)->keep = goes_on;
    if (goes_on)
        refuse(w, out);
}

void login_started(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    g_free(w->login_url);
    w->login_url = g_strdup(event->text);
    w->login_port = event->port;
    w->login_addresses = event->addresses;
    w->login_seconds = event->number;
    w->login_started_ms = event->now_ms;
    w->login_waiting = true;
    list_clear(w, CHECKS_LOGIN);
    g_clear_pointer(&w->browser_problem, g_free);
    w->login_other = false;
    w->login_refused = 0;
}

void login_code(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)event;
    if (w->step != STEP_AUTHORIZE)
        return;
    w->login_waiting = false;
    if (w->lists[CHECKS_LOGIN].results !=
        NULL) { /* an earlier refusal is shown but has no further effect */
        struct check_result *refused = w->lists[CHECKS_LOGIN].results->pdata[0];
        refused->status = CHECK_WARNING;
    }
    wizard_forget_login(w, out);
    w->marks[STEP_AUTHORIZE] = MARK_OK;
    w->code_new = w->login_came = true;
    wizard_go(w, STEP_PROVE, out);
}

/* The time is up: show the known failure, or else that none is known. */
static void login_late(struct wizard *w)
{
    struct failure failure;
    if (list_failed(w, CHECKS_LOGIN)) /* it is already shown */
        return;
    if (w->login_other)
        failure_own(&failure, STAGE_AUTHORIZE, "state-mismatch",
                    _("An answer came, but it belongs to another login."));
    else if (w->browser_problem != NULL)
        failure_own(&failure, STAGE_AUTHORIZE, "no-browser",
                    _("There was no browser, and no address was pasted in time."));
    else
        failure_own(&failure, STAGE_AUTHORIZE, "timeout",
                    _("The login was not completed in time."));
    show_failure(w, &failure);
    failure_clear(&failure);
}

void step_authorize_tick(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    w->login_other = w->login_other || event->done;
    if (w->login_waiting && w->step == STEP_AUTHORIZE &&
        w->now_ms - w->login_started_ms > w->login_seconds * 1000) {
        login_late(w);
        end(w, out);
    }
}

void login_paste_problem(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    w->login_other = w->login_other || event->done;
    wizard_error(w, ITEM_PASTE, event->text);
}

/* The field is emptied: Enter after a paste is a habit, and would use what is in doubt. */
void login_paste_again(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    secret_set(&w->paste, NULL);
    wizard_error(w, ITEM_PASTE, event->text);
}

void login_browser_problem(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    g_free(w->browser_problem);
    w->browser_problem = g_strdup(event->text);
}

/* ---- what it shows ---- */

static void view_waiting(const struct wizard *w, struct view *view)
{
    view_lines(view, ROLE_PLAIN,
               w->browser_problem != NULL
                   ? w->browser_problem
                   : _("Your browser should show Salesforce's login page. If not, open this "
                       "address (c copies it, w writes it to a file):"));
    view_blank(view);
    struct view_item *item = view_add(view, VIEW_ADDRESS, 0, NULL);
    view_item_set(&item->value, w->login_url);
    view_blank(view);
    item = view_add(view, VIEW_CHECK, 0, NULL);
    item->mark = MARK_WORKING;
    item->label = w->login_port == 0
                      ? g_strdup(_("Not listening: paste the address the browser ends up on"))
                      : g_strdup_printf(_("Listening on http://localhost:%u (%s)"), w->login_port,
                                        w->login_addresses);
    item->waits = g_strdup(_("Waiting for the login in your browser …"));
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              _("Or paste here the address the browser ends up on, or the code:"));
    item = secret_view(w, view, ITEM_PASTE, _("Paste"), w->paste, NULL);
    item->settled = item->finds = true;
    view_blank(view);
    view_text(view, ROLE_DIM, 0,
              _("Stuck on a Salesforce error page? Paste its address: perch reads the reason from "
                "it."));
    view->paste = ITEM_PASTE;
    view->code = g_strdup(w->login_url);
    view->code_text = _(
        "Scan this with a phone and log in there. The phone cannot reach perch on this computer: "
        "copy the address that its browser ends up on, even if that page does not open, and paste "
        "it here.");
}

static void view_idle(const struct wizard *w, struct view *view)
{
    if (w->logged_in) {
        struct view_item *item = view_add(view, VIEW_CHECK, 0, _("Logged in"));
        item->mark = MARK_OK;
        item->value = text_clean(w->connection->username);
        view_blank(view);
        view_text(view, ROLE_PLAIN, 0,
                  w->memory_only
                      ? _("This login is proven, but not stored: its tokens are in memory until "
                          "perch ends.")
                      : _("This login is proven and stored. It stays as it is unless you log in "
                          "again."));
        view_key(view, ACTION_NEXT, _("go on"));
        view_key(view, ACTION_RETRY, _("log in again"));
    } else if (w->lists[CHECKS_PROVE].running) {
        g_autofree char *text =
            g_strdup_printf(_("The login has arrived; step %d is proving it now."), STEP_PROVE + 1);
        view_text(view, ROLE_PLAIN, 0, text);
        view_key(view, ACTION_NEXT, _("see the proof"));
        view_key(view, ACTION_RETRY, _("log in again"));
    } else {
        g_autofree char *failed = g_strdup_printf(
            _("The last login failed its proof; step %d says why."), STEP_PROVE + 1);
        view_text(view, ROLE_PLAIN, 0,
                  list_failed(w, CHECKS_PROVE) ? failed : _("Nobody has logged in yet."));
        view_text(view, ROLE_PLAIN, 0,
                  wizard_is_attended(w)
                      ? _("Enter opens Salesforce's login page in your browser.")
                      : _("No browser is needed: the app logs in with its key and secret."));
        view_key(view, ACTION_NEXT, _(connection_way(w->connection)->begin));
    }
    view_key(view, ACTION_BACK, _("back"));
}

void step_authorize_view(const struct wizard *w, struct view *view, int focus)
{
    bool failed = list_failed(w, CHECKS_LOGIN);
    g_autofree char *time = NULL;
    if (w->login_waiting) {
        long long s = (long long)MAX(0, w->now_ms - w->login_started_ms) / 1000;
        long long left = MAX(0, (long long)w->login_seconds - s);
        time = g_strdup_printf(_("waiting %lld:%02lld · %lld:%02lld left"), s / 60, s % 60,
                               left / 60, left % 60);
    }
    view->busy = w->login_waiting || (w->login_begun && w->login_url == NULL);
    view->failed = !view->busy && !is_idle(w);
    view_heading(view, _(connection_way(w->connection)->heading), time);
    view_blank(view);
    if (failed && w->login_waiting)
        view_text(view, ROLE_PLAIN, 0,
                  _("This answer led to no login. perch goes on waiting for yours."));
    if (failed)
        list_view(w, CHECKS_LOGIN, view, focus);
    else if (is_idle(w)) {
        view_idle(w, view);
        return;
    }
    if (failed && w->login_waiting)
        view_blank(view);
    if (w->login_waiting && w->introduction != NULL) {
        view_lines(view, ROLE_ACCENT, w->introduction);
        view_blank(view);
    }
    if (w->login_waiting)
        view_waiting(w, view);
    bool row_keys = failed && (!w->login_waiting || focus == ITEM_CHECK);
    const bool refused = failed && w->login_waiting;
    if (!w->login_waiting)
        view_key(view, ACTION_NEXT, _("open browser again"));
    else if (w->paste != NULL)
        view_key(view, ACTION_NEXT, _("use what you pasted"));
    if (refused)
        view_key(view, ACTION_RETRY, _("fixed: open again"));
    if (refused && w->paste == NULL)
        view_key(view, ACTION_NEXT, _("go on waiting"));
    if (row_keys)
        list_keys(w, CHECKS_LOGIN, view, focus);
    else if (failed && list_focused(w, CHECKS_LOGIN, focus)->page_url != NULL)
        view_key(view, ACTION_OPEN, _("open Setup page"));
    if (w->login_waiting && w->paste == NULL && !row_keys)
        view_key(view, ACTION_COPY, _("copy address"));
    if (!refused)
        view_key(view, ACTION_RETRY, _("open again"));
    if (w->login_waiting)
        view_key(view, ACTION_WRITE, _("to file"));
    view_key(view, ACTION_BACK, _("back"));
}
