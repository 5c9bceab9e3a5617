/* SPDX-License-Identifier: MIT */
#include "curl_loop.h"

#include <glib-unix.h>

enum {
    /* One connection per host: requests take turns on it. */
    HOST_CONNECTIONS = 1,
    /* For several logins to one org, each with its own requests. An org refuses the 26th concurrent
     * long-running (20 s) request, whoever sent the others. */
    MANY_HOST_CONNECTIONS = 24,
    /* All that are open at once: libcurl closes surplus connections after their answer, and the
     * next request would need a new handshake. */
    KEPT_CONNECTIONS = 256,
};

struct CurlLoop {
    CURLM *multi; /* NULL once freed while a callback was running */
    GMainContext *context;
    GSource *timer;      /* libcurl's single timer; ready time -1 = disarmed */
    GHashTable *watches; /* set of struct watch, owned */
    curl_loop_done done;
    gpointer user;
    guint references; /* one for the owner, one while libcurl or a callback is running */
};

struct watch {
    CurlLoop *loop;
    GIOCondition condition;
    GSource *source;
};

static void watch_free(gpointer data)
{
    struct watch *watch = data;
    if (watch->source != NULL) {
        g_source_destroy(watch->source);
        g_source_unref(watch->source);
    }
    g_free(watch);
}

static void loop_unref(CurlLoop *loop)
{
    if (--loop->references > 0)
        return;
    g_main_context_unref(loop->context);
    g_free(loop);
}

/* Remove the handle before the callback, which may start transfers or free the loop. */
static void drain(CurlLoop *loop)
{
    int left;
    CURLMsg *message;
    while (loop->multi != NULL && (message = curl_multi_info_read(loop->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;
        curl_multi_remove_handle(loop->multi, easy);
        loop->done(easy, code, loop->user);
    }
}

static void act(CurlLoop *loop, curl_socket_t fd, int events)
{
    int running;
    loop->references++;
    curl_multi_socket_action(loop->multi, fd, events, &running);
    drain(loop);
    loop_unref(loop);
}

static gboolean on_socket_ready(gint fd, GIOCondition condition, gpointer user)
{
    struct watch *watch = user; /* may be gone after act() */
    int events = 0;
    /* Treat a hang-up as readable, so that libcurl sees the end of the answer. */
    if (condition & (G_IO_IN | G_IO_HUP))
        events |= CURL_CSELECT_IN;
    if (condition & G_IO_OUT)
        events |= CURL_CSELECT_OUT;
    if (condition & G_IO_ERR)
        events |= CURL_CSELECT_ERR;
    act(watch->loop, fd, events);
    return G_SOURCE_CONTINUE;
}

static int on_socket_wish(CURL *easy, curl_socket_t fd, int wish, void *user, void *place)
{
    (void)easy;
    CurlLoop *loop = user;
    struct watch *watch = place;
    if (wish == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            curl_multi_assign(loop->multi, fd, NULL);
            g_hash_table_remove(loop->watches, watch);
        }
        return 0;
    }
    if (watch == NULL) {
        watch = g_new0(struct watch, 1);
        watch->loop = loop;
        g_hash_table_add(loop->watches, watch);
        curl_multi_assign(loop->multi, fd, watch);
    }
    GIOCondition condition = G_IO_HUP | G_IO_ERR;
    condition |= wish & CURL_POLL_IN ? G_IO_IN : 0;
    condition |= wish & CURL_POLL_OUT ? G_IO_OUT : 0;
    if (watch->source != NULL && watch->condition == condition)
        return 0;
    if (watch->source != NULL) {
        g_source_destroy(watch->source);
        g_source_unref(watch->source);
    }
    watch->condition = condition;
    watch->source = g_unix_fd_source_new(fd, condition);
    g_source_set_callback(watch->source, G_SOURCE_FUNC(on_socket_ready), watch, NULL);
    g_source_attach(watch->source, loop->context);
    return 0;
}

/* Only sets the time: libcurl must not be called from inside this callback. */
static int on_timer_wish(CURLM *multi, long milliseconds, void *user)
{
    (void)multi;
    CurlLoop *loop = user;
    gint64 when = milliseconds;
    if (milliseconds > 0)
        when = g_get_monotonic_time() + milliseconds * G_TIME_SPAN_MILLISECOND;
    g_source_set_ready_time(loop->timer, when);
    return 0;
}

static gboolean dispatch_timer(GSource *source, GSourceFunc callback, gpointer user)
{
    g_source_set_ready_time(source, -1); /* before libcurl sets the next one */
    return callback(user);
}

static gboolean on_timer(gpointer user)
{
    act(user, CURL_SOCKET_TIMEOUT, 0);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_funcs = {.dispatch = dispatch_timer};

CurlLoop *curl_loop_new(GMainContext *context, curl_loop_done done, gpointer user)
{
    CurlLoop *loop = g_new0(CurlLoop, 1);
    loop->references = 1;
    loop->context = g_main_context_ref(context);
    loop->done = done;
    loop->user = user;
    loop->watches = g_hash_table_new_full(NULL, NULL, watch_free, NULL);
    loop->timer = g_source_new(&timer_funcs, sizeof(GSource));
    g_source_set_static_name(loop->timer, "libcurl's timer");
    g_source_set_callback(loop->timer, on_timer, loop, NULL);
    g_source_attach(loop->timer, context);
    loop->multi = curl_multi_init();
    if (loop->multi == NULL)
        g_error("libcurl does not start");
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)HOST_CONNECTIONS);
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
    return loop;
}

void curl_loop_expect_many(CurlLoop *loop)
{
    curl_multi_setopt(loop->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)MANY_HOST_CONNECTIONS);
}

void curl_loop_free(CurlLoop *loop)
{
    curl_multi_cleanup(loop->multi);
    loop->multi = NULL;
    g_source_destroy(loop->timer);
    g_source_unref(loop->timer);
    g_hash_table_unref(loop->watches);
    loop_unref(loop);
}

bool curl_loop_add(CurlLoop *loop, CURL *easy)
{
    return curl_multi_add_handle(loop->multi, easy) == CURLM_OK;
}

void curl_loop_remove(CurlLoop *loop, CURL *easy)
{
    curl_multi_remove_handle(loop->multi, easy);
}
