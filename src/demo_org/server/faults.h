/* SPDX-License-Identifier: MIT */
#ifndef DEMO_FAULTS_H
#define DEMO_FAULTS_H

#include "demo_org/server/http.h"

/*
 * Network faults, turned on per endpoint by adding them to the state's "faults" and off by removing
 * them. They never hit requests below /_demo/, except for "refuse".
 */

/* Runs the request; a fault that hits it, if any, spoils the answer. */
void faults_route(struct state *state, struct request *request, struct response *response);

/* Whether to refuse a new connection. Counts it. */
bool faults_refuse(struct state *state);

/* Removes faults of unknown kinds from the state; PERCH_ERROR_INPUT if there was one. */
bool faults_check(struct state *state, GError **error);
/* One line for each kind: name, tab, meaning. Owned by the caller. */
char *faults_list(void);

#endif
