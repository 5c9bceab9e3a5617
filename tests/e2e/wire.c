/* SPDX-License-Identifier: MIT */
#include "e2e/wire.h"

#include <string.h>

#include "e2e/tokens.h"

Rig *wire_rig(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

void wire_fault(Rig *rig, const char *path, const char *members)
{
    g_autofree char *patch = g_strdup_printf("{'faults':{'%s':{%s}}}", path, members);
    demo_org_patch(rig->org, patch);
}

void wire_heal(Rig *rig)
{
    demo_org_patch(rig->org, "{'faults':{'*':null}}");
}

void wire_assert_works(Rig *rig)
{
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
    if (rig->org->ca_file == NULL)
        tokens_assert_work(rig, token->output->str);
    g_autoptr(Child) records = rig_perch(rig, "test", "acme", NULL);
    assert_code(records, 0);
}

const Json *wire_failed(const Json *result)
{
    JSON_FOREACH(check, json_get(result, "checks"))
    {
        if (strcmp(json_get_string(check, "status"), "failed") == 0)
            return check;
    }
    return NULL;
}

void wire_assert_ends(Rig *rig, const char *const *words, const char *what, const char *check,
                      const char *cause, int code)
{
    g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
    g_autoptr(Json) result = child_json(child);
    const Json *failed = wire_failed(result);
    const char *id = failed == NULL ? "" : json_get_string(failed, "id");
    const char *found = json_get_string(json_get(failed, "diagnosis"), "cause");
    if (child_code(child) != code || g_strcmp0(found, cause) != 0 ||
        (cause != NULL && check != NULL && strcmp(id, check) != 0))
        fail_msg("%s: %s of %s, exit code %d; not %s of %s, %d", what, found, id, child_code(child),
                 cause, check, code);
}
