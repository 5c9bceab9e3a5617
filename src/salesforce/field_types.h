/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SALESFORCE_FIELD_TYPES_H
#define PERCH_SALESFORCE_FIELD_TYPES_H

#include "perch/salesforce/salesforce.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_BOOLEAN,
    FIELD_PICKLIST,
    FIELD_REFERENCE,
    FIELD_OPAQUE,
};

/* A Salesforce field type, by its name in describe. */
struct field_type {
    const char *name;
    enum field_kind kind;
    bool has_length;    /* describe's length limits the characters */
    const char *sample; /* a value that always fits; NULL = derived from the field */
    bool (*fits)(const char *text);
    const char *problem; /* message if fits returns false */
};

/* Never NULL: an unknown type is treated as text. */
const struct field_type *field_type_of(const struct field *field);

#endif
