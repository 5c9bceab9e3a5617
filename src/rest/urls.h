/* SPDX-License-Identifier: MIT */
#ifndef PERCH_REST_URLS_H
#define PERCH_REST_URLS_H

#include "perch/base/json.h"

/* Addresses of REST calls, separate from the requests so that they can be tested without a network.
 * Owned by the caller. */
char *rest_url(const char *base, const char *version, const char *path);
char *record_path(const char *object, const char *id);
/* sobjects/OBJECT/ID?fields=A,B, from the keys of fields. */
char *record_read_path(const char *object, const char *id, const Json *fields);
char *query_path(const char *soql);

#endif
