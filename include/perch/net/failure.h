/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_FAILURE_H
#define PERCH_NET_FAILURE_H

#include "perch/explain/explain.h"
#include "perch/net/http.h"

/* Convert an HTTP answer, a failed transfer or an error to a failure; the caller clears it. */
void failure_from_response(struct failure *ret_failure, enum stage stage,
                           const struct http_response *response);
/* The status is good but the body is not the expected answer. error says what is wrong with it;
 * NULL: the body itself says so. */
void failure_from_unread(struct failure *ret_failure, enum stage stage,
                         const struct http_response *response, const GError *error);
void failure_from_error(struct failure *ret_failure, enum stage stage, const GError *error);

#endif
