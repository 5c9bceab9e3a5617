/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "perch/base/source.h"
#include "plain_private.h"

/* ---- echo ---- */

/* One terminal, one saved state; also restored by any exit(3). */
static struct {
    bool registered, hidden;
    struct termios before;
} echo;

void echo_restore(void)
{
    if (echo.hidden)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &echo.before);
    echo.hidden = false;
}

void echo_off(void)
{
    if (echo.hidden || tcgetattr(STDIN_FILENO, &echo.before) != 0)
        return;
    if (!echo.registered)
        atexit(echo_restore);
    echo.registered = true;
    struct termios quiet = echo.before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    quiet.c_lflag |= ECHONL;
    /* If suspended here, perch would leave the shell without echo. */
    quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
    echo.hidden = tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet) == 0;
}

/* ---- lines ---- */

void lines_init(struct lines *lines, void (*ready)(gpointer user), gpointer user)
{
    *lines = (struct lines){.buf = secret_buf_new(), .ready = ready, .user = user};
}

void lines_clear(struct lines *lines)
{
    source_drop(&lines->source);
    g_clear_pointer(&lines->buf, secret_buf_free);
}

/* Adds input; drops the whole of a line that exceeds the limit. */
static void add(struct lines *lines, const char *bytes, gsize length)
{
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        gsize part = end == NULL ? length : (gsize)(end - bytes) + 1;
        const char *last = memrchr(lines->buf->text, '\n', lines->buf->length);
        gsize begun =
            lines->buf->length - (last == NULL ? 0 : (gsize)(last - lines->buf->text) + 1);
        if (!lines->dropping && begun + part > LINE_MAX_BYTES + 1) {
            wipe(lines->buf->text + lines->buf->length - begun, begun);
            lines->buf->length -= begun;
            lines->dropping = lines->too_long = true;
        }
        if (!lines->dropping)
            secret_buf_add_len(lines->buf, bytes, part);
        if (end != NULL)
            lines->dropping = false;
        bytes += part;
        length -= part;
    }
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer user)
{
    (void)condition;
    struct lines *lines = user;
    char chunk[4096];
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    if (got > 0)
        add(lines, chunk, (gsize)got);
    else
        lines->ended = true;
    wipe(chunk, sizeof chunk);
    source_drop(
        &lines->source); /* the next question listens again; until then input stays unread */
    lines->ready(lines->user);
    return G_SOURCE_REMOVE;
}

void lines_listen(struct lines *lines, bool on)
{
    if (!on || lines->ended) {
        source_drop(&lines->source);
        return;
    }
    if (lines->source != NULL)
        return;
    lines->source = g_unix_fd_source_new(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR | G_IO_NVAL);
    /* GLib requires this cast for callbacks of special sources. */
    g_source_set_callback(lines->source, (GSourceFunc)(void (*)(void))on_readable, lines, NULL);
    g_source_attach(lines->source, g_main_context_get_thread_default());
}

bool lines_follow(struct lines *lines)
{
    struct termios before;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    struct termios at_once = before;
    at_once.c_lflag &= ~(tcflag_t)ICANON;
    at_once.c_cc[VMIN] = at_once.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &at_once);
    char chunk[4096];
    for (ssize_t got = 1; got > 0 && poll(&input, 1, 0) > 0;) {
        got = read(STDIN_FILENO, chunk, sizeof chunk);
        if (got > 0)
            add(lines, chunk, (gsize)got);
    }
    wipe(chunk, sizeof chunk);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return lines->buf->length > 0;
}

bool lines_early(const struct lines *lines)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return memchr(lines->buf->text, '\n', lines->buf->length) != NULL || poll(&input, 1, 0) > 0;
}

/* Removes count bytes from the front and wipes the memory. */
static void drop_front(SecretBuf *buf, gsize count)
{
    memmove(buf->text, buf->text + count, buf->length - count);
    wipe(buf->text + buf->length - count, count);
    buf->length -= count;
}

/* A copy without blanks at the ends; NULL if it is not text. */
static char *trimmed(const char *text, gsize length)
{
    if (!g_utf8_validate(text, (gssize)length, NULL))
        return NULL;
    while (length > 0 && g_ascii_isspace(text[length - 1]))
        length--;
    while (length > 0 && g_ascii_isspace(*text)) {
        text++;
        length--;
    }
    return g_strndup(text, length);
}

enum line_state lines_take(struct lines *lines, bool (*wanted)(const char *line), char **ret_line)
{
    SecretBuf *buf = lines->buf;
    if (lines->too_long && !lines->dropping) {
        lines->too_long = false;
        return LINE_TOO_LONG;
    }
    const char *end = memchr(buf->text, '\n', buf->length);
    if (end == NULL && !lines->ended)
        return LINE_NONE;
    if (end == NULL && buf->length == 0)
        return LINE_END;
    gsize length = end == NULL ? buf->length : (gsize)(end - buf->text);
    char *line = trimmed(buf->text, length);
    if (line != NULL && wanted != NULL && !wanted(line)) {
        wipe_free(line);
        return LINE_KEPT;
    }
    drop_front(buf, length + (end == NULL ? 0 : 1));
    *ret_line = line;
    return line == NULL ? LINE_NOT_TEXT : LINE_TEXT;
}
