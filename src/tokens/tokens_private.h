/* SPDX-License-Identifier: MIT */
#ifndef TOKENS_PRIVATE_H
#define TOKENS_PRIVATE_H

#include "perch/tokens/rescue.h"
#include "perch/tokens/tokens.h"

struct visit;

struct Tokens {
    int references;
    Store *store; /* borrowed */
    char *config_dir;
    char *name; /* name of the item in kept; NULL = none was read */
    enum tokens_state state;
    struct secrets secrets; /* in memory */
    struct secrets kept;    /* content of the item when last read or written */
    Secret *former;
    bool ask, memory_only, closed;

    struct visit *visit; /* visit inside the door; NULL = none */
    GQueue waiting;      /* struct visit *, waiting at the door */
    StoreLock *lock;     /* the visit's, kept after it while keeps_lock */
    Rescue *rescue;
    bool keeps_lock;
    Rescue *guard;       /* for a login that the item does not have yet; NULL = none */
    bool guards_secrets; /* that login is the one in secrets; else its answer is awaited */
};

Tokens *tokens_ref(Tokens *tokens);
void tokens_unref(Tokens *tokens);

/* Takes over stored, just read from the keyring. A login that is not stored yet, and a consumer
 * secret changed here, stay in memory. */
void tokens_see(Tokens *tokens, struct secrets *stored);
/* tokens_take for a refresh's answer. */
void tokens_take_refreshed(Tokens *tokens, const struct token_answer *answer,
                           gint64 session_seconds, gint64 received_ms);
/* Puts an answer's tokens into secrets; session_seconds as in struct connection. TRUE: a different
 * refresh token replaced the old one. */
bool secrets_take_answer(struct secrets *secrets, const struct token_answer *answer,
                         gint64 session_seconds, gint64 received_ms);

/* ---- change.c: the door ---- */

enum visit_kind {
    VISIT_READS = 1, /* read the item first */
    VISIT_LOCKS = 2, /* take the lock */
};
/* error is NULL, or says why the item is unknown (or the lock was not taken: then tokens->lock is
 * NULL). In any case, end the visit with tokens_leave. */
typedef void (*tokens_entered)(Tokens *tokens, const GError *error, gpointer user);
struct visit_terms {
    guint kind;
    GCancellable *cancellable;      /* may be NULL */
    void (*waiting)(gpointer user); /* called after waiting a second for the lock; may be NULL */
};
/* Never calls back from inside this call. */
void tokens_enter(Tokens *tokens, const char *name, const struct visit_terms *terms,
                  tokens_entered entered, gpointer user);
/* Inside: merges these parts of from into the item that was read; saves, reads back and compares
 * it. */
typedef void (*tokens_put_done)(Tokens *tokens, const GError *error, gpointer user);
void tokens_put(Tokens *tokens, const struct secrets *from, guint parts, bool ask,
                GCancellable *cancellable, tokens_put_done done, gpointer user);
/* Inside: erases the item and verifies that it is gone. */
void tokens_remove(Tokens *tokens, GCancellable *cancellable, tokens_put_done done, gpointer user);
/* Ends the visit: releases the lock unless keeps_lock, and begins the next visit. */
void tokens_leave(Tokens *tokens);
/* Gives up lock and rescue process; if an answer is still unsettled, the rescue process keeps the
 * lock. */
void tokens_let_go(Tokens *tokens);

#endif
