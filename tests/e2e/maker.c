/* SPDX-License-Identifier: MIT */
#include "e2e/maker.h"

#include <string.h>
#include <sys/stat.h>

Rig *maker_rig(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    maker_draft(rig, NULL);
    return rig;
}

void maker_draft(Rig *rig, const char *login_url)
{
    g_autofree char *settings = rig_settings(rig, "acme.json");
    g_autoptr(Json) json = json_parse(settings, strlen(settings), NULL);
    static const char *const drop[] = {"client_id", "org_id",     "user_id",     "username",
                                       "org_name",  "app_id",     "proven_at",   "with_secret",
                                       "edition",   "profile_id", "identity_url"};
    for (gsize i = 0; i < G_N_ELEMENTS(drop); i++)
        json_remove(json, drop[i]);
    json_set_string(json, "draft_step", "app");
    json_set_string(json, "app_name", "Bird made by perch");
    json_set_string(json, "app_api_name", MAKER_APP);
    json_set_string(json, "contact_email", "it@acme.com");
    if (login_url != NULL) {
        json_set_string(json, "login_url", login_url);
        json_set_string(json, "address", login_url);
        json_remove(json, "instance_url");
    }
    g_autofree char *text = json_print(json);
    g_autofree char *path = rig_settings_path(rig, "flow.json");
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

char *maker_token(Rig *rig)
{
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(child, 0);
    return g_strdup(child->output->str);
}

char *maker_cli(Rig *rig, const char *token_answer, const char *display_answer)
{
    g_autofree char *script = g_strdup_printf("#!/bin/sh\n"
                                              "echo \"$*\" >>\"${0%%/*}/calls\"\n"
                                              "case \"$*\" in\n"
                                              "'org auth show-access-token --json'*) %s ;;\n"
                                              "'org display --verbose --json'*) %s ;;\n"
                                              "*) exit 1 ;;\n"
                                              "esac\n",
                                              token_answer, display_answer);
    g_autofree char *path = tmphome_write(rig->home, "cli/sf", script);
    assert_int_equal(chmod(path, 0700), 0);
    g_autofree char *folder = g_path_get_dirname(path);
    return g_strdup_printf("%s:%s", folder, g_getenv("PATH"));
}

int maker_stride(void)
{
    if (g_getenv("EVERY") != NULL)
        return 1;
    return test_is_sanitized() ? 7 : 3;
}
