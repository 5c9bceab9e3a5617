/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_PRIVATE_SERVICE_H
#define PERCH_STORE_PRIVATE_SERVICE_H

#include "perch/store/store.h"

/* The parts of store_private_start, so that tests can have a bus without a keyring, a keyring that
 * was never unlocked, and either one killed in the middle. */
struct StorePrivate {
    char *folder;
    char *sockets; /* folder, or a short one in /tmp: socket paths have a limit of 107 bytes */
    char *address;
    char *address_before; /* of DBUS_SESSION_BUS_ADDRESS; NULL = was not set */
    bool address_set;
    GPid bus, keyring; /* 0 = not running */
    bool stays;        /* both go on when this process ends */
    int hand_on;       /* then: a file that the keyring keeps open; 0 = none */
};

/* A private bus, its address in DBUS_SESSION_BUS_ADDRESS; nothing is on it. */
StorePrivate *private_bus_start(const char *folder, GError **error);
/* gnome-keyring on it; password NULL: not unlocked. Returns when it serves. */
bool private_keyring_start(StorePrivate *service, Secret *password, GError **error);
void private_keyring_stop(StorePrivate *service);
void private_bus_stop(StorePrivate *service);

/* Both, unlocked with password; they go on when this process ends, and gnome-keyring keeps hand_on
 * open. The environment of this process stays as it is. The address of the bus, owned by the
 * caller; NULL: nothing runs. Whoever ends the bus, *ret_pid, ends both. */
char *private_service_start_to_stay(const char *folder, Secret *password, int hand_on,
                                    GPid *ret_pid, GError **error);

#endif
