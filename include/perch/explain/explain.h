/* SPDX-License-Identifier: MIT */
#ifndef PERCH_EXPLAIN_H
#define PERCH_EXPLAIN_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/error.h"
#include "perch/salesforce/setup_pages.h"

/*
 * From what came back to what is wrong: pure data and matching. A failure is what was seen; a
 * diagnosis is what it means and what to do. Adding a cause is a row in causes.def, adding an
 * error that leads to it a row in failures.def.
 */
enum stage { STAGE_ANY, STAGE_MACHINE, STAGE_AUTHORIZE, STAGE_TOKEN, STAGE_REST, STAGE_INSERT };

enum cause {
#define CAUSE(id, name, ...) CAUSE_##id,
#include "perch/explain/causes.def"
#undef CAUSE
    CAUSE_COUNT,
};

enum certainty { CERTAINTY_UNKNOWN, CERTAINTY_LIKELY, CERTAINTY_CERTAIN };
/* What kind of app the failure was met with; where the fix differs and nobody knows, it says both.
 */
enum failure_app { FAILURE_APP_UNKNOWN, FAILURE_APP_EXTERNAL, FAILURE_APP_CONNECTED };

enum retry { RETRY_NEVER, RETRY_NOW, RETRY_LATER, RETRY_AFTER_FIX };

/* What the call was for: the same code means another thing. */
enum failure_target {
    FAILURE_OF_ANYTHING, /* nobody knows */
    FAILURE_OF_OBJECT,   /* describe, insert */
    FAILURE_OF_RECORD,   /* one record, by its id */
    FAILURE_OF_SERVICE,  /* limits, a query, anything else below /services/data/vXX.X */
};

/* What was seen. code is OAuth's "error", REST's errorCode, or one of perch's own words for what
 * has no code:
 *   wire     dns connect tls proxy timeout cut too-large bad-answer refused-url redirect
 *            redirect-elsewhere
 *   keyring  absent locked no-collection failed (STAGE_MACHINE)
 *   machine  port-taken no-browser clock file (STAGE_MACHINE; its message is the diagnosis)
 *   login    state-mismatch signature wrong-org rotation scope-missing
 *   refresh  answer-lost answer-late answer-lost-refused refresh-in-progress
 *   answers  html maintenance empty (given by failure_parse) */
struct failure {
    enum stage stage;
    long status;   /* HTTP status, 0 = none */
    char *code;    /* NULL = the answer had none */
    char *message; /* cleaned, untranslated: the other side's own words */
    GStrv fields;  /* fields that Salesforce named; NULL = none */
    char *object;  /* API name of the object of the call; set by the caller who knows; NULL */
    enum failure_app app;       /* set by the caller who knows */
    enum failure_target target; /* the same */
    char *named;   /* what else the answer names: duplicate rule, trigger, error id; NULL */
    char *excerpt; /* the first 300 characters of the answer, cleaned; no secret is in an error */
};

void failure_clear(struct failure *failure);
void failure_copy(struct failure *ret_copy, const struct failure *failure); /* to be cleared */

/* Reads an error answer in any of Salesforce's shapes (array, object, OAuth
 * object, plain word, HTML, XML, url-encoded, composite). Always gives a failure. */
void failure_parse(struct failure *ret_failure, enum stage stage, long status, const char *body,
                   gsize length);
/* One of perch's own words, with a message that is for people. */
void failure_own(struct failure *ret_failure, enum stage stage, const char *code,
                 const char *message);

/* Sets code and message, cleaned, cut to a sane length and without secrets; or adds a sentence. */
void failure_say(struct failure *failure, const char *code, const char *message);
void failure_add(struct failure *failure, const char *sentence);
/* "code: message", or the one that there is; NULL when there is neither. Owned by the caller. */
char *failure_words(const struct failure *failure);

/*
 * Reads whatever a person pasted: an answer of any shape, the address of a redirect or of an error
 * page, lines of a log with JSON in them (quoted any number of times), a page of HTML, what cURL
 * printed, a status of Login History, a code alone, a letter with one of these in it. stage and
 * status are what the person told: STAGE_ANY and 0 for nothing; then they are read from the text
 * where it tells. Nothing secret of the text gets into a failure.
 *
 * Gives struct failure * (freed with failure_free), the one to explain first, each cause once.
 * Empty: the text shows a success, and nothing that failed. Never NULL. The whole text is read,
 * whatever its length; *ret_left_out: bytes of lines that look like errors, but were too many to be
 * read closely. It may be NULL.
 */
GPtrArray *explain_paste_all(const char *text, gsize length, enum stage stage, long status,
                             gsize *ret_left_out);
/* The first of them alone; false: the text shows a success, and *ret_failure is empty. */
bool explain_paste(struct failure *ret_failure, const char *text, gsize length, enum stage stage,
                   long status);
void failure_free(struct failure *failure); /* NULL is fine */
/* The address of the org that the text speaks of: "https://acme.my.salesforce.com"; NULL when it
 * speaks of none or of several. */
char *paste_org(const char *text, gsize length);

struct diagnosis {
    enum cause cause;
    enum certainty certainty;
    char *title;          /* "This user is not allowed to use the API." */
    char *happened;       /* one or two sentences */
    GPtrArray *fix;       /* char *: steps, translated, in order */
    char *tell_apart;     /* how to be sure; NULL = nothing to add */
    enum setup_page page; /* SETUP_PAGE_NONE = none */
    enum retry retry;
    enum perch_exit exit;
    char *code;    /* as in the failure */
    char *message; /* "403 …": the other side's words, untouched but cleaned */
};

/* The cause alone, for who has to decide and not to tell. ret_certainty may be NULL. */
enum cause explain_cause(const struct failure *failure, enum certainty *ret_certainty);
/* A diagnosis is built once for a failure: by the place that shows it. */
struct diagnosis *explain(const struct failure *failure);
/* The same failure with a cause that was found out otherwise: by asking the org. */
struct diagnosis *explain_as(const struct failure *failure, enum cause cause,
                             enum certainty certainty);
struct diagnosis *diagnosis_copy(const struct diagnosis *diagnosis); /* NULL in, NULL out */
void diagnosis_free(struct diagnosis *diagnosis);                    /* NULL is fine */
typedef struct diagnosis Diagnosis;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diagnosis, diagnosis_free)

const char *cause_name(enum cause cause);                      /* "api-disabled-user" */
const char *certainty_name(enum certainty certainty);          /* "certain", for JSON */
const char *retry_name(enum retry retry);                      /* "after-fix" */
bool stage_from_name(const char *name, enum stage *ret_stage); /* "token"; false for no stage */

#endif
