/* SPDX-License-Identifier: MIT */
#ifndef PERCH_JWT_H
#define PERCH_JWT_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/* What a login with a private key needs (RFC 7523; salesforce.com help
 * remoteaccess_oauth_jwt_flow): a key pair, and the assertion signed with it. */

enum { CERTIFICATE_DAYS = 3650 }; /* a certificate's life */

/* An RSA key of 2048 bits, PEM (PKCS #8), and a self-signed certificate for the app, PEM, below the
 * 4 KB that Salesforce takes. Both are owned by the caller. PERCH_ERROR_INTERNAL: GnuTLS is
 * missing, or says why. */
bool key_pair_make(const char *name, gint64 now_ms, Secret **ret_private_key,
                   char **ret_certificate, GError **error);

struct jwt_claims {
    const char *client_id; /* iss */
    const char *username;  /* sub */
    const char *audience;  /* aud: the org's My Domain origin, without a slash at the end */
    gint64 now_ms; /* it is good for two minutes: Salesforce takes three, by its own clock */
};
/* PERCH_ERROR_INPUT: private_key is no RSA key in PEM. */
Secret *jwt_assertion(const struct jwt_claims *claims, const Secret *private_key, GError **error);

#endif
