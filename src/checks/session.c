/* SPDX-License-Identifier: MIT */
#include "perch/checks/session.h"

#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/login_way.h"
#include "perch/rest/rest.h"
#include "perch/tokens/refresh.h"

struct session *session_new(Connection *connection, const char *config_dir, Http *http,
                            Store *store)
{
    struct session *session = g_new0(struct session, 1);
    session->connection = connection;
    session->config_dir = g_strdup(config_dir);
    session->http = http;
    session->tokens = tokens_new(config_dir, store);
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
    tokens_close(session->tokens);
    connection_free(session->connection);
    g_free(session->config_dir);
    pkce_clear(&session->pkce);
    secret_unref(session->state);
    secret_unref(session->code);
    g_free(session->redirect_uri);
    connection_free(session->before);
    g_free(session->expected_org_id);
    g_free(session->expected_user_id);
    failure_clear(&session->probe);
    app_policy_clear(&session->app_policy);
    token_answer_clear(&session->answer);
    userinfo_clear(&session->userinfo);
    g_free(session->server_ip);
    json_free(session->versions);
    failure_clear(&session->versions_failure);
    for (gsize i = 0; i < G_N_ELEMENTS(session->describes); i++)
        describe_clear(&session->describes[i]);
    if (session->rehearsal != NULL)
        session->rehearsal_free(session->rehearsal);
    json_free(session->record);
    g_free(session->record_id);
    g_free(session->record_url);
    g_free(session);
}

void session_expect_anybody(struct session *session)
{
    g_clear_pointer(&session->expected_org_id, g_free);
    g_clear_pointer(&session->expected_user_id, g_free);
}

void session_begin_login(struct session *session, guint16 port)
{
    pkce_clear(&session->pkce);
    pkce_make(&session->pkce);
    g_autoptr(Secret) state = secret_new_random(32); /* 256 bits */
    secret_set(&session->state, state);
    secret_set(&session->code, NULL);
    tokens_begin_login(session->tokens);
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

void session_learn(struct session *session, struct token_answer *answer)
{
    Connection *connection = session->connection;
    if (answer->instance_url != NULL)
        connection_set(&connection->instance_url, answer->instance_url);
    connection_set(&connection->identity_url, answer->identity_url);
    connection_set(&connection->org_id, answer->org_id);
    connection_set(&connection->user_id, answer->user_id);
    if (answer->scope != NULL)
        connection_set(&connection->granted_scopes, answer->scope);
    token_answer_clear(&session->answer);
    session->answer = *answer;
    memset(answer, 0, sizeof *answer);
}

void session_refreshed(struct session *session, struct refresh_result *result)
{
    if (result->answer.access_token == NULL)
        return;
    session_learn(session, &result->answer);
    session->connection->rotation = result->rotated;
    if (result->rested_ms > (IDLE_LIMIT_DAYS + 1) * CLOCK_DAY_MS &&
        connection_way(session->connection)->attended)
        session->connection->rested_at = clock_wall_ms();
}

Connection *session_proven_connection(const struct session *session)
{
    const Connection *before = session->before;
    Connection *copy = connection_copy(session->connection);
    if (connection_changes_way(copy))
        connection_postpone_change(copy);
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
    copy->logged_in_at = before->logged_in_at;
    return copy;
}

void session_tell(const struct session *session, struct failure *failure)
{
    const Connection *connection = session->connection;
    g_autofree char *proxy =
        session->http == NULL ? NULL : http_proxy_for(session->http, connection->login_url);
    g_autofree char *own = lightning_url(connection->login_url);
    failure->app =
        connection->app_kind == APP_CONNECTED ? FAILURE_APP_CONNECTED : FAILURE_APP_EXTERNAL;
    if (session->http != NULL && proxy == NULL)
        failure->seen |= 1u << SEEN_NO_PROXY;
    if (session->new_login)
        failure->seen |= 1u << SEEN_NEW_LOGIN;
    if (own != NULL)
        failure->seen |= 1u << SEEN_MY_DOMAIN;
    if (connection->granted_scopes != NULL && scope_covers(connection->granted_scopes, "api"))
        failure->seen |= 1u << SEEN_SCOPE_API;
}

const struct secrets *session_secrets(const struct session *session)
{
    return tokens_secrets(session->tokens);
}

bool session_can_renew(const struct session *session)
{
    return connection_credential(session->connection, session_secrets(session)) != NULL;
}

const char *session_base(const struct session *session)
{
    const char *instance_url = session_secrets(session)->instance_url;
    return instance_url != NULL ? instance_url : session->connection->instance_url;
}

const char *session_version(const struct session *session)
{
    /* A version that every org of recent years supports; preflight replaces it with the newest. */
    const char *version = session->connection->api_version;
    return version != NULL ? version : "60.0";
}

HttpRequest *session_query(const struct session *session, const char *soql)
{
    return query_request(session_base(session), session_version(session), soql,
                         session_secrets(session)->access_token);
}

const char *session_object(const struct session *session)
{
    return session->connection->test_object == TEST_CASE ? "Case" : "Lead";
}
