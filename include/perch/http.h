/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HTTP_H
#define PERCH_HTTP_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/secret.h"

/*
 * HTTP for the rest of the program: libcurl's multi interface on the thread-default GLib main
 * context. One Http keeps connections alive and reuses them (HTTP/2 where the server has it), so a
 * run makes one TLS handshake a host. TLS is always verified; plain http goes to loopback only;
 * redirects are never followed; cookies are never kept. Every body has a cap. Nothing blocks.
 */
typedef struct Http Http;

/* How a transfer ended, as far as the wire goes. A 4xx or 5xx is HTTP_ANSWERED. */
enum http_end {
    HTTP_ANSWERED,
    HTTP_REFUSED_URL,     /* not https and not loopback, or no URL at all; nothing was sent */
    HTTP_DNS,             /* the name does not resolve */
    HTTP_CONNECT,         /* refused, unreachable, or reset before TLS was up */
    HTTP_TLS,             /* certificate or handshake */
    HTTP_PROXY,           /* the proxy is not there or refuses */
    HTTP_TIMEOUT_CONNECT, /* no connection in time: surely not processed */
    HTTP_TIMEOUT_ANSWER,  /* sent, no (whole) answer in time: may have been processed */
    HTTP_CUT,             /* sent, connection lost before the end of the answer: may have been */
    HTTP_TOO_LARGE,       /* the answer is larger than the cap */
    HTTP_BAD_ANSWER,      /* what came back is no HTTP, or a broken encoding */
    HTTP_CANCELLED,
    HTTP_END_COUNT,
};

struct http_timing {
    int lookup_ms, connect_ms, tls_ms, first_byte_ms,
        total_ms;        /* since the start; -1 = not reached */
    int new_connections; /* 0 when a kept connection served it */
};

/* What TLS showed, for the preflight's row. Empty strings on plain http or a reused connection. */
struct http_tls {
    char version[16]; /* "TLS 1.3" */
    char issuer[128]; /* organization (else common name) of the certificate's issuer */
};

struct http_response {
    enum http_end end;
    long status;      /* HTTP status; 0 unless HTTP_ANSWERED */
    const char *body; /* NUL-terminated; wiped after the callback returns */
    gsize body_length;
    const char *detail; /* one clean sentence of libcurl's on a wire failure, else "" */
    struct http_timing timing;
    struct http_tls tls;
    char ip[64];        /* address that answered */
    int addresses;      /* how many addresses the name has; 0 = not looked up */
    gint64 received_ms; /* wall clock when the head arrived */
    gint64 sent_ms;     /* wall clock when the request was sent */
    gpointer private_headers;
};

/* Value of a response header (any case; the last one wins) or NULL; valid during the callback. */
const char *http_response_header(const struct http_response *response, const char *name);

typedef struct HttpRequest HttpRequest;

/* method: "GET", "POST", "PATCH", "DELETE", "OPTIONS". The url is copied. */
HttpRequest *http_request_new(const char *method, const char *url);
void http_request_free(HttpRequest *request); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRequest, http_request_free)
void http_request_header(HttpRequest *request, const char *name, const char *value);
void http_request_bearer(HttpRequest *request, Secret *token);
/* body is referenced. content_type e.g. "application/x-www-form-urlencoded". */
void http_request_body(HttpRequest *request, const char *content_type, Secret *body);
void http_request_timeout(HttpRequest *request, guint total_ms); /* default 30 s, connect 10 s */
void http_request_cap(HttpRequest *request, gsize bytes);        /* default 4 MiB */
void http_request_fresh(HttpRequest *request); /* on a new connection, so that timings are seen */

/* Settings of $XDG_CONFIG_HOME/perch/network.json, honoured only when the file belongs to this
 * user and nobody else may write it: {"ca_file": "/path", "connect_to": ["host:port:host:port"],
 * "proxy": "http://..."}. A missing file is fine; a bad one: PERCH_ERROR_INPUT or _FILE. */
Http *http_new(GError **error);
void http_free(Http *http); /* cancels what is under way; callbacks still come, as cancelled */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Http, http_free)

/* The proxy that a URL would go through by the environment or settings, or NULL; owned by caller,
 * user name and password left out. */
char *http_proxy_for(Http *http, const char *url);

typedef void (*http_done)(const struct http_response *response, gpointer user);

/*
 * Sends; takes ownership of request. done is called exactly once, from the main loop, never from
 * inside http_send. cancellable may be NULL; cancelling gives HTTP_CANCELLED. A POST is sent once:
 * libcurl's silent retry on a dead kept connection only happens when nothing was sent yet.
 */
void http_send(Http *http, HttpRequest *request, GCancellable *cancellable, http_done done,
               gpointer user);

/* Totals since http_new, for benchmarks and --json evidence. */
struct http_totals {
    int requests, connections;
};
struct http_totals http_totals(const Http *http);

#endif
