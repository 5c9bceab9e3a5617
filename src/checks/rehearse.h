/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_REHEARSE_H
#define PERCH_CHECKS_REHEARSE_H

#include "perch/checks/check.h"
#include "perch/checks/rehearse.h"

/* What the parts of the rehearsal share. */

/* The channel of the export that a check of the rehearsal is about: its id is "CHANNEL-create". */
const Json *rehearse_channel(const struct check_run *run);

/* The channel's record as the flow's form makes it of these variables (name → value). */
Json *rehearse_record(const Json *channel, const Json *variables);

/* base + rest, with the flow's token. */
HttpRequest *rehearse_request(const struct check_run *run, const char *method, const char *base,
                              const char *rest);

/* Salesforce's refusal as a failure that knows the channel's object. */
void rehearse_refused(struct check_run *run, enum stage stage, const Json *channel,
                      const struct http_response *response);

/* The Node.js of this machine, owned by the caller; NULL: there is none. */
char *rehearse_node(void);
void check_function(struct check_run *run);

void check_webhook(struct check_run *run);
void check_arrived(struct check_run *run);
void check_flow_deleted(struct check_run *run);

#endif
