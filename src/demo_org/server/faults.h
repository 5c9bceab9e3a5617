/* SPDX-License-Identifier: MIT */
#ifndef DEMO_FAULTS_H
#define DEMO_FAULTS_H

#include "demo_org/server/http.h"

/*
 * Faults of the wire, switched on per endpoint by the state's "faults" and off by taking them out
 * of it. Requests below /_demo/ are never hit, but by "refuse".
 */

/* Runs the request and lets the fault that hits it, if any, spoil the answer. */
void faults_route(struct state *state, struct request *request, struct response *response);

/* Is a connection that is just being made to be refused? Counts it. */
bool faults_refuse(struct state *state);

/* Takes faults of kinds that there are not out of the state; PERCH_ERROR_INPUT when there was one.
 */
bool faults_check(struct state *state, GError **error);
/* One line for each kind: name, tab, meaning. Owned by the caller. */
char *faults_list(void);

#endif
