/* SPDX-License-Identifier: MIT */
#ifndef PERCH_EXPLAIN_PRIVATE_H
#define PERCH_EXPLAIN_PRIVATE_H

#include "perch/explain.h"
#include "perch/json.h"

/* ---- causes.c: the table of causes ---- */

struct step {
    const char *text; /* NULL ends the list */
    bool otherwise;   /* stands in for the step before it when that one could not be filled in */
};

struct cause_row {
    const char *name;
    enum stage stage;
    enum perch_exit exit;
    enum retry retry;
    enum setup_page page;
    const char *title, *happened, *tell_apart; /* untranslated */
    const struct step *steps;
};

const struct cause_row *cause_row(enum cause cause);

/* ---- match.c: the table of failures ---- */

struct match {
    enum cause cause;
    enum certainty certainty;
};

struct match failure_match(const struct failure *failure);
bool failure_code_is_known(const char *code);

/* ---- names.c: what a message names ---- */

enum name { NAME_FIELDS, NAME_OBJECT, NAME_LIMIT, NAME_VALUE, NAME_NAMED, NAME_COUNT };

struct names {
    char *text[NAME_COUNT]; /* NULL = not named */
};

void names_find(struct names *ret_names, const struct failure *failure);
void names_clear(struct names *names);
/* step with its {places} filled in; NULL when one of them is not named. Owned by the caller. */
char *names_fill(const struct names *names, const char *step);

/* ---- shapes of answers: each fills code, message and fields, FALSE when it is not that shape ----
 */

bool answer_from_json(struct failure *failure, const Json *json);
bool answer_from_markup(struct failure *failure, const char *text);
bool answer_from_form(struct failure *failure, const char *text);
bool answer_from_log(struct failure *failure, const char *text);

/* Sets code and message, cleaned, cut to a sane length and without secrets. */
void failure_say(struct failure *failure, const char *code, const char *message);

/* text with everything that looks like a token or a secret replaced; owned by the caller. */
char *redact(const char *text);

#endif
