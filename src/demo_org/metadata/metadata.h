/* SPDX-License-Identifier: MIT */
#ifndef DEMO_METADATA_H
#define DEMO_METADATA_H

#include "demo_org/server/http.h"

/* Deploys: sent, asked for, cancelled. */
void metadata_deploy(struct state *state, struct request *request, struct response *response);
void metadata_status(struct state *state, struct request *request, struct response *response);
void metadata_cancel(struct state *state, struct request *request, struct response *response);

/* The same, and what else the Metadata API has, by SOAP. */
void metadata_soap(struct state *state, struct request *request, struct response *response);

/* zip: base64. What came of it so far, as the API shows it; owned by the caller. */
struct deploy *deploy_begin(struct state *state, const struct user *user, const char *zip,
                            bool check_only);
/* FALSE: it has ended already. */
bool deploy_cancel(struct deploy *deploy);
Json *deploy_result(const struct deploy *deploy, bool details);

/* Runs every deploy whose time has come. */
void deploys_run(struct state *state);

/* The External Client Apps, their consumers, and key and secret of one. */
void credentials_usage(struct state *state, struct request *request, struct response *response);
void credentials_app(struct state *state, struct request *request, struct response *response);
void credentials_consumer(struct state *state, struct request *request, struct response *response);

#endif
