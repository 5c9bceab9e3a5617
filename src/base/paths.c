/* SPDX-License-Identifier: MIT */
#include "perch/base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/text.h"

static bool fail(GError **error, const char *path, const char *doing)
{
    int code = errno;
    g_autofree char *name = g_filename_display_name(path);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE, "%s %s: %s", doing, name, g_strerror(code));
    return false;
}

/* As the environment says now: GLib keeps what it said first, and perch demo changes it. */
static char *user_dir(const char *variable, const char *usual)
{
    const char *given = g_getenv(variable);
    return given != NULL && g_path_is_absolute(given)
               ? g_build_filename(given, "perch", NULL)
               : g_build_filename(g_get_home_dir(), usual, "perch", NULL);
}

char *paths_config_dir(void)
{
    return user_dir("XDG_CONFIG_HOME", ".config");
}

char *paths_state_dir(void)
{
    return user_dir("XDG_STATE_HOME", ".local/state");
}

char *paths_data_dir(void)
{
    return user_dir("XDG_DATA_HOME", ".local/share");
}

char *paths_session_dir(void)
{
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    if (runtime != NULL && g_path_is_absolute(runtime))
        return g_strdup(runtime);
    g_autofree char *usual = g_strdup_printf("/run/user/%u", (unsigned)geteuid());
    struct stat info;
    bool ours = lstat(usual, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid();
    return ours ? g_steal_pointer(&usual) : NULL;
}

char *paths_runtime_dir(void)
{
    g_autofree char *session = paths_session_dir();
    if (session != NULL)
        return g_build_filename(session, "perch", NULL);
    return g_strdup_printf("%s/perch-%u", g_get_tmp_dir(), (unsigned)getuid());
}

bool paths_make_dir(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) != 0)
        return fail(error, path, _("Cannot make the folder"));
    struct stat info;
    if (lstat(path, &info) != 0)
        return fail(error, path, _("Cannot read the folder"));
    /* Somebody else may have created the folder in /tmp. */
    const char *problem = S_ISLNK(info.st_mode)      ? _("It is a symbolic link.")
                          : !S_ISDIR(info.st_mode)   ? _("It is not a folder.")
                          : info.st_uid != geteuid() ? _("It belongs to somebody else.")
                                                     : NULL;
    if (problem != NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                    _("%s: %s perch needs a folder of your own there. Remove or rename it."), path,
                    problem);
        return false;
    }
    return true;
}

static bool write_all(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t wrote = write(fd, bytes, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return false;
        bytes += wrote;
        length -= (gsize)wrote;
    }
    return true;
}

static bool write_synced(int fd, const char *contents, gsize length)
{
    bool fine = write_all(fd, contents, length) && fsync(fd) == 0;
    int code = errno;
    if (close(fd) != 0 && fine)
        return false;
    errno = code;
    return fine;
}

static void sync_folder_of(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/* Removes files left by killed writers; a writer that is still at work holds a lock on its file. */
static void sweep(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *prefix = g_strconcat(base, ".new-", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (!g_str_has_prefix(name, prefix) || strlen(name) != strlen(prefix) + 6)
            continue;
        g_autofree char *left = g_build_filename(folder, name, NULL);
        int fd = open(left, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            unlink(left);
        if (fd >= 0)
            close(fd);
    }
}

/* Sets errno on failure. The lock lasts until the rename is done. */
static bool try_replace(const char *path, const char *contents, gsize length)
{
    g_autofree char *temporary = g_strconcat(path, ".new-XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool fine = flock(fd, LOCK_EX | LOCK_NB) == 0 && write_all(fd, contents, length) &&
                fsync(fd) == 0 && rename(temporary, path) == 0;
    int code = errno;
    if (!fine)
        unlink(temporary);
    close(fd);
    errno = code;
    return fine;
}

bool paths_replace_file(const char *path, const char *contents, gsize length, GError **error)
{
    enum { TRIES = 5 };
    sweep(path);
    /* Another writer may sweep our file away between its creation and its lock. */
    for (int i = 1; !try_replace(path, contents, length); i++)
        if (i == TRIES || (errno != ENOENT && errno != EWOULDBLOCK))
            return fail(error, path, _("Cannot write"));
    sync_folder_of(path);
    return true;
}

bool paths_create_file(const char *path, const char *contents, gsize length, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, path, _("Cannot create"));
    if (!write_synced(fd, contents, length)) {
        fail(error, path, _("Cannot write"));
        unlink(path);
        return false;
    }
    sync_folder_of(path);
    return true;
}

bool paths_is_taken(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* A link to a file that is not there is not a missing file: what it stands for may come back. */
static void cannot_open(const char *path, int code, GError **error)
{
    bool is_missing = (code == ENOENT || code == ENOTDIR) && !paths_is_taken(path);
    if (code == ENXIO) /* a socket, or a device that is not there */
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_FILE, _("It is not a regular file."));
    else
        g_set_error(error, PERCH_ERROR, is_missing ? PERCH_ERROR_NOT_FOUND : PERCH_ERROR_FILE,
                    _("It cannot be opened: %s."), g_strerror(code));
}

static char *read_open(int fd, gsize most, struct stat *info, gsize *ret_length, GError **error)
{
    if (fstat(fd, info) != 0 || !S_ISREG(info->st_mode)) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_FILE, _("It is not a regular file."));
        return NULL;
    }
    g_autofree char *text = g_malloc(most + 2);
    gsize length = 0;
    ssize_t got;
    while (length <= most && (got = read(fd, text + length, most + 1 - length)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE, _("It cannot be read: %s."),
                        g_strerror(errno));
            return NULL;
        }
        length += (gsize)got;
    }
    if (length > most) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT, _("It is larger than %zu KiB."),
                    most / 1024);
        return NULL;
    }
    text[length] = '\0';
    *ret_length = length;
    return g_steal_pointer(&text);
}

char *paths_read_file(const char *path, gsize most, struct stat *ret_info, gsize *ret_length,
                      GError **error)
{
    /* O_NONBLOCK: the path may be a FIFO. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        cannot_open(path, errno, error);
        return NULL;
    }
    char *text = read_open(fd, most, ret_info, ret_length, error);
    close(fd);
    return text;
}
