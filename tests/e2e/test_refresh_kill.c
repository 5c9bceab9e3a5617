/* SPDX-License-Identifier: MIT */

/*
 * kill -9 at the system calls of a refresh with rotation on, by strace's fault injection: each
 * leaves the old refresh token usable or the new one stored.
 *
 * The sweep takes the calls of the main thread from the lock on: every STRIDE-th of them and all of
 * the stretch around request and answer; with EVERY=1 (some minutes) all. A second sweep takes what
 * the thread that talks to the keyring sends.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e2e/tokens.h"
#include "support/keyring.h"

static bool may_trace;

enum { WAIT_MS = 60000, STRIDE = 12, BEFORE = 4, AFTER = 32 };

struct tally {
    int points, survived, old_usable, new_stored;
};

struct trace {
    GPtrArray *calls;             /* char *: what makes strace kill at this one */
    guint locked, sent, received; /* places in calls; 0 = did not happen */
};

static const char *const refresh_words[] = {"token", "acme", "--fresh", NULL};
static const char *const login_words[] = {"reauthorize", "acme", "--plain", "--no-input", NULL};

/* perch with these words under strace; inject NULL = nothing is. Its exit code. */
static int run_words(Rig *rig, const char *const *words, const char *inject, bool threads,
                     const char *log)
{
    g_autofree char *option = g_strconcat("--inject=", inject, NULL);
    const char *argv[16] = {"strace", "-o", log, "-s", "0", "-e", "signal=none"};
    int count = 7;
    if (threads)
        argv[count++] = "-f";
    if (inject != NULL)
        argv[count++] = option;
    argv[count++] = g_getenv("PERCH");
    for (gsize i = 0; words[i] != NULL; i++)
        argv[count++] = words[i];
    g_auto(GStrv) env = child_env_without_leak_check(rig->home->env);
    g_autoptr(Child) child = child_start(argv, env);
    child_close_input(child);
    assert_true(child_wait_end(child, WAIT_MS));
    canary_search(rig->canary, "standard error", child->errors->str, -1);
    return child_code(child);
}

static int run(Rig *rig, const char *inject, bool threads, const char *log)
{
    return run_words(rig, refresh_words, inject, threads, log);
}

static bool returned_more_than_zero(const char *line)
{
    const char *equals = strrchr(line, '=');
    return equals != NULL && strtol(equals + 1, NULL, 10) > 0;
}

/* The request goes to the rescue with sendto, its answer comes with recvfrom; the bus has sendmsg
 * and recvmsg. */
static void note_call(struct trace *trace, const char *line)
{
    if (strstr(line, "F_OFD_SETLK") != NULL && trace->locked == 0)
        trace->locked = trace->calls->len;
    if (g_str_has_prefix(line, "sendto(") && returned_more_than_zero(line))
        trace->sent = trace->calls->len;
    if (g_str_has_prefix(line, "recvfrom(") && returned_more_than_zero(line) &&
        trace->received == 0)
        trace->received = trace->calls->len;
}

/* strace counts the calls of each name apart. */
static struct trace read_trace(const char *log)
{
    struct trace trace = {.calls = g_ptr_array_new_with_free_func(g_free)};
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(log, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++) {
        const char *end = strchr(lines[i], '(');
        if (end == NULL || !g_ascii_isalpha(lines[i][0]))
            continue;
        char *name = g_strndup(lines[i], (gsize)(end - lines[i]));
        int count = GPOINTER_TO_INT(g_hash_table_lookup(counts, name)) + 1;
        g_ptr_array_add(trace.calls, g_strdup_printf("%s:signal=KILL:when=%d", name, count));
        g_hash_table_replace(counts, name, GINT_TO_POINTER(count));
        note_call(&trace, lines[i]);
    }
    return trace;
}

static Secret *stored_token(Rig *rig)
{
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    Secret *token = secret_ref(secrets.refresh_token);
    secrets_clear(&secrets);
    return token;
}

/* One kill, and what it left behind. */
static void kill_at(Rig *rig, const char *inject, bool threads, struct tally *tally)
{
    g_autofree char *log = g_build_filename(rig->home->root, "trace", NULL);
    g_autoptr(Secret) before = stored_token(rig);
    bool ended = run(rig, inject, threads, log) == 0;
    wait_for_lock(rig, "acme"); /* held by a rescue that has something to store */
    g_autoptr(Secret) after = stored_token(rig);
    tally->points++;
    tally->survived += ended;
    /* The service complains about each killed client, and stops when nobody reads that. */
    child_wait_errors(rig->bus->keyring, "\n\n\n", 1);
    if (!tokens_alive(rig, after))
        fail_msg("killed at %s: the refresh token is lost", inject);
    tally->old_usable += secret_equal(before, after);
    tally->new_stored += !secret_equal(before, after);
}

static void print(const char *what, const struct tally *tally)
{
    print_message("# %s: %d kills; old token usable %d, new one stored %d, lost 0 (%d more ended "
                  "before it)\n",
                  what, tally->points - tally->survived, tally->old_usable,
                  tally->new_stored - tally->survived, tally->survived);
}

static bool is_taken(const struct trace *trace, guint call)
{
    if (g_getenv("EVERY") != NULL)
        return true;
    return call % STRIDE == 0 || (call >= trace->sent - BEFORE && call <= trace->received + AFTER);
}

static void killed__main_thread__loses_nothing(void **state)
{
    (void)state;
    if (!may_trace)
        skip();
    g_autoptr(Rig) rig = tokens_rig(true);
    g_autofree char *log = g_build_filename(rig->home->root, "trace", NULL);
    assert_int_equal(run(rig, NULL, false, log), 0);
    struct trace trace = read_trace(log);
    assert_true(trace.locked > 0 && trace.sent > trace.locked && trace.received > trace.sent);
    struct tally tally = {0};
    /* The calls vary a little from run to run, so not every one is met again: those survive. */
    for (guint call = trace.locked; call < trace.calls->len; call++)
        if (is_taken(&trace, call))
            kill_at(rig, trace.calls->pdata[call], false, &tally);
    g_ptr_array_unref(trace.calls);
    print("main thread", &tally);
    assert_true(tally.old_usable > 10 && tally.new_stored > 10);
    assert_true(tally.points - tally.survived > 50);
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(child, 0);
}

static void killed__keyring_thread__loses_nothing(void **state)
{
    (void)state;
    if (!may_trace)
        skip();
    g_autoptr(Rig) rig = tokens_rig(true);
    struct tally tally = {0};
    for (int call = 1; tally.survived == 0; call++) {
        g_autofree char *inject = g_strdup_printf("sendmsg:signal=KILL:when=%d", call);
        kill_at(rig, inject, true, &tally);
    }
    print("keyring thread", &tally);
    assert_true(tally.points > 20);
}

static bool has_one_login(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    return json_size(json_get(state, "grants")) == 1 && tokens_stored_alive(rig, "acme");
}

/* A login again, at what it sends to the keyring: before, while and after the new login is written.
 * Every third message; with EVERY=1 each. */
static void killed__login_again__leaves_one_login_and_it_is_stored(void **state)
{
    (void)state;
    if (!may_trace)
        skip();
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autofree char *log = g_build_filename(rig->home->root, "trace", NULL);
    const int step = g_getenv("EVERY") != NULL ? 1 : 3;
    int killed = 0;
    for (int call = step;; call += step, killed++) {
        g_autofree char *inject = g_strdup_printf("sendmsg:signal=KILL:when=%d", call);
        const bool ended = run_words(rig, login_words, inject, true, log) == 0;
        const gint64 until = g_get_monotonic_time() + WAIT_MS * 1000;
        while (!has_one_login(rig))
            if (g_get_monotonic_time() > until)
                fail_msg("killed at message %d: not one login, or not the stored one", call);
        wait_for_lock(rig, "acme");
        child_wait_errors(rig->bus->keyring, "\n\n\n", 1);
        if (ended)
            break;
    }
    print_message("# login again: %d kills; one login, the stored one, after each\n", killed);
    assert_true(killed > 8);
}

static int check_strace(void **state)
{
    (void)state;
    may_trace = rig_may_trace();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed__main_thread__loses_nothing),
        cmocka_unit_test(killed__keyring_thread__loses_nothing),
        cmocka_unit_test(killed__login_again__leaves_one_login_and_it_is_stored),
    };
    return cmocka_run_group_tests(tests, check_strace, NULL);
}
