/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "handoff.h"
#include "paste_input.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"

/* Where an export goes: standard output, or new files that only this user can read. */

static int print(const GPtrArray *files)
{
    const struct handoff_file *file = files->pdata[0];
    setvbuf(stdout, NULL, _IONBF, 0); /* no copy of the secrets in stdio's buffer */
    return fputs(secret_peek(file->text), stdout) >= 0 && fflush(stdout) == 0
               ? PERCH_EXIT_OK
               : PERCH_EXIT_UNEXPECTED;
}

/* The requested name; for several files, with each file's own suffix. */
static char *file_name(const char *output, const GPtrArray *files, guint index)
{
    const struct handoff_file *file = files->pdata[index];
    if (files->len == 1)
        return g_strdup(output);
    for (guint i = 0; i < files->len; i++) {
        const char *suffix = ((const struct handoff_file *)files->pdata[i])->suffix;
        if (g_str_has_suffix(output, suffix)) {
            g_autofree char *base = g_strndup(output, strlen(output) - strlen(suffix));
            return g_strconcat(base, file->suffix, NULL);
        }
    }
    return g_strconcat(output, file->suffix, NULL);
}

static int write_files(const char *output, const GPtrArray *files)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < files->len; i++) {
        g_ptr_array_add(names, file_name(output, files, i));
        if (!paths_is_taken(names->pdata[i]))
            continue;
        command_put(stderr, _("perch: %s already exists. Give --output another name.\n"),
                    (const char *)names->pdata[i]);
        return PERCH_EXIT_UNEXPECTED;
    }
    for (guint i = 0; i < files->len; i++) {
        const struct handoff_file *file = files->pdata[i];
        if (!paths_create_file(names->pdata[i], secret_peek(file->text), secret_length(file->text),
                               &error))
            return command_error(error);
        command_put(stderr, _("Written, readable only by you: %s\n"),
                    (const char *)names->pdata[i]);
    }
    return PERCH_EXIT_OK;
}

/* Formats that another program or service writes. */
static const struct {
    enum handoff_format format;
    int (*deliver)(const struct handoff_options *options, const Secret *values);
} elsewhere[] = {
    {HANDOFF_VAULT, handoff_to_vault},
    {HANDOFF_SYSTEMD_CREDS, handoff_to_creds},
};

/* The flow as a file, modelled on the person's own export. */
static bool go_by(const struct handoff_options *options, const Connection *connection,
                  const struct secrets *secrets, struct handoff_file *file, GError **error)
{
    g_autoptr(SecretBuf) like = paste_from_file(options->like_file, error);
    g_autoptr(Secret) text =
        like == NULL ? NULL : handoff_flow(connection, secrets, like->text, error);
    secret_set(&file->text, text);
    return text != NULL;
}

/* A word for what nobody may see, whatever form a format gives it. */
static void mask(struct secrets *secrets)
{
    Secret **const members[] = {&secrets->client_secret, &secrets->refresh_token,
                                &secrets->access_token, &secrets->private_key};
    g_autoptr(Secret) word = secret_new("masked");
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (*members[i] != NULL)
            secret_set(members[i], word);
}

/* Prints on a terminal, where others may look on, and where text stays to be scrolled back to. */
static int print_masked(const struct handoff_options *options, const Connection *connection,
                        const struct secrets *secrets)
{
    struct handoff_options shown = *options;
    struct secrets masked;
    shown.show = true;
    secrets_copy(&masked, secrets);
    mask(&masked);
    int code = handoff_deliver(&shown, connection, &masked);
    secrets_clear(&masked);
    command_put(stderr, _("perch: Secrets are masked on a terminal. To write them to a file: "
                          "--output FILE. To see them: --show\n"));
    return code;
}

int handoff_deliver(const struct handoff_options *options, const Connection *connection,
                    const struct secrets *secrets)
{
    g_autoptr(GError) error = NULL;
    bool to_stdout = options->output == NULL || strcmp(options->output, "-") == 0;
    bool is_elsewhere = false;
    for (gsize i = 0; i < G_N_ELEMENTS(elsewhere); i++)
        is_elsewhere = is_elsewhere || elsewhere[i].format == options->format;
    if (to_stdout && !options->show && !is_elsewhere && isatty(STDOUT_FILENO))
        return print_masked(options, connection, secrets);
    g_autoptr(GPtrArray) files = handoff_files(connection, secrets, options->format, &error);
    if (files == NULL || (options->like_file != NULL &&
                          !go_by(options, connection, secrets, files->pdata[0], &error)))
        return command_error(error);
    if (options->format == HANDOFF_FLOW)
        command_put(
            stderr, "%s\n",
            _("Experimental: Flow Builder's import of such a file is untested. To check the "
              "result, export the flow again and run: perch handoff NAME --check FILE"));
    for (gsize i = 0; i < G_N_ELEMENTS(elsewhere); i++)
        if (elsewhere[i].format == options->format)
            return elsewhere[i].deliver(options, ((struct handoff_file *)files->pdata[0])->text);
    if (to_stdout && files->len > 1)
        return command_usage(_("This format is two files. Name them with --output NAME."));
    return to_stdout ? print(files) : write_files(options->output, files);
}
