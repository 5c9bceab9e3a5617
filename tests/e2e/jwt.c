/* SPDX-License-Identifier: MIT */
#include "e2e/jwt.h"

#include "e2e/tokens.h"

Child *jwt_set_up(Rig *rig, const char *name)
{
    const char *const words[] = {"setup",       name,          "--plain",     "--no-input",
                                 "--login-url", rig->org->url, "--client-id", rig->org->client_id,
                                 "--login",     "jwt-bearer",  "--username",  RUN_AS,
                                 NULL};
    return rig_perch_input(rig, words, NULL, false);
}

void jwt_know_key(Rig *rig, const char *name)
{
    struct secrets secrets;
    tokens_load(rig, name, &secrets);
    g_auto(GStrv) lines = g_strsplit(secret_peek(secrets.private_key), "\n", -1);
    assert_true(g_strv_length(lines) > 20);
    for (gsize i = 1; i < 20; i++)
        canary_add(rig->canary, lines[i]);
    secrets_clear(&secrets);
}

void jwt_set_up_whole(Rig *rig, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".crt", NULL);
    g_autoptr(Child) first = jwt_set_up(rig, name);
    assert_code(first, 5);
    jwt_know_key(rig, name);
    rig_upload(rig, file);
    g_autoptr(Child) again = rig_perch(rig, "setup", name, "--plain", "--no-input", NULL);
    assert_code(again, 0);
}
