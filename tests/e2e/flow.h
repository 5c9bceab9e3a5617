/* SPDX-License-Identifier: MIT */
#ifndef E2E_FLOW_H
#define E2E_FLOW_H

#include <glib.h>

/*
 * A flow, in a process of its own: its webhook takes the variables of a message, and then it plays
 * its two steps. It knows what was exported for it (perch handoff --format json) and nothing else.
 */
typedef struct Flow Flow;

enum flow_kind {
    FLOW_ESCAPES, /* as it should */
    FLOW_RAW,     /* puts texts into the body as they are */
    FLOW_STOPPED, /* not published: its webhook answers 404 */
    FLOW_MUTE,    /* plays, but its webhook hangs up without an answer */
    FLOW_WRONG,   /* puts a text of its own into Company */
    FLOW_KEYED,   /* wants the key CANARY-key, and the body's signature in X-My-Signature */
    FLOW_TELLS,   /* answers what its function returned: that the record was refused */
};

Flow *flow_start(const char *exported, const char *channel, enum flow_kind kind);
void flow_stop(Flow *flow);
const char *flow_webhook(const Flow *flow); /* http://127.0.0.1:PORT/SECRET */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Flow, flow_stop)

#endif
