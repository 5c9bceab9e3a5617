/* SPDX-License-Identifier: MIT */
#ifndef E2E_WALK_H
#define E2E_WALK_H

#include "e2e/rig.h"
#include "support/pty.h"

/*
 * perch's full screen on a rig, with somebody at the keyboard. Every screen that is waited for is
 * searched for secrets, whole or in part, and so is every byte that perch wrote, at the end.
 */
typedef struct Walk Walk;
struct Walk {
    Rig *rig;
    Pty *pty;
};

/* perch with these words (NULL at the end) on a terminal of 80x24. */
Walk *walk_start(Rig *rig, const char *first, ...) G_GNUC_NULL_TERMINATED;
/* perch setup NAME with the org's address, key, secret and callback port given: Enter goes on. */
Walk *walk_start_filled(Rig *rig, const char *name);
/* Ends perch if it still runs. NULL is fine. */
void walk_free(Walk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Walk, walk_free)

/* Waits until text is on the screen; fails the test with the screen when it does not come. */
#define see(walk, text) walk_see((walk), (text), __FILE__, __LINE__)
void walk_see(Walk *walk, const char *text, const char *file, int line);
/* The same on the last line, where the keys stand: "Enter go on" says that a step has settled. */
#define see_key(walk, text) walk_see_key((walk), (text), __FILE__, __LINE__)
void walk_see_key(Walk *walk, const char *text, const char *file, int line);
/* The same for a sentence that may be broken over several rows of the pane. */
#define see_sentence(walk, text) walk_see_sentence((walk), (text), __FILE__, __LINE__)
void walk_see_sentence(Walk *walk, const char *text, const char *file, int line);
/* Fails the test when text is on the screen now. */
#define see_no(walk, text) walk_see_no((walk), (text), __FILE__, __LINE__)
void walk_see_no(Walk *walk, const char *text, const char *file, int line);

/* What stands right of the rail, its words one blank apart; and the last line, where the keys are.
 * Owned by the caller. */
char *walk_words(Walk *walk);
char *walk_keys(Walk *walk);

void press(Walk *walk, const char *names); /* see pty_keys */
void type(Walk *walk, const char *text);
void paste(Walk *walk, const char *text);

/* Waits for the end: the exit code, the screen given back, and line, the only thing left on it. */
#define see_end(walk, code, line) walk_see_end((walk), (code), (line), __FILE__, __LINE__)
void walk_see_end(Walk *walk, int code, const char *line, const char *file, int at);

/* From the start of walk_start_filled, with Enter, until that step is on the screen. */
void walk_to_preflight(Walk *walk);
void walk_to_app(Walk *walk);
void walk_to_keys(Walk *walk);
void walk_to_probed(Walk *walk);
void walk_to_authorize(Walk *walk);
/* From a finished Prove to the end of perch: test record, hand-off, done. */
void walk_home(Walk *walk, const char *name);
/* The last of it, past what is said to be left to do. */
void walk_done(Walk *walk);

/* What the browser does from now on (see fake_browser.c). */
void walk_browser(Walk *walk, const char *action);
/* Whether the browser has ended a visit, since that was forgotten. */
bool walk_visited(Walk *walk);
void walk_forget_visit(Walk *walk);
/* The address that perch opens when that key is pressed; nothing is done with it. Owned by the
 * caller. */
char *walk_opened(Walk *walk, const char *key);
/* The same of a browser that was told "note" before the key was pressed. */
char *walk_noted(Walk *walk, const char *key);
/* The authorize address, from the file that w writes. */
char *walk_address(Walk *walk);
/* Logs in at that address and presses Allow, but does not follow the way back to perch: the
 * address of it, with the code. Owned by the caller. */
char *walk_redirect(Walk *walk);

#endif
