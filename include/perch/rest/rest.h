/* SPDX-License-Identifier: MIT */
#ifndef PERCH_REST_H
#define PERCH_REST_H

#include "perch/base/json.h"
#include "perch/net/http.h"

/* REST calls as requests; owned by the caller until passed to http_send. */

/* base: instance URL; path: below /services/data/vVERSION ("sobjects/Lead"). */
HttpRequest *rest_request(const char *method, const char *base, const char *version,
                          const char *path, Secret *token);
HttpRequest *versions_request(const char *base); /* needs no login */

/* POST sobjects/OBJECT with assignment rules off and duplicate rules allowed (headers
 * Sforce-Auto-Assign: FALSE, Sforce-Duplicate-Rule-Header: allowSave=true). body: a JSON object. */
HttpRequest *record_insert_request(const char *base, const char *version, const char *object,
                                   const Json *body, Secret *token);
HttpRequest *record_read_request(const char *base, const char *version, const char *object,
                                 const char *id, const Json *fields, Secret *token);
HttpRequest *record_delete_request(const char *base, const char *version, const char *object,
                                   const char *id, Secret *token);
HttpRequest *query_request(const char *base, const char *version, const char *soql, Secret *token);

#endif
