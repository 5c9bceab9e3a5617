/* SPDX-License-Identifier: MIT */
#include <glib-unix.h>

#include "perch/app/app.h"
#include "perch/checks/check.h"
#include "perch/tokens/refresh.h"

/* Lists without a screen: each job runs the lists in order, all jobs in parallel. */

/* Enough for a few orgs at their limit of parallel requests, few enough for sockets. */
enum { JOBS_AT_ONCE = 250 };

struct batch {
    GMainLoop *loop;
    const enum check_list_id *lists;
    guint list_count, open;
    struct track *tracks;
    guint count, started;
    guint next, step; /* index of the next to start, and from it to the one after that */
    app_before before;
    app_settled settled;
    bool cancelled;
};

/* Grace period in which checks can end with their own timeout before they are ended here. */
enum { EXPIRE_SLACK_MS = 500 };

struct track {
    struct batch *batch;
    struct app_job *job;
    guint next;
    CheckList *list;
    guint source;
};

static gboolean step(gpointer user);

static void track_result(const struct check_result *result, gpointer user)
{
    struct track *track = user;
    if (result->status == CHECK_RUNNING)
        track->job->running = result;
    else if (track->job->running == result)
        track->job->running = NULL;
    if (track->batch->settled != NULL && result->status != CHECK_RUNNING)
        track->batch->settled(track->job, result);
}

static void track_done(gpointer user)
{
    struct track *track = user;
    track->source = g_idle_add(step, track); /* never from inside the runner */
}

/* Steps of this size through a ring of count visit all of it, far from the last in each step. */
static guint far_step(guint count)
{
    for (guint size = count * 5 / 8;; size++) {
        guint divisor = count;
        for (guint rest = size, next; rest != 0; rest = next) {
            next = divisor % rest;
            divisor = rest;
        }
        if (divisor == 1)
            return size;
    }
}

/* From all over the list: neighbours are often of one org, which answers only so many at once. */
static void start_next(struct batch *batch)
{
    struct track *track = &batch->tracks[batch->next];
    batch->next = (batch->next + batch->step) % batch->count;
    batch->started++;
    track->source = g_idle_add(step, track);
}

static void end_job(struct track *track)
{
    if (--track->batch->open == 0)
        g_main_loop_quit(track->batch->loop);
    else if (track->batch->started < track->batch->count)
        start_next(track->batch);
}

/* Moves the results to the job, so that the list can be freed. */
static bool take_results(struct track *track)
{
    const GPtrArray *results = check_list_results(track->list);
    track->job->running = NULL;
    bool fine = check_results_status(results) != CHECK_FAILED;
    g_autoptr(GPtrArray) owner = g_ptr_array_ref((GPtrArray *)(guintptr)results);
    for (guint i = 0; i < owner->len; i++)
        g_ptr_array_add(track->job->results, check_result_copy(owner->pdata[i]));
    g_clear_pointer(&track->list, check_list_free);
    return fine;
}

static void start_list(struct track *track)
{
    track->list =
        check_list_start(check_list_def(track->batch->lists[track->next++]), track->job->session,
                         NULL, &(struct check_list_listener){track_result, track_done, track});
}

static gboolean step(gpointer user)
{
    struct track *track = user;
    struct batch *batch = track->batch;
    track->source = 0;
    if (track->list != NULL && !take_results(track))
        track->next = batch->list_count;
    if (track->next >= batch->list_count ||
        (track->next > 0 && batch->before != NULL &&
         !batch->before(track->job, batch->lists[track->next]))) {
        end_job(track);
        return G_SOURCE_REMOVE;
    }
    start_list(track);
    return G_SOURCE_REMOVE;
}

static gboolean cancel(gpointer user)
{
    struct batch *batch = user;
    batch->cancelled = true;
    g_main_loop_quit(batch->loop);
    return G_SOURCE_CONTINUE;
}

/* The time is over: every job ends with the results so far. */
static gboolean expire(gpointer user)
{
    struct batch *batch = user;
    for (guint i = 0; i < batch->count; i++) {
        struct track *track = &batch->tracks[i];
        if (track->list == NULL && track->next == 0)
            start_list(track);
        if (track->list != NULL) {
            check_list_expire(track->list);
            take_results(track);
        }
    }
    tokens_hurry();
    g_main_loop_quit(batch->loop);
    return G_SOURCE_CONTINUE;
}

/* All jobs share one Http. */
static void prepare_http(const struct batch *batch, gint64 timeout_ms)
{
    Http *http = batch->count > 0 ? batch->tracks[0].job->session->http : NULL;
    if (http == NULL)
        return;
    if (batch->count > 1 || batch->lists[0] == CHECKS_DOCTOR)
        http_expect_many(http);
    if (timeout_ms > 0)
        http_limit(http, (guint)timeout_ms);
}

bool app_run_lists(struct app_job *jobs, guint count, const enum check_list_id *lists,
                   guint list_count, app_before before, app_settled settled, gint64 timeout_ms)
{
    struct batch batch = {.loop = g_main_loop_new(NULL, FALSE),
                          .lists = lists,
                          .list_count = list_count,
                          .open = count,
                          .before = before,
                          .settled = settled};
    guint sources[] = {
        g_unix_signal_add(SIGINT, cancel, &batch), g_unix_signal_add(SIGTERM, cancel, &batch),
        timeout_ms > 0 ? g_timeout_add((guint)timeout_ms + EXPIRE_SLACK_MS, expire, &batch) : 0};
    g_autofree struct track *tracks = g_new0(struct track, count);
    batch.tracks = tracks;
    batch.count = count;
    batch.step = far_step(count);
    for (guint i = 0; i < count; i++)
        tracks[i] = (struct track){.batch = &batch, .job = &jobs[i]};
    prepare_http(&batch, timeout_ms);
    while (batch.started < MIN(count, JOBS_AT_ONCE))
        start_next(&batch);
    if (batch.open > 0)
        g_main_loop_run(batch.loop);
    for (guint i = 0; i < count; i++) {
        g_clear_pointer(&tracks[i].list, check_list_free);
        if (tracks[i].source != 0)
            g_source_remove(tracks[i].source);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        if (sources[i] != 0)
            g_source_remove(sources[i]);
    g_main_loop_unref(batch.loop);
    return !batch.cancelled;
}
