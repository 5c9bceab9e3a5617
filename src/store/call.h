/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_CALL_H
#define PERCH_STORE_CALL_H

#include "link.h"

/*
 * One call to the Secret Service, over the process's link or its own, with everything that may end
 * it early: the person, store_free, the timeout, a lost bus.
 *
 * Reference-counted: each running step holds a reference and drops it in its callback.
 */
typedef struct call Call;
typedef void (*call_step)(Call *call);

/* An item of the service. */
struct item {
    char *path;
    guint64 modified; /* seconds since 1970; unknown until requested */
};

struct call {
    gint references;
    GTask *task; /* NULL once answered */
    Store *store;
    char *name;
    Secret *item; /* the item to save; NULL for other calls */
    bool may_ask; /* whether the service may ask the person; else its prompts are not shown */
    bool unlock;  /* the same, until an unlock was requested: once is enough */
    bool erases;  /* an erase: finding nothing counts as success */
    bool fresh;   /* over its own link, opened now */
    call_step begin;
    call_step after; /* next step once the keyring is unlocked, or the items are dated */
    GHashTable *attributes;
    GCancellable *cancellable; /* passed to libsecret and GDBus */
    GSource *cancel, *close, *timeout_source;
    bool retried;  /* begun again, as an item had gone or could not be read */
    bool reopened; /* begun again over a new link */
    bool answered; /* the service has answered something */
    bool counted;  /* holds a call slot */
    Link *link;
    char *collection; /* path of the default collection, once looked up */
    bool collection_locked;
    GPtrArray *items; /* struct item: those found unlocked; newest first once dated */
    GStrv locked;     /* paths of the locked ones */
    guint undated;    /* number of items whose date is still unknown */
    char *kept;       /* path of the item just written */
};

extern const SecretSchema call_schema;

/* The call whose cancellable was passed to libsecret; NULL for none. */
Call *call_of(GCancellable *cancellable);

/* Timeout for the service while no prompt is open; tests shorten it. */
extern guint call_answer_ms;

/* Starts a call and takes over task; begin runs once the link is open. name: NULL for all
 * connections. */
Call *call_open(Store *store, const char *name, bool unlock, GTask *task);
void call_start(Call *call, call_step begin);
Call *call_ref(Call *call);
void call_unref(Call *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_unref)

/* First line of every callback: true if the call was answered meanwhile, or if error is set (which
 * is then the answer). */
bool call_is_over(Call *call, const GError *error);

/* Begins again over a newly opened link. */
void call_reopen(Call *call);

/* Whether the requested object does not exist. An absent service gives the same error but is a
 * different case. */
bool call_not_there(const Call *call, const GError *error);

/* Whether the service uses a prompt for every write, mostly without asking anybody, as KeePassXC
 * does once the database is open. If the person may not be asked, such a prompt has the service's
 * timeout. */
bool call_prompts_always(const Call *call);

/* Answers the call. Later answers are ignored. */
void call_succeed(Call *call);
void call_succeed_with(Call *call, Secret *value);
void call_fail(Call *call, int code, const char *sentence);

/* Sets whom the call waits for: the service (restarts the timeout) or a person at a prompt (no
 * timeout; called by the prompt code). */
void call_expect_service(Call *call);
void call_expect_person(Call *call);

#endif
