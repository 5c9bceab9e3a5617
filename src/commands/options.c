/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "paste_input.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"

/* Option parsing and usage errors, common to all commands. */

int command_columns(FILE *stream)
{
    struct winsize size;
    return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void command_put(FILE *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *folded = text_fold(text, command_columns(stream));
    fputs(folded, stream);
}

int command_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *clean = text_clean(text);
    command_put(stderr, "perch: %s\n", clean);
    return PERCH_EXIT_USAGE;
}

int command_no_such(const char *what, const char *word, const char *const *names,
                    const char *otherwise)
{
    const char *nearest = text_nearest(word, names);
    g_autofree char *meant =
        nearest == NULL ? NULL : g_strdup_printf(_("Did you mean %s?"), nearest);
    return command_usage("%s %s", what, meant != NULL ? meant : otherwise);
}

int command_error(const GError *error)
{
    command_put(stderr, "perch: %s\n", error->message);
    return (int)perch_error_exit(error);
}

static const struct {
    const char *command, *what, *text;
} examples[] = {
#define EXAMPLE(command, what, text) {#command, what, text},
#include "perch/commands/examples.def"
#undef EXAMPLE
};

static char *examples_of(const char *command)
{
    GString *out = g_string_new(_("Examples:"));
    for (gsize i = 0; i < G_N_ELEMENTS(examples); i++) {
        if (strcmp(examples[i].command, command) != 0)
            continue;
        g_auto(GStrv) lines = g_strsplit(examples[i].text, "\n", -1);
        g_autofree char *text = g_strjoinv("\n    ", lines);
        g_string_append_printf(out, "\n  %s\n    $ %s", _(examples[i].what), text);
    }
    return g_string_free(out, FALSE);
}

/* brief: only the command's own options. */
static GOptionContext *context_new(const char *name, struct common_options *common,
                                   const GOptionEntry *entries, bool brief)
{
    const GOptionEntry all[] = {
        {"plain", 0, 0, G_OPTION_ARG_NONE, &common->plain, N_("line by line"), NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &common->json, N_("one JSON object on standard output"),
         NULL},
        {"no-input", 0, 0, G_OPTION_ARG_NONE, &common->no_input,
         N_("never ask; fail, naming what is missing"), NULL},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &common->quiet, N_("only what failed"), NULL},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &common->timeout, N_("how long to wait"),
         N_("SECONDS")},
        G_OPTION_ENTRY_NULL,
    };
    const struct command *command = command_find(name);
    const char *arguments = strchr(_(command->usage), ' ');
    GOptionContext *context = g_option_context_new(arguments == NULL ? "" : arguments + 1);
    g_option_context_set_summary(context, _(command->summary));
    if (!brief) {
        g_autofree char *description = examples_of(name);
        g_option_context_set_description(context, description);
        g_option_context_add_main_entries(context, all, GETTEXT_DOMAIN);
    }
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, GETTEXT_DOMAIN);
    g_option_context_set_help_enabled(context, FALSE);
    return context;
}

/* GLib's message ends with the option. */
static int parse_failed(const char *command, const GError *error, const GOptionEntry *entries)
{
    gsize count = 0;
    while (entries != NULL && entries[count].long_name != NULL)
        count++;
    g_autofree const char **names = g_new0(const char *, count + 1);
    for (gsize i = 0; i < count; i++)
        names[i] = entries[i].long_name;
    const char *word = strstr(error->message, " --");
    const char *nearest =
        word == NULL || !g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION)
            ? NULL
            : text_nearest(word + 3, names);
    if (nearest != NULL)
        return command_usage(_("%s. Did you mean --%s?"), error->message, nearest);
    return command_usage(_("%s. See: perch %s --help"), error->message, command);
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
    const bool helps = wants_help(argc, argv);
    g_autoptr(GOptionContext) context =
        context_new(command, common, entries, helps && strcmp(argv[argc - 1], "-a") == 0);
    g_autoptr(GError) error = NULL;
    g_autofree char *prgname = g_strdup_printf("perch %s", command);
    g_set_prgname(prgname);
    if (helps) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        command_say("%s", help);
        *ret_exit = PERCH_EXIT_OK;
        return FALSE;
    }
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        *ret_exit = parse_failed(command, error, entries);
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

bool command_can_ask(const struct common_options *common)
{
    return !common->no_input && !common->json && isatty(STDIN_FILENO);
}

bool command_asked(const char *question)
{
    g_autofree char *prompt = g_strconcat(question, " [y/N] ", NULL);
    return paste_yes_from_terminal(prompt);
}

bool command_confirmed(const char *question)
{
    if (command_asked(question))
        return true;
    command_put(stderr, _("perch: Nothing was changed.\n"));
    return false;
}

bool command_is_plain(void)
{
    const char *term = g_getenv("TERM");
    return !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO) || term == NULL ||
           strcmp(term, "dumb") == 0 || g_getenv("ACCESSIBLE") != NULL;
}
