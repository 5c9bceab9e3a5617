/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HTTP_H
#define PERCH_HTTP_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/json.h"
#include "perch/base/secret.h"

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
    HTTP_REFUSED_URL,     /* not https and not loopback, or no request at all; nothing was sent */
    HTTP_DNS,             /* the name does not resolve */
    HTTP_CONNECT,         /* refused, unreachable, or lost before a byte of the request was sent */
    HTTP_TLS,             /* certificate or handshake */
    HTTP_PROXY,           /* the proxy is not there or refuses */
    HTTP_TIMEOUT_CONNECT, /* no connection in time: surely not processed */
    HTTP_TIMEOUT_ANSWER,  /* sent, no (whole) answer in time: may have been processed */
    HTTP_CUT,             /* sent, connection lost before the end of the answer: may have been */
    HTTP_TOO_LARGE,       /* the answer is larger than the cap; may have been processed */
    HTTP_BAD_ANSWER,      /* what came back is no HTTP, or a broken encoding */
    HTTP_UNKNOWN,         /* an error of libcurl's that perch has no word for; may have been sent */
    HTTP_CANCELLED,
    HTTP_END_COUNT,
};

/* Milliseconds since the start; -1 = not reached. On a kept connection the first three are 0. */
struct http_timing {
    int lookup_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
    int new_connections; /* 0 when a kept connection served it */
};

/* What TLS showed, for the preflight's row; the issuer of a refused certificate, too. Empty strings
 * on plain http, on a kept connection, and where libcurl is not built with OpenSSL. */
struct http_tls {
    char version[16]; /* "TLS 1.3" */
    char issuer[128]; /* organization (else common name) of the certificate's issuer; clean text */
};

struct http_response {
    enum http_end end;
    long status;        /* HTTP status; 0 unless HTTP_ANSWERED */
    const char *body;   /* NUL-terminated, "" unless HTTP_ANSWERED; wiped after the callback */
    gsize body_length;  /* may be more than strlen(body): an answer can hold zero bytes */
    const char *detail; /* one clean line of libcurl's (English) on a wire failure, else "" */
    struct http_timing timing;
    struct http_tls tls;
    char ip[64];        /* address that was talked to; that of the proxy where there is one */
    int addresses;      /* always 0: http_lookup tells how many addresses a name has */
    gint64 received_ms; /* wall clock when the head arrived; 0 = it did not */
    gint64 sent_ms;     /* wall clock when the request was sent; 0 = it was not */
    gpointer private_headers;
};

/* The body as JSON; NULL when there is none, or it is no JSON. Owned by the caller. */
Json *http_response_json(const struct http_response *response);
/* Value of a response header (any case; the last one wins) or NULL; valid during the callback. */
const char *http_response_header(const struct http_response *response, const char *name);

typedef struct HttpRequest HttpRequest;

/* method: "GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS". The url is copied. Header names,
 * values and tokens with line breaks in them make the request end as HTTP_REFUSED_URL. */
HttpRequest *http_request_new(const char *method, const char *url);
void http_request_free(HttpRequest *request); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRequest, http_request_free)
void http_request_header(HttpRequest *request, const char *name, const char *value);
void http_request_bearer(HttpRequest *request, Secret *token);
/* body is referenced. content_type e.g. "application/x-www-form-urlencoded"; NULL = no header. */
void http_request_body(HttpRequest *request, const char *content_type, Secret *body);
void http_request_timeout(HttpRequest *request, guint total_ms); /* default 30 s, connect 10 s */
void http_request_cap(HttpRequest *request, gsize bytes);        /* default 4 MiB, decoded */
/* It is sent by the process at the other end of this socket (http_carried_request), and goes on
 * whatever becomes of this one. The descriptor is copied. Not with a bearer. */
void http_request_via(HttpRequest *request, int socket);
void http_request_patient(
    HttpRequest *request);                     /* its answer may not be had again: no http_limit */
void http_request_fresh(HttpRequest *request); /* on a new connection, so that timings are seen */

/*
 * Settings come from $XDG_CONFIG_HOME/perch/network.json, honoured only when the file belongs to
 * this user and nobody else may write it:
 *   {"ca_file": "/path", "connect_to": ["host:port:host:port"], "proxy": "http://..."}
 * A missing file is fine; a bad one: PERCH_ERROR_INPUT or PERCH_ERROR_FILE, with a sentence.
 *
 * ca_file (PEM, absolute path) takes the place of the system's bundle file of certificate
 * authorities. Where libcurl also knows a folder of certificates (Debian, Ubuntu:
 * /etc/ssl/certs), that folder stays trusted and the file adds to it; elsewhere the file has to
 * hold every authority that is needed. Without it CURL_CA_BUNDLE counts, else SSL_CERT_FILE and
 * SSL_CERT_DIR (in place of the folder), as with the curl program. connect_to is
 * CURLOPT_CONNECT_TO: another place to connect to; the name in the URL still decides what the
 * certificate has to say. proxy takes the place of the environment's proxy; no_proxy still counts.
 */
Http *http_new(GError **error);

/* Cancels what is under way: those callbacks still come, from the main loop, as HTTP_CANCELLED.
 * May be called from inside a callback. NULL is fine. */
void http_free(Http *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Http, http_free)

/* Several sessions ask at the same time, maybe the same host: from now on up to 16 connections a
 * host instead of one, so that none waits for the other's answer. */
void http_expect_many(Http *http);

/* Which certificate authorities somebody chose: "SSL_CERT_FILE /path", "ca_file /path"; NULL: the
 * system's. Borrowed. */
const char *http_authorities(const Http *http);

/* The proxy that a URL would go through by the settings or the environment (https_proxy,
 * all_proxy, no_proxy), or NULL; owned by caller, user name and password left out. A loopback
 * address never goes through one. */
char *http_proxy_for(Http *http, const char *url);

/* Connects to a proxy (as http_proxy_for gives it) and hangs up: whether anybody is there, within 5
 * s. */
void http_proxy_try(const char *proxy, GCancellable *cancellable, GAsyncReadyCallback done,
                    gpointer user);
bool http_proxy_try_finish(GAsyncResult *result, GError **error);

typedef void (*http_done)(const struct http_response *response, gpointer user);

/*
 * Sends; takes ownership of request. done is called exactly once, from the main loop, never from
 * inside http_send. cancellable may be NULL; cancelling gives HTTP_CANCELLED, always later and from
 * the main loop. What changes something (not GET, HEAD, OPTIONS) is sent once: libcurl's silent
 * retry on a dead kept connection only happens as long as nothing was sent; after that it is
 * HTTP_CUT.
 *
 * Requests to one host share one connection: at the same time over HTTP/2, else one after another,
 * the time spent waiting being part of the request's timeout.
 */
void http_send(Http *http, HttpRequest *request, GCancellable *cancellable, http_done done,
               gpointer user);

/* The process that sends for another one: waits for a request, blocking; NULL: the other one is
 * gone. Owned by the caller. Then what came of it; nobody need be there to read that. */
HttpRequest *http_carried_request(int socket);
void http_carried_answer(int socket, const struct http_response *response);

/* Nothing that is sent from now on is waited for longer than until so many milliseconds have
 * passed; later ends at once as HTTP_TIMEOUT_CONNECT. Patient requests are not meant. */
void http_limit(Http *http, guint milliseconds);

/* Totals since http_new, for benchmarks and --json evidence. Counts finished requests. */
struct http_totals {
    int requests, connections;
};
struct http_totals http_totals(const Http *http);

/* Answer of a name lookup. Strings are borrowed for the callback. */
struct http_lookup {
    enum http_end end; /* HTTP_ANSWERED, HTTP_DNS, HTTP_TIMEOUT_CONNECT or HTTP_CANCELLED */
    int addresses;     /* how many addresses the name has */
    int milliseconds;
    const char *ip;     /* the first address, or "" */
    const char *detail; /* one clean line on failure, else "" */
};
typedef void (*http_lookup_done)(const struct http_lookup *lookup, gpointer user);

/*
 * Looks host up (a name, or an address with or without brackets), within 10 s; where connect_to
 * moves the host, the place that it moves to. done is called exactly once, from the main loop,
 * even when http is freed meanwhile. Through a proxy the proxy looks names up, so a failure here
 * means nothing then.
 */
void http_lookup(Http *http, const char *host, GCancellable *cancellable, http_lookup_done done,
                 gpointer user);

#endif
