/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_CALL_H
#define PERCH_STORE_CALL_H

#include <libsecret/secret.h>

#include "store_private.h"

/*
 * One call to the Secret Service: its own private connection to the session bus, a session on it,
 * and everything that may end it early (the person, store_free, the clock, a lost bus). Because
 * nothing is shared between calls, what is read is what the service has, a service that was
 * restarted is simply found again, and libsecret's cached default service is never used.
 *
 * Reference-counted: each step under way holds one reference and drops it in its callback.
 */
typedef struct call Call;
typedef void (*call_step)(Call *call);

struct call {
    gint references;
    GTask *task; /* NULL once answered */
    Store *store;
    char *name;
    Secret *item; /* what to save; NULL for the other calls */
    bool may_ask; /* may the service ask the person? Else its prompts are not shown. */
    bool unlock;  /* the same, until it was asked to unlock: once is enough */
    bool erases;  /* finding nothing is as good as deleting it */
    call_step begin;
    call_step after; /* what goes on once the keyring is unlocked */
    GHashTable *attributes;
    GCancellable *cancellable; /* what libsecret and GDBus look at */
    GSource *cancel, *close, *timeout_source;
    bool retried;
    bool counted; /* holds a call slot */
    GDBusConnection *bus;
    SecretService *service;
    char *owner;                  /* unique bus name of the service, as the call began */
    SecretCollection *collection; /* the default one, once looked up */
    GList *items;                 /* SecretItem, newest first */
    char *kept;                   /* object path of the item just written */
    guint64 kept_modified;        /* its time, in seconds since 1970 */
};

extern const SecretSchema call_schema;
extern const char call_service_name[];

/* The class of the service object (service.c), and which call its prompts belong to. */
GType call_service_type(void);
void call_attach(Call *call, SecretService *service);

/* The longest that the service may take to answer while nobody is asked; tests shorten it. */
extern guint call_answer_ms;

/* Starts: takes over task; begin runs when the session is open. item may be NULL. */
Call *call_open(Store *store, const char *name, bool unlock, GTask *task);
void call_start(Call *call, call_step begin);
Call *call_ref(Call *call);
void call_unref(Call *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_unref)

/* First line of every callback: true when there is nothing to go on with, because the call was
 * answered meanwhile or because error is set (it is then answered with what error means). */
bool call_is_over(Call *call, const GError *error);

/* Whether the service that the call began with is gone. libsecret then reports what it asked for as
 * "not there" or "dismissed" as well, so ask this before believing either. */
bool call_lost_service(const Call *call);

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
