/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_SESSION_BUS_H
#define SUPPORT_SESSION_BUS_H

#include "support/child.h"
#include "support/tmphome.h"

/*
 * A private session bus in a TmpHome and, if wanted, a real gnome-keyring on it, for the programs
 * that a test starts (DBUS_SESSION_BUS_ADDRESS is only set in home's environment). The bus starts
 * no services on its own. Everything ends by pid with session_bus_stop.
 */
typedef struct SessionBus SessionBus;
struct SessionBus {
    Child *bus;
    Child *keyring; /* NULL: none */
    char *address;
    TmpHome *home; /* its own, owned; NULL = the test's */
    bool changed;  /* not to be lent again */
};

enum session_keyring {
    SESSION_NO_KEYRING,
    SESSION_KEYRING_OPEN,   /* a login keyring, unlocked */
    SESSION_KEYRING_LOCKED, /* a login keyring that nobody can unlock */
    SESSION_KEYRING_EMPTY,  /* the service runs; there is no login keyring */
};

/* Fails the test when it cannot start. */
SessionBus *session_bus_start(TmpHome *home, enum session_keyring keyring);
void session_bus_stop(SessionBus *bus); /* NULL is fine */
/* Replaces the keyring on the same bus while programs run on it. Items in a login keyring reappear
 * when it is opened again, and are gone for good after SESSION_KEYRING_EMPTY. */
void session_bus_change(SessionBus *bus, TmpHome *home, enum session_keyring keyring);
/* Starts the same keyring again, unlocked, after a test has ended bus->keyring. */
void session_bus_add_keyring(SessionBus *bus, TmpHome *home);
/* Locks the login keyring, as a screen lock would. */
void session_bus_lock(SessionBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SessionBus, session_bus_stop)

/* As session_bus_start with SESSION_KEYRING_OPEN, but the next test of this program gets the same
 * bus, with the keyring emptied, if nobody has changed it: starting one costs more than many a
 * test. The last one ends with the program. */
SessionBus *session_bus_borrow(TmpHome *home);
void session_bus_return(SessionBus *bus); /* any; NULL is fine */

/* The secret of the item with this attribute, found by secret-tool; NULL if there is none. Owned by
 * the caller. */
char *session_bus_lookup(TmpHome *home, const char *attribute, const char *value);
/* Number of items with the attribute. */
guint session_bus_count(TmpHome *home, const char *attribute, const char *value);

#endif
