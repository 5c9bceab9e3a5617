/* SPDX-License-Identifier: MIT */
#ifndef DEMO_TOKEN_H
#define DEMO_TOKEN_H

#include "demo_org/oauth/oauth.h"
#include "demo_org/org/policy.h"

/* Shared by the grant types of the token endpoint. */

/* A session with what scopes and app allow; grant is NULL when it has no refresh token. */
struct session *token_session(struct state *state, const struct app *app, const struct user *user,
                              const struct grant *grant, const GPtrArray *scopes);

/* Optional members of an answer. */
struct token_extras {
    const char *refresh_token; /* NULL: none */
    const char *nonce;         /* from a login with a browser, "" for none; NULL: no id_token */
    bool sealed;               /* with issued_at and the signature made with the app's secret */
};
void token_answer(const struct state *state, const struct session *session,
                  const struct token_extras *extras, struct response *response);

/* Adds a row to Login History for each attempt; answers the refusal, if there is one. */
bool token_refused(struct state *state, const struct subject *subject,
                   const struct refusal *refusal, struct response *response);

/* unattended.c: logins without a person. */
void token_client_credentials(struct state *state, struct request *request,
                              struct response *response);
void token_jwt_bearer(struct state *state, struct request *request, struct response *response);
/* private_key_jwt: whether the app itself signed this, to show that it is that app. */
bool token_client_signed(const struct state *state, const struct app *app, const char *assertion);

#endif
