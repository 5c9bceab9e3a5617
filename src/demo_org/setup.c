/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include <string.h>

#include "objects.h"
#include "pages.h"
#include "perch/secret.h"
#include "setup_form.h"

#define SETUP "/lightning/setup"

/* The logged-in user, NULL and an answer when nobody is or when Setup is closed to them. */
static struct browser *enter(struct state *state, struct request *request,
                             struct response *response, bool change)
{
    struct browser *browser = page_browser(state, request);
    if (browser == NULL) {
        page_ask_login(response, request->target, NULL);
        return NULL;
    }
    const struct profile *profile = state_profile_of(state, state_find_user(state, browser->user));
    if (change ? !profile->customize : !profile->view_setup) {
        page_message(response, 200, "Insufficient Privileges",
                     "You do not have the level of access necessary to perform the operation you "
                     "requested. Please contact the owner of the record or your administrator if "
                     "access is necessary.");
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
    if (enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin("Setup");
    g_string_append(page, "<ul>\n");
    add_link(page, SETUP "/ManageExternalClientApplication/home", "External Client App Manager");
    add_link(page, SETUP "/ConnectedAppsUsage/home", "Connected Apps OAuth Usage");
    add_link(page, SETUP "/EnhancedProfiles/home", "Profiles");
    add_link(page, SETUP "/ManageUsers/home", "Users");
    add_link(page, SETUP "/CompanyProfileInfo/home", "Company Information");
    add_link(page, "/secur/logout.jsp", "Log Out");
    g_string_append(page, "</ul>\n");
    page_send(page, response, 200);
}

void setup_apps(struct state *state, struct request *request, struct response *response)
{
    const struct browser *browser = enter(state, request, response, false);
    if (browser == NULL)
        return;
    GString *page = page_begin("External Client App Manager");
    g_string_append(page, "<ul>\n");
    STATE_EACH(app, app, state)
    {
        g_autofree char *url =
            g_strdup_printf(SETUP "/ManageExternalClientApplication/%s/detail", app->id);
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

/* 64 hexadecimal digits, capitals, with the marker in them. */
static char *new_secret(void)
{
    guint8 noise[32];
    GString *text = g_string_new(NULL);
    random_bytes(noise, sizeof noise);
    for (gsize i = 0; i < sizeof noise; i++)
        g_string_append_printf(text, "%02X", noise[i]);
    memcpy(text->str + 20, TOKEN_MARKER_HEX, strlen(TOKEN_MARKER_HEX));
    return g_string_free(text, FALSE);
}

void setup_app_new(struct state *state, struct request *request, struct response *response)
{
    const struct browser *browser = enter(state, request, response, true);
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
    app->secret = new_secret();
    g_autofree char *url =
        g_strdup_printf(SETUP "/ManageExternalClientApplication/%s/detail", app->id);
    response_redirect(response, url);
}

/* A form over one thing: shows it, and takes it when it was sent. */
static void edit(struct state *state, struct request *request, struct response *response,
                 const char *title, enum setup_form form, enum kind_index index, gpointer thing)
{
    struct browser *browser = enter(state, request, response, is_post(request));
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
    form_show(page, form, &state_kinds[index], thing);
    g_string_append(page, "<button type=\"submit\" id=\"save\">Save</button>\n</form>\n");
    page_send(page, response, 200);
}

static void not_here(struct response *response)
{
    page_message(response, 404, "URL No Longer Exists",
                 "You have attempted to reach a URL that no longer exists.");
}

void setup_app(struct state *state, struct request *request, struct response *response)
{
    STATE_EACH(app, app, state)
    if (id_same(app->id, request->args[0])) {
        edit(state, request, response, app->label, app_form, KIND_app, app);
        return;
    }
    not_here(response);
}

/* The Salesforce id inside "address=%2F00e...%3Fnoredirect%3D1". */
static char *address_id(const struct request *request)
{
    const char *address = request_param(request, "address");
    if (address == NULL || *address != '/')
        return NULL;
    return g_strndup(address + 1, strcspn(address + 1, "?/"));
}

void setup_profiles(struct state *state, struct request *request, struct response *response)
{
    if (enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin("Profiles");
    g_string_append(page, "<ul>\n");
    STATE_EACH(profile, profile, state)
    {
        g_autofree char *url =
            g_strdup_printf(SETUP "/EnhancedProfiles/page?address=%%2F%s", profile->id);
        add_link(page, url, profile->name);
    }
    g_string_append(page, "</ul>\n");
    page_send(page, response, 200);
}

static struct profile *find_profile_id(const struct state *state, const char *id)
{
    STATE_EACH(profile, profile, state)
    if (id_same(profile->id, id))
        return profile;
    return NULL;
}

void setup_profile(struct state *state, struct request *request, struct response *response)
{
    g_autofree char *id = address_id(request);
    struct profile *profile = find_profile_id(state, id);
    if (profile != NULL)
        edit(state, request, response, profile->name, profile_form, KIND_profile, profile);
    else
        not_here(response);
}

void setup_users(struct state *state, struct request *request, struct response *response)
{
    if (enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin("Users");
    g_string_append(page, "<ul>\n");
    STATE_EACH(user, user, state)
    {
        g_autofree char *url = g_strdup_printf(
            SETUP
            "/ManageUsers/page?address=%%2F%s%%3Fnoredirect%%3D1%%26isUserEntityOverride%%3D1",
            user->id);
        g_autofree char *text = g_strdup_printf("%s (%s)", user->name, user->special);
        add_link(page, url, text);
    }
    g_string_append(page, "</ul>\n");
    page_send(page, response, 200);
}

void setup_user(struct state *state, struct request *request, struct response *response)
{
    g_autofree char *id = address_id(request);
    struct user *user = state_find_user_id(state, id);
    if (user != NULL)
        edit(state, request, response, user->name, user_form, KIND_user, user);
    else
        not_here(response);
}

void setup_company(struct state *state, struct request *request, struct response *response)
{
    if (enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin("Company Information");
    form_show(page, org_form, &state_org_kind, state->org);
    page_add(page,
             "<p>API Requests, Last 24 Hours<br><code>%" G_GINT64_FORMAT " (%" G_GINT64_FORMAT
             " max)</code></p>\n",
             state->org->api_used, state->org->api_limit);
    page_send(page, response, 200);
}

void setup_other(struct state *state, struct request *request, struct response *response)
{
    if (enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin(request->args[0]);
    g_string_append(page, "<p>The demo org does not have this Setup page. In Salesforce it opens "
                          "at this address. <a href=\"" SETUP "\">Setup</a></p>\n");
    page_send(page, response, 200);
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
        not_here(response);
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
        not_here(response);
}

void setup_by_id(struct state *state, struct request *request, struct response *response)
{
    const char *id = request->args[0];
    const struct record *record = find_by_id(state, id);
    struct user *user = state_find_user_id(state, id);
    struct profile *profile = find_profile_id(state, id);
    if (record != NULL)
        show_record(state, request, response, record);
    else if (user != NULL)
        edit(state, request, response, user->name, user_form, KIND_user, user);
    else if (profile != NULL)
        edit(state, request, response, profile->name, profile_form, KIND_profile, profile);
    else
        not_here(response);
}
