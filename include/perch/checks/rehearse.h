/* SPDX-License-Identifier: MIT */
#ifndef PERCH_REHEARSE_H
#define PERCH_REHEARSE_H

#include "perch/checks/session.h"

/*
 * The rehearsal of a flow (CHECKS_REHEARSE): its calls, made from the exported values alone. The
 * session gives the secrets for the export and nothing else after that: what is sent is what
 * `perch handoff --format json` prints, parsed. Each channel's record is created with sample
 * values, read back and deleted. Where the address of the flow's own webhook is known, the flow is
 * called with samples that carry a mark, and the org is watched until its record is there.
 */
struct rehearsal {
    char *channel;   /* id; NULL = all of the connection */
    Secret *webhook; /* what starts the flow (handoff.h): whoever knows it can; NULL = not known */
    bool keep;       /* the flow's record stays in the org */
    guint watch_ms;  /* how long to wait for the flow's record; 0 = a minute */

    /* made on the way */
    Json *values;        /* the export, parsed */
    Secret *token;       /* of the flow's first step */
    GHashTable *records; /* channel id → id of its record (char *), as long as it is there */
    char *mark;          /* in the samples that the webhook was called with */
    char *flow_record;   /* id of what the flow created */
    gint64 called_ms;    /* monotonic */
};

/* Starts anew in session; channel and webhook may be NULL. */
void rehearsal_begin(struct session *session, const char *channel, Secret *webhook, guint watch_ms);
void rehearsal_free(struct rehearsal *rehearsal); /* NULL is fine */

#endif
