/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_APP_MAKE_H
#define COMMANDS_APP_MAKE_H

#include "perch/checks/making.h"
#include "perch/commands/command.h"

/* perch app NAME --create, --repair and --remove. */

struct app_make_options {
    const char *with;      /* a connection, "sf" or "-"; NULL = whatever is there */
    enum making_goal goal; /* MAKING_CREATE, MAKING_REMOVE or MAKING_REPAIR */
    bool dry_run, yes;     /* yes: remove or change without a question */
    bool access;           /* with a permission set for the user that the app runs as */
    bool read_secret;      /* turn the org's switch on for it, without a question */
    const struct common_options *common;
};

/* app: the connection whose app it is; without a login host it gets the session's. Takes ownership;
 * returns the exit code. */
int app_make(const struct app_make_options *options, Connection *app);

/* Whether a new app has what a person types; the error names the option. */
bool app_has_needed(const Connection *app, GError **error);

/* Says what will be done, and in whose session. access: with a permission set. */
void app_announce(const struct app_make_options *options, const Connection *app, const char *whose,
                  bool access);

/* Turns every switch off again that a perch turned on which was ended before it could, and says so
 * on standard error. Never asks. */
void app_put_back(void);

#endif
