/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_EVIDENCE_H
#define PERCH_CHECKS_EVIDENCE_H

#include <gio/gio.h>

#include "perch/checks/session.h"
#include "perch/explain/explain.h"

/*
 * What the org itself knows about a failure, queried before the diagnosis is made: rights of the
 * running user, edition, describe, Login History, approvals. Queries that the user may not make, or
 * that fail, are skipped without harm.
 */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct evidence {
    enum answer api_enabled; /* UserPermissionAccess: effective right of the user */
    enum answer profile_api; /* the profile alone */
    enum answer set_api;     /* any permission set of the user */
    enum answer createable;  /* describe of the test object */
    enum answer field_there, field_createable; /* describe: the first field named in the failure */
    enum answer installed;                     /* OauthToken.AppMenuItemId */
    enum answer admin_approved;                /* the app's policies: admin approved users only */
    enum answer ip_enforced;                   /* the app's policies: IP restrictions */
    char *refresh_policy; /* the app's policies, in Salesforce's word: "Infinite", "Zero"... */
    int approvals;        /* approvals that this user gave the app; -1 = unknown */
    char *profile_name;
    char *edition;
    bool history_read; /* Login History could be read, whatever it contains */
    char *history;     /* newest unsuccessful row: "time status application, login type" */
    char *status;      /* of that row */
    guint asked, answered;
};

void evidence_clear(struct evidence *evidence);

/* Whether the org can be asked about cause: there are queries for it and a session to make them. */
bool evidence_wanted(const struct session *session, enum cause cause);

typedef void (*evidence_done)(struct evidence *evidence, gpointer user);
/* done is called once, from the loop; evidence is valid during the call. failure is not kept. */
void evidence_gather(struct session *session, enum cause cause, const struct failure *failure,
                     GCancellable *cancellable, evidence_done done, gpointer user);

/* explain() with the evidence: may change cause and certainty and adds facts. */
struct diagnosis *evidence_explain(const struct failure *failure, const struct session *session,
                                   const struct evidence *evidence);
/* Facts for --json; NULL when there are none. Owned by the caller. */
Json *evidence_to_json(const struct evidence *evidence);

#endif
