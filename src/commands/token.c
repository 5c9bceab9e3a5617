/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/checks/check.h"
#include "perch/commands/command.h"
#include "perch/tokens/refresh.h"

/* perch token NAME: with a valid access token it only reads the keyring once; the network library
 * is not even initialised. */

enum { SAVE_MS = 5000, STILL_THERE_MS = 300, KEYRING_MS = 1000 };

struct token_run {
    const char *name;
    const struct token_use *use;
    gboolean fresh;
    struct common_options common;
    GMainLoop *loop;
    GCancellable *cancellable; /* ends what can be ended without losing tokens */
    GCancellable *at_once;     /* ends everything */
    Store *store;
    Session *session;
    Http *http;
    char *config_dir;
    guint still_there, keyring_slow;
    guint signals[3];
    bool timed_out, interrupted;
    int exit;
};

static void stop(struct token_run *run, int code)
{
    run->exit = code;
    g_main_loop_quit(run->loop);
}

/* ---- output ---- */

/* When the token ends, as far as Salesforce has told; null where it has not. */
static void add_expiry(Json *json, const struct session *session)
{
    const gint64 end = token_expiry(session);
    g_autofree char *issued = clock_format(session_secrets(session)->issued_at);
    g_autofree char *expires = end == 0 ? NULL : clock_format(end);
    json_set_string(json, "issued_at", issued);
    json_set_string(json, "expires_at", expires);
    if (end == 0)
        json_set(json, "expires_in", json_null_new());
    else
        json_set_int(json, "expires_in", MAX(0, (end - clock_wall_ms()) / 1000));
}

gint64 token_expiry(const struct session *session)
{
    const gint64 life = session->connection->session_seconds;
    return life == 0 ? 0 : session_secrets(session)->issued_at + life * 1000;
}

static int print_json(const struct token_run *run, struct check_result *result)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new();
    result->id = "token";
    result->title = _("Token");
    result->blocks = true;
    g_ptr_array_add(results, result);
    g_autoptr(Json) json = check_results_to_json(results, run->use->command, run->name);
    if (result->status == CHECK_OK) {
        json_set_string(json, "access_token",
                        secret_peek(session_secrets(run->session)->access_token));
        json_set_string(json, "instance_url", session_base(run->session));
        add_expiry(json, run->session);
    }
    int code = (int)json_get_int(json, "exit", PERCH_EXIT_UNEXPECTED);
    g_autoptr(WipedText) text = json_print(json);
    return puts(text) != EOF ? code : PERCH_EXIT_UNEXPECTED;
}

static void print_token(struct token_run *run, const char *summary)
{
    setvbuf(stdout, NULL, _IONBF, 0); /* no copy of the token in stdio's buffer */
    if (run->common.json) {
        struct check_result result = {
            .status = CHECK_OK, .milliseconds = -1, .summary = (char *)(guintptr)summary};
        stop(run, print_json(run, &result));
        return;
    }
    stop(run, run->use->print(run->session) ? PERCH_EXIT_OK : PERCH_EXIT_UNEXPECTED);
}

static void stop_failed(struct token_run *run, struct diagnosis *diagnosis, const char *summary,
                        int code)
{
    struct check_result result = {.status = CHECK_FAILED,
                                  .milliseconds = -1,
                                  .summary = (char *)(guintptr)summary,
                                  .diagnosis = diagnosis};
    diagnosis->exit = (enum perch_exit)code;
    if (run->common.json)
        print_json(run, &result);
    stop(run, code);
}

/* more: an additional sentence; NULL = none. */
static void print_failure(struct token_run *run, const struct failure *failure, const char *more)
{
    g_autoptr(Diagnosis) diagnosis = explain(failure);
    diagnosis_name(diagnosis, run->name);
    command_put(stderr, "perch: %s: %s\n", run->name, diagnosis->title);
    if (more != NULL)
        command_put(stderr, "  %s\n", more);
    for (guint i = 0; i < diagnosis->fix->len; i++)
        command_put(stderr, "  %u. %s\n", i + 1, (const char *)diagnosis->fix->pdata[i]);
    if (diagnosis->message != NULL && *diagnosis->message != '\0')
        command_put(stderr, "  (%s)\n", diagnosis->message);
    stop_failed(run, diagnosis, more, (int)diagnosis->exit);
}

/* Stopped by a person or by --timeout; says so if an answer was lost. */
static void print_stopped(struct token_run *run, const struct failure *failure)
{
    const char *why = run->timed_out ? _("No token in time. Try again, or give a longer --timeout.")
                                     : _("Stopped. No token was fetched.");
    g_autoptr(Diagnosis) diagnosis =
        run->timed_out ? explain_as(failure, CAUSE_TIMEOUT, CERTAINTY_CERTAIN) : explain(failure);
    command_put(stderr, "perch: %s\n", why);
    if (failure->code != NULL && g_str_has_prefix(failure->code, "answer-"))
        command_put(stderr, "perch: %s: %s\n", run->name, failure->message);
    stop_failed(run, diagnosis, why, run->timed_out ? PERCH_EXIT_NETWORK : PERCH_EXIT_CANCELLED);
}

/* Salesforce issued tokens that the keyring refuses. Without rotation nothing is lost: the stored
 * refresh token stays valid, and the access token may be used. */
static void not_stored(struct token_run *run, const struct refresh_result *result)
{
    g_autofree char *more = refresh_unstored_text(result, run->name);
    if (result->rotated) {
        print_failure(run, &result->failure, more);
        return;
    }
    command_put(stderr, "perch: %s: %s (%s)\n", run->name, more, result->failure.message);
    print_token(run, _("refreshed just now, not stored"));
}

/* ---- the refresh ---- */

static void watch_signals(struct token_run *run);

static void waiting(enum refresh_wait wait, const struct failure *failure, gpointer user)
{
    const struct token_run *run = user;
    g_autofree char *text = NULL;
    g_autoptr(Diagnosis) diagnosis = NULL;
    switch (wait) {
    case REFRESH_WAIT_LOCK:
        text = g_strdup(_("Waiting for another perch process that is refreshing this connection."));
        break;
    case REFRESH_WAIT_BUSY:
        text = g_strdup(_("Salesforce is already refreshing the same token. Waiting for it."));
        break;
    case REFRESH_WAIT_AGAIN:
        diagnosis = explain(failure);
        text = g_strdup_printf(_("%s Trying again."), diagnosis->title);
        break;
    case REFRESH_WAIT_KEYRING:
        text = g_strdup_printf(_("%s The new tokens are kept in memory. Trying again."),
                               failure->message);
        break;
    }
    if (!run->common.quiet)
        command_put(stderr, "perch: %s: %s\n", run->name, text);
}

static void refreshed(struct refresh_result *result, gpointer user)
{
    struct token_run *run = user;
    g_autoptr(GError) error = NULL;
    session_refreshed(run->session, result);
    if (result->ok && result->sent &&
        !connections_learn(run->config_dir, run->session->connection, &error))
        command_put(stderr, "perch: %s: %s\n", run->name, error->message);
    if (result->ok && !result->unstored)
        print_token(run,
                    result->sent ? _("refreshed just now") : _("refreshed by another process"));
    else if (result->ok)
        not_stored(run, result);
    else if (run->timed_out || run->interrupted)
        print_stopped(run, &result->failure);
    else
        print_failure(run, &result->failure, NULL);
}

static void refresh(struct token_run *run)
{
    g_autoptr(GError) error = NULL;
    run->http = http_new(&error);
    if (run->http == NULL) {
        stop(run, command_error(error));
        return;
    }
    watch_signals(run); /* not earlier: GLib starts a thread for them */
    tokens_refresh(
        run->session->tokens, run->http, run->session->connection,
        &(struct refresh_options){
            .at_once = run->at_once, .save_ms = SAVE_MS, .waiting = waiting, .user = run},
        run->cancellable, refreshed, run);
}

static gboolean keyring_slow(gpointer user)
{
    struct token_run *run = user;
    run->keyring_slow = 0;
    if (!run->common.quiet)
        command_put(stderr, "perch: %s: %s\n", run->name, _("Waiting for the keyring."));
    return G_SOURCE_REMOVE;
}

static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct token_run *run = user;
    g_autoptr(GError) error = NULL;
    struct failure failure;
    (void)source;
    if (run->keyring_slow != 0)
        g_source_remove(run->keyring_slow);
    run->keyring_slow = 0;
    if (tokens_finish(result, &error)) {
        if (!run->fresh && secrets_are_good(session_secrets(run->session), clock_wall_ms()))
            print_token(run, _("still valid"));
        else
            refresh(run);
        return;
    }
    tokens_failure(&failure, error);
    if (run->timed_out || run->interrupted)
        print_stopped(run, &failure);
    else
        print_failure(run, &failure, NULL);
    failure_clear(&failure);
}

/* ---- stopping ---- */

static gboolean timed_out(gpointer user)
{
    struct token_run *run = user;
    run->timed_out = true;
    g_cancellable_cancel(run->at_once);
    g_cancellable_cancel(run->cancellable);
    return G_SOURCE_CONTINUE;
}

static gboolean still_there(gpointer user)
{
    struct token_run *run = user;
    run->still_there = 0;
    command_put(
        stderr, "perch: %s: %s\n", run->name,
        _("Waiting to store an answer that may hold the only refresh token. Press Ctrl-C again to "
          "quit without it."));
    return G_SOURCE_REMOVE;
}

static gboolean interrupted(gpointer user)
{
    struct token_run *run = user;
    if (run->interrupted)
        g_cancellable_cancel(run->at_once);
    else
        run->still_there = g_timeout_add(STILL_THERE_MS, still_there, run);
    run->interrupted = true;
    g_cancellable_cancel(run->cancellable);
    return G_SOURCE_CONTINUE;
}

static void watch_signals(struct token_run *run)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        run->signals[i] = g_unix_signal_add(numbers[i], interrupted, run);
}

static void run_loop(struct token_run *run)
{
    gint timeout = run->common.timeout;
    guint timer = timeout > 0 ? g_timeout_add_seconds((guint)timeout, timed_out, run) : 0;
    run->loop = g_main_loop_new(NULL, FALSE);
    run->keyring_slow = g_timeout_add(KEYRING_MS, keyring_slow, run);
    tokens_load(run->session->tokens, run->name, run->cancellable, loaded, run);
    g_main_loop_run(run->loop);
    if (timer != 0)
        g_source_remove(timer);
    for (gsize i = 0; i < G_N_ELEMENTS(run->signals); i++)
        if (run->signals[i] != 0)
            g_source_remove(run->signals[i]);
    if (run->still_there != 0)
        g_source_remove(run->still_there);
}

static int run_token(struct token_run *run)
{
    g_autoptr(GError) error = NULL;
    run->config_dir = paths_config_dir();
    Connection *connection = connections_load(run->config_dir, run->name, &error);
    if (connection == NULL)
        return command_error(error);
    app_open_keyring(!run->common.no_input);
    run->store = store_open(STORE_SECRET_SERVICE, run->config_dir);
    run->session = session_new(connection, run->config_dir, NULL, run->store);
    run->cancellable = g_cancellable_new();
    run->at_once = g_cancellable_new();
    run_loop(run);
    g_clear_pointer(&run->session, session_free);
    tokens_settle();
    g_clear_pointer(&run->http, http_free);
    g_clear_pointer(&run->store, store_free);
    g_clear_pointer(&run->loop, g_main_loop_unref);
    g_object_unref(run->cancellable);
    g_object_unref(run->at_once);
    return run->exit;
}

int token_use(const char *name, const struct token_use *use, bool fresh,
              const struct common_options *common)
{
    struct token_run run = {.name = name, .use = use, .fresh = fresh, .common = *common};
    int code = run_token(&run);
    g_free(run.config_dir);
    return code;
}

static bool print_alone(const struct session *session)
{
    return puts(secret_peek(session_secrets(session)->access_token)) != EOF;
}

int command_token(int argc, char **argv)
{
    static const struct token_use alone = {"token", print_alone};
    struct common_options common = {0};
    gboolean fresh = FALSE;
    int code;
    const GOptionEntry entries[] = {
        {"fresh", 0, 0, G_OPTION_ARG_NONE, &fresh,
         N_("refresh even if the token is still "
            "valid"),
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) names = NULL;
    if (!command_parse("token", argc, argv, &common, entries, &names, &code))
        return code;
    if (g_strv_length(names) != 1)
        return command_usage(_("Say which connection: perch token NAME"));
    return token_use(names[0], &alone, fresh, &common);
}
