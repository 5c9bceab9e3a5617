/* SPDX-License-Identifier: MIT */
#ifndef PERCH_COMMAND_H
#define PERCH_COMMAND_H

#include <glib.h>
#include <stdio.h>

#include "perch/app/app.h"
#include "perch/explain/check_result.h"
#include "perch/view/view.h"

/* The verbs of the command line. argv[0] is the verb; the result is the exit code. */
#define COMMAND(name, usage, summary) int command_##name(int argc, char **argv);
#include "perch/commands/commands.def"
#undef COMMAND

struct command {
    const char *name, *usage, *summary;
    int (*run)(int argc, char **argv);
};
const struct command *command_find(const char *name); /* borrowed; NULL = no such command */

/* Runs perch's command line; returns the exit code. */
int command_main(int argc, char **argv);

/* perch without a verb: Home, or the setup if there are no connections. */
int command_home(int argc, char **argv);

/* Main function of a rescue process (rescue.h); returns its exit code. */
int command_keep(void);

/* Home's "forget", the same as `perch forget NAME`. NULL = forgotten; else why not, in whole
 * sentences, owned by the caller. */
char *forget_from_home(const char *name);

/* Options of every command. */
struct common_options {
    gboolean plain, json, no_input, quiet;
    gint timeout; /* seconds; 0 = none given */
};

/* In the flags of an option: no variable of the environment stands for it. */
#define OPTION_NOT_KEPT G_OPTION_FLAG_NOALIAS /* which has no other meaning here */

/*
 * Parses argv, then the variables PERCH_COMMAND_OPTION and PERCH_OPTION: the common options and
 * entries (may be NULL), which must be 0 or NULL before. Remaining names go to *ret_names; if
 * ret_names is NULL, none are allowed. FALSE: the command must end with *ret_exit (0 after --help;
 * a usage error has been printed on standard error).
 */
gboolean command_parse(const char *command, int argc, char **argv, struct common_options *common,
                       const GOptionEntry *entries, GStrv *ret_names, int *ret_exit);

/* The variables of the options that every command has, one a line. */
void command_print_common_variables(void);

/* What a command says to a person: like fprintf, but no line is wider than a terminal. */
void command_put(FILE *stream, const char *format, ...) G_GNUC_PRINTF(2, 3);
#define command_say(...) command_put(stdout, __VA_ARGS__)
int command_columns(FILE *stream); /* of the terminal; 0 = it is none */

/* Prints "perch: sentence" on standard error and returns the exit code of the error. */
int command_error(const GError *error);
int command_usage(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* "There is no command forgt. Did you mean forget?" what: the first sentence; otherwise: the second
 * one if none of names (NULL at the end) is like word. */
int command_no_such(const char *what, const char *word, const char *const *names,
                    const char *otherwise);

/* For the wizard: why perch cannot start the demo org; NULL = it can. */
const char *demo_problem(void);
/* perch becomes `perch demo`, at its second step. Returns the exit code if it cannot. */
int demo_become(const struct common_options *common);

/* Whether somebody can answer: a terminal, and no option against it. */
bool command_can_ask(const struct common_options *common);
bool command_asked(const char *question);
/* Asks on the terminal; says so if the answer is no. */
bool command_confirmed(const char *question);

/* Whether to work line by line: no terminal, TERM=dumb, ACCESSIBLE. */
bool command_is_plain(void);

/* In letters, or as a word where ACCESSIBLE is set. */
const char *command_mark(enum mark mark);
/* Prints one row of a list: mark, title, summary. */
void command_print_row(const struct check_result *result, FILE *stream);
/* The same, and the diagnosis below a failure. */
void command_print_result(const struct check_result *result, FILE *stream);

/* Why a connection is not one to be checked, in words: a draft, or to be forgotten; NULL = it is
 * set up. Owned by the caller. */
char *command_unchecked(const Connection *connection);
/* "NAME  host  user  state", the name in width columns; connection: NULL = its file cannot be read.
 * Owned by the caller. */
char *command_connection_line(const char *name, int width, const Connection *connection,
                              const char *state);

/* Loads a stored connection into job. FALSE: *error says why it cannot be loaded. */
bool job_init(struct app_job *job, const char *name, const struct services *services,
              GError **error);
/* Saves what the org told while the job's checks ran. */
void job_learn(const struct app_job *job, const struct services *services);
void job_clear(struct app_job *job);

#endif
