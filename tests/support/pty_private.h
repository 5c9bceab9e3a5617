/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_PTY_PRIVATE_H
#define SUPPORT_PTY_PRIVATE_H

#include <vterm.h>

#include "support/pty.h"

/* Shared by pty.c (the process), pty_keys.c and pty_screen.c (what libvterm knows). */
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
    GString *held; /* collects output of libvterm while a paste is put together */
    int status;
    bool ended;  /* reaped */
    bool closed; /* no more output will come */
    bool has_title;
    bool alternate;
    bool mouse;
};

#endif
