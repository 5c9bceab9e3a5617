/* SPDX-License-Identifier: MIT */
#include "perch/tokens/refresh.h"

#include <string.h>

#include "answer.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/net/failure.h"
#include "perch/tokens/rescue.h"

enum { SAVE_MS = 1000, LOCK_MS = 60000, TELL_MS = 1000, SAVE_PAUSE_MS = 250 };

/* All that is needed is copied from the session, which may go before the answer comes. */
struct refresh {
    struct session *session; /* NULL once it is gone */
    struct refresh_options options;
    GCancellable *cancellable;
    refresh_done done;
    gpointer user;

    char *config_dir, *name, *login_url, *client_id;
    gint64 session_seconds;
    bool memory_only, interactive, rotates;
    Store *store; /* borrowed, as http */
    Http *http;
    struct secrets secrets;
    struct secrets held; /* what the keyring has, where the session is ahead of it and it has any */
    bool has_held;

    StoreLock *lock;
    Rescue *rescue;
    GSource *pause, *stop, *tell;
    GCancellable *lock_wait; /* ends when cancellable does, or the wait has lasted long enough */
    int tries[TROUBLE_COUNT];
    bool answer_lost;     /* of a request of this run */
    gint64 noted_ms;      /* when another run posted this very token and did not live to store the
                             answer; 0 = none did */
    gint64 save_until_ms; /* monotonic */
    struct refresh_result result;
};

struct refresh_unsaved {
    StoreLock *lock;
    Rescue *rescue;
};

static GPtrArray *running; /* struct refresh *; NULL = none */

static void drop_source(GSource **source)
{
    if (*source == NULL)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

/* Gives lock and rescue up: to nobody when nothing is held, else to the rescue's process. */
static void let_go(StoreLock *lock, Rescue *rescue)
{
    if (rescue_holds(rescue))
        store_lock_leave(lock);
    else
        store_lock_free(lock);
    rescue_free(rescue);
}

static void finish(struct refresh *refresh)
{
    drop_source(&refresh->pause);
    drop_source(&refresh->stop);
    drop_source(&refresh->tell);
    g_ptr_array_remove_fast(running, refresh);
    if (running->len == 0)
        g_clear_pointer(&running, g_ptr_array_unref);
    let_go(refresh->lock, refresh->rescue);
    refresh->done(&refresh->result, refresh->user);
    failure_clear(&refresh->result.failure);
    secrets_clear(&refresh->secrets);
    secrets_clear(&refresh->held);
    g_clear_object(&refresh->cancellable);
    g_clear_object(&refresh->lock_wait);
    g_clear_object(&refresh->options.at_once);
    g_free(refresh->config_dir);
    g_free(refresh->name);
    g_free(refresh->login_url);
    g_free(refresh->client_id);
    g_free(refresh);
}

static void fail_error(struct refresh *refresh, const GError *error)
{
    failure_clear(&refresh->result.failure);
    failure_from_error(&refresh->result.failure, STAGE_TOKEN, error);
    finish(refresh);
}

static void fail_own(struct refresh *refresh, const char *code, const char *message)
{
    failure_clear(&refresh->result.failure);
    failure_own(&refresh->result.failure, STAGE_TOKEN, code, message);
    finish(refresh);
}

static void fail_cancelled(struct refresh *refresh)
{
    refresh->result.cancelled = true;
    fail_own(refresh, "cancelled", _("Cancelled."));
}

static bool is_cancelled(const struct refresh *refresh)
{
    return g_cancellable_is_cancelled(refresh->cancellable) ||
           g_cancellable_is_cancelled(refresh->options.at_once);
}

static void tell(struct refresh *refresh, enum refresh_wait wait)
{
    if (refresh->options.waiting != NULL)
        refresh->options.waiting(wait, &refresh->result.failure, refresh->options.user);
}

/* ---- pauses ---- */

static gboolean on_pause_cancelled(GCancellable *cancellable, gpointer user);

static GSource *attach(GSource *source, GSourceFunc callback, struct refresh *refresh)
{
    g_source_set_callback(source, callback, refresh, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

static void watch_cancel(struct refresh *refresh)
{
    drop_source(&refresh->stop);
    if (refresh->cancellable != NULL)
        refresh->stop = attach(g_cancellable_source_new(refresh->cancellable),
                               G_SOURCE_FUNC(on_pause_cancelled), refresh);
}

static void pause_then(struct refresh *refresh, gint64 milliseconds, GSourceFunc next)
{
    /* Uneven: many processes, or many computers, may wait for the same thing. */
    gint64 uneven = milliseconds * 3 / 4 + g_random_int_range(0, (gint)(milliseconds / 2) + 1);
    drop_source(&refresh->pause);
    refresh->pause = attach(g_timeout_source_new((guint)uneven), next, refresh);
    watch_cancel(refresh);
}

static void end_pause(struct refresh *refresh)
{
    drop_source(&refresh->pause);
    drop_source(&refresh->stop);
}

/* ---- storing ---- */

static void stored(struct refresh *refresh)
{
    rescue_done(refresh->rescue);
    store_lock_note(refresh->lock, NULL);
    failure_clear(&refresh->result.failure);
    refresh->result.ok = refresh->result.stored = true;
    if (refresh->session != NULL)
        refresh->session->stored = true;
    finish(refresh);
}

static gboolean save_again(gpointer user);

static void not_stored(struct refresh *refresh)
{
    struct session *session = refresh->session;
    refresh->result.ok = true;
    if (rescue_holds(refresh->rescue))
        refresh->result.kept_until = clock_wall_ms() + RESCUE_SECONDS * 1000;
    if (session != NULL) {
        session->unsaved = g_new0(struct refresh_unsaved, 1);
        session->unsaved->lock = g_steal_pointer(&refresh->lock);
        session->unsaved->rescue = g_steal_pointer(&refresh->rescue);
    }
    finish(refresh);
}

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct refresh *refresh = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (store_save_finish(refresh->store, result, &error)) {
        stored(refresh);
        return;
    }
    bool first = refresh->result.failure.code == NULL;
    failure_clear(&refresh->result.failure);
    failure_from_error(&refresh->result.failure, STAGE_MACHINE, error);
    if (clock_monotonic_ms() >= refresh->save_until_ms || is_cancelled(refresh)) {
        not_stored(refresh);
        return;
    }
    if (first)
        tell(refresh, REFRESH_WAIT_KEYRING);
    pause_then(refresh, SAVE_PAUSE_MS, save_again);
}

static void save(struct refresh *refresh, bool unlock)
{
    store_save(refresh->store, refresh->name, &refresh->secrets, unlock, refresh->options.at_once,
               saved, refresh);
}

static gboolean save_again(gpointer user)
{
    struct refresh *refresh = user;
    end_pause(refresh);
    save(refresh, false); /* asked once is enough */
    return G_SOURCE_REMOVE;
}

/* ---- the answer ---- */

/* TRUE: a login has given the session another refresh token since this one was posted. */
static bool is_overtaken(const struct refresh *refresh)
{
    const struct session *session = refresh->session;
    return session != NULL &&
           !secret_equal(session->secrets.refresh_token, refresh->secrets.refresh_token);
}

static void take(struct refresh *refresh, struct token_answer *answer)
{
    const bool overtaken = is_overtaken(refresh);
    const bool replaced = overtaken && refresh->session->stored;
    if (overtaken) /* the answer belongs to the login before, and so, at most, to the keyring */
        refresh->session = NULL;
    struct session *session = refresh->session;
    /* Once: what is stored is compared, to the millisecond, with what the session has. */
    const gint64 received_ms = clock_wall_ms();
    failure_clear(&refresh->result.failure);
    refresh->result.rotated =
        secrets_take_answer(&refresh->secrets, answer, refresh->session_seconds, received_ms);
    if (session != NULL) {
        bool rotated;
        session_take_answer(session, answer, received_ms, &rotated);
    }
    token_answer_clear(answer);
    if (session != NULL)
        session->connection->rotation = refresh->result.rotated;
    if (refresh->memory_only) {
        rescue_done(refresh->rescue);
        refresh->result.ok = true;
        finish(refresh);
        return;
    }
    if (replaced) { /* there the new login's tokens are already */
        stored(refresh);
        return;
    }
    refresh->save_until_ms = clock_monotonic_ms() + refresh->options.save_ms;
    save(refresh, refresh->interactive);
}

/* Nothing more is tried: what is to be said, and whether the note stays for the next one. */
static void give_up(struct refresh *refresh, const struct verdict *verdict)
{
    refresh->result.cancelled = is_cancelled(refresh);
    if (verdict->revoked && (refresh->answer_lost || refresh->noted_ms != 0))
        refresh_say_refused(&refresh->result.failure, refresh->answer_lost, refresh->noted_ms);
    else if (verdict->trouble == TROUBLE_LOST)
        refresh_say_lost(&refresh->result.failure, refresh->rotates);
    if (!refresh->answer_lost && refresh->noted_ms == 0)
        store_lock_note(refresh->lock, NULL);
    finish(refresh);
}

static gboolean post_again(gpointer user);

static void retry_or_give_up(struct refresh *refresh, const struct verdict *verdict)
{
    gint64 pause = refresh_pause(verdict, refresh->tries[verdict->trouble]);
    refresh->answer_lost |= verdict->trouble == TROUBLE_LOST;
    rescue_drop(refresh->rescue);
    if (pause < 0 || is_cancelled(refresh)) {
        give_up(refresh, verdict);
        return;
    }
    refresh->tries[verdict->trouble]++;
    tell(refresh, verdict->trouble == TROUBLE_BUSY ? REFRESH_WAIT_BUSY : REFRESH_WAIT_AGAIN);
    pause_then(refresh, pause, post_again);
}

static void answered(const struct http_response *response, gpointer user)
{
    struct refresh *refresh = user;
    struct token_answer answer;
    g_autoptr(GError) error = NULL;
    refresh->result.milliseconds = response->timing.total_ms;
    refresh->result.sent |= response->end == HTTP_ANSWERED || response->sent_ms != 0;
    failure_clear(&refresh->result.failure);
    struct verdict verdict = refresh_judge(response, &refresh->result.failure);
    if (verdict.trouble == TROUBLE_NONE &&
        token_answer_parse(&answer, response->body, response->body_length, refresh->login_url,
                           &error)) {
        take(refresh, &answer);
        return;
    }
    if (verdict.trouble == TROUBLE_NONE) { /* a 200 that holds no tokens: theirs is lost */
        verdict.trouble = TROUBLE_LOST;
        failure_from_error(&refresh->result.failure, STAGE_TOKEN, error);
        refresh->result.failure.status = response->status;
    }
    retry_or_give_up(refresh, &verdict);
}

/* ---- the request ---- */

/* From here on the token outlives this process. */
static void arriving(long status, const char *bytes, gsize length, gpointer user)
{
    const struct refresh *refresh = user;
    if (status == 200)
        rescue_take(refresh->rescue, bytes, length);
}

static void post(struct refresh *refresh)
{
    refresh->result.posts++;
    refresh_note_write(refresh->lock, refresh->secrets.refresh_token,
                       refresh->noted_ms != 0 ? refresh->noted_ms : clock_wall_ms());
    HttpRequest *request =
        token_refresh_request(refresh->login_url, refresh->client_id,
                              refresh->secrets.client_secret, refresh->secrets.refresh_token);
    if (refresh->rescue != NULL)
        http_request_tap(request, arriving, refresh);
    http_send(refresh->http, request, refresh->options.at_once, answered, refresh);
}

static gboolean post_again(gpointer user)
{
    struct refresh *refresh = user;
    end_pause(refresh);
    post(refresh);
    return G_SOURCE_REMOVE;
}

static gboolean on_pause_cancelled(GCancellable *cancellable, gpointer user)
{
    struct refresh *refresh = user;
    (void)cancellable;
    bool saving = refresh->save_until_ms != 0;
    end_pause(refresh);
    if (saving)
        not_stored(refresh);
    else
        give_up(refresh, &(struct verdict){.trouble = refresh->answer_lost ? TROUBLE_LOST
                                                                           : TROUBLE_REFUSED});
    return G_SOURCE_REMOVE;
}

static void saved_as_before(GObject *source, GAsyncResult *result, gpointer user)
{
    struct refresh *refresh = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (!store_save_finish(refresh->store, result, &error))
        fail_error(refresh, error);
    else if (is_cancelled(refresh))
        fail_cancelled(refresh);
    else
        post(refresh);
}

static void prepare(struct refresh *refresh)
{
    if (refresh->secrets.refresh_token == NULL) {
        fail_own(refresh, "not-authorized", _("There is no refresh token for this connection."));
        return;
    }
    if (is_cancelled(refresh)) {
        fail_cancelled(refresh);
        return;
    }
    refresh->noted_ms = refresh_note_read(refresh->lock, refresh->secrets.refresh_token);
    if (!refresh->memory_only && refresh->rescue == NULL &&
        (refresh->rotates || refresh->options.guard))
        refresh->rescue =
            rescue_start(&(struct rescue_terms){.config_dir = refresh->config_dir,
                                                .name = refresh->name,
                                                .login_url = refresh->login_url,
                                                .session_seconds = refresh->session_seconds,
                                                .secrets = &refresh->secrets},
                         refresh->lock);
    if (refresh->rotates && !refresh->memory_only)
        store_save(refresh->store, refresh->name,
                   refresh->has_held ? &refresh->held : &refresh->secrets, refresh->interactive,
                   refresh->cancellable, saved_as_before, refresh);
    else
        post(refresh);
}

/* ---- the keyring, read again under the lock ---- */

static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct refresh *refresh = user;
    struct session *session = refresh->session;
    struct secrets fresh = {0};
    g_autoptr(GError) error = NULL;
    (void)source;
    bool there = store_load_finish(refresh->store, result, &fresh, &error);
    if (session == NULL) {
        secrets_clear(&fresh);
        fail_cancelled(refresh);
        return;
    }
    if (session_is_ahead(session)) {
        refresh->held = fresh;
        refresh->has_held = there;
        /* It may have been rotated since the login began: this is what that login replaces. */
        if (there && session->previous_token != NULL && fresh.refresh_token != NULL)
            secret_set(&session->previous_token, fresh.refresh_token);
    } else if (!there) {
        fail_error(refresh, error);
        return;
    } else if (session_adopt(session, &fresh)) {
        refresh->result.ok = refresh->result.stored = true;
        finish(refresh);
        return;
    }
    secrets_copy(&refresh->secrets, &session->secrets);
    prepare(refresh);
}

static void load(struct refresh *refresh)
{
    if (refresh->memory_only) {
        secrets_copy(&refresh->secrets, &refresh->session->secrets);
        prepare(refresh);
    } else {
        store_load(refresh->store, refresh->name, refresh->interactive, refresh->cancellable,
                   loaded, refresh);
    }
}

/* ---- the lock ---- */

static gboolean on_lock_cancelled(GCancellable *cancellable, gpointer user)
{
    struct refresh *refresh = user;
    (void)cancellable;
    g_cancellable_cancel(refresh->lock_wait);
    return G_SOURCE_REMOVE;
}

static gboolean on_lock_timeout(gpointer user)
{
    struct refresh *refresh = user;
    g_cancellable_cancel(refresh->lock_wait);
    return G_SOURCE_REMOVE;
}

static gboolean on_lock_wait(gpointer user)
{
    struct refresh *refresh = user;
    drop_source(&refresh->tell);
    tell(refresh, REFRESH_WAIT_LOCK);
    refresh->tell = attach(g_timeout_source_new(LOCK_MS - TELL_MS), on_lock_timeout, refresh);
    return G_SOURCE_REMOVE;
}

static void locked(GObject *source, GAsyncResult *result, gpointer user)
{
    struct refresh *refresh = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    refresh->lock = store_lock_take_finish(result, &error);
    end_pause(refresh);
    drop_source(&refresh->tell);
    if (refresh->lock != NULL && refresh->session != NULL) {
        load(refresh);
    } else if (error != NULL && !g_error_matches(error, PERCH_ERROR, PERCH_ERROR_CANCELLED)) {
        fail_error(refresh, error);
    } else if (is_cancelled(refresh) || refresh->session == NULL) {
        fail_cancelled(refresh);
    } else {
        fail_own(refresh, "refresh-in-progress",
                 _("Another perch process has held this connection's lock for a minute."));
    }
}

static void take_lock(struct refresh *refresh)
{
    refresh->lock_wait = g_cancellable_new();
    refresh->tell = attach(g_timeout_source_new(TELL_MS), on_lock_wait, refresh);
    if (refresh->cancellable != NULL)
        refresh->stop = attach(g_cancellable_source_new(refresh->cancellable),
                               G_SOURCE_FUNC(on_lock_cancelled), refresh);
    store_lock_take(refresh->config_dir, refresh->name, refresh->lock_wait, locked, refresh);
}

/* ---- the outside ---- */

void refresh_run_with(struct session *session, const struct refresh_options *options,
                      GCancellable *cancellable, refresh_done done, gpointer user)
{
    const Connection *connection = session->connection;
    struct refresh *refresh = g_new0(struct refresh, 1);
    *refresh = (struct refresh){
        .session = session,
        .options = *options,
        .cancellable = cancellable == NULL ? NULL : g_object_ref(cancellable),
        .done = done,
        .user = user,
        .config_dir = g_strdup(session->config_dir),
        .name = g_strdup(connection->name),
        .login_url = g_strdup(connection->login_url),
        .client_id = g_strdup(connection->client_id),
        .session_seconds = connection->session_seconds,
        .memory_only = session->memory_only,
        .interactive = session->interactive,
        .rotates = connection->rotation != 0 || session->rotation,
        .store = session->store,
        .http = session->http,
        .result = {.milliseconds = -1},
    };
    refresh->options.at_once =
        options->at_once != NULL ? g_object_ref(options->at_once) : g_cancellable_new();
    if (running == NULL)
        running = g_ptr_array_new();
    g_ptr_array_add(running, refresh);
    if (session->unsaved == NULL) {
        take_lock(refresh);
        return;
    }
    /* The keyring did not take the last answer: lock and rescue are still ours. Those tokens are
     * fresh, so storing them is all that is to be done. */
    refresh->lock = g_steal_pointer(&session->unsaved->lock);
    refresh->rescue = g_steal_pointer(&session->unsaved->rescue);
    g_clear_pointer(&session->unsaved, g_free);
    if (session->memory_only) { /* it was decided that they are not stored */
        rescue_done(refresh->rescue);
        refresh->result.ok = true;
        finish(refresh);
        return;
    }
    secrets_copy(&refresh->secrets, &session->secrets);
    refresh->save_until_ms = clock_monotonic_ms() + options->save_ms;
    save(refresh, refresh->interactive);
}

void refresh_run(struct session *session, GCancellable *cancellable, refresh_done done,
                 gpointer user)
{
    refresh_run_with(session, &(struct refresh_options){.save_ms = SAVE_MS, .guard = true},
                     cancellable, done, user);
}

void refresh_hurry(void)
{
    for (guint i = 0; running != NULL && i < running->len; i++) {
        struct refresh *refresh = running->pdata[i];
        if (!refresh->rotates)
            g_cancellable_cancel(refresh->options.at_once);
    }
}

void refresh_settle(void)
{
    for (guint i = 0; running != NULL && i < running->len; i++) {
        struct refresh *refresh = running->pdata[i];
        if (refresh->cancellable == NULL)
            refresh->cancellable = g_cancellable_new();
        g_cancellable_cancel(refresh->cancellable);
        if (refresh->lock_wait != NULL)
            g_cancellable_cancel(refresh->lock_wait);
    }
    while (running != NULL)
        g_main_context_iteration(NULL, TRUE);
}

void refresh_forget(struct session *session)
{
    for (guint i = 0; running != NULL && i < running->len; i++) {
        struct refresh *refresh = running->pdata[i];
        if (refresh->session == session)
            refresh->session = NULL;
    }
    if (session->unsaved == NULL)
        return;
    if (session->stored || session->memory_only)
        rescue_done(session->unsaved->rescue);
    let_go(session->unsaved->lock, session->unsaved->rescue);
    g_clear_pointer(&session->unsaved, g_free);
}
