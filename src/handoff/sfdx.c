/* SPDX-License-Identifier: MIT */
#include "flow.h"
#include "perch/base/sfdx_url.h"
#include "perch/base/text.h"

/* One line for `sf org login sfdx-url --sfdx-url-stdin -`. The CLI refreshes at the given host, so
 * that is the org's own host if known. */

static char *host_of(const char *url)
{
    g_autoptr(GUri) uri = url == NULL ? NULL : g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    if (uri == NULL)
        return g_strdup("");
    int port = g_uri_get_port(uri);
    return port < 0 ? g_strdup(g_uri_get_host(uri))
                    : g_strdup_printf("%s:%d", g_uri_get_host(uri), port);
}

bool write_sfdx_url(const struct flow_source *source, SecretBuf *out, GError **error)
{
    const Connection *connection = source->connection;
    const struct secrets *secrets = source->secrets;
    if (!connection_way(connection)->attended) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("An auth URL holds a refresh token, and this connection has none. "
                              "Use --format json."));
        return false;
    }
    g_autofree char *login = host_of(connection->login_url);
    bool generic = g_str_has_prefix(login, "login.") || g_str_has_prefix(login, "test.");
    g_autofree char *host = host_of(!generic                        ? connection->login_url
                                    : secrets->instance_url != NULL ? secrets->instance_url
                                                                    : connection->instance_url);
    g_autoptr(Secret) url = sfdx_url_write(connection->client_id, secrets->client_secret,
                                           secrets->refresh_token, host, error);
    if (url == NULL)
        return false;
    secret_buf_add(out, secret_peek(url));
    secret_buf_add(out, "\n");
    return true;
}
