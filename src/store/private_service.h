/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_PRIVATE_SERVICE_H
#define PERCH_STORE_PRIVATE_SERVICE_H

#include "perch/store/store.h"

/* The parts of store_private_start, so that tests can have a bus without a keyring, a keyring that
 * was never unlocked, and kill either one during a call. */
struct StorePrivate {
    char *folder;
    char *sockets; /* folder, or a short one in /tmp: socket paths are limited to 107 bytes */
    char *address;
    char *address_before; /* former DBUS_SESSION_BUS_ADDRESS; NULL = was not set */
    bool address_set;
    GPid bus, keyring; /* 0 = not running */
    bool stays;        /* both outlive this process */
    int hand_on;       /* with stays: a descriptor that the keyring keeps open; 0 = none */
};

/* Starts a private bus without services; sets DBUS_SESSION_BUS_ADDRESS to its address. */
StorePrivate *private_bus_start(const char *folder, GError **error);
/* Starts gnome-keyring on it; password NULL: locked. Returns once it serves. */
bool private_keyring_start(StorePrivate *service, Secret *password, GError **error);
void private_keyring_stop(StorePrivate *service);
void private_bus_stop(StorePrivate *service);

/* Starts both, unlocked with password; they outlive this process, and gnome-keyring keeps the
 * descriptor hand_on open. Leaves this process's environment unchanged. Returns the bus's address,
 * owned by the caller; NULL: nothing runs. Killing the bus, *ret_pid, ends both. */
char *private_service_start_to_stay(const char *folder, Secret *password, int hand_on,
                                    GPid *ret_pid, GError **error);

#endif
