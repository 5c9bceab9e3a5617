/* SPDX-License-Identifier: MIT */
#include "registry.h"

#include <string.h>

#include "perch/base/text.h"

const struct check_list_def *check_list_def(enum check_list_id id)
{
    static const struct check_list_def *const lists[CHECKS_COUNT] = {
        [CHECKS_PREFLIGHT] = &preflight_checks, [CHECKS_PROBE] = &probe_checks,
        [CHECKS_PROVE] = &prove_checks,         [CHECKS_DESCRIBE] = &describe_checks,
        [CHECKS_INSERT] = &insert_checks,       [CHECKS_DRY_RUN] = &dry_run_checks,
        [CHECKS_STATUS] = &status_checks,       [CHECKS_DOCTOR] = &doctor_checks,
        [CHECKS_REHEARSE] = &rehearse_checks,   [CHECKS_FORGET] = &forget_checks,
        [CHECKS_IMPORT] = &import_login_checks, [CHECKS_DISOWN] = &disown_checks,
        [CHECKS_REFRESH] = &refresh_checks,
    };
    return lists[id];
}

void check_rows_add(GArray *checks, const struct session *session, const struct check_def *rows,
                    guint count)
{
    /* The rows that differ for an app that logs in by itself. */
    static const struct {
        const char *id, *title; /* title NULL: it has no such row */
    } unattended[] = {
        {"callback-port", NULL},
        {"browser", NULL},
        {"callback", NULL},
        {"exchange", N_("Logged in")},
        {"refreshed", N_("New token")},
        {"rotation", NULL},
        {"approvals", NULL},
        {"callbacks", NULL},
        {"pkce", NULL},
        {"web-secret", NULL},
        {"refresh-secret", NULL},
        {"secret", NULL},
        {"refresh-policy", NULL},
        {"idle-limit", NULL},
        {"ip-allowlist", NULL},
    };
    const bool attended = connection_way(session->connection)->attended;
    for (guint i = 0; i < count; i++) {
        struct check_def row = rows[i];
        for (gsize k = 0; !attended && k < G_N_ELEMENTS(unattended); k++)
            if (strcmp(unattended[k].id, row.id) == 0)
                row.title = unattended[k].title;
        if (row.title != NULL)
            g_array_append_val(checks, row);
    }
}
