/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TYPED_H
#define PERCH_TYPED_H

#include <glib.h>

/* What people type or paste where one value is asked for. It may hold secrets: results are owned by
 * the caller, who wipes them (WipedText). */

/* The bytes of a file as UTF-8: without a byte order mark, and from UTF-16 (as editors on
 * Windows save it) or UTF-32. Invalid UTF-8 becomes U+FFFD. */
char *typed_utf8(const char *bytes, gsize length);

enum typed_kind { TYPED_KEY, TYPED_SECRET };
/* The consumer key or secret in text: the one word that has Salesforce's format, whatever stands
 * around it; else what follows its name (CLIENT_SECRET=..., "client_secret": "..."), or the whole,
 * without invisible characters, line breaks of a terminal and quotes. "" when there is none. */
char *typed_value(const char *text, enum typed_kind kind);
/* Why value cannot be what it was given as: the other one of the two, a token, an address;
 * translated; NULL = it can. */
const char *typed_problem(const char *value, enum typed_kind kind);

/* The port in "1717", ":1717" or a callback URL; 0 = none; NULL is none, too. */
guint typed_port(const char *text);

/* text without the marks of terminals (bracketed paste) and letters ("> "). */
char *typed_unmarked(const char *text);

/* text with one layer removed that links put around an address: Proofpoint's, base64, or
 * percent-encoding (Safe Links, and an address in another one's query). NULL when none is left. */
char *typed_unwrap(const char *text);

#endif
