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
 * goes through one door: take the connection's lock, read the item again, merge the change, save,
 * read back and compare. Changes by other processes to the rest of the item are preserved.
 */
enum tokens_state {
    TOKENS_NONE,   /* no refresh token */
    TOKENS_HELD,   /* a refresh token from the keyring */
    TOKENS_WON,    /* a new one from Salesforce, not yet in the keyring */
    TOKENS_STORED, /* a new one, written, read back and found identical */
    TOKENS_LOST,   /* it was sent but the answer got lost: it may be dead */
};

typedef struct Tokens Tokens;

/* store is borrowed and must live until tokens_settle has returned. */
Tokens *tokens_new(const char *config_dir, Store *store);
/* The owner is done with tokens. An answer still expected is awaited and stored; one that the
 * keyring refused stays with the rescue process. NULL is fine. */
void tokens_close(Tokens *tokens);

enum tokens_state tokens_state(const Tokens *tokens);
const struct secrets *tokens_secrets(const Tokens *tokens); /* those in memory; borrowed */
Store *tokens_store(const Tokens *tokens);                  /* borrowed */

/* Whether somebody can answer the keyring's prompts. */
void tokens_may_ask(Tokens *tokens, bool may_ask);
bool tokens_asks(const Tokens *tokens);

/* Whether the person chose to go on without storing; while set, the door stores nothing. */
void tokens_keep_in_memory(Tokens *tokens, bool keep);
bool tokens_in_memory(const Tokens *tokens);

/* ---- input ---- */

/* Set the consumer secret and the private key in memory; tokens_change stores them. */
void tokens_set_client_secret(Tokens *tokens, Secret *client_secret);
void tokens_set_private_key(Tokens *tokens, Secret *private_key);
/* Whether the keyring has both, or there are none. */
bool tokens_secret_is_kept(const Tokens *tokens);

/* A login begins: the one in the keyring stays the connection's until the new one is proven. */
void tokens_begin_login(Tokens *tokens);
/* The refresh token that a login in this session replaces; borrowed; NULL = none. */
const Secret *tokens_former(const Tokens *tokens);
void tokens_former_ended(Tokens *tokens);

/*
 * Call it before the code exchange is sent: from then on, a rescue process takes care of the answer
 * if this process ends before the item has it. The answer is stored; or revoked, if the connection
 * already has a login that stays until the new one is proven. Once the new login is stored, the
 * former one is revoked instead, until tokens_former_ended. tokens_unguard: the answer has no
 * tokens; if none has arrived yet, a login that it may still bring is revoked. Copies name, login
 * host and session length from connection.
 */
void tokens_guard(Tokens *tokens, const Connection *connection, HttpRequest *exchange);
void tokens_unguard(Tokens *tokens);
/* Whether there is such a process: not for tokens that stay in memory. */
bool tokens_guards(const Tokens *tokens);

/* Takes over the answer to the code exchange; the state becomes WON if it has a refresh token. */
void tokens_take(Tokens *tokens, const struct token_answer *answer, gint64 session_seconds,
                 gint64 received_ms);
/* An access token of somebody else, for this session only: nothing of it is ever stored. */
void tokens_borrow(Tokens *tokens, Secret *access_token);
/* Takes over a login made elsewhere. */
void tokens_import(Tokens *tokens, Secret *client_secret, Secret *refresh_token);
/* The new login is to be revoked, if need be by the rescue process. */
void tokens_give_back(Tokens *tokens);
/* The new login is revoked: it must not be stored any more. */
void tokens_drop(Tokens *tokens);
/* The person has exported the new tokens to a file: they are not lost if perch ends without storing
 * them. */
void tokens_are_exported(Tokens *tokens);

/*
 * ---- the door ----
 *
 * GIO style; call tokens_finish in the callback, which comes once, from the loop. Calls on one
 * Tokens run one after another, in order. Errors are the store's; PERCH_ERROR_NOT_FOUND: nothing is
 * stored; PERCH_ERROR_BUSY: another process has held the lock for a minute.
 */

/* Reads without the lock: a concurrent change by another process is seen next time. */
void tokens_load(Tokens *tokens, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user);
/* parts: enum secrets_part. SECRETS_ALL replaces a damaged item, but never one of a newer perch
 * (PERCH_ERROR_STORE_NEWER). */
void tokens_change(Tokens *tokens, const char *name, guint parts, GCancellable *cancellable,
                   GAsyncReadyCallback done, gpointer user);
/* tokens_hold reads, and keeps the lock as long as tokens live; tokens_erase then erases the item
 * and verifies that it is gone. */
void tokens_hold(Tokens *tokens, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user);
void tokens_erase(Tokens *tokens, const char *name, GCancellable *cancellable,
                  GAsyncReadyCallback done, gpointer user);
bool tokens_finish(GAsyncResult *result, GError **error);
/* The failure for such an error. */
void tokens_failure(struct failure *ret_failure, const GError *error);

/* Renames a connection, its item and its settings, under the locks of both names. A failure leaves
 * the old connection intact. */
void tokens_move(Store *store, const char *config_dir, const char *from, const char *to,
                 GAsyncReadyCallback done, gpointer user);
bool tokens_move_finish(GAsyncResult *result, GError **error);

/* Call it before freeing Store and Http: runs the main context until no call waits for an answer or
 * for the keyring. Calls that have not sent a request yet are cancelled. */
void tokens_settle(void);

#endif
