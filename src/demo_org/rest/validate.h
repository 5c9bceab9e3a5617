/* SPDX-License-Identifier: MIT */
#ifndef DEMO_VALIDATE_H
#define DEMO_VALIDATE_H

#include "demo_org/org/objects.h"
#include "demo_org/org/scan.h"
#include "demo_org/server/http.h"

/* A record about to be written. */
struct write {
    const struct state *state;
    const struct object *object;
    const struct profile *profile;
    const struct scan *scan;
    const GArray *fields;  /* visible to the profile */
    const Json *sent;      /* the body */
    Json *values;          /* current values: defaults, or the record to update */
    const char *id;        /* id of the record to update; NULL when inserting */
    bool allow_duplicates; /* Sforce-Duplicate-Rule-Header: allowSave=true */
    const char *version;
    const char *auto_assign; /* Sforce-Auto-Assign; NULL: not sent */
};

/* Puts the sent values into values, with Salesforce's checks in this order: shape of the JSON,
 * unknown fields, types, rights, required fields, formats, rules. false, with an answer, when
 * refused. */
bool validate_write(struct write *write, struct response *response);

/* rules.c: validation rules, triggers, duplicates. */
bool rules_allow(const struct write *write, struct response *response);

/* Collects several errors of one record. */
void validate_add_error(Json *errors, const char *code, const char *message, const char *field);

#endif
