/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_APP_SESSION_H
#define COMMANDS_APP_SESSION_H

#include "perch/commands/command.h"

/* A session of somebody who may make the app; from a connection of perch, from Salesforce's CLI, or
 * from an access token. perch keeps nothing of the last two. */

/* with: a connection, "sf" or "-"; NULL = a connection to the same org, else the CLI. *ret_whose:
 * "the connection acme", owned by the caller. NULL with the reason. */
struct session *app_session(const struct services *services, const Connection *app,
                            const char *with, bool ask, char **ret_whose, GError **error);

#endif
