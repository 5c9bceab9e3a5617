/* SPDX-License-Identifier: MIT */

/*
 * cage SECONDS LOG PROGRAM [ARGUMENT...]: runs one test program so that nothing of it survives.
 * It gets a session of its own, /dev/null as input and LOG as output. Whatever it started and did
 * not end itself, in whatever session, is named in LOG and killed: that is a failure of the test.
 * Exit code: the program's own, 128 + signal, 124 after SECONDS, 123 for processes left behind.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    EXIT_LEFT_BEHIND = 123,
    EXIT_TIMEOUT = 124,
    EXIT_CAGE = 125,
    GRACE_MS = 10000, /* for children that were told to end and need a moment */
    PROCESSES_MAX = 512,
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vdprintf(STDOUT_FILENO, format, arguments);
    va_end(arguments);
}

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0) {
        close(fd);
    }
    size_t length = count < 0 ? 0 : (size_t)count;
    text[length] = '\0';
    return length;
}

/* The parent of pid; -1 when it is gone or a zombie that nobody needs to hear about. */
static pid_t parent_of(pid_t pid)
{
    char text[512];
    read_proc(pid, "stat", text, sizeof text);
    const char *after_name = strrchr(text, ')');
    char state = 'Z';
    int parent = -1;
    if (after_name == NULL || sscanf(after_name + 1, " %c %d", &state, &parent) != 2) {
        return -1;
    }
    return state == 'Z' ? -1 : (pid_t)parent;
}

static bool is_descendant(pid_t pid)
{
    for (int depth = 0; pid > 1 && depth < 64; depth++) {
        pid = parent_of(pid);
        if (pid == getpid()) {
            return true;
        }
    }
    return false;
}

static size_t descendants(pid_t pids[PROCESSES_MAX])
{
    size_t count = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc != NULL && (entry = readdir(proc)) != NULL && count < PROCESSES_MAX) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && is_descendant(pid)) {
            pids[count++] = pid;
        }
    }
    if (proc != NULL) {
        closedir(proc);
    }
    return count;
}

static void name_process(pid_t pid)
{
    char line[512];
    size_t length = read_proc(pid, "cmdline", line, sizeof line);
    for (size_t i = 0; i + 1 < length; i++) {
        line[i] = line[i] == '\0' ? ' ' : line[i];
    }
    say("# left behind: process %d: %.200s\n", (int)pid, line);
}

/* Kills until nothing is left: a process may fork between the look and the signal. */
static void kill_all(void)
{
    pid_t pids[PROCESSES_MAX];
    for (size_t count; (count = descendants(pids)) > 0;) {
        for (size_t i = 0; i < count; i++) {
            kill(pids[i], SIGKILL);
        }
        waitpid(-1, NULL, 0);
    }
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

/* Waits for a signal of set until deadline; false when the time is up. */
static bool wait_signal(const sigset_t *set, long long deadline, int *ret_signal)
{
    for (;;) {
        long long left = deadline - now_ms();
        left = left < 0 ? 0 : left;
        struct timespec limit = {.tv_sec = (time_t)(left / 1000),
                                 .tv_nsec = (long)(left % 1000) * 1000000};
        int got = sigtimedwait(set, NULL, &limit);
        if (got > 0) {
            *ret_signal = got;
            return true;
        }
        if (errno != EINTR) {
            return false;
        }
    }
}

static pid_t start(char **argv, const sigset_t *old_mask)
{
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigprocmask(SIG_SETMASK, old_mask, NULL);
        execvp(argv[0], argv);
        say("# cannot run %s: %s\n", argv[0], strerror(errno));
        _exit(EXIT_CAGE);
    }
    return pid;
}

/* Runs until pid has ended; its wait status, or -1 when the time is up or we are told to stop. */
static int watch(pid_t pid, const sigset_t *set, long long deadline)
{
    for (;;) {
        int status;
        pid_t ended;
        while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
            if (ended == pid) {
                return status;
            }
        }
        int got = 0;
        if (!wait_signal(set, deadline, &got) || got != SIGCHLD) {
            return -1;
        }
    }
}

/* Gives what is left a moment to end by itself; true when all did. */
static bool settle(const sigset_t *set)
{
    pid_t pids[PROCESSES_MAX];
    long long deadline = now_ms() + GRACE_MS;
    for (;;) {
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        size_t count = descendants(pids);
        if (count == 0) {
            return true;
        }
        int got = 0;
        if (!wait_signal(set, deadline, &got) || got != SIGCHLD) {
            for (size_t i = 0; i < count; i++) {
                name_process(pids[i]);
            }
            return false;
        }
    }
}

static void redirect(const char *log)
{
    int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (out < 0 || in < 0) {
        fprintf(stderr, "cage: %s: %s\n", log, strerror(errno));
        exit(EXIT_CAGE);
    }
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: cage SECONDS LOG PROGRAM [ARGUMENT...]\n");
        return EXIT_CAGE;
    }
    long seconds = strtol(argv[1], NULL, 10);
    redirect(argv[2]);
    sigset_t set;
    sigset_t old;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, &old);
    prctl(PR_SET_CHILD_SUBREAPER, 1);

    pid_t pid = start(argv + 3, &old);
    int status = pid < 0 ? -1 : watch(pid, &set, now_ms() + seconds * 1000);
    if (status < 0) {
        say("# stopped after %ld s\n", seconds);
        kill_all();
        return EXIT_TIMEOUT;
    }
    if (WIFSIGNALED(status)) {
        say("# ended by signal %d\n", WTERMSIG(status));
    }
    if (!settle(&set)) {
        kill_all();
        return EXIT_LEFT_BEHIND;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
