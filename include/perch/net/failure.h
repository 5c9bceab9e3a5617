/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_FAILURE_H
#define PERCH_NET_FAILURE_H

#include "perch/explain/explain.h"
#include "perch/net/http.h"

/* The failure that an HTTP answer, the end of a transfer or an error amounts to; to be cleared. */
void failure_from_response(struct failure *ret_failure, enum stage stage,
                           const struct http_response *response);
/* A good status, but not the answer that belongs to it; error says what it is not (NULL: the answer
 * does). */
void failure_from_unread(struct failure *ret_failure, enum stage stage,
                         const struct http_response *response, const GError *error);
void failure_from_error(struct failure *ret_failure, enum stage stage, const GError *error);

#endif
