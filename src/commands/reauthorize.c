/* SPDX-License-Identifier: MIT */
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"
#include "perch/commands/command.h"

/* Goes straight to Authorize; keeps host, app, scopes, name and all settings. */

static bool can_reauthorize(const char *name, GError **error)
{
    g_autofree char *config_dir = paths_config_dir();
    g_autoptr(Connection) connection = connections_load(config_dir, name, error);
    if (connection == NULL)
        return false;
    if (connection->login_url != NULL && connection->client_id != NULL)
        return true;
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                _("The setup of %s was never finished. To continue: perch setup %s"), name, name);
    return false;
}

int command_reauthorize(int argc, char **argv)
{
    struct common_options common = {0};
    g_auto(GStrv) names = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *port = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"callback-port", 0, 0, G_OPTION_ARG_STRING, &port, N_("registered callback port"),
         N_("PORT")},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("reauthorize", argc, argv, &common, entries, &names, &code))
        return code;
    if (g_strv_length(names) != 1)
        return command_usage(_("Say which connection: perch reauthorize NAME"));
    if (port != NULL && typed_port(port) == 0)
        return command_usage(_("--callback-port takes a port from 1 to 65535."));
    if (!can_reauthorize(names[0], &error))
        return command_error(error);
    const struct app_options options = {
        .name = names[0],
        .callback_port = (guint16)typed_port(port),
        .login_seconds = common.timeout,
        .start = APP_START_AUTHORIZE,
        .plain = common.plain || common.json || common.no_input || command_is_plain(),
        .json = common.json,
        .no_input = common.no_input,
        .quiet = common.quiet,
    };
    return app_setup(&options);
}
