/* SPDX-License-Identifier: MIT */
#ifndef PERCH_EXPLAIN_PRIVATE_H
#define PERCH_EXPLAIN_PRIVATE_H

#include "perch/base/json.h"
#include "perch/explain/explain.h"

/* ---- causes.c: the table of causes ---- */

enum step_kind {
    STEP_PLAIN,
    STEP_OTHERWISE, /* stands in for the step before it when that one could not be filled in */
    STEP_CONNECTED, /* the step before it, as it is for a Connected App */
};

struct step {
    const char *text; /* NULL ends the list */
    enum step_kind kind;
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
    bool guessed; /* the code is not known, its family is */
};

struct match failure_match(const struct failure *failure);
/* Whether a table has a row for a code that Salesforce sends; perch's own words do not count.
 * InvalidSessionId is INVALID_SESSION_ID. */
bool failure_code_is_known(const char *code);
/* Codes of the families that are known by their beginning or end. */
bool failure_code_is_of_a_family(const char *code);
/* What to do first for exactly this answer, untranslated; NULL = nothing. */
const char *failure_advice(const struct failure *failure);

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

/* Calls found for each error object in json, outer ones first; status is that of the innermost part
 * that tells one, else outer. Stops when found returns true. */
typedef bool (*answer_found)(const Json *error, const char *code, const char *message, long status,
                             gpointer user);
void answer_json_each(const Json *json, long outer, answer_found found, gpointer user);
/* Whether a code only says that another part of the call failed. */
bool answer_code_is_halted(const char *code);
/* Code, message, fields and what else such an object names. */
void answer_take(struct failure *failure, const Json *error, const char *code, const char *message);
bool answer_from_json(struct failure *failure, const Json *json);
bool answer_from_markup(struct failure *failure, const char *text);
bool answer_from_form(struct failure *failure, const char *text);
/* JSON that is cut off or quoted once more: its pairs can still be read. */
bool answer_from_loose_json(struct failure *failure, const char *text);
bool answer_from_log(struct failure *failure, const char *text);

/* text cleaned, cut to characters and without secrets; NULL for nothing. Owned by the caller. */
char *presentable(const char *text, guint characters);

/* Bytes of the bracketed text that begins here, at most limit; 0 when it does not close. */
gsize bracketed(const char *text, gsize limit);
/* What a person would read on a page of HTML, in one line. */
char *page_text(const char *html);
/* perch's own word for a page: "maintenance", "edge-page"; "html" for one that it does not know. */
const char *page_code(const char *html);

/* ---- words.c ---- */

struct words;

/* list stays the caller's, and as long as words; each word is lower case, of four bytes or more. */
struct words *words_new(const char *const *list, gsize count);
typedef void (*words_found)(guint word, gsize at, gpointer user);
/* Each place of each word in a text that is lower case, in the order of the text. */
void words_each(const struct words *words, const char *lower, gsize length, words_found found,
                gpointer user);

/* ---- unknown.c ---- */

/* What was recognised of a failure whose cause is not known; NULL = nothing. Owned by the caller.
 */
char *unknown_recognised(const struct failure *failure);
/* The one thing that would tell, translated; NULL = nothing would. */
const char *unknown_question(const struct failure *failure);

/* ---- regex.c ---- */

/* The compiled form of a pattern that is a literal: made once and kept. ^ and $ mean lines, which
 * end with "\n". */
const GRegex *regex_of(const char *pattern);
bool regex_fits(const char *pattern, const char *text);

/* ---- redact.c ---- */

/* text with everything that looks like a token or a secret replaced; owned by the caller. */
char *redact(const char *text);

#endif
