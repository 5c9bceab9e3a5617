/* SPDX-License-Identifier: MIT */
#ifndef SETUP_CONFIG_H
#define SETUP_CONFIG_H

#include "perch/base/connection.h"

/* The file of `perch setup --config`: what set-up asks, as members of the connection's own file,
 * and the path of the secret's file. */

#define CONFIG_SECRET_FILE "client_secret_file"

/* Owned by the caller. PERCH_ERROR_USAGE: it cannot be read, or has something that set-up would not
 * accept; the message names file and member. */
Json *setup_config_read(const char *path, GError **error);

/* What such a file has to say for this connection. login_url, secret_file: as given, NULL = not.
 * Owned by the caller. */
Json *setup_config_of(const Connection *connection, const char *login_url, const char *secret_file);

#endif
