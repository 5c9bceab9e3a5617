/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_HANDOFF_H
#define COMMANDS_HANDOFF_H

#include "perch/app.h"
#include "perch/handoff.h"

/* perch handoff NAME, in parts. */

struct handoff_options {
    const char *name;
    const char *channel; /* NULL = all */
    const char *output;  /* NULL = standard output */
    enum handoff_format format;
};

/* Each prints what it has to say and returns the exit code. */
int handoff_deliver(const struct handoff_options *options, const Connection *connection,
                    const struct secrets *secrets);

#endif
