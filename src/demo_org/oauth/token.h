/* SPDX-License-Identifier: MIT */
#ifndef DEMO_TOKEN_H
#define DEMO_TOKEN_H

#include "demo_org/oauth/oauth.h"
#include "demo_org/org/policy.h"

/* What the grants of the token endpoint have in common. */

/* A session for what the scopes and the app allow; grant is NULL when no refresh token goes with
 * it. */
struct session *token_session(struct state *state, const struct app *app, const struct user *user,
                              const struct grant *grant, const GPtrArray *scopes);

/* What an answer has beyond what every one has. */
struct token_extras {
    const char *refresh_token; /* NULL: none */
    const char *nonce;         /* of a login with a browser, "" for none; NULL: no id_token */
    bool sealed;               /* issued_at, and the signature made with the app's secret */
};
void token_answer(const struct state *state, const struct session *session,
                  const struct token_extras *extras, struct response *response);

/* A row of Login History for each try; answers the refusal, if there is one. */
bool token_refused(struct state *state, const struct subject *subject,
                   const struct refusal *refusal, struct response *response);

/* unattended.c: logins without a person. */
void token_client_credentials(struct state *state, struct request *request,
                              struct response *response);
void token_jwt_bearer(struct state *state, struct request *request, struct response *response);

#endif
