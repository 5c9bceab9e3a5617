/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/store/store.h"
#include "support/keyring.h"
#include "support/test.h"

struct world {
    char *home, *config_dir;
};

static int make(void **state)
{
    struct world *world = g_new0(struct world, 1);
    world->home = tmp_home_new();
    world->config_dir = g_build_filename(world->home, "config", "perch", NULL);
    *state = world;
    return 0;
}

static int unmake(void **state)
{
    struct world *world = *state;
    g_free(world->config_dir);
    tmp_home_free(world->home);
    g_free(world);
    return 0;
}

static char *path_of(const struct world *world, const char *file)
{
    return g_build_filename(world->config_dir, "connections", file, NULL);
}

static void write_file(const struct world *world, const char *file, const char *text)
{
    g_autofree char *path = path_of(world, file);
    g_autofree char *folder = g_path_get_dirname(path);
    assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *read_file(const struct world *world, const char *file)
{
    g_autofree char *path = path_of(world, file);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void save(const struct world *world, const char *name, const char *username)
{
    g_autoptr(Connection) c = connection_new(name);
    connection_set(&c->username, username);
    g_autoptr(GError) error = NULL;
    connections_save(world->config_dir, c, &error);
    assert_no_error(error);
}

static void connections__save__loads_again(void **state)
{
    struct world *world = *state;
    save(world, "acme", "zoë@acme.com");
    g_autoptr(GError) error = NULL;
    g_autoptr(Connection) c = connections_load(world->config_dir, "acme", &error);
    assert_no_error(error);
    assert_string_equal(c->name, "acme");
    assert_string_equal(c->username, "zoë@acme.com");
    connection_set(&c->username, "other@acme.com");
    assert_true(connections_save(world->config_dir, c, NULL));
    g_autoptr(Connection) again = connections_load(world->config_dir, "acme", NULL);
    assert_string_equal(again->username, "other@acme.com");
}

static unsigned mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void connections__save__is_for_the_owner_only(void **state)
{
    struct world *world = *state;
    mode_t before = umask(0);
    save(world, "acme", "a@b.c");
    umask(before);
    g_autofree char *file = path_of(world, "acme.json");
    g_autofree char *folder = g_path_get_dirname(file);
    assert_int_equal(mode_of(file), 0600);
    assert_int_equal(mode_of(folder), 0700);
    assert_int_equal(mode_of(world->config_dir), 0700);
}

static void connections__load__missing_is_not_found(void **state)
{
    struct world *world = *state;
    g_autoptr(GError) error = NULL;
    assert_null(connections_load(world->config_dir, "acme", &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
    assert_contains(error->message, "acme");
}

/* A name never leads out of the folder. */
static void connections__names__are_checked_first(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {"", "..", "../acme", "a/b", ".acme", "a b"};
    g_autofree char *outside = g_build_filename(world->config_dir, "acme.json", NULL);
    assert_int_equal(g_mkdir_with_parents(world->config_dir, 0700), 0);
    assert_true(g_file_set_contents(outside, "{\"version\":1}", -1, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) load = NULL, remove = NULL, write = NULL;
        g_autoptr(Connection) c = connection_new(names[i]);
        assert_null(connections_load(world->config_dir, names[i], &load));
        assert_error_code(load, PERCH_ERROR, PERCH_ERROR_USAGE);
        assert_false(connections_delete(world->config_dir, names[i], &remove));
        assert_error_code(remove, PERCH_ERROR, PERCH_ERROR_USAGE);
        assert_false(connections_save(world->config_dir, c, &write));
        assert_error_code(write, PERCH_ERROR, PERCH_ERROR_USAGE);
    }
    assert_int_equal(access(outside, F_OK), 0);
}

static void connections__delete__only_that_one(void **state)
{
    struct world *world = *state;
    save(world, "acme", "a@b.c");
    save(world, "acme-2", "d@e.f");
    assert_true(connections_delete(world->config_dir, "acme", NULL));
    g_autoptr(GError) error = NULL;
    assert_false(connections_delete(world->config_dir, "acme", &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
    g_autoptr(Connection) other = connections_load(world->config_dir, "acme-2", NULL);
    assert_non_null(other);
}

/* The file to upload is beside the settings, goes with them, and lists as no connection. */
static void connections__certificate__is_a_file_beside(void **state)
{
    struct world *world = *state;
    g_autoptr(Connection) c = connection_new("acme");
    connection_set(&c->certificate, "-----BEGIN CERTIFICATE-----\n");
    assert_true(connections_save(world->config_dir, c, NULL));
    g_autofree char *pem = read_file(world, "acme.crt");
    assert_string_equal(pem, "-----BEGIN CERTIFICATE-----\n");
    g_autoptr(GPtrArray) list = connections_list(world->config_dir);
    assert_int_equal(list->len, 1);
    assert_true(connections_delete(world->config_dir, "acme", NULL));
    g_autofree char *gone = read_file(world, "acme.crt");
    assert_null(gone);
}

static const struct connections_entry *entry(const GPtrArray *list, guint i)
{
    assert_true(i < list->len);
    return list->pdata[i];
}

static void connections__list__by_name_with_problems(void **state)
{
    struct world *world = *state;
    g_autoptr(GPtrArray) none = connections_list(world->config_dir);
    assert_int_equal(none->len, 0);
    save(world, "zeta", "z@b.c");
    save(world, "alpha", "a@b.c");
    write_file(world, "broken.json", "{\"version\":1,\"username\":");
    write_file(world, "newer.json", "{\"version\":99}");
    write_file(world, "acme.json.AbC123", "{\"version\":1}"); /* left by a crash */
    write_file(world, "alpha.json.damaged-1", "rubbish");
    write_file(world, "README", "notes");
    write_file(world, "a b.json", "{\"version\":1}");
    g_autoptr(GPtrArray) list = connections_names(world->config_dir);
    assert_int_equal(list->len, 4);
    for (guint i = 0; i < list->len; i++) {
        assert_true(entry(list, i)->connection == NULL && entry(list, i)->problem == NULL);
        connections_read(world->config_dir, list->pdata[i]);
        connections_read(world->config_dir, list->pdata[i]); /* once is enough */
    }
    assert_string_equal(entry(list, 0)->name, "alpha");
    assert_string_equal(entry(list, 0)->connection->username, "a@b.c");
    assert_null(entry(list, 0)->problem);
    assert_string_equal(entry(list, 1)->name, "broken");
    assert_null(entry(list, 1)->connection);
    assert_contains(entry(list, 1)->problem, "damaged");
    assert_string_equal(entry(list, 2)->name, "newer");
    assert_null(entry(list, 2)->connection);
    assert_contains(entry(list, 2)->problem, "newer");
    assert_string_equal(entry(list, 3)->name, "zeta");
}

static void connections__list__says_when_it_may_not_look(void **state)
{
    struct world *world = *state;
    g_autofree char *folder = g_build_filename(world->config_dir, "connections", NULL);
    assert_int_equal(g_mkdir_with_parents(world->config_dir, 0700), 0);
    assert_true(g_file_set_contents(folder, "a file, no folder", -1, NULL));
    g_autoptr(GPtrArray) list = connections_list(world->config_dir);
    assert_int_equal(list->len, 1);
    assert_non_null(entry(list, 0)->problem);
}

static void connections__save__leaves_damaged_neighbours_alone(void **state)
{
    struct world *world = *state;
    write_file(world, "broken.json", "half of a fi");
    save(world, "acme", "a@b.c");
    g_autofree char *text = read_file(world, "broken.json");
    assert_string_equal(text, "half of a fi");
}

static void connections__save__sets_its_damaged_file_aside(void **state)
{
    struct world *world = *state;
    write_file(world, "acme.json", "half of a fi");
    save(world, "acme", "a@b.c");
    write_file(world, "acme.json", "[]");
    save(world, "acme", "d@e.f");
    g_autofree char *first = read_file(world, "acme.json.damaged-1");
    g_autofree char *second = read_file(world, "acme.json.damaged-2");
    assert_string_equal(first, "half of a fi");
    assert_string_equal(second, "[]");
    g_autoptr(Connection) c = connections_load(world->config_dir, "acme", NULL);
    assert_string_equal(c->username, "d@e.f");
}

static void connections__save__refuses_a_newer_file(void **state)
{
    struct world *world = *state;
    write_file(world, "acme.json", "{\"version\":99,\"x\":1}");
    g_autoptr(Connection) c = connection_new("acme");
    g_autoptr(GError) error = NULL;
    assert_false(connections_save(world->config_dir, c, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    assert_contains(error->message, "newer");
    g_autofree char *text = read_file(world, "acme.json");
    assert_string_equal(text, "{\"version\":99,\"x\":1}");
}

static void connections__save__keeps_unknown_keys(void **state)
{
    struct world *world = *state;
    write_file(world, "acme.json",
               "{\"version\":1,\"channels\":[\"whatsapp\"],\"username\":\"a\"}");
    g_autoptr(Connection) c = connections_load(world->config_dir, "acme", NULL);
    connection_set(&c->username, "b");
    assert_true(connections_save(world->config_dir, c, NULL));
    g_autofree char *text = read_file(world, "acme.json");
    assert_contains(text, "whatsapp");
    assert_contains(text, "\"b\"");
}

/* A save that cannot be written leaves the old file whole. */
static void connections__save__fails_without_harm(void **state)
{
    struct world *world = *state;
    save(world, "acme", "a@b.c");
    g_autofree char *before = read_file(world, "acme.json");
    g_autofree char *wrong = g_build_filename(world->config_dir, "file", NULL);
    assert_true(g_file_set_contents(wrong, "", -1, NULL));
    g_autoptr(Connection) c = connection_new("acme");
    g_autoptr(GError) error = NULL;
    assert_false(connections_save(wrong, c, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_FILE);
    g_autofree char *after = read_file(world, "acme.json");
    assert_string_equal(before, after);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        WITH(connections__save__loads_again),
        WITH(connections__save__is_for_the_owner_only),
        WITH(connections__load__missing_is_not_found),
        WITH(connections__names__are_checked_first),
        WITH(connections__delete__only_that_one),
        WITH(connections__certificate__is_a_file_beside),
        WITH(connections__list__by_name_with_problems),
        WITH(connections__list__says_when_it_may_not_look),
        WITH(connections__save__leaves_damaged_neighbours_alone),
        WITH(connections__save__sets_its_damaged_file_aside),
        WITH(connections__save__refuses_a_newer_file),
        WITH(connections__save__keeps_unknown_keys),
        WITH(connections__save__fails_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
