/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "perch/app/app.h"
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/store/own_keyring.h"
#include "perch/store/store.h"

/* Before anything else runs: joins perch's own keyring, or opens it with a password from the
 * terminal. */

enum { PASSWORD_MAX = 512, CTRL_C = 3, CTRL_D = 4, CTRL_U = 21, BACKSPACE = 8, DELETE = 127 };

static void say(int fd, const char *text)
{
    gsize length = strlen(text);
    while (length > 0) {
        ssize_t wrote = write(fd, text, length);
        if (wrote < 0 && errno != EINTR)
            return;
        text += MAX(wrote, 0);
        length -= (gsize)MAX(wrote, 0);
    }
}

/* The key that ended the line: '\n', CTRL_C or CTRL_D. */
static char read_line(int fd, char *text, gsize *ret_length)
{
    gsize length = 0;
    char c = '\0';
    for (;;) {
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            c = CTRL_D;
        if (c == '\r' || c == '\n' || c == CTRL_C || c == CTRL_D)
            break;
        if (c == CTRL_U)
            length = 0;
        else if (c == BACKSPACE || c == DELETE)
            length -= length > 0;
        else if (length < PASSWORD_MAX)
            text[length++] = c;
    }
    *ret_length = length;
    return c == '\r' ? '\n' : c;
}

/* A background process must not ask: it would only be stopped (SIGTTIN). */
static int open_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0 && tcgetpgrp(fd) == getpgrp())
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* NULL: no terminal, or no password given. */
static Secret *ask(const char *problem)
{
    struct termios before, quiet;
    char text[PASSWORD_MAX];
    gsize length = 0;
    int fd = open_terminal();
    if (fd < 0)
        return NULL;
    if (tcgetattr(fd, &before) != 0) {
        close(fd);
        return NULL;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSAFLUSH, &quiet);
    if (problem != NULL) {
        say(fd, problem);
        say(fd, "\n");
    }
    say(fd, _("Password for perch's own keyring (Enter alone: continue without it): "));
    char end = read_line(fd, text, &length);
    say(fd, "\n");
    tcsetattr(fd, TCSAFLUSH, &before);
    close(fd);
    Secret *password = end == '\n' && length > 0 ? secret_new_len(text, length) : NULL;
    wipe(text, sizeof text);
    if (end == CTRL_C)
        raise(SIGINT);
    return password;
}

void app_open_keyring(bool may_ask)
{
    g_autofree char *problem = NULL;
    if (!own_keyring_exists() || own_keyring_join())
        return;
    for (;;) {
        g_autoptr(Secret) password = may_ask ? ask(problem) : NULL;
        g_autoptr(GError) error = NULL;
        if (password == NULL) {
            store_refuse(
                _("perch's own keyring is locked. Run perch status in a terminal: it asks for the "
                  "password."));
            return;
        }
        if (own_keyring_open_now(password, &error))
            return;
        if (!g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED) &&
            !g_error_matches(error, PERCH_ERROR, PERCH_ERROR_USAGE)) {
            store_refuse(error->message);
            return;
        }
        g_free(problem);
        problem = g_strdup(error->message);
    }
}
