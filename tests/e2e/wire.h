/* SPDX-License-Identifier: MIT */
#ifndef E2E_WIRE_H
#define E2E_WIRE_H

#include "e2e/rig.h"

/* Faults of the wire on a connection that works otherwise. */

#define WIRE_LIMIT "2" /* --timeout, for what would last forever */

/* A rig with the connection acme. */
Rig *wire_rig(void);

/* Members of the demo org's fault on a path, with ' for "; and no fault any more. */
void wire_fault(Rig *rig, const char *path, const char *members);
void wire_heal(Rig *rig);

/* The first check of the result that failed, NULL if none. Borrowed. */
const Json *wire_failed(const Json *result);
/* perch with these words, --json among them, ends with this code and a failed check of this id
 * (NULL: any) for this cause; cause NULL: everything is fine. what is said when it does not. */
void wire_assert_ends(Rig *rig, const char *const *words, const char *what, const char *check,
                      const char *cause, int code);
/* The fault is gone: acme works without a login. */
void wire_assert_works(Rig *rig);

#endif
