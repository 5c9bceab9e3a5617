/* SPDX-License-Identifier: MIT */
#ifndef PERCH_LOGIN_WAY_H
#define PERCH_LOGIN_WAY_H

#include <stdbool.h>

#include "perch/base/connection.h"
#include "perch/base/secrets.h"

/* How a flow gets its access tokens: a table with a row per way. */
enum login { LOGIN_REFRESH_TOKEN, LOGIN_CLIENT_CREDENTIALS, LOGIN_JWT_BEARER, LOGIN_COUNT };

struct login_way {
    const char *name;       /* "client-credentials", for --login */
    const char *title;      /* N_(): what the flow logs in with */
    const char *grant_type; /* of the request for an access token */
    const char *scopes;     /* for its app, separated by blanks */
    const char *needs;      /* those without which a flow fails */
    const char *step;       /* N_(): what the wizard's step Authorize is called instead, or NULL */
    const char *heading;    /* N_(): of that step */
    const char *begin;      /* N_(): label of the key that begins a login */
    enum app_values values; /* of its app, unless others of the same way are chosen */
    bool attended;          /* a person logs in, in a browser, and that gives a refresh token; else
                               the app itself logs in, at the org's My Domain host only */
    bool signs;             /* with a private key, in place of a consumer secret */
};

const struct login_way *login_way(enum login login);
const struct login_way *login_way_from_name(const char *name); /* NULL: unknown name */
char *login_way_names(void); /* "refresh-token, …", owned by the caller */

/* The way of a connection, which follows from its app's values. */
enum login app_values_login(enum app_values values);
enum login connection_login(const struct connection *connection);
const struct login_way *connection_way(const struct connection *connection);
/* What it logs in with: refresh token, consumer secret or private key; NULL = missing. Borrowed. */
const Secret *connection_credential(const struct connection *connection,
                                    const struct secrets *secrets);

/* Whether a login of that way has been proven; or one of another way, which works until then. */
bool connection_is_proven(const struct connection *connection);
bool connection_changes_way(const struct connection *connection);
/* Takes back such a change, for everyone but the wizard: the other way's values and scopes, and the
 * chosen ones in next_values. */
void connection_postpone_change(struct connection *connection);

#endif
