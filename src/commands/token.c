/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "perch/check.h"
#include "perch/clock.h"
#include "perch/command.h"
#include "perch/paths.h"
#include "perch/refresh.h"
#include "perch/text.h"

/* perch token NAME: with a token that is still good this is one read of the keyring and nothing
 * else; no network library is even started. */
struct token_run {
    const char *name;
    gboolean fresh;
    gint64 timeout;
    GMainLoop *loop;
    GCancellable *cancellable;
    Store *store;
    Session *session;
    Http *http;
    char *config_dir;
    int exit;
};

static void stop(struct token_run *run, int code)
{
    run->exit = code;
    g_main_loop_quit(run->loop);
}

static void print_token(struct token_run *run)
{
    setvbuf(stdout, NULL, _IONBF, 0); /* no copy of the token in a buffer of stdio's */
    bool fine = puts(secret_peek(run->session->secrets.access_token)) != EOF;
    stop(run, fine ? PERCH_EXIT_OK : PERCH_EXIT_UNEXPECTED);
}

static void explain_failure(struct token_run *run, const struct failure *failure)
{
    g_autoptr(Diagnosis) diagnosis = explain(failure);
    fprintf(stderr, "perch: %s: %s\n", run->name, diagnosis->title);
    for (guint i = 0; i < diagnosis->fix->len; i++)
        fprintf(stderr, "  %u. %s\n", i + 1, (const char *)diagnosis->fix->pdata[i]);
    if (diagnosis->message != NULL && *diagnosis->message != '\0')
        fprintf(stderr, "  (%s)\n", diagnosis->message);
    stop(run, (int)diagnosis->exit);
}

static void refreshed(struct refresh_result *result, gpointer user)
{
    struct token_run *run = user;
    g_autoptr(GError) error = NULL;
    if (!result->ok || !result->stored) {
        explain_failure(run, &result->failure);
        return;
    }
    connections_save(run->config_dir, run->session->connection, &error); /* instance URL */
    print_token(run);
}

static void refresh(struct token_run *run)
{
    g_autoptr(GError) error = NULL;
    run->http = http_new(&error);
    if (run->http == NULL) {
        stop(run, command_error(error));
        return;
    }
    run->session->http = run->http;
    refresh_run(run->session, run->cancellable, refreshed, run);
}

static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct token_run *run = user;
    g_autoptr(GError) error = NULL;
    struct secrets secrets = {0};
    (void)source;
    if (!store_load_finish(run->store, result, &secrets, &error)) {
        struct failure failure;
        if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
            failure_own(&failure, STAGE_TOKEN, "no-refresh-token",
                        _("The keyring has no token for this connection."));
        else
            failure_from_error(&failure, STAGE_MACHINE, error);
        explain_failure(run, &failure);
        failure_clear(&failure);
        return;
    }
    run->session->secrets = secrets;
    run->session->stored = true;
    if (!run->fresh && secrets.access_token != NULL && secrets.good_until > clock_wall_ms())
        print_token(run);
    else
        refresh(run);
}

static gboolean timed_out(gpointer user)
{
    struct token_run *run = user;
    fprintf(stderr, "perch: %s\n", _("No token in time. Try again, or give a longer --timeout."));
    g_cancellable_cancel(run->cancellable);
    stop(run, PERCH_EXIT_NETWORK);
    return G_SOURCE_REMOVE;
}

static int run_token(struct token_run *run)
{
    g_autoptr(GError) error = NULL;
    run->config_dir = paths_config_dir();
    Connection *connection = connections_load(run->config_dir, run->name, &error);
    if (connection == NULL)
        return command_error(error);
    run->store = store_secret_new(run->config_dir);
    run->session = session_new(connection, run->config_dir, NULL, run->store);
    run->cancellable = g_cancellable_new();
    run->loop = g_main_loop_new(NULL, FALSE);
    guint timer = run->timeout > 0 ? g_timeout_add_seconds((guint)run->timeout, timed_out, run) : 0;
    store_load(run->store, run->name, false, run->cancellable, loaded, run);
    g_main_loop_run(run->loop);
    if (timer != 0 && g_main_context_find_source_by_id(NULL, timer) != NULL)
        g_source_remove(timer);
    g_clear_pointer(&run->http, http_free);
    return run->exit;
}

int command_token(int argc, char **argv)
{
    struct common_options common = {0};
    struct token_run run = {0};
    int code;
    const GOptionEntry entries[] = {
        {"fresh", 0, 0, G_OPTION_ARG_NONE, &run.fresh, N_("refresh even when the token is good"),
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) names = NULL;
    if (!command_parse("token", argc, argv, &common, entries, &names, &code))
        return code;
    if (g_strv_length(names) != 1)
        return command_usage(_("Say which connection: perch token NAME"));
    run.name = names[0];
    run.timeout = common.timeout;
    code = run_token(&run);
    g_clear_pointer(&run.session, session_free);
    g_clear_pointer(&run.store, store_free);
    g_clear_object(&run.cancellable);
    g_clear_pointer(&run.loop, g_main_loop_unref);
    g_free(run.config_dir);
    return code;
}
