/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

/* Whether the login is being revoked, or revoking it failed. */
static bool is_disowning(const struct wizard *w)
{
    return w->lists[CHECKS_DISOWN].running || w->lists[CHECKS_DISOWN].results != NULL;
}

void step_prove_enter(struct wizard *w, GArray *out)
{
    if (!w->code_new)
        return;
    w->code_new = false;
    w->stored = false; /* a code may become a token at any moment */
    list_start(w, CHECKS_PROVE, true, out);
}

bool step_prove_may_win(const struct wizard *w)
{
    const struct check_result *exchange = list_find(w, CHECKS_PROVE, "exchange");
    return w->lists[CHECKS_PROVE].running && (exchange == NULL || exchange->status != CHECK_FAILED);
}

void step_prove_leave(struct wizard *w, GArray *out)
{
    if (is_disowning(w) && wizard_is_attended(w))
        wizard_forget_login(w, out);
    list_forget(w, CHECKS_DISOWN, out);
}

void step_prove_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out)
{
    if (list == CHECKS_DISOWN && done && list_ok(w, CHECKS_DISOWN) && !wizard_is_attended(w)) {
        list_forget(w, CHECKS_DISOWN, out);
        w->former_ended = true;
        wizard_notice(w, _("The old refresh token is revoked."));
    } else if (list == CHECKS_DISOWN && done && list_ok(w, CHECKS_DISOWN)) {
        w->token_won = false;
        wizard_go(w, STEP_AUTHORIZE, out);
        wizard_notice(w, _("That login is revoked. Log out in the browser before the next one."));
    }
    if (list != CHECKS_PROVE)
        return;
    enum check_status status = check_results_status(w->lists[list].results);
    w->marks[STEP_PROVE] = !done ? MARK_WORKING : check_status_mark(status);
    const struct check_result *exchange = list_find(w, CHECKS_PROVE, "exchange");
    if (!wizard_is_attended(w) && exchange != NULL)
        w->marks[STEP_AUTHORIZE] = check_status_mark(exchange->status);
    /* Whoever made the app has logged in: there is no question of the wrong user. */
    if (done && wizard_goes_on(w, list) &&
        (!wizard_is_attended(w) || g_strcmp0(w->make.maker, w->connection->username) == 0)) {
        w->make.goes_on = false;
        wizard_go(w, STEP_TEST, out);
    }
}

/* Without a token, or with one that is dead already, only a new login helps. */
static bool has_token(const struct wizard *w)
{
    const struct check_result *exchange = list_find(w, CHECKS_PROVE, "exchange");
    const struct check_result *refreshed = list_find(w, CHECKS_PROVE, "refreshed");
    const bool dead = refreshed != NULL && refreshed->diagnosis != NULL &&
                      refreshed->diagnosis->cause == CAUSE_AUTHORIZATION_REVOKED;
    return exchange != NULL && exchange->status == CHECK_OK && !dead;
}

static bool store_failed(const struct wizard *w)
{
    static const char *const ids[] = {"stored", "refreshed"}; /* a refresh also stores */
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        const struct check_result *result = list_find(w, CHECKS_PROVE, ids[i]);
        if (result != NULL && result->status == CHECK_FAILED &&
            (i == 0 ||
             (result->diagnosis != NULL && result->diagnosis->exit == PERCH_EXIT_KEYRING)))
            return true;
    }
    return false;
}

static bool other_org(const struct wizard *w)
{
    const struct check_result *same = list_find(w, CHECKS_PROVE, "same-org");
    return same != NULL && same->status == CHECK_FAILED;
}

static void retry(struct wizard *w, GArray *out)
{
    const struct check_result *exchange = list_find(w, CHECKS_PROVE, "exchange");
    bool kept =
        exchange != NULL && exchange->diagnosis != NULL && exchange->diagnosis->retry == RETRY_NOW;
    if ((has_token(w) && !other_org(w)) || kept)
        list_start(w, CHECKS_PROVE, true, out);
    else
        wizard_log_in(w, out);
}

/* Whether it was proven in an earlier run of perch, so that there are no rows. */
static bool proven_before(const struct wizard *w)
{
    return w->logged_in && w->lists[CHECKS_PROVE].results == NULL;
}

/* Whether the connection still has the refresh token of another way to log in. */
static bool has_former(const struct wizard *w)
{
    const struct check_result *former = list_find(w, CHECKS_PROVE, "old-grant");
    return !wizard_is_attended(w) && list_ok(w, CHECKS_PROVE) && !w->former_ended &&
           former != NULL && former->status == CHECK_OK;
}

/* Rotation is on, and the person can turn it off: how to, and the login that has to follow. */
static const char *how_to_untick(const struct wizard *w)
{
    const struct check_result *rotation = list_find(w, CHECKS_PROVE, "rotation");
    return w->connection->rotation_box == ROTATION_FREE && rotation != NULL &&
                   rotation->diagnosis != NULL && rotation->diagnosis->fix->len > 0
               ? rotation->diagnosis->fix->pdata[0]
               : NULL;
}

/* Whether the person may reject the user who logged in: nothing is set up yet. Who an app runs as
 * that logs in by itself is not chosen by a login. */
static bool may_disown(const struct wizard *w)
{
    return wizard_is_attended(w) && list_ok(w, CHECKS_PROVE) && !w->reauthorize && w->stored &&
           w->connection->username != NULL;
}

static void disown_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (!list_action(w, CHECKS_DISOWN, event, out) && list_failed(w, CHECKS_DISOWN) &&
        (is_action(event, ACTION_NEXT) || is_action(event, ACTION_RETRY)))
        list_start(w, CHECKS_DISOWN, true, out);
}

static void disown_view(const struct wizard *w, struct view *view, int focus)
{
    view_heading(view, wizard_is_attended(w) ? _("Ending this login") : _("Ending the old login"),
                 NULL);
    view_blank(view);
    list_view(w, CHECKS_DISOWN, view, focus);
    view->busy = w->lists[CHECKS_DISOWN].running;
    view->failed = list_failed(w, CHECKS_DISOWN);
    if (view->failed)
        view_key(view, ACTION_RETRY, _("again"));
    list_keys(w, CHECKS_DISOWN, view, focus);
    if (!view->busy)
        view_key(view, ACTION_BACK, _("back"));
}

void step_prove_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (is_disowning(w)) {
        disown_event(w, event, out);
        return;
    }
    if (list_action(w, CHECKS_PROVE, event, out) || w->lists[CHECKS_PROVE].running)
        return;
    if (rotation_answered(w, event)) {
        if (w->connection->rotation_box == ROTATION_LOCKED) /* which has the way out */
            wizard_go(w, STEP_APP, out);
    } else if (is_action(event, ACTION_RETRY) && how_to_untick(w) != NULL) {
        wizard_log_in(w, out);
    } else if (is_action(event, ACTION_NEXT) && list_ok(w, CHECKS_PROVE) && w->reauthorize) {
        wizard_end(w, out);
    } else if ((is_action(event, ACTION_NEXT) || is_action(event, ACTION_TEST)) &&
               (list_ok(w, CHECKS_PROVE) || proven_before(w)))
        wizard_go(w, STEP_TEST, out);
    else if (is_action(event, ACTION_FORGET) && (may_disown(w) || has_former(w))) {
        if (has_former(w)) /* the new way first: nothing else works once the old one is gone */
            wizard_save(w, out);
        list_start(w, CHECKS_DISOWN, true, out);
    } else if (is_action(event, ACTION_NEXT) || is_action(event, ACTION_RETRY))
        retry(w, out);
    else if (is_action(event, ACTION_KEYRING) && keyring_is_offered(w, CHECKS_PROVE, "stored"))
        screen_open(w, SCREEN_KEYRING);
    else if (is_action(event, ACTION_KEEP) && other_org(w)) {
        effect_add(out, EFFECT_OTHER_ORG);
        list_start(w, CHECKS_PROVE, true, out);
    } else if (is_action(event, ACTION_KEEP) && store_failed(w)) {
        effect_add(out, EFFECT_KEEP_IN_MEMORY)->keep = true;
        w->memory_only = true;
        list_start(w, CHECKS_PROVE, true, out);
    }
}

void step_prove_view(const struct wizard *w, struct view *view, int focus)
{
    bool running = w->lists[CHECKS_PROVE].running;
    if (is_disowning(w)) {
        disown_view(w, view, focus);
        return;
    }
    view_heading(view, _("Proving the connection"), NULL);
    view_blank(view);
    list_view(w, CHECKS_PROVE, view, focus);
    view->busy = running;
    view->failed = list_failed(w, CHECKS_PROVE);
    if (proven_before(w)) {
        view_text(view, ROLE_PLAIN, 0,
                  _("This login was proven when it was made, and it is stored. perch doctor checks "
                    "everything again."));
        view_key(view, ACTION_NEXT, _("test record"));
        view_key(view, ACTION_RETRY, _("log in again"));
    } else if (list_ok(w, CHECKS_PROVE)) {
        if (how_to_untick(w) != NULL) /* what there is to do comes first */
            view_key(view, ACTION_RETRY, _("log in again"));
        view_key(view, ACTION_NEXT, w->reauthorize ? _("done") : _("test record"));
        if (w->reauthorize)
            view_key(view, ACTION_TEST, _("test record"));
        rotation_question(w, view);
        view->focus = ITEM_ROTATION; /* where it is asked, the cursor is on the answers */
        if (how_to_untick(w) != NULL) {
            view_blank(view);
            view_text(view, ROLE_PLAIN, 0, how_to_untick(w));
            view_text(view, ROLE_PLAIN, 0, _("Then press r to log in again."));
        }
        if (has_former(w)) {
            view_blank(view);
            view_text(view, ROLE_PLAIN, 0,
                      _("The old refresh token still works, for flows that have it. Once none "
                        "has, f revokes it."));
            view_key(view, ACTION_FORGET, _("revoke the old one"));
            view->asks = true;
        }
        if (may_disown(w)) {
            g_autofree char *who = text_clean(w->connection->username);
            view_blank(view);
            g_autofree char *text = g_strdup_printf(
                _("The connection works as %s. Wrong user? f revokes this login."), who);
            view_text(view, ROLE_PLAIN, 0, text);
            view_key(view, ACTION_FORGET, _("wrong user"));
            view->asks = true;
        }
    } else if (!running) {
        view_key(view, ACTION_RETRY,
                 has_token(w) && !other_org(w) ? _("again") : _("log in again"));
        if (other_org(w))
            view_key(view, ACTION_KEEP, _("yes, use this org and user"));
        if (store_failed(w))
            view_key(view, ACTION_KEEP, _("continue without storing"));
        if (keyring_is_offered(w, CHECKS_PROVE, "stored"))
            view_key(view, ACTION_KEYRING, keyring_key_label(w));
    }
    list_keys(w, CHECKS_PROVE, view, focus);
    view_key(view, ACTION_BACK, _("back"));
}
