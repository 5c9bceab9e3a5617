/* SPDX-License-Identifier: MIT */
#include "perch/base/login_way.h"

#include "perch/base/text.h"

static const struct login_way ways[LOGIN_COUNT] = {
    [LOGIN_REFRESH_TOKEN] = {"refresh-token", N_("a refresh token"), "refresh_token",
                             "api refresh_token web", "api refresh_token", NULL,
                             N_("Log in, and press Allow"), N_("open browser and log in"),
                             APP_VALUES_PERCH, true, false},
    /* No source grants it anything but api. */
    [LOGIN_CLIENT_CREDENTIALS] = {"client-credentials", N_("client credentials"),
                                  "client_credentials", "api", "api", N_("Log in"),
                                  N_("Log in as the integration user"), N_("log in"),
                                  APP_VALUES_CLIENT_CREDENTIALS, false, false},
    /* Without refresh_token in the app, Salesforce knows no approval of a user in advance. */
    [LOGIN_JWT_BEARER] = {"jwt-bearer", N_("JWT bearer"),
                          "urn:ietf:params:oauth:grant-type:jwt-bearer", "api refresh_token", "api",
                          N_("Log in"), N_("Log in with the private key"), N_("log in"),
                          APP_VALUES_JWT_BEARER, false, true},
};

const struct login_way *login_way(enum login login)
{
    return &ways[login];
}

const struct login_way *login_way_from_name(const char *name)
{
    for (int i = 0; i < LOGIN_COUNT; i++)
        if (g_strcmp0(name, ways[i].name) == 0)
            return &ways[i];
    return NULL;
}

char *login_way_names(void)
{
    const char *names[LOGIN_COUNT + 1] = {NULL};
    for (int i = 0; i < LOGIN_COUNT; i++)
        names[i] = ways[i].name;
    return g_strjoinv(", ", (char **)(guintptr)names);
}

enum login app_values_login(enum app_values values)
{
    for (int i = 0; i < LOGIN_COUNT; i++)
        if (ways[i].values == values)
            return (enum login)i;
    return LOGIN_REFRESH_TOKEN;
}

enum login connection_login(const struct connection *connection)
{
    return app_values_login(connection->app_values);
}

const struct login_way *connection_way(const struct connection *connection)
{
    return login_way(connection_login(connection));
}

const Secret *connection_credential(const struct connection *connection,
                                    const struct secrets *secrets)
{
    const struct login_way *way = connection_way(connection);
    return way->attended ? secrets->refresh_token
           : way->signs  ? secrets->private_key
                         : secrets->client_secret;
}

static enum login proven_login(const struct connection *connection)
{
    return app_values_login(app_values_from_name(connection->proven_values));
}

bool connection_is_proven(const struct connection *connection)
{
    return connection->proven_at > 0 && proven_login(connection) == connection_login(connection);
}

bool connection_changes_way(const struct connection *connection)
{
    return connection->proven_at > 0 && !connection_is_proven(connection);
}

void connection_postpone_change(struct connection *connection)
{
    const enum app_values values = app_values_from_name(connection->proven_values);
    connection_set(&connection->next_values, app_values_name(connection->app_values));
    connection->app_values = values == APP_VALUES_COUNT ? APP_VALUES_PERCH : values;
    connection_set(&connection->scopes, connection_way(connection)->scopes);
}
