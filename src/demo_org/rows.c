/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <string.h>

static void free_row(gpointer row)
{
    json_free(row);
}

static GPtrArray *rows_new(void)
{
    return g_ptr_array_new_with_free_func(free_row);
}

char *rows_time(gint64 wall_ms)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(wall_ms / 1000);
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%S.000+0000");
}

static void set_time(Json *row, const char *key, gint64 wall_ms)
{
    g_autofree char *text = wall_ms > 0 ? rows_time(wall_ms) : NULL;
    json_set_string(row, key, text);
}

static void set_id(Json *row, const char *key, const char *id)
{
    g_autofree char *text = id_18(id);
    json_set_string(row, key, text);
}

ROWS(rows_of_records)
{
    (void)asking;
    GPtrArray *rows = rows_new();
    for (guint i = 0; i < state->records->len; i++) {
        const struct record *record = g_ptr_array_index(state->records, i);
        if (strcmp(record->object, object->name) == 0)
            g_ptr_array_add(rows, json_copy(record->fields));
    }
    return rows;
}

ROWS(rows_of_organization)
{
    (void)object;
    (void)asking;
    const struct org *org = state->org;
    GPtrArray *rows = rows_new();
    Json *row = json_object();
    set_id(row, "Id", org->id);
    json_set_string(row, "Name", org->name);
    json_set_string(row, "OrganizationType", org->edition);
    json_set_bool(row, "IsSandbox", org->sandbox);
    json_set_string(row, "InstanceName", org->instance);
    json_set_string(row, "NamespacePrefix", NULL);
    json_set_string(row, "TrialExpirationDate",
                    *org->trial_expires != '\0' ? org->trial_expires : NULL);
    json_set_string(row, "LanguageLocaleKey", org->language);
    json_set_string(row, "DefaultLocaleSidKey", org->language);
    json_set_bool(row, "IsReadOnly", false);
    json_set_string(row, "CreatedDate", "2026-01-05T09:00:00.000+0000");
    g_ptr_array_add(rows, row);
    return rows;
}

static void set_permissions(Json *row, const struct profile *profile)
{
    json_set_bool(row, "PermissionsApiEnabled", profile->api_enabled);
    json_set_bool(row, "PermissionsApiUserOnly", profile->api_only);
    json_set_bool(row, "PermissionsViewSetup", profile->view_setup);
    json_set_bool(row, "PermissionsManageUsers", profile->manage_users);
    json_set_bool(row, "PermissionsCustomizeApplication", profile->customize);
    json_set_bool(row, "PermissionsUseAnyApiClient", profile->any_api_client);
}

ROWS(rows_of_profiles)
{
    (void)object;
    (void)asking;
    GPtrArray *rows = rows_new();
    STATE_EACH(profile, profile, state)
    {
        Json *row = json_object();
        set_id(row, "Id", profile->id);
        json_set_string(row, "Name", profile->name);
        json_set_string(row, "UserType", "Standard");
        set_permissions(row, profile);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

static gint64 last_login(const struct state *state, const char *user)
{
    gint64 time = 0;
    STATE_EACH(login, login, state)
    if (strcmp(login->user, user) == 0 && strcmp(login->status, "Success") == 0)
        time = login->time_ms;
    return time;
}

ROWS(rows_of_users)
{
    (void)object;
    (void)asking;
    GPtrArray *rows = rows_new();
    STATE_EACH(user, user, state)
    {
        Json *row = json_object();
        g_autofree char *name = g_strdup_printf("%s %s", user->first_name, user->last_name);
        g_autofree char *alias =
            g_utf8_substring(user->last_name, 0, MIN(g_utf8_strlen(user->last_name, -1), 8));
        set_id(row, "Id", user->id);
        json_set_string(row, "Username", user->name);
        json_set_string(row, "LastName", user->last_name);
        json_set_string(row, "FirstName", user->first_name);
        json_set_string(row, "Name", name);
        json_set_string(row, "Email", user->email);
        json_set_string(row, "Alias", alias);
        json_set_bool(row, "IsActive", user->active);
        json_set_string(row, "TimeZoneSidKey", "Europe/Berlin");
        json_set_string(row, "LocaleSidKey", state->org->language);
        json_set_string(row, "LanguageLocaleKey", state->org->language);
        set_id(row, "ProfileId", state_profile_of(state, user)->id);
        json_set_string(row, "UserType", user->user_type);
        json_set_string(row, "CreatedDate", "2026-01-05T09:00:00.000+0000");
        set_time(row, "LastLoginDate", last_login(state, user->name));
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* One row: the effective rights of the user who asks. */
ROWS(rows_of_permissions)
{
    (void)object;
    GPtrArray *rows = rows_new();
    Json *row = json_object();
    set_permissions(row, state_profile_of(state, asking));
    g_ptr_array_add(rows, row);
    return rows;
}

/* Everybody may read the own rows; those of others need Manage Users. */
ROWS(rows_of_logins)
{
    (void)object;
    const bool all = state_profile_of(state, asking)->manage_users;
    GPtrArray *rows = rows_new();
    STATE_EACH(login, login, state)
    {
        if (!all && strcmp(login->user, asking->name) != 0)
            continue;
        const struct user *user = state_find_user(state, login->user);
        Json *row = json_object();
        set_id(row, "Id", login->name);
        set_id(row, "UserId", user != NULL ? user->id : "");
        set_time(row, "LoginTime", login->time_ms);
        json_set_string(row, "LoginType", login->type);
        json_set_string(row, "LoginSubType", NULL);
        json_set_string(row, "Status", login->status);
        json_set_string(row, "Application", login->application);
        json_set_string(row, "SourceIp", login->source_ip);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* Customize Application shows all tokens, otherwise only the own ones. */
ROWS(rows_of_oauth_tokens)
{
    (void)object;
    const bool all = state_profile_of(state, asking)->customize;
    GPtrArray *rows = rows_new();
    STATE_EACH(grant, grant, state)
    {
        const struct app *app = state_find_app(state, grant->app);
        const struct user *user = state_find_user(state, grant->user);
        if (app == NULL || user == NULL || (!all && user != asking))
            continue;
        Json *row = json_object();
        json_set_string(row, "Id", NULL);
        json_set_string(row, "AppName", app->label);
        if (app->installed && app->in_org)
            set_id(row, "AppMenuItemId", app->id);
        else
            json_set_string(row, "AppMenuItemId", NULL);
        set_id(row, "UserId", user->id);
        set_time(row, "CreatedDate", grant->created_ms);
        set_time(row, "LastUsedDate", grant->used_ms);
        json_set_int(row, "UseCount", grant->uses);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

ROWS(rows_of_connected_applications)
{
    (void)object;
    (void)asking;
    GPtrArray *rows = rows_new();
    STATE_EACH(app, app, state)
    {
        if (!app->installed || !app->in_org)
            continue;
        const bool infinite = strcmp(app->refresh_policy, "infinite") == 0;
        Json *row = json_object();
        set_id(row, "Id", app->id);
        json_set_string(row, "Name", app->label);
        json_set_bool(row, "OptionsAllowAdminApprovedUsersOnly",
                      strcmp(app->permitted_users, "admin") == 0);
        json_set_bool(row, "OptionsRefreshTokenValidityMetric", !infinite);
        json_set(row, "RefreshTokenValidityPeriod",
                 infinite ? json_null_new() : json_int_new(app->refresh_hours));
        g_ptr_array_add(rows, row);
    }
    return rows;
}
