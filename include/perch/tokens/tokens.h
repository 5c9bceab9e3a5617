/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TOKENS_H
#define PERCH_TOKENS_H

#include <gio/gio.h>

#include "perch/auth/oauth.h"
#include "perch/base/connection.h"
#include "perch/explain/explain.h"
#include "perch/store/store.h"

/*
 * The one owner of a connection's secrets, and the only writer of its keyring item. Every change
 * goes through one door: the connection's lock, the item read again, what changed merged into it,
 * saved, read back and compared. Whatever another process did meanwhile to the rest of the item
 * stays.
 */
enum tokens_state {
    TOKENS_NONE,   /* there is no refresh token */
    TOKENS_HELD,   /* the one that the keyring had */
    TOKENS_WON,    /* Salesforce gave one that the keyring does not have */
    TOKENS_STORED, /* one that was won here; written, read back, identical */
    TOKENS_LOST,   /* it was sent, and what came instead did not arrive: it may be dead */
};

typedef struct Tokens Tokens;

/* store is borrowed until tokens_settle has returned. */
Tokens *tokens_new(const char *config_dir, Store *store);
/* Whoever works on the connection is gone. An answer that is on its way is still waited for and
 * stored; one that the keyring refused stays with the rescue. NULL is fine. */
void tokens_close(Tokens *tokens);

enum tokens_state tokens_state(const Tokens *tokens);
const struct secrets *tokens_secrets(const Tokens *tokens); /* in hand; borrowed */
Store *tokens_store(const Tokens *tokens);                  /* borrowed */

/* Somebody can answer a keyring's prompt. */
void tokens_may_ask(Tokens *tokens, bool may_ask);
bool tokens_asks(const Tokens *tokens);

/* The person said: go on without storing. From now on (or not any more) the door leads nowhere. */
void tokens_keep_in_memory(Tokens *tokens, bool keep);
bool tokens_in_memory(const Tokens *tokens);

/* ---- what comes in ---- */

/* The consumer secret that is in hand; tokens_change stores it. */
void tokens_set_client_secret(Tokens *tokens, Secret *client_secret);
/* Whether the keyring has that one. */
bool tokens_secret_is_kept(const Tokens *tokens);

/* A login begins: what the keyring has is the connection's until the new one is proven. */
void tokens_begin_login(Tokens *tokens);
/* The refresh token that a login in this session replaces; borrowed; NULL = none. */
const Secret *tokens_former(const Tokens *tokens);
void tokens_former_ended(Tokens *tokens);

/*
 * Before the code is exchanged by this request: whatever ends this process from then on, a rescue
 * sees to the answer until the item has it. It is stored or, where the connection has a login that
 * stays until the new one is proven, revoked; once the new one is stored it is the former login
 * that is revoked, until tokens_former_ended. tokens_unguard: what came holds no tokens; where
 * nothing has come yet, the login that may come is revoked. Of connection the name, login host and
 * session length are copied.
 */
void tokens_guard(Tokens *tokens, const Connection *connection, HttpRequest *exchange);
void tokens_unguard(Tokens *tokens);

/* An answer of the token endpoint, the code exchange's: won, if it has a refresh token. */
void tokens_take(Tokens *tokens, const struct token_answer *answer, gint64 session_seconds,
                 gint64 received_ms);
/* A login from elsewhere. */
void tokens_import(Tokens *tokens, Secret *client_secret, Secret *refresh_token);
/* What was won is to be revoked, by a rescue as well. */
void tokens_give_back(Tokens *tokens);
/* What was won is revoked: nobody is to store it any more. */
void tokens_drop(Tokens *tokens);
/* What was won is in a file of the person's: it is not lost when perch ends without storing it. */
void tokens_are_exported(Tokens *tokens);

/*
 * ---- the door ----
 *
 * GIO style; tokens_finish in the callback, which comes once, from the loop. Calls on one Tokens
 * run one after the other, in their order. Errors are the store's; PERCH_ERROR_NOT_FOUND: nothing
 * is stored; PERCH_ERROR_BUSY: another process has held the lock for a minute.
 */

/* Reads, without the lock: what another process changes at the same time is seen the next time. */
void tokens_load(Tokens *tokens, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user);
/* parts: enum secrets_part. With all of them a damaged item is replaced; one of a
 * newer perch (PERCH_ERROR_STORE_NEWER) never. */
void tokens_change(Tokens *tokens, const char *name, guint parts, GCancellable *cancellable,
                   GAsyncReadyCallback done, gpointer user);
/* Reads and keeps the lock for as long as tokens live; then erases, and sees that it is gone. */
void tokens_hold(Tokens *tokens, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user);
void tokens_erase(Tokens *tokens, const char *name, GCancellable *cancellable,
                  GAsyncReadyCallback done, gpointer user);
bool tokens_finish(GAsyncResult *result, GError **error);
/* What such an error is for a person. */
void tokens_failure(struct failure *ret_failure, const GError *error);

/* Gives a connection another name, item and settings, under the locks of both names. A failure
 * leaves the old connection whole. */
void tokens_move(Store *store, const char *config_dir, const char *from, const char *to,
                 GAsyncReadyCallback done, gpointer user);
bool tokens_move_finish(GAsyncResult *result, GError **error);

/* Before Store and Http go: runs the main context until no call waits for an answer or for the
 * keyring any more. What has made no request yet is cancelled. */
void tokens_settle(void);

#endif
