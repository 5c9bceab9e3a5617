/* SPDX-License-Identifier: MIT */
#ifndef DEMO_ROWS_H
#define DEMO_ROWS_H

#include "objects.h"

/* The rows of each sObject, made from the state when asked for. */
#define ROWS(name)                                                          \
    GPtrArray *name(const struct state *state, const struct object *object, \
                    const struct user *asking)
ROWS(rows_of_records);
ROWS(rows_of_organization);
ROWS(rows_of_profiles);
ROWS(rows_of_users);
ROWS(rows_of_permissions);
ROWS(rows_of_logins);
ROWS(rows_of_oauth_tokens);
ROWS(rows_of_connected_applications);

/* "2026-11-23T08:14:00.000+0000" */
char *rows_time(gint64 wall_ms);

#endif
