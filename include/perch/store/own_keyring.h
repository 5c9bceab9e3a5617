/* SPDX-License-Identifier: MIT */
#ifndef PERCH_OWN_KEYRING_H
#define PERCH_OWN_KEYRING_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/*
 * A keyring of perch's own, for machines without a Secret Service: no other kind of store, hence no
 * row of kinds.def, but the same one (store_use_bus) with gnome-keyring on a private bus behind it,
 * its file in $XDG_DATA_HOME/perch/keyring, encrypted with a password. Once opened it stays open
 * for every perch of this user until somebody ends it or the computer restarts, as an ssh-agent
 * does; after that the password is needed again. Once there is one, perch uses it and not the
 * session's. Two at the same time on one file would lose each other's items, so a lock that the
 * running one holds keeps others out.
 */

char *own_keyring_folder(void); /* owned by the caller */
bool own_keyring_exists(void);  /* it was made once */

/* For the demo: from now on there is none. */
void own_keyring_ignore(void);

/* A sentence that names the packages to install, when it cannot be run here; NULL when it can.
 * Owned by the caller. */
char *own_keyring_missing(void);

/* Uses the one that is open already, in every store of this process. FALSE: none is open. */
bool own_keyring_join(void);

/*
 * Opens it with password, and makes it when there is none yet; then uses it. Blanks at the ends of
 * a password do not count. PERCH_ERROR_STORE_LOCKED: a wrong password; NOT_FOUND: something is not
 * installed; STORE_FAILED, FILE: it does not start; USAGE: an empty password, which would encrypt
 * nothing. The password goes through a pipe to perch again, and through another to gnome-keyring.
 */
void own_keyring_open(Secret *password, GAsyncReadyCallback done, gpointer user);
bool own_keyring_open_finish(GAsyncResult *result, GError **error);
/* The same where there is no main loop yet. */
bool own_keyring_open_now(Secret *password, GError **error);

/* ---- in the process that opens it ---- */

bool own_keyring_is_asked(char **argv);
int own_keyring_main(void); /* the exit code */

#endif
