/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "handoff.h"
#include "paste_input.h"
#include "perch/commands/command.h"

/* perch handoff NAME --check FILE: compares somebody's flow with what perch hands over. */

static int print(const struct handoff_options *options, const GPtrArray *findings)
{
    bool wrong = check_results_status(findings) == CHECK_FAILED;
    int code = wrong ? PERCH_EXIT_APP : PERCH_EXIT_OK;
    if (options->json) {
        g_autoptr(Json) json = check_results_to_json(findings, "handoff", options->name);
        json_set_int(json, "exit", code);
        g_autofree char *text = json_print(json);
        puts(text);
        return code;
    }
    for (guint i = 0; i < findings->len; i++) {
        const struct check_result *finding = findings->pdata[i];
        if (!options->quiet || finding->status == CHECK_FAILED)
            command_print_result(finding, stdout);
    }
    return code;
}

int handoff_check_file(const struct handoff_options *options, const Connection *connection,
                       const struct secrets *secrets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SecretBuf) text = paste_from_file(options->check_file, &error);
    g_autoptr(GPtrArray) findings =
        text == NULL ? NULL : handoff_check(connection, secrets, text->text, text->length, &error);
    return findings == NULL ? command_error(error) : print(options, findings);
}
