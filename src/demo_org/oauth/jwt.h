/* SPDX-License-Identifier: MIT */
#ifndef DEMO_JWT_H
#define DEMO_JWT_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"

/* JSON Web Tokens signed with RS256 (RFC 7519, RFC 7515), and the org's own pair of keys. */

/* The token's claims, unverified; NULL when it is not a JWT. */
Json *jwt_claims(const char *token);
/* Whether it was signed with the private key of this certificate (PEM). */
bool jwt_signed_by(const char *token, const char *certificate);
/* Whether an app accepts it: an RSA key of 2048 bits or more, less than 4 KB of PEM. */
bool jwt_certificate_good(const char *certificate);

/* A token signed by the org; and the org's public key as a JWK. Owned by the caller. */
char *jwt_sign(const Json *claims);
Json *jwt_public_key(void);
/* base64url(left half of SHA-256), "at_hash" of OpenID Connect. */
char *jwt_half_hash(const char *text);

#endif
