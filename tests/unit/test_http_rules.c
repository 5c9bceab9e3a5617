/* SPDX-License-Identifier: MIT */
/* What may be asked, through whom, with which settings; and how a transfer is ended early. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/http_private.h"
#include "perch/base/error.h"
#include "perch/net/failure.h"
#include "perch/net/http.h"
#include "support/http_client.h"
#include "support/net_server.h"

static const struct net_route routes[] = {
    {"/hello", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, NET_KEEP},
    {"/silent", "", 0, NET_HANG},
    {"/slow", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", 0, NET_HANG},
    {"refuse.example:443", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 0, NET_KEEP},
    {"password.example:443",
     "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", 0, NET_KEEP},
    {NULL, NULL, 0, NET_CLOSE},
};

/* Errors of libcurl's by number: those of newer ones too, and one that nobody knows yet. */
static void curl_error__table(void **state)
{
    (void)state;
    static const struct {
        int code;
        enum http_end unsent, sent;
    } rows[] = {
        {CURLE_COULDNT_CONNECT, HTTP_CONNECT, HTTP_CUT},
        {CURLE_RECV_ERROR, HTTP_CONNECT, HTTP_CUT},
        {CURLE_GOT_NOTHING, HTTP_CONNECT, HTTP_CUT},
        {CURLE_PEER_FAILED_VERIFICATION, HTTP_TLS, HTTP_CUT},
        {100, HTTP_TOO_LARGE, HTTP_TOO_LARGE}, /* since 8.6: too many headers */
        {101, HTTP_TLS, HTTP_CUT},             /* since 8.8 */
        {CURLE_OUT_OF_MEMORY, HTTP_UNKNOWN, HTTP_UNKNOWN},
        {4711, HTTP_UNKNOWN, HTTP_UNKNOWN},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(http_end_of_code(rows[i].code, false), rows[i].unsent);
        assert_int_equal(http_end_of_code(rows[i].code, true), rows[i].sent);
    }
    struct http_response response = {.end = HTTP_UNKNOWN, .detail = "libcurl error 4711: x"};
    struct failure failure;
    failure_from_response(&failure, STAGE_TOKEN, &response);
    struct diagnosis *diagnosis = explain(&failure);
    assert_int_equal(diagnosis->cause, CAUSE_UNKNOWN);
    assert_string_equal(failure.message, "libcurl error 4711: x");
    diagnosis_free(diagnosis);
    failure_clear(&failure);
}

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

static void url__not_allowed__refused(void **state)
{
    static const char *const urls[] = {
        "",
        "login.salesforce.com",
        "http://example.com/",
        "http://login.salesforce.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/",
        "http://127.0.0.1\\@example.com/",
        "http://example.com#@127.0.0.1/",
        "http://example.com/127.0.0.1",
        "http://128.0.0.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::2]/",
        "http://[::ffff:10.0.0.1]/",
        "http://notlocalhost/",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://127.0.0.1/",
    };
    struct fixture *fixture = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        struct got got = http_get(fixture->http, urls[i]);
        if (got.end != HTTP_REFUSED_URL)
            fail_msg("%s was asked: %d %s", urls[i], got.end, got.detail);
        assert_int_equal(got.sent_ms, 0);
        got_clear(&got);
    }
    struct got got = http_get(fixture->http, NULL);
    assert_int_equal(got.end, HTTP_REFUSED_URL);
    got_clear(&got);
}

static void url__loopback__asked(void **state)
{
    static const char *const formats[] = {"http://127.0.0.1:%u/hello", "http://localhost:%u/hello",
                                          "HTTP://LOCALHOST:%u/hello", "http://127.1:%u/hello"};
    struct fixture *fixture = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_auto(GStrv) parts = g_strsplit(formats[i], "%u", 2);
        g_autofree char *url = g_strdup_printf("%s%u%s", parts[0], fixture->port, parts[1]);
        struct got got = http_get(fixture->http, url);
        assert_int_equal(got.status, 200);
        got_clear(&got);
    }
    static const char *const others[] = {"http://127.8.9.10:%u/", "http://[::1]:%u/"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_auto(GStrv) parts = g_strsplit(others[i], "%u", 2);
        g_autofree char *url = g_strdup_printf("%s%u%s", parts[0], closed_port(), parts[1]);
        struct got got = http_get(fixture->http, url);
        assert_int_equal(got.end, HTTP_CONNECT); /* allowed, only nobody is there */
        got_clear(&got);
    }
}

static void request__line_break__refused(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *url = local_url(fixture->port, "/hello");
    g_autoptr(Secret) broken = secret_new("token\r\nX-Evil: 1");
    for (int i = 0; i < 4; i++) {
        HttpRequest *request = http_request_new("POST", url);
        if (i == 0)
            http_request_header(request, "X-Name", "a\r\nX-Evil: 1");
        else if (i == 1)
            http_request_header(request, "X-Evil: 1\r\nX-Name", "a");
        else if (i == 2)
            http_request_bearer(request, broken);
        else
            http_request_body(request, "text/plain\nX-Evil: 1", NULL);
        struct got got = http_run(fixture->http, request);
        assert_int_equal(got.end, HTTP_REFUSED_URL);
        got_clear(&got);
    }
    assert_int_equal(net_server_connections(fixture->server), 0);
}

static void cancel__before__nothing_sent(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *url = local_url(fixture->port, "/hello");
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_cancellable_cancel(cancellable);
    struct got got = {0};
    http_send(fixture->http, http_request_new("GET", url), cancellable, got_fill, &got);
    assert_int_equal(got.calls, 0);
    wait_for_count(&got.calls, 1);
    assert_int_equal(got.end, HTTP_CANCELLED);
    assert_int_equal(net_server_connections(fixture->server), 0);
    got_clear(&got);
}

/* Iterates until the server holds so many requests. */
static void wait_for_requests(struct fixture *fixture, guint wanted)
{
    gint64 deadline = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
    for (guint count = 0; count < wanted;) {
        assert_true(g_get_monotonic_time() < deadline);
        g_main_context_iteration(NULL, FALSE);
        g_autoptr(GPtrArray) requests = net_server_requests(fixture->server);
        count = requests->len;
    }
}

static void cancel__midway__called_once_and_later(void **state)
{
    static const char *const paths[] = {"/silent", "/slow"};
    struct fixture *fixture = *state;
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *url = local_url(fixture->port, paths[i]);
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        struct got got = {0};
        http_send(fixture->http, http_request_new("POST", url), cancellable, got_fill, &got);
        wait_for_requests(fixture, i + 1);
        g_cancellable_cancel(cancellable);
        assert_int_equal(got.calls, 0);
        wait_for_count(&got.calls, 1);
        assert_int_equal(got.end, HTTP_CANCELLED);
        assert_true(got.sent_ms > 0);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
        assert_int_equal(got.calls, 1);
        got_clear(&got);
    }
    g_autofree char *url = local_url(fixture->port, "/hello");
    struct got got = http_get(fixture->http, url);
    assert_int_equal(got.status, 200);
    got_clear(&got);
}

static void free__midway__all_cancelled(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *silent = local_url(fixture->port, "/silent");
    struct got got[3] = {0};
    for (int i = 0; i < 3; i++)
        http_send(fixture->http, http_request_new("GET", silent), NULL, got_fill, &got[i]);
    struct got refused = {0};
    http_send(fixture->http, http_request_new("GET", "ftp://x/"), NULL, got_fill, &refused);
    wait_for_requests(fixture, 1);
    g_clear_pointer(&fixture->http, http_free);
    for (int i = 0; i < 3; i++)
        assert_int_equal(got[i].calls, 0);
    for (int i = 0; i < 3; i++) {
        wait_for_count(&got[i].calls, 1);
        assert_int_equal(got[i].end, HTTP_CANCELLED);
        got_clear(&got[i]);
    }
    wait_for_count(&refused.calls, 1);
    assert_int_equal(refused.end, HTTP_REFUSED_URL);
    got_clear(&refused);
}

static void free__inside_callback__safe(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *hello = local_url(fixture->port, "/hello");
    struct got got[3] = {0};
    got[0].free_then = fixture->http;
    for (int i = 0; i < 3; i++)
        http_send(fixture->http, http_request_new("GET", hello), NULL, got_fill, &got[i]);
    fixture->http = NULL;
    for (int i = 0; i < 3; i++) {
        wait_for_count(&got[i].calls, 1);
        assert_int_equal(got[i].end, i == 0 ? HTTP_ANSWERED : HTTP_CANCELLED);
        got_clear(&got[i]);
    }
}

struct chain {
    struct fixture *fixture;
    int calls;
};

static void send_next(const struct http_response *response, gpointer user)
{
    struct chain *chain = user;
    assert_int_equal(response->end, HTTP_ANSWERED);
    if (++chain->calls == 5)
        return;
    g_autofree char *url = local_url(chain->fixture->port, "/hello");
    http_send(chain->fixture->http, http_request_new("GET", url), NULL, send_next, chain);
}

static void send__inside_callback__works(void **state)
{
    struct chain chain = {*state, 0};
    g_autofree char *url = local_url(chain.fixture->port, "/hello");
    http_send(chain.fixture->http, http_request_new("GET", url), NULL, send_next, &chain);
    wait_for_count(&chain.calls, 5);
    assert_int_equal(net_server_connections(chain.fixture->server), 1);
}

struct proxy_case {
    const char *name, *value, *no_proxy, *url, *wanted;
};

static void proxy__environment__as_libcurl(void **state)
{
    static const struct proxy_case cases[] = {
        {"https_proxy", "http://proxy:3128", NULL, "https://a.example/", "http://proxy:3128"},
        {"HTTPS_PROXY", "proxy:3128", NULL, "https://a.example/", "http://proxy:3128"},
        {"all_proxy", "socks5h://p:1080", NULL, "https://a.example/", "socks5h://p:1080"},
        {"https_proxy", "http://u:p@ss@proxy:1", NULL, "https://a.example/", "http://proxy:1"},
        {"https_proxy", "http://proxy", NULL, "https://localhost:1/", NULL},
        {"https_proxy", "http://proxy", NULL, "http://127.0.0.1:1/", NULL},
        {"https_proxy", "http://proxy", NULL, "https://[::1]/", NULL},
        {"http_proxy", "http://proxy", NULL, "https://a.example/", NULL},
        {"https_proxy", "", NULL, "https://a.example/", NULL},
        {"https_proxy", "http://proxy", "*", "https://a.example/", NULL},
        {"https_proxy", "http://proxy", "b.example, .a.example", "https://x.a.example/", NULL},
        {"https_proxy", "http://proxy", "a.example", "https://a.example/", NULL},
        {"https_proxy", "http://proxy", "example", "https://a.example/", NULL},
        {"https_proxy", "http://proxy", "a.example", "https://ba.example/", "http://proxy"},
        {"https_proxy", "http://proxy", "10.0.0.0/8", "https://10.2.3.4/", NULL},
        {"https_proxy", "http://proxy", "10.0.0.0/8", "https://11.2.3.4/", "http://proxy"},
        {"https_proxy", "http://proxy", NULL, "not an address", NULL},
    };
    struct fixture *fixture = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_setenv(cases[i].name, cases[i].value, TRUE);
        if (cases[i].no_proxy != NULL)
            g_setenv("no_proxy", cases[i].no_proxy, TRUE);
        g_autofree char *proxy = http_proxy_for(fixture->http, cases[i].url);
        g_unsetenv(cases[i].name);
        g_unsetenv("no_proxy");
        if (g_strcmp0(proxy, cases[i].wanted) != 0)
            fail_msg("%s=%s, no_proxy=%s: %s goes through %s", cases[i].name, cases[i].value,
                     cases[i].no_proxy, cases[i].url, proxy);
    }
}

static void proxy__fails__said_so(void **state)
{
    struct fixture *fixture = *state;
    static const char *const urls[] = {"https://refuse.example/", "https://password.example/"};
    g_autofree char *proxy = local_url(fixture->port, "");
    g_setenv("https_proxy", proxy, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
        struct got got = http_get(fixture->http, urls[i]);
        assert_int_equal(got.end, HTTP_PROXY);
        assert_int_equal(got.sent_ms, 0);
        got_clear(&got);
    }
    g_autofree char *absent = local_url(closed_port(), "");
    g_setenv("https_proxy", absent, TRUE);
    struct got got = http_get(fixture->http, "https://a.example/");
    assert_int_equal(got.end, HTTP_PROXY);
    got_clear(&got);
    g_setenv("https_proxy", "http://nosuch.invalid:1", TRUE);
    got = http_get(fixture->http, "https://a.example/");
    assert_int_equal(got.end, HTTP_PROXY);
    got_clear(&got);
    g_unsetenv("https_proxy");
}

struct settings_case {
    const char *text;
    int code; /* -1 = fine */
};

static void settings__table(void **state)
{
    (void)state;
    static const struct settings_case cases[] = {
        {"{}", -1},
        {"{\"proxy\": \"http://proxy:1\", \"connect_to\": [\"a:443:[::1]:1\", \"::127.0.0.1:\"]}",
         -1},
        {"{\"ca_file\": \"/etc/hosts\"}", -1},
        {"", PERCH_ERROR_INPUT},
        {"[]", PERCH_ERROR_INPUT},
        {"{\"proxi\": \"http://proxy:1\"}", PERCH_ERROR_INPUT},
        {"{\"proxy\": 1}", PERCH_ERROR_INPUT},
        {"{\"proxy\": \"\"}", PERCH_ERROR_INPUT},
        {"{\"ca_file\": \"relative.pem\"}", PERCH_ERROR_INPUT},
        {"{\"ca_file\": \"/no/such/file\"}", PERCH_ERROR_FILE},
        {"{\"connect_to\": \"a:1:b:2\"}", PERCH_ERROR_INPUT},
        {"{\"connect_to\": [\"a:1:b\"]}", PERCH_ERROR_INPUT},
        {"{\"connect_to\": [1]}", PERCH_ERROR_INPUT},
        {"{\"connect_to\": [\"a:1:b:2\\n\"]}", PERCH_ERROR_INPUT},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        write_network_json(cases[i].text);
        g_autoptr(GError) error = NULL;
        g_autoptr(Http) http = http_new(&error);
        int code = error == NULL ? -1 : error->code;
        if (code != cases[i].code || (http == NULL) != (error != NULL))
            fail_msg("%s gave %d: %s", cases[i].text, code, error ? error->message : "");
    }
    write_network_json(NULL);
}

static void settings__not_ours__refused(void **state)
{
    (void)state;
    write_network_json("{}");
    g_autofree char *path =
        g_build_filename(g_getenv("XDG_CONFIG_HOME"), "perch", "network.json", NULL);
    static const mode_t modes[] = {0620, 0602, 0666};
    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        chmod(path, modes[i]);
        g_autoptr(GError) error = NULL;
        assert_null(http_new(&error));
        assert_int_equal(error->code, PERCH_ERROR_FILE);
    }
    g_chmod(path, 0644);
    g_autoptr(Http) http = http_new(NULL);
    assert_non_null(http);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 12345, 12345), 0);
        assert_null(http_new(NULL));
    }
    g_unlink(path);
    g_mkdir(path, 0700);
    assert_null(http_new(NULL));
    g_rmdir(path);
}

static void settings__connect_to_and_proxy__used(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *text = g_strdup_printf(
        "{\"proxy\": \"http://127.0.0.1:%u\", \"connect_to\": [\"localhost:81:127.0.0.1:%u\"]}",
        fixture->port, fixture->port);
    write_network_json(text);
    g_autoptr(Http) http = http_new(NULL);
    struct got got = http_get(http, "http://localhost:81/hello");
    assert_int_equal(got.status, 200);
    got_clear(&got);
    g_autoptr(GPtrArray) requests = net_server_requests(fixture->server);
    assert_non_null(strstr(requests->pdata[0], "\r\nHost: localhost:81\r\n"));
    got = http_get(http, "https://refuse.example/");
    assert_int_equal(got.end, HTTP_PROXY);
    got_clear(&got);
}

struct found {
    int calls;
    enum http_end end;
    int addresses, milliseconds;
    char *ip;
};

static void on_lookup(const struct http_lookup *lookup, gpointer user)
{
    struct found *found = user;
    found->calls++;
    found->end = lookup->end;
    found->addresses = lookup->addresses;
    found->milliseconds = lookup->milliseconds;
    g_free(found->ip);
    found->ip = g_strdup(lookup->ip);
    assert_int_equal(*lookup->detail != '\0', lookup->end == HTTP_DNS);
}

static void look_up(Http *http, const char *host, struct found *found)
{
    int before = found->calls;
    http_lookup(http, host, NULL, on_lookup, found);
    assert_int_equal(found->calls, before);
    wait_for_count(&found->calls, before + 1);
}

static void lookup__names__counted(void **state)
{
    struct fixture *fixture = *state;
    struct found found = {0};
    look_up(fixture->http, "localhost", &found);
    assert_int_equal(found.end, HTTP_ANSWERED);
    assert_true(found.addresses >= 1 && found.milliseconds >= 0);
    look_up(fixture->http, "[::1]", &found);
    assert_string_equal(found.ip, "::1");
    look_up(fixture->http, "nosuch.invalid", &found);
    assert_int_equal(found.end, HTTP_DNS);
    assert_int_equal(found.addresses, 0);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    http_lookup(fixture->http, "other.invalid", cancellable, on_lookup, &found);
    g_cancellable_cancel(cancellable);
    g_clear_pointer(&fixture->http, http_free);
    wait_for_count(&found.calls, 4);
    assert_int_equal(found.end, HTTP_CANCELLED);
    write_network_json("{\"connect_to\": [\"moved.invalid:443:127.0.0.9:1\"]}");
    fixture->http = http_new(NULL);
    look_up(fixture->http, "moved.invalid", &found);
    assert_string_equal(found.ip, "127.0.0.9");
    g_free(found.ip);
}

int main(void)
{
    g_autofree char *home = private_home();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curl_error__table),
        cmocka_unit_test_setup_teardown(url__not_allowed__refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(url__loopback__asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(request__line_break__refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancel__before__nothing_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancel__midway__called_once_and_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(free__midway__all_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(free__inside_callback__safe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(send__inside_callback__works, set_up, tear_down),
        cmocka_unit_test_setup_teardown(proxy__environment__as_libcurl, set_up, tear_down),
        cmocka_unit_test_setup_teardown(proxy__fails__said_so, set_up, tear_down),
        cmocka_unit_test(settings__table),
        cmocka_unit_test(settings__not_ours__refused),
        cmocka_unit_test_setup_teardown(settings__connect_to_and_proxy__used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lookup__names__counted, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_tree(home);
    return failed;
}
