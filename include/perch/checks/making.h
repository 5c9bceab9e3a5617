/* SPDX-License-Identifier: MIT */
#ifndef PERCH_MAKING_H
#define PERCH_MAKING_H

#include "perch/checks/session.h"

/*
 * Making a connection's External Client App in its org, or removing it (CHECKS_MAKE, in the session
 * of a user with the rights), and seeing that the app is there (CHECKS_MADE, in the connection's
 * own session).
 */
struct making {
    const Connection *app;  /* borrowed: whose app it is */
    const GPtrArray *files; /* borrowed: struct sheet_file *, its source tree */
    bool remove;            /* instead of making it */
    bool dry_run;           /* the org only validates */

    /* learnt */
    bool sent;      /* a deploy that changes the org was sent */
    bool done;      /* and the org reported its success */
    char *id;       /* of the running deploy */
    char *app_id;   /* of the app */
    char *consumer; /* id of its consumer */
    Secret *secret; /* the consumer secret as the org told it; NULL = it did not */
};
void making_clear(struct making *making);
/* Whether an app with these values has a consumer secret to be read back. */
bool making_wants_secret(const Connection *app);

#endif
