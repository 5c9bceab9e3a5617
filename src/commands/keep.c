/* SPDX-License-Identifier: MIT */
#include "perch/app/app.h"
#include "perch/commands/command.h"
#include "perch/tokens/rescue.h"

static void open_keyring(void)
{
    app_open_keyring(false);
}

int command_keep(void)
{
    return rescue_main(open_keyring);
}
