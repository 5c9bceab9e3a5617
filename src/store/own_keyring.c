/* SPDX-License-Identifier: MIT */
#include "perch/store/own_keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "private_service.h"

enum { PASSWORD_MAX = 1024, ADDRESS_MAX = 4096 };

static const char asked_for[] = "--open-keyring";
static bool ignored;

char *own_keyring_folder(void)
{
    g_autofree char *data = paths_data_dir();
    return g_build_filename(data, "keyring", NULL);
}

static char *path_in(const char *folder, const char *name)
{
    return g_build_filename(folder, name, NULL);
}

bool own_keyring_exists(void)
{
    g_autofree char *folder = own_keyring_folder();
    g_autofree char *path = path_in(folder, "data/keyrings/login.keyring");
    return !ignored && access(path, F_OK) == 0;
}

void own_keyring_ignore(void)
{
    ignored = true;
}

char *own_keyring_missing(void)
{
    static const char *const programs[] = {"dbus-daemon", "gnome-keyring-daemon"};
    g_autofree char *first = g_find_program_in_path(programs[0]);
    g_autofree char *second = g_find_program_in_path(programs[1]);
    if (first != NULL && second != NULL)
        return NULL;
    return g_strdup_printf(_("perch cannot run its own keyring yet. Install the packages: %s"),
                           second != NULL  ? "dbus-daemon"
                           : first != NULL ? "gnome-keyring"
                                           : "gnome-keyring dbus-daemon");
}

/* ---- locks: one held while opening, one held by the open keyring ---- */

static int open_lock(const char *folder, const char *name)
{
    g_autofree char *path = path_in(folder, name);
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int wait_for_lock(int fd, int kind)
{
    int got;
    do
        got = flock(fd, kind);
    while (got < 0 && errno == EINTR);
    return got;
}

/* A lock on the open file, so that a child that inherits the descriptor keeps it. */
static bool hold(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool is_held(const char *folder)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open_lock(folder, "open.lock");
    bool held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (fd >= 0)
        close(fd);
    return held;
}

static char *read_address(const char *folder)
{
    g_autofree char *path = path_in(folder, "address");
    struct stat info;
    gsize length = 0;
    char *address = paths_read_file(path, ADDRESS_MAX, &info, &length, NULL);
    return address == NULL ? NULL : g_strstrip(address);
}

bool own_keyring_join(void)
{
    g_autofree char *folder = own_keyring_folder();
    if (!own_keyring_exists())
        return false;
    int opening = open_lock(folder, "opening.lock");
    if (opening >= 0)
        wait_for_lock(opening, LOCK_SH); /* another process may be opening it */
    g_autofree char *address = is_held(folder) ? read_address(folder) : NULL;
    if (opening >= 0)
        close(opening);
    if (address != NULL)
        store_use_bus(address);
    return address != NULL;
}

/* ---- opening it, in a separate process that may block on the daemons ---- */

static Secret *read_password(void)
{
    char text[PASSWORD_MAX];
    gsize length = 0;
    for (;;) {
        ssize_t got = read(STDIN_FILENO, text + length, sizeof text - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || (length += (gsize)got) == sizeof text)
            break;
    }
    gsize begin = 0;
    while (begin < length && g_ascii_isspace(text[begin]))
        begin++;
    while (length > begin && g_ascii_isspace(text[length - 1]))
        length--;
    Secret *password = length > begin ? secret_new_len(text + begin, length - begin) : NULL;
    wipe(text, sizeof text);
    return password;
}

static char *start(const char *folder, Secret *password, int open_lock_fd, GError **error)
{
    g_autofree char *path = path_in(folder, "address");
    g_autofree char *pid_path = path_in(folder, "pid");
    GPid pid = 0;
    unlink(path); /* left by a keyring that has ended */
    char *address = private_service_start_to_stay(folder, password, open_lock_fd, &pid, error);
    if (address == NULL)
        return NULL;
    g_autofree char *number = g_strdup_printf("%d\n", (int)pid);
    if (!paths_replace_file(pid_path, number, strlen(number), error) ||
        !paths_replace_file(path, address, strlen(address), error)) {
        kill(pid, SIGTERM); /* otherwise nobody could find it */
        g_clear_pointer(&address, g_free);
    }
    return address;
}

static char *open_keyring(Secret *password, GError **error)
{
    g_autofree char *folder = own_keyring_folder();
    if (password == NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                            _("A keyring without a password would be open to everybody."));
        return NULL;
    }
    if (!paths_make_dir(folder, error))
        return NULL;
    int opening = open_lock(folder, "opening.lock"), fd = open_lock(folder, "open.lock");
    if (opening < 0 || fd < 0 || wait_for_lock(opening, LOCK_EX) < 0) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE, _("Cannot lock %s: %s"), folder,
                    g_strerror(errno));
        return NULL;
    }
    char *address = hold(fd) ? start(folder, password, fd, error) : read_address(folder);
    if (address == NULL && error != NULL && *error == NULL)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_STORE_FAILED,
                    _("The keyring in %s is open, but its address is not known."), folder);
    return address; /* both descriptors close with this process; the keyring still has the second
                       lock */
}

bool own_keyring_is_asked(char **argv)
{
    return argv[0] != NULL && g_strcmp0(argv[1], asked_for) == 0 && argv[2] == NULL;
}

int own_keyring_main(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) password = read_password();
    g_autofree char *address = open_keyring(password, &error);
    if (address != NULL)
        printf("open %s\n", address);
    else
        printf("failed %d %s\n",
               error->domain == PERCH_ERROR ? error->code : (int)PERCH_ERROR_STORE_FAILED,
               error->message);
    return address != NULL ? PERCH_EXIT_OK : (int)perch_error_exit(error);
}

/* ---- in this process ---- */

static GSubprocess *spawn(GError **error)
{
    return g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                            error, "/proc/self/exe", asked_for, NULL);
}

/* The password's own memory, not a copy. */
static GBytes *bytes_of(Secret *password)
{
    return g_bytes_new_with_free_func(secret_peek(password), secret_length(password),
                                      (GDestroyNotify)secret_unref, secret_ref(password));
}

static bool take_answer(GBytes *output, GError **error)
{
    gsize length = 0;
    const char *bytes = output == NULL ? NULL : g_bytes_get_data(output, &length);
    g_autofree char *line = g_strchomp(g_strndup(bytes == NULL ? "" : bytes, length));
    if (g_str_has_prefix(line, "open ")) {
        store_use_bus(line + strlen("open "));
        return true;
    }
    char *end = NULL;
    gint64 code = g_str_has_prefix(line, "failed ")
                      ? g_ascii_strtoll(line + strlen("failed "), &end, 10)
                      : PERCH_ERROR_INTERNAL;
    g_set_error(error, PERCH_ERROR, (int)code, "%s",
                end != NULL && *end == ' ' ? end + 1 : _("The keyring does not start."));
    return false;
}

static void on_answer(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    g_autoptr(GBytes) output = NULL;
    GError *error = NULL;
    g_subprocess_communicate_finish(G_SUBPROCESS(source), result, &output, NULL, NULL);
    if (take_answer(output, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void own_keyring_open(Secret *password, GAsyncReadyCallback done, gpointer user)
{
    GTask *task = g_task_new(NULL, NULL, done, user);
    GError *error = NULL;
    g_autoptr(GSubprocess) process = spawn(&error);
    if (process == NULL) {
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    g_autoptr(GBytes) input = bytes_of(password);
    g_subprocess_communicate_async(process, input, NULL, on_answer, task);
}

bool own_keyring_open_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

bool own_keyring_open_now(Secret *password, GError **error)
{
    g_autoptr(GSubprocess) process = spawn(error);
    g_autoptr(GBytes) input = bytes_of(password), output = NULL;
    if (process == NULL)
        return false;
    g_subprocess_communicate(process, input, NULL, &output, NULL, NULL);
    return take_answer(output, error);
}
