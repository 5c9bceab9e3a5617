/* SPDX-License-Identifier: MIT */
#ifndef PERCH_DESKTOP_H
#define PERCH_DESKTOP_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/* The machine around the terminal: browser, clipboard, SSH, WSL, containers. */

struct desktop {
    bool ssh;            /* SSH_CONNECTION or SSH_TTY is set */
    char ssh_client[64]; /* the client's address, "" if unknown */
    bool wsl;
    bool container;
    bool graphical;   /* DISPLAY or WAYLAND_DISPLAY */
    char *browser;    /* the command that desktop_open runs; NULL = none available */
    char *no_browser; /* $BROWSER when none of its commands can be run; else NULL */
    char *copier;     /* the command that desktop_copy runs; NULL = none available */
    char *ssh_user;   /* login name on this machine, for the ssh -L line */
    char *ssh_host; /* address of this machine as the SSH client reached it; its name if unknown */
    guint16 ssh_port; /* as the SSH client reached it; 22 if unknown */
};

/*
 * Examines the environment and PATH once. $BROWSER is a ':'-separated list of commands with %s for
 * the address (appended if missing); the first installed one wins. Terminal browsers are skipped,
 * as they would have no terminal. Next come wslview and Windows' own browser under WSL, then
 * xdg-open and similar if there is a display. Owned by the caller.
 */
struct desktop *desktop_look(void);
void desktop_free(struct desktop *desktop);
typedef struct desktop Desktop;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desktop, desktop_free)

/*
 * Starts the browser on url (https or http) in its own session with /dev/null for stdio; returns at
 * once. TRUE only means that it was started. No shell sees the address, but it is in argv, so it
 * must not contain a secret. PERCH_ERROR_NOT_FOUND (no browser), PERCH_ERROR_FILE (did not start),
 * PERCH_ERROR_INPUT (not a web address).
 */
bool desktop_open(const struct desktop *desktop, const char *url, GError **error);

/* "ssh -L 1718:localhost:1718 user@host" for this machine and port; owned by the caller. */
char *desktop_forward_line(const struct desktop *desktop, guint16 port);

/*
 * Puts text on the clipboard with wl-copy, xclip, xsel, pbcopy, clip.exe or tmux, through standard
 * input: it never reaches argv, the environment or a file. The caller waits for the program: its
 * exit code 0 means that the text is there.
 * PERCH_ERROR_NOT_FOUND (no such program), PERCH_ERROR_FILE (did not start).
 */
bool desktop_copy(const struct desktop *desktop, const char *text, GPid *ret_pid, GError **error);

#endif
