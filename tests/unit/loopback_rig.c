/* SPDX-License-Identifier: MIT */
#include "unit/loopback_rig.h"

#include <string.h>

void on_done(const struct loopback_result *result, gpointer user)
{
    struct fixture *fixture = user;
    fixture->calls++;
    fixture->outcome = result->outcome;
    g_free(fixture->code);
    g_free(fixture->error);
    g_free(fixture->description);
    fixture->code = g_strdup(secret_peek(result->code));
    fixture->error = g_strdup(result->error);
    fixture->description = g_strdup(result->description);
    if (fixture->in_done == FINISH)
        loopback_finish(fixture->loopback, true);
    if (fixture->in_done == FREE)
        g_clear_pointer(&fixture->loopback, loopback_free);
}

int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    g_autoptr(Secret) expected = secret_new(STATE);
    /* somebody else may take a free port in between */
    for (int tries = 0; tries < 20 && fixture->loopback == NULL; tries++) {
        guint16 ports[] = {0, unused_port()};
        fixture->loopback =
            loopback_new(ports, 2, expected, on_done, fixture, &fixture->port, NULL);
    }
    *state = fixture;
    return fixture->loopback == NULL;
}

int tear_down(void **state)
{
    struct fixture *fixture = *state;
    loopback_free(fixture->loopback);
    g_free(fixture->code);
    g_free(fixture->error);
    g_free(fixture->description);
    g_free(fixture);
    return 0;
}

char *request(const char *method, const char *target, guint16 port)
{
    return g_strdup_printf("%s %s HTTP/1.1\r\nHost: localhost:%u\r\nAccept: */*\r\n\r\n", method,
                           target, port);
}

struct client *ask(struct fixture *fixture, const char *bytes)
{
    struct client *client = client_new(fixture->port, G_SOCKET_FAMILY_IPV4);
    client_send(client, bytes, strlen(bytes));
    return client;
}

struct client *visit(struct fixture *fixture, const char *method, const char *target)
{
    g_autofree char *text = request(method, target, fixture->port);
    return ask(fixture, text);
}

void check_answer(const char *answer, int status, bool has_body)
{
    static const char *const headers[] = {
        "\r\nConnection: close\r\n", "\r\nCache-Control: no-store\r\n",
        "\r\nReferrer-Policy: no-referrer\r\n", "\r\nX-Content-Type-Options: nosniff\r\n",
        "\r\nContent-Security-Policy: default-src 'none';"};
    g_autofree char *start = g_strdup_printf("HTTP/1.1 %d ", status);
    if (!g_str_has_prefix(answer, start))
        fail_msg("not %d: %s", status, answer);
    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++)
        assert_contains(answer, headers[i]);
    const char *body = strstr(answer, "\r\n\r\n");
    assert_non_null(body);
    if (status == 204) {
        assert_null(strstr(answer, "Content-Length"));
        assert_string_equal(body, "\r\n\r\n");
        return;
    }
    const char *length = strstr(answer, "\r\nContent-Length: ");
    assert_non_null(length);
    guint64 stated = g_ascii_strtoull(length + strlen("\r\nContent-Length: "), NULL, 10);
    assert_true(stated > 0);
    assert_int_equal(strlen(body + 4), has_body ? stated : 0);
    assert_null(strstr(answer, "<script"));
}
