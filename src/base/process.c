/* SPDX-License-Identifier: MIT */
#include "perch/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/text.h"

static bool is_closed(int fd)
{
    return fcntl(fd, F_GETFD) < 0;
}

static void occupy(int fd)
{
    if (is_closed(fd) && open("/dev/null", O_RDONLY) != fd)
        _exit(PERCH_EXIT_UNEXPECTED);
}

/* Nobody can answer what nobody sees. */
static void see_to_questions(bool no_output, bool no_errors)
{
    if (no_errors && isatty(STDOUT_FILENO)) {
        dup2(STDOUT_FILENO, STDERR_FILENO);
    } else if ((no_output || no_errors) && isatty(STDIN_FILENO)) {
        close(STDIN_FILENO);
        occupy(STDIN_FILENO);
    }
}

void process_begin(void)
{
    const bool no_output = is_closed(STDOUT_FILENO), no_errors = is_closed(STDERR_FILENO);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        occupy(fd);
    see_to_questions(no_output, no_errors);
    static const char *const folders[] = {"HOME",          "XDG_CONFIG_HOME", "XDG_STATE_HOME",
                                          "XDG_DATA_HOME", "XDG_CACHE_HOME",  "XDG_RUNTIME_DIR"};
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        const char *path = getenv(folders[i]);
        if (path != NULL && *path != '/')
            unsetenv(folders[i]);
    }
}

bool process_has_room(void)
{
    enum { LEAST = 256, ENOUGH = 1024 }; /* status on 100 connections: three or four each */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= ENOUGH)
        return true;
    files.rlim_cur = MIN(ENOUGH, files.rlim_max);
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur >= LEAST)
        return true;
    fprintf(stderr,
            _("perch: Only %lu files may be open here, and perch needs up to %d. Raise the limit: "
              "ulimit -n %d\n"),
            (unsigned long)files.rlim_cur, LEAST, ENOUGH);
    return false;
}

static int lost; /* errno of a failed write outside stdio */

void process_output_lost(int code)
{
    lost = code;
}

int process_end(int code)
{
    /* An earlier write may have failed even if this flush succeeds: ferror remembers. */
    bool was_cut = ferror(stdout) != 0;
    int problem = fflush(stdout) == 0 ? lost : errno;
    if (problem == 0 && !was_cut)
        return code;
    g_autofree char *reason =
        problem == 0 ? g_strdup("") : g_strdup_printf(" (%s)", g_strerror(problem));
    fprintf(stderr,
            _("%s: Standard output could not be written%s; the output is incomplete. Free some "
              "space, or send it elsewhere.\n"),
            program_invocation_short_name, reason);
    return code == PERCH_EXIT_OK ? PERCH_EXIT_UNEXPECTED : code;
}
