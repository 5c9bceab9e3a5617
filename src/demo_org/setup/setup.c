/* SPDX-License-Identifier: MIT */
#include "demo_org/setup/setup.h"

#include <string.h>

#include "demo_org/oauth/jwt.h"
#include "demo_org/org/objects.h"
#include "demo_org/server/pages.h"

#define SETUP "/lightning/setup"

static void refuse_entry(const struct request *request, struct response *response)
{
    g_autofree char *here = url_encode(request->target);
    GString *page = page_begin("Insufficient Privileges");
    page_add(page,
             "<p>You do not have the level of access necessary to perform the operation you "
             "requested. Please contact the owner of the record or your administrator if access "
             "is necessary.</p>\n<p><a href=\"/secur/logout.jsp?startURL=%s\">Log in as somebody "
             "else</a></p>\n",
             here);
    page_send(page, response, 200);
}

struct browser *setup_enter(struct state *state, struct request *request, struct response *response,
                            bool change)
{
    struct browser *browser = page_browser(state, request);
    if (browser == NULL) {
        page_ask_login(response, request->target, NULL);
        return NULL;
    }
    const struct profile *profile = state_profile_of(state, state_find_user(state, browser->user));
    if (change ? !profile->customize : !profile->view_setup) {
        refuse_entry(request, response);
        return NULL;
    }
    return browser;
}

static bool is_post(const struct request *request)
{
    return strcmp(request->method, "POST") == 0;
}

static void add_link(GString *page, const char *url, const char *text)
{
    page_add(page, "<li><a href=\"%s\">%s</a></li>\n", url, text);
}

void setup_home(struct state *state, struct request *request, struct response *response)
{
    if (setup_enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin("Setup");
    g_string_append(page, "<ul>\n");
    add_link(page, SETUP "/ManageExternalClientApplication/home", "External Client App Manager");
    add_link(page, SETUP "/ExternalClientApplicationOauthUsage/home",
             "External Client Apps OAuth Usage");
    add_link(page, SETUP "/ConnectedAppsUsage/home", "Connected Apps OAuth Usage");
    add_link(page, SETUP "/EnhancedProfiles/home", "Profiles");
    add_link(page, SETUP "/ManageUsers/home", "Users");
    add_link(page, SETUP "/PermSets/home", "Permission Sets");
    add_link(page, SETUP "/OrgLoginHistory/home", "Login History");
    add_link(page, SETUP "/VerificationHistory/home", "Identity Verification History");
    setup_add_links(page);
    add_link(page, "/secur/logout.jsp", "Log Out");
    g_string_append(page, "</ul>\n");
    page_send(page, response, 200);
}

void setup_apps(struct state *state, struct request *request, struct response *response)
{
    const struct browser *browser = setup_enter(state, request, response, false);
    if (browser == NULL)
        return;
    GString *page = page_begin("External Client App Manager");
    g_string_append(page, "<ul>\n");
    STATE_EACH(app, app, state)
    {
        g_autofree char *url =
            g_strdup_printf(SETUP "/ManageExternalClientApplication/%s/detail", app->id);
        if (app->in_org)
            add_link(page, url, app->label);
    }
    page_add(page,
             "</ul>\n<h2>New External Client App</h2>\n<form method=\"post\" action=\"" SETUP
             "/ManageExternalClientApplication/new\">\n"
             "<input type=\"hidden\" name=\"confirmation\" value=\"%s\">\n"
             "<label for=\"label\">External Client App Name</label>\n"
             "<input type=\"text\" name=\"label\" id=\"label\" required>\n"
             "<label for=\"name\">API Name</label>\n"
             "<input type=\"text\" name=\"name\" id=\"name\" required "
             "pattern=\"[A-Za-z][A-Za-z0-9_]*\">\n"
             "<button type=\"submit\" id=\"create\">Create</button>\n</form>\n",
             browser->confirmation);
    page_send(page, response, 200);
}

void setup_app_new(struct state *state, struct request *request, struct response *response)
{
    const struct browser *browser = setup_enter(state, request, response, true);
    if (browser == NULL || !page_confirmed(browser, request, response))
        return;
    const char *name = pairs_get(request->form, "name");
    const char *label = pairs_get(request->form, "label");
    if (name == NULL || *name == '\0' || label == NULL || state_find_app(state, name) != NULL) {
        page_message(response, 200, "The app was not created",
                     "Every app needs an API name that no other app has.");
        return;
    }
    struct app *app = state_add_app(state, name);
    text_set(&app->label, label);
    g_free(app->key);
    app->key = token_make("3MVG9", 85);
    g_free(app->secret);
    app->secret = secret_make();
    app->known_from_ms = state_now(state) + state->org->app_delay_ms;
    g_autofree char *url =
        g_strdup_printf(SETUP "/ManageExternalClientApplication/%s/detail", app->id);
    response_redirect(response, url);
}

void setup_edit(struct state *state, struct request *request, struct response *response,
                const char *title, enum setup_form form, enum kind_index index, gpointer thing,
                const char *more)
{
    struct browser *browser = setup_enter(state, request, response, is_post(request));
    if (browser == NULL || (is_post(request) && !page_confirmed(browser, request, response)))
        return;
    if (is_post(request))
        form_take(request->form, form, &state_kinds[index], thing);
    GString *page = page_begin(title);
    if (is_post(request))
        g_string_append(page, "<p id=\"saved\" role=\"status\">Saved.</p>\n");
    page_add(page,
             "<form method=\"post\" action=\"%s\">\n"
             "<input type=\"hidden\" name=\"confirmation\" value=\"%s\">\n",
             request->target, browser->confirmation);
    form_show(page, form, "", &state_kinds[index], thing);
    g_string_append(page, "<button type=\"submit\" id=\"save\">Save</button>\n</form>\n");
    g_string_append(page, more);
    page_send(page, response, 200);
}

void setup_not_here(struct response *response)
{
    page_message(response, 404, "URL No Longer Exists",
                 "You have attempted to reach a URL that no longer exists.");
}

/* Why Salesforce refuses to save the form; NULL when it does not. */
static const char *app_problem(const struct state *state, const struct request *request)
{
    const char *run_as = pairs_get(request->form, "run_as");
    const char *certificate = pairs_get(request->form, "certificate");
    if (run_as != NULL && *run_as != '\0' && state_find_user(state, run_as) == NULL)
        return "Enter a valid execution user for the OAuth client credentials flow.";
    if (certificate != NULL && *certificate != '\0' && !jwt_certificate_good(certificate))
        return "The certificate has to be X.509 in PEM form, with an RSA key of 2048 bits or more, "
               "and smaller than 4 KB.";
    return NULL;
}

void setup_app(struct state *state, struct request *request, struct response *response)
{
    const char *problem = app_problem(state, request);
    if (problem != NULL) {
        page_message(response, 200, "The app was not saved", problem);
        return;
    }
    STATE_EACH(app, app, state)
    if (id_same(app->id, request->args[0])) {
        setup_edit(state, request, response, app->label, app_form, KIND_app, app, "");
        return;
    }
    setup_not_here(response);
}

static void show_record(struct state *state, struct request *request, struct response *response,
                        const struct record *record)
{
    const struct browser *browser = page_browser(state, request);
    if (browser == NULL) {
        page_ask_login(response, request->target, NULL);
        return;
    }
    const struct object *object = object_find(record->object);
    const struct profile *profile = state_profile_of(state, state_find_user(state, browser->user));
    if (!object_readable(object, profile)) {
        setup_not_here(response);
        return;
    }
    g_autoptr(GArray) fields = object_visible_fields(state, object, profile);
    GString *page = page_begin(object->label);
    g_string_append(page, "<table>\n");
    for (guint i = 0; i < fields->len; i++) {
        const struct field *field = &g_array_index(fields, struct field, i);
        const Json *value = json_get(record->fields, field->name);
        if (json_is_null(value) || json_is_object(value))
            continue;
        g_autofree char *text =
            json_is_string(value) ? g_strdup(json_string(value)) : json_print(value);
        page_add(page, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n", field->label, text);
    }
    g_string_append(page, "</table>\n");
    page_send(page, response, 200);
}

static const struct record *find_by_id(const struct state *state, const char *id)
{
    for (guint i = 0; i < state->records->len; i++) {
        const struct record *record = g_ptr_array_index(state->records, i);
        if (id_same(record->id, id))
            return record;
    }
    return NULL;
}

void setup_record(struct state *state, struct request *request, struct response *response)
{
    const struct record *record = find_by_id(state, request->args[1]);
    if (record != NULL)
        show_record(state, request, response, record);
    else
        setup_not_here(response);
}

void setup_by_id(struct state *state, struct request *request, struct response *response)
{
    const char *id = request->args[0];
    const struct record *record = find_by_id(state, id);
    if (record != NULL)
        show_record(state, request, response, record);
    else if (!setup_thing(state, request, response, id))
        setup_not_here(response);
}
