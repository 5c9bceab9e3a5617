/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"
#include "registry.h"

/* Imports a login made elsewhere: the host, one refresh whose answer is stored, then whose login it
 * is. Until then the tokens exist in the session only (TOKENS_WON). */

static void check_taken(struct check_run *run)
{
    /* The app may rotate refresh tokens: assume so, so that the keyring takes the token before it
     * is spent and a rescue process guards the answer. */
    run->session->connection->rotation = 1;
    check_refreshed(run);
}

static const struct check_def import_login[] = {
    {"connection", N_("Connection"), true, {NULL}, check_connection},
    {"salesforce", N_("Salesforce"), true, {"connection"}, check_salesforce},
    {"refreshed", N_("Refreshed once"), true, {"salesforce"}, check_taken},
    {"scopes", N_("Scopes"), true, {"refreshed"}, check_scopes},
    {"who", N_("User"), true, {"refreshed"}, check_who},
    {"rotation", N_("Rotation"), false, {"refreshed"}, check_rotation},
};
CHECK_LIST(import_login_checks, import_login);
