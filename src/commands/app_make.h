/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_APP_MAKE_H
#define COMMANDS_APP_MAKE_H

#include "perch/commands/command.h"

/* perch app NAME --create and --remove. */

struct app_make_options {
    const char *with;          /* a connection, "sf" or "-"; NULL = whatever is there */
    bool remove, dry_run, yes; /* yes: remove without a question */
    const struct common_options *common;
};

/* app: the connection whose app it is; without a login host it gets the session's. Takes ownership;
 * returns the exit code. */
int app_make(const struct app_make_options *options, Connection *app);

#endif
