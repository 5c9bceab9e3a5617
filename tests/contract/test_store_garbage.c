/* SPDX-License-Identifier: MIT */

/* A Secret Service that answers garbage, each message in turn: every call ends in time with an
 * error of perch's own that may be shown to a person, or with what is true; the process lives, and
 * the next call to an honest service works. */
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
};

enum { MESSAGE_MAX = 400 };

static const char item_one[] = "{\"version\":1,\"refresh_token\":\"one\"}";

/* All that the store ever asks. */
static const char *const members[] = {
    "OpenSession",      "SearchItems", "Unlock", "GetSecrets", "ReadAlias",
    "CreateCollection", "CreateItem",  "Delete", "Prompt",     "Get"};

/* Wrong signatures, right ones with nothing or nonsense in them, errors of any name. */
static const char *const answers[] = {
    "()",
    "('nonsense',)",
    "(uint32 4294967295, true)",
    "(<uint32 7>,)",
    "(<@ao []>,)",
    "(<<<<<'deep'>>>>>,)",
    "(objectpath '/',)",
    "(objectpath '/nowhere',)",
    "(objectpath '/nowhere', objectpath '/nowhere')",
    "(@ao [], objectpath '/nowhere')",
    "(@ao [], @ao [])",
    "([objectpath '/'], [objectpath '/nowhere'])",
    "([objectpath '/nowhere', '/nowhere', '/nowhere'], @ao [])",
    "(<@ay []>, objectpath '/')",
    "(<@ay [0x00]>, objectpath '/nowhere')",
    "(<''>, objectpath '/nowhere')",
    "(@a{o(oayays)} {},)",
    "({objectpath '/nowhere': (objectpath '/', @ay [], @ay [], '')},)",
    "({objectpath '/org/freedesktop/secrets/collection/c/1': (objectpath '/', [byte 1, 2, 3], "
    "@ay [], 'text/plain')},)",
    "({objectpath '/org/freedesktop/secrets/collection/c/1': (objectpath "
    "'/org/freedesktop/secrets/session/s', @ay [], [byte 0, 255, 254], 'no/such; \\u001b[2J')},)",
    "!x.unknown.Error",
    "!org.freedesktop.DBus.Error.NoMemory",
    "!org.freedesktop.DBus.Error.UnknownObject",
    "!org.freedesktop.Secret.Error.NoSession",
    "!org.freedesktop.Secret.Error.NoSuchObject",
    "!org.freedesktop.Secret.Error.IsLocked",
    "!org.gtk.GDBus.UnmappedGError.Quark._x.Code1",
};

static char *long_text;

static int make(void **state)
{
    struct world *world = g_new0(struct world, 1);
    world->home = tmp_home_new();
    world->bus = keyring_start(world->home, KEYRING_NONE);
    world->store = store_open(STORE_SECRET_SERVICE, world->home);
    *state = world;
    return 0;
}

static int unmake(void **state)
{
    struct world *world = *state;
    store_free(world->store);
    store_private_free(world->bus);
    tmp_home_free(world->home);
    g_free(world);
    return 0;
}

static void begin(struct world *world, const char *member, const char *answer)
{
    world->service = fake_service_new(world->bus->address);
    world->service->prompt = FAKE_ACCEPTS;
    world->service->garbage = answer;
    world->service->complaint = long_text;
    world->service->garbles = member;
    /* So that what is garbled is asked for at all. */
    world->service->locked = g_str_equal(member, "Unlock");
    world->service->asks_to_write = g_str_equal(member, "Prompt");
    world->service->no_collection = g_str_equal(member, "CreateCollection");
    if (!world->service->no_collection)
        world->service->item = g_strdup(item_one);
}

/* What may be shown: an error of perch's own with some text, no line break and no control
 * characters. */
static void assert_fit(const char *member, const char *answer, int code)
{
    bool fit = code != G_MAXINT && strlen(call_message) > 10 && strlen(call_message) < MESSAGE_MAX;
    for (const char *p = call_message; *p != '\0'; p++)
        fit = fit && !g_ascii_iscntrl(*p);
    if (!fit || strstr(call_message, "\xe2\x80\xae") != NULL)
        fail_msg("%s answered %s: %d %s", member, answer, code, call_message);
}

static void all_calls(struct world *world, const char *member, const char *answer)
{
    struct secrets read, two = {.refresh_token = secret_new("two")};
    int code = call_load(world->store, "acme", true, &read);
    if (code != CALL_OK) {
        assert_fit(member, answer, code);
    } else {
        assert_true(secret_equal_text(read.refresh_token, "one"));
        secrets_clear(&read);
    }
    code = call_save(world->store, "acme", &two, true);
    if (code != CALL_OK)
        assert_fit(member, answer, code);
    else if (world->service->item == NULL || strstr(world->service->item, "two") == NULL)
        fail_msg("%s answered %s: saved is said, and it is not", member, answer);
    secrets_clear(&two);
    code = call_erase(world->store, "acme");
    if (code != CALL_OK)
        assert_fit(member, answer, code);
}

static void assert_works(struct world *world)
{
    struct secrets read, three = {.refresh_token = secret_new("three")};
    fake_service_free(world->service);
    world->service = fake_service_new(world->bus->address);
    if (call_save(world->store, "acme", &three, true) != CALL_OK ||
        call_load(world->store, "acme", true, &read) != CALL_OK)
        fail_msg("an honest service after it: %s", call_message);
    assert_true(secret_equal(read.refresh_token, three.refresh_token));
    secrets_clear(&three);
    secrets_clear(&read);
    fake_service_free(g_steal_pointer(&world->service));
}

static void garbage__anywhere__is_an_error_and_over(void **state)
{
    struct world *world = *state;
    guint tried = 0;
    for (gsize m = 0; m < G_N_ELEMENTS(members); m++) {
        for (gsize a = 0; a < G_N_ELEMENTS(answers); a++) {
            if (g_str_equal(members[m], "Prompt") && answers[a][0] != '!')
                continue; /* any answer will do: the signal counts, a person may take long */
            begin(world, members[m], answers[a]);
            all_calls(world, members[m], answers[a]);
            assert_works(world);
            tried++;
        }
    }
    print_message("# siege: %-28s %5u tried, %5u survived\n", "garbage of a keyring", tried, tried);
}

/* Half a megabyte of one word where a word is expected. */
static void garbage__huge__is_an_error_and_over(void **state)
{
    struct world *world = *state;
    g_autofree char *huge = g_strnfill(512 * 1024, 'x');
    g_autofree char *text = g_strconcat("('", huge, "',)", NULL);
    g_autofree char *variant = g_strconcat("(<'", huge, "'>, objectpath '/s')", NULL);
    const char *const rows[] = {text, variant};
    for (gsize m = 0; m < G_N_ELEMENTS(members); m++) {
        for (gsize a = 0; a < G_N_ELEMENTS(rows) && !g_str_equal(members[m], "Prompt"); a++) {
            begin(world, members[m], rows[a]);
            all_calls(world, members[m], "huge");
            assert_works(world);
        }
    }
}

/* It took the message and never answers: while nobody is asked, that is known soon. */
static void silence__anywhere__is_given_up(void **state)
{
    struct world *world = *state;
    guint before = call_answer_ms;
    for (gsize m = 0; m < G_N_ELEMENTS(members); m++) {
        if (g_str_equal(members[m], "Prompt"))
            continue; /* a person may take as long as a person takes */
        begin(world, members[m], NULL);
        call_answer_ms = 150;
        struct secrets read, two = {.refresh_token = secret_new("two")};
        int codes[] = {call_load(world->store, "acme", true, &read),
                       call_save(world->store, "acme", &two, true),
                       call_erase(world->store, "acme")};
        bool given_up = false;
        for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
            given_up |= codes[i] == PERCH_ERROR_STORE_FAILED;
        assert_true(given_up);
        if (codes[0] == CALL_OK)
            secrets_clear(&read);
        secrets_clear(&two);
        call_answer_ms = before;
        fake_service_free(g_steal_pointer(&world->service));
    }
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    g_autofree char *filler = g_strnfill(100 * 1024, 'a');
    long_text = g_strconcat("no\x1b[2J\r\n\xe2\x80\xae ", filler, NULL);
    const struct CMUnitTest tests[] = {
        WITH(garbage__anywhere__is_an_error_and_over),
        WITH(garbage__huge__is_an_error_and_over),
        WITH(silence__anywhere__is_given_up),
    };
    int failed = cmocka_run_group_tests_name("garbage of a Secret Service", tests, NULL, NULL);
    g_free(long_text);
    return failed;
}
