/* SPDX-License-Identifier: MIT */
#ifndef UI_TERM_H
#define UI_TERM_H

#define NCURSES_NOMACROS 1 /* move, clear and other plain words stay ours */
#include <curses.h>
#include <glib.h>
#include <stdbool.h>

#include "keys.h"

/*
 * The terminal: taken over and given back on every way out, also when perch crashes. One at a time.
 */
struct ui_term {
    SCREEN *screen;
    FILE *null; /* tests: the terminal that is none */
    int in;     /* -1: none */
    int out;
    int stderr_copy; /* where fd 2 went before; -1: not captured */
    int stderr_kept; /* what was written there meanwhile */
    bool ascii;      /* marks in ASCII: a font without them, or wished so */
    bool links;      /* understands OSC 8, as far as its name tells */
    bool mouse;
};

enum { KEY_CODE_WORD_LEFT = 0x1003, KEY_CODE_WORD_RIGHT = 0x1004 };

/* PERCH_ERROR_USAGE with a sentence when there is no terminal to take. */
struct ui_term *ui_term_new(GError **error);
/* A screen without a terminal. */
struct ui_term *ui_term_new_null(int columns, int rows);
void ui_term_free(struct ui_term *term); /* NULL is fine */

/* Reads everything that is there; false when the terminal is gone. */
bool ui_term_read(struct ui_term *term, KeyDecoder *keys);

/* Asks the terminal for its size and tells curses. */
void ui_term_resize(struct ui_term *term);

/* Leaves the screen, stops the process as Ctrl-Z does, and comes back when it is continued. */
void ui_term_suspend(struct ui_term *term);
/* Takes the screen again after somebody else had it. */
void ui_term_resume(struct ui_term *term);

/* Whether clicks are reported; then the terminal itself cannot select text. */
void ui_term_set_mouse(struct ui_term *term, bool mouse);

/* Past curses, between two repaints. */
void ui_term_write(struct ui_term *term, const char *bytes, gsize length);
/* The terminal's clipboard (OSC 52). */
void ui_term_copy(struct ui_term *term, const char *text);

#endif
