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
#include "perch/tokens/tokens.h"

struct refresh_result;

/* "Limit Idle Refresh Token Time-to-Live (TTL) to 30 Days", which no org shows: a refresh that
 * works after one day more proves that it is off. */
enum { IDLE_LIMIT_DAYS = 30 };

/* The app's policies as the org reported them, in the words of the Metadata API; NULL and 0 =
 * unknown. */
struct app_policy {
    bool known;
    char *users, *ip, *refresh, *refresh_unit;
    gint64 refresh_period, session_minutes;
};
void app_policy_clear(struct app_policy *policy);

/*
 * The work on one connection: settings, secrets, services, and what was learnt so far. Checks read
 * and write it; it outlives every check that runs on it.
 */
struct session {
    Connection *connection;
    Tokens *tokens; /* owns all secrets of the connection */

    char *config_dir;
    Http *http;             /* borrowed */
    const Desktop *desktop; /* borrowed; NULL = no browser is involved */

    /* one login */
    struct pkce pkce;
    Secret *state;
    Secret *code;
    guint16 port; /* callback port of the login, or of the next one */
    char *redirect_uri;
    bool new_login; /* its tokens are those of this session's own login */

    /* org and user before this login (wrong-org guard); NULL = first login */
    char *expected_org_id, *expected_user_id;
    Connection *before; /* the connection as it was before a login that is not yet proven; NULL = no
                           such login */

    /* forgetting */
    bool keep_grant; /* do not revoke the login at Salesforce */

    /* learnt */
    struct failure probe; /* error from the authorize endpoint; code NULL = none */
    struct app_policy app_policy;
    struct token_answer answer; /* from the code exchange, then from the last refresh */
    struct userinfo userinfo;
    struct http_tls tls;
    char *server_ip;
    gint64 clock_offset_ms;
    bool has_date, salesforce_answered;
    Json *versions;                  /* the host's list of API versions, as received; NULL = none */
    struct failure versions_failure; /* the failure when the answer was no list of versions */
    struct describe describes[2];    /* by enum test_object */
    Json *record;                    /* body of the test insert */
    char *record_id;
    char *record_url;
    struct rehearsal *rehearsal; /* (rehearse.h) and the function that frees it; NULL = none yet */
    void (*rehearsal_free)(struct rehearsal *rehearsal);
    struct making *making;        /* (making.h) borrowed; NULL = no app is being made */
    gint64 api_used, api_allowed; /* from Sforce-Limit-Info; allowed 0 = unknown */
};

struct session *session_new(Connection *connection, const char *config_dir, Http *http,
                            Store *store);  /* takes ownership of connection */
void session_free(struct session *session); /* NULL is fine */
typedef struct session Session;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

/* Turns off the wrong-org guard: the next login may be for another org or user. */
void session_expect_anybody(struct session *session);

/* Begins a login: new PKCE pair and state, redirect URI for port. Discards the old authorization
 * code. */
void session_begin_login(struct session *session, guint16 port);
void session_set_port(struct session *session, guint16 port);
char *session_authorize_url(const struct session *session); /* owned by the caller */

/* Takes over org, user and scopes from an answer of the token endpoint. Takes the contents of
 * answer and leaves it empty. */
void session_learn(struct session *session, struct token_answer *answer);
/* The same for a refresh; also notes whether the app rotates refresh tokens. */
void session_refreshed(struct session *session, struct refresh_result *result);

/* The connection without anything learnt from a login that is not yet proven, which may be for
 * another org, and without a way to log in that is not. Owned by the caller. */
Connection *session_proven_connection(const struct session *session);

/* Tells a failure what is known of this connection: the kind of app, and what was seen. */
void session_tell(const struct session *session, struct failure *failure);

/* The secrets; borrowed, valid until the next call to tokens.h. */
const struct secrets *session_secrets(const struct session *session);

/* Whether another access token can be asked for without a person. */
bool session_can_renew(const struct session *session);

/* Base URL and API version for REST calls. */
const char *session_base(const struct session *session);
const char *session_version(const struct session *session);

/* Asks the session's org with its access token. */
HttpRequest *session_query(const struct session *session, const char *soql);

/* The name of the test object, "Lead" or "Case". */
const char *session_object(const struct session *session);

#endif
