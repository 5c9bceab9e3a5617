/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/sobject_rows.h"

/* Apps, their policies, and the tokens issued to them. */

static bool is_here(const struct app *app)
{
    return app->installed && app->in_org;
}

static bool is_eca(const struct app *app)
{
    return strcmp(app->kind, "eca") == 0;
}

/* Customize Application shows all tokens, otherwise only the user's own. */
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
        if (is_here(app))
            row_set_id(row, "AppMenuItemId", app->id);
        else
            json_set_string(row, "AppMenuItemId", NULL);
        row_set_id(row, "UserId", user->id);
        row_set_time(row, "CreatedDate", grant->created_ms);
        row_set_time(row, "LastUsedDate", grant->used_ms);
        json_set_int(row, "UseCount", grant->uses);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

ROWS(rows_of_menu_items)
{
    (void)object;
    (void)asking;
    GPtrArray *rows = rows_new();
    STATE_EACH(app, app, state)
    {
        if (!is_here(app))
            continue;
        Json *row = json_object();
        row_set_id(row, "Id", app->id);
        json_set_string(row, "Name", app->name);
        json_set_string(row, "Label", app->label);
        json_set_string(row, "Type",
                        is_eca(app) ? "ExternalClientApplication" : "ConnectedApplication");
        row_set_id(row, "ApplicationId", app->id);
        json_set_bool(row, "IsUsingAdminAuthorization", strcmp(app->permitted_users, "admin") == 0);
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
        if (!is_here(app) || is_eca(app))
            continue;
        const bool infinite = strcmp(app->refresh_policy, "infinite") == 0;
        Json *row = json_object();
        row_set_id(row, "Id", app->id);
        json_set_string(row, "Name", app->label);
        json_set_bool(row, "OptionsAllowAdminApprovedUsersOnly",
                      strcmp(app->permitted_users, "admin") == 0);
        json_set_bool(row, "OptionsHasSessionLevelPolicy", strcmp(app->session_level, "high") == 0);
        json_set_bool(row, "OptionsRefreshTokenValidityMetric", !infinite);
        json_set(row, "RefreshTokenValidityPeriod",
                 infinite ? json_null_new() : json_int_new(app->refresh_hours));
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* A row for each External Client App of the org. */
static GPtrArray *rows_of_ecas(const struct state *state,
                               Json *(*row_of)(const struct state *state, const struct app *app))
{
    GPtrArray *rows = rows_new();
    STATE_EACH(app, app, state)
    {
        if (is_here(app) && is_eca(app))
            g_ptr_array_add(rows, row_of(state, app));
    }
    return rows;
}

static Json *eca_row(const struct state *state, const struct app *app)
{
    g_autofree char *scoped = g_strdup_printf("%.15s:%s", state->org->id, app->name);
    Json *row = json_object();
    row_set_id(row, "Id", app->id);
    json_set_string(row, "DeveloperName", app->name);
    json_set_string(row, "MasterLabel", app->label);
    json_set_string(row, "Description", NULL);
    json_set_string(row, "ContactEmail", *app->contact_email == '\0' ? NULL : app->contact_email);
    json_set_string(row, "DistributionState", "Local");
    json_set_string(row, "OrgScopedExternalApp", scoped);
    json_set_string(row, "NamespacePrefix", NULL);
    json_set_string(row, "CreatedDate", "2026-01-05T09:00:00.000+0000");
    return row;
}

ROWS(rows_of_external_client_apps)
{
    (void)object;
    (void)asking;
    return rows_of_ecas(state, eca_row);
}

/* The policies' words: member of the app, ours, the Metadata API's. */
static const struct {
    const char *member, *ours, *theirs;
} words[] = {{"permitted_users", "self", "AllSelfAuthorized"},
             {"permitted_users", "admin", "AdminApprovedPreAuthorized"},
             {"ip_relaxation", "enforce", "Enforce"},
             {"ip_relaxation", "bypass", "Bypass"},
             {"ip_relaxation", "relax_refresh", "Enforce_RelaxRefresh"},
             {"refresh_policy", "infinite", "Infinite"},
             {"refresh_policy", "zero", "Zero"},
             {"refresh_policy", "lifetime", "SpecificLifetime"},
             {"refresh_policy", "inactivity", "SpecificInactivity"},
             {"session_level", "standard", "STANDARD"},
             {"session_level", "high", "HIGH_ASSURANCE"}};

const char *app_word_ours(const char *member, const char *theirs)
{
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].member, member) == 0 && strcmp(words[i].theirs, theirs) == 0)
            return words[i].ours;
    return NULL;
}

const char *app_word_theirs(const char *member, const char *ours)
{
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].ours, ours) == 0 && strcmp(words[i].member, member) == 0)
            return words[i].theirs;
    return NULL;
}

char *app_part_name(const struct app *app, const char *type, const char *tail)
{
    const gsize length = strlen(type);
    for (guint i = 0; i < app->parts->len; i++) {
        const char *part = g_ptr_array_index(app->parts, i);
        if (strncmp(part, type, length) == 0 && part[length] == ':')
            return g_strdup(part + length + 1);
    }
    return g_strconcat(app->name, tail, NULL);
}

static Json *satellite_row(const struct app *app, const char *prefix, const char *type,
                           const char *tail)
{
    Json *row = json_object();
    g_autofree char *id = g_strconcat(prefix, app->id + 3, NULL);
    g_autofree char *name = app_part_name(app, type, tail);
    row_set_id(row, "Id", id);
    json_set_string(row, "DeveloperName", name);
    row_set_id(row, "ExternalClientApplicationId", app->id);
    return row;
}

static Json *policy_row(const struct state *state, const struct app *app)
{
    (void)state;
    const bool period = strcmp(app->refresh_policy, "lifetime") == 0 ||
                        strcmp(app->refresh_policy, "inactivity") == 0;
    Json *row = satellite_row(app, "0xQ", "ExtlClntAppOauthConfigurablePolicies", "_oauthPlcy");
    json_set_string(row, "PermittedUsersPolicyType",
                    app_word_theirs("permitted_users", app->permitted_users));
    json_set_string(row, "IpRelaxationPolicyType",
                    app_word_theirs("ip_relaxation", app->ip_relaxation));
    json_set_string(row, "RefreshTokenPolicyType",
                    app_word_theirs("refresh_policy", app->refresh_policy));
    json_set(row, "RefreshTokenValidityPeriod",
             period ? json_int_new(app->refresh_hours) : json_null_new());
    json_set_string(row, "RefreshTokenValidityUnit", period ? "Hours" : NULL);
    json_set_string(row, "RequiredSessionLevel",
                    app_word_theirs("session_level", app->session_level));
    json_set(row, "SessionTimeoutInMinutes",
             app->session_minutes > 0 ? json_int_new(app->session_minutes) : json_null_new());
    return row;
}

ROWS(rows_of_app_policies)
{
    (void)object;
    (void)asking;
    return rows_of_ecas(state, policy_row);
}

static Json *settings_row(const struct state *state, const struct app *app)
{
    static const struct {
        const char *field, *scope;
    } scopes[] = {{"OauthScopesAPI", "api"},
                  {"OauthScopesWEB", "web"},
                  {"OauthScopesFULL", "full"},
                  {"OauthScopesREFRESH_TOKEN", "refresh_token"},
                  {"OauthScopesOFFLINE_ACCESS", "offline_access"},
                  {"OauthScopesOPENID", "openid"},
                  {"OauthScopesSSO", "id"},
                  {"OauthScopesPROFILE", "profile"},
                  {"OauthScopesEMAIL", "email"},
                  {"OauthScopesADDRESS", "address"},
                  {"OauthScopesPHONE", "phone"}};
    (void)state;
    Json *row = satellite_row(app, "0xL", "ExtlClntAppOauthSettings", "_oauth");
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        json_set_bool(row, scopes[i].field, list_has(app->scopes, scopes[i].scope));
    return row;
}

ROWS(rows_of_app_settings)
{
    (void)object;
    (void)asking;
    return rows_of_ecas(state, settings_row);
}
