/* SPDX-License-Identifier: MIT */
#include "evidence.h"

static void set_answer(Json *json, const char *key, enum answer answer)
{
    if (answer != ANSWER_UNKNOWN)
        json_set_bool(json, key, answer == ANSWER_YES);
}

Json *evidence_to_json(const struct evidence *evidence)
{
    if (evidence->answered == 0)
        return NULL;
    Json *json = json_object();
    set_answer(json, "api_enabled", evidence->api_enabled);
    set_answer(json, "profile_api_enabled", evidence->profile_api);
    set_answer(json, "permission_set_api_enabled", evidence->set_api);
    set_answer(json, "createable", evidence->createable);
    set_answer(json, "field_visible", evidence->field_there);
    set_answer(json, "field_createable", evidence->field_createable);
    set_answer(json, "installed", evidence->installed);
    set_answer(json, "admin_approved_only", evidence->admin_approved);
    set_answer(json, "ip_enforced", evidence->ip_enforced);
    if (evidence->refresh_policy != NULL)
        json_set_string(json, "refresh_token_policy", evidence->refresh_policy);
    if (evidence->approvals >= 0)
        json_set_int(json, "approvals", evidence->approvals);
    if (evidence->profile_name != NULL)
        json_set_string(json, "profile", evidence->profile_name);
    if (evidence->edition != NULL)
        json_set_string(json, "edition", evidence->edition);
    if (evidence->history != NULL)
        json_set_string(json, "login_history", evidence->history);
    return json;
}
