/* SPDX-License-Identifier: MIT */
#include "app_private.h"
#include "perch/auth/jwt.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/sheet/sheet.h"

/* A login with a private key: its pair of keys. */

static bool is_missing(const struct app *app)
{
    const Connection *connection = app->wizard->connection;
    if (!connection_way(connection)->signs || connection->name == NULL ||
        g_strcmp0(connection->name, app->claimed) != 0)
        return false;
    /* A key that the keyring does not give now may still be there. */
    return connection->certificate == NULL ||
           (!app->unread && session_secrets(app->session)->private_key == NULL);
}

void key_pair_certify(Connection *connection, const char *certificate)
{
    connection_set(&connection->certificate, certificate);
    connection->certificate_ends = clock_wall_ms() + CERTIFICATE_DAYS * G_GINT64_CONSTANT(86400000);
}

void key_pair_ensure(struct app *app)
{
    Connection *connection = app->wizard->connection;
    g_autoptr(Secret) key = NULL;
    g_autofree char *certificate = NULL;
    g_autoptr(GError) error = NULL;
    const bool again = connection->certificate != NULL;
    if (!is_missing(app))
        return;
    if (!key_pair_make(connection->name, clock_wall_ms(), &key, &certificate, &error)) {
        app_notice(app, "%s", error->message);
        return;
    }
    tokens_set_private_key(app->session->tokens, key);
    key_pair_certify(connection, certificate);
    if (sheet_is_ticked(connection, SETTING_CERTIFICATE))
        sheet_tick(connection, SETTING_CERTIFICATE);
    connection_take_typed(app->session->connection, connection);
    app_effect(app, &(struct effect){.kind = EFFECT_SAVE});
    if (again)
        app_notice(app, "%s",
                   _("The keyring has no private key for the certificate, so perch has made a new "
                     "pair. Upload the new certificate, step App."));
}
