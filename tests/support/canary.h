/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_CANARY_H
#define SUPPORT_CANARY_H

#include <glib.h>
#include <sys/types.h>

#include "support/tmphome.h"

/*
 * Searches for secrets where none may be. Every token and secret of the demo org contains
 * CANARY_MARKER, literally or (the consumer secret) in hexadecimal; values without it (a typed
 * consumer secret, a PKCE verifier) are added by hand.
 */
#define CANARY_MARKER "CANARY"
#define CANARY_MARKER_HEX "43414E415259"

typedef struct Canary Canary;

Canary *canary_new(void);
void canary_free(Canary *canary); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Canary, canary_free)

/* Adds a text to search for, at least 8 bytes. */
void canary_add(Canary *canary, const char *secret);

/* Records the current argv and environment of pid and all its descendants. */
void canary_snapshot(Canary *canary, pid_t pid);

/* Searches length bytes (-1: NUL-terminated) and records findings; where names the place in the
 * report. */
void canary_search(Canary *canary, const char *where, const char *bytes, gssize length);

/* Searches every file below home->root except those whose path (relative to it) starts with one of
 * except (NULL at the end, may be NULL). The keyring's own encrypted folder is always left out. */
void canary_search_files(Canary *canary, const TmpHome *home, const char *const *except);

/* Searches the snapshots, then returns NULL when nothing was found anywhere, else the places, never
 * the secrets. Having searched nothing is a finding, too. Borrowed. */
const char *canary_report(Canary *canary);
/* Fails the test with that report. */
void canary_assert_clean(Canary *canary);

/* How often a secret was found so far. */
guint canary_found(const Canary *canary);

#endif
