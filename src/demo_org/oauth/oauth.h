/* SPDX-License-Identifier: MIT */
#ifndef DEMO_OAUTH_H
#define DEMO_OAUTH_H

#include "demo_org/server/http.h"

/* The OAuth endpoints. Facts: Salesforce Help "OAuth Authorization Flows", "OAuth Endpoints". */
void oauth_authorize(struct state *state, struct request *request, struct response *response);
void oauth_approval_page(struct state *state, struct request *request, struct response *response);
void oauth_approval_decision(struct state *state, struct request *request,
                             struct response *response);
void oauth_token(struct state *state, struct request *request, struct response *response);
void oauth_revoke(struct state *state, struct request *request, struct response *response);
void oauth_introspect(struct state *state, struct request *request, struct response *response);
void oauth_userinfo(struct state *state, struct request *request, struct response *response);
void oauth_identity(struct state *state, struct request *request, struct response *response);
void oauth_metadata(struct state *state, struct request *request, struct response *response);
void oauth_register(struct state *state, struct request *request, struct response *response);
void oauth_keys(struct state *state, struct request *request, struct response *response);
void oauth_pkce_generator(struct state *state, struct request *request, struct response *response);

/* {"error": ..., "error_description": ...} */
void oauth_error(struct response *response, unsigned status, const char *error,
                 const char *description);

/* Rewrites a JSON answer in the form that the request asks for. */
void oauth_format(const struct request *request, struct response *response);

/* The session of a bearer token, NULL when it is dead; its life starts anew with each use. */
struct session *oauth_session(struct state *state, const char *token);
/* The token of an Authorization header, of the form or of the query; NULL when there is none. */
const char *oauth_bearer(const struct request *request);

/* Ends a grant: its refresh token and every session that came from it. */
void oauth_end_grant(struct state *state, struct grant *grant);
/* Is the refresh token of the grant still good by the app's policy? */
bool oauth_grant_alive(const struct state *state, const struct grant *grant);

/* Client id and secret, from the form or a Basic header. Answers the error itself and returns NULL
 * when they are wrong. */
struct app *oauth_client(struct state *state, const struct request *request,
                         struct response *response, bool secret_needed);

/* "https://host/id/00D.../005..." */
char *oauth_identity_url(const struct state *state, const struct user *user);

#endif
