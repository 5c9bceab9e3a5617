/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_PTY_H
#define SUPPORT_PTY_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "support/canary.h"

/*
 * A program on a pseudo terminal whose screen is emulated by libvterm. Nothing sleeps: every
 * pty_wait_* polls the terminal until its condition holds or milliseconds have passed. Rows and
 * columns count from 0. The program's terminal is only read while one of these functions runs.
 */
typedef struct Pty Pty;

enum {
    PTY_WAIT_MS = 15000, /* timeout of the pty_expect macros; sanitizers on two cores are slow */
};

/* Starts argv (argv[0] is looked for in PATH) with exactly env. Fails the test when it cannot. */
Pty *pty_start(const char *const *argv, char **env, int columns, int rows);
/* Kills the program if it still runs. NULL is fine. */
void pty_free(Pty *pty);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pty, pty_free)

pid_t pty_pid(const Pty *pty);

/* Sends raw bytes. */
void pty_send(Pty *pty, const char *text);
/* Pastes as a terminal does: bracketed if the program has enabled that. */
void pty_paste(Pty *pty, const char *text);
/* One key by name, in the form that the terminal's mode asks for: Enter Tab BackTab Esc Backspace
 * Delete Insert Up Down Left Right Home End PageUp PageDown Space F1..F12, C-x for Ctrl, or one
 * character. */
void pty_key(Pty *pty, const char *name);
/* Several keys, separated by blanks. */
void pty_keys(Pty *pty, const char *names);
void pty_click(Pty *pty, int row, int column);
/* Also tells the program (SIGWINCH). */
void pty_resize(Pty *pty, int columns, int rows);

/* False when the time was up. text may span rows with \n in it. */
bool pty_wait_text(Pty *pty, const char *text, int milliseconds);
bool pty_wait_no_text(Pty *pty, const char *text, int milliseconds);
/* Waits until the screen (cells, not colours) differs from that at the call. */
bool pty_wait_change(Pty *pty, int milliseconds);
/* Until the program has ended; ret_status (may be NULL) is waitpid's. */
bool pty_wait_exit(Pty *pty, int milliseconds, int *ret_status);
/* Waits until ready(data) returns true; meanwhile reads the terminal and polls every 20 ms. */
bool pty_wait_until(Pty *pty, bool (*ready)(gpointer data), gpointer data, int milliseconds);
/* Reads pending output without waiting. */
void pty_pump(Pty *pty);

/* The screen: a row or all rows joined by \n, blanks at the end of rows removed. Owned by the
 * caller. */
char *pty_row(const Pty *pty, int row);
char *pty_dump(const Pty *pty);
bool pty_has(const Pty *pty, const char *text);
/* Row of the first line that holds text, -1 if none; ret_column may be NULL. */
int pty_find(const Pty *pty, const char *text, int *ret_column);

struct pty_cursor {
    int row;
    int column;
    bool visible;
};
struct pty_cursor pty_cursor(const Pty *pty);

struct pty_cell {
    char text[32]; /* UTF-8, with combining marks; "" right of a wide character */
    int width;
    bool bold, underline, reverse, blink, italic;
    int foreground; /* palette index, -1 = the terminal's default, -2 = an RGB value */
    int background;
};
struct pty_cell pty_cell(const Pty *pty, int row, int column);

bool pty_alternate_screen(const Pty *pty);
bool pty_mouse_on(const Pty *pty);
const char *pty_title(const Pty *pty); /* borrowed, NULL if never set */

/* Every byte that the program wrote, since the start. Borrowed. */
const GByteArray *pty_raw(const Pty *pty);

/* Whenever the terminal is read, takes snapshots for canary of the command lines and environments
 * of the program and its descendants. canary must outlive pty. */
void pty_watch(Pty *pty, Canary *canary);

/* Fails the test and shows the screen when text does not appear in PTY_WAIT_MS. */
#define pty_expect(pty, text) pty_expect_at((pty), (text), true, __FILE__, __LINE__)
#define pty_expect_gone(pty, text) pty_expect_at((pty), (text), false, __FILE__, __LINE__)
void pty_expect_at(Pty *pty, const char *text, bool there, const char *file, int line);
/* Fails the test when the program does not end in time, or with another exit code. */
#define pty_expect_exit(pty, code) pty_expect_exit_at((pty), (code), __FILE__, __LINE__)
void pty_expect_exit_at(Pty *pty, int code, const char *file, int line);

#endif
