/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SESSION_H
#define PERCH_SESSION_H

#include "perch/auth/oauth.h"
#include "perch/base/connection.h"
#include "perch/explain/explain.h"
#include "perch/net/desktop.h"
#include "perch/net/http.h"
#include "perch/net/loopback.h"
#include "perch/salesforce/salesforce.h"
#include "perch/tokens/refresh.h"

/* The app's policies in the words of the Metadata API, as the org told them; NULL and 0 = not. */
struct app_policy {
    bool known;
    char *users, *ip, *refresh, *refresh_unit;
    gint64 refresh_period, session_minutes;
};
void app_policy_clear(struct app_policy *policy);

/*
 * Work on one connection: its settings, its secrets, the services to reach the world with, and what
 * was learnt on the way. Checks read and write it; it outlives every check that runs on it.
 */
struct session {
    Connection *connection;
    Tokens *tokens; /* and whatever else is secret */

    char *config_dir;
    Http *http;             /* borrowed */
    const Desktop *desktop; /* borrowed; NULL = nobody looks at a browser */

    /* one login */
    struct pkce pkce;
    Secret *state;
    Secret *code;
    guint16 port; /* callback port that is, or would be, used */
    char *redirect_uri;

    /* what the org and user were before this login (wrong-org guard); NULL = a first login */
    char *expected_org_id, *expected_user_id;
    Connection *before; /* as it was before a login that is not proven yet; NULL = no such */

    /* forgetting */
    bool keep_grant; /* the login stays alive at Salesforce */

    /* learnt */
    struct failure probe; /* what the authorize endpoint refused; code NULL = nothing */
    struct app_policy app_policy;
    struct token_answer answer; /* of the code exchange, then of the last refresh */
    struct userinfo userinfo;
    struct http_tls tls;
    char *server_ip;
    gint64 clock_offset_ms;
    bool has_date, salesforce_answered;
    Json *versions;                  /* the host's list of them, as it answered; NULL = none */
    struct failure versions_failure; /* what it amounts to if it is no list of versions */
    struct describe describes[2];    /* by enum test_object */
    Json *record;                    /* what the test insert sends */
    char *record_id;
    char *record_url;
    struct rehearsal *rehearsal; /* of the flow (rehearse.h), and what frees it; NULL = none yet */
    void (*rehearsal_free)(struct rehearsal *rehearsal);
    gint64 api_used, api_allowed; /* from Sforce-Limit-Info; allowed 0 = unknown */
};

struct session *session_new(Connection *connection, const char *config_dir, Http *http,
                            Store *store);  /* takes the connection */
void session_free(struct session *session); /* NULL is fine */
typedef struct session Session;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

/* Another org or user than before is meant. */
void session_expect_anybody(struct session *session);

/* A new login: fresh PKCE pair and state, redirect URI of port. The old code is dropped. */
void session_begin_login(struct session *session, guint16 port);
void session_set_port(struct session *session, guint16 port);
char *session_authorize_url(const struct session *session); /* owned by the caller */

/* What an answer of the token endpoint tells of org, user and scopes; it is taken, and empty then.
 */
void session_learn(struct session *session, struct token_answer *answer);
/* The same of a refresh, and whether the app rotates. */
void session_refreshed(struct session *session, struct refresh_result *result);

/* The connection without what a login has told that is not proven: it may be for another org. Owned
 * by the caller. */
Connection *session_proven_connection(const struct session *session);

/* What is secret; borrowed, valid until the next call of tokens.h. */
const struct secrets *session_secrets(const struct session *session);

/* Where REST calls go, and the version to use. */
const char *session_base(const struct session *session);
const char *session_version(const struct session *session);

/* The name of the test object, "Lead" or "Case". */
const char *session_object(const struct session *session);

#endif
