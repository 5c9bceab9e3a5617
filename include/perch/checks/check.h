/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECK_H
#define PERCH_CHECK_H

#include <gio/gio.h>

#include "perch/checks/session.h"
#include "perch/explain/check_result.h"
#include "perch/net/failure.h"
#include "perch/net/http.h"

/*
 * Checks: everything that can go wrong is one. A check is a row: what it is called, which checks of
 * the same list it needs, and how it starts. One runner starts whatever is ready, many at once, and
 * tells each result as it comes. Preflight, probe, prove, test insert and status are lists.
 */
struct check_run;

enum { CHECK_NEEDS_MAX = 4 };

struct check_def {
    const char *id;
    const char *title;                  /* N_() */
    bool blocks;                        /* its failure fails the list */
    const char *needs[CHECK_NEEDS_MAX]; /* ids; must be ok or a warning, else this is skipped; with
                                           '~' before it: only waited for, however it ends */
    void (*start)(struct check_run *run);
};

struct check_list_def {
    const struct check_def *checks;
    guint count;
    /* For a list that depends on the session: adds its struct check_def; ids are interned. */
    void (*build)(const struct session *session, GArray *checks);
};

/* registry.c: the list of that name. */
const struct check_list_def *check_list_def(enum check_list_id id);

typedef struct CheckList CheckList;

struct check_list_listener {
    void (*result)(const struct check_result *result, gpointer user); /* started, or settled */
    void (*done)(gpointer user);                                      /* all settled, once */
    gpointer user;
};

/* Starts a list on session; both must outlive it. before: results of an earlier run of the same
 * list (or NULL): what was ok there is taken over and not run again. */
CheckList *check_list_start(const struct check_list_def *def, struct session *session,
                            const GPtrArray *before, const struct check_list_listener *listener);
const GPtrArray *check_list_results(const CheckList *list); /* struct check_result *, borrowed */
/* The time is over: what is under way has failed as a timeout, what waits is skipped. Nothing comes
 * after that. */
void check_list_expire(CheckList *list);
/* Cancels what is under way; no listener is called any more. NULL is fine. */
void check_list_free(CheckList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckList, check_list_free)

/* ---- for the checks themselves ---- */

struct check_run {
    const struct check_def *def;
    struct session *session;
    GCancellable *cancellable;
    struct check_result *result; /* borrowed from the list; NULL once the list is gone */
    gpointer call;               /* check_rest's, while its first answer is on the way */
    gpointer private;
    gpointer state; /* the check's own, between its answers; freed with state_free */
    GDestroyNotify state_free;
};

/* Shown until the run ends: the keyring answers at once, unless it asks the person for something.
 */
void check_waits_for_keyring(struct check_run *run);
/* Every run ends with exactly one of these; the run must not be used afterwards. */
void check_ok(struct check_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
void check_warn(struct check_run *run, struct failure *failure, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* With a diagnosis that the check made itself; it is taken. */
void check_warn_with(struct check_run *run, Diagnosis *diagnosis, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void check_skip(struct check_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* failure is cleared. The row shows code and words of the failure. */
void check_fail(struct check_run *run, struct failure *failure);
void check_fail_own(struct check_run *run, enum stage stage, const char *code, const char *message);
void check_fail_error(struct check_run *run, enum stage stage, const GError *error);

/* Sends request; judge gets answers only (any HTTP status), everything else fails the check with
 * the wire's cause. The run's milliseconds become the request's. */
typedef void (*check_judge)(struct check_run *run, const struct http_response *response);
void check_http(struct check_run *run, HttpRequest *request, check_judge judge);
/* The same, but judge sees every end of the transfer. */
void check_http_any(struct check_run *run, HttpRequest *request, check_judge judge);
/* A REST call whose token may be dead: after a 401 one refresh, then once more. build makes the
 * request from the session's present token. */
void check_rest(struct check_run *run, HttpRequest *(*build)(struct session *session),
                check_judge judge);
/* With what the response amounts to, HTTP_ANSWERED or not; object: the call's, or NULL. */
void check_fail_response(struct check_run *run, enum stage stage, enum failure_target target,
                         const char *object, const struct http_response *response);
/* The same with failure_from_unread. */
void check_fail_unread(struct check_run *run, enum stage stage,
                       const struct http_response *response, const GError *error);
/* Whether a callback that arrives late still has a list to report to. Frees the run if not. */
bool check_run_is_alive(struct check_run *run);

void check_evidence(struct check_run *run, const char *key, const char *value);
void check_evidence_int(struct check_run *run, const char *key, gint64 value);

#endif
