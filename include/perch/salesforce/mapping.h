/* SPDX-License-Identifier: MIT */
#ifndef PERCH_MAPPING_H
#define PERCH_MAPPING_H

#include "perch/base/channel.h"
#include "perch/salesforce/salesforce.h"

/* A channel's mapping against the fields that the org really has; pure. */

/*
 * Takes names and types of the fields from describe. The first time, the guide's fields that are
 * not there or that this user may not write are left out, and a fixed text that a picklist does not
 * have becomes one that it has. marker not NULL: required fields that nothing fills get a fixed
 * text that fits, made with it. What the person mapped stays, whatever it is.
 */
void channel_fit(struct channel *channel, const struct describe *describe, const char *marker);

/* What stands against one row, translated, owned by the caller: the field is not there, or may not
 * be written; it is required and empty; the text, its variables replaced by their samples, does not
 * fit. NULL when it is fine. */
char *mapping_problem(const struct channel *channel, const struct mapping *mapping,
                      const struct describe *describe);

/* Required fields (const struct field *, borrowed) that no row fills; free with g_ptr_array_unref.
 */
GPtrArray *channel_missing(const struct channel *channel, const struct describe *describe);

/* Whether nothing stands against any row and nothing is missing. */
bool channel_is_fine(const struct channel *channel, const struct describe *describe);

/* "text, 80 characters", "picklist, 5 values", "required" … for a person; owned by the caller. */
char *field_facts(const struct field *field);

#endif
