/* SPDX-License-Identifier: MIT */
#ifndef UI_TERM_H
#define UI_TERM_H

#define NCURSES_NOMACROS 1 /* keeps move, clear and other plain names usable */
#include <curses.h>
#include <glib.h>
#include <stdbool.h>

#include "keys.h"

/*
 * The terminal: taken over, and restored on every exit, even a crash. One at a time.
 */
struct ui_term {
    SCREEN *screen;
    FILE *null; /* tests: /dev/null instead of a terminal */
    int in;     /* -1: none */
    int out;
    int stderr_copy; /* the original fd 2; -1: not captured */
    int stderr_kept; /* output captured from fd 2 */
    bool ascii;      /* marks in ASCII: not in the font, or by choice */
    bool links;      /* supports OSC 8, and titles, judging by its name */
    bool mouse;
};

enum { KEY_CODE_WORD_LEFT = 0x1003, KEY_CODE_WORD_RIGHT = 0x1004 };

/* PERCH_ERROR_USAGE if there is no usable terminal. */
struct ui_term *ui_term_new(GError **error);
/* A screen without a terminal. */
struct ui_term *ui_term_new_null(int columns, int rows);
void ui_term_free(struct ui_term *term); /* NULL is fine */

/* Reads all pending input; false when the terminal is gone. */
bool ui_term_read(struct ui_term *term, KeyDecoder *keys);

/* Asks the terminal for its size and tells curses. */
void ui_term_resize(struct ui_term *term);

/* Leaves the screen, stops the process like Ctrl-Z, and returns when it is continued. */
void ui_term_suspend(struct ui_term *term);
/* Takes over the screen again after another program had it. */
void ui_term_resume(struct ui_term *term);

/* Whether clicks are reported; then the terminal itself selects text only with Shift held. */
void ui_term_set_mouse(struct ui_term *term, bool mouse);

/* Writes bypassing curses, between two repaints. */
void ui_term_write(struct ui_term *term, const char *bytes, gsize length);
void ui_term_title(struct ui_term *term, const char *title); /* the window's, until the end */
/* Puts text on the terminal's clipboard (OSC 52). */
void ui_term_copy(struct ui_term *term, const char *text);

#endif
