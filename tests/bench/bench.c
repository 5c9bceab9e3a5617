/* SPDX-License-Identifier: MIT */

/*
 * What perch costs, each figure beside the bare equivalent measured in the same run, in turns:
 * first paint beside a program that is linked to the same libraries and paints "Hello"; perch token
 * with a valid token beside secret-tool lookup of the same item, found by the same attributes;
 * memory; and what one set-up sends. BENCH_RUNS=N turns (31). Medians.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/demo_org_proc.h"
#include "support/measure.h"
#include "support/pty.h"
#include "support/session_bus.h"
#include "support/test.h"

enum { WAIT_MS = 30000 };

static const double aim_paint = 1.3;
static const double aim_token = 1.15;
static const double aim_explain = 300;
static const double aim_megabytes = 20;

/* The most memory that the process ever had, in MB; 0 when it has gone. */
static double peak_megabytes(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return 0;
    }
    const char *line = strstr(text, "VmHWM:");
    return line == NULL ? 0 : g_ascii_strtod(line + strlen("VmHWM:"), NULL) / 1024;
}

/* Milliseconds from starting argv to text on its screen; its memory then goes to ret_megabytes. */
static double first_paint(TmpHome *home, const char *const *argv, const char *text,
                          double *ret_megabytes)
{
    double began = measure_now_ms();
    g_autoptr(Pty) pty = pty_start(argv, home->env, 80, 24);
    if (!pty_wait_text(pty, text, WAIT_MS)) {
        g_autofree char *screen = pty_dump(pty);
        fail_msg("%s never paints \"%s\":\n%s", argv[0], text, screen);
    }
    double took = measure_now_ms() - began;
    *ret_megabytes = peak_megabytes(pty_pid(pty));
    return took;
}

static void bench_first_paint(TmpHome *home, const char *perch)
{
    g_autofree char *hello = test_build_path("tests/bench/hello");
    const char *ours[] = {perch, NULL};
    const char *theirs[] = {hello, NULL};
    static struct series our;
    static struct series their;
    double our_memory = 0;
    double their_memory = 0;
    for (int i = 0; i < measure_runs(); i++) {
        measure_add(&our, first_paint(home, ours, "perch", &our_memory));
        measure_add(&their, first_paint(home, theirs, "Hello", &their_memory));
    }
    measure_print_ratio("first paint", "perch", &our, "Hello", &their, aim_paint);
    printf("%-18s perch %.1f MB, Hello %.1f MB (aim %.0f MB)%s\n", "  its memory", our_memory,
           their_memory, aim_megabytes, our_memory <= aim_megabytes ? "" : "  OVER THE AIM");
}

/* An error at the start of a log of two megabytes; cat reads the same. */
static void bench_explain(TmpHome *home, const char *perch)
{
    g_autoptr(GString) log = g_string_new("POST 403 [{\"errorCode\":\"API_DISABLED_FOR_ORG\"}]\n");
    for (int i = 0; log->len < 2 * 1024 * 1024; i++)
        g_string_append_printf(log, "2026-11-23 08:%02d:%02d INFO lead %d made in %d ms\n",
                               i / 60 % 60, i % 60, i, i % 97);
    g_autofree char *path = tmphome_write(home, "long.log", log->str);
    /* Its exit code is that of the cause. */
    const char *ours[] = {"sh", "-c", "\"$0\" explain \"$1\"; test $? = 6", perch, path, NULL};
    const char *theirs[] = {"cat", path, NULL};
    static struct series our;
    static struct series their;
    for (int i = 0; i < measure_runs(); i++) {
        measure_add(&our, measure_run(home, ours));
        measure_add(&their, measure_run(home, theirs));
    }
    measure_print_ratio("explain, 2 MB", "perch", &our, "cat", &their, aim_explain);
}

static void bench_token(TmpHome *home, const char *perch)
{
    const char *ours[] = {perch, "token", "bench", NULL};
    g_autofree char *folder = g_build_filename(home->config, "perch", NULL);
    const char *theirs[] = {"secret-tool", "lookup", "xdg:schema", "io.perch.Connection",
                            "connection",  "bench",  "config",     folder,
                            NULL};
    static struct series our;
    static struct series their;
    measure_run(home, ours);
    measure_run(home, theirs);
    for (int i = 0; i < measure_runs(); i++) {
        measure_add(&our, measure_run(home, ours));
        measure_add(&their, measure_run(home, theirs));
    }
    measure_print_ratio("perch token", "perch", &our, "secret-tool", &their, aim_token);
}

/* A whole set-up without a screen; its peak memory in MB. */
static double set_up(TmpHome *home, const DemoOrg *org, const char *perch)
{
    g_autofree char *port = g_strdup_printf("%u", org->callback_ports[0]);
    const char *argv[] = {perch,
                          "setup",
                          "bench",
                          "--plain",
                          "--no-input",
                          "--login-url",
                          org->url,
                          "--client-id",
                          org->client_id,
                          "--client-secret-file",
                          org->secret_file,
                          "--callback-port",
                          port,
                          NULL};
    g_autoptr(Child) child = child_start(argv, home->env);
    double peak = 0;
    double began = measure_now_ms();
    while (!child_wait_end(child, 2) && measure_now_ms() - began < 2.0 * WAIT_MS) {
        peak = MAX(peak, peak_megabytes(child->pid));
    }
    if (child_code(child) != 0) {
        fail_msg("perch setup: %d\n%s%s", child_code(child), child->output->str,
                 child->errors->str);
    }
    return peak;
}

static bool is_perchs(const Json *entry)
{
    JSON_FOREACH(header, json_get(entry, "headers"))
    {
        const Json *value = json_next(json_first(header));
        if (g_strcmp0(json_string(json_first(header)), "User-Agent") == 0 &&
            g_str_has_prefix(json_string(value), "perch/")) {
            return true;
        }
    }
    return false;
}

/* Round trips and connections of perch itself, as the org saw them; the browser's are left out.
 * Each request for a token has a connection of its own, as the rescue process sends it. */
static void print_traffic(DemoOrg *org)
{
    g_autoptr(Json) log = demo_org_control(org, "GET", "log", NULL);
    g_autoptr(GHashTable) connections = g_hash_table_new(g_direct_hash, g_direct_equal);
    guint requests = 0, aim = 1;
    JSON_FOREACH(entry, log)
    {
        if (is_perchs(entry)) {
            aim += g_str_has_prefix(json_get_string(entry, "target"), "/services/oauth2/token") ? 1
                                                                                                : 0;
            gint64 number = json_get_int(entry, "connection", 0);
            g_hash_table_add(connections, GINT_TO_POINTER((gint)number));
            requests++;
        }
    }
    guint opened = g_hash_table_size(connections);
    printf("%-18s %u round trips over %u connections (aim %u: one a host, one a token)%s\n",
           "one set-up", requests, opened, aim, opened <= aim ? "" : "  OVER THE AIM");
}

static void bench(void **state)
{
    (void)state;
    const char *perch = g_getenv("PERCH");
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(SessionBus) bus = session_bus_start(home, SESSION_KEYRING_OPEN);
    g_autoptr(DemoOrg) org = demo_org_start(home, NULL);
    demo_org_use_browser(org, home, "allow");
    double peak = set_up(home, org, perch);
    print_traffic(org);
    printf("%-18s %.1f MB at most (aim %.0f MB)%s\n", "  its memory", peak, aim_megabytes,
           peak <= aim_megabytes ? "" : "  OVER THE AIM");
    bench_first_paint(home, perch);
    bench_token(home, perch);
    bench_explain(home, perch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bench)};
    setvbuf(stdout, NULL, _IOLBF, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
