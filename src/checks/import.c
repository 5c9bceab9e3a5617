/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"
#include "registry.h"

/* A login that comes from elsewhere: the host, one refresh whose answer is stored, whose login it
 * is. The tokens are the session's and nobody's yet (TOKENS_WON). */

static void check_taken(struct check_run *run)
{
    /* The app may rotate, as far as anybody knows: the keyring has to take the token before it is
     * spent, and a rescue watches over the answer. */
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
