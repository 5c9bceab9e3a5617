/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "support/http_client.h"
#include "support/net_server.h"
#include "support/recorder.h"

static const struct net_route routes[] = {
    {"/", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, NET_KEEP},
    {NULL, NULL, 0, NET_CLOSE},
};

static void recorder__requests__exact(void **state)
{
    (void)state;
    guint16 server_port = 0, port = 0;
    NetServer *server = net_server_new(routes, &server_port);
    Recorder *recorder = recorder_new(server_port, &port);
    g_autofree char *settings =
        g_strdup_printf("{\"connect_to\": [\"localhost:%u:127.0.0.1:%u\"]}", server_port, port);
    write_network_json(settings);
    Http *http = http_new(NULL);
    assert_non_null(http);
    g_autofree char *url = g_strdup_printf("http://localhost:%u/one", server_port);
    g_autofree char *large = g_strnfill(100000, 'x');
    g_autoptr(Secret) body = secret_new(large);
    for (int i = 0; i < 3; i++) {
        HttpRequest *request = http_request_new(i == 1 ? "POST" : "GET", url);
        if (i == 1)
            http_request_body(request, "text/plain", body);
        struct got got = http_run(http, request);
        assert_int_equal(got.status, 200);
        assert_string_equal(got.body, "hello");
        got_clear(&got);
    }
    g_autoptr(GPtrArray) sent = net_server_requests(server);
    g_autoptr(GPtrArray) recorded = recorder_requests(recorder);
    assert_int_equal(recorded->len, 3);
    assert_int_equal(recorder_connections(recorder), 1);
    for (guint i = 0; i < 3; i++)
        assert_string_equal(recorded->pdata[i], sent->pdata[i]);
    g_autofree char *host = g_strdup_printf("\r\nHost: localhost:%u\r\n", server_port);
    assert_contains((const char *)recorded->pdata[0], host);
    assert_true(g_str_has_suffix(recorded->pdata[1], large));
    http_free(http);
    recorder_free(recorder);
    net_server_free(server);
}

/* Ends while a connection is open, and with a target that is not there. */
static void recorder__free__at_any_time(void **state)
{
    (void)state;
    guint16 server_port = 0, port = 0;
    NetServer *server = net_server_new(routes, &server_port);
    Recorder *recorder = recorder_new(server_port, &port);
    write_network_json(NULL);
    Http *http = http_new(NULL);
    g_autofree char *url = local_url(port, "/");
    struct got got = http_get(http, url);
    assert_int_equal(got.status, 200);
    got_clear(&got);
    recorder_free(recorder);
    http_free(http);
    net_server_free(server);
    recorder = recorder_new(unused_port(), &port);
    http = http_new(NULL);
    g_autofree char *nowhere = local_url(port, "/");
    got = http_get(http, nowhere);
    assert_int_equal(got.end, HTTP_CUT);
    got_clear(&got);
    http_free(http);
    recorder_free(recorder);
}

int main(void)
{
    g_autofree char *home = private_home();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorder__requests__exact),
        cmocka_unit_test(recorder__free__at_any_time),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_tree(home);
    return failed;
}
