/* SPDX-License-Identifier: MIT */
#include "perch/auth/jwt.h"

#include <string.h>

#include "gnutls.h"
#include "perch/base/error.h"
#include "perch/base/json.h"
#include "perch/base/text.h"

enum { KEY_BITS = 2048, SERIAL_BYTES = 16, GOOD_SECONDS = 120 };

/* Text that GnuTLS has allocated; wiped, as it may hold a key. */
static void take_back(const struct gnutls_functions *g, gnutls_datum_t *datum)
{
    if (datum->data != NULL) {
        wipe(datum->data, datum->size);
        (*g->free)(datum->data);
    }
    *datum = (gnutls_datum_t){NULL, 0};
}

static bool fine(const struct gnutls_functions *g, int code, GError **error)
{
    if (code < 0)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INTERNAL,
                    _("The key pair could not be made: %s"), g->strerror(code));
    return code >= 0;
}

/* ---- the key pair ---- */

static int fill_certificate(const struct gnutls_functions *g, gnutls_x509_crt_t certificate,
                            gnutls_x509_privkey_t key, const char *name, gint64 now_ms)
{
    guint8 serial[SERIAL_BYTES];
    random_bytes(serial, sizeof serial);
    serial[0] &= 0x7f; /* a positive number */
    serial[0] |= 0x40;
    const time_t now = (time_t)(now_ms / 1000);
    int code = g->x509_crt_set_version(certificate, 3);
    if (code >= 0)
        code = g->x509_crt_set_serial(certificate, serial, sizeof serial);
    if (code >= 0)
        code = g->x509_crt_set_activation_time(certificate, now - 3600);
    if (code >= 0)
        code = g->x509_crt_set_expiration_time(certificate, now + (time_t)CERTIFICATE_DAYS * 86400);
    if (code >= 0)
        code = g->x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                         (unsigned)strlen(name));
    if (code >= 0)
        code = g->x509_crt_set_key(certificate, key);
    return code < 0 ? code : g->x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
}

static char *make_certificate(const struct gnutls_functions *g, gnutls_x509_privkey_t key,
                              const char *name, gint64 now_ms, GError **error)
{
    gnutls_x509_crt_t certificate = NULL;
    gnutls_datum_t pem = {NULL, 0};
    char *text = NULL;
    if (fine(g, g->x509_crt_init(&certificate), error) &&
        fine(g, fill_certificate(g, certificate, key, name, now_ms), error) &&
        fine(g, g->x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem), error))
        text = g_strndup((const char *)pem.data, pem.size);
    take_back(g, &pem);
    if (certificate != NULL)
        g->x509_crt_deinit(certificate);
    return text;
}

static Secret *export_key(const struct gnutls_functions *g, gnutls_x509_privkey_t key,
                          GError **error)
{
    gnutls_datum_t pem = {NULL, 0};
    Secret *text = NULL;
    if (fine(g,
             g->x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem),
             error))
        text = secret_new_len((const char *)pem.data, pem.size);
    take_back(g, &pem);
    return text;
}

bool key_pair_make(const char *name, gint64 now_ms, Secret **ret_private_key,
                   char **ret_certificate, GError **error)
{
    const struct gnutls_functions *g = gnutls_functions(error);
    gnutls_x509_privkey_t key = NULL;
    *ret_private_key = NULL;
    *ret_certificate = NULL;
    if (g == NULL || !fine(g, g->x509_privkey_init(&key), error))
        return false;
    if (fine(g, g->x509_privkey_generate(key, GNUTLS_PK_RSA, KEY_BITS, 0), error))
        *ret_certificate = make_certificate(g, key, name, now_ms, error);
    if (*ret_certificate != NULL)
        *ret_private_key = export_key(g, key, error);
    g->x509_privkey_deinit(key);
    if (*ret_private_key == NULL)
        g_clear_pointer(ret_certificate, g_free);
    return *ret_private_key != NULL;
}

/* ---- the assertion ---- */

static void add_base64url(SecretBuf *out, gconstpointer bytes, gsize length)
{
    g_autofree char *text = g_base64_encode(bytes, length);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    *strchrnul(text, '=') = '\0';
    secret_buf_add(out, text);
}

static void add_json(SecretBuf *out, const Json *json)
{
    g_autofree char *text = json_print(json);
    add_base64url(out, text, strlen(text));
}

/* Header and claims, as they are signed. */
static SecretBuf *unsigned_part(const struct jwt_claims *claims)
{
    g_autoptr(Json) header = json_object();
    g_autoptr(Json) body = json_object();
    SecretBuf *out = secret_buf_new();
    json_set_string(header, "alg", "RS256");
    json_set_string(body, "iss", claims->client_id);
    json_set_string(body, "sub", claims->username);
    json_set_string(body, "aud", claims->audience);
    json_set_int(body, "exp", claims->now_ms / 1000 + GOOD_SECONDS);
    add_json(out, header);
    secret_buf_add(out, ".");
    add_json(out, body);
    return out;
}

static bool sign(const struct gnutls_functions *g, gnutls_privkey_t key, const Secret *pem,
                 SecretBuf *text, GError **error)
{
    const gnutls_datum_t given = {(unsigned char *)(guintptr)secret_peek(pem),
                                  (unsigned)secret_length(pem)};
    const gnutls_datum_t data = {(unsigned char *)text->text, (unsigned)text->length};
    gnutls_datum_t signature = {NULL, 0};
    if (g->privkey_import_x509_raw(key, &given, GNUTLS_X509_FMT_PEM, NULL, 0) < 0 ||
        g->privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &data, &signature) < 0) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("This is not a private key in PEM that can sign."));
        return false;
    }
    secret_buf_add(text, ".");
    add_base64url(text, signature.data, signature.size);
    take_back(g, &signature);
    return true;
}

Secret *jwt_assertion(const struct jwt_claims *claims, const Secret *private_key, GError **error)
{
    const struct gnutls_functions *g = gnutls_functions(error);
    gnutls_privkey_t key = NULL;
    if (g == NULL || !fine(g, g->privkey_init(&key), error))
        return NULL;
    g_autoptr(SecretBuf) text = unsigned_part(claims);
    Secret *assertion = sign(g, key, private_key, text, error) ? secret_buf_to_secret(text) : NULL;
    g->privkey_deinit(key);
    return assertion;
}
