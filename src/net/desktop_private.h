/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_DESKTOP_PRIVATE_H
#define PERCH_NET_DESKTOP_PRIVATE_H

#include "perch/net/desktop.h"

/* Where a command can work at all. */
enum surrounding { ANYWHERE, ON_WSL, ON_X, ON_WAYLAND, ON_DISPLAY };

struct command {
    const char *line; /* as for a shell, without its features */
    enum surrounding needs;
};

/* The first command of a table (ends with a NULL line) that fits and is installed; NULL = none.
 * Borrowed from the table. */
const char *desktop_choose(const struct desktop *desktop, const struct command *commands);

/* Whether the first word of a command line is a program in PATH. */
bool desktop_is_installed(const char *line);

/* The command lines for looking at web pages and for copying; owned by the caller. */
/* The first of $BROWSER that can be run; NULL, and *ret_useless is all of it if it is set. */
char *browser_of_variable(char **ret_useless);
char *browser_of_machine(const struct desktop *desktop);
char *copier_find(const struct desktop *desktop);

/* Starts argv in its own session, standard input from fd (-1 = /dev/null), output to /dev/null.
 * Nobody has to wait for it. */
bool desktop_spawn(char **argv, int input, GError **error);

#endif
