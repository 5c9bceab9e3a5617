/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_COMPARE_H
#define PERCH_CHECKS_COMPARE_H

#include "perch/checks/check.h"
#include "perch/sheet/sheet.h"

/* How the app differs from its sheet, as far as can be seen from outside. The sheet's table says
 * which setting each check tests. */

/* Settles the run with a warning: what was found, what the sheet wants, and how to correct it.
 * cause is the resulting error; CAUSE_UNKNOWN if nothing fails and the app is merely more
 * permissive than necessary. */
void compare_differs(struct check_run *run, enum cause cause, const char *found);
/* The same for a setting of an app, whichever check asks. */
void compare_report(struct check_run *run, const Connection *app, enum setting setting,
                    enum cause cause, const char *found);
/* Settles the run as ok: the app matches the sheet. */
void compare_same(struct check_run *run);

/* Compares the granted scopes (NULL = unknown), apart from those that are indispensable. */
void compare_scopes(struct check_run *run, const char *granted);

/* What the authorize endpoint says before any login (probe.c). The caller always clears
 * ret_failure. */
enum authorize_word { WORD_NONE, WORD_ACCEPTED, WORD_REFUSED };
enum authorize_word authorize_word(const struct http_response *response,
                                   struct failure *ret_failure);

#endif
