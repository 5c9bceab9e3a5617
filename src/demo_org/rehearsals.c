/* SPDX-License-Identifier: MIT */
#include "demo_org/rehearsals.h"

#include <string.h>

#include "demo_org/org/defaults.h"
#include "demo_org/server/faults.h"
#include "perch/base/error.h"

static const struct rehearsal {
    const char *name, *user, *state;
} rehearsals[] = {
#define REHEARSAL(name, cause, user, happens, todo, state) {name, user, state},
#include "perch/base/rehearsals.def"
#undef REHEARSAL
};

static const struct rehearsal *find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rehearsals); i++)
        if (strcmp(rehearsals[i].name, name) == 0)
            return &rehearsals[i];
    return NULL;
}

bool rehearsal_arrange(struct state *state, const char *name, const char **ret_user, GError **error)
{
    const struct rehearsal *rehearsal = find(name);
    if (rehearsal == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    "There is no rehearsal %s; perch demo --list names them.", name);
        return false;
    }
    g_autofree char *text = g_strdup_printf("{%s}", rehearsal->state);
    g_strdelimit(text, "'", '"');
    g_autoptr(Json) patch = json_parse(text, strlen(text), error);
    if (patch == NULL || !state_patch(state, patch, error) || !faults_check(state, error))
        return false;
    *ret_user = rehearsal->user;
    return true;
}
