/* SPDX-License-Identifier: MIT */
#include "perch/commands/command.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "perch/base/text.h"
#include "perch/config.h"
#include "perch/wizard/check_view.h"

static const struct command {
    const char *name, *usage, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND(name, usage, summary) {#name, usage, summary, command_##name},
#include "perch/commands/commands.def"
#undef COMMAND
};

static const struct command *find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void print_help(FILE *stream)
{
    fprintf(stream, _("perch connects a program to a Salesforce org, and proves that it works.\n\n"
                      "Usage:\n  perch\n"));
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(stream, "  perch %-24s %s\n", _(commands[i].usage), _(commands[i].summary));
    fprintf(stream,
            _("\nWithout a command: the list of connections, or the set-up when there is none.\n"
              "Options of every command:\n"
              "  --plain            line by line instead of full screen\n"
              "  --json             one JSON object on standard output\n"
              "  --no-input         never ask; fail with what is missing\n"
              "  --timeout SECONDS  how long to wait\n"
              "  --quiet            only what failed\n"
              "  --help, --version\n\nMore: perch help COMMAND, man perch\n"));
}

int command_help(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stdout);
        return PERCH_EXIT_OK;
    }
    const struct command *command = find(argv[1]);
    if (command == NULL)
        return command_usage(_("There is no command %s. perch help lists them."), argv[1]);
    char *help[] = {argv[1], (char[]){"--help"}, NULL};
    return command->run(2, help);
}

int command_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *clean = text_clean(text);
    fprintf(stderr, "perch: %s\n", clean);
    return PERCH_EXIT_USAGE;
}

int command_error(const GError *error)
{
    fprintf(stderr, "perch: %s\n", error->message);
    return (int)perch_error_exit(error);
}

static GOptionContext *context_new(const char *name, struct common_options *common,
                                   const GOptionEntry *entries)
{
    const GOptionEntry all[] = {
        {"plain", 0, 0, G_OPTION_ARG_NONE, &common->plain, N_("line by line"), NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &common->json, N_("one JSON object on standard output"),
         NULL},
        {"no-input", 0, 0, G_OPTION_ARG_NONE, &common->no_input,
         N_("never ask; fail with what is missing"), NULL},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &common->quiet, N_("only what failed"), NULL},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &common->timeout, N_("how long to wait"),
         N_("SECONDS")},
        G_OPTION_ENTRY_NULL,
    };
    const struct command *command = find(name);
    const char *arguments = strchr(_(command->usage), ' ');
    GOptionContext *context = g_option_context_new(arguments == NULL ? "" : arguments + 1);
    g_option_context_set_summary(context, _(command->summary));
    g_option_context_add_main_entries(context, all, GETTEXT_DOMAIN);
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, GETTEXT_DOMAIN);
    g_option_context_set_help_enabled(context, FALSE);
    return context;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

gboolean command_parse(const char *command, int argc, char **argv, struct common_options *common,
                       const GOptionEntry *entries, GStrv *ret_names, int *ret_exit)
{
    g_autoptr(GOptionContext) context = context_new(command, common, entries);
    g_autoptr(GError) error = NULL;
    g_autofree char *prgname = g_strdup_printf("perch %s", command);
    g_set_prgname(prgname);
    if (wants_help(argc, argv)) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        fputs(help, stdout);
        *ret_exit = PERCH_EXIT_OK;
        return FALSE;
    }
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        *ret_exit = command_usage(_("%s. See: perch %s --help"), error->message, command);
        return FALSE;
    }
    if (common->timeout < 0) {
        *ret_exit = command_usage(_("--timeout takes a number of seconds."));
        return FALSE;
    }
    if (argc > 1 && ret_names == NULL) {
        *ret_exit = command_usage(_("%s takes no argument \"%s\"."), command, argv[1]);
        return FALSE;
    }
    if (ret_names != NULL)
        *ret_names = g_strdupv(argv + (argc > 0));
    return TRUE;
}

void command_print_result(const struct check_result *result, FILE *stream)
{
    static const char *const marks[] = {
        [CHECK_OK] = "ok", [CHECK_FAILED] = "!!", [CHECK_WARNING] = "! ", [CHECK_SKIPPED] = "--"};
    fprintf(stream, "  %s  %s: %s\n", result->status >= CHECK_OK ? marks[result->status] : "..",
            result->title, result->summary == NULL ? "" : result->summary);
    if (result->diagnosis == NULL)
        return;
    g_autoptr(View) view = view_new();
    check_result_view(result, view, 1, true);
    for (guint i = 1; i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        fprintf(stream, "      %*s%s\n", item->indent, "", item->label);
    }
    if (result->page_url != NULL)
        fprintf(stream, "          %s\n", result->page_url);
}

bool job_init(struct app_job *job, const char *name, const struct services *services,
              GError **error)
{
    Connection *connection = connections_load(services->config_dir, name, error);
    if (connection == NULL)
        return false;
    job->session = session_new(connection, services->config_dir, services->http, services->store);
    job->results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    return true;
}

void job_clear(struct app_job *job)
{
    g_clear_pointer(&job->results, g_ptr_array_unref);
    g_clear_pointer(&job->session, session_free);
}

bool command_is_plain(void)
{
    const char *term = g_getenv("TERM");
    return !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO) || term == NULL ||
           strcmp(term, "dumb") == 0 || g_getenv("ACCESSIBLE") != NULL;
}

int command_main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : NULL;
    if (first == NULL) {
        struct app_options options = {.plain = command_is_plain(), .forget = forget_from_home};
        return app_home(&options);
    }
    if (strcmp(first, "--version") == 0) {
        printf("perch %s\n", PERCH_VERSION);
        return PERCH_EXIT_OK;
    }
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        print_help(stdout);
        return PERCH_EXIT_OK;
    }
    if (first[0] == '-') {
        struct common_options common = {0};
        int code;
        if (!command_parse("setup", argc, argv, &common, NULL, NULL, &code))
            return code;
        struct app_options options = {.plain = common.plain || command_is_plain(),
                                      .no_input = common.no_input,
                                      .quiet = common.quiet,
                                      .forget = forget_from_home};
        return app_home(&options);
    }
    const struct command *command = find(first);
    if (command == NULL)
        return command_usage(_("There is no command %s. perch help lists them."), first);
    return command->run(argc - 1, argv + 1);
}
