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
    PAGE_STILL_WORKING,
    PAGE_NOT_THIS_LOGIN,
    PAGE_NOT_UNDERSTOOD,
    PAGE_NOT_FOUND,
    PAGE_WRONG_METHOD,
    PAGE_WRONG_HOST,
    PAGE_TIMEOUT,
    PAGE_TOO_LARGE,
    PAGE_PREFLIGHT, /* no page: the answer to OPTIONS */
    PAGE_COUNT,
};

/* The whole answer, head and page. without_body: for HEAD. Owned by the caller. */
GString *loopback_page(enum loopback_page page, bool without_body);

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
void loopback_verdict_clear(struct loopback_verdict *verdict);

/* Listening sockets on a port of both loopback families. ipv6 is NULL on a machine without. */
struct loopback_sockets {
    GSocket *ipv4, *ipv6;
};
bool loopback_bind(guint16 port, struct loopback_sockets *ret_sockets);
void loopback_sockets_close(struct loopback_sockets *sockets);

/* "node (pid 4211)" for the program that listens on a port here, where that can be seen; else
 * NULL. Owned by the caller. */
char *port_owner(guint16 port);

#endif
