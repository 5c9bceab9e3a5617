/* SPDX-License-Identifier: MIT */
/* A Secret Service of our own: starts, serves, ends, leaves nothing running. */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/store/store.h"
#include "store/private_service.h"
#include "support/keyring.h"
#include "support/test.h"

static bool is_running(GPid pid)
{
    return kill(pid, 0) == 0;
}

static void use(const char *refresh, const char *expected)
{
    g_autoptr(Store) store = store_open(STORE_SECRET_SERVICE, "/some/folder");
    struct secrets secrets = {.refresh_token = secret_new(refresh)}, read;
    if (refresh != NULL)
        assert_int_equal(call_save(store, "acme", &secrets, false), CALL_OK);
    assert_int_equal(call_load(store, "acme", false, &read), CALL_OK);
    assert_true(secret_equal_text(read.refresh_token, expected));
    secrets_clear(&read);
    secrets_clear(&secrets);
}

static void private__start__serves_and_ends(void **state)
{
    const char *home = *state;
    g_autofree char *folder = g_build_filename(home, "demo", "keyring", NULL);
    g_autoptr(Secret) password = secret_new("a \"password\" with blanks é");
    g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/the/persons/own", TRUE);
    StorePrivate *service = store_private_start(folder, password, NULL);
    assert_non_null(service);
    assert_string_equal(g_getenv("DBUS_SESSION_BUS_ADDRESS"), service->address);
    use("one", "one");
    GPid bus = service->bus, keyring = service->keyring;
    assert_true(is_running(bus) && is_running(keyring));
    store_private_free(service);
    assert_false(is_running(bus) || is_running(keyring));
    assert_string_equal(g_getenv("DBUS_SESSION_BUS_ADDRESS"), "unix:path=/the/persons/own");
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    /* The next run finds what this one stored. */
    service = store_private_start(folder, password, NULL);
    assert_non_null(service);
    use(NULL, "one");
    store_private_free(service);
    assert_null(g_getenv("DBUS_SESSION_BUS_ADDRESS"));
}

static void private__wrong_password__is_said(void **state)
{
    const char *home = *state;
    g_autoptr(Secret) password = secret_new("right");
    g_autoptr(Secret) other = secret_new("wrong");
    store_private_free(store_private_start(home, password, NULL));
    g_autoptr(GError) error = NULL;
    assert_null(store_private_start(home, other, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED);
    assert_null(strstr(error->message, "wrong"));
    assert_null(g_getenv("DBUS_SESSION_BUS_ADDRESS"));
}

/* Nobody but this user gets at the socket or the files. */
static void private__folder__is_for_the_owner_only(void **state)
{
    const char *home = *state;
    g_autofree char *folder = g_build_filename(home, "mine", NULL);
    g_autoptr(Secret) password = secret_new("right");
    g_autoptr(StorePrivate) service = store_private_start(folder, password, NULL);
    assert_non_null(service);
    struct stat info;
    assert_int_equal(stat(folder, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
}

static void private__long_folder__gets_short_sockets(void **state)
{
    const char *home = *state;
    g_autofree char *name = g_strnfill(120, 'x');
    g_autofree char *folder = g_build_filename(home, name, NULL);
    g_autoptr(Secret) password = secret_new("right");
    StorePrivate *service = store_private_start(folder, password, NULL);
    assert_non_null(service);
    use("one", "one");
    g_autofree char *sockets = g_strdup(service->sockets);
    assert_string_not_equal(sockets, folder);
    store_private_free(service);
    assert_int_not_equal(access(sockets, F_OK), 0);
}

/* A bus address is made of a path with any characters. */
static void private__odd_folder__is_escaped(void **state)
{
    const char *home = *state;
    g_autofree char *folder = g_build_filename(home, "a b&<c>,;=%é", NULL);
    g_autoptr(Secret) password = secret_new("right");
    g_autoptr(GError) error = NULL;
    g_autoptr(StorePrivate) service = store_private_start(folder, password, &error);
    assert_no_error(error);
    use("one", "one");
}

static void private__program_missing__names_the_package(void **state)
{
    const char *home = *state;
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_autofree char *with_bus = g_build_filename(home, "bin", NULL);
    g_autofree char *bus = g_find_program_in_path("dbus-daemon");
    g_autofree char *link = g_build_filename(with_bus, "dbus-daemon", NULL);
    g_autoptr(Secret) password = secret_new("right");
    g_autoptr(GError) no_bus = NULL, no_keyring = NULL;
    assert_int_equal(g_mkdir_with_parents(with_bus, 0700), 0);
    g_setenv("PATH", with_bus, TRUE);
    assert_null(store_private_start(home, password, &no_bus));
    assert_int_equal(symlink(bus, link), 0);
    assert_null(store_private_start(home, password, &no_keyring));
    g_setenv("PATH", path, TRUE);
    assert_error_code(no_bus, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
    assert_contains(no_bus->message, "dbus-daemon");
    assert_error_code(no_keyring, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
    assert_contains(no_keyring->message, "gnome-keyring");
    assert_null(g_getenv("DBUS_SESSION_BUS_ADDRESS"));
}

/* Killed with no chance to clean up, perch takes both daemons along. */
static void private__killed__takes_both_along(void **state)
{
    const char *home = *state;
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autoptr(GSubprocess) child =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, self, "serve", home, NULL);
    g_autoptr(GDataInputStream) output =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(child));
    g_autofree char *line = g_data_input_stream_read_line(output, NULL, NULL, NULL);
    assert_non_null(line);
    g_auto(GStrv) pids = g_strsplit(line, " ", 2);
    g_subprocess_force_exit(child);
    assert_true(g_subprocess_wait(child, NULL, NULL));
    alarm(30); /* ends the test if they stay */
    for (int i = 0; i < 2; i++) {
        GPid pid = (GPid)g_ascii_strtoll(pids[i], NULL, 10);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
    alarm(0);
}

static int serve(const char *home)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    g_autoptr(Secret) password = secret_new("right");
    StorePrivate *service = store_private_start(home, password, NULL);
    if (service == NULL)
        return 1;
    g_print("%d %d\n", service->bus, service->keyring);
    for (;;)
        pause();
}

static int make(void **state)
{
    *state = tmp_home_new();
    return 0;
}

static int unmake(void **state)
{
    tmp_home_free(*state);
    return 0;
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(int argc, char **argv)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    if (argc == 3)
        return serve(argv[2]);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans become ours: their end can be waited for */
    const struct CMUnitTest tests[] = {
        WITH(private__start__serves_and_ends),
        WITH(private__wrong_password__is_said),
        WITH(private__folder__is_for_the_owner_only),
        WITH(private__long_folder__gets_short_sockets),
        WITH(private__odd_folder__is_escaped),
        WITH(private__program_missing__names_the_package),
        WITH(private__killed__takes_both_along),
    };
    return cmocka_run_group_tests_name("private service", tests, NULL, NULL);
}
