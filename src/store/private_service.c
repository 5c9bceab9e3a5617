/* SPDX-License-Identifier: MIT */
#include "private_service.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/source.h"
#include "perch/base/text.h"

enum {
    START_MS = 10000,
    STOP_MS = 3000,
    ADDRESS_MAX = 4096,
    SOCKET_FOLDER_MAX = 80, /* leaves room for "/keyring/control" in 107 bytes */
};

/* ---- child processes ---- */

struct parent {
    const StorePrivate *service;
    pid_t pid;
};

/* Runs between fork and exec. Unless it is meant to stay, the child must not outlive perch: a
 * leftover daemon keeps the bus, the unlocked keyring and our caller's output pipes open. */
static void prepare_child(gpointer user)
{
    const struct parent *parent = user;
    if (parent->service->stays) {
        setsid(); /* the terminal's Ctrl-C is meant for perch */
        if (parent->service->hand_on > 0)
            fcntl(parent->service->hand_on, F_SETFD, 0);
        return;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent->pid)
        _exit(127);
}

/* The environment of both daemons, without the person's own keyring, bus or display. */
static char **daemon_environment(const StorePrivate *service)
{
    g_autofree char *data = g_build_filename(service->folder, "data", NULL);
    char **list = NULL;
    list =
        g_environ_setenv(list, "PATH", g_getenv("PATH") ? g_getenv("PATH") : "/usr/bin:/bin", TRUE);
    list = g_environ_setenv(list, "HOME", service->folder, TRUE);
    list = g_environ_setenv(list, "XDG_DATA_HOME", data, TRUE);
    list = g_environ_setenv(list, "XDG_CONFIG_HOME", service->folder, TRUE);
    list = g_environ_setenv(list, "XDG_CACHE_HOME", service->folder, TRUE);
    list = g_environ_setenv(list, "XDG_RUNTIME_DIR", service->sockets, TRUE);
    list = g_environ_setenv(list, "GSETTINGS_BACKEND", "memory", TRUE);
    if (service->address != NULL)
        list = g_environ_setenv(list, "DBUS_SESSION_BUS_ADDRESS", service->address, TRUE);
    return list;
}

/* Starts argv, with pipes for its standard input or output if requested. */
static GPid start(const StorePrivate *service, const char *const *argv, int *ret_input,
                  int *ret_output, GError **error)
{
    g_auto(GStrv) environment = daemon_environment(service);
    g_autoptr(GError) problem = NULL;
    struct parent parent = {service, getpid()};
    GPid pid;
    GSpawnFlags flags =
        G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL |
        (ret_output == NULL ? G_SPAWN_STDOUT_TO_DEV_NULL : 0) | G_SPAWN_CLOEXEC_PIPES;
    if (g_spawn_async_with_pipes(service->folder, (char **)(guintptr)argv, environment, flags,
                                 prepare_child, &parent, &pid, ret_input, ret_output, NULL,
                                 &problem))
        return pid;
    if (g_error_matches(problem, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND,
                    _("%s is not installed. Install the package %s."), argv[0],
                    strcmp(argv[0], "dbus-daemon") == 0 ? "dbus-daemon" : "gnome-keyring");
    else
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE, _("%s does not start: %s"), argv[0],
                    problem->message);
    return 0;
}

static int open_pid(GPid pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Waits for the end of our child; false on timeout. */
static bool wait_end(GPid pid, int milliseconds)
{
    int fd = open_pid(pid);
    if (fd < 0)
        return waitpid(pid, NULL, WNOHANG) != 0;
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    gint64 deadline = g_get_monotonic_time() + milliseconds * G_GINT64_CONSTANT(1000);
    int ready;
    do {
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        ready = poll(&ended, 1, (int)MAX(left, 0));
    } while (ready < 0 && errno == EINTR);
    close(fd);
    return ready > 0 && waitpid(pid, NULL, WNOHANG) != 0;
}

static void stop(GPid *pid)
{
    if (*pid == 0)
        return;
    kill(*pid, SIGTERM);
    if (!wait_end(*pid, STOP_MS)) {
        kill(*pid, SIGKILL);
        waitpid(*pid, NULL, 0);
    }
    g_spawn_close_pid(*pid);
    *pid = 0;
}

/* ---- the bus ---- */

/* No service folders: a daemon started by the bus would outlive it. */
static const char bus_config[] =
    "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
    " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
    "<busconfig>\n"
    "  <type>session</type>\n"
    "  <listen>%s</listen>\n"
    "  <auth>EXTERNAL</auth>\n"
    "  <policy context=\"default\">\n"
    "    <allow send_destination=\"*\"/>\n"
    "    <allow receive_sender=\"*\"/>\n"
    "    <allow own=\"*\"/>\n"
    "  </policy>\n"
    "</busconfig>\n";

static char *write_bus_config(const StorePrivate *service, GError **error)
{
    g_autofree char *path = g_build_filename(service->folder, "bus.conf", NULL);
    g_autofree char *socket = g_build_filename(service->sockets, "bus", NULL);
    g_autofree char *value = g_dbus_address_escape_value(socket);
    g_autofree char *address = g_strconcat("unix:path=", value, NULL);
    g_autofree char *config = g_markup_printf_escaped(bus_config, address);
    unlink(socket); /* left by a run that was killed */
    if (!paths_replace_file(path, config, strlen(config), error))
        return NULL;
    return g_steal_pointer(&path);
}

/* One line from fd before the deadline, or NULL. */
static char *read_line(int fd, int milliseconds)
{
    g_autoptr(GString) line = g_string_new(NULL);
    gint64 deadline = g_get_monotonic_time() + milliseconds * G_GINT64_CONSTANT(1000);
    while (line->len < ADDRESS_MAX) {
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (left <= 0 || (poll(&ready, 1, (int)left) < 0 && errno != EINTR))
            return NULL;
        char c;
        ssize_t got = ready.revents == 0 ? -1 : read(fd, &c, 1);
        if (got == 0)
            return NULL;
        if (got == 1 && c == '\n')
            return g_strdup(line->str);
        if (got == 1)
            g_string_append_c(line, c);
    }
    return NULL;
}

static bool start_bus(StorePrivate *service, GError **error)
{
    g_autofree char *config = write_bus_config(service, error);
    if (config == NULL)
        return false;
    g_autofree char *option = g_strconcat("--config-file=", config, NULL);
    const char *argv[] = {"dbus-daemon", option,        "--print-address=1",
                          "--nofork",    "--nopidfile", NULL};
    int output;
    service->bus = start(service, argv, NULL, &output, error);
    if (service->bus == 0)
        return false;
    service->address = read_line(output, START_MS);
    close(output);
    if (service->address == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_STORE_FAILED,
                    _("A private session bus does not start in %s."), service->folder);
        return false;
    }
    return true;
}

static bool start_in_folder(StorePrivate *service, const char *folder, GError **error)
{
    service->folder = g_canonicalize_filename(folder, NULL);
    if (!paths_make_dir(service->folder, error))
        return false;
    if (strlen(service->folder) <= SOCKET_FOLDER_MAX)
        service->sockets = g_strdup(service->folder);
    else
        service->sockets = g_dir_make_tmp("perch-XXXXXX", NULL);
    if (service->sockets == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE, _("Cannot make a folder in %s."),
                    g_get_tmp_dir());
        return false;
    }
    return start_bus(service, error);
}

StorePrivate *private_bus_start(const char *folder, GError **error)
{
    g_autoptr(StorePrivate) service = g_new0(StorePrivate, 1);
    if (!start_in_folder(service, folder, error))
        return NULL; /* NOLINT(clang-analyzer-unix.Malloc): it does not know of g_autoptr */
    service->address_before = g_strdup(g_getenv("DBUS_SESSION_BUS_ADDRESS"));
    service->address_set = true;
    g_setenv("DBUS_SESSION_BUS_ADDRESS", service->address, TRUE);
    return g_steal_pointer(&service);
}

void private_bus_stop(StorePrivate *service)
{
    stop(&service->bus);
}

/* ---- the keyring ---- */

struct waiting {
    GMainLoop *loop;
    bool served, ended, late;
};

static void on_owner(GDBusConnection *bus, const char *name, const char *owner, gpointer user)
{
    (void)bus, (void)name, (void)owner;
    struct waiting *waiting = user;
    waiting->served = true;
    g_main_loop_quit(waiting->loop);
}

static gboolean on_ended(gint fd, GIOCondition condition, gpointer user)
{
    (void)fd, (void)condition;
    struct waiting *waiting = user;
    waiting->ended = true;
    g_main_loop_quit(waiting->loop);
    return G_SOURCE_REMOVE;
}

static gboolean on_late(gpointer user)
{
    struct waiting *waiting = user;
    waiting->late = true;
    g_main_loop_quit(waiting->loop);
    return G_SOURCE_REMOVE;
}

/* Iterates its own main context until the name has an owner, the daemon ends, or the time is up. */
static bool wait_until_served(GDBusConnection *bus, GPid pid)
{
    GMainContext *context = g_main_context_get_thread_default();
    struct waiting waiting = {.loop = g_main_loop_new(context, FALSE)};
    guint name = g_bus_watch_name_on_connection(bus, "org.freedesktop.secrets",
                                                G_BUS_NAME_WATCHER_FLAGS_NONE, on_owner, NULL,
                                                &waiting, NULL);
    GSource *late = source_attach(g_timeout_source_new(START_MS), context, on_late, &waiting);
    int fd = open_pid(pid);
    GSource *ended = fd < 0 ? NULL : g_unix_fd_source_new(fd, G_IO_IN);
    if (ended != NULL)
        source_attach(ended, context, G_SOURCE_FUNC(on_ended), &waiting);
    g_main_loop_run(waiting.loop);
    g_bus_unwatch_name(name);
    source_drop(&late);
    if (ended != NULL) {
        source_drop(&ended);
        close(fd);
    }
    while (g_main_context_iteration(context, FALSE))
        ; /* lets GDBus release what it held for the watch */
    g_main_loop_unref(waiting.loop);
    return waiting.served;
}

/* Whether the password has unlocked the keyring. */
static bool is_unlocked(GDBusConnection *bus)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, "org.freedesktop.secrets", "/org/freedesktop/secrets/collection/login",
        "org.freedesktop.DBus.Properties", "Get",
        g_variant_new("(ss)", "org.freedesktop.Secret.Collection", "Locked"), G_VARIANT_TYPE("(v)"),
        G_DBUS_CALL_FLAGS_NONE, START_MS, NULL, NULL);
    g_autoptr(GVariant) locked = NULL;
    if (reply != NULL)
        g_variant_get(reply, "(v)", &locked);
    return locked != NULL && g_variant_is_of_type(locked, G_VARIANT_TYPE_BOOLEAN) &&
           !g_variant_get_boolean(locked);
}

static bool wait_for_keyring(StorePrivate *service, bool unlocked, GError **error)
{
    g_autoptr(GDBusConnection) bus =
        g_dbus_connection_new_for_address_sync(service->address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, NULL);
    if (bus == NULL || !wait_until_served(bus, service->keyring)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_STORE_FAILED,
                    _("gnome-keyring does not serve in %s."), service->folder);
        return false;
    }
    if (unlocked && !is_unlocked(bus)) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED,
                            _("The password does not open this keyring."));
        return false;
    }
    g_dbus_connection_close_sync(bus, NULL, NULL);
    return true;
}

/* Writes the password to the daemon's standard input. If the daemon has already ended, SIGPIPE must
 * not kill us. */
static void hand_over(int fd, Secret *password)
{
    struct sigaction before;
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, &before);
    const char *text = secret_peek(password);
    gsize length = secret_length(password);
    while (length > 0) {
        ssize_t wrote = write(fd, text, length);
        if (wrote < 0 && errno != EINTR)
            break;
        text += MAX(wrote, 0);
        length -= (gsize)MAX(wrote, 0);
    }
    close(fd);
    sigaction(SIGPIPE, &before, NULL);
}

bool private_keyring_start(StorePrivate *service, Secret *password, GError **error)
{
    g_autofree char *control =
        g_strconcat("--control-directory=", service->sockets, "/keyring", NULL);
    const char *argv[] = {"gnome-keyring-daemon",
                          "--foreground",
                          "--components=secrets",
                          control,
                          password == NULL ? NULL : "--unlock",
                          NULL};
    int input = -1;
    service->keyring = start(service, argv, password == NULL ? NULL : &input, NULL, error);
    if (service->keyring == 0)
        return false;
    if (password != NULL)
        hand_over(input, password);
    GMainContext *context = g_main_context_new();
    g_main_context_push_thread_default(context);
    bool fine = wait_for_keyring(service, password != NULL, error);
    while (g_main_context_iteration(context, FALSE))
        ;
    g_main_context_pop_thread_default(context);
    g_main_context_unref(context);
    return fine;
}

void private_keyring_stop(StorePrivate *service)
{
    stop(&service->keyring);
}

/* ---- both ---- */

StorePrivate *store_private_start(const char *folder, Secret *password, GError **error)
{
    g_autoptr(StorePrivate) service = private_bus_start(folder, error);
    if (service == NULL || !private_keyring_start(service, password, error))
        return NULL;
    return g_steal_pointer(&service);
}

char *private_service_start_to_stay(const char *folder, Secret *password, int hand_on,
                                    GPid *ret_pid, GError **error)
{
    StorePrivate *service = g_new0(StorePrivate, 1);
    service->stays = true;
    bool started = start_in_folder(service, folder, error);
    service->hand_on = hand_on;
    if (!started || !private_keyring_start(service, password, error)) {
        store_private_free(service);
        return NULL;
    }
    char *address = g_strdup(service->address);
    *ret_pid = service->bus;
    g_free(service->folder);
    g_free(service->sockets);
    g_free(service->address);
    g_free(service);
    return address;
}

void store_private_free(StorePrivate *service)
{
    if (service == NULL)
        return;
    private_keyring_stop(service);
    private_bus_stop(service);
    if (service->address_set && service->address_before != NULL)
        g_setenv("DBUS_SESSION_BUS_ADDRESS", service->address_before, TRUE);
    else if (service->address_set)
        g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    if (g_strcmp0(service->sockets, service->folder) != 0 && service->sockets != NULL) {
        g_autofree char *socket = g_build_filename(service->sockets, "bus", NULL);
        g_autofree char *keyring = g_build_filename(service->sockets, "keyring", NULL);
        g_autofree char *control = g_build_filename(keyring, "control", NULL);
        unlink(socket);
        unlink(control);
        rmdir(keyring);
        rmdir(service->sockets);
    }
    g_free(service->folder);
    g_free(service->sockets);
    g_free(service->address);
    g_free(service->address_before);
    g_free(service);
}
