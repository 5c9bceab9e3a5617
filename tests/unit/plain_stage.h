/* SPDX-License-Identifier: MIT */
#ifndef UNIT_PLAIN_STAGE_H
#define UNIT_PLAIN_STAGE_H

#include "perch/plain/plain.h"
#include "support/test.h"

/*
 * The line by line front end in this process, over a pipe (or a pty) for standard input and memory
 * files for the two outputs; a fake host shows what the test says and writes every event down.
 */
struct stage {
    void (*show)(struct stage *stage, struct view *view, int focus);
    void (*hear)(struct stage *stage, const struct view_event *event);
    GString *events; /* "input:1=acme leave:1 action:go-on " */
    int hangups;
    int screen;
    int phase; /* whatever the test makes of it, like value and the flags */
    char *value[6];
    bool flag, counts;
    char *said, *said_apart; /* after stage_end: what was printed; standard error where apart */
    /* the terminal */
    int input, out, err;
    Plain *plain;
};

extern const struct plain_options stage_ask, stage_silent;

/* Takes the three standard files over, starts the front end, lets it work until it waits. */
void stage_begin(struct stage *stage, struct plain_options options);
void stage_begin_apart(struct stage *stage, struct plain_options options);
void stage_begin_on_terminal(struct stage *stage);

/* Each ends when the front end waits again; one that goes round in circles fails there. */
void stage_changed(struct stage *stage);
void stage_type(struct stage *stage, const char *text);
void stage_end_input(struct stage *stage);
bool stage_echoes(void);

/* Gives the standard files back; what is to be looked at afterwards stays until stage_drop. */
void stage_end(struct stage *stage);
void stage_drop(struct stage *stage);

/* For cmocka: gives the standard files back after a failure. */
int stage_teardown(void **state);
#define STAGE_TEST(function) cmocka_unit_test_teardown(function, stage_teardown)

/* Items of a view. */
struct view_item *show_input(struct view *view, int id, const char *label, const char *value);
struct view_item *show_check(struct view *view, int id, enum mark mark, const char *label,
                             const char *value);
void show_rail(struct view *view, int here); /* three steps */

#endif
