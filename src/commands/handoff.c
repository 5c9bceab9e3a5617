/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "perch/check.h"
#include "perch/command.h"
#include "perch/handoff.h"
#include "perch/paths.h"
#include "perch/text.h"

struct handoff_run {
    GMainLoop *loop;
    Store *store;
    struct secrets secrets;
    GError *error;
};

static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct handoff_run *run = user;
    (void)source;
    store_load_finish(run->store, result, &run->secrets, &run->error);
    g_main_loop_quit(run->loop);
}

static bool load_secrets(const char *config_dir, const char *name, struct secrets *ret_secrets,
                         GError **error)
{
    struct handoff_run run = {.loop = g_main_loop_new(NULL, FALSE),
                              .store = store_secret_new(config_dir)};
    store_load(run.store, name, isatty(STDIN_FILENO), NULL, loaded, &run);
    g_main_loop_run(run.loop);
    g_main_loop_unref(run.loop);
    store_free(run.store);
    if (run.error != NULL) {
        g_propagate_error(error, run.error);
        return false;
    }
    *ret_secrets = run.secrets;
    return true;
}

static int write_out(const Secret *text, const char *output)
{
    g_autoptr(GError) error = NULL;
    setvbuf(stdout, NULL, _IONBF, 0); /* no copy of the secrets in a buffer of stdio's */
    if (output == NULL || strcmp(output, "-") == 0)
        return fputs(secret_peek(text), stdout) >= 0 && fflush(stdout) == 0 ? PERCH_EXIT_OK
                                                                            : PERCH_EXIT_UNEXPECTED;
    if (!paths_create_file(output, secret_peek(text), secret_length(text), &error))
        return command_error(error);
    fprintf(stderr, _("Written, for you only: %s\n"), output);
    return PERCH_EXIT_OK;
}

static int run_handoff(const char *name, enum handoff_format format, const char *output)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *config_dir = paths_config_dir();
    g_autoptr(Connection) connection = connections_load(config_dir, name, &error);
    struct secrets secrets = {0};
    if (connection == NULL || !load_secrets(config_dir, name, &secrets, &error))
        return command_error(error);
    const char *problem = handoff_problem(connection, &secrets);
    int code;
    if (problem != NULL) {
        fprintf(stderr, "perch: %s: %s\n", name, problem);
        code = PERCH_EXIT_AUTHORIZATION;
    } else {
        g_autoptr(Secret) text = handoff_export(connection, &secrets, format, &error);
        code = text == NULL ? command_error(error) : write_out(text, output);
    }
    secrets_clear(&secrets);
    return code;
}

int command_handoff(int argc, char **argv)
{
    struct common_options common = {0};
    g_autofree char *format_name = NULL, *output = NULL;
    g_auto(GStrv) names = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format_name, N_("text, env or json"), N_("FORMAT")},
        {"output", 0, 0, G_OPTION_ARG_FILENAME, &output, N_("a new file that only you can read"),
         N_("FILE")},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("handoff", argc, argv, &common, entries, &names, &code))
        return code;
    if (g_strv_length(names) != 1)
        return command_usage(_("Say which connection: perch handoff NAME"));
    int format = format_name != NULL ? handoff_format_from_name(format_name)
                 : common.json       ? HANDOFF_JSON
                                     : HANDOFF_TEXT;
    if (format < 0)
        return command_usage(_("There is no format %s. Use text, env or json."), format_name);
    return run_handoff(names[0], (enum handoff_format)format, output);
}
