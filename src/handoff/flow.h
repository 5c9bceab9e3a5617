/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HANDOFF_FLOW_H
#define PERCH_HANDOFF_FLOW_H

#include "perch/handoff/handoff.h"

/* The parts that every format is made of. */

enum flow_group { GROUP_TOKEN, GROUP_CREATE, GROUP_FORM, GROUP_MORE };

/* Where the row shows: on the screen and in the text, or as a value of env and JSON. */
enum { SHOW_FORM = 1, SHOW_VALUE = 2 };

struct flow_source {
    const Connection *connection;
    const struct secrets *secrets;
    const struct channel *channel;
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

/* The known values of the rows that show in one of the places: struct handoff_item *. */
GPtrArray *flow_collect(const struct flow_source *source, int show);
/* A value of those, borrowed; "" when it is not among them. */
const char *flow_value(const GPtrArray *items, const char *id);

/* Translated. */
const char *flow_group_heading(enum flow_group group, enum test_object object);

/* Why a message breaks a body, and how the flow fills it: translated paragraphs, NULL at the end.
 */
const char *const *flow_text_advice(void);

/* "client_id" → "SALESFORCE_CLIENT_ID"; owned by the caller. */
char *flow_env_key(const char *id);

bool flow_has_controls(const char *text);

/* The formats. source has the channel that is worked on; those for several look at
 * source->connection->channels. FALSE with PERCH_ERROR_INPUT: a value cannot be expressed. */
typedef bool (*flow_write)(const struct flow_source *source, SecretBuf *out, GError **error);
#define FORMAT(ID, name, where, suffix, write, what) MORE_FILE(ID, suffix, write)
#define MORE_FILE(ID, suffix, write) \
    bool write(const struct flow_source *source, SecretBuf *out, GError **error);
#include "perch/handoff/formats.def"
#undef FORMAT
#undef MORE_FILE

#endif
