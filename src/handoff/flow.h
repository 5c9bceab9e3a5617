/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HANDOFF_FLOW_H
#define PERCH_HANDOFF_FLOW_H

#include "perch/base/login_way.h"
#include "perch/handoff/handoff.h"

/* The building blocks of all formats. */

enum flow_group {
    GROUP_NAMES,  /* names for the channel's variables, as in the mapping */
    GROUP_TOKEN,  /* the call that gets a token */
    GROUP_CREATE, /* the call that creates the record */
    GROUP_ENV,    /* secrets as environment variables */
    GROUP_FORM,   /* the OAuth integration form */
    GROUP_MORE,
    GROUP_SIGN, /* for a login that has to be signed: only notes */
    GROUP_COUNT,
};

struct flow_source {
    const Connection *connection;
    const struct secrets *secrets;
    const struct channel *channel;
};

/* A named value, for env, JSON and similar formats. */
struct flow_named {
    const char *id;
    bool secret;
    Secret *(*value)(const struct flow_source *source); /* NULL = unknown */
};
extern const struct flow_named flow_named[];
extern const gsize flow_named_count;

/* FALSE with PERCH_ERROR_INPUT: each login has to be signed, and what cannot sign is no use. */
bool flow_needs_no_signature(const struct flow_source *source, GError **error);
/* A private key in one line: PEM without its first and last; NULL: no PEM. */
Secret *flow_key_line(const Secret *value);

/* The form body of the call that gets a token; with {{assertion}} for what has to be signed. NULL =
 * unknown. */
Secret *flow_token_body(const struct flow_source *source);

/* All known values of flow_named and of the platform's forms: struct handoff_item *. */
GPtrArray *flow_values(const struct flow_source *source);
GPtrArray *flow_forms(const struct flow_source *source);
/* One of these values, borrowed; "" when missing. */
const char *flow_value(const GPtrArray *items, const char *id);

/* Translated, static; NULL when the platform has no such group. */
const char *flow_heading(const struct flow_source *source, enum flow_group group);

/* The record as entered in the platform's form: text with variables. Owned by the caller. */
Json *flow_template(const struct flow_source *source);

/* "client_id" → "SALESFORCE_CLIENT_ID"; owned by the caller. */
char *flow_env_key(const char *id);

/* Writers of the formats. source has the current channel; formats for several channels use
 * source->connection->channels. FALSE with PERCH_ERROR_INPUT: a value cannot be expressed. */
typedef bool (*flow_write)(const struct flow_source *source, SecretBuf *out, GError **error);
#define FORMAT(ID, name, where, suffix, write, what) MORE_FILE(ID, suffix, write)
#define MORE_FILE(ID, suffix, write) \
    bool write(const struct flow_source *source, SecretBuf *out, GError **error);
#include "perch/handoff/formats.def"
#undef FORMAT
#undef MORE_FILE

#endif
