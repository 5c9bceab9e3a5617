/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SERVER_H
#define DEMO_SERVER_H

#include <glib.h>

#include "demo_org/org/state.h"

/* libmicrohttpd on the GLib main context, listening on 127.0.0.1 and ::1 only. */
typedef struct Server Server;

struct server_options {
    guint16 port;         /* 0: any */
    const char *tls_cert; /* PEM texts; NULL: plain http */
    const char *tls_key;
};

/* PERCH_ERROR_NETWORK when the port is taken. state must outlive the server. */
Server *server_new(struct state *state, const struct server_options *options, GError **error);
void server_free(Server *server);
guint16 server_port(const Server *server);

#endif
