/* SPDX-License-Identifier: MIT */
#ifndef PERCH_AUTH_GNUTLS_H
#define PERCH_AUTH_GNUTLS_H

/*
 * Include this instead of <gnutls/abstract.h>. GnuTLS is loaded at the first call, as libcurl is:
 * only a login with a private key needs it, and no command shall start later for it.
 */
#include <glib.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#define GNUTLS_FUNCTIONS(X)         \
    X(privkey_deinit)               \
    X(privkey_import_x509_raw)      \
    X(privkey_init)                 \
    X(privkey_sign_data)            \
    X(strerror)                     \
    X(x509_crt_deinit)              \
    X(x509_crt_export2)             \
    X(x509_crt_init)                \
    X(x509_crt_set_activation_time) \
    X(x509_crt_set_dn_by_oid)       \
    X(x509_crt_set_expiration_time) \
    X(x509_crt_set_key)             \
    X(x509_crt_set_serial)          \
    X(x509_crt_set_version)         \
    X(x509_crt_sign2)               \
    X(x509_privkey_deinit)          \
    X(x509_privkey_export2_pkcs8)   \
    X(x509_privkey_generate)        \
    X(x509_privkey_init)

struct gnutls_functions {
#define X(name) __typeof__(gnutls_##name) *name;
    GNUTLS_FUNCTIONS(X)
#undef X
    gnutls_free_function *free; /* of what GnuTLS has allocated */
};

/* NULL with PERCH_ERROR_INTERNAL: GnuTLS is not installed. */
const struct gnutls_functions *gnutls_functions(GError **error);

#endif
