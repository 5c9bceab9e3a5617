/* SPDX-License-Identifier: MIT */
/* Real TLS under Salesforce's own name, with a CA that is made for the run. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "net/certificate.h"
#include "perch/net/http.h"
#include "support/child.h"
#include "support/http_client.h"

#define NAME "login.salesforce.com"
#define CA "Perch Test, Inc"

static char *folder;

/* Runs one line of a shell in the folder of the certificates. */
static void shell(const char *line)
{
    const char *argv[] = {"sh", "-c", line, NULL};
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_autofree char *output = NULL;
    if (!g_spawn_sync(folder, (char **)(guintptr)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                      &output, &status, &error) ||
        !g_spawn_check_wait_status(status, NULL))
        g_error("%s: %s %s", line, error != NULL ? error->message : "", output);
}

/* good/ and other/ with a CA of their own each, of the same name. */
static int make_certificates(void **state)
{
    (void)state;
    folder = g_dir_make_tmp("perch-tls-XXXXXX", NULL);
    shell("export AUTHORITY='/C=PL/O=" CA "/CN=Perch Test CA' &&"
          "mkdir good other && pki=$TEST_SOURCE/tests/support/tls/pki.sh &&"
          "$pki good " NAME " && $pki other example.com &&"
          "openssl x509 -in good/cert.pem -outform DER -out good/cert.der");
    return 0;
}

static int remove_certificates(void **state)
{
    (void)state;
    remove_tree(folder);
    g_free(folder);
    return 0;
}

/* Where libcurl connects to for NAME, and whose CA it trusts: "good", "other" or NULL. */
static Http *http_for(guint16 port, const char *ca)
{
    g_autofree char *ca_file = g_strdup_printf("\"ca_file\": \"%s/%s/ca.pem\", ", folder, ca);
    g_autofree char *text = g_strdup_printf("{%s\"connect_to\": [\"" NAME ":443:127.0.0.1:%u\"]}",
                                            ca != NULL ? ca_file : "", port);
    write_network_json(text);
    Http *http = http_new(NULL);
    assert_non_null(http);
    return http;
}

/* A TLS server with one of the certificates: good/cert, good/expired, other/cert. */
static Child *server_start(const char *certificate, const char *option, guint16 *ret_port)
{
    static const char ready[] = "ACCEPT 127.0.0.1:";
    g_autofree char *cert = g_strdup_printf("%s/%s.pem", folder, certificate);
    g_autofree char *key =
        g_strdup_printf("%s/%.*s/key.pem", folder, (int)strcspn(certificate, "/"), certificate);
    g_auto(GStrv) options = g_strsplit(option == NULL ? "" : option, " ", 2);
    const char *argv[] = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", cert,
                          "-key",    key,        "-www",    options[0],    NULL,    NULL};
    if (options[0] != NULL)
        argv[10] = options[1];
    g_auto(GStrv) env = g_get_environ();
    Child *server = child_start(argv, env);
    if (!child_wait_output(server, ready, 10000))
        fail_msg("the TLS server does not start: %s", server->errors->str);
    const char *port = strstr(server->output->str, ready) + strlen(ready);
    *ret_port = (guint16)g_ascii_strtoull(port, NULL, 10);
    assert_int_not_equal(*ret_port, 0);
    return server;
}

struct tls_case {
    const char *certificate, *option;
    const char *ca;
    enum http_end end;
    const char *version, *issuer, *detail;
};

static void tls__table(void **state)
{
    (void)state;
    static const struct tls_case cases[] = {
        {"good/cert", NULL, "good", HTTP_ANSWERED, "TLS 1.3", CA, ""},
        {"good/cert", "-tls1_2", "good", HTTP_ANSWERED, "TLS 1.2", CA, ""},
        /* Who would take HTTP/2, and then speaks HTTP/1, is answered: it is not offered. */
        {"good/cert", "-alpn h2,http/1.1", "good", HTTP_ANSWERED, "TLS 1.3", CA, ""},
        {"other/cert", NULL, "other", HTTP_TLS, "TLS 1.3", CA, NAME},
        {"good/cert", NULL, NULL, HTTP_TLS, "", CA, "issuer"},
        {"good/cert", "-tls1_2", NULL, HTTP_TLS, "", CA, "issuer"},
        {"good/expired", NULL, "good", HTTP_TLS, "", CA, "expired"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint16 port = 0;
        Child *server = server_start(cases[i].certificate, cases[i].option, &port);
        g_autoptr(Http) http = http_for(port, cases[i].ca);
        g_autoptr(Secret) token = secret_new("never seen by a wrong server");
        HttpRequest *request = http_request_new("GET", "https://" NAME "/");
        http_request_bearer(request, token);
        struct got got = http_run(http, request);
        if (got.end != cases[i].end)
            fail_msg("%s: end %d, %s", cases[i].certificate, got.end, got.detail);
        assert_string_equal(got.tls.version, cases[i].version);
        assert_string_equal(got.tls.issuer, cases[i].issuer);
        assert_contains(got.detail, cases[i].detail);
        assert_int_equal(got.sent_ms > 0, got.end == HTTP_ANSWERED);
        if (got.end == HTTP_ANSWERED) {
            assert_int_equal(got.status, 200);
            assert_string_equal(got.ip, "127.0.0.1");
            assert_true(got.timing.tls_ms >= 0);
            assert_true(got.timing.tls_ms >= got.timing.connect_ms);
        }
        got_clear(&got);
        child_free(server);
    }
}

/* Another CA of the same name signed it. */
static void tls__other_ca__refused(void **state)
{
    (void)state;
    guint16 port = 0;
    Child *server = server_start("good/cert", NULL, &port);
    g_autoptr(Http) http = http_for(port, "other");
    struct got got = http_get(http, "https://" NAME "/");
    assert_int_equal(got.end, HTTP_TLS);
    got_clear(&got);
    child_free(server);
}

/* Who is trusted by the environment, and that network.json stands above it. */
static void tls__authorities_of_the_environment__count(void **state)
{
    (void)state;
    static const struct {
        const char *ca_file, *bundle, *file, *folder; /* certificates of: good or other */
        enum http_end end;
        const char *said;
    } rows[] = {
        {NULL, "good", NULL, NULL, HTTP_ANSWERED, "CURL_CA_BUNDLE @/good/ca.pem"},
        {NULL, NULL, "good", NULL, HTTP_ANSWERED, "SSL_CERT_FILE @/good/ca.pem"},
        {NULL, NULL, NULL, "good", HTTP_ANSWERED, "SSL_CERT_DIR @/good/ca"},
        {NULL, NULL, "good", "other", HTTP_ANSWERED,
         "SSL_CERT_FILE @/good/ca.pem, SSL_CERT_DIR @/other/ca"},
        {NULL, "other", "good", "good", HTTP_TLS, "CURL_CA_BUNDLE @/other/ca.pem"},
        {"other", "good", "good", NULL, HTTP_TLS, "ca_file @/other/ca.pem"},
        {"good", "other", "other", "other", HTTP_ANSWERED, "ca_file @/good/ca.pem"},
        {NULL, NULL, NULL, NULL, HTTP_TLS, NULL},
    };
    shell("for ca in good other; do mkdir $ca/ca && cp $ca/ca.pem $ca/ca/ && openssl rehash $ca/ca "
          "|| "
          "exit 1; done");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *const variables[][3] = {{"CURL_CA_BUNDLE", rows[i].bundle, "/ca.pem"},
                                            {"SSL_CERT_FILE", rows[i].file, "/ca.pem"},
                                            {"SSL_CERT_DIR", rows[i].folder, "/ca"}};
        for (gsize j = 0; j < G_N_ELEMENTS(variables); j++) {
            g_autofree char *value =
                g_strdup_printf("%s/%s%s", folder, variables[j][1], variables[j][2]);
            g_setenv(variables[j][0], variables[j][1] == NULL ? "" : value, TRUE);
        }
        guint16 port = 0;
        Child *server = server_start("good/cert", NULL, &port);
        g_autoptr(Http) http = http_for(port, rows[i].ca_file);
        struct got got = http_get(http, "https://" NAME "/");
        if (got.end != rows[i].end)
            fail_msg("row %zu: end %d, %s", i, got.end, got.detail);
        g_auto(GStrv) parts = g_strsplit(rows[i].said == NULL ? "" : rows[i].said, "@", -1);
        g_autofree char *said = g_strjoinv(folder, parts);
        assert_string_equal(http_authorities(http) == NULL ? "" : http_authorities(http), said);
        got_clear(&got);
        child_free(server);
    }
    g_unsetenv("CURL_CA_BUNDLE");
    g_unsetenv("SSL_CERT_FILE");
    g_unsetenv("SSL_CERT_DIR");
}

/* A server of another kind: says something to each connection, and closes it or not. */
struct other_server {
    GSocket *socket;
    GSource *source;
    const char *says;
    bool closes;
    GPtrArray *open;
};

static gboolean on_connection(GSocket *socket, GIOCondition condition, gpointer user)
{
    (void)condition;
    struct other_server *server = user;
    GSocket *accepted = g_socket_accept(socket, NULL, NULL);
    g_socket_send(accepted, server->says, strlen(server->says), NULL, NULL);
    if (server->closes)
        g_socket_close(accepted, NULL);
    g_ptr_array_add(server->open, accepted);
    return G_SOURCE_CONTINUE;
}

static guint16 other_server_start(struct other_server *server)
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    server->open = g_ptr_array_new_with_free_func(g_object_unref);
    server->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    assert_true(g_socket_bind(server->socket, any, TRUE, NULL));
    assert_true(g_socket_listen(server->socket, NULL));
    server->source = g_socket_create_source(server->socket, G_IO_IN, NULL);
    g_source_set_callback(server->source, G_SOURCE_FUNC(on_connection), server, NULL);
    g_source_attach(server->source, NULL);
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(server->socket, NULL);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

static void other_server_stop(struct other_server *server)
{
    g_source_destroy(server->source);
    g_source_unref(server->source);
    g_object_unref(server->socket);
    g_ptr_array_unref(server->open);
}

static void tls__no_tls_there__mapped(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        bool closes;
        enum http_end end;
    } cases[] = {
        {"", true, HTTP_CONNECT},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", false, HTTP_TLS},
        {"", false, HTTP_TIMEOUT_CONNECT},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct other_server server = {.says = cases[i].says, .closes = cases[i].closes};
        guint16 port = other_server_start(&server);
        g_autoptr(Http) http = http_for(port, "good");
        HttpRequest *request = http_request_new("GET", "https://" NAME "/");
        http_request_timeout(request, 400);
        struct got got = http_run(http, request);
        if (got.end != cases[i].end)
            fail_msg("case %zu: end %d, %s", i, got.end, got.detail);
        assert_int_equal(got.sent_ms, 0);
        got_clear(&got);
        other_server_stop(&server);
    }
}

static GByteArray *certificate_message(bool with_context)
{
    g_autofree char *path = g_build_filename(folder, "good/cert.der", NULL);
    g_autofree char *der = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(path, &der, &length, NULL));
    guint8 sizes[3][3];
    gsize rest = length + (with_context ? 2 : 0); /* extensions of TLS 1.3: none */
    gsize numbers[3] = {rest + 6 + with_context, rest + 3, length};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            sizes[i][j] = (guint8)(numbers[i] >> (16 - 8 * j));
    GByteArray *message = g_byte_array_new();
    g_byte_array_append(message, (const guint8 *)"\x0b", 1);
    g_byte_array_append(message, sizes[0], 3);
    g_byte_array_append(message, (const guint8 *)"\0", with_context ? 1 : 0);
    g_byte_array_append(message, sizes[1], 3);
    g_byte_array_append(message, sizes[2], 3);
    g_byte_array_append(message, (const guint8 *)der, (guint)length);
    g_byte_array_append(message, (const guint8 *)"\0\0", with_context ? 2 : 0);
    return message;
}

/* Each input is a block of its own size, so that ASan sees a read beyond it. */
static void certificate__cut_or_changed__stays_inside(void **state)
{
    (void)state;
    guint32 seed = g_random_int();
    printf("seed %u\n", seed);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    for (int context = 0; context < 2; context++) {
        g_autoptr(GByteArray) message = certificate_message(context == 1);
        g_autofree char *issuer = certificate_message_issuer(message->data, message->len);
        assert_string_equal(issuer, CA);
        for (gsize length = 0; length < message->len; length++) {
            g_autofree guint8 *bytes = g_memdup2(message->data, length);
            assert_null(certificate_message_issuer(bytes, length));
        }
        for (int round = 0; round < 20000; round++) {
            g_autofree guint8 *bytes = g_memdup2(message->data, message->len);
            for (int changes = 0; changes < 4; changes++)
                bytes[g_rand_int_range(random, 0, 120)] = (guint8)g_rand_int(random);
            g_autofree char *name = certificate_message_issuer(bytes, message->len);
            assert_true(name == NULL || g_utf8_validate(name, -1, NULL));
        }
    }
}

int main(void)
{
    g_autofree char *home = private_home();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls__table),
        cmocka_unit_test(tls__other_ca__refused),
        cmocka_unit_test(tls__authorities_of_the_environment__count),
        cmocka_unit_test(tls__no_tls_there__mapped),
        cmocka_unit_test(certificate__cut_or_changed__stays_inside),
    };
    int failed = cmocka_run_group_tests(tests, make_certificates, remove_certificates);
    remove_tree(home);
    return failed;
}
