/* SPDX-License-Identifier: MIT */
#ifndef PERCH_COMMAND_H
#define PERCH_COMMAND_H

#include <glib.h>
#include <stdio.h>

#include "perch/app/app.h"
#include "perch/explain/check_result.h"

/* The verbs of the command line. argv[0] is the verb; the result is the exit code. */
#define COMMAND(name, usage, summary) int command_##name(int argc, char **argv);
#include "perch/commands/commands.def"
#undef COMMAND

struct command {
    const char *name, *usage, *summary;
    int (*run)(int argc, char **argv);
};
const struct command *command_find(const char *name); /* borrowed; NULL = there is none */

/* The whole command line. */
int command_main(int argc, char **argv);

/* What a rescue process does (rescue.h); returns its exit code. */
int command_keep(void);

/* Home's "forget", what perch forget NAME does: why it is still here, in whole sentences, owned by
 * the caller; NULL = it is forgotten. */
char *forget_from_home(const char *name);

/* Options that every command has. */
struct common_options {
    gboolean plain, json, no_input, quiet;
    gint timeout; /* seconds; 0 = none given */
};

/*
 * Parses argv: the common options and entries (may be NULL). The names left over are in *ret_names
 * (may be NULL, then none are allowed). FALSE: a sentence is on standard error, the command ends
 * with *ret_exit (usage, or 0 after --help).
 */
gboolean command_parse(const char *command, int argc, char **argv, struct common_options *common,
                       const GOptionEntry *entries, GStrv *ret_names, int *ret_exit);

/* "perch: sentence" on standard error, and the exit code of the error. */
int command_error(const GError *error);
int command_usage(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Whether the line by line form is the one to use here: no terminal, TERM=dumb, ACCESSIBLE. */
bool command_is_plain(void);

/* One row of a list as text: mark, title, summary; with the diagnosis below a failure. */
void command_print_result(const struct check_result *result, FILE *stream);

/* A job on a stored connection; FALSE: *error says that there is none of that name. */
bool job_init(struct app_job *job, const char *name, const struct services *services,
              GError **error);
void job_clear(struct app_job *job);

#endif
