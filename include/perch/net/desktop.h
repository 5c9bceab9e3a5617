/* SPDX-License-Identifier: MIT */
#ifndef PERCH_DESKTOP_H
#define PERCH_DESKTOP_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/* The machine around the terminal: browser, clipboard, SSH, WSL, containers. */

struct desktop {
    bool ssh;            /* SSH_CONNECTION or SSH_TTY is set */
    char ssh_client[64]; /* address of the other end, "" if not known */
    bool wsl;
    bool container;
    bool graphical;   /* DISPLAY or WAYLAND_DISPLAY */
    char *browser;    /* the command that desktop_open would run; NULL = none here */
    char *no_browser; /* $BROWSER where nothing that it names can be run; else NULL */
    char *copier;     /* the command that desktop_copy would run; NULL = none here */
    char *ssh_user;   /* login name here, for the ssh -L line */
    char *ssh_host; /* address of this machine as the SSH client reached it; its name if unknown */
    guint16 ssh_port; /* as the SSH client reached it; 22 if unknown */
};

/*
 * Looks once at the environment and PATH. $BROWSER is a ':' list of commands, %s standing for the
 * address (else it is put at the end), the first that is installed wins; browsers for the terminal
 * are passed over, as they would get none. Then wslview and Windows' own under WSL, xdg-open and
 * friends with a display. Owned by the caller.
 */
struct desktop *desktop_look(void);
void desktop_free(struct desktop *desktop);
typedef struct desktop Desktop;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desktop, desktop_free)

/*
 * Starts the browser on url (https or http) in its own session with /dev/null for stdio; returns at
 * once. TRUE means started, not more. No shell sees the address; it stands in argv, so it must not
 * hold a secret. PERCH_ERROR_NOT_FOUND (no browser), PERCH_ERROR_FILE (did not start),
 * PERCH_ERROR_INPUT (no web address).
 */
bool desktop_open(const struct desktop *desktop, const char *url, GError **error);

/* "ssh -L 1718:localhost:1718 user@host" for this machine and port; owned by the caller. */
char *desktop_forward_line(const struct desktop *desktop, guint16 port);

/*
 * Puts text on the clipboard with wl-copy, xclip, xsel, pbcopy or clip.exe, through standard input:
 * it never reaches argv, the environment or a file. TRUE means handed to the program.
 * PERCH_ERROR_NOT_FOUND (no such program), PERCH_ERROR_FILE (did not start).
 */
bool desktop_can_copy(const struct desktop *desktop);
bool desktop_copy(const struct desktop *desktop, const char *text, GError **error);

#endif
