/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_CHILD_H
#define SUPPORT_CHILD_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Programs without a terminal: reads their output, whole or while they run. Nothing blocks longer
 * than the caller's milliseconds.
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

/* A copy of env for a process that is traced, or stopped by signals all the time: LeakSanitizer
 * cannot look for leaks there. */
char **child_env_without_leak_check(char **env);
/* Starts argv (argv[0] is searched in PATH) in its own process group with exactly env. */
Child *child_start(const char *const *argv, char **env);
void child_free(Child *child); /* kills the group if it still runs; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Child, child_free)

void child_send(Child *child, const char *text);
void child_close_input(Child *child);

/* Waits until text is in output (or in errors); false on timeout or if the program ends without it.
 */
bool child_wait_output(Child *child, const char *text, int milliseconds);
bool child_wait_errors(Child *child, const char *text, int milliseconds);
bool child_wait_end(Child *child, int milliseconds);
/* Sends SIGTERM to the program and waits for its end; false on timeout. */
bool child_stop(Child *child, int milliseconds);

/* Exit code, 128 + signal for a signal; -1 while it runs. */
int child_code(const Child *child);

/* Starts, sends input (may be NULL), waits for the end. Fails the test after 60 s. */
Child *child_run(const char *const *argv, char **env, const char *input);

#endif
