/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_EVIDENCE_H
#define PERCH_CHECKS_EVIDENCE_H

#include <gio/gio.h>

#include "perch/checks/session.h"
#include "perch/explain/explain.h"

/*
 * What the org itself says about a failure, asked before a diagnosis speaks: rights of the running
 * user, edition, describe, Login History, approvals. A question that the user may not ask, or that
 * fails for any other reason, is skipped without harm.
 */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct evidence {
    enum answer api_enabled; /* UserPermissionAccess: effective right of the user */
    enum answer profile_api; /* the profile alone */
    enum answer set_api;     /* any permission set of the user */
    enum answer createable;  /* describe of the test object */
    enum answer field_there, field_createable; /* describe: the first field that was named */
    enum answer installed;                     /* OauthToken.AppMenuItemId */
    enum answer admin_approved;                /* the app's policies: admin approved users only */
    enum answer ip_enforced;                   /* the same: IP restrictions */
    char *refresh_policy; /* the same, Salesforce's word: "Infinite", "Zero"... */
    int approvals;        /* grants that this user gave the app; -1 = unknown */
    char *profile_name;
    char *edition;
    bool history_read; /* Login History was answered, whatever is in it */
    char *history;     /* newest row that is no success: "time status application, login type" */
    char *status;      /* of that row */
    guint asked, answered;
};

void evidence_clear(struct evidence *evidence);

/* Whether the org is asked for a cause: there are questions for it, and a session to ask with. */
bool evidence_wanted(const struct session *session, enum cause cause);

typedef void (*evidence_done)(struct evidence *evidence, gpointer user);
/* done comes once, from the loop; evidence is valid during the call. failure is read at once. */
void evidence_gather(struct session *session, enum cause cause, const struct failure *failure,
                     GCancellable *cancellable, evidence_done done, gpointer user);

/* What explain() would say with the evidence: cause and certainty may change, facts are added. */
struct diagnosis *evidence_explain(const struct failure *failure, const struct session *session,
                                   const struct evidence *evidence);
/* Facts for --json; NULL when nothing was answered. Owned by the caller. */
Json *evidence_to_json(const struct evidence *evidence);

#endif
