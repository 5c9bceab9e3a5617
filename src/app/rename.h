/* SPDX-License-Identifier: MIT */
#ifndef PERCH_APP_RENAME_H
#define PERCH_APP_RENAME_H

#include "perch/store/store.h"

/* Gives a connection another name: file and keyring item. error is NULL when all went well; a
 * failure leaves the old connection whole. done comes once, from the loop. */
typedef void (*rename_done)(const GError *error, gpointer user);
void rename_connection(Store *store, const char *config_dir, const char *from, const char *to,
                       rename_done done, gpointer user);

#endif
