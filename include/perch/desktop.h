/* SPDX-License-Identifier: MIT */
#ifndef PERCH_DESKTOP_H
#define PERCH_DESKTOP_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/secret.h"

/* The machine around the terminal: browser, clipboard, SSH, WSL, containers. */

struct desktop {
    bool ssh;            /* SSH_CONNECTION or SSH_TTY is set */
    char ssh_client[64]; /* address of the other end */
    bool wsl;
    bool container;
    char *browser;  /* the command that desktop_open would run; NULL = none here */
    char *ssh_user; /* login name here, for the ssh -L line */
    char *ssh_host; /* address of this machine as the SSH client reached it */
    bool graphical; /* DISPLAY or WAYLAND_DISPLAY */
};

/* Looks once at the environment and PATH: $BROWSER (may hold %s and a ':' list), xdg-open and
 * friends only with a display, wslview / explorer.exe under WSL. */
struct desktop *desktop_look(void);
void desktop_free(struct desktop *desktop);
typedef struct desktop Desktop;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desktop, desktop_free)

/* Starts the browser on url in its own session with /dev/null for stdio; returns at once.
 * FALSE: PERCH_ERROR_NOT_FOUND (no browser) or PERCH_ERROR_FILE (did not start). */
bool desktop_open(const struct desktop *desktop, const char *url, GError **error);

/* "ssh -L 1718:localhost:1718 user@host" for this machine and port; owned by the caller. */
char *desktop_forward_line(const struct desktop *desktop, guint16 port);

/* The command that puts text on the clipboard (wl-copy, xclip, xsel, pbcopy, clip.exe), or NULL.
 * desktop_copy feeds it through standard input; text never reaches argv. */
bool desktop_can_copy(const struct desktop *desktop);
bool desktop_copy(const struct desktop *desktop, const char *text, GError **error);

#endif
