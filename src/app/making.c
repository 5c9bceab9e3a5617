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
    connection_set(&app->deployer_source, NULL);
    making_clear(&app->making);
    app->making = (struct making){0};
}

/* A perch that is ended while the switch is on leaves a note of whose session it was. */
static bool note_switch(bool on, gpointer user, GError **error)
{
    const struct app *app = user;
    return switch_note(app->services.config_dir, app->session->connection, app->deployer_source, on,
                       error);
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
        app->deployer_source = g_strdup(effect->text);
        app->saves_pending++;
        deployer_open(&app->services, connection, effect->text, effect->secret, app->deployer_call,
                      opened, app);
    }
}

/* The files of that stage, none if it deploys nothing; NULL with the reason. The key of a new app
 * is saved first: an app whose key is forgotten is useless. */
static GPtrArray *files_of(struct app *app, enum make_stage stage, GError **error)
{
    if (stage == MAKE_COMPARE || stage == MAKE_REPAIR)
        return sheet_merge(app->session->connection, (const Json *const *)app->making.parts, NULL);
    connection_take_typed(app->session->connection, app->wizard->connection);
    if (stage != MAKE_CREATE)
        return g_ptr_array_new();
    app_take_key(app->wizard->connection);
    connection_take_typed(app->session->connection, app->wizard->connection);
    app_effect(app, &(struct effect){.kind = EFFECT_SAVE});
    if (app->save_problem != NULL) {
        g_propagate_error(error, g_error_copy(app->save_problem));
        return NULL;
    }
    return sheet_as_metadata(app->session->connection, error);
}

bool making_begin(struct app *app, enum make_stage stage)
{
    static const enum making_goal goals[] = {
        [MAKE_CREATE] = MAKING_CREATE, [MAKE_COMPARE] = MAKING_COMPARE,
        [MAKE_REPAIR] = MAKING_REPAIR, [MAKE_RIGHTS] = MAKING_RIGHTS,
        [MAKE_SECRET] = MAKING_SECRET, [MAKE_PUT_BACK] = MAKING_PUT_BACK};
    g_autoptr(GError) error = NULL;
    GPtrArray *files = files_of(app, stage, &error);
    g_clear_pointer(&app->making_files, g_ptr_array_unref);
    app->making_files = files;
    if (files == NULL) {
        g_clear_pointer(&app->deployer, session_free);
        tell(app, error->message);
        return false;
    }
    if (stage == MAKE_CREATE || stage == MAKE_RIGHTS) {
        making_clear(&app->making);
        app->making = (struct making){.app = app->session->connection,
                                      .access = app->wizard->make.access &&
                                                !connection_way(app->session->connection)->attended,
                                      .switched = note_switch,
                                      .user = app};
    }
    app->making.goal = goals[stage];
    app->making.files = files;
    app->deployer->making = &app->making;
    tokens_may_ask(app->deployer->tokens, true);
    return true;
}

void making_done(struct app *app)
{
    const struct making *making = &app->making;
    char **key = &app->wizard->connection->client_id;
    /* Another's app is taken over once it is as the App step says. */
    if (*key == NULL && (making->done || making_differences(making) == 0)) {
        connection_set(key, making->key);
        connection_set(&app->session->connection->client_id, making->key);
    }
    if (making->app_id != NULL)
        connection_set(&app->session->connection->app_id, making->app_id);
    if (making->secret != NULL)
        secret_set(&app->wizard->client_secret, making->secret);
    app_told(app);
}
