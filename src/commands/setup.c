/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste_input.h"
#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"
#include "perch/commands/command.h"
#include "perch/salesforce/salesforce.h"
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
    const char *problem = typed_is_secret(value) ? typed_problem(value, TYPED_SECRET) : NULL;
    if (problem != NULL)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE, "%s: %s", path, problem);
    else
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("%s does not contain a consumer secret on a line of its own."), path);
    return NULL;
}

static int check_options(const struct app_options *options, const char *port, bool named)
{
    if (options->name != NULL && connection_name_problem(options->name) != NULL)
        return command_usage("%s: %s", options->name, connection_name_problem(options->name));
    if (port != NULL && options->callback_port == 0)
        return command_usage(_("--callback-port takes a port from 1 to 65535."));
    if (named && options->no_input && options->name == NULL)
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
    g_clear_error(&error);
    g_autoptr(Connection) connection = app_prefilled(old, options);
    struct org_host host = {0};
    if (options->login_url != NULL &&
        !org_host_parse_any(options->login_url, ORG_PRODUCTION, &host, &error))
        return command_error(error);
    g_autoptr(Json) config = setup_config_of(connection, host.url, secret_file);
    org_host_clear(&host);
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

/* What the options and variables of perch setup say; perch alone has them, too, for what it sets
 * up.
 */
struct request {
    struct common_options common;
    char *login_url, *client_id, *secret_file, *login, *username, *config_file;
    char *port;
    gboolean new_key, prints;
    GStrv names;
    Json *config;
    Secret *secret;
};

static void request_clear(struct request *request)
{
    char *texts[] = {request->login_url, request->client_id,   request->secret_file, request->login,
                     request->username,  request->config_file, request->port};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(request->names);
    json_free(request->config);
    secret_unref(request->secret);
}

static bool parse(int argc, char **argv, struct request *r, bool named, int *ret_exit)
{
    const GOptionEntry entries[] = {
        {"login-url", 0, 0, G_OPTION_ARG_STRING, &r->login_url, N_("address of the org"),
         N_("URL")},
        {"login", 0, 0, G_OPTION_ARG_STRING, &r->login,
         N_("how the flow logs in: refresh-token, client-credentials or jwt-bearer"), N_("WAY")},
        {"username", 0, 0, G_OPTION_ARG_STRING, &r->username,
         N_("the user that jwt-bearer logs in as"), N_("USERNAME")},
        {"new-key", 0, 0, G_OPTION_ARG_NONE, &r->new_key,
         N_("make another private key and certificate for jwt-bearer"), NULL},
        {"client-id", 0, 0, G_OPTION_ARG_STRING, &r->client_id, N_("the app's consumer key"),
         N_("KEY")},
        {"client-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &r->secret_file,
         N_("file with the consumer secret; - is standard input"), N_("FILE")},
        {"callback-port", 0, 0, G_OPTION_ARG_STRING, &r->port, N_("registered callback port"),
         N_("PORT")},
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &r->config_file,
         N_("file that answers what setup asks"), N_("FILE")},
        {"print-config", 0, 0, G_OPTION_ARG_NONE, &r->prints,
         N_("print such a file and change nothing"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    return command_parse("setup", argc, argv, &r->common, entries, named ? &r->names : NULL,
                         ret_exit);
}

/* The request as options; FALSE: the command must end with *ret_exit. */
static bool read_request(struct request *r, struct app_options *ret, int *ret_exit)
{
    g_autoptr(GError) error = NULL;
    r->config = r->config_file == NULL ? NULL : setup_config_read(r->config_file, &error);
    if (error != NULL) {
        *ret_exit = command_error(error);
        return false;
    }
    if (r->config != NULL)
        take_config(r->config, &r->login_url, &r->client_id, &r->secret_file);
    *ret = (struct app_options){
        .name = r->names == NULL ? NULL : r->names[0],
        .login_url = r->login_url,
        .client_id = r->client_id,
        .config = r->config,
        .login = r->login == NULL ? NULL : login_way_from_name(r->login),
        .username = r->username,
        .new_key = r->new_key,
        .callback_port = (guint16)typed_port(r->port),
        .login_seconds = r->common.timeout,
        .plain = r->common.plain || r->common.json || r->common.no_input || command_is_plain(),
        .json = r->common.json,
        .no_input = r->common.no_input,
        .quiet = r->common.quiet,
        .no_demo = demo_problem(),
    };
    g_autofree char *ways = login_way_names();
    *ret_exit = r->login != NULL && ret->login == NULL
                    ? command_usage(_("--login cannot be \"%s\". Use one of: %s."), r->login, ways)
                    : check_options(ret, r->port, r->names != NULL);
    return *ret_exit == PERCH_EXIT_OK;
}

static bool take_secret(struct request *r, struct app_options *options, int *ret_exit)
{
    g_autoptr(GError) error = NULL;
    r->secret = r->secret_file == NULL ? NULL : read_secret(r->secret_file, &error);
    options->client_secret = r->secret;
    if (error != NULL)
        *ret_exit = command_error(error);
    return error == NULL;
}

int command_setup(int argc, char **argv)
{
    struct request r = {0};
    struct app_options options;
    bool demo = false;
    int code;
    if (!parse(argc, argv, &r, true, &code)) {
        /* code says it */
    } else if (g_strv_length(r.names) > 1) {
        code = command_usage(_("Set up one connection at a time."));
    } else if (read_request(&r, &options, &code)) {
        options.ret_demo = &demo;
        if (r.prints)
            code = print_config(&options, r.secret_file);
        else if (take_secret(&r, &options, &code))
            code = app_setup(&options);
    }
    if (demo)
        code = demo_become(&r.common);
    request_clear(&r);
    return code;
}

int command_home(int argc, char **argv)
{
    struct request r = {0};
    struct app_options options;
    bool demo = false;
    int code;
    if (parse(argc, argv, &r, false, &code) && read_request(&r, &options, &code) &&
        take_secret(&r, &options, &code)) {
        options.ret_demo = &demo;
        options.forget = forget_from_home;
        code = r.prints ? print_config(&options, r.secret_file) : app_home(&options);
    }
    if (demo)
        code = demo_become(&r.common);
    request_clear(&r);
    return code;
}
