/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_REQUEST_HEAD_H
#define PERCH_NET_REQUEST_HEAD_H

#include <glib.h>
#include <stdbool.h>

/* The head of an HTTP/1.x request (RFC 9112), as far as the loopback listener needs it. A pure
 * function of its input: allocates nothing, trusts nothing. */

enum { REQUEST_HEAD_MAX = 8 * 1024 };

/* A piece of the input, not NUL-terminated. text NULL = missing. */
struct slice {
    const char *text;
    gsize length;
};

struct request_head {
    struct slice method;
    struct slice path;  /* of the target, up to '?' */
    struct slice query; /* of the target, after '?' */
    struct slice host;  /* the Host header's value */
};

enum request_head_state {
    REQUEST_HEAD_MORE,      /* fine so far; the empty line is still missing */
    REQUEST_HEAD_COMPLETE,  /* *ret_head is filled in */
    REQUEST_HEAD_BAD,       /* will never be a request, or has two Host headers */
    REQUEST_HEAD_TOO_LARGE, /* REQUEST_HEAD_MAX bytes and still no end */
};

/* The head may be followed by anything (a body, a second request), which is ignored. */
enum request_head_state request_head_parse(const char *bytes, gsize length,
                                           struct request_head *ret_head);

bool slice_equals(struct slice slice, const char *text);

#endif
