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
    {"connection", N_("Connection"), true, {"custom-domain"}, check_connection},
    {"salesforce", N_("Salesforce"), true, {"connection"}, check_salesforce},
    {"refreshed", N_("Refreshed once"), true, {"salesforce"}, check_taken},
    {"scopes", N_("Scopes"), true, {"refreshed"}, check_scopes},
    {"who", N_("User"), true, {"refreshed"}, check_who},
    {"rotation", N_("Rotation"), false, {"refreshed"}, check_rotation},
};

static void build(const struct session *session, GArray *checks)
{
    custom_domain_add(checks, session);
    check_rows_add(checks, session, import_login, G_N_ELEMENTS(import_login));
}

const struct check_list_def import_login_checks = {.build = build};
