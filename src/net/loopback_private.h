/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_LOOPBACK_PRIVATE_H
#define PERCH_NET_LOOPBACK_PRIVATE_H

#include "perch/net/loopback.h"
#include "request_head.h"

#define LOOPBACK_PATH "/OauthRedirect"

/* All answers that the listener gives. */
enum loopback_page {
    PAGE_SUCCEEDED,
    PAGE_FAILED,
    PAGE_REFUSED,
    PAGE_STILL_WORKING,
    PAGE_NOT_THIS_LOGIN,
    PAGE_NOT_UNDERSTOOD,
    PAGE_NOT_FOUND,
    PAGE_WRONG_METHOD,
    PAGE_WRONG_HOST,
    PAGE_TIMEOUT,
    PAGE_TOO_LARGE,
    PAGE_LEADS_NOWHERE,
    PAGE_PREFLIGHT, /* the answer to OPTIONS, without a page */
    PAGE_COUNT,
};

/* The complete answer, head and page. without_body: for HEAD. Owned by the caller. */
GString *loopback_page(enum loopback_page page, bool without_body);

/* The answer that redirects to url. Owned by the caller. */
GString *loopback_redirect(const char *url);

/* The meaning of a request. code, error and description are set only if it counts; all owned. */
struct loopback_verdict {
    bool counts; /* it has the expected answer */
    enum loopback_page page;
    bool without_body;
    enum loopback_outcome outcome;
    char *code, *error, *description;
};

void loopback_judge(const struct request_head *head, guint16 port, const Secret *state,
                    struct loopback_verdict *ret_verdict);
/* Whether the request's host is this computer, and not another name that resolves to it. */
bool loopback_is_own_host(struct slice host, guint16 port);
void loopback_verdict_clear(struct loopback_verdict *verdict);

/* Listening sockets on one port of both loopback families; NULL for a family that the machine
 * lacks. */
struct loopback_sockets {
    GSocket *ipv4, *ipv6;
};
bool loopback_bind(guint16 port, struct loopback_sockets *ret_sockets);
/* Binds any port, on one family; 0 = none available. */
guint16 loopback_bind_any(struct loopback_sockets *ret_sockets);
void loopback_sockets_close(struct loopback_sockets *sockets);
const char *loopback_sockets_addresses(const struct loopback_sockets *sockets);

/* "node (pid 4211)" for the program that listens on a port of this computer, if visible; else NULL.
 * Owned by the caller. */
char *port_owner(guint16 port);
/* The user who owns the connection from port to own_port. Unknown: its other end is outside this
 * system, such as Windows around WSL. */
enum port_user { PORT_USER_UNKNOWN, PORT_USER_SAME /* or root */, PORT_USER_OTHER };
enum port_user port_user(guint16 port, guint16 own_port);

#endif
