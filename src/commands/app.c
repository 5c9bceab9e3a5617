/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "app_make.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/sheet/sheet.h"
#include "perch/store/store.h"

/* perch app [NAME]: the app's settings, as a sheet or as files to deploy; or the app itself. */

enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_METADATA, FORMAT_COUNT };
static const char *const format_names[] = {"text", "markdown", "metadata", NULL};
static const char *const kind_names[] = {"eca", "connected", NULL};

struct app_command {
    const char *name; /* connection; NULL = the values for a new connection */
    const char *output;
    const char *email, *run_as;
    int format, kind, values; /* -1 = not given */
    bool json, own_key;
    struct app_make_options make;
    bool makes; /* make.goal, in the org */
};

/* Sets *ret_index to the index of text in names; a NULL text changes nothing. FALSE: a sentence is
 * on standard error. */
static bool choose(const char *option, const char *text, const char *const *names, int *ret_index)
{
    if (text == NULL)
        return true;
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], text) == 0) {
            *ret_index = i;
            return true;
        }
    g_autofree char *all = g_strjoinv(", ", (char **)(guintptr)names);
    command_usage(_("--%s cannot be \"%s\". Use one of: %s."), option, text, all);
    return false;
}

/* Settings that are typed, and the options for them. */
static const struct {
    const char *option;
    enum setting setting;
} typed[] = {{"--contact-email", SETTING_EMAIL}, {"--run-as", SETTING_RUN_AS}};

static bool accept(const Connection *connection, gsize row, const char *text, GError **error)
{
    const char *problem = sheet_problem(connection, typed[row].setting, text);
    if (problem != NULL)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE, "%s: %s", typed[row].option, problem);
    return problem == NULL;
}

bool app_has_needed(const Connection *app, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(typed); i++)
        if (sheet_has(app, typed[i].setting) &&
            !accept(app, i, sheet_text(app, typed[i].setting), error))
            return false;
    return true;
}

static bool apply_options(const struct app_command *command, Connection *connection, GError **error)
{
    sheet_choose(connection,
                 command->values < 0 ? connection->app_values : (enum app_values)command->values,
                 command->kind < 0 ? connection->app_kind : (enum app_kind)command->kind);
    const char *const given[] = {command->email, command->run_as};
    for (gsize i = 0; i < G_N_ELEMENTS(given); i++) {
        if (given[i] == NULL)
            continue;
        if (!accept(connection, i, given[i], error))
            return false;
        sheet_edit(connection, typed[i].setting, given[i]);
    }
    return true;
}

/* ---- files ---- */

static char *folder_of(const struct app_command *command, const Connection *connection)
{
    return command->output != NULL ? g_strdup(command->output)
                                   : g_strdup_printf("%s-metadata", connection->app_api_name);
}

/* All files or none: existing files are never touched. */
static bool nothing_there(const char *folder, const GPtrArray *files, GError **error)
{
    for (guint i = 0; i < files->len; i++) {
        const struct sheet_file *file = files->pdata[i];
        g_autofree char *path = g_build_filename(folder, file->path, NULL);
        if (!paths_is_taken(path))
            continue;
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("%s already exists; nothing was written. Give --output another name."), path);
        return false;
    }
    return true;
}

static bool write_all(const char *folder, const GPtrArray *files, GError **error)
{
    if (!nothing_there(folder, files, error))
        return false;
    for (guint i = 0; i < files->len; i++) {
        const struct sheet_file *file = files->pdata[i];
        g_autofree char *path = g_build_filename(folder, file->path, NULL);
        g_autofree char *parent = g_path_get_dirname(path);
        if (!paths_make_dir(parent, error) ||
            !paths_create_file(path, file->text, strlen(file->text), error))
            return false;
    }
    return true;
}

/* Gives a draft without a consumer key one, saved before the files are written: an app whose key is
 * forgotten is useless. The sheet's values go into the draft as well. */
static bool take_key(const struct app_command *command, const char *config_dir,
                     Connection *connection, GError **error)
{
    if (!command->own_key || connection->name == NULL || connection->client_id != NULL ||
        connection->app_kind == APP_CONNECTED)
        return true;
    app_take_key(connection);
    return connections_save(config_dir, connection, error);
}

/* The connection as written to the files: without the key of an app that already exists. */
static Connection *to_write(const struct app_command *command, const Connection *connection)
{
    Connection *copy = connection_copy(connection);
    if (!command->own_key || copy->app_kind == APP_CONNECTED ||
        g_strcmp0(copy->client_id, copy->app_key) != 0)
        connection_set(&copy->app_key, NULL);
    return copy;
}

static Json *json_new(const struct app_command *command, const Connection *connection)
{
    Json *json = json_object();
    json_set_int(json, "perch", 1);
    json_set_string(json, "command", "app");
    json_set_string(json, "connection", command->name);
    json_set_string(json, "status", "ok");
    json_set_int(json, "exit", PERCH_EXIT_OK);
    json_set(json, "checks", json_array());
    json_set_string(json, "kind", kind_names[connection->app_kind]);
    json_set_string(json, "values", app_values_name(connection->app_values));
    json_set(json, "settings", sheet_as_json(connection));
    return json;
}

static void print_json(const Json *json)
{
    g_autoptr(WipedText) text = json_print(json);
    puts(text);
}

static void say_written(const Connection *connection, const char *folder, const GPtrArray *files)
{
    for (guint i = 0; i < files->len; i++) {
        const struct sheet_file *file = files->pdata[i];
        command_say("%s/%s\n", folder, file->path);
    }
    if (connection->app_key != NULL)
        command_put(stderr, _("The consumer key in these files is kept with %s.\n"),
                    connection->name);
    command_put(stderr, _("How to deploy them: %s/README.md\n"), folder);
}

static int write_metadata(const struct app_command *command, const char *config_dir,
                          Connection *connection)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = folder_of(command, connection);
    g_autoptr(GPtrArray) before =
        app_has_needed(connection, &error) ? sheet_as_metadata(connection, &error) : NULL;
    if (before == NULL || !nothing_there(folder, before, &error) ||
        !take_key(command, config_dir, connection, &error))
        return command_error(error);
    g_autoptr(Connection) written = to_write(command, connection);
    g_autoptr(GPtrArray) files = sheet_as_metadata(written, &error);
    if (files == NULL || !write_all(folder, files, &error))
        return command_error(error);
    if (!command->json) {
        say_written(written, folder, files);
        return PERCH_EXIT_OK;
    }
    g_autoptr(Json) json = json_new(command, written);
    Json *list = json_array();
    for (guint i = 0; i < files->len; i++)
        json_append(list, json_string_new(((const struct sheet_file *)files->pdata[i])->path));
    json_set_string(json, "folder", folder);
    json_set(json, "files", list);
    json_set_string(json, "consumer_key", written->app_key);
    print_json(json);
    return PERCH_EXIT_OK;
}

/* ---- sheets ---- */

static int write_sheet(const struct app_command *command, const Connection *connection)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = command->format == FORMAT_MARKDOWN
                                ? sheet_as_markdown(connection)
                                : sheet_as_text(connection, command_columns(stdout));
    if (command->json) {
        g_autoptr(Json) json = json_new(command, connection);
        print_json(json);
        return PERCH_EXIT_OK;
    }
    if (command->output == NULL || strcmp(command->output, "-") == 0) {
        command_say("%s", text);
        return PERCH_EXIT_OK;
    }
    if (!paths_is_taken(command->output))
        return paths_create_file(command->output, text, strlen(text), &error)
                   ? PERCH_EXIT_OK
                   : command_error(error);
    return command_usage(_("%s already exists. Give --output another name."), command->output);
}

/* The connection named, for a new app a new one. */
static Connection *open_named(const struct app_command *command, const char *config_dir,
                              GError **error)
{
    g_autoptr(GError) local = NULL;
    Connection *connection = connections_load(config_dir, command->name, &local);
    if (connection == NULL && command->makes && command->make.goal == MAKING_CREATE &&
        g_error_matches(local, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        return connection_new(command->name);
    if (connection == NULL)
        g_propagate_error(error, g_steal_pointer(&local));
    return connection;
}

static int run(const struct app_command *command)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *config_dir = paths_config_dir();
    g_autoptr(Connection) connection =
        command->name == NULL ? connection_new(NULL) : open_named(command, config_dir, &error);
    if (connection == NULL || !apply_options(command, connection, &error))
        return command_error(error);
    if (command->makes)
        return app_make(&command->make, g_steal_pointer(&connection));
    return command->format == FORMAT_METADATA ? write_metadata(command, config_dir, connection)
                                              : write_sheet(command, connection);
}

/* FALSE: a sentence is on standard error. */
static bool options_agree(const struct app_command *command)
{
    const struct app_make_options *make = &command->make;
    const bool makes = command->makes;
    const bool asks = makes && make->goal != MAKING_CREATE;
    const char *problem = NULL;
    if (!makes && (make->with != NULL || make->dry_run || make->read_secret))
        problem = _("--with, --dry-run and --read-secret go with --create, --repair or --remove.");
    else if (make->access && (!makes || make->goal == MAKING_REMOVE))
        problem = _("--permission-set goes with --create or --repair.");
    else if (make->yes && !asks)
        problem = _("--yes goes with --repair or --remove.");
    else if (makes && command->name == NULL)
        problem = _("Name the connection that the app is for: perch app NAME --create");
    else if (makes && connection_name_problem(command->name) != NULL)
        problem = connection_name_problem(command->name);
    else if (makes && (command->format >= 0 || command->output != NULL || !command->own_key))
        problem = _("--format, --output and --no-key write files: leave them out with --create, "
                    "--repair and --remove.");
    else if (asks && !make->yes && !make->dry_run && !command_can_ask(make->common))
        problem = _("perch asks before it changes or removes an app, and nobody can answer here. "
                    "To go ahead, add --yes.");
    if (problem != NULL)
        command_usage("%s", problem);
    return problem == NULL;
}

static bool choose_values(const char *text, int *ret)
{
    const char *names[APP_VALUES_COUNT + 1] = {NULL};
    for (int i = 0; i < APP_VALUES_COUNT; i++)
        names[i] = app_values_name((enum app_values)i);
    return choose("values", text, names, ret);
}

int command_app(int argc, char **argv)
{
    struct common_options common = {0};
    struct app_command command = {.kind = -1, .values = -1, .format = -1};
    g_autofree char *kind = NULL, *values = NULL, *format = NULL, *output = NULL, *email = NULL,
                    *run_as = NULL, *with = NULL;
    gboolean no_key = FALSE, create = FALSE, remove = FALSE, repair = FALSE, dry_run = FALSE,
             yes = FALSE, read_secret = FALSE, access = FALSE;
    g_auto(GStrv) names = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"kind", 0, 0, G_OPTION_ARG_STRING, &kind, N_("eca or connected"), N_("KIND")},
        {"values", 0, 0, G_OPTION_ARG_STRING, &values,
         N_("perch, guide, no-secret, client-credentials or jwt-bearer"), N_("VALUES")},
        {"format", 0, 0, G_OPTION_ARG_STRING, &format, N_("text, markdown or metadata"),
         N_("FORMAT")},
        {"output", 0, OPTION_NOT_KEPT, G_OPTION_ARG_FILENAME, &output,
         N_("a new file, or folder for metadata"), N_("PATH")},
        {"contact-email", 0, 0, G_OPTION_ARG_STRING, &email, N_("the app's contact e-mail"),
         N_("ADDRESS")},
        {"run-as", 0, 0, G_OPTION_ARG_STRING, &run_as,
         N_("the user that an app that logs in by itself runs as"), N_("USERNAME")},
        {"permission-set", 0, 0, G_OPTION_ARG_NONE, &access,
         N_("give that user a permission set for what the flow does"), NULL},
        {"no-key", 0, 0, G_OPTION_ARG_NONE, &no_key, N_("let Salesforce generate the consumer key"),
         NULL},
        {"create", 0, 0, G_OPTION_ARG_NONE, &create, N_("make the app in the org"), NULL},
        {"repair", 0, 0, G_OPTION_ARG_NONE, &repair,
         N_("compare the app in the org with these settings, and change what differs"), NULL},
        {"remove", 0, 0, G_OPTION_ARG_NONE, &remove, N_("remove the app that perch made"), NULL},
        {"with", 0, OPTION_NOT_KEPT, G_OPTION_ARG_STRING, &with,
         N_("whose session: a connection, sf, sf:ORG, or - for an access token"), N_("SOURCE")},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run,
         N_("only ask whether the org would accept it"), NULL},
        {"read-secret", 0, 0, G_OPTION_ARG_NONE, &read_secret,
         N_("if the org hides the secret, turn its switch on, read it, and turn it off again"),
         NULL},
        {"yes", 0, 0, G_OPTION_ARG_NONE, &yes, N_("change or remove without a question"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("app", argc, argv, &common, entries, &names, &code))
        return code;
    if (g_strv_length(names) > 1)
        return command_usage(_("Name one connection, or none: perch app [NAME]"));
    if (!choose("kind", kind, kind_names, &command.kind) ||
        !choose_values(values, &command.values) ||
        !choose("format", format, format_names, &command.format))
        return PERCH_EXIT_USAGE;
    command.name = names[0];
    command.output = output;
    command.email = email;
    command.run_as = run_as;
    command.json = common.json;
    command.own_key = !no_key;
    command.makes = create || repair || remove;
    if (create + repair + remove > 1)
        return command_usage(_("Give one of --create, --repair and --remove."));
    command.make = (struct app_make_options){.with = with,
                                             .goal = repair   ? MAKING_REPAIR
                                                     : remove ? MAKING_REMOVE
                                                              : MAKING_CREATE,
                                             .dry_run = dry_run,
                                             .yes = yes,
                                             .access = access,
                                             .read_secret = read_secret,
                                             .common = &common};
    if (!options_agree(&command))
        return PERCH_EXIT_USAGE;
    return run(&command);
}
