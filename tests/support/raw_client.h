/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_RAW_CLIENT_H
#define SUPPORT_RAW_CLIENT_H

#include <gio/gio.h>

/* A client with a raw socket. Its answer grows while the main context runs. */
struct client {
    GSocket *socket;
    GSource *source;
    GString *answer;
    int ended;
};

/* Connects to this port of this computer; fails the test when it cannot. */
struct client *client_new(guint16 port, GSocketFamily family);
void client_send(struct client *client, const char *bytes, gsize length);
void client_free(struct client *client);

#endif
