/* SPDX-License-Identifier: MIT */
#include "demo_org/oauth/jwt.h"

#include <gnutls/abstract.h>
#include <string.h>

enum { KEY_BITS = 2048, CERTIFICATE_MAX = 4096 };

#define KEY_ID "254"

G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gnutls_pubkey_t, gnutls_pubkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)

/* A datum allocated by GnuTLS. */
typedef gnutls_datum_t Given;

static void given_clear(Given *given)
{
    gnutls_free(given->data);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Given, given_clear)

static gnutls_datum_t datum(gconstpointer bytes, gsize length)
{
    return (gnutls_datum_t){(unsigned char *)(guintptr)bytes, (unsigned)length};
}

/* For calls that can only fail for lack of memory. */
static void must(int code)
{
    if (code < 0)
        g_error("GnuTLS: %s", gnutls_strerror(code));
}

static char *to_base64url(const guint8 *bytes, gsize length)
{
    char *text = g_base64_encode(bytes, length);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    *strchrnul(text, '=') = '\0';
    return text;
}

/* NULL for a character that is not base64url. */
static guint8 *from_base64url(const char *text, gsize *ret_length)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (text[strspn(text, letters)] != '\0')
        return NULL;
    g_autofree char *padded = g_strconcat(text, &"==="[(strlen(text) + 3) % 4], NULL);
    g_strdelimit(padded, "-", '+');
    g_strdelimit(padded, "_", '/');
    return g_base64_decode(padded, ret_length);
}

static Json *part_of(const char *part)
{
    gsize length;
    g_autofree guint8 *text = from_base64url(part, &length);
    Json *json = text == NULL ? NULL : json_parse((const char *)text, length, NULL);
    if (json_is_object(json))
        return json;
    json_free(json);
    return NULL;
}

Json *jwt_claims(const char *token)
{
    g_auto(GStrv) parts = g_strsplit(token != NULL ? token : "", ".", -1);
    if (g_strv_length(parts) != 3)
        return NULL;
    g_autoptr(Json) header = part_of(parts[0]);
    return g_strcmp0(json_get_string(header, "alg"), "RS256") == 0 ? part_of(parts[1]) : NULL;
}

/* The RSA key of a certificate, NULL when it has none. */
static gnutls_pubkey_t key_of(const char *certificate)
{
    const gnutls_datum_t pem = datum(certificate, strlen(certificate));
    g_auto(gnutls_x509_crt_t) x509 = NULL;
    g_auto(gnutls_pubkey_t) key = NULL;
    must(gnutls_x509_crt_init(&x509));
    must(gnutls_pubkey_init(&key));
    if (gnutls_x509_crt_import(x509, &pem, GNUTLS_X509_FMT_PEM) < 0 ||
        gnutls_pubkey_import_x509(key, x509, 0) < 0 ||
        gnutls_pubkey_get_pk_algorithm(key, NULL) != GNUTLS_PK_RSA)
        return NULL;
    return g_steal_pointer(&key);
}

bool jwt_signed_by(const char *token, const char *certificate)
{
    const char *dot = strrchr(token, '.');
    g_auto(gnutls_pubkey_t) key = key_of(certificate);
    gsize length;
    g_autofree guint8 *bytes = dot == NULL ? NULL : from_base64url(dot + 1, &length);
    if (key == NULL || bytes == NULL)
        return false;
    const gnutls_datum_t said = datum(token, (gsize)(dot - token));
    const gnutls_datum_t signature = datum(bytes, length);
    return gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_RSA_SHA256, 0, &said, &signature) >= 0;
}

bool jwt_certificate_good(const char *certificate)
{
    g_auto(gnutls_pubkey_t) key = key_of(certificate);
    unsigned bits = 0;
    if (key != NULL)
        gnutls_pubkey_get_pk_algorithm(key, &bits);
    return bits >= KEY_BITS && strlen(certificate) < CERTIFICATE_MAX;
}

/* Created when the first id_token or its key is requested; lives as long as the program. */
static gnutls_privkey_t own_key(void)
{
    static gnutls_privkey_t key;
    if (key == NULL) {
        must(gnutls_privkey_init(&key));
        must(gnutls_privkey_generate(key, GNUTLS_PK_RSA, KEY_BITS, 0));
    }
    return key;
}

static char *encode_json(const Json *json)
{
    g_autofree char *text = json_print(json);
    return to_base64url((const guint8 *)text, strlen(text));
}

char *jwt_sign(const Json *claims)
{
    g_autoptr(Json) header = json_object();
    json_set_string(header, "kid", KEY_ID);
    json_set_string(header, "typ", "JWT");
    json_set_string(header, "alg", "RS256");
    g_autofree char *head = encode_json(header);
    g_autofree char *body = encode_json(claims);
    g_autofree char *said = g_strdup_printf("%s.%s", head, body);
    const gnutls_datum_t data = datum(said, strlen(said));
    g_auto(Given) signature = {NULL, 0};
    must(gnutls_privkey_sign_data(own_key(), GNUTLS_DIG_SHA256, 0, &data, &signature));
    g_autofree char *seal = to_base64url(signature.data, signature.size);
    return g_strdup_printf("%s.%s", said, seal);
}

Json *jwt_public_key(void)
{
    g_auto(Given) modulus = {NULL, 0}, exponent = {NULL, 0};
    must(gnutls_privkey_export_rsa_raw2(own_key(), &modulus, &exponent, NULL, NULL, NULL, NULL,
                                        NULL, NULL, GNUTLS_EXPORT_FLAG_NO_LZ));
    g_autofree char *n = to_base64url(modulus.data, modulus.size);
    g_autofree char *e = to_base64url(exponent.data, exponent.size);
    Json *key = json_object();
    json_set_string(key, "kty", "RSA");
    json_set_string(key, "alg", "RS256");
    json_set_string(key, "use", "sig");
    json_set_string(key, "kid", KEY_ID);
    json_set_string(key, "n", n);
    json_set_string(key, "e", e);
    return key;
}

char *jwt_half_hash(const char *text)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) sha = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sha, (const guchar *)text, -1);
    g_checksum_get_digest(sha, digest, &length);
    return to_base64url(digest, length / 2);
}
