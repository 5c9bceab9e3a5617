/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECK_RESULT_H
#define PERCH_CHECK_RESULT_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"
#include "perch/explain/explain.h"

/* What one check found: the row of every list (preflight, prove, doctor, test insert). */
enum check_status {
    CHECK_WAITING,
    CHECK_RUNNING,
    CHECK_OK,
    CHECK_FAILED,
    CHECK_WARNING,
    CHECK_SKIPPED,
};

/* All lists of checks; their rows are in src/checks/. */
enum check_list_id {
    CHECKS_PREFLIGHT, /* machine, host and keyring, before the person types anything */
    CHECKS_PROBE,     /* consumer key and callback, tried at the authorize endpoint */
    CHECKS_LOGIN,     /* never run: one row when the login in the browser was refused */
    CHECKS_PROVE,     /* from the code to a stored, refreshed connection */
    CHECKS_DESCRIBE,  /* the test object's fields and rights */
    CHECKS_INSERT,    /* test record: insert, read back, delete */
    CHECKS_DRY_RUN,   /* rights only */
    CHECKS_STATUS,    /* is a stored connection alive? */
    CHECKS_REFRESH,   /* the same, with a new token in any case */
    CHECKS_DOCTOR,    /* every check of a connection, for perch doctor and troubleshooting */
    CHECKS_REHEARSE,  /* the flow's own calls, made from the exported values alone */
    CHECKS_IMPORT,    /* from a login made elsewhere to a stored connection */
    CHECKS_FORGET,    /* actions, not checks: revoke the login, delete item and file */
    CHECKS_DISOWN,    /* actions, too: revoke and delete a login of the wrong user, or the refresh
                         token of before, once the app logs in by itself */
    CHECKS_MAKE,      /* actions: the app is made in the org by a deploy, or removed */
    CHECKS_MADE,      /* the app that was made: its secret stored, known, as the sheet says */
    CHECKS_COUNT,
};

struct check_result {
    const char *id;    /* static: "callback-port" */
    const char *title; /* static, translated: "Callback port" */
    enum check_status status;
    bool blocks;          /* its failure fails the whole list */
    gint64 started_ms;    /* monotonic; 0 = not started */
    int milliseconds;     /* -1 = not measured */
    char *summary;        /* evidence in a few words, clean: "3 addresses" */
    Json *evidence;       /* object for --json; NULL = none; holds no secret */
    Diagnosis *diagnosis; /* NULL when ok */
    char *page_url;       /* deep link of diagnosis->page; NULL = none */
};

/* A deep copy; owned by the caller. */
struct check_result *check_result_copy(const struct check_result *result);
void check_result_free(struct check_result *result); /* NULL is fine */
typedef struct check_result CheckResult;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckResult, check_result_free)

/* A row for a failure outside any check: failed, blocking, not measured. Owned by the caller. */
struct check_result *check_result_failed(const char *id, const char *title, Diagnosis *diagnosis);
/* Takes ownership of diagnosis; links its Setup page in org (NULL = unknown) with ids (may be
 * NULL). */
void check_result_diagnose(struct check_result *result, Diagnosis *diagnosis, const char *org,
                           const struct setup_ids *ids);

/* Takes text as the summary, clean and cut: an answer of any length would hide the other rows. */
void check_result_summarize(struct check_result *result, const char *text);

const char *check_status_name(enum check_status status); /* "ok", for JSON */

/* The result of this check; NULL: it is not in the list (NULL = none). Borrowed. */
const struct check_result *check_results_find(const GPtrArray *results, const char *id);
/* The result of this check, settled well: its title and summary in one phrase, owned by the caller.
 * NULL: it is not in the list (NULL = none), or not settled so. */
char *check_results_phrase(const GPtrArray *results, const char *id);

/* Why the check failed, from its diagnosis; owned by the caller. */
char *check_result_why(const struct check_result *result);

/* {"id", "title", "status", "milliseconds", "evidence", "diagnosis"}; owned by the caller. */
Json *check_result_to_json(const struct check_result *result);

/* The most serious status in a list (GPtrArray of struct check_result *), failed only if a blocking
 * check failed; and the corresponding exit code. */
enum check_status check_results_status(const GPtrArray *results);
enum perch_exit check_results_exit(const GPtrArray *results);

/* The object that every command prints with --json; owned by the caller. */
Json *check_results_to_json(const GPtrArray *results, const char *command, const char *connection);

#endif
