/* SPDX-License-Identifier: MIT */
#include "perch/commands/command.h"

#include <string.h>

#include "app_make.h"
#include "perch/base/text.h"
#include "perch/net/http.h"
#include "perch/sheet/sheet.h"

static const struct command commands[] = {
#define COMMAND(name, usage, summary) {#name, usage, summary, command_##name},
#include "perch/commands/commands.def"
#undef COMMAND
};

const struct command *command_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int no_such_command(const char *name)
{
    const char *names[G_N_ELEMENTS(commands) + 1] = {NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        names[i] = commands[i].name;
    g_autofree char *what = g_strdup_printf(_("There is no command %s."), name);
    return command_no_such(what, name, names, _("perch help lists them."));
}

static void print_help(FILE *stream)
{
    command_put(stream,
                _("perch connects a program to a Salesforce org, and proves that it works.\n\n"
                  "Usage:\n  perch\n"));
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        command_put(stream, "  perch %-24s %s\n", _(commands[i].usage), _(commands[i].summary));
    command_put(
        stream,
        _("\nWithout a command: the list of connections, or the setup if there are "
          "none.\nOptions of every command:\n  --plain            line by line instead of "
          "full screen\n  --json             one JSON object on standard output\n  "
          "--no-input         never ask; fail, naming what is missing\n  --timeout SECONDS  "
          "how long to wait\n  --quiet            only what failed\n  --help, "
          "--version\n\nMore: perch help COMMAND, man perch\n"));
}

/* perch COMMAND --help HOW of every command, a line before each. */
static void help_of_all(const char *how, const char *between)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *name = g_strdup(commands[i].name), *last = g_strdup(how);
        command_say("%s", between);
        commands[i].run(3, (char *[]){name, (char[]){"--help"}, last, NULL});
    }
}

static int print_environment(void)
{
    command_say("%s\n\n", _("Each variable stands for an option, unless the command line has it. "
                            "One for every command that has the option has no command in its "
                            "name: PERCH_CHANNEL. A flag is 1 or 0."));
    command_print_common_variables();
    help_of_all("-e", "");
    return PERCH_EXIT_OK;
}

int command_help(int argc, char **argv)
{
    struct common_options common = {0};
    gboolean all = FALSE;
    g_auto(GStrv) names = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, N_("every command with its options"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("help", argc, argv, &common, entries, &names, &code))
        return code;
    if (g_strcmp0(names[0], "environment") == 0)
        return print_environment();
    const struct command *command = names[0] == NULL ? NULL : command_find(names[0]);
    if (names[0] != NULL && command == NULL)
        return no_such_command(names[0]);
    if (command != NULL)
        return command->run(2, (char *[]){names[0], (char[]){"--help"}, NULL});
    print_help(stdout);
    if (all)
        help_of_all("-a", "\n");
    return PERCH_EXIT_OK;
}

static int print_version(void)
{
    command_say("perch %s\n", PERCH_VERSION);
    command_say(_("Built with: %s\nRunning with: %s\nSalesforce API: the newest version that the "
                  "org offers; %s to deploy an app\n"),
                PERCH_BUILT_WITH, http_library(), SHEET_API_VERSION);
    return PERCH_EXIT_OK;
}

int command_main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : NULL;
    if (g_strcmp0(first, "--version") == 0)
        return print_version();
    if (g_strcmp0(first, "--help") == 0 || g_strcmp0(first, "-h") == 0) {
        print_help(stdout);
        return PERCH_EXIT_OK;
    }
    if (first == NULL || first[0] == '-') {
        app_put_back();
        return command_home(argc, argv);
    }
    const struct command *command = command_find(first);
    if (command == NULL)
        return no_such_command(first);
    app_put_back();
    return command->run(argc - 1, argv + 1);
}
