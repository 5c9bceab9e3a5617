/* SPDX-License-Identifier: MIT */
/* Prompts, and services that behave otherwise than gnome-keyring, on a service that the test
 * directs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "perch/base/error.h"
#include "store/call.h"
#include "store/private_service.h"
#include "support/fake_service.h"
#include "support/keyring.h"

struct world {
    char *home;
    StorePrivate *bus;
    FakeService *service;
    Store *store;
    guint answer_ms;
};

static const char item_one[] = "{\"version\":1,\"refresh_token\":\"one\"}";

static int make(void **state)
{
    struct world *world = g_new0(struct world, 1);
    world->home = tmp_home_new();
    world->bus = keyring_start(world->home, KEYRING_NONE);
    world->service = fake_service_new(world->bus->address);
    world->store = store_open(STORE_SECRET_SERVICE, world->home);
    world->answer_ms = call_answer_ms;
    *state = world;
    return 0;
}

static int unmake(void **state)
{
    struct world *world = *state;
    call_answer_ms = world->answer_ms;
    store_free(world->store);
    fake_service_free(world->service);
    store_private_free(world->bus);
    tmp_home_free(world->home);
    g_free(world);
    return 0;
}

static void has_item(struct world *world, bool locked, enum fake_prompt prompt)
{
    world->service->item = g_strdup(item_one);
    world->service->locked = locked;
    world->service->prompt = prompt;
}

static int load(struct world *world, bool unlock)
{
    struct secrets read;
    int code = call_load(world->store, "acme", unlock, &read);
    if (code == CALL_OK) {
        assert_true(secret_equal_text(read.refresh_token, "one"));
        secrets_clear(&read);
    }
    return code;
}

static int save(struct world *world, bool unlock)
{
    struct secrets secrets = {.refresh_token = secret_new("two")};
    int code = call_save(world->store, "acme", &secrets, unlock);
    secrets_clear(&secrets);
    return code;
}

static void unlock__accepted__goes_on(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_ACCEPTS);
    assert_int_equal(load(world, true), CALL_OK);
    assert_true(world->service->prompted);
    world->service->locked = true;
    assert_int_equal(save(world, true), CALL_OK);
    assert_non_null(strstr(world->service->item, "two"));
    world->service->locked = true;
    assert_int_equal(call_erase(world->store, "acme"), CALL_OK);
    assert_null(world->service->item);
}

static void unlock__dismissed__is_locked(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_DISMISSES);
    assert_int_equal(load(world, true), PERCH_ERROR_STORE_LOCKED);
    assert_non_null(strstr(call_message, "locked"));
    assert_int_equal(save(world, true), PERCH_ERROR_STORE_LOCKED);
    assert_int_equal(call_erase(world->store, "acme"), PERCH_ERROR_STORE_LOCKED);
    assert_string_equal(world->service->item, item_one);
}

static void unlock__not_allowed__does_not_prompt(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_ACCEPTS);
    assert_int_equal(load(world, false), PERCH_ERROR_STORE_LOCKED);
    assert_int_equal(save(world, false), PERCH_ERROR_STORE_LOCKED);
    store_never_ask(world->store);
    assert_int_equal(load(world, true), PERCH_ERROR_STORE_LOCKED);
    assert_int_equal(save(world, true), PERCH_ERROR_STORE_LOCKED);
    assert_int_equal(call_erase(world->store, "acme"), PERCH_ERROR_STORE_LOCKED);
    assert_int_equal(call_probe(world->store, NULL), PERCH_ERROR_STORE_LOCKED);
    assert_int_equal(world->service->unlock_calls, 0);
}

/* A person may take longer than the service may; cancelling closes the prompt. */
static void unlock__open__waits_until_cancelled(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_HOLDS);
    call_answer_ms = 1000; /* enough for a busy machine to get to the prompt */
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    struct answer answer = {.done = false};
    store_load(world->store, "acme", true, cancellable, on_load_answer, &answer);
    run_until(&world->service->prompted, "prompt");
    gint64 until = g_get_monotonic_time() + 1500 * 1000;
    while (g_get_monotonic_time() < until)
        g_main_context_iteration(NULL, FALSE);
    assert_false(answer.done);
    g_cancellable_cancel(cancellable);
    run_until(&answer.done, "load");
    assert_int_equal(answer.code, PERCH_ERROR_CANCELLED);
    run_until(&world->service->dismissed, "dismiss");
}

/* A prompt that cannot even be dismissed does not keep the person, nor the connection. */
static void unlock__deaf__is_cancelled_all_the_same(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_DEAF);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    struct answer answer = {.done = false};
    store_load(world->store, "acme", true, cancellable, on_load_answer, &answer);
    run_until(&world->service->prompted, "prompt");
    g_cancellable_cancel(cancellable);
    run_until(&answer.done, "load");
    assert_int_equal(answer.code, PERCH_ERROR_CANCELLED);
    run_until(&world->service->dismissed, "dismiss");
}

static void unlock__store_freed__dismisses(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_HOLDS);
    struct answer answer = {.done = false};
    store_load(world->store, "acme", true, NULL, on_load_answer, &answer);
    run_until(&world->service->prompted, "prompt");
    store_free(g_steal_pointer(&world->store));
    run_until(&answer.done, "load");
    assert_int_equal(answer.code, PERCH_ERROR_CANCELLED);
    run_until(&world->service->dismissed, "dismiss");
}

/* The service, then the bus, goes while the prompt is open. */
static void unlock__service_lost__is_failed(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_HOLDS);
    struct answer answer = {.done = false};
    store_load(world->store, "acme", true, NULL, on_load_answer, &answer);
    run_until(&world->service->prompted, "prompt");
    fake_service_free(g_steal_pointer(&world->service));
    run_until(&answer.done, "load");
    assert_int_equal(answer.code, PERCH_ERROR_STORE_FAILED);
    assert_int_equal(load(world, true), PERCH_ERROR_STORE_ABSENT);
}

static void unlock__bus_lost__is_failed(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_HOLDS);
    struct answer answer = {.done = false};
    store_load(world->store, "acme", true, NULL, on_load_answer, &answer);
    run_until(&world->service->prompted, "prompt");
    private_bus_stop(world->bus);
    run_until(&answer.done, "load");
    assert_int_equal(answer.code, PERCH_ERROR_STORE_FAILED);
    assert_int_equal(load(world, true), PERCH_ERROR_STORE_ABSENT);
}

/* ---- other habits ---- */

/* Not found while items may be hidden is never said: it would read as "signed out". */
static void hidden__locked_is_not_not_found(void **state)
{
    struct world *world = *state;
    has_item(world, true, FAKE_ACCEPTS);
    world->service->hides_locked = true;
    assert_int_equal(load(world, false), PERCH_ERROR_STORE_LOCKED);
    assert_int_equal(load(world, true), CALL_OK);
    world->service->locked = true;
    world->service->prompt = FAKE_DISMISSES;
    assert_int_equal(call_erase(world->store, "acme"), PERCH_ERROR_STORE_LOCKED);
    assert_string_equal(world->service->item, item_one);
    world->service->locked = false;
    g_clear_pointer(&world->service->item, g_free);
    assert_int_equal(load(world, false), PERCH_ERROR_NOT_FOUND);
}

static void write__asked_and_accepted(void **state)
{
    struct world *world = *state;
    world->service->asks_to_write = true;
    world->service->prompt = FAKE_ACCEPTS;
    assert_int_equal(save(world, true), CALL_OK);
    assert_non_null(strstr(world->service->item, "two"));
    assert_int_equal(call_erase(world->store, "acme"), CALL_OK);
    assert_null(world->service->item);
}

static void write__asked_and_dismissed(void **state)
{
    struct world *world = *state;
    has_item(world, false, FAKE_DISMISSES);
    world->service->asks_to_write = true;
    assert_int_equal(save(world, true), PERCH_ERROR_STORE_LOCKED);
    assert_string_equal(world->service->item, item_one);
    assert_int_not_equal(call_erase(world->store, "acme"), CALL_OK);
    assert_string_equal(world->service->item, item_one);
}

/* Not allowed to ask: its question is not shown to anybody. */
static void write__asked_without_leave(void **state)
{
    struct world *world = *state;
    has_item(world, false, FAKE_ACCEPTS);
    world->service->asks_to_write = true;
    assert_int_equal(save(world, false), PERCH_ERROR_STORE_LOCKED);
    store_never_ask(world->store);
    assert_int_equal(call_erase(world->store, "acme"), PERCH_ERROR_STORE_LOCKED);
    assert_false(world->service->prompted);
    assert_string_equal(world->service->item, item_one);
}

/* ---- read back ---- */

/* Stored is what another connection reads, not what the service said. */
static void read_back__tells_what_was_not_kept(void **state)
{
    struct world *world = *state;
    has_item(world, false, FAKE_HOLDS);
    world->service->forgets = true;
    assert_int_equal(save(world, true), PERCH_ERROR_STORE_FAILED);
    assert_non_null(strstr(call_message, "different"));
    g_clear_pointer(&world->service->item, g_free);
    assert_int_equal(save(world, true), PERCH_ERROR_STORE_FAILED);
    assert_int_equal(call_probe(world->store, NULL), PERCH_ERROR_STORE_FAILED);
}

/* A service that asks the person about each program is not made to ask about perch again. */
static void read_back__does_not_ask_again(void **state)
{
    struct world *world = *state;
    world->service->asks_each = true;
    assert_int_equal(save(world, true), CALL_OK);
    assert_non_null(strstr(world->service->item, "two"));
    assert_int_equal(world->service->unlock_calls, 0);
}

/* libsecret takes a service that is gone for a collection or an item that is not there. */
static void vanished__is_not_not_there(void **state)
{
    struct world *world = *state;
    has_item(world, false, FAKE_HOLDS);
    world->service->vanish_after = "SearchItems";
    assert_int_equal(load(world, true), PERCH_ERROR_STORE_FAILED);
    assert_non_null(strstr(call_message, "stopped before"));
    fake_service_free(world->service);
    world->service = fake_service_new(world->bus->address);
    has_item(world, false, FAKE_HOLDS);
    assert_int_equal(load(world, true), CALL_OK); /* found again */
    world->service->vanish_after = "ReadAlias";
    assert_int_equal(save(world, false), PERCH_ERROR_STORE_FAILED);
    assert_non_null(strstr(call_message, "stopped before"));
    assert_string_equal(world->service->item, item_one);
}

static void collection__made_when_asked(void **state)
{
    struct world *world = *state;
    world->service->no_collection = true;
    world->service->prompt = FAKE_DISMISSES;
    assert_int_equal(save(world, false), PERCH_ERROR_STORE_NO_COLLECTION);
    assert_false(world->service->prompted);
    assert_int_equal(save(world, true), PERCH_ERROR_STORE_NO_COLLECTION);
    world->service->prompt = FAKE_ACCEPTS;
    assert_int_equal(save(world, true), CALL_OK);
    assert_non_null(strstr(world->service->item, "two"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        WITH(unlock__accepted__goes_on),
        WITH(unlock__dismissed__is_locked),
        WITH(unlock__not_allowed__does_not_prompt),
        WITH(unlock__open__waits_until_cancelled),
        WITH(unlock__deaf__is_cancelled_all_the_same),
        WITH(unlock__store_freed__dismisses),
        WITH(unlock__service_lost__is_failed),
        WITH(unlock__bus_lost__is_failed),
        WITH(hidden__locked_is_not_not_found),
        WITH(write__asked_and_accepted),
        WITH(write__asked_and_dismissed),
        WITH(write__asked_without_leave),
        WITH(read_back__tells_what_was_not_kept),
        WITH(read_back__does_not_ask_again),
        WITH(vanished__is_not_not_there),
        WITH(collection__made_when_asked),
    };
    return cmocka_run_group_tests_name("store prompts", tests, NULL, NULL);
}
