/* SPDX-License-Identifier: MIT */
#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/secret.h"
#include "perch/base/text.h"

#include <term.h> /* NOLINT(readability-duplicate-include): not the one above */
#undef columns    /* names that term.h defines as macros */
#undef lines
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_OFF "\033[?1000l\033[?1006l"
#define TITLE_SAVE "\033[22;2t"
#define TITLE_RESTORE "\033[23;2t"

/* What a signal handler needs to restore the terminal; it must not call curses. */
static struct {
    volatile sig_atomic_t active;
    struct ui_term *term;
    struct termios before;
    char restore[256];
    struct sigaction old[32];
} rescue;

static const int fatal[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};

static void write_all(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t done = write(fd, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0 && errno == EAGAIN && poll(&(struct pollfd){fd, POLLOUT, 0}, 1, 1000) > 0)
            continue;
        if (done <= 0)
            return;
        bytes += done;
        length -= (gsize)done;
    }
}

/* Restores fd 2 and prints the captured output on it. Async-signal-safe. */
static void release_stderr(struct ui_term *term)
{
    char bytes[4096];
    ssize_t got;
    off_t at = 0;
    if (term->stderr_copy < 0)
        return;
    dup2(term->stderr_copy, STDERR_FILENO);
    while ((got = pread(term->stderr_kept, bytes, sizeof bytes, at)) > 0) {
        write_all(STDERR_FILENO, bytes, (gsize)got);
        at += got;
    }
    close(term->stderr_copy);
    close(term->stderr_kept);
    term->stderr_copy = term->stderr_kept = -1;
}

/* Libraries that print on standard error would write over the screen. */
static void capture_stderr(struct ui_term *term)
{
    if (!isatty(STDERR_FILENO))
        return;
    fflush(stderr);
    term->stderr_kept = memfd_create("perch-stderr", MFD_CLOEXEC);
    if (term->stderr_kept < 0)
        return;
    term->stderr_copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(term->stderr_kept, STDERR_FILENO);
}

static void on_fatal(int number)
{
    sigaction(number, &rescue.old[number], NULL);
    if (rescue.active) {
        rescue.active = 0;
        write_all(rescue.term->out, rescue.restore, strlen(rescue.restore));
        tcsetattr(rescue.term->in, TCSANOW, &rescue.before);
        release_stderr(rescue.term);
    }
    raise(number);
}

/* What curses does not know of. */
static void modes_on(struct ui_term *term)
{
    ui_term_write(term, PASTE_ON, strlen(PASTE_ON));
    if (term->links)
        ui_term_write(term, TITLE_SAVE, strlen(TITLE_SAVE));
}

static void modes_off(struct ui_term *term)
{
    ui_term_write(term, PASTE_OFF, strlen(PASTE_OFF));
    if (term->links)
        ui_term_write(term, TITLE_RESTORE, strlen(TITLE_RESTORE));
}

static void on_exit_restore(void)
{
    if (!rescue.active)
        return;
    rescue.active = 0;
    modes_off(rescue.term);
    write_all(rescue.term->out, MOUSE_OFF, strlen(MOUSE_OFF));
    endwin();
    release_stderr(rescue.term);
}

static const char *capability(const char *name)
{
    char buffer[8];
    g_strlcpy(buffer, name, sizeof buffer);
    const char *text = tigetstr(buffer);
    return text == NULL || text == (char *)-1 ? "" : text;
}

static void arm_rescue(struct ui_term *term)
{
    static bool registered;
    rescue.term = term;
    g_snprintf(rescue.restore, sizeof rescue.restore, "%s%s%s%s%s%s", PASTE_OFF MOUSE_OFF,
               term->links ? TITLE_RESTORE : "", capability("sgr0"), capability("rmkx"),
               capability("cnorm"), capability("rmcup"));
    for (gsize i = 0; i < G_N_ELEMENTS(fatal); i++) {
        struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_NODEFER};
        sigaction(fatal[i], &action, &rescue.old[fatal[i]]);
    }
    if (!registered)
        atexit(on_exit_restore);
    registered = true;
    rescue.active = 1;
}

static void disarm_rescue(void)
{
    rescue.active = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(fatal); i++)
        sigaction(fatal[i], &rescue.old[fatal[i]], NULL);
}

/* Modes for curses: Ctrl-C, Ctrl-Z and the like arrive as keys, in order. */
static void set_modes(void)
{
    set_escdelay(25);
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    mouseinterval(0);
    define_key("\033[200~", KEY_CODE_PASTE_BEGIN);
    define_key("\033[201~", KEY_CODE_PASTE_END);
    define_key("\033[1;5D", KEY_CODE_WORD_LEFT);
    define_key("\033[1;5C", KEY_CODE_WORD_RIGHT);
}

static bool name_starts(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (g_str_has_prefix(name, *list))
            return true;
    return false;
}

static bool wants_ascii(const char *name)
{
    static const char *const poor[] = {"linux", "vt1", "vt2", "vt3", "vt5", "ansi", NULL};
    const char *wish = g_getenv("NO_UNICODE");
    return !text_is_unicode() || (wish != NULL && *wish != '\0') || name_starts(name, poor);
}

struct ui_term *ui_term_new(GError **error)
{
    static const char *const linked[] = {"xterm", "tmux",  "alacritty", "foot", "kitty", "wezterm",
                                         "vte",   "gnome", "konsole",   "st-",  NULL};
    const char *name = g_getenv("TERM");
    const char *problem = NULL;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        problem = _("The full screen needs a terminal; add --plain to go on line by line.");
    struct termios before;
    if (problem == NULL)
        tcgetattr(STDIN_FILENO, &before);
    SCREEN *screen = problem == NULL ? newterm(NULL, stdout, stdin) : NULL;
    if (screen == NULL) {
        if (problem != NULL)
            g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE, problem);
        else
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                        _("The terminal type \"%s\" is not known here; set TERM to xterm-256color, "
                          "or add --plain to go on line by line."),
                        name == NULL ? "" : name);
        return NULL;
    }
    struct ui_term *term = g_new0(struct ui_term, 1);
    term->screen = screen;
    term->in = STDIN_FILENO;
    term->out = STDOUT_FILENO;
    term->stderr_copy = term->stderr_kept = -1;
    term->ascii = wants_ascii(name == NULL ? "" : name);
    term->links = !term->ascii && name != NULL && name_starts(name, linked);
    set_modes();
    rescue.before = before;
    arm_rescue(term);
    capture_stderr(term);
    modes_on(term);
    ui_term_resize(term);
    return term;
}

struct ui_term *ui_term_new_null(int columns, int rows)
{
    struct ui_term *term = g_new0(struct ui_term, 1);
    term->null = fopen("/dev/null", "r+e");
    term->in = term->out = term->stderr_copy = term->stderr_kept = -1;
    term->screen = newterm("xterm-256color", term->null, term->null);
    if (term->screen == NULL)
        g_error("terminfo has no entry for xterm-256color");
    set_modes();
    resizeterm(rows, columns);
    return term;
}

void ui_term_free(struct ui_term *term)
{
    if (term == NULL)
        return;
    ui_term_set_mouse(term, false);
    modes_off(term);
    endwin();
    if (term->in >= 0)
        disarm_rescue();
    delscreen(term->screen);
    release_stderr(term);
    if (term->null != NULL)
        fclose(term->null);
    g_free(term);
}

bool ui_term_read(struct ui_term *term, KeyDecoder *keys)
{
    wint_t code;
    int kind;
    bool any = false;
    while ((kind = get_wch(&code)) != ERR) {
        any = true;
        if (kind != KEY_CODE_YES)
            keys_feed(keys, (guint)code, false);
        else if (code != KEY_RESIZE)
            keys_feed(keys, (guint)code, true);
    }
    if (any)
        return true;
    /* Nothing read although poll reported input: half a character, or the end. */
    int waiting = 0;
    struct pollfd fd = {.fd = term->in, .events = POLLIN};
    if (poll(&fd, 1, 0) <= 0)
        return true;
    return (fd.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0 &&
           ioctl(term->in, FIONREAD, &waiting) == 0 && waiting > 0;
}

void ui_term_resize(struct ui_term *term)
{
    struct winsize size = {0};
    if (term->out < 0 || ioctl(term->out, TIOCGWINSZ, &size) != 0)
        return;
    if (size.ws_row > 0 && size.ws_col > 0 && is_term_resized(size.ws_row, size.ws_col))
        resizeterm(size.ws_row, size.ws_col);
}

void ui_term_suspend(struct ui_term *term)
{
    struct sigaction stop = {.sa_handler = SIG_DFL}, old;
    bool mouse = term->mouse;
    ui_term_set_mouse(term, false);
    modes_off(term);
    endwin();
    sigaction(SIGTSTP, &stop, &old);
    kill(0, SIGTSTP); /* the whole job, make included, else the shell would not notice */
    sigaction(SIGTSTP, &old, NULL);
    ui_term_set_mouse(term, mouse);
    ui_term_resume(term);
}

void ui_term_resume(struct ui_term *term)
{
    reset_prog_mode();
    ui_term_resize(term);
    clearok(curscr, TRUE);
    modes_on(term);
    refresh();
}

void ui_term_set_mouse(struct ui_term *term, bool mouse)
{
    if (mouse == term->mouse)
        return;
    term->mouse = mouse;
    mousemask(mouse ? BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0,
              NULL);
}

void ui_term_write(struct ui_term *term, const char *bytes, gsize length)
{
    if (term->out < 0)
        return;
    fflush(stdout);
    write_all(term->out, bytes, length);
}

void ui_term_title(struct ui_term *term, const char *title)
{
    g_autofree char *sequence = g_strconcat("\033]2;", title, "\a", NULL);
    if (term->links)
        ui_term_write(term, sequence, strlen(sequence));
}

void ui_term_copy(struct ui_term *term, const char *text)
{
    enum { PIECE = 256 }; /* screen passes on no longer strings */
    g_autoptr(WipedText) base64 = g_base64_encode((const guchar *)text, strlen(text));
    g_autoptr(SecretBuf) sequence = secret_buf_new(), out = secret_buf_new();
    secret_buf_add(sequence, "\033]52;c;");
    secret_buf_add(sequence, base64);
    secret_buf_add(sequence, "\a");
    /* screen itself knows no clipboard: what it shall pass on to the terminal is wrapped. */
    bool wraps = g_getenv("STY") != NULL && g_getenv("TMUX") == NULL;
    for (gsize at = 0; at < sequence->length; at += PIECE) {
        secret_buf_add(out, wraps ? "\033P" : "");
        secret_buf_add_len(out, sequence->text + at, MIN(PIECE, sequence->length - at));
        secret_buf_add(out, wraps ? "\033\\" : "");
    }
    ui_term_write(term, out->text, out->length);
}
