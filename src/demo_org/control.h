/* SPDX-License-Identifier: MIT */
#ifndef DEMO_CONTROL_H
#define DEMO_CONTROL_H

#include "demo_org/server/http.h"

/* Lets tests and rehearsals inspect and change the org. Every request needs the control token,
 * random for each run, in the header X-Demo-Control. */
const char *control_token(void);
bool control_begin(const struct request *request, struct response *response);

void control_get_state(struct state *state, struct request *request, struct response *response);
void control_patch_state(struct state *state, struct request *request, struct response *response);
void control_get_log(struct state *state, struct request *request, struct response *response);
void control_clear_log(struct state *state, struct request *request, struct response *response);
void control_get_records(struct state *state, struct request *request, struct response *response);
/* {"advance_ms": 60000} or {"offset_ms": 0}. */
void control_move_clock(struct state *state, struct request *request, struct response *response);

#endif
