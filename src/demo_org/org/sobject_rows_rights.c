/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/sobject_rows.h"

/* Profiles, permission sets and their users. A profile also owns a permission set. */

static const struct {
    const char *field, *member;
} permissions[] = {{"PermissionsApiEnabled", "api_enabled"},
                   {"PermissionsApiUserOnly", "api_only"},
                   {"PermissionsViewSetup", "view_setup"},
                   {"PermissionsManageUsers", "manage_users"},
                   {"PermissionsMonitorLoginHistory", "monitor_logins"},
                   {"PermissionsCustomizeApplication", "customize"},
                   {"PermissionsModifyMetadata", "modify_metadata"},
                   {"PermissionsExternalClientAppDeveloper", "manage_apps"},
                   {"PermissionsUseAnyApiClient", "any_api_client"},
                   {"PermissionsApproveUninstalledConnectedApps", "approve_uninstalled"}};

enum { FIELD_START = 11 }; /* "Permissions" */

const char *permission_at(gsize index, const char **ret_name)
{
    if (index >= G_N_ELEMENTS(permissions))
        return NULL;
    *ret_name = permissions[index].field + FIELD_START;
    return permissions[index].member;
}

/* A permission that this kind cannot grant is false. */
static void set_permissions(Json *row, const struct kind *kind, gconstpointer thing)
{
    for (gsize i = 0; i < G_N_ELEMENTS(permissions); i++) {
        const struct state_field *field = kind_find_field(kind, permissions[i].member);
        json_set_bool(row, permissions[i].field,
                      field != NULL && *(const bool *)((const char *)thing + field->offset));
    }
}

static const char *const licenses[] = {"Salesforce", "Salesforce Integration"};

/* Owned by the caller. */
static char *license_id(gsize license)
{
    return g_strdup_printf("1000000000000%02" G_GSIZE_FORMAT, license + 1);
}

ROWS(rows_of_user_licenses)
{
    (void)state;
    (void)object;
    (void)asking;
    GPtrArray *rows = rows_new();
    for (gsize i = 0; i < G_N_ELEMENTS(licenses); i++) {
        g_autofree char *id = license_id(i);
        Json *row = json_object();
        row_set_id(row, "Id", id);
        json_set_string(row, "Name", licenses[i]);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

ROWS(rows_of_profiles)
{
    (void)object;
    (void)asking;
    GPtrArray *rows = rows_new();
    STATE_EACH(profile, profile, state)
    {
        Json *row = json_object();
        g_autofree char *license = license_id(profile->api_only);
        row_set_id(row, "Id", profile->id);
        json_set_string(row, "Name", profile->name);
        row_set_id(row, "UserLicenseId", license);
        json_set_string(row, "UserType", "Standard");
        set_permissions(row, &state_kinds[KIND_profile], profile);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* One row: the effective rights of the calling user. */
ROWS(rows_of_permissions)
{
    (void)object;
    GPtrArray *rows = rows_new();
    Json *row = json_object();
    set_permissions(row, &state_kinds[KIND_profile], state_profile_of(state, asking));
    g_ptr_array_add(rows, row);
    return rows;
}

/* Ids of derived things: deterministic. Owned by the caller. */
static char *derived_id(const char *prefix, const char *a, const char *b)
{
    g_autofree char *both = g_strconcat(a, "/", b, NULL);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, both, -1);
    return g_strdup_printf("%s%.12s", prefix, digest);
}

static char *owned_set_id(const struct profile *profile)
{
    return derived_id("0PS", profile->id, "");
}

static bool sees_all(const struct state *state, const struct user *asking)
{
    return state_profile_of(state, asking)->view_setup;
}

ROWS(rows_of_permission_sets)
{
    (void)object;
    const bool all = sees_all(state, asking);
    GPtrArray *rows = rows_new();
    STATE_EACH(profile, profile, state)
    {
        if (!all && strcmp(profile->name, asking->profile) != 0)
            continue;
        g_autofree char *id = owned_set_id(profile);
        Json *row = json_object();
        row_set_id(row, "Id", id);
        g_autofree char *name = g_strconcat("X", profile->id, NULL);
        json_set_string(row, "Name", name);
        json_set_string(row, "Label", name);
        json_set_bool(row, "IsOwnedByProfile", true);
        row_set_id(row, "ProfileId", profile->id);
        set_permissions(row, &state_kinds[KIND_profile], profile);
        g_ptr_array_add(rows, row);
    }
    STATE_EACH(permission_set, set, state)
    {
        if (!all && !list_has(asking->permission_sets, set->name))
            continue;
        Json *row = json_object();
        row_set_id(row, "Id", set->id);
        json_set_string(row, "Name", set->name);
        json_set_string(row, "Label", *set->label != '\0' ? set->label : set->name);
        json_set_string(row, "Description", *set->description != '\0' ? set->description : NULL);
        json_set_bool(row, "IsOwnedByProfile", false);
        json_set_string(row, "ProfileId", NULL);
        set_permissions(row, &state_kinds[KIND_permission_set], set);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

static void add_assignment(GPtrArray *rows, const struct user *user, const char *set_id)
{
    g_autofree char *id = derived_id("0Pa", user->id, set_id);
    Json *row = json_object();
    row_set_id(row, "Id", id);
    row_set_id(row, "AssigneeId", user->id);
    row_set_id(row, "PermissionSetId", set_id);
    g_ptr_array_add(rows, row);
}

ROWS(rows_of_assignments)
{
    (void)object;
    const bool all = sees_all(state, asking);
    GPtrArray *rows = rows_new();
    STATE_EACH(user, user, state)
    {
        const struct profile *profile = state_find_profile(state, user->profile);
        if (!all && user != asking)
            continue;
        if (profile != NULL) {
            g_autofree char *own = owned_set_id(profile);
            add_assignment(rows, user, own);
        }
        for (guint i = 0; i < user->permission_sets->len; i++) {
            const struct permission_set *set =
                state_find_permission_set(state, g_ptr_array_index(user->permission_sets, i));
            if (set != NULL)
                add_assignment(rows, user, set->id);
        }
    }
    return rows;
}

bool permission_set_is_assigned(const struct state *state, const char *name)
{
    STATE_EACH(user, user, state)
    {
        if (list_has(user->permission_sets, name))
            return true;
    }
    return false;
}

/* ---- permission set licenses ---- */

static const char set_license_id[] = "0PL000000000001";

gint64 set_licenses_used(const struct state *state)
{
    gint64 used = 0;
    STATE_EACH(user, user, state)
    used += list_has(user->licenses, SET_LICENSE);
    return used;
}

ROWS(rows_of_set_licenses)
{
    (void)object;
    (void)asking;
    GPtrArray *rows = rows_new();
    if (state->org->integration_licenses <= 0)
        return rows;
    Json *row = json_object();
    row_set_id(row, "Id", set_license_id);
    json_set_string(row, "DeveloperName", SET_LICENSE);
    json_set_string(row, "MasterLabel", "Salesforce API Integration");
    json_set_string(row, "PermissionSetLicenseKey", SET_LICENSE);
    json_set_string(row, "Status", "Active");
    json_set_int(row, "TotalLicenses", state->org->integration_licenses);
    json_set_int(row, "UsedLicenses", set_licenses_used(state));
    g_ptr_array_add(rows, row);
    return rows;
}

ROWS(rows_of_license_assignments)
{
    (void)object;
    const bool all = sees_all(state, asking);
    GPtrArray *rows = rows_new();
    STATE_EACH(user, user, state)
    {
        if (!list_has(user->licenses, SET_LICENSE) || (!all && user != asking))
            continue;
        g_autofree char *id = derived_id("2LA", user->id, set_license_id);
        Json *row = json_object();
        row_set_id(row, "Id", id);
        row_set_id(row, "AssigneeId", user->id);
        row_set_id(row, "PermissionSetLicenseId", set_license_id);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* ---- apps ---- */

static void add_access(GPtrArray *rows, const struct app *app, const char *set_id)
{
    g_autofree char *id = derived_id("0J0", app->id, set_id);
    Json *row = json_object();
    row_set_id(row, "Id", id);
    row_set_id(row, "ParentId", set_id);
    row_set_id(row, "SetupEntityId", app->id);
    json_set_string(row, "SetupEntityType",
                    strcmp(app->kind, "eca") == 0 ? "ExternalClientApplication"
                                                  : "ConnectedApplication");
    g_ptr_array_add(rows, row);
}

/* Which profiles and permission sets give access to which app. */
ROWS(rows_of_setup_access)
{
    (void)object;
    GPtrArray *rows = rows_new();
    if (!sees_all(state, asking))
        return rows;
    STATE_EACH(app, app, state)
    {
        for (guint i = 0; i < app->profiles->len; i++) {
            const struct profile *profile =
                state_find_profile(state, g_ptr_array_index(app->profiles, i));
            g_autofree char *id = profile != NULL ? owned_set_id(profile) : NULL;
            if (id != NULL)
                add_access(rows, app, id);
        }
        for (guint i = 0; i < app->permission_sets->len; i++) {
            const struct permission_set *set =
                state_find_permission_set(state, g_ptr_array_index(app->permission_sets, i));
            if (set != NULL)
                add_access(rows, app, set->id);
        }
    }
    return rows;
}
