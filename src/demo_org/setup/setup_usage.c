/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/oauth/oauth.h"
#include "demo_org/server/pages.h"
#include "demo_org/setup/setup.h"

/* The two OAuth Usage pages: Install, Block, Revoke All, in the row of each app. */

static void install(struct state *state, struct app *app)
{
    (void)state;
    app->installed = app->in_org = true;
}

static void uninstall(struct state *state, struct app *app)
{
    (void)state;
    app->installed = false;
}

static void block(struct state *state, struct app *app)
{
    (void)state;
    app->blocked = true;
}

static void unblock(struct state *state, struct app *app)
{
    (void)state;
    app->blocked = false;
}

static void revoke_all(struct state *state, struct app *app)
{
    GPtrArray *grants = state->sets[KIND_grant];
    for (guint i = grants->len; i > 0; i--) {
        struct grant *grant = g_ptr_array_index(grants, i - 1);
        if (strcmp(grant->app, app->name) == 0)
            oauth_end_grant(state, grant);
    }
}

static bool is_missing(const struct app *app)
{
    return !app->installed || !app->in_org;
}

static bool is_installed_connected(const struct app *app)
{
    return !is_missing(app) && strcmp(app->kind, "connected") == 0;
}

static bool is_open(const struct app *app)
{
    return !app->blocked;
}

static bool is_blocked(const struct app *app)
{
    return app->blocked;
}

static bool is_any(const struct app *app)
{
    (void)app;
    return true;
}

static const struct button {
    const char *name, *label;
    bool (*shown)(const struct app *app);
    void (*press)(struct state *state, struct app *app);
} buttons[] = {
    {"install", "Install", is_missing, install},
    {"uninstall", "Uninstall", is_installed_connected, uninstall},
    {"block", "Block", is_open, block},
    {"unblock", "Unblock", is_blocked, unblock},
    {"revoke", "Revoke All", is_any, revoke_all},
};

static void press(struct state *state, const struct request *request)
{
    struct app *app = state_find_app(state, pairs_get(request->form, "thing"));
    const char *name = pairs_get(request->form, "press");
    for (gsize i = 0; app != NULL && i < G_N_ELEMENTS(buttons); i++)
        if (g_strcmp0(buttons[i].name, name) == 0)
            buttons[i].press(state, app);
}

static void show_app(GString *page, const struct state *state, const struct request *request,
                     const struct browser *browser, const struct app *app)
{
    guint users = 0;
    STATE_EACH(grant, grant, state)
    users += strcmp(grant->app, app->name) == 0;
    page_add(page,
             "<form method=\"post\" action=\"%s\">\n<h2>%s</h2>\n<p>Authorizations: %u%s</p>\n"
             "<input type=\"hidden\" name=\"confirmation\" value=\"%s\">\n"
             "<input type=\"hidden\" name=\"thing\" value=\"%s\">\n",
             request->path, app->label, users, app->blocked ? " \xC2\xB7 blocked" : "",
             browser->confirmation, app->name);
    for (gsize i = 0; i < G_N_ELEMENTS(buttons); i++)
        if (buttons[i].shown(app))
            page_add(page,
                     "<button type=\"submit\" name=\"press\" value=\"%s\" id=\"%s-%s\">%s"
                     "</button>\n",
                     buttons[i].name, buttons[i].name, app->name, buttons[i].label);
    page_add(page,
             "<p><a href=\"/lightning/setup/ManageExternalClientApplication/%s/detail\">Manage App "
             "Policies</a></p>\n</form>\n",
             app->id);
}

static void show_usage(struct state *state, struct request *request, struct response *response,
                       const char *title, const char *kind)
{
    const bool post = strcmp(request->method, "POST") == 0;
    const struct browser *browser = setup_enter(state, request, response, post);
    if (browser == NULL || (post && !page_confirmed(browser, request, response)))
        return;
    if (post)
        press(state, request);
    GString *page = page_begin(title);
    if (post)
        g_string_append(page, "<p id=\"saved\" role=\"status\">Done.</p>\n");
    STATE_EACH(app, app, state)
    if (strcmp(app->kind, kind) == 0)
        show_app(page, state, request, browser, app);
    page_send(page, response, 200);
}

void setup_connected_usage(struct state *state, struct request *request, struct response *response)
{
    show_usage(state, request, response, "Connected Apps OAuth Usage", "connected");
}

void setup_external_usage(struct state *state, struct request *request, struct response *response)
{
    show_usage(state, request, response, "External Client Apps OAuth Usage", "eca");
}
