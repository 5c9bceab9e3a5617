/* SPDX-License-Identifier: MIT */
#include "perch/auth/oauth.h"

#include "bodies.h"

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

HttpRequest *token_request(const struct login_way *way, const char *login_url,
                           const char *client_id, const Secret *client_secret,
                           const Secret *refresh_token)
{
    g_autoptr(Secret) body =
        token_body(way->grant_type, client_id, client_secret, way->attended ? refresh_token : NULL);
    HttpRequest *request = post(login_url, "/services/oauth2/token", body);
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
