/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TYPED_H
#define PERCH_TYPED_H

#include <glib.h>
#include <stdbool.h>

/* What people type or paste where one value is asked for. It may hold secrets: results are owned by
 * the caller, who wipes them (WipedText). */

/* The bytes of a file as UTF-8: without a byte order mark, and from UTF-16 (as editors on
 * Windows save it) or UTF-32. Invalid UTF-8 becomes U+FFFD. */
char *typed_utf8(const char *bytes, gsize length);

/* The text that base64 stands for, of either alphabet (RFC 4648, sections 4 and 5), padded or not;
 * other characters are skipped. NULL: it is not UTF-8, or holds a NUL. */
char *typed_base64(const char *code);

enum typed_kind { TYPED_KEY, TYPED_SECRET };
/* The consumer key or secret in text: the one word that has Salesforce's format, whatever stands
 * around it; else what follows its name (CLIENT_SECRET=..., "client_secret": "..."), or the whole,
 * without invisible characters, line breaks of a terminal and quotes. "" when there is none. */
char *typed_value(const char *text, enum typed_kind kind);
/* The one value, whatever stands around it: a whole match of pattern. NULL: there is none, or
 * several that differ. */
char *typed_match(const char *text, const char *pattern);
/* Whether there is what perch knows as a consumer secret, a token or a key file in text. */
bool typed_is_secret(const char *text);
/* Why value cannot be what it was given as: the other one of the two, a token, an address, a
 * stump, with characters that none has; translated; NULL = it can. */
const char *typed_problem(const char *value, enum typed_kind kind);
/* Why value is worth asking for again, once: it has not the length that Salesforce gives its own.
 * An app may have one that was chosen for it (ConnectedApp, consumerKey and consumerSecret: 8 to
 * 256 characters), so it may be right. Translated; NULL = nothing is odd. In public repositories 35
 * of 37 keys that begin with 3MVG9 have 85 characters; the others have 23 (the Salesforce DX
 * guide's own sample) and 55. */
const char *typed_doubt(const char *value, enum typed_kind kind);
/* Whether value was shortened or hidden by a program, or only says what belongs there: "3MVG9…x",
 * "••••", "[REDACTED]", "YOUR_CLIENT_ID". Three dots in a row are in one of 3,500 keys and codes
 * that are whole. */
bool typed_is_stump(const char *value);

/* The port in "1717", ":1717" or a callback URL; 0 = none; NULL is none, too. */
guint typed_port(const char *text);

/* text without the marks of terminals (bracketed paste), letters ("> ") and programs: \u0026, and
 * {"name": "code", "value": "x"} for "code": "x". */
char *typed_unmarked(const char *text);

/* text with one layer removed that links put around an address: Proofpoint's, base64, or
 * percent-encoding (Safe Links, and an address in another one's query). NULL when none is left. */
char *typed_unwrap(const char *text);

#endif
