/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"
#include "registry.h"

/* A host that is none of Salesforce's is asked what it is before it is sent anything else. */

enum { PATIENCE_MS = 5000 };

static bool has_endpoint(const Json *metadata, const char *key, const char *host, const char *path)
{
    g_autofree char *url = g_strconcat(host, path, NULL);
    return g_strcmp0(json_get_string(metadata, key), url) == 0;
}

/* The login host that asked names: an org's My Domain, or itself where Salesforce answers under the
 * company's name. NULL: it is none of Salesforce's. */
static char *login_host(const Json *metadata, const char *asked)
{
    const char *issuer = json_get_string(metadata, "issuer");
    struct org_host host = {0};
    char *url = NULL;
    if (g_strcmp0(issuer, asked) == 0)
        return has_endpoint(metadata, "authorization_endpoint", asked,
                            "/services/oauth2/authorize") &&
                       has_endpoint(metadata, "token_endpoint", asked, "/services/oauth2/token")
                   ? g_strdup(asked)
                   : NULL;
    if (issuer != NULL && salesforce_url_is_trusted(issuer) &&
        org_host_parse(&host, issuer, ORG_PRODUCTION, NULL) && host.kind != ORG_LOCAL &&
        !host.generic)
        url = g_steal_pointer(&host.url);
    org_host_clear(&host);
    return url;
}

/* A redirect is not followed: it comes without metadata. */
static void judge_metadata(struct check_run *run, const struct http_response *response)
{
    Connection *connection = run->session->connection;
    struct org_host none = {0};
    g_autoptr(GError) refusal = NULL;
    g_autoptr(Json) metadata = response->status == 200 ? http_response_json(response) : NULL;
    g_autofree char *url = login_host(metadata, connection->login_url);
    if (url != NULL) {
        if (g_strcmp0(connection->instance_url, connection->login_url) == 0)
            connection_set(&connection->instance_url, url);
        connection_set(&connection->login_url, url);
        check_evidence(run, "login_url", url);
        check_ok(run, _("Salesforce; the login host is %s"), url);
    } else {
        org_host_parse(&none, connection->login_url, ORG_PRODUCTION, &refusal);
        check_fail_own(run, STAGE_MACHINE, "not-salesforce-host", refusal->message);
    }
}

static void check_custom_domain(struct check_run *run)
{
    g_autofree char *url =
        g_strconcat(run->session->connection->login_url, "/.well-known/openid-configuration", NULL);
    HttpRequest *request = http_request_new("GET", url);
    http_request_timeout(request, PATIENCE_MS);
    check_http(run, request, judge_metadata);
}

void custom_domain_add(GArray *checks, const struct session *session)
{
    static const struct check_def row = {
        "custom-domain", N_("Custom domain"), true, {NULL}, check_custom_domain};
    g_autofree char *unknown = org_host_unknown(session->connection->login_url);
    if (unknown != NULL)
        g_array_append_val(checks, row);
}
