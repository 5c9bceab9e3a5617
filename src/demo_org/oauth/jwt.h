/* SPDX-License-Identifier: MIT */
#ifndef DEMO_JWT_H
#define DEMO_JWT_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"

/* JSON Web Tokens signed with RS256 (RFC 7519, RFC 7515), and the org's own pair of keys. */

/* What the token claims, before anything is proven; NULL when it is no such token. */
Json *jwt_claims(const char *token);
/* Was it signed with the private key of this certificate (PEM)? */
bool jwt_signed_by(const char *token, const char *certificate);
/* May it stand in an app: an RSA key of 2048 bits or more, less than 4 KB of PEM? */
bool jwt_certificate_good(const char *certificate);

/* Signed by the org; and its public key as the JWK that checks it. Owned by the caller. */
char *jwt_sign(const Json *claims);
Json *jwt_public_key(void);
/* base64url(left half of SHA-256), "at_hash" of OpenID Connect. */
char *jwt_half_hash(const char *text);

#endif
