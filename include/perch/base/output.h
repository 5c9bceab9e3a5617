/* SPDX-License-Identifier: MIT */
#ifndef PERCH_BASE_OUTPUT_H
#define PERCH_BASE_OUTPUT_H

/* The first call: standard input, output and error that were closed are taken, so that no file and
 * no socket gets their number and with it what is printed. Writing there still fails. */
void output_begin(void);

/* A write to standard output that went around stdio failed with that errno. */
void output_lost(int code);

/* The last call before a program ends: what it printed goes out. Where that fails (a full disk, a
 * closed pipe) a sentence is on standard error, and a code that said 0 becomes
 * PERCH_EXIT_UNEXPECTED. Returns the exit code. */
int output_end(int code);

#endif
