/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/sheet/sheet.h"
#include "wizard_private.h"

/* Over the App step: perch makes the app, in the session of somebody who may. */

static const char *source(const struct wizard *w)
{
    return w->make.sources == NULL ? DEPLOYER_TOKEN : w->make.sources->pdata[w->make.source];
}

static bool is_token(const struct wizard *w)
{
    return strcmp(source(w), DEPLOYER_TOKEN) == 0;
}

static bool is_cli(const struct wizard *w)
{
    return strcmp(source(w), DEPLOYER_CLI) == 0;
}

/* Opens the source's session; that of an access token once there is one. */
static void ask_source(struct wizard *w, GArray *out)
{
    const char *org = is_cli(w) ? w->make.cli_org : NULL;
    connection_set(&w->make.whose, NULL);
    wizard_error(w, ITEM_DEPLOYER, NULL);
    wizard_error(w, ITEM_TOKEN, NULL);
    w->make.opening = !is_token(w) || w->make.token != NULL;
    w->make.asked_ms = w->now_ms;
    effect_secret(out, EFFECT_DEPLOYER, is_token(w) ? w->make.token : NULL);
    g_array_index(out, struct effect, out->len - 1).text =
        org == NULL ? g_strdup(source(w)) : g_strconcat(DEPLOYER_CLI, ":", org, NULL);
}

/* A connection is offered once it is seen that its user has the rights. */
static void offer(struct wizard *w, GArray *out)
{
    w->make.probing = !is_cli(w) && !is_token(w);
    ask_source(w, out);
}

static void pass_over(struct wizard *w, GArray *out)
{
    w->make.unfit = ++w->make.source;
    offer(w, out);
}

void make_screen_open(struct wizard *w, GArray *out)
{
    const Connection *c = w->connection;
    if (c->app_kind == APP_CONNECTED) {
        wizard_notice(w, _("Salesforce no longer lets anybody make Connected Apps. Choose the "
                           "External Client App."));
    } else if (c->client_id != NULL && g_strcmp0(c->app_key, c->client_id) != 0) {
        wizard_notice(w, _("This connection has a consumer key, so its app exists already. Enter "
                           "goes on with it."));
    } else if (step_org_has_domain(w, out)) {
        screen_open(w, SCREEN_MAKE);
        w->make.opening = true;
        w->make.asked_ms = w->now_ms;
        effect_add(out, EFFECT_DEPLOYER);
    }
}

static void close_screen(struct wizard *w, GArray *out)
{
    list_forget(w, CHECKS_MAKE, out);
    w->make.probing = false;
    secret_set(&w->make.token, NULL);
    connection_set(&w->make.whose, NULL);
    wizard_error(w, ITEM_DEPLOYER, NULL);
    wizard_error(w, ITEM_TOKEN, NULL);
    w->make.opening = false;
    w->make.reached = MAKE_NOTHING;
    effect_text(out, EFFECT_DEPLOYER, DEPLOYER_TOKEN); /* lets go of the session */
    screen_close(w);
}

/* ---- what it came to ---- */

/* Whether the app has a user whom perch can give a permission set. */
static bool has_user(const struct wizard *w)
{
    return !connection_way(w->connection)->attended && w->connection->run_as != NULL;
}

static bool gives_access(const struct wizard *w)
{
    return w->make.access && has_user(w);
}

/* The step before what is not sure: only what was seen to be done counts as done. */
static enum make_reached reached(const struct wizard *w)
{
    const struct check_result *deployed = list_find(w, CHECKS_MAKE, "deployed");
    const enum check_status status = deployed == NULL ? CHECK_WAITING : deployed->status;
    return status == CHECK_OK                                  ? MAKE_DONE
           : status == CHECK_RUNNING || status == CHECK_FAILED ? MAKE_SENT
                                                               : MAKE_NOTHING;
}

/* A key that no org has seen is no key. */
static void settle(struct wizard *w)
{
    if (w->make.stage != MAKE_CREATE && w->make.stage != MAKE_REPAIR)
        return;
    w->make.reached = reached(w);
    if (w->make.reached != MAKE_NOTHING || !w->make.new_key)
        return;
    connection_set(&w->connection->client_id, NULL);
    connection_set(&w->connection->app_key, NULL);
}

/* The app was made, the permission set is not assigned. */
static bool lacks_access(const struct wizard *w)
{
    const struct check_result *assigned = list_find(w, CHECKS_MAKE, "assigned");
    return w->make.stage == MAKE_CREATE && assigned != NULL && assigned->status != CHECK_OK;
}

static void run(struct wizard *w, enum make_stage stage, GArray *out)
{
    w->make.stage = stage;
    list_start(w, CHECKS_MAKE, false, out);
    g_array_index(out, struct effect, out->len - 1).code = (int)stage;
}

static bool wants_secret(const struct wizard *w)
{
    return !connection_way(w->connection)->signs &&
           w->connection->app_values != APP_VALUES_NO_SECRET;
}

/* The app is there: with what the org told of it, the set-up goes on by itself. */
static void go_on(struct wizard *w, GArray *out)
{
    const bool complete =
        (w->make.complete || !wants_secret(w)) && w->connection->client_id != NULL;
    list_forget(w, CHECKS_PROBE, out);
    wizard_forget_login(w, out);
    close_screen(w, out);
    w->make.goes_on = complete;
    step_keys_made(w, complete, out);
}

static guint differences(const struct wizard *w)
{
    const GPtrArray *rows = w->lists[CHECKS_MAKE].results;
    guint count = 0;
    for (guint i = 0; w->make.stage == MAKE_COMPARE && rows != NULL && i < rows->len; i++)
        count += ((const struct check_result *)rows->pdata[i])->status == CHECK_WARNING;
    return count;
}

static bool is(const struct check_result *row, enum check_status status)
{
    return row != NULL && row->status == status;
}

/* An app of that name that is another's is compared, and so is what the org made of a deploy. In
 * between the secret is read, by the org's switch only where the person said so. */
static void made(struct wizard *w, GArray *out)
{
    const struct check_result *secret = list_find(w, CHECKS_MAKE, "secret-back");
    const struct check_result *session = list_find(w, CHECKS_MAKE, "session");
    const struct check_result *name = list_find(w, CHECKS_MAKE, "name");
    const bool taken =
        is(name, CHECK_FAILED) && g_strcmp0(name->diagnosis->code, "app-exists") == 0;
    settle(w);
    w->make.complete = taken ? !wants_secret(w) : secret == NULL || secret->status == CHECK_OK;
    if (w->make.stage != MAKE_SECRET)
        w->make.compares =
            taken || (list_ok(w, CHECKS_MAKE) && is(list_find(w, CHECKS_MAKE, "parts"), CHECK_OK));
    if (session != NULL)
        connection_set(&w->make.maker, json_get_string(session->evidence, "username"));
    if (w->make.by_switch && w->make.stage != MAKE_SECRET && list_ok(w, CHECKS_MAKE) &&
        secret != NULL && json_get(secret->evidence, "switch") != NULL)
        run(w, MAKE_SECRET, out);
    else if (taken || (w->make.compares && list_ok(w, CHECKS_MAKE)))
        run(w, MAKE_COMPARE, out);
    else if (list_ok(w, CHECKS_MAKE))
        go_on(w, out);
}

static void judge_rights(struct wizard *w, GArray *out)
{
    const struct check_result *rights = list_find(w, CHECKS_MAKE, "rights");
    const bool fit = list_ok(w, CHECKS_MAKE) && rights->diagnosis == NULL;
    list_forget(w, CHECKS_MAKE, out);
    if (!fit) {
        pass_over(w, out);
        return;
    }
    w->make.probing = false;
    ask_source(w, out);
}

void step_app_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out)
{
    if (list != CHECKS_MAKE || !done)
        return;
    if (w->make.stage == MAKE_RIGHTS)
        judge_rights(w, out);
    else if (w->make.stage != MAKE_COMPARE && w->make.stage != MAKE_PUT_BACK)
        made(w, out);
    else if (list_ok(w, CHECKS_MAKE) && differences(w) == 0)
        go_on(w, out);
}

/* ---- events ---- */

/* Where the app belongs: where the login host is one for many orgs, the session names the org. */
static const char *org_of(const struct wizard *w)
{
    const char *login_url = w->connection->login_url;
    return w->make.whose != NULL && org_host_covers(login_url, w->make.org) ? w->make.org
                                                                            : login_url;
}

static void start(struct wizard *w, GArray *out)
{
    Connection *c = w->connection;
    g_autoptr(GError) error = NULL;
    const char *email = sheet_problem(c, SETTING_EMAIL, c->contact_email);
    wizard_error(w, ITEM_EMAIL, w->make.asks_email ? email : NULL);
    if (w->errors[ITEM_EMAIL] != NULL)
        return;
    if (org_of(w) != c->login_url) {
        connection_set(&c->login_url, w->make.org);
        connection_set(&c->address, w->make.org);
        connection_set(&w->address, w->make.org);
    }
    g_autoptr(GPtrArray) files = sheet_as_metadata(c, &error);
    if (files == NULL) {
        wizard_notice(w, error->message);
        return;
    }
    w->make.new_key = c->client_id == NULL;
    w->make.reached = MAKE_NOTHING;
    run(w, MAKE_CREATE, out);
}

void make_deployer(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    const Connection *from = event->connection;
    if (wizard_screen(w) != SCREEN_MAKE)
        return;
    w->make.opening = false;
    if (event->items != NULL) {
        g_clear_pointer(&w->make.sources, g_ptr_array_unref);
        w->make.sources = g_ptr_array_ref(event->items);
        w->make.source = w->make.unfit = 0;
        offer(w, out);
    } else if (w->make.probing && !event->done) {
        pass_over(w, out);
    } else if (w->make.probing) {
        w->make.opening = true;
        run(w, MAKE_RIGHTS, out);
    } else if (!event->done) {
        list_forget(w, CHECKS_MAKE, out);
        settle(w);
        wizard_error(w, is_token(w) ? ITEM_TOKEN : ITEM_DEPLOYER, event->text);
    } else {
        connection_set(&w->make.whose, event->text);
        connection_set(&w->make.org,
                       from->instance_url != NULL ? from->instance_url : from->login_url);
        w->make.asks_email |= w->connection->contact_email == NULL;
        if (w->connection->contact_email == NULL)
            connection_set(&w->connection->contact_email,
                           from->contact_email != NULL ? from->contact_email : from->username);
        if (is_token(w))
            start(w, out);
    }
}

static bool at_work(const struct wizard *w)
{
    return w->lists[CHECKS_MAKE].running && w->make.stage != MAKE_RIGHTS;
}

static void go_back(struct wizard *w, GArray *out)
{
    if (!at_work(w)) {
        close_screen(w, out);
        return;
    }
    settle(w);
    list_cancel(w, CHECKS_MAKE, out);
    if (w->make.stage == MAKE_SECRET)
        run(w, MAKE_PUT_BACK, out);
}

static void next(struct wizard *w, GArray *out)
{
    if (w->lists[CHECKS_MAKE].running || w->make.opening)
        return;
    if (w->make.reached == MAKE_DONE && !lacks_access(w)) {
        go_on(w, out);
    } else if (differences(w) > 0) {
        run(w, MAKE_REPAIR, out);
    } else if (is_token(w) && w->make.token == NULL) {
        wizard_error(w, ITEM_TOKEN, _("Paste an access token."));
    } else if (w->make.whose == NULL) {
        ask_source(w, out);
    } else {
        list_forget(w, CHECKS_MAKE, out);
        start(w, out);
    }
}

static void set_cli_org(struct wizard *w, const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    connection_set(&w->make.cli_org, *trimmed == '\0' ? NULL : trimmed);
    connection_set(&w->make.whose, NULL);
    wizard_error(w, ITEM_DEPLOYER, NULL);
}

static void set_token(struct wizard *w, const char *text)
{
    g_autoptr(WipedText) trimmed = g_strdup(text);
    char *end = trimmed;
    for (const char *p = trimmed; *p != '\0'; p++) /* copied from a terminal, broken into rows */
        if (!g_ascii_isspace(*p))
            *end++ = *p;
    *end = '\0';
    g_autoptr(Secret) secret = *trimmed == '\0' ? NULL : secret_new(trimmed);
    secret_set(&w->make.token, secret);
    connection_set(&w->make.whose, NULL);
    wizard_error(w, ITEM_TOKEN, NULL);
}

void make_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    const bool typed = event->kind == VIEW_EVENT_INPUT || event->kind == VIEW_EVENT_PASTE;
    if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_DEPLOYER) {
        list_forget(w, CHECKS_MAKE, out);
        w->make.probing = false;
        w->make.source = (guint)event->index;
        ask_source(w, out);
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_ACCESS) {
        w->make.access = event->index != 0;
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_READ_SECRET) {
        w->make.by_switch = event->index != 0;
    } else if (typed && event->id == ITEM_CLI_ORG) {
        set_cli_org(w, event->text);
    } else if (typed && event->id == ITEM_TOKEN) {
        set_token(w, event->text);
    } else if (typed && event->id == ITEM_EMAIL) {
        sheet_edit(w->connection, SETTING_EMAIL, event->text);
        wizard_error(w, ITEM_EMAIL, NULL);
    } else if (is_action(event, ACTION_BACK)) {
        go_back(w, out);
    } else if (is_action(event, ACTION_NEXT)) {
        next(w, out);
    } else {
        list_action(w, CHECKS_MAKE, event, out);
    }
}

/* ---- the view ---- */

static void view_sources(const struct wizard *w, struct view *view)
{
    if (w->make.sources == NULL)
        return;
    struct view_item *item = view_add(view, VIEW_CHOICE, ITEM_DEPLOYER, _("Session"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < w->make.sources->len; i++) {
        const char *name = w->make.sources->pdata[i];
        g_ptr_array_add(item->options,
                        strcmp(name, DEPLOYER_TOKEN) == 0 ? g_strdup(_("an access token"))
                        : strcmp(name, DEPLOYER_CLI) == 0 ? g_strdup(_("Salesforce's CLI"))
                        : i < w->make.unfit
                            ? g_strdup_printf(_("the connection %s, which may not do this"), name)
                            : g_strdup_printf(_("the connection %s"), name));
    }
    item->selected = (int)w->make.source;
    if (is_cli(w))
        input_view(w, view, ITEM_CLI_ORG, _("Org in it"), w->make.cli_org,
                   _("alias or username; empty for its default org"))
            ->settled = true;
    if (is_token(w)) {
        item = secret_view(w, view, ITEM_TOKEN, _("Access token"), w->make.token,
                           _("of an administrator; used now and kept nowhere"));
        item->settled = w->make.token != NULL && item->error == NULL;
        view->focus = ITEM_TOKEN;
        view->paste = ITEM_TOKEN;
    }
}

static void view_whose(const struct wizard *w, struct view *view)
{
    const char *problem = w->errors[ITEM_DEPLOYER];
    if (!w->make.opening && w->make.whose == NULL && problem == NULL)
        return;
    struct view_item *item = view_add(view, VIEW_CHECK, 0, _("As whom"));
    item->mark = w->make.opening ? MARK_WORKING : problem != NULL ? MARK_FAILED : MARK_OK;
    view_item_set(&item->value, w->make.opening   ? _("asking")
                                : problem != NULL ? problem
                                                  : w->make.whose);
    if (w->make.opening)
        item->right = g_strdup_printf("%.1f s", (double)(w->now_ms - w->make.asked_ms) / 1000.0);
}

static void view_question(const struct wizard *w, struct view *view)
{
    view->focus = ITEM_DEPLOYER;
    view_text(view, ROLE_PLAIN, 0,
              _("The session is an administrator's: it needs the permissions Modify Metadata "
                "Through Metadata API Functions, and Create, edit, and delete External Client "
                "Apps."));
    view_blank(view);
    view_sources(w, view);
    view_whose(w, view);
    if (w->make.asks_email)
        input_view(w, view, ITEM_EMAIL, _("Contact e-mail"), w->connection->contact_email,
                   _("of the app: Salesforce writes there"))
            ->settled = w->connection->contact_email != NULL && w->errors[ITEM_EMAIL] == NULL;
    if (wants_secret(w)) {
        struct view_item *item =
            view_add(view, VIEW_TOGGLE, ITEM_READ_SECRET,
                     _("to read the secret, turn the org's switch on and off again"));
        item->ticked = w->make.by_switch;
        item->settled = true;
    }
    if (has_user(w)) {
        g_autofree char *label = g_strdup_printf(
            _("make a permission set for %s and assign it, too"), w->connection->run_as);
        view_add(view, VIEW_TOGGLE, ITEM_ACCESS, label)->ticked = w->make.access;
    }
    view->busy = w->make.opening;
    view->asks = true;
}

/* What is true of the org now, and what to do. Owned by the caller. */
static char *end_text(const struct wizard *w)
{
    if (differences(w) > 0 && w->make.reached == MAKE_NOTHING)
        return g_strdup_printf(
            _("The org has an app named %s already, and these of its settings differ. Enter "
              "changes them; its names, key, secret and other callbacks and scopes stay."),
            w->connection->app_api_name);
    if (differences(w) > 0)
        return g_strdup(_("The app is there. The org keeps these of its settings as they were; "
                          "Enter goes on."));
    if (w->make.reached == MAKE_DONE && lacks_access(w))
        return g_strdup_printf(_("The app and its permission set are there; the set is not "
                                 "assigned. Enter tries again. To remove both: perch app %s "
                                 "--remove"),
                               w->connection->name);
    if (w->make.reached == MAKE_DONE)
        return g_strdup_printf(_("The app is there; Enter goes on with it. To remove it: perch app "
                                 "%s --remove"),
                               w->connection->name);
    if (w->make.reached == MAKE_SENT)
        return g_strdup(_("The org was asked to change the app, and its success was not seen. Look "
                          "at Setup › Deployment Status before you try again."));
    return g_strdup(_("Nothing was changed in the org."));
}

static void view_rows(const struct wizard *w, struct view *view, int focus)
{
    const bool running = w->lists[CHECKS_MAKE].running;
    g_autofree char *end = end_text(w);
    if (!running && w->make.stage == MAKE_COMPARE) {
        view_text(view, ROLE_ACCENT, 0, end);
        view_blank(view);
    }
    list_view(w, CHECKS_MAKE, view, focus);
    view->busy = running;
    view->failed = list_failed(w, CHECKS_MAKE);
    view->asks = !running;
    if (view->failed) {
        view_blank(view);
        view_text(view, ROLE_ACCENT, 0, end);
    }
    list_keys(w, CHECKS_MAKE, view, focus);
}

static void view_what(const struct wizard *w, struct view *view)
{
    const Connection *c = w->connection;
    g_autofree char *org = org_host_told(org_of(w));
    g_autofree char *app = g_strdup_printf(
        _("perch makes the External Client App %s (%s) in %s, with the settings of the App step."),
        c->app_name, c->app_api_name, org);
    g_autofree char *access = gives_access(w) ? sheet_access_announced(c) : NULL;
    const char *nothing = _("Nothing else in the org is changed.");
    const char *sentences[] = {app, access != NULL ? access : nothing,
                               access != NULL ? nothing : NULL, NULL};
    g_autofree char *text = g_strjoinv(" ", (char **)(guintptr)sentences);
    view_text(view, ROLE_PLAIN, 0, text);
    view_blank(view);
}

void make_screen_view(const struct wizard *w, struct view *view, int focus)
{
    const bool running = at_work(w), failed = list_failed(w, CHECKS_MAKE);
    const bool begun =
        running || (w->lists[CHECKS_MAKE].results != NULL && w->make.stage != MAKE_RIGHTS);
    view_heading(view, _("Make the app"), NULL);
    view_blank(view);
    if (!running && !w->make.opening)
        view_key(view, ACTION_NEXT,
                 w->make.reached == MAKE_DONE && !lacks_access(w) ? _("go on")
                 : differences(w) > 0                             ? _("change them")
                 : failed                                         ? _("try again")
                                                                  : _("make the app"));
    if (begun) {
        view_rows(w, view, focus);
    } else {
        view_what(w, view);
        view_question(w, view);
        if (w->make.reached != MAKE_NOTHING) {
            g_autofree char *end = end_text(w);
            view_blank(view);
            view_text(view, ROLE_ACCENT, 0, end);
        }
    }
    view_key(view, ACTION_BACK, running ? _("stop") : _("back"));
}
