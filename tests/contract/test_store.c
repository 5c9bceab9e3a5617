/* SPDX-License-Identifier: MIT */
/* What any store must do: the same battery for each kind of kinds.def, the Secret Service being a
 * real gnome-keyring; with EVERY=1 a real KWallet 5 too, of whose sessions one in a hundred fails
 * ("Can't find session", "Client public key size is invalid"). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "perch/base/error.h"
#include "support/keyring.h"

struct world {
    char *home;
    StorePrivate *service; /* NULL for the memory store */
    char *config_dir;
    Store *store;
};

static struct secrets make(const char *refresh, const char *access)
{
    return (struct secrets){.client_secret = secret_new("9A8B7C-consumer-secret"),
                            .refresh_token = secret_new(refresh),
                            .access_token = secret_new(access),
                            .instance_url = g_strdup("https://acme.my.salesforce.com"),
                            .issued_at = 1795420800123,
                            .good_until = 1795428000000};
}

static void assert_saved(Store *store, const char *name, const struct secrets *secrets)
{
    assert_int_equal(call_save(store, name, secrets, false), CALL_OK);
}

static void assert_holds(Store *store, const char *name, const struct secrets *expected)
{
    struct secrets read;
    assert_int_equal(call_load(store, name, false, &read), CALL_OK);
    assert_true(secrets_equal(&read, expected));
    secrets_clear(&read);
}

static void assert_empty(Store *store, const char *name)
{
    struct secrets read;
    assert_int_equal(call_load(store, name, false, &read), PERCH_ERROR_NOT_FOUND);
    assert_non_null(strstr(call_message, name));
}

static void store__load__empty_at_first(void **state)
{
    struct world *world = *state;
    assert_empty(world->store, "acme");
}

static void store__save__reads_back(void **state)
{
    struct world *world = *state;
    struct secrets secrets = make("5Aep861-refresh", "00D5g!AQ-access");
    assert_saved(world->store, "acme", &secrets);
    assert_holds(world->store, "acme", &secrets);
    secrets_clear(&secrets);
}

static void store__save__keeps_what_is_not_there(void **state)
{
    struct world *world = *state;
    struct secrets secrets = {.refresh_token = secret_new("5Aep861-public-app")};
    assert_saved(world->store, "public", &secrets);
    struct secrets read;
    assert_int_equal(call_load(world->store, "public", false, &read), CALL_OK);
    assert_null(read.client_secret);
    assert_null(read.access_token);
    assert_null(read.instance_url);
    assert_true(read.issued_at == 0 && read.good_until == 0);
    assert_true(secret_equal_text(read.refresh_token, "5Aep861-public-app"));
    secrets_clear(&read);
    secrets_clear(&secrets);
}

static void store__save__replaces_everything(void **state)
{
    struct world *world = *state;
    struct secrets first = make("refresh-one", "access-one");
    struct secrets second = {.refresh_token = secret_new("refresh-two")};
    assert_saved(world->store, "acme", &first);
    assert_saved(world->store, "acme", &second);
    assert_holds(world->store, "acme", &second);
    secrets_clear(&first);
    secrets_clear(&second);
}

/* Names where one is the start of another, or differs in case only, stay apart. */
static void store__save__keeps_names_apart(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {"acme", "acme-prod", "Acme", "a", "acme.2"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        struct secrets secrets = make(names[i], "access");
        assert_saved(world->store, names[i], &secrets);
        secrets_clear(&secrets);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        struct secrets secrets = make(names[i], "access");
        assert_holds(world->store, names[i], &secrets);
        secrets_clear(&secrets);
    }
}

static void store__erase__only_what_matches(void **state)
{
    struct world *world = *state;
    struct secrets one = make("one", "access");
    struct secrets two = make("two", "access");
    assert_saved(world->store, "acme", &one);
    assert_saved(world->store, "acme-2", &two);
    assert_int_equal(call_erase(world->store, "acme"), CALL_OK);
    assert_empty(world->store, "acme");
    assert_holds(world->store, "acme-2", &two);
    secrets_clear(&one);
    secrets_clear(&two);
}

static void store__erase__missing_is_fine(void **state)
{
    struct world *world = *state;
    assert_int_equal(call_erase(world->store, "never-there"), CALL_OK);
}

/* An empty pattern matches everything: it must be refused before it reaches the service. */
static void store__calls__refuse_names_that_are_none(void **state)
{
    struct world *world = *state;
    struct secrets kept = make("kept", "access");
    struct secrets read;
    static const char *const names[] = {"", ".probe-x", "../acme", "a b", "*"};
    assert_saved(world->store, "acme", &kept);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_int_equal(call_erase(world->store, names[i]), PERCH_ERROR_USAGE);
        assert_int_equal(call_load(world->store, names[i], false, &read), PERCH_ERROR_USAGE);
        assert_int_equal(call_save(world->store, names[i], &kept, false), PERCH_ERROR_USAGE);
    }
    assert_int_equal(call_erase(world->store, NULL), PERCH_ERROR_USAGE);
    assert_holds(world->store, "acme", &kept);
    secrets_clear(&kept);
}

static void store__save__large(void **state)
{
    struct world *world = *state;
    g_autofree char *large = g_strnfill(16 * 1024, 'x');
    struct secrets secrets = make(large, large);
    assert_saved(world->store, "large", &secrets);
    assert_holds(world->store, "large", &secrets);
    secrets_clear(&secrets);
}

static void store__save__any_text(void **state)
{
    struct world *world = *state;
    struct secrets secrets = make("quote\"back\\slash/%s${HOME}`id`;--", "access");
    g_autoptr(Secret) typed = secret_new("newline \n tab \t bell \a Zoë 中文 \xf0\x9f\x90\xa6");
    secret_set(&secrets.client_secret, typed);
    assert_saved(world->store, "odd", &secrets);
    assert_holds(world->store, "odd", &secrets);
    secrets_clear(&secrets);
}

/* What could not be read again is refused when it is saved, and what was there stays. */
static void store__save__refuses_what_is_no_text(void **state)
{
    struct world *world = *state;
    struct secrets good = make("good", "access");
    struct secrets bad = make("latin-1 \xe9", "access");
    assert_saved(world->store, "acme", &good);
    assert_int_equal(call_save(world->store, "acme", &bad, false), PERCH_ERROR_STORE_FAILED);
    assert_null(strstr(call_message, "latin"));
    assert_holds(world->store, "acme", &good);
    secrets_clear(&good);
    secrets_clear(&bad);
}

static void store__probe__passes_and_leaves_nothing(void **state)
{
    struct world *world = *state;
    assert_int_equal(call_probe(world->store, NULL), CALL_OK);
    if (world->service != NULL) {
        const char *argv[] = {"secret-tool", "search", "--all", "config", world->config_dir, NULL};
        g_autofree char *found = run_program(argv, "");
        assert_true(found == NULL || *found == '\0');
    }
}

static void store__cancel__answers_cancelled(void **state)
{
    struct world *world = *state;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_cancellable_cancel(cancellable);
    struct secrets secrets = make("one", "two");
    struct answer save = {.done = false}, load = {.done = false}, erase = {.done = false};
    store_save(world->store, "acme", &secrets, true, cancellable, on_save_answer, &save);
    store_load(world->store, "acme", true, cancellable, on_load_answer, &load);
    store_erase(world->store, "acme", cancellable, on_erase_answer, &erase);
    assert_false(save.done || load.done || erase.done); /* never from inside the call */
    run_until(&save.done, "save");
    run_until(&load.done, "load");
    run_until(&erase.done, "erase");
    assert_int_equal(save.code, PERCH_ERROR_CANCELLED);
    assert_int_equal(load.code, PERCH_ERROR_CANCELLED);
    assert_int_equal(erase.code, PERCH_ERROR_CANCELLED);
    assert_int_equal(call_probe(world->store, cancellable), PERCH_ERROR_CANCELLED);
    secrets_clear(&secrets);
}

/* Cancelling in the middle, at many different moments: one answer, and it is one of the two. */
static gboolean cancel_now(gpointer cancellable)
{
    g_cancellable_cancel(cancellable);
    return G_SOURCE_REMOVE;
}

static void store__cancel__at_any_moment(void **state)
{
    struct world *world = *state;
    struct secrets secrets = make("one", "two");
    for (guint moment = 0; moment < 24; moment++) {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        struct answer save = {.done = false};
        store_save(world->store, "acme", &secrets, true, cancellable, on_save_answer, &save);
        g_timeout_add(moment, cancel_now, cancellable);
        while (!g_cancellable_is_cancelled(cancellable))
            g_main_context_iteration(NULL, TRUE);
        run_until(&save.done, "save");
        assert_true(save.code == CALL_OK || save.code == PERCH_ERROR_CANCELLED);
    }
    assert_saved(world->store, "acme", &secrets);
    assert_holds(world->store, "acme", &secrets);
    secrets_clear(&secrets);
}

static void store__free__ends_what_is_under_way(void **state)
{
    struct world *world = *state;
    struct answer load = {.done = false};
    store_load(world->store, "acme", true, NULL, on_load_answer, &load);
    store_free(g_steal_pointer(&world->store));
    assert_false(load.done);
    run_until(&load.done, "load");
    /* The memory store has its answer before it is freed. */
    assert_int_equal(load.code,
                     world->service == NULL ? PERCH_ERROR_NOT_FOUND : PERCH_ERROR_CANCELLED);
}

static void store__calls__run_side_by_side(void **state)
{
    struct world *world = *state;
    enum { MANY = 8 };
    struct secrets secrets[MANY];
    struct answer saves[MANY] = {0}, loads[MANY] = {0};
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf("side-%u", i);
        secrets[i] = make(name, "access");
        store_save(world->store, name, &secrets[i], false, NULL, on_save_answer, &saves[i]);
    }
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf("side-%u", i);
        run_until(&saves[i].done, "save");
        store_load(world->store, name, false, NULL, on_load_answer, &loads[i]);
    }
    for (guint i = 0; i < MANY; i++) {
        run_until(&loads[i].done, "load");
        assert_int_equal(saves[i].code, CALL_OK);
        assert_int_equal(loads[i].code, CALL_OK);
        assert_true(secrets_equal(&loads[i].secrets, &secrets[i]));
        secrets_clear(&loads[i].secrets);
        secrets_clear(&secrets[i]);
    }
}

static void store__remedy__each_code_has_one(void **state)
{
    (void)state;
    for (int code = PERCH_ERROR_STORE_ABSENT; code <= PERCH_ERROR_STORE_NEWER; code++) {
        assert_true(strlen(store_error_remedy(code)) > 20);
        for (int other = PERCH_ERROR_STORE_ABSENT; other < code; other++)
            assert_string_not_equal(store_error_remedy(code), store_error_remedy(other));
    }
    assert_string_equal(store_error_remedy(PERCH_ERROR_NETWORK), "");
}

/* ---- a world of each kind ---- */

static const char *const names[] = {
#define STORE_KIND(id, name, ops) [id] = name,
#include "perch/store/kinds.def"
#undef STORE_KIND
};

static const struct world_kind {
    enum store_kind kind;
    enum keyring_kind keyring;
    const char *service;
} worlds[] = {
#define STORE_KIND(id, name, ops) {id, KEYRING_UNLOCKED, name},
#include "perch/store/kinds.def"
#undef STORE_KIND
    {STORE_SECRET_SERVICE, KEYRING_KWALLET, "KWallet"},
};
static const struct world_kind *now;

/* A kind that lives in this process has no use for the keyring. */
static int make_world(void **state)
{
    struct world *world = g_new0(struct world, 1);
    world->home = tmp_home_new();
    if (now->kind != STORE_MEMORY)
        world->service = keyring_start(world->home, now->keyring);
    world->config_dir = g_build_filename(world->home, "config", "perch", NULL);
    world->store = store_open(now->kind, world->config_dir);
    assert_string_equal(store_provider(world->store), names[now->kind]);
    *state = world;
    return 0;
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

#define WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, unmake)

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    const struct CMUnitTest battery[] = {
        WORLD(store__load__empty_at_first),
        WORLD(store__save__reads_back),
        WORLD(store__save__keeps_what_is_not_there),
        WORLD(store__save__replaces_everything),
        WORLD(store__save__keeps_names_apart),
        WORLD(store__erase__only_what_matches),
        WORLD(store__erase__missing_is_fine),
        WORLD(store__calls__refuse_names_that_are_none),
        WORLD(store__save__large),
        WORLD(store__save__any_text),
        WORLD(store__save__refuses_what_is_no_text),
        WORLD(store__probe__passes_and_leaves_nothing),
        WORLD(store__cancel__answers_cancelled),
        WORLD(store__cancel__at_any_moment),
        WORLD(store__free__ends_what_is_under_way),
        WORLD(store__calls__run_side_by_side),
    };
    const struct CMUnitTest rest[] = {cmocka_unit_test(store__remedy__each_code_has_one)};
    int failed = cmocka_run_group_tests_name("store contract", rest, NULL, NULL);
    for (now = worlds; now < worlds + G_N_ELEMENTS(worlds); now++) {
        if (now->keyring == KEYRING_KWALLET && g_getenv("EVERY") == NULL)
            continue;
        g_autofree char *name = g_strconcat("store contract: ", now->service, NULL);
        failed += cmocka_run_group_tests_name(name, battery, NULL, NULL);
    }
    return failed;
}
