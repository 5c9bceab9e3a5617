/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/login_way.h"
#include "perch/base/text.h"
#include "perch/sheet/sheet.h"

/* Which way to log in perch recommends, and why. */

static bool is_locked(const Connection *c)
{
    return c->rotation != 0 && c->rotation_box == ROTATION_LOCKED;
}

static bool is_free(const Connection *c)
{
    return c->rotation != 0 && c->rotation_box == ROTATION_FREE;
}

static bool rotates(const Connection *c)
{
    return c->rotation != 0;
}

static bool keeps_its_token(const Connection *c)
{
    return c->proven_at > 0;
}

static bool is_unknown(const Connection *c)
{
    (void)c;
    return true;
}

/* The first that holds. */
static const struct advice {
    bool (*holds)(const Connection *c);
    enum login login;
    const char *why;
} all[] = {
    {is_locked, LOGIN_CLIENT_CREDENTIALS,
     N_("Recommended: client credentials, because you cannot untick this app's refresh token "
        "rotation, and a flow holds only one refresh token.")},
    {is_free, LOGIN_REFRESH_TOKEN,
     N_("Recommended: a refresh token, because you can untick this app's rotation. Do that, wait "
        "2 to 10 minutes, and log in again.")},
    {rotates, LOGIN_CLIENT_CREDENTIALS,
     N_("Recommended: client credentials, because this app replaces its refresh token with each "
        "use, and a flow holds only one.")},
    {keeps_its_token, LOGIN_REFRESH_TOKEN,
     N_("Recommended: a refresh token, because this app kept it at the last refresh; but client "
        "credentials if no person should be behind the flow.")},
    {is_unknown, LOGIN_REFRESH_TOKEN,
     N_("Recommended: a refresh token; but client credentials if Enable Refresh Token Rotation is "
        "ticked and greyed out in your app.")},
};

static const struct advice *advice_for(const Connection *c)
{
    const struct advice *advice = all;
    while (!advice->holds(c))
        advice++;
    return advice;
}

enum login sheet_recommends(const Connection *connection)
{
    return advice_for(connection)->login;
}

/* Editions with the license Salesforce Integration. */
static bool has_integration_users(const char *edition)
{
    static const char *const with[] = {"Enterprise", "Unlimited", "Performance", "Developer"};
    for (gsize i = 0; i < G_N_ELEMENTS(with); i++)
        if (strstr(edition, with[i]) != NULL)
            return true;
    return false;
}

static void add(GString *text, char *sentence)
{
    g_string_append_printf(text, " %s", sentence);
    g_free(sentence);
}

char *sheet_advice(const Connection *connection)
{
    const struct advice *advice = advice_for(connection);
    const bool alone = !login_way(advice->login)->attended;
    GString *text = g_string_new(_(advice->why));
    g_autofree char *edition = text_clean(connection->edition);
    if (alone && edition != NULL && has_integration_users(edition))
        add(text, g_strdup_printf(_("%s has free integration users for it."), edition));
    else if (alone && edition != NULL)
        add(text, g_strdup_printf(_("%s has no integration users: it takes a user with a license "
                                    "of its own."),
                                  edition));
    if (alone && connection->platform == PLATFORM_OTHER)
        add(text, g_strdup(_("First make sure that your program can: Make, Fivetran and UiPath do, "
                             "Airbyte does not.")));
    if (alone)
        add(text, g_strdup(_("JWT bearer instead, if no secret may be shared and a function or a "
                             "program can sign.")));
    return g_string_free(text, FALSE);
}
