/* SPDX-License-Identifier: MIT */
#include "demo_org/server/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "demo_org/server/faults.h"
#include "demo_org/server/http.h"
#include "demo_org/server/log.h"
#include "perch/base/error.h"

enum { BODY_MAX = 4 * 1024 * 1024, IDLE_SECONDS = 120, FAMILIES = 2, PORT_TRIES = 50 };

struct Server {
    struct state *state;
    struct MHD_Daemon *daemons[FAMILIES]; /* IPv4, IPv6; the second is NULL without IPv6 */
    GSource *sources[FAMILIES];
    guint16 port;
    bool tls;
    GPtrArray *waiting; /* struct exchange whose answer is delayed */
    gint64 connections;
    bool stopping;
};

struct exchange {
    Server *server;
    struct MHD_Connection *connection;
    struct request *request;
    struct response *response;
    guint timer; /* of a delayed answer */
    bool too_large;
    bool paused;   /* the pause in the middle has begun */
    bool raw_sent; /* sent bytes that are not a complete answer */
};

/* A daemon's epoll descriptor and next timeout, as one source of the main context. */
struct daemon_source {
    GSource base;
    struct MHD_Daemon *daemon;
    gpointer fd_tag;
};

static gboolean source_prepare(GSource *base, int *ret_timeout)
{
    struct daemon_source *source = (struct daemon_source *)base;
    MHD_UNSIGNED_LONG_LONG timeout;
    *ret_timeout = -1;
    if (MHD_get_timeout(source->daemon, &timeout) == MHD_YES)
        *ret_timeout = (int)MIN(timeout, (MHD_UNSIGNED_LONG_LONG)G_MAXINT);
    return *ret_timeout == 0;
}

static gboolean source_check(GSource *base)
{
    struct daemon_source *source = (struct daemon_source *)base;
    MHD_UNSIGNED_LONG_LONG timeout;
    return g_source_query_unix_fd(base, source->fd_tag) != 0 ||
           (MHD_get_timeout(source->daemon, &timeout) == MHD_YES && timeout == 0);
}

static gboolean source_dispatch(GSource *base, GSourceFunc callback, gpointer data)
{
    (void)callback;
    (void)data;
    MHD_run(((struct daemon_source *)base)->daemon);
    return G_SOURCE_CONTINUE;
}

static GSource *source_new(struct MHD_Daemon *daemon)
{
    static GSourceFuncs functions = {source_prepare, source_check, source_dispatch,
                                     NULL,           NULL,         NULL};
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    GSource *base = g_source_new(&functions, sizeof(struct daemon_source));
    struct daemon_source *source = (struct daemon_source *)base;
    source->daemon = daemon;
    source->fd_tag = g_source_add_unix_fd(base, info->epoll_fd, G_IO_IN);
    g_source_attach(base, NULL);
    return base;
}

static gboolean on_delay_over(gpointer data)
{
    struct exchange *exchange = data;
    exchange->timer = 0;
    g_ptr_array_remove_fast(exchange->server->waiting, exchange);
    struct MHD_Daemon *daemon =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_DAEMON)->daemon;
    MHD_resume_connection(exchange->connection);
    /* This makes nothing readable, so run the daemon explicitly. */
    MHD_run(daemon);
    return G_SOURCE_REMOVE;
}

/* Suspends the connection; on_request or read_body is called again afterwards. */
static void wait_for(struct exchange *exchange, guint milliseconds)
{
    MHD_suspend_connection(exchange->connection);
    g_ptr_array_add(exchange->server->waiting, exchange);
    exchange->timer = g_timeout_add(milliseconds, on_delay_over, exchange);
}

/* The body in pieces: the first half, a pause, then the rest or nothing. */
static ssize_t read_body(void *data, uint64_t at, char *block, size_t room)
{
    struct exchange *exchange = data;
    const struct response *response = exchange->response;
    const GString *body = response->body;
    const bool endless = response->wire == WIRE_ENDLESS;
    const gsize middle = endless ? 0 : body->len / 2;
    if (exchange->server->stopping)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (response->pause_ms > 0 && !exchange->paused && at >= middle) {
        exchange->paused = true;
        wait_for(exchange, response->pause_ms);
        return 0;
    }
    if (response->wire == WIRE_CUT_BODY && at >= middle)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (!endless && at >= body->len)
        return MHD_CONTENT_READER_END_OF_STREAM;
    const gsize from = (gsize)(endless ? at % body->len : at);
    const gsize length = MIN(room, (from < middle ? middle : body->len) - from);
    memcpy(block, body->str + from, length);
    exchange->paused = exchange->paused && !endless;
    return (ssize_t)length;
}

/* Sends bytes that libmicrohttpd would never send. Impossible under TLS. */
static void send_raw(const struct exchange *exchange)
{
    const struct response *response = exchange->response;
    g_autoptr(GString) bytes = g_string_new("perch-demo-org: these bytes are no HTTP at all\r\n");
    if (response->wire == WIRE_CUT_HEAD) {
        g_string_printf(bytes, "HTTP/1.1 %u OK\r\n", response->status);
        for (guint i = 0; i < response->headers->len; i++) {
            const struct pair *pair = &g_array_index(response->headers, struct pair, i);
            g_string_append_printf(bytes, "%s: %s\r\n", pair->name, pair->value);
        }
        g_string_truncate(bytes, bytes->len / 2);
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!exchange->server->tls)
        send(info->connect_fd, bytes->str, bytes->len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Sends an answer that ends early. MHD_NO closes the connection. */
static enum MHD_Result send_broken(struct exchange *exchange)
{
    const struct response *response = exchange->response;
    if (response->wire == WIRE_CLOSE || exchange->raw_sent)
        return MHD_NO;
    send_raw(exchange);
    exchange->raw_sent = true;
    if (response->pause_ms == 0 || exchange->server->stopping)
        return MHD_NO;
    wait_for(exchange, response->pause_ms);
    return MHD_YES;
}

static struct MHD_Response *make_answer(struct exchange *exchange)
{
    const struct response *response = exchange->response;
    enum { BLOCK = 4096 };
    if (response->wire == WIRE_ENDLESS)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_body, exchange,
                                                 NULL);
    if (response->wire == WIRE_CUT_BODY || response->pause_ms > 0)
        return MHD_create_response_from_callback(response->body->len, BLOCK, read_body, exchange,
                                                 NULL);
    return MHD_create_response_from_buffer(response->body->len, response->body->str,
                                           MHD_RESPMEM_MUST_COPY);
}

/* The only place that sends answers. */
static enum MHD_Result send_response(struct exchange *exchange)
{
    struct response *response = exchange->response;
    if (response->wire == WIRE_CLOSE || response->wire == WIRE_CUT_HEAD ||
        response->wire == WIRE_GARBAGE)
        return send_broken(exchange);
    struct MHD_Response *answer = make_answer(exchange);
    for (guint i = 0; i < response->headers->len; i++) {
        const struct pair *pair = &g_array_index(response->headers, struct pair, i);
        MHD_add_response_header(answer, pair->name, pair->value);
    }
    enum MHD_Result result = MHD_queue_response(exchange->connection, response->status, answer);
    MHD_destroy_response(answer);
    return result;
}

static enum MHD_Result add_header(void *data, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    request_add_header(data, name, value != NULL ? value : "");
    return MHD_YES;
}

static char *peer_address(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return g_strdup(info->client_addr->sa_family == AF_INET6 ? "::1" : "127.0.0.1");
}

static enum MHD_Result answer(struct exchange *exchange)
{
    struct request *request = exchange->request;
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_header, request);
    request->remote = peer_address(exchange->connection);
    request->tls = exchange->server->tls;
    request_complete(request);
    exchange->response = response_new();
    if (exchange->too_large)
        response_text(exchange->response, 413, "text/plain", "Request Entity Too Large");
    else
        faults_route(exchange->server->state, request, exchange->response);
    if (!g_str_has_prefix(request->path, "/_demo/")) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        log_add(exchange->server->state, request, exchange->response,
                (gint64)GPOINTER_TO_SIZE(info->socket_context));
    }
    if (exchange->response->delay_ms == 0)
        return send_response(exchange);
    wait_for(exchange, exchange->response->delay_ms);
    return MHD_YES;
}

static void *on_request_line(void *data, const char *target, struct MHD_Connection *connection)
{
    struct exchange *exchange = g_new0(struct exchange, 1);
    exchange->server = data;
    exchange->connection = connection;
    exchange->request = request_new(target);
    return exchange;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *body,
                                  size_t *body_size, void **place)
{
    (void)data;
    (void)connection;
    (void)url;
    struct exchange *exchange = *place;
    struct request *request = exchange->request;
    if (request->method == NULL) {
        /* First of several calls: the headers are complete, the body is not. */
        request->method = g_strdup(method);
        request->version = g_strdup(version);
        return MHD_YES;
    }
    if (*body_size > 0) {
        exchange->too_large |= request->body->len + *body_size > BODY_MAX;
        if (!exchange->too_large)
            g_string_append_len(request->body, body, (gssize)*body_size);
        *body_size = 0;
        return MHD_YES;
    }
    return exchange->response != NULL ? send_response(exchange) : answer(exchange);
}

static void on_completed(void *data, struct MHD_Connection *connection, void **place,
                         enum MHD_RequestTerminationCode code)
{
    (void)data;
    (void)connection;
    (void)code;
    struct exchange *exchange = *place;
    if (exchange == NULL)
        return;
    if (exchange->timer != 0) {
        g_source_remove(exchange->timer);
        g_ptr_array_remove_fast(exchange->server->waiting, exchange);
    }
    request_free(exchange->request);
    response_free(exchange->response);
    g_free(exchange);
    *place = NULL;
}

static void on_connection(void *data, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    (void)connection;
    Server *server = data;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *context = GSIZE_TO_POINTER((gsize)++server->connections);
}

static enum MHD_Result on_accept(void *data, const struct sockaddr *address, socklen_t length)
{
    (void)address;
    (void)length;
    return faults_refuse(((Server *)data)->state) ? MHD_NO : MHD_YES;
}

/* A listening socket of one loopback address; -1 and errno. */
static int listen_on(int family, guint16 port)
{
    struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const int on = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int bound;
    if (family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        bound = bind(fd, (const struct sockaddr *)&v6, sizeof v6);
    } else {
        bound = bind(fd, (const struct sockaddr *)&v4, sizeof v4);
    }
    if (bound == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    const int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static guint16 port_of(int fd)
{
    struct sockaddr_in6 address = {0}; /* the port is at the same offset in both families */
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        return 0;
    return ntohs(address.sin6_port);
}

/* Listens on both families on one port, or on one family if the machine lacks the other. */
static bool listen_both(guint16 port, int ret_fds[FAMILIES], guint16 *ret_port)
{
    for (int try = 0; try < (port == 0 ? PORT_TRIES : 1); try++) {
        ret_fds[0] = listen_on(AF_INET, port);
        if (ret_fds[0] < 0 && errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT)
            return false;
        *ret_port = ret_fds[0] < 0 ? port : port_of(ret_fds[0]);
        ret_fds[1] = listen_on(AF_INET6, *ret_port);
        if (ret_fds[0] < 0) {
            *ret_port = ret_fds[1] < 0 ? 0 : port_of(ret_fds[1]);
            return ret_fds[1] >= 0;
        }
        if (ret_fds[1] >= 0 || errno != EADDRINUSE)
            return true;
        close(ret_fds[0]);
        errno = EADDRINUSE;
    }
    return false;
}

static struct MHD_Daemon *start_daemon(Server *server, int fd, int family,
                                       const struct server_options *options)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(guintptr)options->tls_key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(guintptr)options->tls_cert},
        {MHD_OPTION_END, 0, NULL}};
    if (options->tls_cert != NULL)
        flags |= MHD_USE_TLS;
    if (family == AF_INET6)
        flags |= MHD_USE_IPv6;
    return MHD_start_daemon(flags, 0, on_accept, server, on_request, server,
                            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
                            on_request_line, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                            NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_ARRAY,
                            options->tls_cert != NULL ? tls : tls + 2, MHD_OPTION_END);
}

Server *server_new(struct state *state, const struct server_options *options, GError **error)
{
    static const int families[FAMILIES] = {AF_INET, AF_INET6};
    int fds[FAMILIES];
    guint16 port;
    if (!listen_both(options->port, fds, &port)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_NETWORK,
                    "Port %u of this machine cannot be listened on: %s. Choose another --port.",
                    options->port, g_strerror(errno));
        return NULL;
    }
    Server *server = g_new0(Server, 1);
    server->state = state;
    server->port = port;
    server->tls = options->tls_cert != NULL;
    server->waiting = g_ptr_array_new();
    for (int i = 0; i < FAMILIES; i++) {
        if (fds[i] < 0)
            continue;
        server->daemons[i] = start_daemon(server, fds[i], families[i], options);
        if (server->daemons[i] == NULL) {
            g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                                "The web server did not start. Check the files of --tls-cert and "
                                "--tls-key.");
            close(fds[i]);
            server_free(server);
            return NULL;
        }
        server->sources[i] = source_new(server->daemons[i]);
    }
    return server;
}

void server_free(Server *server)
{
    if (server == NULL)
        return;
    server->stopping = true;
    while (server->waiting->len > 0) {
        struct exchange *exchange = g_ptr_array_index(server->waiting, 0);
        g_source_remove(exchange->timer);
        on_delay_over(exchange);
    }
    for (int i = 0; i < FAMILIES; i++) {
        if (server->sources[i] != NULL) {
            g_source_destroy(server->sources[i]);
            g_source_unref(server->sources[i]);
        }
        if (server->daemons[i] != NULL)
            MHD_stop_daemon(server->daemons[i]);
    }
    g_ptr_array_unref(server->waiting);
    g_free(server);
}

guint16 server_port(const Server *server)
{
    return server->port;
}
