/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "perch/base/clock.h"
#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/source.h"
#include "perch/base/text.h"
#include "perch/store/store.h"

/*
 * An open-file-description lock belongs to the descriptor: it ends with the process, however that
 * ends, and also excludes two holders in one process. It cannot be waited for without blocking, so
 * it is retried after short, growing pauses with jitter. The file is never deleted: otherwise two
 * processes could lock two different files of one name.
 */
enum { FIRST_WAIT_MS = 4, LONGEST_WAIT_MS = 64, NOTE_MAX = 200 };

struct StoreLock {
    int fd;
};

struct take {
    int fd; /* open, not locked yet; -1 once passed on */
    guint wait_ms;
    GSource *again, *cancelled;
};

static void take_free(gpointer data)
{
    struct take *take = data;
    source_drop(&take->again);
    source_drop(&take->cancelled);
    if (take->fd >= 0)
        close(take->fd);
    g_free(take);
}

void store_lock_leave(StoreLock *lock)
{
    if (lock == NULL)
        return;
    close(lock->fd);
    g_free(lock);
}

void store_lock_free(StoreLock *lock)
{
    struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    /* Unlock explicitly: if the descriptor was shared, closing it here would not be enough. */
    if (lock != NULL)
        fcntl(lock->fd, F_OFD_SETLK, &whole);
    store_lock_leave(lock);
}

void store_lock_note(StoreLock *lock, const char *note)
{
    g_autofree char *line = g_strndup(note == NULL ? "" : note, NOTE_MAX);
    /* Overwrite first, then truncate: if interrupted, the note is neither empty nor the old one. A
     * note that cannot be written whole is none. */
    bool written = pwrite(lock->fd, line, strlen(line), 0) == (ssize_t)strlen(line);
    if (ftruncate(lock->fd, written ? (off_t)strlen(line) : 0) < 0 || !written)
        g_debug("the lock's note cannot be written: %s", g_strerror(errno));
}

char *store_lock_read_note(const StoreLock *lock)
{
    char note[NOTE_MAX + 1];
    ssize_t length = pread(lock->fd, note, NOTE_MAX, 0);
    return length <= 0 ? NULL : g_strndup(note, (gsize)length);
}

int store_lock_fd(const StoreLock *lock)
{
    return lock->fd;
}

StoreLock *store_lock_adopt(int fd)
{
    StoreLock *lock = g_new0(StoreLock, 1);
    lock->fd = fd;
    return lock;
}

static void free_lock(gpointer lock)
{
    store_lock_free(lock);
}

static char *lock_path(const char *config_dir, const char *name, const char *kind, GError **error)
{
    g_autofree char *folder = paths_runtime_dir();
    if (!paths_make_dir(folder, error))
        return NULL;
    g_autofree char *canonical = g_canonicalize_filename(config_dir, NULL);
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
    hash[16] = '\0';
    g_autofree char *file = g_strdup_printf("%s-%s.%s", name, hash, kind);
    return g_build_filename(folder, file, NULL);
}

static int open_lock(const char *config_dir, const char *name, const char *kind, GError **error)
{
    const char *problem = connection_name_problem(name);
    if (problem != NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE, problem);
        return -1;
    }
    g_autofree char *path = lock_path(config_dir, name, kind, error);
    if (path == NULL)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    int code = errno;
    struct stat info;
    if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))) {
        close(fd); /* a FIFO can be locked but keeps no note */
        fd = -1;
        code = ENXIO;
    }
    if (fd < 0 && (code == ENXIO || code == EISDIR))
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                    _("The lock file %s is not a regular file. Remove it."), path);
    else if (fd < 0 && code == ELOOP)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                    _("The lock file %s is a symbolic link; perch does not follow it. Remove it."),
                    path);
    else if (fd < 0)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE, _("Cannot open the lock file %s: %s"),
                    path, g_strerror(code));
    return fd;
}

static bool lock_now(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

static void say_held(const StoreLock *lock, const char *name, GError **error)
{
    g_autofree char *note = store_lock_read_note(lock);
    char *rest = NULL;
    const gint64 pid = note == NULL ? 0 : g_ascii_strtoll(note, &rest, 10);
    if (pid <= 0) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_BUSY,
                    _("Another perch has %s open. Finish or quit it there, then try again."), name);
        return;
    }
    g_autofree char *since = clock_format(rest == NULL ? 0 : g_ascii_strtoll(rest, NULL, 10));
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_BUSY,
                _("Another perch (process %d) has %s open since %s. Finish or quit it there, then "
                  "try again. To end it: kill %d"),
                (int)pid, name, since, (int)pid);
}

StoreLock *store_lock_setup(const char *config_dir, const char *name, GError **error)
{
    const int fd = open_lock(config_dir, name, "setup", error);
    StoreLock *lock = fd < 0 ? NULL : store_lock_adopt(fd);
    if (lock == NULL)
        return NULL;
    if (!lock_now(fd)) {
        say_held(lock, name, error);
        store_lock_leave(lock);
        return NULL;
    }
    g_autofree char *note = g_strdup_printf("%d %" G_GINT64_FORMAT, getpid(), clock_wall_ms());
    store_lock_note(lock, note);
    return lock;
}

/* Ends the attempt: drops the sources now, the rest with the task. */
static struct take *end(GTask *task)
{
    struct take *take = g_task_get_task_data(task);
    source_drop(&take->again);
    source_drop(&take->cancelled);
    return take;
}

static gboolean try_lock(gpointer user);

static void try_later(GTask *task, guint wait_ms)
{
    struct take *take = g_task_get_task_data(task);
    source_drop(&take->again);
    take->again =
        source_attach(g_timeout_source_new(wait_ms), g_task_get_context(task), try_lock, task);
}

/* The sources borrow the task; whoever returns a result drops its reference. */
static gboolean try_lock(gpointer user)
{
    GTask *task = user;
    struct take *take = g_task_get_task_data(task);
    if (lock_now(take->fd)) {
        StoreLock *lock = g_new0(StoreLock, 1);
        lock->fd = take->fd;
        take->fd = -1;
        end(task);
        g_task_return_pointer(task, lock, free_lock);
        g_object_unref(task);
    } else if (errno == EAGAIN || errno == EACCES || errno == EINTR) {
        guint wait_ms = take->wait_ms;
        take->wait_ms = MIN(wait_ms * 2, LONGEST_WAIT_MS);
        try_later(task, wait_ms / 2 + (guint)g_random_int_range(0, (gint)wait_ms));
    } else {
        int code = errno;
        end(task);
        g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_FILE,
                                _("Cannot lock the connection: %s"), g_strerror(code));
        g_object_unref(task);
    }
    return G_SOURCE_REMOVE;
}

static gboolean on_cancelled(GCancellable *cancellable, gpointer user)
{
    (void)cancellable;
    GTask *task = user;
    end(task);
    g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_CANCELLED, "%s", _("Cancelled."));
    g_object_unref(task);
    return G_SOURCE_REMOVE;
}

static char take_tag;

void store_lock_take(const char *config_dir, const char *name, GCancellable *cancellable,
                     GAsyncReadyCallback done, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, done, user);
    g_task_set_source_tag(task, &take_tag);
    g_task_set_check_cancellable(task, FALSE);
    GError *error = NULL;
    int fd = open_lock(config_dir, name, "lock", &error);
    if (fd < 0) {
        g_task_return_error(task, error);
        return;
    }
    struct take *take = g_new0(struct take, 1);
    take->fd = fd;
    take->wait_ms = FIRST_WAIT_MS;
    g_task_set_task_data(task, take, take_free);
    if (cancellable != NULL)
        take->cancelled =
            source_attach(g_cancellable_source_new(cancellable), g_task_get_context(task),
                          G_SOURCE_FUNC(on_cancelled), task);
    try_later(g_steal_pointer(&task), 0);
}

StoreLock *store_lock_take_finish(GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_async_result_is_tagged(result, &take_tag), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}
