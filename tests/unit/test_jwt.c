/* SPDX-License-Identifier: MIT */

/* The key pair of an app and the assertion signed with it, against OpenSSL. */

#include "perch/auth/jwt.h"

#include <string.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/json.h"
#include "support/child.h"
#include "support/test.h"

enum { NOW_S = 1795420800 }; /* 23 November 2026 */

struct pair {
    Secret *key;
    char *certificate;
};

static struct pair make(const char *name)
{
    struct pair pair;
    g_autoptr(GError) error = NULL;
    if (!key_pair_make(name, (gint64)NOW_S * 1000, &pair.key, &pair.certificate, &error))
        fail_msg("%s", error->message);
    return pair;
}

static void pair_clear(struct pair *pair)
{
    secret_unref(pair->key);
    g_free(pair->certificate);
}
typedef struct pair Pair;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pair, pair_clear)

static char *write_file(const char *name, const char *bytes, gssize length)
{
    char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
    assert_true(g_file_set_contents(path, bytes, length, NULL));
    return path;
}

/* openssl with these words and this input; its output, owned by the caller. */
static char *openssl(const char *const *words, const char *input)
{
    g_autoptr(Child) child = child_run(words, environ, input);
    if (child_code(child) != 0)
        fail_msg("openssl %s: %s", words[1], child->errors->str);
    return g_strdup(child->output->str);
}

static void pair__made__is_what_openssl_takes(void **state)
{
    (void)state;
    g_auto(Pair) pair = make("Bird Integration");
    const char *const show[] = {"openssl", "x509", "-noout", "-text", "-nameopt", "RFC2253", NULL};
    g_autofree char *text = openssl(show, pair.certificate);
    assert_contains(text, "Version: 3");
    assert_contains(text, "sha256WithRSAEncryption");
    assert_contains(text, "Issuer: CN=Bird Integration");
    assert_contains(text, "Subject: CN=Bird Integration");
    assert_contains(text, "(2048 bit)");
    assert_contains(text, "Not After : Nov 20 08:00:00 2036 GMT");
    assert_true(strlen(pair.certificate) < 4096);
    assert_true(g_str_has_prefix(secret_peek(pair.key), "-----BEGIN PRIVATE KEY-----\n"));
    /* The certificate is signed with its own key, and that is the key of the pair. */
    g_autofree char *file = write_file("certificate.pem", pair.certificate, -1);
    const char *const verify[] = {"openssl", "verify", "-CAfile", file, file, NULL};
    g_autofree char *verified = openssl(verify, NULL);
    assert_contains(verified, ": OK");
    const char *const public[] = {"openssl", "pkey", "-pubout", NULL};
    const char *const certified[] = {"openssl", "x509", "-noout", "-pubkey", NULL};
    g_autofree char *one = openssl(public, secret_peek(pair.key));
    g_autofree char *other = openssl(certified, pair.certificate);
    assert_string_equal(one, other);
    assert_int_equal(unlink(file), 0);
}

static void pair__each__is_another(void **state)
{
    (void)state;
    g_auto(Pair) a = make("acme");
    g_auto(Pair) b = make("Zoë's Äpp");
    assert_false(secret_equal(a.key, b.key));
    assert_string_not_equal(a.certificate, b.certificate);
}

static guchar *decode(const char *part, gsize *ret_length)
{
    g_autofree char *padded = g_strconcat(part, &"==="[(strlen(part) + 3) % 4], NULL);
    g_strdelimit(padded, "-", '+');
    g_strdelimit(padded, "_", '/');
    return g_base64_decode(padded, ret_length);
}

static void assertion__claims_and_signature__are_right(void **state)
{
    (void)state;
    g_auto(Pair) pair = make("acme");
    const struct jwt_claims claims = {.client_id = "3MVG9.key",
                                      .username = "integration@acme.com",
                                      .audience = "https://acme.my.salesforce.com",
                                      .now_ms = (gint64)NOW_S * 1000};
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) assertion = jwt_assertion(&claims, pair.key, &error);
    assert_no_error(error);
    g_auto(GStrv) parts = g_strsplit(secret_peek(assertion), ".", -1);
    assert_int_equal(g_strv_length(parts), 3);
    gsize length;
    g_autofree guchar *body = decode(parts[1], &length);
    g_autoptr(Json) json = json_parse((const char *)body, length, NULL);
    assert_string_equal(json_get_string(json, "iss"), "3MVG9.key");
    assert_string_equal(json_get_string(json, "sub"), "integration@acme.com");
    assert_string_equal(json_get_string(json, "aud"), "https://acme.my.salesforce.com");
    assert_int_equal(json_get_int(json, "exp", 0), NOW_S + 120);
    g_autofree guchar *head = decode(parts[0], &length);
    assert_int_equal(length, strlen("{\"alg\":\"RS256\"}"));
    assert_memory_equal(head, "{\"alg\":\"RS256\"}", length);

    g_autofree guchar *seal = decode(parts[2], &length);
    g_autofree char *signature = write_file("signature", (const char *)seal, (gssize)length);
    const char *const certified[] = {"openssl", "x509", "-noout", "-pubkey", NULL};
    g_autofree char *public = openssl(certified, pair.certificate);
    g_autofree char *key = write_file("public.pem", public, -1);
    const char *const verify[] = {"openssl", "dgst",       "-sha256", "-verify",
                                  key,       "-signature", signature, NULL};
    g_autofree char *said = g_strdup_printf("%s.%s", parts[0], parts[1]);
    g_autofree char *verified = openssl(verify, said);
    assert_contains(verified, "Verified OK");
    assert_int_equal(unlink(signature), 0);
    assert_int_equal(unlink(key), 0);
}

static void assertion__without_a_key__is_refused(void **state)
{
    static const char *const wrong[] = {
        "", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"};
    const struct jwt_claims claims = {"key", "a@b.example", "https://acme.my.salesforce.com", 1};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(Secret) key = secret_new(wrong[i]);
        g_autoptr(GError) error = NULL;
        assert_null(jwt_assertion(&claims, key, &error));
        assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_INPUT));
    }
}

int main(void)
{
    secret_init_process();
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pair__made__is_what_openssl_takes),
        cmocka_unit_test(pair__each__is_another),
        cmocka_unit_test(assertion__claims_and_signature__are_right),
        cmocka_unit_test(assertion__without_a_key__is_refused),
    };
    return cmocka_run_group_tests_name("JWT", tests, NULL, NULL);
}
