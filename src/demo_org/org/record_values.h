/* SPDX-License-Identifier: MIT */
#ifndef DEMO_RECORD_VALUES_H
#define DEMO_RECORD_VALUES_H

#include "demo_org/org/objects.h"

/* What the org itself puts into a record. */

/* Sets every field of a new record to its default or nothing. */
void record_set_defaults(const struct state *state, const struct object *object, Json *values);
/* Sets fields derived from others, and who changed the record when. */
void record_set_computed(const struct state *state, const struct object *object,
                         const struct user *user, Json *values);
/* Sets id, owner, author and number of a new record. */
void record_set_created(struct state *state, const struct record *record, const struct user *user);

/* Adds records: [{"object": "Lead", "fields": {...}}]. PERCH_ERROR_INPUT. */
bool record_import(struct state *state, const Json *records, GError **error);

#endif
