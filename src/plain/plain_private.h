/* SPDX-License-Identifier: MIT */
#ifndef PERCH_PLAIN_PRIVATE_H
#define PERCH_PLAIN_PRIVATE_H

#include "perch/base/secret.h"
#include "perch/plain/plain.h"

/* ---- lines.c: standard input, and the terminal's echo ---- */

enum { LINE_MAX_BYTES = 64 * 1024 };

enum line_state {
    LINE_NONE, /* no whole line yet */
    LINE_KEPT, /* there is one, but it was not accepted */
    LINE_TEXT,
    LINE_TOO_LONG, /* dropped */
    LINE_NOT_TEXT, /* dropped: not UTF-8, or a NUL inside */
    LINE_END,      /* end of input */
};

struct lines {
    SecretBuf *buf;
    GSource *source;
    bool ended;
    bool dropping; /* inside a line that is too long */
    bool too_long; /* one was dropped */
    void (*ready)(gpointer user);
    gpointer user;
};

void lines_init(struct lines *lines, void (*ready)(gpointer user), gpointer user);
void lines_clear(struct lines *lines);
/* Whether a line arrived before it was asked for. */
bool lines_early(const struct lines *lines);
void lines_listen(struct lines *lines, bool on);
/* Whether more of what was pasted into a terminal is there; a line of it that Enter has not ended
 * yet, too. */
bool lines_follow(struct lines *lines);
/* The first line, without blanks at the ends; free with wipe_free. A line that wanted rejects stays
 * (NULL = accept all). */
enum line_state lines_take(struct lines *lines, bool (*wanted)(const char *line), char **ret_line);

void echo_off(void); /* no effect if standard input is not a terminal */
void echo_restore(void);

/* ---- print.c: output, and what has been printed ---- */

struct said {
    GHashTable *texts; /* checksums of lines of this screen */
    GHashTable *lines; /* label of a check → its mark and value; "#id" of others → its checksum */
    GHashTable *bad; /* keys of those that are checks and not ok → a checksum of what was said */
};

struct printer {
    struct plain_options options;
    struct said said;
    GHashTable *asked;   /* answered ids on this screen */
    GHashTable *numbers; /* id → number on this screen; borrowed from: */
    GHashTable *screens; /* heading → numbers: they are the same when a person comes back */
    bool in_prompt;      /* the cursor is after a prompt */
};

void printer_init(struct printer *printer, const struct plain_options *options);
void printer_clear(struct printer *printer);
void printer_forget(struct printer *printer,
                    const struct view *view); /* when the screen changes, to that of view */
void printer_forget_bad(
    struct printer *printer); /* so that checks that are not ok are printed again */

int print_columns(void); /* that a prompt may have */
void print_prompt(struct printer *printer, const char *text);
void print_end(struct printer *printer); /* a line break if the cursor is after a prompt */
void print_aside(struct printer *printer, const char *text); /* a line on standard error */
void print_fact(struct printer *printer, const char *text, bool fine);
void print_notice(struct printer *printer, const char *text); /* an address stands alone */
void print_ok(struct printer *printer, const char *label, const char *value);
void print_bad(struct printer *printer, const char *label, const char *error); /* an aside */
void print_header(struct printer *printer, const struct view *view);
/* A fresh view with the focus on an item. */
struct look {
    struct view *(*at)(int focus, gpointer user);
    gpointer user;
};
void print_facts(struct printer *printer, const struct view *view, const struct look *look);

/* ---- view helpers (print.c) ---- */

/* Whether item can be chosen by number: questions, settings, values and rows, but not the paste
 * field that takes whatever is typed. */
bool item_has_number(const struct view *view, const struct view_item *item);
const struct view_item *item_first(const struct view *view); /* that has a number, or NULL */
/* It stays with the item, also when the screen is left and comes back; 0 = it has none. */
guint item_number(struct printer *printer, const struct view *view, const struct view_item *item);
const struct view_item *item_by_number(struct printer *printer, const struct view *view,
                                       guint number);
const char *item_option(const struct view_item *item); /* the selected one, or NULL */
char *item_label(const struct view_item *item);        /* without a colon at its end */
const char *item_yes(const struct view_item *item);    /* "yes": it is ticked */
/* "  3  done  Name: Bird Integration"; several lines of a value go below the label. */
char *item_line(const struct view_item *item, guint number, const char *value);

/* ---- plain.c ---- */

enum ask_kind { ASK_NOTHING, ASK_INPUT, ASK_CHOICE, ASK_TOGGLE, ASK_PASTE, ASK_KEYS, ASK_DIALOG };

struct ask {
    enum ask_kind kind;
    int id;
    bool secret;
};

struct Plain {
    struct view_host host;
    bool no_input;
    GMainContext *context;
    GSource *turn;
    struct lines lines;
    struct printer printer;
    struct ask ask; /* the open question */
    char *part;     /* its answer so far, refused, while more of what was pasted follows */
    bool told;      /* what can be typed at a question */
    bool early;     /* its answer came before it was asked */
    int forced;     /* item to ask again; 0 = none */
    int focus;
    int screen;
    bool started;
    bool went_back; /* the person went back to this screen: do not go on automatically */
    bool quitting;
    bool ended;
    int nexts;        /* number of automatic ACTION_NEXT on this screen */
    char *next_print; /* checksum of the view that the last ACTION_NEXT was sent from */
    char *notice;     /* as last printed */
    char *paste_error;
};

void plain_soon(Plain *plain);
struct view *plain_look(Plain *plain);
void plain_action(Plain *plain, enum action action);
void plain_next(Plain *plain,
                const struct view *view); /* also remembers the view it was sent from */
void plain_send(Plain *plain, enum view_event_kind kind, int id, const char *text, int index);

/* ---- prompt.c: the text of a question ---- */

const char *key_typed(enum action action); /* what to type for a key: most are letters already */
/* Whether a typed line can stand for the key: not Ctrl-C, nor Space, as rows have numbers. */
bool key_can_type(enum action action);
const struct view_key *key_find(const GArray *keys, const char *word); /* NULL = none */
/* What the number of an item does: of the first of the kinds that there is. NULL = there is none.
 * The key that does the same needs no mention. */
const char *number_help(const struct view *view, enum action *ret_key);
char *ask_text(const struct view *view, const struct ask *ask);

/* ---- ask.c: what an answer does ---- */

void ask_answer(Plain *plain, const struct view *view, const char *line);

#endif
