/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_MANY_H
#define SUPPORT_MANY_H

#include "support/session_bus.h"
#include "support/tmphome.h"

/* Copies a connection of home, settings and keyring item, to NAME-000, NAME-001, ... Fails the test
 * when a copy fails. */
void many_connections(TmpHome *home, const SessionBus *bus, const char *name, guint count);

#endif
