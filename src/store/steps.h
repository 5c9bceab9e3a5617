/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_STEPS_H
#define PERCH_STORE_STEPS_H

#include "call.h"

/* Steps shared by load, erase and save. */

extern const char steps_item_interface[];

/* Calls a method that libsecret has no function for; reply: type of the answer. */
void steps_ask(Call *call, const char *path, const char *interface, const char *method,
               GVariant *parameters, const char *reply, GAsyncReadyCallback done, gpointer user);

void steps_get_property(Call *call, const char *path, const char *interface, const char *name,
                        GAsyncReadyCallback done, gpointer user);
/* NULL: missing, or of another type. Owned by the caller. */
GVariant *steps_get_property_finish(GObject *source, GAsyncResult *result, const char *type,
                                    GError **error);

/* Searches without unlocking: otherwise libsecret hides whether an item is locked or missing when
 * nobody can be asked. Attributes are never empty here, so foreign items never match. */
void steps_search(Call *call, GAsyncReadyCallback done);
/* Puts the answer into call->items and call->locked; true when the call is over. */
bool steps_take_items(Call *call, GObject *source, GAsyncResult *result);
bool steps_has_locked(const Call *call);
/* Continues with after once the items are sorted, newest first. */
void steps_sort_then(Call *call, call_step after);
/* Removes the first item and returns its path, owned by the caller. NULL: no items. */
char *steps_take_newest(Call *call);

/* Continue with after once it is unlocked, or answer "locked" if nobody may be asked. */
void steps_unlock_items_then(Call *call, call_step after);
void steps_unlock_collection_then(Call *call, call_step after);

/* Continues with after once call->collection is known, NULL for none. */
void steps_look_up_collection_then(Call *call, call_step after);

#endif
