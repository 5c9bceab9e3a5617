/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TYPED_H
#define PERCH_TYPED_H

#include <glib.h>

/* What people type or paste where one value is asked for. It may hold secrets: results are owned by
 * the caller, who wipes them (WipedText). */

/* The bytes of a file as UTF-8: without a byte order mark, and from UTF-16 as editors on Windows
 * save it. Invalid UTF-8 becomes U+FFFD. */
char *typed_utf8(const char *bytes, gsize length);

enum typed_kind { TYPED_KEY, TYPED_SECRET };
/* The consumer key or secret in text: without invisible characters, line breaks of a terminal,
 * quotes around it, and a name before it (CLIENT_SECRET=..., "client_secret": "..."), whatever else
 * stands on other lines. "" when there is none. */
char *typed_value(const char *text, enum typed_kind kind);

/* text with one layer removed that links put around an address: Proofpoint's, or percent-encoding
 * (Safe Links, and an address in another one's query). NULL when none is left. */
char *typed_unwrap(const char *text);

#endif
