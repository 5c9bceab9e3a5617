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

/* The lists of checks that there are; their rows are in src/checks/. */
enum check_list_id {
    CHECKS_PREFLIGHT, /* machine, host, keyring, before anything is typed */
    CHECKS_PROBE,     /* the authorize endpoint asked from outside: key and callback */
    CHECKS_LOGIN,     /* not run: one row when the login in the browser was refused */
    CHECKS_PROVE,     /* from the code to a stored, refreshed connection */
    CHECKS_DESCRIBE,  /* fields and rights of the test object */
    CHECKS_INSERT,    /* test record: insert, read back, delete */
    CHECKS_DRY_RUN,   /* rights only */
    CHECKS_STATUS,    /* is a stored connection alive? */
    CHECKS_DOCTOR,    /* every check of a connection, for perch doctor and troubleshooting */
    CHECKS_REHEARSE,  /* the flow's own calls, from the exported values alone */
    CHECKS_IMPORT,    /* a login that comes from elsewhere, up to a stored connection */
    CHECKS_FORGET,    /* not checks: the login revoked, item and file deleted */
    CHECKS_DISOWN,    /* not checks either: a login of the wrong user, revoked and deleted */
    CHECKS_COUNT,
};

struct check_result {
    const char *id;    /* static: "callback-port" */
    const char *title; /* static, translated: "Callback port" */
    enum check_status status;
    bool blocks;          /* when failed, the list as a whole has failed */
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

/* The row that it is, where no check ran: failed, blocking, not measured. Owned by the caller. */
struct check_result *check_result_failed(const char *id, const char *title, Diagnosis *diagnosis);
/* diagnosis is taken; its page is looked for in org (NULL = nobody knows), with ids (or NULL). */
void check_result_diagnose(struct check_result *result, Diagnosis *diagnosis, const char *org,
                           const struct setup_ids *ids);

const char *check_status_name(enum check_status status); /* "ok", for JSON */

/* Why it failed, in the words of its diagnosis; owned by the caller. */
char *check_result_why(const struct check_result *result);

/* {"id", "title", "status", "milliseconds", "evidence", "diagnosis"}; owned by the caller. */
Json *check_result_to_json(const struct check_result *result);

/* Gravest status of a list (GPtrArray of struct check_result *): failed only when a blocking check
 * failed. And the exit code that belongs to it. */
enum check_status check_results_status(const GPtrArray *results);
enum perch_exit check_results_exit(const GPtrArray *results);

/* The object that every command prints with --json (product's JSON contract); owned by the caller.
 */
Json *check_results_to_json(const GPtrArray *results, const char *command, const char *connection);

#endif
