/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "desktop_private.h"
#include "perch/base/error.h"
#include "perch/base/text.h"

static const struct command copiers[] = {
    {"wl-copy", ON_WAYLAND},
    {"xclip -selection clipboard -in", ON_X},
    {"xsel --clipboard --input", ON_X},
    {"clip.exe", ON_WSL},
    {"tmux load-buffer -w -", IN_TMUX},
    {"pbcopy", ANYWHERE},
    {NULL, ANYWHERE},
};

char *copier_find(const struct desktop *desktop)
{
    return g_strdup(desktop_choose(desktop, copiers));
}

/* A descriptor to read text from, in memory: unlike a pipe it takes any length at once and raises
 * no SIGPIPE if the reader dies. -1 on failure. */
static int readable_copy(const char *text)
{
    int fd = memfd_create("perch", MFD_CLOEXEC);
    gsize length = strlen(text);
    for (gsize done = 0; fd >= 0 && done < length;) {
        ssize_t wrote = write(fd, text + done, length - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0) {
            close(fd);
            return -1;
        }
        done += (gsize)wrote;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

bool desktop_copy(const struct desktop *desktop, const char *text, GPid *ret_pid, GError **error)
{
    g_auto(GStrv) argv = NULL;
    if (desktop->copier == NULL || !g_shell_parse_argv(desktop->copier, NULL, &argv, NULL)) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND,
                            _("There is no clipboard program here. Install wl-clipboard or xclip, "
                              "or hold Shift and select the text with the mouse."));
        return false;
    }
    int fd = readable_copy(text);
    bool started = fd >= 0 && desktop_spawn(argv, fd, ret_pid, NULL);
    if (fd >= 0)
        close(fd);
    if (!started)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                    _("%s did not start. Hold Shift and select the text with the mouse instead."),
                    argv[0]);
    return started;
}
