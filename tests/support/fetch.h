/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_FETCH_H
#define SUPPORT_FETCH_H

#include <glib.h>
#include <stdbool.h>

/* One blocking HTTP request: how tests talk to the demo org and to chromedriver. */
struct fetched {
    long status;   /* 0: no answer, the reason is in body */
    char *headers; /* raw, of the last answer */
    char *body;
    char *type;     /* Content-Type, "" if none */
    char *location; /* where a redirect would go, "" if none */
};

struct fetch_options {
    const char *method;            /* NULL: GET, or POST with a body */
    const char *body;              /* NULL: none */
    gsize length;                  /* of a body that is no text; 0: text */
    const char *const *headers;    /* "Name: value"..., NULL at the end; may be NULL */
    const char *ca_file;           /* for TLS; NULL: the system's */
    const char *const *connect_to; /* HOST:PORT:ADDRESS:PORT..., NULL at the end; may be NULL */
    int milliseconds;              /* 0: 30 s */
};

/* Never follows redirects, never uses a proxy. options may be NULL. */
struct fetched *fetch(const char *url, const struct fetch_options *options);
void fetched_free(struct fetched *fetched);
typedef struct fetched Fetched;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fetched, fetched_free)

#endif
