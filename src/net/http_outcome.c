/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "http_private.h"
#include "perch/base/text.h"
#include "perch/base/xml.h"

/* The meaning of each libcurl result before and after a byte of the request was sent, which decides
 * whether the other side may have processed it. */
struct outcome {
    int code; /* CURLcode, including codes newer than the libcurl that perch was built with */
    enum http_end unsent, sent;
};

enum { NEWER_TOO_LARGE = 100, NEWER_ECH_REQUIRED = 101 };

static const struct outcome outcomes[] = {
    {CURLE_OK, HTTP_ANSWERED, HTTP_ANSWERED},
    {CURLE_URL_MALFORMAT, HTTP_REFUSED_URL, HTTP_BAD_ANSWER},
    {CURLE_UNSUPPORTED_PROTOCOL, HTTP_REFUSED_URL, HTTP_BAD_ANSWER}, /* sent: HTTP/0.9 */
    {CURLE_COULDNT_RESOLVE_PROXY, HTTP_PROXY, HTTP_PROXY},
    {CURLE_PROXY, HTTP_PROXY, HTTP_PROXY},
    {CURLE_COULDNT_RESOLVE_HOST, HTTP_DNS, HTTP_CUT},
    {CURLE_COULDNT_CONNECT, HTTP_CONNECT, HTTP_CUT},
    {CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT_CONNECT, HTTP_TIMEOUT_ANSWER},
    {CURLE_SSL_CONNECT_ERROR, HTTP_TLS, HTTP_CUT},
    {CURLE_PEER_FAILED_VERIFICATION, HTTP_TLS, HTTP_CUT},
    {CURLE_SSL_CACERT_BADFILE, HTTP_TLS, HTTP_CUT},
    {CURLE_SSL_CERTPROBLEM, HTTP_TLS, HTTP_CUT},
    {CURLE_SSL_CIPHER, HTTP_TLS, HTTP_CUT},
    {CURLE_SSL_CLIENTCERT, HTTP_TLS, HTTP_CUT},
    {CURLE_SSL_INVALIDCERTSTATUS, HTTP_TLS, HTTP_CUT},
    {CURLE_SSL_ISSUER_ERROR, HTTP_TLS, HTTP_CUT},
    {CURLE_USE_SSL_FAILED, HTTP_TLS, HTTP_CUT},
    {CURLE_FILESIZE_EXCEEDED, HTTP_TOO_LARGE, HTTP_TOO_LARGE},
    {CURLE_WEIRD_SERVER_REPLY, HTTP_CONNECT, HTTP_BAD_ANSWER},
    {CURLE_BAD_CONTENT_ENCODING, HTTP_CONNECT, HTTP_BAD_ANSWER},
    {CURLE_WRITE_ERROR, HTTP_CONNECT, HTTP_BAD_ANSWER}, /* junk after a compressed body */
    {CURLE_HTTP2, HTTP_CONNECT, HTTP_CUT},
    {CURLE_HTTP2_STREAM, HTTP_CONNECT, HTTP_CUT},
    {CURLE_PARTIAL_FILE, HTTP_CONNECT, HTTP_CUT},
    {CURLE_GOT_NOTHING, HTTP_CONNECT, HTTP_CUT},
    {CURLE_SEND_ERROR, HTTP_CONNECT, HTTP_CUT},
    {CURLE_RECV_ERROR, HTTP_CONNECT, HTTP_CUT},
    {CURLE_SEND_FAIL_REWIND, HTTP_CONNECT, HTTP_CUT},
    {CURLE_ABORTED_BY_CALLBACK, HTTP_CONNECT,
     HTTP_CUT}, /* by us: refuses to resend what was sent */
    {NEWER_TOO_LARGE, HTTP_TOO_LARGE, HTTP_TOO_LARGE},
    {NEWER_ECH_REQUIRED, HTTP_TLS, HTTP_CUT},
};

enum http_end http_end_of_code(int code, bool sent)
{
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++)
        if (outcomes[i].code == code)
            return sent ? outcomes[i].sent : outcomes[i].unsent;
    return HTTP_UNKNOWN;
}

/* OpenSSL's messages when the connection breaks during the handshake, which is not a TLS error. */
static const char *const dead_line[] = {"SSL_ERROR_SYSCALL", "Connection reset", "Broken pipe",
                                        "unexpected eof"};

static bool is_dead_line(const char *detail)
{
    for (gsize i = 0; i < G_N_ELEMENTS(dead_line); i++)
        if (strstr(detail, dead_line[i]) != NULL)
            return true;
    return false;
}

bool transfer_was_sent(const struct transfer *transfer)
{
    long bytes = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes);
    return transfer->ready_to_send && bytes > 0;
}

/* Behind a proxy, failures before its answer to CONNECT are the proxy's. */
static bool is_proxy_failure(const struct transfer *transfer, CURLcode code)
{
    long connect_status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    return transfer->proxied && !transfer->ready_to_send && connect_status / 100 != 2 &&
           code != CURLE_OPERATION_TIMEDOUT;
}

static enum http_end find_end(const struct transfer *transfer, CURLcode code)
{
    if (transfer->too_large)
        return HTTP_TOO_LARGE;
    if (code == CURLE_OK && !transfer->head_ended)
        return HTTP_CUT;
    bool sent = transfer_was_sent(transfer);
    if (is_proxy_failure(transfer, code))
        return HTTP_PROXY;
    if (code == CURLE_SSL_CONNECT_ERROR && !sent && is_dead_line(transfer->curl_error))
        return HTTP_CONNECT;
    return http_end_of_code((int)code, sent);
}

static int milliseconds(CURL *easy, CURLINFO which)
{
    curl_off_t time = 0;
    curl_easy_getinfo(easy, which, &time);
    return time <= 0 ? -1 : (int)((time + 500) / 1000);
}

static void fill_timing(struct http_timing *timing, CURL *easy, bool answered)
{
    long connections = 0;
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
    timing->new_connections = (int)connections;
    timing->total_ms = milliseconds(easy, CURLINFO_TOTAL_TIME_T);
    if (connections == 0 && answered)
        return;
    timing->lookup_ms = milliseconds(easy, CURLINFO_NAMELOOKUP_TIME_T);
    timing->connect_ms = milliseconds(easy, CURLINFO_CONNECT_TIME_T);
    timing->tls_ms = milliseconds(easy, CURLINFO_APPCONNECT_TIME_T);
}

static void fill_tls(struct http_tls *tls, const struct transfer *transfer)
{
    /* "TLSv1.3" of OpenSSL, "TLS1.3" of GnuTLS */
    const char *version = transfer->tls_version;
    if (g_str_has_prefix(version, "TLS")) {
        const char *number = version + strlen("TLS");
        number += *number == 'v';
        g_snprintf(tls->version, sizeof tls->version, "TLS %s", number);
    } else {
        g_strlcpy(tls->version, version, sizeof tls->version);
    }
    if (transfer->issuer == NULL)
        return;
    g_autofree char *fitting = text_truncate(transfer->issuer, 60);
    /* a column may take several bytes: cut between characters */
    while (strlen(fitting) >= sizeof tls->issuer)
        *g_utf8_find_prev_char(fitting, fitting + strlen(fitting)) = '\0';
    g_strlcpy(tls->issuer, fitting, sizeof tls->issuer);
}

/* All headers of the final answer by lower-case name; the last of several wins. */
static GHashTable *collect_headers(CURL *easy)
{
    GHashTable *headers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)wipe_free);
    struct curl_header *header = NULL;
    while ((header = curl_easy_nextheader(easy, CURLH_HEADER, -1, header)) != NULL)
        g_hash_table_replace(headers, g_ascii_strdown(header->name, -1), g_strdup(header->value));
    return headers;
}

static char *describe(const struct transfer *transfer, CURLcode code, enum http_end end)
{
    const char *text = transfer->curl_error;
    if (code == CURLE_ABORTED_BY_CALLBACK) /* by us: requests that change something are sent once */
        text = "The connection was lost before the answer came";
    if (*text == '\0') /* libcurl reports success for truncated headers */
        text = code == CURLE_OK ? "The answer ended inside its headers" : curl_easy_strerror(code);
    g_autofree char *clean = text_clean(text);
    g_strstrip(clean);
    return end == HTTP_UNKNOWN ? g_strdup_printf("libcurl error %d: %s", (int)code, clean)
                               : g_steal_pointer(&clean);
}

void response_fill(struct http_response *response, struct transfer *transfer, CURLcode code)
{
    *response = (struct http_response){
        .end = find_end(transfer, code),
        .body = "",
        .timing = {0, 0, 0, transfer->first_byte_ms, -1, 0},
        .received_ms = transfer->received_ms,
        .sent_ms = transfer->sent_ms,
    };
    bool answered = response->end == HTTP_ANSWERED;
    fill_timing(&response->timing, transfer->easy, answered);
    fill_tls(&response->tls, transfer);
    const char *ip = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &ip);
    g_strlcpy(response->ip, ip == NULL ? "" : ip, sizeof response->ip);
    if (!answered) {
        response->detail = describe(transfer, code, response->end);
        return;
    }
    response->detail = g_strdup("");
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response->status);
    response->body = transfer->answer->text;
    response->body_length = transfer->answer->length;
    response->private_headers = collect_headers(transfer->easy);
}

void response_clear(struct http_response *response)
{
    g_free((char *)(guintptr)response->detail);
    g_clear_pointer((GHashTable **)&response->private_headers, g_hash_table_unref);
}

Json *http_response_json(const struct http_response *response)
{
    return json_parse(response->body, response->body_length, NULL);
}

Json *http_response_xml(const struct http_response *response)
{
    return xml_parse(response->body, response->body_length, NULL);
}

const char *http_response_header(const struct http_response *response, const char *name)
{
    if (response->private_headers == NULL)
        return NULL;
    g_autofree char *key = g_ascii_strdown(name, -1);
    return g_hash_table_lookup(response->private_headers, key);
}
