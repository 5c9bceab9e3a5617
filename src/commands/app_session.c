/* SPDX-License-Identifier: MIT */
#include "app_session.h"

#include <string.h>
#include <unistd.h>

#include "paste_input.h"
#include "perch/base/text.h"

/* ---- of perch ---- */

static struct session *of_connection(const struct services *services, const char *name,
                                     char **ret_whose, GError **error)
{
    Connection *connection = connections_load(services->config_dir, name, error);
    if (connection == NULL)
        return NULL;
    *ret_whose = g_strdup_printf(_("the connection %s"), name);
    return session_new(connection, services->config_dir, services->http, services->store);
}

static bool is_of_org(const Connection *connection, const Connection *app)
{
    if (connection_is_draft(connection) || strcmp(connection->name, app->name) == 0)
        return false;
    return app->org_id != NULL ? g_strcmp0(app->org_id, connection->org_id) == 0
                               : g_strcmp0(app->login_url, connection->login_url) == 0;
}

/* The first connection to the same org; owned by the caller. */
static char *find_connection(const struct services *services, const Connection *app)
{
    g_autoptr(GPtrArray) entries = connections_list(services->config_dir);
    for (guint i = 0; i < entries->len; i++) {
        const struct connections_entry *entry = entries->pdata[i];
        if (entry->connection != NULL && is_of_org(entry->connection, app))
            return g_strdup(entry->name);
    }
    return NULL;
}

/* ---- an access token ---- */

/* Takes the token for a session that nothing stores. NULL: it is none. */
static struct session *of_token(const struct services *services, const char *token,
                                const char *address, GError **error)
{
    g_autoptr(SecretBuf) clean = secret_buf_new();
    struct org_host host;
    secret_buf_add(clean, token);
    g_strstrip(clean->text);
    if (!g_regex_match_simple("^00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]+$", clean->text, 0, 0)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("That is not an access token of Salesforce, which begins with 00D."));
        return NULL;
    }
    if (!org_host_parse(&host, address, ORG_PRODUCTION, error))
        return NULL;
    Connection *connection = connection_new(NULL);
    connection_set(&connection->login_url, host.url);
    connection_set(&connection->address, host.url);
    connection_set(&connection->instance_url, host.url);
    struct session *session =
        session_new(connection, services->config_dir, services->http, services->store);
    g_autoptr(Secret) secret = secret_new(clean->text);
    tokens_borrow(session->tokens, secret, host.url);
    org_host_clear(&host);
    return session;
}

static struct session *of_input(const struct services *services, const Connection *app, bool ask,
                                GError **error)
{
    if (app->login_url == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("An access token does not name its org. Enter the address first: perch setup "
                      "%s"),
                    app->name);
        return NULL;
    }
    g_autoptr(SecretBuf) token = ask && isatty(STDIN_FILENO)
                                     ? paste_line_from_terminal(_("Access token: "), error)
                                     : paste_from_file("-", error);
    return token == NULL ? NULL : of_token(services, token->text, app->login_url, error);
}

/* ---- Salesforce's CLI ---- */

/* What `sf ... --json` prints, or NULL. The output holds a token: its copies are wiped. */
static Json *run_cli(const char *const *words)
{
    enum { BLOCK = 4096, MOST = 1 << 20 };
    g_autoptr(SecretBuf) output = secret_buf_new();
    g_autofree char *block = g_malloc(BLOCK);
    gssize got;
    g_autoptr(GSubprocess) process = g_subprocess_newv(
        words, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
    if (process == NULL)
        return NULL;
    GInputStream *stream = g_subprocess_get_stdout_pipe(process);
    while ((got = g_input_stream_read(stream, block, BLOCK, NULL, NULL)) > 0 &&
           output->length < MOST)
        secret_buf_add_len(output, block, (gsize)got);
    wipe(block, BLOCK);
    if (!g_subprocess_wait_check(process, NULL, NULL))
        return NULL;
    return json_parse(output->text == NULL ? "" : output->text, output->length, NULL);
}

/* Newer versions show the token by a command of its own, older ones beside the address. */
static struct session *of_cli(const struct services *services, const char *org, GError **error)
{
    const char *target = org != NULL ? "--target-org" : NULL;
    const char *const show[] = {"sf",     "org",  "auth", "show-access-token",
                                "--json", target, org,    NULL};
    const char *const display[] = {"sf",     "org",  "display", "--verbose",
                                   "--json", target, org,       NULL};
    g_autoptr(Json) about = run_cli(display);
    g_autoptr(Json) shown = run_cli(show);
    const Json *known = json_get(about, "result");
    const char *token = json_get_string(json_get(shown, "result"), "accessToken");
    const char *address = json_get_string(known, "instanceUrl");
    if (token == NULL)
        token = json_get_string(known, "accessToken");
    if (token != NULL && address != NULL)
        return of_token(services, token, address, error);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                _("Salesforce's CLI has no login for an org. Log in with: sf org login web "
                  "--set-default"));
    return NULL;
}

/* ---- any ---- */

struct session *app_session(const struct services *services, const Connection *app,
                            const char *with, bool ask, char **ret_whose, GError **error)
{
    g_autofree char *found = with == NULL ? find_connection(services, app) : NULL;
    g_autofree char *cli = with == NULL && found == NULL ? g_find_program_in_path("sf") : NULL;
    if (found != NULL)
        with = found;
    else if (cli != NULL)
        with = "sf";
    if (with == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("This needs the session of an administrator of the org. Name another "
                      "connection to it (--with NAME), log in with Salesforce's CLI (--with sf), "
                      "or send an access token on standard input (--with -)."));
        return NULL;
    }
    if (strcmp(with, "-") == 0) {
        *ret_whose = g_strdup(_("the access token"));
        return of_input(services, app, ask, error);
    }
    if (strcmp(with, "sf") == 0 || g_str_has_prefix(with, "sf:")) {
        *ret_whose = g_strdup(_("Salesforce's CLI"));
        return of_cli(services, with[2] == ':' ? with + 3 : NULL, error);
    }
    return of_connection(services, with, ret_whose, error);
}
