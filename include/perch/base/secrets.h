/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SECRETS_H
#define PERCH_SECRETS_H

#include <stdbool.h>

#include "perch/base/secret.h"

/* Everything secret about one connection, kept in one keyring item, so that it changes together. */
struct secrets {
    Secret *client_secret; /* NULL for an app that needs none */
    Secret *refresh_token;
    Secret *access_token;
    char *instance_url; /* belongs to the tokens: they are worth nothing without it */
    gint64 issued_at;   /* wall ms when the access token was received */
    gint64 good_until;  /* wall ms up to which it may be used without asking; 0 = unknown */
};

/* What belongs together and changes together. */
enum secrets_part {
    SECRETS_APP = 1,    /* what the app is known by: the consumer secret */
    SECRETS_TOKENS = 2, /* what Salesforce gave out */
    SECRETS_ALL = SECRETS_APP | SECRETS_TOKENS,
};

void secrets_clear(struct secrets *secrets); /* wipes and zeroes */
void secrets_copy(struct secrets *to,
                  const struct secrets *from); /* `to` is treated as uninitialised */
/* These parts (enum secrets_part) of from in place of to's. */
void secrets_merge(struct secrets *to, const struct secrets *from, guint parts);
bool secrets_equal(const struct secrets *a, const struct secrets *b); /* constant time */

/* Whether the access token may be used without asking at that wall clock. */
bool secrets_are_good(const struct secrets *secrets, gint64 now_ms);

/* To and from the text of the keyring item: versioned JSON. PERCH_ERROR_STORE_NEWER: it has a later
 * version or unknown keys; PERCH_ERROR_STORE_DAMAGED: it is none. */
Secret *secrets_to_item(const struct secrets *secrets);
bool secrets_from_item(const Secret *item, struct secrets *ret_secrets, GError **error);

/* Whether it may be a token: visible ASCII and nothing else (RFC 6750, b64token and more). It goes
 * into a header and onto standard output as it is. */
bool secrets_token_is_plain(const char *text);

#endif
