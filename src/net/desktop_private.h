/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_DESKTOP_PRIVATE_H
#define PERCH_NET_DESKTOP_PRIVATE_H

#include "perch/net/desktop.h"

/* The environment that a command requires. */
enum surrounding { ANYWHERE, ON_WSL, ON_X, ON_WAYLAND, ON_DISPLAY, IN_TMUX };

struct command {
    const char *line; /* like a shell command, but only words and quotes */
    enum surrounding needs;
};

/* The first command of the table (which ends with a NULL line) that suits the environment and is
 * installed; NULL = none. Borrowed from the table. */
const char *desktop_choose(const struct desktop *desktop, const struct command *commands);

/* Whether the first word of a command line is a program in PATH. */
bool desktop_is_installed(const char *line);

/* The command lines for looking at web pages and for copying; owned by the caller. */
/* The first command of $BROWSER that can be run. NULL: none; *ret_useless is $BROWSER, if set. */
char *browser_of_variable(char **ret_useless);
char *browser_of_machine(const struct desktop *desktop);
char *copier_find(const struct desktop *desktop);

/* Starts argv in its own session, standard input from fd (-1 = /dev/null), output to /dev/null.
 * Whoever passes ret_pid waits for it; else nobody needs to. */
bool desktop_spawn(char **argv, int input, GPid *ret_pid, GError **error);

#endif
