/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HANDOFF_FLOW_READ_H
#define PERCH_HANDOFF_FLOW_READ_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"

/* A flow that somebody exported, as far as its file is understood. */

struct flow_call {
    char *label;  /* what the person called the step; never NULL */
    char *method; /* NULL = not said, as all strings below */
    char *url;
    char *type; /* Content-Type, from its field or from a header */
    char *authorization;
    char *body;       /* an object is printed */
    bool body_object; /* it was an object, whose texts are filled one by one */
    gint64 retries;
    GPtrArray *variables;   /* char *: names that it takes from the answer */
    bool variables_unknown; /* they are stored in a form that nobody has seen yet */
};

enum flow_kind { FLOW_UNKNOWN, FLOW_OF_BUILDER, FLOW_OF_BIRD, FLOW_FUNCTION };

struct flow_file {
    enum flow_kind kind;
    GPtrArray *calls;   /* struct flow_call *: those with a URL, in order */
    GHashTable *set;    /* names that the flow sets itself (char *) → value (char *, may be "") */
    GPtrArray *unknown; /* char *: kinds of steps that are not understood, each once */
    bool webhook;       /* started by a webhook, whose members are variables */
    char *text;         /* of a function */
};

/* Never NULL; a file that is no flow is FLOW_UNKNOWN. */
struct flow_file *flow_file_read(const char *text, gsize length);
void flow_file_free(struct flow_file *file);
typedef struct flow_file FlowFile;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FlowFile, flow_file_free)

#endif
