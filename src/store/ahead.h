/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_AHEAD_H
#define PERCH_STORE_AHEAD_H

#include "call.h"

/*
 * The items of many connections read together: one search for all of them, one question each for
 * the name it carries, and their secrets in few messages. One load each would be a search through
 * everything, once for every name.
 *
 * It only ever gives what a load would have given: a name that it is not sure of (no item, several,
 * a locked one, an error) is left to the load.
 */

/* names: NULL-terminated. Nobody is asked for anything. */
void ahead_start(Store *store, const char *const *names);
/* TRUE: the call will end with what is read ahead for its name, or begin then after all; it is
 * taken over. A name is served once. */
bool ahead_serves(Call *call, call_step begin);
/* The item of name is about to change. */
void ahead_drop(const Store *store, const char *name);
void ahead_clear(Store *store);

#endif
