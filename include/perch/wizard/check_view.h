/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECK_VIEW_H
#define PERCH_CHECK_VIEW_H

#include "perch/explain/check_result.h"
#include "perch/view/view.h"

enum mark check_status_mark(enum check_status status);

/* Adds the row to view, and below it the diagnosis if open (in plain text always). */
void check_result_view(const struct check_result *result, struct view *view, int id, bool open);

#endif
