/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HANDOFF_FLOW_H
#define PERCH_HANDOFF_FLOW_H

#include "perch/handoff.h"

/* The parts that every format is made of. */

enum flow_group { GROUP_TOKEN, GROUP_CREATE, GROUP_FORM, GROUP_MORE };

/* Where the row shows: on the screen and in the text, or as a value of env and JSON. */
enum { SHOW_FORM = 1, SHOW_VALUE = 2 };

struct flow_source {
    const Connection *connection;
    const struct secrets *secrets;
};

struct flow_row {
    const char *id;
    enum flow_group group;
    const char *label; /* untranslated; NULL for what only exports have */
    bool secret;
    int show;
    Secret *(*value)(const struct flow_source *source); /* NULL = not known */
};

extern const struct flow_row flow_rows[];
extern const gsize flow_row_count;

/* Translated. */
const char *flow_group_heading(enum flow_group group, const Connection *connection);

const char *flow_object(const Connection *connection); /* "Lead" */

/* The record that the flow creates: fields with Flow Builder's variables as values. */
Json *flow_record(const Connection *connection);

#endif
