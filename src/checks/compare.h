/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_COMPARE_H
#define PERCH_CHECKS_COMPARE_H

#include "perch/checks/check.h"
#include "perch/sheet/sheet.h"

/* How the app differs from its sheet, as far as it can be seen from outside. Which setting a check
 * compares stands in the sheet's table. */

/* Settles the run with a warning: found, against what the sheet wants, and how to put it right.
 * cause is what will come of it; CAUSE_UNKNOWN where nothing fails and the app only lets more in
 * than it has to. */
void compare_differs(struct check_run *run, enum cause cause, const char *found);
/* Settles it: as the sheet wants. */
void compare_same(struct check_run *run);

/* What was granted, beyond the scopes that nothing works without; NULL = not told. */
void compare_scopes(struct check_run *run, const char *granted);

/* What the authorize endpoint says before any login (probe.c). ret_failure is to be cleared,
 * always.
 */
enum authorize_word { WORD_NONE, WORD_ACCEPTED, WORD_REFUSED };
enum authorize_word authorize_word(const struct http_response *response,
                                   struct failure *ret_failure);

#endif
