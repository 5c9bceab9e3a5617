/* SPDX-License-Identifier: MIT */
#include "registry.h"

const struct check_list_def *check_list_def(enum check_list_id id)
{
    static const struct check_list_def *const lists[CHECKS_COUNT] = {
        [CHECKS_PREFLIGHT] = &preflight_checks, [CHECKS_PROBE] = &probe_checks,
        [CHECKS_PROVE] = &prove_checks,         [CHECKS_DESCRIBE] = &describe_checks,
        [CHECKS_INSERT] = &insert_checks,       [CHECKS_DRY_RUN] = &dry_run_checks,
        [CHECKS_STATUS] = &status_checks,       [CHECKS_DOCTOR] = &doctor_checks,
        [CHECKS_REHEARSE] = &rehearse_checks,   [CHECKS_FORGET] = &forget_checks,
        [CHECKS_IMPORT] = &import_login_checks, [CHECKS_DISOWN] = &disown_checks,
    };
    return lists[id];
}
