/* SPDX-License-Identifier: MIT */
#ifndef DEMO_POLICY_H
#define DEMO_POLICY_H

#include "demo_org/org/state.h"

/*
 * What the state forbids. Each refusal is a row: a condition on the state and Salesforce's answer,
 * in the order of Salesforce's checks. Pure: changes nothing.
 */
struct subject {
    const struct state *state;
    const struct app *app;
    const struct user *user;
    const GPtrArray *scopes; /* requested or granted; NULL: the app's */
    const char *remote;
};

/* Where the browser ends up; all but the first are pages of Salesforce, without parameters of ours
 * but for the error page. */
enum refusal_place { AT_CALLBACK, AT_ERROR_PAGE, AT_VERIFICATION, AT_SAML_ERROR };

struct refusal {
    enum refusal_place place; /* for refusals after login */
    unsigned status;
    const char *code;
    const char *text;
};

/* NULL when nothing forbids it. Static. */
const struct refusal *policy_authorize(const struct subject *subject);
const struct refusal *policy_exchange(const struct subject *subject);
const struct refusal *policy_refresh(const struct subject *subject);
/* For these two the user may be NULL. */
const struct refusal *policy_client_credentials(const struct subject *subject);
const struct refusal *policy_jwt(const struct subject *subject);
const struct refusal *policy_rest(const struct subject *subject);
/* What Login History says about a refused login. Static. */
const char *policy_history(const struct subject *subject);
bool policy_trial_over(const struct state *state);

/* A user's earlier approval of the app, NULL when there is none. */
struct grant *policy_approval(const struct state *state, const char *user, const char *app);

/* Whether the user has a right on the object, or may see or write the field. */
enum object_right { RIGHT_READ, RIGHT_CREATE, RIGHT_EDIT, RIGHT_DELETE };
bool policy_may(const struct profile *profile, enum object_right right, const char *object);
struct field;
bool policy_sees(const struct profile *profile, const char *object, const struct field *field);
bool policy_writes(const struct profile *profile, const char *object, const struct field *field);

#endif
