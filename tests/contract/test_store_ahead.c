/* SPDX-License-Identifier: MIT */
/* Many items read together, from a real gnome-keyring: as few messages as that takes, and what
 * each load would have read for itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>

#include "perch/base/error.h"
#include "store/call.h"
#include "store/private_service.h"
#include "support/bus_monitor.h"
#include "support/keyring.h"

enum { MANY = 60, PORTIONS = 2 };

struct world {
    char *home;
    StorePrivate *service;
    char *config_dir;
    Store *store;
    GPtrArray *names; /* c000 to c059, NULL */
    BusMonitor *monitor;
};

/* What name holds: itself, so that no item is taken for another's. */
static void save(const struct world *world, const char *name, const char *token)
{
    struct secrets secrets = {.refresh_token = secret_new(token)};
    if (call_save(world->store, name, &secrets, false) != CALL_OK)
        fail_msg("%s: %s", name, call_message);
    secrets_clear(&secrets);
}

/* A process that has read nothing ahead, and a bus whose messages are counted from now on. */
static void begin_anew(struct world *world)
{
    store_free(world->store);
    world->store = store_open(STORE_SECRET_SERVICE, world->config_dir);
    if (world->monitor != NULL)
        bus_monitor_free(world->monitor);
    world->monitor = bus_monitor_new(world->service->address);
}

static int make(void **state)
{
    struct world *world = g_new0(struct world, 1);
    world->home = tmp_home_new();
    world->service = keyring_start(world->home, KEYRING_UNLOCKED);
    world->config_dir = g_build_filename(world->home, "config", "perch", NULL);
    world->store = store_open(STORE_SECRET_SERVICE, world->config_dir);
    world->names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < MANY; i++) {
        char *name = g_strdup_printf("c%03u", i);
        g_ptr_array_add(world->names, name);
        save(world, name, name);
    }
    g_ptr_array_add(world->names, NULL);
    begin_anew(world);
    *state = world;
    return 0;
}

static int unmake(void **state)
{
    struct world *world = *state;
    bus_monitor_free(world->monitor);
    store_free(world->store);
    store_private_free(world->service);
    g_ptr_array_unref(world->names);
    g_free(world->config_dir);
    tmp_home_free(world->home);
    g_free(world);
    return 0;
}

static void read_ahead(const struct world *world)
{
    store_read_ahead(world->store, (const char *const *)world->names->pdata);
}

static void load_all(const struct world *world, struct answer *loads)
{
    for (guint i = 0; i < MANY; i++)
        store_load(world->store, world->names->pdata[i], false, NULL, on_load_answer, &loads[i]);
    for (guint i = 0; i < MANY; i++)
        run_until(&loads[i].done, "load");
}

static void assert_token(const struct world *world, const char *name, const char *token)
{
    struct secrets read;
    if (call_load(world->store, name, false, &read) != CALL_OK)
        fail_msg("%s: %s", name, call_message);
    assert_string_equal(secret_peek(read.refresh_token), token);
    secrets_clear(&read);
}

static void assert_counts(const struct world *world, guint searches, guint names, guint secrets)
{
    /* The monitor may see them later than the store does. */
    bus_monitor_wait_count(world->monitor, "SearchItems", searches);
    bus_monitor_wait_count(world->monitor, "GetSecrets", secrets);
    bus_monitor_wait_count(world->monitor, "Get", names);
    assert_int_equal(bus_monitor_count(world->monitor, "SearchItems"), searches);
    assert_int_equal(bus_monitor_count(world->monitor, "Get"), names);
    assert_int_equal(bus_monitor_count(world->monitor, "GetSecrets"), secrets);
}

static void all__are_read_together(void **state)
{
    struct world *world = *state;
    static struct answer loads[MANY];
    read_ahead(world);
    load_all(world, loads);
    for (guint i = 0; i < MANY; i++) {
        assert_int_equal(loads[i].code, CALL_OK);
        assert_string_equal(secret_peek(loads[i].secrets.refresh_token), world->names->pdata[i]);
        secrets_clear(&loads[i].secrets);
    }
    assert_counts(world, 1, 0, PORTIONS);
    /* Served once: the next load asks the service. */
    save(world, "c000", "later");
    begin_anew(world);
    assert_token(world, "c000", "later");
    assert_counts(world, 1, 0, 1);
}

/* A load that comes after everything was read, and one after its item was changed. */
static void later__loads_are_served_unless_it_changed(void **state)
{
    struct world *world = *state;
    read_ahead(world);
    assert_token(world, "c059", "c059"); /* in the last portion */
    save(world, "c001", "changed");
    assert_int_equal(call_erase(world->store, "c002"), CALL_OK);
    begin_anew(world);
    read_ahead(world);
    assert_token(world, "c059", "c059");
    assert_token(world, "c003", "c003");
    assert_counts(world, 1, 0, PORTIONS);
    save(world, "c004", "changed-too");
    assert_token(world, "c004", "changed-too");
    assert_token(world, "c001", "changed");
    struct secrets read;
    assert_int_equal(call_load(world->store, "c002", false, &read), PERCH_ERROR_NOT_FOUND);
    assert_int_equal(call_erase(world->store, "c005"), CALL_OK);
    assert_int_equal(call_load(world->store, "c005", false, &read), PERCH_ERROR_NOT_FOUND);
}

/* By secret-tool, which replaces the item with the same attributes. extra: one more, or NULL. */
static void tool_store(const struct world *world, const char *name, const char *extra,
                       const char *text)
{
    const char *argv[] = {"secret-tool",
                          "store",
                          "--label=other",
                          "xdg:schema",
                          "io.perch.Connection",
                          "connection",
                          name,
                          "config",
                          world->config_dir,
                          extra,
                          extra == NULL ? NULL : "1",
                          NULL};
    g_autofree char *output = run_program(argv, text);
    assert_non_null(output);
}

/* Items of an older perch do not say their names: their attributes are requested, theirs alone. */
static void nameless__are_read_with_the_others(void **state)
{
    struct world *world = *state;
    static struct answer loads[MANY];
    tool_store(world, "c010", NULL, "{\"version\":1,\"refresh_token\":\"c010\"}");
    tool_store(world, "c020", NULL, "{\"version\":1,\"refresh_token\":\"c020\"}");
    tool_store(world, "c030", NULL, "no JSON");
    begin_anew(world);
    read_ahead(world);
    load_all(world, loads);
    for (guint i = 0; i < MANY; i++) {
        assert_int_equal(loads[i].code, i == 30 ? PERCH_ERROR_STORE_DAMAGED : CALL_OK);
        if (i != 30)
            assert_string_equal(secret_peek(loads[i].secrets.refresh_token),
                                world->names->pdata[i]);
        secrets_clear(&loads[i].secrets);
    }
    assert_counts(world, 1, 3, PORTIONS);
}

/* Of several items the newest is read, as ever. */
static void several__are_left_to_the_load(void **state)
{
    struct world *world = *state;
    tool_store(world, "c007", "extra", "{\"version\":1,\"refresh_token\":\"newest\"}");
    begin_anew(world);
    read_ahead(world);
    assert_token(world, "c059", "c059");
    assert_token(world, "c007", "newest");
    /* Which of them came first here is luck: the load has searched for itself. */
    bus_monitor_wait_count(world->monitor, "SearchItems", 2);
}

/* perch status acme acme: the second load reads for itself. */
static void twice__the_same_name(void **state)
{
    struct world *world = *state;
    static struct answer loads[MANY];
    g_free(world->names->pdata[MANY - 1]);
    world->names->pdata[MANY - 1] = world->names->pdata[0];
    read_ahead(world);
    load_all(world, loads);
    for (guint i = 0; i < MANY; i++) {
        assert_int_equal(loads[i].code, CALL_OK);
        assert_string_equal(secret_peek(loads[i].secrets.refresh_token), world->names->pdata[i]);
        secrets_clear(&loads[i].secrets);
    }
    world->names->pdata[MANY - 1] = g_strdup("c059");
}

/* For three names a hundred secrets are not fetched. */
static void few__of_many_are_read_alone(void **state)
{
    struct world *world = *state;
    const char *const names[] = {"c003", "c001", "c002", NULL};
    store_read_ahead(world->store, names);
    for (guint i = 0; names[i] != NULL; i++)
        assert_token(world, names[i], names[i]);
    assert_counts(world, 4, 0, 3);
}

static void locked__is_said_by_each_load(void **state)
{
    struct world *world = *state;
    static struct answer loads[MANY];
    keyring_lock();
    read_ahead(world);
    load_all(world, loads);
    for (guint i = 0; i < MANY; i++)
        assert_int_equal(loads[i].code, PERCH_ERROR_STORE_LOCKED);
    assert_false(bus_monitor_saw(world->monitor, "Unlock"));
}

/* A service that says nothing is waited for once, not once together and once more for each. */
static void stuck__is_waited_for_once(void **state)
{
    struct world *world = *state;
    static struct answer loads[MANY];
    const guint before = call_answer_ms;
    call_answer_ms = 300;
    kill(world->service->keyring, SIGSTOP);
    read_ahead(world);
    load_all(world, loads);
    kill(world->service->keyring, SIGCONT);
    call_answer_ms = before;
    for (guint i = 0; i < MANY; i++)
        assert_int_equal(loads[i].code, PERCH_ERROR_STORE_FAILED);
    assert_true(bus_monitor_count(world->monitor, "SearchItems") <= 1);
}

/* Nobody waits for what was read, or is being read, when the store goes. */
static void left__in_the_middle(void **state)
{
    struct world *world = *state;
    struct answer load = {.done = false};
    read_ahead(world);
    store_load(world->store, "c000", false, NULL, on_load_answer, &load);
    bus_monitor_wait(world->monitor, "GetSecrets");
    store_free(g_steal_pointer(&world->store));
    run_until(&load.done, "load");
    assert_int_equal(load.code, PERCH_ERROR_CANCELLED);
    begin_anew(world);
    assert_token(world, "c000", "c000");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        TEST(all__are_read_together),
        TEST(later__loads_are_served_unless_it_changed),
        TEST(nameless__are_read_with_the_others),
        TEST(several__are_left_to_the_load),
        TEST(twice__the_same_name),
        TEST(few__of_many_are_read_alone),
        TEST(locked__is_said_by_each_load),
        TEST(stuck__is_waited_for_once),
        TEST(left__in_the_middle),
    };
    return cmocka_run_group_tests_name("store: reading ahead", tests, NULL, NULL);
}
