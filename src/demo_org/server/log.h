/* SPDX-License-Identifier: MIT */
#ifndef DEMO_LOG_H
#define DEMO_LOG_H

#include "demo_org/server/http.h"

/* Log of received requests, for tests. Keeps the last LOG_MAX in memory. connection numbers the TCP
 * connections, so that a test can tell which requests shared one. */
enum { LOG_MAX = 2000 };

void log_add(const struct state *state, const struct request *request,
             const struct response *response, gint64 connection);
/* Entries after the one with number after, as an array. */
Json *log_to_json(gint64 after);
void log_clear(void);

#endif
