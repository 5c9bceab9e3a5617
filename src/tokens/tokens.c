/* SPDX-License-Identifier: MIT */
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/net/failure.h"
#include "tokens_private.h"

/* Salesforce's shortest session timeout is 15 minutes (Session Settings, Timeout Value); a token
 * younger than that is valid, whatever the org's setting, unless somebody revoked it. */
enum { SHORTEST_SESSION_SECONDS = 15 * 60, GOOD_MARGIN_SECONDS = 2 * 60 };

Tokens *tokens_new(const char *config_dir, Store *store)
{
    Tokens *tokens = g_new0(Tokens, 1);
    tokens->references = 1;
    tokens->config_dir = g_strdup(config_dir);
    tokens->store = store;
    return tokens;
}

Tokens *tokens_ref(Tokens *tokens)
{
    tokens->references++;
    return tokens;
}

void tokens_let_go(Tokens *tokens)
{
    if (rescue_holds(tokens->rescue))
        store_lock_leave(tokens->lock);
    else
        store_lock_free(tokens->lock);
    rescue_free(tokens->rescue);
    tokens->lock = NULL;
    tokens->rescue = NULL;
    tokens->keeps_lock = false;
}

void tokens_unref(Tokens *tokens)
{
    if (tokens == NULL || --tokens->references > 0)
        return;
    tokens_let_go(tokens);
    rescue_free(tokens->guard);
    secrets_clear(&tokens->secrets);
    secrets_clear(&tokens->kept);
    secret_unref(tokens->former);
    g_free(tokens->config_dir);
    g_free(tokens->name);
    g_free(tokens);
}

void tokens_close(Tokens *tokens)
{
    if (tokens != NULL)
        tokens->closed = true;
    tokens_unref(tokens);
}

enum tokens_state tokens_state(const Tokens *tokens)
{
    return tokens->state;
}

const struct secrets *tokens_secrets(const Tokens *tokens)
{
    return &tokens->secrets;
}

Store *tokens_store(const Tokens *tokens)
{
    return tokens->store;
}

void tokens_may_ask(Tokens *tokens, bool may_ask)
{
    tokens->ask = may_ask;
}

bool tokens_asks(const Tokens *tokens)
{
    return tokens->ask;
}

void tokens_keep_in_memory(Tokens *tokens, bool keep)
{
    tokens->memory_only = keep;
    if (keep)
        tokens_unguard(tokens);
    if (!keep || tokens->visit != NULL)
        return;
    rescue_done(tokens->rescue);
    tokens_let_go(tokens);
}

bool tokens_in_memory(const Tokens *tokens)
{
    return tokens->memory_only;
}

/* ---- input ---- */

void tokens_set_client_secret(Tokens *tokens, Secret *client_secret)
{
    secret_set(&tokens->secrets.client_secret, client_secret);
}

void tokens_set_private_key(Tokens *tokens, Secret *private_key)
{
    secret_set(&tokens->secrets.private_key, private_key);
}

bool tokens_secret_is_kept(const Tokens *tokens)
{
    return secret_equal(tokens->secrets.client_secret, tokens->kept.client_secret) &&
           secret_equal(tokens->secrets.private_key, tokens->kept.private_key);
}

void tokens_begin_login(Tokens *tokens)
{
    if (tokens->state != TOKENS_WON)
        secret_set(&tokens->former, tokens->secrets.refresh_token);
}

const Secret *tokens_former(const Tokens *tokens)
{
    return tokens->former;
}

void tokens_former_ended(Tokens *tokens)
{
    secret_set(&tokens->former, NULL);
    if (tokens->state != TOKENS_WON)
        tokens_unguard(tokens);
}

bool secrets_take_answer(struct secrets *secrets, const struct token_answer *answer,
                         gint64 session_seconds, gint64 received_ms)
{
    gint64 life = session_seconds > 0 ? session_seconds : SHORTEST_SESSION_SECONDS;
    bool rotated = answer->refresh_token != NULL && secrets->refresh_token != NULL &&
                   !secret_equal(answer->refresh_token, secrets->refresh_token);
    secret_set(&secrets->access_token, answer->access_token);
    if (answer->refresh_token != NULL)
        secret_set(&secrets->refresh_token, answer->refresh_token);
    /* The instance URL may change (sandbox refresh, new My Domain): the last one counts. */
    if (answer->instance_url != NULL) {
        g_autofree char *instance_url = g_strdup(answer->instance_url);
        g_free(secrets->instance_url);
        secrets->instance_url = g_steal_pointer(&instance_url);
    }
    secrets->issued_at = received_ms;
    secrets->good_until = received_ms + MAX(0, life - GOOD_MARGIN_SECONDS) * 1000;
    return rotated;
}

void tokens_take_refreshed(Tokens *tokens, const struct token_answer *answer,
                           gint64 session_seconds, gint64 received_ms)
{
    const bool new_one = answer->refresh_token != NULL &&
                         !secret_equal(answer->refresh_token, tokens->secrets.refresh_token);
    secrets_take_answer(&tokens->secrets, answer, session_seconds, received_ms);
    if (new_one)
        tokens->state = TOKENS_WON;
    else if (tokens->state == TOKENS_LOST)
        tokens->state = TOKENS_HELD;
}

void tokens_take(Tokens *tokens, const struct token_answer *answer, gint64 session_seconds,
                 gint64 received_ms)
{
    tokens_take_refreshed(tokens, answer, session_seconds, received_ms);
    tokens->guards_secrets = true;
}

void tokens_import(Tokens *tokens, Secret *client_secret, Secret *refresh_token)
{
    secret_set(&tokens->secrets.client_secret, client_secret);
    secret_set(&tokens->secrets.refresh_token, refresh_token);
    tokens->state = TOKENS_WON;
}

void tokens_borrow(Tokens *tokens, Secret *access_token)
{
    secret_set(&tokens->secrets.access_token, access_token);
    tokens->memory_only = true;
}

void tokens_give_back(Tokens *tokens)
{
    rescue_reject(tokens->guard);
}

void tokens_drop(Tokens *tokens)
{
    tokens->state = TOKENS_NONE;
    rescue_done(tokens->rescue);
    tokens_unguard(tokens);
}

void tokens_are_exported(Tokens *tokens)
{
    tokens_unguard(tokens);
}

void tokens_guard(Tokens *tokens, const Connection *connection, HttpRequest *exchange)
{
    rescue_reject(tokens->guard); /* this login replaces that one */
    rescue_free(tokens->guard);
    tokens->guards_secrets = false;
    tokens->guard =
        tokens->memory_only
            ? NULL
            : rescue_start(&(struct rescue_terms){.config_dir = tokens->config_dir,
                                                  .name = connection->name,
                                                  .login_url = connection->login_url,
                                                  .session_seconds = connection->session_seconds,
                                                  .secrets = &tokens->secrets,
                                                  .parts = SECRETS_ALL,
                                                  .fate = tokens->former != NULL ? RESCUE_REVOKES
                                                                                 : RESCUE_STORES,
                                                  .former = tokens->former},
                           NULL);
    rescue_carries(tokens->guard, exchange);
}

bool tokens_guards(const Tokens *tokens)
{
    return tokens->guard != NULL;
}

void tokens_unguard(Tokens *tokens)
{
    if (rescue_awaits(tokens->guard))
        rescue_reject(tokens->guard);
    else
        rescue_done(tokens->guard);
    g_clear_pointer(&tokens->guard, rescue_free);
}

void tokens_see(Tokens *tokens, struct secrets *stored)
{
    const bool other_token = !secret_equal(stored->refresh_token, tokens->secrets.refresh_token);
    if (tokens_secret_is_kept(tokens))
        secrets_merge(&tokens->secrets, stored, SECRETS_APP);
    secrets_clear(&tokens->kept);
    tokens->kept = *stored;
    if (tokens->state == TOKENS_WON) {
        /* The former token may have been rotated since the login began: this is the one the login
         * replaces. */
        if (tokens->former != NULL && stored->refresh_token != NULL)
            secret_set(&tokens->former, stored->refresh_token);
        return;
    }
    secrets_merge(&tokens->secrets, stored, SECRETS_TOKENS);
    if (stored->refresh_token == NULL)
        tokens->state = TOKENS_NONE;
    else if (other_token || tokens->state == TOKENS_NONE)
        tokens->state = TOKENS_HELD;
}

void tokens_failure(struct failure *ret_failure, const GError *error)
{
    if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        failure_own(ret_failure, STAGE_TOKEN, "not-authorized",
                    _("The keyring has no token for this connection."));
    else if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_BUSY))
        failure_own(ret_failure, STAGE_TOKEN, "refresh-in-progress", error->message);
    else
        failure_from_error(ret_failure, STAGE_MACHINE, error);
}
