/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_STEPS_H
#define PERCH_STORE_STEPS_H

#include "call.h"

/* The steps that load, erase and save have in common. */

extern const char steps_item_interface[];

/* Asks the service for what libsecret has no function for; reply: its type. */
void steps_ask(Call *call, const char *path, const char *interface, const char *method,
               GVariant *parameters, const char *reply, GAsyncReadyCallback done, gpointer user);

void steps_get_property(Call *call, const char *path, const char *interface, const char *name,
                        GAsyncReadyCallback done, gpointer user);
/* NULL: it is not there, or of another type. Owned by the caller. */
GVariant *steps_get_property_finish(GObject *source, GAsyncResult *result, const char *type,
                                    GError **error);

/* Always without unlocking: libsecret hides whether an item is locked or not there when nobody can
 * be asked. Attributes are never empty here, so this never matches what is not ours. */
void steps_search(Call *call, GAsyncReadyCallback done);
/* Takes the answer into call->items and call->locked; true when the call is over. */
bool steps_take_items(Call *call, GObject *source, GAsyncResult *result);
bool steps_has_locked(const Call *call);
/* Goes on with after once the items are sorted, the newest first. */
void steps_sort_then(Call *call, call_step after);
/* The path of the first item, which leaves the list; the caller's. NULL: there is none. */
char *steps_take_newest(Call *call);

/* Go on with after once it is unlocked, or answer "locked" when nobody may be asked. */
void steps_unlock_items_then(Call *call, call_step after);
void steps_unlock_collection_then(Call *call, call_step after);

/* Goes on with after once call->collection is known, NULL for none. */
void steps_look_up_collection_then(Call *call, call_step after);

#endif
