/* SPDX-License-Identifier: MIT */
#ifndef PERCH_BASE_PROCESS_H
#define PERCH_BASE_PROCESS_H

#include <stdbool.h>

/* The first call: standard input, output and error that were closed are taken, so that no file and
 * no socket gets their number and with it what is printed. Writing there still fails. HOME and the
 * folders of XDG that are relative count as not set, as XDG has it: settings would be elsewhere
 * with each folder that perch is started in. */
void process_begin(void);

/* Whether this process may open as many files as perch needs; raises the limit where it may. FALSE:
 * a sentence is on standard error. To be called before GLib starts a thread: it aborts when it gets
 * no descriptor. */
bool process_has_room(void);

/* A write to standard output that went around stdio failed with that errno. */
void process_output_lost(int code);

/* The last call before a program ends: what it printed goes out. Where that fails (a full disk, a
 * closed pipe) a sentence is on standard error, and a code that said 0 becomes
 * PERCH_EXIT_UNEXPECTED. Returns the exit code. */
int process_end(int code);

#endif
