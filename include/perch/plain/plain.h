/* SPDX-License-Identifier: MIT */
#ifndef PERCH_PLAIN_H
#define PERCH_PLAIN_H

#include <glib.h>
#include <stdbool.h>

#include "perch/view/host.h"

/*
 * The same views line by line, for pipes, TERM=dumb, ACCESSIBLE and scripts: one line a fact, no
 * cursor movement, prompts on standard error, answers from standard input. '-' at a prompt goes
 * back, '?' explains. It runs on the thread-default GLib main context and never blocks it.
 *
 * The host's functions are called from the main loop only, never from inside the calls below. The
 * end of standard input at a question calls host.hangup, once. From inside its functions the host
 * may call plain_changed and plain_stop, but not plain_free.
 */
typedef struct Plain Plain;

struct plain_options {
    bool no_input;  /* never ask: go on while a screen has what it needs, else ACTION_QUIT */
    bool quiet;     /* facts that are fine are not printed */
    bool to_stderr; /* facts go to standard error as well (--json has standard output) */
    bool colour;    /* marks in colour: standard output is a terminal and NO_COLOR is not set */
};

Plain *plain_new(const struct view_host *host, const struct plain_options *options);
void plain_changed(Plain *plain); /* the host's state changed: look again soon, once */
/* The host is about to end: nothing more is asked, said or sent, whatever is still under way. */
void plain_stop(Plain *plain);
void plain_free(Plain *plain); /* restores the terminal's echo; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plain, plain_free)

#endif
