/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/setup_pages.h"
#include "wizard-private.h"

static const struct setting {
    const char *group, *label, *value, *value_connected, *why;
} settings[] = {
#define SETTING(id, group, label, value, value_connected, why) \
    {group, label, value, value_connected, why},
#include "perch/app_settings.def"
#undef SETTING
};

void step_app_enter(struct wizard *w, GArray *out)
{
    (void)w;
    (void)out;
}

void step_app_leave(struct wizard *w, GArray *out)
{
    (void)w;
    (void)out;
}

void step_app_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out)
{
    (void)w;
    (void)list;
    (void)done;
    (void)out;
}

static char *callbacks(const Connection *c)
{
    GString *all = g_string_new(NULL);
    for (int i = 0; i < CONNECTION_PORTS; i++) {
        if (c->ports[i] == 0)
            continue;
        g_autofree char *url = connection_callback(c->ports[i]);
        g_string_append_printf(all, "%s\n", url);
    }
    /* Where the browser may end when no listener can be reached: the code is in its address. */
    g_string_append(all, "https://login.salesforce.com/");
    return g_string_free(all, FALSE);
}

static char *setting_value(const struct wizard *w, const struct setting *setting)
{
    const Connection *c = w->connection;
    const char *value = c->app_kind == APP_CONNECTED && setting->value_connected != NULL
                            ? setting->value_connected
                            : setting->value;
    if (strcmp(value, "{app_name}") == 0)
        return g_strdup(c->app_name);
    if (strcmp(value, "{app_api_name}") == 0)
        return g_strdup(c->app_api_name);
    if (strcmp(value, "{contact_email}") == 0)
        return g_strdup(c->contact_email != NULL ? c->contact_email : _("an address of yours"));
    if (strcmp(value, "{callbacks}") == 0)
        return callbacks(c);
    return g_strdup(_(value));
}

static enum setup_page app_page(const struct wizard *w)
{
    return w->connection->app_kind == APP_CONNECTED ? SETUP_PAGE_APP_MANAGER
                                                    : SETUP_PAGE_EXTERNAL_CLIENT_APPS;
}

static void tick(struct wizard *w, int id)
{
    w->connection->app_ticks ^= 1u << (guint)(id - ITEM_SETTING);
    w->changed = true;
}

static bool is_setting(int id)
{
    return id >= ITEM_SETTING && id < ITEM_SETTING + (int)G_N_ELEMENTS(settings);
}

static void open_page(struct wizard *w, GArray *out)
{
    g_autofree char *url = setup_page_url(app_page(w), w->connection->login_url, NULL);
    if (url != NULL)
        effect_text(out, EFFECT_OPEN, url);
    else
        wizard_notice(w, _("The org's own address is not known. Open Setup in your browser."));
}

void step_app_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_SELECT && is_setting(event->id)) {
        tick(w, event->id);
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_APP_KIND) {
        w->connection->app_kind = event->index == 1 ? APP_CONNECTED : APP_EXTERNAL_CLIENT;
        w->changed = true;
    } else if (is_action(event, ACTION_TICK) && is_setting(event->id)) {
        tick(w, event->id);
    } else if (is_action(event, ACTION_COPY) && is_setting(event->id)) {
        g_autofree char *text = setting_value(w, &settings[event->id - ITEM_SETTING]);
        g_autoptr(Secret) secret = secret_new(text);
        effect_secret(out, EFFECT_COPY, secret);
    } else if (is_action(event, ACTION_OPEN)) {
        open_page(w, out);
    } else if (is_action(event, ACTION_NEXT)) {
        wizard_go(w, STEP_KEYS, out);
    }
}

void step_app_view(const struct wizard *w, struct view *view, int focus)
{
    const Connection *c = w->connection;
    (void)focus;
    view->focus = ITEM_SETTING;
    view_heading(view, _("App settings"),
                 c->app_kind == APP_CONNECTED ? _("Connected App") : _("External Client App"));
    view_blank(view);
    g_autofree char *where = g_strdup_printf(
        c->app_kind == APP_CONNECTED
            ? _("In %s, open your Connected App and compare these values. Space ticks one off.")
            : _("In %s › New External Client App, enter these values. Space ticks one off, c "
                "copies it, o opens the page."),
        setup_page_path(app_page(w)));
    view_text(view, ROLE_PLAIN, 0, where);
    view_blank(view);
    struct view_item *item = view_add(view, VIEW_CHOICE, ITEM_APP_KIND, _("App"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->options, g_strdup(_("External Client App (new)")));
    g_ptr_array_add(item->options, g_strdup(_("I already have a Connected App")));
    item->selected = c->app_kind == APP_CONNECTED ? 1 : 0;
    item->settled = true;
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        if (settings[i].group != NULL)
            view_text(view, ROLE_TITLE, 0, _(settings[i].group));
        item = view_add(view, VIEW_SETTING, ITEM_SETTING + (int)i, _(settings[i].label));
        view_item_take(&item->value, setting_value(w, &settings[i]));
        view_item_take(&item->note, g_strdup_printf(_("Why: %s"), _(settings[i].why)));
        item->ticked = (c->app_ticks & (1u << i)) != 0;
    }
    view_key(view, ACTION_NEXT, _("next"));
    view_key(view, ACTION_TICK, _("tick"));
    view_key(view, ACTION_COPY, _("copy"));
    view_key(view, ACTION_OPEN, _("open in browser"));
    view_key(view, ACTION_BACK, _("back"));
}
