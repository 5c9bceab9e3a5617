/* SPDX-License-Identifier: MIT */
#ifndef E2E_SCRIPTED_H
#define E2E_SCRIPTED_H

#include <glib.h>

/*
 * A server in a process of its own that answers a script: one answer a request, in order, whatever
 * is asked. "{data}" in a body is replaced by the "data" of the last request that had a body.
 */
struct scripted_answer {
    int status;          /* 0 ends the script */
    const char *headers; /* lines that end in \r\n, may be NULL */
    const char *body;
};

typedef struct Scripted Scripted;
Scripted *scripted_start(const struct scripted_answer *answers);
const char *scripted_url(const Scripted *server);
/* Ends it; every request that came, whole (char *). Owned by the caller. */
GPtrArray *scripted_end(Scripted *server);
void scripted_stop(Scripted *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scripted, scripted_stop)

#endif
