/* SPDX-License-Identifier: MIT */
#include "perch/net/desktop.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desktop_private.h"
#include "perch/base/text.h"

static bool is_set(const char *name)
{
    const char *value = g_getenv(name);
    return value != NULL && *value != '\0';
}

/* SSH_CONNECTION: client address, client port, server address, server port. */
static void look_at_ssh(struct desktop *desktop)
{
    enum { CLIENT, CLIENT_PORT, SERVER, SERVER_PORT, FIELDS };
    desktop->ssh = is_set("SSH_CONNECTION") || is_set("SSH_TTY");
    desktop->ssh_user = g_strdup(g_get_user_name());
    desktop->ssh_port = 22;
    const char *connection = g_getenv("SSH_CONNECTION");
    g_auto(GStrv) fields = g_strsplit(connection == NULL ? "" : connection, " ", -1);
    if (g_strv_length(fields) != FIELDS) {
        desktop->ssh_host = g_strdup(g_get_host_name());
        return;
    }
    g_autofree char *client = text_clean(fields[CLIENT]);
    g_strlcpy(desktop->ssh_client, client, sizeof desktop->ssh_client);
    desktop->ssh_host = text_clean(fields[SERVER]);
    unsigned long port = strtoul(fields[SERVER_PORT], NULL, 10);
    if (port > 0 && port <= G_MAXUINT16)
        desktop->ssh_port = (guint16)port;
}

static bool is_wsl(void)
{
    if (is_set("WSL_DISTRO_NAME") || is_set("WSL_INTEROP"))
        return true;
    g_autofree char *release = NULL;
    if (!g_file_get_contents("/proc/sys/kernel/osrelease", &release, NULL, NULL))
        return false;
    return strcasestr(release, "microsoft") != NULL;
}

static bool is_container(void)
{
    static const char *const marks[] = {"/.dockerenv", "/run/.containerenv",
                                        "/run/systemd/container"};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (access(marks[i], F_OK) == 0)
            return true;
    return is_set("container");
}

struct desktop *desktop_look(void)
{
    struct desktop *desktop = g_new0(struct desktop, 1);
    look_at_ssh(desktop);
    desktop->wsl = is_wsl();
    desktop->container = is_container();
    desktop->graphical = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    desktop->browser = browser_of_variable(&desktop->no_browser);
    if (desktop->browser == NULL)
        desktop->browser = browser_of_machine(desktop);
    desktop->copier = copier_find(desktop);
    return desktop;
}

void desktop_free(struct desktop *desktop)
{
    if (desktop == NULL)
        return;
    g_free(desktop->browser);
    g_free(desktop->no_browser);
    g_free(desktop->copier);
    g_free(desktop->ssh_user);
    g_free(desktop->ssh_host);
    g_free(desktop);
}

char *desktop_forward_line(const struct desktop *desktop, guint16 port)
{
    g_autofree char *place = g_strdup_printf("%s@%s", desktop->ssh_user, desktop->ssh_host);
    g_autofree char *word = text_shell_word(place);
    if (desktop->ssh_port == 22)
        return g_strdup_printf("ssh -L %u:localhost:%u %s", port, port, word);
    return g_strdup_printf("ssh -p %u -L %u:localhost:%u %s", desktop->ssh_port, port, port, word);
}

bool desktop_is_installed(const char *line)
{
    g_auto(GStrv) argv = NULL;
    if (!g_shell_parse_argv(line, NULL, &argv, NULL))
        return false;
    g_autofree char *path = g_find_program_in_path(argv[0]);
    return path != NULL;
}

const char *desktop_choose(const struct desktop *desktop, const struct command *commands)
{
    const bool fits[] = {
        [ANYWHERE] = true,
        [ON_WSL] = desktop->wsl,
        [ON_X] = is_set("DISPLAY"),
        [ON_WAYLAND] = is_set("WAYLAND_DISPLAY"),
        [ON_DISPLAY] = desktop->graphical,
        [IN_TMUX] = is_set("TMUX"),
    };
    for (; commands->line != NULL; commands++)
        if (fits[commands->needs] && desktop_is_installed(commands->line))
            return commands->line;
    return NULL;
}

static void reaped(GPid pid, int status, gpointer user)
{
    (void)status;
    (void)user;
    g_spawn_close_pid(pid);
}

/* A browser must not write to the screen, read the keys or die with the terminal. GLib would set
 * that up between fork() and exec(), in a process that has threads; the kernel does it here. */
bool desktop_spawn(char **argv, int input, GPid *ret_pid, GError **error)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t signals;
    sigfillset(&signals);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    pid_t pid;
    int code = posix_spawnp(&pid, argv[0], &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (code == 0 && ret_pid != NULL)
        *ret_pid = pid;
    else if (code == 0)
        g_child_watch_add(pid, reaped, NULL);
    else
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: %s", argv[0],
                    g_strerror(code));
    return code == 0;
}
