/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_CALL_H
#define PERCH_STORE_CALL_H

#include "link.h"

/*
 * One call to the Secret Service, over the link of the process or one of its own, and everything
 * that may end it early: the person, store_free, the clock, a lost bus.
 *
 * Reference-counted: each step under way holds one reference and drops it in its callback.
 */
typedef struct call Call;
typedef void (*call_step)(Call *call);

/* An item of the service. */
struct item {
    char *path;
    guint64 modified; /* in seconds since 1970; only known once it was asked for */
};

struct call {
    gint references;
    GTask *task; /* NULL once answered */
    Store *store;
    char *name;
    Secret *item; /* what to save; NULL for the other calls */
    bool may_ask; /* may the service ask the person? Else its prompts are not shown. */
    bool unlock;  /* the same, until it was asked to unlock: once is enough */
    bool erases;  /* finding nothing is as good as deleting it */
    bool fresh;   /* over a link of its own, opened now */
    call_step begin;
    call_step after; /* what goes on once the keyring is unlocked, or the items are dated */
    GHashTable *attributes;
    GCancellable *cancellable; /* what libsecret and GDBus look at */
    GSource *cancel, *close, *timeout_source;
    bool retried, reopened;
    bool answered; /* the service has said something */
    bool counted;  /* holds a call slot */
    Link *link;
    char *collection; /* path of the default one, once looked up */
    bool collection_locked;
    GPtrArray *items; /* struct item: those found that can be read; newest first once dated */
    GStrv locked;     /* paths of those that cannot */
    guint undated;    /* items whose date is still to come */
    char *kept;       /* path of the item just written */
};

extern const SecretSchema call_schema;

/* The call that libsecret was given this cancellable for; NULL for none. */
Call *call_of(GCancellable *cancellable);

/* The longest that the service may take to answer while nobody is asked; tests shorten it. */
extern guint call_answer_ms;

/* Starts: takes over task; begin runs when the link is open. name: NULL for all connections. */
Call *call_open(Store *store, const char *name, bool unlock, GTask *task);
void call_start(Call *call, call_step begin);
Call *call_ref(Call *call);
void call_unref(Call *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_unref)

/* First line of every callback: true when there is nothing to go on with, because the call was
 * answered meanwhile or because error is set (it is then answered with what error means). */
bool call_is_over(Call *call, const GError *error);

/* Begins again, over a link that is opened now. */
void call_reopen(Call *call);

/* Whether the object that was asked for does not exist. A service that is gone is something else,
 * though it reads the same. */
bool call_not_there(const Call *call, const GError *error);

/* Whether the service's prompt is how it does every write, and mostly asks nobody: KeePassXC's,
 * once the database is open. Without leave to ask the person it still may take no longer than the
 * service may. */
bool call_prompts_for_form(const Call *call);

/* Answers. Later answers are ignored. */
void call_succeed(Call *call);
void call_succeed_with(Call *call, Secret *value);
void call_fail(Call *call, int code, const char *sentence);

/* Who is waited for: the service (on the clock, which starts anew) or a person at a prompt (as long
 * as it takes; the prompt's code says so). */
void call_expect_service(Call *call);
void call_expect_person(Call *call);

#endif
