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
#include "perch/store/store.h"

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
    struct secrets secrets;
    bool stored;      /* secrets are in the store as they are here, read back and compared */
    bool token_won;   /* a new refresh token came in this session */
    bool memory_only; /* the person said: go on without storing */
    bool interactive; /* somebody can answer a keyring prompt */
    struct refresh_unsaved *unsaved; /* refresh.c: guards tokens that the keyring refused; NULL */

    char *config_dir;
    Http *http;             /* borrowed */
    Store *store;           /* borrowed */
    const Desktop *desktop; /* borrowed; NULL = nobody looks at a browser */

    /* one login */
    struct pkce pkce;
    Secret *state;
    Secret *code;
    guint16 port; /* callback port that is, or would be, used */
    char *redirect_uri;

    /* what the org and user were before this login (wrong-org guard); NULL = a first login */
    char *expected_org_id, *expected_user_id;
    Connection *before;     /* as it was before a login that is not proven yet; NULL = no such */
    Secret *previous_token; /* refresh token that the connection had before; NULL = none */

    /* forgetting */
    bool keep_grant; /* the login stays alive at Salesforce */
    StoreLock *lock; /* from the first step to the end of the session; NULL */

    /* learnt */
    struct failure probe; /* what the authorize endpoint refused; code NULL = nothing */
    struct app_policy app_policy;
    struct token_answer answer; /* of the code exchange, then of the last refresh */
    struct userinfo userinfo;
    struct http_tls tls;
    char *server_ip;
    gint64 clock_offset_ms;
    bool has_date, salesforce_answered;
    long versions_status;
    char *versions_body;
    struct failure versions_failure; /* what it amounts to if it is no list of versions */
    bool rotation;
    struct describe describes[2]; /* by enum test_object */
    Json *record;                 /* what the test insert sends */
    char *record_id;
    char *record_url;
    struct rehearsal *rehearsal;  /* of the flow (rehearse.h); NULL = none yet */
    gint64 api_used, api_allowed; /* from Sforce-Limit-Info; allowed 0 = unknown */
};

struct session *session_new(Connection *connection, const char *config_dir, Http *http,
                            Store *store);  /* takes the connection */
void session_free(struct session *session); /* NULL is fine */
typedef struct session Session;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

/* A new login: fresh PKCE pair and state, redirect URI of port. The old code is dropped. */
void session_begin_login(struct session *session, guint16 port);
void session_set_port(struct session *session, guint16 port);
char *session_authorize_url(const struct session *session); /* owned by the caller */

/* Token answers go through here: tokens, instance URL and ids into secrets and connection. A
 * missing refresh token keeps the old one. received_ms: wall clock when it came, the same for every
 * copy that is stored of it. *ret_rotated: another refresh token came. */
void session_take_answer(struct session *session, struct token_answer *answer, gint64 received_ms,
                         bool *ret_rotated);
/* The part of it that is secret; session_seconds as in struct connection. TRUE: rotated. */
bool secrets_take_answer(struct secrets *secrets, const struct token_answer *answer,
                         gint64 session_seconds, gint64 received_ms);

/* Whether the session's tokens are newer than the keyring's, which did not take them yet. */
bool session_is_ahead(const struct session *session);
/* What the keyring has, taken over; TRUE: another process had refreshed meanwhile. */
bool session_adopt(struct session *session, struct secrets *stored);

/* The connection without what a login has told that is not proven: it may be for another org. Owned
 * by the caller. */
Connection *session_proven_connection(const struct session *session);

/* Where REST calls go, and the version to use. */
const char *session_base(const struct session *session);
const char *session_version(const struct session *session);

/* The name of the test object, "Lead" or "Case". */
const char *session_object(const struct session *session);

#endif
