/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "paste_input.h"
#include "perch/base/clock.h"
#include "perch/base/sfdx_url.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/wizard/wizard.h"

/* perch import --from sf: takes a login from Salesforce's CLI, proves it and stores it as a
 * connection. Its auth URL comes on standard input, never as an argument, which other users could
 * see. */

struct import_options {
    const char *name; /* NULL = derived from the host */
    struct common_options common;
};

static bool read_url(struct sfdx_url *ret_url, GError **error)
{
    if (isatty(STDIN_FILENO)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("The auth URL of Salesforce's CLI is read from standard input. Run: sf org "
                      "auth show-sfdx-auth-url --target-org ORG --json | perch import --from sf"));
        return false;
    }
    g_autoptr(SecretBuf) text = paste_from_file("-", error);
    return text != NULL && sfdx_url_parse(ret_url, text->text, error);
}

/* "acme" from acme.my.salesforce.com; NULL when the host names no org. */
static char *name_of(const struct org_host *host)
{
    g_autofree char *name = g_strndup(host->host, strcspn(host->host, "."));
    return host->generic || connection_name_problem(name) != NULL ? NULL : g_steal_pointer(&name);
}

/* Saves the connection as a draft; NULL with the reason. */
static Connection *make_draft(const struct services *services, const char *name,
                              const struct sfdx_url *url, const char *login_url, GError **error)
{
    g_autoptr(GError) problem = NULL;
    connection_free(connections_load(services->config_dir, name, &problem));
    if (!g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_NOT_FOUND)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("There is already a connection named %s. Give this one another name: perch "
                      "import NAME --from sf"),
                    name);
        return NULL;
    }
    g_autoptr(Connection) connection = connection_new(name);
    connection_set(&connection->login_url, login_url);
    connection_set(&connection->address, login_url);
    connection_set(&connection->client_id, url->client_id);
    if (strcmp(url->client_id, "PlatformCLI") == 0)
        connection->app_kind = APP_CONNECTED;
    connection_set(&connection->draft_step, step_name(STEP_AUTHORIZE));
    return connections_save(services->config_dir, connection, error) ? g_steal_pointer(&connection)
                                                                     : NULL;
}

static void print_settled(struct app_job *job, const struct check_result *result)
{
    const struct import_options *options = job->user;
    if (!options->common.json && (!options->common.quiet || result->status == CHECK_FAILED))
        command_print_result(result, stdout);
}

/* Whether the token endpoint was called; the keyring had taken the token before. */
static bool was_posted(const GPtrArray *results)
{
    const struct check_result *refreshed = check_results_find(results, "refreshed");
    return refreshed != NULL && refreshed->milliseconds >= 0;
}

/* Undoes the import: no file, no item. The login stays alive, as it is the CLI's. FALSE: the item
 * could not be erased, so the file stays, too. */
static bool undo(const struct app_job *tried, const struct services *services)
{
    static const enum check_list_id lists[] = {CHECKS_FORGET};
    const char *name = tried->session->connection->name;
    struct app_job job = {0};
    if (!was_posted(tried->results))
        return connections_delete(services->config_dir, name, NULL);
    if (!job_init(&job, name, services, NULL))
        return false;
    job.session->keep_grant = true;
    bool gone = app_run_lists(&job, 1, lists, G_N_ELEMENTS(lists), NULL, NULL, 0) &&
                check_results_status(job.results) != CHECK_FAILED;
    job_clear(&job);
    return gone;
}

static int keep(struct session *session, const struct services *services)
{
    Connection *connection = session->connection;
    g_autoptr(GError) error = NULL;
    connection_set(&connection->draft_step, NULL);
    connection->proven_at = clock_wall_ms();
    connection->logged_in_at = 0; /* somewhere else */
    connection->with_secret = secret_length(session_secrets(session)->client_secret) > 0;
    return connections_save(services->config_dir, connection, &error) ? PERCH_EXIT_OK
                                                                      : command_error(error);
}

static void say_end(const struct app_job *job, const struct import_options *options, int code,
                    bool undone)
{
    const char *name = job->session->connection->name;
    if (code == PERCH_EXIT_OK && !options->common.quiet) {
        command_say(_("%s is now a perch connection.\n"), name);
        if (job->session->connection->rotation)
            command_say("%s\n",
                        _("The app rotates refresh tokens: this import invalidated the CLI's "
                          "login. Log in there again: sf org login web"));
    } else if (code != PERCH_EXIT_OK && !undone) {
        command_put(
            stderr,
            _("perch: %s is kept, unfinished. To continue: perch setup %s\nTo delete it here: "
              "perch forget %s --keep-grant\n"),
            name, name, name);
    } else if (code != PERCH_EXIT_OK) {
        command_put(
            stderr, "perch: %s\n",
            _("Nothing was imported. Log in again with Salesforce's CLI (sf org login web), "
              "or set up the connection here: perch setup"));
    }
}

static int run_import(struct import_options *options, const struct sfdx_url *url,
                      Connection *connection, const struct services *services)
{
    static const enum check_list_id lists[] = {CHECKS_IMPORT};
    struct app_job job = {.user = options};
    struct session *session =
        session_new(connection, services->config_dir, services->http, services->store);
    tokens_import(session->tokens, url->client_secret, url->refresh_token);
    tokens_may_ask(session->tokens, !options->common.no_input);
    job.session = session;
    job.results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    bool ended = app_run_lists(&job, 1, lists, G_N_ELEMENTS(lists), NULL, print_settled,
                               options->common.timeout * 1000);
    int code = ended ? (int)check_results_exit(job.results) : PERCH_EXIT_CANCELLED;
    bool undone =
        ended && code != PERCH_EXIT_OK && !session->connection->rotation && undo(&job, services);
    if (code == PERCH_EXIT_OK)
        code = keep(session, services);
    if (options->common.json) {
        g_autoptr(Json) json = check_results_to_json(job.results, "import", connection->name);
        json_set_int(json, "exit", code);
        g_autoptr(WipedText) text = json_print(json);
        puts(text);
    } else {
        say_end(&job, options, code, undone);
    }
    job_clear(&job);
    return code;
}

static int import(struct import_options *options, const struct sfdx_url *url,
                  const struct org_host *host, const struct services *services)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = options->name != NULL ? g_strdup(options->name) : name_of(host);
    if (name == NULL)
        return command_usage(_("This host does not name the org. Give the connection a name: perch "
                               "import NAME --from sf"));
    g_autoptr(StoreLock) claim = store_lock_setup(services->config_dir, name, &error);
    if (claim == NULL)
        return command_error(error);
    Connection *connection = make_draft(services, name, url, host->url, &error);
    return connection == NULL ? command_error(error)
                              : run_import(options, url, connection, services);
}

static int read_and_import(struct import_options *options)
{
    struct services services = {0};
    struct sfdx_url url = {0};
    struct org_host host = {0};
    g_autoptr(GError) error = NULL;
    bool fine = read_url(&url, &error) &&
                org_host_parse_any(url.host, ORG_PRODUCTION, &host, &error) &&
                services_init(&services, !options->common.no_input, &error);
    int code = fine ? import(options, &url, &host, &services) : command_error(error);
    services_clear(&services);
    org_host_clear(&host);
    sfdx_url_clear(&url);
    return code;
}

int command_import(int argc, char **argv)
{
    struct import_options options = {0};
    g_autofree char *from = NULL;
    g_auto(GStrv) names = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &from,
         N_("sf: Salesforce's CLI; its auth URL on standard input"), "sf"},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("import", argc, argv, &options.common, entries, &names, &code))
        return code;
    if (g_strcmp0(from, "sf") != 0)
        return command_usage(_("Say where the login comes from: perch import --from sf"));
    if (g_strv_length(names) > 1)
        return command_usage(_("Import one connection at a time."));
    if (names[0] != NULL && connection_name_problem(names[0]) != NULL)
        return command_usage("%s: %s", names[0], connection_name_problem(names[0]));
    options.name = names[0];
    return read_and_import(&options);
}
