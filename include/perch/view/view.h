/* SPDX-License-Identifier: MIT */
#ifndef PERCH_VIEW_H
#define PERCH_VIEW_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/*
 * What a screen shows, as data. The wizard and Home (pure) make a view from their state; the front
 * ends (ncurses, line by line) show it and send events back. A front end knows nothing else: no
 * steps, no checks, no OAuth. Texts are translated and free of control characters.
 */

/* What a person can do, with the keys: actions.def feeds the key bar, the help screen and the man
 * page's table. */
enum action {
#define ACTION(id, key, name, help) ACTION_##id,
#include "perch/view/actions.def"
#undef ACTION
    ACTION_COUNT,
};

enum mark { MARK_NONE, MARK_OK, MARK_FAILED, MARK_WARNING, MARK_SKIPPED, MARK_WORKING, MARK_OPEN };

/* In letters: "ok", "!!"; words: for a screen reader, "failed". */
const char *mark_text(enum mark mark, bool words);

enum view_kind {
    VIEW_HEADING, /* label; right: text at the right edge of the pane; settled: it is said line by
                     line, too */
    VIEW_TEXT,    /* label: a paragraph, wrapped; indent in columns; role */
    VIEW_BLANK,
    VIEW_INPUT, /* label, value; secret; error and note ("→ acme.my.salesforce.com") below; right:
                   text to the right of the value ("85 characters") */
    VIEW_CHOICE,  /* label; options, selected: radio buttons, one per line */
    VIEW_SETTING, /* ✔ label value: a row to tick off and copy; note: paragraph at the bottom of
                     the pane while the row has the focus */
    VIEW_TOGGLE,  /* [x] label */
    VIEW_CHECK,   /* mark, label, value (evidence in a few words, wrapped with a hanging indent),
                     right */
    VIEW_ADDRESS, /* value: flush left across the whole screen, broken anywhere, undecorated */
    VIEW_PAIR,    /* label, value; a secret is masked by the view */
    VIEW_ROW,     /* columns: a table row (Home) */
};

enum view_role { ROLE_PLAIN, ROLE_DIM, ROLE_ACCENT, ROLE_OK, ROLE_WARN, ROLE_FAIL, ROLE_TITLE };

struct view_item {
    enum view_kind kind;
    int id; /* > 0 if it can have the focus or be acted on; stable while it exists */
    char *label;
    char *value; /* for secret inputs never the secret: see length */
    char *right;
    char *note;
    char *error;
    char *waits; /* VIEW_CHECK that works for more than a moment: a sentence for those who do not
                    see it turn; NULL = none */
    enum mark mark;
    enum view_role role;
    int indent;
    bool secret;  /* VIEW_INPUT: show length bullets; value is empty */
    gsize length; /* characters in a secret input */
    Secret *kept; /* a secret input's value, to bring it back after a change; NULL = empty */
    bool ticked;
    bool finds;         /* VIEW_INPUT: its value is found in whatever is pasted, which comes with
                           its line breaks and tabs */
    bool fixed;         /* VIEW_INPUT that is read-only */
    bool settled;       /* VIEW_INPUT, VIEW_CHOICE, VIEW_TOGGLE: already has a valid answer; the
                           line-by-line front end shows it and asks only on request */
    bool wanted;        /* required but unfilled: marked in the failed role */
    bool stays;         /* VIEW_CHOICE: Enter on another answer chooses it, and does not go on */
    GPtrArray *options; /* char * */
    int selected;
    GPtrArray *columns; /* char *; VIEW_ROW */
};

struct view_rail {
    char *title;
    enum mark mark;
    bool here;
};

struct view_key {
    enum action action;
    char *label; /* verb for the key bar: "check this computer" */
};

/* A question over the screen: text, and one key for each answer. */
struct view_dialog {
    char *text;
    GArray *keys; /* struct view_key */
};

struct view {
    char *title;      /* top left, after "perch" */
    char *right;      /* top right: connection · host */
    GPtrArray *rail;  /* struct view_rail *; NULL or empty: no rail */
    GPtrArray *items; /* struct view_item * */
    GArray *keys;     /* struct view_key, most useful first, for the item with the focus */
    struct view_dialog *dialog; /* NULL = none */
    int focus;     /* item that has the focus initially; 0 or missing: none, letters are commands */
    int screen;    /* differs for each screen; when it changes, focus and scrolling are reset */
    int paste;     /* item that receives pastes wherever the focus is; 0 = the focused one */
    bool busy;     /* something is running: do not ask until this changes */
    bool failed;   /* the screen's task failed; its rows say why, RETRY tries again */
    bool asks;     /* a person has to agree to what is shown: only they can go on from here */
    bool retries;  /* Enter tries again, too: line by line, RETRY is not named beside it */
    bool sums;     /* while busy: what its checks say is summed up when it ends, and said then */
    bool discards; /* Esc gives up what was typed on this screen: no field is restored first */
    char *notice;  /* one line above the key bar: what the last key did; NULL = none */
    const char *alert; /* for somebody who looks elsewhere: the window's title, and a bell when it
                          comes; NULL = none */
    char *code;        /* an address that the full screen can show as a QR code; NULL = none */
    const char *code_text; /* said below it */
    gint64 now_ms;         /* for the spinner */
};

struct view *view_new(void);
void view_free(struct view *view); /* NULL is fine */
typedef struct view View;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(View, view_free)

/* Each adds an item and returns it, borrowed; text is copied. */
struct view_item *view_add(struct view *view, enum view_kind kind, int id, const char *label);
struct view_item *view_heading(struct view *view, const char *label, const char *right);
struct view_item *view_text(struct view *view, enum view_role role, int indent, const char *text);
struct view_item *view_blank(struct view *view);
void view_item_set(char **member, const char *text);
void view_item_take(char **member, char *text); /* takes ownership */
void view_rail(struct view *view, const char *title, enum mark mark, bool here);
void view_key(struct view *view, enum action action, const char *label);
void view_dialog(struct view *view, const char *text);
void view_dialog_key(struct view *view, enum action action, const char *label);
const struct view_item *view_find(const struct view *view, int id); /* NULL when missing */
bool view_item_can_focus(const struct view_item *item);

enum view_event_kind {
    VIEW_EVENT_INPUT,  /* id, text: the input's text changed */
    VIEW_EVENT_LEAVE,  /* id: the input lost the focus */
    VIEW_EVENT_SELECT, /* id, index: option chosen, or toggle/setting pressed (index = new state) */
    VIEW_EVENT_ACTION, /* action, id of the item with the focus (0 = none) */
    VIEW_EVENT_PASTE,  /* id, text: pasted into view.paste */
    VIEW_EVENT_STEP,   /* index: this entry of the rail was chosen */
};

struct view_event {
    enum view_event_kind kind;
    int id;
    const char *text; /* may be a secret: in wiped memory, valid during the call only */
    int index;
    enum action action;
};

/* Name of the key for people: "Enter", "Esc", "Ctrl-C", "c". Static. */
const char *action_key_name(enum action action);
/* The character (or KEY code below 32) that triggers it; see actions.def. */
int action_key(enum action action);
const char *action_id(enum action action);   /* "go-on", for the man page and tests */
const char *action_help(enum action action); /* a sentence, translated */

#endif
