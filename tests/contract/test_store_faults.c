/* SPDX-License-Identifier: MIT */
/* What can be wrong with a real keyring, and what may happen to it in the middle of a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>

#include "perch/base/error.h"
#include "store/call.h"
#include "store/private_service.h"
#include "support/bus_monitor.h"
#include "support/keyring.h"

struct world {
    char *home;
    StorePrivate *service;
    char *config_dir;
    Store *store;
};

static int make(void **state, enum keyring_kind kind)
{
    struct world *world = g_new0(struct world, 1);
    world->home = tmp_home_new();
    world->service = keyring_start(world->home, kind);
    world->config_dir = g_build_filename(world->home, "config", "perch", NULL);
    world->store = store_open(STORE_SECRET_SERVICE, world->config_dir);
    *state = world;
    return 0;
}

static int make_unlocked(void **state)
{
    return make(state, KEYRING_UNLOCKED);
}

static int make_empty(void **state)
{
    return make(state, KEYRING_EMPTY);
}

static int make_none(void **state)
{
    return make(state, KEYRING_NONE);
}

static int unmake(void **state)
{
    struct world *world = *state;
    store_free(world->store);
    store_private_free(world->service);
    g_free(world->config_dir);
    tmp_home_free(world->home);
    g_free(world);
    return 0;
}

static struct secrets make_secrets(const char *refresh)
{
    return (struct secrets){.refresh_token = secret_new(refresh),
                            .instance_url = g_strdup("https://acme.my.salesforce.com")};
}

static void save(struct world *world, const char *name, const char *refresh)
{
    struct secrets secrets = make_secrets(refresh);
    assert_int_equal(call_save(world->store, name, &secrets, false), CALL_OK);
    secrets_clear(&secrets);
}

static void assert_refresh(struct world *world, const char *name, const char *refresh)
{
    struct secrets read;
    if (call_load(world->store, name, false, &read) != CALL_OK)
        fail_msg("%s", call_message);
    assert_true(secret_equal_text(read.refresh_token, refresh));
    secrets_clear(&read);
}

/* All four calls end with code, and say something. */
static void assert_all_fail(struct world *world, bool unlock, int code)
{
    struct secrets read, secrets = make_secrets("never-stored");
    assert_int_equal(call_save(world->store, "acme", &secrets, unlock), code);
    assert_true(strlen(call_message) > 10 && strstr(call_message, "never-stored") == NULL);
    assert_int_equal(call_load(world->store, "acme", unlock, &read), code);
    assert_true(strlen(call_message) > 10);
    assert_int_equal(call_erase(world->store, "acme"), code);
    assert_int_equal(call_probe(world->store, NULL), code);
    secrets_clear(&secrets);
}

/* ---- not there ---- */

static void absent__no_bus_address(void **state)
{
    struct world *world = *state;
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    assert_all_fail(world, true, PERCH_ERROR_STORE_ABSENT);
}

static void absent__bus_is_gone(void **state)
{
    struct world *world = *state;
    private_bus_stop(world->service);
    assert_all_fail(world, true, PERCH_ERROR_STORE_ABSENT);
}

static void absent__bus_without_service(void **state)
{
    struct world *world = *state;
    assert_all_fail(world, true, PERCH_ERROR_STORE_ABSENT);
}

static void absent__garbage_address(void **state)
{
    struct world *world = *state;
    g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:nonsense=1", TRUE);
    assert_all_fail(world, true, PERCH_ERROR_STORE_ABSENT);
}

/* The bus in XDG_RUNTIME_DIR is found without the variable. */
static void bus__found_in_runtime_folder(void **state)
{
    struct world *world = *state;
    g_setenv("XDG_RUNTIME_DIR", world->service->sockets, TRUE);
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    save(world, "acme", "one");
    assert_refresh(world, "acme", "one");
}

/* ---- no default collection ---- */

static void empty__save_says_no_collection(void **state)
{
    struct world *world = *state;
    struct secrets read, secrets = make_secrets("one");
    assert_int_equal(call_save(world->store, "acme", &secrets, false),
                     PERCH_ERROR_STORE_NO_COLLECTION);
    /* Nobody is there to choose a password for a new keyring. */
    assert_int_equal(call_save(world->store, "acme", &secrets, true),
                     PERCH_ERROR_STORE_NO_COLLECTION);
    assert_int_equal(call_load(world->store, "acme", true, &read), PERCH_ERROR_NOT_FOUND);
    assert_int_equal(call_erase(world->store, "acme"), CALL_OK);
    assert_int_equal(call_probe(world->store, NULL), PERCH_ERROR_STORE_NO_COLLECTION);
    secrets_clear(&secrets);
}

/* ---- locked ---- */

static void locked__is_told_from_not_found(void **state)
{
    struct world *world = *state;
    save(world, "acme", "one");
    keyring_lock();
    assert_all_fail(world, false, PERCH_ERROR_STORE_LOCKED);
    /* Allowed to ask, but no prompter: as if the person had closed the prompt. */
    assert_all_fail(world, true, PERCH_ERROR_STORE_LOCKED);
}

static void locked__unlocks_again_with_the_password(void **state)
{
    struct world *world = *state;
    save(world, "acme", "one");
    private_keyring_stop(world->service);
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) wrong = secret_new("wrong");
    g_autoptr(Secret) right = secret_new("correct horse");
    assert_false(private_keyring_start(world->service, wrong, &error));
    assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED));
    private_keyring_stop(world->service);
    assert_true(private_keyring_start(world->service, right, NULL));
    assert_refresh(world, "acme", "one");
}

static void locked__never_ask_does_not_ask(void **state)
{
    struct world *world = *state;
    save(world, "acme", "one");
    keyring_lock();
    store_never_ask(world->store);
    BusMonitor *monitor = bus_monitor_new(world->service->address);
    assert_all_fail(world, true, PERCH_ERROR_STORE_LOCKED);
    assert_false(bus_monitor_saw(monitor, "Unlock"));
    bus_monitor_free(monitor);
}

/* ---- other programs ---- */

static void tool_store(struct world *world, const char *value, const char *more)
{
    const char *argv[] = {"secret-tool",
                          "store",
                          "--label=other",
                          "xdg:schema",
                          "io.perch.Connection",
                          "connection",
                          "acme",
                          "config",
                          world->config_dir,
                          more,
                          more == NULL ? NULL : "1",
                          NULL};
    g_autofree char *output = run_program(argv, value);
    assert_non_null(output);
}

/* How many items match, as another program sees it. */
static guint count_items(struct world *world)
{
    const char *argv[] = {"secret-tool", "search", "--all",           "connection",
                          "acme",        "config", world->config_dir, NULL};
    g_autofree char *output = run_program(argv, "");
    guint count = 0;
    for (const char *p = output; p != NULL && (p = strstr(p, "[/")) != NULL; p++)
        count++;
    return count;
}

static void other__change_is_read(void **state)
{
    struct world *world = *state;
    save(world, "acme", "one");
    tool_store(world, "{\"version\":1,\"refresh_token\":\"changed\",\"issued_at\":0}", NULL);
    assert_int_equal(count_items(world), 1);
    assert_refresh(world, "acme", "changed");
}

static void other__rubbish_is_said(void **state)
{
    struct world *world = *state;
    struct secrets read;
    tool_store(world, "not json", NULL);
    assert_int_equal(call_load(world->store, "acme", false, &read), PERCH_ERROR_STORE_DAMAGED);
    assert_null(strstr(call_message, "not json"));
    tool_store(world, "{\"version\":2,\"refresh_token\":\"new\"}", NULL);
    assert_int_equal(call_load(world->store, "acme", false, &read), PERCH_ERROR_STORE_NEWER);
    assert_non_null(strstr(call_message, "newer"));
    save(world, "acme", "one");
    assert_refresh(world, "acme", "one");
}

static void other__deletion_is_seen(void **state)
{
    struct world *world = *state;
    struct secrets read;
    save(world, "acme", "one");
    const char *argv[] = {"secret-tool", "clear", "connection", "acme", NULL};
    g_free(run_program(argv, ""));
    assert_int_equal(call_load(world->store, "acme", false, &read), PERCH_ERROR_NOT_FOUND);
    assert_int_equal(call_erase(world->store, "acme"), CALL_OK);
}

/* Two items match (the second has one attribute more): the newest is read, a save leaves one. */
static void other__two_items_become_one(void **state)
{
    struct world *world = *state;
    save(world, "acme", "one");
    tool_store(world, "{\"version\":1,\"refresh_token\":\"two\"}", "extra");
    assert_int_equal(count_items(world), 2);
    assert_refresh(world, "acme", "two");
    save(world, "acme", "three");
    assert_int_equal(count_items(world), 1);
    assert_refresh(world, "acme", "three");
    tool_store(world, "{\"version\":1,\"refresh_token\":\"four\"}", "extra");
    assert_int_equal(call_erase(world->store, "acme"), CALL_OK);
    assert_int_equal(count_items(world), 0);
}

static void other__config_folders_are_apart(void **state)
{
    struct world *world = *state;
    g_autofree char *demo = g_build_filename(world->home, "demo", NULL);
    struct world other = {.store = store_open(STORE_SECRET_SERVICE, demo)};
    struct secrets read;
    save(world, "acme", "mine");
    assert_int_equal(call_load(other.store, "acme", false, &read), PERCH_ERROR_NOT_FOUND);
    save(&other, "acme", "demo");
    assert_refresh(world, "acme", "mine");
    assert_int_equal(call_erase(other.store, "acme"), CALL_OK);
    assert_refresh(world, "acme", "mine");
    store_free(other.store);
}

/* What everybody can see of an item: its label and attributes hold no secret and no host. */
static void other__sees_public_attributes_only(void **state)
{
    struct world *world = *state;
    save(world, "acme", "a-refresh-token");
    assert_string_equal(store_provider(world->store), "gnome-keyring");
    const char *argv[] = {"gdbus",
                          "call",
                          "--session",
                          "--dest",
                          "org.freedesktop.secrets",
                          "--object-path",
                          "/org/freedesktop/secrets/collection/login/1",
                          "--method",
                          "org.freedesktop.DBus.Properties.GetAll",
                          "org.freedesktop.Secret.Item",
                          NULL};
    g_autofree char *output = run_program(argv, "");
    assert_non_null(output);
    assert_non_null(strstr(output, "'perch: acme'"));
    assert_non_null(strstr(output, "'xdg:schema': 'io.perch.Connection'"));
    assert_null(strstr(output, "a-refresh-token"));
    assert_null(strstr(output, "salesforce.com"));
}

/* ---- in the middle ---- */

/* What crosses the bus is encrypted: the session is not a plain one. */
static void wire__secret_is_not_in_clear(void **state)
{
    struct world *world = *state;
    BusMonitor *monitor = bus_monitor_new(world->service->address);
    save(world, "acme", "canary-3e1f");
    assert_refresh(world, "acme", "canary-3e1f");
    assert_true(bus_monitor_saw(monitor, "CreateItem"));
    assert_false(bus_monitor_saw_text(monitor, "canary-3e1f"));
    bus_monitor_free(monitor);
}

/* The service gets this message of a load, and victim dies before it can be answered. */
static void kill_at(struct world *world, const char *message, pid_t victim)
{
    BusMonitor *monitor = bus_monitor_new(world->service->address);
    kill(world->service->keyring, SIGSTOP);
    struct answer load = {.done = false};
    store_load(world->store, "acme", true, NULL, on_load_answer, &load);
    bus_monitor_wait(monitor, message);
    kill(victim, SIGKILL);
    run_until(&load.done, "load"); /* and this process is still here */
    assert_int_equal(load.code, PERCH_ERROR_STORE_FAILED);
    kill(world->service->keyring, SIGCONT);
    bus_monitor_free(monitor);
}

static void start_again(struct world *world)
{
    g_autoptr(Secret) password = secret_new("correct horse");
    private_keyring_stop(world->service);
    assert_true(private_keyring_start(world->service, password, NULL));
}

/* While its session opens, and with the session that is already open. */
static void killed__service_before_its_answer(void **state)
{
    struct world *world = *state;
    static const char *const messages[] = {"OpenSession", "SearchItems"};
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        kill_at(world, messages[i], world->service->keyring);
        private_keyring_stop(world->service);
        struct secrets read;
        assert_int_equal(call_load(world->store, "acme", true, &read), PERCH_ERROR_STORE_ABSENT);
        start_again(world);
        save(world, "acme", "one"); /* found again, by the same Store */
        assert_refresh(world, "acme", "one");
    }
}

static void killed__bus_before_the_answer(void **state)
{
    struct world *world = *state;
    kill_at(world, "OpenSession", world->service->bus);
    struct secrets read;
    assert_int_equal(call_load(world->store, "acme", true, &read), PERCH_ERROR_STORE_ABSENT);
}

static void killed__bus_with_an_open_session(void **state)
{
    struct world *world = *state;
    save(world, "acme", "one");
    kill_at(world, "SearchItems", world->service->bus);
    struct secrets read;
    assert_int_equal(call_load(world->store, "acme", true, &read), PERCH_ERROR_STORE_ABSENT);
}

/* ---- one connection ---- */

/* A service that was ended and started again while nobody called is simply used, and so is another
 * bus. */
static void link__opens_anew_when_it_has_to(void **state)
{
    struct world *world = *state;
    save(world, "acme", "one");
    start_again(world);
    assert_refresh(world, "acme", "one");
    g_autofree char *home = g_build_filename(world->home, "other", NULL);
    g_autofree char *first = g_strdup(g_getenv("DBUS_SESSION_BUS_ADDRESS"));
    g_autoptr(StorePrivate) other = keyring_start(home, KEYRING_UNLOCKED);
    struct secrets read;
    assert_int_equal(call_load(world->store, "acme", false, &read), PERCH_ERROR_NOT_FOUND);
    save(world, "acme", "two");
    store_use_bus(first);
    assert_refresh(world, "acme", "one");
    store_use_bus(NULL);
    assert_refresh(world, "acme", "two");
}

/* Of any number of reads one session is opened; each write is read back over one of its own. */
static void link__is_one_for_the_process(void **state)
{
    struct world *world = *state;
    enum { MANY = 40 };
    static struct answer loads[MANY];
    save(world, "acme", "one");
    BusMonitor *monitor = bus_monitor_new(world->service->address);
    for (guint i = 0; i < MANY; i++)
        store_load(world->store, "acme", false, NULL, on_load_answer, &loads[i]);
    for (guint i = 0; i < MANY; i++) {
        run_until(&loads[i].done, "load");
        assert_int_equal(loads[i].code, CALL_OK);
        secrets_clear(&loads[i].secrets);
    }
    bus_monitor_wait_count(monitor, "GetSecrets", MANY);
    assert_int_equal(bus_monitor_count(monitor, "OpenSession"), 0);
    assert_int_equal(bus_monitor_count(monitor, "Hello"), 0);
    assert_int_equal(bus_monitor_count(monitor, "GetAll"), 0); /* properties that nobody reads */
    save(world, "acme", "two");
    bus_monitor_wait_count(monitor, "GetSecrets", MANY + 1);
    assert_int_equal(bus_monitor_count(monitor, "OpenSession"), 1);
    assert_int_equal(bus_monitor_count(monitor, "Hello"), 1);
    bus_monitor_free(monitor);
}

/* Killed at each step of a save: one answer, no hang, and afterwards the old or the new value. */
static void killed__service_at_each_step_of_a_save(void **state)
{
    struct world *world = *state;
    static const char *const steps[] = {"OpenSession", "ReadAlias", "CreateItem", "SearchItems",
                                        "GetSecrets"};
    save(world, "acme", "old");
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        BusMonitor *monitor = bus_monitor_new(world->service->address);
        struct secrets secrets = make_secrets("new");
        struct answer answer = {.done = false};
        store_save(world->store, "acme", &secrets, false, NULL, on_save_answer, &answer);
        bus_monitor_wait(monitor, steps[i]);
        kill(world->service->keyring, SIGKILL);
        run_until(&answer.done, "save");
        assert_true(answer.code == CALL_OK || answer.code == PERCH_ERROR_STORE_FAILED ||
                    answer.code == PERCH_ERROR_STORE_ABSENT);
        bus_monitor_free(monitor);
        start_again(world);
        struct secrets read;
        assert_int_equal(call_load(world->store, "acme", false, &read), CALL_OK);
        bool is_new = secret_equal_text(read.refresh_token, "new");
        assert_true(is_new || secret_equal_text(read.refresh_token, "old"));
        assert_true(is_new || answer.code != CALL_OK);
        secrets_clear(&read);
        secrets_clear(&secrets);
    }
}

static bool nothing_left(struct world *world)
{
    const char *argv[] = {"secret-tool", "search", "--all", "config", world->config_dir, NULL};
    g_autofree char *output = run_program(argv, "");
    return output == NULL || strstr(output, "[/") == NULL;
}

/* A probe that is cancelled at any step answers at once and cleans up behind itself. */
static void cancelled__probe_leaves_nothing(void **state)
{
    struct world *world = *state;
    static const char *const steps[] = {"OpenSession", "CreateItem", "GetSecrets", "Delete"};
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        BusMonitor *monitor = bus_monitor_new(world->service->address);
        struct answer answer = {.done = false};
        store_probe(world->store, cancellable, on_probe_answer, &answer);
        bus_monitor_wait(monitor, steps[i]);
        g_cancellable_cancel(cancellable);
        run_until(&answer.done, "probe");
        assert_true(answer.code == PERCH_ERROR_CANCELLED || answer.code == CALL_OK);
        gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
        while (!nothing_left(world)) {
            assert_true(g_get_monotonic_time() < deadline);
            g_main_context_iteration(NULL, FALSE);
        }
        bus_monitor_free(monitor);
    }
}

/* A service that is stuck costs the limit, not for ever. */
static void stuck__service_runs_into_the_limit(void **state)
{
    struct world *world = *state;
    guint before = call_answer_ms;
    call_answer_ms = 300;
    kill(world->service->keyring, SIGSTOP);
    assert_all_fail(world, true, PERCH_ERROR_STORE_FAILED);
    kill(world->service->keyring, SIGCONT);
    call_answer_ms = before;
    save(world, "acme", "one");
    assert_refresh(world, "acme", "one");
}

static void stuck__service_can_be_cancelled(void **state)
{
    struct world *world = *state;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    BusMonitor *monitor = bus_monitor_new(world->service->address);
    kill(world->service->keyring, SIGSTOP);
    struct answer load = {.done = false};
    store_load(world->store, "acme", true, cancellable, on_load_answer, &load);
    bus_monitor_wait(monitor, "OpenSession");
    g_cancellable_cancel(cancellable);
    assert_false(load.done);
    gint64 start = g_get_monotonic_time();
    run_until(&load.done, "load");
    assert_int_equal(load.code, PERCH_ERROR_CANCELLED);
    assert_true(g_get_monotonic_time() - start < 2 * G_USEC_PER_SEC);
    kill(world->service->keyring, SIGCONT);
    bus_monitor_free(monitor);
}

#define WITH(kind, test) cmocka_unit_test_setup_teardown(test, make_##kind, unmake)

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        WITH(unlocked, bus__found_in_runtime_folder),
        WITH(none, absent__no_bus_address),
        WITH(none, absent__bus_is_gone),
        WITH(none, absent__bus_without_service),
        WITH(none, absent__garbage_address),
        WITH(empty, empty__save_says_no_collection),
        WITH(unlocked, locked__is_told_from_not_found),
        WITH(unlocked, locked__unlocks_again_with_the_password),
        WITH(unlocked, locked__never_ask_does_not_ask),
        WITH(unlocked, other__change_is_read),
        WITH(unlocked, other__rubbish_is_said),
        WITH(unlocked, other__deletion_is_seen),
        WITH(unlocked, other__two_items_become_one),
        WITH(unlocked, other__config_folders_are_apart),
        WITH(unlocked, other__sees_public_attributes_only),
        WITH(unlocked, wire__secret_is_not_in_clear),
        WITH(unlocked, killed__service_before_its_answer),
        WITH(unlocked, killed__bus_before_the_answer),
        WITH(unlocked, killed__bus_with_an_open_session),
        WITH(unlocked, link__opens_anew_when_it_has_to),
        WITH(unlocked, link__is_one_for_the_process),
        WITH(unlocked, killed__service_at_each_step_of_a_save),
        WITH(unlocked, cancelled__probe_leaves_nothing),
        WITH(unlocked, stuck__service_runs_into_the_limit),
        WITH(unlocked, stuck__service_can_be_cancelled),
    };
    return cmocka_run_group_tests_name("store faults: gnome-keyring", tests, NULL, NULL);
}
