/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_PRIVATE_SERVICE_H
#define PERCH_STORE_PRIVATE_SERVICE_H

#include "perch/store.h"

/* The parts of store_private_start, so that tests can have a bus without a keyring, a keyring that
 * was never unlocked, and either one killed in the middle. */
struct StorePrivate {
    char *folder;
    char *sockets; /* folder, or a short one in /tmp: socket paths have a limit of 107 bytes */
    char *address;
    char *address_before; /* of DBUS_SESSION_BUS_ADDRESS; NULL = was not set */
    bool address_set;
    GPid bus, keyring; /* 0 = not running */
};

/* A private bus, its address in DBUS_SESSION_BUS_ADDRESS; nothing is on it. */
StorePrivate *private_bus_start(const char *folder, GError **error);
/* gnome-keyring on it; password NULL: not unlocked. Returns when it serves. */
bool private_keyring_start(StorePrivate *service, Secret *password, GError **error);
void private_keyring_stop(StorePrivate *service);
void private_bus_stop(StorePrivate *service);

#endif
