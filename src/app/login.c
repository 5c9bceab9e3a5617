/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>
#include <string.h>

#include "app_private.h"
#include "perch/base/text.h"

/* Three ways in at once: the listener, a pasted address, a pasted code. The first that works wins;
 * an answer that does not work closes none of them. */

enum { LOGIN_SECONDS = 15 * 60 };

/* What the org was asked about an earlier answer is of no use any more. */
static void ask_no_more(struct app *app)
{
    if (app->asking != NULL)
        g_cancellable_cancel(app->asking);
    g_clear_object(&app->asking);
}

static void got_code(struct app *app, Secret *code)
{
    ask_no_more(app);
    secret_set(&app->session->code, code);
    app->has_code = true;
    app_event(app, &(struct wizard_event){.kind = WIZARD_LOGIN_CODE});
}

static void org_told(const struct check_result *result, gpointer user)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    g_ptr_array_add(items, check_result_copy(result));
    app_event(user, &(struct wizard_event){.kind = WIZARD_LOGIN_FAILED, .items = items});
}

/* The login of before may still be good for asking the org, which knows more than the browser was
 * told. */
static void login_failed(struct app *app, struct failure *failure)
{
    ask_no_more(app);
    app->asking = g_cancellable_new();
    if (!check_ask_org(app->session, "login", _("Login"), failure, app->asking, org_told, app))
        app_event(app, &(struct wizard_event){.kind = WIZARD_LOGIN_FAILED, .failure = failure});
    failure_clear(failure);
}

static void was_refused(struct app *app, const char *error, const char *description)
{
    struct failure failure = {.stage = STAGE_AUTHORIZE};
    failure_say(&failure, error, description);
    login_failed(app, &failure);
}

static void caught(const struct loopback_result *result, gpointer user)
{
    struct app *app = user;
    if (result->outcome == LOOPBACK_CODE) {
        got_code(app, result->code);
        return;
    }
    was_refused(app, result->error, result->description);
    login_go_on(app);
}

void login_start(struct app *app)
{
    Connection *connection = app->session->connection;
    g_autoptr(GError) error = NULL;
    guint16 port = 0;
    /* The person came back from Prove: a tab that still waits is told that the login failed, and
     * its port is needed again. */
    login_finish(app, false);
    login_stop(app);
    session_begin_login(app->session, 0);
    /* The guide's callback is an address at Salesforce: no redirect reaches this computer. */
    if (connection_has_ports(connection))
        app->loopback = loopback_new(connection->ports, CONNECTION_PORTS, app->session->state,
                                     caught, app, &port, &error);
    if (error != NULL && app->options->no_input) { /* nobody can paste */
        struct failure failure;
        failure_own(&failure, STAGE_MACHINE, "port-taken", error->message);
        login_failed(app, &failure);
        return;
    }
    connection->port = port != 0 ? port : connection->ports[0];
    session_set_port(app->session, connection->port);
    app_told(app);
    g_autofree char *url = session_authorize_url(app->session);
    struct wizard_event event = {
        .kind = WIZARD_LOGIN_STARTED,
        .text = url,
        .port = app->loopback == NULL ? 0 : port,
        .addresses = app->loopback == NULL ? "" : loopback_addresses(app->loopback),
        .number = app->options->login_seconds > 0 ? app->options->login_seconds : LOGIN_SECONDS,
    };
    app_event(app, &event);
    if (error != NULL)
        app_notice(app, "%s", error->message);
    login_browser(app);
}

void login_browser(struct app *app)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = session_authorize_url(app->session);
    g_autofree char *problem = NULL, *way = NULL;
    g_clear_pointer(&app->way, loopback_free);
    app->way = loopback_lead_to(url, &way);
    if (!desktop_open(app->desktop, way != NULL ? way : url, &error)) {
        g_autofree char *forward = desktop_forward_line(app->desktop, app->session->port);
        problem =
            app->desktop->ssh
                ? g_strdup_printf(_("No browser here: you are connected over SSH. In a new "
                                    "terminal on your own computer, run:\n%s\nThen open this "
                                    "address in a browser there (c copies it, w writes it to a "
                                    "file):"),
                                  forward)
                : g_strdup_printf(_("%s Open this address in a browser (c copies it, w writes "
                                    "it to a file):"),
                                  error->message);
    }
    app_event(app, &(struct wizard_event){.kind = WIZARD_BROWSER, .text = problem});
}

/* The listener stays after a code has come: the browser's tab waits for the final result, and if
 * that code was somebody else's, the right browser may still come. */
void login_stop(struct app *app)
{
    ask_no_more(app);
    if (app->has_code)
        return;
    g_clear_pointer(&app->way, loopback_free);
    g_clear_pointer(&app->loopback, loopback_free);
}

void login_go_on(struct app *app)
{
    app->has_code = false;
    if (app->loopback != NULL)
        loopback_go_on(app->loopback);
}

void login_finish(struct app *app, bool succeeded)
{
    if (app->loopback != NULL && app->has_code)
        loopback_finish(app->loopback, succeeded);
    app->has_code = false;
    g_clear_pointer(&app->way, loopback_free);
}

/* Whether the text is of a page that says why the login failed, as perch explain reads it; that the
 * browser cannot reach the callback is no such page. */
static bool is_error(struct app *app, const Secret *text)
{
    struct failure failure;
    const char *page = secret_peek(text);
    const bool failed = explain_paste(&failure, page, strlen(page), STAGE_ANY, 0);
    g_autoptr(Diagnosis) diagnosis = failed ? explain(&failure) : NULL;
    const bool known =
        diagnosis != NULL && diagnosis->cause != CAUSE_UNKNOWN &&
        (diagnosis->exit == PERCH_EXIT_AUTHORIZATION || diagnosis->exit == PERCH_EXIT_APP);
    if (known) {
        failure.stage = STAGE_AUTHORIZE;
        login_failed(app, &failure);
    } else {
        failure_clear(&failure);
    }
    return known;
}

void login_paste(struct app *app, const Secret *text)
{
    struct paste paste;
    paste_parse(&paste, secret_peek(text), app->session->state);
    if (paste.kind == PASTE_NOTHING && paste.unread && is_error(app, text)) {
        /* it is told */
    } else if (paste.kind == PASTE_NOTHING) {
        app_event(app, &(struct wizard_event){.kind = WIZARD_PASTE_PROBLEM, .text = paste.problem});
    } else if (paste.kind == PASTE_ERROR) {
        was_refused(app, paste.error, paste.description);
    } else if (paste.has_state && !paste.state_matches) {
        app_event(app,
                  &(struct wizard_event){
                      .kind = WIZARD_PASTE_PROBLEM,
                      .done = true,
                      .text = _("This address belongs to another login. Paste the one that "
                                "the browser ended up on after you opened the address above.")});
    } else if (paste.problem != NULL && !secret_equal(paste.code, app->doubted)) {
        secret_set(&app->doubted, paste.code);
        app_event(app, &(struct wizard_event){.kind = WIZARD_PASTE_AGAIN, .text = paste.problem});
    } else {
        if (app->loopback != NULL)
            loopback_hold(app->loopback);
        got_code(app, paste.code);
    }
    paste_clear(&paste);
}

void login_seen(struct app *app)
{
    g_autofree char *text = NULL;
    if (app->options->ended == NULL || !app->wizard->login_waiting ||
        !g_file_get_contents(app->options->ended, &text, NULL, NULL))
        return;
    g_remove(app->options->ended);
    g_autoptr(Secret) address = secret_new(text);
    app_notice(app, _("The scripted browser ended on a page of Salesforce's. perch was given its "
                      "address, as you would paste it."));
    login_paste(app, address);
}
