/* SPDX-License-Identifier: MIT */
/* From the wire to the cause: what libcurl, a proxy, a certificate, a network's own pages and the
 * keyring do to a call, through the real client and the parser of answers. */
#include "support/test.h"

#include <string.h>

#include "perch/checks/check.h"
#include "support/http_client.h"
#include "support/net_server.h"

#define JSON_HEAD "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
#define GZIP_HEAD "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n"

static const struct net_route routes[] = {
    {"/cut-head", "HTTP/1.1 400 Bad", 0, NET_CLOSE},
    {"/cut-body", JSON_HEAD "Content-Length: 90\r\n\r\n[{\"errorCode\":", 0, NET_CLOSE},
    {"/reset", "", 0, NET_RESET},
    {"/nothing", "", 0, NET_CLOSE},
    {"/silent", "", 0, NET_HANG},
    {"/half", JSON_HEAD "Content-Length: 90\r\n\r\n[{\"errorCode\":", 0, NET_HANG},
    {"/endless", JSON_HEAD "\r\n[{\"errorCode\":\"A\"},\n", 0, NET_REPEAT},
    {"/head", "HTTP/1.1 200 OK\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 0,
     NET_REPEAT},
    {"/gzip", GZIP_HEAD "not gzip.", 0, NET_CLOSE},
    {"/ssh", "SSH-2.0-OpenSSH_9.2\r\n", 0, NET_CLOSE},
    /* a whole answer, after which the connection would otherwise be used again */
    {"/malformed", JSON_HEAD "Connection: close\r\nContent-Length: 17\r\n\r\n[{\"errorCode\": 1,",
     0, NET_CLOSE},
    {"/login-page",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Welcome to the hotel</html>", 0,
     NET_CLOSE},
    {"/gateway", "HTTP/1.1 502 Bad Gateway\r\n\r\n<html><h1>Bad Gateway</h1></html>", 0, NET_CLOSE},
    {"/cdn", "HTTP/1.1 503 X\r\nContent-Type: application/json\r\n\r\n<HTML>Service Not Available",
     0, NET_CLOSE},
    {"/throttle", "HTTP/1.1 429 Too Many\r\nRetry-After: 9\r\n\r\nslow down please", 0, NET_CLOSE},
    {"/between",
     "HTTP/1.1 403 Forbidden\r\nVia: 1.1 gate.acme.example (squid)\r\n\r\n<html>No</html>", 0,
     NET_CLOSE},
    {"/with-code",
     "HTTP/1.1 403 X\r\nVia: 1.1 gate\r\n\r\n[{\"errorCode\":\"API_DISABLED_FOR_ORG\",\"message\":"
     "\"The REST API is not enabled\"}]",
     0, NET_CLOSE},
    {"/edge", "HTTP/1.1 503 X\r\nServer: sfdcedge\r\nVia: 1.1 gate\r\n\r\n<html>Wait</html>", 0,
     NET_CLOSE},
    {"/refused-by-edge",
     "HTTP/1.1 403 X\r\nServer: sfdcedge\r\nVia: 1.1 gate\r\n\r\n<html>Blocked</html>", 0,
     NET_CLOSE},
    {"/squid", "HTTP/1.1 403 X\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\n\r\n<html>No</html>", 0,
     NET_CLOSE},
    {"/firewall", "HTTP/1.1 403 Forbidden\r\nRetry-After: 9\r\n\r\n", 0, NET_CLOSE},
    {"/wrong-type",
     "HTTP/1.1 401 X\r\nContent-Type: text/plain\r\n\r\n[{\"errorCode\":\"INVALID_SESSION_ID\","
     "\"message\":\"Session expired or invalid\"}]",
     0, NET_CLOSE},
    {"refuse.example:443", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 0, NET_CLOSE},
    {"password.example:443",
     "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
     "Content-Length: 0\r\n\r\n",
     0, NET_CLOSE},
    {NULL, NULL, 0, NET_CLOSE},
};

struct fixture {
    NetServer *server;
    guint16 port;
    Http *http;
    int calls;
    const char *issuer; /* of the certificate, as if the call had gone over TLS; may be NULL */
    char *cause, *advice;
    enum certainty certainty;
    enum perch_exit exit;
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
    g_free(fixture->cause);
    g_free(fixture->advice);
    g_free(fixture);
    return 0;
}

static void answered(const struct http_response *response, gpointer user)
{
    struct fixture *fixture = user;
    struct failure failure;
    struct http_response seen = *response;
    if (fixture->issuer != NULL)
        g_strlcpy(seen.tls.issuer, fixture->issuer, sizeof seen.tls.issuer);
    failure_from_response(&failure, STAGE_REST, &seen);
    g_autoptr(Diagnosis) diagnosis = explain(&failure);
    g_free(fixture->cause);
    g_free(fixture->advice);
    fixture->cause = g_strdup(cause_name(diagnosis->cause));
    fixture->advice = g_strdup(diagnosis->fix->pdata[0]);
    fixture->exit = diagnosis->exit;
    fixture->certainty = diagnosis->certainty;
    failure_clear(&failure);
    fixture->calls++;
}

/* Asks url; the cause is in the fixture afterwards. */
static void ask(struct fixture *fixture, const char *url)
{
    HttpRequest *request = http_request_new("POST", url);
    bool waits = strstr(url, "/silent") != NULL || strstr(url, "/half") != NULL;
    http_request_timeout(request, waits ? 300 : 20000);
    http_request_cap(request, 100000);
    int before = fixture->calls;
    http_send(fixture->http, request, NULL, answered, fixture);
    wait_for_count(&fixture->calls, before + 1);
}

static void wire__each_end__has_its_cause(void **state)
{
    static const struct {
        const char *path, *cause;
        enum perch_exit exit;
    } rows[] = {
        {"/cut-head", "connect-failed", PERCH_EXIT_NETWORK},
        {"/cut-body", "connect-failed", PERCH_EXIT_NETWORK},
        {"/reset", "connect-failed", PERCH_EXIT_NETWORK},
        {"/nothing", "connect-failed", PERCH_EXIT_NETWORK},
        {"/silent", "timeout", PERCH_EXIT_NETWORK},
        {"/half", "timeout", PERCH_EXIT_NETWORK},
        {"/endless", "answer-unreadable", PERCH_EXIT_NETWORK},
        {"/head", "answer-unreadable", PERCH_EXIT_NETWORK},
        {"/gzip", "answer-unreadable", PERCH_EXIT_NETWORK},
        {"/ssh", "answer-unreadable", PERCH_EXIT_NETWORK},
        {"/malformed", "answer-unreadable", PERCH_EXIT_NETWORK},
        {"/login-page", "proxy-failed", PERCH_EXIT_NETWORK},
        {"/firewall", "answer-unreadable", PERCH_EXIT_NETWORK},
        {"/between", "proxy-failed", PERCH_EXIT_NETWORK},
        {"/squid", "proxy-failed", PERCH_EXIT_NETWORK},
        {"/edge", "salesforce-unavailable", PERCH_EXIT_BUSY},
        {"/refused-by-edge", "answer-unreadable", PERCH_EXIT_NETWORK},
        {"/with-code", "api-disabled-user", PERCH_EXIT_API},
        {"/gateway", "salesforce-unavailable", PERCH_EXIT_BUSY},
        {"/cdn", "salesforce-unavailable", PERCH_EXIT_BUSY},
        {"/throttle", "salesforce-unavailable", PERCH_EXIT_BUSY},
        {"/wrong-type", "session-expired", PERCH_EXIT_AUTHORIZATION},
    };
    struct fixture *fixture = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *url = local_url(fixture->port, rows[i].path);
        ask(fixture, url);
        if (strcmp(fixture->cause, rows[i].cause) != 0)
            fail_msg("%s is %s, not %s", rows[i].path, fixture->cause, rows[i].cause);
        assert_int_equal(fixture->exit, rows[i].exit);
    }
}

/* A proxy signs what it passes on, too: its signature is no proof, its own error header is. */
static void wire__who_answered__is_as_sure_as_its_header(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *via = local_url(fixture->port, "/between");
    g_autofree char *squid = local_url(fixture->port, "/squid");
    ask(fixture, via);
    assert_int_equal(fixture->certainty, CERTAINTY_LIKELY);
    assert_contains(fixture->advice, "Via: 1.1 gate.acme.example (squid)");
    ask(fixture, squid);
    assert_int_equal(fixture->certainty, CERTAINTY_CERTAIN);
    assert_contains(fixture->advice, "X-Squid-Error: ERR_ACCESS_DENIED 0");
    fixture->issuer = "Acme Web Gateway"; /* who broke the TLS open is named, too */
    ask(fixture, via);
    assert_contains(fixture->advice,
                    "Via: 1.1 gate.acme.example (squid), certificate by Acme Web Gateway");
}

static void wire__no_connection__has_its_cause(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *closed = local_url(closed_port(), "/");
    ask(fixture, closed);
    assert_string_equal(fixture->cause, "connect-failed");
    assert_contains(fixture->advice, "nothing answers there");
    ask(fixture, "https://nosuch.invalid/");
    assert_string_equal(fixture->cause, "dns-failed");
    ask(fixture, "http://www.example.com/");
    assert_string_equal(fixture->cause, "not-salesforce-host");
    assert_int_equal(fixture->exit, PERCH_EXIT_USAGE);
}

static void wire__proxy__has_its_cause_and_advice(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *proxy = local_url(fixture->port, "");
    g_autofree char *absent = local_url(closed_port(), "");
    const struct {
        const char *proxy, *url, *advice;
    } rows[] = {
        {proxy, "https://refuse.example/", NULL},
        {proxy, "https://password.example/", "user name and password"},
        {absent, "https://acme.my.salesforce.com/", "no proxy answers there"},
        {"http://nosuch.invalid:1", "https://acme.my.salesforce.com/", "it was not found"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_setenv("https_proxy", rows[i].proxy, TRUE);
        ask(fixture, rows[i].url);
        g_unsetenv("https_proxy");
        assert_string_equal(fixture->cause, "proxy-failed");
        if (rows[i].advice != NULL)
            assert_contains(fixture->advice, rows[i].advice);
    }
}

static void keyring__each_refusal__has_its_cause(void **state)
{
    static const struct {
        enum perch_error code;
        enum cause cause;
        enum perch_exit exit;
    } rows[] = {
        {PERCH_ERROR_STORE_ABSENT, CAUSE_KEYRING_ABSENT, PERCH_EXIT_KEYRING},
        {PERCH_ERROR_STORE_LOCKED, CAUSE_KEYRING_LOCKED, PERCH_EXIT_KEYRING},
        {PERCH_ERROR_STORE_NO_COLLECTION, CAUSE_KEYRING_FAILED, PERCH_EXIT_KEYRING},
        {PERCH_ERROR_STORE_FAILED, CAUSE_KEYRING_FAILED, PERCH_EXIT_KEYRING},
        {PERCH_ERROR_STORE_DAMAGED, CAUSE_KEYRING_FAILED, PERCH_EXIT_KEYRING},
        {PERCH_ERROR_STORE_NEWER, CAUSE_KEYRING_FAILED, PERCH_EXIT_KEYRING},
        {PERCH_ERROR_INTERNAL, CAUSE_UNKNOWN, PERCH_EXIT_UNEXPECTED},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = g_error_new(PERCH_ERROR, (int)rows[i].code, "It did not work.");
        struct failure failure;
        failure_from_error(&failure, STAGE_TOKEN, error);
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        assert_int_equal(diagnosis->cause, rows[i].cause);
        assert_int_equal(diagnosis->exit, rows[i].exit);
        assert_string_equal(diagnosis->message, "It did not work.");
        failure_clear(&failure);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wire__each_end__has_its_cause, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wire__who_answered__is_as_sure_as_its_header, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(wire__no_connection__has_its_cause, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wire__proxy__has_its_cause_and_advice, set_up, tear_down),
        cmocka_unit_test(keyring__each_refusal__has_its_cause),
    };
    g_autofree char *home = private_home();
    int failed = cmocka_run_group_tests_name("from the wire to the cause", tests, NULL, NULL);
    remove_tree(home);
    return failed;
}
