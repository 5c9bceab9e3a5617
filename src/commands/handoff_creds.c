/* SPDX-License-Identifier: MIT */
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "handoff.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"

/*
 * perch handoff NAME --format systemd-creds: the env file, encrypted by systemd-creds(1) for
 * services of this machine. The values reach it through a pipe; what comes back is no secret.
 */

static const char suffix[] = ".cred";

/* The credential's name, which is bound into it: the file's name. */
static char *credential_name(const struct handoff_options *options)
{
    if (options->output == NULL || strcmp(options->output, "-") == 0)
        return g_strconcat("perch-", options->name, NULL);
    char *name = g_path_get_basename(options->output);
    if (g_str_has_suffix(name, suffix) && strlen(name) > strlen(suffix))
        name[strlen(name) - strlen(suffix)] = '\0';
    return name;
}

static char *bytes_text(GBytes *bytes)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    return g_strndup(data == NULL ? "" : data, length);
}

static char *encrypt(const char *program, const char *name, const Secret *values, GError **error)
{
    g_autofree char *option = g_strconcat("--name=", name, NULL);
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                             G_SUBPROCESS_FLAGS_STDERR_PIPE,
                         error, program, "encrypt", option, "-", "-", NULL);
    g_autoptr(GBytes) input = g_bytes_new_static(secret_peek(values), secret_length(values));
    g_autoptr(GBytes) output = NULL, notes = NULL;
    if (process == NULL || !g_subprocess_communicate(process, input, NULL, &output, &notes, error))
        return NULL;
    char *text = bytes_text(output);
    if (g_subprocess_get_successful(process) && *text != '\0')
        return text;
    g_free(text);
    g_autofree char *raw = bytes_text(notes);
    g_autofree char *clean = text_clean(raw);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                _("systemd-creds did not encrypt the values; without a TPM it needs root. It said: "
                  "%s"),
                clean);
    return NULL;
}

static int write_credential(const char *output, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_canonicalize_filename(output, NULL);
    if (!paths_create_file(path, text, strlen(text), &error))
        return command_error(error);
    command_put(stderr, _("Written: %s\n"), path);
    command_put(stderr, _("In the unit: LoadCredentialEncrypted=%s:%s\n"), name, path);
    return PERCH_EXIT_OK;
}

int handoff_to_creds(const struct handoff_options *options, const Secret *values)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *program = g_find_program_in_path("systemd-creds");
    g_autofree char *name = credential_name(options);
    if (program == NULL) {
        command_put(stderr, "perch: %s\n",
                    _("There is no systemd-creds on this machine; it comes with systemd 250 and "
                      "later."));
        return PERCH_EXIT_UNEXPECTED;
    }
    g_autofree char *text = encrypt(program, name, values, &error);
    if (text == NULL)
        return command_error(error);
    if (options->output == NULL || strcmp(options->output, "-") == 0)
        return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? PERCH_EXIT_OK
                                                               : PERCH_EXIT_UNEXPECTED;
    return write_credential(options->output, name, text);
}
