/* SPDX-License-Identifier: MIT */
#ifndef DEMO_OBJECTS_H
#define DEMO_OBJECTS_H

#include "demo_org/org/policy.h"
#include "demo_org/org/state.h"

/* sObjects and their fields: tables for describe, validation and SOQL alike. */
struct field {
    const char *name;
    const char *label;
    const char *type; /* as in describe */
    int length;
    const char *flags;                 /* enum field_flag letters */
    const char *references;            /* objects, separated by blanks */
    const char *relationship;          /* "" if there is none */
    const char *compound;              /* name of the compound field it is part of */
    const char *extra;                 /* extraTypeInfo */
    const char *initial;               /* default value */
    const char *values;                /* picklist: value or value=label, separated by '|' */
    const struct custom_field *custom; /* NULL for a standard field; else has the values */
};

enum field_flag {
    FIELD_CREATEABLE = 'C',
    FIELD_UPDATEABLE = 'U',
    FIELD_NILLABLE = 'N',
    FIELD_DEFAULTED = 'D', /* defaultedOnCreate */
    FIELD_RESTRICTED = 'R',
    FIELD_NAME = 'M',
    FIELD_ID_LOOKUP = 'I',
    FIELD_PERMISSIONABLE = 'P',
    FIELD_AUTO_NUMBER = 'A',
    FIELD_SORTABLE = 'S',   /* sortable although a long text */
    FIELD_UNFILTERED = 'X', /* not usable in WHERE */
};

struct object {
    const char *name;
    const char *label;
    const char *plural;
    const char *prefix; /* NULL: its rows have no ids */
    const struct field *fields;
    gsize field_count;
    /* All rows as Json objects, API names to values, without relationships. */
    GPtrArray *(*rows)(const struct state *state, const struct object *object,
                       const struct user *asking);
    const char *flags;
};

bool field_is(const struct field *field, enum field_flag flag);
bool field_is_type(const struct field *field, const char *type);
bool object_writable(const struct object *object);

/* By API name, ignoring case like Salesforce. NULL when unknown. */
const struct object *object_find(const char *name);
const struct object *object_at(guint index); /* NULL after the last */

/* Standard and custom fields of the object, struct field by value; free with g_array_unref. The
 * strings belong to the tables and to the state. */
GArray *object_fields(const struct state *state, const struct object *object);
/* The fields visible to the profile. */
GArray *object_visible_fields(const struct state *state, const struct object *object,
                              const struct profile *profile);
/* Ignores case; NULL when there is none. */
const struct field *fields_find(const GArray *fields, const char *name);

/* Picklist values: calls with each value and label. */
typedef void (*value_visitor)(gpointer data, const char *value, const char *label);
void field_each_value(const struct field *field, value_visitor visit, gpointer data);
bool field_has_value(const struct field *field, const char *value);

/* Whether the profile may read the object at all. */
bool object_readable(const struct object *object, const struct profile *profile);

#endif
