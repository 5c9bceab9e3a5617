/* SPDX-License-Identifier: MIT */
#ifndef PERCH_PATHS_H
#define PERCH_PATHS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Where perch keeps things (XDG Base Directory Specification). Strings are owned by the caller. */
char *paths_config_dir(void); /* $XDG_CONFIG_HOME/perch */
/* $XDG_RUNTIME_DIR, else /run/user/UID where that is this user's: cron and system units are not
 * told about it. NULL: nobody is logged in. Owned by the caller, as all of these. */
char *paths_session_dir(void);
char *paths_runtime_dir(void); /* perch/ in it, else a 0700 folder of this user in /tmp */
char *paths_state_dir(void);   /* $XDG_STATE_HOME/perch */
char *paths_data_dir(void);    /* $XDG_DATA_HOME/perch */

/* Makes the folder, mode 0700, with its parents. PERCH_ERROR_FILE with a sentence. */
bool paths_make_dir(const char *path, GError **error);

/*
 * Replaces path by contents so that a crash or a power cut leaves the old or the new file, whole:
 * temporary file in the same folder (0600), fsync, rename, fsync of the folder. What an earlier
 * writer left behind when it was killed is removed.
 */
bool paths_replace_file(const char *path, const char *contents, gsize length, GError **error);

/*
 * The whole of a small file, NUL-terminated and owned by the caller; what it was when it was open
 * is in *ret_info. Errors say why and not which: PERCH_ERROR_NOT_FOUND, PERCH_ERROR_INPUT (more
 * than most bytes), PERCH_ERROR_FILE (no regular file: never waits for a FIFO; not readable).
 */
char *paths_read_file(const char *path, gsize most, struct stat *ret_info, gsize *ret_length,
                      GError **error);

/* Creates path (0600), which must not exist yet, with contents. PERCH_ERROR_FILE. */
bool paths_create_file(const char *path, const char *contents, gsize length, GError **error);

#endif
