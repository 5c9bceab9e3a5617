/* SPDX-License-Identifier: MIT */
#include "app_make.h"
#include "perch/base/text.h"
#include "perch/sheet/sheet.h"

void app_announce(const struct app_make_options *options, const Connection *app, const char *whose,
                  bool access)
{
    if (options->common->json || options->common->quiet)
        return;
    g_autofree char *org = org_host_told(app->login_url);
    command_say(
        options->goal == MAKING_REMOVE
            ? _("perch removes the External Client App %s (%s) from %s, and with it every login "
                "through it.\n")
        : options->goal == MAKING_REPAIR
            ? _("perch compares the External Client App %s (%s) in %s with the App step, and "
                "changes what differs.\n")
            : _("perch makes the External Client App %s (%s) in %s.\n"),
        app->app_name, app->app_api_name, org);
    command_say(
        _("Session: %s. Its user needs the permissions Modify Metadata Through Metadata API "
          "Functions, and Create, edit, and delete External Client Apps.\n"),
        whose);
    if (access && options->goal != MAKING_REMOVE) {
        g_autofree char *also = sheet_access_announced(app);
        command_say("%s\n", also);
    } else if (access) {
        command_say(_("It also removes the permission set that perch made for its user, the "
                      "assignment, and the license that perch assigned with it.\n"));
    } else if (options->goal == MAKING_REPAIR && !connection_way(app)->attended)
        command_say(_("The permission set and license of its user stay as they are. To have perch "
                      "make and assign them, too, add --permission-set.\n"));
    if (options->goal != MAKING_REMOVE)
        command_say(_("Settings: those that perch app %s prints.\n"), app->name);
    if (options->goal == MAKING_REPAIR)
        command_say(_("The app's names, key, secret and other callbacks and scopes stay.\n"));
    command_say("%s\n", options->dry_run
                            ? _("Dry run: the org only says whether it would accept this.")
                            : _("Nothing else in the org is changed."));
}
