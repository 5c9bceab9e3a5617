/* SPDX-License-Identifier: MIT */
#ifndef E2E_JWT_H
#define E2E_JWT_H

#include "e2e/rig.h"

/* A connection that logs in with a private key, which perch makes. */

#define RUN_AS "integration@bird-demo.example"
#define APP(settings) "{'apps': {'Bird_Integration': {" settings "}}}"
/* What the app needs besides the certificate. */
#define ALLOWED \
    "'jwt_bearer': true, 'permitted_users': 'admin', 'permission_sets': ['Bird_Records']"

/* perch setup, without a consumer secret; refused as long as the app has no certificate. */
Child *jwt_set_up(Rig *rig, const char *name);
/* From here on each line of the private key is searched for. */
void jwt_know_key(Rig *rig, const char *name);
/* Set up to the end, for an app that is ALLOWED. */
void jwt_set_up_whole(Rig *rig, const char *name);

#endif
