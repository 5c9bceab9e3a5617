/* SPDX-License-Identifier: MIT */
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "demo_org/control.h"
#include "demo_org/org/defaults.h"
#include "demo_org/org/state.h"
#include "demo_org/rehearsals.h"
#include "demo_org/server/browse.h"
#include "demo_org/server/faults.h"
#include "demo_org/server/server.h"
#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/process.h"

static struct {
    int port;
    gboolean print_json;
    gboolean die_with_parent;
    gboolean list_state;
    gboolean list_faults;
    gboolean rotate;
    char *tls_cert;
    char *tls_key;
    char *public_url;
    char *instance_url;
    char *state_file;
    char *rehearsal;
    char **callback_ports;
    char *browse;
    char *user;
    char *ended;
} options;

static const GOptionEntry entries[] = {
    {"port", 'p', 0, G_OPTION_ARG_INT, &options.port, "Listen on this port; 0 for any", "N"},
    {"print-json", 'j', 0, G_OPTION_ARG_NONE, &options.print_json,
     "Print one line of JSON with what a client needs", NULL},
    {"callback-port", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &options.callback_ports,
     "Add http://localhost:N/OauthRedirect to the app's callback URLs", "N"},
    {"tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &options.tls_cert, "Serve TLS: certificates, PEM",
     "FILE"},
    {"tls-key", 0, 0, G_OPTION_ARG_FILENAME, &options.tls_key, "Serve TLS: private key, PEM",
     "FILE"},
    {"public-url", 0, 0, G_OPTION_ARG_STRING, &options.public_url,
     "The login host's name to the outside", "URL"},
    {"instance-url", 0, 0, G_OPTION_ARG_STRING, &options.instance_url,
     "The instance's name to the outside", "URL"},
    {"state", 's', 0, G_OPTION_ARG_FILENAME, &options.state_file,
     "Change the stock org as this JSON file says", "FILE"},
    {"rehearsal", 0, 0, G_OPTION_ARG_STRING, &options.rehearsal,
     "Begin with this failure; perch demo --list names them", "NAME"},
    {"rotate", 0, 0, G_OPTION_ARG_NONE, &options.rotate, "Switch refresh token rotation on", NULL},
    {"browse", 0, 0, G_OPTION_ARG_STRING, &options.browse,
     "Be a scripted browser instead: log in at this address and press Allow", "URL"},
    {"user", 0, 0, G_OPTION_ARG_STRING, &options.user, "With --browse: the user who logs in",
     "NAME"},
    {"ended", 0, 0, G_OPTION_ARG_FILENAME, &options.ended,
     "With --browse: where to write the address of a page that is not the callback", "FILE"},
    {"die-with-parent", 0, 0, G_OPTION_ARG_NONE, &options.die_with_parent,
     "Exit when the starting process ends", NULL},
    {"list-state", 0, 0, G_OPTION_ARG_NONE, &options.list_state,
     "List every piece of state that --state and the control endpoint can change", NULL},
    {"list-faults", 0, 0, G_OPTION_ARG_NONE, &options.list_faults,
     "List every fault of the wire that the state can hold", NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL}};

static bool parse_options(int argc, char **argv, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new("- a stand-in for a Salesforce org");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return false;
    if (argc > 1) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE, "\"%s\" is not understood; see --help.",
                    argv[1]);
        return false;
    }
    if (options.port < 0 || options.port > 65535) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                            "A port is a number from 0 to 65535.");
        return false;
    }
    if ((options.tls_cert == NULL) != (options.tls_key == NULL)) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                            "--tls-cert and --tls-key belong together.");
        return false;
    }
    return true;
}

static void list_kind(const struct kind *kind)
{
    static const char *const types[] = {"text", "flag", "number", "list"};
    for (gsize i = 0; i < kind->state_field_count; i++)
        printf("%s\t%s\t%s\t%s\t%s\n", kind->name, kind->state_fields[i].name,
               types[kind->state_fields[i].type], kind->state_fields[i].initial,
               kind->state_fields[i].meaning);
}

/* Never waits for a FIFO, unlike g_file_get_contents. */
static char *read_file(const char *path, gsize *ret_length, GError **error)
{
    enum { MOST = 16 * 1024 * 1024 };
    struct stat info;
    char *text = paths_read_file(path, MOST, &info, ret_length, error);
    if (text == NULL)
        g_prefix_error(error, "%s: ", path);
    return text;
}

static bool load_state(struct state *state, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    if (options.state_file == NULL)
        return true;
    text = read_file(options.state_file, &length, error);
    if (text == NULL)
        return false;
    g_autoptr(Json) patch = json_parse(text, length, error);
    return patch != NULL && state_patch(state, patch, error) && faults_check(state, error);
}

/* The app's values as copied before a rehearsal changed anything. */
struct copied {
    const char *user; /* user who logs in; static, NULL: the first user */
    char *key;
    char *secret;
};

typedef struct copied Copied;

static void copied_clear(Copied *copied)
{
    g_free(copied->key);
    g_free(copied->secret);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Copied, copied_clear)

static bool apply_options(struct state *state, struct copied *copied, GError **error)
{
    struct app *app = state_find_app(state, DEMO_APP);
    for (char **port = options.callback_ports; port != NULL && *port != NULL; port++) {
        guint64 number;
        if (!g_ascii_string_to_unsigned(*port, 10, 1, 65535, &number, NULL)) {
            g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                                "--callback-port takes a number from 1 to 65535.");
            return false;
        }
        g_autofree char *url =
            g_strdup_printf("http://localhost:%" G_GUINT64_FORMAT "/OauthRedirect", number);
        list_add(app->callbacks, url);
    }
    app->rotation |= options.rotate;
    if (options.rehearsal != NULL) {
        copied->key = g_strdup(app->key);
        copied->secret = g_strdup(app->secret);
        if (!rehearsal_arrange(state, options.rehearsal, &copied->user, error))
            return false;
    }
    return load_state(state, error);
}

static Server *start(struct state *state, GError **error)
{
    g_autofree char *cert = NULL;
    g_autofree char *key = NULL;
    gsize length;
    if (options.tls_cert != NULL && ((cert = read_file(options.tls_cert, &length, error)) == NULL ||
                                     (key = read_file(options.tls_key, &length, error)) == NULL))
        return NULL;
    const struct server_options server_options = {(guint16)options.port, cert, key};
    Server *server = server_new(state, &server_options, error);
    if (server == NULL)
        return NULL;
    g_autofree char *own =
        g_strdup_printf("%s://localhost:%u", cert != NULL ? "https" : "http", server_port(server));
    state->public_url = g_strdup(options.public_url != NULL ? options.public_url : own);
    state->instance_url =
        g_strdup(options.instance_url != NULL ? options.instance_url : state->public_url);
    return server;
}

static Json *describe_user(const struct user *user)
{
    Json *json = json_object();
    json_set_string(json, "name", user->name);
    json_set_string(json, "password", user->password);
    json_set_string(json, "special", user->special);
    return json;
}

/* The user who logs in comes first. */
static Json *describe_users(const struct state *state, const char *first)
{
    Json *users = json_array();
    const struct user *one = state_find_user(state, first);
    if (one != NULL)
        json_append(users, describe_user(one));
    STATE_EACH(user, user, state)
    if (user != one)
        json_append(users, describe_user(user));
    return users;
}

static void print_json(const struct state *state, const Server *server, const struct copied *copied)
{
    const struct app *app = state_find_app(state, DEMO_APP);
    g_autofree char *org_id = id_18(state->org->id);
    Json *callbacks = json_array();
    for (guint i = 0; app != NULL && i < app->callbacks->len; i++)
        json_append(callbacks, json_string_new(g_ptr_array_index(app->callbacks, i)));
    Json *markers = json_array();
    json_append(markers, json_string_new(TOKEN_MARKER));
    json_append(markers, json_string_new(TOKEN_MARKER_HEX));
    g_autoptr(Json) line = json_object();
    json_set_string(line, "url", state->public_url);
    json_set_int(line, "port", server_port(server));
    const bool old = copied->key != NULL;
    json_set_string(line, "client_id", old ? copied->key : app != NULL ? app->key : NULL);
    json_set_string(line, "client_secret", old ? copied->secret : app != NULL ? app->secret : NULL);
    json_set_string(line, "app_kind", app != NULL ? app->kind : NULL);
    json_set(line, "callbacks", callbacks);
    json_set(line, "users", describe_users(state, copied->user));
    json_set_string(line, "instance_url", state->instance_url);
    json_set_string(line, "organization_id", org_id);
    json_set_string(line, "control_token", control_token());
    json_set(line, "markers", markers);
    g_autofree char *text = json_print(line);
    printf("%s\n", text);
    fflush(stdout);
}

static gboolean on_signal(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_CONTINUE;
}

static int run(struct state *state, GError **error)
{
    g_auto(Copied) copied = {0};
    if (!apply_options(state, &copied, error))
        return PERCH_EXIT_USAGE;
    state->guest = copied.user != NULL ? copied.user : DEMO_ADMIN;
    Server *server = start(state, error);
    if (server == NULL)
        return PERCH_EXIT_NETWORK;
    if (options.print_json)
        print_json(state, server, &copied);
    else
        printf("The demo org listens at %s. Log in as %s. Ctrl-C ends it.\n", state->public_url,
               DEMO_ADMIN);
    fflush(stdout);
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    const guint signals[] = {g_unix_signal_add(SIGTERM, on_signal, loop),
                             g_unix_signal_add(SIGINT, on_signal, loop),
                             g_unix_signal_add(SIGHUP, on_signal, loop)};
    g_main_loop_run(loop);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    g_main_loop_unref(loop);
    server_free(server);
    return PERCH_EXIT_OK;
}

/* The stock org's users have known passwords, so the command line needs none. */
static int run_browser(const struct state *state, GError **error)
{
    const struct user *user =
        state_find_user(state, options.user != NULL ? options.user : DEMO_ADMIN);
    if (user == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE, "There is no user %s.", options.user);
        return PERCH_EXIT_USAGE;
    }
    return browse(options.browse, user->name, user->password, options.ended, error)
               ? PERCH_EXIT_OK
               : PERCH_EXIT_NETWORK;
}

static void list_state(void)
{
    list_kind(&state_org_kind);
    for (int i = 0; i < KIND_COUNT; i++)
        list_kind(&state_kinds[i]);
}

int main(int argc, char **argv)
{
    process_begin();
    setlocale(LC_ALL, "");
    const pid_t parent = getppid();
    g_autoptr(GError) error = NULL;
    int code = PERCH_EXIT_USAGE;
    if (parse_options(argc, argv, &error)) {
        if (options.list_state) {
            list_state();
            return process_end(PERCH_EXIT_OK);
        }
        if (options.list_faults) {
            g_autofree char *list = faults_list();
            fputs(list, stdout);
            return process_end(PERCH_EXIT_OK);
        }
        if (options.die_with_parent) {
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            if (getppid() != parent)
                return PERCH_EXIT_OK;
        }
        struct state *state = state_new();
        code = options.browse != NULL ? run_browser(state, &error) : run(state, &error);
        state_free(state);
    }
    if (error != NULL)
        fprintf(stderr, "perch-demo-org: %s\n", error->message);
    return code;
}
