/* SPDX-License-Identifier: MIT */
#include "app_make.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "paste_input.h"
#include "perch/base/clock.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/checks/making.h"
#include "perch/net/desktop.h"
#include "perch/sheet/sheet.h"
#include "perch/wizard/wizard.h"

struct work {
    const struct app_make_options *options;
    struct services services;
    StoreLock *claim;
    Connection *app;
    struct session *deployer;
    char *with, *whose; /* where its session comes from, and the same for a person */
    GPtrArray *files;
    struct making making;
    GPtrArray *results; /* of all lists */
    guint differences;  /* before the repair */
    bool new_key;       /* the app's key was chosen now */
    bool cancelled;
    bool in_progress; /* the terminal's line shows a row that is not settled */
};

static GPtrArray *results_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
}

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
    if (work->options->read_secret && work->making.hidden_by_switch &&
        work->making.goal != MAKING_SECRET && strcmp(result->id, "secret-back") == 0)
        return; /* read next, by way of the switch */
    if (!common->json && (!common->quiet || result->status == CHECK_FAILED))
        command_print_result(result, stdout);
}

/* ---- beforehand ---- */

/* Where the app of a connection without an org belongs: in the session's. */
static void take_org(Connection *app, const Connection *from)
{
    if (app->login_url == NULL) {
        connection_set(&app->login_url, from->login_url);
        connection_set(&app->address, from->login_url);
    }
    if (app->org_id == NULL && org_host_covers(app->login_url, from->instance_url)) {
        connection_set(&app->login_url, from->instance_url);
        connection_set(&app->address, from->instance_url);
    }
    if (app->contact_email == NULL)
        connection_set(&app->contact_email, from->contact_email);
}

/* Whether the app of the connection can be perch's. */
static bool may_make(const struct work *work, GError **error)
{
    const Connection *app = work->app;
    const enum making_goal goal = work->options->goal;
    const bool ours = app->app_key != NULL && g_strcmp0(app->app_key, app->client_id) == 0;
    const char *problem = NULL;
    if (app->app_kind == APP_CONNECTED)
        problem = _("Salesforce no longer lets anybody make Connected Apps; choose --kind eca.");
    else if (goal == MAKING_REMOVE && !ours)
        problem = _("perch removes only an app that it made, and this connection's consumer key "
                    "is not from perch. Remove the app in Setup › External Client App Manager.");
    else if (goal == MAKING_CREATE && app->client_id != NULL && !ours)
        problem = _("This connection has a consumer key, so its app exists already. To make "
                    "another one, give a new connection's name.");
    else if (work->options->access && (connection_way(app)->attended || app->run_as == NULL))
        problem = _("--permission-set is for the user of an app that logs in by itself: give "
                    "--values client-credentials and --run-as USERNAME, too.");
    if (problem != NULL)
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE, problem);
    return problem == NULL;
}

/* ---- whose session ---- */

static void opened(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    *(GAsyncResult **)user = g_object_ref(result);
}

static struct session *open_session(struct work *work, const char *source, Secret *token,
                                    GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_clear_pointer(&work->whose, g_free);
    deployer_open(&work->services, work->app, source, token, NULL, opened, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    struct session *session = deployer_finish(result, &work->whose, error);
    if (session != NULL)
        tokens_may_ask(session->tokens, !work->options->common->no_input);
    return session;
}

/* An access token that the person pastes, or standard input brings. */
static Secret *read_token(const struct work *work, GError **error)
{
    const bool ask = !work->options->common->no_input && isatty(STDIN_FILENO);
    g_autoptr(SecretBuf) text =
        ask ? paste_line_from_terminal(_("Access token: "), error) : paste_from_file("-", error);
    return text == NULL ? NULL : secret_buf_to_secret(text);
}

/* Whether the session works and its user has the rights, without a word. */
static bool is_fit(struct work *work, struct session *session)
{
    const enum check_list_id list = CHECKS_MAKE;
    struct making making = {.goal = MAKING_RIGHTS, .app = work->app};
    g_autoptr(GPtrArray) results = results_new();
    struct app_job job = {.session = session, .results = results};
    session->making = &making;
    const bool ended =
        app_run_lists(&job, 1, &list, 1, NULL, NULL, work->options->common->timeout * 1000);
    session->making = NULL;
    const bool fit = ended && check_results_exit(results) == PERCH_EXIT_OK && !making.lacks_rights;
    making_clear(&making);
    return fit;
}

/* The first source that is fit; the first of all if none is: its list then says why. NULL: there is
 * none. */
static const char *fit_source(struct work *work, const GPtrArray *sources)
{
    const guint count = sources->len - 1; /* the last is a token, which nobody gave */
    for (guint i = 0; count > 1 && i < count; i++) {
        g_autoptr(Session) session = open_session(work, sources->pdata[i], NULL, NULL);
        if (session != NULL && is_fit(work, session))
            return sources->pdata[i];
    }
    return count > 0 ? sources->pdata[0] : NULL;
}

static bool find_session(struct work *work, GError **error)
{
    g_autoptr(GPtrArray) sources = deployer_sources(&work->services, work->app);
    const char *with =
        work->options->with != NULL ? work->options->with : fit_source(work, sources);
    g_autoptr(Secret) token = NULL;
    if (with == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("This needs the session of an administrator of the org. Name another "
                      "connection to it (--with NAME), log in with Salesforce's CLI (--with sf), "
                      "or send an access token on standard input (--with -)."));
        return false;
    }
    if (strcmp(with, DEPLOYER_TOKEN) == 0 && (token = read_token(work, error)) == NULL)
        return false;
    connection_set(&work->with, with);
    work->deployer = open_session(work, with, token, error);
    return work->deployer != NULL;
}

/* ---- the switch ---- */

static bool note_switch(bool on, gpointer user, GError **error)
{
    const struct work *work = user;
    return switch_note(work->services.config_dir, work->app, work->with, on, error);
}

/* ---- beforehand ---- */

static bool open_app(struct work *work, GError **error)
{
    const struct common_options *common = work->options->common;
    if (!services_init(&work->services, !common->no_input, error))
        return false;
    work->claim = store_lock_setup(work->services.config_dir, work->app->name, error);
    return work->claim != NULL;
}

/* Everything that needs no request. The key is saved first: an app whose key is forgotten is
 * useless. */
static bool prepare(struct work *work, GError **error)
{
    Connection *app = work->app;
    if (!open_app(work, error) || !may_make(work, error) || !find_session(work, error))
        return false;
    work->making =
        (struct making){.app = app,
                        .dry_run = work->options->dry_run,
                        .access = work->options->access || (work->options->goal == MAKING_REMOVE &&
                                                            !connection_way(app)->attended),
                        .switched = note_switch,
                        .user = work};
    work->deployer->making = &work->making;
    take_org(app, work->deployer->connection);
    if (work->options->goal == MAKING_REPAIR)
        return true;
    work->new_key = app->client_id == NULL;
    app_take_key(app);
    if (app_has_needed(app, error))
        work->files = sheet_as_metadata(app, error);
    return work->files != NULL &&
           (work->options->dry_run || connections_save(work->services.config_dir, app, error));
}

/* An app is removed with every login through it, so only on the person's word. */
static bool confirmed(const struct app_make_options *options)
{
    return options->goal != MAKING_REMOVE || options->dry_run || options->yes ||
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

/* FALSE: cancelled, or a row failed. */
static bool phase(struct work *work, enum making_goal goal)
{
    work->making.goal = goal;
    work->cancelled |= !run_list(work, work->deployer, CHECKS_MAKE);
    return !work->cancelled && check_results_exit(work->results) == PERCH_EXIT_OK;
}

/* Drops the rows of a comparison that another one follows, or a row that another one repeats. */
static void drop_rows(GPtrArray *results, const char *start)
{
    for (guint i = results->len; i > 0; i--)
        if (g_str_has_prefix(((struct check_result *)results->pdata[i - 1])->id, start))
            g_ptr_array_remove_index(results, i - 1);
}

/* The app is there: its connection goes on at the next step that it needs. */
static bool keep_made(struct work *work, GError **error)
{
    Connection *app = work->app;
    const bool has_secret = work->making.secret != NULL || !making_wants_secret(app);
    connection_set(&app->app_id, work->making.app_id);
    if (app->client_id == NULL)
        connection_set(&app->client_id, work->making.key); /* of an app made by somebody else */
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

/* The secret by way of the org's switch, on the person's word; and the switch as it was. */
static void read_secret(struct work *work)
{
    const struct app_make_options *options = work->options;
    if (!work->making.hidden_by_switch)
        return;
    if (!options->read_secret &&
        (!command_can_ask(options->common) ||
         !command_asked(_("The org has a switch that lets programs read consumer secrets, and it "
                          "is off. Turn it on, read the secret, and turn it off again?"))))
        return;
    drop_rows(work->results, "secret-back");
    phase(work, MAKING_SECRET);
}

/* What cannot be read is asked for with its page opened; an empty line leaves it for later. */
static void ask_secret(struct work *work)
{
    const struct check_result *row = check_results_find(work->results, "secret-back");
    g_autoptr(Desktop) desktop = desktop_look();
    if (row == NULL || row->page_url == NULL || work->making.secret != NULL ||
        !command_can_ask(work->options->common))
        return;
    command_put(
        stderr,
        _("Copy the consumer secret from the app › Settings › OAuth Settings › Consumer Key "
          "and Secret:\n%s\n"),
        row->page_url);
    desktop_open(desktop, row->page_url, NULL); /* its address is on the screen in any case */
    g_autoptr(SecretBuf) text =
        paste_line_from_terminal(_("Consumer secret (Enter alone: later): "), NULL);
    if (text != NULL && *g_strstrip(text->text) != '\0')
        work->making.secret = secret_new(text->text);
}

/* A key that no org has seen is no key. */
static bool forget_key(struct work *work, GError **error)
{
    connection_set(&work->app->client_id, NULL);
    connection_set(&work->app->app_key, NULL);
    return connections_save(work->services.config_dir, work->app, error);
}

static bool create(struct work *work, GError **error)
{
    struct making *making = &work->making;
    const bool whole = phase(work, MAKING_CREATE);
    if (work->options->dry_run)
        return true;
    if (!making->done)
        return making->sent || !work->new_key || forget_key(work, error);
    if (whole && making->found != NULL)
        phase(work, MAKING_COMPARE);
    if (whole) {
        read_secret(work);
        ask_secret(work);
    }
    if (!keep_made(work, error))
        return false;
    if (!work->cancelled)
        work->cancelled = !see_it(work);
    return true;
}

static bool repair(struct work *work, GError **error)
{
    struct making *making = &work->making;
    const struct app_make_options *options = work->options;
    if (!phase(work, MAKING_LOOK) || !phase(work, MAKING_COMPARE))
        return true;
    work->differences = making_differences(making);
    making->nothing = work->differences == 0;
    if (!making->nothing || options->access) {
        work->files = sheet_merge(work->app, (const Json *const *)making->parts, NULL);
        making->files = work->files;
        if (!options->dry_run && !options->yes &&
            !command_confirmed(making->nothing ? _("Make the permission set and assign it?")
                                               : _("Change these settings in the org?"))) {
            work->cancelled = true;
            return true;
        }
        drop_rows(work->results, options->dry_run ? "-" : "org-");
        if (!phase(work, MAKING_REPAIR) || options->dry_run || making->found == NULL)
            return true;
        drop_rows(work->results, "parts");
        phase(work, MAKING_COMPARE);
    }
    if (options->dry_run)
        return true;
    if (work->app->client_id != NULL) /* perch knows the app, but perhaps not these settings */
        return connections_save(work->services.config_dir, work->app, error);
    read_secret(work);
    return keep_made(work, error);
}

static int work_on(struct work *work, GError **error)
{
    struct making *making = &work->making;
    bool saved = true;
    making->files = work->files;
    if (work->options->goal == MAKING_REPAIR)
        saved = repair(work, error);
    else if (work->options->goal == MAKING_CREATE)
        saved = create(work, error);
    else if (phase(work, MAKING_REMOVE) && making->done)
        saved = keep_removed(work, error);
    g_autofree char *note = switch_noted(work->services.config_dir, work->app->name);
    if (paths_is_taken(note)) {
        making->goal = MAKING_PUT_BACK;
        run_list(work, work->deployer, CHECKS_MAKE);
    }
    if (!saved)
        return command_error(*error);
    return work->cancelled ? PERCH_EXIT_CANCELLED : (int)check_results_exit(work->results);
}

/* ---- afterwards ---- */

/* As after a perch that was ended when all was done. */
static bool has_nothing_to_remove(const struct work *work)
{
    return work->options->goal == MAKING_REMOVE && work->app->client_id == NULL &&
           work->app->app_key == NULL;
}

/* What exists now, and how to go on. */
static char *last_words(const struct work *work, int code)
{
    const struct making *making = &work->making;
    const enum making_goal goal = work->options->goal;
    const char *name = work->app->name;
    if (!making->sent && has_nothing_to_remove(work))
        return g_strdup(_("This connection has no app: there is nothing to remove."));
    if (making->sent && !making->done)
        return g_strdup_printf(
            _("The org was asked to change the app, and its success was not seen. Look at Setup › "
              "Deployment Status; then run the same command again."));
    if (goal == MAKING_REPAIR && code == PERCH_EXIT_OK && work->differences == 0 && !making->access)
        return g_strdup(_("The app is as the App step says. Nothing was changed."));
    if (!making->done)
        return code == PERCH_EXIT_OK
                   ? g_strdup(_("The org would accept this. Nothing was changed."))
                   : g_strdup(_("Nothing was changed in the org."));
    if (making->access && !making->access_done && goal == MAKING_REPAIR)
        return g_strdup(_("The app is as the App step says; its permission set is not assigned. To "
                          "go on, run the same command again."));
    if (making->access && !making->access_done)
        return g_strdup_printf(goal == MAKING_REMOVE
                                   ? _("The app is removed, its permission set is not. To go on, "
                                       "run the same command again: perch app %s --remove")
                                   : _("The app and its permission set are there; the set is not "
                                       "assigned. To go on, run the same command again. To remove "
                                       "both: perch app %s --remove"),
                               name);
    if (goal == MAKING_REMOVE)
        return g_strdup_printf(_("The app is removed. To make it again: perch app %s --create"),
                               name);
    if (goal == MAKING_REPAIR)
        return g_strdup_printf(_("The app is changed. To see that it works: perch doctor %s"),
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
        g_autofree char *name = sheet_access_name(work->app);
        json_set_int(json, "exit", code);
        json_set_string(json, "app", work->app->app_api_name);
        json_set_string(json, "app_id", work->making.app_id);
        json_set_bool(json, "changed", work->making.sent && work->making.done);
        if (work->options->access)
            json_set_string(json, "permission_set", name);
        if (work->options->goal == MAKING_REPAIR)
            json_set_int(json, "differences", work->differences);
        g_autoptr(WipedText) text = json_print(json);
        puts(text);
    } else if (!common->quiet || code != PERCH_EXIT_OK) {
        g_autofree char *words = last_words(work, code);
        command_put(code == PERCH_EXIT_OK ? stdout : stderr, "%s\n", words);
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
    g_free(work->with);
    services_clear(&work->services);
}

int app_make(const struct app_make_options *options, Connection *app)
{
    struct work work = {.options = options, .app = app};
    g_autoptr(GError) error = NULL;
    int code;
    work.results = results_new();
    if (has_nothing_to_remove(&work)) {
        code = tell(&work, PERCH_EXIT_OK);
    } else if (!prepare(&work, &error)) {
        code = command_error(error);
    } else {
        app_announce(options, app, work.whose, work.making.access);
        code = confirmed(options) ? tell(&work, work_on(&work, &error)) : PERCH_EXIT_CANCELLED;
    }
    work_clear(&work);
    return code;
}

/* ---- after a perch that was ended ---- */

/* The session of then; where it is no more, any that will do. */
static bool find_session_again(struct work *work, struct app_make_options *options, GError **error)
{
    if (options->with != NULL && find_session(work, NULL))
        return true;
    options->with = NULL;
    return find_session(work, error);
}

/* TRUE: it is off again. The connection may have been deleted meanwhile. */
static bool put_back(const char *config_dir, const char *name, const char *with, const char *org)
{
    const struct common_options common = {.no_input = TRUE, .quiet = TRUE, .json = TRUE};
    struct app_make_options options = {.with = with, .common = &common};
    struct work work = {.options = &options, .app = connections_load(config_dir, name, NULL)};
    g_autoptr(GError) error = NULL;
    bool off = false;
    if (work.app == NULL) {
        work.app = connection_new(name);
        connection_set(&work.app->login_url, org);
    }
    work.results = results_new();
    if (open_app(&work, &error) && find_session_again(&work, &options, &error)) {
        work.making = (struct making){.app = work.app, .switched = note_switch, .user = &work};
        work.deployer->making = &work.making;
        off = phase(&work, MAKING_PUT_BACK);
    }
    off |= g_error_matches(error, PERCH_ERROR, PERCH_ERROR_BUSY); /* it is at work on it */
    work_clear(&work);
    return off;
}

void app_put_back(void)
{
    g_autofree char *config_dir = paths_config_dir();
    g_autofree char *folder = switch_folder(config_dir);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = switch_noted(config_dir, name), *note = NULL;
        if (!g_file_get_contents(path, &note, NULL, NULL))
            continue;
        g_auto(GStrv) lines = g_strsplit(note, "\n", 3);
        const char *org = *lines == NULL ? NULL : lines[1];
        const char *with = org == NULL || strcmp(*lines, DEPLOYER_TOKEN) == 0 ? NULL : *lines;
        const bool off = put_back(config_dir, name, with, org);
        if (off && paths_is_taken(path))
            continue; /* another perch is at work on it */
        command_put(
            stderr,
            off ? _("perch: The app of %s: an earlier perch was ended while the org's switch "
                    "for reading consumer secrets was on. It is off again.\n")
                : _("perch: The app of %s: an earlier perch was ended while the org's switch "
                    "for reading consumer secrets was on, and perch cannot turn it off now. It "
                    "tries again at the next start. Or untick Allow access to External Client "
                    "App consumer secrets via REST API in Setup › External Client App Settings, "
                    "and delete %s.\n"),
            name, path);
    }
}
