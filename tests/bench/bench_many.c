/* SPDX-License-Identifier: MIT */

/*
 * Many connections: perch status with 1, 10 and 100 of them on ten orgs that are 50 ms away, beside
 * the ideal (the longest chain of calls that need each other) and beside one after another; perch
 * token with a refresh beside cURL's same request; Home with 200 rows from a key to its paint.
 */

#include <stdio.h>
#include <string.h>

#include "perch/store/store.h"
#include "support/demo_org_proc.h"
#include "support/keyring.h"
#include "support/many.h"
#include "support/measure.h"
#include "support/pty.h"
#include "support/session_bus.h"
#include "support/test.h"

enum { ORGS = 10, EACH = 10, AWAY_MS = 50, HOME_ROWS = 200, WAIT_MS = 60000 };

/* Of a valid token one call hangs: the limits. Of an expired one two: refresh, then limits. */
static const double ideal_ms = AWAY_MS;
static const double aim_key_ms = 33; /* two frames of a terminal */

struct world {
    TmpHome *home;
    SessionBus *bus;
    DemoOrg *orgs[ORGS];
    const char *perch;
};

static void set_up(struct world *world, int i)
{
    DemoOrg *org = world->orgs[i];
    g_autofree char *name = g_strdup_printf("org%d", i);
    g_autofree char *port = g_strdup_printf("%u", org->callback_ports[0]);
    const char *argv[] = {world->perch,
                          "setup",
                          name,
                          "--plain",
                          "--quiet",
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
    demo_org_use_browser(org, world->home, "allow");
    measure_run(world->home, argv);
    many_connections(world->home, world->bus, name, EACH - 1);
}

static void set_distance(struct world *world, const char *patch)
{
    for (int i = 0; i < ORGS; i++)
        demo_org_patch(world->orgs[i], patch);
}

/* count connections, as many of them as can be on orgs of their own. */
static GPtrArray *status_words(const struct world *world, int count)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(words, g_strdup(world->perch));
    g_ptr_array_add(words, g_strdup("status"));
    for (int i = 0; i < count; i++)
        g_ptr_array_add(words, i < ORGS ? g_strdup_printf("org%d", i)
                                        : g_strdup_printf("org%d-%03d", i % ORGS, i / ORGS - 1));
    g_ptr_array_add(words, NULL);
    return words;
}

static double one_after_another(struct world *world, const GPtrArray *words)
{
    double sum = 0;
    for (guint i = 2; i + 1 < words->len; i++) {
        const char *argv[] = {world->perch, "status", words->pdata[i], NULL};
        sum += measure_run(world->home, argv);
    }
    return sum;
}

static void bench_status(struct world *world)
{
    static const int counts[] = {1, 10, 100};
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        static struct series series;
        series.count = 0;
        g_autoptr(GPtrArray) words = status_words(world, counts[i]);
        const char *const *argv = (const char *const *)words->pdata;
        for (int run = 0; run < MIN(measure_runs(), 11); run++)
            measure_add(&series, measure_run(world->home, argv));
        double median = measure_median(&series), apart = one_after_another(world, words);
        printf("status, %-10d %.0f ms; ideal %.0f ms: %.1f times; one after another %.0f ms: %.2f "
               "times\n",
               counts[i], median, ideal_ms, median / ideal_ms, apart, median / apart);
    }
}

/* The same refresh as a line of cURL, which needs neither lock nor keyring. */
static char *write_body(struct world *world, struct secrets *secrets)
{
    g_autofree char *body =
        g_strdup_printf("grant_type=refresh_token&client_id=%s&client_secret=%s&refresh_token=%s",
                        world->orgs[0]->client_id, secret_peek(secrets->client_secret),
                        secret_peek(secrets->refresh_token));
    g_autofree char *path = tmphome_write(world->home, "body", body);
    return g_strconcat("@", path, NULL);
}

static void bench_refresh(struct world *world)
{
    g_autofree char *folder = g_build_filename(world->home->config, "perch", NULL);
    g_autoptr(Store) store = store_secret_new(folder);
    struct secrets secrets;
    assert_int_equal(call_load(store, "org0", false, &secrets), CALL_OK);
    g_autofree char *data = write_body(world, &secrets);
    g_autofree char *url = g_strconcat(world->orgs[0]->url, "/services/oauth2/token", NULL);
    const char *ours[] = {world->perch, "token", "org0", "--fresh", NULL};
    const char *theirs[] = {"curl", "-sSf", "--data", data, url, NULL};
    static struct series our, their;
    for (int i = 0; i < measure_runs(); i++) {
        measure_add(&our, measure_run(world->home, ours));
        measure_add(&their, measure_run(world->home, theirs));
    }
    double a = measure_median(&our), b = measure_median(&their);
    printf("%-18s perch %.1f ms, cURL's request alone %.1f ms: %.1f times\n", "token, refreshed", a,
           b, a / b);
    secrets_clear(&secrets);
}

static void wait_for(Pty *pty, const char *text)
{
    if (!pty_wait_text(pty, text, WAIT_MS)) {
        g_autofree char *screen = pty_dump(pty);
        fail_msg("\"%s\" does not come:\n%s", text, screen);
    }
}

static void print_keys(const char *what, struct series *series)
{
    double median = measure_median(series), most = measure_most(series);
    printf("%-18s %.1f ms, at most %.1f ms (aim %.0f ms)%s\n", what, median, most, aim_key_ms,
           median <= aim_key_ms ? "" : "  OVER THE AIM");
}

/* From the key to the row it leads to, and from a letter of the filter to the new list. */
static void bench_home(struct world *world)
{
    static struct series moves, letters;
    const char *argv[] = {world->perch, NULL};
    many_connections(world->home, world->bus, "org0", HOME_ROWS - ORGS * EACH + EACH - 1);
    double began = measure_now_ms();
    g_autoptr(Pty) pty = pty_start(argv, world->home->env, 80, 24);
    wait_for(pty, "200 connections");
    printf("%-18s %.1f ms until its first paint\n", "Home, 200 rows", measure_now_ms() - began);
    for (int i = 0; i < MIN(measure_runs(), 100); i++) {
        g_autofree char *row = g_strdup_printf("▸ org0-%03d", i);
        began = measure_now_ms();
        pty_key(pty, "Down");
        wait_for(pty, row);
        measure_add(&moves, measure_now_ms() - began);
    }
    print_keys("  Down, painted", &moves);
    pty_key(pty, "/");
    wait_for(pty, "200 of 200");
    for (int i = 0; i < MIN(measure_runs(), 20); i++) {
        began = measure_now_ms();
        pty_send(pty, "org7");
        wait_for(pty, "10 of 200");
        measure_add(&letters, measure_now_ms() - began);
        pty_key(pty, "C-u");
        wait_for(pty, "200 of 200");
    }
    print_keys("  / org7, painted", &letters);
    pty_key(pty, "C-c");
    pty_wait_exit(pty, WAIT_MS, NULL);
}

static void bench(void **state)
{
    (void)state;
    struct world world = {.perch = g_getenv("PERCH"), .home = tmphome_new()};
    world.bus = session_bus_start(world.home, SESSION_KEYRING_OPEN);
    for (int i = 0; i < ORGS; i++) {
        world.orgs[i] = demo_org_start(world.home, NULL);
        set_up(&world, i);
    }
    bench_refresh(&world);
    set_distance(&world, "{'faults': {'/': {'delay_ms': 50}}}");
    bench_status(&world);
    bench_home(&world);
    for (int i = 0; i < ORGS; i++)
        demo_org_stop(world.orgs[i]);
    session_bus_stop(world.bus);
    tmphome_free(world.home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bench)};
    setvbuf(stdout, NULL, _IOLBF, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
