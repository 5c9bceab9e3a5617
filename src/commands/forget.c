/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "perch/base/text.h"
#include "perch/commands/command.h"

/* perch forget NAME: the list of src/checks/forget.c, without a screen. */

struct forget_options {
    const char *name;
    gboolean keep_grant, yes;
    char **same;        /* other connections with the same login */
    char **ret_problem; /* for Home: receives the reason for a failure; NULL = print it on standard
                           error */
    struct common_options common;
};

struct look {
    GMainLoop *loop;
    bool none;
};

static void looked(GObject *source, GAsyncResult *result, gpointer user)
{
    struct look *look = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    look->none = !tokens_finish(result, &error) &&
                 g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
    g_main_loop_quit(look->loop);
}

/* FALSE: the keyring has no item of that name. Else *ret_login: the connection's refresh token;
 * NULL if there is none, or it cannot be read. */
static bool look_up(const struct services *services, const char *name, bool ask, Secret **ret_login)
{
    struct look look = {.loop = g_main_loop_new(NULL, FALSE)};
    Tokens *tokens = tokens_new(services->config_dir, services->store);
    tokens_may_ask(tokens, ask);
    tokens_load(tokens, name, NULL, looked, &look);
    g_main_loop_run(look.loop);
    g_main_loop_unref(look.loop);
    *ret_login = secret_ref(tokens_secrets(tokens)->refresh_token);
    tokens_close(tokens);
    return !look.none;
}

/* Whether the keyring may have an item of that name: missing settings, never saved or deleted, are
 * no reason to leave a login alive. */
static bool has_item(const struct services *services, const char *name)
{
    g_autoptr(Secret) login = NULL;
    return look_up(services, name, false, &login);
}

/* Unreadable settings can be forgotten, too: the keyring has what is needed. */
static Connection *load(const struct services *services, const char *name, GError **error)
{
    g_autoptr(GError) problem = NULL;
    Connection *connection = connections_load(services->config_dir, name, &problem);
    if (connection != NULL)
        return connection;
    if (g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_INPUT) ||
        (g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_NOT_FOUND) && has_item(services, name)))
        return connection_new(name);
    g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
}

/* ---- the question ---- */

/* Names of the other connections with the same login, which ends with it. */
static GStrv same_login(const struct services *services, const Connection *connection)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    g_autoptr(Secret) login = NULL;
    look_up(services, connection->name, true, &login);
    g_autoptr(GPtrArray) entries = connections_list(services->config_dir);
    for (guint i = 0; login != NULL && i < entries->len; i++) {
        const struct connections_entry *entry = entries->pdata[i];
        g_autoptr(Secret) other = NULL;
        if (strcmp(entry->name, connection->name) == 0 || entry->connection == NULL ||
            g_strcmp0(entry->connection->client_id, connection->client_id) != 0)
            continue;
        look_up(services, entry->name, true, &other);
        if (other != NULL && secret_equal(login, other))
            g_strv_builder_add(names, entry->name);
    }
    return g_strv_builder_end(names);
}

static char *question(const struct forget_options *options, const struct services *services,
                      const Connection *connection)
{
    GString *text = g_string_new(NULL);
    if (connection->username != NULL)
        g_string_append_printf(text, _("%s logs in as %s.\n"), connection->name,
                               connection->username);
    if (options->keep_grant)
        g_string_append(text, _("Its settings and keyring item will be deleted here.\n"
                                "Its login at Salesforce stays alive.\n"));
    else
        g_string_append(text, _("Its login will be revoked at Salesforce.\n"
                                "Its settings and keyring item will be deleted here.\n"
                                "Flows that use its refresh token will stop.\n"));
    g_auto(GStrv) same = options->keep_grant ? NULL : same_login(services, connection);
    g_autofree char *names = same == NULL ? NULL : g_strjoinv(", ", same);
    if (names != NULL && *names != '\0')
        g_string_append_printf(text, _("The same login is in use by: %s. It ends there, too.\n"),
                               names);
    g_string_append_printf(text, _("Forget %s?"), connection->name);
    return g_string_free(text, FALSE);
}

/* FALSE: *ret_code is the command's. Home has asked already. */
static bool confirmed(const struct forget_options *options, const struct services *services,
                      const Connection *connection, int *ret_code)
{
    if (options->yes || options->ret_problem != NULL)
        return true;
    if (!command_can_ask(&options->common)) {
        *ret_code = command_usage(_("perch forget asks before it ends a login, and nobody can "
                                    "answer here. To go ahead: perch forget %s --yes"),
                                  connection->name);
        return false;
    }
    g_autofree char *text = question(options, services, connection);
    *ret_code = PERCH_EXIT_CANCELLED;
    return command_confirmed(text);
}

/* ---- the run ---- */

static void print_settled(struct app_job *job, const struct check_result *result)
{
    const struct forget_options *options = job->user;
    if (!options->common.json && (!options->common.quiet || result->status == CHECK_FAILED))
        command_print_result(result, stdout);
}

static void print_json(const struct app_job *job, const char *name, int code)
{
    g_autoptr(Json) json = check_results_to_json(job->results, "forget", name);
    json_set_int(json, "exit", code);
    json_set_bool(json, "forgotten", code == PERCH_EXIT_OK);
    json_set_bool(json, "retried", job->session->connection->forgetting != 0);
    g_autoptr(WipedText) text = json_print(json);
    puts(text);
}

static int fail(const struct forget_options *options, const GError *error)
{
    if (options->ret_problem == NULL)
        return command_error(error);
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): failure always sets error */
    *options->ret_problem = g_strdup(error->message);
    return (int)perch_error_exit(error);
}

static char *why_not(const struct app_job *job)
{
    for (guint i = 0; i < job->results->len; i++) {
        const struct check_result *result = job->results->pdata[i];
        if (result->status == CHECK_FAILED)
            return check_result_why(result);
    }
    return g_strdup(_("Stopped before it finished."));
}

static void print_end(const struct app_job *job, const struct forget_options *options, int code)
{
    const char *name = options->name;
    if (options->ret_problem != NULL)
        *options->ret_problem = code == PERCH_EXIT_OK ? NULL : why_not(job);
    else if (options->common.json)
        print_json(job, name, code);
    else if (code == PERCH_EXIT_OK && !options->common.quiet)
        command_say(_("%s is forgotten.\n"), name);
    else if (code != PERCH_EXIT_OK && job->session->connection->forgetting)
        command_put(
            stderr,
            _("perch: %s is still here, because its login could not be revoked. perch tries "
              "again when it next opens its list, or when you run: perch forget %s\nTo delete "
              "it without revoking its login: perch forget %s --keep-grant\n"),
            name, name, name);
    else if (code != PERCH_EXIT_OK)
        command_put(stderr, _("perch: %s is not forgotten. To try again: perch forget %s\n"), name,
                    name);
}

static int end_login(struct forget_options *options, const struct services *services,
                     Connection *connection)
{
    static const enum check_list_id lists[] = {CHECKS_FORGET};
    struct app_job job = {.user = options};
    job.session = session_new(connection, services->config_dir, services->http, services->store);
    job.session->keep_grant = options->keep_grant;
    tokens_may_ask(job.session->tokens, !options->common.no_input);
    job.results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    if (options->common.no_input)
        store_never_ask(services->store);
    connection->forgetting = 0; /* set again if this attempt fails */
    bool ended = app_run_lists(&job, 1, lists, G_N_ELEMENTS(lists), NULL, print_settled,
                               options->common.timeout * 1000);
    int code = ended ? (int)check_results_exit(job.results) : PERCH_EXIT_CANCELLED;
    print_end(&job, options, code);
    job_clear(&job);
    return code;
}

static int run_forget(struct forget_options *options, const struct services *services)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreLock) claim = store_lock_setup(services->config_dir, options->name, &error);
    if (claim == NULL)
        return fail(options, error);
    Connection *connection = load(services, options->name, &error);
    if (connection == NULL)
        return fail(options, error);
    int code;
    if (confirmed(options, services, connection, &code))
        return end_login(options, services, connection);
    connection_free(connection);
    return code;
}

static int forget(struct forget_options *options)
{
    struct services services = {0};
    g_autoptr(GError) error = NULL;
    int code = services_init(&services, !options->common.no_input, &error)
                   ? run_forget(options, &services)
                   : fail(options, error);
    services_clear(&services);
    return code;
}

char *forget_from_home(const char *name)
{
    char *problem = NULL;
    struct forget_options options = {.name = name, .ret_problem = &problem};
    forget(&options);
    return problem;
}

int command_forget(int argc, char **argv)
{
    struct forget_options options = {0};
    g_auto(GStrv) names = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"keep-grant", 0, 0, G_OPTION_ARG_NONE, &options.keep_grant,
         N_("do not revoke the login at Salesforce"), NULL},
        {"yes", 0, 0, G_OPTION_ARG_NONE, &options.yes, N_("do not ask"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("forget", argc, argv, &options.common, entries, &names, &code))
        return code;
    if (g_strv_length(names) != 1)
        return command_usage(_("Say which connection: perch forget NAME"));
    options.name = names[0];
    return forget(&options);
}
