/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>
#include <string.h>

#include "perch/app/app.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/sheet/sheet.h"

/* The session in which an app is made: from a connection of perch, from Salesforce's CLI, or from
 * an access token. perch keeps nothing of the last two. */

/* ---- of perch ---- */

static struct session *of_connection(const struct services *services, const char *name,
                                     char **ret_whose, GError **error)
{
    Connection *connection = connections_load(services->config_dir, name, error);
    if (connection == NULL)
        return NULL;
    *ret_whose = connection->username == NULL
                     ? g_strdup_printf(_("the connection %s"), name)
                     : g_strdup_printf(_("the connection %s, %s"), name, connection->username);
    return session_new(connection, services->config_dir, services->http, services->store);
}

static bool is_of_org(const Connection *connection, const Connection *app)
{
    if (connection_is_draft(connection) || strcmp(connection->name, app->name) == 0)
        return false;
    return app->org_id != NULL ? g_strcmp0(app->org_id, connection->org_id) == 0
                               : g_strcmp0(app->login_url, connection->login_url) == 0 ||
                                     g_strcmp0(app->login_url, connection->instance_url) == 0;
}

GPtrArray *deployer_sources(const struct services *services, const Connection *app)
{
    GPtrArray *sources = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) entries = connections_list(services->config_dir);
    g_autofree char *cli = g_find_program_in_path(DEPLOYER_CLI);
    for (guint i = 0; i < entries->len; i++) {
        const struct connections_entry *entry = entries->pdata[i];
        if (entry->connection != NULL && is_of_org(entry->connection, app))
            g_ptr_array_add(sources, g_strdup(entry->name));
    }
    if (cli != NULL)
        g_ptr_array_add(sources, g_strdup(DEPLOYER_CLI));
    g_ptr_array_add(sources, g_strdup(DEPLOYER_TOKEN));
    return sources;
}

/* ---- an access token ---- */

/* A session that nothing stores. NULL: the token is none. */
static struct session *of_token(const struct services *services, const Secret *token,
                                const char *address, GError **error)
{
    g_autoptr(SecretBuf) clean = secret_buf_new();
    struct org_host host;
    secret_buf_add(clean, secret_peek(token));
    g_strstrip(clean->text);
    if (!g_regex_match_simple("^00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]+$", clean->text, 0, 0)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("That is not an access token of Salesforce, which begins with 00D."));
        return NULL;
    }
    if (!org_host_parse_any(address, ORG_PRODUCTION, &host, error))
        return NULL;
    Connection *connection = connection_new(NULL);
    connection_set(&connection->login_url, host.url);
    connection_set(&connection->address, host.url);
    connection_set(&connection->instance_url, host.url);
    struct session *session =
        session_new(connection, services->config_dir, services->http, services->store);
    g_autoptr(Secret) secret = secret_new(clean->text);
    tokens_borrow(session->tokens, secret);
    org_host_clear(&host);
    return session;
}

/* ---- Salesforce's CLI ---- */

/* The login that it has for an org. */
struct cli_login {
    Secret *token;
    char *address, *username;
};

static void cli_login_free(gpointer data)
{
    struct cli_login *login = data;
    if (login == NULL)
        return;
    secret_unref(login->token);
    g_free(login->address);
    g_free(login->username);
    g_free(login);
}

/* What `sf ... --json` prints, or NULL. The output holds a token: its copies are wiped. */
static Json *run_cli(const char *const *words, GCancellable *cancellable)
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
    while ((got = g_input_stream_read(stream, block, BLOCK, cancellable, NULL)) > 0 &&
           output->length < MOST)
        secret_buf_add_len(output, block, (gsize)got);
    wipe(block, BLOCK);
    if (got < 0)
        g_subprocess_force_exit(process);
    if (!g_subprocess_wait_check(process, NULL, NULL))
        return NULL;
    return json_parse(output->text == NULL ? "" : output->text, output->length, NULL);
}

/* Newer versions show the token by a command of its own, older ones beside the address. */
static struct cli_login *ask_cli(const char *org, GCancellable *cancellable, GError **error)
{
    const char *target = org != NULL ? "--target-org" : NULL;
    const char *const show[] = {DEPLOYER_CLI, "org",  "auth", "show-access-token",
                                "--json",     target, org,    NULL};
    const char *const display[] = {DEPLOYER_CLI, "org",  "display", "--verbose",
                                   "--json",     target, org,       NULL};
    g_autoptr(Json) about = run_cli(display, cancellable);
    g_autoptr(Json) shown = run_cli(show, cancellable);
    const Json *known = json_get(about, "result");
    const char *token = json_get_string(json_get(shown, "result"), "accessToken");
    const char *address = json_get_string(known, "instanceUrl");
    if (token == NULL)
        token = json_get_string(known, "accessToken");
    if (token == NULL || address == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("Salesforce's CLI has no login for an org. Log in with: sf org login web "
                      "--set-default"));
        return NULL;
    }
    struct cli_login *login = g_new0(struct cli_login, 1);
    login->token = secret_new(token);
    login->address = g_strdup(address);
    login->username = text_told(json_get_string(known, "username"), TOLD_NAME);
    return login;
}

/* ---- any ---- */

struct asked {
    const struct services *services;
    char *source, *login_url;
    Secret *token;
};

static void asked_free(gpointer data)
{
    struct asked *asked = data;
    g_free(asked->source);
    g_free(asked->login_url);
    secret_unref(asked->token);
    g_free(asked);
}

static bool is_cli(const char *source)
{
    return strcmp(source, DEPLOYER_CLI) == 0 || g_str_has_prefix(source, DEPLOYER_CLI ":");
}

static void ask_cli_in_thread(GTask *task, gpointer source, gpointer data,
                              GCancellable *cancellable)
{
    const struct asked *asked = data;
    const char *org = strchr(asked->source, ':');
    GError *error = NULL;
    (void)source;
    struct cli_login *login = ask_cli(org == NULL ? NULL : org + 1, cancellable, &error);
    if (login == NULL)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, login, cli_login_free);
}

void deployer_open(const struct services *services, const Connection *app, const char *source,
                   Secret *token, GCancellable *cancellable, GAsyncReadyCallback done,
                   gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, done, user);
    struct asked *asked = g_new0(struct asked, 1);
    asked->services = services;
    asked->source = g_strdup(source);
    asked->login_url = g_strdup(app->login_url);
    asked->token = secret_ref(token);
    g_task_set_task_data(task, asked, asked_free);
    if (is_cli(source)) /* which takes its time */
        g_task_run_in_thread(task, ask_cli_in_thread);
    else
        g_task_return_pointer(task, NULL, NULL);
}

struct session *deployer_finish(GAsyncResult *result, char **ret_whose, GError **error)
{
    const struct asked *asked = g_task_get_task_data(G_TASK(result));
    g_autoptr(GError) local = NULL;
    struct cli_login *login = g_task_propagate_pointer(G_TASK(result), &local);
    struct session *session = NULL;
    if (local != NULL) {
        g_propagate_error(error, g_steal_pointer(&local));
    } else if (login != NULL) {
        *ret_whose = login->username == NULL
                         ? g_strdup(_("Salesforce's CLI"))
                         : g_strdup_printf(_("Salesforce's CLI, %s"), login->username);
        session = of_token(asked->services, login->token, login->address, error);
        if (session != NULL)
            connection_set(&session->connection->username, login->username);
    } else if (strcmp(asked->source, DEPLOYER_TOKEN) != 0) {
        session = of_connection(asked->services, asked->source, ret_whose, error);
    } else if (asked->login_url == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("An access token does not name its org. Enter the org's address first."));
    } else {
        *ret_whose = g_strdup(_("the access token"));
        session = of_token(asked->services, asked->token, asked->login_url, error);
    }
    cli_login_free(login);
    return session;
}

void app_take_key(Connection *app)
{
    if (app->client_id != NULL || app->app_kind == APP_CONNECTED)
        return;
    g_autoptr(Secret) random = secret_new_random(32);
    g_autofree char *hex =
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret_peek(random), -1);
    sheet_take_key(app, hex);
}

/* ---- the switch ---- */

char *switch_folder(const char *config_dir)
{
    return g_build_filename(config_dir, "switched-on", NULL);
}

char *switch_noted(const char *config_dir, const char *name)
{
    g_autofree char *folder = switch_folder(config_dir);
    return g_build_filename(folder, name, NULL);
}

bool switch_note(const char *config_dir, const Connection *app, const char *source, bool on,
                 GError **error)
{
    g_autofree char *folder = switch_folder(config_dir);
    g_autofree char *path = switch_noted(config_dir, app->name);
    g_autofree char *note = g_strdup_printf("%s\n%s\n", source, app->login_url);
    if (on && paths_make_dir(folder, error) &&
        g_file_set_contents_full(path, note, -1, G_FILE_SET_CONTENTS_DURABLE, 0600, error))
        return true;
    g_remove(path);
    g_rmdir(folder);
    return !on;
}
