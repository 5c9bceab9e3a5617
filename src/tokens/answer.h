/* SPDX-License-Identifier: MIT */
#ifndef TOKENS_ANSWER_H
#define TOKENS_ANSWER_H

#include "perch/base/login_way.h"
#include "perch/explain/explain.h"
#include "perch/net/http.h"
#include "perch/store/store.h"

/* What an answer to a refresh means for the refresh token, and whether to retry. */
enum trouble {
    TROUBLE_NONE,        /* a 200 that may hold tokens */
    TROUBLE_REFUSED,     /* a retry changes nothing */
    TROUBLE_BUSY,        /* the same token is already being refreshed */
    TROUBLE_UNAVAILABLE, /* Salesforce did not process the request */
    TROUBLE_UNSENT,      /* no byte of the request was sent */
    TROUBLE_LOST,        /* it may have been processed; the answer is lost */
    TROUBLE_COUNT,
};

struct verdict {
    enum trouble trouble;
    bool revoked;       /* the refresh token was refused */
    bool maintenance;   /* a retry soon is pointless */
    gint64 retry_after; /* milliseconds, from Retry-After; -1 = none */
};

/* Fills in ret_failure for all but TROUBLE_NONE. */
struct verdict refresh_judge(const struct http_response *response, struct failure *ret_failure);

/* Milliseconds until the next attempt after this many of the same kind, without jitter; -1 = give
 * up. */
gint64 refresh_pause(const struct verdict *verdict, int tries);

/* Replace the failure of an attempt whose answer was lost, and of a token refused after an answer
 * was lost: in this run (noted_ms 0), or in an earlier run that began at noted_ms. */
void refresh_say_lost(struct failure *failure, const Connection *connection);
void refresh_say_refused(struct failure *failure, gint64 noted_ms);

/* The note that a request with this token was sent, for the next holder of the lock if this process
 * is killed. Reading gives the wall ms at which that request began; 0 = none. */
gint64 refresh_note_read(const StoreLock *lock, const Secret *token);
void refresh_note_write(StoreLock *lock, const Secret *token, gint64 posted_ms);

#endif
