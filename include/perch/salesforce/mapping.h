/* SPDX-License-Identifier: MIT */
#ifndef PERCH_MAPPING_H
#define PERCH_MAPPING_H

#include "perch/base/channel.h"
#include "perch/salesforce/salesforce.h"

/* Compares a channel's mapping with the org's actual fields; pure. */

/*
 * Takes field labels and types from describe. The first time, removes the guide's fields that are
 * missing or that this user cannot write, and replaces fixed text that is not in a picklist with
 * one of its values. If marker is not NULL, unfilled required fields get a suitable fixed text made
 * from it. What the person mapped always stays.
 */
void channel_fit(struct channel *channel, const struct describe *describe, const char *marker);

/* What is wrong with one row, translated, owned by the caller: the field is missing or not
 * writable; it is required and empty; the text, with samples for its variables, does not fit. NULL
 * when it is fine. */
char *mapping_problem(const struct channel *channel, const struct mapping *mapping,
                      const struct describe *describe);

/* Required fields (const struct field *, borrowed) that no row fills; g_ptr_array_unref it. */
GPtrArray *channel_missing(const struct channel *channel, const struct describe *describe);

/* Whether no row has a problem and no required field is missing. */
bool channel_is_fine(const struct channel *channel, const struct describe *describe);

/* "text, 80 characters", "picklist, 5 values", "required" … for a person; owned by the caller. */
char *field_facts(const struct field *field);
char *field_type(const struct field *field); /* "string(80)"; of a picklist, how many values */

#endif
