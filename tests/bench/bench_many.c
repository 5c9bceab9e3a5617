/* SPDX-License-Identifier: MIT */

/*
 * Many connections, each figure beside the one it is compared with, in turns: perch status with
 * 1,000 and 100 connections on ten orgs that are 50 ms away beside one, and beside libsecret's
 * reading of the same items and cURL's same requests; perch token with a refresh beside cURL's same
 * request and secret-tool's storing of the same item; Home with 200 rows beside Home with one; and
 * Home from a key to its paint.
 */

#include <stdio.h>
#include <string.h>

#include "store/link.h"
#include "support/demo_org_proc.h"
#include "support/keyring.h"
#include "support/many.h"
#include "support/measure.h"
#include "support/pty.h"
#include "support/session_bus.h"
#include "support/test.h"

enum { ORGS = 10, HOME_ROWS = 200, WAIT_MS = 60000 };

static const double aim_key_ms = 33; /* two frames of a terminal */
static const double aim_parts = 1.5;

struct world {
    TmpHome *home;   /* of 1,000 connections */
    TmpHome *few[2]; /* of one, and of HOME_ROWS */
    SessionBus *bus;
    DemoOrg *orgs[ORGS];
    const char *perch;
};

/* One connection to the org, and copies of it. */
static void set_up(const struct world *world, TmpHome *home, int i, guint copies)
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
    tmphome_set(home, "DBUS_SESSION_BUS_ADDRESS", world->bus->address);
    demo_org_use_browser(org, home, "allow");
    measure_run(home, argv);
    many_connections(home, world->bus, name, copies);
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

static double read_items(const char *folder)
{
    const SecretSchema schema = {.name = "io.perch.Connection",
                                 .attributes = {{"config", SECRET_SCHEMA_ATTRIBUTE_STRING}}};
    double began = measure_now_ms();
    g_autoptr(SecretService) service = secret_service_open_sync(
        SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION, NULL, NULL);
    g_autoptr(GHashTable) attributes = secret_attributes_build(&schema, "config", folder, NULL);
    g_auto(GStrv) paths = NULL;
    secret_service_search_for_dbus_paths_sync(service, &schema, attributes, NULL, &paths, NULL,
                                              NULL);
    g_autoptr(GHashTable) texts = secret_service_get_secrets_for_dbus_paths_sync(
        service, (const char **)(gpointer)paths, NULL, NULL);
    assert_non_null(texts);
    return measure_now_ms() - began;
}

/* The least that a status of the first count connections of each org takes: their items read by
 * libsecret alone, and the same requests by cURL. */
static double bare_status(const struct world *world, int count)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autofree char *folder = g_build_filename(world->home->config, "perch", NULL);
    g_autoptr(Store) store = store_open(STORE_SECRET_SERVICE, folder);
    for (int i = 0; i < ORGS; i++) {
        struct secrets secrets;
        g_autofree char *name = g_strdup_printf("org%d", i);
        assert_int_equal(call_load(store, name, false, &secrets), CALL_OK);
        g_string_append_printf(lines,
                               "%surl = \"%s/services/data/v60.0/limits?[1-%d]\"\n"
                               "oauth2-bearer = \"%s\"\n",
                               i == 0 ? "" : "next\n", world->orgs[i]->url, count,
                               secret_peek(secrets.access_token));
        secrets_clear(&secrets);
    }
    g_autofree char *path = tmphome_write(world->home, "requests", lines->str);
    const char *argv[] = {
        "curl", "-Z", "--no-progress-meter", "--parallel-max", "240", "--parallel-immediate", "-K",
        path,   NULL};
    return read_items(folder) + measure_run(world->home, argv);
}

/* The only connections that there are, all of them beside one. */
static void bench_status(struct world *world, int count, double aim)
{
    static struct series all, one, bare;
    all.count = one.count = bare.count = 0;
    for (int i = 0; i < ORGS; i++) {
        g_autofree char *name = g_strdup_printf("org%d", i);
        many_connections(world->home, world->bus, name, (guint)(count / ORGS) - 1);
    }
    g_autoptr(GPtrArray) words = status_words(world, count);
    const char *ours[] = {world->perch, "status", "org0", NULL};
    for (int run = 0; run < measure_runs(); run++) {
        measure_add(&all, measure_run(world->home, (const char *const *)words->pdata));
        measure_add(&one, measure_run(world->home, ours));
        measure_add(&bare, bare_status(world, count / ORGS));
    }
    g_autofree char *what = g_strdup_printf("status, %d", count);
    measure_print_ratio(what, "all", &all, "one", &one, aim);
    measure_print_ratio("  its parts", "all", &all, "libsecret and cURL", &bare, aim_parts);
    printf("  its floor        libsecret and cURL: %.2f times one\n",
           measure_median(&bare) / measure_median(&one));
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
    g_autoptr(Store) store = store_open(STORE_SECRET_SERVICE, folder);
    struct secrets secrets;
    assert_int_equal(call_load(store, "org0", false, &secrets), CALL_OK);
    g_autoptr(Secret) item = secrets_to_item(&secrets, "org0");
    g_autofree char *path = tmphome_write(world->home, "item", secret_peek(item));
    g_autofree char *data = write_body(world, &secrets);
    g_autofree char *url = g_strconcat(world->orgs[0]->url, "/services/oauth2/token", NULL);
    const char *ours[] = {world->perch, "token", "org0", "--fresh", NULL};
    const char *request[] = {"curl", "-sSf", "--data", data, url, NULL};
    const char *storing[] = {"secret-tool", "store",  "--label=a copy", "connection",
                             "copy",        "config", "copies",         NULL};
    static struct series our, their;
    for (int i = 0; i < measure_runs(); i++) {
        measure_add(&our, measure_run(world->home, ours));
        measure_add(&their, measure_run(world->home, request) +
                                measure_run_reading(world->home, storing, path));
    }
    measure_print_ratio("token, refreshed", "perch", &our, "cURL and secret-tool", &their, 2);
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

static Pty *start_home(const struct world *world, TmpHome *home)
{
    const char *argv[] = {world->perch, NULL};
    Pty *pty = pty_start(argv, home->env, 80, 24);
    wait_for(pty, "▸ org0");
    return pty;
}

static void bench_home(const struct world *world)
{
    static struct series series[2];
    for (int i = 0; i < measure_runs(); i++) {
        for (int which = 0; which < 2; which++) {
            double began = measure_now_ms();
            g_autoptr(Pty) pty = start_home(world, world->few[which]);
            measure_add(&series[which], measure_now_ms() - began);
            pty_key(pty, "C-c");
            pty_wait_exit(pty, WAIT_MS, NULL);
        }
    }
    measure_print_ratio("Home, first paint", "200 rows", &series[1], "one", &series[0], 1.5);
}

/* From the key to the row it leads to, and from a letter of the filter to the new list. */
static void bench_keys(const struct world *world)
{
    static struct series moves, letters;
    g_autoptr(Pty) pty = start_home(world, world->few[1]);
    for (int i = 0; i < MIN(measure_runs(), 100); i++) {
        g_autofree char *row = g_strdup_printf("▸ org0-%03d", i);
        double began = measure_now_ms();
        pty_key(pty, "Down");
        wait_for(pty, row);
        measure_add(&moves, measure_now_ms() - began);
    }
    print_keys("  Down, painted", &moves);
    pty_key(pty, "/");
    wait_for(pty, "200 of 200");
    for (int i = 0; i < MIN(measure_runs(), 20); i++) {
        double began = measure_now_ms();
        pty_send(pty, "-19");
        wait_for(pty, "9 of 200"); /* 190 to 198 */
        measure_add(&letters, measure_now_ms() - began);
        pty_key(pty, "C-u");
        wait_for(pty, "200 of 200");
    }
    print_keys("  / -19, painted", &letters);
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
        set_up(&world, world.home, i, 0);
    }
    for (int i = 0; i < 2; i++) {
        world.few[i] = tmphome_new();
        set_up(&world, world.few[i], 0, i == 0 ? 0 : HOME_ROWS - 1);
    }
    bench_refresh(&world);
    set_distance(&world, "{'faults': {'/': {'delay_ms': 50}}}");
    bench_home(&world);
    bench_keys(&world);
    bench_status(&world, 100, 2);
    bench_status(&world, 1000, 5);
    for (int i = 0; i < ORGS; i++)
        demo_org_stop(world.orgs[i]);
    session_bus_stop(world.bus);
    for (int i = 0; i < 2; i++)
        tmphome_free(world.few[i]);
    tmphome_free(world.home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bench)};
    setvbuf(stdout, NULL, _IOLBF, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
