/* SPDX-License-Identifier: MIT */
#include "app_make.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "paste_input.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/checks/making.h"
#include "perch/sheet/sheet.h"
#include "perch/wizard/wizard.h"

struct work {
    const struct app_make_options *options;
    struct services services;
    StoreLock *claim;
    Connection *app;
    struct session *deployer;
    char *whose;
    GPtrArray *files;
    struct making making;
    GPtrArray *results; /* of both lists */
    bool in_progress;   /* the terminal's line shows a row that is not settled */
};

/* On a terminal a row that takes its time shows it, until it settles. */
static gboolean show_progress(gpointer user)
{
    const struct app_job *job = user;
    struct work *work = job->user;
    const gint64 seconds =
        job->running == NULL ? 0 : (clock_monotonic_ms() - job->running->started_ms) / 1000;
    if (seconds < 1)
        return G_SOURCE_CONTINUE;
    work->in_progress = true;
    fprintf(stderr, "\r\033[K  ..  %s: %s  %d:%02d", job->running->title,
            job->running->summary == NULL ? "" : job->running->summary, (int)seconds / 60,
            (int)seconds % 60);
    return G_SOURCE_CONTINUE;
}

static void end_progress(struct work *work)
{
    if (work->in_progress)
        fputs("\r\033[K", stderr);
    work->in_progress = false;
}

static void print_settled(struct app_job *job, const struct check_result *result)
{
    struct work *work = job->user;
    const struct common_options *common = work->options->common;
    end_progress(work);
    if (!common->json && (!common->quiet || result->status == CHECK_FAILED))
        command_print_result(result, stdout);
}

/* ---- beforehand ---- */

/* Where a new connection's app belongs: the org of the session. */
static void take_org(Connection *app, const Connection *from)
{
    if (app->login_url == NULL) {
        connection_set(&app->login_url, from->login_url);
        connection_set(&app->address, from->address != NULL ? from->address : from->login_url);
    }
    if (app->contact_email == NULL)
        connection_set(&app->contact_email, from->contact_email);
}

/* Whether the app of the connection can be perch's. */
static bool may_make(const struct work *work, GError **error)
{
    const Connection *app = work->app;
    const bool ours = app->app_key != NULL && g_strcmp0(app->app_key, app->client_id) == 0;
    const char *problem = NULL;
    if (app->app_kind == APP_CONNECTED)
        problem = _("Salesforce no longer lets anybody make Connected Apps; choose --kind eca.");
    else if (work->options->remove && !ours)
        problem = _("perch removes only an app that it made, and this connection's consumer key "
                    "is not from perch. Remove the app in Setup › External Client App Manager.");
    else if (!work->options->remove && app->client_id != NULL && !ours)
        problem = _("This connection has a consumer key, so its app exists already. To make "
                    "another one, give a new connection's name.");
    if (problem != NULL)
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE, problem);
    return problem == NULL;
}

static void opened(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    *(GAsyncResult **)user = g_object_ref(result);
}

/* Whose session the app is made in. */
static struct session *open_session(struct work *work, GError **error)
{
    const struct app_make_options *options = work->options;
    g_autoptr(GPtrArray) sources = deployer_sources(&work->services, work->app);
    const char *source = options->with != NULL ? options->with : sources->pdata[0];
    const bool paste = strcmp(source, DEPLOYER_TOKEN) == 0;
    const bool ask = !options->common->no_input && isatty(STDIN_FILENO);
    g_autoptr(SecretBuf) text = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    if (paste && options->with == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("This needs the session of an administrator of the org. Name another "
                      "connection to it (--with NAME), log in with Salesforce's CLI (--with sf), "
                      "or send an access token on standard input (--with -)."));
        return NULL;
    }
    if (paste)
        text = ask ? paste_line_from_terminal(_("Access token: "), error)
                   : paste_from_file("-", error);
    if (paste && text == NULL)
        return NULL;
    g_autoptr(Secret) token = paste ? secret_buf_to_secret(text) : NULL;
    deployer_open(&work->services, work->app, source, token, NULL, opened, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return deployer_finish(result, &work->whose, error);
}

/* Everything that needs no request. The key is saved first: an app whose key is forgotten is
 * useless. */
static bool prepare(struct work *work, GError **error)
{
    const struct app_make_options *options = work->options;
    Connection *app = work->app;
    if (!services_init(&work->services, !options->common->no_input, error))
        return false;
    work->claim = store_lock_setup(work->services.config_dir, app->name, error);
    if (work->claim == NULL || !may_make(work, error))
        return false;
    work->deployer = open_session(work, error);
    if (work->deployer == NULL)
        return false;
    take_org(app, work->deployer->connection);
    app_take_key(app);
    work->files = sheet_as_metadata(app, error);
    return work->files != NULL &&
           (options->dry_run || connections_save(work->services.config_dir, app, error));
}

static void announce(const struct work *work)
{
    const Connection *app = work->app;
    const struct app_make_options *options = work->options;
    if (options->common->json || options->common->quiet)
        return;
    printf(options->remove
               ? _("perch removes the External Client App %s (%s) from %s, and with it every login "
                   "through it.\n")
               : _("perch makes the External Client App %s (%s) in %s.\n"),
           app->app_name, app->app_api_name, app->login_url);
    printf(_("Session: %s. Its user needs the permissions Modify Metadata Through Metadata API "
             "Functions, and Create, edit, and delete External Client Apps.\n"),
           work->whose);
    if (!options->remove)
        printf(_("Settings: those that perch app %s prints.\n"), app->name);
    printf("%s\n", options->dry_run ? _("Dry run: the org only says whether it would accept this.")
                                    : _("Nothing else in the org is changed."));
}

/* An app is removed with every login through it, so only on the person's word. */
static bool confirmed(const struct app_make_options *options)
{
    return !options->remove || options->dry_run || options->yes ||
           command_confirmed(_("Remove the app?"));
}

/* ---- the work ---- */

enum { PROGRESS_MS = 250 };

static bool run_list(struct work *work, struct session *session, enum check_list_id list)
{
    struct app_job job = {.user = work, .session = session, .results = work->results};
    const struct common_options *common = work->options->common;
    const bool shows = isatty(STDERR_FILENO) && !common->json && !common->quiet;
    const guint source = shows ? g_timeout_add(PROGRESS_MS, show_progress, &job) : 0;
    const bool ended =
        app_run_lists(&job, 1, &list, 1, NULL, print_settled, common->timeout * 1000);
    if (source != 0)
        g_source_remove(source);
    end_progress(work);
    return ended;
}

/* The app is there: its connection goes on at the next step that it needs. */
static bool keep_made(struct work *work, bool has_secret, GError **error)
{
    Connection *app = work->app;
    connection_set(&app->app_id, work->making.app_id);
    if (connection_is_draft(app))
        connection_set(&app->draft_step, step_name(has_secret ? STEP_AUTHORIZE : STEP_KEYS));
    return connections_save(work->services.config_dir, app, error);
}

static bool keep_removed(struct work *work, GError **error)
{
    Connection *app = work->app;
    connection_set(&app->app_id, NULL);
    connection_set(&app->app_key, NULL);
    connection_set(&app->client_id, NULL);
    connection_set(&app->draft_step, step_name(STEP_APP));
    return connections_save(work->services.config_dir, app, error);
}

/* In the connection's own session: the secret into the keyring, then the login host. */
static bool see_it(struct work *work)
{
    struct session *session = session_new(connection_copy(work->app), work->services.config_dir,
                                          work->services.http, work->services.store);
    tokens_may_ask(session->tokens, !work->options->common->no_input);
    tokens_set_client_secret(session->tokens, work->making.secret);
    bool ended = run_list(work, session, CHECKS_MADE);
    session_free(session);
    return ended;
}

static int work_on(struct work *work, GError **error)
{
    struct making *making = &work->making;
    *making = (struct making){.app = work->app,
                              .files = work->files,
                              .remove = work->options->remove,
                              .dry_run = work->options->dry_run};
    work->deployer->making = making;
    tokens_may_ask(work->deployer->tokens, !work->options->common->no_input);
    bool ended = run_list(work, work->deployer, CHECKS_MAKE);
    bool saved = true;
    if (making->done && making->remove)
        saved = keep_removed(work, error);
    else if (making->done)
        saved = keep_made(work, making->secret != NULL || !making_wants_secret(work->app), error) &&
                (!ended || (ended = see_it(work), true));
    if (!saved)
        return command_error(*error);
    return ended ? (int)check_results_exit(work->results) : PERCH_EXIT_CANCELLED;
}

/* ---- afterwards ---- */

/* What exists now, and how to go on. */
static char *last_words(const struct work *work, int code)
{
    const struct making *making = &work->making;
    const char *name = work->app->name;
    if (making->sent && !making->done)
        return g_strdup_printf(
            _("The org was asked to change the app, and its success was not seen. Look at Setup › "
              "Deployment Status; then run the same command again."));
    if (!making->sent)
        return code == PERCH_EXIT_OK
                   ? g_strdup(_("The org would accept this. Nothing was changed."))
                   : g_strdup(_("Nothing was changed in the org."));
    if (making->remove)
        return g_strdup_printf(_("The app is removed. To make it again: perch app %s --create"),
                               name);
    return g_strdup_printf(code == PERCH_EXIT_OK
                               ? _("The app is there. To log in and test it: perch setup %s")
                               : _("The app is there. To go on: perch setup %s\nTo remove it: "
                                   "perch app %s --remove"),
                           name, name);
}

static int tell(const struct work *work, int code)
{
    const struct common_options *common = work->options->common;
    if (common->json) {
        g_autoptr(Json) json = check_results_to_json(work->results, "app", work->app->name);
        json_set_int(json, "exit", code);
        json_set_string(json, "app", work->app->app_api_name);
        json_set_string(json, "app_id", work->making.app_id);
        json_set_bool(json, "changed", work->making.done);
        g_autoptr(WipedText) text = json_print(json);
        puts(text);
    } else if (!common->quiet || code != PERCH_EXIT_OK) {
        g_autofree char *words = last_words(work, code);
        fprintf(code == PERCH_EXIT_OK ? stdout : stderr, "%s\n", words);
    }
    return code;
}

static void work_clear(struct work *work)
{
    making_clear(&work->making);
    g_clear_pointer(&work->deployer, session_free);
    g_clear_pointer(&work->files, g_ptr_array_unref);
    g_clear_pointer(&work->results, g_ptr_array_unref);
    store_lock_free(work->claim);
    connection_free(work->app);
    g_free(work->whose);
    services_clear(&work->services);
}

int app_make(const struct app_make_options *options, Connection *app)
{
    struct work work = {.options = options, .app = app};
    g_autoptr(GError) error = NULL;
    int code;
    work.results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    if (!prepare(&work, &error)) {
        code = command_error(error);
    } else {
        announce(&work);
        code = confirmed(options) ? tell(&work, work_on(&work, &error)) : PERCH_EXIT_CANCELLED;
    }
    work_clear(&work);
    return code;
}
