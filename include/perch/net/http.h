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
 * run needs one TLS handshake per host. TLS is always verified; plain http goes to loopback only;
 * redirects are never followed; cookies are never kept. Every body has a size limit. Nothing
 * blocks.
 */
typedef struct Http Http;

/* How a transfer ended at the network level. A 4xx or 5xx is HTTP_ANSWERED. */
enum http_end {
    HTTP_ANSWERED,
    HTTP_REFUSED_URL,     /* neither https nor loopback, or an invalid request; nothing was sent */
    HTTP_DNS,             /* the name does not resolve */
    HTTP_CONNECT,         /* refused, unreachable, or lost before a byte of the request was sent */
    HTTP_TLS,             /* certificate or handshake */
    HTTP_PROXY,           /* the proxy is unreachable or refused */
    HTTP_TIMEOUT_CONNECT, /* no connection in time; certainly not processed */
    HTTP_TIMEOUT_ANSWER,  /* sent, but no (complete) answer in time; may have been processed */
    HTTP_CUT,       /* sent, but the connection was lost before the end of the answer; may have been
                       processed */
    HTTP_TOO_LARGE, /* the answer exceeds the cap; may have been processed */
    HTTP_BAD_ANSWER, /* the answer is not HTTP, or its encoding is broken */
    HTTP_UNKNOWN,    /* any other libcurl error; may have been sent */
    HTTP_CANCELLED,
    HTTP_END_COUNT,
};

/* Milliseconds since the start; -1 = not reached. On a reused connection the first three are 0. */
struct http_timing {
    int lookup_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
    int new_connections; /* 0 when a connection was reused */
};

/* What the TLS handshake showed, for the preflight's row; includes the issuer of a rejected
 * certificate. Empty on plain http, on a reused connection, and if libcurl does not use OpenSSL. */
struct http_tls {
    char version[16]; /* "TLS 1.3" */
    char issuer[128]; /* organization (else common name) of the certificate's issuer; cleaned */
};

struct http_response {
    enum http_end end;
    long status;       /* HTTP status; 0 unless HTTP_ANSWERED */
    const char *body;  /* NUL-terminated, "" unless HTTP_ANSWERED; wiped after the callback */
    gsize body_length; /* may exceed strlen(body): an answer can contain NUL bytes */
    const char
        *detail; /* one cleaned line from libcurl (English) when the transfer failed, else "" */
    struct http_timing timing;
    struct http_tls tls;
    char ip[64];        /* address of the peer, or of the proxy if there is one */
    int addresses;      /* always 0: http_lookup counts a name's addresses */
    gint64 received_ms; /* wall clock when the head arrived; 0 = never */
    gint64 sent_ms;     /* wall clock when the request was sent; 0 = never */
    gpointer private_headers;
};

/* The body as JSON; NULL when there is none or it is not JSON. Owned by the caller. */
Json *http_response_json(const struct http_response *response);
Json *http_response_xml(const struct http_response *response); /* its root (xml.h) */
/* Value of a response header (any case; the last one wins) or NULL; valid during the callback. */
const char *http_response_header(const struct http_response *response, const char *name);

typedef struct HttpRequest HttpRequest;

/* method: "GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS". The url is copied. Line breaks in
 * header names, values or tokens make the request end as HTTP_REFUSED_URL. */
HttpRequest *http_request_new(const char *method, const char *url);
void http_request_free(HttpRequest *request); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRequest, http_request_free)
void http_request_header(HttpRequest *request, const char *name, const char *value);
void http_request_bearer(HttpRequest *request, Secret *token);
/* Takes a reference to body. content_type e.g. "application/x-www-form-urlencoded"; NULL = no
 * header. */
void http_request_body(HttpRequest *request, const char *content_type, Secret *body);
void http_request_timeout(HttpRequest *request, guint total_ms); /* default 30 s, connect 10 s */
void http_request_cap(HttpRequest *request, gsize bytes);        /* default 4 MiB, decoded */
/* Lets the process at the other end of socket send the request (http_carried_request), which goes
 * on even if this process ends. The descriptor is duplicated. Not with a bearer token. */
void http_request_via(HttpRequest *request, int socket);
void http_request_patient(
    HttpRequest *request); /* its answer cannot be obtained again: http_limit does not apply */

/*
 * Settings come from $XDG_CONFIG_HOME/perch/network.json, which is used only if this user owns it
 * and nobody else can write to it:
 *   {"ca_file": "/path", "connect_to": ["host:port:host:port"], "proxy": "http://..."}
 * A missing file is fine; a bad one gives PERCH_ERROR_INPUT or PERCH_ERROR_FILE.
 *
 * ca_file (PEM, absolute path) replaces the system's bundle of certificate authorities. If libcurl
 * also uses a folder of certificates (Debian, Ubuntu: /etc/ssl/certs), that folder stays trusted in
 * addition; otherwise the file must contain every authority that is needed. Without ca_file,
 * CURL_CA_BUNDLE applies, else SSL_CERT_FILE and SSL_CERT_DIR (replacing the folder), as in the
 * curl program. connect_to is CURLOPT_CONNECT_TO: it changes where to connect; the certificate must
 * still match the name in the URL. proxy replaces the environment's proxy; no_proxy still applies.
 */
Http *http_new(GError **error);
/* libcurl and what it uses, with their versions, as it says itself; static. */
const char *http_library(void);

/* Cancels running transfers: their callbacks still come, from the main loop, as HTTP_CANCELLED. May
 * be called from inside a callback. NULL is fine. */
void http_free(Http *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Http, http_free)

/* For several sessions that may call the same host at once: from now on, up to 16 connections per
 * host instead of one, so that no request waits for another's answer. */
void http_expect_many(Http *http);

/* The configured certificate authorities: "SSL_CERT_FILE /path", "ca_file /path"; NULL: the
 * system's. Borrowed. */
const char *http_authorities(const Http *http);

/* The proxy for a URL by the settings or the environment (https_proxy, all_proxy, no_proxy),
 * without user name and password, or NULL; owned by the caller. Loopback addresses never use one.
 */
char *http_proxy_for(Http *http, const char *url);

/* Connects to a proxy (as returned by http_proxy_for) and hangs up, to see within 5 s whether it
 * answers. */
void http_proxy_try(const char *proxy, GCancellable *cancellable, GAsyncReadyCallback done,
                    gpointer user);
bool http_proxy_try_finish(GAsyncResult *result, GError **error);

typedef void (*http_done)(const struct http_response *response, gpointer user);

/*
 * Sends; takes ownership of request. done is called exactly once, from the main loop, never from
 * inside http_send. cancellable may be NULL; cancelling gives HTTP_CANCELLED, always later and from
 * the main loop. Requests other than GET, HEAD and OPTIONS are sent once: libcurl may silently
 * retry on a stale connection only while nothing has been sent; after that the result is HTTP_CUT.
 *
 * Requests to one host share one connection: in parallel over HTTP/2, otherwise one after another.
 * Waiting counts towards the request's timeout.
 */
void http_send(Http *http, HttpRequest *request, GCancellable *cancellable, http_done done,
               gpointer user);

/* For the process that sends on behalf of another. The first waits for a request, blocking; NULL:
 * the other process is gone; owned by the caller. The second returns the result, even if nobody is
 * left to read it. */
HttpRequest *http_carried_request(int socket);
void http_carried_answer(int socket, const struct http_response *response);

/* From now on, requests must finish before this many milliseconds have passed from this call; later
 * ones end at once as HTTP_TIMEOUT_CONNECT. Patient requests are exempt. */
void http_limit(Http *http, guint milliseconds);

/* Totals since http_new, for benchmarks and --json evidence. Counts finished requests. */
struct http_totals {
    int requests, connections;
};
struct http_totals http_totals(const Http *http);

/* Result of a name lookup. Strings are valid during the callback. */
struct http_lookup {
    enum http_end end; /* HTTP_ANSWERED, HTTP_DNS, HTTP_TIMEOUT_CONNECT or HTTP_CANCELLED */
    int addresses;     /* how many addresses the name has */
    int milliseconds;
    const char *ip;     /* the first address, else "" */
    const char *detail; /* one cleaned line on failure, else "" */
};
typedef void (*http_lookup_done)(const struct http_lookup *lookup, gpointer user);

/*
 * Looks host up (a name, or an address with or without brackets), within 10 s; if connect_to
 * redirects the host, its target instead. done is called exactly once, from the main loop, even if
 * http is freed meanwhile. Behind a proxy a failure means nothing, as the proxy resolves names.
 */
void http_lookup(Http *http, const char *host, GCancellable *cancellable, http_lookup_done done,
                 gpointer user);

#endif
