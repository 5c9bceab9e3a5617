/* SPDX-License-Identifier: MIT */
#include "perch/auth/oauth.h"

static void add(GString *url, const char *name, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
    g_string_append_printf(url, "&%s=%s", name, escaped);
}

char *authorize_url(const struct authorize *authorize)
{
    GString *url = g_string_new(authorize->login_url);
    g_string_append(url, "/services/oauth2/authorize?response_type=code");
    add(url, "client_id", authorize->client_id);
    add(url, "redirect_uri", authorize->redirect_uri);
    add(url, "scope", authorize->scopes);
    add(url, "state", authorize->state);
    add(url, "code_challenge", authorize->challenge);
    if (authorize->challenge != NULL)
        add(url, "code_challenge_method", "S256");
    add(url, "login_hint", authorize->login_hint);
    add(url, "prompt", authorize->prompt);
    return g_string_free(url, FALSE);
}
