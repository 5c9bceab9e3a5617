/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perch/auth/jwt.h"
#include "perch/base/clock.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/store/own_keyring.h"

/* Failures that can be rehearsed; the demo org's own table completes each row. */
static const struct rehearsal {
    const char *name, *cause, *happens, *todo;
    const char *login; /* how the flow logs in; NULL = a refresh token */
} rehearsals[] = {
#define REHEARSAL(name, cause, user, happens, todo, state) {name, cause, happens, todo, NULL},
#define REHEARSAL_BY(login, name, cause, user, happens, todo, state) \
    {name, cause, happens, todo, login},
#include "perch/base/rehearsals.def"
#undef REHEARSAL
};

/*
 * The demo: starts the demo org and runs the wizard on it as on any org. Settings, keyring items
 * and files are in a separate folder that is deleted afterwards. As with any org, perch only knows
 * the demo org's address.
 */
struct demo {
    const struct rehearsal *rehearsal; /* NULL: everything works */
    gboolean begun;                    /* the demo org was chosen in the wizard's first step */
    char *folder;
    char *program; /* perch-demo-org */
    GPid pid;
    int out;    /* its standard output */
    Json *json; /* the line that it printed */
    StorePrivate *keyring;
    Secret *client_secret;
    Secret *private_key; /* for a login that is signed, as is its certificate; else NULL */
    char *certificate;
    char *state; /* option that gives it to the org */
};

/* Next to this program in a build tree, else where it is installed. */
static char *find_program(void)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        g_autofree char *folder = g_path_get_dirname(self);
        char *beside = g_build_filename(folder, "perch-demo-org", NULL);
        if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
            return beside;
        g_free(beside);
    }
    return g_find_program_in_path("perch-demo-org");
}

static const char *not_installed(void)
{
    return _("perch-demo-org is not installed beside perch. Install it with: make install");
}

const char *demo_problem(void)
{
    g_autofree char *program = find_program();
    return program == NULL ? not_installed() : NULL;
}

/* A process that begins anew has asked no keyring yet, and no bus that would be remembered. */
int demo_become(const struct common_options *common)
{
    g_autofree char *timeout = g_strdup_printf("--timeout=%d", common->timeout);
    const char *argv[8] = {"perch", "demo", "--begun"};
    int count = 3;
    if (common->plain)
        argv[count++] = "--plain";
    if (common->json)
        argv[count++] = "--json";
    if (common->quiet)
        argv[count++] = "--quiet";
    if (common->timeout > 0)
        argv[count++] = timeout;
    fflush(NULL);
    execv("/proc/self/exe", (char *const *)(guintptr)argv);
    return command_usage(_("perch cannot start itself anew. Run: perch demo"));
}

static char *read_line(int fd)
{
    GString *line = g_string_new(NULL);
    char c;
    ssize_t got;
    while ((got = read(fd, &c, 1)) == 1 || (got < 0 && errno == EINTR)) {
        if (got == 1 && c == '\n')
            break;
        if (got == 1)
            g_string_append_c(line, c);
    }
    return g_string_free(line, FALSE);
}

static bool start_org(struct demo *demo, GError **error)
{
    demo->program = find_program();
    if (demo->program == NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND, not_installed());
        return false;
    }
    g_autofree char *rehearsal =
        demo->rehearsal == NULL ? NULL : g_strconcat("--rehearsal=", demo->rehearsal->name, NULL);
    char *argv[] = {demo->program,
                    (char[]){"--port"},
                    (char[]){"0"},
                    (char[]){"--print-json"},
                    (char[]){"--die-with-parent"},
                    rehearsal,
                    demo->state,
                    NULL};
    if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                  &demo->pid, NULL, &demo->out, NULL, error))
        return false;
    g_autoptr(WipedText) line = read_line(demo->out);
    if (*line == '\0') {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_NETWORK,
                            _("The demo org did not start; the line above says why."));
        return false;
    }
    demo->json = json_parse(line, strlen(line), error);
    if (demo->json == NULL)
        return false;
    demo->client_secret = secret_new(json_get_string(demo->json, "client_secret"));
    return true;
}

static void stop_org(struct demo *demo)
{
    if (demo->pid == 0)
        return;
    kill(demo->pid, SIGTERM);
    while (waitpid(demo->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    g_spawn_close_pid(demo->pid);
    close(demo->out);
}

static void remove_tree(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_remove(path);
}

/* Separate settings and a private Secret Service, so that the demo needs no keyring of the person's
 * and leaves nothing in it. */
static bool prepare(struct demo *demo, GError **error)
{
    demo->folder = g_dir_make_tmp("perch-demo-XXXXXX", error);
    if (demo->folder == NULL)
        return false;
    g_autofree char *config = g_build_filename(demo->folder, "config", NULL);
    g_autofree char *state = g_build_filename(demo->folder, "state", NULL);
    g_autofree char *runtime = g_build_filename(demo->folder, "run", NULL);
    g_autofree char *keyring = g_build_filename(demo->folder, "keyring", NULL);
    if (!paths_make_dir(config, error) || !paths_make_dir(state, error) ||
        !paths_make_dir(runtime, error) || !paths_make_dir(keyring, error))
        return false;
    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    g_setenv("XDG_STATE_HOME", state, TRUE);
    g_setenv("XDG_RUNTIME_DIR", runtime, TRUE);
    g_autoptr(Secret) password = secret_new_random(16);
    own_keyring_ignore();
    demo->keyring = store_private_start(keyring, password, error);
    return demo->keyring != NULL;
}

/* The pair of keys, as if set up last week: the app has the certificate already. */
static bool make_keys(struct demo *demo, GError **error)
{
    const char *name = demo->rehearsal == NULL ? NULL : demo->rehearsal->login;
    const struct login_way *login = login_way_from_name(name);
    if (login == NULL || !login->signs)
        return true;
    if (!key_pair_make("demo", clock_wall_ms(), &demo->private_key, &demo->certificate, error))
        return false;
    g_autofree char *path = g_build_filename(demo->folder, "state.json", NULL);
    g_autoptr(Json) state = json_object();
    Json *apps = json_object(), *app = json_object();
    json_set_string(app, "certificate", demo->certificate);
    json_set(apps, "Bird_Integration", app);
    json_set(state, "apps", apps);
    g_autofree char *text = json_print(state);
    demo->state = g_strconcat("--state=", path, NULL);
    return paths_create_file(path, text, strlen(text), error);
}

static void demo_clear(struct demo *demo)
{
    stop_org(demo);
    g_clear_pointer(&demo->keyring, store_private_free);
    if (demo->folder != NULL)
        remove_tree(demo->folder);
    g_free(demo->folder);
    g_free(demo->program);
    json_free(demo->json);
    secret_unref(demo->client_secret);
    secret_unref(demo->private_key);
    g_free(demo->certificate);
    g_free(demo->state);
}

/* Why a scripted browser is used; NULL = it is not. */
static const char *why_scripted(bool terminal, bool no_input, bool browser)
{
    if (!browser)
        return _("There is no browser here: a scripted one logs in.");
    if (!terminal)
        return _("There is no terminal here: a scripted browser logs in.");
    return no_input ? _("--no-input was given: a scripted browser logs in.") : NULL;
}

/* Where the org is, how to log in, and what to do, in lines. Owned by the caller. */
static char *introduction(const struct demo *demo, const struct desktop *desktop,
                          const char *scripted)
{
    const Json *user = json_first(json_get(demo->json, "users"));
    GString *text = g_string_new(NULL);
    g_string_append_printf(
        text, _("The demo org listens on %s. Log in there as %s with the password %s.\n"),
        json_get_string(demo->json, "url"), json_get_string(user, "name"),
        json_get_string(user, "password"));
    if (strcmp(json_get_string(user, "name"), DEMO_ADMIN) != 0)
        g_string_append_printf(text, _("Setup is open to %s, with the same password.\n"),
                               DEMO_ADMIN);
    if (demo->rehearsal != NULL)
        g_string_append_printf(
            text,
            _("Rehearsal %s: something is wrong with this org. Read what perch finds, fix it "
              "in the org's Setup, and try again.\n"),
            demo->rehearsal->name);
    if (scripted != NULL)
        g_string_append_printf(text, "%s\n", scripted);
    if (desktop->ssh) {
        const char *port = strrchr(json_get_string(demo->json, "url"), ':') + 1;
        g_autofree char *line =
            desktop_forward_line(desktop, (guint16)g_ascii_strtoull(port, NULL, 10));
        g_string_append_printf(text,
                               _("To open the org's pages in your own browser, run this in a new "
                                 "terminal on your own computer:\n%s\n"),
                               line);
    }
    return g_string_free(text, FALSE);
}

/* Sets $BROWSER to the demo org's scripted browser. */
static void use_scripted_browser(const struct demo *demo, const char *ended)
{
    const Json *user = json_first(json_get(demo->json, "users"));
    g_autofree char *program = g_shell_quote(demo->program);
    g_autofree char *name = g_shell_quote(json_get_string(user, "name"));
    g_autofree char *file = g_shell_quote(ended);
    g_autofree char *command =
        g_strdup_printf("%s --browse %%s --user %s --ended %s", program, name, file);
    g_setenv("BROWSER", command, TRUE);
}

/* What the failure was and how to fix it, for those who did not find out. */
static char *exit_message(const struct demo *demo)
{
    const char *gone =
        _("That was the demo; its org, settings and keyring are gone. To set up a real org: "
          "perch setup");
    if (demo->rehearsal == NULL)
        return g_strdup(gone);
    return g_strdup_printf(_("%s: %s The fix: %s\n%s"), demo->rehearsal->name,
                           _(demo->rehearsal->happens), _(demo->rehearsal->todo), gone);
}

/* A scripted browser is quick, and where nobody watches no other one will come. */
enum { UNSEEN_SECONDS = 60 };

static int run_demo(struct demo *demo, const struct common_options *common)
{
    g_autofree char *last_words = exit_message(demo);
    g_autoptr(Desktop) desktop = desktop_look();
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    const struct login_way *login =
        demo->rehearsal == NULL ? NULL : login_way_from_name(demo->rehearsal->login);
    const char *scripted = login != NULL && !login->attended
                               ? NULL /* the app logs in by itself */
                               : why_scripted(terminal, common->no_input, desktop->browser != NULL);
    g_autofree char *ended = g_build_filename(demo->folder, "ended", NULL);
    g_autofree char *hello = introduction(demo, desktop, scripted);
    const bool unseen = scripted != NULL && (common->no_input || !terminal);
    struct app_options options = {
        .name = "demo",
        .begun = demo->begun,
        .is_demo = true,
        .introduction = hello,
        .ended = scripted == NULL ? NULL : ended,
        .login_url = json_get_string(demo->json, "url"),
        .client_id = json_get_string(demo->json, "client_id"),
        .client_secret = demo->client_secret,
        .username = demo->certificate == NULL ? NULL : "integration@bird-demo.example",
        .private_key = demo->private_key,
        .certificate = demo->certificate,
        .connected_app = g_strcmp0(json_get_string(demo->json, "app_kind"), "connected") == 0,
        .login = login,
        .login_seconds = common->timeout > 0 ? common->timeout
                         : unseen            ? UNSEEN_SECONDS
                                             : 0,
        .plain = common->plain || common->json || common->no_input || command_is_plain(),
        .json = common->json,
        .no_input = common->no_input || !terminal,
        .quiet = common->quiet,
        .exit_message = last_words,
    };
    if (options.plain) {
        options.introduction = NULL;
        command_put(stderr, "%s", hello);
    }
    if (scripted != NULL)
        use_scripted_browser(demo, ended);
    return app_setup(&options);
}

static int list_rehearsals(bool as_json)
{
    g_autoptr(Json) json = json_object();
    Json *list = json_array();
    json_set_int(json, "perch", 1);
    json_set_string(json, "command", "demo");
    for (gsize i = 0; i < G_N_ELEMENTS(rehearsals); i++) {
        const struct rehearsal *rehearsal = &rehearsals[i];
        Json *row = json_object();
        json_set_string(row, "name", rehearsal->name);
        json_set_string(row, "cause", rehearsal->cause);
        if (rehearsal->login != NULL)
            json_set_string(row, "login", rehearsal->login);
        json_set_string(row, "happens", _(rehearsal->happens));
        json_set_string(row, "todo", _(rehearsal->todo));
        json_append(list, row);
        if (!as_json)
            command_say("%s\n    %s\n    %s %s\n", rehearsal->name, _(rehearsal->happens),
                        _("The fix:"), _(rehearsal->todo));
    }
    json_set(json, "rehearsals", list);
    g_autofree char *text = json_print(json);
    if (as_json)
        puts(text);
    return PERCH_EXIT_OK;
}

static int no_such_rehearsal(const char *name)
{
    const char *names[G_N_ELEMENTS(rehearsals) + 1] = {NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(rehearsals); i++)
        names[i] = rehearsals[i].name;
    g_autofree char *what = g_strdup_printf(_("There is no rehearsal %s."), name);
    return command_no_such(what, name, names, _("perch demo --list names them."));
}

static const struct rehearsal *find_rehearsal(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rehearsals); i++)
        if (strcmp(rehearsals[i].name, name) == 0)
            return &rehearsals[i];
    return NULL;
}

int command_demo(int argc, char **argv)
{
    struct common_options common = {0};
    struct demo demo = {.out = -1};
    gboolean list = FALSE;
    g_auto(GStrv) names = NULL;
    g_autoptr(GError) error = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"list", 0, 0, G_OPTION_ARG_NONE, &list, N_("list the failures that can be rehearsed"),
         NULL},
        {"begun", 0, G_OPTION_FLAG_HIDDEN | OPTION_NOT_KEPT, G_OPTION_ARG_NONE, &demo.begun, NULL,
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("demo", argc, argv, &common, entries, &names, &code))
        return code;
    if (list)
        return list_rehearsals(common.json);
    if (g_strv_length(names) > 1)
        return command_usage(_("One rehearsal at a time: perch demo NAME"));
    if (names[0] != NULL && (demo.rehearsal = find_rehearsal(names[0])) == NULL)
        return no_such_rehearsal(names[0]);
    code = prepare(&demo, &error) && make_keys(&demo, &error) && start_org(&demo, &error)
               ? run_demo(&demo, &common)
               : command_error(error);
    demo_clear(&demo);
    return code;
}
