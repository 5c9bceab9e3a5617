/* SPDX-License-Identifier: MIT */

/*
 * The program that the pty harness is tried on: no curses, only escape sequences, so that the test
 * knows every byte. It echoes what it reads as hexadecimal, and shows its size; "q" ends it.
 */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static void paint_size(void)
{
    struct winsize size = {0};
    ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    printf("\033[1;1H\033[Ksize %dx%d", size.ws_col, size.ws_row);
    fflush(stdout);
}

static void paint_keys(const char *bytes, size_t count)
{
    printf("\033[3;1H\033[Kkeys");
    for (size_t i = 0; i < count; i++) {
        printf(" %02x", (unsigned char)bytes[i]);
    }
    fflush(stdout);
}

static volatile sig_atomic_t resized;

static void on_resize(int signal_number)
{
    (void)signal_number;
    resized = 1;
}

int main(int argc, char **argv)
{
    struct termios raw;
    struct termios old;
    tcgetattr(STDIN_FILENO, &old);
    raw = old;
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    /* SIGWINCH is let in only while waiting, so that none is missed. */
    struct sigaction action = {.sa_handler = on_resize};
    sigaction(SIGWINCH, &action, NULL);
    sigset_t winch;
    sigset_t open_mask;
    sigemptyset(&winch);
    sigaddset(&winch, SIGWINCH);
    sigprocmask(SIG_BLOCK, &winch, &open_mask);

    printf("\033]0;sample\007\033[?1049h\033[?2004h\033[2J");
    printf("\033[2;1H\033[1;31mbold red\033[0m \033[7mreverse\033[0m 日本 e\xcc\x81 end\033[4;6H");
    if (argc > 1) {
        printf("\033[5;1H%s\033[4;6H", argv[1]);
    }
    paint_size();
    for (;;) {
        char bytes[512];
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        ssize_t count = 0;
        if (ppoll(&input, 1, NULL, &open_mask) > 0) {
            count = read(STDIN_FILENO, bytes, sizeof bytes);
        }
        if (resized) {
            resized = 0;
            paint_size();
        }
        if (count > 0) {
            paint_keys(bytes, (size_t)count);
        }
        if (count > 0 && memchr(bytes, 'q', (size_t)count) != NULL) {
            break;
        }
    }
    printf("\033[?2004l\033[?1049lgood bye\r\n");
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &old);
    return 7;
}
