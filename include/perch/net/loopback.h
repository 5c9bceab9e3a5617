/* SPDX-License-Identifier: MIT */
#ifndef PERCH_LOOPBACK_H
#define PERCH_LOOPBACK_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/*
 * The listener that catches Salesforce's redirect: http://localhost:PORT/OauthRedirect on 127.0.0.1
 * and ::1 only (RFC 8252 sections 7.3, 8.3). Only a GET of the exact path, addressed to localhost,
 * with the expected state counts; anything else is answered and has no effect. Limits: 16
 * connections at once, 8 KiB of request head, 5 s per connection.
 */
typedef struct Loopback Loopback;

enum loopback_outcome { LOOPBACK_CODE, LOOPBACK_ERROR };

struct loopback_result {
    enum loopback_outcome outcome;
    Secret *code;      /* LOOPBACK_CODE only; decoded once; borrowed */
    const char *error; /* Salesforce's error and error_description, decoded, not cleaned */
    const char *description;
};

/* Called from the main loop with a valid answer, one at a time: the next one comes after
 * loopback_go_on. Until then, or until loopback_finish, the browser's tab is kept waiting, for at
 * most 60 s. May call any of these functions. */
typedef void (*loopback_done)(const struct loopback_result *result, gpointer user);

/*
 * Binds the first free port of ports (0 entries are skipped) on both IPv4 and IPv6 (IPv4 alone on a
 * machine without IPv6). A port taken in either family counts as taken. *ret_port is the port.
 * state, which the redirect must carry, is referenced. PERCH_ERROR_NETWORK: every port is taken;
 * the message names them.
 */
Loopback *loopback_new(const guint16 *ports, guint count, Secret *state, loopback_done done,
                       gpointer user, guint16 *ret_port, GError **error);
/* "127.0.0.1 and ::1", or only one of them; translated, borrowed. */
const char *loopback_addresses(const Loopback *loopback);
/* Whether a redirect with another state came: from an earlier attempt, or from somebody else. */
bool loopback_saw_other_login(const Loopback *loopback);

/* Reports that the answer given to done led to no login, tells its tab so, and waits for the next
 * one. Anyone who knows the authorize address can send a bad answer; it must not keep out the right
 * one. */
void loopback_go_on(Loopback *loopback);
/* The code was pasted instead: answers that arrive here wait for loopback_go_on. */
void loopback_hold(Loopback *loopback);

/*
 * Ends the login, even one with a pasted code: closes the listener, which frees the port, and
 * answers every waiting tab with the final result (a static page of perch's own). The page is
 * delivered even if loopback_free follows at once.
 */
void loopback_finish(Loopback *loopback, bool succeeded);
void loopback_free(Loopback *loopback); /* NULL is fine; closes everything at once */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Loopback, loopback_free)

/*
 * Leads a browser to url without putting url into the arguments of a program, where every user of
 * this computer could read it. *ret_address, owned by the caller, is a loopback address that
 * redirects to url, for this user only; if it cannot be seen who asks, only once. NULL: no port is
 * available.
 */
Loopback *loopback_lead_to(const char *url, char **ret_address);

/* The addresses on which port can be bound right now, in the words of loopback_addresses. NULL: it
 * is taken on one of them; *ret_owner (may be NULL) then names the owner if /proc shows it: "node
 * (pid 4211)", else NULL; owned by the caller. */
const char *loopback_port_is_free(guint16 port, char **ret_owner);
/* Whether this user may not listen on port, free or not: usually one below 1024. */
bool loopback_port_is_forbidden(guint16 port);

#endif
