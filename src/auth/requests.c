/* SPDX-License-Identifier: MIT */
#include "perch/auth/oauth.h"

#include "bodies.h"
#include "perch/auth/jwt.h"
#include "perch/base/clock.h"
#include "perch/salesforce/salesforce.h"

static HttpRequest *post(const char *origin, const char *path, Secret *body)
{
    g_autofree char *url = g_strconcat(origin, path, NULL);
    HttpRequest *request = http_request_new("POST", url);
    http_request_header(request, "Accept", "application/json");
    http_request_body(request, "application/x-www-form-urlencoded", body);
    return request;
}

HttpRequest *token_exchange_request(const char *login_url, const char *client_id,
                                    const Secret *client_secret, const char *redirect_uri,
                                    const Secret *code, const Secret *verifier)
{
    g_autoptr(Secret) body = exchange_body(client_id, client_secret, redirect_uri, code, verifier);
    HttpRequest *request = post(login_url, "/services/oauth2/token", body);
    http_request_patient(request); /* a code works only once */
    return request;
}

static Secret *signed_body(const Connection *connection, const struct secrets *secrets,
                           GError **error)
{
    g_autofree char *audience =
        login_audience(connection->login_url, connection->app_kind == APP_CONNECTED);
    const struct jwt_claims claims = {.client_id = connection->client_id,
                                      .username = connection->run_as,
                                      .audience = audience,
                                      .now_ms = clock_wall_ms()};
    g_autoptr(Secret) assertion = jwt_assertion(&claims, secrets->private_key, error);
    return assertion == NULL ? NULL
                             : assertion_body(connection_way(connection)->grant_type, assertion);
}

HttpRequest *token_request(const Connection *connection, const struct secrets *secrets,
                           GError **error)
{
    const struct login_way *way = connection_way(connection);
    g_autoptr(Secret) body =
        way->signs ? signed_body(connection, secrets, error)
                   : token_body(way->grant_type, connection->client_id, secrets->client_secret,
                                way->attended ? secrets->refresh_token : NULL);
    if (body == NULL)
        return NULL;
    HttpRequest *request = post(connection->login_url, "/services/oauth2/token", body);
    http_request_patient(request); /* with rotation the answer holds the only refresh token */
    return request;
}

HttpRequest *token_revoke_request(const char *login_url, const Secret *token)
{
    g_autoptr(Secret) body = revoke_body(token);
    return post(login_url, "/services/oauth2/revoke", body);
}

HttpRequest *token_introspect_request(const char *login_url, const char *client_id,
                                      const Secret *client_secret, const Secret *access_token)
{
    g_autoptr(Secret) body = introspect_body(client_id, client_secret, access_token);
    return post(login_url, "/services/oauth2/introspect", body);
}

HttpRequest *userinfo_request(const char *instance_url, Secret *access_token)
{
    g_autofree char *url = g_strconcat(instance_url, "/services/oauth2/userinfo", NULL);
    HttpRequest *request = http_request_new("GET", url);
    http_request_header(request, "Accept", "application/json");
    http_request_bearer(request, access_token);
    return request;
}
