/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_HTTP_PRIVATE_H
#define PERCH_NET_HTTP_PRIVATE_H

#include "curl.h"

#include "perch/net/http.h"

/* Shared by the files of the HTTP part. */

struct http_settings {
    char *ca_file;     /* NULL = the system's */
    char *ca_folder;   /* likewise */
    char *ca_said;     /* who chose them, for people; NULL = nobody */
    char **connect_to; /* "host:port:host:port", NULL-terminated; NULL = none */
    char *proxy;       /* NULL = the environment's */
};

/* Reads network.json. A missing file leaves everything NULL. */
bool http_settings_read(struct http_settings *settings, GError **error);
void http_settings_clear(struct http_settings *settings);

/* The host that connect_to redirects host to (any port), else host itself; without brackets; owned
 * by the caller. */
char *http_settings_target(const struct http_settings *settings, const char *host);

/* The URL normalised by libcurl, or NULL if it must not be used: neither https nor http to a
 * loopback address; a user name or password in it; no host. *ret_host (may be NULL) is the host
 * without brackets. Both owned by the caller. */
char *http_url_check(const char *url, char **ret_host);

/* The proxy for a URL with its user name and password, or NULL; free with wipe_free. */
char *http_proxy_full(const struct http_settings *settings, const char *url);

struct HttpRequest {
    char *method;
    char *url;
    GPtrArray *headers; /* char * "Name: value", wiped */
    Secret *bearer;
    Secret *body;
    guint timeout_ms;
    gsize cap;
    int via; /* socket of the process that sends it; -1 = this process */
    bool patient;
    bool refused; /* part of it cannot be sent */
};

struct transfer {
    struct Http *http; /* NULL once it has left the multi */
    GMainContext *context;
    HttpRequest *request;
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    GSource *cancel, *deadline, *carried;
    http_done done;
    gpointer user;
    SecretBuf *answer; /* with carried: the other process's message */
    gsize head_bytes;
    bool head_ended;    /* its empty line has arrived; libcurl also accepts heads without one */
    bool too_large;     /* the cap was exceeded */
    bool hung_up;       /* the reused connection was dead: nothing was sent on it */
    bool ready_to_send; /* the connection was up */
    bool proxied;
    gint64 sent_ms, received_ms; /* wall clock */
    gint64 started_ms;           /* monotonic */
    int first_byte_ms; /* of the answer; libcurl's own figure is wrong for requests with a body */
    char tls_version[16];
    char *issuer; /* of the server's certificate, accepted or not */
    char curl_error[CURL_ERROR_SIZE];
    enum http_end unsent_end; /* for an end that libcurl does not report */
    const char *unsent_detail;
};

/* Sets all libcurl options of one transfer. FALSE: it must not be sent (URL). */
bool transfer_prepare(struct transfer *transfer, const struct http_settings *settings);

/* Fills in the result. Strings in response point into transfer or are freed by response_clear. */
void response_fill(struct http_response *response, struct transfer *transfer, CURLcode code);
void response_clear(struct http_response *response);

/* A request that another process sends: pass it on (FALSE: the process is gone), receive pieces of
 * the answer, read the whole. Call response_clear while the message still exists. */
enum carry_state { CARRY_PARTIAL, CARRY_WHOLE, CARRY_GONE };
bool carry_send(int fd, const HttpRequest *request);
enum carry_state carry_receive(int fd, SecretBuf *message);
bool carry_read(struct http_response *response, const SecretBuf *message);

/* The meaning of a libcurl error, depending on whether any of the request was sent. */
enum http_end http_end_of_code(int code, bool sent);

/* Whether a byte of the request may have reached the other side. */
bool transfer_was_sent(const struct transfer *transfer);

#endif
