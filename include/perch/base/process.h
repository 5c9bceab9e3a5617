/* SPDX-License-Identifier: MIT */
#ifndef PERCH_BASE_PROCESS_H
#define PERCH_BASE_PROCESS_H

#include <stdbool.h>

/* Call this first. Occupies standard input, output and error if they were closed, so that no file
 * or socket gets their number and receives what is printed; writing to them still fails. Questions
 * are asked only where they are seen: a closed standard error becomes standard output if that is a
 * terminal; else, as without standard output, nobody is there to answer, and a terminal is no
 * input. Unsets HOME and XDG folders that are relative, as the XDG specification demands: otherwise
 * the settings would depend on the working directory. */
void process_begin(void);

/* Whether this process may open as many files as perch needs; raises the limit if it can. FALSE: a
 * sentence is on standard error. Call it before GLib starts a thread: GLib aborts when it gets no
 * descriptor. */
bool process_has_room(void);

/* Records that a write to standard output outside stdio failed with this errno. */
void process_output_lost(int code);

/* Call this last: flushes standard output. If that fails (disk full, pipe closed), prints a
 * sentence on standard error and turns code 0 into PERCH_EXIT_UNEXPECTED. Returns the exit code. */
int process_end(int code);

#endif
