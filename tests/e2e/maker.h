/* SPDX-License-Identifier: MIT */
#ifndef E2E_MAKER_H
#define E2E_MAKER_H

#include "e2e/rig.h"

/* For tests in which perch makes an app. */

#define MAKER_APP "Bird_made_by_perch"

/* A rig with the connection acme, whose user is an administrator, and the draft flow, which has the
 * org's address and a free port, and asks for an app of another name than acme's. */
Rig *maker_rig(void);
/* The draft alone, made from the connection acme; login_url: its own, NULL = acme's. */
void maker_draft(Rig *rig, const char *login_url);
/* An access token of acme; owned by the caller. */
char *maker_token(Rig *rig);
/* A stand-in for Salesforce's CLI in a folder of its own, whose answers are these commands; it
 * writes down how it was called. Owned by the caller: PATH with it. */
char *maker_cli(Rig *rig, const char *token_answer, const char *display_answer);

/* Every so many calls are killed at; with EVERY=1 each, and under the sanitizers, where each takes
 * five times as long, fewer. */
int maker_stride(void);

#endif
