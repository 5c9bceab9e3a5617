/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TESTS_NET_SERVER_H
#define PERCH_TESTS_NET_SERVER_H

#include <gio/gio.h>

/*
 * A server that answers with exactly the bytes given by the test, valid or not. It accepts on the
 * thread-default main context and serves each connection in its own thread.
 */
typedef struct NetServer NetServer;

enum net_then {
    NET_KEEP,   /* read the next request on the connection */
    NET_CLOSE,  /* close properly */
    NET_RESET,  /* close with a TCP reset */
    NET_HANG,   /* send nothing more until the other side closes */
    NET_REPEAT, /* repeat the last line of the answer until the other side closes */
};

/* One row of a table that ends with a NULL path. */
struct net_route {
    const char *path;  /* the target starts with it */
    const char *bytes; /* the answer */
    gsize length;      /* 0 = strlen(bytes) */
    enum net_then then;
};

NetServer *net_server_new(const struct net_route *routes, guint16 *ret_port);
void net_server_free(NetServer *server);

guint net_server_connections(NetServer *server);

/* Every request so far, whole (head and body), in the order of arrival: char *. Owned by caller. */
GPtrArray *net_server_requests(NetServer *server);

/* Closes every open connection from the server's side and waits until that is done. */
void net_server_hang_up(NetServer *server);

#endif
