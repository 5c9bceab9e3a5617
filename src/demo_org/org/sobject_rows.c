/* SPDX-License-Identifier: MIT */
#include "demo_org/org/sobject_rows.h"

#include <string.h>

static void free_row(gpointer row)
{
    json_free(row);
}

GPtrArray *rows_new(void)
{
    return g_ptr_array_new_with_free_func(free_row);
}

char *rows_time(gint64 wall_ms)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(wall_ms / 1000);
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%S.000+0000");
}

void row_set_time(Json *row, const char *key, gint64 wall_ms)
{
    g_autofree char *text = wall_ms > 0 ? rows_time(wall_ms) : NULL;
    json_set_string(row, key, text);
}

void row_set_id(Json *row, const char *key, const char *id)
{
    g_autofree char *text = id_18(id);
    json_set_string(row, key, text);
}

ROWS(rows_of_records)
{
    (void)asking;
    GPtrArray *rows = rows_new();
    const GPtrArray *lists[] = {state->records, state->shows_deleted ? state->deleted : NULL};
    for (gsize list = 0; list < G_N_ELEMENTS(lists) && lists[list] != NULL; list++)
        for (guint i = 0; i < lists[list]->len; i++) {
            const struct record *record = lists[list]->pdata[i];
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
    row_set_id(row, "Id", org->id);
    json_set_string(row, "Name", org->name);
    json_set_string(row, "OrganizationType", org->edition);
    json_set_bool(row, "IsSandbox", org->sandbox);
    json_set_string(row, "InstanceName", org->instance);
    json_set_string(row, "NamespacePrefix", NULL);
    json_set_string(row, "TrialExpirationDate",
                    *org->trial_expires != '\0' ? org->trial_expires : NULL);
    json_set_string(row, "LanguageLocaleKey", org->language);
    json_set_string(row, "DefaultLocaleSidKey", org->language);
    json_set_bool(row, "IsReadOnly", org->read_only);
    json_set_string(row, "CreatedDate", "2026-01-05T09:00:00.000+0000");
    g_ptr_array_add(rows, row);
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
        row_set_id(row, "Id", user->id);
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
        row_set_id(row, "ProfileId", state_profile_of(state, user)->id);
        json_set_string(row, "UserType", user->user_type);
        json_set_string(row, "CreatedDate", "2026-01-05T09:00:00.000+0000");
        row_set_time(row, "LastLoginDate", last_login(state, user->name));
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* Everybody may read their own rows; others' need Manage Users or Monitor Login History. */
ROWS(rows_of_logins)
{
    (void)object;
    const struct profile *profile = state_profile_of(state, asking);
    const bool all = profile->manage_users || profile->monitor_logins;
    GPtrArray *rows = rows_new();
    STATE_EACH(login, login, state)
    {
        if (!all && strcmp(login->user, asking->name) != 0)
            continue;
        const struct user *user = state_find_user(state, login->user);
        Json *row = json_object();
        row_set_id(row, "Id", login->name);
        row_set_id(row, "UserId", user != NULL ? user->id : "");
        row_set_time(row, "LoginTime", login->time_ms);
        json_set_string(row, "LoginType", login->type);
        json_set_string(row, "LoginSubType", NULL);
        json_set_string(row, "Status", login->status);
        json_set_string(row, "Application", login->application);
        json_set_string(row, "SourceIp", login->source_ip);
        g_ptr_array_add(rows, row);
    }
    return rows;
}
