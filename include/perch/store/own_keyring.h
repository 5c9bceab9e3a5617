/* SPDX-License-Identifier: MIT */
#ifndef PERCH_OWN_KEYRING_H
#define PERCH_OWN_KEYRING_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/*
 * A keyring of perch's own, for machines without a Secret Service. It is not another kind of store
 * (no row in kinds.def) but the same one (store_use_bus), with gnome-keyring on a private bus and
 * its file in $XDG_DATA_HOME/perch/keyring, encrypted with a password. Once opened it stays open,
 * like an ssh-agent, for every perch process of this user until it is killed or the computer
 * restarts; then the password is needed again. Once it exists, perch uses it instead of the
 * session's keyring. Two daemons on one file would lose each other's items, so the running one
 * holds a lock that keeps others out.
 */

char *own_keyring_folder(void); /* owned by the caller */
bool own_keyring_exists(void);  /* it has been created */

/* For the demo: from now on, behaves as if there were none. */
void own_keyring_ignore(void);

/* A sentence that names the packages to install if it cannot run here; NULL if it can. Owned by the
 * caller. */
char *own_keyring_missing(void);

/* Makes every store of this process use the keyring that is already open. FALSE: none is open. */
bool own_keyring_join(void);

/*
 * Opens the keyring with password, or creates it; then uses it. Blanks at the ends of a password
 * are ignored. PERCH_ERROR_STORE_LOCKED: wrong password; NOT_FOUND: a program is not installed;
 * STORE_FAILED, FILE: it does not start; USAGE: empty password, which would encrypt nothing. The
 * password goes through a pipe to another perch process, and through a second pipe to
 * gnome-keyring.
 */
void own_keyring_open(Secret *password, GAsyncReadyCallback done, gpointer user);
bool own_keyring_open_finish(GAsyncResult *result, GError **error);
/* The same, blocking, for callers without a main loop. */
bool own_keyring_open_now(Secret *password, GError **error);

/* ---- in the process that opens it ---- */

bool own_keyring_is_asked(char **argv);
int own_keyring_main(void); /* the exit code */

#endif
