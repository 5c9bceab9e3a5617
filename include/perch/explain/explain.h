/* SPDX-License-Identifier: MIT */
#ifndef PERCH_EXPLAIN_H
#define PERCH_EXPLAIN_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/error.h"
#include "perch/salesforce/setup_pages.h"

/*
 * Explains errors: pure data and matching. A failure is what was observed; a diagnosis says what it
 * means and what to do. A new cause is a row in causes.def; an error that leads to it is a row in
 * failures.def.
 */
enum stage { STAGE_ANY, STAGE_MACHINE, STAGE_AUTHORIZE, STAGE_TOKEN, STAGE_REST, STAGE_INSERT };

enum cause {
#define CAUSE(id, name, ...) CAUSE_##id,
#include "perch/explain/causes.def"
#undef CAUSE
    CAUSE_COUNT,
};

enum certainty { CERTAINTY_UNKNOWN, CERTAINTY_LIKELY, CERTAINTY_CERTAIN };
/* The kind of app behind the failure. Where the fix depends on it and it is unknown, the diagnosis
 * gives both. */
enum failure_app { FAILURE_APP_UNKNOWN, FAILURE_APP_EXTERNAL, FAILURE_APP_CONNECTED };

/* What was seen to be so: a step that would only bring it about is left out of a fix. */
enum seen {
    SEEN_NOTHING,
    SEEN_HISTORY,      /* Login History was read, and is told */
    SEEN_MY_DOMAIN,    /* the login goes to the org's own address */
    SEEN_SCOPE_API,    /* granted */
    SEEN_TOKEN_POLICY, /* refresh tokens are valid until revoked */
    SEEN_IP_RELAXED,   /* in the app's policies */
    SEEN_NO_PROXY,     /* none is set */
    SEEN_NEW_LOGIN,    /* its tokens are seconds old */
};

enum retry { RETRY_NEVER, RETRY_NOW, RETRY_LATER, RETRY_AFTER_FIX };

/* The target of the call: the same code has different meanings. */
enum failure_target {
    FAILURE_OF_ANYTHING, /* unknown */
    FAILURE_OF_OBJECT,   /* describe, insert */
    FAILURE_OF_RECORD,   /* one record, by its id */
    FAILURE_OF_SERVICE,  /* limits, a query, anything else below /services/data/vXX.X */
};

/* What was observed. code is OAuth's "error", REST's errorCode, or one of perch's own words if
 * there is no code:
 *   wire     dns connect tls proxy timeout cut too-large bad-answer refused-url redirect
 *            redirect-elsewhere
 *   keyring  absent locked no-collection failed (STAGE_MACHINE)
 *   machine  port-taken no-browser clock file (STAGE_MACHINE; its message is the diagnosis)
 *   login    state-mismatch signature wrong-org rotation scope-missing
 *   refresh  answer-lost answer-late answer-lost-refused refresh-in-progress
 *   answers  html maintenance empty (given by failure_parse) */
struct failure {
    enum stage stage;
    long status;          /* HTTP status, 0 = none */
    char *code;           /* NULL = none in the answer */
    bool own;             /* code is one of perch's own words, not the other side's */
    char *message;        /* the other side's own words: cleaned, not translated */
    GStrv fields;         /* fields that Salesforce named; NULL = none */
    char *object;         /* API name of the call's object, set by the caller; NULL = unknown */
    enum failure_app app; /* set by the caller, if known */
    enum failure_target target; /* the same */
    guint seen;                 /* the same: 1u << SEEN_... */
    char *named;   /* other name in the answer: duplicate rule, trigger, error id; NULL */
    char *excerpt; /* the first 300 characters of the answer, cleaned; errors contain no secrets */
};

void failure_clear(struct failure *failure);
void failure_copy(struct failure *ret_copy, const struct failure *failure); /* to be cleared */

/* Parses an error answer in any of Salesforce's shapes (array, object, OAuth object, plain word,
 * HTML, XML, url-encoded, composite). Always sets ret_failure. */
void failure_parse(struct failure *ret_failure, enum stage stage, long status, const char *body,
                   gsize length);
/* Makes a failure with one of perch's own codes and a message for people. */
void failure_own(struct failure *ret_failure, enum stage stage, const char *code,
                 const char *message);

/* Sets code and message, cleaned, shortened and stripped of secrets. failure_add appends a sentence
 * to the message. */
void failure_say(struct failure *failure, const char *code, const char *message);
/* The same with a word of perch's own. Such a word means nothing when another side says it. */
void failure_say_own(struct failure *failure, const char *code, const char *message);
void failure_add(struct failure *failure, const char *sentence);
/* "code: message", or only one of the two; NULL when there is neither. Owned by the caller. */
char *failure_words(const struct failure *failure);

/*
 * Parses whatever a person pasted: an answer of any shape, the address of a redirect or an error
 * page, log lines that contain JSON (quoted any number of times), an HTML page, cURL's output, a
 * status from Login History, a bare code, or an email that contains one of these. stage and status
 * come from the person; STAGE_ANY and 0 mean unknown and are then taken from the text where
 * possible. No secret in the text gets into a failure.
 *
 * Returns struct failure * (freed with failure_free), the most important first, each cause once.
 * Never NULL; empty when the text shows success only. The whole text is scanned, whatever its
 * length. *ret_left_out (may be NULL): bytes of lines that look like errors but exceeded the limit
 * for close reading.
 */
GPtrArray *explain_paste_all(const char *text, gsize length, enum stage stage, long status,
                             gsize *ret_left_out);
/* The first failure alone. false: the text shows success, and *ret_failure is empty. */
bool explain_paste(struct failure *ret_failure, const char *text, gsize length, enum stage stage,
                   long status);
/* What a text that shows success tells a person, translated, no sentence; borrowed. */
const char *explain_success(const char *text);
void failure_free(struct failure *failure); /* NULL is fine */
/* The org address mentioned in the text: "https://acme.my.salesforce.com"; NULL when it mentions
 * none or several. */
char *paste_org(const char *text, gsize length);

struct diagnosis {
    enum cause cause;
    enum certainty certainty;
    char *title;          /* "This user is not allowed to use the API." */
    char *happened;       /* one or two sentences */
    GPtrArray *fix;       /* char *: steps, translated, in order */
    char *tell_apart;     /* how to tell this cause from others; NULL = nothing to add */
    enum setup_page page; /* where the first step is made; SETUP_PAGE_NONE = none */
    char *user_id;        /* the user on that page; NULL = the connection's */
    enum retry retry;
    enum perch_exit exit;
    char *code;    /* from the failure */
    char *message; /* "403 …": the other side's words, only cleaned */
};

/* The cause without a diagnosis, for code that only branches on it. ret_certainty may be NULL. */
enum cause explain_cause(const struct failure *failure, enum certainty *ret_certainty);
/* Builds the diagnosis; call it once for a failure, where it is shown. */
struct diagnosis *explain(const struct failure *failure);
/* The same for a cause established by other means, such as asking the org. */
struct diagnosis *explain_as(const struct failure *failure, enum cause cause,
                             enum certainty certainty);
struct diagnosis *diagnosis_copy(const struct diagnosis *diagnosis); /* NULL in, NULL out */
void diagnosis_free(struct diagnosis *diagnosis);                    /* NULL is fine */
/* Adds a sentence, translated, to what happened. */
void diagnosis_add(struct diagnosis *diagnosis, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Commands in its steps name this connection, not NAME; NULL leaves them as they are. */
void diagnosis_name(struct diagnosis *diagnosis, const char *connection);
typedef struct diagnosis Diagnosis;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diagnosis, diagnosis_free)

const char *cause_name(enum cause cause);             /* "api-disabled-user" */
const char *certainty_name(enum certainty certainty); /* "certain", for JSON */
const char *retry_name(enum retry retry);             /* "after-fix" */
bool stage_from_name(const char *name,
                     enum stage *ret_stage); /* "token"; false when there is no such stage */

#endif
