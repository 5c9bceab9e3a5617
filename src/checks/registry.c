/* SPDX-License-Identifier: MIT */
#include "registry.h"

#include <string.h>

#include "perch/base/text.h"
#include "perch/sheet/sheet.h"

const struct check_list_def *check_list_def(enum check_list_id id)
{
    static const struct check_list_def *const lists[CHECKS_COUNT] = {
        [CHECKS_PREFLIGHT] = &preflight_checks, [CHECKS_PROBE] = &probe_checks,
        [CHECKS_PROVE] = &prove_checks,         [CHECKS_DESCRIBE] = &describe_checks,
        [CHECKS_INSERT] = &insert_checks,       [CHECKS_DRY_RUN] = &dry_run_checks,
        [CHECKS_STATUS] = &status_checks,       [CHECKS_DOCTOR] = &doctor_checks,
        [CHECKS_REHEARSE] = &rehearse_checks,   [CHECKS_FORGET] = &forget_checks,
        [CHECKS_IMPORT] = &import_login_checks, [CHECKS_DISOWN] = &disown_checks,
        [CHECKS_REFRESH] = &refresh_checks,     [CHECKS_MAKE] = &make_checks,
        [CHECKS_MADE] = &made_checks,
    };
    return lists[id];
}

void check_rows_add(GArray *checks, const struct session *session, const struct check_def *rows,
                    guint count)
{
    enum {
        ATTENDED = 1u << LOGIN_REFRESH_TOKEN,
        WITH_SECRET = 1u << LOGIN_CLIENT_CREDENTIALS,
        SIGNING = 1u << LOGIN_JWT_BEARER,
        UNATTENDED = WITH_SECRET | SIGNING,
    };
    /* The rows that differ with these ways to log in. */
    static const struct {
        guint ways;
        const char *id, *title; /* title NULL: there is no such row */
    } differing[] = {
        {UNATTENDED, "callback-port", NULL},
        {UNATTENDED, "browser", NULL},
        {UNATTENDED, "callback", NULL},
        {UNATTENDED, "exchange", N_("Logged in")},
        {UNATTENDED, "refreshed", N_("New token")},
        {UNATTENDED, "approvals", NULL},
        {UNATTENDED, "callbacks", NULL},
        {UNATTENDED, "secret", NULL},
        {UNATTENDED, "login-end", NULL},
        {SIGNING, "signature", NULL}, /* made with a secret that it does not have */
        {ATTENDED | WITH_SECRET, "certificate", NULL},
    };
    const guint way = 1u << connection_login(session->connection);
    for (guint i = 0; i < count; i++) {
        struct check_def row = rows[i];
        const enum setting setting = sheet_compared_by(row.id);
        if (setting < SETTING_COUNT && !sheet_has(session->connection, setting))
            continue; /* it compares what this app does not have */
        for (gsize k = 0; k < G_N_ELEMENTS(differing); k++)
            if ((differing[k].ways & way) != 0 && strcmp(differing[k].id, row.id) == 0)
                row.title = differing[k].title;
        if (row.title != NULL)
            g_array_append_val(checks, row);
    }
}
