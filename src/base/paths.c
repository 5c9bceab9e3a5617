/* SPDX-License-Identifier: MIT */
#include "perch/base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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

char *paths_config_dir(void)
{
    return g_build_filename(g_get_user_config_dir(), "perch", NULL);
}

char *paths_state_dir(void)
{
    return g_build_filename(g_get_user_state_dir(), "perch", NULL);
}

char *paths_data_dir(void)
{
    return g_build_filename(g_get_user_data_dir(), "perch", NULL);
}

char *paths_runtime_dir(void)
{
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    if (runtime != NULL && g_path_is_absolute(runtime))
        return g_build_filename(runtime, "perch", NULL);
    return g_strdup_printf("%s/perch-%u", g_get_tmp_dir(), (unsigned)getuid());
}

bool paths_make_dir(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) != 0)
        return fail(error, path, _("Cannot make the folder"));
    struct stat info;
    if (lstat(path, &info) != 0)
        return fail(error, path, _("Cannot read the folder"));
    /* A folder in /tmp may have been put there by somebody else. */
    if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid()) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                    _("%s is not a folder of yours. Remove it, or set XDG_RUNTIME_DIR."), path);
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

bool paths_replace_file(const char *path, const char *contents, gsize length, GError **error)
{
    g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, path, _("Cannot write"));
    if (!write_synced(fd, contents, length) || rename(temporary, path) != 0) {
        fail(error, path, _("Cannot write"));
        unlink(temporary);
        return false;
    }
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
