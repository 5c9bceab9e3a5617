/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_PTY_PRIVATE_H
#define SUPPORT_PTY_PRIVATE_H

#include <vterm.h>

#include "support/pty.h"

/* Shared by pty.c (the process), pty_keys.c and pty_screen.c (libvterm's state). */
struct Pty {
    int master;
    pid_t pid;
    int columns;
    int rows;
    VTerm *vterm;
    VTermScreen *screen;
    GByteArray *raw;
    GString *title;
    struct pty_cursor cursor;
    Canary *canary;
    GString *held; /* collects libvterm's output while a paste is assembled */
    int status;
    bool ended;  /* reaped */
    bool closed; /* no more output will come */
    bool has_title;
    bool alternate;
    bool mouse;
};

#endif
