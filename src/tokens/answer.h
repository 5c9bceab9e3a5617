/* SPDX-License-Identifier: MIT */
#ifndef TOKENS_ANSWER_H
#define TOKENS_ANSWER_H

#include "perch/explain/explain.h"
#include "perch/net/http.h"
#include "perch/store/store.h"

/* What an answer to a refresh means for the refresh token, and whether to ask again. */
enum trouble {
    TROUBLE_NONE,        /* a 200 that may hold tokens */
    TROUBLE_REFUSED,     /* asking again changes nothing */
    TROUBLE_BUSY,        /* the same token is being refreshed */
    TROUBLE_UNAVAILABLE, /* Salesforce did not look at it */
    TROUBLE_UNSENT,      /* no byte of it went out */
    TROUBLE_LOST,        /* it may have been carried out; the answer is lost */
    TROUBLE_COUNT,
};

struct verdict {
    enum trouble trouble;
    bool revoked;       /* the refresh token is refused */
    bool maintenance;   /* it will last */
    gint64 retry_after; /* milliseconds, as the answer asks; -1 = it does not */
};

/* ret_failure is filled in for all but TROUBLE_NONE. */
struct verdict refresh_judge(const struct http_response *response, struct failure *ret_failure);

/* Milliseconds until the next try after tries of the same kind, jitter left out; -1 = no more. */
gint64 refresh_pause(const struct verdict *verdict, int tries);

/* Replaces the failure of a try whose answer was lost; and that of a token refused after one was:
 * in this run (noted_ms 0), or in an earlier one that began then. */
void refresh_say_lost(struct failure *failure, bool rotates);
void refresh_say_refused(struct failure *failure, gint64 noted_ms);

/* The note that a request with this token is under way, for whoever takes the lock after this
 * process was killed. Reading gives the wall ms at which it began; 0 = none did. */
gint64 refresh_note_read(const StoreLock *lock, const Secret *token);
void refresh_note_write(StoreLock *lock, const Secret *token, gint64 posted_ms);

#endif
