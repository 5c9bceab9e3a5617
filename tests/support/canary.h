/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_CANARY_H
#define SUPPORT_CANARY_H

#include <glib.h>
#include <sys/types.h>

#include "support/tmphome.h"

/*
 * Looks for secrets where none may be. Every token and secret of the demo org holds the marker
 * CANARY_MARKER, as it is or (the consumer secret) in hexadecimal; values without it (a typed
 * consumer secret, a PKCE verifier) are added by hand.
 */
#define CANARY_MARKER "CANARY"
#define CANARY_MARKER_HEX "43414E415259"

typedef struct Canary Canary;

Canary *canary_new(void);
void canary_free(Canary *canary); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Canary, canary_free)

/* One more text to look for, at least 8 bytes. */
void canary_add(Canary *canary, const char *secret);

/* Remembers argv and environment of pid and of everything below it, as they are now. */
void canary_snapshot(Canary *canary, pid_t pid);

/* Looks through length bytes (-1: NUL-terminated) and remembers what was found; where names the
 * place in the report. */
void canary_search(Canary *canary, const char *where, const char *bytes, gssize length);

/* Looks through every file below home->root but those whose path (relative to it) starts with one
 * of except (NULL at the end, may be NULL). The keyring's own encrypted folder is always left out.
 */
void canary_search_files(Canary *canary, const TmpHome *home, const char *const *except);

/* Looks through the snapshots; then NULL when nothing was found anywhere, else where it was: names
 * places, never the secrets. Having looked nowhere is a finding too. Borrowed. */
const char *canary_report(Canary *canary);
/* Fails the test with that report. */
void canary_assert_clean(Canary *canary);

/* How often a secret was found so far. */
guint canary_found(const Canary *canary);

#endif
