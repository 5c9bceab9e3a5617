/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app_private.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/store/own_keyring.h"

/* A terminal does not say whether it put the text on the clipboard; most do, some never. */
static void sent(struct app *app)
{
    app_notice(app, app->wizard->step == STEP_AUTHORIZE
                        ? _("Sent to the terminal; not there? w writes it to a file.")
                        : _("Sent to the terminal; not there? Hold Shift and select it."));
}

static void copied(GPid pid, gint status, gpointer user)
{
    struct app *app = user;
    g_spawn_close_pid(pid);
    app->copier = 0;
    if (status == 0)
        app_notice(app, _("Copied."));
    else if (app->ui != NULL)
        sent(app);
    else
        app_notice(app, _("%s failed. Hold Shift and select the text."), app->desktop->copier);
}

static void copy(struct app *app, const Secret *secret)
{
    g_autoptr(GError) error = NULL;
    GPid pid;
    g_clear_handle_id(&app->copier, g_source_remove);
    if (app->ui != NULL)
        ui_copy(app->ui, secret_peek(secret));
    if (desktop_copy(app->desktop, secret_peek(secret), &pid, &error))
        app->copier = g_child_watch_add(pid, copied, app);
    else if (app->ui != NULL)
        sent(app);
    else
        app_notice(app, "%s", error->message);
}

static void open_page(struct app *app, const char *url)
{
    g_autoptr(GError) error = NULL;
    if (app->options->ended == NULL && desktop_open(app->desktop, url, &error))
        app_notice(app, _("Opened in the browser: %s"), url);
    else
        app_notice(app, _("Open this address: %s"), url);
}

static void write_address(struct app *app, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = paths_state_dir();
    g_autofree char *path = g_build_filename(folder, "address.txt", NULL);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    if (paths_make_dir(folder, &error) && paths_replace_file(path, line, strlen(line), &error))
        app_notice(app, _("Written to %s"), path);
    else
        app_notice(app, "%s", error->message);
}

/* A base name unused by any of the files in the current folder: acme.env, acme-2.env, ... */
static char *free_base(const char *name, const GPtrArray *files)
{
    enum { MOST = 99 };
    g_autofree char *folder = g_get_current_dir();
    for (int i = 1; i <= MOST; i++) {
        g_autofree char *numbered = i == 1 ? g_strdup(name) : g_strdup_printf("%s-%d", name, i);
        g_autofree char *base = g_build_filename(folder, numbered, NULL);
        bool taken = false;
        for (guint f = 0; f < files->len; f++) {
            const struct handoff_file *file = files->pdata[f];
            g_autofree char *path = g_strconcat(base, file->suffix, NULL);
            taken = taken || paths_is_taken(path);
        }
        if (!taken)
            return g_steal_pointer(&base);
    }
    return NULL;
}

static bool write_export(const char *base, const GPtrArray *files, GError **error)
{
    for (guint i = 0; i < files->len; i++) {
        const struct handoff_file *file = files->pdata[i];
        g_autofree char *path = g_strconcat(base, file->suffix, NULL);
        if (!paths_create_file(path, secret_peek(file->text), secret_length(file->text), error))
            return false;
    }
    return true;
}

static void export_values(struct app *app, enum handoff_format format)
{
    g_autoptr(GError) error = NULL;
    const Connection *connection = app->session->connection;
    g_autoptr(GPtrArray) files =
        handoff_files(connection, session_secrets(app->session), format, &error);
    g_autofree char *base = files == NULL ? NULL : free_base(connection->name, files);
    if (base == NULL || !write_export(base, files, &error)) {
        app_notice(app, "%s",
                   error != NULL ? error->message
                                 : _("There are too many exports here. Delete some."));
        return;
    }
    const struct handoff_file *first = files->pdata[0];
    tokens_are_exported(app->session->tokens);
    app_event(app, &(struct wizard_event){.kind = WIZARD_STORED, .done = true});
    g_autofree char *name = g_strconcat(base, first->suffix, NULL);
    g_autofree char *before = app->exported;
    app->exported = before == NULL ? g_strdup(name) : g_strdup_printf("%s, %s", before, name);
    if (files->len == 1)
        app_notice(app, _("Written, readable only by you: %s"), name);
    else
        app_notice(app, _("Written, readable only by you: %s and %s"), name,
                   ((const struct handoff_file *)files->pdata[1])->suffix);
}

/* ---- exit message ---- */

static bool secret_is_kept(const struct app *app)
{
    const struct session *session = app->session;
    const struct secrets *secrets = session_secrets(session);
    return (secrets->client_secret == NULL && secrets->private_key == NULL) ||
           (!tokens_in_memory(session->tokens) && tokens_secret_is_kept(session->tokens));
}

/* What the keyring has is not lost: set-up and forget find it without the file. */
static char *unsaved_text(const struct app *app)
{
    const char *name = app->session->connection->name;
    enum tokens_state state = tokens_state(app->session->tokens);
    return g_strdup_printf(state == TOKENS_HELD || state == TOKENS_STORED
                               ? _("%s was not saved: %s. Its tokens are in the keyring. Fix "
                                   "that, then run: perch setup %s")
                               : _("%s was not saved: %s. Fix that, then run: perch setup %s"),
                           name, app->save_problem->message, name);
}

/* Of a connection that is set up: what was seen of it in this run. */
static char *last_word(const struct app *app, const char *name)
{
    const enum wizard_proof proof = wizard_proof(app->wizard);
    const bool ok = app->exit == PERCH_EXIT_OK, failed = !ok && app->exit != PERCH_EXIT_CANCELLED;
    return g_strdup_printf(ok && proof == PROOF_SEEN
                               ? _("%s is ready. An access token for a script: perch token %s")
                           : failed || proof == PROOF_FAILED
                               ? _("%s was not seen to work. To see what is wrong: perch doctor %s")
                               : _("To see whether %s works: perch doctor %s"),
                           name, name);
}

static char *exit_message_text(const struct app *app)
{
    const Connection *connection = app->session->connection;
    if (app->save_problem != NULL)
        return unsaved_text(app);
    if (app->options->exit_message != NULL)
        return app->exported == NULL
                   ? g_strdup(app->options->exit_message)
                   : g_strdup_printf(_("%s\nWhat you exported is still there: %s"),
                                     app->options->exit_message, app->exported);
    if (!connection_is_draft(connection) && tokens_state(app->session->tokens) == TOKENS_WON)
        return g_strdup_printf(
            tokens_former(app->session->tokens) != NULL
                ? _("%s keeps its old login; the new one is valid, not stored: perch doctor %s")
                : _("The login of %s is valid, but not stored. To store one: perch reauthorize %s"),
            connection->name, connection->name);
    if (!connection_is_draft(connection))
        return last_word(app, connection->name);
    if (secret_is_kept(app) || app->saves_pending > 0) /* a failed save is reported afterwards */
        return g_strdup_printf(_("The draft is kept. To continue: perch setup %s"),
                               connection->name);
    return g_strdup_printf(
        connection_way(connection)->signs
            ? _("Kept without the private key (no keyring). To continue: perch setup %s")
            : _("Kept without the consumer secret (no keyring). To continue: perch setup %s"),
        connection->name);
}

static void exit_message(struct app *app)
{
    const Connection *connection = app->session->connection;
    if (connection->name == NULL ||
        (connection->login_url == NULL && !app->saved && app->save_problem == NULL))
        return;
    g_free(app->exit_message);
    app->exit_message = exit_message_text(app);
}

/* ---- saving ---- */

/* A save ended that quitting may have waited for. */
static void go_on(struct app *app)
{
    if (app->saves_pending == 0 && app->quitting)
        g_main_loop_quit(app->loop);
}

static void secret_saved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct app *app = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    app->saves_pending--;
    if (!tokens_finish(result, &error)) {
        if (app->quitting)
            exit_message(app);
        else
            app_notice(app,
                       connection_way(app->session->connection)->signs
                           ? _("The private key is not in the keyring yet: %s")
                           : _("The consumer secret is not in the keyring yet: %s"),
                       error->message);
    }
    go_on(app);
}

/* Preflight tells whether the keyring works. A draft resumed at Keys or later has not run it: then
 * just try. */
static bool keyring_may_work(const struct app *app)
{
    const struct check_result *keyring =
        check_results_find(app->wizard->lists[CHECKS_PREFLIGHT].results, "keyring");
    return keyring != NULL ? keyring->status == CHECK_OK : app->wizard->furthest >= STEP_KEYS;
}

/* Saves a draft's consumer secret as soon as the keyring is known to work, and leaves the rest of
 * the item alone. New tokens are stored by the check that proves them. */
static void save_draft_secret(struct app *app)
{
    struct session *session = app->session;
    if (!keyring_may_work(app) || tokens_in_memory(session->tokens) || secret_is_kept(app))
        return;
    app->saves_pending++;
    tokens_change(session->tokens, session->connection->name, SECRETS_APP, NULL, secret_saved, app);
}

/* A failed save is not a success and does not return to Home. */
static void quit(struct app *app, int code)
{
    app->exit = code;
    if (app->exit_message == NULL)
        exit_message(app);
    app_quit(app, code == PERCH_EXIT_OK ? (int)perch_error_exit(app->save_problem) : code);
}

/* A typed name may belong to another set-up until it is claimed and found to be still unused. */
static bool claim(struct app *app, const char *name, GError **error)
{
    g_autoptr(GError) none = NULL;
    if (g_strcmp0(name, app->claimed) == 0)
        return true;
    if (!app_claim(app, name, error))
        return false;
    connection_free(connections_load(app->services.config_dir, name, &none));
    if (g_error_matches(none, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        return true;
    g_clear_pointer(&app->claim, store_lock_free);
    g_clear_pointer(&app->claimed, g_free);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                _("There is a connection %s already. Choose another name, or open that one with: "
                  "perch setup %s"),
                name, name);
    return false;
}

static void save(struct app *app)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Connection) connection = session_proven_connection(app->session);
    g_autofree char *aside = NULL;
    const bool ours = claim(app, connection->name, &error);
    app->saved =
        ours && connections_save_telling(app->services.config_dir, connection, &aside, &error);
    g_clear_error(&app->save_problem);
    app->save_problem = g_steal_pointer(&error);
    if (!ours && !app->options->no_input)
        app_event(app, &(struct wizard_event){.kind = WIZARD_NAME_REFUSED,
                                              .text = app->save_problem->message});
    else if (!app->saved && app->options->no_input)
        quit(app, PERCH_EXIT_OK); /* before there are tokens that could not be kept */
    else if (!app->saved)
        app_notice(app, "%s", app->save_problem->message);
    else if (aside != NULL)
        app_notice(app, "%s", aside);
    if (!app->quitting && ours)
        save_draft_secret(app);
}

static void keyring_opened(GObject *source, GAsyncResult *result, gpointer user)
{
    struct app *app = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    own_keyring_open_finish(result, &error);
    app->saves_pending--;
    if (!app->quitting)
        app_event(app, &(struct wizard_event){.kind = WIZARD_KEYRING,
                                              .text = error == NULL ? NULL : error->message});
    go_on(app);
}

/* ---- leaving ---- */

/* Nobody is there to read it: Home says it when perch is started again. */
static void leave_word(const struct app *app)
{
    g_autofree char *folder = paths_state_dir();
    g_autofree char *path = g_build_filename(folder, APP_WORD_LEFT, NULL);
    g_autofree char *word =
        g_strdup_printf("%s: %s", app->session->connection->name, app->exit_message);
    if (paths_make_dir(folder, NULL))
        paths_replace_file(path, word, strlen(word), NULL);
}

static void revocation_ended(const struct http_response *response, gpointer user)
{
    struct app *app = user;
    bool revoked = response->end == HTTP_ANSWERED && response->status == 200;
    if (revoked)
        tokens_drop(app->session->tokens);
    g_free(app->exit_message);
    app->exit_message =
        revoked
            ? g_strdup(_("The tokens of this login were not stored, so perch revoked them. Log in "
                         "again with the same command."))
            : g_strdup(
                  _("The tokens of this login were not stored and could not be revoked. Revoke "
                    "them in Setup › Connected Apps OAuth Usage, then log in again."));
    if (!revoked && app->hung_up)
        leave_word(app);
    app_quit(app, app->exit);
}

static void revoke_and_quit(struct app *app, int code)
{
    app->exit = code;
    if (tokens_state(app->session->tokens) != TOKENS_WON) { /* the token is the connection's own */
        exit_message(app);
        app_quit(app, code);
        return;
    }
    app_notice(app, _("Revoking the tokens of this login …"));
    tokens_give_back(app->session->tokens);
    http_send(app->services.http,
              token_revoke_request(app->session->connection->login_url,
                                   session_secrets(app->session)->refresh_token),
              NULL, revocation_ended, app);
}

static void discarded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct app *app = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    app->saves_pending--;
    if (!tokens_finish(result, &error) &&
        !g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        app->exit_message =
            g_strdup_printf(_("The draft is deleted, but not its consumer secret in "
                              "the keyring: %s"),
                            error->message);
    else
        app->exit_message = g_strdup(_("The draft is deleted."));
    go_on(app);
}

/* A login that the keyring has is no draft: it stays. */
static void discard(struct app *app)
{
    struct session *session = app->session;
    const char *name = session->connection->name;
    g_clear_pointer(&app->exit_message, g_free);
    if (app->claimed != NULL && session_secrets(session)->refresh_token == NULL) {
        connections_delete(app->services.config_dir, name, NULL);
        app->saves_pending++;
        tokens_erase(session->tokens, name, NULL, discarded, app);
    }
    app_quit(app, PERCH_EXIT_CANCELLED);
}

static void leave(struct app *app, const struct effect *effect)
{
    if (effect->home && app->options->ret_home != NULL && app->save_problem == NULL) {
        *app->options->ret_home = true;
        app_quit(app, effect->code);
    } else if (effect->demo) {
        *app->options->ret_demo = true;
        app_quit(app, PERCH_EXIT_OK);
    } else {
        quit(app, effect->code);
    }
}

void app_effect(struct app *app, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_CHECKS:
        lists_start(app, effect);
        break;
    case EFFECT_CANCEL_CHECKS:
        lists_cancel(app, effect->list);
        break;
    case EFFECT_LOGIN:
        login_start(app);
        break;
    case EFFECT_LOGIN_STOP:
        login_stop(app);
        break;
    case EFFECT_LOGIN_FAILED:
        if (effect->keep)
            login_go_on(app);
        else
            login_finish(app, false);
        break;
    case EFFECT_BROWSER:
        login_browser(app);
        break;
    case EFFECT_PASTE:
        login_paste(app, effect->secret);
        break;
    case EFFECT_OPEN:
        open_page(app, effect->text);
        break;
    case EFFECT_COPY:
        copy(app, effect->secret);
        break;
    case EFFECT_WRITE:
        write_address(app, effect->text);
        break;
    case EFFECT_EXPORT:
        export_values(app, effect->format);
        break;
    case EFFECT_HANDOFF:
        app_offer_values(app);
        break;
    case EFFECT_CHECK_FLOW:
        app_check_flow(app, effect->secret);
        break;
    case EFFECT_SAVE:
        save(app);
        break;
    case EFFECT_OTHER_ORG:
        session_expect_anybody(app->session);
        break;
    case EFFECT_KEEP_IN_MEMORY:
        tokens_keep_in_memory(app->session->tokens, effect->keep);
        break;
    case EFFECT_KEYRING:
        app->saves_pending++;
        own_keyring_open(effect->secret, keyring_opened, app);
        break;
    case EFFECT_DEPLOYER:
        making_ask(app, effect);
        break;
    case EFFECT_REVOKE_AND_QUIT:
        revoke_and_quit(app, effect->code);
        break;
    case EFFECT_DISCARD:
        discard(app);
        break;
    case EFFECT_QUIT:
        leave(app, effect);
        break;
    }
}
