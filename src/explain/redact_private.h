/* SPDX-License-Identifier: MIT */
#ifndef EXPLAIN_REDACT_PRIVATE_H
#define EXPLAIN_REDACT_PRIVATE_H

#include "explain_private.h"

/* What the files of redact.c share. */

/* ---- redact_bare.c ---- */

/* A text without its quoting, of whichever program. */
struct bare {
    GString *text;
    guint *at; /* where each byte, and the end, stands in the text with its quoting */
};

struct bare bare_of(const char *text);
void bare_clear(struct bare *bare);
/* Where the character at an offset begins. */
gsize bare_character(const GString *text, gsize at);
/* Valid, wherever it begins and ends; owned by the caller. */
char *bare_piece(const struct bare *bare, gsize from, gsize to);
/* Adds the text with its quoting to out, and a sign for what is left out at start. */
void bare_cut(GString *out, const char *raw, const struct bare *bare, gsize from, gsize start);

/* ---- redact_pairs.c ---- */

/* Whether the words that a label ends with are a secret's name. */
bool secret_is_named(const char *label);
/* Whether a value beside such a name is one, and not a word that tells of it. */
bool secret_is_value(const char *value);
/* Whether a value looks like nothing but one. */
bool secret_is_made(const char *value);

/* ---- redact_tables.c ---- */

/* raw without what stands in a column whose head is a secret's name; names are the offsets of what
 * may be one, in order. NULL: nothing does. Owned by the caller. */
char *redact_tables(const char *raw, const struct bare *bare, const GArray *names);
/* text without the values of a Secret of Kubernetes; takes text, the result is owned by the
 * caller. */
char *redact_manifests(char *text);

/* ---- redact_dump.c ---- */

/* text with each dump of bytes that holds a secret replaced with what it says, without it; owned by
 * the caller. */
char *redact_dumps(const char *text);

/* ---- redact.c ---- */

/* text without the secrets that stand in it as they are; owned by the caller. */
char *cut_secrets(const char *text);

#endif
