/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_TOKEN_H
#define COMMANDS_TOKEN_H

#include "perch/commands/command.h"

/* Who gets a valid access token, and how. */
struct token_use {
    const char *command;                          /* for --json */
    bool (*print)(const struct session *session); /* false: standard output refuses it */
};

/* A valid access token of this connection, refreshed if necessary, for use. Returns the exit code;
 * what failed is on standard error. */
int token_use(const char *name, const struct token_use *use, bool fresh,
              const struct common_options *common);

/* Wall ms when the access token ends unless it is used before; 0 = Salesforce has not told. */
gint64 token_expiry(const struct session *session);

#endif
