/* SPDX-License-Identifier: MIT */

#include "support/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "support/pty_private.h"
#include "support/test.h"

enum { FRAME_MS = 2000 };

static void write_all(Pty *pty, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t count = write(pty->master, bytes, length);
        if (count > 0) {
            bytes += count;
            length -= (gsize)count;
        } else if (count < 0 && errno == EAGAIN) {
            pty_pump(pty); /* the program may be waiting for us to read */
            struct pollfd ready = {.fd = pty->master, .events = POLLOUT | POLLIN};
            poll(&ready, 1, 100);
        } else if (count < 0 && errno != EINTR) {
            return; /* it has ended; whoever waits for something will see */
        }
    }
}

/* What libvterm answers to the program's questions, and the keys of pty_key. */
static void on_output(const char *bytes, size_t length, void *user)
{
    Pty *pty = user;
    if (pty->held != NULL) {
        g_string_append_len(pty->held, bytes, (gssize)length);
    } else {
        write_all(pty, bytes, length);
    }
}

static int on_cursor(VTermPos position, VTermPos old, int visible, void *user)
{
    Pty *pty = user;
    (void)old;
    pty->cursor.row = position.row;
    pty->cursor.column = position.col;
    pty->cursor.visible = visible != 0;
    return 1;
}

/* libvterm hands titles on in parts from 0.2 on, whole before that. */
static void on_title(Pty *pty, const VTermValue *value)
{
#if VTERM_VERSION_MAJOR > 0 || VTERM_VERSION_MINOR >= 2
    if (value->string.initial) {
        g_string_truncate(pty->title, 0);
    }
    g_string_append_len(pty->title, value->string.str, (gssize)value->string.len);
#else
    g_string_assign(pty->title, value->string);
#endif
    pty->has_title = true;
}

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    Pty *pty = user;
    if (property == VTERM_PROP_CURSORVISIBLE) {
        pty->cursor.visible = value->boolean != 0;
    } else if (property == VTERM_PROP_ALTSCREEN) {
        pty->alternate = value->boolean != 0;
    } else if (property == VTERM_PROP_MOUSE) {
        pty->mouse = value->number != VTERM_PROP_MOUSE_NONE;
    } else if (property == VTERM_PROP_TITLE) {
        on_title(pty, value);
    }
    return 1;
}

static const VTermScreenCallbacks callbacks = {
    .movecursor = on_cursor,
    .settermprop = on_property,
};

static void become_program(const char *const *argv, char **env)
{
    /* A fresh process: default signals, none blocked, and stderr is the terminal as for a person.
     */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 1; i < 32; i++) {
        signal(i, SIG_DFL);
    }
    g_auto(GStrv) copy = g_strdupv((char **)(gintptr)argv);
    execvpe(copy[0], copy, env);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

Pty *pty_start(const char *const *argv, char **env, int columns, int rows)
{
    Pty *pty = g_new0(Pty, 1);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    pty->columns = columns;
    pty->rows = rows;
    pty->cursor.visible = true;
    pty->raw = g_byte_array_new();
    pty->title = g_string_new(NULL);
    pty->vterm = vterm_new(rows, columns);
    vterm_set_utf8(pty->vterm, 1);
    vterm_output_set_callback(pty->vterm, on_output, pty);
    pty->screen = vterm_obtain_screen(pty->vterm);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
    vterm_screen_reset(pty->screen, 1);

    pty->pid = forkpty(&pty->master, NULL, NULL, &size);
    if (pty->pid == 0) {
        become_program(argv, env);
    }
    if (pty->pid < 0) {
        fail_msg("no pseudo terminal: %s", strerror(errno));
    }
    fcntl(pty->master, F_SETFD, FD_CLOEXEC);
    fcntl(pty->master, F_SETFL, O_NONBLOCK);
    return pty;
}

static bool reap(Pty *pty, int flags)
{
    if (!pty->ended && waitpid(pty->pid, &pty->status, flags) == pty->pid) {
        pty->ended = true;
    }
    return pty->ended;
}

void pty_free(Pty *pty)
{
    if (pty == NULL) {
        return;
    }
    if (!pty->ended) {
        kill(-pty->pid, SIGKILL);
        kill(pty->pid, SIGKILL);
        reap(pty, 0);
    }
    close(pty->master);
    vterm_free(pty->vterm);
    g_byte_array_unref(pty->raw);
    g_string_free(pty->title, TRUE);
    g_free(pty);
}

pid_t pty_pid(const Pty *pty)
{
    return pty->pid;
}

void pty_watch(Pty *pty, Canary *canary)
{
    pty->canary = canary;
}

/* Reads what is there; false when the terminal's other side is closed. */
static bool take_in(Pty *pty)
{
    char bytes[16384];
    for (;;) {
        ssize_t count = read(pty->master, bytes, sizeof bytes);
        if (count > 0) {
            g_byte_array_append(pty->raw, (const guint8 *)bytes, (guint)count);
            vterm_input_write(pty->vterm, bytes, (size_t)count);
            if (pty->canary != NULL && !pty->ended) {
                canary_snapshot(pty->canary, pty->pid);
            }
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else {
            return count < 0 && errno == EAGAIN;
        }
    }
}

/* FALSE while a frame that perch draws has come in part (synchronized output, mode 2026). */
static bool is_whole(const Pty *pty)
{
    static const char mode[] = "\033[?2026";
    const char *raw = (const char *)pty->raw->data, *end = raw + pty->raw->len;
    const char *last = pty->raw->len == 0 ? NULL : g_strrstr_len(raw, (gssize)pty->raw->len, mode);
    if (last == NULL)
        return true;
    last += strlen(mode);
    return last < end && *last == 'l';
}

/* What is seen afterwards are whole frames only. */
void pty_pump(Pty *pty)
{
    gint64 deadline = g_get_monotonic_time() + FRAME_MS * 1000; /* it may have been stopped */
    if (!pty->closed && !take_in(pty)) {
        pty->closed = true;
    }
    while (!pty->closed && !is_whole(pty) && g_get_monotonic_time() < deadline) {
        struct pollfd ready = {.fd = pty->master, .events = POLLIN};
        poll(&ready, 1, 100);
        pty->closed = !take_in(pty);
    }
    vterm_screen_flush_damage(pty->screen);
}

/* One turn of waiting: until there is something to read, at most milliseconds. */
static void turn(Pty *pty, gint64 milliseconds)
{
    /* Closed but not yet reaped: only the end is left to wait for, and no descriptor announces it.
     */
    struct pollfd ready = {.fd = pty->closed ? -1 : pty->master, .events = POLLIN};
    gint64 limit = pty->closed ? MIN(milliseconds, 5) : milliseconds;
    poll(&ready, 1, (int)MAX(limit, 0));
    pty_pump(pty);
}

static gint64 deadline_in(int milliseconds)
{
    return g_get_monotonic_time() + (gint64)milliseconds * 1000;
}

/* In milliseconds, rounded up: no wait ends before its time. */
static gint64 left_until(gint64 deadline)
{
    return (deadline - g_get_monotonic_time() + 999) / 1000;
}

bool pty_wait_until(Pty *pty, bool (*ready)(gpointer data), gpointer data, int milliseconds)
{
    gint64 deadline = deadline_in(milliseconds);
    pty_pump(pty);
    while (!ready(data)) {
        gint64 left = left_until(deadline);
        if (left <= 0) {
            return false;
        }
        turn(pty, MIN(left, 20));
    }
    return true;
}

typedef bool (*condition)(Pty *pty, const char *text);

static bool wait_for(Pty *pty, condition holds, const char *text, int milliseconds)
{
    gint64 deadline = deadline_in(milliseconds);
    pty_pump(pty);
    while (!holds(pty, text)) {
        gint64 left = left_until(deadline);
        if (left <= 0 || (pty->closed && reap(pty, WNOHANG))) {
            return holds(pty, text);
        }
        turn(pty, left);
    }
    return true;
}

static bool text_there(Pty *pty, const char *text)
{
    return pty_has(pty, text);
}

static bool text_gone(Pty *pty, const char *text)
{
    return !pty_has(pty, text);
}

static bool screen_differs(Pty *pty, const char *text)
{
    g_autofree char *now = pty_dump(pty);
    return strcmp(now, text) != 0;
}

static bool program_ended(Pty *pty, const char *text)
{
    (void)text;
    /* Reading goes on to the end of what it wrote. */
    return pty->closed && reap(pty, WNOHANG);
}

bool pty_wait_text(Pty *pty, const char *text, int milliseconds)
{
    return wait_for(pty, text_there, text, milliseconds);
}

bool pty_wait_no_text(Pty *pty, const char *text, int milliseconds)
{
    return wait_for(pty, text_gone, text, milliseconds);
}

bool pty_wait_change(Pty *pty, int milliseconds)
{
    g_autofree char *before = pty_dump(pty);
    return wait_for(pty, screen_differs, before, milliseconds);
}

bool pty_wait_exit(Pty *pty, int milliseconds, int *ret_status)
{
    bool ended = wait_for(pty, program_ended, NULL, milliseconds);
    if (ended && ret_status != NULL) {
        *ret_status = pty->status;
    }
    return ended;
}

void pty_expect_at(Pty *pty, const char *text, bool there, const char *file, int line)
{
    if (!wait_for(pty, there ? text_there : text_gone, text, PTY_WAIT_MS)) {
        g_autofree char *screen = pty_dump(pty);
        /* cmocka cuts what is long, and the end says most */
        fprintf(stderr, "%s on the screen: \"%s\"%s\n%s\n", there ? "not" : "still", text,
                pty->ended ? " (the program has ended)" : "", screen);
        _fail(file, line);
    }
}

void pty_expect_exit_at(Pty *pty, int code, const char *file, int line)
{
    int status = 0;
    bool ended = pty_wait_exit(pty, PTY_WAIT_MS, &status);
    if (!ended || !WIFEXITED(status) || WEXITSTATUS(status) != code) {
        g_autofree char *screen = pty_dump(pty);
        print_error("expected exit code %d, %s %d\n%s\n", code,
                    !ended ? "it still runs:" : (WIFEXITED(status) ? "got" : "ended by signal"),
                    !ended              ? (int)pty->pid
                    : WIFEXITED(status) ? WEXITSTATUS(status)
                                        : WTERMSIG(status),
                    screen);
        _fail(file, line);
    }
}

void pty_send(Pty *pty, const char *text)
{
    write_all(pty, text, strlen(text));
}

void pty_paste(Pty *pty, const char *text)
{
    /* In one write, as a terminal does it. */
    g_autoptr(GString) held = g_string_new(NULL);
    pty->held = held;
    vterm_keyboard_start_paste(pty->vterm);
    g_autofree char *sent = g_strdelimit(g_strdup(text), "\n", '\r'); /* as Enter would */
    g_string_append(held, sent);
    vterm_keyboard_end_paste(pty->vterm);
    pty->held = NULL;
    write_all(pty, held->str, held->len);
}

void pty_click(Pty *pty, int row, int column)
{
    vterm_mouse_move(pty->vterm, row, column, VTERM_MOD_NONE);
    vterm_mouse_button(pty->vterm, 1, true, VTERM_MOD_NONE);
    vterm_mouse_button(pty->vterm, 1, false, VTERM_MOD_NONE);
}

void pty_resize(Pty *pty, int columns, int rows)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    pty_pump(pty);
    pty->columns = columns;
    pty->rows = rows;
    vterm_set_size(pty->vterm, rows, columns);
    ioctl(pty->master, TIOCSWINSZ, &size); /* the kernel sends SIGWINCH */
}
