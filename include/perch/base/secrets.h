/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SECRETS_H
#define PERCH_SECRETS_H

#include <stdbool.h>

#include "perch/base/secret.h"

/* All secrets of one connection. They share one keyring item so that they change together. */
struct secrets {
    Secret *client_secret; /* NULL for an app that requires none */
    Secret *private_key;   /* PEM, PKCS #8; NULL for an app that does not log in with one */
    Secret *refresh_token;
    Secret *access_token;
    char *instance_url; /* belongs to the tokens, which are useless without it */
    gint64 issued_at;   /* wall ms when the access token was received */
    gint64 good_until;  /* wall ms until which the access token may be used without a check; 0 =
                           unknown */
};

/* Groups of members that change together. */
enum secrets_part {
    SECRETS_APP = 1,    /* the app's credential: consumer secret, private key */
    SECRETS_TOKENS = 2, /* what Salesforce issued */
    SECRETS_ALL = SECRETS_APP | SECRETS_TOKENS,
};

void secrets_clear(struct secrets *secrets); /* wipes and zeroes */
void secrets_copy(struct secrets *to,
                  const struct secrets *from); /* `to` is treated as uninitialised */
/* Replaces these parts (enum secrets_part) of to with those of from. */
void secrets_merge(struct secrets *to, const struct secrets *from, guint parts);
bool secrets_equal(const struct secrets *a, const struct secrets *b); /* constant time */

/* Whether the access token may be used at that wall-clock time without a check. */
bool secrets_are_good(const struct secrets *secrets, gint64 now_ms);

/* To and from the text of the keyring item: versioned JSON. PERCH_ERROR_STORE_NEWER: a later
 * version or unknown keys; PERCH_ERROR_STORE_DAMAGED: not such an item. */
Secret *secrets_to_item(const struct secrets *secrets, const char *name);
/* Name of the connection that the item was written for; NULL: an item of an older perch, or of
 * another program. Owned by the caller. */
char *secrets_item_name(const Secret *item);
bool secrets_from_item(const Secret *item, struct secrets *ret_secrets, GError **error);

/* Whether text may be a token: visible ASCII only (RFC 6750, b64token and more). It goes into a
 * header and to standard output unescaped. */
bool secrets_token_is_plain(const char *text);

#endif
