/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_CHILD_H
#define SUPPORT_CHILD_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Programs without a terminal: their whole output, or line by line while they run. Nothing blocks
 * longer than the milliseconds that the caller gives.
 */
typedef struct Child Child;
struct Child {
    pid_t pid;
    int in; /* -1 once closed */
    int out;
    int err;
    GString *output; /* all of standard output so far */
    GString *errors; /* all of standard error so far */
    int status;      /* waitpid's, once ended */
    bool ended;
};

/* Starts argv (argv[0] is looked for in PATH) in a process group of its own with exactly env. */
Child *child_start(const char *const *argv, char **env);
void child_free(Child *child); /* kills the group if it still runs; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Child, child_free)

void child_send(Child *child, const char *text);
void child_close_input(Child *child);

/* Until text is in output (or in errors); false when the time is up or the program has ended
 * without it. */
bool child_wait_output(Child *child, const char *text, int milliseconds);
bool child_wait_errors(Child *child, const char *text, int milliseconds);
bool child_wait_end(Child *child, int milliseconds);
/* SIGTERM to the program, then waits for its end; false when it does not go. */
bool child_stop(Child *child, int milliseconds);

/* Exit code, 128 + signal for a signal; -1 while it runs. */
int child_code(const Child *child);

/* Starts, sends input (may be NULL), waits for the end. Fails the test after 60 s. */
Child *child_run(const char *const *argv, char **env, const char *input);

#endif
