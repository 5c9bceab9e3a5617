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
    text_use_catalogues(PERCH_LOCALE_DIR);
    if (!process_has_room())
        return PERCH_EXIT_UNEXPECTED;
    if (own_keyring_is_asked(argv))
        return own_keyring_main();
    return process_end(command_main(argc, argv));
}
