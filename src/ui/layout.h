/* SPDX-License-Identifier: MIT */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include <glib.h>
#include <stdbool.h>

#include "lineedit.h"
#include "perch/view/view.h"

/*
 * Lays out the items of a view as lines of styled text for a width. Pure: no terminal, no clock.
 * Column 0 is the first column of the pane's text; the marker of the focused row is left of it.
 */
enum ui_style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_ACCENT,
    STYLE_OK,
    STYLE_WARN,
    STYLE_FAIL,
    STYLE_TITLE,
    STYLE_INPUT, /* editable text */
    STYLE_SELECTED,
    STYLE_CODE, /* black on white */
    STYLE_COUNT,
};

struct ui_span {
    int column;
    enum ui_style style;
    char *text;
};

struct ui_line {
    int item;      /* index in view.items */
    int option;    /* option of a VIEW_CHOICE, else -1 */
    int selected;  /* from this column to the pane's edge in the selected style; -1: none */
    int marker;    /* column of the marker "here": -1 is the gutter; MARKER_NONE = none */
    bool address;  /* flush left across the whole screen, no style */
    GArray *spans; /* struct ui_span, left to right */
};

#define MARKER_NONE (-2)
#define UI_BODY_MAX 118 /* columns of rows with text at their right edge; tables take all */

/* The item's lines: first to first + count - 1. */
struct ui_extent {
    int first;
    int count;
};

struct ui_layout {
    GPtrArray *lines; /* struct ui_line */
    GArray *extents;  /* struct ui_extent, one for each item */
    int cursor_line;  /* in the focused input; -1: none */
    int cursor_column;
    GPtrArray *foot; /* char *: the note of the focused row, for the bottom of the pane */
    int foot_rows;   /* rows of the longest of these notes */
};

struct ui_look {
    const struct view *view;
    int width;  /* columns of the pane's text */
    int screen; /* columns of the screen, for addresses */
    int focus;  /* id of the item with the focus, 0 = none */
    int option; /* the choice's option with the cursor */
    bool ascii; /* marks in ASCII */
    bool air;   /* a blank line before each section */
    /* Returns the buffer of an input, NULL if it has none; may be NULL. */
    LineEdit *(*edit)(int id, gpointer user);
    gpointer user;
};

struct ui_layout *ui_layout_new(const struct ui_look *look);
void ui_layout_free(struct ui_layout *layout); /* NULL is fine */
typedef struct ui_layout UiLayout;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UiLayout, ui_layout_free)

/* The mark as text; now_ms animates MARK_WORKING. "" for MARK_NONE. Static. */
const char *ui_mark(enum mark mark, gint64 now_ms, bool ascii);
enum ui_style ui_mark_style(enum mark mark);
const char *ui_marker(bool ascii); /* "here" */

#endif
