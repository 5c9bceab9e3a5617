/* SPDX-License-Identifier: MIT */

/* The store on another Secret Service than gnome-keyring: KeePassXC's, without a screen (Qt's
 * offscreen platform). Its database, whose root group is the exposed one, comes from a file. */

#include <gio/gio.h>
#include <stdio.h>

#include "perch/base/error.h"
#include "perch/store/store.h"
#include "store/private_service.h"
#include "support/keyring.h"
#include "support/test.h"

enum { START_MS = 40000, AGAIN_MS = 50 };

#define COLLECTION "/org/freedesktop/secrets/collection/passwords"

static const char password[] = "a test's password";

/* The group's UUID in the file is base64 of the one that is exposed. */
static const char database[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<KeePassFile><Meta><Generator>test</Generator><DatabaseName>Passwords</DatabaseName>"
    "<CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key>"
    "<Value>{63594aa1-64c7-4158-9e64-ccd79b906a4a}</Value></Item></CustomData></Meta>"
    "<Root><Group><UUID>Y1lKoWTHQVieZMzXm5BqSg==</UUID><Name>Root</Name></Group></Root>"
    "</KeePassFile>\n";

/* Without these it asks on the screen that is not there. */
static const char settings[] = "[General]\nConfigVersion=2\n"
                               "[FdoSecrets]\nEnabled=true\nShowNotification=false\n"
                               "ConfirmDeleteItem=false\nConfirmAccessItem=false\n"
                               "UnlockBeforeSearch=false\n"
                               "[GUI]\nCheckForUpdates=false\n";

struct world {
    char *home;
    StorePrivate *bus;
    GSubprocess *keepassxc;
    Store *store;
};

static char *write_file(const struct world *world, const char *name, const char *text)
{
    char *path = g_build_filename(world->home, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static char *make_database(const struct world *world)
{
    g_autofree char *xml = write_file(world, "passwords.xml", database);
    g_autofree char *twice = g_strdup_printf("%s\n%s\n", password, password);
    char *path = g_build_filename(world->home, "passwords.kdbx", NULL);
    const char *argv[] = {"keepassxc-cli", "import", "-p", "-t", "100", xml, path, NULL};
    g_autofree char *output = run_program(argv, twice);
    assert_non_null(output);
    return path;
}

/* ---- until it serves and the database is open ---- */

struct waiting {
    GDBusConnection *bus;
    const char *database;
    bool told, open, late;
};

static GVariant *ask(const struct waiting *waiting, const char *name, const char *path,
                     const char *interface, const char *method, GVariant *arguments)
{
    return g_dbus_connection_call_sync(waiting->bus, name, path, interface, method, arguments, NULL,
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START, START_MS, NULL, NULL);
}

/* Opens the database as soon as KeePassXC is there to be told; then looks whether it is open. */
static gboolean look(gpointer user)
{
    struct waiting *waiting = user;
    if (!waiting->told) {
        g_autoptr(GVariant) done = ask(waiting, "org.keepassxc.KeePassXC.MainWindow", "/keepassxc",
                                       "org.keepassxc.KeePassXC.MainWindow", "openDatabase",
                                       g_variant_new("(ss)", waiting->database, password));
        waiting->told = done != NULL;
        return G_SOURCE_CONTINUE;
    }
    g_autoptr(GVariant) reply =
        ask(waiting, "org.freedesktop.secrets", COLLECTION, "org.freedesktop.DBus.Properties",
            "Get", g_variant_new("(ss)", "org.freedesktop.Secret.Collection", "Locked"));
    g_autoptr(GVariant) locked = NULL;
    if (reply != NULL)
        g_variant_get(reply, "(v)", &locked);
    waiting->open = locked != NULL && !g_variant_get_boolean(locked);
    return G_SOURCE_CONTINUE;
}

static gboolean on_late(gpointer user)
{
    ((struct waiting *)user)->late = true;
    return G_SOURCE_CONTINUE;
}

static void open_database(const struct world *world, const char *path)
{
    struct waiting waiting = {.database = path};
    waiting.bus =
        g_dbus_connection_new_for_address_sync(world->bus->address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, NULL);
    assert_non_null(waiting.bus);
    guint again = g_timeout_add(AGAIN_MS, look, &waiting);
    guint late = g_timeout_add(START_MS, on_late, &waiting);
    while (!waiting.open && !waiting.late)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(again);
    g_source_remove(late);
    g_dbus_connection_close_sync(waiting.bus, NULL, NULL);
    g_object_unref(waiting.bus);
    if (waiting.late)
        fail_msg("KeePassXC does not open its database");
}

/* The database is opened through KeePassXC's own D-Bus interface: given with --pw-stdin at the
 * start, 2.7.10 (Debian 13) crashes, with or without a display (its issues 9799 and 13521). */
static void start(struct world *world)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = make_database(world);
    g_autofree char *config = write_file(world, "keepassxc.ini", settings);
    g_setenv("QT_QPA_PLATFORM", "offscreen", TRUE);
    world->keepassxc =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         &error, "keepassxc", "--config", config, NULL);
    assert_no_error(error);
    open_database(world, path);
}

/* ---- what every service has to do ---- */

static void save(struct world *world, const char *name, const char *refresh)
{
    struct secrets secrets = {.refresh_token = secret_new(refresh),
                              .client_secret = secret_new("It's \"quoted\" \\ é"),
                              .instance_url = g_strdup("https://acme.my.salesforce.com")};
    if (call_save(world->store, name, &secrets, false) != CALL_OK)
        fail_msg("%s %s: %s", name, refresh, call_message);
    secrets_clear(&secrets);
}

static void assert_stored(struct world *world, const char *name, const char *refresh)
{
    struct secrets read;
    if (call_load(world->store, name, false, &read) != CALL_OK)
        fail_msg("%s", call_message);
    assert_true(secret_equal_text(read.refresh_token, refresh));
    assert_true(secret_equal_text(read.client_secret, "It's \"quoted\" \\ é"));
    secrets_clear(&read);
}

static void keepassxc__keeps_replaces_and_erases(void **state)
{
    struct world *world = *state;
    struct secrets read;
    if (world == NULL)
        skip(); /* KeePassXC is not installed */
    assert_int_equal(call_load(world->store, "acme", false, &read), PERCH_ERROR_NOT_FOUND);
    if (call_probe(world->store, NULL) != CALL_OK)
        fail_msg("%s", call_message);
    save(world, "acme", "one");
    save(world, "beta", "two");
    assert_stored(world, "acme", "one");
    save(world, "acme", "three");
    assert_stored(world, "acme", "three");
    assert_stored(world, "beta", "two");
    assert_string_equal(store_provider(world->store), "KeePassXC");
    assert_int_equal(call_erase(world->store, "acme"), CALL_OK);
    assert_int_equal(call_load(world->store, "acme", false, &read), PERCH_ERROR_NOT_FOUND);
    assert_stored(world, "beta", "two");
}

static void keepassxc__ended__is_absent(void **state)
{
    struct world *world = *state;
    struct secrets read;
    if (world == NULL)
        skip(); /* KeePassXC is not installed */
    save(world, "acme", "one");
    g_subprocess_force_exit(world->keepassxc);
    g_subprocess_wait(world->keepassxc, NULL, NULL);
    assert_int_equal(call_load(world->store, "acme", false, &read), PERCH_ERROR_STORE_ABSENT);
}

static int make(void **state)
{
    g_autofree char *program = g_find_program_in_path("keepassxc");
    if (program == NULL)
        return 0;
    struct world *world = g_new0(struct world, 1);
    world->home = tmp_home_new();
    world->bus = keyring_start(world->home, KEYRING_NONE);
    *state = world;
    start(world);
    world->store = store_open(STORE_SECRET_SERVICE, "/some/folder");
    return 0;
}

static int unmake(void **state)
{
    struct world *world = *state;
    if (world == NULL)
        return 0;
    g_subprocess_force_exit(world->keepassxc);
    g_subprocess_wait(world->keepassxc, NULL, NULL);
    g_object_unref(world->keepassxc);
    store_free(world->store);
    store_private_free(world->bus);
    tmp_home_free(world->home);
    g_free(world);
    return 0;
}

int main(void)
{
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keepassxc__keeps_replaces_and_erases, make, unmake),
        cmocka_unit_test_setup_teardown(keepassxc__ended__is_absent, make, unmake),
    };
    return cmocka_run_group_tests_name("store: KeePassXC", tests, NULL, NULL);
}
