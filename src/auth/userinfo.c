/* SPDX-License-Identifier: MIT */
#include "perch/auth/oauth.h"

#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

static char *take_text(const Json *json, const char *key)
{
    return text_told(json_get_string(json, key), TOLD_NAME);
}

static char *take_id(const Json *json, const char *key)
{
    const char *id = json_get_string(json, key);
    return id != NULL && salesforce_id_is_valid(id) ? salesforce_id_long(id) : NULL;
}

bool userinfo_parse(struct userinfo *ret_info, const Json *json, GError **error)
{
    g_autofree char *user_id = take_id(json, "user_id");
    g_autofree char *org_id = take_id(json, "organization_id");
    if (user_id == NULL || org_id == NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("The answer does not say who the user is. Try again."));
        return false;
    }
    *ret_info = (struct userinfo){
        .user_id = g_steal_pointer(&user_id),
        .org_id = g_steal_pointer(&org_id),
        .username = take_text(json, "preferred_username"),
        .name = take_text(json, "name"),
        .email = take_text(json, "email"),
        .active = json_get_bool(json, "active", true),
    };
    /* The identity URL uses other names for the same values. */
    if (ret_info->username == NULL)
        ret_info->username = take_text(json, "username");
    if (ret_info->name == NULL)
        ret_info->name = take_text(json, "display_name");
    return true;
}

void userinfo_clear(struct userinfo *info)
{
    g_free(info->user_id);
    g_free(info->org_id);
    g_free(info->username);
    g_free(info->name);
    g_free(info->email);
    *info = (struct userinfo){0};
}

gint64 introspect_lifetime(const Json *json, gint64 now_ms, bool *ret_active)
{
    *ret_active = json_get_bool(json, "active", false);
    gint64 expires = json_get_int(json, "exp", 0);
    if (!*ret_active || expires <= now_ms / 1000)
        return 0;
    return expires - now_ms / 1000;
}
