/* SPDX-License-Identifier: MIT */
#include "app_private.h"
#include "perch/base/clock.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/checks/rehearse.h"

/*
 * Results reach the wizard from an idle source, never from inside the runner: what the wizard then
 * wants may be to cancel that very list.
 */

static void describe_done(struct app *app)
{
    const struct describe *describe =
        &app->session->describes[app->session->connection->test_object];
    if (describe->fields == NULL)
        return;
    app_event(app, &(struct wizard_event){
                       .kind = WIZARD_DESCRIBE, .describe = describe, .text = "perch test"});
}

void app_offer_values(struct app *app)
{
    const Connection *connection = app->session->connection;
    enum perch_exit code = PERCH_EXIT_OK;
    g_autoptr(GPtrArray) items = handoff_items(connection, session_secrets(app->session));
    const char *problem = handoff_problem(connection, session_secrets(app->session), &code);
    app_event(app, &(struct wizard_event){
                       .kind = WIZARD_HANDOFF, .items = items, .text = problem, .number = code});
}

enum { FLOW_MAX = 16 * 1024 * 1024 };

/* A flow begins with a brace, a function has several lines; anything else is a file name. */
static SecretBuf *flow_text(const Secret *given, GError **error)
{
    const char *text = secret_peek(given);
    g_autoptr(SecretBuf) buf = secret_buf_new();
    if (*text == '{' || strchr(text, '\n') != NULL) {
        secret_buf_add(buf, text);
        return g_steal_pointer(&buf);
    }
    bool home = g_str_has_prefix(text, "~/");
    g_autofree char *path =
        home ? g_build_filename(g_get_home_dir(), text + 2, NULL) : g_strdup(text);
    struct stat info;
    gsize length = 0;
    g_autoptr(WipedText) contents = paths_read_file(path, FLOW_MAX, &info, &length, error);
    if (contents == NULL)
        return NULL;
    secret_buf_add_len(buf, contents, length);
    return g_steal_pointer(&buf);
}

void app_check_flow(struct app *app, const Secret *given)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SecretBuf) text = flow_text(given, &error);
    g_autoptr(GPtrArray) findings =
        text == NULL ? NULL
                     : handoff_check(app->session->connection, session_secrets(app->session),
                                     text->text, text->length, &error);
    app_event(app, &(struct wizard_event){.kind = WIZARD_FLOW_CHECKED,
                                          .items = findings,
                                          .text = error == NULL ? NULL : error->message});
}

static void prove_done(struct app *app, bool ok)
{
    Connection *connection = app->session->connection;
    if (ok)
        login_finish(app, true);
    enum tokens_state state = tokens_state(app->session->tokens);
    if (state != TOKENS_NONE)
        app_event(app, &(struct wizard_event){.kind = WIZARD_STORED, .done = state != TOKENS_WON});
    if (!ok)
        return;
    g_clear_pointer(&app->session->before, connection_free);
    connection->proven_at = clock_wall_ms();
    connection_set(&connection->proven_values, app_values_name(connection->app_values));
    connection->with_secret = secret_length(session_secrets(app->session)->client_secret) > 0;
    app_told(app);
    app_offer_values(app);
}

/* Back to the state before any login. */
static void disown_done(struct app *app, bool ok)
{
    g_autoptr(Connection) blank = connection_new(NULL);
    if (!ok || !connection_way(app->session->connection)->attended)
        return;
    session_expect_anybody(app->session);
    connection_take_told(app->session->connection, blank);
    app_told(app);
}

static void insert_done(struct app *app, bool ok)
{
    if (ok)
        app->session->connection->tested_at = clock_wall_ms();
    app_told(app);
    app_offer_values(app);
}

static void list_done(struct app *app, enum check_list_id list, bool ok)
{
    if (list == CHECKS_DESCRIBE && ok)
        describe_done(app);
    else if (list == CHECKS_PROVE)
        prove_done(app, ok);
    else if (list == CHECKS_INSERT)
        insert_done(app, ok);
    else if (list == CHECKS_MAKE)
        making_done(app);
    else if (list == CHECKS_DISOWN)
        disown_done(app, ok);
}

static void tell(struct app *app, enum check_list_id list)
{
    bool done = app->done[list];
    GPtrArray *results = (GPtrArray *)(guintptr)check_list_results(app->lists[list]);
    app->dirty[list] = app->done[list] = false;
    g_ptr_array_ref(results);
    app_told(app);
    if (done)
        list_done(app, list, check_results_status(results) != CHECK_FAILED);
    app_event(app, &(struct wizard_event){.kind = WIZARD_CHECKS,
                                          .list = list,
                                          .serial = app->serials[list],
                                          .results = results,
                                          .done = done});
    g_ptr_array_unref(results);
}

static gboolean tell_all(gpointer user)
{
    struct app *app = user;
    app->dirty_source = 0;
    for (int i = 0; i < CHECKS_COUNT; i++)
        if (app->dirty[i] && app->lists[i] != NULL)
            tell(app, (enum check_list_id)i);
    return G_SOURCE_REMOVE;
}

static void mark_dirty(struct app *app)
{
    if (app->dirty_source == 0)
        app->dirty_source = g_idle_add_full(G_PRIORITY_DEFAULT, tell_all, app, NULL);
}

static void on_result(const struct check_result *result, gpointer user)
{
    struct list_user *list = user;
    (void)result;
    list->app->dirty[list->list] = true;
    mark_dirty(list->app);
}

static void on_done(gpointer user)
{
    struct list_user *list = user;
    list->app->dirty[list->list] = list->app->done[list->list] = true;
    mark_dirty(list->app);
}

void lists_start(struct app *app, const struct effect *effect)
{
    enum check_list_id list = effect->list;
    GPtrArray *before = app->wizard->lists[list].results;
    lists_cancel(app, list);
    if (list == CHECKS_DOCTOR) /* independent checks do not wait for each other */
        http_expect_many(app->services.http);
    if (list == CHECKS_INSERT) {
        json_free(app->session->record);
        app->session->record = wizard_record(app->wizard);
    }
    if (list == CHECKS_REHEARSE)
        rehearsal_begin(app->session, connection_channel(app->session->connection)->id,
                        effect->secret, 0);
    if (list == CHECKS_MAKE && !making_begin(app, (enum make_stage)effect->code))
        return;
    app->list_users[list] = (struct list_user){app, list};
    app->serials[list] = effect->serial;
    app->lists[list] =
        check_list_start(check_list_def(list), list == CHECKS_MAKE ? app->deployer : app->session,
                         effect->keep ? before : NULL,
                         &(struct check_list_listener){on_result, on_done, &app->list_users[list]});
    app->dirty[list] = true;
    mark_dirty(app);
}

void lists_cancel(struct app *app, enum check_list_id list)
{
    app->dirty[list] = app->done[list] = false;
    g_clear_pointer(&app->lists[list], check_list_free);
}

void lists_clear(struct app *app)
{
    for (int i = 0; i < CHECKS_COUNT; i++)
        lists_cancel(app, (enum check_list_id)i);
    if (app->dirty_source != 0)
        g_source_remove(app->dirty_source);
    app->dirty_source = 0;
}
