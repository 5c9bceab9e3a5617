/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <string.h>

#include "certificate.h"
#include "http_private.h"
#include "perch/base/clock.h"

#if __has_include("perch/config.h")
#include "perch/config.h"
#endif
#ifndef PERCH_VERSION
#define PERCH_VERSION "0"
#endif

enum {
    CONNECT_TIMEOUT_MS = 10 * 1000,
    STALL_SECONDS = 30, /* an answer slower than one byte per second for this long */
    MAX_HEAD = 256 * 1024,
};

static size_t on_answer(char *bytes, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;
    gsize length = size * count;
    if (length > transfer->request->cap - transfer->answer->length) {
        transfer->too_large = true;
        return 0;
    }
    secret_buf_add_len(transfer->answer, bytes, length);
    return length;
}

static size_t on_head_line(char *bytes, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;
    gsize length = size * count;
    transfer->head_bytes += length;
    if (transfer->head_bytes > MAX_HEAD) {
        transfer->too_large = true;
        return 0;
    }
    /* The last status line is the answer's; 100 Continue comes before it. */
    if (length > 5 && memcmp(bytes, "HTTP/", 5) == 0) {
        transfer->received_ms = clock_wall_ms();
        transfer->first_byte_ms = (int)(clock_monotonic_ms() - transfer->started_ms);
        transfer->head_ended = false;
    }
    if (bytes[0] == '\r' || bytes[0] == '\n')
        transfer->head_ended = true;
    return length;
}

static void keep_tls_version(struct transfer *transfer, const char *text, gsize length)
{
    static const char prefix[] = "SSL connection using ";
    gsize start = strlen(prefix);
    if (length <= start || memcmp(text, prefix, start) != 0)
        return;
    gsize end = start;
    while (end < length && g_ascii_isgraph(text[end]))
        end++;
    gsize fitting = MIN(end - start, sizeof transfer->tls_version - 1);
    memcpy(transfer->tls_version, text + start, fitting);
    transfer->tls_version[fitting] = '\0';
}

/*
 * libcurl has no portable query for the TLS version, and none for the issuer of a rejected
 * certificate; its trace has both. Nothing else from the trace is kept, and tracing is turned off
 * before the request (and its token) is assembled.
 */
static int on_trace(CURL *easy, curl_infotype type, char *text, size_t length, void *user)
{
    (void)easy;
    struct transfer *transfer = user;
    if (type == CURLINFO_TEXT)
        keep_tls_version(transfer, text, length);
    if (type == CURLINFO_SSL_DATA_IN) {
        char *issuer = certificate_message_issuer((const guint8 *)text, length);
        if (issuer != NULL) {
            g_free(transfer->issuer);
            transfer->issuer = issuer;
        }
    }
    return 0;
}

static bool is_safe_to_repeat(const char *method)
{
    static const char *const safe[] = {"GET", "HEAD", "OPTIONS", NULL};
    return g_strv_contains(safe, method);
}

/* Whether the server has closed the connection about to be used. libcurl checks this itself, but
 * since 8.22 only once per second for each connection. */
static bool is_hung_up(CURL *easy)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    struct pollfd end = {.fd = fd, .events = POLLRDHUP};
    return fd != CURL_SOCKET_BAD && poll(&end, 1, 0) > 0;
}

/*
 * The connection is up and the request comes next. If this happens twice in one transfer, a reused
 * connection has died without an answer and libcurl is about to resend everything; a request that
 * changes something may already have been processed.
 */
static int on_connected(void *user, char *ip, char *local_ip, int port, int local_port)
{
    (void)ip, (void)local_ip, (void)port, (void)local_port;
    struct transfer *transfer = user;
    if (transfer_was_sent(transfer) && !is_safe_to_repeat(transfer->request->method))
        return CURL_PREREQFUNC_ABORT;
    transfer->hung_up = is_hung_up(transfer->easy);
    if (transfer->hung_up)
        return CURL_PREREQFUNC_ABORT;
    transfer->ready_to_send = true;
    transfer->sent_ms = clock_wall_ms();
    curl_easy_setopt(transfer->easy, CURLOPT_VERBOSE, 0L);
    return CURL_PREREQFUNC_OK;
}

static void set_callbacks(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head_line);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_trace);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

static void set_limits(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    const HttpRequest *request = transfer->request;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    /* HTTP/2 would add attack surface for a handful of requests; and only with HTTP/1.1 is it
     * certain what was sent and may be resent. */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "perch/" PERCH_VERSION);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)MIN(request->timeout_ms, CONNECT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->cap);
}

static void set_request(struct transfer *transfer, const char *url)
{
    CURL *easy = transfer->easy;
    const HttpRequest *request = transfer->request;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                     g_str_has_prefix(url, "http:") ? "http" : "https");
    if (request->body != NULL || strcmp(request->method, "POST") == 0) {
        /* not copied by libcurl; the request holds it */
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)secret_length(request->body));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, secret_peek(request->body));
        /* Suppresses libcurl's defaults: a Content-Type nobody asked for, and waiting for 100
         * Continue. */
        transfer->headers = curl_slist_append(transfer->headers, "Content-Type:");
        transfer->headers = curl_slist_append(transfer->headers, "Expect:");
    }
    if (strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    for (guint i = 0; i < request->headers->len; i++)
        transfer->headers = curl_slist_append(transfer->headers, request->headers->pdata[i]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    if (request->bearer != NULL) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, secret_peek(request->bearer));
    }
}

static void set_route(struct transfer *transfer, const struct http_settings *settings,
                      const char *url)
{
    CURL *easy = transfer->easy;
    g_autoptr(WipedText) proxy = http_proxy_full(settings, url);
    transfer->proxied = proxy != NULL;
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy == NULL ? "" : proxy);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, ""); /* already considered */
    if (settings->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
        curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, settings->ca_file);
    }
    if (settings->ca_folder != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAPATH, settings->ca_folder);
        curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, settings->ca_folder);
    }
    for (char **entry = settings->connect_to; entry != NULL && *entry != NULL; entry++)
        transfer->connect_to = curl_slist_append(transfer->connect_to, *entry);
    if (transfer->connect_to != NULL)
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, transfer->connect_to);
}

bool transfer_prepare(struct transfer *transfer, const struct http_settings *settings)
{
    if (transfer->request->refused)
        return false;
    g_autofree char *url = http_url_check(transfer->request->url, NULL);
    if (url == NULL)
        return false;
    transfer->easy = curl_easy_init();
    transfer->answer = secret_buf_new();
    set_callbacks(transfer);
    set_limits(transfer);
    set_request(transfer, url);
    set_route(transfer, settings, url);
    return true;
}
