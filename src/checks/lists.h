/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_LISTS_H
#define PERCH_CHECKS_LISTS_H

#include "perch/check.h"

/* One table a file; check_list_def() in lists.c names them all. */
extern const struct check_list_def preflight_checks, probe_checks, prove_checks, describe_checks,
    insert_checks, dry_run_checks, status_checks;

#define CHECK_LIST(name, table) \
    const struct check_list_def name = {.checks = table, .count = G_N_ELEMENTS(table)}

#endif
