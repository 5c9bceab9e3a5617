/* SPDX-License-Identifier: MIT */
#ifndef PERCH_MAKING_H
#define PERCH_MAKING_H

#include "perch/checks/session.h"
#include "perch/sheet/sheet.h"

/*
 * Making a connection's External Client App in its org, changing or removing it (CHECKS_MAKE, in
 * the session of a user with the rights), and seeing that the app is there (CHECKS_MADE, in the
 * connection's own session).
 */
enum making_goal {
    MAKING_CREATE,
    MAKING_REMOVE,
    MAKING_LOOK,     /* read the app as it is: parts, key */
    MAKING_COMPARE,  /* parts and the sheet: a row for each difference */
    MAKING_REPAIR,   /* deploy files, and read the app again */
    MAKING_SECRET,   /* turn the org's switch on, read the secret, turn it off again */
    MAKING_RIGHTS,   /* only whether the session and its user will do */
    MAKING_PUT_BACK, /* turn the switch off that an earlier perch turned on */
    MAKING_GOALS,
};

struct making {
    enum making_goal goal;
    const Connection *app;  /* borrowed: whose app it is */
    const GPtrArray *files; /* borrowed: struct sheet_file *, what is deployed */
    bool dry_run;           /* the org only validates */
    bool access;            /* make a permission set for the user that it runs as, too */
    /* Called before the switch is turned on, and when it is off again. FALSE: this cannot be noted,
     * and the switch stays off. */
    bool (*switched)(bool on, gpointer user, GError **error);
    gpointer user;

    /* learnt */
    bool sent;                /* a deploy that changes the org was sent */
    bool done;                /* the org is as wanted: it said so, or it was so before */
    bool nothing;             /* to do: an earlier run had done it */
    bool lacks_rights;        /* the org says that the user may not deploy */
    bool hidden_by_switch;    /* the secret was not shown because the switch is off */
    char *id;                 /* of the running deploy */
    char *app_id;             /* of the app */
    char *key;                /* its consumer key, as the org shows it; NULL = it does not */
    char *consumer;           /* id of its consumer */
    Secret *secret;           /* the consumer secret as the org told it; NULL = it did not */
    Json *parts[SHEET_PARTS]; /* the app as the org has it */
    GPtrArray *found;         /* struct sheet_found *; NULL = the parts are not known */
    GPtrArray *package;       /* what is created instead of files; NULL = files */
    char *user_id;            /* of the user that it runs as */
    bool integration;         /* that user has the license for integrations */
    char *license_id;         /* of the permission set license to assign; NULL = none */
    char *set_id;             /* of the permission set; NULL = the org has none of perch's */
    bool set_licensed;        /* perch assigned the license together with the set */
    bool access_done;         /* the set is as wanted: assigned, or gone */
};
void making_clear(struct making *making);
/* Whether an app with these values has a consumer secret to be read back. */
bool making_wants_secret(const Connection *app);
/* How many settings differ from the sheet. */
guint making_differences(const struct making *making);

#endif
