/* SPDX-License-Identifier: MIT */
#ifndef DEMO_HTTP_H
#define DEMO_HTTP_H

#include <glib.h>
#include <stdbool.h>

#include "demo_org/org/state.h"
#include "perch/base/json.h"

/* A request as received, and the answer under construction. */
struct pair {
    char *name;
    char *value;
};

enum { REQUEST_ARGS = 4 };

struct request {
    char *method;
    char *target;  /* from the request line */
    char *version; /* "HTTP/1.1" */
    char *path;    /* of the target, percent-decoded */
    char *query;   /* of the target, as sent; NULL when there is none */
    char *remote;  /* address of the peer */
    bool tls;
    GArray *headers; /* struct pair, in order */
    GString *body;
    GArray *params;           /* struct pair of the query, decoded */
    GArray *form;             /* struct pair of a form body, decoded; else empty */
    char *args[REQUEST_ARGS]; /* matches of the route's {}, decoded */
    /* For REST calls, once the caller is known; borrowed from the state. */
    struct session *session;
    struct user *user;
    const struct profile *profile;
};

/* How an answer is sent; all but the first are faults, see faults.def. */
enum wire {
    WIRE_WHOLE,
    WIRE_REFUSE,
    WIRE_CLOSE,
    WIRE_CUT_HEAD,
    WIRE_CUT_BODY,
    WIRE_GARBAGE,
    WIRE_HUGE_HEAD,
    WIRE_ENDLESS,
    WIRE_GZIP,
    WIRE_BAD_GZIP,
    WIRE_REDIRECT,
};

struct response {
    unsigned status;
    GArray *headers; /* struct pair */
    GString *body;
    guint delay_ms; /* before the first byte */
    guint pause_ms; /* in the middle of the answer */
    enum wire wire;
};

struct request *request_new(const char *target);
void request_free(struct request *request);
void request_add_header(struct request *request, const char *name, const char *value);
/* Splits the target, decodes query and form; call it once, when the body is complete. */
void request_complete(struct request *request);

/* The first value, NULL when there is none; header names are case-insensitive. Borrowed. */
const char *request_header(const struct request *request, const char *name);
const char *request_param(const struct request *request, const char *name);
/* From the form, else from the query, as on Salesforce's OAuth endpoints. */
const char *request_field(const struct request *request, const char *name);
/* Value of a cookie; owned by the caller. */
char *request_cookie(const struct request *request, const char *name);

struct response *response_new(void);
void response_free(struct response *response);
/* Replaces a header of that name. */
void response_header(struct response *response, const char *name, const char *value);
void response_header_take(struct response *response, const char *name, char *value);

/* Bodies. response_json takes ownership of the tree. */
void response_text(struct response *response, unsigned status, const char *type, const char *text);
void response_json(struct response *response, unsigned status, Json *json);
/* 302; location may be relative. */
void response_redirect(struct response *response, const char *location);

/* Percent-encoding of everything but RFC 3986's unreserved characters. Owned by the caller. */
char *url_encode(const char *text);
/* Adds "name=value" with '?' or '&' before it as needed, encoded. */
void url_add_param(GString *url, const char *name, const char *value);

GArray *pairs_new(void);
void pairs_add(GArray *pairs, const char *name, const char *value);
const char *pairs_get(const GArray *pairs, const char *name);

typedef void (*handler)(struct state *state, struct request *request, struct response *response);

/* Finds the handler and runs it: routes.c. */
void route_request(struct state *state, struct request *request, struct response *response);

#endif
