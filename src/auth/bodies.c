/* SPDX-License-Identifier: MIT */
#include "bodies.h"

/* Salesforce checks any consumer secret it is sent, even if it requires none: leave out an empty
 * one. */
static void add_secret(SecretBuf *body, const char *name, const Secret *value)
{
    if (secret_length(value) > 0)
        secret_buf_add_form(body, name, secret_peek(value));
}

Secret *exchange_body(const char *client_id, const Secret *client_secret, const char *redirect_uri,
                      const Secret *code, const Secret *verifier)
{
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add_form(body, "grant_type", "authorization_code");
    secret_buf_add_form(body, "code", secret_peek(code));
    secret_buf_add_form(body, "client_id", client_id);
    add_secret(body, "client_secret", client_secret);
    secret_buf_add_form(body, "redirect_uri", redirect_uri);
    add_secret(body, "code_verifier", verifier);
    return secret_buf_to_secret(body);
}

Secret *token_body(const char *grant_type, const char *client_id, const Secret *client_secret,
                   const Secret *refresh_token)
{
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add_form(body, "grant_type", grant_type);
    add_secret(body, "refresh_token", refresh_token);
    secret_buf_add_form(body, "client_id", client_id);
    add_secret(body, "client_secret", client_secret);
    return secret_buf_to_secret(body);
}

Secret *assertion_body(const char *grant_type, const Secret *assertion)
{
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add_form(body, "grant_type", grant_type);
    secret_buf_add_form(body, "assertion", secret_peek(assertion));
    return secret_buf_to_secret(body);
}

Secret *revoke_body(const Secret *token)
{
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add_form(body, "token", secret_peek(token));
    return secret_buf_to_secret(body);
}

Secret *introspect_body(const char *client_id, const Secret *client_secret,
                        const Secret *access_token)
{
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add_form(body, "token", secret_peek(access_token));
    secret_buf_add_form(body, "token_type_hint", "access_token");
    secret_buf_add_form(body, "client_id", client_id);
    add_secret(body, "client_secret", client_secret);
    return secret_buf_to_secret(body);
}
