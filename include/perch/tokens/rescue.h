/* SPDX-License-Identifier: MIT */
#ifndef PERCH_RESCUE_H
#define PERCH_RESCUE_H

#include <glib.h>
#include <stdbool.h>

#include "perch/net/http.h"
#include "perch/store/store.h"

/*
 * The rescue process keeps tokens safe between the token endpoint's answer and the keyring. A code
 * exchange creates a login, and with rotation a refresh returns the only refresh token that still
 * works. A process that is killed before it stores the answer, or that ends because the keyring
 * refuses it, would lose the connection or leave behind a login that nobody knows of. So perch
 * starts a small process that sends the request, keeps the answer and passes it on. The two share a
 * page of memory (never a file; kept out of swap and core dumps if the system allows) and the
 * connection's lock. If the first process ends, in whatever way, without reporting that everything
 * is stored, the rescue process waits for the answer, stores it through the door (tokens.h),
 * retries for RESCUE_SECONDS while the keyring refuses, and only then drops token and lock.
 *
 * It cannot help if both processes end at once (power loss) between the last byte of the request
 * and the write to the keyring. The org then has a login that nobody holds.
 */
enum { RESCUE_SECONDS = 15 * 60 };

typedef struct Rescue Rescue;

/* Sets the program to start: /proc/self/exe for perch itself, whose main() calls rescue_main if
 * rescue_is_asked. With NULL, the initial value, no rescue process is ever started (test programs).
 */
void rescue_use(const char *program);

/* What the rescue process does with an answer that rescue_done has not settled. */
enum rescue_fate {
    RESCUE_STORES,
    RESCUE_REVOKES,     /* revoke it, unless the item has a newer one, which may come from a refresh
                           with this one */
    RESCUE_REJECTS,     /* revoke it, whatever the item has: another login replaced it */
    RESCUE_ENDS_FORMER, /* store it, then revoke the login that it replaces */
};

struct rescue_terms {
    const char *config_dir, *name, *login_url;
    gint64 session_seconds;        /* as in struct connection */
    const struct secrets *secrets; /* base that the answer is merged into */
    guint parts;                   /* which parts of that are saved (enum secrets_part) */
    enum rescue_fate fate;
    const Secret
        *former; /* refresh token of the login that this one replaces once stored; NULL = none */
};

/* lock: the connection's, shared. NULL: the rescue process takes the lock itself, and does nothing
 * if the keyring already has that token or a newer one. Returns NULL if it cannot be started:
 * everything works without it, only less safely. */
Rescue *rescue_start(const struct rescue_terms *terms, const StoreLock *lock);

/* Lets the rescue process send this request, which must be the next one sent. */
void rescue_carries(Rescue *rescue, HttpRequest *request); /* NULL: this process sends it */

/* The answer had no tokens: wait for another one. */
void rescue_drop(Rescue *rescue); /* NULL is fine */

/* The answer is not wanted any more: revoke it when this side ends. */
void rescue_reject(Rescue *rescue); /* NULL is fine */

/* The answer is stored: from now on former, the login it replaced, is the one to revoke. FALSE: the
 * rescue process cannot do that. */
bool rescue_ends_former(Rescue *rescue, const Secret *former); /* NULL is fine */

/* Nothing is left to do: the answer is stored, or must not be. Wipes the page. */
void rescue_done(Rescue *rescue); /* NULL is fine */

/* Whether there is an answer, expected or received, that rescue_done has not settled. */
bool rescue_holds(const Rescue *rescue);
bool rescue_awaits(const Rescue *rescue); /* an expected one */

/* Ends this process's side. An answer for which rescue_holds is true becomes the rescue process's
 * task. NULL is fine. */
void rescue_free(Rescue *rescue);

/* ---- in the process that was started ---- */

bool rescue_is_asked(char **argv);
/* Sends the requests of the parent process until that ends, then takes care of unsettled answers.
 * open is called before any store function. Returns the exit code. */
int rescue_main(void (*open)(void));

#endif
