/* SPDX-License-Identifier: MIT */
#ifndef PERCH_RESCUE_H
#define PERCH_RESCUE_H

#include <glib.h>
#include <stdbool.h>

#include "perch/net/http.h"
#include "perch/store/store.h"

/*
 * A second pair of hands for tokens that are won and not stored yet: for any answer of the token
 * endpoint. An exchange makes a login, and where refresh tokens rotate, the answer to a refresh
 * holds the only one that works from then on: a process that is killed before it has stored it, or
 * that ends because the keyring refuses it, would lose the connection, or leave a login alive that
 * nobody finds. So the request is sent by a small process that is started for it; it shares a page
 * of memory (never a file; kept out of the swap and of core dumps as far as the system lets) and
 * the connection's lock, keeps the answer and passes it on. When the first process ends, in
 * whatever way and however early, without having said that all is stored, the rescue waits for the
 * answer, goes through the door (tokens.h) with it, tries again for RESCUE_SECONDS while the
 * keyring refuses, and only then lets go of token and lock.
 *
 * What this cannot see to: an end of both processes at once (power loss) from the last byte of the
 * request until the keyring has the answer. The login that the org has then is nobody's.
 */
enum { RESCUE_SECONDS = 15 * 60 };

typedef struct Rescue Rescue;

/* The program that is started: /proc/self/exe for perch itself, whose main() calls rescue_main
 * when rescue_is_asked. NULL, as at first: no rescue is ever started (test programs). */
void rescue_use(const char *program);

/* What becomes of an answer that nobody settled: it is stored, or revoked at Salesforce. */
enum rescue_fate {
    RESCUE_STORES,
    RESCUE_REVOKES, /* unless the item has a newer one: it may come from a refresh with this one */
    RESCUE_REJECTS, /* revoked whatever the item has: another login took its place */
    RESCUE_ENDS_FORMER, /* it is stored; the login that it replaces is revoked */
};

struct rescue_terms {
    const char *config_dir, *name, *login_url;
    gint64 session_seconds;        /* as in struct connection */
    const struct secrets *secrets; /* what the answer goes into; then: */
    guint parts;                   /* of that, what goes into the item (enum secrets_part) */
    enum rescue_fate fate;
    const Secret *former; /* the login that this one replaces once it is stored; NULL = none */
};

/* lock: the connection's, shared; NULL: the rescue takes it itself, and does nothing when the
 * keyring has that token by then, or a newer one. NULL where none can be had: everything works
 * without one, only less safely. */
Rescue *rescue_start(const struct rescue_terms *terms, const StoreLock *lock);

/* This request, which is sent next, is the rescue's to send. */
void rescue_carries(Rescue *rescue, HttpRequest *request); /* NULL: it stays this process' own */

/* What came is no answer with tokens: it waits for another one. */
void rescue_drop(Rescue *rescue); /* NULL is fine */

/* It is not wanted any more, and is revoked when this side ends. */
void rescue_reject(Rescue *rescue); /* NULL is fine */

/* What came is stored: from now on it is the former login, this one by now, that is to be revoked.
 * FALSE: that is nobody's charge. */
bool rescue_ends_former(Rescue *rescue, const Secret *former); /* NULL is fine */

/* Nothing is left to do: what came is stored, or is not to be. Wipes the page. */
void rescue_done(Rescue *rescue); /* NULL is fine */

/* Whether an answer is on its way, or came, that rescue_done has not settled. */
bool rescue_holds(const Rescue *rescue);
bool rescue_awaits(const Rescue *rescue); /* the first of these */

/* Ends this process' side. What rescue_holds is the other's from now on. NULL is fine. */
void rescue_free(Rescue *rescue);

/* ---- in the process that was started ---- */

bool rescue_is_asked(char **argv);
/* Sends what the process that started this one has to send, until that ends; then sees to what that
 * left behind. open comes before anything of the store. Returns the exit code. */
int rescue_main(void (*open)(void));

#endif
