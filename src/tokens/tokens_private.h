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
    char *name; /* of the item that kept is of; NULL = none was looked at */
    enum tokens_state state;
    struct secrets secrets; /* in hand */
    struct secrets kept;    /* what the keyring had when it was last read or written */
    Secret *former;
    bool ask, memory_only, closed;

    struct visit *visit; /* inside the door; NULL = nobody */
    GQueue waiting;      /* struct visit *, before the door */
    StoreLock *lock;     /* of the visit, and after it while keeps_lock */
    Rescue *rescue;
    bool keeps_lock;
    Rescue *guard; /* of a login that the item does not have yet; NULL = none */
};

Tokens *tokens_ref(Tokens *tokens);
void tokens_unref(Tokens *tokens);

/* What the keyring has, read just now; stored is taken. A login that is not stored yet, and a
 * consumer secret that was changed here, stay in hand. */
void tokens_see(Tokens *tokens, struct secrets *stored);
/* The tokens of an answer into any secrets; session_seconds as in struct connection. TRUE: another
 * refresh token came in place of one. */
bool secrets_take_answer(struct secrets *secrets, const struct token_answer *answer,
                         gint64 session_seconds, gint64 received_ms);

/* ---- change.c: the door ---- */

enum visit_kind {
    VISIT_READS = 1, /* the item is read first */
    VISIT_LOCKS = 2, /* under the lock */
};
/* error is NULL, or says why the item is not known (or the lock not taken: then tokens->lock is
 * NULL). It ends with tokens_leave, in any case. */
typedef void (*tokens_entered)(Tokens *tokens, const GError *error, gpointer user);
struct visit_terms {
    guint kind;
    GCancellable *cancellable;      /* may be NULL */
    void (*waiting)(gpointer user); /* for the lock, after a second; may be NULL */
};
/* Not called back from inside. */
void tokens_enter(Tokens *tokens, const char *name, const struct visit_terms *terms,
                  tokens_entered entered, gpointer user);
/* Inside: these parts of from go into the item that was read; it is saved, read back, compared. */
typedef void (*tokens_put_done)(Tokens *tokens, const GError *error, gpointer user);
void tokens_put(Tokens *tokens, const struct secrets *from, guint parts, bool ask,
                GCancellable *cancellable, tokens_put_done done, gpointer user);
/* Inside: the item goes, and is looked for again. */
void tokens_remove(Tokens *tokens, GCancellable *cancellable, tokens_put_done done, gpointer user);
/* Out again: the lock goes unless keeps_lock, and the next visit begins. */
void tokens_leave(Tokens *tokens);
/* Gives lock and rescue up: to nobody when nothing is held, else to the rescue's process. */
void tokens_let_go(Tokens *tokens);

#endif
