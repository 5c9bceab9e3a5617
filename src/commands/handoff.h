/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_HANDOFF_H
#define COMMANDS_HANDOFF_H

#include "perch/app/app.h"
#include "perch/handoff/handoff.h"

/* perch handoff NAME, in parts. */

struct handoff_options {
    const char *name;
    const char *channel; /* NULL = all */
    const char *output;  /* NULL = standard output */
    enum handoff_format format;
    const char *like_file;    /* an export that --format flow is modelled on; NULL = none */
    const char *check_file;   /* a flow to check; "-" = standard input; NULL = none */
    const char *webhook_file; /* "-" = standard input; NULL = none */
    const char *vault_mount, *vault_path, *vault_token_file; /* NULL = the usual ones */
    int timeout;                                             /* seconds; 0 = none given */
    bool keep;                                               /* keep the flow's record */
    bool show;                                               /* secrets on a terminal, too */
    bool ask, json, quiet; /* ask: a person may be asked to unlock the keyring */
};

/* Each prints its result and returns the exit code. */
int handoff_deliver(const struct handoff_options *options, const Connection *connection,
                    const struct secrets *secrets);
int handoff_to_vault(const struct handoff_options *options, const Secret *values);
int handoff_to_creds(const struct handoff_options *options, const Secret *values);
int handoff_check_file(const struct handoff_options *options, const Connection *connection,
                       const struct secrets *secrets);
int handoff_rehearse(struct handoff_options *options);

#endif
