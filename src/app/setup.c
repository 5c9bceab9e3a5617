/* SPDX-License-Identifier: MIT */
#include <glib-unix.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app_private.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"
#include "perch/sheet/sheet.h"
#include "perch/store/own_keyring.h"

enum { TICK_MS = 250, SLOW_MS = 1000 };

/* ---- events in, effects out ---- */

static gboolean tick(gpointer user)
{
    struct app *app = user;
    if (!wizard_wants_ticks(app->wizard)) {
        app->tick_source = 0;
        return G_SOURCE_REMOVE;
    }
    login_seen(app);
    bool other = app->loopback != NULL && loopback_saw_other_login(app->loopback);
    app_event(app, &(struct wizard_event){.kind = WIZARD_TICK, .done = other});
    return G_SOURCE_CONTINUE;
}

static void sync_secret(struct app *app)
{
    tokens_set_client_secret(app->session->tokens, app->wizard->client_secret);
}

/* What was typed goes to the session before any effect uses it. */
static void run_effects(struct app *app, GArray *effects)
{
    sync_secret(app);
    if (effects->len > 0)
        connection_take_typed(app->session->connection, app->wizard->connection);
    key_pair_ensure(app);
    for (guint i = 0; i < effects->len && !app->quitting; i++)
        app_effect(app, &g_array_index(effects, struct effect, i));
}

static void deliver(const struct wizard_event *event, gpointer user)
{
    struct app *app = user;
    g_autoptr(GArray) effects = effects_new();
    wizard_handle(app->wizard, event, effects);
    run_effects(app, effects);
}

static void repaint(struct app *app)
{
    if (app->tick_source == 0 && wizard_wants_ticks(app->wizard))
        app->tick_source = g_timeout_add(TICK_MS, tick, app);
    if (app->ui != NULL)
        ui_changed(app->ui);
    if (app->plain != NULL)
        plain_changed(app->plain);
}

void app_event(struct app *app, const struct wizard_event *event)
{
    struct wizard_event timed = *event;
    timed.now_ms = clock_monotonic_ms();
    if (events_send(&app->events, &timed))
        repaint(app);
}

void app_told(struct app *app)
{
    app_event(app,
              &(struct wizard_event){.kind = WIZARD_TOLD, .connection = app->session->connection});
}

void app_notice(struct app *app, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    app_event(app, &(struct wizard_event){.kind = WIZARD_NOTICE, .text = text});
}

void app_quit(struct app *app, int code)
{
    app->exit = code;
    app->quitting = true;
    if (app->load != NULL)
        g_cancellable_cancel(app->load);
    if (app->deployer_call != NULL)
        g_cancellable_cancel(app->deployer_call);
    if (app->plain != NULL)
        plain_stop(app->plain);
    if (app->saves_pending == 0)
        g_main_loop_quit(app->loop);
}

/* Until the keyring has answered, only that can be shown. */
static struct view *waiting_view(const struct app *app)
{
    struct view *view = view_new();
    view->title = g_strdup("perch");
    view->right = g_strdup(app->options->name);
    view->now_ms = clock_monotonic_ms();
    view->busy = true;
    struct view_item *item = view_add(view, VIEW_CHECK, 0, _("Keyring"));
    item->mark = MARK_WORKING;
    view_item_set(&item->value, _("waiting for it; it may be asking for a password elsewhere"));
    if (app->load_is_slow)
        item->waits = g_strdup(_("Waiting for the keyring."));
    view_key(view, ACTION_BACK, _("continue without it"));
    return view;
}

static struct view *host_view(int focus, gpointer user)
{
    struct app *app = user;
    if (app->load != NULL)
        return waiting_view(app);
    app->wizard->now_ms = clock_monotonic_ms();
    return wizard_view(app->wizard, focus);
}

static void host_event(const struct view_event *view, gpointer user)
{
    struct app *app = user;
    if (app->load == NULL)
        app_event(app, &(struct wizard_event){.kind = WIZARD_VIEW, .view = view});
    else if (view->kind == VIEW_EVENT_ACTION && view->action == ACTION_BACK)
        g_cancellable_cancel(app->load);
    else if (view->kind == VIEW_EVENT_ACTION &&
             (view->action == ACTION_QUIT || view->action == ACTION_INTERRUPT))
        app_quit(app, PERCH_EXIT_CANCELLED);
}

/* The terminal is gone, or perch was asked to terminate: the draft is kept. */
static void host_hangup(gpointer user)
{
    struct app *app = user;
    if (app->quitting || app->hung_up)
        return;
    app->hung_up = true;
    if (app->load == NULL)
        app_event(app, &(struct wizard_event){.kind = WIZARD_HANGUP});
    else
        app_quit(app, PERCH_EXIT_CANCELLED);
}

static gboolean on_interrupt(gpointer user)
{
    const struct view_event event = {.kind = VIEW_EVENT_ACTION, .action = ACTION_INTERRUPT};
    host_event(&event, user);
    return G_SOURCE_CONTINUE;
}

static gboolean on_terminate(gpointer user)
{
    host_hangup(user);
    return G_SOURCE_CONTINUE;
}

/* ---- creation ---- */

/* The file's members, of which some change others. */
static Connection *with_config(Connection *connection, const Json *config)
{
    g_autoptr(Connection) old = connection;
    g_autoptr(Connection) wanted = connection_with(old, config);
    sheet_choose(old, wanted->app_values, wanted->app_kind);
    return connection_with(old, config);
}

Connection *app_prefilled(Connection *connection, const struct app_options *options)
{
    if (options->config != NULL)
        connection = with_config(connection, options->config);
    /* Files of an older perch have more than what was understood. */
    g_autofree char *kept =
        org_address_kept(options->login_url != NULL ? options->login_url : connection->address);
    connection_set(&connection->address, kept);
    if (options->client_id != NULL) {
        g_autofree char *key = typed_value(options->client_id, TYPED_KEY);
        connection_set(&connection->client_id, *key == '\0' ? NULL : key);
    }
    if (options->connected_app)
        sheet_choose(connection, connection->app_values, APP_CONNECTED);
    if (options->username != NULL)
        sheet_edit(connection, SETTING_USERNAME, options->username);
    if (options->login != NULL && options->login != connection_way(connection))
        sheet_choose(connection, options->login->values, connection->app_kind);
    if (options->certificate != NULL)
        key_pair_certify(connection, options->certificate);
    else if (options->new_key)
        connection_set(&connection->certificate, NULL);
    if (options->callback_port != 0) {
        memset(connection->ports, 0, sizeof connection->ports);
        connection->ports[0] = options->callback_port;
    }
    return connection;
}

bool app_claim(struct app *app, const char *name, GError **error)
{
    if (g_strcmp0(name, app->claimed) == 0)
        return true;
    StoreLock *claim = store_lock_setup(app->services.config_dir, name, error);
    if (claim == NULL)
        return false;
    store_lock_free(app->claim);
    app->claim = claim;
    g_free(app->claimed);
    app->claimed = g_strdup(name);
    return true;
}

/* Takes up a change to another way to log in that was given up half-way. */
static void go_on_changing(Connection *connection, enum app_start start)
{
    const enum app_values values = app_values_from_name(connection->next_values);
    if (start != APP_START_STEP)
        return;
    if (values != APP_VALUES_COUNT)
        sheet_choose(connection, values, connection->app_kind);
    connection_set(&connection->next_values, NULL);
}

static Connection *open_connection(struct app *app, GError **error)
{
    const struct app_options *options = app->options;
    g_autoptr(GError) local = NULL;
    if (options->name != NULL && !app_claim(app, options->name, error))
        return NULL;
    Connection *connection =
        options->name == NULL ? NULL
                              : connections_load(app->services.config_dir, options->name, &local);
    app->damaged = connection == NULL && options->start == APP_START_STEP &&
                   connections_is_damaged(app->services.config_dir, options->name);
    if (connection == NULL && local != NULL && !app->damaged &&
        !g_error_matches(local, PERCH_ERROR, PERCH_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    if (connection == NULL)
        connection = connection_new(options->name);
    go_on_changing(connection, options->start);
    return app_prefilled(connection, options);
}

static GStrv other_names(struct app *app, const Connection *connection)
{
    g_autoptr(GPtrArray) entries = connections_list(app->services.config_dir);
    GStrvBuilder *names = g_strv_builder_new();
    for (guint i = 0; i < entries->len; i++) {
        const struct connections_entry *entry = entries->pdata[i];
        if (g_strcmp0(entry->name, connection->name) != 0)
            g_strv_builder_add(names, entry->name);
    }
    GStrv all = g_strv_builder_end(names);
    g_strv_builder_unref(names);
    return all;
}

static enum org_kind kind_of(const Connection *connection)
{
    struct org_host host;
    enum org_kind kind = ORG_PRODUCTION;
    if (connection->address != NULL &&
        org_host_parse(&host, connection->address, ORG_PRODUCTION, NULL)) {
        kind = host.kind;
        org_host_clear(&host);
    }
    return kind;
}

/* Where to resume: a draft where it stopped, unless that step needs a login that is missing; a
 * finished connection at its values. */
static enum step first_step(const Connection *connection, bool logged_in)
{
    if (connection->login_url == NULL)
        return STEP_ORG;
    if (!connection_is_draft(connection))
        return STEP_HANDOFF;
    return MIN(step_from_name(connection->draft_step), logged_in ? STEP_HANDOFF : STEP_AUTHORIZE);
}

static void begin(struct app *app)
{
    static const enum wizard_start starts[] = {[APP_START_AUTHORIZE] = START_REAUTHORIZE,
                                               [APP_START_DOCTOR] = START_DOCTOR,
                                               [APP_START_TEST] = START_STEP};
    const struct app_options *options = app->options;
    const Connection *connection = app->session->connection;
    bool logged_in =
        session_can_renew(app->session) && connection_is_proven(connection) && !options->new_key;
    enum step step = options->login_url != NULL ? STEP_ORG : first_step(connection, logged_in);
    if (app->secrets_problem != NULL && connection_is_draft(connection))
        step = MIN(step, STEP_KEYS);
    if (connection_changes_way(connection) || options->new_key)
        step = MIN(step, options->no_input ? STEP_AUTHORIZE : STEP_APP);
    if (options->start == APP_START_AUTHORIZE) {
        /* An unreadable consumer secret has to be typed again. */
        step = app->secrets_problem != NULL ? STEP_KEYS : STEP_AUTHORIZE;
    } else if (options->start == APP_START_TEST) {
        step = STEP_TEST;
    }
    app_event(app, &(struct wizard_event){.kind = WIZARD_START,
                                          .step = step,
                                          .start = starts[options->start],
                                          .done = logged_in});
    if (options->begun)
        app_event(app,
                  &(struct wizard_event){.kind = WIZARD_VIEW,
                                         .view = &(struct view_event){.kind = VIEW_EVENT_ACTION,
                                                                      .action = ACTION_NEXT}});
    if (app->secrets_problem != NULL && !app->quitting)
        app_notice(app, "%s", app->secrets_problem);
    if (app->damaged && !app->quitting)
        app_notice(app,
                   _("The settings of %s are damaged and cannot be read. Enter them again; the "
                     "damaged file will be kept beside the new one."),
                   options->name);
}

/* Without the app's secret a login would only fail at its end. Sets secrets_problem; FALSE: nobody
 * can give it, and perch ends. */
static bool has_its_secret(struct app *app)
{
    const Connection *connection = app->wizard->connection;
    const bool signs = connection_way(connection)->signs;
    if (app->secrets_problem != NULL ||
        (signs ? session_secrets(app->session)->private_key != NULL
               : connection->with_secret == 0 || app->wizard->client_secret != NULL))
        return true;
    app->secrets_problem = g_strdup_printf(
        signs ? _("The keyring no longer has the private key of %s. Let perch make another, and "
                  "upload its certificate: perch setup %s, step App.")
              : _("The keyring no longer has the consumer secret of %s. Copy it from the app in "
                  "Setup again: perch setup %s, step Keys."),
        connection->name, connection->name);
    if (!app->options->no_input)
        return true;
    fprintf(stderr, "perch: %s\n", app->secrets_problem);
    app_quit(app, PERCH_EXIT_AUTHORIZATION);
    return false;
}

static void secrets_loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct app *app = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    bool loaded = tokens_finish(result, &error);
    g_clear_object(&app->load);
    g_clear_handle_id(&app->slow_source, g_source_remove);
    app->saves_pending--;
    if (app->quitting) {
        if (app->saves_pending == 0)
            g_main_loop_quit(app->loop);
        return;
    }
    tokens_may_ask(app->session->tokens, !app->options->no_input);
    bool orphan = app->wizard->connection->login_url == NULL;
    if (loaded && app->wizard->client_secret == NULL)
        secret_set(&app->wizard->client_secret, session_secrets(app->session)->client_secret);
    if (loaded)
        sync_secret(app);
    else if (!orphan && !g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        app->secrets_problem = g_strdup(error->message);
    app->unread = app->secrets_problem != NULL;
    if (app->options->start == APP_START_AUTHORIZE && !has_its_secret(app))
        return;
    orphan =
        orphan && loaded && !app->damaged && session_secrets(app->session)->refresh_token != NULL;
    if (orphan && app->wizard->address == NULL) {
        connection_set(&app->wizard->connection->address, session_base(app->session));
        connection_set(&app->wizard->address, session_base(app->session));
    }
    begin(app);
    if (loaded && !app->quitting)
        app_offer_values(app);
    if (orphan && !app->quitting)
        app_notice(app,
                   _("The keyring has a login for %s, but its settings are gone. Enter them "
                     "again, or end that login with: perch forget %s"),
                   app->options->name, app->options->name);
}

static bool make_wizard(struct app *app, GError **error)
{
    Connection *connection = open_connection(app, error);
    if (connection == NULL)
        return false;
    g_auto(GStrv) taken = other_names(app, connection);
    app->wizard = wizard_new(connection, secret_ref(app->options->client_secret), taken);
    if (app->options->login_url != NULL) {
        g_free(app->wizard->address);
        app->wizard->address = org_address_kept(app->options->login_url);
        if (app->wizard->address == NULL) /* the wizard says why */
            app->wizard->address = org_address_safe(app->options->login_url);
    }
    app->wizard->no_input = app->options->no_input;
    app->wizard->is_demo = app->options->is_demo;
    app->wizard->end_asked =
        app->options->plain && !isatty(STDIN_FILENO); /* a script reads what is printed */
    app->wizard->introduction = app->options->introduction;
    app->wizard->no_demo = app->options->ret_demo != NULL
                               ? app->options->no_demo
                               : _("Give the address of the org on this computer, for example "
                                   "http://127.0.0.1:8080. The command perch demo starts one.");
    app->wizard->keyring.exists = own_keyring_exists();
    app->wizard->keyring.missing = own_keyring_missing();
    app->wizard->has_home = app->options->ret_home != NULL;
    app->wizard->prefilled = app->options->login_url != NULL && app->options->name != NULL;
    app->wizard->org_kind = kind_of(connection);
    app->session = session_new(connection_copy(connection), app->services.config_dir,
                               app->services.http, app->services.store);
    tokens_set_private_key(app->session->tokens, app->options->private_key);
    app->events.deliver = deliver;
    app->events.user = app;
    app->session->desktop = app->desktop;
    tokens_may_ask(app->session->tokens, !app->options->no_input);
    if (app->options->no_input)
        store_never_ask(app->services.store);
    return true;
}

static bool make_front(struct app *app, GError **error)
{
    const struct view_host host = {host_view, host_event, host_hangup, app};
    if (!app->options->plain) {
        app->ui = ui_new(&host, error);
        return app->ui != NULL;
    }
    app->plain = plain_new(&host, &(struct plain_options){
                                      .no_input = app->options->no_input,
                                      .quiet = app->options->quiet,
                                      .to_stderr = app->options->json,
                                      .words = g_getenv("ACCESSIBLE") != NULL,
                                      .colour = isatty(STDOUT_FILENO) && !app->options->json &&
                                                g_getenv("NO_COLOR") == NULL &&
                                                g_strcmp0(g_getenv("TERM"), "dumb") != 0,
                                  });
    return true;
}

static void app_clear(struct app *app)
{
    lists_clear(app);
    making_drop(app);
    if (app->tick_source != 0)
        g_source_remove(app->tick_source);
    g_clear_handle_id(&app->slow_source, g_source_remove);
    app->has_code = false;
    login_stop(app);
    g_clear_pointer(&app->ui, ui_free);
    g_clear_pointer(&app->plain, plain_free);
    events_clear(&app->events);
    g_clear_pointer(&app->session, session_free);
    g_clear_pointer(&app->wizard, wizard_free);
    g_clear_handle_id(&app->copier, g_source_remove);
    g_clear_pointer(&app->desktop, desktop_free);
    g_clear_pointer(&app->loop, g_main_loop_unref);
    services_clear(&app->services);
    store_lock_free(app->claim);
    g_free(app->claimed);
    g_free(app->exported);
    g_free(app->exit_message);
    secret_unref(app->doubted);
    g_free(app->secrets_problem);
    g_clear_error(&app->save_problem);
}

/* The failure to write the file, as a row like any other. */
static struct check_result *unsaved_row(const GError *problem)
{
    struct failure failure;
    failure_from_error(&failure, STAGE_MACHINE, problem);
    struct check_result *row = check_result_failed("saved", _("Settings"), explain(&failure));
    failure_clear(&failure);
    return row;
}

static void print_json(const struct app *app)
{
    g_autoptr(GPtrArray) results = wizard_results(app->wizard);
    struct check_result *unsaved =
        app->save_problem == NULL ? NULL : unsaved_row(app->save_problem);
    if (unsaved != NULL)
        g_ptr_array_add(results, unsaved);
    g_autoptr(Json) json = check_results_to_json(
        results, app->options->start == APP_START_AUTHORIZE ? "reauthorize" : "setup",
        app->wizard->connection->name);
    json_set_int(json, "exit", app->exit);
    if (app->exit != PERCH_EXIT_OK)
        json_set_string(json, "status", "failed");
    check_result_free(unsaved);
    g_autoptr(WipedText) text = json_print(json);
    puts(text);
}

/* Not said of a keyring that answers at once. */
static gboolean load_is_slow(gpointer user)
{
    struct app *app = user;
    app->load_is_slow = true;
    app->slow_source = 0;
    repaint(app);
    return G_SOURCE_REMOVE;
}

static void run(struct app *app)
{
    guint signals[] = {g_unix_signal_add(SIGINT, on_interrupt, app),
                       g_unix_signal_add(SIGTERM, on_terminate, app),
                       g_unix_signal_add(SIGHUP, on_terminate, app)};
    app->loop = g_main_loop_new(NULL, FALSE);
    if (app->options->name != NULL) {
        app->saves_pending++;
        if (app->wizard->connection->login_url == NULL) /* most likely there is no file yet */
            tokens_may_ask(app->session->tokens, false);
        app->load = g_cancellable_new();
        app->slow_source = g_timeout_add(SLOW_MS, load_is_slow, app);
        tokens_load(app->session->tokens, app->options->name, app->load, secrets_loaded, app);
    } else {
        begin(app);
    }
    if (!app->quitting)
        g_main_loop_run(app->loop);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
}

int app_setup(const struct app_options *options)
{
    struct app app = {.options = options};
    g_autoptr(GError) error = NULL;
    app.desktop = desktop_look();
    if (!services_init(&app.services, !options->no_input, &error) || !make_wizard(&app, &error) ||
        !make_front(&app, &error)) {
        fprintf(stderr, "perch: %s\n", error->message);
        app_clear(&app);
        return (int)perch_error_exit(error);
    }
    run(&app);
    g_clear_pointer(&app.ui, ui_free);
    g_clear_pointer(&app.plain, plain_free);
    if (options->json && (options->ret_demo == NULL || !*options->ret_demo))
        print_json(&app);
    if (app.exit_message != NULL && !options->quiet)
        plain_put(options->json || options->plain ? STDERR_FILENO : STDOUT_FILENO, app.exit_message,
                  "\n");
    int code = app.exit;
    app_clear(&app);
    return code;
}
