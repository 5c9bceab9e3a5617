/* SPDX-License-Identifier: MIT */
#include <locale.h>

#include "perch/command.h"
#include "perch/config.h"
#include "perch/keeper.h"
#include "perch/own_keyring.h"
#include "perch/secret.h"
#include "perch/text.h"

int main(int argc, char **argv)
{
    secret_init_process(); /* before anything allocates */
    if (keeper_is_asked(argv))
        return command_keep();
    keeper_use("/proc/self/exe");
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_DOMAIN, PERCH_LOCALE_DIR);
    bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8");
    textdomain(GETTEXT_DOMAIN);
    if (own_keyring_is_asked(argv))
        return own_keyring_main();
    return command_main(argc, argv);
}
