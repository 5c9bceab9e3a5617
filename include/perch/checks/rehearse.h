/* SPDX-License-Identifier: MIT */
#ifndef PERCH_REHEARSE_H
#define PERCH_REHEARSE_H

#include "perch/checks/session.h"

/*
 * The rehearsal of a flow (CHECKS_REHEARSE): its calls, made from the exported values alone. The
 * session only provides the secrets for the export; every request comes from the parsed output of
 * `perch handoff --format json`. Each channel's record is created with sample values, read back and
 * deleted. If the flow's webhook is known, the rehearsal calls the flow with samples that contain a
 * mark and watches the org until its record appears.
 */
struct rehearsal {
    char *channel;   /* id; NULL = all channels of the connection */
    Secret *webhook; /* starts the flow (handoff.h); secret, as anyone who knows it can do so; NULL
                        = unknown */
    bool keep;       /* the flow's record stays in the org */
    guint watch_ms;  /* how long to wait for the flow's record; 0 = a minute */

    /* set during the rehearsal */
    Json *values;        /* the export, parsed */
    Secret *assertion;   /* that the flow logs in with; NULL = none */
    Secret *token;       /* access token from the flow's first step */
    GHashTable *records; /* channel id → id of its record (char *), while the record exists */
    char *mark;          /* marks the samples that were sent to the webhook */
    char *flow_record;   /* id of the record that the flow created */
    gint64 called_ms;    /* monotonic */
};

/* Sets up a new rehearsal in session; channel and webhook may be NULL. */
void rehearsal_begin(struct session *session, const char *channel, Secret *webhook, guint watch_ms);
void rehearsal_free(struct rehearsal *rehearsal); /* NULL is fine */

#endif
