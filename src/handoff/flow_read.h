/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HANDOFF_FLOW_READ_H
#define PERCH_HANDOFF_FLOW_READ_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"

/* An exported flow, as far as its file is understood. */

struct flow_call {
    char *label;  /* the person's name for the step; never NULL */
    char *method; /* NULL = missing, as for all strings below */
    char *url;
    char *type; /* Content-Type, from its field or from a header */
    char *authorization;
    char *body;       /* an object is converted to text */
    bool body_object; /* it was an object, whose texts are filled in one by one */
    bool integration; /* it seems to log in by an OAuth integration, whose form is not known */
    gint64 retries;
    GPtrArray *variables;   /* char *: names of variables filled from the answer */
    bool variables_unknown; /* they are in an unknown form */
};

enum flow_kind { FLOW_UNKNOWN, FLOW_OF_BUILDER, FLOW_OF_BIRD, FLOW_FUNCTION };

struct flow_file {
    enum flow_kind kind;
    GPtrArray *calls;   /* struct flow_call *: those with a URL, in order */
    GHashTable *set;    /* names that the flow sets itself (char *) → value (char *, may be "") */
    GPtrArray *unknown; /* char *: unknown kinds of steps, each once */
    bool webhook;       /* started by a webhook, whose members become variables */
    char *text;         /* of a function */
};

/* Never NULL; a file that is not a flow is FLOW_UNKNOWN. */
struct flow_file *flow_file_read(const char *text, gsize length);
void flow_file_free(struct flow_file *file);
typedef struct flow_file FlowFile;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FlowFile, flow_file_free)

#endif
