/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste_input.h"
#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"
#include "perch/commands/command.h"
#include "setup_config.h"

enum { SECRET_FILE_MAX = 4096 };

/* The consumer secret comes from a file or standard input, never from argv. */
static Secret *read_secret(const char *path, GError **error)
{
    g_autoptr(SecretBuf) buf = paste_from_file(path, error);
    if (buf == NULL)
        return NULL;
    g_autoptr(WipedText) utf8 = typed_utf8(buf->text, buf->length);
    g_autoptr(WipedText) value = typed_value(utf8, TYPED_SECRET);
    if (*value != '\0' && strpbrk(value, " \t") == NULL && strlen(value) <= SECRET_FILE_MAX)
        return secret_new(value);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                _("%s does not contain a consumer secret on a line of its own."), path);
    return NULL;
}

static int check_options(const struct app_options *options, const char *port)
{
    if (options->name != NULL && connection_name_problem(options->name) != NULL)
        return command_usage("%s: %s", options->name, connection_name_problem(options->name));
    if (port != NULL && options->callback_port == 0)
        return command_usage(_("--callback-port takes a port from 1 to 65535."));
    if (options->no_input && options->name == NULL)
        return command_usage(_("With --no-input these are missing: %s. See: perch help setup"),
                             options->client_id != NULL || options->config != NULL
                                 ? "NAME"
                                 : "NAME, --client-id, --client-secret-file");
    return PERCH_EXIT_OK;
}

static int print_config(const struct app_options *options, const char *secret_file)
{
    g_autofree char *config_dir = paths_config_dir();
    g_autoptr(GError) error = NULL;
    Connection *old = options->name == NULL ? connection_new(NULL)
                                            : connections_load(config_dir, options->name, &error);
    if (old == NULL && g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        old = connection_new(options->name);
    if (old == NULL)
        return command_error(error);
    g_autoptr(Connection) connection = app_prefilled(old, options);
    g_autoptr(Json) config = setup_config_of(connection, options->login_url, secret_file);
    g_autofree char *text = json_print_pretty(config);
    return puts(text) != EOF ? PERCH_EXIT_OK : PERCH_EXIT_UNEXPECTED;
}

/* The file's own values count where no option was given; what is left is about the connection. */
static void take_config(Json *config, char **login_url, char **client_id, char **secret_file)
{
    struct {
        const char *key;
        char **value;
    } options[] = {
        {"login_url", login_url}, {"client_id", client_id}, {CONFIG_SECRET_FILE, secret_file}};
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (*options[i].value == NULL)
            *options[i].value = g_strdup(json_get_string(config, options[i].key));
        json_remove(config, options[i].key);
    }
}

int command_setup(int argc, char **argv)
{
    struct common_options common = {0};
    g_autofree char *login_url = NULL, *client_id = NULL, *secret_file = NULL, *login = NULL,
                    *username = NULL, *config_file = NULL, *port = NULL;
    gboolean new_key = FALSE, prints = FALSE;
    int code;
    const GOptionEntry entries[] = {
        {"login-url", 0, 0, G_OPTION_ARG_STRING, &login_url, N_("address of the org"), N_("URL")},
        {"login", 0, 0, G_OPTION_ARG_STRING, &login,
         N_("how the flow logs in: refresh-token, client-credentials or jwt-bearer"), N_("WAY")},
        {"username", 0, 0, G_OPTION_ARG_STRING, &username,
         N_("the user that jwt-bearer logs in as"), N_("USERNAME")},
        {"new-key", 0, 0, G_OPTION_ARG_NONE, &new_key,
         N_("make another private key and certificate for jwt-bearer"), NULL},
        {"client-id", 0, 0, G_OPTION_ARG_STRING, &client_id, N_("the app's consumer key"),
         N_("KEY")},
        {"client-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &secret_file,
         N_("file with the consumer secret; - is standard input"), N_("FILE")},
        {"callback-port", 0, 0, G_OPTION_ARG_STRING, &port, N_("registered callback port"),
         N_("PORT")},
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &config_file,
         N_("file that answers what setup asks"), N_("FILE")},
        {"print-config", 0, 0, G_OPTION_ARG_NONE, &prints,
         N_("print such a file and change nothing"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) names = NULL;
    if (!command_parse("setup", argc, argv, &common, entries, &names, &code))
        return code;
    if (g_strv_length(names) > 1)
        return command_usage(_("Set up one connection at a time."));
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) config = config_file == NULL ? NULL : setup_config_read(config_file, &error);
    if (error != NULL)
        return command_error(error);
    if (config != NULL)
        take_config(config, &login_url, &client_id, &secret_file);
    struct app_options options = {
        .name = names[0],
        .login_url = login_url,
        .client_id = client_id,
        .config = config,
        .login = login == NULL ? NULL : login_way_from_name(login),
        .username = username,
        .new_key = new_key,
        .callback_port = (guint16)typed_port(port),
        .login_seconds = common.timeout,
        .plain = common.plain || common.json || common.no_input || command_is_plain(),
        .json = common.json,
        .no_input = common.no_input,
        .quiet = common.quiet,
    };
    g_autofree char *ways = login_way_names();
    if (login != NULL && options.login == NULL)
        return command_usage(_("--login cannot be \"%s\". Use one of: %s."), login, ways);
    code = check_options(&options, port);
    if (code != PERCH_EXIT_OK)
        return code;
    if (prints)
        return print_config(&options, secret_file);
    g_autoptr(Secret) secret = secret_file == NULL ? NULL : read_secret(secret_file, &error);
    if (error != NULL)
        return command_error(error);
    options.client_secret = secret;
    bool demo = false;
    options.ret_demo = &demo;
    options.no_demo = demo_problem();
    code = app_setup(&options);
    return demo ? demo_become(&common) : code;
}
