/* SPDX-License-Identifier: MIT */
#ifndef PERCH_AUTH_BODIES_H
#define PERCH_AUTH_BODIES_H

#include "perch/base/secret.h"

/* Form bodies of the OAuth requests (RFC 6749 4.1.3, 4.4.2, 6; RFC 7009; RFC 7523 2.1; RFC
 * 7662), apart from the
 * requests so that their exact bytes can be tested without a network. Owned by the caller. */
Secret *exchange_body(const char *client_id, const Secret *client_secret, const char *redirect_uri,
                      const Secret *code, const Secret *verifier);
Secret *token_body(const char *grant_type, const char *client_id, const Secret *client_secret,
                   const Secret *refresh_token);
Secret *assertion_body(const char *grant_type, const Secret *assertion);
Secret *revoke_body(const Secret *token);
Secret *introspect_body(const char *client_id, const Secret *client_secret,
                        const Secret *access_token);

#endif
