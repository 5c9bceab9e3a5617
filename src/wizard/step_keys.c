/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/typed.h"
#include "perch/salesforce/setup_pages.h"
#include "perch/sheet/sheet.h"
#include "wizard_private.h"

/* A new app takes 2 to 10 minutes to be known everywhere; until then Salesforce calls its key
 * unknown. */
enum { PROBE_AGAIN_MS = 30 * 1000, KEY_MIN = 15 };

void step_keys_enter(struct wizard *w, GArray *out)
{
    (void)out;
    w->probe_skipped = false;
}

void step_keys_leave(struct wizard *w, GArray *out)
{
    w->probe_again_ms = 0;
    w->field = 0;
    w->show_secrets = false;
    list_cancel(w, CHECKS_PROBE, out);
}

void step_keys_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out)
{
    if (list != CHECKS_PROBE || !done)
        return;
    const struct check_result *key = list_find(w, CHECKS_PROBE, "consumer-key");
    w->marks[STEP_KEYS] = list_ok(w, CHECKS_PROBE) ? MARK_OK : MARK_FAILED;
    list_blame_secret(w, CHECKS_PROBE);
    if (key != NULL && key->diagnosis != NULL &&
        key->diagnosis->cause == CAUSE_CONSUMER_KEY_UNKNOWN && !w->no_input)
        w->probe_again_ms = w->now_ms + PROBE_AGAIN_MS;
    else if (wizard_goes_on(w, CHECKS_PROBE))
        wizard_log_in(w, out);
}

void step_keys_tick(struct wizard *w, GArray *out)
{
    if (w->probe_again_ms == 0 || w->now_ms < w->probe_again_ms || w->step != STEP_KEYS)
        return;
    w->probe_again_ms = 0;
    w->lists[CHECKS_PROBE].failed = 0; /* a countdown tells that it is asked again */
    list_start(w, CHECKS_PROBE, false, out);
}

static bool signs(const struct wizard *w)
{
    return connection_way(w->connection)->signs;
}

/* What the app logs in with, or as, besides its key. */
static enum wizard_item second_item(const struct wizard *w)
{
    return signs(w) ? ITEM_USERNAME : ITEM_CLIENT_SECRET;
}

static const char *secret_problem(const struct wizard *w)
{
    const Connection *c = w->connection;
    if (signs(w))
        return sheet_problem(c, SETTING_USERNAME, sheet_text(c, SETTING_USERNAME));
    if (strpbrk(secret_peek(w->client_secret), " \t\"'<>") != NULL)
        return _("A consumer secret has no spaces or quotes. Copy it again.");
    if (w->client_secret != NULL)
        return typed_problem(secret_peek(w->client_secret), TYPED_SECRET);
    return wizard_is_attended(w)
               ? NULL
               : _("Paste the app's consumer secret: client credentials need it.");
}

/* Told once for each value: who goes on with the same means it. Without a person nobody can; and
 * the org is asked about a key before anyone logs in, but cannot be about a secret. */
static const char *doubt(struct wizard *w, enum typed_kind kind, const char *value)
{
    const bool asked =
        kind == TYPED_KEY && (w->no_input || salesforce_url_is_local(w->connection->login_url));
    const char *problem = asked || w->logged_in ? NULL : typed_doubt(value, kind);
    if (problem == NULL || secret_equal_text(w->doubted[kind], value))
        return NULL;
    if (w->no_input)
        return _("Salesforce's consumer secrets have 64 characters, this one does not: a part is "
                 "missing, or too much was copied. Copy it again whole. If this is all of it, run "
                 "perch setup without --no-input.");
    g_autoptr(Secret) told = secret_new(value);
    secret_set(&w->doubted[kind], told);
    return problem;
}

static bool check_inputs(struct wizard *w)
{
    const char *key = w->connection->client_id;
    const char *problem = typed_problem(key, TYPED_KEY);
    if (key == NULL)
        problem = _("Paste the app's consumer key.");
    else if (problem == NULL && strlen(key) < KEY_MIN && strcmp(key, "PlatformCLI") != 0)
        problem = _("This is too short for a consumer key. Copy all of it.");
    if (problem == NULL)
        problem = doubt(w, TYPED_KEY, key);
    const char *second = secret_problem(w);
    if (second == NULL && !signs(w) && w->client_secret != NULL)
        second = doubt(w, TYPED_SECRET, secret_peek(w->client_secret));
    wizard_error(w, ITEM_CLIENT_ID, problem);
    wizard_error(w, (int)second_item(w), second);
    return w->errors[ITEM_CLIENT_ID] == NULL && w->errors[second_item(w)] == NULL;
}

bool step_keys_are_given(struct wizard *w)
{
    const Connection *c = w->connection;
    const bool no_key = c->client_id == NULL;
    /* Nobody has said that the app requires none, as its settings would. */
    const bool no_secret = !signs(w) && w->client_secret == NULL &&
                           c->app_values != APP_VALUES_NO_SECRET &&
                           (no_key || !wizard_is_attended(w));
    const struct {
        bool missing;
        const char *option;
    } options[] = {{step_org_domain_problem(w, w->address == NULL) != NULL, "--login-url"},
                   {no_key, "--client-id"},
                   {no_secret, "--client-secret-file"},
                   {signs(w) && c->run_as == NULL, "--username"}};
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        if (options[i].missing)
            g_ptr_array_add(names, (gpointer)(guintptr)options[i].option);
    const bool all = names->len == 0;
    g_ptr_array_add(names, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *text =
        g_strdup_printf(_("With --no-input these are missing: %s. See: perch help setup"), list);
    const bool fine = all && check_inputs(w);
    if (!fine && (!all || w->errors[ITEM_CLIENT_ID] == NULL)) /* the one line that is shown */
        wizard_error(w, ITEM_CLIENT_ID, all ? w->errors[second_item(w)] : text);
    w->changed |= !fine;
    return fine;
}

/* What the app logs in with, and as; owned by the caller. */
static Secret *credentials(const struct wizard *w)
{
    const char *parts[] = {w->connection->client_id, secret_peek(w->client_secret),
                           w->connection->run_as};
    g_autoptr(SecretBuf) buf = secret_buf_new();
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        secret_buf_add_form(buf, "", parts[i] == NULL ? "" : parts[i]);
    return secret_buf_to_secret(buf);
}

/* before: the credentials until now. Back at those of the stored login, it is good again. */
static void changed(struct wizard *w, Secret *before, GArray *out)
{
    g_autoptr(Secret) proven = secret_ref(w->logged_in ? before : w->proven);
    g_autoptr(Secret) now = credentials(w);
    w->changed = true;
    w->probe_again_ms = 0;
    list_forget(w, CHECKS_PROBE, out);
    wizard_forget_login(w, out);
    w->marks[STEP_KEYS] = MARK_OPEN;
    secret_set(&w->proven, proven);
    w->logged_in = secret_equal(proven, now);
    if (w->logged_in)
        w->marks[STEP_KEYS] = w->marks[STEP_AUTHORIZE] = w->marks[STEP_PROVE] = MARK_OK;
}

static void set_client_secret(struct wizard *w, const char *text)
{
    g_autoptr(WipedText) value = typed_value(text, TYPED_SECRET);
    g_autoptr(Secret) secret = *value == '\0' ? NULL : secret_new(value);
    secret_set(&w->client_secret, secret);
}

static void typed(struct wizard *w, int item, const char *text, GArray *out)
{
    g_autoptr(Secret) before = credentials(w);
    wizard_error(w, item, NULL);
    if (item == ITEM_CLIENT_ID) {
        g_autofree char *key = typed_value(text, TYPED_KEY);
        member_set(w, &w->connection->client_id, key);
    } else if (item == ITEM_CLIENT_SECRET) {
        set_client_secret(w, text);
    } else {
        sheet_edit(w->connection, SETTING_USERNAME, text);
    }
    g_autoptr(Secret) now = credentials(w);
    if (!secret_equal(before, now))
        changed(w, before, out);
}

static void next(struct wizard *w, GArray *out)
{
    if (!check_inputs(w))
        return;
    if (w->logged_in)
        wizard_go(w, STEP_AUTHORIZE, out);
    else if (list_ok(w, CHECKS_PROBE))
        wizard_log_in(w, out);
    else if (!w->lists[CHECKS_PROBE].running) {
        w->probe_again_ms = 0;
        list_start(w, CHECKS_PROBE, false, out);
    }
}

/* The app's page; the list of apps while its id is not known. */
static void open_app(const struct wizard *w, GArray *out)
{
    const struct setup_ids ids = {.app_id = w->connection->app_id};
    g_autofree char *url = setup_page_url(ids.app_id == NULL ? SETUP_PAGE_EXTERNAL_CLIENT_APPS
                                                             : SETUP_PAGE_EXTERNAL_CLIENT_APP,
                                          w->connection->login_url, &ids);
    if (url != NULL)
        effect_text(out, EFFECT_OPEN, url);
}

void step_keys_made(struct wizard *w, bool complete, GArray *out)
{
    wizard_go(w, STEP_KEYS, out);
    if (complete) {
        next(w, out);
        return;
    }
    w->field = ITEM_CLIENT_SECRET;
    open_app(w, out);
    wizard_error(w, ITEM_CLIENT_SECRET,
                 _("The app is there, but the org does not show its secret to programs. Copy it "
                   "from the app's page."));
}

void step_keys_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_INPUT) {
        typed(w, event->id, event->text, out);
    } else if (event->kind == VIEW_EVENT_LEAVE && w->connection->client_id != NULL) {
        check_inputs(w);
    } else if (is_action(event, ACTION_NEXT)) {
        next(w, out);
    } else if (is_action(event, ACTION_RETRY)) {
        list_forget(w, CHECKS_PROBE, out);
        next(w, out);
    } else if (is_action(event, ACTION_SHOW)) {
        w->show_secrets = !w->show_secrets;
    } else if (is_action(event, ACTION_SKIP) && list_failed(w, CHECKS_PROBE) && check_inputs(w)) {
        wizard_log_in(w, out);
    } else if (is_action(event, ACTION_OPEN) && list_focused(w, CHECKS_PROBE, event->id) == NULL) {
        open_app(w, out);
    } else {
        list_action(w, CHECKS_PROBE, event, out);
    }
}

static char *characters(gsize count)
{
    return g_strdup_printf(ngettext("%zu character", "%zu characters", count), count);
}

static void view_secret(const struct wizard *w, struct view *view)
{
    struct view_item *item =
        secret_view(w, view, ITEM_CLIENT_SECRET, _("Consumer secret"), w->client_secret,
                    w->client_secret == NULL && wizard_is_attended(w)
                        ? _("empty: only for an app that requires no secret")
                        : NULL);
    item->finds = true;
    if (w->client_secret != NULL)
        item->right = characters(secret_length(w->client_secret));
    item->settled = (w->client_secret != NULL || w->no_input) && item->error == NULL;
}

/* The private key is made by perch: only its certificate goes anywhere. */
static void view_key_pair(const struct wizard *w, struct view *view)
{
    const Connection *c = w->connection;
    struct view_item *item = input_view(w, view, ITEM_USERNAME, _("Username"), c->run_as,
                                        _("the user that the flow runs as"));
    item->settled = (c->run_as != NULL || w->no_input) && item->error == NULL;
    if (c->certificate == NULL)
        return;
    g_autofree char *file = connection_certificate_file(c);
    g_autofree char *ends = connection_certificate_end(c);
    g_autofree char *text = g_strdup_printf(_("The private key stays in the keyring. Upload its "
                                              "certificate in the app, as the App step "
                                              "says; it ends on %s:"),
                                            ends);
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0, text);
    view_text(view, ROLE_PLAIN, 2, file);
}

static void view_inputs(const struct wizard *w, struct view *view)
{
    const Connection *c = w->connection;
    struct view_item *item =
        input_view(w, view, ITEM_CLIENT_ID, _("Consumer key"), c->client_id, NULL);
    item->finds = true;
    if (c->client_id != NULL)
        item->right = characters(strlen(c->client_id));
    item->settled = c->client_id != NULL && item->error == NULL;
    if (signs(w))
        view_key_pair(w, view);
    else
        view_secret(w, view);
}

static void view_countdown(const struct wizard *w, struct view *view)
{
    if (w->probe_again_ms == 0)
        return;
    long long left = (long long)MAX(0, w->probe_again_ms - w->now_ms + 999) / 1000;
    g_autofree char *text = g_strdup_printf(
        _("A new app takes effect after 2 to 10 minutes. perch asks again in %lld:%02lld; you can "
          "leave this running."),
        left / 60, left % 60);
    view_text(view, ROLE_ACCENT, 0, text);
    view_blank(view);
}

void step_keys_view(const struct wizard *w, struct view *view, int focus)
{
    bool ok = list_ok(w, CHECKS_PROBE), failed = list_failed(w, CHECKS_PROBE);
    view->focus = w->field != 0                      ? w->field
                  : w->connection->client_id == NULL ? ITEM_CLIENT_ID
                                                     : (int)second_item(w);
    view_heading(view, signs(w) ? _("Consumer key and user") : _("Consumer key and secret"), NULL);
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              w->connection->app_kind == APP_CONNECTED
                  ? _("In App Manager: View › Manage Consumer Details. Salesforce e-mails you a "
                      "code first.")
                  : _("In the app: Settings › OAuth Settings › Consumer Key and Secret. Salesforce "
                      "e-mails you a code first."));
    view_blank(view);
    view_inputs(w, view);
    view_blank(view);
    view_countdown(w, view);
    list_view(w, CHECKS_PROBE, view, focus);
    view->busy = w->lists[CHECKS_PROBE].running;
    view->failed = failed;
    if (w->logged_in || !view->busy)
        view_key(view, ACTION_NEXT,
                 w->logged_in ? _("go on")
                 : ok         ? _(connection_way(w->connection)->begin)
                 : failed     ? _("ask again")
                              : _("ask Salesforce"));
    list_keys(w, CHECKS_PROBE, view, focus);
    if (failed)
        view_key(view, ACTION_SKIP, _("continue anyway"));
    if (failed)
        view_key(view, ACTION_RETRY, _("ask again"));
    if (!signs(w))
        view_key(view, ACTION_SHOW, w->show_secrets ? _("hide secret") : _("show secret"));
    view_key(view, ACTION_BACK, _("back"));
}
