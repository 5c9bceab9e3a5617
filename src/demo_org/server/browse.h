/* SPDX-License-Identifier: MIT */
#ifndef DEMO_BROWSE_H
#define DEMO_BROWSE_H

#include <glib.h>
#include <stdbool.h>

/*
 * A scripted browser for a rehearsal without a real one: opens the address, fills in the demo org's
 * login form, presses Allow, and follows the redirect to the loopback listener. Plain http,
 * loopback only. Returns a PERCH_ERROR when it ends anywhere else, and writes the address of that
 * page to the file ended (NULL = nowhere).
 */
bool browse(const char *url, const char *user_name, const char *password, const char *ended,
            GError **error);

#endif
