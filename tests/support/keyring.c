/* SPDX-License-Identifier: MIT */
#include "keyring.h"

#include <libsecret/secret.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perch/base/error.h"
#include "store/private_service.h"

enum { DEADLINE_S = 30 };

char call_message[512];

G_NORETURN static void give_up(const char *what, const GError *error)
{
    fprintf(stderr, "%s: %s\n", what, error == NULL ? "failed" : error->message);
    abort();
}

/* ---- home ---- */

static void set_folder(const char *variable, const char *home, const char *name)
{
    g_autofree char *path = g_build_filename(home, name, NULL);
    if (g_mkdir_with_parents(path, 0700) != 0)
        give_up(path, NULL);
    g_setenv(variable, path, TRUE);
}

char *tmp_home_new(void)
{
    GError *error = NULL;
    char *home = g_dir_make_tmp("store-test-XXXXXX", &error);
    if (home == NULL)
        give_up("temporary home", error);
    g_setenv("HOME", home, TRUE);
    set_folder("XDG_CONFIG_HOME", home, "config");
    set_folder("XDG_DATA_HOME", home, "data");
    set_folder("XDG_STATE_HOME", home, "state");
    set_folder("XDG_CACHE_HOME", home, "cache");
    set_folder("XDG_RUNTIME_DIR", home, "run");
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    g_unsetenv("DISPLAY");
    g_unsetenv("WAYLAND_DISPLAY");
    return home;
}

void tmp_home_free(char *home)
{
    if (home == NULL)
        return;
    const char *argv[] = {"rm", "-rf", "--", home, NULL};
    g_free(run_program(argv, ""));
    g_free(home);
}

/* ---- service ---- */

/* Without a screen, and as libpam-kwallet opens it: with a key of 56 bytes instead of a dialog. */
static const char kwallet_settings[] = "[Wallet]\nEnabled=true\nFirst Use=false\n"
                                       "Default Wallet=kdewallet\nPrompt on Open=false\n"
                                       "Leave Open=true\n"
                                       "[org.freedesktop.secrets]\napiEnabled=true\n";
static const guint8 kwallet_key[56] = {1, 2, 3};

static void on_name(GDBusConnection *bus, const char *name, const char *owner, gpointer serves)
{
    (void)bus, (void)name, (void)owner;
    *(bool *)serves = true;
}

static void kwallet_run(StorePrivate *service)
{
    char *argv[] = {(char *)(guintptr) "kwalletd5", NULL};
    GError *error = NULL;
    g_autoptr(GDBusConnection) bus =
        g_dbus_connection_new_for_address_sync(service->address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    if (bus == NULL || !g_spawn_async(NULL, argv, NULL,
                                      G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                          G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                                      NULL, NULL, &service->keyring, &error))
        give_up("kwalletd5", error);
    bool serves = false;
    guint watch =
        g_bus_watch_name_on_connection(bus, "org.freedesktop.secrets",
                                       G_BUS_NAME_WATCHER_FLAGS_NONE, on_name, NULL, &serves, NULL);
    run_until(&serves, "KWallet");
    g_bus_unwatch_name(watch);
    GVariant *key =
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, kwallet_key, sizeof kwallet_key, 1);
    g_autoptr(GVariant) opened = g_dbus_connection_call_sync(
        bus, "org.kde.kwalletd5", "/modules/kwalletd5", "org.kde.KWallet", "pamOpen",
        g_variant_new("(s@ayi)", "kdewallet", key, 0), NULL, G_DBUS_CALL_FLAGS_NONE,
        DEADLINE_S * 1000, NULL, &error);
    if (opened == NULL)
        give_up("opening the wallet", error);
}

/* It offers as collections the wallets that were there when it started: the first run makes one. */
static void kwallet_start(StorePrivate *service)
{
    GError *error = NULL;
    g_autofree char *rc = g_build_filename(g_getenv("XDG_CONFIG_HOME"), "kwalletrc", NULL);
    g_autofree char *folder = g_build_filename(g_getenv("XDG_DATA_HOME"), "kwalletd", NULL);
    g_autofree char *salt = g_build_filename(folder, "kdewallet.salt", NULL);
    if (g_mkdir_with_parents(folder, 0700) != 0 ||
        !g_file_set_contents(rc, kwallet_settings, -1, &error) ||
        !g_file_set_contents(salt, (const char *)kwallet_key, sizeof kwallet_key, &error))
        give_up(folder, error);
    g_setenv("QT_QPA_PLATFORM", "offscreen", TRUE);
    kwallet_run(service);
    private_keyring_stop(service);
    kwallet_run(service);
    /* Even an open one counts as locked until somebody unlocks it, which then asks nobody. */
    const char *store[] = {"secret-tool", "store", "--label=first", "a", "b", NULL};
    const char *clear[] = {"secret-tool", "clear", "a", "b", NULL};
    g_autofree char *stored = run_program(store, "c");
    g_autofree char *cleared = run_program(clear, "");
    if (stored == NULL || cleared == NULL)
        give_up("unlocking the wallet", NULL);
}

StorePrivate *keyring_start(const char *home, enum keyring_kind kind)
{
    GError *error = NULL;
    g_autofree char *folder = g_build_filename(home, "service", NULL);
    g_autoptr(Secret) password = secret_new("correct horse");
    StorePrivate *service = kind == KEYRING_UNLOCKED ? store_private_start(folder, password, &error)
                                                     : private_bus_start(folder, &error);
    if (service == NULL)
        give_up("private service", error);
    if (kind == KEYRING_EMPTY && !private_keyring_start(service, NULL, &error))
        give_up("keyring", error);
    if (kind == KEYRING_KWALLET)
        kwallet_start(service);
    return service;
}

void keyring_lock(void)
{
    const char *argv[] = {"gdbus",
                          "call",
                          "--session",
                          "--dest",
                          "org.freedesktop.secrets",
                          "--object-path",
                          "/org/freedesktop/secrets",
                          "--method",
                          "org.freedesktop.Secret.Service.Lock",
                          "[objectpath '/org/freedesktop/secrets/collection/login']",
                          NULL};
    g_autofree char *output = run_program(argv, "");
    if (output == NULL || strstr(output, "collection/login") == NULL)
        give_up("locking the keyring", NULL);
}

/* ---- calls ---- */

static gboolean on_deadline(gpointer what)
{
    give_up(what, NULL);
}

void run_until(const bool *flag, const char *what)
{
    guint deadline = g_timeout_add_seconds(DEADLINE_S, on_deadline, (gpointer)(guintptr)what);
    while (!*flag)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

static void note(struct answer *answer, bool fine, GError *error)
{
    if (fine != (error == NULL) || answer->done)
        give_up("an answer that is neither or came twice", error);
    answer->done = true;
    answer->code = fine ? CALL_OK : error->domain == PERCH_ERROR ? error->code : G_MAXINT;
    g_strlcpy(call_message, fine ? "" : error->message, sizeof call_message);
    g_clear_error(&error);
}

void on_save_answer(GObject *source, GAsyncResult *result, gpointer answer)
{
    (void)source;
    GError *error = NULL;
    bool fine = store_save_finish(NULL, result, &error);
    note(answer, fine, error);
}

void on_load_answer(GObject *source, GAsyncResult *result, gpointer answer)
{
    (void)source;
    struct answer *load = answer;
    GError *error = NULL;
    bool fine = store_load_finish(NULL, result, &load->secrets, &error);
    note(answer, fine, error);
}

void on_erase_answer(GObject *source, GAsyncResult *result, gpointer answer)
{
    (void)source;
    GError *error = NULL;
    bool fine = store_erase_finish(NULL, result, &error);
    note(answer, fine, error);
}

void on_probe_answer(GObject *source, GAsyncResult *result, gpointer answer)
{
    (void)source;
    GError *error = NULL;
    bool fine = store_probe_finish(NULL, result, &error);
    note(answer, fine, error);
}

int call_save(Store *store, const char *name, const struct secrets *secrets, bool unlock)
{
    struct answer answer = {.done = false};
    store_save(store, name, secrets, unlock, NULL, on_save_answer, &answer);
    run_until(&answer.done, "save");
    return answer.code;
}

int call_load(Store *store, const char *name, bool unlock, struct secrets *ret_secrets)
{
    struct answer answer = {.done = false};
    store_load(store, name, unlock, NULL, on_load_answer, &answer);
    run_until(&answer.done, "load");
    if (answer.code == CALL_OK)
        *ret_secrets = answer.secrets;
    return answer.code;
}

int call_erase(Store *store, const char *name)
{
    struct answer answer = {.done = false};
    store_erase(store, name, NULL, on_erase_answer, &answer);
    run_until(&answer.done, "erase");
    return answer.code;
}

int call_probe(Store *store, GCancellable *cancellable)
{
    struct answer answer = {.done = false};
    store_probe(store, cancellable, on_probe_answer, &answer);
    run_until(&answer.done, "probe");
    return answer.code;
}

char *run_program(const char *const *argv, const char *input)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) child =
        g_subprocess_newv(argv,
                          G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                              G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                          &error);
    char *output = NULL;
    if (child == NULL)
        give_up(argv[0], error);
    if (!g_subprocess_communicate_utf8(child, input, NULL, &output, NULL, &error))
        give_up(argv[0], error);
    if (!g_subprocess_get_successful(child))
        g_clear_pointer(&output, g_free);
    return output == NULL ? NULL : g_strchomp(output);
}
