/* SPDX-License-Identifier: MIT */
#include "perch/tokens/refresh.h"

#include "answer.h"
#include "perch/base/clock.h"
#include "perch/base/source.h"
#include "perch/base/text.h"
#include "perch/net/failure.h"
#include "tokens_private.h"

enum { SAVE_PAUSE_MS = 250 };

struct refresh {
    Tokens *tokens;
    Http *http; /* borrowed */
    Connection *connection;
    struct refresh_options options;
    GCancellable *cancellable;
    refresh_done done;
    gpointer user;

    Secret *stale;          /* the access token to be replaced; NULL = none */
    struct secrets secrets; /* posted secrets, then the received ones */
    guint parts;            /* which parts of secrets go into the item */
    GSource *pause, *stop;
    int tries[TROUBLE_COUNT];
    bool lost;            /* an answer to this token was lost, in this run or another one */
    gint64 noted_ms;      /* when another run posted this very token and died before it stored the
                             answer; 0 = none did */
    gint64 save_until_ms; /* monotonic */
    struct refresh_result result;
};

static GPtrArray *running; /* struct refresh *; NULL = none */

/* Whether a lost answer costs anything: an app that logs in by itself just asks again. */
static bool is_precious(const struct refresh *refresh)
{
    return connection_way(refresh->connection)->attended;
}

static void end_pause(struct refresh *refresh)
{
    source_drop(&refresh->pause);
    source_drop(&refresh->stop);
}

static void finish(struct refresh *refresh)
{
    end_pause(refresh);
    g_ptr_array_remove_fast(running, refresh);
    if (running->len == 0)
        g_clear_pointer(&running, g_ptr_array_unref);
    tokens_leave(refresh->tokens);
    refresh->done(&refresh->result, refresh->user);
    failure_clear(&refresh->result.failure);
    token_answer_clear(&refresh->result.answer);
    secrets_clear(&refresh->secrets);
    secret_unref(refresh->stale);
    g_object_unref(refresh->cancellable);
    g_object_unref(refresh->options.at_once);
    connection_free(refresh->connection);
    tokens_unref(refresh->tokens);
    g_free(refresh);
}

static bool is_cancelled(const struct refresh *refresh)
{
    return g_cancellable_is_cancelled(refresh->cancellable) ||
           g_cancellable_is_cancelled(refresh->options.at_once);
}

static void fail_own(struct refresh *refresh, const char *code, const char *message)
{
    failure_clear(&refresh->result.failure);
    failure_own(&refresh->result.failure, STAGE_TOKEN, code, message);
    finish(refresh);
}

static void fail_cancelled(struct refresh *refresh)
{
    fail_own(refresh, "cancelled", _("Cancelled."));
}

static void fail_error(struct refresh *refresh, const GError *error)
{
    if (is_cancelled(refresh) || g_error_matches(error, PERCH_ERROR, PERCH_ERROR_CANCELLED)) {
        fail_cancelled(refresh);
        return;
    }
    failure_clear(&refresh->result.failure);
    tokens_failure(&refresh->result.failure, error);
    finish(refresh);
}

static void tell(struct refresh *refresh, enum refresh_wait wait)
{
    if (refresh->options.waiting != NULL)
        refresh->options.waiting(wait, &refresh->result.failure, refresh->options.user);
}

/* ---- pauses ---- */

static gboolean on_pause_cancelled(GCancellable *cancellable, gpointer user);

static void pause_then(struct refresh *refresh, gint64 milliseconds, GSourceFunc next)
{
    /* Jitter: many processes or computers may wait for the same thing. */
    gint64 uneven = milliseconds * 3 / 4 + g_random_int_range(0, (gint)(milliseconds / 2) + 1);
    end_pause(refresh);
    refresh->pause = source_attach(g_timeout_source_new((guint)uneven),
                                   g_main_context_get_thread_default(), next, refresh);
    refresh->stop = source_attach(g_cancellable_source_new(refresh->cancellable),
                                  g_main_context_get_thread_default(),
                                  G_SOURCE_FUNC(on_pause_cancelled), refresh);
}

/* ---- storing ---- */

static void not_stored(struct refresh *refresh)
{
    Tokens *tokens = refresh->tokens;
    refresh->result.ok = refresh->result.unstored = true;
    /* Otherwise the keyring's refresh token is still valid, and the lock is not needed. */
    tokens->keeps_lock = refresh->result.rotated || refresh->parts == SECRETS_ALL;
    if (!tokens->keeps_lock)
        rescue_done(tokens->rescue);
    else if (rescue_holds(tokens->rescue))
        refresh->result.kept_until = clock_wall_ms() + RESCUE_SECONDS * 1000;
    finish(refresh);
}

static gboolean save_again(gpointer user);

static void saved(Tokens *tokens, const GError *error, gpointer user)
{
    struct refresh *refresh = user;
    (void)tokens;
    bool first = refresh->result.failure.code == NULL;
    failure_clear(&refresh->result.failure);
    if (error == NULL) {
        refresh->result.ok = true;
        finish(refresh);
        return;
    }
    failure_from_error(&refresh->result.failure, STAGE_MACHINE, error);
    if (clock_monotonic_ms() >= refresh->save_until_ms || is_cancelled(refresh)) {
        not_stored(refresh);
        return;
    }
    if (first)
        tell(refresh, REFRESH_WAIT_KEYRING);
    pause_then(refresh, SAVE_PAUSE_MS, save_again);
}

static void save(struct refresh *refresh, bool ask)
{
    tokens_put(refresh->tokens, &refresh->secrets, refresh->parts, ask, refresh->options.at_once,
               saved, refresh);
}

static gboolean save_again(gpointer user)
{
    struct refresh *refresh = user;
    end_pause(refresh);
    save(refresh, false); /* one prompt is enough */
    return G_SOURCE_REMOVE;
}

static void begin_to_save(struct refresh *refresh)
{
    refresh->save_until_ms = clock_monotonic_ms() + refresh->options.save_ms;
    save(refresh, refresh->tokens->ask);
}

/* ---- the answer ---- */

static void take(struct refresh *refresh, struct token_answer *answer)
{
    Tokens *tokens = refresh->tokens;
    const gint64 session_seconds = refresh->connection->session_seconds;
    /* Otherwise a login has happened since: the answer belongs to the former one and goes to the
     * keyring only. */
    const bool in_hand =
        secret_equal(tokens->secrets.refresh_token, refresh->secrets.refresh_token);
    /* Read the clock once: the stored item is compared with memory to the millisecond. */
    const gint64 received_ms = clock_wall_ms();
    failure_clear(&refresh->result.failure);
    if (refresh->secrets.issued_at > 0)
        refresh->result.rested_ms = received_ms - refresh->secrets.issued_at;
    refresh->result.rotated =
        secrets_take_answer(&refresh->secrets, answer, session_seconds, received_ms);
    if (in_hand) {
        tokens_take_refreshed(tokens, answer, session_seconds, received_ms);
        refresh->result.answer = *answer;
    } else {
        refresh->parts = SECRETS_TOKENS;
        token_answer_clear(answer);
    }
    begin_to_save(refresh);
}

/* Gives up: decides what to say, and whether the note stays for the next process. */
static void give_up(struct refresh *refresh, const struct verdict *verdict)
{
    Tokens *tokens = refresh->tokens;
    if (refresh->lost && tokens->state != TOKENS_WON)
        tokens->state = TOKENS_LOST;
    if (verdict->revoked && refresh->lost)
        refresh_say_refused(&refresh->result.failure, refresh->noted_ms);
    else if (verdict->trouble == TROUBLE_LOST)
        refresh_say_lost(&refresh->result.failure, refresh->connection);
    if (!refresh->lost)
        store_lock_note(tokens->lock, NULL);
    /* Without rotation, an answer that may still come is not worth the lock. */
    if (refresh->connection->rotation == 0)
        rescue_done(tokens->rescue);
    finish(refresh);
}

static gboolean post_again(gpointer user);

static void retry_or_give_up(struct refresh *refresh, const struct verdict *verdict)
{
    gint64 pause = refresh_pause(verdict, refresh->tries[verdict->trouble]);
    refresh->lost |= verdict->trouble == TROUBLE_LOST && is_precious(refresh);
    rescue_drop(refresh->tokens->rescue);
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
    struct token_answer answer = {0};
    g_autoptr(GError) error = NULL;
    refresh->result.milliseconds = response->timing.total_ms;
    refresh->result.sent |= response->end == HTTP_ANSWERED || response->sent_ms != 0;
    failure_clear(&refresh->result.failure);
    if (refresh->options.answered != NULL)
        refresh->options.answered(response, refresh->options.user);
    struct verdict verdict = refresh_judge(response, &refresh->result.failure);
    refresh_blames_clock(&refresh->result.failure, refresh->connection);
    g_autoptr(Json) json = verdict.trouble == TROUBLE_NONE ? http_response_json(response) : NULL;
    /* A new refresh token is the only one that still works: without a usable instance URL the known
     * one serves. */
    if (verdict.trouble == TROUBLE_NONE &&
        (token_answer_parse(&answer, json, refresh->connection->login_url, &error) ||
         (answer.refresh_token != NULL && refresh->secrets.instance_url != NULL))) {
        take(refresh, &answer);
        return;
    }
    token_answer_clear(&answer);
    if (verdict.trouble == TROUBLE_NONE) { /* a 200 without tokens: the real answer is lost */
        verdict.trouble = TROUBLE_LOST;
        failure_from_error(&refresh->result.failure, STAGE_TOKEN, error);
        refresh->result.failure.status = response->status;
    }
    retry_or_give_up(refresh, &verdict);
}

/* ---- the request ---- */

/* NULL: cancelled, unless there is an error. */
static HttpRequest *make_request(const struct refresh *refresh, GError **error)
{
    if (refresh->options.request != NULL)
        return refresh->options.request(refresh->options.user);
    return token_request(refresh->connection, &refresh->secrets, error);
}

static void post(struct refresh *refresh)
{
    g_autoptr(GError) error = NULL;
    HttpRequest *request = make_request(refresh, &error);
    if (request == NULL) {
        if (error != NULL)
            fail_error(refresh, error);
        else
            fail_cancelled(refresh);
        return;
    }
    if (is_precious(refresh))
        refresh_note_write(refresh->tokens->lock, refresh->secrets.refresh_token,
                           refresh->noted_ms != 0 ? refresh->noted_ms : clock_wall_ms());
    /* From here on the request outlives this process. */
    rescue_carries(refresh->tokens->rescue, request);
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
    end_pause(refresh);
    if (refresh->save_until_ms != 0)
        not_stored(refresh);
    else
        give_up(refresh,
                &(struct verdict){.trouble = refresh->lost ? TROUBLE_LOST : TROUBLE_REFUSED});
    return G_SOURCE_REMOVE;
}

/* Posts with a rescue process that guards the answer, whatever happens to this process. */
static void guard_and_post(struct refresh *refresh)
{
    Tokens *tokens = refresh->tokens;
    if (!tokens->memory_only && is_precious(refresh))
        tokens->rescue = rescue_start(
            &(struct rescue_terms){.config_dir = tokens->config_dir,
                                   .name = tokens->name,
                                   .login_url = refresh->connection->login_url,
                                   .session_seconds = refresh->connection->session_seconds,
                                   .secrets = &refresh->secrets,
                                   .parts = refresh->parts},
            tokens->lock);
    post(refresh);
}

static void saved_as_before(Tokens *tokens, const GError *error, gpointer user)
{
    struct refresh *refresh = user;
    (void)tokens;
    if (error != NULL)
        fail_error(refresh, error);
    else if (is_cancelled(refresh))
        fail_cancelled(refresh);
    else
        guard_and_post(refresh);
}

static void prepare(struct refresh *refresh)
{
    Tokens *tokens = refresh->tokens;
    secrets_copy(&refresh->secrets, &tokens->secrets);
    refresh->parts = tokens->state == TOKENS_WON ? SECRETS_ALL : SECRETS_TOKENS;
    if (connection_credential(refresh->connection, &refresh->secrets) == NULL) {
        fail_own(refresh, "not-authorized",
                 is_precious(refresh)
                     ? _("There is no refresh token for this connection.")
                     : _("The keyring no longer has the secret that this connection logs in with: "
                         "perch setup NAME, step Keys."));
        return;
    }
    if (is_cancelled(refresh)) {
        fail_cancelled(refresh);
        return;
    }
    if (is_precious(refresh))
        refresh->noted_ms = refresh_note_read(tokens->lock, refresh->secrets.refresh_token);
    refresh->lost = refresh->noted_ms != 0;
    if (tokens->state == TOKENS_LOST) /* until this attempt fails the same way */
        tokens->state = TOKENS_HELD;
    if (refresh->connection->rotation == 0)
        guard_and_post(refresh);
    else
        tokens_put(tokens, &refresh->secrets, tokens->kept.refresh_token != NULL ? 0 : SECRETS_ALL,
                   tokens->ask, refresh->cancellable, saved_as_before, refresh);
}

/* ---- through the door ---- */

/* Whether another process has already replaced the access token: then nothing is left to do. */
static bool is_done_already(const struct refresh *refresh)
{
    const Tokens *tokens = refresh->tokens;
    return refresh->options.request == NULL && tokens->state != TOKENS_WON &&
           refresh->stale != NULL && tokens->kept.access_token != NULL &&
           !secret_equal(tokens->kept.access_token, refresh->stale);
}

static void entered(Tokens *tokens, const GError *error, gpointer user)
{
    struct refresh *refresh = user;
    if (tokens->lock == NULL || g_error_matches(error, PERCH_ERROR, PERCH_ERROR_CANCELLED) ||
        g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_NEWER)) {
        fail_error(refresh, error);
    } else if (tokens->keeps_lock && tokens->state == TOKENS_WON) {
        /* The keyring refused the last answer: we still have lock and rescue process, and those
         * tokens are fresh, so they only have to be stored. */
        secrets_copy(&refresh->secrets, &tokens->secrets);
        refresh->parts = SECRETS_ALL;
        refresh->result.rotated = refresh->connection->rotation != 0;
        begin_to_save(refresh);
    } else if (error != NULL && tokens->state != TOKENS_WON) {
        fail_error(refresh, error);
    } else if (error == NULL && is_done_already(refresh)) {
        refresh->result.ok = true;
        finish(refresh);
    } else {
        prepare(refresh);
    }
}

static void waiting_for_lock(gpointer user)
{
    tell(user, REFRESH_WAIT_LOCK);
}

void tokens_refresh(Tokens *tokens, Http *http, const Connection *connection,
                    const struct refresh_options *options, GCancellable *cancellable,
                    refresh_done done, gpointer user)
{
    struct refresh *refresh = g_new0(struct refresh, 1);
    *refresh = (struct refresh){
        .tokens = tokens_ref(tokens),
        .http = http,
        .connection = connection_copy(connection),
        .options = *options,
        .cancellable = cancellable == NULL ? g_cancellable_new() : g_object_ref(cancellable),
        .done = done,
        .user = user,
        .stale = secret_ref(tokens->secrets.access_token),
        .result = {.milliseconds = -1},
    };
    if (!is_precious(refresh))
        refresh->connection->rotation = 0; /* noted under another way to log in */
    refresh->options.at_once =
        options->at_once != NULL ? g_object_ref(options->at_once) : g_cancellable_new();
    if (running == NULL)
        running = g_ptr_array_new();
    g_ptr_array_add(running, refresh);
    tokens_enter(tokens, connection->name,
                 &(struct visit_terms){.kind = VISIT_LOCKS | VISIT_READS,
                                       .cancellable = refresh->cancellable,
                                       .waiting = waiting_for_lock},
                 entered, refresh);
}

void tokens_hurry(void)
{
    for (guint i = 0; running != NULL && i < running->len; i++) {
        const struct refresh *refresh = running->pdata[i];
        if (refresh->connection->rotation == 0)
            g_cancellable_cancel(refresh->options.at_once);
    }
}
