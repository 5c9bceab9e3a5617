/* SPDX-License-Identifier: MIT */
#ifndef UI_LINEEDIT_H
#define UI_LINEEDIT_H

#include <glib.h>
#include <stdbool.h>

/*
 * One line of UTF-8 text that a person edits, in memory that is wiped. The cursor is always between
 * whole characters: a base character and its combining marks are never separated.
 */
typedef struct LineEdit LineEdit;

enum line_edit_key {
    EDIT_LEFT = 1,
    EDIT_RIGHT,
    EDIT_WORD_LEFT,
    EDIT_WORD_RIGHT,
    EDIT_HOME,
    EDIT_END,
    EDIT_BACKSPACE,
    EDIT_DELETE,
    EDIT_KILL_WORD, /* the word before the cursor; in a secret everything before it */
    EDIT_KILL_END,
    EDIT_KILL_ALL,
};

LineEdit *line_edit_new(bool secret); /* secret: shown as bullets */
void line_edit_free(LineEdit *edit);  /* wipes; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineEdit, line_edit_free)

/* Replaces the text; the cursor goes to its end. */
void line_edit_set(LineEdit *edit, const char *text);
/* Shows a secret of this many characters that is kept elsewhere. The first change starts with an
 * empty text. */
void line_edit_hold(LineEdit *edit, gsize characters);

/* Inserts the bytes, cleaned by line_edit_clean, at the cursor. True when the text changed. */
bool line_edit_insert(LineEdit *edit, const char *bytes, gsize length);
/* True when the text changed (not when only the cursor moved). */
bool line_edit_press(LineEdit *edit, enum line_edit_key key);

const char *line_edit_text(const LineEdit *edit); /* borrowed until the next change */
gsize line_edit_characters(const LineEdit *edit); /* of the text, or of the held secret */
bool line_edit_is_secret(const LineEdit *edit);
bool line_edit_is_held(const LineEdit *edit);

/* A secret shows no more bullets than this, with the cursor or without. */
#define LINE_EDIT_BULLETS 30

/* The part to show in this many columns (> 0), and the cursor's column in it; the window moves as
 * little as possible. Wiped and freed by the caller (wipe_free). */
char *line_edit_show(LineEdit *edit, int columns, int *ret_cursor);

/* Typed or pasted bytes as one line: control, line-breaking and invisible characters are removed,
 * invalid UTF-8 becomes U+FFFD, a no-break space becomes a blank. kept: those of them that stay,
 * such as "\n", which stands for "\r", too: terminals send that for a line break. Owned by the
 * caller, wiped. */
char *line_edit_clean(const char *bytes, gsize length, const char *kept);

#endif
