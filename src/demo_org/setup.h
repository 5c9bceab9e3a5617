/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SETUP_H
#define DEMO_SETUP_H

#include "http.h"

/* Setup, at the addresses that Salesforce's own deep links have: pages on which the fixes that a
 * diagnosis asks for can be made. The pages ask for a login, and for the right to see Setup. */
void setup_home(struct state *state, struct request *request, struct response *response);
void setup_apps(struct state *state, struct request *request, struct response *response);
void setup_app_new(struct state *state, struct request *request, struct response *response);
void setup_app(struct state *state, struct request *request, struct response *response);
void setup_profiles(struct state *state, struct request *request, struct response *response);
void setup_profile(struct state *state, struct request *request, struct response *response);
void setup_users(struct state *state, struct request *request, struct response *response);
void setup_user(struct state *state, struct request *request, struct response *response);
void setup_company(struct state *state, struct request *request, struct response *response);
void setup_other(struct state *state, struct request *request, struct response *response);

/* The page of a record: /lightning/r/Lead/00Q.../view and /00Q... */
void setup_record(struct state *state, struct request *request, struct response *response);
void setup_by_id(struct state *state, struct request *request, struct response *response);

#endif
