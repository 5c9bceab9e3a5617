/* SPDX-License-Identifier: MIT */
#ifndef E2E_TOKENS_H
#define E2E_TOKENS_H

#include "e2e/rig.h"
#include "perch/store/store.h"

/* The keyring and the org as they are, looked at and changed behind perch's back. */

#define TOKEN_PATH "/services/oauth2/token"

/* A rig with the connection acme; rotation is switched on after its set-up, and known to perch. */
Rig *tokens_rig(bool rotating);

/* The rig's keyring item of a connection, to be cleared; fails the test when there is none. */
void tokens_load(Rig *rig, const char *name, struct secrets *ret_secrets);
void tokens_save(Rig *rig, const char *name, const struct secrets *secrets);
/* As another program would store it for acme: any text, and one more attribute (NULL = none). */
void tokens_store_text(Rig *rig, const char *text, const char *extra);
/* Makes the access token look as if its time were over. */
void tokens_expire(Rig *rig, const char *name);
/* Whether the org would take this refresh token; asks for its state, uses nothing. */
bool tokens_alive(Rig *rig, const Secret *refresh_token);
/* The same for what the keyring holds. */
bool tokens_stored_alive(Rig *rig, const char *name);
/* Fails the test unless text is one line with an access token that the org takes. */
void tokens_assert_work(Rig *rig, const char *text);

/* Ends the keyring's service and starts it again, unlocked. */
void keyring_restart(Rig *rig);

/* The process that sends that perch's request for a token; fails the test when there is none. */
pid_t tokens_rescue_of(pid_t perch);
bool tokens_has_rescue(pid_t perch);

/* The body of the newest request for a token, owned by the caller. */
char *tokens_last_request(Rig *rig);
/* A login without a browser was refused (--json): its row has that cause, exit code and Setup page
 * (NULL: any), and a fix that leads into no other refusal. what: the case, for a failure. */
void tokens_assert_refused(const Child *child, const char *what, const char *cause, int code,
                           const char *page);

/* Until no perch of this rig holds the connection's lock; fails the test after 20 s. */
void wait_for_lock(Rig *rig, const char *name);
/* Ten `perch token NAME --fresh`, all of which have found the lock taken: once it is free, one of
 * them asks Salesforce, and the others print what that one stored. */
void tokens_assert_one_asks(Rig *rig, const char *name);

#endif
