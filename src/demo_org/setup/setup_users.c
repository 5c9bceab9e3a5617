/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/sobject_rows.h"
#include "demo_org/server/pages.h"
#include "demo_org/setup/setup.h"

/* Setup: users, profiles, permission sets, Login History. */

#define SETUP "/lightning/setup"

char *setup_address_id(const struct request *request)
{
    const char *address = request_param(request, "address");
    if (address == NULL || *address != '/')
        return NULL;
    return g_strndup(address + 1, strcspn(address + 1, "?/"));
}

static struct profile *find_profile_id(const struct state *state, const char *id)
{
    STATE_EACH(profile, profile, state)
    if (id_same(profile->id, id))
        return profile;
    return NULL;
}

static struct permission_set *find_set_id(const struct state *state, const char *id)
{
    STATE_EACH(permission_set, set, state)
    if (id_same(set->id, id))
        return set;
    return NULL;
}

static void add_link(GString *page, const char *folder, const char *id, const char *text)
{
    page_add(page, "<li><a href=\"" SETUP "/%s/page?address=%%2F%s\">%s</a></li>\n", folder, id,
             text);
}

static void edit_user(struct state *state, struct request *request, struct response *response,
                      struct user *user)
{
    g_autoptr(GString) more = g_string_new("<ul>\n");
    const struct profile *profile = state_find_profile(state, user->profile);
    if (profile != NULL)
        add_link(more, "EnhancedProfiles", profile->id, profile->name);
    for (guint i = 0; i < user->permission_sets->len; i++) {
        const struct permission_set *set =
            state_find_permission_set(state, g_ptr_array_index(user->permission_sets, i));
        if (set != NULL)
            add_link(more, "PermSets", set->id, set->name);
    }
    g_string_append(more, "</ul>\n");
    setup_edit(state, request, response, user->name, user_form, KIND_user, user, more->str);
}

bool setup_thing(struct state *state, struct request *request, struct response *response,
                 const char *id)
{
    struct user *user = state_find_user_id(state, id);
    struct profile *profile = find_profile_id(state, id);
    struct permission_set *set = find_set_id(state, id);
    if (user != NULL)
        edit_user(state, request, response, user);
    else if (profile != NULL)
        setup_edit(state, request, response, profile->name, profile_form, KIND_profile, profile,
                   "");
    else if (set != NULL)
        setup_edit(state, request, response, set->name, permission_set_form, KIND_permission_set,
                   set, "");
    return user != NULL || profile != NULL || set != NULL;
}

void setup_thing_page(struct state *state, struct request *request, struct response *response)
{
    g_autofree char *id = setup_address_id(request);
    if (!setup_thing(state, request, response, id))
        setup_not_here(response);
}

void setup_profiles(struct state *state, struct request *request, struct response *response)
{
    if (setup_enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin("Profiles");
    g_string_append(page, "<ul>\n");
    STATE_EACH(profile, profile, state)
    add_link(page, "EnhancedProfiles", profile->id, profile->name);
    g_string_append(page, "</ul>\n");
    page_send(page, response, 200);
}

void setup_users(struct state *state, struct request *request, struct response *response)
{
    if (setup_enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin("Users");
    g_string_append(page, "<ul>\n");
    STATE_EACH(user, user, state)
    {
        g_autofree char *url = g_strdup_printf(
            SETUP
            "/ManageUsers/page?address=%%2F%s%%3Fnoredirect%%3D1%%26isUserEntityOverride%%3D1",
            user->id);
        page_add(page, "<li><a href=\"%s\">%s</a> %s \xC2\xB7 %s%s%s</li>\n", url, user->name,
                 user->profile, user->id, user->active ? "" : " \xC2\xB7 inactive",
                 user->frozen ? " \xC2\xB7 frozen" : "");
    }
    g_string_append(page, "</ul>\n");
    page_send(page, response, 200);
}

void setup_permission_sets(struct state *state, struct request *request, struct response *response)
{
    const struct browser *browser = setup_enter(state, request, response, false);
    if (browser == NULL)
        return;
    GString *page = page_begin("Permission Sets");
    g_string_append(page, "<ul>\n");
    STATE_EACH(permission_set, set, state)
    add_link(page, "PermSets", set->id, set->name);
    page_add(page,
             "</ul>\n<h2>New</h2>\n<form method=\"post\" action=\"" SETUP "/PermSets/new\">\n"
             "<input type=\"hidden\" name=\"confirmation\" value=\"%s\">\n"
             "<label for=\"name\">API Name</label>\n"
             "<input type=\"text\" name=\"name\" id=\"name\" required "
             "pattern=\"[A-Za-z][A-Za-z0-9_]*\">\n"
             "<button type=\"submit\" id=\"create\">Save</button>\n</form>\n",
             browser->confirmation);
    page_send(page, response, 200);
}

void setup_permission_set_new(struct state *state, struct request *request,
                              struct response *response)
{
    const struct browser *browser = setup_enter(state, request, response, true);
    const char *name = pairs_get(request->form, "name");
    if (browser == NULL || !page_confirmed(browser, request, response))
        return;
    if (name == NULL || *name == '\0' || state_find_permission_set(state, name) != NULL) {
        page_message(response, 200, "The permission set was not created",
                     "Every permission set needs an API name that no other one has.");
        return;
    }
    struct permission_set *set = state_add_permission_set(state, name);
    g_autofree char *url = g_strdup_printf(SETUP "/PermSets/page?address=%%2F%s", set->id);
    response_redirect(response, url);
}

/* Salesforce's pages to create and assign permission sets have an address inside the address. */
void setup_permission_set(struct state *state, struct request *request, struct response *response)
{
    const char *address = request_param(request, "address");
    const char *user = address != NULL ? strstr(address, "userId=") : NULL;
    if (user != NULL) {
        g_autofree char *url =
            g_strdup_printf(SETUP "/ManageUsers/page?address=%%2F%s", user + strlen("userId="));
        response_redirect(response, url);
    } else if (address != NULL && strstr(address, "newPermissionSet") != NULL) {
        setup_permission_sets(state, request, response);
    } else {
        setup_thing_page(state, request, response);
    }
}

/* only: words in the status of the logins shown. */
static void show_logins(struct state *state, struct request *request, struct response *response,
                        const char *title, const char *only)
{
    static const char *const columns[] = {"Username",   "Login Time", "Source IP",
                                          "Login Type", "Status",     "Application"};
    if (setup_enter(state, request, response, false) == NULL)
        return;
    GString *page = page_begin(title);
    g_string_append(page, "<table>\n<tr>");
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        page_add(page, "<th scope=\"col\">%s</th>", columns[i]);
    g_string_append(page, "</tr>\n");
    const GPtrArray *logins = state->sets[KIND_login];
    for (guint i = logins->len; i > 0; i--) {
        const struct login *login = g_ptr_array_index(logins, i - 1);
        if (strstr(login->status, only) == NULL)
            continue;
        g_autofree char *time = rows_time(login->time_ms);
        page_add(
            page, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n",
            login->user, time, login->source_ip, login->type, login->status, login->application);
    }
    g_string_append(page, "</table>\n");
    page_send(page, response, 200);
}

void setup_logins(struct state *state, struct request *request, struct response *response)
{
    show_logins(state, request, response, "Login History", "");
}

void setup_verifications(struct state *state, struct request *request, struct response *response)
{
    show_logins(state, request, response, "Identity Verification History", "Multi-factor");
}
