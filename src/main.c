/* SPDX-License-Identifier: MIT */
#include "perch/base/error.h"
#include "perch/base/process.h"
#include "perch/base/secret.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/config.h"
#include "perch/store/own_keyring.h"
#include "perch/tokens/rescue.h"

int main(int argc, char **argv)
{
    process_begin();
    secret_init_process(); /* before anything allocates */
    if (rescue_is_asked(argv))
        return command_keep();
    rescue_use("/proc/self/exe");
    text_use_locale();
    bindtextdomain(GETTEXT_DOMAIN, PERCH_LOCALE_DIR);
    bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8");
    textdomain(GETTEXT_DOMAIN);
    if (!process_has_room())
        return PERCH_EXIT_UNEXPECTED;
    if (own_keyring_is_asked(argv))
        return own_keyring_main();
    return process_end(command_main(argc, argv));
}
