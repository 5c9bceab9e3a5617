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

/* Converts a JSON answer to the format that the request asks for. */
void oauth_format(const struct request *request, struct response *response);

/* The session of a bearer token, NULL when it is dead; each use restarts its timeout. */
struct session *oauth_session(struct state *state, const char *token);
/* The token from the Authorization header, the form or the query; NULL when there is none. */
const char *oauth_bearer(const struct request *request);

/* Ends a grant: its refresh token and all its sessions. */
void oauth_end_grant(struct state *state, struct grant *grant);
/* Whether the grant's refresh token is still valid by the app's policy. */
bool oauth_grant_alive(const struct state *state, const struct grant *grant);

/* Checks consumer key and secret, from the form or a Basic header, or an assertion that the app
 * signed in place of the secret. If they are wrong, answers the error and returns NULL. */
struct app *oauth_client(struct state *state, const struct request *request,
                         struct response *response, bool secret_needed);

/* "https://host/id/00D.../005..." */
char *oauth_identity_url(const struct state *state, const struct user *user);

#endif
