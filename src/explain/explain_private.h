/* SPDX-License-Identifier: MIT */
#ifndef PERCH_EXPLAIN_PRIVATE_H
#define PERCH_EXPLAIN_PRIVATE_H

#include "perch/base/json.h"
#include "perch/explain/explain.h"

/* ---- causes.c: the table of causes ---- */

enum step_kind {
    STEP_PLAIN,
    STEP_OTHERWISE, /* used if the previous step could not be filled in */
    STEP_CONNECTED, /* the previous step, for a Connected App */
};

struct step {
    const char *text; /* NULL ends the list */
    enum step_kind kind;
    enum seen unless;
    enum setup_page page; /* where it is made; SETUP_PAGE_NONE = on the cause's page */
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
    bool guessed; /* the code is unknown, its family is known */
};

struct match failure_match(const struct failure *failure);
/* Whether a table has a row for this code of Salesforce's, to the letter; perch's own words do not
 * count. */
bool failure_code_has_row(const char *code);
/* Whether a code with some text beside it means this cause, other than that the login was refused.
 */
bool failure_code_may_mean(const char *code, enum cause cause);
/* The same in any spelling. */
bool failure_code_is_known(const char *code);
/* The known code of Salesforce's that an unknown one is but for one word or the order of words, as
 * translators and typists make them; NULL = none. */
const char *failure_code_resembled(const char *code);
/* Whether a code belongs to a family, recognised by its beginning or end. */
bool failure_code_is_of_a_family(const char *code);
/* The causes that known texts beside an OAuth error mean, where this text is not known:
 * "code-expired, ip-restricted"; NULL: it is, or it decides nothing. Owned by the caller. */
char *failure_choices(const struct failure *failure);
/* The first thing to do for exactly this answer, untranslated; NULL = none. */
struct advice {
    const char *code, *text, *step, *title; /* title: what was seen; NULL = as the cause has it */
    enum setup_page page; /* the step is the whole fix, made there; SETUP_PAGE_NONE: it is not */
};
const struct advice *failure_advice(const struct failure *failure);

/* ---- names.c: what a message names ---- */

enum name { NAME_FIELDS, NAME_OBJECT, NAME_LIMIT, NAME_VALUE, NAME_NAMED, NAME_COUNT };

struct names {
    char *text[NAME_COUNT]; /* NULL = not named */
};

void names_find(struct names *ret_names, const struct failure *failure);
void names_clear(struct names *names);
/* step with its {placeholders} filled in; NULL when one has no value. Owned by the caller. */
char *names_fill(const struct names *names, const char *step);

/* ---- shapes of answers: each fills code, message and fields; FALSE: another shape ---- */

/* Calls found for each error object in json, outer ones first; status is that of the innermost part
 * that has one, else outer. Stops when found returns true. */
typedef bool (*answer_found)(const Json *error, const char *code, const char *message, long status,
                             gpointer user);
void answer_json_each(const Json *json, long outer, answer_found found, gpointer user);
/* Whether a code only says that another part of the call failed. */
bool answer_code_is_halted(const char *code);
/* Takes code, message, fields and the other names in such an object. */
void answer_take(struct failure *failure, const Json *error, const char *code, const char *message);
bool answer_from_json(struct failure *failure, const Json *json);
bool answer_from_markup(struct failure *failure, const char *text);
bool answer_from_form(struct failure *failure, const char *text);
/* Reads the pairs of JSON that is cut off or quoted once more. */
bool answer_from_loose_json(struct failure *failure, const char *text);
bool answer_from_log(struct failure *failure, const char *text);

/* text cleaned, cut to characters and without secrets; NULL when nothing is left. Owned by the
 * caller. */
char *presentable(const char *text, guint characters);

/* Bytes of the bracketed text that begins at text, at most limit; 0 if it is not closed. */
gsize bracketed(const char *text, gsize limit);
/* The visible text of an HTML page, in one line. */
char *page_text(const char *html);
/* perch's own word for a page: "maintenance", "edge-page"; "html" if unknown. */
const char *page_code(const char *html);

/* ---- words.c ---- */

struct words;

/* list is borrowed and must outlive words; each word is lower case and has at least four bytes. */
struct words *words_new(const char *const *list, gsize count);
typedef void (*words_found)(guint word, gsize at, gpointer user);
/* Calls found for each occurrence of each word in a lower-case text, in order. */
void words_each(const struct words *words, const char *lower, gsize length, words_found found,
                gpointer user);

/* ---- unknown.c ---- */

/* What was recognised of a failure with unknown cause; NULL = nothing. Owned by the caller. */
char *unknown_recognised(const struct failure *failure);
/* The one question whose answer would tell the cause, translated; NULL = none. */
const char *unknown_question(const struct failure *failure);

/* ---- regex.c ---- */

/* The compiled form of a literal pattern, cached. ^ and $ match at lines, which end with a line
 * feed. */
const GRegex *regex_of(const char *pattern);
bool regex_fits(const char *pattern, const char *text);

/* ---- redact.c ---- */

/* text with everything that looks like a token or a secret replaced, base64 that holds one
 * included; owned by the caller. */
char *redact(const char *text);
/* text without the secrets that stand beside their names, and without private keys; owned by the
 * caller. */
char *redact_pairs(const char *text);
#define BASE64_RUN "[A-Za-z0-9+/_-]{24,}+={0,2}+"
/* The body that a match of BASE64_RUN stands for, JSON, XML or a form; NULL: it is none. Owned by
 * the caller, who wipes it. */
char *base64_text(const char *run);

#endif
