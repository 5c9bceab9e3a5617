/* SPDX-License-Identifier: MIT */
#include "paste_input.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"

enum {
    INPUT_MEGABYTES = 16,
    INPUT_BYTES = INPUT_MEGABYTES * 1024 * 1024,
    WRITER_MS = 2000, /* how long a FIFO may be without a writer */
    STEP_MS = 20,
    REST_MS = 300
};

static bool is_too_long(const SecretBuf *buf, GError **error)
{
    if (buf->length <= INPUT_BYTES)
        return false;
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                _("This is longer than %d MB. Give the part around the error, for example the last "
                  "lines: tail -n 20000 FILE | perch explain"),
                INPUT_MEGABYTES);
    return true;
}

static void cannot_read(GError **error, const char *name, const char *why)
{
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE, _("Cannot read %s: %s"), name, why);
}

/* An end of the input is that of a FIFO without a writer while *patience_ms lasts. */
static ssize_t read_some(int fd, char *chunk, gsize size, int *patience_ms)
{
    for (;;) {
        ssize_t got = read(fd, chunk, size);
        struct pollfd more = {.fd = fd, .events = POLLIN};
        if (got < 0 && errno == EAGAIN) { /* it has a writer, which may take its time */
            *patience_ms = 0;
            poll(&more, 1, -1);
        } else if (got == 0 && *patience_ms > 0) {
            *patience_ms -= STEP_MS;
            poll(&more, 1, STEP_MS);
        } else if (got >= 0 || errno != EINTR) {
            return got;
        }
    }
}

static SecretBuf *read_all(int fd, const char *name, int patience_ms, GError **error)
{
    g_autoptr(SecretBuf) buf = secret_buf_new();
    char chunk[16 * 1024];
    ssize_t got;
    while ((got = read_some(fd, chunk, sizeof chunk, &patience_ms)) > 0 &&
           buf->length <= INPUT_BYTES) {
        secret_buf_add_len(buf, chunk, (gsize)got);
        patience_ms = 0;
    }
    int problem = errno;
    wipe(chunk, sizeof chunk);
    if (is_too_long(buf, error))
        return NULL;
    if (got == 0)
        return g_steal_pointer(&buf);
    cannot_read(error, name, g_strerror(problem));
    return NULL;
}

/* O_NONBLOCK: opening a FIFO waits for its writer, for ever if there is none. */
static SecretBuf *read_named(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat info = {0};
    const char *problem = fd >= 0 && fstat(fd, &info) == 0 ? NULL
                          : errno == ENXIO                 ? _("It is a socket.")
                                                           : g_strerror(errno);
    if (problem == NULL && (S_ISBLK(info.st_mode) || (S_ISCHR(info.st_mode) && !isatty(fd))))
        problem = _("It is a device.");
    bool is_fifo = S_ISFIFO(info.st_mode);
    g_autoptr(SecretBuf) buf =
        problem == NULL ? read_all(fd, path, is_fifo ? WRITER_MS : 0, error) : NULL;
    if (fd >= 0)
        close(fd);
    if (buf != NULL && buf->length == 0 && is_fifo)
        problem = _("Nothing was written to it.");
    if (problem == NULL)
        return g_steal_pointer(&buf);
    cannot_read(error, path, problem);
    return NULL;
}

SecretBuf *paste_from_file(const char *path, GError **error)
{
    return strcmp(path, "-") == 0 ? read_all(STDIN_FILENO, _("standard input"), 0, error)
                                  : read_named(path, error);
}

/* ---- the terminal ---- */

struct typing {
    GMainLoop *loop;
    SecretBuf *buf;
    bool one_line;
    guint rest; /* runs after an empty line: if nothing more comes, that was the end */
    bool cancelled;
};

static gboolean came_to_rest(gpointer user)
{
    struct typing *typing = user;
    typing->rest = 0;
    g_main_loop_quit(typing->loop);
    return G_SOURCE_REMOVE;
}

static void stop_resting(struct typing *typing)
{
    if (typing->rest != 0)
        g_source_remove(typing->rest);
    typing->rest = 0;
}

/* Whether the last line is empty; blank lines before the first text do not count. */
static bool at_empty_line(const SecretBuf *buf)
{
    bool has_text = false;
    for (gsize i = 0; i < buf->length && !has_text; i++)
        has_text = !g_ascii_isspace(buf->text[i]);
    return has_text && buf->length >= 2 && buf->text[buf->length - 1] == '\n' &&
           buf->text[buf->length - 2] == '\n';
}

static void type(struct typing *typing, char c)
{
    static const char interrupt = 3, end = 4;
    if (c == interrupt)
        typing->cancelled = true;
    if (c == interrupt || c == end || (typing->one_line && c == '\n'))
        g_main_loop_quit(typing->loop);
    else if (typing->buf->length <= INPUT_BYTES)
        secret_buf_add_len(typing->buf, c == '\r' ? "\n" : &c, 1);
}

static gboolean typed(gint fd, GIOCondition condition, gpointer user)
{
    struct typing *typing = user;
    char chunk[4096];
    (void)condition;
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    if (got <= 0)
        g_main_loop_quit(typing->loop);
    stop_resting(typing);
    for (ssize_t i = 0; i < got; i++)
        type(typing, chunk[i]);
    wipe(chunk, sizeof chunk);
    if (at_empty_line(typing->buf))
        typing->rest = g_timeout_add(REST_MS, came_to_rest, typing);
    return G_SOURCE_CONTINUE;
}

static gboolean ended(gpointer user)
{
    struct typing *typing = user;
    typing->cancelled = true;
    g_main_loop_quit(typing->loop);
    return G_SOURCE_CONTINUE;
}

/* Prompts only once signals are caught and, with hidden input, echo is off: a fast typist is
 * neither seen nor cut off. */
static void run(struct typing *typing, const char *prompt)
{
    guint sources[] = {
        g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, typed, typing),
        g_unix_signal_add(SIGTERM, ended, typing),
        g_unix_signal_add(SIGHUP, ended, typing),
        g_unix_signal_add(SIGINT, ended, typing),
    };
    command_put(stderr, "%s", prompt);
    typing->loop = g_main_loop_new(NULL, FALSE);
    g_main_loop_run(typing->loop);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    stop_resting(typing);
    g_main_loop_unref(typing->loop);
}

static SecretBuf *type_hidden(struct typing *typing, const struct termios *quiet,
                              const char *prompt, const char *cancelled, GError **error)
{
    struct termios before;
    tcgetattr(STDIN_FILENO, &before);
    tcsetattr(STDIN_FILENO, TCSADRAIN, quiet);
    run(typing, prompt);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    if (!typing->cancelled && !is_too_long(typing->buf, error))
        return typing->buf;
    secret_buf_free(typing->buf);
    if (typing->cancelled)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_CANCELLED, "%s", cancelled);
    return NULL;
}

SecretBuf *paste_from_terminal(GError **error)
{
    struct termios quiet;
    if (tcgetattr(STDIN_FILENO, &quiet) != 0)
        return paste_from_file("-", error);
    struct typing typing = {.buf = secret_buf_new()};
    quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    quiet.c_iflag &= ~(tcflag_t)(IXON);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    return type_hidden(&typing, &quiet,
                       _("Paste the error, then press Enter on an empty line, or Ctrl-D. It is not "
                         "shown.\n"),
                       _("Nothing was explained."), error);
}

SecretBuf *paste_line_from_terminal(const char *prompt, GError **error)
{
    struct termios quiet;
    if (tcgetattr(STDIN_FILENO, &quiet) != 0)
        return paste_from_file("-", error);
    struct typing typing = {.buf = secret_buf_new(), .one_line = true};
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    SecretBuf *buf = type_hidden(&typing, &quiet, prompt, _("Nothing was sent."), error);
    fputs("\n", stderr);
    return buf;
}

bool paste_yes_from_terminal(const char *question)
{
    struct typing typing = {.buf = secret_buf_new(), .one_line = true};
    run(&typing, question);
    if (typing.cancelled)
        fputs("\n", stderr);
    bool yes = !typing.cancelled && rpmatch(typing.buf->text) == 1;
    secret_buf_free(typing.buf);
    return yes;
}
