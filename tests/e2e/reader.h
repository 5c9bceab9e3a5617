/* SPDX-License-Identifier: MIT */
#ifndef E2E_READER_H
#define E2E_READER_H

#include "e2e/admin.h"
#include "e2e/walk.h"

/*
 * Somebody who knows nothing but what the screen says, and does it: what a diagnosis tells to do is
 * done in the org's Setup, by the labels on its pages, or in perch itself.
 */
typedef struct Reader Reader;
struct Reader {
    Walk *walk;
    Admin *admin;     /* at the page that was opened last */
    const char *user; /* who logs in, or whom the app runs as */
    char *scopes;     /* of the App step; NULL = not seen yet */
    char *step;       /* what is being done, in the words of the screen */
    char *screen;     /* when that was read */
};

/* Borrows both. */
Reader *reader_new(Walk *walk, const char *user);
void reader_free(Reader *reader); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reader, reader_free)

/* Step number of the diagnosis on the screen, counted from 1, in one line; NULL = there is none.
 * Owned by the caller. */
char *reader_step(Reader *reader, int number);
/* Whether perch is at rest: neither asks nor waits for anybody else. */
bool reader_rests(Reader *reader);
/* Whether the browser has stopped on a page of Salesforce's. */
bool reader_stuck(Reader *reader);
/* Upwards, until the row that begins with label has the focus. */
void reader_focus(Reader *reader, const char *label);
/* Does the step. False when its words lead to nothing that can be done. */
bool reader_do(Reader *reader, const char *step);

#endif
