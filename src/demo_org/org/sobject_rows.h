/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SOBJECT_ROWS_H
#define DEMO_SOBJECT_ROWS_H

#include "demo_org/org/objects.h"

/* The rows of each sObject, built from the state on request. */
#define ROWS(name)                                                          \
    GPtrArray *name(const struct state *state, const struct object *object, \
                    const struct user *asking)
ROWS(rows_of_records);
ROWS(rows_of_organization);
ROWS(rows_of_profiles);
ROWS(rows_of_users);
ROWS(rows_of_user_licenses);
ROWS(rows_of_permissions);
ROWS(rows_of_logins);
ROWS(rows_of_oauth_tokens);
ROWS(rows_of_connected_applications);
ROWS(rows_of_external_client_apps);
ROWS(rows_of_app_policies);
ROWS(rows_of_app_settings);
ROWS(rows_of_menu_items);
ROWS(rows_of_permission_sets);
ROWS(rows_of_assignments);
ROWS(rows_of_setup_access);
ROWS(rows_of_set_licenses);
ROWS(rows_of_license_assignments);

/* The one permission set license that there is, as Metadata API and SOQL name it. */
#define SET_LICENSE "SalesforceAPIIntegrationPsl"
/* No source gives Salesforce's text: a guess. */
#define PERMISSION_SET_IN_USE "You can't delete a permission set that is assigned to users."
bool permission_set_is_assigned(const struct state *state, const char *name);
gint64 set_licenses_used(const struct state *state);

/* The flags of profiles and permission sets, with their names in the Metadata API ("ApiEnabled");
 * NULL after the last. */
const char *permission_at(gsize index, const char **ret_name);

/* Our word for one of the Metadata API's, for that member of an app; NULL: there is none. */
const char *app_word_ours(const char *member, const char *theirs);

const char *app_word_theirs(const char *member, const char *ours);

/* Name of the app's part of that type: as it was deployed, else with Setup's tail. Owned by the
 * caller. */
char *app_part_name(const struct app *app, const char *type, const char *tail);

/* Helpers: an array that frees its rows; an id in its 18-character form; a time, 0 = null. */
GPtrArray *rows_new(void);
void row_set_id(Json *row, const char *key, const char *id);
void row_set_time(Json *row, const char *key, gint64 wall_ms);

/* "2026-11-23T08:14:00.000+0000" */
char *rows_time(gint64 wall_ms);

#endif
