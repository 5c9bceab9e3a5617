/* SPDX-License-Identifier: MIT */
/* The lock between processes. The program starts itself again with a verb for the other process. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/store/store.h"
#include "support/keyring.h"
#include "support/test.h"

struct take {
    bool done;
    StoreLock *lock;
    GError *error;
};

static void on_taken(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    struct take *take = user;
    assert_false(take->done);
    take->lock = store_lock_take_finish(result, &take->error);
    take->done = true;
}

static void start(struct take *take, const char *folder, const char *name, GCancellable *cancel)
{
    *take = (struct take){.done = false};
    store_lock_take(folder, name, cancel, on_taken, take);
    assert_false(take->done);
}

static StoreLock *take_now(const char *folder, const char *name)
{
    struct take take;
    start(&take, folder, name, NULL);
    run_until(&take.done, "lock");
    assert_no_error(take.error);
    return take.lock;
}

/* Runs the loop for as long as several tries take; the lock must not come meanwhile. */
static void assert_still_waiting(struct take *take)
{
    gint64 until = g_get_monotonic_time() + 200 * 1000;
    while (g_get_monotonic_time() < until)
        g_main_context_iteration(NULL, FALSE);
    assert_false(take->done);
}

/* ---- the other process ---- */

struct other {
    GSubprocess *process;
    GDataInputStream *output;
};

static struct other other_start(const char *verb, const char *folder, const char *file)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    GError *error = NULL;
    struct other other;
    other.process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                     &error, self, verb, folder, file, NULL);
    assert_no_error(error);
    other.output = g_data_input_stream_new(g_subprocess_get_stdout_pipe(other.process));
    return other;
}

static void other_says(struct other *other, const char *expected)
{
    g_autofree char *line = g_data_input_stream_read_line(other->output, NULL, NULL, NULL);
    assert_non_null(line);
    assert_string_equal(line, expected);
}

static void other_end(struct other *other, bool killed)
{
    if (killed)
        g_subprocess_force_exit(other->process);
    else
        g_output_stream_close(g_subprocess_get_stdin_pipe(other->process), NULL, NULL);
    assert_true(g_subprocess_wait(other->process, NULL, NULL));
    if (!killed)
        assert_true(g_subprocess_get_successful(other->process));
    g_object_unref(other->output);
    g_object_unref(other->process);
}

/* Takes the lock, says so, lets it go when its input ends. */
static int hold(const char *folder)
{
    StoreLock *lock = take_now(folder, "acme");
    puts("held");
    fflush(stdout);
    char c;
    while (read(STDIN_FILENO, &c, 1) > 0)
        ;
    store_lock_free(lock);
    return 0;
}

/* Adds one to the number in a file, many times, each time under the lock. */
static int count(const char *folder, const char *file)
{
    enum { TIMES = 25 };
    for (int i = 0; i < TIMES; i++) {
        StoreLock *lock = take_now(folder, "acme");
        g_autofree char *text = NULL;
        assert_true(g_file_get_contents(file, &text, NULL, NULL));
        g_autofree char *more =
            g_strdup_printf("%" G_GINT64_FORMAT, g_ascii_strtoll(text, NULL, 10) + 1);
        assert_true(g_file_set_contents(file, more, -1, NULL));
        store_lock_free(lock);
    }
    return 0;
}

/* ---- tests ---- */

static void lock__free__is_taken_at_once_and_again(void **state)
{
    const char *folder = *state;
    store_lock_free(take_now(folder, "acme"));
    store_lock_free(take_now(folder, "acme"));
    store_lock_free(NULL);
}

static void lock__names_and_folders__are_apart(void **state)
{
    const char *folder = *state;
    g_autofree char *demo = g_build_filename(folder, "demo", NULL);
    g_autoptr(StoreLock) one = take_now(folder, "acme");
    g_autoptr(StoreLock) two = take_now(folder, "acme-2");
    g_autoptr(StoreLock) three = take_now(demo, "acme");
    assert_true(one != NULL && two != NULL && three != NULL);
}

static void lock__held_in_this_process__waits(void **state)
{
    const char *folder = *state;
    StoreLock *one = take_now(folder, "acme");
    struct take take;
    start(&take, folder, "acme", NULL);
    assert_still_waiting(&take);
    store_lock_free(one);
    run_until(&take.done, "lock");
    assert_no_error(take.error);
    store_lock_free(take.lock);
}

static void lock__held_elsewhere__waits(void **state)
{
    const char *folder = *state;
    struct other other = other_start("hold", folder, "");
    other_says(&other, "held");
    struct take take;
    start(&take, folder, "acme", NULL);
    assert_still_waiting(&take);
    other_end(&other, false);
    run_until(&take.done, "lock");
    assert_no_error(take.error);
    store_lock_free(take.lock);
}

static void lock__holder_killed__is_free(void **state)
{
    const char *folder = *state;
    struct other other = other_start("hold", folder, "");
    other_says(&other, "held");
    struct take take;
    start(&take, folder, "acme", NULL);
    other_end(&other, true);
    run_until(&take.done, "lock");
    assert_no_error(take.error);
    store_lock_free(take.lock);
}

static void lock__cancelled__gives_up(void **state)
{
    const char *folder = *state;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(StoreLock) one = take_now(folder, "acme");
    struct take take;
    start(&take, folder, "acme", cancellable);
    assert_still_waiting(&take);
    g_cancellable_cancel(cancellable);
    assert_false(take.done);
    run_until(&take.done, "cancel");
    assert_null(take.lock);
    assert_error_code(take.error, PERCH_ERROR, PERCH_ERROR_CANCELLED);
    g_clear_error(&take.error);
    start(&take, folder, "acme-2", cancellable); /* cancelled before it starts */
    run_until(&take.done, "cancel");
    assert_error_code(take.error, PERCH_ERROR, PERCH_ERROR_CANCELLED);
    g_clear_error(&take.error);
}

static void lock__name__is_checked(void **state)
{
    const char *folder = *state;
    struct take take;
    start(&take, folder, "../acme", NULL);
    run_until(&take.done, "refusal");
    assert_error_code(take.error, PERCH_ERROR, PERCH_ERROR_USAGE);
    g_clear_error(&take.error);
}

/* A lock file that is a symbolic link is not followed; a folder that cannot be made is reported. */
static void lock__folder__cannot_be_made(void **state)
{
    const char *folder = *state;
    g_autofree char *before = g_strdup(g_getenv("XDG_RUNTIME_DIR"));
    g_setenv("XDG_RUNTIME_DIR", "/proc/nowhere", TRUE);
    struct take take;
    start(&take, folder, "acme", NULL);
    run_until(&take.done, "refusal");
    assert_error_code(take.error, PERCH_ERROR, PERCH_ERROR_FILE);
    g_clear_error(&take.error);
    g_setenv("XDG_RUNTIME_DIR", before, TRUE);
}

/* A started program (the browser) must not keep the lock. */
static void lock__children__do_not_inherit_it(void **state)
{
    const char *folder = *state;
    StoreLock *lock = take_now(folder, "acme");
    g_autoptr(GSubprocess) child = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_INHERIT_FDS, NULL, "cat", NULL);
    assert_non_null(child);
    store_lock_free(lock);
    store_lock_free(take_now(folder, "acme"));
    g_subprocess_force_exit(child);
    assert_true(g_subprocess_wait(child, NULL, NULL));
}

static void lock__many_processes__one_at_a_time(void **state)
{
    const char *folder = *state;
    enum { MANY = 4 };
    g_autofree char *file = g_build_filename(folder, "count", NULL);
    assert_true(g_file_set_contents(file, "0", -1, NULL));
    struct other others[MANY];
    for (int i = 0; i < MANY; i++)
        others[i] = other_start("count", folder, file);
    for (int i = 0; i < MANY; i++)
        other_end(&others[i], false);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(file, &text, NULL, NULL));
    assert_string_equal(text, "100");
}

static int make(void **state)
{
    *state = tmp_home_new();
    return 0;
}

static int unmake(void **state)
{
    tmp_home_free(*state);
    return 0;
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, make, unmake)

static void lock__note__outlives_a_killed_holder(void **state)
{
    const char *folder = *state;
    StoreLock *lock = take_now(folder, "acme");
    assert_null(store_lock_read_note(lock));
    store_lock_note(lock, "a longer one before");
    store_lock_note(lock, "here");
    store_lock_free(lock);
    lock = take_now(folder, "acme");
    g_autofree char *note = store_lock_read_note(lock);
    assert_string_equal(note, "here");
    store_lock_note(lock, NULL);
    assert_null(store_lock_read_note(lock));
    store_lock_free(lock);
}

/* As with a process that inherits the descriptor: leaving goes on, freeing ends it for all. */
static void lock__shared__left_or_freed(void **state)
{
    const char *folder = *state;
    StoreLock *lock = take_now(folder, "acme");
    StoreLock *shared = store_lock_adopt(fcntl(store_lock_fd(lock), F_DUPFD_CLOEXEC, 3));
    store_lock_leave(lock);
    struct take next;
    start(&next, folder, "acme", NULL);
    assert_still_waiting(&next);
    store_lock_free(shared);
    run_until(&next.done, "lock");
    lock = next.lock;
    shared = store_lock_adopt(fcntl(store_lock_fd(lock), F_DUPFD_CLOEXEC, 3));
    store_lock_free(lock);
    store_lock_free(take_now(folder, "acme"));
    store_lock_leave(shared);
}

int main(int argc, char **argv)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    if (argc == 4) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        return strcmp(argv[1], "hold") == 0 ? hold(argv[2]) : count(argv[2], argv[3]);
    }
    const struct CMUnitTest tests[] = {
        WITH(lock__free__is_taken_at_once_and_again),
        WITH(lock__names_and_folders__are_apart),
        WITH(lock__held_in_this_process__waits),
        WITH(lock__held_elsewhere__waits),
        WITH(lock__holder_killed__is_free),
        WITH(lock__cancelled__gives_up),
        WITH(lock__name__is_checked),
        WITH(lock__folder__cannot_be_made),
        WITH(lock__children__do_not_inherit_it),
        WITH(lock__note__outlives_a_killed_holder),
        WITH(lock__shared__left_or_freed),
        WITH(lock__many_processes__one_at_a_time),
    };
    return cmocka_run_group_tests_name("store lock", tests, NULL, NULL);
}
