/* SPDX-License-Identifier: MIT */
#ifndef DEMO_REST_H
#define DEMO_REST_H

#include "demo_org/server/http.h"

/* The REST API. Every handler except rest_versions runs for a caller admitted by rest_begin. */

/* [{"message": ..., "errorCode": ..., "fields": [...]}]; fields may be NULL: then omitted. */
void rest_error(struct response *response, unsigned status, const char *code, const char *message);
void rest_error_fields(struct response *response, unsigned status, const char *code,
                       const char *message, const char *const *fields);
void rest_error_code_first(struct response *response, unsigned status, const char *code,
                           const char *message);
/* 404 in the key order of recorded answers: errorCode first. */
void rest_not_found(struct response *response);

/* Identifies the caller: checks the bearer token and everything that the state forbids. Sets
 * session, user and profile of the request. false, with an answer, when refused. */
bool rest_begin(struct state *state, struct request *request, struct response *response);

void rest_versions(struct state *state, struct request *request, struct response *response);
void rest_resources(struct state *state, struct request *request, struct response *response);
void rest_limits(struct state *state, struct request *request, struct response *response);
void rest_describe_global(struct state *state, struct request *request, struct response *response);
void rest_object(struct state *state, struct request *request, struct response *response);
void rest_describe(struct state *state, struct request *request, struct response *response);
void rest_insert(struct state *state, struct request *request, struct response *response);
void rest_get_record(struct state *state, struct request *request, struct response *response);
void rest_update(struct state *state, struct request *request, struct response *response);
void rest_upsert(struct state *state, struct request *request, struct response *response);
void rest_delete(struct state *state, struct request *request, struct response *response);
/* Assignments of permission sets and their license. FALSE: the path's object is something else. */
bool assignments_insert(struct state *state, struct request *request, struct response *response);
bool assignments_delete(struct state *state, struct request *request, struct response *response);
void rest_query(struct state *state, struct request *request, struct response *response);
void rest_search(struct state *state, struct request *request, struct response *response);
void rest_recent(struct state *state, struct request *request, struct response *response);
void rest_composite(struct state *state, struct request *request, struct response *response);
void rest_batch(struct state *state, struct request *request, struct response *response);
/* Several records: insert, update, upsert by the method and the path; delete; read. */
void rest_collection(struct state *state, struct request *request, struct response *response);
void rest_collection_delete(struct state *state, struct request *request,
                            struct response *response);
void rest_collection_get(struct state *state, struct request *request, struct response *response);

#endif
