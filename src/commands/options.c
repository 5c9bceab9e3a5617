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
    fflush(stdout); /* what came before stands before, in a pipe too */
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

enum { COMMON_COUNT = 5 };

static void common_entries(struct common_options *common, GOptionEntry ret_all[COMMON_COUNT + 1])
{
    const GOptionEntry all[COMMON_COUNT + 1] = {
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
    memcpy(ret_all, all, sizeof all);
}

/* ---- the environment ---- */

/* PERCH_SETUP_LOGIN_URL; without a command PERCH_LOGIN_URL. Owned by the caller. */
static char *variable_of(const char *command, const char *option)
{
    g_autofree char *name = command == NULL ? g_strconcat("PERCH_", option, NULL)
                                            : g_strconcat("PERCH_", command, "_", option, NULL);
    return g_ascii_strup(g_strdelimit(name, "-", '_'), -1);
}

/* A flag of one command is for the moment: --yes, --show, --remove. So is an option that says so.
 */
static bool has_variable(const GOptionEntry *entry, const char *command)
{
    return entry->arg == G_OPTION_ARG_STRING || entry->arg == G_OPTION_ARG_FILENAME ||
                   entry->arg == G_OPTION_ARG_INT
               ? (entry->flags & OPTION_NOT_KEPT) == 0
               : entry->arg == G_OPTION_ARG_NONE && command == NULL;
}

/* Gives the option the value, unless it has one; FALSE: it is not of the option's type. */
static bool take_value(const GOptionEntry *entry, const char *value)
{
    static const char *const yes[] = {"1", "true", "yes", NULL}, *const no[] = {"0", "false", "no",
                                                                                NULL};
    gint64 number;
    if (entry->arg == G_OPTION_ARG_NONE) {
        *(gboolean *)entry->arg_data |= g_strv_contains(yes, value);
        return g_strv_contains(yes, value) || g_strv_contains(no, value);
    }
    if (entry->arg == G_OPTION_ARG_INT) {
        gint *to = entry->arg_data;
        if (!g_ascii_string_to_signed(value, 10, G_MININT, G_MAXINT, &number, NULL))
            return false;
        *to = *to == 0 ? (gint)number : *to;
        return true;
    }
    char **to = entry->arg_data;
    *to = *to == NULL ? g_strdup(value) : *to;
    return true;
}

/* What the command line left open, from the variable of this command, then from that of every
 * command with such an option. command: NULL = the options of every command. */
static bool read_environment(const GOptionEntry *entries, const char *command, int *ret_exit)
{
    for (; entries != NULL && entries->long_name != NULL; entries++)
        for (int i = command == NULL; i < 2 && has_variable(entries, command); i++) {
            g_autofree char *name = variable_of(i == 0 ? command : NULL, entries->long_name);
            const char *value = g_getenv(name);
            if (value == NULL || *value == '\0' || take_value(entries, value))
                continue;
            *ret_exit = command_usage(_("%s cannot be \"%s\". It stands for --%s."), name, value,
                                      entries->long_name);
            return false;
        }
    return true;
}

static void print_variables(const GOptionEntry *entries, const char *command)
{
    for (; entries != NULL && entries->long_name != NULL; entries++) {
        g_autofree char *name = variable_of(command, entries->long_name);
        if (has_variable(entries, command))
            command_say("  %-34s  %s\n", name, _(entries->description));
    }
}

void command_print_common_variables(void)
{
    struct common_options common;
    GOptionEntry all[COMMON_COUNT + 1];
    common_entries(&common, all);
    print_variables(all, NULL);
}

/* ---- parsing ---- */

/* brief: only the command's own options. */
static GOptionContext *context_new(const char *name, const GOptionEntry *all,
                                   const GOptionEntry *entries, bool brief)
{
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
    GOptionEntry all[COMMON_COUNT + 1];
    common_entries(common, all);
    if (helps && strcmp(argv[argc - 1], "-e") == 0) {
        print_variables(entries, command);
        *ret_exit = PERCH_EXIT_OK;
        return FALSE;
    }
    g_autoptr(GOptionContext) context =
        context_new(command, all, entries, helps && strcmp(argv[argc - 1], "-a") == 0);
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
    if (!read_environment(all, NULL, ret_exit) || !read_environment(entries, command, ret_exit))
        return FALSE;
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
    if (ret_names != NULL && strcmp(command, "explain") != 0) /* whose arguments are files */
        for (char **name = *ret_names; *name != NULL; name++) {
            g_autofree char *typed = *name;
            *name = connection_name_from(typed);
        }
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
