/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_LINK_H
#define PERCH_STORE_LINK_H

/* Paths and secrets are asked for directly: libsecret's objects for items and collections load
 * properties that nobody reads. Those functions have been the same since libsecret 0.7. */
#define SECRET_API_SUBJECT_TO_CHANGE 1
#include <libsecret/secret.h>

#include "store_private.h"

/*
 * A connection to a bus and a session of the Secret Service on it. The process holds one that all
 * calls share; it is opened by the first that needs it, and anew once the service or the bus has
 * gone. Nothing of what the service says is kept, so a read is what the service has.
 *
 * Opening goes on when nobody waits for it any more, and the process does not exit in the middle
 * of it: gnome-keyring 42 aborts when a client leaves while its session opens.
 */
typedef struct Link Link;
struct Link {
    gint references;
    GDBusConnection *bus;
    SecretService *service;
    char *address;
    char *owner; /* unique bus name of the service, as the link was opened */
    bool broken; /* a message was not delivered */
};

/* The link of the process to the service on the bus at address; NULL when it is not open, or no
 * longer good. The caller's reference. */
Link *link_shared(const char *address);
/* Opens that link, or (fresh) one of the caller's own. Errors: PERCH_ERROR and what libsecret and
 * GDBus say. */
void link_open(const char *address, bool fresh, GAsyncReadyCallback done, gpointer user);
Link *link_open_finish(GAsyncResult *result, GError **error); /* the caller's reference */
Link *link_ref(Link *link);
void link_unref(Link *link); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_unref)

/* Whether the service is no longer the one that the link was opened with. */
bool link_lost_service(const Link *link);

/* The class of the service object (service.c). */
GType link_service_type(void);
extern const char link_service_name[];

#endif
