/* SPDX-License-Identifier: MIT */

#include "support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"

enum { RUN_MS = 60000 };

static void make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        fail_msg("no pipe: %s", strerror(errno));
    }
}

static void become(const char *const *argv, char **env, int in, int out, int err)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    g_auto(GStrv) copy = g_strdupv((char **)(gintptr)argv);
    execvpe(copy[0], copy, env);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

char **child_env_without_leak_check(char **env)
{
    const char *given = g_environ_getenv(env, "ASAN_OPTIONS");
    g_autofree char *options = g_strconcat(given == NULL ? "" : given, ":detect_leaks=0", NULL);
    return g_environ_setenv(g_strdupv(env), "ASAN_OPTIONS", options, TRUE);
}

Child *child_start(const char *const *argv, char **env)
{
    int in[2];
    int out[2];
    int err[2];
    make_pipe(in);
    make_pipe(out);
    make_pipe(err);
    signal(SIGPIPE, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        become(argv, env, in[0], out[1], err[1]);
    }
    if (pid < 0) {
        fail_msg("cannot fork: %s", strerror(errno));
    }
    setpgid(pid, pid);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    Child *child = g_new0(Child, 1);
    child->pid = pid;
    child->in = in[1];
    child->out = out[0];
    child->err = err[0];
    child->output = g_string_new(NULL);
    child->errors = g_string_new(NULL);
    fcntl(child->out, F_SETFL, O_NONBLOCK);
    fcntl(child->err, F_SETFL, O_NONBLOCK);
    return child;
}

static void close_end(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static bool reap(Child *child, int flags)
{
    if (!child->ended && waitpid(child->pid, &child->status, flags) == child->pid) {
        child->ended = true;
    }
    return child->ended;
}

void child_free(Child *child)
{
    if (child == NULL) {
        return;
    }
    if (!child->ended) {
        kill(-child->pid, SIGKILL);
        reap(child, 0);
    }
    close_end(&child->in);
    close_end(&child->out);
    close_end(&child->err);
    g_string_free(child->output, TRUE);
    g_string_free(child->errors, TRUE);
    g_free(child);
}

static void take_in(int *fd, GString *text)
{
    char bytes[8192];
    while (*fd >= 0) {
        ssize_t count = read(*fd, bytes, sizeof bytes);
        if (count > 0) {
            g_string_append_len(text, bytes, count);
        } else if (count == 0) {
            close_end(fd);
        } else if (errno != EINTR) {
            return;
        }
    }
}

/* Reads until text is in where, or (text NULL) until the program has ended. */
static bool wait_for(Child *child, const GString *where, const char *text, int milliseconds)
{
    gint64 deadline = g_get_monotonic_time() / 1000 + milliseconds;
    for (;;) {
        take_in(&child->out, child->output);
        take_in(&child->err, child->errors);
        if (text != NULL && strstr(where->str, text) != NULL) {
            return true;
        }
        /* What it left running may keep the pipes open: only its own end counts. */
        bool closed = child->out < 0 && child->err < 0;
        if (reap(child, WNOHANG)) {
            take_in(&child->out, child->output);
            take_in(&child->err, child->errors);
            return text == NULL || strstr(where->str, text) != NULL;
        }
        gint64 left = deadline - g_get_monotonic_time() / 1000;
        if (left <= 0) {
            return false;
        }
        struct pollfd ready[] = {{.fd = child->out, .events = POLLIN},
                                 {.fd = child->err, .events = POLLIN}};
        poll(ready, 2, (int)MIN(left, closed ? 5 : 50));
    }
}

bool child_wait_output(Child *child, const char *text, int milliseconds)
{
    return wait_for(child, child->output, text, milliseconds);
}

bool child_wait_errors(Child *child, const char *text, int milliseconds)
{
    return wait_for(child, child->errors, text, milliseconds);
}

bool child_wait_end(Child *child, int milliseconds)
{
    return wait_for(child, NULL, NULL, milliseconds);
}

bool child_stop(Child *child, int milliseconds)
{
    if (!child->ended) {
        kill(child->pid, SIGTERM);
    }
    return child_wait_end(child, milliseconds);
}

void child_send(Child *child, const char *text)
{
    gsize length = strlen(text);
    while (length > 0 && child->in >= 0) {
        ssize_t count = write(child->in, text, length);
        if (count > 0) {
            text += count;
            length -= (gsize)count;
        } else if (errno != EINTR) {
            close_end(&child->in);
        }
    }
}

void child_close_input(Child *child)
{
    close_end(&child->in);
}

int child_code(const Child *child)
{
    if (!child->ended) {
        return -1;
    }
    return WIFEXITED(child->status) ? WEXITSTATUS(child->status) : 128 + WTERMSIG(child->status);
}

Child *child_run(const char *const *argv, char **env, const char *input)
{
    Child *child = child_start(argv, env);
    if (input != NULL) {
        child_send(child, input);
    }
    child_close_input(child);
    if (!child_wait_end(child, RUN_MS)) {
        print_error("%s does not end. Its output:\n%s\n%s\n", argv[0], child->output->str,
                    child->errors->str);
        child_free(child);
        fail();
    }
    return child;
}
