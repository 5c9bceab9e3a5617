/* SPDX-License-Identifier: MIT */
#include "unit/loopback_rig.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "perch/base/error.h"

static void listener__code__held_until_finished(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = visit(fixture, "GET", GOOD);
    wait_for_count(&fixture->calls, 1);
    assert_int_equal(fixture->outcome, LOOPBACK_CODE);
    assert_string_equal(fixture->code, "aPrx.x==");
    assert_string_equal(fixture->error, "");
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    assert_int_equal(client->answer->len, 0);
    loopback_finish(fixture->loopback, true);
    wait_for_count(&client->ended, 1);
    check_answer(client->answer->str, 200, true);
    assert_contains(client->answer->str, "perch is connected");
    client_free(client);
    assert_non_null(loopback_port_is_free(fixture->port, NULL));
}

static void listener__failed__page_says_so(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = visit(fixture, "GET", GOOD);
    wait_for_count(&fixture->calls, 1);
    loopback_finish(fixture->loopback, false);
    /* freed at once, as at the end of the program: the page still arrives whole */
    g_clear_pointer(&fixture->loopback, loopback_free);
    wait_for_count(&client->ended, 1);
    check_answer(client->answer->str, 200, true);
    assert_contains(client->answer->str, "perch is not connected");
    client_free(client);
}

static void listener__ipv6__answers(void **state)
{
    struct fixture *fixture = *state;
    if (strstr(loopback_addresses(fixture->loopback), "::1") == NULL)
        skip();
    struct client *client = client_new(fixture->port, G_SOCKET_FAMILY_IPV6);
    g_autofree char *text =
        g_strdup_printf("GET %s HTTP/1.1\r\nHOST: [::1]:%u\r\n\r\n", GOOD, fixture->port);
    client_send(client, text, strlen(text));
    wait_for_count(&fixture->calls, 1);
    client_free(client);
}

static void listener__error__reported(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = visit(
        fixture, "GET",
        "/OauthRedirect?error=access_denied&error_description=end-user%20denied+it&state=" STATE);
    wait_for_count(&fixture->calls, 1);
    assert_int_equal(fixture->outcome, LOOPBACK_ERROR);
    assert_string_equal(fixture->code, "");
    assert_string_equal(fixture->error, "access_denied");
    assert_string_equal(fixture->description, "end-user denied it");
    client_free(client);
}

struct refusal {
    const char *method, *target;
    int status;
};

static const struct refusal refusals[] = {
    {"GET", "/", 404},
    {"GET", "/favicon.ico", 404},
    {"GET", "/robots.txt?code=1&state=" STATE, 404},
    {"GET", "/OauthRedirect/?code=1&state=" STATE, 404},
    {"GET", "/oauthredirect?code=1&state=" STATE, 404},
    {"GET", "//OauthRedirect?code=1&state=" STATE, 404},
    {"GET", "/x/../OauthRedirect?code=1&state=" STATE, 404},
    {"GET", "/%4FauthRedirect?code=1&state=" STATE, 404},
    {"GET", "http://localhost/OauthRedirect?code=1&state=" STATE, 404},
    {"OPTIONS", "*", 404},
    {"POST", GOOD, 405},
    {"PUT", GOOD, 405},
    {"get", GOOD, 405},
    {"OPTIONS", GOOD, 204},
    {"HEAD", GOOD, 200},
    {"HEAD", "/OauthRedirect?code=1&state=wrong", 400},
    {"GET", "/OauthRedirect", 400},
    {"GET", "/OauthRedirect?", 400},
    {"GET", "/OauthRedirect?code=1", 400},
    {"GET", "/OauthRedirect?code=1&state=", 400},
    {"GET", "/OauthRedirect?code=1&state=wrong", 400},
    {"GET", "/OauthRedirect?code=1&state=s7ate-Value_012345678", 400},
    {"GET", "/OauthRedirect?code=1&state=" STATE "0", 400},
    {"GET", "/OauthRedirect?code=1&state=" STATE "%20", 400},
    {"GET", "/OauthRedirect?code=1&State=" STATE, 400},
    {"GET", "/OauthRedirect?state=" STATE, 400},
    {"GET", "/OauthRedirect?code=&state=" STATE, 400},
    {"GET", "/OauthRedirect?code=1&error=a&state=" STATE, 400},
    {"GET", "/OauthRedirect?code=1&code=1&state=" STATE, 400},
    {"GET", "/OauthRedirect?code=1&state=" STATE "&state=" STATE, 400},
    {"GET", "/OauthRedirect?code=1&state=wrong&state=" STATE, 400},
    {"GET", "/OauthRedirect?error=a&error=b&state=" STATE, 400},
    {"GET", "/OauthRedirect?error=a", 400},
    {"GET", "/OauthRedirect?error=a&state=wrong", 400},
    {"GET", "/OauthRedirect?code=%zz&state=" STATE, 400},
    {"GET", "/OauthRedirect?code=1&state=" STATE "&x=%zz", 400},
    {"GET", "/OauthRedirect?code=1%00&state=" STATE, 400},
    {"GET", "/OauthRedirect?code=%ff%fe&state=" STATE, 400},
    {"GET", "/OauthRedirect?code=1&state=" STATE "#x", 400},
    {"GET", "/OauthRedirect?code=%3Cscript%3Ecanary&state=wrong", 400},
};

static void listener__anything_else__answered_and_ignored(void **state)
{
    struct fixture *fixture = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        const struct refusal *row = &refusals[i];
        struct client *client = visit(fixture, row->method, row->target);
        wait_for_count(&client->ended, 1);
        if (!g_str_has_prefix(client->answer->str, "HTTP/1.1"))
            fail_msg("%s %s: no answer", row->method, row->target);
        check_answer(client->answer->str, row->status, strcmp(row->method, "HEAD") != 0);
        assert_null(strstr(client->answer->str, "canary"));
        if (row->status == 405)
            assert_contains(client->answer->str, "\r\nAllow: GET, HEAD, OPTIONS\r\n");
        if (row->status == 204)
            assert_contains(client->answer->str, "\r\nAccess-Control-Allow-Private-Network: true");
        else
            assert_null(strstr(client->answer->str, "Access-Control"));
        client_free(client);
        assert_int_equal(fixture->calls, 0);
        if (row->status == 404) /* a stray request is no answer of another login */
            assert_false(loopback_saw_other_login(fixture->loopback));
    }
    assert_true(loopback_saw_other_login(fixture->loopback));
    struct client *client = visit(fixture, "GET", GOOD);
    wait_for_count(&fixture->calls, 1);
    client_free(client);
}

static void listener__host__has_to_be_its_own(void **state)
{
    struct fixture *fixture = *state;
    struct {
        const char *format;
        int status; /* 0 = counts */
    } cases[] = {
        {"Host: localhost", 421},
        {"Host: localhost:", 421},
        {"Host: localhost:1", 421},
        {"Host: evil.example:PORT", 421},
        {"Host: localhost.:PORT", 421},
        {"Host: xlocalhost:PORT", 421},
        {"Host: localhost:PORT0", 421},
        {"Host: ::1:PORT", 421},
        {"Host: 127.0.0.2:PORT", 421},
        {"Host:", 421},
        {"X-Forwarded-Host: localhost:PORT", 421},
        {"Host: localhost:PORT\r\nHost: localhost:PORT", 400},
        {"Host: evil.example\r\nHost: localhost:PORT", 400},
        {"Host: LocalHost:PORT", 0},
    };
    g_autofree char *port = g_strdup_printf("%u", fixture->port);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) parts = g_strsplit(cases[i].format, "PORT", -1);
        g_autofree char *host = g_strjoinv(port, parts);
        g_autofree char *text = g_strdup_printf("GET %s HTTP/1.1\r\n%s\r\n\r\n", GOOD, host);
        struct client *client = ask(fixture, text);
        if (cases[i].status == 0) {
            wait_for_count(&fixture->calls, 1);
        } else {
            wait_for_count(&client->ended, 1);
            check_answer(client->answer->str, cases[i].status, true);
            assert_int_equal(fixture->calls, 0);
        }
        client_free(client);
    }
}

static void listener__no_request__refused(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *large = g_strnfill(9000, 'a');
    g_autofree char *large_head =
        g_strdup_printf("GET / HTTP/1.1\r\nHost: localhost:%u\r\nA: %s", fixture->port, large);
    struct {
        const char *bytes;
        int status;
    } cases[] = {
        {"\x16\x03\x01\x02\x05", 400}, {"hello\n", 400},  {"GET / HTTP/2.0\r\n\r\n", 400},
        {"GET /\r\n\r\n", 400},        {large_head, 431}, {large, 431},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct client *client = ask(fixture, cases[i].bytes);
        wait_for_count(&client->ended, 1);
        check_answer(client->answer->str, cases[i].status, true);
        client_free(client);
    }
    assert_int_equal(fixture->calls, 0);
}

static void listener__byte_by_byte__counts(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *text = request("GET", GOOD, fixture->port);
    struct client *client = client_new(fixture->port, G_SOCKET_FAMILY_IPV4);
    for (const char *p = text; *p != '\0'; p++) {
        client_send(client, p, 1);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
    }
    wait_for_count(&fixture->calls, 1);
    assert_string_equal(fixture->code, "aPrx.x==");
    client_free(client);
}

/* The only test that has to wait for the listener's own clock (5 s). */
static void listener__unfinished_request__timed_out(void **state)
{
    struct fixture *fixture = *state;
    struct client *silent = ask(fixture, "");
    struct client *partial = ask(fixture, "GET / HTTP/1.1\r\nHost:");
    gint64 start = g_get_monotonic_time();
    wait_for_count(&partial->ended, 1);
    wait_for_count(&silent->ended, 1);
    gint64 seconds = (g_get_monotonic_time() - start) / G_TIME_SPAN_SECOND;
    assert_true(seconds >= 3 && seconds <= 8);
    check_answer(partial->answer->str, 408, true);
    assert_int_equal(silent->answer->len, 0);
    client_free(silent);
    client_free(partial);
}

static void listener__second_answer__told_the_same(void **state)
{
    struct fixture *fixture = *state;
    struct client *first = visit(fixture, "GET", GOOD);
    wait_for_count(&fixture->calls, 1);
    struct client *second = visit(fixture, "GET", "/OauthRedirect?code=other&state=" STATE);
    struct client *icon = visit(fixture, "GET", "/favicon.ico");
    wait_for_count(&icon->ended, 1);
    check_answer(icon->answer->str, 404, true);
    loopback_finish(fixture->loopback, true);
    wait_for_count(&first->ended, 1);
    wait_for_count(&second->ended, 1);
    check_answer(first->answer->str, 200, true);
    check_answer(second->answer->str, 200, true);
    assert_int_equal(fixture->calls, 1);
    assert_string_equal(fixture->code, "aPrx.x==");
    client_free(first);
    client_free(second);
    client_free(icon);
}

static void listener__junk__cannot_shut_it(void **state)
{
    static const char *const junk[] = {"",
                                       "GET / HT",
                                       "\x16\x03\x01",
                                       "GET /OauthRedirect?code=1&state=no HTTP/1.1\r\nHost: a",
                                       "POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n",
                                       "\n\n\n"};
    enum { CROWD = 300 };
    struct fixture *fixture = *state;
    struct client *crowd[CROWD] = {NULL};
    for (gsize i = 0; i < CROWD; i++) {
        crowd[i] = ask(fixture, junk[i % G_N_ELEMENTS(junk)]);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
        if (i % 5 == 0)
            g_clear_pointer(&crowd[i], client_free);
    }
    gint64 start = g_get_monotonic_time();
    struct client *client = visit(fixture, "GET", GOOD);
    wait_for_count(&fixture->calls, 1);
    assert_true(g_get_monotonic_time() - start < 2 * G_TIME_SPAN_SECOND);
    /* and the tab that waits keeps its place */
    struct client *later[50];
    for (gsize i = 0; i < G_N_ELEMENTS(later); i++) {
        later[i] = ask(fixture, junk[i % 2]);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
    }
    loopback_finish(fixture->loopback, true);
    wait_for_count(&client->ended, 1);
    check_answer(client->answer->str, 200, true);
    client_free(client);
    for (gsize i = 0; i < G_N_ELEMENTS(later); i++)
        client_free(later[i]);
    for (gsize i = 0; i < CROWD; i++)
        if (crowd[i] != NULL)
            client_free(crowd[i]);
}

static void listener__finished_or_freed_in_callback__safe(void **state)
{
    struct fixture *fixture = *state;
    fixture->in_done = FINISH;
    struct client *client = visit(fixture, "GET", GOOD);
    wait_for_count(&client->ended, 1);
    check_answer(client->answer->str, 200, true);
    client_free(client);
    void *other = NULL;
    assert_int_equal(set_up(&other), 0);
    struct fixture *second = other;
    second->in_done = FREE;
    client = visit(second, "GET", GOOD);
    wait_for_count(&client->ended, 1);
    assert_int_equal(second->calls, 1);
    assert_int_equal(client->answer->len, 0);
    client_free(client);
    tear_down(&other);
}

static GSocket *occupy(GSocketFamily family, const char *address, guint16 port)
{
    GSocket *socket = g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GSocketAddress) place = g_inet_socket_address_new_from_string(address, port);
    if (!g_socket_bind(socket, place, TRUE, NULL) || !g_socket_listen(socket, NULL))
        g_clear_object(&socket);
    return socket;
}

/* Half a port is a taken port: the browser decides which family localhost is. */
static void port__taken_on_one_family__next_one(void **state)
{
    struct fixture *fixture = *state;
    static const char *const places[] = {"::1", "127.0.0.1", "0.0.0.0", "::"};
    g_autofree char *me = g_strdup_printf("(pid %d)", (int)getpid());
    g_autoptr(Secret) expected = secret_new(STATE);
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        guint16 port = unused_port();
        GSocketFamily family = strchr(places[i], ':') ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4;
        if (family == G_SOCKET_FAMILY_IPV6 &&
            strstr(loopback_addresses(fixture->loopback), "::1") == NULL)
            continue;
        g_autoptr(GSocket) other = occupy(family, places[i], port);
        assert_non_null(other);
        g_autofree char *owner = NULL;
        assert_null(loopback_port_is_free(port, &owner));
        assert_non_null(owner);
        assert_contains(owner, me);
        guint16 ports[] = {port, fixture->port, unused_port()}, got = 0;
        g_autoptr(GError) error = NULL;
        assert_null(loopback_new(ports, 2, expected, on_done, fixture, &got, &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_NETWORK);
        g_autofree char *named = g_strdup_printf("%u, %u", ports[0], ports[1]);
        assert_contains(error->message, named);
        g_autoptr(Loopback) loopback =
            loopback_new(ports, 3, expected, on_done, fixture, &got, NULL);
        assert_non_null(loopback);
        assert_int_equal(got, ports[2]);
    }
}

static void port__just_used__usable_again(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = visit(fixture, "GET", GOOD);
    wait_for_count(&fixture->calls, 1);
    loopback_finish(fixture->loopback, true); /* the listener closes first: TIME_WAIT is here */
    wait_for_count(&client->ended, 1);
    client_free(client);
    g_clear_pointer(&fixture->loopback, loopback_free);
    g_autoptr(Secret) expected = secret_new(STATE);
    guint16 got = 0;
    g_autoptr(Loopback) loopback =
        loopback_new(&fixture->port, 1, expected, on_done, fixture, &got, NULL);
    assert_non_null(loopback);
    /* nobody gets in beside it */
    assert_null(occupy(G_SOCKET_FAMILY_IPV4, "127.0.0.1", got));
    assert_null(occupy(G_SOCKET_FAMILY_IPV4, "0.0.0.0", got));
}

static void port__none_given__error(void **state)
{
    (void)state;
    guint16 ports[] = {0, 0}, got = 0;
    g_autoptr(GError) error = NULL;
    assert_null(loopback_new(ports, 2, NULL, on_done, NULL, &got, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_NETWORK);
}

/* ---- the browser's way to the authorize address ---- */

#define TARGET "https://acme.my.salesforce.com/services/oauth2/authorize?state=" STATE

static int set_up_way(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->loopback = loopback_lead_to(TARGET, &fixture->code);
    *state = fixture;
    if (fixture->loopback == NULL)
        return 1;
    g_autoptr(GUri) uri = g_uri_parse(fixture->code, G_URI_FLAGS_NONE, NULL);
    fixture->port = (guint16)g_uri_get_port(uri);
    assert_string_equal(g_uri_get_host(uri), "127.0.0.1");
    return 0;
}

/* What it answers to a request; owned by the caller. */
static char *told(struct fixture *fixture, const char *method, const char *target)
{
    struct client *client = visit(fixture, method, target);
    wait_for_count(&client->ended, 1);
    char *answer = g_strdup(client->answer->str);
    client_free(client);
    return answer;
}

static void way__leads_only_by_its_own_address(void **state)
{
    struct fixture *fixture = *state;
    const char *path = strchr(fixture->code + strlen("http://"), '/');
    g_autofree char *longer = g_strconcat(path, "x", NULL);
    const char *const rows[][2] = {{"GET", "/"},   {"GET", longer}, {"GET", "/OauthRedirect"},
                                   {"HEAD", path}, {"POST", path},  {"GET", GOOD}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *answer = told(fixture, rows[i][0], rows[i][1]);
        assert_true(g_str_has_prefix(answer, "HTTP/1.1 404 "));
        assert_null(strstr(answer, STATE));
    }
    g_autofree char *elsewhere =
        g_strdup_printf("GET %s HTTP/1.1\r\nHost: evil.example:%u\r\n\r\n", path, fixture->port);
    struct client *rebound = ask(fixture, elsewhere);
    wait_for_count(&rebound->ended, 1);
    assert_null(strstr(rebound->answer->str, STATE));
    client_free(rebound);
    g_autofree char *answer = told(fixture, "GET", path);
    assert_true(g_str_has_prefix(answer, "HTTP/1.1 302 "));
    assert_contains(answer, "\r\nLocation: " TARGET "\r\n");
    assert_contains(answer, "\r\nReferrer-Policy: no-referrer\r\n");
    g_autofree char *again = told(fixture, "GET", path); /* the tab is loaded again */
    assert_true(g_str_has_prefix(again, "HTTP/1.1 302 "));
}

/* Another user of the computer, who read the address in the browser's arguments and is quicker. */
static void way__of_another_user__leads_nowhere_and_stays(void **state)
{
    struct fixture *fixture = *state;
    const char *path = strchr(fixture->code + strlen("http://"), '/');
    if (geteuid() != 0) {
        print_message("# SKIP: only root can be somebody else\n");
        skip();
    }
    assert_int_equal(seteuid(65534), 0);
    struct client *other = client_new(fixture->port, G_SOCKET_FAMILY_IPV4);
    assert_int_equal(seteuid(0), 0);
    g_autofree char *text = request("GET", path, fixture->port);
    client_send(other, text, strlen(text));
    wait_for_count(&other->ended, 1);
    check_answer(other->answer->str, 404, true);
    assert_null(strstr(other->answer->str, STATE));
    client_free(other);
    g_autofree char *answer = told(fixture, "GET", path);
    assert_true(g_str_has_prefix(answer, "HTTP/1.1 302 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(listener__code__held_until_finished, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__failed__page_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__ipv6__answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__error__reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__anything_else__answered_and_ignored, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(listener__host__has_to_be_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__no_request__refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__byte_by_byte__counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__unfinished_request__timed_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__second_answer__told_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__junk__cannot_shut_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listener__finished_or_freed_in_callback__safe, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(port__taken_on_one_family__next_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(port__just_used__usable_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(way__leads_only_by_its_own_address, set_up_way, tear_down),
        cmocka_unit_test_setup_teardown(way__of_another_user__leads_nowhere_and_stays, set_up_way,
                                        tear_down),
        cmocka_unit_test(port__none_given__error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
