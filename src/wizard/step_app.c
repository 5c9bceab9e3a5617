/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/salesforce/setup_pages.h"
#include "perch/sheet/sheet.h"
#include "wizard_private.h"

/* The App step: the sheet's rows, to enter in Setup and tick off one by one. */

static bool is_setting(int id)
{
    return id >= ITEM_SETTING && id < ITEM_SETTING + SETTING_COUNT;
}

static enum setting setting_of(int id)
{
    return (enum setting)(id - ITEM_SETTING);
}

/* The probe of consumer key and callbacks was made with other values. */
static void forget_probe(struct wizard *w, GArray *out)
{
    w->changed = true;
    list_forget(w, CHECKS_PROBE, out);
}

static void tick(struct wizard *w, int id)
{
    sheet_tick(w->connection, setting_of(id));
    w->changed = true;
}

static void choose(struct wizard *w, enum app_values values, enum app_kind kind, GArray *out)
{
    const enum login before = connection_login(w->connection);
    if (values == w->connection->app_values && kind == w->connection->app_kind)
        return;
    sheet_choose(w->connection, values, kind);
    if (connection_login(w->connection) != before) {
        wizard_forget_login(w, out);
        wizard_forget_tests(w, out);
    }
    wizard_notice(w, sheet_values_hint(values));
    forget_probe(w, out);
}

static void turn_values(struct wizard *w, int by, GArray *out)
{
    const enum login login = connection_login(w->connection);
    int values = (int)w->connection->app_values;
    do
        values = (values + by + APP_VALUES_COUNT) % APP_VALUES_COUNT;
    while (app_values_login((enum app_values)values) != login);
    choose(w, (enum app_values)values, w->connection->app_kind, out);
}

static void choose_login(struct wizard *w, enum login login, GArray *out)
{
    if (login != connection_login(w->connection))
        choose(w, login_way(login)->values, w->connection->app_kind, out);
}

static void copy(struct wizard *w, int id, GArray *out)
{
    g_autofree char *text = sheet_value(w->connection, setting_of(id));
    g_autoptr(Secret) secret = secret_new(text);
    effect_secret(out, EFFECT_COPY, secret);
}

static enum setup_page page_of(const struct wizard *w, int id)
{
    return sheet_page(w->connection, is_setting(id) ? setting_of(id) : SETTING_NAME);
}

static void open_page(struct wizard *w, int id, GArray *out)
{
    g_autofree char *url = setup_page_url(page_of(w, id), w->connection->login_url, NULL);
    if (url != NULL)
        effect_text(out, EFFECT_OPEN, url);
    else
        wizard_notice(w, _("The org's own address is not known. Open Setup in your browser."));
}

static bool can_edit(const struct wizard *w, int id)
{
    return is_setting(id) && sheet_can_edit(w->connection, setting_of(id));
}

void step_app_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    const Connection *c = w->connection;
    if (event->kind == VIEW_EVENT_SELECT && is_setting(event->id))
        tick(w, event->id);
    else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_APP_KIND)
        choose(w, c->app_values, event->index == 1 ? APP_CONNECTED : APP_EXTERNAL_CLIENT, out);
    else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_LOGIN)
        choose_login(w, (enum login)event->index, out);
    else if (rotation_answered(w, event))
        return;
    else if (is_action(event, ACTION_COPY) && is_setting(event->id))
        copy(w, event->id, out);
    else if (is_action(event, ACTION_OPEN))
        open_page(w, event->id, out);
    else if (is_action(event, ACTION_EDIT) && can_edit(w, event->id))
        setting_editor_open(w, (int)setting_of(event->id));
    else if (is_action(event, ACTION_MAKE))
        make_screen_open(w, out);
    else if (is_action(event, ACTION_FOLLOWING))
        turn_values(w, 1, out);
    else if (is_action(event, ACTION_PREVIOUS))
        turn_values(w, -1, out);
    else if (is_action(event, ACTION_NEXT) && step_org_has_domain(w, out))
        wizard_go(w, STEP_KEYS, out);
}

/* ---- the view ---- */

static char *note_of(const struct wizard *w, enum setting setting)
{
    const char *differs = sheet_differs(w->connection, setting);
    return differs == NULL ? g_strdup_printf(_("Why: %s %s"), sheet_why(w->connection, setting),
                                             sheet_without(w->connection, setting))
                           : g_strdup_printf(_("Why: %s %s %s"), sheet_why(w->connection, setting),
                                             sheet_without(w->connection, setting), differs);
}

static void view_setting(const struct wizard *w, struct view *view, enum setting setting)
{
    const Connection *c = w->connection;
    if (!sheet_has(c, setting))
        return;
    const char *group = sheet_group(c, setting);
    if (group != NULL)
        view_text(view, ROLE_TITLE, 0, group);
    struct view_item *item =
        view_add(view, VIEW_SETTING, ITEM_SETTING + (int)setting, sheet_label(c, setting));
    view_item_take(&item->value, sheet_value(c, setting));
    view_item_take(&item->note, note_of(w, setting));
    item->ticked = sheet_is_ticked(c, setting);
    if (setting == SETTING_EMAIL && c->contact_email == NULL)
        item->role = ROLE_DIM;
}

/* Which way to choose, and why. Owned by the caller. */
static char *advice(const Connection *c)
{
    if (connection_changes_way(c))
        return g_strdup(
            _("What is not marked as done below differs from what the app had. Until the new "
              "login is proven, the old one stays as it is."));
    if (connection_way(c)->signs)
        return g_strdup(_("The flow holds a private key and signs with it: for a function or a "
                          "program, as Flow Builder's own steps cannot sign. No secret is shared, "
                          "nothing rotates, and nothing expires with a person's password."));
    if (!connection_way(c)->attended)
        return g_strdup(_("The flow holds no refresh token: nothing rotates, and nothing expires "
                          "with a person's password. One user, Run As below, does everything."));
    return sheet_advice(c);
}

void rotation_question(const struct wizard *w, struct view *view)
{
    static const char *const answers[ROTATION_BOX_COUNT] = {
        [ROTATION_NOT_SEEN] = N_("I have not looked yet"),
        [ROTATION_FREE] = N_("yes"),
        [ROTATION_LOCKED] = N_("no, it is greyed out"),
    };
    if (w->connection->rotation == 0 || !wizard_is_attended(w))
        return;
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0, _("Enable Refresh Token Rotation is ticked in this app."));
    struct view_item *item = view_add(view, VIEW_CHOICE, ITEM_ROTATION, _("Can you untick it?"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < ROTATION_BOX_COUNT; i++)
        g_ptr_array_add(item->options, g_strdup(_(answers[i])));
    item->selected = (int)w->connection->rotation_box;
    item->settled = item->stays = true;
}

bool rotation_answered(struct wizard *w, const struct view_event *event)
{
    if (event->kind != VIEW_EVENT_SELECT || event->id != ITEM_ROTATION)
        return false;
    w->connection->rotation_box = (enum rotation_box)event->index;
    w->changed = true;
    return true;
}

/* The answer that rotation is locked leads here: the way out of it is still to be chosen. */
static bool is_elsewhere(const Connection *c)
{
    return c->rotation_box == ROTATION_LOCKED && sheet_recommends(c) != connection_login(c);
}

static void view_logins(const struct wizard *w, struct view *view)
{
    struct view_item *item =
        view_add(view, VIEW_CHOICE, ITEM_LOGIN, _("How should the flow log in?"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < LOGIN_COUNT; i++)
        g_ptr_array_add(item->options, g_strdup(_(login_way((enum login)i)->title)));
    item->selected = (int)connection_login(w->connection);
    item->settled = item->stays = true;
    g_autofree char *text = advice(w->connection);
    view_text(view, ROLE_DIM, 0, text);
    if (is_elsewhere(w->connection)) {
        g_autofree char *how =
            g_strdup_printf(_("Not chosen yet: move to %s with ↓, then press Space."),
                            _(login_way(sheet_recommends(w->connection))->title));
        view_text(view, ROLE_PLAIN, 0, how);
    }
    view_blank(view);
}

static void view_choices(const struct wizard *w, struct view *view)
{
    const Connection *c = w->connection;
    struct view_item *item = view_add(view, VIEW_CHOICE, ITEM_APP_KIND, _("App"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->options, g_strdup(_("External Client App (new)")));
    g_ptr_array_add(item->options, g_strdup(_("I already have a Connected App")));
    item->selected = c->app_kind == APP_CONNECTED ? 1 : 0;
    item->settled = item->stays = true;
}

static void view_keys(const struct wizard *w, struct view *view, int focus)
{
    view_key(view, ACTION_NEXT, _("next"));
    if (w->connection->app_kind != APP_CONNECTED)
        view_key(view, ACTION_MAKE, _("make it"));
    view_key(view, ACTION_COPY, _("copy"));
    if (can_edit(w, focus == 0 ? view->focus : focus))
        view_key(view, ACTION_EDIT, _("change"));
    view_key(view, ACTION_OPEN, _("open"));
    view_key(view, ACTION_BACK, _("back"));
    if (wizard_is_attended(w)) {
        view_key(view, ACTION_FOLLOWING, _("values"));
        view_key(view, ACTION_PREVIOUS, _("values"));
    }
}

void step_app_view(const struct wizard *w, struct view *view, int focus)
{
    const Connection *c = w->connection;
    view->focus = is_elsewhere(c) ? ITEM_LOGIN : ITEM_SETTING + (int)w->setting;
    g_autofree char *heading =
        g_strdup_printf(wizard_is_attended(w) ? "‹ %s ›" : "%s", sheet_values_title(c->app_values));
    view_heading(view, _("App settings"), heading)->settled = true;
    view_blank(view);
    g_autofree char *where = g_strdup_printf(
        c->app_kind == APP_CONNECTED ? _("In %s, open your Connected App and compare these values.")
                                     : _("In %s › New External Client App, enter these values."),
        setup_page_path(sheet_page(c, SETTING_NAME)));
    view_text(view, ROLE_PLAIN, 0,
              w->is_demo && c->app_kind != APP_CONNECTED
                  ? _("The demo org has this app already. In your org you enter these values in a "
                      "new External Client App.")
                  : where);
    rotation_question(w, view);
    view_blank(view);
    view_logins(w, view);
    view_choices(w, view);
    for (int i = 0; i < SETTING_COUNT; i++)
        view_setting(w, view, (enum setting)i);
    view_keys(w, view, focus);
}
