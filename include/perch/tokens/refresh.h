/* SPDX-License-Identifier: MIT */
#ifndef PERCH_REFRESH_H
#define PERCH_REFRESH_H

#include "perch/base/connection.h"
#include "perch/net/http.h"
#include "perch/tokens/tokens.h"

/*
 * One refresh, safe against other processes, lost answers, a keyring that refuses, and the end of
 * this process:
 *
 * It goes through the door (tokens.h): under the connection's lock the keyring is read again
 * (another process may have refreshed meanwhile), the refresh token is posted, and what came back,
 * a rotated refresh token included, is stored, read back and compared before anybody uses the
 * access token.
 *
 * Posted again, each time after a growing, uneven pause: while Salesforce says that the token is
 * being refreshed already (for about 15 s), when nothing of the request went out (twice), on 503
 * and 429 (three times, as Retry-After says; not when that is more than half a minute, nor for a
 * maintenance page). And once when the answer was lost (connection cut, no answer in time, 500,
 * 502, 504, an answer that nobody can read): Salesforce then either used the token or did not.
 * Without rotation the second try simply works; with rotation it works unless Salesforce had
 * carried out the first, whose answer held the only new token; nothing that could still be saved is
 * lost by asking, and what is refused then is told apart from an ordinary revocation (failure code
 * "answer-lost-refused"). A note in the lock's file, without a secret, lets the next process tell
 * the same after this one was killed together with its rescue (rescue.h). (salesforce.com help
 * remoteaccess_oauth_refresh_token_flow, article 005316711; release notes
 * rn_security_refresh_token_requests.)
 *
 * Where the app is known to rotate, the keyring has to take what it already holds once more before
 * the token is spent: a keyring that refuses costs nothing then. When it refuses the new tokens
 * after all, they are tried again for save_ms; then they stay in tokens, the lock stays taken and a
 * rescue (rescue.h) tries on when this process ends, for up to RESCUE_SECONDS: whoever calls says
 * so, with what to do, and exits with 9. Nothing is revoked and nothing is written to a file. Where
 * the refresh token stays the same, nothing can be lost, and nothing is kept.
 */
struct refresh_result {
    bool ok;
    bool sent;                  /* FALSE: another process had refreshed already */
    bool rotated;               /* another refresh token came */
    bool unstored;              /* ok, but the keyring refuses what came */
    int milliseconds;           /* of the last request; -1 = none was made */
    gint64 kept_until;          /* unstored: wall ms up to which a rescue tries on; 0 = nobody */
    struct token_answer answer; /* what came for the login in hand; empty when nothing did */
    struct failure failure;     /* when not ok, or unstored (the keyring's failure) */
};

/* unstored: what becomes of the tokens and what to do, translated; owned by the caller. */
char *refresh_unstored_text(const struct refresh_result *result, const char *name);

/* May take result->answer, and leaves it empty then. */
typedef void (*refresh_done)(struct refresh_result *result, gpointer user);

enum refresh_wait {
    REFRESH_WAIT_LOCK,    /* for another process, after a second */
    REFRESH_WAIT_BUSY,    /* Salesforce is at the same token already */
    REFRESH_WAIT_AGAIN,   /* a try failed, the next one comes */
    REFRESH_WAIT_KEYRING, /* it refuses the new tokens; failure says how */
};

struct refresh_options {
    GCancellable *at_once; /* ends it whatever is lost by that; NULL = none */
    guint save_ms;         /* how long to try a keyring that refuses; 0 = once */
    /* What it waits for, for a person; may be NULL. */
    void (*waiting)(enum refresh_wait wait, const struct failure *failure, gpointer user);
    /* Somebody's own request to the token endpoint with the tokens in hand, made anew for each try
     * (NULL: there is none, which ends it), and a look at each answer to it. It is made even when
     * another process has just refreshed. Both may be NULL. */
    HttpRequest *(*request)(gpointer user);
    void (*answered)(const struct http_response *response, gpointer user);
    gpointer user;
};

/*
 * done comes exactly once, from the loop; result is valid during the call. Cancelling counts until
 * the request is made and between tries; an answer that is on its way is waited for and stored,
 * even when tokens are closed meanwhile. When a login gave tokens another refresh token meanwhile,
 * the answer leaves that alone and goes to the keyring only. http has to live until then: see
 * tokens_settle. Of connection the name, host, consumer key, session length and rotation are
 * copied.
 */
void tokens_refresh(Tokens *tokens, Http *http, const Connection *connection,
                    const struct refresh_options *options, GCancellable *cancellable,
                    refresh_done done, gpointer user);

/* The time is over (--timeout): ends what waits for an answer, unless it may hold the only refresh
 * token, as with rotation. */
void tokens_hurry(void);

#endif
