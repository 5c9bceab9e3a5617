/* SPDX-License-Identifier: MIT */
#include "handoff.h"

#include <stdio.h>
#include <unistd.h>

#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"

/* perch handoff NAME: the values for Flow Builder, in one of the formats. */

static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    *(GAsyncResult **)user = g_object_ref(result);
}

static gboolean on_late(gpointer late)
{
    g_cancellable_cancel(late);
    return G_SOURCE_CONTINUE;
}

/* Loads the tokens from the keyring; close them. NULL: the keyring refuses. */
static Tokens *load_tokens(const char *config_dir, Store *store,
                           const struct handoff_options *options, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GCancellable) late = g_cancellable_new();
    g_autoptr(GError) problem = NULL;
    Tokens *tokens = tokens_new(config_dir, store);
    guint timer =
        options->timeout > 0 ? g_timeout_add_seconds((guint)options->timeout, on_late, late) : 0;
    tokens_may_ask(tokens, options->ask);
    tokens_load(tokens, options->name, late, loaded, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    if (timer != 0)
        g_source_remove(timer);
    if (tokens_finish(result, &problem))
        return tokens;
    if (g_cancellable_is_cancelled(late)) {
        g_clear_error(&problem);
        g_set_error_literal(&problem, PERCH_ERROR, PERCH_ERROR_NETWORK,
                            _("The keyring did not answer in time. Respond to its window if it "
                              "shows one, or give a longer --timeout."));
    }
    g_propagate_error(error, g_steal_pointer(&problem));
    tokens_close(tokens);
    return NULL;
}

static int use_values(const struct handoff_options *options, const Connection *connection,
                      const struct secrets *secrets)
{
    enum perch_exit refused = PERCH_EXIT_AUTHORIZATION;
    if (options->check_file != NULL)
        return handoff_check_file(options, connection, secrets);
    const char *problem = handoff_problem(connection, secrets, &refused);
    if (problem == NULL)
        return handoff_deliver(options, connection, secrets);
    command_put(stderr, "perch: %s: %s\n", options->name, problem);
    return (int)refused;
}

static int run_handoff(const struct handoff_options *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *config_dir = paths_config_dir();
    g_autoptr(Connection) stored = connections_load(config_dir, options->name, &error);
    if (stored == NULL)
        return command_error(error);
    g_autoptr(Connection) connection = options->channel == NULL
                                           ? connection_copy(stored)
                                           : handoff_select(stored, options->channel, &error);
    app_open_keyring(options->ask);
    g_autoptr(Store) store = store_open(STORE_SECRET_SERVICE, config_dir);
    Tokens *tokens = connection == NULL ? NULL : load_tokens(config_dir, store, options, &error);
    int code = tokens == NULL ? command_error(error)
                              : use_values(options, connection, tokens_secrets(tokens));
    tokens_close(tokens);
    return code;
}

/* The completions read the first word of each line. */
static int list_formats(bool as_json)
{
    g_autoptr(Json) json = json_object();
    Json *list = json_array();
    json_set_int(json, "perch", 1);
    json_set_string(json, "command", "handoff");
    for (int i = 0; i < HANDOFF_FORMAT_COUNT; i++) {
        const char *name = handoff_format_name((enum handoff_format)i);
        const char *what = handoff_format_what((enum handoff_format)i);
        Json *row = json_object();
        json_set_string(row, "name", name);
        json_set_string(row, "what", what);
        json_append(list, row);
        if (!as_json)
            command_say("%-14s %s\n", name, what);
    }
    json_set(json, "formats", list);
    g_autofree char *text = json_print(json);
    if (as_json)
        puts(text);
    return PERCH_EXIT_OK;
}

static bool pick_format(struct handoff_options *options, const char *name, const char *names)
{
    int format = name != NULL    ? handoff_format_from_name(name)
                 : options->json ? HANDOFF_JSON
                                 : HANDOFF_TEXT;
    if (format < 0) {
        g_auto(GStrv) all = g_strsplit(names, ", ", -1);
        g_autofree char *what = g_strdup_printf(_("There is no format %s."), name);
        g_autofree char *otherwise = g_strdup_printf(_("Use one of: %s."), names);
        command_no_such(what, name, (const char *const *)all, otherwise);
        return false;
    }
    options->format = (enum handoff_format)format;
    return true;
}

/* The platform is a property of the connection, so it has to be given only once. */
static int keep_platform(const char *name, const char *platform)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *config_dir = paths_config_dir();
    enum platform wanted = platform_from_name(platform);
    if (wanted == PLATFORM_COUNT)
        return command_usage(_("There is no platform %s. Use flow-builder, bird-flows or other."),
                             platform);
    g_autoptr(Connection) connection = connections_load(config_dir, name, &error);
    if (connection == NULL)
        return command_error(error);
    if (connection->platform == wanted)
        return PERCH_EXIT_OK;
    connection->platform = wanted;
    return connections_save(config_dir, connection, &error) ? PERCH_EXIT_OK : command_error(error);
}

int command_handoff(int argc, char **argv)
{
    struct common_options common = {0};
    struct handoff_options options = {0};
    g_autofree char *format_name = NULL, *output = NULL, *channel = NULL, *webhook = NULL;
    g_autofree char *mount = NULL, *path = NULL, *token_file = NULL, *platform = NULL,
                    *check = NULL;
    g_autofree char *like = NULL;
    gboolean rehearse = FALSE, list = FALSE, keep = FALSE, show = FALSE;
    g_autofree char *formats = handoff_format_names();
    g_auto(GStrv) names = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format_name, formats, N_("FORMAT")},
        {"channel", 0, 0, G_OPTION_ARG_STRING, &channel, N_("only this one of the channels"),
         N_("ID")},
        {"output", 0, OPTION_NOT_KEPT, G_OPTION_ARG_FILENAME, &output,
         N_("a new file that only you can read"), N_("FILE")},
        {"show", 0, 0, G_OPTION_ARG_NONE, &show, N_("show the secrets on a terminal, too"), NULL},
        {"list", 0, 0, G_OPTION_ARG_NONE, &list, N_("list the formats"), NULL},
        {"platform", 0, 0, G_OPTION_ARG_STRING, &platform,
         N_("flow-builder, bird-flows or other; perch remembers it"), N_("PLATFORM")},
        {"like", 0, OPTION_NOT_KEPT, G_OPTION_ARG_FILENAME, &like,
         N_("with --format flow: an export of yours as the pattern"), N_("FILE")},
        {"check", 0, OPTION_NOT_KEPT, G_OPTION_ARG_FILENAME, &check,
         N_("say what is wrong with an exported flow"), N_("FILE")},
        {"rehearse", 0, 0, G_OPTION_ARG_NONE, &rehearse,
         N_("run the flow's calls using only these values"), NULL},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &keep, N_("keep the flow's record in the org"), NULL},
        {"webhook-file", 0, OPTION_NOT_KEPT, G_OPTION_ARG_FILENAME, &webhook,
         N_("address that starts the flow: call it, and watch for its record"), N_("FILE")},
        {"vault-path", 0, 0, G_OPTION_ARG_STRING, &path, N_("where in the store"),
         N_("MOUNT/PATH")},
        {"vault-mount", 0, 0, G_OPTION_ARG_STRING, &mount, N_("the mount, if it has slashes"),
         N_("MOUNT")},
        {"vault-token-file", 0, 0, G_OPTION_ARG_FILENAME, &token_file,
         N_("file with the store's token"), N_("FILE")},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("handoff", argc, argv, &common, entries, &names, &code))
        return code;
    if (list)
        return list_formats(common.json);
    if (g_strv_length(names) != 1)
        return command_usage(_("Say which connection: perch handoff NAME"));
    options = (struct handoff_options){
        .name = names[0],
        .channel = channel,
        .output = output,
        .like_file = like,
        .check_file = check,
        .webhook_file = webhook,
        .keep = keep,
        .show = show,
        .vault_mount = mount,
        .vault_path = path,
        .vault_token_file = token_file,
        .timeout = common.timeout,
        .ask = !common.no_input && isatty(STDIN_FILENO),
        .json = common.json,
        .quiet = common.quiet,
    };
    if (!pick_format(&options, format_name, formats))
        return PERCH_EXIT_USAGE;
    if (platform != NULL && (code = keep_platform(names[0], platform)) != PERCH_EXIT_OK)
        return code;
    if (like != NULL && options.format != HANDOFF_FLOW)
        return command_usage(_("--like goes with --format flow."));
    if (options.format == HANDOFF_VAULT && output != NULL)
        return command_usage(_("This format writes to a store. Say where with --vault-path."));
    return rehearse || webhook != NULL ? handoff_rehearse(&options) : run_handoff(&options);
}
