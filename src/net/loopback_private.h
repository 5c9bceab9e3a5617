/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_LOOPBACK_PRIVATE_H
#define PERCH_NET_LOOPBACK_PRIVATE_H

#include "perch/net/loopback.h"
#include "request_head.h"

#define LOOPBACK_PATH "/OauthRedirect"

/* Everything that the listener ever says. */
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
    PAGE_PREFLIGHT, /* no page: the answer to OPTIONS */
    PAGE_COUNT,
};

/* The whole answer, head and page. without_body: for HEAD. Owned by the caller. */
GString *loopback_page(enum loopback_page page, bool without_body);

/* The answer that leads on to url. Owned by the caller. */
GString *loopback_redirect(const char *url);

/* What a request means. code, error and description only when it counts; all owned. */
struct loopback_verdict {
    bool counts; /* it carries the answer that is waited for */
    enum loopback_page page;
    bool without_body;
    enum loopback_outcome outcome;
    char *code, *error, *description;
};

void loopback_judge(const struct request_head *head, guint16 port, const Secret *state,
                    struct loopback_verdict *ret_verdict);
/* Whether the request names this computer, and not some other host that leads here. */
bool loopback_is_own_host(struct slice host, guint16 port);
void loopback_verdict_clear(struct loopback_verdict *verdict);

/* Listening sockets on a port of both loopback families; NULL for one that the machine is without.
 */
struct loopback_sockets {
    GSocket *ipv4, *ipv6;
};
bool loopback_bind(guint16 port, struct loopback_sockets *ret_sockets);
/* Any port, on one family; 0 = none can be had. */
guint16 loopback_bind_any(struct loopback_sockets *ret_sockets);
void loopback_sockets_close(struct loopback_sockets *sockets);
const char *loopback_sockets_addresses(const struct loopback_sockets *sockets);

/* "node (pid 4211)" for the program that listens on a port here, where that can be seen; else
 * NULL. Owned by the caller. */
char *port_owner(guint16 port);
/* Whose the connection from port to own_port is. Unknown: no end of this system's, such as one of
 * Windows around WSL. */
enum port_user { PORT_USER_UNKNOWN, PORT_USER_SAME /* or root */, PORT_USER_OTHER };
enum port_user port_user(guint16 port, guint16 own_port);

#endif
