/* SPDX-License-Identifier: MIT */
#ifndef PERCH_LOOPBACK_H
#define PERCH_LOOPBACK_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/*
 * The listener that catches Salesforce's redirect: http://localhost:PORT/OauthRedirect on 127.0.0.1
 * and ::1 and nowhere else (RFC 8252 section 7.3, 8.3). Only a GET of the exact path, addressed to
 * localhost, with the expected state counts; anything else is answered and changes nothing.
 * Several connections at once (16), 8 KiB of request head, 5 s a connection.
 */
typedef struct Loopback Loopback;

enum loopback_outcome { LOOPBACK_CODE, LOOPBACK_ERROR };

struct loopback_result {
    enum loopback_outcome outcome;
    Secret *code;      /* decoded once; borrowed. LOOPBACK_CODE only */
    const char *error; /* Salesforce's error and error_description, decoded, not cleaned */
    const char *description;
};

/* Called from the main loop with a valid answer, one at a time: the next one comes after
 * loopback_go_on. The browser's tab is kept waiting until then or until loopback_finish, 60 s at
 * most. May call any of these functions. */
typedef void (*loopback_done)(const struct loopback_result *result, gpointer user);

/*
 * Binds the first free port of ports (0 entries are skipped) on both families; ::1 may be missing
 * on a machine without IPv6. A port that is taken on one family only counts as taken. *ret_port
 * tells which. state: the value that the redirect has to carry, referenced. PERCH_ERROR_NETWORK
 * when every port is taken; the sentence names them.
 */
Loopback *loopback_new(const guint16 *ports, guint count, Secret *state, loopback_done done,
                       gpointer user, guint16 *ret_port, GError **error);
/* "127.0.0.1 and ::1", or the one of the two that there is; translated, borrowed. */
const char *loopback_addresses(const Loopback *loopback);
/* Whether a redirect came that carries another state: of an earlier try, or somebody else's. */
bool loopback_saw_other_login(const Loopback *loopback);

/* The answer that done was called with led to no login, and its tab is told so. Whoever knows the
 * login's address can send such an answer: it must not keep the right one out. */
void loopback_go_on(Loopback *loopback);
/* An answer came through another door: what comes here waits for loopback_go_on. */
void loopback_hold(Loopback *loopback);

/*
 * The end of the login, however it came (a pasted code, too): closes the listener, so that the port
 * is free again, and answers every tab that waits with the final result (a static page in our own
 * words). The page survives a loopback_free right after this.
 */
void loopback_finish(Loopback *loopback, bool succeeded);
void loopback_free(Loopback *loopback); /* NULL is fine; closes everything at once */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Loopback, loopback_free)

/*
 * A way for a browser to url, which does not belong into the arguments of a program, where every
 * user of this computer reads them. *ret_address, owned by the caller, is one of this computer's
 * that leads to url, nobody but this user; once where it cannot be told who asks. NULL: no port can
 * be had.
 */
Loopback *loopback_lead_to(const char *url, char **ret_address);

/* The addresses, as loopback_addresses says them, on which port can be bound right now. NULL: it is
 * taken on one of them; *ret_owner (may be NULL) then names who has it where that can be seen in
 * /proc: "node (pid 4211)", else NULL; owned by the caller. */
const char *loopback_port_is_free(guint16 port, char **ret_owner);

#endif
