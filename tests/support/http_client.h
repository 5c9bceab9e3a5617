/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TESTS_HTTP_CLIENT_H
#define PERCH_TESTS_HTTP_CLIENT_H

#include "perch/net/http.h"

/* Sends a request through an Http and keeps a copy of the response. */

struct got {
    int calls; /* of the callback; 0 = not yet */
    enum http_end end;
    long status;
    char *body;
    gsize body_length;
    char *detail;
    char *server; /* the header of this name, or NULL */
    struct http_timing timing;
    struct http_tls tls;
    char ip[64];
    gint64 sent_ms, received_ms;
    Http *free_then; /* freed inside the callback */
};

void got_clear(struct got *got);

/* An http_done that fills the struct got in user. */
void got_fill(const struct http_response *response, gpointer user);

/* Iterates the main context until *flag is at least wanted; aborts after ten seconds. */
void wait_for_count(const int *flag, int wanted);

/* Sends and waits. The caller clears the result. */
struct got http_run(Http *http, HttpRequest *request);
struct got http_get(Http *http, const char *url);

/* "http://127.0.0.1:PORT" and path; owned by the caller. */
char *local_url(guint16 port, const char *path);

/* A port of 127.0.0.1 that is free to be listened on. */
guint16 unused_port(void);
/* A port that refuses connections as long as this process lives: nobody else gets it. */
guint16 closed_port(void);

/* Writes network.json into the test's XDG_CONFIG_HOME; NULL removes it. */
void write_network_json(const char *contents);

/* Creates a temporary folder, points HOME and the XDG variables into it, and removes proxies,
 * browser and display from the environment. Call it first in main. Owned by the caller. */
char *private_home(void);
void remove_tree(const char *path);

#endif
