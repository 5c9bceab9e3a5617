/* SPDX-License-Identifier: MIT */
#ifndef DEMO_REHEARSALS_H
#define DEMO_REHEARSALS_H

#include "demo_org/org/state.h"

/* Puts the state of a rehearsal (perch/base/rehearsals.def) into the org. ret_user: user who logs
 * in, static. PERCH_ERROR_USAGE when there is no such rehearsal. */
bool rehearsal_arrange(struct state *state, const char *name, const char **ret_user,
                       GError **error);

#endif
