/* SPDX-License-Identifier: MIT */
#include "app_private.h"
#include "perch/sheet/sheet.h"

/* The wizard's part of making an app: the session it is made in, and what became of it. */

static void tell(struct app *app, const char *text)
{
    app_event(app, &(struct wizard_event){
                       .kind = WIZARD_DEPLOYER,
                       .connection = app->deployer == NULL ? NULL : app->deployer->connection,
                       .done = app->deployer != NULL,
                       .text = text});
}

static void opened(GObject *source, GAsyncResult *result, gpointer user)
{
    struct app *app = user;
    g_autoptr(GError) error = NULL;
    g_autofree char *whose = NULL;
    (void)source;
    struct session *session = deployer_finish(result, &whose, &error);
    app->saves_pending--;
    if (app->quitting && app->saves_pending == 0)
        g_main_loop_quit(app->loop);
    if (app->quitting || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        session_free(session);
        return;
    }
    app->deployer = session;
    tell(app, session == NULL ? error->message : whose);
}

void making_drop(struct app *app)
{
    lists_cancel(app, CHECKS_MAKE);
    if (app->deployer_call != NULL)
        g_cancellable_cancel(app->deployer_call);
    g_clear_object(&app->deployer_call);
    g_clear_pointer(&app->deployer, session_free);
    g_clear_pointer(&app->making_files, g_ptr_array_unref);
    making_clear(&app->making);
    app->making = (struct making){0};
}

void making_ask(struct app *app, const struct effect *effect)
{
    const Connection *connection = app->wizard->connection;
    making_drop(app);
    if (effect->text == NULL) {
        g_autoptr(GPtrArray) sources = deployer_sources(&app->services, connection);
        app_event(app, &(struct wizard_event){.kind = WIZARD_DEPLOYER, .items = sources});
    } else if (effect->secret != NULL || strcmp(effect->text, DEPLOYER_TOKEN) != 0) {
        app->deployer_call = g_cancellable_new();
        app->saves_pending++;
        deployer_open(&app->services, connection, effect->text, effect->secret, app->deployer_call,
                      opened, app);
    }
}

/* The key is saved first: an app whose key is forgotten is useless. */
bool making_begin(struct app *app)
{
    g_autoptr(GError) error = NULL;
    Connection *own = app->session->connection;
    app_take_key(app->wizard->connection);
    connection_take_typed(own, app->wizard->connection);
    app_effect(app, &(struct effect){.kind = EFFECT_SAVE});
    GPtrArray *files = sheet_as_metadata(own, &error);
    g_clear_pointer(&app->making_files, g_ptr_array_unref);
    app->making_files = files;
    if (files == NULL || app->save_problem != NULL) {
        g_clear_pointer(&app->deployer, session_free);
        tell(app, (error != NULL ? error : app->save_problem)->message);
        return false;
    }
    making_clear(&app->making);
    app->making = (struct making){.app = own, .files = files};
    app->deployer->making = &app->making;
    tokens_may_ask(app->deployer->tokens, true);
    return true;
}

void making_done(struct app *app)
{
    const struct making *making = &app->making;
    if (making->app_id != NULL)
        connection_set(&app->session->connection->app_id, making->app_id);
    if (making->secret != NULL)
        secret_set(&app->wizard->client_secret, making->secret);
    app_told(app);
}
