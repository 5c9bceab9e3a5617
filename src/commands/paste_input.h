/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_PASTE_INPUT_H
#define COMMANDS_PASTE_INPUT_H

#include "perch/base/secret.h"

/* Text of any kind and length that somebody wants explained. It may hold secrets. Of more than
 * 1 MiB the end is kept. All own what they return; NULL with a sentence in *error. */

/* A file; "-" is standard input, to its end. */
SecretBuf *paste_from_file(const char *path, GError **error);

/*
 * From the terminal, until Ctrl-D or Enter on an empty line. It is not echoed, since it may hold
 * secrets, and a line may be longer than the 4,095 bytes that a terminal's line editing takes. An
 * empty line inside of what is pasted does not end it: what comes at once belongs to it.
 * PERCH_ERROR_CANCELLED after Ctrl-C.
 */
SecretBuf *paste_from_terminal(GError **error);

/* One line from the terminal, not echoed, after prompt; the same errors. */
SecretBuf *paste_line_from_terminal(const char *prompt, GError **error);

#endif
