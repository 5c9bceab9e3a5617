/* SPDX-License-Identifier: MIT */
#ifndef PERCH_UI_H
#define PERCH_UI_H

#include <glib.h>
#include <stdbool.h>

#include "perch/view/host.h"

/*
 * The full screen: the only user of ncurses. It shows views, edits inputs, scrolls, and sends
 * events; it runs on the thread-default GLib main context (terminal, signals and repaint are
 * sources) and has no loop of its own. main must call setlocale first.
 *
 * The ui keeps text typed into inputs, by id, until the screen changes; the view's value wins when
 * the host changes it, and while the input lacks the focus. Letter keys work only while no input
 * has the focus and only if the view lists them; Enter, Esc, q and Ctrl-C always work. If the
 * screen stays the same after ACTION_NEXT, the focus goes to the first input with an error. SIGINT
 * arrives as ACTION_INTERRUPT, SIGTERM and SIGHUP as hangup; Ctrl-Z suspends.
 */
typedef struct Ui Ui;

/* Takes over the terminal. PERCH_ERROR_USAGE when it cannot (TERM unknown, not UTF-8, no terminal).
 * Nothing else may write to the terminal until ui_free; output of libraries on standard error is
 * kept and printed after the screen is restored. */
Ui *ui_new(const struct view_host *host, GError **error);
void ui_changed(Ui *ui);                /* the host's state changed: schedules one repaint */
void ui_copy(Ui *ui, const char *text); /* puts text on the terminal's clipboard (OSC 52) */
void ui_free(Ui *ui);                   /* restores the terminal; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ui, ui_free)

#endif
