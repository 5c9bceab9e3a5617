/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_PASTE_INPUT_H
#define COMMANDS_PASTE_INPUT_H

#include "perch/base/secret.h"

/* Text of any kind. It may contain secrets. Nothing of it is dropped: more than 16 MB are refused.
 * Results are owned by the caller; NULL with a sentence in *error. */

/* A file; "-" is standard input, to its end. */
SecretBuf *paste_from_file(const char *path, GError **error);

/*
 * From the terminal, until Ctrl-D or Enter on an empty line. It is not echoed, since it may hold
 * secrets, and a line may be longer than the 4,095 bytes that a terminal's line editing takes. An
 * empty line within pasted text does not end it, as the rest follows at once. PERCH_ERROR_CANCELLED
 * after Ctrl-C.
 */
SecretBuf *paste_from_terminal(GError **error);

/* Prompts for one line on the terminal, without echo; same errors. */
SecretBuf *paste_line_from_terminal(const char *prompt, GError **error);

/* Asks on the terminal, in sight. Anything but a yes, Ctrl-C too, is a no. */
bool paste_yes_from_terminal(const char *question);

#endif
