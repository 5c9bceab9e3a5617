/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECK_H
#define PERCH_CHECK_H

#include <gio/gio.h>

#include "perch/checks/session.h"
#include "perch/explain/check_result.h"
#include "perch/net/failure.h"
#include "perch/net/http.h"

/*
 * Everything that can go wrong is a check. A check is a row: its name, the checks of the same list
 * that it needs, and how it starts. One runner starts whatever is ready, many at once, and reports
 * each result as it settles. Preflight, probe, prove, test insert and status are lists.
 */
struct check_run;

enum { CHECK_NEEDS_MAX = 4 };

struct check_def {
    const char *id;
    const char *title; /* N_() */
    bool blocks;       /* its failure fails the list */
    const char
        *needs[CHECK_NEEDS_MAX]; /* ids; each must be ok or a warning, else this check is skipped;
                                    '~' in front: only wait for it, whatever its result; '!':
                                    skipped is as good as ok */
    void (*start)(struct check_run *run);
};

struct check_list_def {
    const struct check_def *checks;
    guint count;
    /* For a list that depends on the session: appends its struct check_def; ids are interned. */
    void (*build)(const struct session *session, GArray *checks);
};

/* The definition of a list (registry.c). */
const struct check_list_def *check_list_def(enum check_list_id id);

typedef struct CheckList CheckList;

struct check_list_listener {
    void (*result)(const struct check_result *result, gpointer user); /* started, or settled */
    void (*done)(gpointer user); /* all have settled; called once */
    gpointer user;
};

/* Starts a list on session; def and session must outlive it. before (may be NULL): results of an
 * earlier run of the same list; checks that were ok there are not run again. */
CheckList *check_list_start(const struct check_list_def *def, struct session *session,
                            const GPtrArray *before, const struct check_list_listener *listener);
const GPtrArray *check_list_results(const CheckList *list); /* struct check_result *, borrowed */
/* Ends the list for lack of time: running checks fail as timeouts, waiting ones are skipped. No
 * check starts afterwards. */
void check_list_expire(CheckList *list);
/* Cancels running checks; the listener is not called any more. NULL is fine. */
void check_list_free(CheckList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckList, check_list_free)

/* Asks the org about a failure that no check found, and takes what failure contains; false: it
 * cannot be asked. told gets the row, failed, once; it is valid during the call. No call once
 * cancelled. */
typedef void (*check_told)(const struct check_result *result, gpointer user);
bool check_ask_org(struct session *session, const char *id, const char *title,
                   struct failure *failure, GCancellable *cancellable, check_told told,
                   gpointer user);

/* ---- for the checks themselves ---- */

struct check_run {
    const struct check_def *def;
    struct session *session;
    GCancellable *cancellable;
    struct check_result *result; /* borrowed from the list; NULL once the list is gone */
    gpointer call;               /* check_rest's, until its first answer arrives */
    gpointer private;
    gpointer state; /* the check's own, kept between answers; freed with state_free */
    GDestroyNotify state_free;
    GPtrArray *also; /* struct check_result *: what failed, too */
};

/* Shows what is waited for, until the run ends or says something else. */
void check_waits(struct check_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Shows until the run ends that it waits for the keyring. The keyring answers at once unless it
 * asks the person for something. */
void check_waits_for_keyring(struct check_run *run);
/* Every run ends with exactly one of these; do not use the run afterwards. */
void check_ok(struct check_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
void check_warn(struct check_run *run, struct failure *failure, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* With the check's own diagnosis; takes ownership of it. */
void check_warn_with(struct check_run *run, Diagnosis *diagnosis, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void check_skip(struct check_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Clears failure. The row shows its code and message. */
void check_fail(struct check_run *run, struct failure *failure);
/* Before the run ends as failed: another failure that it found, as a row at the end of the list
 * with the same title ("validated-2"). Clears failure. */
void check_also_failed(struct check_run *run, struct failure *failure);
void check_fail_own(struct check_run *run, enum stage stage, const char *code, const char *message);
void check_fail_error(struct check_run *run, enum stage stage, const GError *error);

/* Sends request. judge gets answers only (any HTTP status); all other ends of the transfer fail the
 * check with their cause. The request's milliseconds become the run's. */
typedef void (*check_judge)(struct check_run *run, const struct http_response *response);
void check_http(struct check_run *run, HttpRequest *request, check_judge judge);
/* The same, but judge sees every end of the transfer. */
void check_http_any(struct check_run *run, HttpRequest *request, check_judge judge);
/* A REST call whose access token may be expired: after a 401 it refreshes once and tries again.
 * build makes the request from the session's current token. */
void check_rest(struct check_run *run, HttpRequest *(*build)(struct session *session),
                check_judge judge);
/* Fails the check with the failure that response shows, HTTP_ANSWERED or not. object: the object of
 * the call, or NULL. */
void check_fail_response(struct check_run *run, enum stage stage, enum failure_target target,
                         const char *object, const struct http_response *response);
/* The same for an answer with a good status that cannot be read (failure_from_unread). */
void check_fail_unread(struct check_run *run, enum stage stage,
                       const struct http_response *response, const GError *error);
/* Whether a callback that arrives late still has a list to report to. Frees the run if not. */
bool check_run_is_alive(struct check_run *run);

void check_evidence(struct check_run *run, const char *key, const char *value);
void check_evidence_int(struct check_run *run, const char *key, gint64 value);

#endif
