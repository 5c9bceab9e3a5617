/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_REHEARSE_H
#define PERCH_CHECKS_REHEARSE_H

#include "perch/checks/check.h"
#include "perch/checks/rehearse.h"

/* Shared by the parts of the rehearsal. */

/* The exported channel that a check is about; the check's id is "CHANNEL-create" or similar. */
const Json *rehearse_channel(const struct check_run *run);

/* The channel's record as the flow's form builds it from these variables (name → value). */
Json *rehearse_record(const Json *channel, const Json *variables);

/* A request for base + rest with the flow's token. */
HttpRequest *rehearse_request(const struct check_run *run, const char *method, const char *base,
                              const char *rest);

/* Fails the run with Salesforce's refusal, for the channel's object. */
void rehearse_refused(struct check_run *run, enum stage stage, const Json *channel,
                      const struct http_response *response);

/* Path of Node.js on this machine, owned by the caller; NULL if there is none. */
char *rehearse_node(void);
void check_function(struct check_run *run);

void check_webhook(struct check_run *run);
void check_arrived(struct check_run *run);
void check_flow_deleted(struct check_run *run);

#endif
