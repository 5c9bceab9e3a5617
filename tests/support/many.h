/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_MANY_H
#define SUPPORT_MANY_H

#include "support/session_bus.h"
#include "support/tmphome.h"

/* Copies of a connection of home, settings and keyring item: NAME-000, NAME-001, ... Fails the test
 * when one cannot be had. */
void many_connections(TmpHome *home, const SessionBus *bus, const char *name, guint count);

#endif
