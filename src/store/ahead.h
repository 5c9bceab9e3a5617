/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_AHEAD_H
#define PERCH_STORE_AHEAD_H

#include "call.h"

/*
 * Reads the items of many connections together: one search for all, and their texts, which say the
 * names, in a few messages (with one request more for each that does not: an older perch's). Single
 * loads would search through everything once for each name.
 *
 * It only returns what a load would return: uncertain names (no item, several, a locked one, an
 * error) are left to the load.
 */

/* names: NULL-terminated. Never prompts. */
void ahead_start(Store *store, const char *const *names);
/* TRUE: takes over the call, which will end with the item read ahead for its name, or begin after
 * all. Serves each name once. */
bool ahead_serves(Call *call, call_step begin);
/* Forgets name, whose item is about to change. */
void ahead_drop(const Store *store, const char *name);
void ahead_clear(Store *store);

#endif
