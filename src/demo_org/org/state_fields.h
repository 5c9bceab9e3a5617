/* SPDX-License-Identifier: MIT */
#ifndef DEMO_STATE_FIELDS_H
#define DEMO_STATE_FIELDS_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"

/*
 * The org's state is plain structs whose members are rows of .def tables. One table of members
 * yields the struct, its initial values, its JSON (state files, control endpoint) and its
 * documentation (--list-state): a new piece of state is a new row.
 */
enum state_field_type { STATE_TEXT, STATE_FLAG, STATE_NUMBER, STATE_LIST };

struct state_field {
    const char *name;
    enum state_field_type type;
    gsize offset;
    const char *initial; /* text; "true" or "false"; a number; items separated by blanks */
    const char *meaning;
};

/* A kind of thing: its first member is a text, its unique name. */
struct kind {
    const char *name; /* "users": key of its things in the JSON */
    gsize size;
    const struct state_field *state_fields;
    gsize state_field_count;
    const char *id_prefix; /* prefix of Salesforce ids; NULL when the thing has none */
};

/* A new thing with its initial values. Free with kind_free. */
gpointer kind_make(const struct kind *kind, const char *name);
void kind_free(const struct kind *kind, gpointer thing);

Json *kind_to_json(const struct kind *kind, gconstpointer thing);

/* Changes the members named in patch. PERCH_ERROR_INPUT for an unknown member or wrong type, which
 * changes nothing. */
bool kind_patch(const struct kind *kind, gpointer thing, const Json *patch, GError **error);

/* The member of that name, NULL when there is none. */
const struct state_field *kind_find_field(const struct kind *kind, const char *name);

const char *thing_name(gconstpointer thing);

bool list_has(const GPtrArray *list, const char *text);
void list_add(GPtrArray *list, const char *text);
void text_set(char **member, const char *text);

#endif
