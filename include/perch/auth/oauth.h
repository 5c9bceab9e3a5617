/* SPDX-License-Identifier: MIT */
#ifndef PERCH_OAUTH_H
#define PERCH_OAUTH_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"
#include "perch/base/login_way.h"
#include "perch/base/secret.h"
#include "perch/net/http.h"

/* OAuth 2.0 web server flow with PKCE, as Salesforce does it (salesforce.com help
 * remoteaccess_oauth_web_server_flow; RFC 6749, 7636, 8252). This module builds requests and parses
 * answers; the caller sends them. No I/O. */

struct pkce {
    Secret *verifier; /* 43 characters of base64url */
    char *challenge;  /* base64url(SHA-256(verifier)), no padding */
};
void pkce_make(struct pkce *ret_pkce);
char *pkce_challenge(const char *verifier);
void pkce_clear(struct pkce *pkce);

struct authorize {
    const char *login_url; /* origin */
    const char *client_id;
    const char *redirect_uri;
    const char *scopes; /* separated by blanks; NULL = leave out */
    const char *state;
    const char *challenge;
    const char *login_hint; /* NULL = leave out */
    const char *prompt;     /* NULL = leave out */
};
char *authorize_url(const struct authorize *authorize); /* owned by the caller */

/* What a person pasted while perch waits for the code. */
enum paste_kind {
    PASTE_NOTHING, /* not recognised; problem says why, for a person */
    PASTE_CODE,
    PASTE_ERROR, /* an address with error= in it */
};
struct paste {
    enum paste_kind kind;
    Secret *code; /* percent-decoded exactly once if it came in an address */
    char *error;  /* decoded */
    char *description;
    bool has_state;     /* the address has a state ... */
    bool state_matches; /* ... and it is ours */
    bool unread;        /* PASTE_NOTHING: it may be the text of an error page */
    const char
        *problem; /* translated, borrowed. PASTE_CODE: it looks cut or grown, ask once more */
};
/* Salesforce's codes are base64 with . and _: in 33 of 33 whole ones that public repositories and
 * its own guides show, from 2010 to 2026, 76 characters that end in == or (2, newer) 96 that end in
 * =. They begin with aPrx, older ones with aWek; Salesforce promises neither. One of them has two
 * dots in a row. */
/* Accepts the redirect address (also https://login.salesforce.com/?code=… and …/services/
 * oauth2/success?code=…), Salesforce's error page (RemoteAccessErrorPage.apexp?error=…), a bare
 * "code=…" and the bare code, in encoded or decoded form, ignoring blanks and line breaks inserted
 * by a terminal. */
void paste_parse(struct paste *ret_paste, const char *text, const Secret *state);
void paste_clear(struct paste *paste);

/* Requests; owned by the caller. A NULL or empty client_secret is left out. */
HttpRequest *token_exchange_request(const char *login_url, const char *client_id,
                                    const Secret *client_secret, const char *redirect_uri,
                                    const Secret *code, const Secret *verifier);
/* For another access token, without a person, the connection's way; NULL: the private key cannot
 * sign (jwt.h). */
HttpRequest *token_request(const Connection *connection, const struct secrets *secrets,
                           GError **error);
HttpRequest *token_revoke_request(const char *login_url, const Secret *token);
HttpRequest *token_introspect_request(const char *login_url, const char *client_id,
                                      const Secret *client_secret, const Secret *access_token);
HttpRequest *userinfo_request(const char *instance_url, Secret *access_token);

struct token_answer {
    Secret *access_token;
    Secret *refresh_token; /* NULL when the answer has none */
    char *instance_url;    /* checked: https Salesforce host, or loopback when the login host is */
    char *identity_url;
    char *org_id, *user_id; /* 18 characters, from the identity URL; NULL when that is malformed */
    char *scope;            /* granted scopes, separated by blanks; NULL when missing */
    char *signature;        /* NULL when missing */
    char *issued_at;        /* as received, as it is part of the signed text; NULL when missing */
};
/* PERCH_ERROR_INPUT: this is not a token answer of Salesforce's. Lenient: unknown keys, a missing
 * refresh token and numbers as strings are accepted. If only the instance URL is missing or
 * foreign, *ret_answer has the rest nonetheless, as its tokens must be kept or revoked; otherwise
 * nothing. */
bool token_answer_parse(struct token_answer *ret_answer, const Json *json, const char *login_url,
                        GError **error);
void token_answer_clear(struct token_answer *answer);

enum signature_check { SIGNATURE_OK, SIGNATURE_WRONG, SIGNATURE_NO_SECRET, SIGNATURE_ABSENT };
/* Compares signature with base64(HMAC-SHA256(consumer secret, id + issued_at)). ABSENT: the answer
 * lacks one of these three. */
enum signature_check token_signature_check(const struct token_answer *answer,
                                           const Secret *client_secret);

/* Whether granted (separated by blanks) covers scope. full covers api and web; offline_access and
 * refresh_token are equivalent. */
bool scope_covers(const char *granted, const char *scope);

struct userinfo {
    char *user_id, *org_id, *username, *name, *email;
    bool active;
};
bool userinfo_parse(struct userinfo *ret_info, const Json *json, GError **error);
void userinfo_clear(struct userinfo *info);

/* Seconds from now until "exp" of an introspection answer; 0 when it has no exp or the token is
 * inactive. */
gint64 introspect_lifetime(const Json *json, gint64 now_ms, bool *ret_active);

#endif
