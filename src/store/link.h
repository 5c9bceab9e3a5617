/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_LINK_H
#define PERCH_STORE_LINK_H

/* Paths and secrets are requested directly: libsecret's item and collection objects load properties
 * that nobody reads. These functions have not changed since libsecret 0.7. */
#define SECRET_API_SUBJECT_TO_CHANGE 1
#include <libsecret/secret.h>

#include "store_private.h"

/*
 * A connection to a bus and a session of the Secret Service on it. All calls of the process share
 * one; the first that needs it opens it, and it is reopened after the service or the bus was lost.
 * Nothing is cached: each read asks the service.
 *
 * Opening continues even if nobody waits for it any more, and the process does not exit in the
 * middle: gnome-keyring 42 aborts if a client leaves while its session opens.
 */
typedef struct Link Link;
struct Link {
    gint references;
    GDBusConnection *bus;
    SecretService *service;
    char *address;
    char *owner; /* the service's unique bus name when the link was opened */
    bool broken; /* a message was not delivered */
};

/* The process's link to the service on the bus at address, as a new reference; NULL when it is not
 * open or no longer valid. */
Link *link_shared(const char *address);
/* Opens that link, or (fresh) one for the caller alone. Errors: PERCH_ERROR, libsecret's and
 * GDBus's. */
void link_open(const char *address, bool fresh, GAsyncReadyCallback done, gpointer user);
Link *link_open_finish(GAsyncResult *result, GError **error); /* a new reference */
Link *link_ref(Link *link);
void link_unref(Link *link); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_unref)

/* Whether the service is no longer the one that the link was opened with. */
bool link_lost_service(const Link *link);

/* The class of the service object (service.c). */
GType link_service_type(void);
extern const char link_service_name[];

#endif
