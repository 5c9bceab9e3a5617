/* SPDX-License-Identifier: MIT */
#ifndef PERCH_REFRESH_H
#define PERCH_REFRESH_H

#include "perch/base/connection.h"
#include "perch/net/http.h"
#include "perch/tokens/tokens.h"

/*
 * One refresh, safe against other processes, lost answers, a keyring that fails, and the end of
 * this process.
 *
 * It goes through the door (tokens.h): under the connection's lock, read the keyring again (another
 * process may have refreshed meanwhile), post the refresh token, then store the answer, including a
 * rotated refresh token, read it back and compare it before anybody uses the access token.
 *
 * The request is retried, after growing pauses with jitter: while Salesforce says that the token is
 * being refreshed already (for about 15 s); when no byte of the request was sent (twice); on 503
 * and 429 (three times, as Retry-After says, unless that exceeds half a minute or the answer is a
 * maintenance page without one). It is retried once when the answer was lost (connection cut,
 * timeout, 500, 502, 504, an unreadable answer), as Salesforce may or may not have processed the
 * request. Without rotation the retry simply works. With rotation it works unless Salesforce
 * processed the first request, whose answer held the only new token; then nothing is left to lose
 * by asking, and the refusal is distinguished from an ordinary revocation (failure code
 * "answer-lost-refused"). A note in the lock's file, without secrets, lets the next process draw
 * the same distinction if this one is killed together with its rescue process (rescue.h).
 * (salesforce.com help remoteaccess_oauth_refresh_token_flow, article 005316711; release notes
 * rn_security_refresh_token_requests.)
 *
 * If the app is known to rotate, perch first saves the present item again before it spends the
 * refresh token, so that a failing keyring costs nothing. If the keyring still refuses the new
 * tokens, saving is retried for save_ms. After that the tokens stay in memory, the lock stays held,
 * and a rescue process (rescue.h) goes on trying when this process ends, for up to RESCUE_SECONDS;
 * the caller says so, says what to do, and exits with 9. Nothing is revoked and nothing is written
 * to a file. If the refresh token did not change, nothing can be lost, and nothing is kept.
 */
struct refresh_result {
    bool ok;
    bool sent;         /* FALSE: another process had already refreshed */
    bool rotated;      /* the answer has a different refresh token */
    bool unstored;     /* ok, but the keyring refuses the new tokens */
    gint64 rested_ms;  /* since the token answer before this one; 0 = unknown */
    int milliseconds;  /* of the last request; -1 = none was made */
    gint64 kept_until; /* unstored: wall ms until which a rescue process retries; 0 = none does */
    struct token_answer answer; /* the answer for the current login; empty if none came */
    struct failure failure;     /* set when not ok, or unstored (the keyring's failure) */
};

/* For unstored: what happens to the tokens and what to do, translated; owned by the caller. */
/* Whether a login that was signed arrived too late: then the clock is wrong, and failure says so.
 */
bool refresh_blames_clock(struct failure *failure, const Connection *connection);
char *refresh_unstored_text(const struct refresh_result *result, const char *name);

/* May take the contents of result->answer and must then leave it empty. */
typedef void (*refresh_done)(struct refresh_result *result, gpointer user);

enum refresh_wait {
    REFRESH_WAIT_LOCK,    /* another process holds the lock; reported after a second */
    REFRESH_WAIT_BUSY,    /* Salesforce is already refreshing this token */
    REFRESH_WAIT_AGAIN,   /* an attempt failed; another follows */
    REFRESH_WAIT_KEYRING, /* the keyring refuses the new tokens; see failure */
};

struct refresh_options {
    GCancellable *at_once; /* ends the refresh at once, even if tokens are lost; NULL = none */
    guint save_ms;         /* how long to retry a keyring that refuses; 0 = try once */
    /* Reports what the refresh waits for, to tell the person; may be NULL. */
    void (*waiting)(enum refresh_wait wait, const struct failure *failure, gpointer user);
    /* The caller's own request to the token endpoint instead of a plain refresh, rebuilt from the
     * current tokens for each attempt (returning NULL ends the refresh), and a look at each answer.
     * It is sent even when another process has just refreshed. Both may be NULL. */
    HttpRequest *(*request)(gpointer user);
    void (*answered)(const struct http_response *response, gpointer user);
    gpointer user;
};

/*
 * done is called exactly once, from the loop; result is valid during the call. Cancelling works
 * until the request is sent and between attempts; once it is sent, the answer is awaited and
 * stored, even if tokens are closed meanwhile. If a login has given tokens another refresh token
 * meanwhile, the answer goes to the keyring only. http must live until then: see tokens_settle.
 * Copies name, host, consumer key, session length and rotation from connection.
 */
void tokens_refresh(Tokens *tokens, Http *http, const Connection *connection,
                    const struct refresh_options *options, GCancellable *cancellable,
                    refresh_done done, gpointer user);

/* Called when --timeout is over: ends refreshes that wait for an answer, unless that answer may
 * hold the only refresh token, as with rotation. */
void tokens_hurry(void);

#endif
