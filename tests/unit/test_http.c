/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "perch/base/clock.h"
#include "perch/net/http.h"
#include "support/http_client.h"
#include "support/net_server.h"

#define HELLO                                                \
    "HTTP/1.1 200 OK\r\nServer: first\r\nserver: second\r\n" \
    "Set-Cookie: sid=1\r\nContent-Length: 5\r\n\r\nhello"
/* "hello hello hello", compressed with gzip -n */
static const char gzipped[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 28\r\n"
                              "\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9"
                              "\xc9\x57\xc8\x40\x90\x00\x80\x88\xf9\xe5\x11\x00\x00\x00";
static const char broken_gzip[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                                  "Content-Length: 9\r\n\r\nnot gzip.";

static const struct net_route routes[] = {
    {"/hello", HELLO, 0, NET_KEEP},
    {"/close", HELLO, 0, NET_CLOSE},
    {"/created", "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", 0, NET_KEEP},
    {"/none", "HTTP/1.1 204 No Content\r\n\r\n", 0, NET_KEEP},
    {"/401", "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Token\r\nContent-Length: 2\r\n\r\n[]",
     0, NET_KEEP},
    {"/bearer401",
     "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 2\r\n\r\n[]", 0,
     NET_KEEP},
    {"/moved", "HTTP/1.1 302 Found\r\nLocation: /hello\r\nContent-Length: 0\r\n\r\n", 0, NET_KEEP},
    {"/continue", "HTTP/1.1 100 Continue\r\n\r\n" HELLO, 0, NET_KEEP},
    {"/nothing", "", 0, NET_CLOSE},
    {"/reset", "", 0, NET_RESET},
    {"/cut-head", "HTTP/1.1 200 OK\r\nContent-Le", 0, NET_CLOSE},
    {"/cut-body", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", 0, NET_CLOSE},
    {"/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhello", 0,
     NET_CLOSE},
    {"/silent", "", 0, NET_HANG},
    {"/slow-body", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", 0, NET_HANG},
    {"/large", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhello", 0, NET_HANG},
    {"/endless", "HTTP/1.1 200 OK\r\n\r\n" HELLO, 0, NET_REPEAT},
    {"/head-endless", "HTTP/1.1 200 OK\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 0,
     NET_REPEAT},
    {"/gzip-broken", broken_gzip, sizeof broken_gzip - 1, NET_KEEP},
    {"/gzip", gzipped, sizeof gzipped - 1, NET_KEEP},
    {"/ssh", "SSH-2.0-OpenSSH_9.2\r\n", 0, NET_CLOSE},
    {NULL, NULL, 0, NET_CLOSE},
};

struct fixture {
    NetServer *server;
    guint16 port;
    Http *http;
};

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    write_network_json(NULL);
    fixture->server = net_server_new(routes, &fixture->port);
    fixture->http = http_new(NULL);
    *state = fixture;
    return fixture->http == NULL;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    http_free(fixture->http);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    net_server_free(fixture->server);
    g_free(fixture);
    return 0;
}

static struct got run(struct fixture *fixture, const char *method, const char *path,
                      const char *body)
{
    g_autofree char *url = local_url(fixture->port, path);
    HttpRequest *request = http_request_new(method, url);
    g_autoptr(Secret) secret = secret_new(body);
    if (body != NULL)
        http_request_body(request, "application/json", secret);
    http_request_timeout(request, 5000);
    return http_run(fixture->http, request);
}

static guint count_requests(struct fixture *fixture)
{
    g_autoptr(GPtrArray) requests = net_server_requests(fixture->server);
    return requests->len;
}

static void http__get__answered(void **state)
{
    struct fixture *fixture = *state;
    gint64 before = clock_wall_ms();
    struct got got = run(fixture, "GET", "/hello", NULL);
    assert_int_equal(got.end, HTTP_ANSWERED);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, "hello");
    assert_int_equal(got.body_length, 5);
    assert_string_equal(got.detail, "");
    assert_string_equal(got.server, "second");
    assert_string_equal(got.ip, "127.0.0.1");
    assert_int_equal(got.timing.new_connections, 1);
    assert_true(got.timing.connect_ms >= -1 && got.timing.total_ms >= got.timing.connect_ms);
    assert_int_equal(got.timing.tls_ms, -1);
    assert_string_equal(got.tls.version, "");
    assert_true(got.sent_ms >= before && got.received_ms >= got.sent_ms);
    assert_true(got.received_ms <= clock_wall_ms());
    got_clear(&got);
}

static void http__post__exact_bytes(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *url = local_url(fixture->port, "/created?a=b%20c#part");
    HttpRequest *request = http_request_new("PATCH", url);
    g_autoptr(Secret) body = secret_new("{\"LastName\":\"x\"}");
    g_autoptr(Secret) token = secret_new("00Dxx!token");
    http_request_body(request, "application/json", body);
    http_request_bearer(request, token);
    http_request_header(request, "Sforce-Auto-Assign", "FALSE");
    struct got got = http_run(fixture->http, request);
    assert_int_equal(got.status, 201);
    got_clear(&got);
    g_autoptr(GPtrArray) requests = net_server_requests(fixture->server);
    g_autofree char *encodings = NULL;
    const char *accepted = strstr(requests->pdata[0], "Accept-Encoding: ");
    assert_non_null(accepted);
    encodings = g_strndup(accepted, strcspn(accepted, "\r"));
    assert_non_null(strstr(encodings, "gzip"));
    const char *agent = strstr(requests->pdata[0], "User-Agent: perch/");
    assert_non_null(agent);
    g_autofree char *agent_line = g_strndup(agent, strcspn(agent, "\r"));
    g_autofree char *wanted = g_strdup_printf("PATCH /created?a=b%%20c HTTP/1.1\r\n"
                                              "Host: 127.0.0.1:%u\r\n"
                                              "Authorization: Bearer 00Dxx!token\r\n"
                                              "%s\r\n"
                                              "Accept: */*\r\n"
                                              "%s\r\n"
                                              "Content-Type: application/json\r\n"
                                              "Sforce-Auto-Assign: FALSE\r\n"
                                              "Content-Length: 16\r\n\r\n"
                                              "{\"LastName\":\"x\"}",
                                              fixture->port, agent_line, encodings);
    assert_string_equal(requests->pdata[0], wanted);
}

struct end_case {
    const char *method, *path;
    enum http_end end;
    long status;
};

static void http__every_end__mapped(void **state)
{
    static const struct end_case cases[] = {
        {"HEAD", "/hello", HTTP_ANSWERED, 200},
        {"DELETE", "/none", HTTP_ANSWERED, 204},
        {"OPTIONS", "/none", HTTP_ANSWERED, 204},
        {"POST", "/none", HTTP_ANSWERED, 204},
        {"GET", "/401", HTTP_ANSWERED, 401},
        {"GET", "/moved", HTTP_ANSWERED, 302},
        {"GET", "/continue", HTTP_ANSWERED, 200},
        {"GET", "/nothing", HTTP_CUT, 0},
        {"GET", "/reset", HTTP_CUT, 0},
        {"GET", "/cut-head", HTTP_CUT, 0},
        {"GET", "/cut-body", HTTP_CUT, 0},
        {"GET", "/cut-chunk", HTTP_CUT, 0},
        {"GET", "/ssh", HTTP_BAD_ANSWER, 0},
        {"GET", "/gzip-broken", HTTP_BAD_ANSWER, 0},
        {"GET", "/head-endless", HTTP_TOO_LARGE, 0},
    };
    struct fixture *fixture = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct got got = run(fixture, cases[i].method, cases[i].path, NULL);
        if (got.end != cases[i].end || got.status != cases[i].status)
            fail_msg("%s %s: end %d, status %ld, %s", cases[i].method, cases[i].path, got.end,
                     got.status, got.detail);
        if (got.end != HTTP_ANSWERED) {
            assert_string_equal(got.body, "");
            assert_string_not_equal(got.detail, "");
            assert_true(got.sent_ms > 0);
        }
        got_clear(&got);
    }
    /* nothing asked twice, but GET /nothing: it came on a kept connection and changes nothing */
    assert_int_equal(count_requests(fixture), G_N_ELEMENTS(cases) + 1);
}

static void http__refused_connection__nothing_sent(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *url = local_url(closed_port(), "/");
    struct got got = http_get(fixture->http, url);
    assert_int_equal(got.end, HTTP_CONNECT);
    assert_int_equal(got.sent_ms, 0);
    assert_int_equal(got.timing.first_byte_ms, -1);
    assert_string_not_equal(got.detail, "");
    got_clear(&got);
}

static void http__no_answer_in_time__may_be_processed(void **state)
{
    static const char *const paths[] = {"/silent", "/slow-body"};
    struct fixture *fixture = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *url = local_url(fixture->port, paths[i]);
        HttpRequest *request = http_request_new("GET", url);
        http_request_timeout(request, 200);
        struct got got = http_run(fixture->http, request);
        assert_int_equal(got.end, HTTP_TIMEOUT_ANSWER);
        assert_true(got.sent_ms > 0);
        got_clear(&got);
    }
}

/* A socket whose queue is full: the kernel drops further connection attempts. */
static void http__no_connection_in_time__not_processed(void **state)
{
    struct fixture *fixture = *state;
    g_autoptr(GSocket) full =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    assert_true(g_socket_bind(full, any, FALSE, NULL));
    assert_int_equal(listen(g_socket_get_fd(full), 0), 0);
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(full, NULL);
    GSocket *fillers[4];
    for (gsize i = 0; i < G_N_ELEMENTS(fillers); i++) {
        fillers[i] =
            g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
        g_socket_set_blocking(fillers[i], FALSE);
        g_socket_connect(fillers[i], bound, NULL, NULL);
    }
    guint16 port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    g_autofree char *url = local_url(port, "/");
    HttpRequest *request = http_request_new("POST", url);
    http_request_timeout(request, 300);
    struct got got = http_run(fixture->http, request);
    assert_int_equal(got.end, HTTP_TIMEOUT_CONNECT);
    assert_int_equal(got.sent_ms, 0);
    got_clear(&got);
    for (gsize i = 0; i < G_N_ELEMENTS(fillers); i++)
        g_object_unref(fillers[i]);
}

static void http__larger_than_cap__stopped(void **state)
{
    static const struct {
        const char *path;
        gsize cap;
        enum http_end end;
    } cases[] = {
        {"/large", 1000, HTTP_TOO_LARGE}, {"/endless", 100000, HTTP_TOO_LARGE},
        {"/gzip", 16, HTTP_TOO_LARGE},    {"/gzip", 28, HTTP_ANSWERED},
        {"/hello", 4, HTTP_TOO_LARGE},    {"/hello", 5, HTTP_ANSWERED},
    };
    struct fixture *fixture = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *url = local_url(fixture->port, cases[i].path);
        HttpRequest *request = http_request_new("GET", url);
        http_request_cap(request, cases[i].cap);
        struct got got = http_run(fixture->http, request);
        assert_int_equal(got.end, cases[i].end);
        got_clear(&got);
    }
}

static void http__compressed__decoded(void **state)
{
    struct got got = run(*state, "GET", "/gzip", NULL);
    assert_string_equal(got.body, "hello hello hello");
    got_clear(&got);
}

static void http__redirect_and_cookie__left_alone(void **state)
{
    struct fixture *fixture = *state;
    struct got moved = run(fixture, "GET", "/moved", NULL);
    got_clear(&moved);
    struct got first = run(fixture, "GET", "/hello", NULL);
    got_clear(&first);
    struct got second = run(fixture, "GET", "/hello", NULL);
    got_clear(&second);
    g_autoptr(GPtrArray) requests = net_server_requests(fixture->server);
    assert_int_equal(requests->len, 3);
    assert_null(strcasestr(requests->pdata[2], "\r\ncookie:"));
}

static void http__five_in_a_row__one_connection(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 5; i++) {
        struct got got =
            run(fixture, i % 2 == 0 ? "GET" : "POST", "/hello", i % 2 == 0 ? NULL : "{}");
        assert_int_equal(got.end, HTTP_ANSWERED);
        assert_int_equal(got.timing.new_connections, i == 0);
        assert_int_equal(got.timing.connect_ms > 0, got.timing.connect_ms > 0 && i == 0);
        got_clear(&got);
    }
    assert_int_equal(net_server_connections(fixture->server), 1);
    assert_int_equal(http_totals(fixture->http).requests, 5);
    assert_int_equal(http_totals(fixture->http).connections, 1);
}

static void http__five_at_once__one_connection(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *url = local_url(fixture->port, "/hello");
    struct got got[5] = {0};
    for (gsize i = 0; i < 5; i++)
        http_send(fixture->http, http_request_new("GET", url), NULL, got_fill, &got[i]);
    for (gsize i = 0; i < 5; i++) {
        wait_for_count(&got[i].calls, 1);
        assert_int_equal(got[i].end, HTTP_ANSWERED);
        got_clear(&got[i]);
    }
    assert_int_equal(net_server_connections(fixture->server), 1);
}

/* Over HTTP/1.1 a second request waits until the first is through, instead of a second handshake.
 */
static void http__two_at_once__take_turns(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *slow_url = local_url(fixture->port, "/slow-body");
    g_autofree char *url = local_url(fixture->port, "/hello");
    struct got first = http_get(fixture->http, url); /* from now on libcurl knows it is HTTP/1.1 */
    got_clear(&first);
    struct got slow = {0}, got = {0};
    HttpRequest *request = http_request_new("GET", slow_url);
    http_request_timeout(request, 300);
    http_send(fixture->http, request, NULL, got_fill, &slow);
    http_send(fixture->http, http_request_new("GET", url), NULL, got_fill, &got);
    wait_for_count(&got.calls, 1);
    assert_int_equal(got.end, HTTP_ANSWERED);
    assert_int_equal(slow.calls, 1);
    assert_int_equal(slow.end, HTTP_TIMEOUT_ANSWER);
    got_clear(&got);
    got_clear(&slow);
}

/* The time spent waiting counts: the second request gives up without having been sent. */
static void http__waiting_for_a_turn__times_out(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *slow_url = local_url(fixture->port, "/slow-body");
    g_autofree char *url = local_url(fixture->port, "/hello");
    struct got slow = {0}, got = {0};
    http_send(fixture->http, http_request_new("GET", slow_url), NULL, got_fill, &slow);
    HttpRequest *request = http_request_new("POST", url);
    http_request_timeout(request, 100);
    http_send(fixture->http, request, NULL, got_fill, &got);
    wait_for_count(&got.calls, 1);
    assert_int_equal(got.end, HTTP_TIMEOUT_CONNECT);
    assert_int_equal(got.sent_ms, 0);
    assert_int_equal(slow.calls, 0);
    got_clear(&got);
    g_clear_pointer(&fixture->http, http_free);
    wait_for_count(&slow.calls, 1);
    got_clear(&slow);
}

/* The server closed a kept connection meanwhile: nothing was sent on it, so all is well. */
static void http__kept_connection_closed__new_one(void **state)
{
    struct fixture *fixture = *state;
    struct got first = run(fixture, "GET", "/close", NULL);
    got_clear(&first);
    net_server_hang_up(fixture->server);
    struct got got = run(fixture, "POST", "/created", "{}");
    assert_int_equal(got.end, HTTP_ANSWERED);
    assert_int_equal(got.timing.new_connections, 1);
    got_clear(&got);
    assert_int_equal(count_requests(fixture), 2);
}

/* The server took the request on a kept connection and died: sending it again could insert the
 * same record twice. */
static void http__change_lost_on_kept_connection__sent_once(void **state)
{
    static const char *const methods[] = {"POST", "PATCH", "DELETE"};
    struct fixture *fixture = *state;
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        struct got first = run(fixture, "GET", "/hello", NULL);
        got_clear(&first);
        struct got got = run(fixture, methods[i], i == 1 ? "/reset" : "/nothing",
                             i < 2 ? "{\"LastName\":\"x\"}" : NULL);
        assert_int_equal(got.end, HTTP_CUT);
        assert_string_not_equal(got.detail, "");
        got_clear(&got);
        assert_int_equal(count_requests(fixture), 2 * (i + 1));
    }
}

static void http__unauthorized_post__answered(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *url = local_url(fixture->port, "/bearer401");
    HttpRequest *request = http_request_new("POST", url);
    g_autoptr(Secret) body = secret_new("{}");
    g_autoptr(Secret) token = secret_new("expired");
    http_request_body(request, "application/json", body);
    http_request_bearer(request, token);
    struct got got = http_run(fixture->http, request);
    assert_int_equal(got.end, HTTP_ANSWERED);
    assert_int_equal(got.status, 401);
    assert_string_equal(got.body, "[]");
    got_clear(&got);
    assert_int_equal(count_requests(fixture), 1);
}

struct carrier {
    int socket;
    int answers;
};

static void carry_back(const struct http_response *response, gpointer user)
{
    struct carrier *carrier = user;
    http_carried_answer(carrier->socket, response);
    carrier->answers++;
}

/* Whoever sends it for another process waits as long as that one would have. */
static void http__carried_without_answer__ends_in_the_requests_time(void **state)
{
    struct fixture *fixture = *state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    g_autofree char *url = local_url(fixture->port, "/silent");
    HttpRequest *request = http_request_new("POST", url);
    http_request_timeout(request, 200);
    http_request_via(request, ends[0]);
    struct got got = {0};
    http_send(fixture->http, request, NULL, got_fill, &got);
    struct carrier carrier = {.socket = ends[1]};
    http_send(fixture->http, http_carried_request(ends[1]), NULL, carry_back, &carrier);
    wait_for_count(&carrier.answers, 1);
    wait_for_count(&got.calls, 1);
    assert_int_equal(got.end, HTTP_TIMEOUT_ANSWER);
    got_clear(&got);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    g_autofree char *home = private_home();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(http__get__answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__post__exact_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__every_end__mapped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__refused_connection__nothing_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__no_answer_in_time__may_be_processed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(http__no_connection_in_time__not_processed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(http__larger_than_cap__stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__compressed__decoded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__redirect_and_cookie__left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__five_in_a_row__one_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__five_at_once__one_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__two_at_once__take_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__waiting_for_a_turn__times_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__kept_connection_closed__new_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__change_lost_on_kept_connection__sent_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(http__unauthorized_post__answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(http__carried_without_answer__ends_in_the_requests_time,
                                        set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_tree(home);
    return failed;
}
