/* SPDX-License-Identifier: MIT */
#ifndef SCREEN_H
#define SCREEN_H

#include <glib.h>
#include <stdbool.h>

#include "perch/ui/ui.h"

/*
 * The full screen in this process, on a terminal that is /dev/null: keys go in, cells are read
 * back. One at a time.
 *
 * Golden files are tests/screen/golden/NAME@COLUMNSxROWS.txt: the text, then a line "---", then one
 * letter a cell: R reverse, B bold, U underlined, D dim, g r y a the ok, failed, warning and accent
 * colours; then the cursor. REGEN=1 writes them anew.
 */
typedef struct Screen Screen;

Screen *screen_new(const struct view_host *host, int columns, int rows);
/* Shows this one view (copied) whatever happens; events are kept for screen_events. */
Screen *screen_new_fixed(const struct view *view, int columns, int rows);
void screen_free(Screen *screen); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Screen, screen_free)

/* Marks in ASCII from now on, as on a poor terminal. */
void screen_use_ascii(Screen *screen);

void screen_type(Screen *screen, const char *text);  /* character by character; \033 is Esc alone */
void screen_burst(Screen *screen, const char *text); /* at once, as an unbracketed paste comes */
void screen_press(Screen *screen, int code);         /* KEY_DOWN ... of curses.h */
void screen_paste(Screen *screen, const char *text); /* bracketed */
void screen_resize(Screen *screen, int columns, int rows);
void screen_changed(Screen *screen); /* ui_changed */

/* What a person sees now: the rows, right-trimmed, one a line. Owned by the caller. */
char *screen_text(Screen *screen);
/* Events of a fixed view since the last call, one a line: "input 3 text". Owned by the caller. */
char *screen_events(Screen *screen);
void screen_assert_shows(Screen *screen, const char *text);
void screen_assert_hides(Screen *screen, const char *text);

/* Compares with the golden file of that name and of this size. */
void screen_assert(Screen *screen, const char *name);
/* The same for one view, all in one. */
void screen_assert_golden(const struct view *view, const char *name, int columns, int rows);

/* For hosts of a test's own: a copy, free with view_free. */
struct view *view_copy(const struct view *view);

#endif
