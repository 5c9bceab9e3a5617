/* SPDX-License-Identifier: MIT */
#ifndef UI_PRIVATE_H
#define UI_PRIVATE_H

#include "keys.h"
#include "layout.h"
#include "lineedit.h"
#include "perch/base/secret.h"
#include "perch/ui/ui.h"
#include "term.h"

#define MIN_COLUMNS 60
#define MIN_ROWS 16

/* Geometry of the screen. */
struct ui_frame {
    int rows, cols;
    bool too_small;
    int rail;   /* columns left of the border; 0: no rail */
    int left;   /* first column of the pane's text */
    int width;  /* width of the pane's text */
    int top;    /* first row of the pane */
    int height; /* rows of the pane */
    int sticky; /* rows of the pane for the heading, which does not scroll */
    int foot;   /* bottom rows of the pane for the focused row's note and the notice */
};

/* One entry of the key bar. */
struct ui_bar_key {
    enum action action; /* ACTION_COUNT: the arrow keys */
    const char *lead;   /* pressed first: "Tab → " from inside a field; "" = nothing */
    const char *name;
    const char *label;
};

struct Ui {
    struct view_host host;
    struct ui_term *term;
    bool ascii;
    bool links;

    struct view *view;
    bool stale;   /* the host has a newer view */
    bool moved;   /* the layout is older than the view, a field or the scroll position */
    bool started; /* screen is valid */
    int screen;
    bool touched;     /* the person did something on this screen and controls the focus */
    int focus;        /* id, 0 = none */
    int option;       /* of a choice with the focus */
    struct key asked; /* may this key replace a stored secret? kind, code; code 0 = no question */

    struct ui_layout *layout;
    struct ui_frame frame;
    int scroll;    /* lines scrolled off above the pane, without the fixed heading */
    int news;      /* index of the row that something just happened to, -1 = none */
    bool scrolled; /* the focused row may be out of sight */
    bool unseen;   /* no key since a paste, or since news was shown */
    bool reading;  /* scrolled by hand since the last command: news does not move the page */
    bool code;     /* the view's code is shown */
    bool help;
    int help_page;
    int help_pages;

    GHashTable *fields; /* id → struct field (focus.c) */
    KeyDecoder *keys;
    guint pending; /* source: timeout of the key decoder */
    guint idle;    /* source: repaint */
    guint input;   /* source: the terminal */
    guint signals[6];
    int wake[2]; /* signals that GLib does not support, as bytes */
    guint wake_source;
    bool gone;
    char *titled; /* the window's title */
    bool alerted; /* the bell has rung for the view's alert */
    char *linked; /* the address that is a link on the screen, and its position */
};

/* ui.c */
Ui *ui_new_on(struct ui_term *term,
              const struct view_host *host); /* takes ownership of term; also for tests */
void ui_refresh(Ui *ui); /* gets a new view and layout if the old ones are stale */
void ui_stale(Ui *ui);   /* the view must be fetched again and drawn */
void ui_redraw(Ui *ui);  /* the screen must be redrawn */
void ui_hangup(Ui *ui);

/* field.c */
void ui_fields_clear(Ui *ui);
void ui_fields_sync(Ui *ui);
LineEdit *ui_field(const Ui *ui, int id); /* NULL: no such input */
/* Before a key changes the text or moves in it: what was there can be brought back. kind: an enum
 * line_edit_key or UI_TYPED, a run of which counts as one change; 0 = anything else. */
void ui_field_mark(Ui *ui, int id, int kind);
/* Its text is no value: the host's takes its place, even if it is the one that was there before. */
void ui_field_yields(Ui *ui, int id);
bool ui_field_is_typed(const Ui *ui, int id); /* or moved in, since the focus or a paste came */
void ui_field_undo(Ui *ui);                   /* the last change of the focused input */
/* Whether Esc first brings back what the focused input contained when the focus came. */
bool ui_field_is_changed(const Ui *ui);
bool ui_field_restore(Ui *ui); /* false: it is not changed */

/* focus.c */
const struct view_item *ui_focused(const Ui *ui);
LineEdit *ui_focused_edit(const Ui *ui); /* the focused input's, else NULL */
bool ui_focus_on_input(const Ui *ui);
void ui_adopt_focus(Ui *ui, bool new_screen);
void ui_set_focus(Ui *ui, int id);
int ui_focus_stops(const Ui *ui, int *ret_position);  /* position: 0 = none has the focus */
bool ui_focus_move(Ui *ui, int direction, bool wrap); /* false: nowhere to go */
void ui_focus_end(Ui *ui, int direction);
/* Whether Tab (direction 1), or Shift-Tab, leads from a field to where letters are keys. */
bool ui_focus_leaves(const Ui *ui, int direction);
const char *ui_tick_label(const Ui *ui); /* what Space does here; NULL = nothing */
/* Whether Enter chooses the option under the cursor and does no more. */
bool ui_choice_waits(const Ui *ui);
void ui_focus_first_bad(Ui *ui);
void ui_send(Ui *ui, struct view_event event);
void ui_send_action(Ui *ui, enum action action);
/* The ui shows the help itself; ignores ACTION_COUNT. */
void ui_act(Ui *ui, enum action action);
void ui_select(Ui *ui, int index);

/* scroll.c */
void ui_scroll_clamp(Ui *ui); /* also shows the news, or the focused row unless scrolled away */
/* Index of the row of now that somebody should see, -1 = none; before: the view shown until now;
 * unseen: nobody has pressed a key at it yet. */
int ui_scroll_news(const struct view *before, const struct view *now, bool unseen);
void ui_scroll_lines(Ui *ui, int lines);
void ui_scroll_page(Ui *ui, int direction);
int ui_scroll_room(const Ui *ui);      /* rows that scroll */
int ui_line_at(const Ui *ui, int row); /* index of the line in this row of the screen, or -1 */

/* input.c */
enum { UI_TYPED = 1000 }; /* as the kind of a change: a typed character */
void ui_handle_key(const struct key *key, gpointer ui);
void ui_ask(Ui *ui); /* adds the question about ui->asked to the view */

/* bar.c */
bool ui_action_works(const Ui *ui, enum action action);
GArray *ui_bar_keys(const Ui *ui); /* struct ui_bar_key: the keys that work now */
const char *ui_key_name(const Ui *ui, enum action action);
void ui_bar_draw(Ui *ui, WINDOW *window, int row);
enum action ui_bar_action_at(Ui *ui, int column); /* ACTION_COUNT: none */

/* draw.c */
void ui_measure(Ui *ui); /* frame and layout from the view and the size of the screen */
void ui_draw(Ui *ui);    /* to the terminal, at once */
int ui_put(WINDOW *window, int row, int column, enum ui_style style, bool selected,
           const char *text);

/* popup.c */
void ui_draw_dialog(Ui *ui);
void ui_draw_help(Ui *ui);

/* code.c */
void ui_draw_code(Ui *ui);

/* mouse.c */
void ui_handle_mouse(Ui *ui);
void ui_mouse_update(Ui *ui);

/* theme.c */
void ui_theme_init(void);
void ui_style_set(WINDOW *window, enum ui_style style, bool selected);

#endif
