/* SPDX-License-Identifier: MIT */

/* A rename that fails leaves the old connection whole, and no second copy of its login; an item
 * that no settings belong to is never written over. */

#include <signal.h>
#include <sys/resource.h>

#include "perch/base/error.h"
#include "perch/tokens/tokens.h"
#include "support/http_client.h"
#include "support/keyring.h"
#include "support/test.h"

struct scene {
    char *folder;
    Store *store;
    bool done;
    int code; /* CALL_OK or the error's */
};

static void store_login(struct scene *scene, const char *name, const char *token)
{
    struct secrets secrets = {.refresh_token = secret_new(token)};
    assert_int_equal(call_save(scene->store, name, &secrets, false), CALL_OK);
    secrets_clear(&secrets);
}

static void assert_login(struct scene *scene, const char *name, const char *token)
{
    struct secrets secrets = {0};
    assert_int_equal(call_load(scene->store, name, false, &secrets), CALL_OK);
    assert_string_equal(secret_peek(secrets.refresh_token), token);
    secrets_clear(&secrets);
}

static void assert_none(struct scene *scene, const char *name)
{
    struct secrets secrets = {0};
    assert_int_equal(call_load(scene->store, name, false, &secrets), PERCH_ERROR_NOT_FOUND);
}

static void assert_settings(const struct scene *scene, const char *name, bool there)
{
    g_autoptr(Connection) connection = connections_load(scene->folder, name, NULL);
    assert_int_equal(connection != NULL, there);
}

static int set_up(void **state)
{
    struct scene *scene = g_new0(struct scene, 1);
    scene->folder = g_dir_make_tmp("perch-rename-XXXXXX", NULL);
    scene->store = store_open(STORE_MEMORY, "/nowhere");
    g_autoptr(Connection) connection = connection_new("acme");
    assert_true(connections_save(scene->folder, connection, NULL));
    store_login(scene, "acme", "5AepRefresh");
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    tokens_settle();
    store_free(scene->store);
    remove_tree(scene->folder);
    g_free(scene->folder);
    g_free(scene);
    return 0;
}

static void on_moved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct scene *scene = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    scene->code = tokens_move_finish(result, &error) ? CALL_OK : error->code;
    scene->done = true;
}

static int rename_to(struct scene *scene, const char *name)
{
    scene->done = false;
    tokens_move(scene->store, scene->folder, "acme", name, on_moved, scene);
    run_until(&scene->done, "the rename");
    return scene->code;
}

/* No file can be written, as on a full disk; root has no way around this one. */
static void rename__settings_cannot_be_saved__nothing_is_left_behind(void **state)
{
    struct scene *scene = *state;
    struct rlimit before;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, before.rlim_max}), 0);
    int code = rename_to(scene, "beta");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(code, PERCH_ERROR_FILE);
    assert_login(scene, "acme", "5AepRefresh");
    assert_settings(scene, "acme", true);
    assert_none(scene, "beta");
    assert_settings(scene, "beta", false);
}

static void rename__to_a_login_without_settings__is_refused(void **state)
{
    struct scene *scene = *state;
    store_login(scene, "beta", "5AepOther");
    assert_int_equal(rename_to(scene, "beta"), PERCH_ERROR_USAGE);
    assert_login(scene, "acme", "5AepRefresh");
    assert_login(scene, "beta", "5AepOther");
    assert_settings(scene, "acme", true);
}

/* Another process may have made it since this one looked; a draft has no login yet. */
static void rename__to_settings_without_a_login__is_refused(void **state)
{
    struct scene *scene = *state;
    g_autoptr(Connection) draft = connection_new("beta");
    connection_set(&draft->client_id, "3MVG9Beta");
    assert_true(connections_save(scene->folder, draft, NULL));
    assert_int_equal(rename_to(scene, "beta"), PERCH_ERROR_USAGE);
    assert_login(scene, "acme", "5AepRefresh");
    assert_settings(scene, "acme", true);
    assert_none(scene, "beta");
    g_autoptr(Connection) after = connections_load(scene->folder, "beta", NULL);
    assert_string_equal(after->client_id, "3MVG9Beta");
}

static void on_locked(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    *(StoreLock **)user = store_lock_take_finish(result, NULL);
}

static StoreLock *lock(const struct scene *scene, const char *name)
{
    StoreLock *lock = NULL;
    store_lock_take(scene->folder, name, NULL, on_locked, &lock);
    while (lock == NULL)
        g_main_context_iteration(NULL, TRUE);
    return lock;
}

/* It says that an answer of this login's may be lost, whatever its name. */
static void rename__takes_the_note_along(void **state)
{
    struct scene *scene = *state;
    StoreLock *from = lock(scene, "acme");
    store_lock_note(from, "1764000000000 0123456789abcdef");
    store_lock_free(from);
    assert_int_equal(rename_to(scene, "beta"), CALL_OK);
    StoreLock *to = lock(scene, "beta");
    g_autofree char *note = store_lock_read_note(to);
    store_lock_free(to);
    assert_string_equal(note, "1764000000000 0123456789abcdef");
}

/* What a rename that was killed left behind. */
static void rename__to_a_copy_of_its_own__goes_on(void **state)
{
    struct scene *scene = *state;
    store_login(scene, "beta", "5AepRefresh");
    assert_int_equal(rename_to(scene, "beta"), CALL_OK);
    assert_none(scene, "acme");
    assert_settings(scene, "acme", false);
    assert_login(scene, "beta", "5AepRefresh");
    assert_settings(scene, "beta", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rename__settings_cannot_be_saved__nothing_is_left_behind,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(rename__to_a_login_without_settings__is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rename__to_settings_without_a_login__is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rename__takes_the_note_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rename__to_a_copy_of_its_own__goes_on, set_up, tear_down),
    };
    g_autofree char *home = private_home();
    int failed = cmocka_run_group_tests_name("rename", tests, NULL, NULL);
    remove_tree(home);
    return failed;
}
