/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_MAKE_H
#define PERCH_CHECKS_MAKE_H

#include "perch/checks/check.h"
#include "perch/checks/making.h"

/* Rows of CHECKS_MAKE that read what the org has (make_read.c). */

/* The app's parts, and what they say of each setting. Of the row "name" it settles whether the app
 * of that name is the one that perch makes. */
void check_parts(struct check_run *run);
void check_key_back(struct check_run *run);
void check_secret_back(struct check_run *run);
void check_switch_on(struct check_run *run);
void check_switch_off(struct check_run *run);

/* Rows for the permission set of the user that the app runs as (make_access.c). */
void check_user(struct check_run *run);
void check_license(struct check_run *run);
void check_access(struct check_run *run);
void check_licensed(struct check_run *run);
void check_assigned(struct check_run *run);
void check_run_as_back(struct check_run *run);
void check_access_removed(struct check_run *run);

/* A row for each setting that differs from the sheet, or the one row that says there is none. */
void differences_add(const struct making *making, GArray *checks);

#endif
