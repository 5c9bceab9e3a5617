/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_TMPHOME_H
#define SUPPORT_TMPHOME_H

#include <glib.h>

/*
 * A temporary home for the programs that a test starts: folders below one short temporary path, and
 * an environment without anything of the person's. tmphome_free removes it with its contents.
 */
typedef struct TmpHome TmpHome;
struct TmpHome {
    char *root;    /* of everything: home/ run/ tmp/ */
    char *home;    /* HOME */
    char *config;  /* XDG_CONFIG_HOME */
    char *runtime; /* XDG_RUNTIME_DIR, 0700 */
    char *state;   /* XDG_STATE_HOME */
    char **env;    /* NAME=value..., NULL at the end; g_environ_* work on it */
};

TmpHome *tmphome_new(void);
void tmphome_free(TmpHome *home); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TmpHome, tmphome_free)

/* Sets (value NULL: unsets) a variable for programs started from now on. */
void tmphome_set(TmpHome *home, const char *name, const char *value);

/* Writes a file below root, with its folders, mode 0600; returns its path, owned by the caller. */
char *tmphome_write(TmpHome *home, const char *path, const char *contents);

/* Every regular file below root, relative to it, sorted, one a line; owned by the caller. */
char *tmphome_list(const TmpHome *home);

#endif
