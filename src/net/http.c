/* SPDX-License-Identifier: MIT */
#include "perch/net/http.h"

#include <glib-unix.h>
#include <string.h>

#include "curl_loop.h"
#include "http_lookup.h"
#include "http_private.h"
#include "perch/base/clock.h"
#include "perch/base/source.h"

/* libcurl does not count the time a request waits for a busy connection. */
enum { DEADLINE_SLACK_MS = 250 };
/* The sending process's own deadline comes first. */
enum { CARRIED_SLACK_MS = 2000 };

struct Http {
    GMainContext *context;
    CurlLoop *loop;
    struct http_settings settings;
    GHashTable *transfers; /* set of struct transfer in the multi, which own themselves */
    struct http_totals totals;
    gint64 limit_ms; /* monotonic; 0 = none */
};

static GSource *attach(GSource *source, int priority, GSourceFunc callback,
                       struct transfer *transfer)
{
    g_source_set_priority(source, priority);
    return source_attach(source, transfer->context, callback, transfer);
}

static void transfer_free(struct transfer *transfer)
{
    source_drop(&transfer->cancel);
    source_drop(&transfer->deadline);
    source_drop(&transfer->carried);
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->connect_to);
    secret_buf_free(transfer->answer);
    http_request_free(transfer->request);
    g_free(transfer->issuer);
    g_main_context_unref(transfer->context);
    g_free(transfer);
}

/* Removes the transfer from the multi and stops its timers; no callback comes any more. */
static void detach(struct transfer *transfer)
{
    source_drop(&transfer->cancel);
    source_drop(&transfer->deadline);
    source_drop(&transfer->carried);
    if (transfer->http == NULL)
        return;
    if (transfer->easy != NULL)
        curl_loop_remove(transfer->http->loop, transfer->easy);
    g_hash_table_remove(transfer->http->transfers, transfer);
    transfer->http = NULL;
}

static void count(struct http_totals *totals, const struct http_response *response)
{
    totals->requests++;
    totals->connections += response->timing.new_connections;
}

/* libcurl reports the end of a transfer; its handle has left the multi. */
static void on_ended(CURL *easy, CURLcode code, gpointer user)
{
    struct Http *http = user;
    struct transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    if (transfer->hung_up) {
        transfer->hung_up = false;
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        if (curl_loop_add(http->loop, easy))
            return;
    }
    g_hash_table_remove(http->transfers, transfer);
    transfer->http = NULL;
    source_drop(&transfer->cancel);
    source_drop(&transfer->deadline);
    struct http_response response;
    response_fill(&response, transfer, code);
    count(&http->totals, &response);
    g_clear_pointer(&transfer->easy,
                    curl_easy_cleanup);        /* before the multi, as done may free http */
    transfer->done(&response, transfer->user); /* may free http */
    response_clear(&response);
    transfer_free(transfer);
}

/* An end that libcurl does not report. Runs from its own source. */
static void end_early(struct transfer *transfer, enum http_end end, const char *detail)
{
    struct http_response response = {
        .end = end,
        .body = "",
        .detail = detail,
        .timing = {-1, -1, -1, -1, -1, 0},
        .sent_ms = transfer->sent_ms,
    };
    struct Http *http = transfer->http;
    if (http != NULL && transfer->easy != NULL) {
        long connections = 0;
        curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
        response.timing.new_connections = (int)connections;
        count(&http->totals, &response);
    }
    detach(transfer);
    g_clear_pointer(&transfer->easy, curl_easy_cleanup);
    transfer->done(&response, transfer->user);
    transfer_free(transfer);
}

static gboolean on_cancelled(GCancellable *cancellable, gpointer user)
{
    (void)cancellable;
    end_early(user, HTTP_CANCELLED, "");
    return G_SOURCE_REMOVE;
}

static gboolean on_deadline(gpointer user)
{
    struct transfer *transfer = user;
    if (transfer->carried != NULL || transfer_was_sent(transfer))
        end_early(transfer, HTTP_TIMEOUT_ANSWER, "Timed out waiting for the answer");
    else
        end_early(transfer, HTTP_TIMEOUT_CONNECT, "Timed out waiting for a connection");
    return G_SOURCE_REMOVE;
}

static gboolean on_unsent(gpointer user)
{
    struct transfer *transfer = user;
    end_early(transfer, transfer->unsent_end, transfer->unsent_detail);
    return G_SOURCE_REMOVE;
}

static void end_later(struct transfer *transfer, enum http_end end, const char *detail)
{
    transfer->unsent_end = end;
    transfer->unsent_detail = detail;
    /* stored as deadline, so that it is freed like the transfer's other sources */
    source_drop(&transfer->deadline);
    transfer->deadline = attach(g_idle_source_new(), G_PRIORITY_DEFAULT, on_unsent, transfer);
}

/* ---- sent by another process ---- */

static gboolean on_carried(gint fd, GIOCondition condition, gpointer user)
{
    struct transfer *transfer = user;
    struct http_response response;
    (void)condition;
    const enum carry_state state = carry_receive(fd, transfer->answer);
    if (state == CARRY_PARTIAL)
        return G_SOURCE_CONTINUE;
    if (state == CARRY_WHOLE && carry_read(&response, transfer->answer)) {
        count(&transfer->http->totals, &response);
        detach(transfer);
        transfer->done(&response, transfer->user);
        response_clear(&response);
        transfer_free(transfer);
    } else {
        end_early(transfer, HTTP_CUT, "The process that was to send it has ended");
    }
    return G_SOURCE_REMOVE;
}

static bool carry(struct transfer *transfer)
{
    const HttpRequest *request = transfer->request;
    if (!carry_send(request->via, request))
        return false;
    transfer->answer = secret_buf_new();
    transfer->sent_ms = clock_wall_ms();
    transfer->carried = g_unix_fd_source_new(request->via, G_IO_IN | G_IO_HUP);
    attach(transfer->carried, G_PRIORITY_DEFAULT, G_SOURCE_FUNC(on_carried), transfer);
    return true;
}

const char *http_library(void)
{
    return curl_functions()->version();
}

Http *http_new(GError **error)
{
    static gsize started = 0;
    if (g_once_init_enter(&started)) {
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free, wiping_realloc,
                             wiping_strdup, wiping_calloc);
        g_once_init_leave(&started, 1);
    }
    struct http_settings settings;
    if (!http_settings_read(&settings, error))
        return NULL;
    Http *http = g_new0(Http, 1);
    http->settings = settings;
    http->context = g_main_context_ref_thread_default();
    http->transfers = g_hash_table_new(NULL, NULL);
    http->loop = curl_loop_new(http->context, on_ended, http);
    return http;
}

void http_expect_many(Http *http)
{
    curl_loop_expect_many(http->loop);
}

void http_free(Http *http)
{
    if (http == NULL)
        return;
    GList *under_way = g_hash_table_get_keys(http->transfers);
    for (GList *item = under_way; item != NULL; item = item->next) {
        struct transfer *transfer = item->data;
        detach(transfer);
        g_clear_pointer(&transfer->easy, curl_easy_cleanup);
        end_later(transfer, HTTP_CANCELLED, "");
    }
    g_list_free(under_way);
    curl_loop_free(http->loop);
    g_hash_table_unref(http->transfers);
    http_settings_clear(&http->settings);
    g_main_context_unref(http->context);
    g_free(http);
}

void http_limit(Http *http, guint milliseconds)
{
    http->limit_ms = clock_monotonic_ms() + milliseconds;
}

/* FALSE: the time is already over. */
static bool keep_limit(const Http *http, HttpRequest *request)
{
    if (http->limit_ms == 0 || request->patient)
        return true;
    const gint64 left = http->limit_ms - clock_monotonic_ms();
    if (left > 0)
        request->timeout_ms = (guint)MIN((gint64)request->timeout_ms, left);
    return left > 0;
}

void http_send(Http *http, HttpRequest *request, GCancellable *cancellable, http_done done,
               gpointer user)
{
    struct transfer *transfer = g_new0(struct transfer, 1);
    transfer->context = g_main_context_ref(http->context);
    transfer->request = request;
    transfer->started_ms = clock_monotonic_ms();
    transfer->first_byte_ms = -1;
    transfer->done = done;
    transfer->user = user;
    if (g_cancellable_is_cancelled(cancellable)) {
        end_later(transfer, HTTP_CANCELLED, "");
        return;
    }
    if (!keep_limit(http, request)) {
        end_later(transfer, HTTP_TIMEOUT_CONNECT, "No time is left");
        return;
    }
    const bool carried = request->via >= 0 && !request->refused && carry(transfer);
    if (!carried && !transfer_prepare(transfer, &http->settings)) {
        end_later(transfer, HTTP_REFUSED_URL, "Only https addresses are asked");
        return;
    }
    if (!carried && !curl_loop_add(http->loop, transfer->easy)) {
        end_later(transfer, HTTP_CONNECT, "libcurl does not take the request");
        return;
    }
    transfer->http = http;
    g_hash_table_add(http->transfers, transfer);
    const guint slack = carried ? CARRIED_SLACK_MS : DEADLINE_SLACK_MS;
    transfer->deadline = attach(g_timeout_source_new(request->timeout_ms + slack),
                                G_PRIORITY_DEFAULT, on_deadline, transfer);
    if (cancellable != NULL)
        transfer->cancel = attach(g_cancellable_source_new(cancellable), G_PRIORITY_HIGH,
                                  G_SOURCE_FUNC(on_cancelled), transfer);
}

struct http_totals http_totals(const Http *http)
{
    return http->totals;
}

const char *http_authorities(const Http *http)
{
    return http->settings.ca_said;
}

char *http_proxy_for(Http *http, const char *url)
{
    g_autoptr(WipedText) full = http_proxy_full(&http->settings, url);
    if (full == NULL)
        return NULL;
    const char *rest = strstr(full, "://") + strlen("://");
    const char *at = strrchr(rest, '@');
    return at == NULL ? g_strdup(full)
                      : g_strdup_printf("%.*s%s", (int)(rest - full), full, at + 1);
}

void http_lookup(Http *http, const char *host, GCancellable *cancellable, http_lookup_done done,
                 gpointer user)
{
    g_autofree char *target = http_settings_target(&http->settings, host);
    lookup_start(http->context, target, cancellable, done, user);
}
