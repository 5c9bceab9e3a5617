/* SPDX-License-Identifier: MIT */
#ifndef DEMO_VALIDATE_H
#define DEMO_VALIDATE_H

#include "demo_org/org/objects.h"
#include "demo_org/org/scan.h"
#include "demo_org/server/http.h"

/* A record on its way into the org. */
struct write {
    const struct state *state;
    const struct object *object;
    const struct profile *profile;
    const struct scan *scan;
    const GArray *fields;  /* that the profile sees */
    const Json *sent;      /* the body */
    Json *values;          /* what is there so far: defaults, or the record to update */
    const char *id;        /* of the record to update; NULL when inserting */
    bool allow_duplicates; /* Sforce-Duplicate-Rule-Header: allowSave=true */
    const char *version;
    const char *auto_assign; /* Sforce-Auto-Assign; NULL: not sent */
};

/* Puts the sent values into values, checking as Salesforce does. false and an answer when refused:
 * shape of the JSON, unknown fields, types, rights, required fields, formats, rules, in this order.
 */
bool validate_write(struct write *write, struct response *response);

/* rules.c: validation rules, triggers, duplicates. */
bool rules_allow(const struct write *write, struct response *response);

/* Collects several errors of one record. */
void validate_add_error(Json *errors, const char *code, const char *message, const char *field);

#endif
