/* SPDX-License-Identifier: MIT */
#ifndef PERCH_PLAIN_H
#define PERCH_PLAIN_H

#include <glib.h>
#include <stdbool.h>

#include "perch/view/host.h"

/*
 * The same views line by line, for pipes, TERM=dumb, ACCESSIBLE and scripts: one line per fact, no
 * cursor movement, prompts on standard error, answers from standard input. '-' at a prompt goes
 * back, '?' explains. It runs on the thread-default GLib main context and never blocks it.
 *
 * The host's functions are called from the main loop only, never from inside the functions below.
 * End of file on standard input at a prompt calls host.hangup, once. Inside its functions the host
 * may call plain_changed and plain_stop, but not plain_free.
 */
typedef struct Plain Plain;

struct plain_options {
    bool no_input; /* never ask: go on as long as each screen has what it needs, else ACTION_QUIT */
    bool quiet;    /* print no facts that are fine */
    bool to_stderr; /* print facts on standard error, too (--json uses standard output) */
    bool words;     /* marks as words, for a screen reader */
    bool colour;    /* colour the marks: standard output is a terminal and NO_COLOR is not set */
};

Plain *plain_new(const struct view_host *host, const struct plain_options *options);
void plain_changed(Plain *plain); /* the host's state changed: schedules one update */
/* The host is about to end: from now on nothing is asked, printed or sent. */
void plain_stop(Plain *plain);
void plain_free(Plain *plain); /* restores the terminal's echo; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plain, plain_free)

/* Writes text, broken at blanks for the terminal there (if it is one), and end. */
void plain_put(int fd, const char *text, const char *end);

#endif
