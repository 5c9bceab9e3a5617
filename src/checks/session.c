/* SPDX-License-Identifier: MIT */
#include "perch/checks/session.h"

#include <string.h>

#include "perch/checks/rehearse.h"
#include "perch/tokens/refresh.h"

/* Salesforce's shortest session timeout is 15 minutes (Session Settings, Timeout Value); a token
 * younger than that is good, whatever the org's setting, unless somebody revoked it. */
enum { SHORTEST_SESSION_SECONDS = 15 * 60, GOOD_MARGIN_SECONDS = 2 * 60 };

struct session *session_new(Connection *connection, const char *config_dir, Http *http,
                            Store *store)
{
    struct session *session = g_new0(struct session, 1);
    session->connection = connection;
    session->config_dir = g_strdup(config_dir);
    session->http = http;
    session->store = store;
    session->expected_org_id = g_strdup(connection->org_id);
    session->expected_user_id = g_strdup(connection->user_id);
    return session;
}

void app_policy_clear(struct app_policy *policy)
{
    g_free(policy->users);
    g_free(policy->ip);
    g_free(policy->refresh);
    g_free(policy->refresh_unit);
    memset(policy, 0, sizeof *policy);
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    refresh_forget(session);
    connection_free(session->connection);
    secrets_clear(&session->secrets);
    g_free(session->config_dir);
    pkce_clear(&session->pkce);
    secret_unref(session->state);
    secret_unref(session->code);
    g_free(session->redirect_uri);
    connection_free(session->before);
    secret_unref(session->previous_token);
    store_lock_free(session->lock);
    g_free(session->expected_org_id);
    g_free(session->expected_user_id);
    failure_clear(&session->probe);
    app_policy_clear(&session->app_policy);
    token_answer_clear(&session->answer);
    userinfo_clear(&session->userinfo);
    g_free(session->server_ip);
    g_free(session->versions_body);
    failure_clear(&session->versions_failure);
    for (gsize i = 0; i < G_N_ELEMENTS(session->describes); i++)
        describe_clear(&session->describes[i]);
    rehearsal_free(session->rehearsal);
    json_free(session->record);
    g_free(session->record_id);
    g_free(session->record_url);
    g_free(session);
}

void session_begin_login(struct session *session, guint16 port)
{
    pkce_clear(&session->pkce);
    pkce_make(&session->pkce);
    g_autoptr(Secret) state = secret_new_random(32); /* 256 bits */
    secret_set(&session->state, state);
    secret_set(&session->code, NULL);
    if (session->stored) /* what the keyring has is the connection's until a new one is proven */
        secret_set(&session->previous_token, session->secrets.refresh_token);
    session_set_port(session, port);
}

void session_set_port(struct session *session, guint16 port)
{
    session->port = port;
    g_free(session->redirect_uri);
    session->redirect_uri = connection_redirect(session->connection, port);
}

char *session_authorize_url(const struct session *session)
{
    const Connection *connection = session->connection;
    return authorize_url(&(struct authorize){
        .login_url = connection->login_url,
        .client_id = connection->client_id,
        .redirect_uri = session->redirect_uri,
        .scopes = connection->scopes,
        .state = secret_peek(session->state),
        .challenge = session->pkce.challenge,
        .login_hint = connection->username,
    });
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
    /* It may change with a sandbox refresh or a new My Domain: the last one counts. */
    connection_set(&secrets->instance_url, answer->instance_url);
    secrets->issued_at = received_ms;
    secrets->good_until = received_ms + MAX(0, life - GOOD_MARGIN_SECONDS) * 1000;
    return rotated;
}

void session_take_answer(struct session *session, struct token_answer *answer, gint64 received_ms,
                         bool *ret_rotated)
{
    Connection *connection = session->connection;
    *ret_rotated =
        secrets_take_answer(&session->secrets, answer, connection->session_seconds, received_ms);
    session->token_won = session->token_won || answer->refresh_token != NULL;
    connection_set(&connection->instance_url, answer->instance_url);
    connection_set(&connection->identity_url, answer->identity_url);
    connection_set(&connection->org_id, answer->org_id);
    connection_set(&connection->user_id, answer->user_id);
    if (answer->scope != NULL)
        connection_set(&connection->granted_scopes, answer->scope);
    session->stored = false;
    token_answer_clear(&session->answer);
    session->answer = *answer;
    memset(answer, 0, sizeof *answer);
}

bool session_is_ahead(const struct session *session)
{
    return session->token_won && !session->stored && session->secrets.refresh_token != NULL;
}

bool session_adopt(struct session *session, struct secrets *stored)
{
    bool changed = session->secrets.access_token != NULL && stored->access_token != NULL &&
                   !secret_equal(stored->access_token, session->secrets.access_token);
    secrets_clear(&session->secrets);
    session->secrets = *stored;
    session->stored = true;
    return changed;
}

Connection *session_proven_connection(const struct session *session)
{
    const Connection *before = session->before;
    Connection *copy = connection_copy(session->connection);
    if (before == NULL)
        return copy;
    connection_set(&copy->instance_url, before->instance_url);
    connection_set(&copy->identity_url, before->identity_url);
    connection_set(&copy->granted_scopes, before->granted_scopes);
    connection_set(&copy->org_id, before->org_id);
    connection_set(&copy->user_id, before->user_id);
    connection_set(&copy->username, before->username);
    connection_set(&copy->org_name, before->org_name);
    connection_set(&copy->edition, before->edition);
    connection_set(&copy->profile_id, before->profile_id);
    connection_set(&copy->app_id, before->app_id);
    copy->session_seconds = before->session_seconds;
    copy->rotation = before->rotation;
    return copy;
}

const char *session_base(const struct session *session)
{
    return session->secrets.instance_url != NULL ? session->secrets.instance_url
                                                 : session->connection->instance_url;
}

const char *session_version(const struct session *session)
{
    /* Any org of the last years knows it; preflight puts the newest in its place. */
    const char *version = session->connection->api_version;
    return version != NULL ? version : "60.0";
}

const char *session_object(const struct session *session)
{
    return session->connection->test_object == TEST_CASE ? "Case" : "Lead";
}
